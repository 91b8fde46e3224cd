// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizewords.h"

#include <algorithm>
#include <memory>
#include <string>

#include "gstcolorizehints.h"
#include "gstcolorizereference.h"
#include "gstcolorizeregions.h"

void gst_colorize_expect_hints(gboolean takes_hints, const colorize::PlacedHints& hints) {
  const auto is_colour = [](const colorize::PlacedHint& hint) {
    return hint.kind == colorize::PlacedHint::Kind::colour;
  };
  if (!takes_hints && hints && std::ranges::any_of(*hints, is_colour))
    throw colorize::Error(colorize::Error::Kind::settings, "this network takes no hints; use another model, or none");
}

void gst_colorize_take_hints(GstColorize* self, const gchar* text) {
  GST_OBJECT_LOCK(self);
  const gboolean plays = self->plays, takes_hints = self->takes_hints;
  GST_OBJECT_UNLOCK(self);
  colorize::PlacedHints hints;
  std::string problem;
  try {
    if (text) hints = gst_colorize_parse_hints(text);
    if (plays) gst_colorize_expect_hints(takes_hints, hints);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  if (problem.empty() || !plays) {
    GST_OBJECT_LOCK(self);
    g_free(self->hints);
    self->hints = g_strdup(text);
    self->settings.hints.swap(hints); /* the last ones go without the lock */
    GST_OBJECT_UNLOCK(self);
  } else {
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s; the hints stay as they were", problem.c_str()), (NULL));
  }
}

gboolean gst_colorize_hints_event(GstColorize* self, GstEvent* event) {
  if (!gst_event_has_name(event, "colorize-hints")) return FALSE;
  const gchar* text = gst_structure_get_string(gst_event_get_structure(event), "hints");
  if (text)
    g_object_set(self, "hints", text, NULL);
  else
    GST_WARNING_OBJECT(self, "An event colorize-hints without a text \"hints\"");
  return TRUE;
}

/* Takes what a text property says, which `parse` understands; like hints, what it does not is a warning while it plays
 * and an error when it starts. */
template <typename Understood, typename Parse>
static void gst_colorize_take_text(GstColorize* self, const gchar* text, gchar** kept, Understood* understood,
                                   const Parse& parse) {
  GST_OBJECT_LOCK(self);
  const gboolean plays = self->plays;
  GST_OBJECT_UNLOCK(self);
  Understood now;
  std::string problem;
  try {
    now = parse(text ? text : "");
  } catch (const std::exception& error) {
    problem = error.what();
  }
  if (problem.empty() || !plays) {
    GST_OBJECT_LOCK(self);
    g_free(*kept);
    *kept = g_strdup(text);
    std::swap(*understood, now); /* the last one goes without the lock */
    GST_OBJECT_UNLOCK(self);
  } else {
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s; it stays as it was", problem.c_str()), (NULL));
  }
}

colorize::SharedPalette gst_colorize_parse_palette(const std::string& text) {
  if (text.empty()) return {};
  return std::make_shared<const colorize::Palette>(colorize::Palette::parse(text));
}

void gst_colorize_take_reference(GstColorize* self, const gchar* text) {
  GST_OBJECT_LOCK(self);
  const gboolean plays = self->plays;
  GST_OBJECT_UNLOCK(self);
  GstColorizeReference read;
  try {
    if (plays) read = gst_colorize_read_reference(text ? text : "");
  } catch (const std::exception& error) {
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s; the reference stays as it was", error.what()), (NULL));
    return;
  }
  GST_OBJECT_LOCK(self);
  g_free(self->reference);
  self->reference = g_strdup(text);
  self->settings.references.swap(read.pictures); /* the last ones go without the lock */
  self->settings.own_reference = read.own;
  GST_OBJECT_UNLOCK(self);
}

void gst_colorize_take_palette(GstColorize* self, const gchar* text) {
  gst_colorize_take_text(self, text, &self->palette, &self->settings.palette, gst_colorize_parse_palette);
}

void gst_colorize_take_regions(GstColorize* self, const gchar* name, const gchar* text, gchar** kept,
                               colorize::Regions* regions) {
  gst_colorize_take_text(self, text, kept, regions,
                         [&](const std::string& given) { return gst_colorize_parse_regions(given, name); });
}
