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
#include "metadata.h"

namespace colorize::command {

namespace {

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
  still.rgba.create(static_cast<int>(height), static_cast<int>(width), CV_16UC4);
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

}  // namespace

std::optional<DeepStill> read_deep_still(std::string_view file) {
  return is_png(file) && bits_of(file) == 16 ? std::optional(read_png(file)) : std::nullopt;
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
