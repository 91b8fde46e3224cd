// SPDX-License-Identifier: LGPL-2.1-or-later
#include "piece.h"

#include <gst/video/video.h>

#include <algorithm>
#include <set>
#include <utility>

#include "captions.h"
#include "common/checksum.h"
#include "common/claim.h"
#include "common/counts.h"
#include "common/label.h"
#include "common/properties.h"
#include "common/words.h"
#include "depth.h"
#include "division.h"
#include "edges.h"
#include "fieldorder.h"
#include "file.h"
#include "filestate.h"
#include "frametimes.h"
#if HAVE_LIBAV
#include "libavdecoder.h"
#endif
#include "looking.h"
#include "pictures.h"
#include "pieceplay.h"
#include "planfile.h"
#include "record.h"
#include "shape.h"
#include "slices.h"
#include "stopwatch.h"
#include "storing.h"
#include "timeline.h"
#include "workfolder.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// What colorize did with the frame that has just come out of it.
void look_at_colour(PieceGate& gate, std::int64_t time) {
  if (!gate.colorize) return;
  const Counts now = counts_of(gate.colorize), before = std::exchange(gate.before, now);
  if (time < gate.piece.start || time >= gate.piece.end) return;
  if (now.cuts > before.cuts) gate.cuts.push_back(time);
  gate.coloured += now.coloured > before.coloured ? 1 : 0;
}

/// After colorize: lets only the piece's own frames through.
GstPadProbeReturn leave(GstPad* pad, GstPadProbeInfo* info, void* data) {
  auto& gate = *static_cast<PieceGate*>(data);
  const auto time = running_time(gate.shown, GST_BUFFER_PTS(gst_pad_probe_info_get_buffer(info)));
  if (!time) return GST_PAD_PROBE_OK;
  look_at_colour(gate, *time);
  if (*time < gate.piece.start) return GST_PAD_PROBE_DROP;
  if (*time >= gate.piece.end) {
    gst_pad_send_event(pad, gst_event_new_eos());
    return GST_PAD_PROBE_DROP;
  }
  gate.position = *time;
  ++gate.frames;
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn count(GstPad*, GstPadProbeInfo* info, void* data) {
  const bool is_header = !GST_BUFFER_PTS_IS_VALID(gst_pad_probe_info_get_buffer(info));  // Theora has some
  static_cast<PieceGate*>(data)->stored += is_header ? 0 : 1;
  return GST_PAD_PROBE_OK;
}

/// What becomes of coloured pictures.
std::string description_from_colour(const PlannedTrack& track, const Recipe& recipe) {
  const Choices& choices = recipe.choices;
  std::string text;
  if (choices.compare == Choices::Compare::side_by_side) text += "capssetter name=box ! ";
  // After colorize, which is to see nothing but pictures.
  if (track.pictures->form)
    text +=
        "videoconvert ! videoscale add-borders=true method=lanczos ! capsfilter name=scaled ! "
        "capssetter name=alike replace=true ! ";
  text += "queue name=exit max-size-buffers=4 max-size-bytes=0 max-size-time=0 ! videoconvert ! " +
          filter_before_encoder(recipe, track.pictures->depth) +
          encoder_description(*recipe.encoder, choices, recipe.in_order, recipe.threads) +
          " ! gdppay name=store ! filesink name=file";
  return text;
}

/// Before pictures go into the box: it gets as much place beside them as they are wide.
GstPadProbeReturn make_place(GstPad* pad, GstPadProbeInfo* info, void*) {
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps;
  gst_event_parse_caps(event, &caps);
  int width = 0;
  gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width);
  const Element box(gst_pad_get_parent_element(pad));
  const Caps wider(gst_caps_new_simple("video/x-raw", "width", G_TYPE_INT, width + width_beside(width), nullptr));
  g_object_set(box.get(), "caps", wider.get(), nullptr);
  return GST_PAD_PROBE_OK;
}

/// All pictures become of one form.
void set_up_form(const PiecePipeline& pipeline, GstCaps* form) {
  g_object_set(element_of(pipeline.whole.get(), "alike"), "caps", form, nullptr);
  const Caps scaled(gst_caps_copy(form));
  // Nothing can make these of others, and times and flags of frames need not change with them.
  for (const char* only_said : {"framerate", "interlace-mode", "chroma-site"})
    gst_structure_remove_field(gst_caps_get_structure(scaled.get(), 0), only_said);
  g_object_set(element_of(pipeline.whole.get(), "scaled"), "caps", scaled.get(), nullptr);
}

/// What happens to the colour, and what is shown beside it.
void set_up_colour(const PiecePipeline& pipeline, const Choices& choices, const Properties& properties) {
  if (choices.to_gray)
    make_gray(pipeline.colour);
  else
    set_properties(pipeline.colour, properties);
  if (choices.compare == Choices::Compare::halves) show_before(pipeline.colour, pipeline.colour);
  if (choices.compare == Choices::Compare::side_by_side) {
    GstElement* const box = element_of(pipeline.whole.get(), "box");
    gst_pad_add_probe(pad(box, "sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, make_place, nullptr, nullptr);
    show_before(pipeline.colour, box);
  }
}

/// What is written into a piece.
struct Written {
  std::uint64_t frames;
  std::string comment;  ///< Record::comment
  std::uint64_t left_alone;
  std::vector<std::int64_t> cuts;
};

/// A file that goes when it is not needed any more.
struct Passing {
  fs::path path;

  explicit Passing(fs::path file) : path(std::move(file)) {}
  ~Passing() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;
};

/// How far a piece is, of which a part of the way is gone before any frame of it is made.
class Progressing {
 public:
  Progressing(const Piece& piece, const Pictures& pictures)
      : start_(std::max<std::int64_t>(piece.start, 0)), end_(std::max(std::min(piece.end, pictures.end), start_)) {}

  std::int64_t looked(std::int64_t position) const { return start_ + within(position) / 4 * 3; }
  std::int64_t made(std::int64_t position) const { return end_ - (end_ - start_ - within(position)) / 4; }

 private:
  std::int64_t within(std::int64_t position) const { return std::clamp(position, start_, end_) - start_; }

  std::int64_t start_, end_;
};

Written write_piece(const FilmPlan& plan, std::size_t number, const fs::path& file, const std::stop_token& stop,
                    const std::function<void(const Done&)>& tick,
                    const std::function<void(const std::string&)>& decodes) {
  const Piece piece = piece_to_make(plan, number);
  const PlannedTrack& track = plan.tracks[piece.track];
  const Choices& choices = plan.recipe.choices;
#if HAVE_LIBAV
  if (track.pictures->own_decoder) register_libav_decoder();
#endif
  const Passing colours(file.string() + ".colours");  // a name of its own: another process may be at the same piece
  const bool looks = is_looked_at(plan, number);
  const Progressing progress(piece, *track.pictures);
  if (looks)
    look_at_piece(
        plan, number, colours.path, stop,
        [&](std::int64_t position) {
          tick({progress.looked(position), 0});
        },
        decodes);

  const PiecePipeline pipeline{
      parse_pipeline(description_to_colour(track, plan.recipe) + description_from_colour(track, plan.recipe))};
  GstElement *const exit = element_of(pipeline.whole.get(), "exit"), *const store =
                                                                         element_of(pipeline.whole.get(), "store");
  g_object_set(element_of(pipeline.whole.get(), "file"), "location", file.c_str(), nullptr);
  std::string comment;
  if (!choices.to_gray) listen(pipeline.colour, comment);
  set_up_colour(pipeline, choices, properties_of_piece(plan, number, file.parent_path()));
  if (looks) {
    g_object_set(pipeline.colour, "pass-file", colours.path.c_str(), nullptr);
    gst_util_set_object_arg(G_OBJECT(pipeline.colour), "pass", "second");
  }
  if (track.pictures->form) set_up_form(pipeline, track.pictures->form.get());
  PieceGate gate{piece, track.pictures->delay, {}, {}, piece.start, 0, 0};
  if (!choices.to_gray) gate.colorize = pipeline.colour;
  constexpr int buffers = GST_PAD_PROBE_TYPE_BUFFER;
  if (looks) watch(pipeline.colour, buffers, end_with_piece, &gate);  // what lies behind was not looked at
  watch(exit, buffers, leave, &gate);
  Encoding encoding{plan, piece.track};
  watch(store, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | buffers, make_plain, &encoding);
  watch(store, buffers, count, &gate);
  write_captions(pad(store, "sink").get(), *plan.recipe.encoder);
  put_on_one_clock(pad(store, "sink").get());
  say_field_order(pad(exit, "src").get());
  if (!choices.label.empty()) label(pad(exit, "src").get(), choices.label);
  repeat_edges(pad(exit, "src").get(), *plan.recipe.encoder);
  choose_slices(pad(exit, "src").get(), element_of(pipeline.whole.get(), "encoder"));
  play(
      plan, gate, pipeline, stop,
      [&] {
        tick({looks ? progress.made(gate.position) : std::int64_t{gate.position}, gate.frames});
      },
      decodes);
  const std::uint64_t left_alone = gate.stored - std::min<std::uint64_t>(gate.stored, gate.coloured);
  return {gate.stored, comment, left_alone, gate.cuts};
}

fs::path record_beside(fs::path piece) { return piece.replace_extension(".json"); }

/// Throws Failure.
Record record_in(const FilmPlan& plan, std::size_t number, const fs::path& folder) try {
  return record_of(read_file(record_beside(file_of_piece(plan, number, folder))));
} catch (const std::exception& error) {
  throw Failure(std::string("its record: ") + error.what());
}

}  // namespace

bool has_room_for_label(const PlannedTrack& track, const Choices& choices) {
  const auto [width, height] = size_on_the_way(track, choices);
  return choices.label.empty() || Label(choices.label, width, height).has_room();
}

fs::path file_of_piece(const FilmPlan& plan, std::size_t number, const fs::path& folder) {
  const Owned<gchar> name(g_strdup_printf("picture%zu-%05zu.gdp", plan.pieces[number].track, number));
  return folder / name.get();
}

std::optional<std::string> fault_of_piece(const FilmPlan& plan, std::size_t number, const fs::path& folder) try {
  const fs::path piece = file_of_piece(plan, number, folder);
  if (!fs::exists(piece)) return std::nullopt;
  const Record record = record_in(plan, number, folder);
  if (record.number != number || record.plan != digest(plan, number)) return "it was made by another plan";
  if (const std::uint64_t size = fs::file_size(piece); size != record.size)
    return "it has " + std::to_string(size) + " bytes instead of " + std::to_string(record.size);
  if (sha256_of(piece, {}) != record.checksum) return "its bytes are not those that were written";
  return "";
} catch (const std::exception& error) {
  return error.what();
}

void make_piece(const FilmPlan& plan, std::size_t number, const fs::path& folder, const std::stop_token& stop,
                const std::function<void(const Done&)>& tick, const std::function<void(const std::string&)>& decodes,
                const std::string& token) {
  const fs::path piece = file_of_piece(plan, number, folder);
  std::optional<FileLock> lock;
  if (token.empty()) lock.emplace(fs::path(piece).replace_extension(".lock"), piece.string());
  if (fault_of_piece(plan, number, folder) == "") return;
  const SteadyFile film(plan.film);
  const std::string start = moment_now();
  const Stopwatch watch;
  const auto write = [&](const fs::path& partial) {
    const Written written = write_piece(plan, number, partial, stop, tick, decodes);
    film.check();
    const Record record{.plan = digest(plan, number),
                        .number = number,
                        .size = fs::file_size(partial),
                        .frames = written.frames,
                        .left_alone = written.left_alone,
                        .cuts = written.cuts,
                        .checksum = sha256_of(partial, {}),
                        .comment = written.comment,
                        .host = g_get_host_name(),
                        .start = start,
                        .seconds = watch.seconds()};
    // Before the piece gets its name: one without a record is of no use.
    write_text(record_beside(piece), to_json(record), token);
  };
  write_whole(piece, write, token);
}

fs::path pieces_in(const fs::path& folder, std::size_t track) {
  return folder / ("picture" + std::to_string(track) + "-*.gdp");
}

std::vector<std::string> remove_strangers(const FilmPlan& plan, const fs::path& folder) {
  std::set<fs::path> ours;
  for (std::size_t i = 0; i < plan.pieces.size(); ++i) ours.insert(file_of_piece(plan, i, folder).filename());
  std::vector<std::string> removed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const fs::path name = entry.path().filename();
    if (name.extension() != ".gdp" || !name.string().starts_with("picture") || ours.contains(name)) continue;
    fs::remove(entry.path());
    removed.push_back(name.string());
  }
  return removed;
}

std::uint64_t frames_of_pieces(const FilmPlan& plan, const fs::path& folder, std::size_t track) {
  std::uint64_t frames = 0;
  for (std::size_t i = 0; i < plan.pieces.size(); ++i)
    if (plan.pieces[i].track == track) frames += record_in(plan, i, folder).frames;
  return frames;
}

void check_frames(const FilmPlan& plan, const fs::path& folder, std::size_t track, std::uint64_t frames) {
  if (const std::uint64_t promised = frames_of_pieces(plan, folder, track); frames != promised)
    throw Failure("the result would have " + counted(frames, "frame") + ", and its pieces have " +
                  std::to_string(promised) + "; remove " + folder.string() +
                  ", where they lie, and begin anew, with 'gst-colorize plan' where that was the beginning");
}

std::string comment_of_pieces(const FilmPlan& plan, const fs::path& folder) {
  for (std::size_t i = 0; i < plan.pieces.size(); ++i)
    if (const std::string comment = record_in(plan, i, folder).comment; !comment.empty()) return comment;
  return {};
}

Made made_of_pieces(const FilmPlan& plan, const fs::path& folder) {
  const Recipe& recipe = plan.recipe;
  Made made{
      .properties = recipe.choices.properties, .codec = recipe.encoder->codec, .encoder = recipe.encoder->element};
  for (std::size_t i = 0; i < plan.pieces.size(); ++i) {
    const Piece& piece = plan.pieces[i];
    const Record record = record_in(plan, i, folder);
    made.pieces.push_back(
        {file_of_piece(plan, i, folder).filename().string(), record.checksum, record.frames, piece.track});
    if (piece.start != Piece::first) made.pieces.back().start = piece.start;
    if (piece.end != Piece::last) made.pieces.back().end = piece.end;
    made.pictures.resize(std::max(made.pictures.size(), piece.track + 1));
    MadePictures& pictures = made.pictures[piece.track];
    pictures.frames += record.frames;
    pictures.left_alone += record.left_alone;
    pictures.cuts.insert(pictures.cuts.end(), record.cuts.begin(), record.cuts.end());
    made.marked |= !record.comment.empty();
    if (made.start.empty() || record.start < made.start) made.start = record.start;
  }
  return made;
}

}  // namespace colorize::command
