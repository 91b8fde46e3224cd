// SPDX-License-Identifier: LGPL-2.1-or-later
/// Every format, layout and size: what is written, where, and that nothing else is.

#include <algorithm>
#include <cmath>

#include "element.h"

using namespace test;

namespace {

/// Units of a*b*: half a code of 8-bit Cb and Cr is as much as 0.6 here, and the colour table misses 0.2.
void assert_colour_is_the_networks(const Picture& picture) {
  const double distance = farthest_from(picture, constant_a, constant_b);
  g_test_message("farthest from the network's a*b*: %.2f", distance);
  g_assert_cmpfloat(distance, <=, (picture.depth() == 8 ? 0.9 : 0.4));
}

/// Y'CbCr has the gray's luma bit for bit, RGB its L*.
void assert_luma_is_the_grays(const Picture& picture, const Picture& gray) {
  const Samples now = samples(picture), before = samples(gray);
  if (picture.is_yuv()) {
    g_assert_true(now[0] == before[0]);
    return;
  }
  double worst = 0;
  for (std::size_t i = 0; i < now[0].size(); ++i) {
    const double tone = before[0][i], r = now[0][i], g = now[1][i], b = now[2][i];
    const double change = decode(picture.info, {r, g, b}).l - decode(picture.info, {tone, tone, tone}).l;
    worst = std::max(worst, std::abs(change));
  }
  g_test_message("greatest |dL*|: %.2f", worst);
  g_assert_cmpfloat(worst, <=, (picture.depth() == 8 ? 0.4 : 0.1));
}

void assert_alpha_is(const Picture& picture, const std::function<int(std::size_t)>& alpha) {
  const Samples now = samples(picture);
  g_assert_true(now[3].empty() != GST_VIDEO_INFO_HAS_ALPHA(&picture.info));
  for (std::size_t i = 0; i < now[3].size(); ++i) g_assert_cmpint(now[3][i], ==, alpha(i));
}

void gray_becomes(const std::string& gray_format, const std::string& format) {
  const std::string in = raw(gray_format, 40, 24);
  const Picture gray = paint(in, gray_squares(in));
  const Picture out = colorized(in, gray, "video/x-raw,format=" + format);
  g_assert_cmpstr(gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&out.info)), ==, format.c_str());
  assert_luma_is_the_grays(out, gray);
  assert_colour_is_the_networks(out);
  assert_alpha_is(out, [](std::size_t) { return 255; });
}

void stays_in_place(const std::string& format) {
  const std::string caps = raw(format, 40, 24);
  const Picture before = paint(caps, gray_squares(caps));
  Picture picture = paint(caps, gray_squares(caps));
  const void* memory = address(picture.buffer.get());
  Harness harness;
  harness.caps(caps);
  const Picture out = harness.process(std::move(picture.buffer));
  g_assert_true(address(out.buffer.get()) == memory);
  g_assert_true(gst_video_info_is_equal(&out.info, &before.info));
  assert_luma_is_the_grays(out, before);
  assert_colour_is_the_networks(out);
  assert_alpha_is(out, [alpha = samples(before)[3]](std::size_t i) { return alpha[i]; });
}

void copied_when_shared(const std::string& format) {
  const std::string caps = raw(format, 40, 24);
  const Picture picture = paint(caps, gray_squares(caps), 13);
  const auto before = bytes(picture.buffer.get());
  const Picture out = colorized(caps, picture);  // we hold it, so it is not to be written
  g_assert_true(address(out.buffer.get()) != address(picture.buffer.get()));
  g_assert_true(bytes(picture.buffer.get()) == before);
  assert_colour_is_the_networks(out);
}

/// Rows and planes of the input lie apart by an odd number of bytes.
void strides_in(const std::string& format) {
  const std::string caps = raw(format, 37, 23);
  const Samples expected = samples(colorized(caps, paint(caps, gray_squares(caps))));

  Picture apart = paint(caps, gray_squares(caps), 13);
  const auto between = bytes_between(apart);
  Harness harness;
  harness.caps(caps);
  Picture out = harness.process(std::move(apart.buffer));
  g_assert_true(samples(out) == expected);
  if (GST_VIDEO_INFO_IS_GRAY(&apart.info)) return;
  g_assert_true(bytes_between(out) == between);
}

/// A pool of downstream's whose buffers have more rows and columns than the picture.
GstPadProbeReturn offer_padded_pool(GstPad*, GstPadProbeInfo* probe, gpointer) {
  GstQuery* query = GST_PAD_PROBE_INFO_QUERY(probe);
  if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_query_parse_allocation(query, &caps, nullptr);
  GstVideoInfo info;
  g_assert_true(gst_video_info_from_caps(&info, caps));
  GstBufferPool* pool = gst_video_buffer_pool_new();
  GstVideoAlignment alignment;
  gst_video_alignment_reset(&alignment);
  alignment.padding_left = 6, alignment.padding_right = 10, alignment.padding_top = 2, alignment.padding_bottom = 4;
  GstStructure* config = gst_buffer_pool_get_config(pool);
  gst_buffer_pool_config_set_params(config, caps, static_cast<guint>(info.size), 0, 0);
  gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment(config, &alignment);
  g_assert_true(gst_buffer_pool_set_config(pool, config));
  gst_query_add_allocation_pool(query, pool, static_cast<guint>(info.size), 0, 0);
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  gst_object_unref(pool);
  return GST_PAD_PROBE_HANDLED;
}

void strides_out(const std::string& gray_format, const std::string& format) {
  const std::string in = raw(gray_format, 37, 23), out = "video/x-raw,format=" + format;
  const Picture gray = paint(in, gray_squares(in));
  const Samples expected = samples(colorized(in, gray, out));

  Harness harness;
  gst_pad_add_probe(harness.get()->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, offer_padded_pool, nullptr, nullptr);
  harness.caps(in, out);
  const Picture padded = harness.process(gray);
  const GstVideoMeta* meta = gst_buffer_get_video_meta(padded.buffer.get());
  g_assert_nonnull(meta);
  g_assert_cmpint(meta->stride[0], >, GST_VIDEO_INFO_PLANE_STRIDE(&padded.info, 0));
  g_assert_true(samples(padded) == expected);
}

/// A flat picture, so that each chroma sample can be judged however few there are.
void any_size(const std::string& in_format, const std::string& out_format, int width, int height) {
  const std::string in = raw(in_format, width, height);
  const Picture picture = paint(in, gray(in, [](int, int) { return 120; }));
  const Picture out = colorized(in, picture, "video/x-raw,format=" + out_format);
  g_assert_cmpint(GST_VIDEO_INFO_WIDTH(&out.info), ==, width);
  g_assert_cmpint(GST_VIDEO_INFO_HEIGHT(&out.info), ==, height);
  if (out.is_yuv()) g_assert_true(samples(out)[0] == samples(picture)[0]);
  assert_colour_is_the_networks(out);
}

/// Every code there is, without colour.
void gray_exactly(const std::string& in_format, const std::string& out_format) {
  const std::string in = raw(in_format, 256, 256);
  const Picture like = paint(in, gray_squares(in));
  const int unit = 1 << (like.depth() - 8), with_tone = like.is_yuv() ? 1 : 3;
  const Picture picture = paint(in, [&, neutral = gray(in, [](int x, int) { return x; })](int c, int x, int y) {
    return neutral(c, x, y) + (c < with_tone ? y % unit : 0);
  });
  Harness harness;
  harness.set("saturation", 0.0);
  harness.caps(in, "video/x-raw,format=" + out_format);
  const Picture out = harness.process(picture);
  const Samples now = samples(out), before = samples(picture);
  g_assert_true(now[0] == before[0]);
  for (int c : {1, 2}) {
    if (!out.is_yuv()) g_assert_true(now[c] == before[0]);
    const int neutral = 1 << (out.depth() - 1);
    if (out.is_yuv()) g_assert_true(std::ranges::all_of(now[c], [=](int chroma) { return chroma == neutral; }));
  }
}

/// Two pictures of the same luma, one with colour of its own.
void own_colour_is_not_looked_at(const std::string& format) {
  const std::string caps = raw(format, 40, 24);
  const Paint squares = gray_squares(caps);
  const Samples from_gray = samples(colorized(caps, paint(caps, squares)));
  const Samples from_colour = samples(
      colorized(caps, paint(caps, [&](int c, int x, int y) { return c == 0 ? squares(c, x, y) : 40 + 5 * x; })));
  g_assert_true(from_gray == from_colour);
}

/// In RGB it is the L* of the colour that stays.
void rgb_input_keeps_its_lightness(const std::string& format) {
  const std::string caps = raw(format, 40, 24);
  const int unit = format == "RGBA64_LE" ? 256 : 1;
  const Picture before =
      paint(caps, [=](int c, int x, int y) { return unit * (100 + 10 * ((x / 4 + 2 * (y / 4) + 3 * c) % 7)); });
  const Picture out = colorized(caps, before);
  assert_colour_is_the_networks(out);
  const Samples now = samples(out), was = samples(before);
  const auto l = [](const Picture& p, const Samples& s, std::size_t i) {
    return decode(p.info, {double(s[0][i]), double(s[1][i]), double(s[2][i])}).l;
  };
  for (std::size_t i = 0; i < now[0].size(); ++i)
    g_assert_cmpfloat(std::abs(l(out, now, i) - l(before, was, i)), <=, (unit == 1 ? 0.4 : 0.1));
}

void free_choice_keeps_luma(const std::string& format) {
  const std::string in = raw(format, 16, 16);
  const Picture picture = paint(in, gray_squares(in)), out = colorized(in, picture);
  g_assert_true(out.is_yuv());
  g_assert_true(samples(out)[0] == samples(picture)[0]);
}

/// What videoconvert makes of a source for the element: nothing less than it was and nothing more.
void conversion_keeps_the_depth(const std::string& source, const std::string& wanted) {
  GstElement* pipeline = gst_parse_launch(
      ("videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48,format=" + source +
       " ! videoconvert ! colorize name=c model=\"" + network("ab-constant") + "\" ! videoconvert ! fakesink")
          .c_str(),
      nullptr);
  const Owned<GstElement> owned(GST_ELEMENT(gst_object_ref_sink(pipeline)));
  const Owned<GstElement> element(gst_bin_get_by_name(GST_BIN(pipeline), "c"));
  std::string formats;
  for (const char* name : {"sink", "src"}) {
    GstPad* pad = gst_element_get_static_pad(element.get(), name);
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer text) {
          GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
          if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
          GstCaps* caps = nullptr;
          gst_event_parse_caps(event, &caps);
          *static_cast<std::string*>(text) +=
              std::string(" ") + gst_structure_get_string(gst_caps_get_structure(caps, 0), "format");
          return GST_PAD_PROBE_OK;
        },
        &formats, nullptr);
    gst_object_unref(pad);
  }
  play_to_end(pipeline);
  g_test_message("%s: in and out of the element%s", source.c_str(), formats.c_str());
  g_assert_true(formats == " " + wanted);
}

/// With the network that is compiled in, which has weights to go wrong.
void same_bits_twice(const std::string& in_format, const std::string& out_format) {
  const std::string in = raw(in_format, 161, 97);
  const auto run = [&] {
    std::vector<Samples> frames;
    Harness harness("colorize");
    harness.caps(in, "video/x-raw,format=" + out_format);
    for (int n = 0; n < 3; ++n) {
      const Paint scene = [n](int c, int x, int y) {
        return c == 0 ? static_cast<int>(128 + 100 * std::sin((x + 5 * n) / 9.0) * std::cos(y / 7.0)) : 128;
      };
      frames.push_back(samples(harness.process(paint(in, scene))));
    }
    return frames;
  };
  g_assert_true(run() == run());
}

void no_property_set_gives_colour() {
  const std::string in = raw("GRAY8", 64, 64);
  const Owned<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("colorize", nullptr))));
  GstHarness* harness = gst_harness_new_with_element(element.get(), "sink", "src");
  gst_harness_set_sink_caps_str(harness, "video/x-raw,format=Y444");
  gst_harness_set_src_caps_str(harness, in.c_str());
  Picture out = paint(raw("Y444", 64, 64), [](int, int, int) { return 0; });
  Picture gray = paint(in, [](int, int x, int y) { return 255 - 2 * y - x; });
  out.buffer.reset(gst_harness_push_and_pull(harness, gray.buffer.release()));
  const Samples now = samples(out);
  g_assert_false(std::ranges::all_of(now[1], [](int chroma) { return chroma == 128; }));
  gst_harness_teardown(harness);
}

}  // namespace

int main(int argc, char** argv) {
  init(&argc, &argv);
  const std::pair<std::string, std::string> deep_grays[] = {{"GRAY16_LE", "P016_LE"}, {"GRAY16_LE", "Y444_16LE"}};
  std::vector<std::pair<std::string, std::string>> grays(std::begin(deep_grays), std::end(deep_grays));
  for (const auto& format : colour_formats) grays.emplace_back("GRAY8", format);
  std::vector<std::string> formats = colour_formats;
  formats.insert(formats.end(), deep_formats.begin(), deep_formats.end());
  auto ways = grays;  // every format in and out
  for (const auto& format : formats) ways.emplace_back(format, format);

  for (const auto& [in, out] : grays) {
    add("/formats/gray-becomes/" + out, [in = in, out = out] { gray_becomes(in, out); });
    add("/formats/strides-out/" + out, [in = in, out = out] { strides_out(in, out); });
  }
  for (const auto& format : formats) {
    add("/formats/stays-in-place/" + format, [=] { stays_in_place(format); });
    add("/formats/a-shared-buffer-is-copied/" + format, [=] { copied_when_shared(format); });
    add("/formats/strides-in/" + format, [=] { strides_in(format); });
  }
  for (const char* format : {"GRAY8", "GRAY16_LE"})
    add(std::string("/formats/strides-in/") + format, [=] { strides_in(format); });
  constexpr int sizes[][2] = {{1, 1}, {1, 7}, {7, 1}, {2, 3}, {17, 9}, {8192, 16}};
  for (const auto& [in, out] : ways)
    for (const auto& [width, height] : sizes)
      add("/formats/any-size/" + in + "-" + out + "/" + std::to_string(width) + "x" + std::to_string(height),
          [in = in, out = out, width = width, height = height] { any_size(in, out, width, height); });
  for (const auto& [in, out] : ways)
    add("/formats/without-chroma-gray-is-exactly-gray/" + in + "-" + out,
        [in = in, out = out] { gray_exactly(in, out); });
  for (const char* format : {"I420", "YV12", "NV12", "Y42B", "NV16", "YUY2", "UYVY", "Y444", "P010_10LE", "Y444_16LE"})
    add(std::string("/formats/own-colour-is-not-looked-at/") + format, [=] { own_colour_is_not_looked_at(format); });
  for (const char* format : {"BGR", "RGB", "BGRx", "RGBx", "BGRA", "RGBA", "RGBA64_LE"})
    add(std::string("/formats/rgb-keeps-its-lightness/") + format, [=] { rgb_input_keeps_its_lightness(format); });
  for (const char* format : {"GRAY8", "GRAY16_LE"})
    add(std::string("/formats/where-downstream-takes-anything-luma-is-kept/") + format,
        [=] { free_choice_keeps_luma(format); });
  for (const auto& [source, wanted] : {std::pair{"I420", "I420 I420"},
                                       {"UYVY", "UYVY UYVY"},
                                       {"YVYU", "Y42B Y42B"},
                                       {"BGRA", "BGRA BGRA"},
                                       {"I420_10LE", "I420_10LE I420_10LE"},
                                       {"P010_10LE", "P010_10LE P010_10LE"},
                                       {"v210", "I422_10LE I422_10LE"},
                                       {"GBR_10LE", "RGBA64_LE RGBA64_LE"},
                                       {"I420_12LE", "I420_12LE I420_12LE"},
                                       {"GRAY16_LE", "GRAY16_LE Y444_16LE"},
                                       {"ARGB64", "RGBA64_LE RGBA64_LE"}})
    add(std::string("/formats/conversion-keeps-the-depth/") + source,
        [source = source, wanted = wanted] { conversion_keeps_the_depth(source, wanted); });
  add("/formats/the-same-input-gives-the-same-bits/GRAY8-I420", [] { same_bits_twice("GRAY8", "I420"); });
  add("/formats/the-same-input-gives-the-same-bits/P010", [] { same_bits_twice("P010_10LE", "P010_10LE"); });
  add("/formats/the-same-input-gives-the-same-bits/BGRx-BGRx", [] { same_bits_twice("BGRx", "BGRx"); });
  add("/formats/no-property-set-gives-colour", no_property_set_gives_colour);
  return g_test_run();
}
