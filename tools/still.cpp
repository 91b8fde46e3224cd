// SPDX-License-Identifier: LGPL-2.1-or-later
#include "still.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <string>

#include "file.h"
#include "metadata.h"
#include "pipeline.h"

namespace colorize {

namespace fs = std::filesystem;

namespace {

struct FreeSample {
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
};
using Sample = std::unique_ptr<GstSample, FreeSample>;

/// How a picture becomes a file.
struct Encoding {
  std::array<const char*, 2> extensions;
  const char* element;
  const char* settings;  ///< with %d for the quality, 0..100
  const char* package;   ///< of Debian
};

// At 95 JPEG and WebP are not to be told from their source; avenc_tiff's own choice shrinks photographs hardly at all.
constexpr int usual_quality = 95;
constexpr std::array encodings{
    Encoding{{".jpg", ".jpeg"}, "jpegenc", " quality=%d", "gstreamer1.0-plugins-good"},
    Encoding{{".png", ""}, "pngenc", "", "gstreamer1.0-plugins-good"},
    Encoding{{".tif", ".tiff"}, "avenc_tiff", " compression-algo=deflate", "gstreamer1.0-libav"},
    Encoding{{".webp", ""}, "webpenc", " quality=%d", "gstreamer1.0-plugins-bad"},
};

const Encoding& encoding_for(const fs::path& output) {
  std::string extension = output.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) { return g_ascii_tolower(c); });
  for (const Encoding& encoding : encodings)
    for (const char* known : encoding.extensions)
      if (!extension.empty() && extension == known) return encoding;
  throw Failure(output.string() + ": a photograph's name has to end in .jpg, .png, .tif or .webp");
}

/// The one picture that comes out of a pipeline's `sink`.
Sample picture_of(GstElement* pipeline) {
  Playing(pipeline).run();
  const Element sink(gst_bin_get_by_name(GST_BIN(pipeline), "sink"));
  GstSample* sample = nullptr;
  g_signal_emit_by_name(sink.get(), "try-pull-sample", static_cast<guint64>(0), &sample);
  if (!sample) throw Failure("there is no whole picture in it");
  return Sample(sample);
}

Sample decode(const fs::path& file) {
  const Element pipeline =
      parse_pipeline("filesrc name=file ! decodebin caps=video/x-raw ! appsink name=sink sync=false");
  const Element source(gst_bin_get_by_name(GST_BIN(pipeline.get()), "file"));
  g_object_set(source.get(), "location", file.c_str(), nullptr);
  return picture_of(pipeline.get());
}

/// EXIF's way to turn a picture as videoflip calls it.
const char* direction_of(int orientation) {
  static constexpr std::array directions{"identity", "horiz", "180", "vert", "ul-lr", "90r", "ur-ll", "90l"};
  return directions.at(static_cast<std::size_t>(orientation - 1));
}

/// The format in which the result is encoded: as near to what was decoded as colour, the encoder and the element allow.
const char* format_for(const GstVideoFormatInfo* decoded, const Encoding& encoding, bool turned) {
  if (encoding.element != std::string_view("jpegenc")) return GST_VIDEO_FORMAT_INFO_HAS_ALPHA(decoded) ? "RGBA" : "RGB";
  const auto format = GST_VIDEO_FORMAT_INFO_FORMAT(decoded);
  // What Y42B is, half as many columns of chroma, it is no more when it is turned.
  if (format == GST_VIDEO_FORMAT_I420 || (format == GST_VIDEO_FORMAT_Y42B && !turned))
    return GST_VIDEO_FORMAT_INFO_NAME(decoded);
  return "Y444";
}

}  // namespace

void convert_still(const fs::path& input, const fs::path& output, const Choices& choices, Progress& progress) {
  const Encoding& encoding = encoding_for(output);
  if (!Element(gst_element_factory_make(encoding.element, nullptr)))
    throw Failure(output.string() + ": GStreamer's element " + encoding.element +
                  " is missing; on Debian it comes with " + encoding.package);

  const Sample decoded = decode(input);
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(decoded.get()))) throw Failure("it decodes to no picture");
  const std::string source = read_file(input);
  const int orientation = orientation_of(source);
  const std::string format = format_for(info.finfo, encoding, orientation != 1);
  const std::string settings = std::unique_ptr<gchar, decltype(&g_free)>(
                                   g_strdup_printf(encoding.settings, choices.quality.value_or(usual_quality)), &g_free)
                                   .get();

  const std::string before = GST_VIDEO_INFO_IS_GRAY(&info) && !choices.to_gray ? "GRAY8" : format;
  const Element pipeline = parse_pipeline("appsrc name=source ! videoconvert ! video/x-raw,format=" + before +
                                          " ! videoflip video-direction=" + direction_of(orientation) + " ! " +
                                          (choices.to_gray ? "videobalance saturation=0" : "colorize name=colorize") +
                                          " ! video/x-raw,format=" + format + " ! " + encoding.element + settings +
                                          " ! appsink name=sink sync=false");
  const Element appsrc(gst_bin_get_by_name(GST_BIN(pipeline.get()), "source"));
  g_object_set(appsrc.get(), "caps", gst_sample_get_caps(decoded.get()), "format", GST_FORMAT_TIME, nullptr);
  if (const Element colorize{gst_bin_get_by_name(GST_BIN(pipeline.get()), "colorize")})
    for (const auto& [name, value] : choices.properties)
      gst_util_set_object_arg(G_OBJECT(colorize.get()), name.c_str(), value.c_str());
  gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);  // before that appsrc takes nothing
  GstFlowReturn flow = GST_FLOW_OK;
  g_signal_emit_by_name(appsrc.get(), "push-buffer", gst_sample_get_buffer(decoded.get()), &flow);
  g_signal_emit_by_name(appsrc.get(), "end-of-stream", &flow);

  const Sample encoded = picture_of(pipeline.get());
  GstBuffer* buffer = gst_sample_get_buffer(encoded.get());
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  bytes = with_metadata(std::move(bytes), source);

  GError* error = nullptr;
  constexpr auto whole =
      static_cast<GFileSetContentsFlags>(G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE);
  if (!g_file_set_contents_full(output.c_str(), bytes.data(), static_cast<gssize>(bytes.size()), whole, 0666, &error)) {
    const std::string why = error->message;
    g_error_free(error);
    throw Failure(why);
  }
  progress.at(1, 1, 1);
}

}  // namespace colorize
