// SPDX-License-Identifier: LGPL-2.1-or-later
#include "form.h"

#include <array>
#include <string>
#include <utility>

#include "scan.h"

namespace colorize::command {

namespace {

/// "0/1", as parsers say for a rate that is not known.
bool is_unknown(const GValue* value) {
  return GST_VALUE_HOLDS_FRACTION(value) && gst_value_get_fraction_numerator(value) == 0;
}

/// Takes note of what a packet of such caps is like, in a new form where it contradicts the last one.
void note(std::vector<Form>& forms, GstCaps* caps, std::optional<std::int64_t> time) {
  const GstStructure* const said = gst_caps_get_structure(caps, 0);
  Caps now(forms.empty() ? gst_caps_new_empty_simple(gst_structure_get_name(said))
                         : gst_caps_copy(forms.back().caps.get()));
  GstStructure* const form = gst_caps_get_structure(now.get(), 0);
  bool contradicts = forms.empty();
  for (const char* field :
       {"width", "height", "pixel-aspect-ratio", "framerate", "interlace-mode", "coded-picture-structure",
        "colorimetry", "chroma-format", "bit-depth-luma", "channels", "rate"}) {
    const GValue* const value = gst_structure_get_value(said, field);
    if (!value || is_unknown(value)) continue;
    const GValue* const before = gst_structure_get_value(form, field);
    contradicts = contradicts || (before && gst_value_compare(before, value) != GST_VALUE_EQUAL);
    gst_structure_set_value(form, field, value);
  }
  if (contradicts)
    forms.push_back({time, std::move(now)});
  else
    forms.back().caps = std::move(now);
}

bool is_vp8(const GstCaps* caps) { return gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-vp8"); }

/// A keyframe of VP8, which GStreamer has no parser for, begins with its size (RFC 6386, 9.1).
std::optional<std::pair<int, int>> size_in_vp8(GstBuffer* packet) {
  std::array<std::uint8_t, 10> head{};
  if (gst_buffer_extract(packet, 0, head.data(), head.size()) < head.size() || head[0] & 1U) return std::nullopt;
  if (head[3] != 0x9D || head[4] != 0x01 || head[5] != 0x2A) return std::nullopt;
  const auto side = [&](std::size_t at) { return (head[at + 1] & 0x3F) << 8 | head[at]; };
  return std::pair(side(6), side(8));
}

/// Whether a frame of DV is to be shown as 16:9: in its source control pack (IEC 61834-4, 61h), which lies in the third
/// VAUX block. Nothing where it is not there.
std::optional<bool> is_wide_in_dv(GstBuffer* packet) {
  constexpr std::size_t block = 80, place = 5 * block + 53;
  std::array<std::uint8_t, 5> pack{};
  std::uint8_t type = 0;  // APT, in the header block
  if (gst_buffer_extract(packet, place, pack.data(), pack.size()) < pack.size() || pack[0] != 0x61) return std::nullopt;
  gst_buffer_extract(packet, 4, &type, 1);
  const int shape = pack[2] & 7;
  return shape == 2 || (shape == 7 && (type & 7) == 0);
}

/// Whether a picture of a codec without a parser says that it is two fields: DNxHD (SMPTE ST 2019-1) in its sixth byte,
/// ProRes (SMPTE RDD 36) in the flags of its frame header.
bool says_fields(const GstCaps* caps, GstBuffer* packet) {
  const GstStructure* const kind = gst_caps_get_structure(caps, 0);
  const bool is_dnxhd = gst_structure_has_name(kind, "video/x-dnxhd");
  if (!is_dnxhd && !gst_structure_has_name(kind, "video/x-prores")) return false;
  std::uint8_t flags = 0;
  gst_buffer_extract(packet, is_dnxhd ? 5 : 20, &flags, 1);
  return is_dnxhd ? flags & 2U : flags >> 2 & 3U;
}

Caps without_size(const GstCaps* caps) {
  Caps rest(tells_scan(caps) ? without_told_scan(caps) : Caps(gst_caps_copy(caps)));
  gst_structure_remove_fields(gst_caps_get_structure(rest.get(), 0), "width", "height", nullptr);
  return rest;
}

Element parser_for(GstCaps* caps) {
  // GStreamer has it plugged by nobody in its versions before 1.24.
  if (gst_structure_has_name(gst_caps_get_structure(caps, 0), "image/jpeg"))
    return sunk(gst_element_factory_make("jpegparse", nullptr));
  constexpr GstElementFactoryListType kind =
      GST_ELEMENT_FACTORY_TYPE_PARSER | GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO | GST_ELEMENT_FACTORY_TYPE_MEDIA_IMAGE;
  GList* const parsers = gst_element_factory_list_get_elements(kind, GST_RANK_MARGINAL);
  GList* const fitting = gst_element_factory_list_filter(parsers, caps, GST_PAD_SINK, FALSE);
  Element parser(fitting ? sunk(gst_element_factory_create(GST_ELEMENT_FACTORY(fitting->data), nullptr)) : nullptr);
  gst_plugin_feature_list_free(fitting);
  gst_plugin_feature_list_free(parsers);
  return parser;
}

GstPadProbeReturn drop(GstPad*, GstPadProbeInfo*, void*) { return GST_PAD_PROBE_DROP; }

}  // namespace

bool is_dv(const GstCaps* caps) { return gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-dv"); }

FormReader::~FormReader() {
  if (!parser_) return;
  gst_element_set_state(parser_.get(), GST_STATE_NULL);
  gst_pad_unlink(out_.get(), Pad(gst_element_get_static_pad(sink_.get(), "sink")).get());
}

void FormReader::take_caps(GstCaps* caps) {
  const bool is_first = !caps_;
  caps_.reset(gst_caps_ref(caps));
  if (is_first && (parser_ = parser_for(caps))) {
    in_.reset(gst_element_get_static_pad(parser_.get(), "sink"));
    out_.reset(gst_element_get_static_pad(parser_.get(), "src"));
    gst_pad_add_probe(out_.get(), GST_PAD_PROBE_TYPE_BUFFER, drop, nullptr, nullptr);
    sink_ = sunk(gst_element_factory_make("fakesink", nullptr));
    gst_pad_link(out_.get(), Pad(gst_element_get_static_pad(sink_.get(), "sink")).get());
    gst_element_set_state(parser_.get(), GST_STATE_PAUSED);
    gst_pad_send_event(in_.get(), gst_event_new_stream_start("form"));
  }
  if (!parser_) return;
  gst_pad_send_event(in_.get(), gst_event_new_caps(without_size(caps).get()));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  if (is_first) gst_pad_send_event(in_.get(), gst_event_new_segment(&segment));
}

void FormReader::read(GstCaps* caps, GstBuffer* packet, std::optional<std::int64_t> time, std::vector<Form>& forms) {
  if (caps != caps_.get()) take_caps(caps);
  Caps said(gst_caps_ref(caps));
  if (parser_) {
    gst_pad_chain(in_.get(), gst_buffer_ref(packet));  // whatever it makes of damaged ones
    said.reset(gst_pad_get_current_caps(out_.get()));
  } else if (is_vp8(caps)) {
    const auto size = size_in_vp8(packet);
    if (!size) return;
    said.reset(gst_caps_copy(caps));
    gst_caps_set_simple(said.get(), "width", G_TYPE_INT, size->first, "height", G_TYPE_INT, size->second, nullptr);
  }
  if (is_dv(caps)) {
    // Its demuxer tells the first frame's alone.
    const auto wide = is_wide_in_dv(packet);
    if (!wide) return;
    if (!begins_wide_) begins_wide_ = wide;
    int x = 1, y = 1;
    said.reset(gst_caps_copy(caps));
    gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "pixel-aspect-ratio", &x, &y);
    if (*wide != *begins_wide_)
      gst_caps_set_simple(said.get(), "pixel-aspect-ratio", GST_TYPE_FRACTION, x * (*wide ? 4 : 3), y * (*wide ? 3 : 4),
                          nullptr);
  }
  if (says_fields(caps, packet)) {
    said.reset(gst_caps_copy(caps));
    gst_caps_set_simple(said.get(), "interlace-mode", G_TYPE_STRING, "interleaved", nullptr);
  }
  if (!said || said == seen_) return;
  note(forms, said.get(), time);
  seen_ = std::move(said);
}

}  // namespace colorize::command
