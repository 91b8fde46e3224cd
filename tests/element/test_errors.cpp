// SPDX-License-Identifier: LGPL-2.1-or-later
/// What cannot be is said on the bus, by its name; no frame passes uncoloured; and once it is put right the element
/// works.

#include <set>

#include "element.h"

using namespace test;

namespace {

struct Kind {
  GQuark domain;
  int code;
};
Kind not_found() { return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND}; }
Kind settings() { return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS}; }
Kind library() { return {GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT}; }

/// Just one error, of this kind, whose text has each of these words.
void assert_error(GstBus* bus, const Kind& kind, const std::vector<std::string>& words) {
  const BusError error = wait_for_error(bus);
  g_test_message("%s", error.text.c_str());
  g_assert_cmpstr(g_quark_to_string(error.domain), ==, g_quark_to_string(kind.domain));
  g_assert_cmpint(error.code, ==, kind.code);
  for (const auto& word : words)
    if (error.text.find(word) == std::string::npos) g_error("'%s' does not say '%s'", error.text.c_str(), word.c_str());
  g_assert_null(gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR));
}

void assert_it_works(Harness& harness) {
  const std::string in = raw("GRAY8", 40, 24);
  harness.caps(in, "video/x-raw,format=RGB");
  g_assert_cmpfloat(farthest_from(harness.process(paint(in, gray_squares(in))), constant_a, constant_b), <, 1);
  g_assert_null(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_ERROR));
}

/// The element does not start, each time it is asked to, and says why.
void assert_refused(GstElement* element, const Kind& kind, const std::vector<std::string>& words) {
  const Owned<GstBus> bus(gst_bus_new());
  gst_element_set_bus(element, bus.get());
  for (int time = 0; time < 2; ++time) {
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    assert_error(bus.get(), kind, words);
  }
}

/// ... and starts with another network.
void refused(const std::string& model, const Kind& kind, const std::vector<std::string>& words) {
  const auto element = colorize(model);
  assert_refused(element.get(), kind, words);
  g_object_set(element.get(), "model", network("ab-constant").c_str(), nullptr);
  Harness harness(element.get());
  assert_it_works(harness);
}

/// Every network in tests/models/bad. errors.ini has the word that the error must contain, and the file is named too.
void add_bad_networks() {
  const std::set<std::string> missing{"missing-sidecar", "missing-centres"};
  const std::set<std::string> broken{"corrupt",
                                     "empty",
                                     "text",
                                     "three-channels",
                                     "flat-output",
                                     "wrong-input-channels",
                                     "wrong-input-name",
                                     "wrong-output-name",
                                     "not-finite",
                                     "unknown-operator",
                                     "unsupported-operator"};
  const std::string folder = network("bad/").substr(0, network("bad/").rfind('/') + 1);
  const Owned<GKeyFile> file(g_key_file_new());
  GError* error = nullptr;
  g_key_file_load_from_file(file.get(), (folder + "errors.ini").c_str(), G_KEY_FILE_NONE, &error);
  g_assert_no_error(error);
  gsize count = 0;
  gchar** names = g_key_file_get_keys(file.get(), "mentions", &count, nullptr);
  g_assert_cmpuint(count, >, missing.size() + broken.size());
  for (gsize i = 0; i < count; ++i) {
    const std::string name = names[i];
    const Owned<char> word(g_key_file_get_string(file.get(), "mentions", names[i], nullptr));
    const Kind kind = missing.contains(name) ? not_found() : broken.contains(name) ? library() : settings();
    add("/errors/refused/" + name, [=, word = std::string(word.get())] {
      refused(network("bad/" + name), kind, {folder, word});
    });
  }
  g_strfreev(names);
}

/// What the user asked of a network that has one size only, before and during play.
void fixed_size_is_no_other() {
  const std::vector<std::string> words{"fixed.onnx", "64x64", "inference-size"};
  const auto element = colorize(network("fixed"));
  g_object_set(element.get(), "inference-size", 128, nullptr);
  assert_refused(element.get(), settings(), words);

  g_object_set(element.get(), "inference-size", 64, nullptr);
  Harness harness(element.get());
  const std::string caps = raw("I420", 40, 24);
  const Picture picture = paint(caps, gray_squares(caps));
  harness.caps(caps);
  const Samples colour = samples(harness.process(picture));
  harness.set("inference-size", 128);
  g_assert_cmpint(gst_harness_push(harness.get(), gst_buffer_ref(picture.buffer.get())), ==, GST_FLOW_ERROR);
  g_assert_null(gst_harness_try_pull(harness.get()));
  assert_error(harness.bus(), settings(), words);
  harness.set("inference-size", 0);
  g_assert_true(samples(harness.process(picture)) == colour);
}

void impossible_caps(const char* caps) {
  Harness harness;
  gst_harness_set_src_caps_str(harness.get(), caps);
  g_assert_cmpint(gst_harness_push(harness.get(), gst_buffer_new_allocate(nullptr, 4096, nullptr)), ==,
                  GST_FLOW_NOT_NEGOTIATED);
  g_assert_null(gst_harness_try_pull(harness.get()));
  assert_it_works(harness);
}

/// Downstream wants what cannot be made of the input.
void impossible_conversion() {
  Harness harness;
  const std::string in = raw("I420", 40, 24);
  harness.caps(in, "video/x-raw,format=RGB");
  Picture picture = paint(in, gray_squares(in));
  g_assert_cmpint(gst_harness_push(harness.get(), picture.buffer.release()), ==, GST_FLOW_NOT_NEGOTIATED);
  g_assert_null(gst_harness_try_pull(harness.get()));
  assert_it_works(harness);
}

/// GstVideoFilter says so and goes on.
void truncated_frame() {
  Harness harness;
  harness.caps(raw("I420", 40, 24));
  gst_harness_push(harness.get(), gst_buffer_new_allocate(nullptr, 100, nullptr));
  const Owned<GstMessage> message(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_WARNING));
  g_assert_nonnull(message);
}

/// The same in a pipeline: it does not start, says why once, and starts when the network is there.
void pipeline_starts_after_correction() {
  GError* error = nullptr;
  const Owned<GstElement> pipeline(GST_ELEMENT(
      gst_object_ref_sink(gst_parse_launch("videotestsrc num-buffers=3 ! video/x-raw,format=GRAY8,width=64,height=48 ! "
                                           "colorize name=c model=nobody ! fakesink",
                                           &error))));
  g_assert_no_error(error);
  g_assert_cmpint(gst_element_set_state(pipeline.get(), GST_STATE_PLAYING), ==, GST_STATE_CHANGE_FAILURE);
  const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
  assert_error(bus.get(), not_found(), {"nobody"});
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  const Owned<GstElement> element(gst_bin_get_by_name(GST_BIN(pipeline.get()), "c"));
  g_object_set(element.get(), "model", network("ab-constant").c_str(), nullptr);
  play_to_end(pipeline.get());
}

/// Caps that the element refuses stop the source that brings them, which says so.
void pipeline_says_caps_that_cannot_be() {
  GError* error = nullptr;
  const Owned<GstElement> pipeline(GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(
      ("appsrc name=source ! colorize model=\"" + network("ab-constant") + "\" ! fakesink").c_str(), &error))));
  g_assert_no_error(error);
  const Owned<GstElement> source(gst_bin_get_by_name(GST_BIN(pipeline.get()), "source"));
  const Owned<GstCaps> caps(gst_caps_from_string(raw("GRAY10_LE32", 64, 48).c_str()));
  g_object_set(source.get(), "caps", caps.get(), nullptr);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const Buffer buffer(gst_buffer_new_allocate(nullptr, 6144, nullptr));
  GstFlowReturn flow = GST_FLOW_ERROR;
  g_signal_emit_by_name(source.get(), "push-buffer", buffer.get(), &flow);
  const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
  g_assert_cmpstr(g_quark_to_string(wait_for_error(bus.get()).domain), ==, g_quark_to_string(GST_STREAM_ERROR));
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

}  // namespace

int main(int argc, char** argv) {
  init(&argc, &argv);
  add_bad_networks();
  add("/errors/no-such-name", [] { refused("nobody", not_found(), {"'nobody'", "nobody.onnx", "colorize/models"}); });
  add("/errors/no-name", [] { refused("", not_found(), {"''"}); });
  add("/errors/no-such-file", [] { refused("/nowhere/net.onnx", not_found(), {"/nowhere/net.onnx", "No such file"}); });
  add("/errors/no-such-caffemodel",
      [] { refused("/nowhere/net.caffemodel", not_found(), {"/nowhere/net.caffemodel"}); });
  add("/errors/a-folder", [] { refused("/usr/", not_found(), {"/usr/"}); });
  add("/errors/fixed-size-is-no-other", fixed_size_is_no_other);
  for (const auto& [what, caps] :
       {std::pair{"gray-of-10-bits", "video/x-raw,format=GRAY10_LE32,width=40,height=24,framerate=25/1"},
        {"alpha-beside-luma", "video/x-raw,format=A420_10LE,width=40,height=24,framerate=25/1"},
        {"no-height", "video/x-raw,format=GRAY8,width=40,framerate=25/1"},
        {"fields-apart",
         "video/x-raw(format:Interlaced),format=I420,width=40,height=24,framerate=25/1,interlace-mode=alternate"},
        {"memory-of-a-GPU", "video/x-raw(memory:GLMemory),format=RGBA,width=40,height=24,framerate=25/1"},
        {"sound", "audio/x-raw,format=S16LE,rate=44100,channels=2,layout=interleaved"}})
    add(std::string("/errors/impossible-caps/") + what, [caps = caps] { impossible_caps(caps); });
  add("/errors/impossible-conversion", impossible_conversion);
  add("/errors/truncated-frame-is-a-warning", truncated_frame);
  add("/errors/pipeline-starts-after-correction", pipeline_starts_after_correction);
  add("/errors/pipeline-says-caps-that-cannot-be", pipeline_says_caps_that_cannot_be);
  return g_test_run();
}
