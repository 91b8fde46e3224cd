// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pictureresults.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "common/failure.h"
#include "file.h"
#include "piece.h"
#include "pieces.h"
#include "sequence.h"
#include "timeline.h"
#include "workfolder.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// A source's files as the file system knows them, where results lie among them.
std::set<std::string> names_beside(const Sequence& sequence, const fs::path& folder) {
  std::set<std::string> names;
  std::error_code apart;
  if (fs::equivalent(sequence.names.folder, folder, apart))
    for (std::size_t i = 0; i < sequence.pictures.size(); ++i) names.insert(sequence.file(i).filename().string());
  return names;
}

bool holds(const fs::path& file, const std::string& bytes) {
  std::error_code unknown;
  return fs::is_regular_file(file, unknown) && fs::file_size(file, unknown) == bytes.size() && read_file(file) == bytes;
}

void write_picture_file(const fs::path& file, const std::string& bytes, bool overwrite) {
  std::error_code none;
  if (fs::symlink_status(file, none).type() != fs::file_type::not_found) {
    if (holds(file, bytes)) return;
    if (!overwrite) throw Failure(file.string() + " is there already, and another picture; --overwrite replaces it");
  }
  write_text(file, bytes);
}

}  // namespace

std::vector<JoinedPictures> write_pictures(const FilmPlan& plan, const fs::path& folder, const fs::path& pattern,
                                           bool overwrite, const std::stop_token& stop) {
  const std::optional<NumberedNames> names = numbered_names(fs::absolute(pattern));
  if (!names) throw Failure(pattern.string() + " has no place for a number");
  const std::optional<Sequence> sequence = sequence_in(plan.film);
  const std::set<std::string> sources = sequence ? names_beside(*sequence, names->folder) : std::set<std::string>{};
  std::vector<JoinedPictures> joined(plan.tracks.size());

  const Element pipeline = sunk(gst_pipeline_new(nullptr));
  GstElement* const last = add_pieces(pipeline.get(), pieces_in(folder, 0), *plan.recipe.encoder, joined.front());
  GstElement* const sink = add(pipeline.get(), "appsink");
  g_object_set(sink, "sync", FALSE, "max-buffers", 4U, "wait-on-eos", FALSE, nullptr);
  gst_element_link(last, sink);
  const Playing playing(pipeline.get(), stop);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  std::uint64_t count = 0;
  for (gboolean at_end = FALSE;;) {
    GstSample* pulled = nullptr;
    g_signal_emit_by_name(sink, "try-pull-sample", static_cast<guint64>(100 * GST_MSECOND), &pulled);
    const Sample sample(pulled);
    check(pipeline.get(), stop);
    if (!sample && at_end) break;
    g_object_get(sink, "eos", &at_end, nullptr);
    if (!sample) continue;
    GstBuffer* const buffer = gst_sample_get_buffer(sample.get());
    ++count;
    const fs::path file =
        names->name(sequence ? sequence->number_at(time_on_one_clock(GST_BUFFER_PTS(buffer))) : count);
    if (sources.contains(file.filename().string()))
      throw Failure("the result would replace " + file.string() + ", which it is made of; give it another name");
    std::string bytes(gst_buffer_get_size(buffer), '\0');
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    write_picture_file(file, bytes, overwrite);
  }
  return joined;
}

}  // namespace colorize::command
