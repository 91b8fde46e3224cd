// SPDX-License-Identifier: LGPL-2.1-or-later
#include "prototxt.h"

#include <algorithm>
#include <string_view>

namespace colorize {

/// Does a layer say `top: "name"`? Not by std::regex, which goes a call deeper for every blank.
static bool gives(std::string_view layer, std::string_view name) {
  constexpr std::string_view top = "top", blanks = " \t\n\v\f\r", quotes = "\"'";
  for (std::size_t at = layer.find(top); at != layer.npos; at = layer.find(top, at + 1)) {
    std::string_view rest = layer.substr(at + top.size());
    const auto skip = [&] { rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size())); };
    skip();
    if (!rest.starts_with(':')) continue;
    rest.remove_prefix(1);
    skip();
    if (rest.size() >= name.size() + 2 && quotes.find(rest[0]) != quotes.npos && rest.substr(1).starts_with(name) &&
        quotes.find(rest[name.size() + 1]) != quotes.npos)
      return true;
  }
  return false;
}

std::string prototxt_until(const std::string& text, const std::string& output) {
  std::string code;
  std::size_t block = 0, end = 0;
  int depth = 0;
  bool comment = false;
  for (const char c : text) {
    comment = c == '#' || (comment && c != '\n');
    if (comment) continue;
    code += c;
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (c == '}' && depth == 0) {
      if (gives(std::string_view(code).substr(block), output)) end = code.size();
      block = code.size();
    }
  }
  return code.substr(0, end);
}

}  // namespace colorize
