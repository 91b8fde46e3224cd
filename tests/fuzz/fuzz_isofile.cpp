// SPDX-License-Identifier: LGPL-2.1-or-later
#include "film/isofile.h"
#include "fuzz.h"

using colorize::command::read_box, colorize::command::put_box;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = bytes_in(data, size);
  constexpr std::string_view words = "a packet of XMP";
  for (const auto& box : {colorize::command::xmp_box, colorize::command::quicktime_xmp_box}) {
    const MemoryFile file(input);
    const auto manifest = read_box(file.path(), colorize::command::c2pa_box), before = read_box(file.path(), box);
    if (put_box(file.path(), box, words))
      must(read_box(file.path(), box) == words, "what was put there is found");
    else
      must(read_box(file.path(), box) == before && std::filesystem::file_size(file.path()) == size,
           "what cannot be put there leaves the file as it was");
    must(read_box(file.path(), colorize::command::c2pa_box) == manifest, "other boxes stay");
  }
  return 0;
}
