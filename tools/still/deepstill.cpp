// SPDX-License-Identifier: LGPL-2.1-or-later
#include "deepstill.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdarg>
#include <cstring>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <tiffio.hxx>
#include <vector>

#include "common/pipeline.h"
#include "common/words.h"
#include "metadata.h"
#include "tiff.h"

namespace colorize::command {

namespace {

/// Throws Failure where memory should not be asked for as many pixels.
cv::Size size_of(std::uint64_t width, std::uint64_t height) {
  constexpr std::uint64_t most_pixels = std::uint64_t{1} << 29;
  if (width == 0 || height == 0 || width > most_pixels / height)
    throw Failure("is said to be of " + sides(width, height) + " pixels");
  return {static_cast<int>(width), static_cast<int>(height)};
}

cv::Mat opaque(cv::Size size) { return {size, CV_16UC4, cv::Scalar::all(65535)}; }

/// R, G and B, and A where there is some.
cv::Mat samples_of(const DeepStill& still) {
  cv::Mat samples;
  if (still.alpha)
    still.rgba.copyTo(samples);
  else
    cv::cvtColor(still.rgba, samples, cv::COLOR_RGBA2RGB);
  return samples;
}

std::vector<png_bytep> rows_of(cv::Mat& picture) {
  std::vector<png_bytep> rows;
  for (int y = 0; y < picture.rows; ++y) rows.push_back(picture.ptr(y));
  return rows;
}

/// What libpng works with: it fails by a jump, over which nothing with a destructor may lie.
class Png {
 public:
  explicit Png(bool reads)
      : png_((reads ? png_create_read_struct : png_create_write_struct)(PNG_LIBPNG_VER_STRING, &error_, fail, ignore)),
        info_(png_create_info_struct(png_)),
        reads_(reads) {}
  ~Png() { reads_ ? png_destroy_read_struct(&png_, &info_, nullptr) : png_destroy_write_struct(&png_, &info_); }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;

  /// Throws Failure where `work(png, info)` fails.
  template <typename Work>
  void operator()(const Work& work) {
    if (setjmp(png_jmpbuf(png_))) throw Failure(error_.data());
    work(png_, info_);
  }

 private:
  static void fail(png_structp png, png_const_charp words) {
    g_strlcpy(static_cast<std::array<char, 100>*>(png_get_error_ptr(png))->data(), words, 100);
    png_longjmp(png, 1);
  }
  static void ignore(png_structp, png_const_charp) {}

  std::array<char, 100> error_{};
  png_structp png_;
  png_infop info_;
  bool reads_;
};

void take(png_structp png, png_bytep to, std::size_t size) {
  auto& file = *static_cast<std::string_view*>(png_get_io_ptr(png));
  if (size > file.size()) png_error(png, "its end is missing");
  std::memcpy(to, file.data(), size);
  file.remove_prefix(size);
}

void append(png_structp png, png_bytep from, std::size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(from), size);
}

DeepStill read_png(std::string_view file) {
  Png png(true);
  DeepStill still;
  std::uint32_t width = 0, height = 0;
  png([&](png_structp p, png_infop info) {
    png_set_read_fn(p, &file, take);
    png_read_info(p, info);
    width = png_get_image_width(p, info);
    height = png_get_image_height(p, info);
    still.alpha = (png_get_color_type(p, info) & PNG_COLOR_MASK_ALPHA) || png_get_valid(p, info, PNG_INFO_tRNS);
    png_set_expand(p);
    png_set_gray_to_rgb(p);
    if (!still.alpha) png_set_add_alpha(p, 65535, PNG_FILLER_AFTER);
    if (G_BYTE_ORDER == G_LITTLE_ENDIAN) png_set_swap(p);
    png_set_interlace_handling(p);
    png_read_update_info(p, info);
  });
  still.rgba = opaque(size_of(width, height));
  auto rows = rows_of(still.rgba);
  png([&](png_structp p, png_infop) {
    png_read_image(p, rows.data());
    png_read_end(p, nullptr);
  });
  return still;
}

using Tiff = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

std::string& tiff_error() {
  thread_local std::string words;
  return words;
}

[[noreturn]] void fail() { throw Failure(tiff_error()); }

/// TIFFStreamOpen keeps `stream`.
Tiff open(auto* stream) {
  [[maybe_unused]] static const bool once = [] {
    TIFFSetWarningHandler(nullptr);
    TIFFSetErrorHandler([](const char*, const char* format, va_list values) {
      const Owned<gchar> words(g_strdup_vprintf(format, values));
      tiff_error() = words.get();
    });
    return true;
  }();
  Tiff tiff(TIFFStreamOpen("", stream), TIFFClose);
  if (!tiff) fail();
  return tiff;
}

template <typename Value>
Value field(const Tiff& tiff, std::uint32_t tag) {
  Value value{};
  TIFFGetFieldDefaulted(tiff.get(), tag, &value);
  return value;
}

/// The channels of a picture as they lie in its strips or tiles: all in each, or one.
cv::Mat read_channels(const Tiff& tiff, cv::Size whole, int channels) {
  const bool tiled = TIFFIsTiled(tiff.get());
  const bool apart = field<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
  const auto side = [&](std::uint32_t tag) { return field<std::uint32_t>(tiff, tag); };
  const auto width = static_cast<std::uint32_t>(whole.width), height = static_cast<std::uint32_t>(whole.height);
  const cv::Size step = tiled ? size_of(side(TIFFTAG_TILEWIDTH), side(TIFFTAG_TILELENGTH))
                              : size_of(width, std::min(height, side(TIFFTAG_ROWSPERSTRIP)));
  cv::Mat all(whole, CV_16UC(channels)), part(step, CV_16UC(apart ? 1 : channels));
  const auto size = static_cast<tmsize_t>(part.total() * part.elemSize());
  for (int plane = 0; plane < (apart ? channels : 1); ++plane)
    for (int y = 0; y < whole.height; y += step.height)
      for (int x = 0; x < whole.width; x += step.width) {
        const auto row = static_cast<std::uint32_t>(y);
        const auto sample = static_cast<std::uint16_t>(plane);
        const tmsize_t got =
            tiled ? TIFFReadEncodedTile(tiff.get(),
                                        TIFFComputeTile(tiff.get(), static_cast<std::uint32_t>(x), row, 0, sample),
                                        part.data, size)
                  : TIFFReadEncodedStrip(tiff.get(), TIFFComputeStrip(tiff.get(), row, sample), part.data, size);
        if (got < 0) fail();
        const cv::Size area(std::min(step.width, whole.width - x), std::min(step.height, whole.height - y));
        cv::Mat into = all({{x, y}, area});
        const cv::Mat from = part({{0, 0}, area});
        apart ? cv::insertChannel(from, into, plane) : from.copyTo(into);
      }
  return all;
}

void divide_by_alpha(cv::Mat& rgba) {
  for (auto& pixel : cv::Mat_<cv::Vec4w>(rgba))
    for (int c = 0; c < 3 && pixel[3]; ++c)
      pixel[c] = cv::saturate_cast<std::uint16_t>((pixel[c] * 65535.0) / pixel[3]);
}

DeepStill read_tiff(std::string_view file) {
  std::istringstream stream{std::string(file)};
  const Tiff tiff = open(&stream);
  const bool gray = field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC) != PHOTOMETRIC_RGB;
  const int colours = gray ? 1 : 3, channels = field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL);
  if (channels < colours || channels > 8) throw Failure("has " + std::to_string(channels) + " samples a pixel");
  std::uint16_t extras = 0, *extra = nullptr;
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_EXTRASAMPLES, &extras, &extra);
  DeepStill still;
  still.alpha = extras > 0 && channels > colours && *extra != EXTRASAMPLE_UNSPECIFIED;
  still.rgba =
      opaque(size_of(field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH), field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH)));
  const cv::Mat all = read_channels(tiff, still.rgba.size(), channels);
  const std::array from_to{0, 0, gray ? 0 : 1, 1, gray ? 0 : 2, 2, colours, 3};
  cv::mixChannels(&all, 1, &still.rgba, 1, from_to.data(), still.alpha ? 4 : 3);
  if (field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC) == PHOTOMETRIC_MINISWHITE)
    cv::bitwise_xor(still.rgba, cv::Scalar(65535, 65535, 65535, 0), still.rgba);
  if (still.alpha && *extra == EXTRASAMPLE_ASSOCALPHA) divide_by_alpha(still.rgba);
  return still;
}

}  // namespace

std::optional<DeepStill> read_deep_still(std::string_view file) {
  if (bits_of(file) != 16) return {};
  if (is_png(file)) return read_png(file);
  if (TiffDirectory(file).number(TiffDirectory::photometric, PHOTOMETRIC_YCBCR) > PHOTOMETRIC_RGB) return {};
  return read_tiff(file);
}

std::string png_of(const DeepStill& still) {
  std::string file;
  cv::Mat samples = samples_of(still);
  auto rows = rows_of(samples);
  Png png(false);
  png([&](png_structp p, png_infop info) {
    png_set_write_fn(p, &file, append, nullptr);
    png_set_IHDR(p, info, static_cast<png_uint_32>(samples.cols), static_cast<png_uint_32>(samples.rows), 16,
                 still.alpha ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(p, info);
    if (G_BYTE_ORDER == G_LITTLE_ENDIAN) png_set_swap(p);
    png_write_image(p, rows.data());
    png_write_end(p, nullptr);
  });
  return file;
}

std::string tiff_of(const DeepStill& still) {
  std::ostringstream stream;
  cv::Mat samples = samples_of(still);
  const Tiff tiff = open(static_cast<std::ostream*>(&stream));
  const auto set = [&](std::uint32_t tag, auto... value) { TIFFSetField(tiff.get(), tag, value...); };
  set(TIFFTAG_IMAGEWIDTH, samples.cols);
  set(TIFFTAG_IMAGELENGTH, samples.rows);
  set(TIFFTAG_BITSPERSAMPLE, 16);
  set(TIFFTAG_SAMPLESPERPIXEL, samples.channels());
  set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  set(TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  set(TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  set(TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff.get(), 0));
  const std::uint16_t alpha = EXTRASAMPLE_UNASSALPHA;
  if (still.alpha) set(TIFFTAG_EXTRASAMPLES, 1, &alpha);
  for (int y = 0; y < samples.rows; ++y)
    if (TIFFWriteScanline(tiff.get(), samples.ptr(y), static_cast<std::uint32_t>(y), 0) < 0) fail();
  if (!TIFFFlush(tiff.get())) fail();
  return std::move(stream).str();
}

}  // namespace colorize::command
