// SPDX-License-Identifier: LGPL-2.1-or-later
/// Elements come and go: nothing heavy before they start, nothing left when they end. Runs with GStreamer's leaks
/// tracer.

#include <glib/gstdio.h>
#include <gst/video/colorbalance.h>

#include <map>

#include "element.h"

using namespace test;

namespace {

/* Leaks */

/// Counts GStreamer's objects while it lives, through the tracer's own record of them.
class Tracking {
 public:
  Tracking() {
    GList* tracers = gst_tracing_get_active_tracers();
    for (const GList* item = tracers; item; item = item->next)
      if (g_str_equal(G_OBJECT_TYPE_NAME(item->data), "GstLeaksTracer")) tracer_ = GST_TRACER(item->data);
    g_list_free_full(tracers, gst_object_unref);
    g_assert_nonnull(tracer_);
    g_signal_emit_by_name(tracer_, "activity-start-tracking");
  }
  ~Tracking() { g_signal_emit_by_name(tracer_, "activity-stop-tracking"); }
  Tracking(const Tracking&) = delete;

  /// Objects made and not ended since the last look, by type; negative where older ones ended.
  std::map<std::string, int> left() {
    GstStructure* checkpoint = nullptr;
    g_signal_emit_by_name(tracer_, "activity-get-checkpoint", &checkpoint);
    const Owned<GstStructure> owned(checkpoint);
    std::map<std::string, int> counts;
    for (const auto& [name, sign] : {std::pair{"objects-created-list", 1}, {"objects-removed-list", -1}}) {
      const GValue* list = gst_structure_get_value(checkpoint, name);
      for (guint i = 0; i < gst_value_list_get_size(list); ++i)
        counts[gst_structure_get_string(gst_value_get_structure(gst_value_list_get_value(list, i)), "type-name")] +=
            sign;
    }
    return counts;
  }

 private:
  GstTracer* tracer_ = nullptr;
};

/// The first time may leave what stays for good. A streaming thread that is late to end what it holds makes a count of
/// one or two; what is lost each time counts up to `times`.
void assert_no_leak(int times, const std::function<void()>& live) {
  live();
  Tracking tracking;
  for (int i = 0; i < times; ++i) live();
  for (const auto& [type, count] : tracking.left())
    if (count > times / 2) g_error("%d of %s are left after %d times", count, type.c_str(), times);
}

void leaks_are_seen() {
  Tracking tracking;
  Buffer lost(gst_buffer_new());
  g_assert_cmpint(tracking.left()["GstBuffer"], ==, 1);
  lost.reset();
  g_assert_cmpint(tracking.left()["GstBuffer"], ==, -1);
}

Owned<GstElement> pipeline(const std::string& formats) {
  GError* error = nullptr;
  const auto [in, out] = std::pair{formats.substr(0, formats.find('-')), formats.substr(formats.find('-') + 1)};
  GstElement* element = gst_parse_launch(
      ("videotestsrc num-buffers=2 ! video/x-raw,format=" + in + ",width=32,height=16 ! colorize name=c model=\"" +
       network("ab-constant") + "\" ! video/x-raw,format=" + out + " ! fakesink")
          .c_str(),
      &error);
  g_assert_no_error(error);
  return Owned<GstElement>(GST_ELEMENT(gst_object_ref_sink(element)));
}

/// The same element through all its states, frames included.
void state_cycles(const std::string& formats) {
  const auto cycling = pipeline(formats);
  assert_no_leak(100, [&] { play_to_end(cycling.get()); });
}

/// Another element each time, and what a user does with one.
void elements_come_and_go() {
  assert_no_leak(20, [] {
    for (const char* formats : {"I420-I420", "GRAY8-RGBA"}) {
      const auto playing = pipeline(formats);
      const Owned<GstElement> element(gst_bin_get_by_name(GST_BIN(playing.get()), "c"));
      g_object_set(element.get(), "hue-shift", 30.0, "strength", 0.0, nullptr);
      auto* balance = GST_COLOR_BALANCE(element.get());
      auto* channel = GST_COLOR_BALANCE_CHANNEL(gst_color_balance_list_channels(balance)->data);
      gst_color_balance_set_value(balance, channel, 100);
      play_to_end(playing.get());
    }
  });
}

void failed_starts() {
  assert_no_leak(20, [] {
    for (const char* bad : {"bad/corrupt", "bad/unknown-key", "bad/not-finite", "nothing"}) {
      const auto element = colorize(network(bad));
      g_assert_cmpint(gst_element_set_state(element.get(), GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
      gst_element_set_state(element.get(), GST_STATE_NULL);
    }
  });
}

/// An element dropped while frames are under way, and one that never started.
void abandoned() {
  assert_no_leak(20, [] {
    const auto never = colorize();
    Harness harness;
    harness.caps(raw("GRAY8", 32, 16), "video/x-raw,format=NV12");
    const Picture gray = paint(raw("GRAY8", 32, 16), [](int, int, int) { return 100; });
    gst_harness_push(harness.get(), gst_buffer_ref(gray.buffer.get()));
  });
}

/// GObjects that are no GstObjects, which the tracer does not see.
void nothing_outlives_the_element() {
  Owned<GstElement> element = colorize();
  std::vector<gpointer> watched{element.get()};
  for (const GList* item = gst_color_balance_list_channels(GST_COLOR_BALANCE(element.get())); item; item = item->next)
    watched.push_back(item->data);
  g_assert_cmpuint(watched.size(), ==, 3);
  for (gpointer& object : watched) g_object_add_weak_pointer(G_OBJECT(object), &object);
  element.reset();
  for (const gpointer object : watched) g_assert_null(object);
}

/* States */

/// Whatever this plugin has goes up and down through all states with nothing linked to it.
void states_without_a_network() {
  GList* features = gst_registry_get_feature_list_by_plugin(gst_registry_get(), "colorize");
  g_assert_nonnull(features);
  for (const GList* item = features; item; item = item->next) {
    if (!GST_IS_ELEMENT_FACTORY(item->data)) continue;
    const Owned<GstElement> element(
        GST_ELEMENT(gst_object_ref_sink(gst_element_factory_create(GST_ELEMENT_FACTORY(item->data), nullptr))));
    for (const GstState state :
         {GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_PAUSED,
          GST_STATE_READY, GST_STATE_NULL, GST_STATE_PLAYING, GST_STATE_NULL})
      g_assert_cmpint(gst_element_set_state(element.get(), state), !=, GST_STATE_CHANGE_FAILURE);
  }
  gst_plugin_feature_list_free(features);
}

/// A network that is not there is no matter before READY->PAUSED.
void network_is_not_touched_before_paused() {
  const auto element = colorize(network("nothing"));
  const Owned<GstBus> bus(gst_bus_new());
  gst_element_set_bus(element.get(), bus.get());
  g_assert_cmpint(gst_element_set_state(element.get(), GST_STATE_READY), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_null(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
  g_assert_cmpint(gst_element_set_state(element.get(), GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  g_assert_nonnull(Owned<GstMessage>(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR)));
  gst_element_set_state(element.get(), GST_STATE_NULL);
  gst_element_set_bus(element.get(), nullptr);
}

/// The network may be another each time the element starts.
void model_changes_between_starts() {
  const std::string caps = raw("RGB", 32, 32);
  const auto element = colorize();
  const auto colour = [&] {
    Harness harness(element.get());
    harness.caps(caps);
    const Samples result = samples(harness.process(paint(caps, [](int, int, int) { return 120; })));
    gst_element_set_state(element.get(), GST_STATE_NULL);
    return result;
  };
  const Samples first = colour();
  g_object_set(element.get(), "model", network("ab-linear").c_str(), nullptr);
  g_assert_true(colour() != first);
  g_object_set(element.get(), "model", network("ab-constant").c_str(), nullptr);
  g_assert_true(colour() == first);
}

/// A name is looked for in the user's data folder (main makes one).
void model_is_found_by_name() {
  Harness harness("installed");
  const std::string in = raw("GRAY8", 40, 24);
  harness.caps(in, "video/x-raw,format=RGB");
  g_assert_cmpfloat(farthest_from(harness.process(paint(in, gray_squares(in))), constant_a, constant_b), <, 1);
}

void gst_inspect_says_it_all_and_no_more() {
  gchar* arguments[] = {g_strdup("gst-inspect-1.0"), g_strdup("--no-colors"), g_strdup("colorize"), nullptr};
  gchar *out = nullptr, *err = nullptr;
  gint status = -1;
  GError* error = nullptr;
  g_spawn_sync(nullptr, arguments, nullptr, G_SPAWN_SEARCH_PATH, nullptr, nullptr, &out, &err, &status, &error);
  for (gchar* argument : arguments) g_free(argument);
  const Owned<char> text(out), noise(err);
  g_assert_no_error(error);
  g_assert_cmpint(status, ==, 0);
  g_assert_cmpstr(noise.get(), ==, "");
  for (const char* word :
       {"Filter/Effect/Video", "none (0)", "model ", "saturation ", "hue-shift ", "strength ", "inference-size ",
        "GstColorBalance", "controllable", "changeable only in NULL or READY state",
        "changeable in NULL, READY, PAUSED or PLAYING state"})
    if (!g_strrstr(text.get(), word)) g_error("gst-inspect-1.0 does not say '%s'", word);
}

/// A data folder with the network "installed".
void install_network(const std::string& folder) {
  g_assert_cmpint(g_mkdir_with_parents((folder + "/colorize/models").c_str(), 0700), ==, 0);
  for (const char* suffix : {"", ".modelinfo"}) {
    gchar* content = nullptr;
    gsize size = 0;
    g_assert_true(g_file_get_contents((network("ab-constant") + suffix).c_str(), &content, &size, nullptr));
    const Owned<char> owned(content);
    const std::string copy = folder + "/colorize/models/installed.onnx" + suffix;
    g_assert_true(g_file_set_contents(copy.c_str(), content, static_cast<gssize>(size), nullptr));
  }
}

void remove_network(const std::string& folder) {
  for (const char* file : {"/colorize/models/installed.onnx", "/colorize/models/installed.onnx.modelinfo"})
    g_unlink((folder + file).c_str());
  for (const char* inside : {"/colorize/models", "/colorize", ""}) g_rmdir((folder + inside).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const Owned<char> data(g_dir_make_tmp("colorize data-XXXXXX", nullptr));
  g_setenv("XDG_DATA_HOME", data.get(), TRUE);
  g_setenv("GST_TRACERS", "leaks", TRUE);
  install_network(data.get());
  init(&argc, &argv);
  g_unsetenv("GST_TRACERS");  // for the programs that are run here

  add("/lifecycle/leaks-are-seen", leaks_are_seen);
  for (const char* formats : {"I420-I420", "GRAY8-NV12", "BGRA-BGRA"})
    add(std::string("/lifecycle/100-state-cycles-leak-nothing/") + formats, [=] { state_cycles(formats); });
  add("/lifecycle/elements-that-come-and-go-leak-nothing", elements_come_and_go);
  add("/lifecycle/failed-starts-leak-nothing", failed_starts);
  add("/lifecycle/abandoned-elements-leak-nothing", abandoned);
  add("/lifecycle/nothing-outlives-the-element", nothing_outlives_the_element);
  add("/lifecycle/states-without-a-network", states_without_a_network);
  add("/lifecycle/network-is-not-touched-before-paused", network_is_not_touched_before_paused);
  add("/lifecycle/model-changes-between-starts", model_changes_between_starts);
  add("/lifecycle/model-is-found-by-name", model_is_found_by_name);
  add("/lifecycle/gst-inspect-says-it-all-and-no-more", gst_inspect_says_it_all_and_no_more);
  const int result = g_test_run();
  remove_network(data.get());
  return result;
}
