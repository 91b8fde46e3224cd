// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.h"
#include "pictures.h"
#include "still/tiff.h"

using colorize::command::TiffDirectory;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file = bytes_in(data, size);
  const TiffDirectory directory(file);
  for (const auto& entry : directory.entries())
    must(entry.place < size && entry.value.size() <= size - entry.place && !entry.value.empty(),
         "a value lies in the file");
  must(directory.orientation() >= 1 && directory.orientation() <= 8, "an orientation is 1 to 8");
  for (const auto& page : colorize::command::pages_of(file)) must(page.number >= 0, "a page has a number");
  colorize::command::is_raw(file);
  for (const auto tag : {TiffDirectory::exif_directory, TiffDirectory::gps_directory})
    if (directory.find(tag)) TiffDirectory(file, directory.number(tag, 0));

  constexpr std::string_view packet = "a packet of XMP";
  for (const bool little : {true, false}) {
    const std::string tagged = colorize::command::with_tags(tiff_picture(little), file, packet);
    const TiffDirectory result(tagged);
    const auto* const xmp = result.find(TiffDirectory::xmp);
    must(xmp && xmp->value == packet, "its XMP is the one that was given");
    must(result.has_all_pixels() && result.number(TiffDirectory::bits_per_sample, 0) == 16, "its pixels stay");
    must(result.orientation() == 1 && colorize::command::pages_of(tagged).size() == 1, "it is one upright picture");
  }
  return 0;
}
