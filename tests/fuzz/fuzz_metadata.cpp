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
  if (!colorize::command::is_animation(source))
    must(colorize::command::first_picture(std::string(source)) == source, "a picture that is alone stays as it is");
  else
    colorize::command::first_picture(std::string(source));

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
