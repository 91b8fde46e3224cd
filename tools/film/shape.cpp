// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shape.h"

namespace colorize::command {

static std::string orientation(const GstTagList* tags) { return tag(tags, GST_TAG_IMAGE_ORIENTATION); }

bool is_turned(const GstTagList* tags) {
  const std::string way = orientation(tags);
  return !way.empty() && way != "rotate-0";
}

bool is_lying(const GstTagList* tags) {
  const std::string way = orientation(tags);
  return way.find("90") != std::string::npos || way.find("270") != std::string::npos;
}

int width_beside(int width) { return (width + 1) / 2 * 2; }

Size size_on_the_way(const PlannedTrack& track, const Choices& choices) {
  const bool is_for_all = track.pictures && track.pictures->form;
  const GstStructure* const form =
      gst_caps_get_structure(is_for_all ? track.pictures->form.get() : track.caps.get(), 0);
  Size size{0, 0};
  gst_structure_get_int(form, "width", &size.width);
  gst_structure_get_int(form, "height", &size.height);
  if (is_for_all) return size;
  if (is_lying(track.tags.get())) std::swap(size.width, size.height);
  if (choices.compare == Choices::Compare::side_by_side) size.width += width_beside(size.width);
  return size;
}

}  // namespace colorize::command
