// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizemark.h"

#include <string>

#include "mark.h"

/* The tags of this scope that `pad` has sent. Returns an empty list where there are none. */
static GstTagList* gst_colorize_sent_tags(GstPad* pad, GstTagScope scope) {
  GstTagList* found = NULL;
  GstEvent* event;
  for (guint i = 0; (event = gst_pad_get_sticky_event(pad, GST_EVENT_TAG, i)); ++i) {
    GstTagList* tags;
    gst_event_parse_tag(event, &tags);
    if (gst_tag_list_get_scope(tags) == scope) gst_tag_list_replace(&found, tags);
    gst_event_unref(event);
  }
  if (!found) {
    found = gst_tag_list_new_empty();
    gst_tag_list_set_scope(found, scope);
  }
  return found;
}

/* All comments in one, since of several a muxer writes the first. */
static std::string gst_colorize_comment(const GstTagList* tags) {
  std::string comment;
  const gchar* part;
  for (guint i = 0; gst_tag_list_peek_string_index(tags, GST_TAG_COMMENT, i, &part); ++i)
    comment += (i ? "\n" : "") + std::string(part);
  return comment;
}

static gboolean gst_colorize_is_marked(const std::string& comment) {
  return comment.find(colorize::mark_source_type) != comment.npos;
}

static std::string gst_colorize_mark_text() {
  return std::string(colorize::mark_sentence) + " " + colorize::mark_source_type;
}

static GstEvent* gst_colorize_marked_event(const GstTagList* tags) {
  std::string comment = gst_colorize_comment(tags);
  GstTagList* marked = gst_tag_list_copy(tags);
  if (!gst_colorize_is_marked(comment)) {
    comment += (comment.empty() ? "" : "\n") + gst_colorize_mark_text();
    gst_tag_list_add(marked, GST_TAG_MERGE_REPLACE, GST_TAG_COMMENT, comment.c_str(), NULL);
  }
  return gst_event_new_tag(marked);
}

/* Has the film's comment been appended to? */
static gboolean gst_colorize_is_appended(GstPad* pad) {
  GstTagList* film = gst_colorize_sent_tags(pad, GST_TAG_SCOPE_GLOBAL);
  const gboolean appended = gst_colorize_comment(film).ends_with("\n" + gst_colorize_mark_text());
  gst_tag_list_unref(film);
  return appended;
}

/* Pushes what has been sent of this scope once more, with the mark, unless it had that. */
static void gst_colorize_mark_scope(GstPad* pad, GstTagScope scope) {
  GstTagList* sent = gst_colorize_sent_tags(pad, scope);
  if (!gst_colorize_is_marked(gst_colorize_comment(sent))) gst_pad_push_event(pad, gst_colorize_marked_event(sent));
  gst_tag_list_unref(sent);
}

void gst_colorize_mark(GstPad* pad) {
  gst_colorize_mark_scope(pad, GST_TAG_SCOPE_GLOBAL);
  if (gst_colorize_is_appended(pad)) gst_colorize_mark_scope(pad, GST_TAG_SCOPE_STREAM);
}

GstEvent* gst_colorize_mark_event(GstPad* pad, GstEvent* event) {
  GstTagList* tags;
  gst_event_parse_tag(event, &tags);
  const GstTagScope scope = gst_tag_list_get_scope(tags);
  GstTagList* sent = gst_colorize_sent_tags(pad, scope);
  if (gst_colorize_is_marked(gst_colorize_comment(sent)) ||
      (scope == GST_TAG_SCOPE_GLOBAL && !gst_colorize_comment(tags).empty())) {
    GstEvent* marked = gst_colorize_marked_event(tags);
    gst_event_set_seqnum(marked, gst_event_get_seqnum(event));
    gst_event_unref(event);
    event = marked;
  }
  gst_tag_list_unref(sent);
  return event;
}
