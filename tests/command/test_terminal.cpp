// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "../engine/check.h"
#include "common/terminal.h"
#include "common/words.h"

using colorize::command::clock_time, colorize::command::columns_of, colorize::command::fitted, colorize::command::shown;

static constexpr struct {
  const char* text;
  int columns;
} texts[] = {{"", 0},
             {"film.mp4", 8},
             {"Köln & mehr, straße.mkv", 23},
             {"Ko\u0308ln, decomposed.mkv", 20},  // the accent stands above the letter before
             {"東京物語.mkv", 12},                // as wide as two letters each
             {"a東b京c物d語e.mkv", 17},
             {"\u0301\u0301", 0}};

static void test_columns_of_a_text() {
  for (const auto& [text, columns] : texts) {
    const int is = columns_of(text);
    expect(is == columns, "'%s' takes %d columns instead of %d", text, is, columns);
  }
}

static void test_a_text_fits_whatever_the_columns() {
  for (const auto& [whole, needed] : texts)
    for (int columns = 1; columns < needed + 4; ++columns) {
      const std::string result = fitted(whole, columns), text = whole;
      expect(g_utf8_validate(result.c_str(), -1, nullptr), "'%s' in %d columns is no text", whole, columns);
      expect(columns_of(result) == columns, "'%s' in %d columns: '%s'", whole, columns, result.c_str());
      if (columns >= needed) {
        const std::string filled = text + std::string(static_cast<std::size_t>(columns - needed), ' ');
        expect(result == filled, "'%s' in %d columns: '%s'", whole, columns, result.c_str());
        continue;
      }
      // Its beginning and its end, neither much longer than the other: a letter of two columns may have no room in
      // either.
      const std::size_t gap = result.find("…"), end = result.find_last_not_of(' ') + 1;
      expect(gap != std::string::npos, "'%s' in %d columns has no gap: '%s'", whole, columns, result.c_str());
      if (gap == std::string::npos) continue;
      const std::string head = result.substr(0, gap), tail = result.substr(gap + 3, end - gap - 3);
      expect(text.starts_with(head) && text.ends_with(tail), "'%s' in %d columns: '%s'", whole, columns,
             result.c_str());
      expect(std::abs(columns_of(head) - columns_of(tail)) <= 3, "'%s' in %d columns is not cut in its middle: '%s'",
             whole, columns, result.c_str());
    }
}

/// What a terminal would obey is shown, and nothing else is changed.
static void test_a_name_is_shown_and_not_obeyed() {
  static constexpr struct {
    std::string_view text, shown;
  } names[] = {{"Köln & mehr, 東京物語\u0301.mkv", "Köln & mehr, 東京物語\u0301.mkv"},
               {"\x1b[31mred\x07.mkv", "\\x1b[31mred\\x07.mkv"},
               {"a\nb\rc\td", "a\\x0ab\\x0dc\\x09d"},
               {"\x7f\u009b2J", "\\x7f\\x9b2J"},
               {"\u202egpj.exe\u2066\u2069", "\\u202egpj.exe\\u2066\\u2069"},
               {"line\u2028paragraph\u2029", "line\\u2028paragraph\\u2029"},
               {"שלום\u200f.mkv 👩\u200d🎨", "שלום\u200f.mkv 👩\u200d🎨"},
               {"K\xf6ln.mkv", "K\\xf6ln.mkv"},
               {"\xe6\x9d", "\\xe6\\x9d"},
               {"\xc3(", "\\xc3("},
               {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
               {std::string_view("\0", 1), "\\x00"}};
  for (const auto& [text, expected] : names) {
    const std::string is = shown(text);
    expect(is == expected, "'%s' instead of '%s'", is.c_str(), std::string(expected).c_str());
  }
  for (unsigned char byte = 255; byte > 0; --byte) {  // whatever the byte, what is shown is text
    const std::string is = shown(std::string(1, static_cast<char>(byte)));
    expect(g_utf8_validate(is.c_str(), -1, nullptr) && columns_of(is) == static_cast<int>(is.size()), "byte %u", byte);
  }
}

static void test_times_as_people_write_them() {
  static constexpr struct {
    double seconds;
    const char* text;
  } times[] = {{-3, "0:00"},        {0, "0:00"},         {0.4, "0:00"},       {6.5, "0:07"},
               {59.4, "0:59"},      {59.5, "1:00"},      {754, "12:34"},      {3599.4, "59:59"},
               {3599.5, "1:00:00"}, {3723.0, "1:02:03"}, {86399, "23:59:59"}, {360000, "100:00:00"}};
  for (const auto& [seconds, text] : times) {
    const std::string is = clock_time(seconds);
    expect(is == text, "%g s: %s instead of %s", seconds, is.c_str(), text);
  }
}

static void test_columns_of_a_terminal() {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0) {
    g_test_skip("there are no terminals here");
    return;
  }
  for (const unsigned short columns : {1, 57, 300}) {
    const winsize size{24, columns, 0, 0};
    ioctl(terminal, TIOCSWINSZ, &size);
    g_assert_cmpint(colorize::command::terminal_columns(terminal), ==, columns);
  }
  const winsize unknown{};
  ioctl(terminal, TIOCSWINSZ, &unknown);
  g_assert_cmpint(colorize::command::terminal_columns(terminal), ==, 80);
  close(terminal);
  g_assert_cmpint(colorize::command::terminal_columns(terminal), ==, 80);
  const int file = open("/dev/null", O_RDONLY);
  g_assert_cmpint(colorize::command::terminal_columns(file), ==, 80);
  close(file);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/terminal/columns-of-a-text", test_columns_of_a_text);
  g_test_add_func("/terminal/a-text-fits-whatever-the-columns", test_a_text_fits_whatever_the_columns);
  g_test_add_func("/terminal/a-name-is-shown-and-not-obeyed", test_a_name_is_shown_and_not_obeyed);
  g_test_add_func("/terminal/times-as-people-write-them", test_times_as_people_write_them);
  g_test_add_func("/terminal/columns-of-a-terminal", test_columns_of_a_terminal);
  return g_test_run();
}
