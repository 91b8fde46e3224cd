// SPDX-License-Identifier: LGPL-2.1-or-later
#include "prototxt.h"

#include <regex>

namespace colorize {

std::string prototxt_until(const std::string& text, const std::string& output) {
  const std::string name = std::regex_replace(output, std::regex("[^A-Za-z0-9_]"), "\\$&");
  const std::regex top("top\\s*:\\s*[\"']" + name + "[\"']");
  std::string code;
  std::ptrdiff_t block = 0, end = 0;
  int depth = 0;
  bool comment = false;
  for (const char c : text) {
    comment = c == '#' || (comment && c != '\n');
    if (comment) continue;
    code += c;
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (c == '}' && depth == 0) {
      if (std::regex_search(code.cbegin() + block, code.cend(), top)) end = std::ssize(code);
      block = std::ssize(code);
    }
  }
  return code.substr(0, static_cast<std::size_t>(end));
}

}  // namespace colorize
