// SPDX-License-Identifier: LGPL-2.1-or-later
#include "remux.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>

#include "common/failure.h"
#include "common/words.h"
#include "countedsound.h"
#include "filmtags.h"
#include "newstream.h"
#include "picturereader.h"
#include "piece.h"
#include "sound.h"
#include "streams.h"
#include "subtitles.h"
#include "timecode.h"
#include "timeline.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// So far from each other what belongs together lies in a film, and so long subtitles are seen, at most.
constexpr std::int64_t around = 10'000'000'000;

/// Packets on their way into a stream of the result, which wants times that grow, or, of some containers, do not go
/// back.
class Writer {
 public:
  Writer(const AvOutput& output, int number) : output_(&output), number_(number) {}

  int number() const { return number_; }

  /// Takes what is in the packet, whose times are in `base`.
  void write(AVPacket& packet, AVRational base) {
    const AVStream& stream = *(*output_)->streams[number_];
    av_packet_rescale_ts(&packet, base, stream.time_base);
    if (packet.dts == AV_NOPTS_VALUE) packet.dts = packet.pts;
    if (packet.dts == AV_NOPTS_VALUE) packet.dts = next_;
    const bool is_picture = stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
    const bool may_share = !is_picture && (*output_)->oformat->flags & AVFMT_TS_NONSTRICT;
    if (last_) packet.dts = std::max(packet.dts, *last_ + (may_share ? 0 : 1));
    // The last packet makes up the length, at which players stop; some containers do not say how long sound is.
    const bool is_sound = stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
    if (is_sound && packet.duration == 0 && last_) packet.duration = packet.dts - *last_;
    packet.pts = packet.pts == AV_NOPTS_VALUE ? packet.dts : std::max(packet.pts, packet.dts);
    last_ = packet.dts;
    next_ = packet.dts + packet.duration;
    packet.stream_index = number_;
    packet.pos = -1;
    output_->write(&packet);
  }

 private:
  const AvOutput* output_;
  int number_;
  std::optional<std::int64_t> last_;
  std::int64_t next_ = 0;
};

/// How far Matroska's times are after libavformat's, which reads and writes what only fills the decoder before 0. In
/// its versions before 60 the muxer does not add what the demuxer takes away, and says how much it is for Opus alone.
std::int64_t lacking_delay(const AvOutput& output, const AVStream& stream) {
  const bool is_matroska =
      std::strcmp(output->oformat->name, "matroska") == 0 || std::strcmp(output->oformat->name, "webm") == 0;
  const bool is_told = stream.codecpar->codec_id == AV_CODEC_ID_OPUS;
  if (!is_matroska || !is_told || avformat_version() >= AV_VERSION_INT(60, 0, 0)) return 0;
  return av_rescale_q(stream.codecpar->initial_padding, {1, std::max(1, stream.codecpar->sample_rate)}, in_nanoseconds);
}

/// A stream of the film on its way.
struct Copied {
  Writer writer;
  AVRational base;                          ///< of the times of what is written
  std::unique_ptr<SubtitleConverter> text;  ///< or null
  std::unique_ptr<SoundConverter> sound;    ///< or null
  std::int64_t delay;                       ///< lacking_delay()
  std::optional<CountedSound> counted = {};
  std::optional<std::int64_t> begin = {};  ///< of its first packet, in nanoseconds

  /// Null: the end.
  void write(AvOwned<AVPacket> packet);
  void put(AVPacket& packet);
  void fill(std::int64_t time);
};

void Copied::write(AvOwned<AVPacket> packet) {
  if (sound) {
    for (const AvOwned<AVPacket>& encoded : sound->convert(packet.get())) put(*encoded);
    return;
  }
  if (packet && text) packet = text->convert(*packet);
  if (packet) put(*packet);
}

void Copied::put(AVPacket& packet) {
  if (!counted) return writer.write(packet, base);
  for (const AvOwned<AVPacket>& placed : counted->place(packet, base)) writer.write(*placed, counted->time_base());
}

void Copied::fill(std::int64_t time) {
  for (const AvOwned<AVPacket>& silence : counted->fill(time)) writer.write(*silence, counted->time_base());
}

/// Adds what is not made anew; nothing where the plan leaves it out.
std::optional<Copied> add_other(const AvOutput& output, const AVStream& stream, const FilmPlan& plan,
                                const char* format) {
  const auto number = static_cast<int>(output->nb_streams);
  Copied copied{Writer(output, number), stream.time_base, nullptr, nullptr, 0};
  if (const auto converted = plan.converted.find(stream.index); converted != plan.converted.end()) {
    const AVCodecDescriptor* const codec = avcodec_descriptor_get_by_name(converted->second.c_str());
    copied.sound = std::make_unique<SoundConverter>(stream, codec ? codec->id : AV_CODEC_ID_NONE, format);
    copied.sound->add_stream(output, stream);
    copied.base = copied.sound->time_base();
  } else if (std::ranges::find(*plan.copied, stream.index) == plan.copied->end()) {
    return std::nullopt;
  } else if (takes(format, stream)) {
    add_copied(output, stream);
  } else {
    copied.text = std::make_unique<SubtitleConverter>(format, stream);
    copied.text->add_stream(output, stream);
  }
  copied.delay = lacking_delay(output, *output->streams[number]);
  return copied;
}

/// A track of new pictures on its way.
struct NewPictures {
  PictureReader reader;
  std::int64_t delay;  ///< from running time to the result's
  Sample next;
  std::optional<Writer> writer = {};
  std::int64_t count = 0, end = 0;  ///< of those that are written

  GstBuffer* buffer() const { return gst_sample_get_buffer(next.get()); }
  std::int64_t decoded_at() const { return time_on_one_clock(GST_BUFFER_DTS_OR_PTS(buffer())) + delay; }
  /// Of what is next, where it is a picture.
  std::int64_t shown_at() const {
    return GST_BUFFER_PTS_IS_VALID(buffer()) ? time_on_one_clock(GST_BUFFER_PTS(buffer())) + delay : 0;
  }
  void write();
};

void NewPictures::write() {
  GstBuffer* const from = buffer();
  // Headers are the codec's parameters.
  const bool is_header = GST_BUFFER_FLAG_IS_SET(from, GST_BUFFER_FLAG_HEADER) && !GST_BUFFER_PTS_IS_VALID(from);
  if (!is_header) {
    const AvOwned<AVPacket> packet(av_packet_alloc());
    if (av_new_packet(packet.get(), static_cast<int>(gst_buffer_get_size(from))) < 0) throw std::bad_alloc();
    gst_buffer_extract(from, 0, packet->data, static_cast<gsize>(packet->size));
    packet->dts = decoded_at();
    packet->pts = shown_at();
    if (GST_BUFFER_DURATION_IS_VALID(from)) packet->duration = static_cast<std::int64_t>(GST_BUFFER_DURATION(from));
    if (!GST_BUFFER_FLAG_IS_SET(from, GST_BUFFER_FLAG_DELTA_UNIT)) packet->flags |= AV_PKT_FLAG_KEY;
    const std::int64_t packet_end = packet->pts + packet->duration;
    writer->write(*packet, in_nanoseconds);
    ++count;
    end = std::max(end, packet_end);
  }
  next = reader.read();
}

/// A part of the film, in libavformat's nanoseconds.
struct Part {
  std::int64_t begin, end;

  bool holds(std::int64_t time, AVRational base) const {
    return av_compare_ts(time, base, begin, in_nanoseconds) >= 0 && av_compare_ts(time, base, end, in_nanoseconds) < 0;
  }

  /// Cuts off what of a stretch of time is not in it. Returns whether anything is left.
  bool cut(std::int64_t& from, std::int64_t& to, AVRational base) const {
    from = std::max(from, av_rescale_q_rnd(begin, in_nanoseconds, base, AV_ROUND_UP));
    if (end != Range{}.end) to = std::min(to, av_rescale_q(end, in_nanoseconds, base));
    return from < to;
  }
};

/// Whether something of a packet is in the part. Subtitles are there for the rest of their time, all else from the
/// first packet on that begins in it: so many packets are heard only together with the one before.
bool cut(AVPacket& packet, const AVStream& stream, const Part& part) {
  if (packet.pts == AV_NOPTS_VALUE) packet.pts = packet.dts;
  if (stream.codecpar->codec_type != AVMEDIA_TYPE_SUBTITLE || packet.duration <= 0)
    return packet.pts != AV_NOPTS_VALUE && part.holds(packet.pts, stream.time_base);
  std::int64_t end = packet.pts + packet.duration;
  const bool is_left = part.cut(packet.pts, end, stream.time_base);
  packet.dts = packet.pts;
  packet.duration = end - packet.pts;
  return is_left;
}

/// Brings what tags say of all of the film in line with a part that begins so many nanoseconds after its first picture.
void correct_tags(const AvOutput& output, AVRational rate, std::int64_t start) {
  advance_time_code(output->metadata, rate, start);
  for (unsigned i = 0; i < output->nb_streams; ++i) {
    remove_statistics(*output->streams[i]);
    advance_time_code(output->streams[i]->metadata, rate, start);
  }
}

void copy_chapters(const AvOutput& output, const AvInput& film, std::int64_t begin, const std::optional<Part>& part) {
  if (!film->nb_chapters) return;
  output->chapters = static_cast<AVChapter**>(av_calloc(film->nb_chapters, sizeof(AVChapter*)));
  for (unsigned i = 0; i < film->nb_chapters; ++i) {
    AVChapter from = *film->chapters[i];
    if (part && !part->cut(from.start, from.end, from.time_base)) continue;
    auto* const to = static_cast<AVChapter*>(av_mallocz(sizeof(AVChapter)));
    const std::int64_t shift = av_rescale_q(begin, in_nanoseconds, from.time_base);
    to->id = from.id;
    to->time_base = from.time_base;
    to->start = from.start - shift;
    to->end = from.end - shift;
    av_dict_copy(&to->metadata, from.metadata, 0);
    output->chapters[output->nb_chapters++] = to;
  }
  if (std::strcmp(output->oformat->name, "ogg") == 0) write_chapters_as_tags(output);
}

/// Prepares sound for a container without times.
void count_sound(const AvOutput& output, std::vector<std::optional<Copied>>& copied, std::int64_t begin) {
  for (std::optional<Copied>& copy : copied) {
    if (!copy) continue;
    const AVCodecParameters& sound = *output->streams[copy->writer.number()]->codecpar;
    if (sound.codec_type == AVMEDIA_TYPE_AUDIO && CountedSound::can_fill(sound)) copy->counted.emplace(sound, begin);
  }
}

/// Brings such sound to the pictures' length where the container wants it so, when they are written up to a time.
void end_sound(const AvOutput& output, std::vector<std::optional<Copied>>& copied, const NewPictures& pictures,
               std::int64_t begin, std::int64_t time) {
  const AVRational rate = output->streams[pictures.writer->number()]->avg_frame_rate;
  if (rate.num <= 0) return;
  const std::int64_t there = begin + av_rescale_q(pictures.count, av_inv_q(rate), in_nanoseconds);
  const bool are_all_there = !pictures.next;
  const bool cuts = ends_with_pictures(output->oformat->name);
  for (std::optional<Copied>& copy : copied) {
    if (!copy || !copy->counted) continue;
    if (are_all_there) copy->counted->end_at(cuts ? there : std::max(there, pictures.end), cuts);
    // Else pictures wait in memory for sound that does not come.
    if (cuts) copy->fill(std::min(there, time - around));
  }
}

/// What of the sound is not heard where it is in the film.
void tell_of_sound(const AvInput& film, const std::vector<std::optional<Copied>>& copied, std::int64_t begin,
                   Progress& progress) {
  constexpr std::int64_t heard = 50'000'000;
  for (std::size_t i = 0; i < copied.size(); ++i) {
    const AVCodecParameters& sound = *film.stream(static_cast<int>(i)).codecpar;
    if (!copied[i] || sound.codec_type != AVMEDIA_TYPE_AUDIO) continue;
    const AVCodecDescriptor* const codec = avcodec_descriptor_get(sound.codec_id);
    const std::string name = codec && codec->long_name ? codec->long_name : "its sound";
    const std::int64_t later = copied[i]->counted || !copied[i]->begin ? 0 : *copied[i]->begin - begin;
    if (std::abs(later) > heard)
      progress.remark(
          {"sound-moved", name + " is heard " + seconds(std::abs(later)) + (later > 0 ? " too early" : " too late") +
                              ", since the container of the result has no time for its beginning; .mkv has"});
    if (const std::int64_t lost = copied[i]->counted ? copied[i]->counted->lost() : 0; lost > heard)
      progress.remark({"sound-cut", seconds(lost) + " of " + name +
                                        " get lost, since the container of the result has no sound where there are no "
                                        "pictures; .mkv has"});
  }
}

/// When a packet of old pictures is shown, as libavformat, an independent reader, has it.
void note_packet(const AVPacket& packet, const AVStream& stream, std::int64_t offset, JoinedPictures& pictures) {
  if (packet.flags & AV_PKT_FLAG_DISCARD) return;
  if (const auto time = nanoseconds(packet.pts, stream))
    pictures.of_packets.push_back(*time - offset);
  else
    ++pictures.untimed;
}

}  // namespace

std::vector<JoinedPictures> remux(const FilmPlan& plan, const fs::path& folder, const Container& container,
                                  const std::string& comment, const fs::path& file, Progress& progress,
                                  const std::stop_token& stop) {
  AvInput film(plan.film, stop);
  // Times of a broadcast begin anywhere.
  const bool begins_anywhere = film->iformat->flags & AVFMT_TS_DISCONT && film->start_time != AV_NOPTS_VALUE;
  std::int64_t begin = begins_anywhere ? av_rescale(film->start_time, in_nanoseconds.den, AV_TIME_BASE) : 0;
  std::optional<Part> part;
  if (plan.range) {
    const std::int64_t offset = plan.tracks.front().pictures->offset, end = plan.range->end;
    part = {plan.range->start + offset, end == Range{}.end ? end : end + offset};
    begin = part->begin;
    film.seek(begin - around);
  }

  AvOutput output(container.format, file);
  const bool has_global_header = output->oformat->flags & AVFMT_GLOBALHEADER;
  std::vector<JoinedPictures> joined(plan.tracks.size());
  std::vector<std::unique_ptr<NewPictures>> pictures;
  std::vector<std::optional<Copied>> copied(film->nb_streams);
  std::vector<int> order(film->nb_streams);
  std::iota(order.begin(), order.end(), 0);
  // Its muxer begins with pictures.
  if (std::strcmp(container.format, "mxf") == 0)
    std::stable_partition(order.begin(), order.end(), [&](int i) { return is_moving_picture(film.stream(i)); });
  for (const int i : order) {
    const auto is_of_it = [&](const PlannedTrack& track) { return track.pictures && track.pictures->stream == i; };
    const auto track = std::ranges::find_if(plan.tracks, is_of_it);
    if (track != plan.tracks.end()) {
      const auto number = static_cast<std::size_t>(track - plan.tracks.begin());
      pictures.emplace_back(new NewPictures{
          .reader = {pieces_in(folder, number), *plan.recipe.encoder, has_global_header, joined[number], stop},
          .delay = track->pictures->offset - begin,
          .next = nullptr});
      NewPictures& drawn = *pictures.back();
      drawn.next = drawn.reader.read();
      if (!drawn.next) throw Failure("its pieces hold no pictures");
      const AVStream& stream = add_pictures(output, drawn.next.get(), film.stream(i), *track);
      drawn.writer.emplace(output, stream.index);
    } else {
      copied[static_cast<std::size_t>(i)] = add_other(output, film.stream(i), plan, container.format);
    }
  }
  for (unsigned i = 0; i < output->nb_streams; ++i) spell_tags(output, *output->streams[i]);
  copy_chapters(output, film, begin, part);
  copy_film_tags(output, film, plan.film, comment, stop);
  if (part)
    correct_tags(output, output->streams[pictures.front()->writer->number()]->avg_frame_rate, plan.range->start);
  output.write_header(has_quicktime_keys(output, film) ? "+use_metadata_tags" : "");

  const std::int64_t first_shown = pictures.front()->shown_at();
  if (is_counting(container.format)) count_sound(output, copied, first_shown);
  const auto write_until = [&](std::int64_t time) {
    for (const auto& drawn : pictures)
      while (drawn->next && drawn->decoded_at() <= time) drawn->write();
    end_sound(output, copied, *pictures.front(), first_shown, time);
  };
  while (AvOwned<AVPacket> packet = film.read()) {
    const AVStream& stream = film.stream(packet->stream_index);
    for (std::size_t i = 0; i < plan.tracks.size(); ++i)
      if (plan.tracks[i].pictures && plan.tracks[i].pictures->stream == packet->stream_index)
        note_packet(*packet, stream, plan.tracks[i].pictures->offset, joined[i]);
    if (const auto time = nanoseconds(packet->dts, stream); part && time && *time - around > part->end) break;
    auto& copy = copied[static_cast<std::size_t>(packet->stream_index)];
    // Where sound is too short, nothing else tells how far the film has come.
    if (const auto time = nanoseconds(packet->dts, stream); time && ends_with_pictures(container.format))
      write_until(*time - begin);
    if (!copy || stream.disposition & AV_DISPOSITION_ATTACHED_PIC) continue;
    if (part && !cut(*packet, stream, *part)) continue;
    const std::int64_t shift = av_rescale_q(begin - copy->delay, in_nanoseconds, stream.time_base);
    if (packet->pts != AV_NOPTS_VALUE) packet->pts -= shift;
    if (packet->dts != AV_NOPTS_VALUE) packet->dts -= shift;
    if (const auto time = nanoseconds(packet->dts, stream)) write_until(*time);
    if (!copy->begin) copy->begin = nanoseconds(packet->pts, stream);
    copy->write(std::move(packet));
  }
  for (std::optional<Copied>& copy : copied)
    if (copy) copy->write(nullptr);
  write_until(std::numeric_limits<std::int64_t>::max());
  output.finish();
  if (is_counting(container.format)) tell_of_sound(film, copied, first_shown, progress);
  return joined;
}

}  // namespace colorize::command
