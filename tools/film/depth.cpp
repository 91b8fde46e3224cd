// SPDX-License-Identifier: LGPL-2.1-or-later
#include "depth.h"

#include <gst/video/video.h>

#include <algorithm>
#include <sstream>

namespace colorize::command {

namespace {

/// Null where the caps name none.
const GstVideoFormatInfo* format_in(GstCaps* caps) {
  const char* const name = gst_structure_get_string(gst_caps_get_structure(caps, 0), "format");
  const GstVideoFormat format = name ? gst_video_format_from_string(name) : GST_VIDEO_FORMAT_UNKNOWN;
  return format == GST_VIDEO_FORMAT_UNKNOWN ? nullptr : gst_video_format_get_info(format);
}

int depth_of(const std::string& format) {
  const GstVideoFormatInfo* const info = gst_video_format_get_info(gst_video_format_from_string(format.c_str()));
  return static_cast<int>(GST_VIDEO_FORMAT_INFO_DEPTH(info, 0));
}

/// Of those depths that the encoder takes, which are in order, the least that holds `depth`, or else the largest; 8
/// where it takes no more.
int depth_held(const Encoder& encoder, int depth) {
  const Owned<GstElementFactory> factory(gst_element_factory_find(encoder.element));
  int held = 8;
  for (const std::string& name : formats(encoder)) {
    const Caps caps(gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, name.c_str(), nullptr));
    const bool is_taken = factory && gst_element_factory_can_sink_any_caps(factory.get(), caps.get());
    if (is_taken && held < depth) held = std::max(held, depth_of(name));
  }
  return held;
}

/// The same, where no more may be kept than was asked for.
int depth_kept(const Recipe& recipe, int depth) {
  return depth_held(*recipe.encoder, std::min(depth, recipe.choices.bits.value_or(depth)));
}

bool comes_as_gray(GstCaps* caps) {
  const GstVideoFormatInfo* const info = format_in(caps);
  return info && GST_VIDEO_FORMAT_INFO_IS_GRAY(info);
}

bool comes_as_rgb(GstCaps* caps) {
  const GstVideoFormatInfo* const info = format_in(caps);
  return info && GST_VIDEO_FORMAT_INFO_IS_RGB(info);
}

/// Gray becomes Y'CbCr of the same codes where both are said to be the same, and only then: a matrix that decoders of
/// gray do not name makes the converter spoil it. Where a stream cannot say its range it gets that of broadcasts.
void match(GstCaps* gray, GstCaps* colour, bool says_range) {
  GstVideoInfo from, to;
  if (!gst_video_info_from_caps(&from, gray) || !GST_VIDEO_INFO_IS_GRAY(&from)) return;
  gst_video_info_set_format(&to, GST_VIDEO_FORMAT_I420, static_cast<guint>(GST_VIDEO_INFO_WIDTH(&from)),
                            static_cast<guint>(GST_VIDEO_INFO_HEIGHT(&from)));
  const GstVideoColorMatrix own = to.colorimetry.matrix;
  const auto say = [&](GstCaps* caps, GstVideoColorRange range, GstVideoColorMatrix matrix) {
    to.colorimetry.range = range;
    to.colorimetry.matrix = matrix;
    const Owned<gchar> colorimetry(gst_video_colorimetry_to_string(&to.colorimetry));
    gst_caps_set_simple(caps, "colorimetry", G_TYPE_STRING, colorimetry.get(), nullptr);
  };
  const bool stays = says_range || from.colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235;
  // Another range is made only where the matrix is another one, too, which gray does not have.
  const auto other = own == GST_VIDEO_COLOR_MATRIX_BT709 ? GST_VIDEO_COLOR_MATRIX_BT601 : GST_VIDEO_COLOR_MATRIX_BT709;
  say(gray, from.colorimetry.range, stays ? own : other);
  say(colour, stays ? from.colorimetry.range : GST_VIDEO_COLOR_RANGE_16_235, own);
}

/// Elements take Y'CbCr whose matrix is not said for that of broadcasts, with their range too, though the caps say that
/// it is full, as those of H.264 do whose colours are not described. So the matrix that they take is said.
void say_matrix(GstCaps* decoded) {
  GstVideoInfo taken;
  GstVideoColorimetry said;
  const char* const text = gst_structure_get_string(gst_caps_get_structure(decoded, 0), "colorimetry");
  if (!text || !gst_video_colorimetry_from_string(&said, text) || said.matrix != GST_VIDEO_COLOR_MATRIX_UNKNOWN) return;
  if (!gst_video_info_from_caps(&taken, decoded) || !GST_VIDEO_INFO_IS_YUV(&taken)) return;
  if (said.range != GST_VIDEO_COLOR_RANGE_UNKNOWN) taken.colorimetry.range = said.range;
  if (said.primaries != GST_VIDEO_COLOR_PRIMARIES_UNKNOWN) taken.colorimetry.primaries = said.primaries;
  if (said.transfer != GST_VIDEO_TRANSFER_UNKNOWN) taken.colorimetry.transfer = said.transfer;
  const Owned<gchar> whole(gst_video_colorimetry_to_string(&taken.colorimetry));
  gst_caps_set_simple(decoded, "colorimetry", G_TYPE_STRING, whole.get(), nullptr);
}

/// What holds more, as advice; empty where nothing does.
std::string deeper_than(int held, const Container& container) {
  const Container* const other = &container_of("film.mkv");
  for (const Container* const holder : {&container, other}) {
    std::istringstream codecs(holder->codecs);
    std::string best;
    int most = held;
    for (std::string codec; codecs >> codec;) try {
        if (const int depth = depth_held(encoder_for(*holder, codec), 16); depth > most) {
          most = depth;
          best = codec;
        }
      } catch (const Failure&) {
        continue;  // not installed
      }
    if (best.empty()) continue;
    return std::string("; ") + (holder == &container ? "" : ".mkv with ") + "--codec " + best + " keeps " +
           std::to_string(most);
  }
  return {};
}

}  // namespace

int depth_of(GstCaps* caps) {
  if (const GstVideoFormatInfo* const info = format_in(caps)) {
    guint depth = 0;
    for (guint i = 0; i < GST_VIDEO_FORMAT_INFO_N_COMPONENTS(info); ++i)
      depth = std::max(depth, static_cast<guint>(GST_VIDEO_FORMAT_INFO_DEPTH(info, i)));
    return static_cast<int>(depth);
  }
  guint depth = 0;
  gst_structure_get_uint(gst_caps_get_structure(caps, 0), "bit-depth-luma", &depth);
  return static_cast<int>(depth);
}

bool has_alpha(GstCaps* caps) {
  const GstVideoFormatInfo* const info = format_in(caps);
  gboolean beside = FALSE;  // as VP8 has it
  gst_structure_get_boolean(gst_caps_get_structure(caps, 0), "codec-alpha", &beside);
  return beside || (info && GST_VIDEO_FORMAT_INFO_HAS_ALPHA(info));
}

bool takes_rgb(const Encoder& encoder) { return std::string_view(encoder.formats).starts_with("RGB"); }

std::string filter_before_encoder(const Recipe& recipe, int depth) {
  return takes_rgb(*recipe.encoder) && depth_kept(recipe, depth) > 8 ? "video/x-raw,format=RGBA64_LE ! " : "";
}

Caps choose_formats(GstElement* converter, GstElement* filter, const Recipe& recipe, GstCaps* decoded, int depth) {
  // Left to itself the converter takes gray of 16 bits for nearer to gray of 8 than to Y'CbCr of 10, and of two formats
  // that both hold too little the first.
  const Encoder& encoder = *recipe.encoder;
  const int coming = depth_of(decoded), known_depth = depth ? std::min(coming, depth) : coming;
  // Of R'G'B' in a file for each picture nothing is to get lost, and as many codes of luma and chroma are fewer
  // colours. What has 12 bits does not get 16, most of which would be noise.
  const bool gets_more = comes_as_rgb(decoded) && coming > known_depth && known_depth > 8 && known_depth <= 10;
  const int more = gets_more && !takes_rgb(encoder) ? 2 : 0;
  const int held = depth_kept(recipe, known_depth + more);
  const bool is_rgb = takes_rgb(encoder);
  const bool gets_range = !encoder.says_range && comes_as_gray(decoded);
  const bool stays_gray = held == 8 && !is_rgb && !gets_range && !recipe.choices.to_gray &&
                          recipe.choices.compare == Choices::Compare::none;
  std::string names = stays_gray ? "GRAY8" : "";
  for (const std::string& name : formats(encoder))
    if (depth_of(name) == held) names += (names.empty() ? "" : ",") + name;
  // Colour is taken away, and what was before is shown beside it, in luma and chroma.
  const bool needs_chroma = recipe.choices.to_gray || recipe.choices.compare != Choices::Compare::none;
  const std::string of_rgb = held > 8 ? "{Y444_16LE},colorimetry=1:4:0:0" : "{Y444},colorimetry=1:4:0:0";
  Caps caps(
      gst_caps_from_string(("video/x-raw,format=" + (is_rgb && needs_chroma ? of_rgb : "{" + names + "}")).c_str()));
  Caps known(gst_caps_copy(decoded));
  say_matrix(known.get());
  if (!stays_gray && !is_rgb) match(known.get(), caps.get(), encoder.says_range);
  // Dithering would change codes that have room as they are.
  if (held > 8) gst_util_set_object_arg(G_OBJECT(converter), "dither", "none");
  g_object_set(filter, "caps", caps.get(), nullptr);
  return known;
}

void tell_of_depth(FilmPlan& plan, const Container& container) {
  const Encoder& encoder = *plan.recipe.encoder;
  for (const PlannedTrack& track : plan.tracks) {
    if (!track.pictures) continue;
    const int depth = track.pictures->depth, held = depth_kept(plan.recipe, depth);
    if (held > encoder.played)
      plan.remarks.push_back({"played-by-few", "most telephones, televisions and browsers do not play " +
                                                   std::string(encoder.codec) + " of " + std::to_string(held) +
                                                   " bits; for them use --profile family, or --bits " +
                                                   std::to_string(encoder.played)});
    if (depth <= held) continue;
    if (held < depth_held(encoder, depth)) {
      plan.remarks.push_back({"depth-lost", "the " + std::to_string(depth) + " bits of its pictures become " +
                                                std::to_string(held) + ", since no more are asked for"});
      continue;
    }
    plan.remarks.push_back({"depth-lost", "the " + std::to_string(depth) + " bits of its pictures become " +
                                              std::to_string(held) + ", the most that " + encoder.codec +
                                              " takes here" + deeper_than(held, container)});
  }
}

}  // namespace colorize::command
