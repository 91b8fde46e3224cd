// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>

namespace colorize::command {

/// A packet of XMP (ISO 16684-1) as it has to be with a result. Where the picture was turned upright, tiff:Orientation
/// says no other. Where colours were predicted for it, Iptc4xmpExt:DigitalSourceType says so to machines, and
/// dc:description to people where it has no text for all languages; xmp:CreatorTool is this program, and what these
/// said before goes into xmpMM:History. All else stays. An empty packet stands for none; what needs no change comes
/// back byte for byte, and nothing comes back of what is no XMP.
std::optional<std::string> revised_xmp(const std::string& packet, bool turned, bool coloured);

/// A packet in two, for files that hold no long one: what machines have to find, and the rest, which the first part
/// names by its digest (ISO 16684-3, 7.3.1.3, "ExtendedXMP").
struct SplitXmp {
  std::string first, rest, digest;
};

/// Nothing where a packet is the first of two already.
std::optional<SplitXmp> split_xmp(const std::string& packet);

}  // namespace colorize::command
