// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fieldorder.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "common/pipeline.h"
#include "form.h"
#include "scan.h"

namespace colorize::command {

namespace {

using Event = std::unique_ptr<GstEvent, decltype(&gst_event_unref)>;

/// Caps that do not say it, and the events behind them.
using Waiting = std::vector<Event>;

bool leaves_order_open(GstEvent* event) {
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return false;
  GstCaps* caps;
  gst_event_parse_caps(event, &caps);
  GstVideoInfo info;
  return gst_video_info_from_caps(&info, caps) && GST_VIDEO_INFO_IS_INTERLACED(&info) &&
         GST_VIDEO_INFO_FIELD_ORDER(&info) == GST_VIDEO_FIELD_ORDER_UNKNOWN;
}

Event with_order(GstEvent* event, const char* order) {
  if (!leaves_order_open(event)) return {gst_event_ref(event), gst_event_unref};
  GstCaps* caps;
  gst_event_parse_caps(event, &caps);
  const Caps told(gst_caps_copy(caps));
  gst_caps_set_simple(told.get(), "field-order", G_TYPE_STRING, order, nullptr);
  return {gst_event_new_caps(told.get()), gst_event_unref};
}

void let_go(GstPad* pad, Waiting& waiting, const char* order) {
  for (const Event& event : std::exchange(waiting, {}))
    gst_pad_push_event(pad, with_order(event.get(), order).release());
}

const char* order_of(GstBuffer* picture) {
  const bool is_lower_first = GST_BUFFER_FLAG_IS_SET(picture, GST_VIDEO_BUFFER_FLAG_INTERLACED) &&
                              !GST_BUFFER_FLAG_IS_SET(picture, GST_VIDEO_BUFFER_FLAG_TFF);
  return is_lower_first ? "bottom-field-first" : "top-field-first";
}

GstPadProbeReturn pass(GstPad* pad, GstPadProbeInfo* info, void* data) {
  auto& waiting = *static_cast<Waiting*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    let_go(pad, waiting, order_of(gst_pad_probe_info_get_buffer(info)));
    return GST_PAD_PROBE_OK;
  }
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) let_go(pad, waiting, "top-field-first");
  if (waiting.empty() && !leaves_order_open(event)) return GST_PAD_PROBE_OK;
  waiting.emplace_back(gst_event_ref(event), gst_event_unref);
  return GST_PAD_PROBE_DROP;
}

/// Other encoders make whole pictures of interlaced ones.
bool keeps_fields(const Encoder& encoder) {
  constexpr std::array keeping = {"x264enc", "colorize-ffv1", "avenc_ffv1", "avenc_prores_ks"};
  return std::ranges::any_of(keeping, [&](const char* name) { return name == std::string_view(encoder.element); });
}

bool is_mxf(const Container& container) { return std::string_view(container.format) == "mxf"; }

/// MXF says of DNxHR no other shape of pixels.
bool makes_square(const Encoder& encoder, const Container& container) {
  return is_mxf(container) && std::string_view(encoder.codec) == "dnxhr";
}

bool may_be_interlaced(const Track& track) {
  const auto tells = [](const Form& form) { return tells_fields(form.caps.get()); };
  return tells_fields(track.caps.get()) || is_dv(track.caps.get()) || may_be_mixed(track) ||
         std::ranges::any_of(track.forms, tells);
}

/// "16:15" of pixels that are not square, or else empty.
std::string pixel_shape_of(const GstCaps* caps) {
  int wide = 1, high = 1;
  gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "pixel-aspect-ratio", &wide, &high);
  return wide == high ? "" : std::to_string(wide) + ":" + std::to_string(high);
}

}  // namespace

const Encoder& encoder_for_form(const Recipe& recipe, const std::vector<const Track*>& pictures,
                                const Container& container) {
  const auto loses = [&](const Encoder& encoder) {
    return std::ranges::any_of(pictures, [&](const Track* track) {
      const bool has_fields = !recipe.choices.deinterlace && may_be_interlaced(*track);
      return (has_fields && !keeps_fields(encoder)) ||
             (makes_square(encoder, container) && !pixel_shape_of(track->caps.get()).empty());
    });
  };
  if (!recipe.choices.codec.empty() || !loses(*recipe.encoder)) return *recipe.encoder;
  for (const std::string& codec : codec_names()) try {
      const Encoder& other = encoder_for(container, codec);
      if (std::string_view(other.formats) == recipe.encoder->formats && !loses(other)) return other;
    } catch (const Failure&) {  // it is not of this container, or not installed
    }
  return *recipe.encoder;
}

void tell_of_form(FilmPlan& plan, const std::vector<const Track*>& pictures, const Container& container) {
  const Encoder& encoder = *plan.recipe.encoder;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Pictures& planned = *plan.tracks[i].pictures;
    GstCaps* const form = planned.form ? planned.form.get() : pictures[i]->caps.get();
    const bool has_fields = !plan.recipe.choices.deinterlace && may_be_interlaced(*pictures[i]);
    if (has_fields && !keeps_fields(encoder))
      plan.remarks.push_back(
          {"fields-lost", std::string("its pictures may be interlaced, and ") + encoder.codec +
                              " tells here that all are whole; --deinterlace makes whole ones of them" +
                              advice(container, keeps_fields, "h264 or prores keeps them in .mov")});
    else if (has_fields && is_mxf(container))
      plan.remarks.push_back(
          {"fields-lost",
           "its pictures may be interlaced, which they tell themselves and the container of the result "
           "does not; .mov does"});
    const std::string shape = pixel_shape_of(form);
    if (!shape.empty() && makes_square(encoder, container))
      plan.remarks.push_back({"shape-lost", "its pixels of " + shape + " are told as square, since MXF says of " +
                                                encoder.codec + " nothing else; --codec prores keeps them"});
  }
}

void say_field_order(GstPad* pad) {
  constexpr int types = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(types), pass, new Waiting,
                    [](void* waiting) { delete static_cast<Waiting*>(waiting); });
}

}  // namespace colorize::command
