// SPDX-License-Identifier: LGPL-2.1-or-later
#include "changes.h"

#include <algorithm>
#include <numeric>
#include <ranges>

#include "common/words.h"
#include "scan.h"
#include "shape.h"

namespace colorize::command {

namespace {

const GstStructure* structure(const GstCaps* caps) { return gst_caps_get_structure(caps, 0); }

int number(const GstStructure* form, const char* field, int otherwise = 0) {
  int value = otherwise;
  if (guint positive; gst_structure_get_uint(form, field, &positive)) return static_cast<int>(positive);
  gst_structure_get_int(form, field, &value);
  return value;
}

std::string text(const GstStructure* form, const char* field) {
  const char* const value = gst_structure_get_string(form, field);
  return value ? value : "";
}

std::pair<int, int> fraction(const GstStructure* form, const char* field, std::pair<int, int> otherwise) {
  gst_structure_get_fraction(form, field, &otherwise.first, &otherwise.second);
  return otherwise;
}

std::pair<int, int> pixel_shape(const GstStructure* form) { return fraction(form, "pixel-aspect-ratio", {1, 1}); }

/// As it is shown.
double area(const GstStructure* form) {
  const auto [wide, high] = pixel_shape(form);
  return static_cast<double>(number(form, "width")) * number(form, "height") * wide / high;
}

/// The first of the formats that has the bits and the chroma of all pictures, or else the last.
std::string format_for(const Track& track, const Recipe& recipe) {
  int bits = 8, chroma = 0;
  for (const Form& form : track.forms) {
    bits = std::max(bits, number(structure(form.caps.get()), "bit-depth-luma"));
    const std::string name = text(structure(form.caps.get()), "chroma-format");
    chroma = std::max(chroma, name == "4:4:4" ? 2 : name == "4:2:2" ? 1 : 0);
  }
  const auto holds = [&](const std::string& name) {
    const GstVideoFormatInfo* const info = gst_video_format_get_info(gst_video_format_from_string(name.c_str()));
    const int own = 2 - GST_VIDEO_FORMAT_INFO_W_SUB(info, 1) - GST_VIDEO_FORMAT_INFO_H_SUB(info, 1);
    return GST_VIDEO_FORMAT_INFO_DEPTH(info, 0) >= static_cast<guint>(bits) && own >= chroma;
  };
  const std::vector<std::string> names = formats(*recipe.encoder);
  const auto found = std::ranges::find_if(names, holds);
  return found == names.end() ? names.back() : *found;
}

std::string shape(const GstStructure* form) {
  const auto [wide, high] = pixel_shape(form);
  const std::int64_t width = static_cast<std::int64_t>(number(form, "width")) * wide;
  const std::int64_t height = static_cast<std::int64_t>(number(form, "height")) * high;
  const std::int64_t both = std::max<std::int64_t>(1, std::gcd(width, height));
  return sides(number(form, "width"), number(form, "height")) + " (" + std::to_string(width / both) + ":" +
         std::to_string(height / both) + ")";
}

/// In what a form differs from another, for people; empty where only its scan does, which is kept.
std::vector<std::string> particulars(const GstStructure* form, const GstStructure* other) {
  std::vector<std::string> words;
  const auto differs = [&](const char* field) {
    const GValue *one = gst_structure_get_value(form, field), *two = gst_structure_get_value(other, field);
    return one && two && gst_value_compare(one, two) != GST_VALUE_EQUAL;
  };
  if (differs("width") || differs("height") || differs("pixel-aspect-ratio")) words.push_back(shape(form));
  if (differs("framerate")) {
    const auto [frames, time] = fraction(form, "framerate", {0, 1});
    words.push_back(brief(static_cast<double>(frames) / time) + " frames a second");
  }
  if (differs("colorimetry")) words.push_back("colours of " + text(form, "colorimetry"));
  if (differs("chroma-format")) words.push_back(text(form, "chroma-format"));
  if (differs("bit-depth-luma")) words.push_back(counted(number(form, "bit-depth-luma"), "bit"));
  if (differs("channels")) words.push_back(counted(number(form, "channels"), "channel"));
  if (differs("rate")) words.push_back(std::to_string(number(form, "rate")) + " Hz");
  return words;
}

}  // namespace

Caps form_for_all(const Track& track, const Recipe& recipe) {
  if (track.forms.size() < 2 || is_dv(track.caps.get())) return nullptr;  // decoders of DV go by its demuxer
  const auto size = [](const Form& form) { return area(structure(form.caps.get())); };
  if (std::ranges::any_of(track.forms, [&](const Form& form) { return size(form) <= 0; })) return nullptr;
  const GstStructure* const largest = structure(std::ranges::max_element(track.forms, {}, size)->caps.get());
  const bool lies = is_lying(track.tags.get());
  int width = number(largest, "width"), height = number(largest, "height");
  auto [wide, high] = pixel_shape(largest);
  if (lies) {
    std::swap(width, height);
    std::swap(wide, high);
  }
  if (recipe.choices.compare == Choices::Compare::side_by_side) width += width_beside(width);
  Caps all(gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, format_for(track, recipe).c_str(), "width",
                               G_TYPE_INT, width, "height", G_TYPE_INT, height, "pixel-aspect-ratio", GST_TYPE_FRACTION,
                               wide, high, nullptr));
  std::pair<int, int> rate{0, 1};
  for (const Form& form : track.forms) {
    const auto [frames, time] = fraction(structure(form.caps.get()), "framerate", {0, 1});
    if (gst_util_fraction_compare(frames, time, rate.first, rate.second) > 0) rate = {frames, time};
  }
  // Where some may be interlaced each frame says so.
  const bool is_whole = recipe.choices.deinterlace || is_progressive(track);
  gst_caps_set_simple(all.get(), "framerate", GST_TYPE_FRACTION, rate.first, rate.second, "interlace-mode",
                      G_TYPE_STRING, is_whole ? "progressive" : "mixed", nullptr);
  // JPEG's decoders say so by themselves.
  const bool is_jpeg = gst_structure_has_name(largest, "image/jpeg");
  const std::string colours = is_jpeg ? "1:4:0:0" : text(largest, "colorimetry");
  if (!colours.empty()) gst_caps_set_simple(all.get(), "colorimetry", G_TYPE_STRING, colours.c_str(), nullptr);
  gst_caps_set_simple(all.get(), "chroma-site", G_TYPE_STRING, is_jpeg ? "jpeg" : "mpeg2", nullptr);
  return all;
}

std::vector<std::string> told_changes(const Track& track, const GstCaps* form) {
  constexpr std::size_t most = 5;  // of a recording with a hundred the first ones are enough
  std::vector<std::string> told;
  std::size_t count = 0;
  for (std::size_t i = 1; i < track.forms.size(); ++i) {
    const GstStructure *before = structure(track.forms[i - 1].caps.get()), *now = structure(track.forms[i].caps.get());
    const std::vector<std::string> is = particulars(now, before), was = particulars(before, now);
    if (is.empty() || ++count > most) continue;
    std::string remark = track.name() + " changes from " + listed(was) + " to " + listed(is) + " at " +
                         seconds(track.forms[i].begin.value_or(0));
    if (!form && is_dv(track.caps.get()))
      remark += "; all of it is shown as it begins";
    else if (form && is.front() == shape(now))
      remark += "; all of it becomes " + shape(structure(form)) + ", with black borders where it is narrower or lower";
    told.push_back(remark);
  }
  if (count > most) told.push_back(track.name() + " changes another " + std::to_string(count - most) + " times");
  return told;
}

bool is_told_by_packets(const Track& track) {
  const GstStructure* const kind = structure(track.caps.get());
  if (gst_structure_has_name(kind, "audio/mpeg")) return number(kind, "mpegversion") == 1;
  constexpr std::array names = {"audio/x-ac3", "audio/x-eac3", "audio/x-dts", "audio/x-true-hd"};
  return std::ranges::any_of(names, [&](const char* name) { return gst_structure_has_name(kind, name); });
}

}  // namespace colorize::command
