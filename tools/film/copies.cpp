// SPDX-License-Identifier: LGPL-2.1-or-later
#include "copies.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "activeformat.h"
#include "common/words.h"
#include "depth.h"
#include "division.h"
#include "libav.h"
#include "libavdecoder.h"
#include "light.h"
#include "matroska.h"
#include "retiming.h"
#include "sound.h"
#include "streams.h"
#include "subtitles.h"
#include "timecode.h"

namespace colorize::command {

namespace {

/// What is known of a film's first packets, by the numbers of streams.
struct Beginning {
  std::map<int, std::vector<Packet>> pictures;  // those that move
  std::map<int, std::vector<Packet>> others;
  std::map<int, AvOwned<AVPacket>> first;  // packet of the others
  std::set<int> with_hdr10_plus, with_active_format;
};

constexpr std::size_t looked_at = 300;  // packets of a stream

Beginning beginning_of(AvInput& film) {
  Beginning beginning;
  auto& found = beginning.pictures;
  for (unsigned i = 0; i < film->nb_streams; ++i)
    if (is_moving_picture(film.stream(static_cast<int>(i)))) found[static_cast<int>(i)];
  const auto is_enough = [&](const auto& packets) { return packets.second.size() >= looked_at; };
  while (!std::ranges::all_of(found, is_enough)) {
    const AvOwned<AVPacket> packet = film.read();
    if (!packet) break;
    const auto stream = found.find(packet->stream_index);
    const bool is_picture = stream != found.end();
    if (!is_picture) {
      auto& first = beginning.first[packet->stream_index];
      const bool is_cover = film.stream(packet->stream_index).disposition & AV_DISPOSITION_ATTACHED_PIC;
      if (!first && !is_cover) first.reset(av_packet_clone(packet.get()));
    }
    std::vector<Packet>& packets = is_picture ? stream->second : beginning.others[packet->stream_index];
    if (packets.size() >= looked_at) continue;
    if (is_picture && has_hdr10_plus(film.stream(packet->stream_index), *packet))
      beginning.with_hdr10_plus.insert(packet->stream_index);
    if (is_picture && has_active_format(*packet)) beginning.with_active_format.insert(packet->stream_index);
    packets.push_back({.timestamp = {},
                       .stream_time = {},
                       .running_time = nanoseconds(packet->pts, film.stream(packet->stream_index)),
                       .decoded_at = {},
                       .size = static_cast<std::size_t>(packet->size),
                       .tail = {},
                       .keyframe = (packet->flags & AV_PKT_FLAG_KEY) != 0});
  }
  return beginning;
}

/// What lies between two readings of the same pictures.
struct Match {
  int stream = -1;
  std::size_t alike = 0;
  std::int64_t offset = 0;  ///< libavformat's time less running time
};

/// GStreamer's parsers write headers of some bytes into packets, and its demuxers may leave out what no decoder would
/// show at the beginning: the sizes of packets tell which are the same. Where all have one size, the first is the
/// first.
Match match(const std::vector<Packet>& ours, int stream, const std::vector<Packet>& theirs) {
  constexpr int most_left_out = 100, most_added = 256;
  Match best{.stream = stream};
  for (int shift = 0; shift <= most_left_out; shift = shift > 0 ? -shift : 1 - shift) {
    std::vector<std::int64_t> offsets;
    std::size_t alike = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const std::ptrdiff_t j = static_cast<std::ptrdiff_t>(i) + shift;
      if (j < 0 || j >= static_cast<std::ptrdiff_t>(theirs.size())) continue;
      const Packet &our = ours[i], &their = theirs[static_cast<std::size_t>(j)];
      const auto added = static_cast<std::ptrdiff_t>(our.size) - static_cast<std::ptrdiff_t>(their.size);
      if (std::abs(added) > (our.keyframe ? most_added : 16)) continue;
      ++alike;
      if (our.running_time && their.running_time) offsets.push_back(*their.running_time - *our.running_time);
    }
    if (alike <= best.alike) continue;
    best.alike = alike;
    std::ranges::sort(offsets);
    best.offset = offsets.empty() ? theirs.front().running_time.value_or(0) : offsets[offsets.size() / 2];
  }
  return best;
}

/// Which of the streams a track is; nothing where none is like it.
std::optional<Match> stream_of(const Track& track, const std::map<int, std::vector<Packet>>& streams) {
  std::vector<Packet> packets;
  for (const Packet& packet : track.packets)
    if (packet.size > 0 && packets.size() < looked_at) packets.push_back(packet);  // libavformat knows no empty ones
  Match best;
  for (const auto& [number, theirs] : streams)
    if (const Match found = match(packets, number, theirs); found.alike > best.alike) best = found;
  return best.alike * 2 < packets.size() ? std::nullopt : std::optional(best);
}

std::string text_of(const AVDictionary* tags, const char* name) {
  const AVDictionaryEntry* const entry = av_dict_get(tags, name, nullptr, 0);
  return entry ? entry->value : "";
}

/// For people: "AAC (Advanced Audio Coding) (eng)".
std::string name_of(const AVStream& stream) {
  if (stream.codecpar->codec_type == AVMEDIA_TYPE_ATTACHMENT) {
    const std::string file = text_of(stream.metadata, "filename");
    return file.empty() ? "an attached file" : "the attached file " + file;
  }
  const AVCodecDescriptor* const codec = avcodec_descriptor_get(stream.codecpar->codec_id);
  std::string name = "a stream of an unknown kind";
  if (codec) name = codec->long_name ? codec->long_name : codec->name;
  if (stream.codecpar->codec_tag == MKTAG('c', '7', '0', '8')) name = "CEA-708 closed captions";
  if (text_of(stream.metadata, "data_type") == "vbi_vanc_smpte_436M")
    name = "ancillary data (VANC and VBI, SMPTE ST 436)";
  const std::string language = text_of(stream.metadata, "language");
  return language.empty() || language == "und" ? name : name + " (" + language + ")";
}

/// As it is, or as text of another form.
bool is_held_by(const char* format, const AVStream& stream) {
  return takes(format, stream) || SubtitleConverter::knows(format, stream);
}

/// Whether it becomes AAC because the user wants nothing else. Remarks on what cannot.
bool becomes_aac(FilmPlan& plan, const char* format, const AVStream& stream) {
  const AVCodecParameters& sound = *stream.codecpar;
  const bool is_wanted = plan.recipe.choices.aac && sound.codec_type == AVMEDIA_TYPE_AUDIO &&
                         sound.codec_id != AV_CODEC_ID_AAC && sound.codec_id != AV_CODEC_ID_MP3;
  if (!is_wanted) return false;
  const bool is_made = SoundConverter::can_make(stream, AV_CODEC_ID_AAC, format);
  if (is_made)
    plan.remarks.push_back({"sound-converted", name_of(stream) + " becomes AAC, as was asked for"});
  else
    plan.remarks.push_back({"sound-kept", name_of(stream) + " does not become AAC, since the container of the result "
                                                            "cannot hold that; .mp4 can"});
  return is_made;
}

bool has_styles(const AVStream& stream) {
  return stream.codecpar->codec_id == AV_CODEC_ID_ASS || stream.codecpar->codec_id == AV_CODEC_ID_SSA ||
         stream.codecpar->codec_id == AV_CODEC_ID_EIA_608;
}

void tell_of_time_code(FilmPlan& plan, const AvInput& film, const Track& pictures, const Container& container,
                       const std::stop_token& stop) {
  std::string code = time_code_of(film);
  if (code.empty()) code = time_code_inside(plan.film, stop);
  if (code.empty()) return;
  AVRational rate{0, 1};
  gst_structure_get_fraction(gst_caps_get_structure(pictures.caps.get(), 0), "framerate", &rate.num, &rate.den);
  if (!holds_time_code(container.format, code, rate))
    plan.remarks.push_back(
        {"time-code-lost", "its time code, " + code +
                               ", gets lost, since the container of the result cannot hold it; " +
                               (holds_time_code("mov", code, rate) ? ".mov and .mkv can" : ".mkv can")});
  else if (plan.recipe.choices.range && !can_advance(code, rate))
    plan.remarks.push_back({"time-code-lost", "its time code, " + code +
                                                  ", gets lost in a part of the film, since it does not count frames "
                                                  "at the film's rate"});
  else if (breaks_of_time_code(film) > 0)
    plan.remarks.push_back(
        {"time-code-lost", "its time code goes on from " + code +
                               " to the end of the result, while that of the film begins anew on the way"});
}

/// What libavformat, which has decoded the first picture where no header tells, knows of the pixels.
void tell_of_pixels(FilmPlan& plan, PlannedTrack& track, const AVStream& stream, const Container& container) {
  const auto format = static_cast<AVPixelFormat>(stream.codecpar->format);
  const AVPixFmtDescriptor* const pixels = av_pix_fmt_desc_get(format);
  const AVDictionaryEntry* const beside = av_dict_get(stream.metadata, "alpha_mode", nullptr, 0);  // as VP8 has it
  const bool is_told = std::ranges::find(plan.remarks, without_alpha().code, &Remark::code) != plan.remarks.end();
  if (!is_told && ((pixels && pixels->flags & AV_PIX_FMT_FLAG_ALPHA) || (beside && std::string(beside->value) == "1")))
    plan.remarks.push_back(without_alpha());
  if (const std::string lost = lost_light(container.format, *plan.recipe.encoder, stream, track); !lost.empty())
    plan.remarks.push_back(
        {"light-lost", "its " + lost + " get lost, since the container of the result cannot hold them; .mkv can"});
  if (has_dolby_vision(stream))
    plan.remarks.push_back(
        {"dolby-vision-lost",
         name_of(stream) + " becomes pictures without its Dolby Vision, which is for those of the film"});
  if (!pixels) return;
  if (format == AV_PIX_FMT_XYZ12LE || format == AV_PIX_FMT_XYZ12BE)
    throw Failure("its pictures are X'Y'Z' of digital cinema, which is not read; convert them to R'G'B' first");
  const bool is_full =
      stream.codecpar->color_range == AVCOL_RANGE_JPEG || std::string(pixels->name).starts_with("yuvj");
  const bool is_converted = pixels->nb_components < 3 || pixels->flags & AV_PIX_FMT_FLAG_RGB;
  if (is_full && !is_converted && !plan.recipe.encoder->says_range)
    plan.remarks.push_back(
        {"full-range-unsaid",
         "its tones are those of computers (full range), which " + std::string(plan.recipe.encoder->codec) +
             " cannot say: players may show them with more contrast; --codec h264 in .mkv or .mp4 says so"});
  track.pictures->depth = pixels->comp[0].depth;
  const bool becomes_rgb = pixels->nb_components < 3 && takes_rgb(*plan.recipe.encoder);
  track.pictures->own_decoder = becomes_rgb || needs_own_decoder(track.caps.get(), format);
}

/// Takes libavformat's times for a track in which GStreamer reads others.
void plan_retiming(FilmPlan& plan, std::size_t number, const Track& track, const std::stop_token& stop) {
  Pictures& pictures = *plan.tracks[number].pictures;
  std::vector<std::int64_t> times = times_by_libavformat(plan.film, pictures.stream, stop);
  if (!is_misread(track, times)) return;
  pictures.retimed = std::move(times);
  pictures.offset = std::ranges::min(pictures.retimed);
  for (std::int64_t& time : pictures.retimed) time -= pictures.offset;
  pictures.shown = pictures.retimed;
  std::ranges::sort(pictures.shown);
  pictures.delay = 0;
  pictures.end = pictures.shown.back() + pictures.shown.back() / static_cast<std::int64_t>(pictures.shown.size());
  const auto begin = std::ranges::find(plan.pieces, number, &Piece::track);
  const auto end = std::find_if(begin, plan.pieces.end(), [&](const Piece& piece) { return piece.track != number; });
  const std::vector<Piece> pieces =
      pieces_of(plan.film, retimed(track, pictures.retimed), number, plan.recipe.choices, stop);
  plan.pieces.insert(plan.pieces.erase(begin, end), pieces.begin(), pieces.end());
}

}  // namespace

bool plan_copies(FilmPlan& plan, const Container& container, const std::vector<const Track*>& pictures,
                 std::vector<const Track*>& changing, const std::stop_token& stop) try {
  AvInput film(plan.film, stop);
  const Beginning beginning = beginning_of(film);
  std::map<int, std::vector<Packet>> streams = beginning.pictures;
  std::map<std::string, Match> matches;
  for (const Track* track : pictures) {
    const std::optional<Match> found = stream_of(*track, streams);
    if (!found) return false;  // it does not know the pictures
    streams.erase(found->stream);
    matches[track->id] = *found;
  }
  std::erase_if(changing, [&](const Track* track) {
    const std::optional<Match> found = stream_of(*track, beginning.others);
    if (!found) return false;
    const AVStream& stream = film.stream(found->stream);
    const auto codec = becomes_aac(plan, container.format, stream)
                           ? std::optional(AV_CODEC_ID_AAC)
                           : SoundConverter::codec_for(stream, container.format, true);
    if (codec) plan.converted[found->stream] = avcodec_get_name(*codec);
    return codec.has_value();
  });

  std::vector<int> copied;
  for (int i = 0; i < static_cast<int>(film->nb_streams); ++i) {
    const AVStream& stream = film.stream(i);
    const auto is_of = [&](const auto& match) { return match.second.stream == i; };
    if (std::ranges::any_of(matches, is_of) || is_told_elsewhere(stream) || plan.converted.contains(i)) continue;
    if (is_of_pictures(container)) {
      plan.remarks.push_back({"track-lost", name_of(stream) + " gets lost, since the result is nothing but pictures"});
      continue;
    }
    if (becomes_aac(plan, container.format, stream)) {
      plan.converted[i] = avcodec_get_name(AV_CODEC_ID_AAC);
      continue;
    }
    const auto first = beginning.first.find(i);
    if (takes(container.format, stream, first == beginning.first.end() ? nullptr : first->second.get())) {
      copied.push_back(i);
    } else if (SubtitleConverter::knows(container.format, stream)) {
      copied.push_back(i);
      const bool is_of_channels = stream.codecpar->codec_id == AV_CODEC_ID_EIA_608;
      if (has_styles(stream))
        plan.remarks.push_back({"styles-lost", name_of(stream) + " becomes text " +
                                                   (is_of_channels ? "of one of its channels, " : "") +
                                                   "without its styles, since the container of the result cannot hold "
                                                   "them; " +
                                                   (takes("matroska", stream) ? ".mkv can" : ".mov can")});
    } else if (const auto codec = SoundConverter::codec_for(stream, container.format, false)) {
      plan.converted[i] = avcodec_get_name(*codec);
      const bool is_resampled =
          SoundConverter::rate_in(container.format, *stream.codecpar) != stream.codecpar->sample_rate;
      plan.remarks.push_back({"sound-converted", name_of(stream) + " becomes " +
                                                     avcodec_descriptor_get(*codec)->long_name +
                                                     (is_resampled ? " of 48 kHz" : "") +
                                                     ", since the container of the result cannot hold it" +
                                                     (takes("matroska", stream) ? "; .mkv can" : "")});
    } else {
      plan.remarks.push_back({"track-lost", name_of(stream) +
                                                " gets lost, since the container of the result cannot hold it" +
                                                (is_held_by("matroska", stream) ? "; .mkv can" : "")});
    }
  }
  if (const std::vector<std::string> unread = unread_in_matroska(plan.film); !unread.empty())
    plan.remarks.push_back({"matroska-lost", "lost, since libavformat does not read it: " + listed(unread) +
                                                 "; mkvmerge can put it back"});
  tell_of_time_code(plan, film, *pictures.front(), container, stop);
  if (film->nb_chapters && !holds_chapters(container))
    plan.remarks.push_back(
        {"chapters-lost",
         "the list of chapters gets lost, since the container of the result cannot hold it; .mkv can"});
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    PlannedTrack& track = plan.tracks[i];
    const Match& match = matches.at(track.id);
    track.pictures->stream = match.stream;
    track.pictures->offset = match.offset;
    tell_of_pixels(plan, track, film.stream(match.stream), container);
    if (beginning.with_hdr10_plus.contains(match.stream))
      plan.remarks.push_back({"hdr10-plus-lost", "its HDR10+ data get lost, which are for the pictures of the film"});
    if (beginning.with_active_format.contains(match.stream))
      plan.remarks.push_back(
          {"active-format-lost",
           "what its pictures say of the part of them that is to be shown (AFD, bar data) gets lost, "
           "since no encoder writes it here"});
    // Others have an index, or a time beside each packet.
    if (film->iformat->flags & AVFMT_TS_DISCONT) plan_retiming(plan, i, *pictures[i], stop);
  }
  plan.copied = std::move(copied);
  return true;
} catch (const Failure&) {
  return false;
}

}  // namespace colorize::command
