// SPDX-License-Identifier: LGPL-2.1-or-later
#include "picturereader.h"

#include <utility>

#include "newstream.h"
#include "pieces.h"

namespace colorize::command {

PictureReader::PictureReader(const std::filesystem::path& pieces, const Encoder& encoder, bool has_global_header,
                             JoinedPictures& joined, std::stop_token stop)
    : pipeline_(sunk(gst_pipeline_new(nullptr))), stop_(std::move(stop)) {
  GstElement* const last = add_pieces(pipeline_.get(), pieces, encoder, joined);
  GstElement* const form = add(pipeline_.get(), "capsfilter");
  sink_ = add(pipeline_.get(), "appsink");
  const Caps stored(gst_caps_from_string(encoder.stored));
  const Caps wanted(gst_caps_from_string(has_global_header ? form_apart(stored.get()) : encoder.stored));
  g_object_set(form, "caps", wanted.get(), nullptr);
  g_object_set(sink_, "sync", FALSE, "max-buffers", 16U, "wait-on-eos", FALSE, nullptr);
  gst_element_link_many(last, form, sink_, nullptr);
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

PictureReader::~PictureReader() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

Sample PictureReader::read() {
  for (gboolean at_end = FALSE;;) {
    GstSample* sample = nullptr;
    g_signal_emit_by_name(sink_, "try-pull-sample", static_cast<guint64>(100 * GST_MSECOND), &sample);
    check(pipeline_.get(), stop_);
    if (sample || at_end) return Sample(sample);
    g_object_get(sink_, "eos", &at_end, nullptr);
  }
}

}  // namespace colorize::command
