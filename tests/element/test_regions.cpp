// SPDX-License-Identifier: LGPL-2.1-or-later
/// Colour in parts of the picture alone.

#include <glib/gstdio.h>

#include <algorithm>

#include "element.h"

using namespace test;

namespace {

constexpr int width = 33, height = 17;
/// One pixel black, the other white.
constexpr const char* mask =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGNg+A8AAQIBAEK+vGgAAAAASUVORK5CYII=";

Paint coloured(const std::string& caps) {
  const int unit = 1 << (paint(caps, gray_squares(caps)).depth() - 8);
  return [unit](int c, int x, int y) { return unit * (c == 0 ? 60 + (x * 7 + y * 5) % 120 : 100 + (x + y * c) % 50); };
}

Samples with(const std::string& caps, const Picture& picture, const char* property = nullptr,
             const std::string& value = "") {
  Harness harness;
  harness.caps(caps);
  if (property) harness.set(property, value.c_str());
  return samples(harness.process(picture));
}

/// Calls `check` with component, index and the pixels that a sample lies on.
void for_each_sample(const GstVideoInfo& info,
                     const std::function<void(std::size_t, std::size_t, int, int, int, int)>& check) {
  for (guint c = 0; c < GST_VIDEO_INFO_N_COMPONENTS(&info); ++c) {
    const int columns = GST_VIDEO_INFO_COMP_WIDTH(&info, c), rows = GST_VIDEO_INFO_COMP_HEIGHT(&info, c);
    const int across = columns == width ? 1 : 2, down = rows == height ? 1 : 2;
    for (int y = 0; y < rows; ++y)
      for (int x = 0; x < columns; ++x)
        check(c, static_cast<std::size_t>(y * columns + x), x * across, (x + 1) * across, y * down, (y + 1) * down);
  }
}

/// Where there is to be no colour, all samples are what came, bit by bit; where there is, what they are without a
/// region.
void a_region_is_exact(const std::string& format) {
  const std::string caps = raw(format, width, height);
  const Picture picture = paint(caps, coloured(caps));
  const Samples before = samples(picture), whole = with(caps, picture);
  for (const char* property : {"region", "exclude"}) {
    const Samples after = with(caps, picture, property, "8,4,12,7");
    for_each_sample(picture.info, [&](std::size_t c, std::size_t i, int left, int right, int top, int bottom) {
      const bool within = left >= 8 && right <= 20 && top >= 4 && bottom <= 11;
      const bool apart = right <= 8 || left >= 20 || bottom <= 4 || top >= 11;
      const bool is_coloured = property == std::string("region") ? within : apart;
      g_assert_cmpint(after[c][i], ==, is_coloured ? whole[c][i] : before[c][i]);
    });
  }
}

void strength_acts_inside() {
  const std::string caps = raw("Y444", width, height);
  const Picture picture = paint(caps, coloured(caps));
  const auto colour = [&](const char* region) {
    Harness harness;
    harness.set("strength", 0.5);
    harness.set("region", region);
    harness.caps(caps);
    return samples(harness.process(picture));
  };
  g_assert_true(colour("0,0,100%,100%") == colour(nullptr));
}

void gray_outside_is_neutral() {
  const std::string in = raw("GRAY8", width, height);
  Harness harness;
  harness.set("region", "16,0,16,16");
  harness.caps(in, "video/x-raw,format=Y444");
  const Picture out = harness.process(paint(in, gray_squares(in)));
  const Samples now = samples(out);
  g_assert_cmpint(now[1][5], ==, 128);
  g_assert_cmpint(now[2][5], ==, 128);
  g_assert_cmpint(now[1][20], !=, 128);
}

/// Regions that a detector put on the buffer.
void what_a_detector_says(const char* property, const char* value, const std::vector<int>& coloured_columns) {
  const std::string caps = raw("RGB", width, height);
  Picture picture = paint(caps, gray_squares(caps));
  gst_buffer_add_video_region_of_interest_meta(picture.buffer.get(), "face", 4, 0, 8, 16);
  gst_buffer_add_video_region_of_interest_meta(picture.buffer.get(), "car", 20, 0, 8, 16);
  const Samples before = samples(picture), after = with(caps, picture, property, value);
  for (const int x : {0, 8, 16, 24, 31}) {
    const auto at = static_cast<std::size_t>(5 * width + x);
    g_assert_true((before[0][at] != after[0][at]) == (std::ranges::count(coloured_columns, x) > 0));
  }
}

void where_nothing_is_detected_nothing_is_coloured() {
  const std::string caps = raw("RGB", width, height);
  const Picture picture = paint(caps, gray_squares(caps));
  g_assert_true(with(caps, picture, "region", "roi") == samples(picture));
  g_assert_true(with(caps, picture, "exclude", "roi") == with(caps, picture));
}

/// From a file, from a line that names one, and with its content in it.
void a_mask_is_a_picture() {
  gsize size = 0;
  guchar* const png = g_base64_decode(mask, &size);
  gchar* const folder = g_dir_make_tmp("colorize masks XXXXXX", nullptr);
  const std::string file = std::string(folder) + "/right half.png";
  g_assert_true(
      g_file_set_contents(file.c_str(), reinterpret_cast<const gchar*>(png), static_cast<gssize>(size), nullptr));
  g_free(png);
  const std::string caps = raw("I420", width, height);
  const Picture picture = paint(caps, coloured(caps));
  const Samples before = samples(picture), whole = with(caps, picture);
  for (const std::string& value :
       {file, "{\"mask\": \"" + file + "\"}", std::string("{\"mask\": \"data:;base64,") + mask + "\"}"}) {
    const Samples after = with(caps, picture, "region", value);
    for (const std::size_t row : {0, 4, 8})
      for (const std::size_t c : {1, 2}) {
        for (const std::size_t x : {0, 2}) g_assert_cmpint(after[c][row * 17 + x], ==, before[c][row * 17 + x]);
        for (const std::size_t x : {14, 16}) g_assert_cmpint(after[c][row * 17 + x], ==, whole[c][row * 17 + x]);
      }
  }
  g_remove(file.c_str());
  g_rmdir(folder);
  g_free(folder);
}

void what_cannot_be_read_is_said(const char* property, const std::string& value, const std::string& word) {
  const auto element = colorize();
  g_object_set(element.get(), property, value.c_str(), nullptr);
  const Owned<GstBus> bus(gst_bus_new());
  gst_element_set_bus(element.get(), bus.get());
  g_assert_cmpint(gst_element_set_state(element.get(), GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  const BusError error = wait_for_error(bus.get());
  for (const std::string& said : {std::string(property), word})
    if (error.text.find(said) == std::string::npos) g_error("'%s' does not say '%s'", error.text.c_str(), said.c_str());
  g_object_set(element.get(), property, nullptr, nullptr);
  g_assert_cmpint(gst_element_set_state(element.get(), GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
  gst_element_set_state(element.get(), GST_STATE_NULL);
  gst_element_set_bus(element.get(), nullptr);
}

/// And what was there stays.
void while_it_plays_it_is_a_warning(const char* property, const char* value) {
  const std::string caps = raw("RGB", width, height);
  const Picture picture = paint(caps, gray_squares(caps));
  Harness harness;
  harness.caps(caps);
  harness.set(property, value);
  const Samples before = samples(harness.process(picture));
  g_assert_true(before != with(caps, picture));
  harness.set(property, "nonsense");
  g_assert_true(samples(harness.process(picture)) == before);
  const Owned<GstMessage> warning(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_WARNING));
  g_assert_nonnull(warning.get());
  harness.set(property, "");
  g_assert_true(samples(harness.process(picture)) == with(caps, picture));
}

/// What users are told to load by GStreamer's own means.
void a_preset_is_loaded(const std::string& name) {
  const auto element = colorize();
  g_object_set(element.get(), "palette", "#ff0000", "saturation", 0.1, "warmth", 44.0, "tint", 44.0, nullptr);
  g_assert_true(gst_preset_load_preset(GST_PRESET(element.get()), name.c_str()));
  gdouble saturation = 0, warmth = 0, tint = 0;
  gchar *palette = nullptr, *comment = nullptr;
  g_object_get(element.get(), "saturation", &saturation, "warmth", &warmth, "tint", &tint, "palette", &palette,
               nullptr);
  g_assert_true(saturation != 0.1 && warmth != 44 && tint != 44);
  g_assert_cmpstr(palette, !=, "#ff0000");
  g_assert_true(gst_preset_get_meta(GST_PRESET(element.get()), name.c_str(), "comment", &comment));
  g_free(palette);
  g_free(comment);
  g_assert_cmpint(gst_element_set_state(element.get(), GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
  gst_element_set_state(element.get(), GST_STATE_NULL);
}

void presets_are_found() {
  const auto element = colorize();
  gchar** const names = gst_preset_get_preset_names(GST_PRESET(element.get()));
  g_assert_nonnull(names);
  g_assert_cmpint(static_cast<int>(g_strv_length(names)), >=, 9);
  for (gchar** name = names; *name; ++name) a_preset_is_loaded(*name);
  g_strfreev(names);
}

}  // namespace

int main(int argc, char** argv) {
  test::init(&argc, &argv);
  for (const auto* formats : {&colour_formats, &deep_formats})
    for (const std::string& format : *formats) add("/regions/exact/" + format, [format] { a_region_is_exact(format); });
  add("/regions/strength-acts-inside", strength_acts_inside);
  add("/regions/gray-outside-is-neutral", gray_outside_is_neutral);
  for (const auto& [property, value, columns] : {std::tuple{"region", "roi", std::vector{8, 24}},
                                                 {"region", "roi:face", {8}},
                                                 {"exclude", "roi", {0, 16, 31}},
                                                 {"exclude", "{\"roi\": \"car\"}", {0, 8, 16, 31}}})
    add(std::string("/regions/detected/") + property + "/" + value,
        [property = property, value = value, columns = columns] { what_a_detector_says(property, value, columns); });
  add("/regions/detected/nothing", where_nothing_is_detected_nothing_is_coloured);
  add("/regions/mask", a_mask_is_a_picture);
  for (const auto& [value, word] : {std::pair{"{\"rectangle\": [1, 2, 3]}", "[x, y, width, height]"},
                                    {"{\"rectangle\": [1, 2, 3, \"5\"]}", "100%"},
                                    {"{\"rectangle\": [1, 2, \"5%\", 4]}", "both"},
                                    {"{\"polygon\": [[1, 2], [3, 4]]}", "three places"},
                                    {"{\"polygon\": [1, 2, 3]}", "\"polygon\""},
                                    {"{\"soft\": 3}", "one of"},
                                    {"{\"rectangle\": [1, 2, 3, 4], \"mask\": \"a.png\"}", "one of"},
                                    {"{\"rectangle\": [1, 2, 3, 4], \"shape\": 1}", "\"shape\""},
                                    {"{\"rectangle\": [1, 2, 3, 4], \"moves\": 1}", "true or false"},
                                    {"{\"roi\": \"\", \"moves\": true}", "detector"},
                                    {"{\"mask\": \"data:;base64,aGVsbG8=\"}", "mask"},
                                    {"1,2,3,4\n{", "line 2"}})
    for (const char* property : {"region", "exclude"})
      add(std::string("/regions/said/") + property + "/" + value,
          [property, value = value, word = word] { what_cannot_be_read_is_said(property, value, word); });
  add("/regions/said/file",
      [] { what_cannot_be_read_is_said("region", "/nowhere/region.png", "/nowhere/region.png"); });
  add("/regions/said/deep",
      [] { what_cannot_be_read_is_said("region", "{\"polygon\": " + std::string(400000, '['), "brackets"); });
  add("/palette/said", [] { what_cannot_be_read_is_said("palette", "tecnicolor", "technicolor"); });
  for (const auto& [property, value] :
       {std::pair{"region", "0,0,50%,50%"}, {"exclude", "0,0,8,8"}, {"palette", "blue->red"}})
    add(std::string("/while-it-plays/") + property,
        [property = property, value = value] { while_it_plays_it_is_a_warning(property, value); });
  add("/presets/are-found", presets_are_found);
  return g_test_run();
}
