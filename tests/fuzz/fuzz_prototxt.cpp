// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.h"
#include "prototxt.h"

/// The tensor's name is the first line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(bytes_in(data, size));
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string name = input.substr(0, line), text = input.substr(line);
  const std::string structure = colorize::prototxt_until(text, name);
  must(structure.empty() || structure.back() == '}', "it ends with a layer");
  must(structure.find('#') == std::string::npos, "there are no comments");
  must(colorize::prototxt_until(structure, name) == structure, "what ends there already stays as it is");
  return 0;
}
