// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "inference.h"

namespace colorize::command {

/// A thing that a network sees in a picture.
struct Object {
  int kind = 0;      ///< the number of its class
  float score = 0;   ///< 0..1
  cv::Rect2f place;  ///< pixels; the whole picture where the network only says what it shows
};

/// How many of the objects in the truth are there again: of the same kind, in places that overlap by half or more of
/// what they cover together (the criterion of PASCAL VOC). Each object counts once.
std::size_t found_again(const std::vector<Object>& truth, const std::vector<Object>& result);

/// An ONNX network that tells objects: a detector in the layout of YOLOv5 (1 x N x (5 + classes)) or YOLOv8
/// (1 x (4 + classes) x N), or a classifier (1 x classes; it takes pictures as ImageNet's do).
class Detector {
 public:
  /// Imports and runs the network once. Throws Failure that names the file.
  explicit Detector(const std::filesystem::path& file);

  /// `bgr`: CV_8UC3.
  std::vector<Object> operator()(const cv::Mat& bgr);

 private:
  enum class Layout { classes, rows, columns };

  void start(const inference::Loaded& network, OnnxTensor picture, cv::Size size);
  cv::Mat run(const cv::Mat& tensor);
  cv::Mat input_of(const cv::Mat& bgr) const;

  std::string name_;
  std::unique_ptr<inference::Session> session_;
  cv::Size size_;
  Layout layout_ = Layout::classes;
};

}  // namespace colorize::command
