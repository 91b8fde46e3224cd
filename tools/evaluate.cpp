// SPDX-License-Identifier: LGPL-2.1-or-later
#include "evaluate.h"

#include <gst/video/video.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "pipeline.h"
#include "report.h"

namespace colorize {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A frame to be read, as long as this is.
class Mapped {
 public:
  Mapped(GstPad* pad, GstBuffer* buffer) {
    GstCaps* caps = gst_pad_get_current_caps(pad);
    GstVideoInfo info;
    mapped_ = caps && gst_video_info_from_caps(&info, caps) && gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ);
    if (caps) gst_caps_unref(caps);
    if (!mapped_) throw Failure("a frame cannot be read");
  }
  ~Mapped() {
    if (mapped_) gst_video_frame_unmap(&frame);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;

  GstVideoFrame frame;

 private:
  bool mapped_ = false;
};

struct UnrefBuffer {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};
using Buffer = std::unique_ptr<GstBuffer, UnrefBuffer>;
using Pad = std::unique_ptr<GstPad, Unref>;

/// One file in play. All of it happens in one thread, so that nothing else runs beside the element while it is timed.
class Play {
 public:
  Play(GstElement* pipeline, Evaluation& evaluation) : evaluation_(evaluation) {
    watch(pipeline, "gray", "sink", [](GstPad*, GstPadProbeInfo* info, gpointer self) {
      static_cast<Play*>(self)->truth_.reset(gst_buffer_ref(GST_PAD_PROBE_INFO_BUFFER(info)));
      return GST_PAD_PROBE_OK;
    });
    watch(pipeline, "colorize", "sink", [](GstPad*, GstPadProbeInfo*, gpointer self) {
      static_cast<Play*>(self)->began_ = Clock::now();
      return GST_PAD_PROBE_OK;
    });
    watch(pipeline, "colorize", "src", [](GstPad* pad, GstPadProbeInfo* info, gpointer self) {
      const double milliseconds = 1000 * seconds_since(static_cast<Play*>(self)->began_);
      try {
        static_cast<Play*>(self)->measure(pad, GST_PAD_PROBE_INFO_BUFFER(info), milliseconds);
      } catch (const std::exception& error) {
        GstElement* element = gst_pad_get_parent_element(pad);
        GST_ELEMENT_ERROR(element, STREAM, FAILED, ("%s", error.what()), (NULL));
        gst_object_unref(element);
        return GST_PAD_PROBE_DROP;
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

  void measure(GstPad* pad, GstBuffer* buffer, double milliseconds) {
    const Mapped truth(pad, truth_.get()), colorized(pad, buffer);
    const GstClockTime time = GST_BUFFER_PTS(buffer);
    const double seconds = GST_CLOCK_TIME_IS_VALID(time) ? static_cast<double>(time) / GST_SECOND : 0;
    evaluation_.add(truth.frame, colorized.frame, seconds, milliseconds);
    ++frames_;
  }

  Evaluation& evaluation_;
  Buffer truth_;
  Clock::time_point began_;
  std::atomic<std::uint64_t> frames_ = 0;
};

struct Options {
  std::vector<std::filesystem::path> files;
  std::vector<std::pair<std::string, std::string>> properties;
  int frames = 0;  ///< at most so many of each film; 0: all
  bool json = false;
  std::string html, detector;
};

/// Plays one file and measures it. Throws Failure; an interruption ends it early.
Figures evaluate_file(const std::string& file, const Options& options, Gallery& gallery, Detector* detector) {
  // The picture stands upright, as people see it and as the network learned to.
  const Element pipeline = parse_pipeline(
      "filesrc name=file ! decodebin expose-all-streams=false caps=video/x-raw(ANY) ! videoconvert "
      "! videoflip video-direction=auto ! videoconvert ! video/x-raw,format={I420,Y42B,Y444} "
      "! identity name=frames ! videobalance name=gray saturation=0 ! colorize name=colorize ! fakesink sync=false");
  const Element source(gst_bin_get_by_name(GST_BIN(pipeline.get()), "file"));
  g_object_set(source.get(), "location", file.c_str(), nullptr);
  const Element limit(gst_bin_get_by_name(GST_BIN(pipeline.get()), "frames"));
  if (options.frames) g_object_set(limit.get(), "eos-after", options.frames, nullptr);
  const Element element(gst_bin_get_by_name(GST_BIN(pipeline.get()), "colorize"));
  for (const auto& [name, value] : options.properties)
    gst_util_set_object_arg(G_OBJECT(element.get()), name.c_str(), value.c_str());

  Evaluation evaluation(file, gallery, detector);
  Play play(pipeline.get(), evaluation);
  const auto start = Clock::now();
  const bool watched = isatty(STDERR_FILENO);
  const auto show = [&] {
    if (watched)
      std::fprintf(stderr, "\r\033[K%s: %llu frames, %.1f fps", file.c_str(),
                   static_cast<unsigned long long>(play.frames()),
                   static_cast<double>(play.frames()) / seconds_since(start));
  };
  try {
    Playing(pipeline.get()).run(show);
  } catch (const Interrupted&) {
  }
  if (watched) std::fprintf(stderr, "\r\033[K");
  Figures figures = evaluation.figures();
  figures.fps = static_cast<double>(figures.frames) / seconds_since(start);
  return figures;
}

}  // namespace

int evaluate(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) options.files.push_back(argv[i]);
  Report report;
  for (const auto& file : options.files) report.files.push_back(evaluate_file(file, options, report.gallery, nullptr));
  std::printf("%s", table_of(report).c_str());
  return 0;
}

}  // namespace colorize
