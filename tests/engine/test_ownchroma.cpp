// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "ownchroma.h"
#include "picture.h"
#include "reference.h"

using colorize::OwnChroma, colorize::Range;

/// Two halves of different colour, in every format, at any size and address.
static void test_means_of_areas_come_out_in_every_format() {
  OwnChroma chroma;
  for (const auto& format : colour_formats)
    for (const auto range : reference::ranges)
      for (const cv::Size size : {cv::Size(128, 96), cv::Size(131, 77), cv::Size(900, 640)}) {
        const bool is_rgb = format.layout == Layout::rgb;
        Picture picture(format, size.width, size.height, 7);
        picture.frame.range = is_rgb ? Range::full : range;
        const auto code = [&](int c, bool left) { return left ? 60 + 40 * c : 160 - 30 * c; };
        picture.paint([&](int c, int x, int) { return code(c, x < picture.frame.components[c].width / 2); });
        const cv::Mat got = chroma.measure(picture.frame, {32, 24});
        g_assert_true(got.type() == CV_32FC2 && got.cols == 32 && got.rows == 24 && picture.guards_stand());
        Worst worst(format.name);
        for (const int x : {4, 27}) {
          reference::Triple codes(code(0, x < 16), code(1, x < 16), code(2, x < 16));
          const reference::Triple wanted = is_rgb
                                               ? reference::ycbcr_of_rgb(codes / 255, colorize::Matrix::bt601)
                                               : reference::ycbcr_of_codes(codes * format.unit(), range, format.depth);
          for (int i : {0, 1}) worst.add(std::abs(got.at<cv::Vec2f>(12, x)[i] - 255 * wanted[i + 1]));
        }
        worst.within(0.01);
      }
}

static void test_pictures_smaller_than_the_size_do() {
  OwnChroma chroma;
  for (const auto& format : colour_formats) {
    Picture picture(format, 3, 1);
    g_assert_true(cv::norm(chroma.measure(picture.frame, {32, 11})) < 1e-3);
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/ownchroma/means-of-areas-come-out-in-every-format", test_means_of_areas_come_out_in_every_format);
  g_test_add_func("/ownchroma/pictures-smaller-than-the-size-do", test_pictures_smaller_than_the_size_do);
  return g_test_run();
}
