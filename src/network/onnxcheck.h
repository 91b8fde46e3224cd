// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace colorize {

/// Throws Error (network) that names `origin`, the node or tensor and what to do, where an ONNX file breaks a rule of
/// the format that inference libraries take for granted: who imports it all the same reads and writes where nothing is,
/// divides by zero, or never ends. What is no ONNX file at all is left to the library, which refuses it in words.
/// Returns whether ONNX Runtime may have it: its nodes are all of ONNX itself, by whose rules they were checked, while
/// the library has others of its own and takes what a file defines, and it does all of them safely.
bool check_onnx(std::string_view model, const std::string& origin);

}  // namespace colorize
