// SPDX-License-Identifier: LGPL-2.1-or-later
/// What the element says of a stream whose colours it has predicted, and when.

#include <string>

#include "element.h"

using namespace test;

namespace {

constexpr const char* source_type =
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

/// The next tags that come out, or nothing.
Owned<GstEvent> next_tags(Harness& harness) {
  for (;;) {
    Owned<GstEvent> event(gst_harness_try_pull_event(harness.get()));
    if (!event || GST_EVENT_TYPE(event.get()) == GST_EVENT_TAG) return event;
  }
}

const GstTagList* list_of(const Owned<GstEvent>& event) {
  GstTagList* tags = nullptr;
  gst_event_parse_tag(event.get(), &tags);
  return tags;
}

std::string comment_of(const Owned<GstEvent>& event) {
  const gchar* comment = nullptr;
  return gst_tag_list_peek_string_index(list_of(event), GST_TAG_COMMENT, 0, &comment) ? comment : "";
}

bool is_marked(const Owned<GstEvent>& event) { return comment_of(event).find(source_type) != std::string::npos; }

std::string rgb() { return raw("RGB", 96, 64); }

/// A picture with colours of its own.
Picture coloured() {
  return paint(rgb(),
               [](int component, int x, int y) { return 60 + 40 * ((x * component + y * (2 - component)) / 8 % 3); });
}

Picture gray() { return paint(rgb(), gray_squares(rgb())); }

void send_tags(Harness& harness, GstTagScope scope, const char* comment) {
  GstTagList* tags = gst_tag_list_new(GST_TAG_TITLE, "A film", nullptr);
  if (comment) gst_tag_list_add(tags, GST_TAG_MERGE_APPEND, GST_TAG_COMMENT, comment, nullptr);
  gst_tag_list_set_scope(tags, scope);
  g_assert_true(gst_harness_push_event(harness.get(), gst_event_new_tag(tags)));
}

/// A harness that has had its first tags, if any.
struct Started : Harness {
  Started() { caps(rgb()); }
};

void said_once_before_the_first_frame() {
  Started harness;
  g_assert_null(next_tags(harness).get());
  harness.process(gray());
  const auto event = next_tags(harness);
  g_assert_nonnull(event.get());
  g_assert_cmpint(gst_tag_list_get_scope(list_of(event)), ==, GST_TAG_SCOPE_GLOBAL);
  g_assert_cmpint(gst_tag_list_n_tags(list_of(event)), ==, 1);
  g_assert_true(is_marked(event));
  g_assert_true(comment_of(event).find("predicted") != std::string::npos);
  harness.process(gray());
  g_assert_null(next_tags(harness).get());
}

/// Tags come before the frame that they are true of.
void comes_before_the_frame() {
  Started harness;
  static bool told;  // what the probe saw
  told = false;
  const Owned<GstElement> element(GST_ELEMENT(gst_object_ref(harness.element())));
  GstPad* pad = gst_element_get_static_pad(element.get(), "src");
  gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
      [](GstPad*, GstPadProbeInfo* info, gpointer) {
        if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
          g_assert_true(told);
        else if (GST_EVENT_TYPE(gst_pad_probe_info_get_event(info)) == GST_EVENT_TAG)
          told = true;
        return GST_PAD_PROBE_OK;
      },
      nullptr, nullptr);
  gst_object_unref(pad);
  harness.process(gray());
  g_assert_true(told);
}

bool is_titled(const Owned<GstEvent>& event) {
  const gchar* title = nullptr;
  return gst_tag_list_peek_string_index(list_of(event), GST_TAG_TITLE, 0, &title) && std::string(title) == "A film";
}

/// Muxers keep to the first comment that they hear of a film. With `keep-colour` the element cannot know in time.
void appended_to_the_film_s_own_comment(bool in_time) {
  Started harness;
  harness.set("keep-colour", !in_time);
  send_tags(harness, GST_TAG_SCOPE_GLOBAL, "From the attic");
  auto film = next_tags(harness);
  g_assert_true(is_marked(film) == in_time);
  harness.process(gray());
  if (!in_time) film = next_tags(harness);
  const auto stream = next_tags(harness);
  g_assert_cmpint(gst_tag_list_get_scope(list_of(film)), ==, GST_TAG_SCOPE_GLOBAL);
  g_assert_true(comment_of(film).starts_with("From the attic\n"));
  g_assert_true(is_marked(film) && is_titled(film));
  // For muxers that have heard of the film's comment by its sound.
  g_assert_cmpint(gst_tag_list_get_scope(list_of(stream)), ==, GST_TAG_SCOPE_STREAM);
  g_assert_true(is_marked(stream));
  g_assert_null(next_tags(harness).get());
}

void tags_that_come_later_say_it_too() {
  Started harness;
  harness.process(gray());
  g_assert_true(is_marked(next_tags(harness)));
  send_tags(harness, GST_TAG_SCOPE_GLOBAL, "Second reel");
  const auto film = next_tags(harness);
  g_assert_true(comment_of(film).starts_with("Second reel\n"));
  g_assert_true(is_marked(film));
  send_tags(harness, GST_TAG_SCOPE_STREAM, nullptr);
  g_assert_false(is_marked(next_tags(harness)));
}

void said_before_is_not_said_twice() {
  Started harness;
  const std::string said = std::string("Colours by another machine ") + source_type;
  send_tags(harness, GST_TAG_SCOPE_GLOBAL, said.c_str());
  g_assert_true(comment_of(next_tags(harness)) == said);
  harness.process(gray());
  g_assert_null(next_tags(harness).get());
}

void another_stream_is_told_of_again() {
  Started harness;
  harness.process(gray());
  g_assert_true(is_marked(next_tags(harness)));
  gst_harness_push_event(harness.get(), gst_event_new_stream_start("another"));
  harness.caps(rgb());
  g_assert_null(next_tags(harness).get());
  harness.process(gray());
  g_assert_true(is_marked(next_tags(harness)));
}

/// Nothing is claimed with `property` at `value`, and something as soon as it is at `after`.
template <typename T>
void claims_nothing(const char* property, T value, T after, const Picture& picture) {
  Started harness;
  harness.set(property, value);
  for (int i = 0; i < 3; ++i) harness.process(picture);
  g_assert_null(next_tags(harness).get());
  harness.set(property, after);
  harness.process(picture);
  g_assert_true(is_marked(next_tags(harness)));
}

}  // namespace

int main(int argc, char** argv) {
  init(&argc, &argv);
  add("/mark/said-once", said_once_before_the_first_frame);
  add("/mark/comes-before-the-frame", comes_before_the_frame);
  add("/mark/appended/in-time", [] { appended_to_the_film_s_own_comment(true); });
  add("/mark/appended/late", [] { appended_to_the_film_s_own_comment(false); });
  add("/mark/later-tags", tags_that_come_later_say_it_too);
  add("/mark/not-twice", said_before_is_not_said_twice);
  add("/mark/another-stream", another_stream_is_told_of_again);
  add("/mark/not-where-off", [] { claims_nothing<gboolean>("mark", FALSE, TRUE, gray()); });
  add("/mark/not-at-strength-0", [] { claims_nothing("strength", 0.0, 0.5, gray()); });
  add("/mark/not-at-saturation-0", [] { claims_nothing("saturation", 0.0, 1.0, gray()); });
  add("/mark/not-of-its-own-colour", [] { claims_nothing<gboolean>("keep-colour", TRUE, FALSE, coloured()); });
  return g_test_run();
}
