// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "neutral.h"
#include "picture.h"
#include "reference.h"

using colorize::Range;

/// A gray picture of this size with every code of 8 bits in it, as far as there is room, and of more bits others
/// between.
static void paint_every_code(Picture& picture) {
  picture.paint_gray([&](int x, int y) { return ((x + y * picture.frame.width) & 255) + noise(x, y) / 256.0; });
}

static void test_gray_comes_out_gray_in_every_format_range_and_shape() {
  for (const auto& format : colour_formats)
    for (const auto from : reference::ranges)
      for (const auto to : reference::ranges)
        for (const cv::Size size : {cv::Size(37, 19), cv::Size(1, 1), cv::Size(1, 6), cv::Size(5, 1), cv::Size(2, 2)}) {
          if (format.depth != 8 && format.depth != 16) continue;
          Picture gray(format.depth == 8 ? gray8 : gray16, size.width, size.height, 11),
              colour(format, size.width, size.height, 3);
          paint_every_code(gray);
          const auto before = gray.samples();
          gray.frame.range = from;
          const bool is_rgb = format.layout == Layout::rgb;
          colour.frame.range = is_rgb ? Range::full : to;
          colour.paint([](int c, int x, int y) { return noise(x, y, c); });  // what was there does not matter
          write_neutral(gray.frame, colour.frame);

          g_assert_true(gray.samples() == before && gray.guards_stand());
          for (int y = 0; y < size.height; ++y)
            for (int x = 0; x < size.width; ++x) {
              const int code = gray.at(0, x, y);
              const double tone =
                  std::clamp(reference::ycbcr_of_codes({double(code), 0, 0}, from, format.depth)[0], 0.0, 1.0);
              const double wanted = colour.frame.range == from
                                        ? code
                                        : reference::codes_of_ycbcr({tone, 0, 0}, colour.frame.range, format.depth)[0];
              const int wanted_code = static_cast<int>(std::lround(is_rgb && from == Range::full ? code : wanted));
              for (int c = 0; c < (is_rgb ? 3 : 1); ++c)
                expect(colour.at(c, x, y) == wanted_code, "%s: code %d became %d instead of %d", format.name, code,
                       colour.at(c, x, y), wanted_code);
            }
          for (int c = 1; c < 3 && !is_rgb; ++c)
            for (const auto sample : colour.samples(c))
              expect(sample == 128 * format.unit(), "%s: chroma %d", format.name, sample);
          // The fourth byte is written: it is opaque.
          if (format.pixel == 3 || !is_rgb) expect(colour.guards_stand(), "%s: bytes beside the picture", format.name);
        }
}

static void test_the_fourth_byte_becomes_opaque_and_nothing_beyond_is_touched() {
  for (const auto& format : {rgbx, bgrx}) {
    // A row is a picture of its own in bytes, so that the fourth byte is a sample and what follows a guard.
    Picture gray(gray8, 7, 3), bytes(gray8, 4 * 7, 3, 9);
    bytes.paint_gray([](int, int) { return 1; });
    colorize::Frame frame = Picture(format, 7, 3).frame;
    for (int c = 0; c < 3; ++c) {
      frame.components[c].data = bytes.address(0, format.order[c], 0);
      frame.components[c].stride = bytes.frame.components[0].stride;
    }
    paint_every_code(gray);
    write_neutral(gray.frame, frame);
    for (int y = 0; y < 3; ++y)
      for (int x = 0; x < 7; ++x) g_assert_cmpint(bytes.at(0, 4 * x + 3, y), ==, 255);
    g_assert_true(bytes.guards_stand());
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/neutral/gray-comes-out-gray-in-every-format-range-and-shape",
                  test_gray_comes_out_gray_in_every_format_range_and_shape);
  g_test_add_func("/neutral/the-fourth-byte-becomes-opaque-and-nothing-beyond-is-touched",
                  test_the_fourth_byte_becomes_opaque_and_nothing_beyond_is_touched);
  return g_test_run();
}
