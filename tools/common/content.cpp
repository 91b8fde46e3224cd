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
#include "mark.h"
#include "owned.h"
#include "picturekinds.h"

namespace colorize::command {

namespace {

using namespace std::string_view_literals;

/// Names of caps, and the endings of files' names.
constexpr std::array stills{std::pair{"image/jpeg"sv, ".jpg"}, std::pair{"image/png"sv, ".png"},
                            std::pair{"image/webp"sv, ".webp"}};
constexpr std::array films_of_other_names{"application/ogg"sv, "application/mxf"sv, "application/x-3gp"sv,
                                          "application/vnd.rn-realmedia"sv, "application/x-yuv4mpeg"sv};

constexpr const char *as_still = "convert it first, as by 'convert FILE FILE.png'",
                     *as_one_film =
                         "make one film of all its pictures first, as by "
                         "\"ffmpeg -framerate 24 -pattern_type glob -i '*.ENDING' -c:v ffv1 FILM.mkv\"; numbered "
                         "ones are one as they are, as by 'gst-colorize --rate 24 FOLDER'",
                     *as_ffv1 = "bring it into MKV first, as by 'ffmpeg -i FILE -c:v ffv1 FILM.mkv'",
                     *as_film = "bring it into MKV first, as by 'ffmpeg -i FILE -c copy FILM.mkv'",
                     *from_disc = "copy the films that are in it into a folder first";

/// What has pictures and is not read here, by its bytes. GStreamer takes some of it for films.
constexpr struct {
  std::size_t offset;
  std::string_view bytes;
  const char *name, *remedy;
} foreign_bytes[] = {
    {4, "ftypavis"sv, "a film of AVIF pictures", as_ffv1},
    {4, "ftyphevc"sv, "a film of HEIF pictures", as_ffv1},
    {4, "ftyphevx"sv, "a film of HEIF pictures", as_ffv1},
    {4, "ftypmsf1"sv, "a film of HEIF pictures", as_ffv1},
    {0, "nut/multimedia container"sv, "a film in a container (NUT)", as_film},  // GStreamer's reader of it never ends
    {0, "SDPX"sv, "a DPX picture", as_one_film},
    {0, "XPDS"sv, "a DPX picture", as_one_film},
    {0, "\x80\x2A\x5F\xD7"sv, "a Cineon picture", as_one_film},
    {32769, "CD001"sv, "the image of a disc", from_disc},
    {32769, "BEA01"sv, "the image of a disc", from_disc},
};

/// The same by the name of GStreamer's caps, or by a file's ending where its bytes do not tell.
constexpr struct {
  std::string_view type;
  const char *name, *remedy;
} foreign_types[] = {
    {"application/x-hls", "a list of a film's parts (HLS)", as_film},
    {"application/dash+xml", "a list of a film's parts (DASH)", as_film},
    {"application/x-shockwave-flash", "a Flash film", as_film},
    {".mjpeg", "a film without a container", "bring it into one, as by 'ffmpeg -f mjpeg -i FILE -c copy FILM.mkv'"},
    {".mjpg", "a film without a container", "bring it into one, as by 'ffmpeg -f mjpeg -i FILE -c copy FILM.mkv'"},
    {".yuv", "a film without a header",
     "say what it is and bring it into a container, as by 'ffmpeg -f rawvideo -pixel_format yuv420p -video_size "
     "720x576 "
     "-framerate 25 -i FILE -c:v ffv1 FILM.mkv'"},
    {".tga", "a Targa picture", as_still},
};

constexpr bool has_picture_library = HAVE_VIPS;
constexpr const char* without_library =
    "this gst-colorize was built without libvips, which reads it; JPEG, PNG and WebP are read, so convert it first, as "
    "by 'convert FILE FILE.png'";

std::string foreign(const char* name, const char* remedy) {
  return std::string("is ") + name + ", which is not read here; " + remedy;
}

/// Why a file is not read that begins with these bytes; empty where nothing says so.
std::string foreign_by_bytes(std::string_view bytes) {
  for (const auto& [offset, magic, name, remedy] : foreign_bytes)
    if (bytes.size() > offset && bytes.substr(offset).starts_with(magic)) return foreign(name, remedy);
  return "";
}

std::string foreign_by_type(std::string_view type) {
  for (const auto& [known, name, remedy] : foreign_types)
    if (type == known) return foreign(name, remedy);
  return type.starts_with("image/") ? foreign("a picture of another kind", as_still) : "";
}

constexpr std::streamoff enough = 65536;  // bytes

std::string read(std::ifstream& stream) {
  std::string bytes(enough, '\0');
  stream.read(bytes.data(), enough);
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

}  // namespace

Look look_at(const std::filesystem::path& file) {
  constexpr auto nothing = "is neither a film nor a picture of a kind that is known here";
  std::error_code missing;
  if (!std::filesystem::is_regular_file(file, missing)) return {.why = nothing};  // a pipe would be waited for
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes = read(stream);
  if (bytes.empty()) return {.why = "is empty"};
  if (std::string why = foreign_by_bytes(bytes); !why.empty()) return {.why = std::move(why)};
  if (const PictureKind* kind = picture_kind_of(bytes))
    return has_picture_library ? Look{.content = Content::still, .ending = kind->ending}
                               : Look{.why = foreign(kind->name, without_library)};
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(), g_ascii_tolower);
  if (std::string why = foreign_by_type(ending); !why.empty()) return {.why = std::move(why)};
  GstTypeFindProbability certainty = GST_TYPE_FIND_NONE;
  const Caps caps(
      gst_type_find_helper_for_data_with_extension(nullptr, reinterpret_cast<const guint8*>(bytes.data()), bytes.size(),
                                                   ending.empty() ? nullptr : ending.c_str() + 1, &certainty));
  // Streams without a header are found in many a file that is none, at less certainty.
  const std::string_view type = caps ? gst_structure_get_name(gst_caps_get_structure(caps.get(), 0)) : "";
  for (const auto& [known, usual] : stills)
    if (type == known) return {.content = Content::still, .ending = usual};
  if (certainty < GST_TYPE_FIND_LIKELY) return {.why = nothing};
  if (type.starts_with("video/") || std::ranges::find(films_of_other_names, type) != films_of_other_names.end())
    return {.content = Content::film};
  const std::string why = foreign_by_type(type);
  return {.why = why.empty() ? nothing : why};
}

bool is_sound_alone(const std::filesystem::path& film) {
  Child child({"--sound-alone", film.string()});
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

bool has_mark(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const auto says_so = [](const std::string& bytes) {
    return bytes.find(mark_source_type) != std::string::npos && bytes.find("colorize") != std::string::npos;
  };
  if (says_so(read(stream))) return true;
  stream.clear();
  if (!stream.seekg(-enough, std::ios::end)) return false;
  return says_so(read(stream));
}

int sound_alone(int argc, char** argv, const std::stop_token&) {
  if (argc != 2) throw UsageError("--sound-alone takes a film");
  // A decoder may complain before it crashes; what becomes of the film is told elsewhere.
  g_log_set_default_handler([](const gchar*, GLogLevelFlags, const gchar*, void*) {}, nullptr);
  return has_sound_alone(argv[1]) ? all_done : some_failed;
}

}  // namespace colorize::command
