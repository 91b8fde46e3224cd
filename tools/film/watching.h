// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>
#include <stop_token>

#include "decoding.h"
#include "lightness.h"
#include "shot.h"

namespace colorize::command {

/// A frame of a film as it is watched for scenes and what moves in them.
struct WatchedFrame {
  std::int64_t time;  ///< of the stream, ns
  Sample picture;     ///< gray of 8 bits
  cv::Size size;      ///< of the picture
  cv::Mat lightness;  ///< CV_32F, its L* 0..100, small; valid until the next frame
  bool begins_scene;  ///< after a cut, or as the film's first one
};

/// The frames of a film, one after the other, and where its scenes begin.
class Watching {
 public:
  /// Throws Failure, Interrupted.
  Watching(const std::filesystem::path& film, double scene_threshold, const Tell& tell, const std::stop_token& stop);

  /// To be called once: the frames from a time of the stream on, or from the film's beginning where that is before it.
  void begin(std::int64_t time);

  /// Nothing at the end. Throws Failure, Interrupted.
  std::optional<WatchedFrame> next();

 private:
  Decoding decoding_;
  const double scene_threshold_;
  bool is_beginning_ = false;  // of the film
  Lightness lightness_;
  Shot shot_;
};

}  // namespace colorize::command
