// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tracing.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <span>

#include "../gst/gstcolorizehints.h"
#include "colourreference.h"
#include "common/commandline.h"
#include "common/hints.h"
#include "common/json.h"
#include "common/mapped.h"
#include "common/pagehints.h"
#include "common/properties.h"
#include "hintfollower.h"
#include "shot.h"
#include "watching.h"
#include "workfolder.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t longest_way = 60 * GST_SECOND;
constexpr std::size_t longest_shot = 256 * 1000000;  // bytes of what is looked at

/// A frame of the shot as it is kept: a byte for each L*.
struct Kept {
  std::int64_t time;
  cv::Mat lightness;

  cv::Mat as_lightness() const {
    cv::Mat result;
    lightness.convertTo(result, CV_32F, 100.0 / 255);
    return result;
  }
};

/// The frames of the shot so far.
using Frames = std::deque<Kept>;

/// Keeps to a hint through frames that follow each other.
class Trace {
 public:
  Trace(const PlacedHint& hint, cv::Size picture)
      : hints_(std::make_shared<const std::vector<PlacedHint>>(1, hint)), picture_(picture) {}

  /// Where its thing is in the next frame, in pixels of its L*; nothing where it is not seen.
  std::optional<cv::Point2d> next(const cv::Mat& lightness) {
    constexpr double no_cut = 1;
    shot_.see(lightness, no_cut);
    follower_.follow(shot_, lightness, picture_, hints_, -1, [](auto...) { return std::array<float, 2>(); });
    if (follower_.planes().empty() || follower_.seen() == 0) return std::nullopt;
    const cv::Moments moments = cv::moments(follower_.planes().confidence);
    if (moments.m00 == 0) return std::nullopt;
    return cv::Point2d(moments.m10 / moments.m00, moments.m01 / moments.m00);
  }

 private:
  PlacedHints hints_;
  cv::Size picture_;
  Shot shot_;
  HintFollower follower_;
};

cv::Point2d in_picture(cv::Point2d at, cv::Size small, cv::Size picture) {
  return {(at.x + 0.5) * picture.width / small.width, (at.y + 0.5) * picture.height / small.height};
}

/// Where the thing of a hint that is placed in the last of the frames was in those before it, from that one on back, as
/// far as it is seen without a gap: what is found again behind one may be another. Pixels of the picture.
std::vector<cv::Point2d> way_back(const Frames& frames, const PlacedHint& hint, cv::Size picture) {
  std::vector<cv::Point2d> way;
  Trace trace(hint, picture);
  for (std::size_t i = frames.size(); i-- > 0;) {
    const cv::Mat lightness = frames[i].as_lightness();
    const auto at = trace.next(lightness);
    if (!at) break;
    way.push_back(in_picture(*at, lightness.size(), picture));
  }
  return way;
}

/// Whether a hint that is placed so many frames before the last one, there, is where it was said to be in the last one.
bool arrives(const Frames& frames, std::size_t before, cv::Point2d at, PlacedHint hint, cv::Size picture) {
  const cv::Point2d said(hint.x.of(picture.width), hint.y.of(picture.height));
  hint.x = {at.x, false};
  hint.y = {at.y, false};
  Trace trace(hint, picture);
  for (std::size_t i = frames.size() - 1 - before; i < frames.size(); ++i) {
    const cv::Mat lightness = frames[i].as_lightness();
    const auto now = trace.next(lightness);
    if (i + 1 < frames.size()) continue;
    const double near = std::max(hint.radius.of(picture.width), 3.0 * picture.width / lightness.cols);
    return now && cv::norm(in_picture(*now, lightness.size(), picture) - said) <= near;
  }
  return false;
}

PlacedHint parsed(const std::string& line) { return gst_colorize_parse_hints(line, FALSE)->front(); }

/// The line by which a hint, placed in the last of the frames, holds from as far back as the way there and the way from
/// there on agree.
std::string traced(const std::string& line, const Frames& frames, cv::Size picture) {
  const PlacedHint said = parsed(line), hint{.x = said.x, .y = said.y, .radius = said.radius};
  const std::vector<cv::Point2d> way = way_back(frames, hint, picture);
  std::size_t sure = 0;
  for (std::size_t unsure = way.size(), next = way.empty() ? 0 : way.size() - 1; sure + 1 < unsure;
       next = (sure + unsure) / 2)
    (arrives(frames, next, way[next], hint, picture) ? sure : unsure) = next;
  if (sure == 0) return line;
  return hint_elsewhere(line, frames[frames.size() - 1 - sure].time, way[sure].x, way[sure].y);
}

struct Pending {
  std::int64_t time;
  std::string line;
  bool of_scene;
};

/// What is asked of the process.
struct Question {
  std::vector<Pending> hints{};  ///< in order
  Properties network{};          ///< properties by which the network is known
  double scene_threshold = 0;
  fs::path folder{};
};

/// A picture in the colours that the network gives it with these hints, R'G'B' of 8 bits.
Sample coloured(GstSample* picture, const std::string& hints, const Properties& network, const std::stop_token& stop) {
  const std::string side = std::to_string(Reference::longest_side);
  const Element pipeline = parse_pipeline("appsrc name=source ! videoscale add-borders=false ! video/x-raw,width=[1," +
                                          side + "],height=[1," + side +
                                          "] ! colorize name=colour reference=none ! videoconvert dither=none ! "
                                          "video/x-raw,format=RGB ! appsink name=sink");
  GstElement* const colour = element_of(pipeline.get(), "colour");
  set_properties(colour, network);
  g_object_set(colour, "hints", hints.c_str(), nullptr);
  return convert(pipeline.get(), gst_sample_get_buffer(picture), gst_sample_get_caps(picture), stop);
}

/// Of what hints change in a picture, a picture with alpha, in `file`. Nothing is written where that is nothing.
void write_key(GstSample* picture, const std::string& hints, const Question& question, const fs::path& file,
               const std::stop_token& stop) {
  const Sample with = coloured(picture, hints, question.network, stop);
  const Sample without = coloured(picture, "", question.network, stop);
  GstVideoInfo info;
  gst_video_info_from_caps(&info, gst_sample_get_caps(with.get()));
  const auto pixels = [&](const Mapped& mapped) {
    return cv::Mat(info.height, info.width, CV_8UC3, GST_VIDEO_FRAME_PLANE_DATA(&mapped.frame, 0),
                   static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&mapped.frame, 0)));
  };
  constexpr const char* otherwise = "a picture cannot be mapped";
  const Mapped hinted(gst_sample_get_buffer(with.get()), info, GST_MAP_READ, otherwise);
  const Mapped plain(gst_sample_get_buffer(without.get()), info, GST_MAP_READ, otherwise);
  cv::Mat changes, alpha;
  cv::absdiff(pixels(hinted), pixels(plain), changes);
  cv::reduce(changes.reshape(1, static_cast<int>(changes.total())), alpha, 1, cv::REDUCE_MAX);
  constexpr double least = 8, most = 24;  // codes: less is the network's own wavering, more is meant
  alpha.convertTo(alpha, CV_8U, 255 / (most - least), -255 * least / (most - least));
  if (cv::countNonZero(alpha) == 0) return;
  cv::Mat rgba;
  cv::merge(std::array{pixels(hinted).clone(), alpha.reshape(1, info.height)}, rgba);
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_RGBA, static_cast<guint>(rgba.cols), static_cast<guint>(rgba.rows));
  const Caps caps(gst_video_info_to_caps(&info));
  const Buffer buffer(gst_buffer_new_memdup(rgba.data, rgba.total() * rgba.elemSize()));
  const Element encoder = parse_pipeline("appsrc name=source ! pngenc ! appsink name=sink");
  const Sample png = convert(encoder.get(), buffer.get(), caps.get(), stop);
  GstBuffer* const encoded = gst_sample_get_buffer(png.get());
  std::string bytes(gst_buffer_get_size(encoded), '\0');
  gst_buffer_extract(encoded, 0, bytes.data(), bytes.size());
  write_text(file, bytes);
}

/// The name of such a picture begins with its time, as references' do.
std::string name_of_key(std::int64_t time, const std::string& hints) {
  const Owned<gchar> digest(g_compute_checksum_for_string(G_CHECKSUM_SHA256, hints.c_str(), -1));
  const auto milliseconds = time / GST_MSECOND;
  const Owned<gchar> name(g_strdup_printf("%" G_GINT64_FORMAT ".%03ds-%.16s.png", milliseconds / 1000,
                                          static_cast<int>(milliseconds % 1000), digest.get()));
  return name.get();
}

/// The hints that are placed in one frame.
class Placed {
 public:
  /// `begin_of_scene`: of the scene that the frame lies in.
  Placed(std::span<const Pending> hints, const Frames& frames, const WatchedFrame& frame,
         const std::function<std::int64_t()>& begin_of_scene, const Question& question, const std::stop_token& stop) {
    std::string lines;
    for (const Pending& hint : hints) {
      if (hint.of_scene) {
        const std::int64_t begin = begin_of_scene();
        traced_.push_back({.said = hint.line, .from = hint_from(hint.line, begin), .begin = begin});
        has_scene_ = true;
        continue;
      }
      traced_.push_back({hint.line, traced(hint.line, frames, frame.size)});
      if (parsed(hint.line).kind == PlacedHint::Kind::colour)
        lines += hints_in_shares(rewritten(hint.line, "{}"), frame.size.width, frame.size.height);
    }
    if (lines.empty()) return;
    const std::string name = name_of_key(frame.time, lines);
    write_key(frame.picture.get(), lines, question, question.folder / name, stop);
    if (!fs::exists(question.folder / name)) return;
    for (TracedHint& hint : traced_) {
      hint.key = name;
      hint.begin = frames.front().time;
    }
  }

  /// Whether the end of their shot has to be known.
  bool has_scene() const { return has_scene_; }

  /// Tells of them, at the end of their shot.
  void tell(const Tell& tell, std::int64_t end) const {
    for (const TracedHint& hint : traced_)
      tell(
          [&](Json& json) {
            json.text("said", hint.said).text("from", hint.from).text("key", hint.key);
            json.integer("begin", hint.begin).integer("end", end);
          },
          {});
  }

 private:
  std::vector<TracedHint> traced_;
  bool has_scene_ = false;
};

/// When the scene that the frame of a time lies in begins. Most are short, so it is looked for ever farther back.
std::int64_t begin_of_scene(const fs::path& film, std::int64_t time, const Question& question, const Tell& tell,
                            const std::stop_token& stop) {
  for (std::int64_t way = 2 * longest_way;; way *= 2) {
    Watching watching(film, question.scene_threshold, tell, stop);
    watching.begin(time - way);
    std::optional<std::int64_t> begin;
    for (auto frame = watching.next(); frame && frame->time <= time; frame = watching.next())
      if (frame->begins_scene) begin = frame->time;
    if (begin || way >= time) return begin.value_or(time);
  }
}

/// Goes through the film once more from before the first of the hints to the end of the last one's shot.
void trace(const fs::path& film, const Question& question, const Tell& tell, const std::stop_token& stop) {
  Watching watching(film, question.scene_threshold, tell, stop);
  watching.begin(question.hints.front().time - longest_way);
  Frames frames;
  std::vector<Placed> open;           // those of this shot
  std::optional<std::int64_t> begin;  // of this shot
  auto hint = question.hints.begin();
  std::int64_t last = 0, end = 0;
  const auto close = [&](std::int64_t end_of_shot) {
    for (const Placed& placed : open) placed.tell(tell, end_of_shot);
    open.clear();
  };
  while (hint != question.hints.end() || !open.empty()) {
    const std::optional<WatchedFrame> frame = watching.next();
    if (!frame) break;
    if (frame->begins_scene) {
      close(frame->time);
      frames.clear();
      begin = frame->time;
    }
    Kept kept{frame->time, {}};
    frame->lightness.convertTo(kept.lightness, CV_8U, 255.0 / 100);
    if (!frames.empty() && frames.back().lightness.size() != kept.lightness.size()) frames.clear();
    frames.push_back(kept);
    while (frames.front().time < frame->time - longest_way || frames.size() * kept.lightness.total() > longest_shot)
      frames.pop_front();
    const auto after = std::find_if(hint, question.hints.end(), [&](const Pending& h) { return h.time > frame->time; });
    if (hint != after) {
      const auto known_begin = [&] {
        if (!begin) begin = begin_of_scene(film, frame->time, question, tell, stop);
        return *begin;
      };
      open.emplace_back(std::span(hint, after), frames, *frame, known_begin, question, stop);
      last = frame->time;
    }
    hint = after;
    if (hint == question.hints.end() && frame->time - last > longest_way &&
        std::ranges::none_of(open, &Placed::has_scene))
      break;
    end = frame->time;
  }
  close(std::max(last + longest_way, end + GST_SECOND));
}

}  // namespace

std::vector<TracedHint> trace_hints(const fs::path& film, const Properties& properties, const fs::path& folder,
                                    const std::vector<TracedHint>& known, const std::stop_token& stop) {
  std::vector<TracedHint> result;
  std::vector<Pending> pending;
  const std::vector<HintLine> lines = hints_of(properties);
  // A picture is of all hints of its frame: where one of them went, it says too much.
  const auto holds = [&](const TracedHint& hint) {
    return hint.key.empty() || std::ranges::all_of(known, [&](const TracedHint& other) {
             return other.key != hint.key || std::ranges::count(lines, other.said, &HintLine::text) > 0;
           });
  };
  for (const auto& [line, time, of_scene] : lines) {
    auto found = std::ranges::find(known, line, &TracedHint::said);
    if (found != known.end() && !holds(*found)) found = known.end();
    result.push_back(found != known.end() ? *found : TracedHint{.said = line, .from = line});
    if (found == known.end() && time) pending.push_back({*time, line, of_scene});
  }
  std::ranges::stable_sort(pending, {}, &Pending::time);
  const Element colorize = make_colorize();
  set_properties(colorize.get(), properties);
  double scene_threshold = 0;
  g_object_get(colorize.get(), "scene-threshold", &scene_threshold, nullptr);

  // Not all hours between two hints are decoded, and an argument has at most 128 KiB.
  constexpr std::size_t most_bytes = 64 * 1024;
  for (auto hint = pending.begin(); hint != pending.end();) {
    Json question;
    question.object().number("scene-threshold", scene_threshold).text("folder", folder.string()).object("network");
    for (const auto& [name, value] : properties)
      if (name == "model" || name == "engine" || name == "inference-size") question.text(name.c_str(), value);
    question.end_object().array("hints");
    std::size_t bytes = 0;
    const std::int64_t* last = nullptr;
    for (; hint != pending.end() && bytes < most_bytes && (!last || hint->time - *last <= longest_way); ++hint) {
      question.text(nullptr, hint->line);
      bytes += hint->line.size();
      last = &hint->time;
    }
    run_apart({"--trace-hints", film.string(), question.end_array().end_object().line()}, "followed hints back", stop,
              [&](const JsonValue& news, const std::string&) {
                if (!news.has("said")) return;
                const auto said = std::ranges::find(result, news.at("said").text(), &TracedHint::said);
                if (said == result.end()) return;
                said->from = news.at("from").text();
                said->key = news.at("key").text();
                said->begin = news.at("begin").integer();
                said->end = news.at("end").integer();
              });
  }
  return result;
}

int trace_hints(int argc, char** argv, const std::stop_token& stop) {
  if (argc != 3) throw UsageError("--trace-hints takes a film, and what is asked of it as JSON");
  return tell_apart([&](const Tell& tell) {
    const JsonValue json = JsonValue::parse(argv[2]);
    Question question{.scene_threshold = json.at("scene-threshold").number(), .folder = json.at("folder").text()};
    for (const std::string& name : json.at("network").keys())
      question.network.emplace_back(name, json.at("network").at(name).text());
    for (const JsonValue& line : json.at("hints").elements())
      for (const auto& [text, time, of_scene] : hints_of({{"hints", line.text()}}))
        question.hints.push_back({time.value_or(0), text, of_scene});
    if (!question.hints.empty()) trace(argv[1], question, tell, stop);
  });
}

}  // namespace colorize::command
