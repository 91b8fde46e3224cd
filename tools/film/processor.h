// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace colorize::command {

/// What of this processor the bits of a result depend on, as words: its kind, the sets of instructions for which OpenCV
/// has code of its own and that are in use (its dispatch level), and "FMA" where the C library's mathematics fuse.
/// OPENCV_CPU_DISABLE and GLIBC_TUNABLES take some away.
std::string processor_level();

/// Has the processes that are started until the next call do without what `level`, a processor_level(), does not name,
/// so that they give its bits. What it names and this processor lacks stays lacking.
void lower_processor_level(const std::string& level);

/// What of this processor ONNX Runtime chooses its kernels by, each of which gives other bits: as words of the kernel's,
/// such as "x86_64 avx avx2 fma avx512f". Nothing takes any of it away.
std::string onnxruntime_level();

/// The words of one level that are not in another: "AVX2, FMA".
std::string words_beyond(const std::string& level, const std::string& other);

}  // namespace colorize::command
