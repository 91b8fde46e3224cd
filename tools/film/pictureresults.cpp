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

/// A source's files, wherever links lead.
std::set<fs::path> sources_of(const Sequence& sequence) {
  std::set<fs::path> files;
  std::error_code gone;
  for (std::size_t i = 0; i < sequence.pictures.size(); ++i) files.insert(fs::weakly_canonical(sequence.file(i), gone));
  return files;
}

NumberedNames names_of(const fs::path& pattern) {
  std::optional<NumberedNames> names = numbered_names(pattern);
  if (!names) throw Failure(pattern.string() + " has no place for a number");
  names->folder = fs::absolute(names->folder.empty() ? "." : names->folder);
  return *names;
}

void expect_none_of(const std::set<fs::path>& sources, const fs::path& file) {
  std::error_code unknown;
  if (!sources.empty() && sources.contains(fs::weakly_canonical(file, unknown)))
    throw Failure("the result would replace " + file.string() + ", which it is made of; give it another name");
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

void check_results(const Sequence& sequence, const fs::path& pattern) {
  const NumberedNames names = names_of(pattern);
  const std::set<fs::path> sources = sources_of(sequence);
  for (const auto& picture : sequence.pictures) expect_none_of(sources, names.name(picture.number));
}

WrittenPictures write_pictures(const FilmPlan& plan, const fs::path& folder, const fs::path& pattern, bool overwrite,
                               Progress& progress, const std::stop_token& stop) {
  const NumberedNames names = names_of(pattern);
  const std::optional<Sequence> sequence = sequence_in(plan.film);
  const std::set<fs::path> sources = sequence ? sources_of(*sequence) : std::set<fs::path>{};
  std::set<std::uint64_t> written;
  WrittenPictures result{std::vector<JoinedPictures>(plan.tracks.size()), {}};

  const Element pipeline = sunk(gst_pipeline_new(nullptr));
  GstElement* const last =
      add_pieces(pipeline.get(), pieces_in(folder, 0), *plan.recipe.encoder, result.joined.front());
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
    const std::uint64_t number = sequence ? sequence->number_at(time_on_one_clock(GST_BUFFER_PTS(buffer))) : count;
    const fs::path file = names.name(number);
    written.insert(number);
    expect_none_of(sources, file);
    std::string bytes(gst_buffer_get_size(buffer), '\0');
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    write_picture_file(file, bytes, overwrite);
    result.files.push_back(file);
  }
  for (const std::uint64_t number : names.numbers())
    if (!written.contains(number)) {
      progress.remark({"others-beside", names.name(number).string() +
                                            " and perhaps more pictures of that name lie beside the result, and are "
                                            "not of it; take them away, or whoever reads it gets them too"});
      break;
    }
  return result;
}

}  // namespace colorize::command
