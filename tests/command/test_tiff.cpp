// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../engine/check.h"
#include "handmade.h"
#include "still/tiff.h"

using namespace colorize::command;

static constexpr const char* order(bool little) { return little ? "little-endian" : "big-endian"; }

static void test_numbers_of_every_type() {
  // One that fits into the entry and three that do not, with a first value that shows a wrong order.
  static constexpr struct {
    unsigned type;
    std::size_t size;
  } types[] = {{1, 1}, {3, 2}, {4, 4}, {13, 4}};
  for (const bool little : {true, false})
    for (const auto& [type, size] : types)
      for (const std::uint32_t count : {1U, 2U, 5U}) {
        std::string value;
        for (std::uint32_t i = 0; i < count; ++i) value += bytes_of(0x01020304 + i, size, little);
        const std::string file = tiff_file(little, {{300, 3, 1, "xx"}, {301, type, count, value}});
        const TiffDirectory directory(file);
        const std::uint64_t wanted = 0x01020304U & (0xFFFFFFFFU >> (32 - 8 * size)), is = directory.number(301, 0);
        expect(is == wanted, "%s, type %u, %u of them: %#" G_GINT64_MODIFIER "x", order(little), type, count, is);
        expect(directory.find(301) && directory.find(301)->value == value, "%s: value", order(little));
      }
}

static void test_values_that_are_no_values_are_left_alone() {
  for (const bool little : {true, false}) {
    const std::string far = bytes_of(1 << 20, 4, little), huge = bytes_of(0xFFFFFFFF, 4, little);
    const std::string file = tiff_file(
        little,
        {{300, 4, 2, far}, {301, 12, 0xFFFFFFFF, huge}, {302, 99, 1, "abcd"}, {303, 3, 0, "abcd"}, {304, 2, 4, "abc"}});
    const TiffDirectory directory(file);
    expect(directory.entries().size() == 1 && directory.find(304), "%s: %zu values", order(little),
           directory.entries().size());
  }
  // Neither a file with a BigTIFF's number (43) that is none, nor one of no byte order, nor a header alone.
  const std::string tiff = exif_of_orientation(true, 6);
  g_assert_cmpint(TiffDirectory(tiff).orientation(), ==, 6);
  std::string big = tiff, mixed = tiff;
  big[2] = 43;
  mixed[1] = 'M';
  for (const std::string_view other :
       {std::string_view(big), std::string_view(mixed), std::string_view(tiff).substr(0, 8)})
    expect(TiffDirectory(other).entries().empty() && TiffDirectory(other).orientation() == 1, "%zu bytes, %.3s",
           other.size(), other.data());
}

static void test_pixels_that_are_cut_off() {
  const std::string pixels(15, 'p');  // they come last, and every byte that is cut off is one of them
  const std::string head = tiff_file(true, {{273, 4, 1, bytes_of(38, 4, true)}, {279, 4, 1, bytes_of(15, 4, true)}});
  g_assert_cmpuint(head.size(), ==, 38);
  g_assert_true(TiffDirectory(head + pixels).has_all_pixels());
  for (std::size_t left = 0; left < 15; ++left)
    expect(!TiffDirectory(head + pixels.substr(0, left)).has_all_pixels(), "%zu of 15 bytes", left);
  // The places of two strips may be what is cut off, too.
  const std::string places = tiff_file(
      true, {{279, 3, 2, std::string("\1\0\1\0", 4)}, {273, 4, 2, bytes_of(8, 4, true) + bytes_of(8, 4, true)}});
  g_assert_true(TiffDirectory(places).has_all_pixels());
  for (const std::size_t size : {places.size() - 1, places.size() - 8})
    expect(!TiffDirectory(std::string_view(places).substr(0, size)).has_all_pixels(), "%zu bytes", size);
}

static void test_what_big_files_say() {
  for (const bool little : {true, false}) {
    const auto number = [&](std::uint64_t n, std::size_t size) { return bytes_of(n, size, little); };
    const std::string value = number(7, 8) + number(8, 8), start = number(43, 2) + number(8, 2) + number(0, 2);
    const std::string entries = number(274, 2) + number(3, 2) + number(1, 8) + (number(6, 2) + std::string(6, '\0')) +
                                number(273, 2) + number(16, 2) + number(2, 8) + number(16, 8);
    const std::string file =
        (little ? "II" : "MM") + start + number(32, 8) + value + number(2, 8) + entries + number(0, 8);
    const TiffDirectory directory(file);
    expect(directory.orientation() == 6 && pages_of(file).size() == 1, "%s: orientation", order(little));
    expect(directory.numbers(273) == std::vector<std::uint64_t>{7, 8}, "%s: numbers of 8 bytes", order(little));
    for (std::size_t size = 0; size < file.size(); ++size)
      expect(TiffDirectory(std::string_view(file).substr(0, size)).entries().empty(), "%zu bytes", size);
  }
}

static void test_one_value_is_not_copied_again_and_again() {
  const std::string value(1000, 'e');
  const std::string picture = tiff_file(true, {{256, 3, 1, "xx"}});
  std::string source = tiff_file(true, {{34665, 4, 1, bytes_of(2000, 4, true)}});
  source.resize(1000);
  source += value + bytes_of(60000, 2, true);
  for (unsigned tag = 1; tag <= 60000; ++tag)
    source += bytes_of(tag, 2, true) + bytes_of(7, 2, true) + bytes_of(1000, 4, true) + bytes_of(1000, 4, true);
  source += std::string(4, '\0');
  const std::string result = with_tags(picture, source, "");
  expect(result.size() < 2 * source.size(), "%zu bytes of %zu", result.size(), source.size());
}

static void test_directories_that_lie_in_one_another_have_an_end() {
  // At each of 100,000 places begins one of 16,384 entries.
  constexpr std::size_t number = 100000, list = 26, block = list + 4 * number;
  std::string file = "II*" + std::string(1, '\0') + bytes_of(8, 4, true);
  file += tiff_directory(true, file.size(), {{330, 4, number, bytes_of(list, 4, true)}});
  file.resize(list);
  for (std::size_t i = 0; i < number; ++i) file += bytes_of(block + 2 * i, 4, true);
  while (file.size() < block + 1000000) file += bytes_of(16384, 2, true);
  g_assert_cmpuint(TiffDirectory(file).numbers(330).size(), ==, number);
  const gint64 start = g_get_monotonic_time();
  g_assert_false(is_raw(file));
  g_assert_cmpint(g_get_monotonic_time() - start, <, 5 * G_USEC_PER_SEC);
}

static void test_pages_and_thumbnails() {
  for (const bool little : {true, false}) {
    const auto with_second = [&](const std::vector<Field>& second) {
      const std::string first = tiff_file(little, {{274, 3, 1, bytes_of(8, 2, little)}}, 26);
      return first + tiff_directory(little, first.size(), second);
    };
    const Field small{254, 4, 1, bytes_of(1, 4, little)}, page{254, 4, 1, bytes_of(2, 4, little)};
    g_assert_cmpuint(pages_of(tiff_file(little, {page})).size(), ==, 1);
    g_assert_cmpuint(pages_of(with_second({page})).size(), ==, 2);
    g_assert_cmpuint(pages_of(with_second({small})).size(), ==, 1);
    g_assert_cmpuint(pages_of(tiff_file(little, {small})).size(), ==, 0);
    g_assert_false(is_raw(with_second({page})));
    g_assert_true(is_raw(with_second({{262, 3, 1, bytes_of(32803, 2, little)}})));

    // What stands upright differs in the two bytes of the orientation and the four of the next directory's place.
    const std::string file = with_second({small});
    std::string upright = file, wanted = file;
    TiffDirectory(file).make_upright(upright.data());
    wanted.replace(18, 2, bytes_of(1, 2, little)).replace(22, 4, 4, '\0');
    expect(upright == wanted && upright != file, "%s: upright", order(little));
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/tiff/numbers-of-every-type", test_numbers_of_every_type);
  g_test_add_func("/tiff/values-that-are-no-values-are-left-alone", test_values_that_are_no_values_are_left_alone);
  g_test_add_func("/tiff/pixels-that-are-cut-off", test_pixels_that_are_cut_off);
  g_test_add_func("/tiff/what-big-files-say", test_what_big_files_say);
  g_test_add_func("/tiff/one-value-is-not-copied-again-and-again", test_one_value_is_not_copied_again_and_again);
  g_test_add_func("/tiff/directories-that-lie-in-one-another-have-an-end",
                  test_directories_that_lie_in_one_another_have_an_end);
  g_test_add_func("/tiff/pages-and-thumbnails", test_pages_and_thumbnails);
  return g_test_run();
}
