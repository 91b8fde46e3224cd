// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glimpse.h"

#include <gst/video/video.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "apart.h"
#include "common/commandline.h"
#include "common/mapped.h"
#include "common/words.h"
#include "decoding.h"
#include "depth.h"
#include "settings.h"
#include "shot.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr auto second = static_cast<std::int64_t>(GST_SECOND);

/// As the user will see it: with square pixels, gray or R'G'B'. By way of 16 bits, since GStreamer's short ways from
/// Y'CbCr to R'G'B' of 8 darken pictures by 2 levels.
Sample converted(GstSample* picture, const std::stop_token& stop) {
  GstCaps* const caps = gst_sample_get_caps(picture);
  const std::string deep = G_BYTE_ORDER == G_LITTLE_ENDIAN ? "RGBA64_LE" : "RGBA64_BE";
  const Element pipeline = parse_pipeline(
      "appsrc name=source ! videoscale method=lanczos add-borders=false ! videoconvert dither=none ! "
      "video/x-raw,pixel-aspect-ratio=1/1,format=" +
      deep + " ! appsink name=sink");
  Sample sample = convert(pipeline.get(), gst_sample_get_buffer(picture), caps, stop);
  if (depth_of(caps) > 8) return sample;
  GstVideoInfo info;
  gst_video_info_from_caps(&info, gst_sample_get_caps(sample.get()));
  const Mapped mapped(gst_sample_get_buffer(sample.get()), info, GST_MAP_READ, "a picture cannot be mapped");
  const cv::Mat rgba(info.height, info.width, CV_16UC4, GST_VIDEO_FRAME_PLANE_DATA(&mapped.frame, 0));
  cv::Mat shallow;
  rgba.convertTo(shallow, CV_8U, 1.0 / 257);
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_RGBx, static_cast<guint>(info.width),
                            static_cast<guint>(info.height));
  const Caps form(gst_video_info_to_caps(&info));
  const Buffer buffer(gst_buffer_new_memdup(shallow.data, shallow.total() * shallow.elemSize()));
  return Sample(gst_sample_new(buffer.get(), form.get(), nullptr, nullptr));
}

/// Times are rounded in many a container.
constexpr std::int64_t rounding = second / 2000;

/// The last picture that begins at a time or before, of those from so long before it on. Nothing where there is none.
std::optional<Glimpse> last_until(const fs::path& film, std::int64_t time, std::int64_t ahead, const Tell& tell,
                                  const std::stop_token& stop) {
  Decoding decoding(film, "", tell, stop);
  if (const auto duration = decoding.duration(); duration && time > *duration + second)
    throw Failure("it has no picture at " + clock_time(static_cast<double>(time) / GST_SECOND) + "; it is " +
                  seconds(*duration) + " long");
  decoding.begin(time - ahead);
  std::optional<Glimpse> last;
  while (std::optional<Glimpse> next = decoding.next()) {
    if (next->time > time + rounding && (last || time < ahead)) return last ? std::move(last) : std::move(next);
    if (next->time > time + rounding) return std::nullopt;
    last = std::move(next);
  }
  return last;
}

void tell_glimpse(const Tell& tell, const Glimpse& glimpse) {
  const Owned<gchar> caps(gst_caps_to_string(gst_sample_get_caps(glimpse.picture.get())));
  GstBuffer* const buffer = gst_sample_get_buffer(glimpse.picture.get());
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  tell([&](Json& json) { json.text("caps", caps.get()).integer("time", glimpse.time); }, bytes);
}

void tell_picture_at(const fs::path& film, std::int64_t time, const Tell& tell, const std::stop_token& stop) {
  for (const std::int64_t ahead : {second, 10 * second, 100 * second, time + second})
    if (std::optional<Glimpse> found = last_until(film, time, ahead, tell, stop)) {
      found->picture = converted(found->picture.get(), stop);
      return tell_glimpse(tell, *found);
    }
  throw Failure("none of its pictures could be decoded");
}

/// Finds shots in small pictures.
class Shots {
 public:
  Shots(std::size_t most, const Tell& tell) : most_(most), tell_(tell) {}

  void look(Glimpse glimpse) {
    GstVideoInfo info;
    gst_video_info_from_caps(&info, gst_sample_get_caps(glimpse.picture.get()));
    const Mapped mapped(gst_sample_get_buffer(glimpse.picture.get()), info, GST_MAP_READ, "a picture cannot be mapped");
    const cv::Mat rgb(info.height, info.width, CV_8UC3, GST_VIDEO_FRAME_PLANE_DATA(&mapped.frame, 0),
                      static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&mapped.frame, 0)));
    cv::Mat gray, lightness;
    cv::cvtColor(rgb, gray, cv::COLOR_RGB2GRAY);
    cv::resize(gray, lightness, {}, 0.5, 0.5, cv::INTER_AREA);  // enough to see a cut, and quick
    lightness.convertTo(lightness, CV_32F, 100.0 / 255);
    const bool is_cut = shot_.see(lightness, Settings{}.scene_threshold);
    cv::Scalar mean, deviation;
    cv::meanStdDev(gray, mean, deviation);
    constexpr double least = 3;  // less are black, white and faded pictures, in which nothing is to be seen
    is_new_ = is_new_ || is_cut;
    if (!is_new_ || deviation[0] < least) return;
    is_new_ = false;
    found_.push_back(std::move(glimpse));
  }

  /// Those that were found, or of too many evenly chosen ones.
  void tell() const {
    const std::size_t count = std::min(most_, found_.size());
    for (std::size_t i = 0; i < count; ++i) tell_glimpse(tell_, found_[i * found_.size() / count]);
  }

 private:
  std::size_t most_;
  const Tell& tell_;
  Shot shot_;
  bool is_new_ = true;
  std::vector<Glimpse> found_;
};

void tell_shots(const fs::path& film, std::size_t most, int side, const Tell& tell, const std::stop_token& stop) {
  const std::string size = std::to_string(side);
  const std::string small =
      "videoscale ! videoconvert dither=none ! video/x-raw,format=RGB,pixel-aspect-ratio=1/1,width=[1," + size +
      "],height=[1," + size + "] ! ";
  Decoding decoding(film, small, tell, stop);
  Shots shots(most, tell);
  constexpr std::int64_t short_enough = 60 * second;
  const std::int64_t length = decoding.duration().value_or(0);
  decoding.begin(0);
  std::optional<Glimpse> first = decoding.next();
  if (!first) throw Failure("none of its pictures could be decoded");
  if (length <= short_enough) {
    for (std::optional<Glimpse> glimpse = std::move(first); glimpse; glimpse = decoding.next())
      shots.look(std::move(*glimpse));
  } else {
    const std::int64_t distance = length / static_cast<std::int64_t>(2 * most);
    std::int64_t last = first->time;
    shots.look(std::move(*first));
    for (std::int64_t time = distance; time < length; time += distance) {
      if (time <= last) continue;
      decoding.go_to(time, static_cast<GstSeekFlags>(GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE));
      std::optional<Glimpse> glimpse = decoding.next();
      if (!glimpse) break;
      if (glimpse->time <= last) continue;  // the same keyframe
      last = glimpse->time;
      shots.look(std::move(*glimpse));
    }
  }
  shots.tell();
}

/// What the process tells.
std::vector<Glimpse> glimpses(std::vector<std::string> arguments, const std::stop_token& stop) {
  std::vector<Glimpse> found;
  run_apart(std::move(arguments), "took pictures out of it", stop,
            [&](const JsonValue& news, const std::string& bytes) {
              if (!news.has("caps")) return;
              const Caps caps(gst_caps_from_string(news.at("caps").text().c_str()));
              const Buffer buffer(gst_buffer_new_memdup(bytes.data(), bytes.size()));
              found.push_back(
                  {Sample(gst_sample_new(buffer.get(), caps.get(), nullptr, nullptr)), news.at("time").integer()});
            });
  return found;
}

}  // namespace

Glimpse glimpse_at(const fs::path& film, std::int64_t time, const std::stop_token& stop) {
  std::vector<Glimpse> found = glimpses({"--glimpse", film.string(), std::to_string(time)}, stop);
  if (found.empty()) throw Failure("none of its pictures could be decoded");
  return std::move(found.front());
}

std::vector<Glimpse> glimpses_of_shots(const fs::path& film, std::size_t most, int side, const std::stop_token& stop) {
  return glimpses({"--glimpse", film.string(), std::to_string(most), std::to_string(side)}, stop);
}

int glimpse(int argc, char** argv, const std::stop_token& stop) {
  guint64 number = 0, side = 0;
  if (argc < 3 || argc > 4 || !g_ascii_string_to_unsigned(argv[2], 10, 0, G_MAXINT64, &number, nullptr) ||
      (argc == 4 && !g_ascii_string_to_unsigned(argv[3], 10, 16, 4096, &side, nullptr)))
    throw UsageError("--glimpse takes a film and a time in nanoseconds, or how many pictures and how large");
  return tell_apart([&](const Tell& tell) {
    argc == 4 ? tell_shots(argv[1], number, static_cast<int>(side), tell, stop)
              : tell_picture_at(argv[1], static_cast<std::int64_t>(number), tell, stop);
  });
}

}  // namespace colorize::command
