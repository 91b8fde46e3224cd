// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizereference.h"

#include <gst/gst.h>
#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <sstream>

#include "error.h"

using colorize::Error;
namespace fs = std::filesystem;

static constexpr std::size_t most_pictures = 256;
static constexpr GstClockTime longest_read = 20 * GST_SECOND;
static constexpr std::array<std::string_view, 3> picture_endings{".png", ".jpg", ".jpeg"};
static constexpr gint64 most_pixels = 1 << 26;

template <typename T>
using Object = std::unique_ptr<T, decltype(&gst_object_unref)>;

[[noreturn]] static void gst_colorize_refuse_picture(const fs::path& file, const std::string& why) {
  throw Error(Error::Kind::settings, "reference " + file.string() + ": " + why);
}

/* Pictures of these two kinds alone, whose size is known before a decoder takes memory for it: of a JPEG the caps that
 * its type is found with have it, of a PNG these bytes. So no list names other files, and no film is read. */
static gboolean gst_colorize_is_picture(GstElement*, GstPad*, GstCaps* caps, gpointer file) {
  const GstStructure* const form = gst_caps_get_structure(caps, 0);
  gint width = 0, height = 0;
  if (gst_structure_has_name(form, "image/png")) {
    std::array<char, 24> start{};
    std::ifstream(*static_cast<const fs::path*>(file), std::ios::binary).read(start.data(), start.size());
    width = static_cast<gint>(GST_READ_UINT32_BE(start.data() + 16));
    height = static_cast<gint>(GST_READ_UINT32_BE(start.data() + 20));
  } else if (!gst_structure_has_name(form, "image/jpeg") || !gst_structure_get_int(form, "width", &width) ||
             !gst_structure_get_int(form, "height", &height)) {
    return FALSE;
  }
  return width > 0 && height > 0 && static_cast<gint64>(width) * height <= most_pixels;
}

/* Its colours, and how far it says something where its alpha is not full everywhere. */
static colorize::Reference gst_colorize_shrink(GstSample* sample) {
  GstVideoInfo info;
  GstVideoFrame frame;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
      !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ))
    return {};
  const cv::Mat whole(GST_VIDEO_FRAME_HEIGHT(&frame), GST_VIDEO_FRAME_WIDTH(&frame), CV_8UC4,
                      GST_VIDEO_FRAME_PLANE_DATA(&frame, 0),
                      static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0)));
  const double scale = static_cast<double>(colorize::Reference::longest_side) / std::max(whole.cols, whole.rows);
  const auto side = [&](int pixels) { return std::max(1, cvRound(pixels * std::min(1.0, scale))); };
  cv::Mat small;
  cv::resize(whole, small, {side(whole.cols), side(whole.rows)}, 0, 0, cv::INTER_AREA);
  gst_video_frame_unmap(&frame);
  colorize::Reference reference;
  cv::cvtColor(small, reference.rgb, cv::COLOR_RGBA2RGB);
  cv::extractChannel(small, reference.says, 3);
  if (cv::countNonZero(reference.says < 255) == 0) reference.says.release();
  return reference;
}

static colorize::Reference gst_colorize_read_picture(const fs::path& file) {
  constexpr const char* remedy = "; name a PNG or a JPEG of at most 67 million pixels";
  if (!g_file_test(file.c_str(), G_FILE_TEST_IS_REGULAR))
    throw Error(Error::Kind::not_found, "reference " + file.string() + " is not there; name a picture or a folder");
  GError* problem = NULL;
  constexpr const char* launch =
      "filesrc name=file ! decodebin name=decoder ! videoconvert ! video/x-raw,format=RGBA ! fakesink name=sink "
      "sync=false";
  const auto end = [](GstElement* pipeline) {
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
  };
  const std::unique_ptr<GstElement, decltype(end)> pipeline(gst_parse_launch(launch, &problem), end);
  if (problem) {
    const std::string why = problem->message;
    g_error_free(problem);
    gst_colorize_refuse_picture(file, "cannot be read: " + why);
  }
  const auto part = [&](const char* name) {
    return Object<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline.get()), name), &gst_object_unref);
  };
  g_object_set(part("file").get(), "location", file.c_str(), NULL);
  g_signal_connect(part("decoder").get(), "autoplug-continue", G_CALLBACK(gst_colorize_is_picture),
                   const_cast<fs::path*>(&file));
  const Object<GstBus> bus(gst_element_get_bus(pipeline.get()), &gst_object_unref);
  gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
  GstMessage* const message = gst_bus_timed_pop_filtered(
      bus.get(), longest_read, static_cast<GstMessageType>(GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_ERROR));
  const bool is_read = message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ASYNC_DONE;
  std::string why = message ? "" : "takes too long";
  if (message && !is_read) {
    gst_message_parse_error(message, &problem, NULL);
    why = problem->message;
    g_error_free(problem);
  }
  if (message) gst_message_unref(message);
  GstSample* sample = NULL;
  if (is_read) g_object_get(part("sink").get(), "last-sample", &sample, NULL);
  colorize::Reference picture;
  if (sample) {
    picture = gst_colorize_shrink(sample);
    gst_sample_unref(sample);
  }
  if (picture.rgb.empty())
    gst_colorize_refuse_picture(file, "cannot be read as a picture" + (why.empty() ? why : " (" + why + ")") + remedy);
  return picture;
}

static std::vector<fs::path> gst_colorize_pictures_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::string ending = entry->path().extension().string();
    std::ranges::transform(ending, ending.begin(), g_ascii_tolower);
    if (std::ranges::count(picture_endings, ending) > 0) files.push_back(entry->path());
    if (files.size() > most_pictures) break;
  }
  if (error) gst_colorize_refuse_picture(folder, "cannot be listed: " + error.message());
  if (files.empty()) gst_colorize_refuse_picture(folder, "holds no picture; name one with PNG or JPEG files");
  std::ranges::sort(files);
  return files;
}

GstColorizeReference gst_colorize_read_reference(const std::string& text) {
  GstColorizeReference result;
  std::vector<fs::path> files;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line == "none") result.own = false;
    if (line.empty() || line == "own" || line == "none") continue;
    std::error_code error;
    if (fs::is_directory(line, error)) {
      const auto found = gst_colorize_pictures_in(line);
      files.insert(files.end(), found.begin(), found.end());
    } else {
      files.emplace_back(line);
    }
  }
  if (files.size() > most_pictures)
    throw Error(Error::Kind::settings, "reference: there are more than " + std::to_string(most_pictures) +
                                           " pictures; name a folder with fewer");
  std::vector<colorize::Reference> pictures;
  for (const fs::path& file : files) {
    pictures.push_back(gst_colorize_read_picture(file));
    pictures.back().time = colorize::time_of_name(file.filename().string());
    pictures.back().part = colorize::part_of_name(file.filename().string());
  }
  if (!pictures.empty())
    result.pictures = std::make_shared<const std::vector<colorize::Reference>>(std::move(pictures));
  return result;
}
