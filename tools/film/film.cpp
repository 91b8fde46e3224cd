// SPDX-License-Identifier: LGPL-2.1-or-later
#include "film.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string_view>

#include "common/xmp.h"
#include "encoders.h"
#include "file.h"
#include "isofile.h"
#include "mux.h"
#include "parts.h"
#include "pieces.h"
#include "survey.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// The plugin that an element comes from; null where that is not installed.
Owned<GstPlugin> plugin_of(const char* element) {
  const Owned<GstElementFactory> factory(gst_element_factory_find(element));
  return Owned<GstPlugin>(factory ? gst_plugin_feature_get_plugin(GST_PLUGIN_FEATURE(factory.get())) : nullptr);
}

/// Size and time of last change.
std::string state_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  const auto time = fs::last_write_time(file, error).time_since_epoch().count();
  return error ? "missing" : std::to_string(size) + " bytes of " + std::to_string(time);
}

/// All that the bytes of a piece depend on.
Record record_of(const fs::path& input, const Choices& choices, const Encoder& encoder) {
  const Owned<gchar> gstreamer(gst_version_string());
  const Owned<GstPlugin> colorize = plugin_of("colorize"), plugin = plugin_of(encoder.element);
  Record record = {
      {"film", fs::absolute(input).string()},
      {"film-state", state_of(input)},
      {"gstreamer", gstreamer.get()},
      {"colorize", colorize ? state_of(gst_plugin_get_filename(colorize.get())) : "missing"},
      {"encoder", std::string(encoder.element) + " " + (plugin ? gst_plugin_get_version(plugin.get()) : "missing")},
      {"quality", choices.quality ? std::to_string(*choices.quality) : "usual"},
      {"to-gray", choices.to_gray ? "yes" : "no"},
      {"compare", std::to_string(static_cast<int>(choices.compare))},
      {"label", choices.label},
      {"deinterlace", choices.deinterlace ? "yes" : "no"},
  };
  for (const auto& [name, value] : choices.properties) {
    record["property-" + name] = value;
    if (name == "model" && fs::exists(value)) record["model-state"] = state_of(value);
  }
  return record;
}

bool decodable(const Track& track) {
  GList* const all = gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_DECODER, GST_RANK_MARGINAL);
  GList* const fitting = gst_element_factory_list_filter(all, track.caps.get(), GST_PAD_SINK, FALSE);
  const bool raw = gst_structure_has_name(gst_caps_get_structure(track.caps.get(), 0), "video/x-raw");
  const bool found = fitting || raw;
  gst_plugin_feature_list_free(fitting);
  gst_plugin_feature_list_free(all);
  return found;
}

/// The tracks that become colour.
std::vector<const Track*> pictures_of(const Survey& survey, Progress& progress) {
  std::vector<const Track*> pictures;
  std::string undecodable;
  for (const Track& track : survey.tracks) {
    if (!track.is_picture() || track.packets.empty()) continue;
    const std::string type = gst_structure_get_name(gst_caps_get_structure(track.caps.get(), 0));
    if (track.packets.size() == 1 && type.starts_with("image/")) {
      progress.remark("its cover, a single picture, gets lost");
      continue;
    }
    if (decodable(track)) {
      pictures.push_back(&track);
      continue;
    }
    undecodable = track.name();
    progress.remark((undecodable + " is left out, since GStreamer has no decoder for it here").c_str());
  }
  if (pictures.empty())
    throw Failure(undecodable.empty() ? "there is no moving picture in it"
                                      : "GStreamer has no decoder for its picture here, " + undecodable);
  return pictures;
}

/// A keyframe is shown after all that comes before it; where it is not, its demuxer has lost the thread.
std::optional<std::pair<std::int64_t, std::int64_t>> jump_back(const Track& track) {
  if (!track.delay()) return std::nullopt;
  std::int64_t last = *track.packets.front().running_time;
  for (const Packet& packet : track.packets) {
    if (packet.keyframe && *packet.running_time < last) return std::pair(last, *packet.running_time);
    last = std::max(last, *packet.running_time);
  }
  return std::nullopt;
}

/// What of the film's own times does not become right.
void tell_of_times(const Survey& film, Progress& progress) {
  constexpr const char* remedy = "; bring it into another container first, with a tool that copies streams";
  for (const Track& track : film.tracks) {
    const auto has_time = [](const Packet& packet) { return packet.running_time.has_value(); };
    if (!track.packets.empty() && std::ranges::none_of(track.packets, has_time))
      progress.remark((track.name() + " begins at 0 s, since GStreamer finds no times in it" + remedy).c_str());
    if (const auto jump = track.is_picture() ? jump_back(track) : std::nullopt)
      progress.remark(("the times that GStreamer finds in " + track.name() + " go back from " + seconds(jump->first) +
                       " to " + seconds(jump->second) + remedy)
                          .c_str());
  }
  if (film.open) progress.remark(("it is cut off after " + seconds(film.end) + "; what is there is taken").c_str());
}

/// How many frames of a track are not among those that are shown, at least.
std::size_t count_missing(const Track& track, std::vector<std::int64_t> shown) {
  const auto shorter_by = [&](std::size_t packets) { return std::max(packets, shown.size()) - shown.size(); };
  const auto count = [&](const auto& is) { return static_cast<std::size_t>(std::ranges::count_if(track.packets, is)); };
  // Without times nothing tells one from another; packets of a few bytes repeat the last frame.
  if (!track.delay()) return shorter_by(count([](const Packet& packet) { return packet.size > 16; }));
  constexpr std::int64_t near = 5 * GST_MSECOND;  // beside others VP8 has frames that are never shown
  std::ranges::sort(shown);
  const std::size_t unseen = count([&](const Packet& packet) {
    const auto next = std::ranges::lower_bound(shown, *packet.running_time - near);
    return *packet.running_time >= 0 && (next == shown.end() || *next > *packet.running_time + near);
  });
  return std::min(unseen, shorter_by(track.packets.size()));  // deinterlaced frames have times of their own
}

/// A track, its number among the picture tracks, and its pieces.
struct Plan {
  const Track& track;
  std::vector<Piece> pieces;
};

std::string piece_name(std::size_t track, const std::string& piece) {
  return "picture" + std::to_string(track) + "-" + piece + ".gdp";
}

std::string piece_name(std::size_t track, std::size_t piece) {
  char number[16];
  std::snprintf(number, sizeof number, "%05zu", piece);
  return piece_name(track, number);
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
  if (read_box(film, c2pa_box)) progress.remark("the result is without the C2PA manifest of the film");
  if (coloured && container.says == Says::nothing)
    progress.remark(
        "the result cannot say that its colours were predicted, since its container has no place for it; .mkv and .mp4 "
        "have");
  const std::string of_film = xmp_of(film);
  const std::string before = of_film.empty() && has_place && coloured ? xmp_of(file) : of_film;  // by the muxer
  const std::optional<std::string> after = revised_xmp(before, false, coloured);
  if (!of_film.empty() && (!after || !has_place)) progress.remark("the result is without the XMP of the film");
  const std::string packet = after ? *after : *revised_xmp({}, false, coloured);
  if (packet.empty() || !has_place) return;
  if (std::string_view(container.muxer) == "qtmux") put_box(file, quicktime_xmp_box, packet);
  put_box(file, xmp_box, packet);
}

void make_film(const fs::path& input, const fs::path& output, const Choices& choices, Progress& progress,
               const std::stop_token& stop) {
  const Container& container = container_of(output);
  const Encoder& encoder = encoder_for(container, choices.codec);
  const Survey film = survey(input, stop);
  tell_of_times(film, progress);
  std::vector<Plan> plans;
  double length = 0;
  for (const Track* track : pictures_of(film, progress)) {
    plans.push_back({*track, plan_pieces(input, *track, stop)});
    if (!has_room_for_label(*track, choices)) progress.remark("there is no room for the label");
    length += static_cast<double>(track->end);
  }
  check_container(container, film, plans.size(), encoder, progress);

  Parts parts(output, record_of(input, choices, encoder), choices.resume, progress);
  const Recipe recipe{choices, encoder, container.in_order};
  std::vector<Pictures> pictures;
  double before = 0;  // of the tracks that are done
  std::uint64_t frames = 0;
  const std::string comment = "comment";  // what the film says of itself, where pieces say that colours were predicted
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const Track& track = plans[i].track;
    const std::vector<Piece>& pieces = plans[i].pieces;
    for (std::size_t j = 0; j < pieces.size(); ++j) {
      Done done{0, 0};
      parts.make(piece_name(i, j), [&](const fs::path& file) {
        const std::string said = make_piece(input, track, pieces[j], recipe, file, stop, [&](const Done& now) {
          done = now;
          const auto position = static_cast<double>(std::max<std::int64_t>(0, now.position));
          progress.at((before + position) / GST_SECOND, length / GST_SECOND, frames + now.frames);
        });
        if (!said.empty()) parts.make(comment, [&](const fs::path& partial) { std::ofstream(partial) << said; });
      });
      frames += done.frames;
    }
    before += static_cast<double>(track.end);
    pictures.push_back({track, parts.folder() / piece_name(i, "*")});
  }
  const std::string whole = "whole" + output.extension().string();
  const bool coloured = fs::exists(parts.folder() / comment);
  const auto times = mux(input, film, pictures, container, encoder, coloured ? read_file(parts.folder() / comment) : "",
                         parts.folder() / whole, stop);
  tell_of_origin(input, parts.folder() / whole, container, coloured, progress);
  for (std::size_t i = 0; i < times.size(); ++i)
    if (const std::size_t missing = count_missing(pictures[i].track, times[i]))
      progress.remark(("frames that could not be decoded and are missing: " + std::to_string(missing) + " of " +
                       std::to_string(pictures[i].track.packets.size()))
                          .c_str());
  parts.finish(whole, output);
  progress.at(length / GST_SECOND, length / GST_SECOND, frames);
}

}  // namespace

void convert_film(const fs::path& input, const fs::path& output, const Choices& choices, Progress& progress,
                  const std::stop_token& stop) {
  std::error_code none;
  if (fs::equivalent(input, output, none)) throw Failure(output.string() + " is the film itself: name another file");
  make_film(input, output, choices, progress, stop);
}

}  // namespace colorize::command
