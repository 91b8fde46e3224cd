// SPDX-License-Identifier: LGPL-2.1-or-later
#include "remux.h"

extern "C" {
#include <libavcodec/bsf.h>
}

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>

#include "common/failure.h"
#include "light.h"
#include "piece.h"
#include "pieces.h"
#include "sound.h"
#include "subtitles.h"
#include "timecode.h"
#include "timeline.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr AVRational in_nanoseconds{1, 1'000'000'000};

/// How libavformat calls what the pieces hold, and the form in which containers that keep parameters apart have it.
struct Codec {
  const char* caps;
  AVCodecID id;
  const char* form;
};
constexpr std::array codecs = {
    Codec{"video/x-h264", AV_CODEC_ID_H264, "video/x-h264,stream-format=avc,alignment=au"},
    Codec{"video/x-h265", AV_CODEC_ID_HEVC, "video/x-h265,stream-format=hvc1,alignment=au"},
    Codec{"video/x-vp9", AV_CODEC_ID_VP9, "video/x-vp9"},
    Codec{"video/x-av1", AV_CODEC_ID_AV1, "video/x-av1,stream-format=obu-stream,alignment=tu"},
    Codec{"video/x-ffv", AV_CODEC_ID_FFV1, "video/x-ffv"},
    Codec{"video/x-prores", AV_CODEC_ID_PRORES, "video/x-prores"},
    Codec{"video/x-dnxhd", AV_CODEC_ID_DNXHD, "video/x-dnxhd"},
    Codec{"video/x-theora", AV_CODEC_ID_THEORA, "video/x-theora"},
};

const Codec& codec_of(const GstCaps* caps) {
  const char* const name = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  const auto codec = std::ranges::find_if(codecs, [&](const Codec& each) { return std::strcmp(each.caps, name) == 0; });
  if (codec == codecs.end()) throw Failure(std::string("libavformat's name is not known for ") + name);
  return *codec;
}

/// The pictures of a track as its pieces hold them, in order of decoding.
class PictureReader {
 public:
  PictureReader(const fs::path& pieces, const Encoder& encoder, bool has_global_header, JoinedPictures& joined,
                std::stop_token stop)
      : pipeline_(sunk(gst_pipeline_new(nullptr))), stop_(std::move(stop)) {
    GstElement* const last = add_pieces(pipeline_.get(), pieces, encoder, joined);
    GstElement* const form = add(pipeline_.get(), "capsfilter");
    sink_ = add(pipeline_.get(), "appsink");
    const Caps stored(gst_caps_from_string(encoder.stored));
    const Caps wanted(gst_caps_from_string(has_global_header ? codec_of(stored.get()).form : encoder.stored));
    g_object_set(form, "caps", wanted.get(), nullptr);
    g_object_set(sink_, "sync", FALSE, "max-buffers", 16U, "wait-on-eos", FALSE, nullptr);
    gst_element_link_many(last, form, sink_, nullptr);
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  }
  ~PictureReader() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
  PictureReader(const PictureReader&) = delete;
  PictureReader& operator=(const PictureReader&) = delete;

  /// Null at the end. Throws Failure, Interrupted.
  Sample read() {
    for (gboolean at_end = FALSE;;) {
      GstSample* sample = nullptr;
      g_signal_emit_by_name(sink_, "try-pull-sample", static_cast<guint64>(100 * GST_MSECOND), &sample);
      check(pipeline_.get(), stop_);
      if (sample || at_end) return Sample(sample);
      g_object_get(sink_, "eos", &at_end, nullptr);
    }
  }

 private:
  Element pipeline_;
  std::stop_token stop_;
  GstElement* sink_;
};

void set_extradata(AVCodecParameters& parameters, const std::string& bytes) {
  parameters.extradata = static_cast<std::uint8_t*>(av_mallocz(bytes.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  parameters.extradata_size = static_cast<int>(bytes.size());
  std::ranges::copy(bytes, parameters.extradata);
}

std::string bytes_of(GstBuffer* buffer) {
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

/// What the decoder has to know before the first picture. Theora's three headers have their sizes before them.
std::string extradata(const GstStructure* caps) {
  if (const GValue* data = gst_structure_get_value(caps, "codec_data")) return bytes_of(gst_value_get_buffer(data));
  const GValue* const headers = gst_structure_get_value(caps, "streamheader");
  std::string all;
  for (guint i = 0; headers && i < gst_value_array_get_size(headers); ++i) {
    const std::string header = bytes_of(gst_value_get_buffer(gst_value_array_get_value(headers, i)));
    all += {static_cast<char>(header.size() >> 8), static_cast<char>(header.size())};
    all += header;
  }
  return all;
}

/// The same for AV1, of which GStreamer's parser leaves the sequence header in the first packet.
std::string extradata(GstBuffer* first, AVCodecID codec) {
  std::string all = bytes_of(first);
  AVBSFContext* filter = nullptr;
  if (av_bsf_alloc(av_bsf_get_by_name("extract_extradata"), &filter) < 0) return {};
  filter->par_in->codec_id = codec;
  const AvOwned<AVPacket> packet(av_packet_alloc());
  std::string found;
  if (av_bsf_init(filter) >= 0 && av_new_packet(packet.get(), static_cast<int>(all.size())) >= 0) {
    std::ranges::copy(all, packet->data);
    std::size_t size = 0;
    if (av_bsf_send_packet(filter, packet.get()) >= 0 && av_bsf_receive_packet(filter, packet.get()) >= 0)
      if (const auto* data = av_packet_get_side_data(packet.get(), AV_PKT_DATA_NEW_EXTRADATA, &size))
        found.assign(reinterpret_cast<const char*>(data), size);
  }
  av_bsf_free(&filter);
  return found;
}

AVPixelFormat pixel_format(const GstStructure* caps) {
  guint depth = 8;
  gst_structure_get_uint(caps, "bit-depth-luma", &depth);
  const char* const chroma = gst_structure_get_string(caps, "chroma-format");
  if (!chroma && gst_structure_has_name(caps, "video/x-prores")) return AV_PIX_FMT_YUV422P10;
  if (!chroma) return AV_PIX_FMT_NONE;
  const auto of_depth = [&](AVPixelFormat of_8, AVPixelFormat of_10, AVPixelFormat of_12) {
    return depth > 10 ? of_12 : depth > 8 ? of_10 : of_8;
  };
  if (std::strcmp(chroma, "4:4:4") == 0)
    return of_depth(AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV444P10, AV_PIX_FMT_YUV444P12);
  if (std::strcmp(chroma, "4:2:2") == 0)
    return of_depth(AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV422P12);
  return of_depth(AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV420P10, AV_PIX_FMT_YUV420P12);
}

/// ProRes' kinds by their codes in QuickTime.
unsigned prores_tag(const GstStructure* caps) {
  const char* const variant = gst_structure_get_string(caps, "variant");
  for (const auto& [name, tag] : {std::pair("proxy", "apco"), {"lt", "apcs"}, {"hq", "apch"}, {"4444", "ap4h"}})
    if (variant && std::strcmp(variant, name) == 0) return MKTAG(tag[0], tag[1], tag[2], tag[3]);
  return MKTAG('a', 'p', 'c', 'n');
}

/// The same as MXF has it, from 0 for proxy on.
int prores_profile(const GstStructure* caps) {
  constexpr std::array variants{"proxy", "lt", "standard", "hq", "4444"};
  const char* const variant = gst_structure_get_string(caps, "variant");
  const auto found = std::ranges::find_if(
      variants, [&](const char* known) { return std::strcmp(known, variant ? variant : "standard") == 0; });
  return static_cast<int>(found - variants.begin());
}

/// Some encoders do not tell: then it is as in the film, whose pictures became Y'CbCr where they were not.
void set_colorimetry(AVCodecParameters& parameters, const GstStructure* caps, const AVCodecParameters& film) {
  GstVideoColorimetry colours;
  const char* const text = gst_structure_get_string(caps, "colorimetry");
  if (!text || !gst_video_colorimetry_from_string(&colours, text)) {
    parameters.color_primaries = film.color_primaries;
    parameters.color_trc = film.color_trc;
    if (film.color_space != AVCOL_SPC_RGB) parameters.color_space = film.color_space;
    return;
  }
  // Both have the numbers of ISO/IEC 23091-2.
  parameters.color_primaries = static_cast<AVColorPrimaries>(gst_video_color_primaries_to_iso(colours.primaries));
  parameters.color_trc =
      static_cast<AVColorTransferCharacteristic>(gst_video_transfer_function_to_iso(colours.transfer));
  parameters.color_space = static_cast<AVColorSpace>(gst_video_color_matrix_to_iso(colours.matrix));
  parameters.color_range = colours.range == GST_VIDEO_COLOR_RANGE_0_255 ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

AVFieldOrder field_order(const GstStructure* caps) {
  const char* const mode = gst_structure_get_string(caps, "interlace-mode");
  if (!mode || std::strcmp(mode, "progressive") == 0) return AV_FIELD_PROGRESSIVE;
  const char* const order = gst_structure_get_string(caps, "field-order");
  if (order && std::strcmp(order, "top-field-first") == 0) return AV_FIELD_TT;
  if (order && std::strcmp(order, "bottom-field-first") == 0) return AV_FIELD_BB;
  return AV_FIELD_UNKNOWN;
}

AVRational fraction(const GstStructure* caps, const char* name) {
  AVRational value{0, 1};
  gst_structure_get_fraction(caps, name, &value.num, &value.den);
  return value;
}

/// Tags of a stream that are not true of another one.
void remove_statistics(AVStream& stream) {
  const std::vector<std::string> of_the_old{"encoder",
                                            "DURATION",
                                            "BPS",
                                            "NUMBER_OF_FRAMES",
                                            "NUMBER_OF_BYTES",
                                            "_STATISTICS_TAGS",
                                            "_STATISTICS_WRITING_APP",
                                            "_STATISTICS_WRITING_DATE_UTC",
                                            "vendor_id"};
  for (const std::string& name : of_the_old)
    for (const char* suffix : {"", "-eng"}) av_dict_set(&stream.metadata, (name + suffix).c_str(), nullptr, 0);
}

/// Spells a stream's tags as its container does: MP4 and MOV have a title in the handler's name, MOV languages as
/// libavformat's list of those of the Macintosh has them.
void spell_tags(const AvOutput& output, AVStream& stream) {
  const std::string format = output->oformat->name;
  if (format != "mp4" && format != "mov") return;
  if (const AVDictionaryEntry* const title = av_dict_get(stream.metadata, "title", nullptr, 0))
    av_dict_set(&stream.metadata, "handler_name", std::string(title->value).c_str(), 0);
  constexpr std::pair<const char*, const char*> languages[] = {
      {"fre", "fra"}, {"deu", "ger"}, {"nld", "dut"}, {"swe", "sve"}, {"cze", "ces"}, {"slo", "slk"}, {"ell", "gre"},
      {"isl", "ice"}, {"zho", "chi"}, {"sqi", "alb"}, {"rum", "ron"}, {"hye", "arm"}, {"kat", "geo"}, {"mya", "bur"},
      {"msa", "may"}, {"eus", "baq"}, {"cym", "wel"}, {"bod", "tib"}, {"mkd", "mac"}};
  const AVDictionaryEntry* const language = av_dict_get(stream.metadata, "language", nullptr, 0);
  for (const auto& [code, spelled] : languages)
    if (format == "mov" && language && std::strcmp(language->value, code) == 0) {
      av_dict_set(&stream.metadata, "language", spelled, 0);
      break;
    }
}

/// What is true of a stream's new pictures as well.
void copy_tags(AVStream& to, const AVStream& from) {
  av_dict_copy(&to.metadata, from.metadata, 0);
  remove_statistics(to);
  to.disposition = from.disposition;
}

/// Fine enough for the frames of every common rate and for thousandths, and not too fine for ten hours in 32 bits.
constexpr AVRational picture_time_base{1, 120000};

AVStream& add_pictures(const AvOutput& output, GstSample* first, const AVStream& source, const PlannedTrack& track) {
  const GstCaps* const caps = gst_sample_get_caps(first);
  AVStream& stream = *output.add_stream();
  AVCodecParameters& parameters = *stream.codecpar;
  const Codec& codec = codec_of(caps);
  const GstStructure* const structure = gst_caps_get_structure(caps, 0);
  parameters.codec_type = AVMEDIA_TYPE_VIDEO;
  parameters.codec_id = codec.id;
  gst_structure_get_int(structure, "width", &parameters.width);
  gst_structure_get_int(structure, "height", &parameters.height);
  parameters.format = pixel_format(structure);
  parameters.field_order = field_order(structure);
  if (codec.id == AV_CODEC_ID_PRORES) {
    parameters.codec_tag = prores_tag(structure);
    parameters.profile = prores_profile(structure);
  }
  std::string bytes = extradata(structure);
  if (codec.id == AV_CODEC_ID_AV1 && bytes.empty()) bytes = extradata(gst_sample_get_buffer(first), codec.id);
  if (!bytes.empty()) set_extradata(parameters, bytes);
  set_colorimetry(parameters, structure, *source.codecpar);
  stream.sample_aspect_ratio = parameters.sample_aspect_ratio = fraction(structure, "pixel-aspect-ratio");
  stream.avg_frame_rate = stream.r_frame_rate = fraction(structure, "framerate");
  // AVI and MXF count frames.
  const bool is_counter =
      std::strcmp(output->oformat->name, "avi") == 0 || std::strcmp(output->oformat->name, "mxf") == 0;
  const bool counts = is_counter && stream.avg_frame_rate.num > 0;
  stream.time_base = counts ? av_inv_q(stream.avg_frame_rate) : picture_time_base;
  copy_tags(stream, source);
  copy_light(stream, source, track);
  return stream;
}

/// Packets on their way into a stream of the result, which wants times that grow.
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
    if (last_ && packet.dts <= *last_) packet.dts = *last_ + 1;
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

  /// Null: the end.
  void write(AvOwned<AVPacket> packet);
};

void Copied::write(AvOwned<AVPacket> packet) {
  if (sound) {
    for (const AvOwned<AVPacket>& encoded : sound->convert(packet.get())) writer.write(*encoded, base);
    return;
  }
  if (packet && text) packet = text->convert(*packet);
  if (packet) writer.write(*packet, base);
}

/// Adds what is not made anew; nothing where the plan leaves it out.
std::optional<Copied> add_other(const AvOutput& output, const AVStream& stream, const FilmPlan& plan,
                                const char* format) {
  const auto number = static_cast<int>(output->nb_streams);
  Copied copied{Writer(output, number), stream.time_base, nullptr, nullptr, 0};
  if (const auto converted = plan.converted.find(stream.index); converted != plan.converted.end()) {
    const AVCodecDescriptor* const codec = avcodec_descriptor_get_by_name(converted->second.c_str());
    copied.sound = std::make_unique<SoundConverter>(stream, codec ? codec->id : AV_CODEC_ID_NONE);
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

  GstBuffer* buffer() const { return gst_sample_get_buffer(next.get()); }
  std::int64_t decoded_at() const { return time_on_one_clock(GST_BUFFER_DTS_OR_PTS(buffer())) + delay; }
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
    packet->pts = time_on_one_clock(GST_BUFFER_PTS(from)) + delay;
    if (GST_BUFFER_DURATION_IS_VALID(from)) packet->duration = static_cast<std::int64_t>(GST_BUFFER_DURATION(from));
    if (!GST_BUFFER_FLAG_IS_SET(from, GST_BUFFER_FLAG_DELTA_UNIT)) packet->flags |= AV_PKT_FLAG_KEY;
    writer->write(*packet, in_nanoseconds);
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

/// Whether the film has tags by QuickTime's keys, as those of phones, which MOV's older list has no place for.
bool has_quicktime_keys(const AvOutput& output, const AvInput& film) {
  if (std::strcmp(output->oformat->name, "mov") != 0 || !std::strstr(film->iformat->name, "mov")) return false;
  constexpr std::array older{"title",        "artist",   "author",        "album",   "date",  "encoder",
                             "comment",      "genre",    "copyright",     "make",    "model", "location",
                             "location-eng", "keywords", "creation_time", "timecode"};
  const AVDictionaryEntry* each = nullptr;
  while ((each = av_dict_get(output->metadata, "", each, AV_DICT_IGNORE_SUFFIX)))
    if (std::ranges::none_of(older, [&](const char* key) { return std::strcmp(key, each->key) == 0; })) return true;
  return false;
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
}

void copy_film_tags(const AvOutput& output, const AvInput& film, const FilmPlan& plan, const std::string& comment,
                    const std::stop_token& stop) {
  av_dict_copy(&output->metadata, film->metadata, 0);
  for (const char* of_the_container : {"major_brand", "minor_version", "compatible_brands", "encoder", "duration"})
    av_dict_set(&output->metadata, of_the_container, nullptr, 0);
  std::string code = time_code_of(film);
  const bool is_inside = code.empty();
  if (is_inside) code = time_code_inside(plan.film, stop);
  // AVI has one for the whole film.
  if (!code.empty() && (is_inside || std::strcmp(output->oformat->name, "avi") == 0))
    av_dict_set(&output->metadata, "timecode", code.c_str(), AV_DICT_DONT_OVERWRITE);
  if (!comment.empty()) av_dict_set(&output->metadata, "comment", comment.c_str(), 0);
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

/// So far from each other what belongs together lies in a film, and so long subtitles are seen, at most.
static constexpr std::int64_t around = 10'000'000'000;

std::vector<JoinedPictures> remux(const FilmPlan& plan, const fs::path& folder, const Container& container,
                                  const std::string& comment, const fs::path& file, const std::stop_token& stop) {
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
  for (int i = 0; i < static_cast<int>(film->nb_streams); ++i) {
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
  copy_film_tags(output, film, plan, comment, stop);
  if (part)
    correct_tags(output, output->streams[pictures.front()->writer->number()]->avg_frame_rate, plan.range->start);
  output.write_header(has_quicktime_keys(output, film) ? "+use_metadata_tags" : "");

  const auto write_until = [&](std::int64_t time) {
    for (const auto& drawn : pictures)
      while (drawn->next && drawn->decoded_at() <= time) drawn->write();
  };
  while (AvOwned<AVPacket> packet = film.read()) {
    const AVStream& stream = film.stream(packet->stream_index);
    for (std::size_t i = 0; i < plan.tracks.size(); ++i)
      if (plan.tracks[i].pictures && plan.tracks[i].pictures->stream == packet->stream_index)
        note_packet(*packet, stream, plan.tracks[i].pictures->offset, joined[i]);
    if (const auto time = nanoseconds(packet->dts, stream); part && time && *time - around > part->end) break;
    auto& copy = copied[static_cast<std::size_t>(packet->stream_index)];
    if (!copy || stream.disposition & AV_DISPOSITION_ATTACHED_PIC) continue;
    if (part && !cut(*packet, stream, *part)) continue;
    const std::int64_t shift = av_rescale_q(begin - copy->delay, in_nanoseconds, stream.time_base);
    if (packet->pts != AV_NOPTS_VALUE) packet->pts -= shift;
    if (packet->dts != AV_NOPTS_VALUE) packet->dts -= shift;
    if (const auto time = nanoseconds(packet->dts, stream)) write_until(*time);
    copy->write(std::move(packet));
  }
  for (std::optional<Copied>& copy : copied)
    if (copy) copy->write(nullptr);
  write_until(std::numeric_limits<std::int64_t>::max());
  output.finish();
  return joined;
}

bool is_moving_picture(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !(stream.disposition & AV_DISPOSITION_ATTACHED_PIC);
}

bool is_told_elsewhere(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_DATA &&
         (stream.codecpar->codec_tag == MKTAG('t', 'm', 'c', 'd') ||
          (stream.codecpar->codec_id == AV_CODEC_ID_BIN_DATA &&
           stream.codecpar->codec_tag == MKTAG('t', 'e', 'x', 't')));
}

bool holds_chapters(const Container& container) {
  const std::string format = container.format;
  return format == "matroska" || format == "webm" || format == "mp4" || format == "mov" || format == "ogg";
}

/// What a transport stream has a name for (ISO/IEC 13818-1, ETSI EN 300 468). The muxer takes anything, as private data
/// that nobody reads.
static bool has_name_in_transport_stream(AVCodecID codec) {
  constexpr std::array named{AV_CODEC_ID_MP2,          AV_CODEC_ID_MP3,       AV_CODEC_ID_AAC,
                             AV_CODEC_ID_AAC_LATM,     AV_CODEC_ID_AC3,       AV_CODEC_ID_EAC3,
                             AV_CODEC_ID_DTS,          AV_CODEC_ID_TRUEHD,    AV_CODEC_ID_OPUS,
                             AV_CODEC_ID_S302M,        AV_CODEC_ID_SMPTE_KLV, AV_CODEC_ID_DVB_SUBTITLE,
                             AV_CODEC_ID_DVB_TELETEXT, AV_CODEC_ID_TIMED_ID3, AV_CODEC_ID_HDMV_PGS_SUBTITLE};
  return std::ranges::find(named, codec) != named.end();
}

/// What QuickTime's muxer takes because WAV has it, but without the size of its blocks, which decoders need.
static bool needs_size_of_blocks(AVCodecID codec) {
  constexpr std::array needing{AV_CODEC_ID_WMAV1,       AV_CODEC_ID_WMAV2,    AV_CODEC_ID_WMAPRO,
                               AV_CODEC_ID_WMALOSSLESS, AV_CODEC_ID_WMAVOICE, AV_CODEC_ID_ATRAC3};
  return std::ranges::find(needing, codec) != needing.end();
}

bool takes(const char* format, const AVStream& stream, const AVPacket* first) try {
  if (std::strcmp(format, "mpegts") == 0 && !has_name_in_transport_stream(stream.codecpar->codec_id)) return false;
  // Of MXF, whose muxer begins with pictures, no trial without any would tell.
  if (std::strcmp(format, "mxf") == 0)
    return (stream.codecpar->codec_id == AV_CODEC_ID_PCM_S16LE || stream.codecpar->codec_id == AV_CODEC_ID_PCM_S24LE) &&
           stream.codecpar->sample_rate == 48000;
  // MP4 has a place for the measurements of one maker's cameras, and its muxer puts any data there.
  const bool is_mp4 = std::strcmp(format, "mp4") == 0 || std::strcmp(format, "mov") == 0;
  if (is_mp4 && stream.codecpar->codec_id == AV_CODEC_ID_BIN_DATA &&
      stream.codecpar->codec_tag != MKTAG('g', 'p', 'm', 'd'))
    return false;
  if (is_mp4 && needs_size_of_blocks(stream.codecpar->codec_id)) return false;
  // AVI has streams of pictures, sound and text alone, and its muxer fails later.
  if (std::strcmp(format, "avi") == 0 && stream.codecpar->codec_type == AVMEDIA_TYPE_DATA) return false;
  // Other muxers pass over attachments without a word.
  if (stream.codecpar->codec_type == AVMEDIA_TYPE_ATTACHMENT && std::strcmp(format, "matroska") != 0) return false;
  const AvOutput trial(format);
  add_copied(trial, stream);
  trial.write_header();
  const AvOwned<AVPacket> packet(first ? av_packet_clone(first) : nullptr);
  if (packet) {
    packet->stream_index = 0;
    packet->pts = packet->dts = 0;
    trial.write(packet.get());
  }
  return true;
} catch (const Failure&) {
  return false;
}

void add_copied(const AvOutput& output, const AVStream& stream) {
  AVStream& copy = *output.add_stream();
  if (avcodec_parameters_copy(copy.codecpar, stream.codecpar) < 0) throw std::bad_alloc();
  copy.codecpar->codec_tag = 0;  // of the film's container
  copy.time_base = stream.time_base;
  copy.disposition = stream.disposition;
  copy.avg_frame_rate = stream.avg_frame_rate;
  copy.sample_aspect_ratio = stream.sample_aspect_ratio;
  av_dict_copy(&copy.metadata, stream.metadata, 0);
  const bool is_cover = stream.disposition & AV_DISPOSITION_ATTACHED_PIC;
  if (!is_cover || std::strcmp(output->oformat->name, "matroska") != 0) return;
  // There a cover is an attachment.
  copy.codecpar->codec_type = AVMEDIA_TYPE_ATTACHMENT;
  copy.disposition = 0;
  av_freep(&copy.codecpar->extradata);
  set_extradata(*copy.codecpar, std::string(reinterpret_cast<const char*>(stream.attached_pic.data),
                                            static_cast<std::size_t>(stream.attached_pic.size)));
  const bool is_png = stream.codecpar->codec_id == AV_CODEC_ID_PNG;
  av_dict_set(&copy.metadata, "filename", is_png ? "cover.png" : "cover.jpg", 0);
  av_dict_set(&copy.metadata, "mimetype", is_png ? "image/png" : "image/jpeg", 0);
}

std::optional<std::int64_t> nanoseconds(std::int64_t time, const AVStream& stream) {
  if (time == AV_NOPTS_VALUE) return std::nullopt;
  return av_rescale_q(time, stream.time_base, in_nanoseconds);
}

}  // namespace colorize::command
