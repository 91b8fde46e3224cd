// SPDX-License-Identifier: LGPL-2.1-or-later
#include "still.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "file.h"
#include "metadata.h"
#include "pipeline.h"
#include "tiff.h"

namespace colorize {

namespace fs = std::filesystem;

namespace {

/// How a picture becomes a file.
struct Encoding {
  std::array<const char*, 4> extensions;
  const char* element;
  const char* settings;   ///< with %d for the quality, 0..100
  const char* package;    ///< of Debian
  int shortest, longest;  ///< side that it can encode
};

// At 95 JPEG and WebP are not to be told from their source; avenc_tiff's own choice shrinks photographs hardly at all.
constexpr int usual_quality = 95;
constexpr std::array encodings{
    Encoding{{".jpg", ".jpeg", ".jpe", ".jfif"}, "jpegenc", " quality=%d", "gstreamer1.0-plugins-good", 1, 65535},
    Encoding{{".png"}, "pngenc", "", "gstreamer1.0-plugins-good", 1, 1000000},
    Encoding{{".tif", ".tiff"}, "avenc_tiff", " compression-algo=deflate", "gstreamer1.0-libav", 1, 65535},
    Encoding{{".webp"}, "webpenc", " quality=%d", "gstreamer1.0-plugins-bad", 16, 16383},
};

const Encoding& encoding_for(const fs::path& output) {
  std::string extension = output.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) { return g_ascii_tolower(c); });
  for (const Encoding& encoding : encodings)
    for (const char* known : encoding.extensions)
      if (known && extension == known) return encoding;
  throw Failure(output.string() + ": a photograph's name has to end in .jpg, .png, .tif or .webp");
}

/// What comes out of the pipeline's appsink `sink` when this has gone into its appsrc `source`.
Sample run(GstElement* pipeline, GstBuffer* buffer, GstCaps* caps) {
  const Element source(gst_bin_get_by_name(GST_BIN(pipeline), "source"));
  const Element sink(gst_bin_get_by_name(GST_BIN(pipeline), "sink"));
  g_object_set(source.get(), "caps", caps, "format", GST_FORMAT_TIME, nullptr);
  g_object_set(sink.get(), "sync", FALSE, "wait-on-eos", FALSE, nullptr);
  gst_element_set_state(pipeline, GST_STATE_PAUSED);  // before that appsrc takes nothing
  const Buffer timed(gst_buffer_copy(buffer));        // compositor wants to know how long it is to be seen
  GST_BUFFER_PTS(timed.get()) = 0;
  GST_BUFFER_DURATION(timed.get()) = 1;
  GstFlowReturn flow = GST_FLOW_OK;
  g_signal_emit_by_name(source.get(), "push-buffer", timed.get(), &flow);
  g_signal_emit_by_name(source.get(), "end-of-stream", &flow);
  Playing playing(pipeline);
  playing.run();
  GstSample* sample = nullptr;
  g_signal_emit_by_name(sink.get(), "try-pull-sample", static_cast<guint64>(0), &sample);
  if (!sample) throw Failure("no picture comes out");
  return Sample(sample);
}

void require(const char* element, const char* package) {
  if (!Element(gst_element_factory_make(element, nullptr)))
    throw Failure(std::string("GStreamer's element ") + element + " is missing; on Debian it comes with " + package);
}

bool is_png(std::string_view file) { return file.starts_with("\x89PNG") && file.size() > 25; }

bool has_deep_samples(std::string_view file) {
  return is_png(file) ? file[24] == 16 : TiffDirectory(file).number(TiffDirectory::bits_per_sample, 8) > 8;
}

Sample decode(const std::string& source) try {
  if (is_cut_off(source)) throw Failure("its end is missing");
  constexpr std::uint32_t floating_point = 3;
  if (TiffDirectory(source).number(TiffDirectory::sample_format, 1) == floating_point)
    throw Failure("its samples are floating-point numbers; save it with whole ones, of 8 or 16 bits");
  std::string file = source;
  TiffDirectory(source).make_upright(file.data());  // some decoders turn a TIFF as it says, some do not, some in part
  const Element pipeline = parse_pipeline("appsrc name=source ! " + decoder_for(file) + " ! appsink name=sink");
  const Buffer buffer(gst_buffer_new_memdup(file.data(), file.size()));
  return run(pipeline.get(), buffer.get(), nullptr);
} catch (const Failure& failure) {
  throw Failure(std::string("cannot be decoded: ") + failure.what());
}

/// The format in which the result is encoded: as near to what was decoded as colour, the encoder and the element allow.
const char* format_for(const GstVideoFormatInfo* decoded, const Encoding& encoding, bool moved) {
  if (encoding.element != std::string_view("jpegenc")) return GST_VIDEO_FORMAT_INFO_HAS_ALPHA(decoded) ? "RGBA" : "RGB";
  const auto format = GST_VIDEO_FORMAT_INFO_FORMAT(decoded);
  // Where pixels change their places, samples of chroma that several share would not fit.
  const bool same = !moved && (format == GST_VIDEO_FORMAT_I420 || format == GST_VIDEO_FORMAT_Y42B);
  return same ? GST_VIDEO_FORMAT_INFO_NAME(decoded) : "Y444";
}

/// From the pipeline's picture, of this width, to what the user wants to see of it.
std::string look(const Choices& choices, int width, const std::string& format) {
  if (choices.to_gray) return "videobalance saturation=0";
  if (choices.compare == Choices::Compare::none) return "colorize name=colorize";
  const bool halves = choices.compare == Choices::Compare::halves;
  // What neither half covers is a thin line.
  const auto crop = [&](const char* side) {
    return halves ? std::string(" ! videocrop ") + side + "=" + std::to_string(width / 2 + 1) : "";
  };
  return "tee name=both ! queue" + crop("right") +
         " ! both_in_one. both. ! queue ! colorize name=colorize ! video/x-raw,format=" + format + crop("left") +
         " ! both_in_one. compositor name=both_in_one background=white sink_1::xpos=" +
         std::to_string(halves ? width / 2 + 1 : width);
}

void check_size(const Encoding& encoding, int width, int height) {
  if (std::min(width, height) >= encoding.shortest && std::max(width, height) <= encoding.longest) return;
  throw Failure("the result, " + std::to_string(width) + "x" + std::to_string(height) + ", cannot be a " +
                encoding.extensions[0] + ", which has sides of " + std::to_string(encoding.shortest) + " to " +
                std::to_string(encoding.longest) + " pixels; name it otherwise with -o, as in result.png");
}

/// The picture as the user wants it, encoded.
std::string render(GstSample* picture, int orientation, const Encoding& encoding, const Choices& choices) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(picture))) throw Failure("is no picture");
  const std::string format =
      format_for(info.finfo, encoding, orientation != 1 || choices.compare != Choices::Compare::none);
  const std::string before = GST_VIDEO_INFO_IS_GRAY(&info) && !choices.to_gray ? "GRAY8" : format;
  const std::unique_ptr<gchar, decltype(&g_free)> settings(
      g_strdup_printf(encoding.settings, choices.quality.value_or(usual_quality)), &g_free);
  const int width = orientation > 4 ? info.height : info.width, height = orientation > 4 ? info.width : info.height;
  if (choices.compare == Choices::Compare::halves && width < 3)
    throw Failure("is too narrow for two halves; --compare=side-by-side shows both");
  check_size(encoding, choices.compare == Choices::Compare::side_by_side ? 2 * width : width, height);
  const Element pipeline = parse_pipeline("appsrc name=source ! videoconvert ! video/x-raw,format=" + before +
                                          " ! videoflip video-direction=" + direction_of(orientation) + " ! " +
                                          look(choices, width, format) + " ! video/x-raw,format=" + format + " ! " +
                                          encoding.element + settings.get() + " ! appsink name=sink");
  if (const Element colorize{gst_bin_get_by_name(GST_BIN(pipeline.get()), "colorize")})
    for (const auto& [name, value] : choices.properties)
      gst_util_set_object_arg(G_OBJECT(colorize.get()), name.c_str(), value.c_str());
  const Sample encoded = run(pipeline.get(), gst_sample_get_buffer(picture), gst_sample_get_caps(picture));
  GstBuffer* buffer = gst_sample_get_buffer(encoded.get());
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

void write(const fs::path& output, const std::string& bytes) {
  GError* error = nullptr;
  constexpr auto whole =
      static_cast<GFileSetContentsFlags>(G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE);
  if (g_file_set_contents_full(output.c_str(), bytes.data(), static_cast<gssize>(bytes.size()), whole, 0666, &error))
    return;
  const std::string why = error->message;
  g_error_free(error);
  throw Failure(why);
}

}  // namespace

std::string decoder_for(std::string_view file) {
  // GStreamer's usual decoders damage colours of 16 bits in PNG and JPEG in TIFF, and know neither CMYK in JPEG nor
  // many a kind of TIFF. GdkPixbuf's does, but it takes all TIFF for one with alpha, and multiplies what has.
  const TiffDirectory tiff(file);
  const bool deep_png = is_png(file) && has_deep_samples(file) && (file[25] & 2);
  const bool opaque = is_cmyk_jpeg(file) || (!tiff.entries().empty() && !tiff.find(TiffDirectory::extra_samples));
  if (!deep_png && !opaque) return "decodebin caps=video/x-raw";
  require("gdkpixbufdec", "gstreamer1.0-plugins-good");
  return std::string("gdkpixbufdec") + (opaque ? " ! videoconvert ! video/x-raw,format=RGB" : "");
}

void convert_still(const fs::path& input, const fs::path& output, const Choices& choices, Progress& progress) {
  const Encoding& encoding = encoding_for(output);
  require(encoding.element, encoding.package);
  const std::string source = read_file(input);
  const Sample picture = decode(source);
  const std::string result = with_metadata(render(picture.get(), orientation_of(source), encoding, choices), source);
  write(output, result);
  if (const std::string words = left_out(result, source); !words.empty())
    progress.remark(("the result is without the " + words + " of the photograph").c_str());
  if (has_deep_samples(source)) progress.remark("has more than 8 bits a sample; the result has 8");
  if (TiffDirectory(source).has_another_page()) progress.remark("has several pages; the result is of the first");
  progress.at(1, 1, 1);
}

}  // namespace colorize
