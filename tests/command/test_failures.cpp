// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "../engine/check.h"
#include "common/pipeline.h"

using namespace colorize::command;

/// What is said of a pipeline that fails.
static std::string words_of(const Element& pipeline) {
  try {
    Playing(pipeline.get()).run();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return {};
}

static void expect_words(const std::string& words, const std::string& wanted) {
  expect(words == wanted, "\"%s\" instead of \"%s\"", words.c_str(), wanted.c_str());
}

static void test_an_element_is_named_and_no_place_in_its_source() {
  expect_words(words_of(parse_pipeline("videotestsrc ! identity error-after=2 ! fakesink")),
               "GStreamer's identity: Failed after iterations as requested.");
}

static void test_streams_that_do_not_fit() {
  const Element pipeline = parse_pipeline("videotestsrc ! capsfilter name=filter ! fakesink");
  const Caps caps(gst_caps_from_string("audio/x-raw"));
  g_object_set(element_of(pipeline.get(), "filter"), "caps", caps.get(), nullptr);
  expect_words(words_of(pipeline),
               "GStreamer's videotestsrc: could not go on (what follows does not take such a stream)");
}

static void test_a_file_speaks_for_itself() {
  const std::string words = words_of(parse_pipeline("filesrc location=/nowhere ! fakesink"));
  expect(words.find("GStreamer's") == std::string::npos && words.find("/nowhere") != std::string::npos, "\"%s\"",
         words.c_str());
}

static void test_our_own_words_stay() {
  const Element pipeline = parse_pipeline("videotestsrc ! identity name=here ! fakesink");
  const Pad pad(gst_element_get_static_pad(element_of(pipeline.get(), "here"), "src"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad* at, GstPadProbeInfo*, void*) { return post(at, Failure("our words")); }, nullptr, nullptr);
  expect_words(words_of(pipeline), "our words");
}

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/failures/an element is named", test_an_element_is_named_and_no_place_in_its_source);
  g_test_add_func("/failures/streams that do not fit", test_streams_that_do_not_fit);
  g_test_add_func("/failures/a file speaks for itself", test_a_file_speaks_for_itself);
  g_test_add_func("/failures/our own words stay", test_our_own_words_stay);
  return g_test_run();
}
