// SPDX-License-Identifier: LGPL-2.1-or-later
#include "still.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/claim.h"
#include "common/counts.h"
#include "common/hints.h"
#include "common/label.h"
#include "common/picturekinds.h"
#include "common/pipeline.h"
#include "common/properties.h"
#include "common/remark.h"
#include "common/wholefile.h"
#include "common/words.h"
#include "deepstill.h"
#include "file.h"
#include "library.h"
#include "metadata.h"
#include "padding.h"
#include "room.h"
#include "tiff.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// How a picture becomes a file.
struct StillFormat {
  std::array<const char*, 4> extensions;
  const char* element;
  const char* settings;                             ///< with %d for the quality, 0..100
  const char* package;                              ///< of Debian
  int shortest, longest;                            ///< side that it can encode
  std::string (*deep)(const DeepStill&) = nullptr;  ///< the same of 16 bits
  bool by_library = false;                          ///< libvips makes it of the PNG that all the others make
};

// At 95 JPEG and WebP are not to be told from their source; avenc_tiff's own choice shrinks photographs hardly at all.
constexpr int usual_quality = 95;
// extensions, element, settings, package, shortest and longest side, deep
constexpr std::array still_formats {
  StillFormat{{".jpg", ".jpeg", ".jpe", ".jfif"}, "jpegenc", " quality=%d", "gstreamer1.0-plugins-good", 1, 65535},
      StillFormat{{".png"}, "pngenc", "", "gstreamer1.0-plugins-good", 1, 1000000, png_of},
      StillFormat{
          {".tif", ".tiff"}, "avenc_tiff", " compression-algo=deflate", "gstreamer1.0-libav", 1, 65535, tiff_of},
      StillFormat{{".webp"}, "webpenc", " quality=%d", "gstreamer1.0-plugins-bad", 16, 16383},
#if HAVE_VIPS
      StillFormat{{".heic", ".heif", ".hif"}, "pngenc", "", "gstreamer1.0-plugins-good", 64, 16384, png_of, true},
      StillFormat{{".avif"}, "pngenc", "", "gstreamer1.0-plugins-good", 1, 16384, png_of, true},
#endif
};

const StillFormat& still_format_of(const fs::path& output) {
  std::string extension = output.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) { return g_ascii_tolower(c); });
  for (const StillFormat& target : still_formats)
    for (const char* known : target.extensions)
      if (known && extension == known) return target;
  throw Failure(output.string() + ": a photograph's name has to end in .jpg, .png, .tif or .webp" +
                (HAVE_VIPS ? ", or in .heic or .avif" : ""));
}

/// Pixels of four components of 8 or 16 bits, in rows without gaps.
Sample sample_of(const cv::Mat& pixels, GstVideoFormat format) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, format, static_cast<guint>(pixels.cols), static_cast<guint>(pixels.rows));
  const Caps caps(gst_video_info_to_caps(&info));
  const Buffer buffer(gst_buffer_new_memdup(pixels.data, pixels.total() * pixels.elemSize()));
  return Sample(gst_sample_new(buffer.get(), caps.get(), nullptr, nullptr));
}

void require(const char* element, const char* package) {
  if (!Element(gst_element_factory_make(element, nullptr)))
    throw Failure(std::string("GStreamer's element ") + element + " is missing; on Debian it comes with " + package);
}

/// Throws Failure for what decoders would make something else of without a word, or take all memory for.
void check_whole(std::string_view file, std::uint64_t memory) {
  if (is_cut_off(file)) throw Failure("its end is missing");
  const std::string foreign = foreign_jpeg(file);
  if (!foreign.empty())
    throw Failure("is " + foreign + ", which is not read here; bring it into another kind first, without loss");
  if (const auto sides = sides_of(file)) check_room(sides->width, sides->height, bits_of(file), memory);
}

std::string decoder_for(std::string_view file) {
  // GStreamer's usual decoders do not know CMYK in JPEG.
  if (!is_cmyk_jpeg(file)) return "decodebin caps=video/x-raw";
  require("gdkpixbufdec", "gstreamer1.0-plugins-good");
  return "gdkpixbufdec ! videoconvert ! video/x-raw,format=RGB";
}

/// A picture out of its file: of 16 bits where it has them, or as GStreamer has it; and what the file says of it.
struct Decoded {
  std::optional<DeepStill> deep;
  Sample sample;
  bool alpha;
  int orientation;                ///< as EXIF numbers it
  std::optional<Said> said = {};  ///< where the file is of a kind that metadata.h does not know
};

/// Throws Failure where a TIFF's samples are of a kind that libvips would make something else of, or does not know.
void check_samples(const TiffDirectory& page) {
  constexpr std::uint64_t whole = 1, undefined = 4, floating_point = 3;
  const auto kinds = page.numbers(TiffDirectory::sample_format), bits = page.numbers(TiffDirectory::bits_per_sample);
  const bool lab = page.number(TiffDirectory::photometric, 0) == 8;
  const auto is = [&](std::uint64_t kind) { return std::ranges::all_of(kinds, [&](auto k) { return k == kind; }); };
  const auto are = [&](std::initializer_list<std::uint64_t> known) {
    return std::ranges::all_of(bits,
                               [&](auto b) { return b == bits[0] && std::ranges::find(known, b) != known.end(); });
  };
  const std::string each = bits.empty() ? "1 bit" : counted(bits[0], "bit");
  if (!kinds.empty() && is(floating_point) ? !are({32}) : !(kinds.empty() || is(whole) || is(undefined) || lab))
    throw Failure("its samples are signed, complex, or floating-point numbers of " + each +
                  "; save it with whole ones, of 8 or 16 bits");
  if (!are({1, 2, 4, 8, 16, 32}))
    throw Failure("its samples have " + each + ", or not all as many; save it with 8 or 16");
}

/// How libvips is to read a TIFF. Throws Failure.
LibraryWish wish_for(std::string_view tiff) {
  const auto pages = pages_of(tiff);
  if (pages.empty()) throw Failure("has only a small copy of a picture, and not the picture");
  const TiffDirectory& page = pages[0].directory;
  check_samples(page);
  constexpr std::uint64_t unspecified = 0;
  return {pages[0].number, page.number(TiffDirectory::extra_samples, unspecified) != unspecified};
}

/// libvips itself does not read those.
constexpr PictureKind tiff_by_magick{"a TIFF picture", ".tif", "Magick", nullptr};

bool has_tiles_of_planes(std::string_view tiff) {
  const TiffDirectory page = first_page(tiff);
  return page.find(TiffDirectory::tile_offsets) && page.number(TiffDirectory::planar_configuration, 1) == 2;
}

/// A picture of a kind that libvips reads.
Decoded decode(const fs::path& file, const PictureKind& of_file, const std::string& source, std::uint64_t memory,
               const std::stop_token& stop) {
  const bool tiff = std::string_view(of_file.loader) == "Tiff";
  const bool raw = tiff && is_raw(source);
  const PictureKind& kind = raw ? raw_picture : tiff && has_tiles_of_planes(source) ? tiff_by_magick : of_file;
  const LibraryWish wish = tiff && !raw ? wish_for(source) : LibraryWish{};
  const auto judge = [&](std::uint64_t width, std::uint64_t height) { check_room(width, height, 16, memory); };
  LibraryPicture picture = read_by_library(file, kind, wish, judge, most_pixels(16, memory), stop);
  if (&kind == &raw_picture)
    remark({"raw-picture",
            "is a camera's raw picture; the result has the camera's white balance, and nothing else that the file "
            "says"});
  if (picture.pages > 1)
    remark({"several-pictures",
            "has several pictures; the result is of the first (a film of all makes 'ffmpeg -i FILE -c:v ffv1 "
            "FILM.mkv')"});
  const bool alpha = picture.rgb.channels() == 4;
  if (!alpha) cv::cvtColor(picture.rgb, picture.rgb, cv::COLOR_RGB2RGBA);
  Decoded decoded{{}, nullptr, alpha, tiff && !raw ? orientation_of(source) : 1};
  if (!tiff || raw) decoded.said = Said{picture.exif, picture.xmp, picture.icc};
  if (picture.rgb.depth() == CV_16U)
    decoded.deep = DeepStill{picture.rgb, alpha};
  else
    decoded.sample = sample_of(picture.rgb, alpha ? GST_VIDEO_FORMAT_RGBA : GST_VIDEO_FORMAT_RGBx);
  return decoded;
}

Decoded decode(const fs::path& input, const std::string& source, std::uint64_t memory,
               const std::stop_token& stop) try {
  check_whole(source, memory);
  if (const PictureKind* kind = picture_kind_of(source)) return decode(input, *kind, source, memory, stop);
  if (auto still = read_deep_still(pixels_of(source))) {
    const bool alpha = still->alpha;
    return {std::move(still), nullptr, alpha, orientation_of(source)};
  }
  const Element pipeline = parse_pipeline("appsrc name=source ! " + decoder_for(source) + " ! appsink name=sink");
  const std::string file = pixels_of(source);
  const Buffer buffer(gst_buffer_new_memdup(file.data(), file.size()));
  return {{}, convert(pipeline.get(), buffer.get(), nullptr, stop), has_alpha(source), orientation_of(source)};
} catch (const Failure& failure) {
  throw Failure(std::string("cannot be decoded: ") + failure.what());
}

/// The same of 8 bits.
Sample shallow(const Decoded& decoded) {
  if (!decoded.deep) return Sample(gst_sample_ref(decoded.sample.get()));
  cv::Mat rgba;
  decoded.deep->rgba.convertTo(rgba, CV_8U, 1.0 / 257);
  return sample_of(rgba, decoded.alpha ? GST_VIDEO_FORMAT_RGBA : GST_VIDEO_FORMAT_RGBx);
}

/// What becomes of a picture: its file, whether it says that colours were predicted for it, whether they were, and
/// GStreamer's element that encoded it, if one did.
struct Rendered {
  std::string file;
  bool marked, coloured;
  const char* encoder;
};

bool has_coloured(GstElement* pipeline) {
  const Element colorize(gst_bin_get_by_name(GST_BIN(pipeline), "colorize"));
  return colorize && counts_of(colorize.get()).coloured > 0;
}

/// Prepares the pipeline's colorize, if it has one.
void prepare(GstElement* pipeline, const Choices& choices, std::string& comment) {
  const Element colorize(gst_bin_get_by_name(GST_BIN(pipeline), "colorize"));
  if (!colorize) return;
  listen(colorize.get(), comment);
  set_properties(colorize.get(), with_hints_at(choices.properties, 0));
  if (std::ranges::any_of(hints_of(choices.properties), [](const HintLine& hint) { return hint.time.value_or(0) > 0; }))
    remark({"hints-left-out", "hints of a later moment than 0 s are for films, and left out"});
}

/// Throws Failure where the result of a picture of this size cannot be.
void check_size(const StillFormat& target, const Choices& choices, int width, int height, Progress& progress) {
  if (choices.compare == Choices::Compare::halves && width < 3)
    throw Failure("is too narrow for two halves; --compare=side-by-side shows both");
  if (choices.compare == Choices::Compare::side_by_side) width *= 2;
  if (!choices.label.empty() && !Label(choices.label, width, height).has_room())
    progress.remark({"label-lost", "there is no room for the label"});
  if (std::min(width, height) >= target.shortest && std::max(width, height) <= target.longest) return;
  throw Failure("the result, " + sides(width, height) + ", cannot be a " + target.extensions[0] +
                ", which has sides of " + std::to_string(target.shortest) + " to " + std::to_string(target.longest) +
                " pixels; name it otherwise with -o, as in result.png");
}

/// The format in which the result is encoded: as near to what was decoded as colour, the encoder and the element allow.
std::string format_for(const GstVideoFormatInfo* decoded, const StillFormat& target, bool moved) {
  if (target.element != std::string_view("jpegenc")) return GST_VIDEO_FORMAT_INFO_HAS_ALPHA(decoded) ? "RGBA" : "RGB";
  const auto format = GST_VIDEO_FORMAT_INFO_FORMAT(decoded);
  // Where pixels change their places, samples of chroma that several share would not fit.
  const bool same = !moved && (format == GST_VIDEO_FORMAT_I420 || format == GST_VIDEO_FORMAT_Y42B);
  // JPEG's Y'CbCr (JFIF) is BT.601's in full range; jpegenc takes any for it.
  return (same ? GST_VIDEO_FORMAT_INFO_NAME(decoded) : "Y444") + std::string(",colorimetry=1:4:0:0");
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

/// The end of a pipeline, in which pictures of this format become files.
std::string encoding(const StillFormat& target, const Choices& choices, const std::string& format) {
  const Owned<gchar> settings(g_strdup_printf(target.settings, choices.quality.value_or(usual_quality)));
  return "video/x-raw,format=" + format + " ! identity name=last ! " + target.element + settings.get() +
         " ! appsink name=sink";
}

/// What comes out of such a pipeline.
std::string encoded(GstElement* pipeline, GstSample* picture, const StillFormat& target, const std::stop_token& stop) {
  const Pad last(gst_element_get_static_pad(element_of(pipeline, "last"), "src"));
  if (target.element == std::string_view("jpegenc")) pad_rows(last.get());
  const Sample file = convert(pipeline, gst_sample_get_buffer(picture), gst_sample_get_caps(picture), stop);
  GstBuffer* const buffer = gst_sample_get_buffer(file.get());
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

/// The picture as the user wants it, encoded.
Rendered render(GstSample* picture, int orientation, const StillFormat& target, const Choices& choices,
                Progress& progress, const std::stop_token& stop) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(picture))) throw Failure("is no picture");
  const std::string format =
      format_for(info.finfo, target, orientation != 1 || choices.compare != Choices::Compare::none);
  const std::string before = GST_VIDEO_INFO_IS_GRAY(&info) && !choices.to_gray ? "GRAY8" : format;
  const int width = orientation > 4 ? info.height : info.width, height = orientation > 4 ? info.width : info.height;
  check_size(target, choices, width, height, progress);
  const Element pipeline = parse_pipeline("appsrc name=source ! videoconvert ! video/x-raw,format=" + before +
                                          " ! videoflip video-direction=" + direction_of(orientation) + " ! " +
                                          look(choices, width, format) + " ! " + encoding(target, choices, format));
  std::string comment;
  prepare(pipeline.get(), choices, comment);
  const Pad last(gst_element_get_static_pad(element_of(pipeline.get(), "last"), "src"));
  if (!choices.label.empty()) label(last.get(), choices.label);
  std::string file = encoded(pipeline.get(), picture, target, stop);
  return {std::move(file), !comment.empty(), has_coloured(pipeline.get()), target.element};
}

/// The picture turned as EXIF says. From 5 on rows are columns; then come no, one, two and the other turning over.
cv::Mat turned(cv::Mat picture, int orientation) {
  if (orientation > 4) cv::transpose(picture, picture);
  const int ways = (orientation - 1) % 4;
  if (ways) cv::flip(picture, picture, std::array{0, 1, -1, 0}.at(static_cast<std::size_t>(ways)));
  return picture;
}

constexpr auto deep_format = G_BYTE_ORDER == G_LITTLE_ENDIAN ? GST_VIDEO_FORMAT_RGBA64_LE : GST_VIDEO_FORMAT_RGBA64_BE;

/// What `element` makes of a picture of 16 bits; what is rendered is told but for the file.
cv::Mat filtered(const cv::Mat& rgba, const std::string& element, const Choices& choices, Rendered& rendered,
                 const std::stop_token& stop) {
  const Element pipeline = parse_pipeline("appsrc name=source ! " + element + " ! appsink name=sink");
  std::string comment;
  prepare(pipeline.get(), choices, comment);
  const Sample before = sample_of(rgba, deep_format);
  const Sample sample =
      convert(pipeline.get(), gst_sample_get_buffer(before.get()), gst_sample_get_caps(before.get()), stop);
  cv::Mat result(rgba.size(), rgba.type());
  gst_buffer_extract(gst_sample_get_buffer(sample.get()), 0, result.data, result.total() * result.elemSize());
  rendered.marked = !comment.empty();
  rendered.coloured = has_coloured(pipeline.get());
  return result;
}

/// The same of 16 bits, which neither videoflip nor videobalance knows.
Rendered render(const DeepStill& still, int orientation, const StillFormat& target, const Choices& choices,
                Progress& progress, const std::stop_token& stop) {
  const cv::Mat before = turned(still.rgba, orientation);
  check_size(target, choices, before.cols, before.rows, progress);
  Rendered rendered{"", false, false, ""};
  cv::Mat result =
      filtered(before, choices.to_gray ? "colorize saturation=0" : "colorize name=colorize", choices, rendered, stop);
  if (choices.compare == Choices::Compare::side_by_side) cv::hconcat(before, result, result);
  if (choices.compare == Choices::Compare::halves) {
    const int line = result.cols / 2 + 1, end = result.cols - line;
    before.colRange(0, end).copyTo(result.colRange(0, end));
    result.colRange(end, line).setTo(cv::Scalar::all(65535));
  }
  if (!choices.label.empty()) {
    GstVideoInfo info;
    gst_video_info_set_format(&info, deep_format, static_cast<guint>(result.cols), static_cast<guint>(result.rows));
    const std::size_t size = result.total() * result.elemSize();
    const Buffer buffer(gst_buffer_new_wrapped_full({}, result.data, size, 0, size, nullptr, nullptr));
    Label(choices.label, result.cols, result.rows).burn(buffer.get(), info);
  }
  rendered.file = target.deep({result, still.alpha});
  return rendered;
}

/// The file that `source` says it in, of the kind of the result where that is a JPEG or a PNG.
std::string source_of(const Decoded& decoded, const std::string& source, const StillFormat& target) {
  if (!decoded.said) return source;
  return target.element == std::string_view("jpegenc") ? as_jpeg(*decoded.said) : as_png(*decoded.said);
}

/// A file as the result is.
std::string as_target(std::string file, const StillFormat& target, const Choices& choices,
                      const std::stop_token& stop) {
  return target.by_library ? write_by_library(file, target.extensions[0], choices.quality.value_or(usual_quality), stop)
                           : file;
}

/// What becomes of a picture that comes out of `source`.
Rendered convert_decoded(const Decoded& decoded, const std::string& source, const fs::path& output,
                         const Choices& choices, Progress& progress, const std::stop_token& stop) {
  const StillFormat& target = still_format_of(output);
  const bool deep = decoded.deep && target.deep;
  Rendered result = deep ? render(*decoded.deep, decoded.orientation, target, choices, progress, stop)
                         : render(shallow(decoded).get(), decoded.orientation, target, choices, progress, stop);
  result.file = with_metadata(std::move(result.file), source_of(decoded, source, target), result.marked);
  const std::string words = left_out(result.file, decoded.said ? as_png(*decoded.said) : source);
  result.file = as_target(std::move(result.file), target, choices, stop);
  if (!words.empty()) progress.remark({"metadata-lost", "the result is without the " + words + " of the photograph"});
  if (decoded.deep && !deep)
    progress.remark({"depth-lost", "has more than 8 bits a sample; a JPEG or WebP has 8, a PNG or TIFF keeps them"});
  if (decoded.alpha && target.element == std::string_view("jpegenc"))
    progress.remark({"alpha-lost", "has transparent pixels, which a JPEG does not; a PNG, TIFF or WebP keeps them"});
  return result;
}

/// Gives the result its name.
void finish(Rendered result, const fs::path& output, const Choices& choices, Progress& progress) {
  const Made made{.bytes = std::move(result.file),
                  .properties = choices.properties,
                  .codec = still_format_of(output).extensions[0] + 1,  // without the dot
                  .encoder = result.encoder,
                  .marked = result.marked,
                  .pictures = {{.frames = 1, .left_alone = result.coloured ? 0U : 1U}}};
  progress.made(made);
  write_whole_file(output, made.bytes);
  progress.at(1, 1, 1);
}

}  // namespace

Upright decode_still(const fs::path& file, const std::stop_token& stop) {
  const Decoded decoded = decode(file, read_file(file), usual_memory(), stop);
  return {shallow(decoded), direction_of(decoded.orientation)};
}

void check_still_name(const fs::path& output) {
  const StillFormat& target = still_format_of(output);
  require(target.element, target.package);
}

void convert_still(const fs::path& input, const fs::path& output, const Choices& choices, Progress& progress,
                   const std::stop_token& stop) {
  check_still_name(output);
  const std::string source = read_file(input);
  const Decoded decoded = decode(input, source, choices.memory.value_or(usual_memory()), stop);
  Rendered result = convert_decoded(decoded, source, output, choices, progress, stop);
  if (is_animation(source))
    progress.remark({"several-pictures", "is an animation; the result is of its first picture"});
  if (has_more(source))
    progress.remark(
        {"more-lost", "has more behind its picture, as another picture or a film, which the result has not"});
  if (!decoded.said && pages_of(source).size() > 1)
    progress.remark({"several-pictures", "has several pages; the result is of the first"});
  finish(std::move(result), output, choices, progress);
}

void convert_picture(GstSample* picture, const fs::path& output, const Choices& choices, Progress& progress,
                     const std::stop_token& stop) {
  GstVideoInfo info;
  gst_video_info_from_caps(&info, gst_sample_get_caps(picture));
  Decoded decoded{{}, Sample(gst_sample_ref(picture)), false, 1, Said{}};
  if (GST_VIDEO_INFO_FORMAT(&info) == deep_format) {
    decoded.deep.emplace(DeepStill{cv::Mat(info.height, info.width, CV_16UC4)});
    cv::Mat& rgba = decoded.deep->rgba;
    gst_buffer_extract(gst_sample_get_buffer(picture), 0, rgba.data, rgba.total() * rgba.elemSize());
  }
  finish(convert_decoded(decoded, {}, output, choices, progress, stop), output, choices, progress);
}

void write_picture(const cv::Mat& rgb, const fs::path& output, const Choices& choices, bool coloured,
                   const std::stop_token& stop) {
  const StillFormat& target = still_format_of(output);
  cv::Mat rgba;
  cv::cvtColor(rgb, rgba, cv::COLOR_RGB2RGBA);
  const Sample picture = sample_of(rgba, GST_VIDEO_FORMAT_RGBx);
  const std::string format = format_for(gst_video_format_get_info(GST_VIDEO_FORMAT_RGBx), target, true);
  const Element pipeline = parse_pipeline("appsrc name=source ! videoconvert ! " + encoding(target, choices, format));
  const std::string file = encoded(pipeline.get(), picture.get(), target, stop);
  write_whole_file(output, as_target(with_metadata(file, as_png(Said{}), coloured), target, choices, stop));
}

}  // namespace colorize::command
