// SPDX-License-Identifier: LGPL-2.1-or-later
#include "content.h"

#include <gst/base/gsttypefindhelper.h>
#include <gst/pbutils/pbutils.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <vector>

#include "child.h"
#include "commandline.h"
#include "owned.h"

namespace colorize::command {

namespace {

constexpr std::array stills{"image/jpeg", "image/png", "image/tiff", "image/webp"};
constexpr std::array films_of_other_names{"application/ogg", "application/mxf", "application/vnd.rn-realmedia"};

std::vector<guint8> beginning_of(const std::filesystem::path& file) {
  std::vector<guint8> bytes(65536);
  std::ifstream stream(file, std::ios::binary);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

}  // namespace

Content content_of(const std::filesystem::path& file) {
  std::error_code missing;
  if (!std::filesystem::is_regular_file(file, missing)) return Content::unknown;  // a pipe would be waited for
  const auto bytes = beginning_of(file);
  if (bytes.empty()) return Content::unknown;
  const std::string extension = file.extension().string();
  GstTypeFindProbability certainty = GST_TYPE_FIND_NONE;
  const Caps caps(gst_type_find_helper_for_data_with_extension(
      nullptr, bytes.data(), bytes.size(), extension.empty() ? nullptr : extension.c_str() + 1, &certainty));
  if (!caps) return Content::unknown;
  const std::string_view type = gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
  if (std::ranges::find(stills, type) != stills.end()) return Content::still;
  // Streams without a header are found in many a file that is none, at less certainty.
  const bool is_film =
      type.starts_with("video/") || std::ranges::find(films_of_other_names, type) != films_of_other_names.end();
  return certainty >= GST_TYPE_FIND_LIKELY && is_film ? Content::film : Content::unknown;
}

bool is_sound_alone(const std::filesystem::path& film) {
  Child child({"sound-alone", film.string()});
  while (child.read()) {
  }
  return child.wait() == 0;
}

static bool has_sound_alone(const char* film) {
  const Owned<GstDiscoverer> discoverer(gst_discoverer_new(30 * GST_SECOND, nullptr));
  const Owned<gchar> uri(gst_filename_to_uri(film, nullptr));
  if (!discoverer || !uri) return false;
  const Owned<GstDiscovererInfo> info(gst_discoverer_discover_uri(discoverer.get(), uri.get(), nullptr));
  if (!info || gst_discoverer_info_get_result(info.get()) != GST_DISCOVERER_OK) return false;
  GList* const streams = gst_discoverer_info_get_video_streams(info.get());
  bool alone = true;
  for (const GList* stream = streams; stream; stream = stream->next)
    alone &= gst_discoverer_video_info_is_image(GST_DISCOVERER_VIDEO_INFO(stream->data)) != FALSE;
  gst_discoverer_stream_info_list_free(streams);
  return alone;
}

int sound_alone(int argc, char** argv, const std::stop_token&) {
  if (argc != 2) throw UsageError("sound-alone takes a film");
  return has_sound_alone(argv[1]) ? all_done : some_failed;
}

}  // namespace colorize::command
