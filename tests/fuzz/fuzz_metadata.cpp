// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.h"
#include "metadata.h"
#include "pictures.h"
#include "pipeline.h"

using colorize::Failure;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string jpeg = jpeg_picture(), png = png_picture(), webp = webp_picture(), tiff = tiff_picture(true);
  const std::string_view source = bytes_in(data, size);
  const int orientation = colorize::orientation_of(source);
  must(orientation >= 1 && orientation <= 8, "an orientation is 1 to 8");
  colorize::direction_of(orientation);
  colorize::is_cut_off(source), colorize::is_cmyk_jpeg(source), colorize::bits_of(source);
  if (!colorize::is_animation(source))
    must(colorize::first_picture(std::string(source)) == source, "a picture that is alone stays as it is");
  else
    colorize::first_picture(std::string(source));

  for (const bool coloured : {true, false})
    for (const auto& picture : {jpeg, png, webp, tiff})
      accepts<Failure>([&] {
        const std::string result = colorize::with_metadata(picture, source, coloured);
        must(result.size() >= picture.size() && result.starts_with(std::string_view(picture).substr(0, 4)),
             "a file stays of its kind");
        must(colorize::orientation_of(result) == 1, "a result stands upright");
        must(!colorize::is_cut_off(result) && colorize::is_cmyk_jpeg(result) == colorize::is_cmyk_jpeg(picture) &&
                 colorize::is_animation(result) == colorize::is_animation(picture) &&
                 colorize::bits_of(result) == colorize::bits_of(picture),
             "what follows the metadata is found");
        colorize::left_out(result, source);
      });
  return 0;
}
