// SPDX-License-Identifier: LGPL-2.1-or-later
/// The caps' colorimetry decides what samples mean, and is true of what comes out.

#include <cmath>

#include "element.h"

using namespace test;

namespace {

const std::vector<std::string> yuv_formats{"I420", "YV12", "NV12", "Y42B", "NV16", "YUY2", "UYVY", "Y444"};
const std::vector<std::string> more_bits{"I420_10LE", "P010_10LE", "I422_12LE", "Y444_16LE"};

/// range:matrix:transfer:primaries, by GStreamer's numbers: range 1 full, 2 limited; matrix 3 BT.709, 4 BT.601, 6
/// BT.2020.
struct Colorimetry {
  const char *name, *caps;
};
constexpr Colorimetry colorimetries[] = {
    {"bt601-limited", "bt601"}, {"bt601-full", "1:4:16:4"},   {"bt709-limited", "bt709"},
    {"bt709-full", "1:3:5:1"},  {"bt2020-limited", "bt2020"}, {"bt2020-full", "1:6:13:7"},
};

/// Units of a*b* by which 8 bits may miss the network's colour; by a wrong matrix, range or primaries it is 1.5 and
/// more.
constexpr double rounding = 1, mistaken = 1.4;

void decodes_to_the_networks_colour(const std::string& format, const char* colorimetry) {
  const std::string caps = raw(format, 40, 24, std::string("colorimetry=") + colorimetry);
  const Picture out = colorized(caps, paint(caps, gray_squares(caps)));
  const double distance = farthest_from(out, constant_a, constant_b);
  g_test_message("farthest from the network's a*b*: %.2f", distance);
  g_assert_cmpfloat(distance, <=, rounding);
}

/// The test above tells them apart.
void wrong_colorimetry_shows() {
  for (const auto& one : colorimetries)
    for (const auto& other : colorimetries) {
      if (&one == &other) continue;
      const std::string caps = raw("Y444", 40, 24, std::string("colorimetry=") + one.caps);
      Picture out = colorized(caps, paint(caps, gray_squares(caps)));
      g_assert_true(gst_video_colorimetry_from_string(&out.info.colorimetry, other.caps));
      g_test_message("%s taken as %s: %.2f", one.name, other.name, farthest_from(out, constant_a, constant_b));
      g_assert_cmpfloat(farthest_from(out, constant_a, constant_b), >, mistaken);
    }
}

/// Downstream leaves the choice: the gray's codes are the luma's, and the caps say what they mean.
void gray_keeps_its_range(const std::string& gray_format, const std::string& format, const char* colorimetry,
                          GstVideoColorRange range) {
  for (const auto& [width, height] : {std::pair{256, 16}, {1280, 16}, {256, 720}}) {  // SD and HD have other defaults
    const std::string in = raw(gray_format, width, height, colorimetry);
    const Picture gray = paint(in, [](int, int x, int y) { return (x + y) % 256; });
    const Picture out = colorized(in, gray, "video/x-raw,format=" + format);
    g_assert_cmpint(out.info.colorimetry.range, ==, range);
    g_assert_cmpint(out.info.colorimetry.matrix, !=, GST_VIDEO_COLOR_MATRIX_UNKNOWN);
    g_assert_true(samples(out)[0] == samples(gray)[0]);
  }
}

/// Where downstream asks for another range the codes change and the tones stay.
void range_is_converted(const std::string& in_colorimetry, const std::string& out_caps,
                        const std::function<double(int)>& expected) {
  const std::string in = raw("GRAY8", 256, 2, in_colorimetry);
  const Picture gray = paint(in, [](int, int x, int) { return x; });
  Harness harness;
  harness.set("saturation", 0.0);
  harness.caps(in, out_caps);
  const Picture out = harness.process(gray);
  const Samples now = samples(out);
  for (int x = 0; x < 256; ++x)
    g_assert_cmpint(now[0][x], ==, std::lround(std::min(255.0, std::max(0.0, expected(x)))));
}

/// Every field of the caps that is not the format comes out as it went in.
void caps_pass(const std::string& in_format, const std::string& out_format, const std::string& fields) {
  Harness harness;
  harness.caps(raw(in_format, 32, 16, fields), "video/x-raw,format=" + out_format);
  const std::string caps = raw(in_format, 32, 16, fields);
  Picture picture = paint(caps, gray_squares(caps));
  harness.process(std::move(picture.buffer));
  const Owned<GstCaps> wanted(gst_caps_from_string(caps.c_str()));
  const Owned<GstCaps> got = harness.output_caps();
  gst_caps_set_simple(wanted.get(), "format", G_TYPE_STRING, out_format.c_str(), nullptr);
  const Owned<char> text(gst_caps_to_string(got.get()));
  g_test_message("%s", text.get());
  g_assert_true(gst_caps_is_subset(got.get(), wanted.get()));
  if (in_format == out_format) g_assert_true(gst_caps_is_equal(got.get(), wanted.get()));
}

/// Where chroma samples lie is heard whether or not the caps say the colorimetry too.
void the_chroma_site_is_heard() {
  const auto result_of = [](const std::string& fields) {
    const std::string caps = raw("I420", 32, 16, fields);
    return samples(colorized(caps, paint(caps, gray(caps, [](int x, int) { return 8 * x; }))));
  };
  for (const char* site : {"jpeg", "mpeg2", "cosited"})
    g_assert_true(result_of(std::string("chroma-site=") + site) ==
                  result_of(std::string("colorimetry=bt601,chroma-site=") + site));
  g_assert_true(result_of("chroma-site=mpeg2") != result_of("chroma-site=jpeg"));
}

/// The range is heard whether or not the caps say the matrix too.
void the_range_is_heard() {
  const auto result_of = [](const std::string& colorimetry) {
    const std::string caps = raw("I420", 32, 16, "colorimetry=" + colorimetry);
    return samples(colorized(caps, paint(caps, gray(caps, [](int x, int) { return 8 * x; }))));
  };
  g_assert_true(result_of("1:0:0:0") == result_of("1:4:0:0"));
  g_assert_true(result_of("2:0:0:0") == result_of("2:4:0:0"));
  g_assert_true(result_of("1:0:0:0") != result_of("2:0:0:0"));
}

/// Rows of one field belong together: a picture whose fields differ gets the colour of each field's own luma.
void fields_are_not_mixed() {
  const auto field_tone = [](int y) { return y % 2 ? 170 : 60; };
  const std::string progressive = raw("I420", 32, 32, "colorimetry=bt601,interlace-mode=progressive");
  const std::string woven =
      raw("I420", 32, 32, "colorimetry=bt601,interlace-mode=interleaved,field-order=top-field-first");
  const Picture out = colorized(woven, paint(woven, gray(woven, [&](int, int y) { return field_tone(y); })));
  const Samples now = samples(out);
  for (int field = 0; field < 2; ++field) {
    const int tone = field_tone(field);
    const Samples flat =
        samples(colorized(progressive, paint(progressive, gray(progressive, [&](int, int) { return tone; }))));
    for (int c : {1, 2})
      for (int y = field; y < 16; y += 2) g_assert_cmpint(now[c][y * 16 + 8], ==, flat[c][0]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  init(&argc, &argv);
  for (const auto& formats : {yuv_formats, more_bits})
    for (const auto& format : formats)
      for (const auto& c : colorimetries)
        add("/colorimetry/decodes-to-the-networks-colour/" + format + "/" + c.name,
            [=, caps = c.caps] { decodes_to_the_networks_colour(format, caps); });
  add("/colorimetry/bt2020-primaries-are-seen-in-RGB", [] { decodes_to_the_networks_colour("RGB", "1:1:13:7"); });
  add("/colorimetry/the-wrong-one-would-show", wrong_colorimetry_shows);

  std::vector<std::pair<std::string, std::string>> grays{{"GRAY16_LE", "P016_LE"}, {"GRAY16_LE", "Y444_16LE"}};
  for (const auto& format : yuv_formats) grays.emplace_back("GRAY8", format);
  for (const auto& [gray, format] : grays)
    for (const auto& [name, colorimetry, range] :
         {std::tuple{"full", "colorimetry=1:4:7:1", GST_VIDEO_COLOR_RANGE_0_255},
          {"limited", "colorimetry=bt709", GST_VIDEO_COLOR_RANGE_16_235},
          {"unsaid-is-full", "", GST_VIDEO_COLOR_RANGE_0_255}})
      add("/colorimetry/gray-keeps-its-range/" + std::string(name) + "/" + format,
          [gray = gray, format = format, colorimetry = colorimetry, range = range] {
            gray_keeps_its_range(gray, format, colorimetry, range);
          });
  const auto expand = [](int code) { return (code - 16) * 255 / 219.0; };
  const auto squeeze = [](int code) { return 16 + code * 219 / 255.0; };
  add("/colorimetry/limited-gray-is-expanded/in-RGB",
      [=] { range_is_converted("colorimetry=bt601", "video/x-raw,format=RGB", expand); });
  add("/colorimetry/limited-gray-is-expanded/in-full-I420",
      [=] { range_is_converted("colorimetry=bt601", "video/x-raw,format=I420,colorimetry=1:4:16:4", expand); });
  add("/colorimetry/full-gray-is-squeezed-into-limited-I420",
      [=] { range_is_converted("colorimetry=1:4:16:4", "video/x-raw,format=I420,colorimetry=bt601", squeeze); });

  constexpr std::pair<const char*, const char*> passing[] = {
      {"pixel-aspect-ratio", "pixel-aspect-ratio=16/15"},
      {"interleaved", "interlace-mode=interleaved,field-order=bottom-field-first"},
      {"mixed", "interlace-mode=mixed"},
      {"multiview", "multiview-mode=mono,views=1"},
      {"framerate", "framerate=30000/1001,max-framerate=60/1"},
      {"an-application's-own", "reel=(string)seven"},
  };
  for (const auto& [in, out] : {std::pair{"GRAY8", "I420"}, {"GRAY8", "BGRx"}, {"NV12", "NV12"}, {"RGBA", "RGBA"}})
    for (const auto& [name, fields] : passing)
      add(std::string("/colorimetry/caps-pass/") + name + "/" + in + "-" + out,
          [in = in, out = out, fields = fields] { caps_pass(in, out, fields); });
  for (const char* siting : {"mpeg2", "jpeg", "cosited"})
    for (const char* colorimetry : {"bt601", "1:3:5:1", "bt2020"})
      add(std::string("/colorimetry/caps-pass/") + siting + "/" + colorimetry,
          [=] { caps_pass("I420", "I420", std::string("chroma-site=") + siting + ",colorimetry=" + colorimetry); });
  add("/colorimetry/the-chroma-site-is-heard", the_chroma_site_is_heard);
  add("/colorimetry/the-range-is-heard", the_range_is_heard);
  add("/colorimetry/fields-are-not-mixed", fields_are_not_mixed);
  return g_test_run();
}
