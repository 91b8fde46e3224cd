// SPDX-License-Identifier: LGPL-2.1-or-later
#include "common/failure.h"
#include "fuzz.h"
#include "pictures.h"
#include "still/metadata.h"

using colorize::command::Failure;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string jpeg = jpeg_picture(), png = png_picture(), webp = webp_picture(), tiff = tiff_picture(true);
  const std::string_view source = bytes_in(data, size);
  const int orientation = colorize::command::orientation_of(source);
  must(orientation >= 1 && orientation <= 8, "an orientation is 1 to 8");
  colorize::command::direction_of(orientation);
  colorize::command::is_cut_off(source), colorize::command::is_cmyk_jpeg(source), colorize::command::bits_of(source);
  const std::string pixels = colorize::command::pixels_of(std::string(source));
  must(pixels == colorize::command::pixels_of(pixels), "what is pixels alone stays as it is");
  colorize::command::sides_of(source), colorize::command::foreign_jpeg(source), colorize::command::has_alpha(source),
      colorize::command::has_more(source);

  const colorize::command::Said said{std::string(source.substr(0, size / 2)), {}, std::string(source.substr(size / 2))};
  must(colorize::command::orientation_of(colorize::command::as_png(said)) <= 8, "an orientation is 1 to 8");
  colorize::command::with_metadata(jpeg, colorize::command::as_jpeg(said), false);

  for (const bool coloured : {true, false})
    for (const auto& picture : {jpeg, png, webp, tiff})
      accepts<Failure>([&] {
        const std::string result = colorize::command::with_metadata(picture, source, coloured);
        must(result.size() >= picture.size() && result.starts_with(std::string_view(picture).substr(0, 4)),
             "a file stays of its kind");
        must(colorize::command::orientation_of(result) == 1, "a result stands upright");
        must(!colorize::command::is_cut_off(result) &&
                 colorize::command::is_cmyk_jpeg(result) == colorize::command::is_cmyk_jpeg(picture) &&
                 colorize::command::is_animation(result) == colorize::command::is_animation(picture) &&
                 colorize::command::bits_of(result) == colorize::command::bits_of(picture),
             "what follows the metadata is found");
        colorize::command::left_out(result, source);
      });
  return 0;
}
