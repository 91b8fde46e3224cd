// SPDX-License-Identifier: LGPL-2.1-or-later
#include "common/xmp.h"
#include "fuzz.h"
#include "mark.h"

using colorize::command::revised_xmp, colorize::command::split_xmp;

/// The first byte says what was done to the picture.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool turned = data[0] & 1, coloured = data[0] & 2;
  const std::string packet(bytes_in(data + 1, size - 1));
  const auto plain = revised_xmp(packet, false, false);
  must(!plain || *plain == packet, "what needs no change comes back byte for byte");
  const auto revised = revised_xmp(packet, turned, coloured);
  if (!revised || revised->empty()) return 0;
  must(revised_xmp(*revised, false, false) == revised, "what was revised is XMP");
  must(revised_xmp(*revised, true, false).has_value(), "what was revised can be revised");
  if (coloured) {
    must(revised->find(colorize::mark_source_type) != std::string::npos, "colours are said to be predicted");
    const auto again = revised_xmp(*revised, false, true);
    must(again && again->find(std::string("DigitalSourceType ") + colorize::mark_source_type) != std::string::npos,
         "who marks it next finds the mark");
  }
  if (const auto split = split_xmp(*revised)) {
    must(split->digest.size() == 32, "a digest of MD5 has 32 digits");
    for (const auto& part : {split->first, split->rest})
      must(revised_xmp(part, false, false) == part, "both parts are XMP");
    must(split->first.find(split->digest) != std::string::npos, "the first part names the second");
    must(!split_xmp(split->first), "the first part is known as such");
  }
  return 0;
}
