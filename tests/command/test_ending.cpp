// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../engine/check.h"
#include "common/bytes.h"
#include "film/ending.h"

using colorize::command::bytes_of, colorize::command::Ending;

/// What the end of a file with these bytes tells.
static Ending ending_of(const std::string& bytes) {
  static const TemporaryFolder folder;
  return colorize::command::ending_of(folder.write("film", bytes));
}

static void expect_ending(const std::string& bytes, const Ending& wanted, const std::string& what) {
  const Ending is = ending_of(bytes);
  expect(is.lacking == wanted.lacking && is.open == wanted.open, "%s: %ld bytes are lacking instead of %ld%s",
         what.c_str(), static_cast<long>(is.lacking), static_cast<long>(wanted.lacking), is.open ? ", open" : "");
}

// Files are longer than a packet of a transport stream: of shorter ones nothing is said.
static std::string filling(std::size_t size) { return std::string(size, 'f'); }

// An MP4 file's box (ISO 14496-12, 4.2), with a size of four bytes or of eight behind the number 1.
static std::string box(const std::string& type, const std::string& content) {
  return bytes_of(8 + content.size(), 4, false) + type + content;
}
static std::string long_box(const std::string& type, const std::string& content, std::uint64_t size) {
  return bytes_of(1, 4, false) + type + bytes_of(size, 8, false) + content;
}

// Matroska's outermost elements, their sizes in as many bytes as wanted (RFC 8794, 4).
static std::string element(const std::string& name, std::uint64_t size, std::size_t length) {
  return name + bytes_of((std::uint64_t{1} << 7 * length) | size, length, false);
}
static const std::string ebml = "\x1A\x45\xDF\xA3", segment = "\x18\x53\x80\x67";

static std::string riff(std::uint32_t size, std::size_t content) {
  return "RIFF" + bytes_of(size, 4, true) + "AVI " + filling(content - 4);
}

static void test_boxes_cut_at_each_byte() {
  const std::string boxes[] = {box("ftyp", filling(200)), long_box("mdat", filling(60), 76), box("free", filling(9)),
                               box("moov", filling(33))};
  std::string film;
  for (const auto& each : boxes) film += each;
  for (std::size_t begin = 0, i = 0; i < std::size(boxes); begin += boxes[i++].size())
    for (std::size_t cut = std::max<std::size_t>(begin, 189); cut < begin + boxes[i].size(); ++cut)
      // What is in the file of the last box is nothing, too little to know its size, or all but what is lacking.
      expect_ending(film.substr(0, cut), {.lacking = cut < begin + 16 ? 0 : begin + boxes[i].size() - cut},
                    "cut at " + std::to_string(cut));
  expect_ending(film, {}, "whole");
}

static void test_boxes_of_odd_sizes() {
  const std::string start = box("ftyp", filling(200));
  expect_ending(start + bytes_of(0, 4, false) + "mdat" + filling(50), {}, "one that goes to the end");
  expect_ending(start + long_box("mdat", filling(50), 0), {}, "one of no size at all");
  expect_ending(start + long_box("mdat", "", UINT64_MAX), {.lacking = UINT64_MAX - 16}, "the longest one");
  expect_ending(start + filling(50), {}, "refuse at the end");
  expect_ending(start + bytes_of(7, 4, false) + "free" + filling(50), {}, "one smaller than its own head");
}

static void test_elements_with_sizes_of_every_length() {
  for (std::size_t length = 1; length <= 8; ++length) {
    const std::string what = "a size of " + std::to_string(length) + " bytes";
    const std::string head = element(ebml, 100, length) + filling(100) + element(segment, 110, length);
    const std::uint64_t most = (std::uint64_t{1} << 7 * length) - 2;
    for (const std::size_t left : {110U, 109U, 90U}) expect_ending(head + filling(left), {.lacking = 110 - left}, what);
    const std::string start = element(ebml, 126, length) + filling(126);
    expect_ending(start + element(segment, most, length) + filling(100), {.lacking = most - 100}, what + ", the most");
    expect_ending(start + element(segment, most + 1, length) + filling(100), {}, what + ", that is not known");
  }
  expect_ending(ebml + '\0' + filling(300), {}, "a size of more than eight bytes");
}

static void test_chunks() {
  for (const std::uint32_t size : {400U, 401U}) {
    const std::uint32_t even = size + size % 2;
    expect_ending(riff(size, even), {}, "whole");
    expect_ending(riff(size, even - 8), {}, "whole, by a writer that counts the head in");
    for (const std::uint32_t cut : {9U, 10U, 200U})
      expect_ending(riff(size, even - cut), {.lacking = cut - 8}, std::to_string(cut) + " cut off");
  }
  for (const std::uint32_t unknown : {0U, 0xFFFFFFFFU}) expect_ending(riff(unknown, 400), {}, "never filled in");
  expect_ending(riff(0xFFFFFFFE, 400), {.lacking = 0xFFFFFFFE - 408U}, "the longest one");
}

static void test_packets() {
  std::string packets;
  for (int i = 0; i < 4; ++i) packets += 'G' + filling(187);
  expect_ending(packets, {}, "whole packets");
  for (std::size_t cut = 1; cut < 188; ++cut)
    expect_ending(packets.substr(0, packets.size() - cut), {.open = true}, std::to_string(cut) + " bytes cut off");
}

static void test_pages() {
  // RFC 3533, 6: a page's sixth byte says by its third bit that it is the last one of its stream.
  const auto page = [](char flags) { return std::string("OggS") + '\0' + flags + filling(300); };
  for (int flags = 0; flags < 8; ++flags)
    expect_ending(page(2) + page(0) + page(static_cast<char>(flags)), {.open = !(flags & 4)},
                  "flags " + std::to_string(flags));
  expect_ending(page(2) + page(4).substr(0, 5), {.open = true}, "cut off in the head of the last page");
  expect_ending(page(4) + filling(65307), {.open = true}, "no page where the last one would begin");
}

static void test_of_others_nothing_is_said() {
  const std::string page = "OggS" + std::string(185, '\0');
  for (const std::size_t size : {0U, 1U, 16U, 188U, 189U})
    expect_ending(page.substr(0, size), {.open = size > 188}, std::to_string(size) + " bytes of a page");
  expect_ending(filling(1000), {}, "no film");
  const TemporaryFolder folder;
  for (const auto& path : {folder.path, folder.path / "none"}) {
    const Ending ending = colorize::command::ending_of(path);
    expect(ending.lacking == 0 && !ending.open, "%s", path.c_str());
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/ending/boxes-cut-at-each-byte", test_boxes_cut_at_each_byte);
  g_test_add_func("/ending/boxes-of-odd-sizes", test_boxes_of_odd_sizes);
  g_test_add_func("/ending/elements-with-sizes-of-every-length", test_elements_with_sizes_of_every_length);
  g_test_add_func("/ending/chunks", test_chunks);
  g_test_add_func("/ending/packets", test_packets);
  g_test_add_func("/ending/pages", test_pages);
  g_test_add_func("/ending/of-others-nothing-is-said", test_of_others_nothing_is_said);
  return g_test_run();
}
