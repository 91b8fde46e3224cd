// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scan.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace colorize::command {

namespace {

bool is_one_of(const GstCaps* caps, const auto& names) {
  const GstStructure* const kind = gst_caps_get_structure(caps, 0);
  return std::ranges::any_of(names, [&](const char* name) { return gst_structure_has_name(kind, name); });
}

bool says(const Form& form, const char* field, const char* value) {
  const char* const said = gst_structure_get_string(gst_caps_get_structure(form.caps.get(), 0), field);
  return said && std::strcmp(said, value) == 0;
}

/// H.264's sequences of whole pictures have no others; those of fields may have both.
bool has_fields(const Form& form) { return says(form, "coded-picture-structure", "field"); }

}  // namespace

bool tells_scan(const GstCaps* caps) {
  return is_one_of(caps, std::array{"video/x-h264", "video/x-h265", "video/mpeg", "video/x-divx", "video/x-xvid"});
}

Caps without_told_scan(const GstCaps* caps) {
  Caps rest(gst_caps_copy(caps));
  gst_structure_remove_fields(gst_caps_get_structure(rest.get(), 0), "interlace-mode", "field-order", nullptr);
  return rest;
}

bool may_be_mixed(const Track& track) { return std::ranges::any_of(track.forms, has_fields); }

bool tells_fields(const GstCaps* caps) {
  const GstStructure* const kind = gst_caps_get_structure(caps, 0);
  const char* const scan = gst_structure_get_string(kind, "interlace-mode");
  // Of H.264 only its container says so, wrongly or not; its parser has another name for it.
  return scan && std::strcmp(scan, "progressive") != 0 && !gst_structure_has_name(kind, "video/x-h264");
}

bool is_progressive(const Track& track) {
  constexpr std::array whole_unless_said = {"video/x-h265", "video/x-vp8", "video/x-vp9", "video/x-av1", "image/jpeg"};
  return std::ranges::all_of(track.forms, [&](const Form& form) {
    const bool is_said = gst_structure_has_field(gst_caps_get_structure(form.caps.get(), 0), "interlace-mode");
    return says(form, "interlace-mode", "progressive") || says(form, "coded-picture-structure", "frame") ||
           (!is_said && is_one_of(form.caps.get(), whole_unless_said));
  });
}

}  // namespace colorize::command
