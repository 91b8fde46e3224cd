// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <sstream>

#include "../engine/check.h"
#include "film/encoders.h"

using colorize::command::Caps, colorize::command::Container, colorize::command::container_of,
    colorize::command::Element, colorize::command::encoder_for, colorize::command::Encoder, colorize::command::Failure,
    colorize::command::Owned;

static constexpr const char* endings[] = {"mp4", "mov", "mkv",    "webm",   "ts",    "avi",
                                          "ogv", "mxf", "%d.png", "%d.tif", "%d.dpx"};

static Owned<GstElementFactory> factory(const char* element) {
  return Owned<GstElementFactory>(gst_element_factory_find(element));
}

static void expect_failure(const std::function<void()>& act, const std::vector<std::string>& words) {
  try {
    act();
  } catch (const Failure& failure) {
    g_test_message("%s", failure.what());
    for (const auto& word : words)
      expect(std::strstr(failure.what(), word.c_str()), "'%s' is not in: %s", word.c_str(), failure.what());
    return;
  }
  expect(false, "no failure that says '%s'", words.front().c_str());
}

/// Null where GStreamer cannot write it here.
static const Container* container_if_installed(const std::string& ending) try {
  return &container_of("film." + ending);
} catch (const Failure& failure) {
  for (const char* word : {ending.c_str(), "install the package gstreamer1.0-"})
    expect(std::strstr(failure.what(), word), "'%s' is not in: %s", word, failure.what());
  return nullptr;
}

static std::vector<std::string> codecs_of(const Container& container) {
  std::istringstream words(container.codecs);
  return {std::istream_iterator<std::string>(words), {}};
}

/// By codec the encoders that are installed here. Every codec is in some container.
static std::map<std::string, Encoder> installed() {
  std::map<std::string, Encoder> encoders;
  for (const char* ending : endings)
    if (const Container* const container = container_if_installed(ending))
      for (const auto& codec : codecs_of(*container)) try {
          encoders.emplace(codec, encoder_for(*container, codec));
        } catch (const Failure& failure) {
          if (std::strstr(failure.what(), "built with libavcodec")) continue;
          for (const char* word : {codec.c_str(), "install the package gstreamer1.0-"})
            expect(std::strstr(failure.what(), word), "'%s' is not in: %s", word, failure.what());
        }
  return encoders;
}

static void test_the_container_follows_the_name() {
  g_assert_cmpstr(container_of("a film.mp4").muxer, ==, "mp4mux");
  g_assert_true(&container_of("A.M4V") == &container_of("a.mp4"));
  g_assert_cmpstr(container_of("folder.avi/film.mkv").muxer, ==, "matroskamux");
  for (const char* name : {"film", "film.", ".mp4", "folder.mp4/film", "film.mp", "film.mp4 m4v"})
    expect_failure([&] { container_of(name); }, {name, "mp4, m4v, mov, mkv, webm, ts, m2ts, mts, avi, ogv, ogg"});
}

static void test_a_codec_that_does_not_fit_is_named_with_what_does() {
  expect_failure([] { encoder_for(container_of("a.webm"), "prores"); }, {"prores", "mov, mkv", "webm", "vp9, av1"});
  expect_failure([] { encoder_for(container_of("a.mp4"), "h26"); }, {"h26", "h264, h265, av1, vp9"});
}

static void test_the_first_codec_that_is_installed_is_the_usual_one() {
  const auto encoders = installed();
  g_assert_false(encoders.empty());
  for (const char* ending : endings) {
    const Container* const container = container_if_installed(ending);
    if (!container) continue;
    const auto codecs = codecs_of(*container);
    const auto first = std::ranges::find_if(codecs, [&](const auto& codec) { return encoders.contains(codec); });
    if (first == codecs.end()) continue;
    const Encoder usual = encoder_for(*container, "");
    g_test_message("%s: %s by %s", ending, usual.codec, usual.element);
    expect(usual.codec == *first, "%s: %s instead of %s", ending, usual.codec, first->c_str());
  }
}

/// A number that is out of the range of its property would be another one without a word.
static void expect_numbers(GstElement* element, const std::string& settings) {
  std::istringstream words(settings);
  for (std::string word; words >> word;) {
    const std::string name = word.substr(0, word.find('=')), wanted = word.substr(word.find('=') + 1);
    if (wanted.find_first_not_of("0123456789") != std::string::npos) continue;
    GValue value = G_VALUE_INIT;
    g_object_get_property(G_OBJECT(element), name.c_str(), &value);
    const Owned<gchar> is(G_VALUE_HOLDS_ENUM(&value)      ? g_strdup_printf("%d", g_value_get_enum(&value))
                          : G_VALUE_HOLDS_BOOLEAN(&value) ? g_strdup_printf("%d", g_value_get_boolean(&value))
                                                          : gst_value_serialize(&value));
    g_value_unset(&value);
    expect(is.get() == wanted, "%s has %s=%s instead of %s", GST_OBJECT_NAME(element), name.c_str(), is.get(),
           wanted.c_str());
  }
}

static void test_encoders_know_their_settings() {
  for (const auto& [codec, encoder] : installed())
    for (const bool in_order : {false, true})
      for (const auto quality : {std::optional<int>(), std::optional(0), std::optional(100)}) {
        const std::string text = encoder_description(encoder, {.quality = quality}, in_order, 2);
        g_test_message("%s", text.c_str());
        Owned<GError> error;
        const Element made(
            colorize::command::sunk(gst_parse_launch((text + " ! fakesink").c_str(), colorize::command::out(error))));
        expect(made && !error, "%s: %s", text.c_str(), error ? error->message : "nothing");
        if (!made || error) continue;
        const std::string settings = text.substr(text.find(' '), text.find(" ! ") - text.find(' '));
        expect_numbers(GST_ELEMENT(GST_BIN_CHILDREN(made.get())->next->next->data), settings);
        const int value = !quality ? encoder.usual : *quality == 0 ? encoder.worst : encoder.best;
        if (std::strstr(encoder.settings, "%d"))
          expect(settings.find("=" + std::to_string(value)) != std::string::npos, "%s: no %d", text.c_str(), value);
        expect(settings.find(encoder.in_order) != std::string::npos || !in_order, "%s: in order", text.c_str());
      }
}

static void test_pictures_have_a_format_on_their_way_to_an_encoder() {
  for (const auto& [codec, encoder] : installed()) {
    bool fits = false;
    for (const auto& name : formats(encoder)) {
      const Caps caps(gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, name.c_str(), nullptr));
      expect(gst_element_factory_can_sink_any_caps(factory("colorize").get(), caps.get()), "colorize takes no %s",
             name.c_str());
      fits |= gst_element_factory_can_sink_any_caps(factory(encoder.element).get(), caps.get());
    }
    expect(fits, "%s takes none of %s", encoder.element, encoder.formats);
  }
}

static void test_streams_find_their_way_into_a_muxer() {
  const Element muxer(colorize::command::sunk(gst_element_factory_make("matroskamux", nullptr)));
  if (!muxer) {
    g_test_skip("there is no matroskamux here");
    return;
  }
  const auto enter = [&](const char* caps) {
    return colorize::command::entry(muxer.get(), Caps(gst_caps_from_string(caps)).get());
  };
  const auto direct = enter("audio/x-vorbis,channels=2,rate=48000"), none = enter("application/x-nothing");
  expect(direct.pad && !direct.parser, "what it takes as it is has no parser before it");
  expect(!none.pad && !none.parser, "what it does not take has no pad");
  if (!factory("h264parse")) return;
  const auto parsed = enter("video/x-h264,stream-format=byte-stream,alignment=au");
  expect(parsed.pad && parsed.parser, "what it takes in another form has a parser before it");
  if (!parsed.parser) return;
  const Owned<GstPad> source(gst_element_get_static_pad(parsed.parser.get(), "src"));
  const Caps offered(gst_pad_query_caps(source.get(), nullptr)), taken(gst_pad_query_caps(parsed.pad.get(), nullptr));
  expect(gst_caps_can_intersect(offered.get(), taken.get()), "which makes what it takes");
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  gst_init(nullptr, nullptr);
  g_test_add_func("/encoders/the-container-follows-the-name", test_the_container_follows_the_name);
  g_test_add_func("/encoders/a-codec-that-does-not-fit-is-named-with-what-does",
                  test_a_codec_that_does_not_fit_is_named_with_what_does);
  g_test_add_func("/encoders/the-first-codec-that-is-installed-is-the-usual-one",
                  test_the_first_codec_that_is_installed_is_the_usual_one);
  g_test_add_func("/encoders/encoders-know-their-settings", test_encoders_know_their_settings);
  g_test_add_func("/encoders/pictures-have-a-format-on-their-way-to-an-encoder",
                  test_pictures_have_a_format_on_their_way_to_an_encoder);
  g_test_add_func("/encoders/streams-find-their-way-into-a-muxer", test_streams_find_their_way_into_a_muxer);
  return g_test_run();
}
