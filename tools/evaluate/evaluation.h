// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/video.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "detector.h"
#include "drift.h"
#include "flicker.h"
#include "gallery.h"
#include "measures.h"

namespace colorize::command {

/// What is measured of the truth, the colorized picture and gray, in the order of the reports.
enum Measure {
  u_error,
  v_error,
  u_ssim,
  v_ssim,
  uv_psnr,
  rgb_psnr,
  ciede,
  colour,
  flicker,
  drift,
  cdc,
  objects,
  n_measures
};

struct MeasureInfo {
  const char* key;    ///< in JSON
  const char* label;  ///< for people
  int digits;         ///< after the point
  const char* meaning;
};
extern const std::array<MeasureInfo, n_measures> measure_infos;

/// The papers that measure so; a line each, ended by a null.
extern const char* const papers[];

/// A figure for each measure; not a number where there is none.
using Column = std::array<double, n_measures>;

/// Sums over a part of a film.
struct Moment {
  double seconds = 0, ciede = 0, gray_ciede = 0, chroma = 0, true_chroma = 0;
  int frames = 1;

  Moment& operator+=(const Moment& other);
};

/// What a film or a photograph came to.
struct Figures {
  std::string file, name;  ///< its path, and what to call it
  int width = 0, height = 0;
  std::uint64_t frames = 0;
  double frame_ms = 0, median_frame_ms = 0;  ///< in the element alone
  double fps = 0;                            ///< of everything, decoding and measuring too
  double true_chroma = 0;                    ///< mean distance of the truth's (a*, b*) from neutral
  double nearer = 0;                         ///< share of the frames that are nearer to the truth than gray is
  std::uint64_t objects_sought = 0;          ///< found in the truth
  Column truth{}, colorized{}, gray{};
  double warmth_tint_ciede = 0;  ///< with the best warmth and tint; not a number for films
  double warmth_tint_gain = 0;   ///< the gain with that
  std::vector<Moment> course;

  double gain() const { return 1 - colorized[ciede] / gray[ciede]; }
  double colour_share() const { return colorized[colour] / truth[colour]; }
};

/// A frame's B'G'R' (CV_8UC3), by GStreamer's converter, which knows matrices, ranges and the sites of chroma.
cv::Mat bgr_of(const GstVideoFrame& frame);

/// Means over files, each of the same weight; what a file does not have is left out.
Figures mean_of(const std::vector<Figures>& files);

/// Measures one film or photograph while it plays: running sums, however long it is.
class Evaluation {
 public:
  /// `detector` may be null. `still`: a photograph, which warmth and tint are tried on too.
  Evaluation(std::string name, Gallery& gallery, Detector* detector, bool still);

  /// A frame in its true colours and colorized: I420, Y42B or Y444 of one size. `seconds`: into the film;
  /// `milliseconds`: what the element took.
  void add(const GstVideoFrame& truth, const GstVideoFrame& colorized, double seconds, double milliseconds);

  Figures figures() const;

 private:
  /// A sum of so many, and the last of them.
  struct Mean {
    double sum = 0, last = 0;
    std::uint64_t count = 0;

    void add(double value);
    double value() const;
  };

  /// The truth, the result or gray: its last frame, and what was measured so far.
  struct Side {
    cv::Mat bgr, lab, small_lab, last_small_lab;
    std::vector<measures::Histograms> last_histograms;  ///< of this shot, the newest first
    std::array<Mean, n_measures> means;
    Mean chroma;
    std::array<Mean, 3> divergences;
  };

  using Planes = std::array<cv::Mat, 2>;  // U and V

  double compare(Side& side, const Planes& chroma, const Planes& true_chroma);
  void follow(Side& side, bool same_shot);
  void seek_objects();
  void add_to_course(const Moment& moment);
  static Column column(const Side& side);

  std::string name_;
  Gallery& gallery_;
  Detector* detector_;
  bool still_;
  TruthMotion motion_;
  Drift drift_{3};  // of the truth, the result and gray
  Side truth_, colorized_, gray_;
  cv::Size size_;
  std::uint64_t nearer_ = 0;
  Mean warmth_tint_ciede_;
  double next_search_ = 0;
  std::vector<float> milliseconds_;
  std::vector<Moment> course_;
  int frames_of_part_ = 1;
};

}  // namespace colorize::command
