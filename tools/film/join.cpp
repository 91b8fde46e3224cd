// SPDX-License-Identifier: LGPL-2.1-or-later
#include "join.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

#include "captions.h"
#include "common/words.h"
#include "common/xmp.h"
#include "frametimes.h"
#include "isofile.h"
#include "mux.h"
#include "pictureresults.h"
#include "piece.h"
#include "sequence.h"
#if HAVE_LIBAV
#include "losttags.h"
#include "remux.h"
#endif

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// When pictures of a track are shown that are not among those whose times are given.
std::vector<std::int64_t> unseen(const Pictures& pictures, const Range& range, std::vector<std::int64_t> times) {
  constexpr std::int64_t near = 5 * GST_MSECOND;  // beside others VP8 has frames that are never shown
  std::ranges::sort(times);
  std::vector<std::int64_t> missing;
  std::ranges::copy_if(pictures.shown, std::back_inserter(missing), [&](std::int64_t shown) {
    if (!range.holds(shown)) return false;
    const auto next = std::ranges::lower_bound(times, shown - near);
    return next == times.end() || *next > shown + near;
  });
  return missing;
}

/// How many they are, at least.
std::size_t count_missing(const Pictures& pictures, const Range& range, const std::vector<std::int64_t>& times) {
  const std::size_t shorter_by = std::max(pictures.count, times.size()) - times.size();
  if (!pictures.delay) return shorter_by;
  return std::min(unseen(pictures, range, times).size(), shorter_by);  // deinterlaced frames have times of their own
}

/// " (d.3.png, d.4.png)", the files of pictures that are missing, of which the first are named.
std::string files_of(const Sequence& sequence, const std::vector<std::int64_t>& missing) {
  constexpr std::size_t most = 5;
  std::vector<std::string> names;
  for (const std::int64_t time : std::span(missing).first(std::min(missing.size(), most)))
    names.push_back(sequence.names.name(sequence.number_at(time)).filename().string());
  if (missing.size() > most) names.emplace_back("...");
  return names.empty() ? "" : " (" + listed(names) + ")";
}

/// Remarks on frames that are missing or not at their place.
void tell_of_frames(const FilmPlan& plan, const Pictures& pictures, const JoinedPictures& joined, Progress& progress) {
  const Recipe& recipe = plan.recipe;
  const auto tell = [&](Remark remark, std::size_t count, std::size_t all, const std::string& more = "") {
    remark.text += ": " + std::to_string(count) + " of " + std::to_string(all) + more;
    if (count > 0) progress.remark(remark);
  };
  const Range range = recipe.choices.range.value_or(Range{});
  const std::optional<Sequence> sequence = sequence_in(plan.film);
  tell({"frames-missing", "frames that could not be decoded and are missing"},
       count_missing(pictures, range, joined.times), pictures.count,
       sequence ? files_of(*sequence, unseen(pictures, range, joined.times)) : "");
  tell({"frames-share-time", "frames of whose time nothing is known but that of another frame"},
       count_shared(joined.times), joined.times.size());
  if (recipe.choices.deinterlace) return;
  tell({"frames-misplaced", "frames that are not shown at the time that the film has for them"},
       count_misplaced(joined), joined.times.size(),
       ", since GStreamer reads other times from it; bring it into another container first, with a tool that copies "
       "streams");
}

/// A remark on captions for which the codec has a place, and which did not come: not every decoder hands them on.
void tell_of_captions(const PlannedTrack& track, const JoinedPictures& joined, const Encoder& encoder,
                      Progress& progress) {
  if (track.pictures->captions && holds_captions(encoder) && !joined.captions)
    progress.remark({"captions-lost",
                     "the closed captions inside its pictures are not in the result, since their "
                     "decoder does not hand them on; take them out into a file of subtitles, as "
                     "CCExtractor does"});
}

/// Throws Failure where not all pictures are found again in the result: GStreamer's muxers may write what nobody can
/// read, and say that all is well.
void check_result(const FilmPlan& plan, const std::vector<JoinedPictures>& joined, const fs::path& file,
                  const std::stop_token& stop) try {
  std::vector<std::size_t> found;
  for (const Track& track : survey(file, stop).tracks)
    if (track.is_picture()) found.push_back(track.packets.size());
  std::size_t number = 0;
  for (std::size_t i = 0; i < plan.tracks.size(); ++i) {
    if (!plan.tracks[i].pictures) continue;
    const std::size_t there = number < found.size() ? found[number++] : 0;
    if (there < joined[i].times.size())
      throw Failure("of " + counted(joined[i].times.size(), "frame") + " it has " + std::to_string(there));
  }
} catch (const Failure& failure) {
  throw Failure(std::string("the result cannot be read again: ") + failure.what() +
                "; a name that ends in .mkv may hold it");
}

/// The film's XMP; empty where it has none.
std::string xmp_of(const fs::path& film) {
  if (const auto packet = read_box(film, xmp_box)) return *packet;
  return read_box(film, quicktime_xmp_box).value_or("");
}

/// Gives `file`, the result, the XMP of the film, which says whether colours were predicted. Remarks on what gets lost.
void tell_of_origin(const fs::path& film, const fs::path& file, const Container& container, bool coloured,
                    Progress& progress) {
  const bool has_place = container.says == Says::comment_and_xmp;
  if (read_box(film, c2pa_box))
    progress.remark({"manifest-lost", "the result is without the C2PA manifest of the film"});
  if (coloured && container.says == Says::nothing)
    progress.remark({"mark-lost",
                     "the result cannot say that its colours were predicted, since its container has no place for it; "
                     ".mkv and .mp4 have"});
  const std::string of_film = xmp_of(film);
  const std::string before = of_film.empty() && has_place && coloured ? xmp_of(file) : of_film;  // by the muxer
  const std::optional<std::string> after = revised_xmp(before, false, coloured);
  if (!of_film.empty() && (!after || !has_place))
    progress.remark({"xmp-lost", "the result is without the XMP of the film"});
  const std::string packet = after ? *after : *revised_xmp({}, false, coloured);
  if (packet.empty() || !has_place) return;
  if (std::string_view(container.muxer) == "qtmux") put_box(file, quicktime_xmp_box, packet);
  put_box(file, xmp_box, packet);
}

}  // namespace

std::vector<fs::path> join(const FilmPlan& plan, const fs::path& folder, const fs::path& file, Progress& progress,
                           const std::stop_token& stop, bool overwrite) {
  const Container& container = container_of(file);
  const std::string comment = comment_of_pieces(plan, folder);
  const auto join_film = [&]() -> WrittenPictures {
#if HAVE_LIBAV
    if (plan.copied) return {remux(plan, folder, container, comment, file, progress, stop), {}};
#endif
    return {mux(plan, folder, container, comment, file, stop), {}};
  };
  const auto [joined, files] =
      is_of_pictures(container) ? write_pictures(plan, folder, file, overwrite, progress, stop) : join_film();
  if (!plan.copied && !is_of_pictures(container)) check_result(plan, joined, file, stop);
#if HAVE_LIBAV
  const bool is_remuxed = plan.copied && !is_of_pictures(container);
  if (const auto lost = is_remuxed ? lost_tags(plan, file, stop) : std::vector<std::string>{}; !lost.empty())
    progress.remark(
        {"tags-lost", "tags that get lost, since the container of the result has no place for them: " + listed(lost) +
                          (container.format == std::string_view("matroska") ? "" : "; .mkv has")});
#endif
  tell_of_origin(plan.film, file, container, !comment.empty(), progress);
  for (std::size_t i = 0; i < plan.tracks.size(); ++i) {
    if (!plan.tracks[i].pictures) continue;
    check_frames(plan, folder, i, joined[i].times.size());
    tell_of_captions(plan.tracks[i], joined[i], *plan.recipe.encoder, progress);
    tell_of_frames(plan, *plan.tracks[i].pictures, joined[i], progress);
  }
  return files;
}

}  // namespace colorize::command
