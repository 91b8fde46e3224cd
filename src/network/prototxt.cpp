// SPDX-License-Identifier: LGPL-2.1-or-later
#include "prototxt.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace colorize {

static constexpr std::string_view blanks = " \t\n\v\f\r";

/// Does a layer say `top: "name"`? Not by std::regex, which goes a call deeper for every blank.
static bool gives(std::string_view layer, std::string_view name) {
  constexpr std::string_view top = "top", quotes = "\"'";
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

std::string flaw_of_prototxt(std::string_view text) {
  constexpr int deepest = 32;
  constexpr std::string_view counts[] = {"dilation", "group",  "num_output", "kernel_h", "kernel_size",
                                         "kernel_w", "stride", "stride_h",   "stride_w"};
  const auto is_word = [](char c) { return g_ascii_isalnum(c) || c == '_'; };
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    depth += c == '{' || c == '<' ? 1 : c == '}' || c == '>' ? -1 : 0;
    if (depth > deepest) return "messages lie in messages, more than " + std::to_string(deepest) + " deep";
    const auto end = std::find_if_not(text.begin() + static_cast<long>(at), text.end(), is_word);
    const std::string_view word = text.substr(at, static_cast<std::size_t>(end - text.begin()) - at);
    at += std::max<std::size_t>(word.size(), 1);
    if (std::ranges::count(counts, word) == 0) continue;
    std::string_view rest = text.substr(at);
    const auto skip = [&] { rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size())); };
    skip();
    if (!rest.starts_with(':')) continue;
    rest.remove_prefix(1);
    skip();
    constexpr int most = 65536;
    int number = 0;
    const auto [next, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{} || number < 1 || number > most)
      return std::string(word) + " is not a whole number from 1 to " + std::to_string(most);
  }
  return {};
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
