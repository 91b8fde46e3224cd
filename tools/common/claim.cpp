// SPDX-License-Identifier: LGPL-2.1-or-later
#include "claim.h"

#include <cstring>

#include "mark.h"
#include "pipeline.h"

namespace colorize::command {

static GstPadProbeReturn hear(GstPad*, GstPadProbeInfo* info, void* data) {
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_TAG) return GST_PAD_PROBE_OK;
  GstTagList* tags = nullptr;
  gst_event_parse_tag(event, &tags);
  const gchar* comment = nullptr;
  if (gst_tag_list_get_scope(tags) == GST_TAG_SCOPE_GLOBAL &&
      gst_tag_list_peek_string_index(tags, GST_TAG_COMMENT, 0, &comment) && std::strstr(comment, mark_source_type))
    *static_cast<std::string*>(data) = comment;
  return GST_PAD_PROBE_OK;
}

void listen(GstElement* colorize, std::string& comment) {
  const Pad pad(gst_element_get_static_pad(colorize, "src"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, hear, &comment, nullptr);
}

}  // namespace colorize::command
