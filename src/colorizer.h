// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>

#include "chroma.h"
#include "colourpresence.h"
#include "cover.h"
#include "firstpass.h"
#include "frame.h"
#include "hintfollower.h"
#include "lightness.h"
#include "memory.h"
#include "network.h"
#include "ownchroma.h"
#include "referencefollower.h"
#include "settings.h"
#include "shot.h"
#include "skin.h"
#include "worker.h"

namespace colorize {

/// What there is to do with a picture.
struct Seen {
  bool cut = false;         ///< it begins another shot
  bool own_colour = false;  ///< its shot has colour of its own, which is to be kept: leave it as it is
  bool due = false;         ///< `predict` has to come before `paint`; elsewhere memory has its colour
  bool hinted = false;      ///< hints or references came or were taken away: it is due whatever it costs
};

/// What became of a picture.
struct Processed {
  bool cut = false;       ///< it begins another shot
  bool painted = false;   ///< its colour was written
  bool coloured = false;  ///< colours that were predicted are in it
  bool skipped = false;   ///< the network was due, but left out since the picture is late
  /// The network has given an answer, about this picture or, where it runs beside them, about an earlier one.
  bool predicted = false;
  double see_ms = 0, predict_ms = 0, paint_ms = 0;  ///< what it took, where it was done
  /// Since the picture that the network's newest answer is about; -1: it has given none.
  std::int64_t age_frames = -1, age_time = -1;
};

/// Colorizes pictures of one layout, size and colour space, in place.
class Colorizer {
 public:
  /// `network` must outlive this, and so must `worker`, which asks another copy of it and is needed where
  /// `Settings::async` is set. `like` shows layout, size and colour space; its memory is not looked at.
  Colorizer(Network& network, const Frame& like, Worker* worker = nullptr)
      : network_(network), worker_(worker), chroma_(like) {}

  /// What is asked of the worker then is of no use to any other.
  ~Colorizer() { forget(); }

  /// One frame's whole way: the three below. Pictures are taken to follow each other until `forget` is called. `time`
  /// is the frame's, by any clock. Throws Error where the network does not work at the size that is set, or did not
  /// when the worker asked it last.
  /// `stream_time`: seconds, by which hints are placed; negative: all of them are of this frame.
  /// `settled`: what a first pass found, which is asked in the place of the network, or null. Throws Error where that
  /// is of another size.
  Processed process(const Frame& frame, const Settings& settings, std::int64_t time = 0, double stream_time = -1,
                    const Ab* settled = nullptr);

  /// The next frame of a first pass, which is not changed.
  Processed look(const Frame& frame, const Settings& settings, std::int64_t time, FirstPass& pass);

  /// Looks at the next picture, which is not changed.
  Seen see(const Frame& frame, const Settings& settings, double stream_time = -1);

  /// Has the network say what colour that picture has, with the hints of the settings that hold in it.
  void predict(const Settings& settings);

  /// Writes its colour into it.
  void paint(const Frame& frame, const Settings& settings);

  /// The next picture has nothing to do with the last one.
  void forget();

  /// The next picture does not follow the last one, but may be of the same scene, where hints find their things again.
  void miss();

 private:
  /// Which frame, and when it was.
  struct Moment {
    std::int64_t number = 0, time = 0;
  };

  bool has_own_colour(const Frame& frame, bool cut);
  std::array<float, 2> own_colour(const Frame& frame, cv::Point2f at, float radius);
  bool asks_with_hints() const;
  void asked_with_hints();
  Hints known() const;
  const cv::Mat& reach();
  Hints known_with_hints();
  const Ab& with_references(const Ab& ab);
  void show_confidence();
  void take_hinted(const Ab& plain, const Ab& hinted, const Ab& said, const cv::Mat& lightness, const cv::Mat& reach,
                   std::int64_t number, double stability);
  void take_answer(const Settings& settings, Processed& done);
  void ask();

  Network& network_;
  Worker* worker_;
  Lightness lightness_;
  Chroma chroma_;
  Shot shot_;
  Memory memory_;
  HintFollower hints_;
  Memory hint_memory_;             // what hints change in a*b*
  bool hints_changed_ = false;     // and the network has not said yet to what
  std::int64_t changed_ = 0;       // number of that frame
  std::int64_t asked_hints_ = 0;   // number of the frame that it was asked about with hints
  std::ptrdiff_t asked_seen_ = 0;  // how many of them were seen in it
  cv::Mat reach_;                  // of the hints in this frame, once somebody wanted it
  cv::Mat asked_reach_;            // of the hints that the worker was asked with
  Skin skin_;
  Cover cover_;
  const Ab* settled_ = nullptr;  // of this frame
  ReferenceFollower references_;
  bool references_changed_ = false;  // and memory has not taken that yet
  bool asked_anew_ = false;          // the worker was asked with that change
  OwnChroma own_chroma_;
  ShotColour shot_colour_;
  cv::Mat seen_;  // what the network sees of the last picture: L*, owned by `lightness_`
  cv::Mat coarse_lightness_;
  Ab predicted_, hinted_, shown_ab_, referred_, adjusted_;
  int since_prediction_ = 0;       // frames
  double shown_ = 1;               // share of the memory's colour that is shown, less than 1 where it is new
  Moment now_, asked_, answered_;  // the frame, the one that is asked about, the one that the newest answer is about
};

}  // namespace colorize
