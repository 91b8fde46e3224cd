// SPDX-License-Identifier: LGPL-2.1-or-later
#include "evaluate.h"

#include <gst/video/video.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

#include "common/commandline.h"
#include "common/content.h"
#include "common/hints.h"
#include "common/mapped.h"
#include "common/pipeline.h"
#include "common/properties.h"
#include "common/terminal.h"
#include "common/words.h"
#include "file.h"
#include "findings.h"
#include "points.h"
#include "still/metadata.h"
#include "still/still.h"
#include "stopwatch.h"

namespace colorize::command {

namespace {

/// One file in play. All of it happens in one thread, so that nothing else runs beside the element while it is timed.
class Play {
 public:
  /// Called with the first frame's truth and its time in the stream, s, before that frame goes in. May be empty.
  using Prepare = std::function<void(const GstVideoFrame&, double)>;

  Play(GstElement* pipeline, Evaluation& evaluation, int limit, Prepare prepare)
      : evaluation_(evaluation), limit_(limit), prepare_(std::move(prepare)) {
    watch(pipeline, "gray", "sink", [](GstPad*, GstPadProbeInfo* info, gpointer self) {
      static_cast<Play*>(self)->truth_.reset(gst_buffer_ref(GST_PAD_PROBE_INFO_BUFFER(info)));
      return GST_PAD_PROBE_OK;
    });
    watch(pipeline, "colorize", "sink", [](GstPad* pad, GstPadProbeInfo* info, gpointer self) {
      auto* play = static_cast<Play*>(self);
      try {
        play->prepare(pad, GST_PAD_PROBE_INFO_BUFFER(info));
      } catch (const std::exception& error) {
        return post(pad, error);
      }
      play->began_ = Stopwatch();
      return GST_PAD_PROBE_OK;
    });
    watch(pipeline, "colorize", "src", [](GstPad* pad, GstPadProbeInfo* info, gpointer self) {
      const double milliseconds = 1000 * static_cast<Play*>(self)->began_.seconds();
      try {
        static_cast<Play*>(self)->measure(pad, GST_PAD_PROBE_INFO_BUFFER(info), milliseconds);
      } catch (const std::exception& error) {
        return post(pad, error);
      }
      return GST_PAD_PROBE_OK;
    });
  }

  std::uint64_t frames() const { return frames_; }

 private:
  void watch(GstElement* pipeline, const char* name, const char* pad_name, GstPadProbeCallback callback) {
    const Element element(gst_bin_get_by_name(GST_BIN(pipeline), name));
    const Pad pad(gst_element_get_static_pad(element.get(), pad_name));
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, callback, this, nullptr);
  }

  static GstVideoInfo info_of(GstPad* pad) {
    const Caps caps(gst_pad_get_current_caps(pad));
    GstVideoInfo info;
    if (!caps || !gst_video_info_from_caps(&info, caps.get())) throw Failure(unread);
    return info;
  }

  void prepare(GstPad* pad, GstBuffer* buffer) {
    if (!prepare_) return;
    GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
    if (!event) throw Failure(unread);
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event, &segment);
    const GstClockTime time = segment->format == GST_FORMAT_TIME
                                  ? gst_segment_to_stream_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer))
                                  : GST_CLOCK_TIME_NONE;
    gst_event_unref(event);
    const Mapped truth(truth_.get(), info_of(pad), GST_MAP_READ, unread);
    std::exchange(prepare_, nullptr)(truth.frame,
                                     GST_CLOCK_TIME_IS_VALID(time) ? static_cast<double>(time) / GST_SECOND : 0);
  }

  void measure(GstPad* pad, GstBuffer* buffer, double milliseconds) {
    if (limit_ > 0 && frames_ == static_cast<std::uint64_t>(limit_))
      return;  // decoders give what they hold after the end
    const GstVideoInfo info = info_of(pad);
    const Mapped truth(truth_.get(), info, GST_MAP_READ, unread), colorized(buffer, info, GST_MAP_READ, unread);
    const GstClockTime time = GST_BUFFER_PTS(buffer);
    const double seconds = GST_CLOCK_TIME_IS_VALID(time) ? static_cast<double>(time) / GST_SECOND : 0;
    if (frames_ == 0) first_ = seconds;  // many films do not begin at 0
    evaluation_.add(truth.frame, colorized.frame, seconds - first_, milliseconds);
    ++frames_;
  }

  static constexpr const char* unread = "a frame cannot be read";

  Evaluation& evaluation_;
  int limit_;
  Prepare prepare_;  ///< nothing once it was called
  double first_ = 0;
  Buffer truth_;
  Stopwatch began_;  ///< with the last frame that went in
  std::atomic<std::uint64_t> frames_ = 0;
};

/// A line on the terminal that tells how far a file is, as long as this is.
class Counter {
 public:
  explicit Counter(const std::string& name) : name_(shown(name)) {}
  ~Counter() {
    if (shown_) std::fputs(clear, stderr);
  }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  double seconds() const { return watch_.seconds(); }

  void show(std::uint64_t frames) const {
    if (shown_)
      std::fprintf(stderr, "%s%s: %s frames, %s a second", clear, name_.c_str(), std::to_string(frames).c_str(),
                   decimal(static_cast<double>(frames) / seconds(), 1).c_str());
  }

 private:
  static constexpr const char* clear = "\r\033[K";

  std::string name_;
  Stopwatch watch_;
  bool shown_ = isatty(STDERR_FILENO);
};

struct EvaluateOptions {
  std::vector<std::string> files;
  Properties properties;
  int frames = -1;  ///< at most so many of each film; -1: all
  int points = 0;   ///< of the truth's colour, given as hints
  bool json = false;
  std::string html, detector;
};

constexpr int most_points = 1000;

constexpr const char* summary =
    R"(Takes films and photographs in colour, makes them gray, colorizes them and compares them with what they were.

Examples:
  gst-colorize evaluate colour.mp4                          how good is it on material like mine?
  gst-colorize evaluate *.jpg --html report.html            a page with plots, the best and the worst pictures
  gst-colorize evaluate colour.mp4 --stability 0            what a property of the element brings
  gst-colorize evaluate *.jpg --points 1                    and a person's word on one place?
  gst-colorize evaluate a.mp4 b.mp4 --frames 250 --json     figures for programs)";

std::string measures_in_words() {
  std::string text = "Measures, each with gray's own figure as the floor:\n";
  for (const auto& info : measure_infos) text += std::string("  ") + info.label + "  " + info.meaning + "\n";
  text += "\nPapers that measure so:\n";
  for (const char* const* paper = papers; *paper; ++paper) text += std::string("  ") + *paper + "\n";
  return text +
         "\nOf photographs, the gain is told with the best warmth and tint as well: with the one a*b* that, added to "
         "the whole picture, brings its a*b* nearest to the truth's by squared error.\n"
         "\nExit status: 0 when all is done, 1 when something failed, 2 when the command line is wrong, 130 when "
         "interrupted.";
}

/// Throws UsageError. Returns nothing where only help was wanted.
std::optional<EvaluateOptions> read_evaluate_options(int argc, char** argv) {
  EvaluateOptions options;
  gboolean json = FALSE;
  gchar *html = nullptr, *detector = nullptr, **files = nullptr;
  const auto text = [](auto& to) { return static_cast<gpointer>(&to); };
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the figures as JSON instead of a table", nullptr},
      {"html", 0, 0, G_OPTION_ARG_FILENAME, text(html), "Write a page with plots and pictures as well", "FILE"},
      {"frames", 0, 0, G_OPTION_ARG_INT, &options.frames, "At most so many frames of each film; default all", "NUMBER"},
      {"points", 0, 0, G_OPTION_ARG_INT, &options.points,
       "Give so many places' true colour as hints, of each photograph and of each film's first frame; default 0",
       "NUMBER"},
      {"detector", 0, 0, G_OPTION_ARG_FILENAME, text(detector),
       "Count the objects that are recognised by this network as well: a YOLOv5, YOLOv8 or classifier in ONNX", "FILE"},
      {}};
  const GOptionEntry rest[] = {{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, text(files), nullptr, nullptr},
                               {}};
  const std::string end = measures_in_words();
  const auto context = option_context("FILE ...", summary, end.c_str());
  add_options(context.get(), "evaluation", "Evaluation:", entries);
  g_option_context_add_main_entries(context.get(), rest, nullptr);
  const bool wanted = parse_with_properties(context.get(), argc, argv, options.properties);
  for (gchar** file = files; file && *file; ++file) options.files.emplace_back(*file);
  if (html) options.html = html;
  if (detector) options.detector = detector;
  options.json = json;
  const Owned<gchar> owned[] = {Owned<gchar>(html), Owned<gchar>(detector)};
  const Owned<gchar*> owned_files(files);
  if (!wanted) return std::nullopt;
  if (options.files.empty())
    throw UsageError("there is no file to evaluate; name one, as in 'gst-colorize evaluate colour.mp4'");
  if (options.frames == 0 || options.frames < -1) throw UsageError("--frames takes a whole number from 1 on");
  if (options.points < 0 || options.points > most_points)
    throw UsageError("--points takes a whole number from 0 to " + std::to_string(most_points));
  return options;
}

/// These and the user's hints.
Properties with_hints(const Properties& properties, const std::string& lines) {
  Properties result = properties;
  add_lines("hints", lines, result);
  return result;
}

/// Plays one file and measures it. `number`: of the file, which decides where its points are. Throws Failure; an
/// interruption ends it early.
Figures evaluate_file(const std::string& file, const std::string& name, const EvaluateOptions& options, unsigned number,
                      Gallery& gallery, Detector* detector, const std::stop_token& stop) {
  std::error_code error;
  const auto kind = std::filesystem::status(file, error).type();
  if (kind == std::filesystem::file_type::not_found) throw Failure("there is no such file");
  if (error) throw Failure("cannot be read: " + error.message());
  if (kind == std::filesystem::file_type::directory) throw Failure("is a folder; name the films and photographs in it");
  // The picture stands upright, as people see it and as the network learned to. Films tell how by a tag; GStreamer
  // reads that of few photographs.
  const bool still = look_at(file).content == Content::still;
  std::string source = "filesrc name=source ! decodebin expose-all-streams=false caps=video/x-raw(ANY)";
  std::string direction = "auto";
  Sample picture;
  if (still) {
    Upright upright = decode_still(file, stop);
    source = "appsrc name=source";
    direction = upright.direction;
    picture = std::move(upright.picture);
  }
  const Element pipeline = parse_pipeline(
      source + " ! videoconvert ! videoflip video-direction=" + direction +
      " ! videoconvert ! video/x-raw,format={I420,Y42B,Y444} "
      "! identity name=limit ! videobalance name=gray saturation=0 ! colorize name=colorize ! fakesink sync=false");
  const auto part = [&](const char* name) { return Element(gst_bin_get_by_name(GST_BIN(pipeline.get()), name)); };
  if (!still) g_object_set(part("source").get(), "location", file.c_str(), nullptr);
  g_object_set(part("limit").get(), "eos-after", options.frames, nullptr);
  set_properties(part("colorize").get(), options.properties);

  const auto give_points = [&](const GstVideoFrame& truth, double seconds) {
    const std::string lines =
        points_of(bgr_of(truth), options.points, number, still ? std::nullopt : std::optional(seconds));
    Properties hints = with_hints(options.properties, lines);
    std::erase_if(hints, [](const auto& property) { return property.first != "hints"; });  // the network stays
    set_properties(part("colorize").get(), hints);
  };
  Evaluation evaluation(name, gallery, detector, still);
  Play play(pipeline.get(), evaluation, options.frames, options.points ? Play::Prepare(give_points) : nullptr);
  const Counter counter(name);
  try {
    if (still) feed(pipeline.get(), gst_sample_get_buffer(picture.get()), gst_sample_get_caps(picture.get()));
    Playing(pipeline.get(), stop).run([&] { counter.show(play.frames()); });
  } catch (const Interrupted&) {
  } catch (const Failure& failure) {
    throw Failure(play.frames() ? failure.what() : std::string("no picture in it can be decoded: ") + failure.what());
  }
  Figures figures = evaluation.figures();
  figures.file = file;
  figures.fps = static_cast<double>(figures.frames) / counter.seconds();
  if (figures.frames == 0 && !stop.stop_requested()) throw Failure("has no picture");
  // Rounding and noise make less of a film that was gray, and even a dark and pale one in colour has more.
  if (figures.true_chroma < 2 && !stop.stop_requested())
    throw Failure("has no colour to compare with (mean chroma " + fixed(figures.true_chroma, 2) + ")");
  return figures;
}

/// What to call each file: its path without the folders that all have in common.
std::vector<std::string> names_of(const std::vector<std::string>& files) {
  const auto inside = [](const std::string& file, const std::filesystem::path& folder) {
    const std::string rest = std::filesystem::path(file).lexically_relative(folder).string();
    return rest.starts_with("..") ? "" : rest;
  };
  std::filesystem::path folder = std::filesystem::path(files.front()).parent_path();
  for (const std::string& file : files)
    while (folder.has_relative_path() && inside(file, folder).empty()) folder = folder.parent_path();
  std::vector<std::string> names;
  for (const std::string& file : files) names.push_back(inside(file, folder).empty() ? file : inside(file, folder));
  return names;
}

void complain(const std::string& what) { std::fprintf(stderr, "gst-colorize: %s\n", shown(what).c_str()); }

bool write_page(const std::string& file, const Findings& findings) try {
  const std::string page = html_of(findings);
  Owned<GError> error;
  if (g_file_set_contents(file.c_str(), page.data(), static_cast<gssize>(page.size()), out(error))) return true;
  complain(error->message);
  return false;
} catch (const Failure& failure) {
  complain(file + ": " + failure.what());
  return false;
}

std::optional<Detector> detector_of(const EvaluateOptions& options) try {
  return options.detector.empty() ? std::nullopt : std::make_optional<Detector>(options.detector);
} catch (const Failure& failure) {
  throw UsageError(failure.what());
}

/// Throws Failure or UsageError where nothing can be begun, and Interrupted after the report on what was done.
int evaluate_files(const EvaluateOptions& options, const std::stop_token& stop) {
  try_properties(options.points ? with_hints(options.properties, line_of_hint("0,0=gray")) : options.properties);
  std::optional<Detector> detector = detector_of(options);
  Findings findings;
  findings.settings = options.properties;
  findings.points = options.points;
  int status = all_done;
  const std::vector<std::string> names = names_of(options.files);
  for (std::size_t i = 0; i < names.size(); ++i) {
    try {
      Gallery gallery = findings.gallery;  // a file that fails shall not hang in it
      Figures figures = evaluate_file(options.files[i], names[i], options, static_cast<unsigned>(i), gallery,
                                      detector ? &*detector : nullptr, stop);
      if (figures.frames) findings.files.push_back(std::move(figures));
      findings.gallery = std::move(gallery);
    } catch (const Failure& failure) {
      complain(options.files[i] + ": " + failure.what());
      status = some_failed;
    }
    if (stop.stop_requested()) break;
  }
  findings.whole = !stop.stop_requested();
  std::fputs(options.json ? json_of(findings).c_str() : table_of(findings).c_str(), stdout);
  if (!options.html.empty() && !findings.files.empty() && !write_page(options.html, findings)) status = some_failed;
  if (stop.stop_requested()) throw Interrupted();
  return status;
}

}  // namespace

int evaluate(int argc, char** argv, const std::stop_token& stop) {
  const auto options = read_evaluate_options(argc, argv);
  return options ? evaluate_files(*options, stop) : all_done;
}

}  // namespace colorize::command
