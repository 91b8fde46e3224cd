// SPDX-License-Identifier: LGPL-2.1-or-later
#include "detector.h"

#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "common/failure.h"
#include "common/words.h"
#include "error.h"
#include "model.h"
#include "onnxcheck.h"

namespace colorize::command {

static constexpr int gray_around = 114;  // these networks were trained with it around pictures

/// What two places share of what they cover together.
static float overlap(const cv::Rect2f& one, const cv::Rect2f& other) {
  const float shared = (one & other).area();
  return shared > 0 ? shared / (one.area() + other.area() - shared) : 0;
}

std::size_t found_again(const std::vector<Object>& truth, const std::vector<Object>& result) {
  std::vector<bool> taken(result.size());
  std::size_t found = 0;
  for (const Object& sought : truth) {
    std::size_t best = result.size();
    float most = 0.5F;
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (taken[i] || result[i].kind != sought.kind) continue;
      const float shared = overlap(sought.place, result[i].place);
      if (!(shared >= most)) continue;
      best = i;
      most = shared;
    }
    if (best == result.size()) continue;
    taken[best] = true;
    ++found;
  }
  return found;
}

/// The first input that is a picture, 1 x 3 x height x width; one with all of it open where the file declares none.
static OnnxTensor picture_input(const OnnxGraph& graph) {
  for (const OnnxTensor& input : graph.inputs)
    if (input.dims.size() == 4 && input.dims[1] == 3) return input;
  return {{}, {-1, -1, -1, -1}};
}

/// 1 x 3 x height x width, red first, of CV_32FC3, blue first.
static cv::Mat tensor_of(const cv::Mat& bgr) {
  cv::Mat tensor(std::vector<int>{1, 3, bgr.rows, bgr.cols}, CV_32F);
  const auto plane = [&](int channel) { return cv::Mat(bgr.size(), CV_32F, tensor.ptr<float>(0, channel)); };
  std::array<cv::Mat, 3> planes{plane(2), plane(1), plane(0)};
  cv::split(bgr, planes.data());  // into the tensor, where planes of their size lie
  return tensor;
}

static std::string content_of(const std::filesystem::path& file) try {
  std::string content = read_onnx(file);
  check_onnx(content, file.string());
  return content;
} catch (const Error& error) {
  throw Failure(error.what() + std::string("; --detector takes the path of an .onnx file"));
}

Detector::Detector(const std::filesystem::path& file) : name_(file.string()) {
  // What leaves the size open is made for 640, if it is a detector, or for 224.
  const auto network = inference::opencv::load_onnx(content_of(file), 0);
  const OnnxTensor picture = picture_input(network->graph);
  const bool open = picture.dims[2] < 0 || picture.dims[3] < 0;
  constexpr int longest_side = 8192;
  if (!open && std::max(picture.dims[2], picture.dims[3]) > longest_side)
    throw Failure(name_ + ": takes no smaller pictures than " + sides(picture.dims[3], picture.dims[2]) +
                  "; export it for smaller ones");
  start(*network, picture, open ? cv::Size(640, 640) : cv::Size(picture.dims[3], picture.dims[2]));
  const cv::Mat output = run(tensor_of(cv::Mat(size_, CV_32FC3, cv::Scalar::all(gray_around))));
  if (output.dims == 2 && output.size[1] > 1) {
    layout_ = Layout::classes;
    if (open) start(*network, picture, {224, 224});
  } else if (output.dims == 3 && output.size[1] > output.size[2] && output.size[2] > 5) {
    layout_ = Layout::rows;
  } else if (output.dims == 3 && output.size[2] > output.size[1] && output.size[1] > 4) {
    layout_ = Layout::columns;
  } else {
    throw Failure(name_ + ": gives neither 1 x classes nor what YOLOv5 or YOLOv8 give; export one of these");
  }
}

void Detector::start(const inference::Loaded& network, OnnxTensor picture, cv::Size size) try {
  picture.dims = {1, 3, size.height, size.width};
  session_ = network.start({picture});
  size_ = size;
} catch (const inference::Refusal& refusal) {
  throw Failure(name_ + ": " + inference::opencv::library() +
                " cannot import it (is it whole? is it exported with opset 11 or 12?): " + refusal.what());
}

cv::Mat Detector::run(const cv::Mat& tensor) try {
  return session_->run({{"", tensor}}, "");
} catch (const inference::Refusal& refusal) {
  throw Failure(name_ + ": " + inference::opencv::library() + " cannot run it on a picture of " +
                sides(size_.width, size_.height) + ": " + refusal.what());
}

/// How a picture fits in the middle of a network's, keeping its shape.
static cv::Rect2f letterbox(cv::Size picture, cv::Size network) {
  const float scale = std::min(static_cast<float>(network.width) / static_cast<float>(picture.width),
                               static_cast<float>(network.height) / static_cast<float>(picture.height));
  const cv::Size2f size(static_cast<float>(picture.width) * scale, static_cast<float>(picture.height) * scale);
  return {(static_cast<float>(network.width) - size.width) / 2, (static_cast<float>(network.height) - size.height) / 2,
          size.width, size.height};
}

cv::Mat Detector::input_of(const cv::Mat& bgr) const {
  cv::Mat small;
  if (layout_ == Layout::classes) {  // the middle, seven eighths of the short side
    const int side = std::max(1, std::min(bgr.cols, bgr.rows) * 7 / 8);
    const cv::Rect middle((bgr.cols - side) / 2, (bgr.rows - side) / 2, side, side);
    cv::resize(bgr(middle), small, size_, 0, 0, side > size_.width ? cv::INTER_AREA : cv::INTER_LINEAR);
    small.convertTo(small, CV_32F, 1.0 / 255);
    cv::subtract(small, cv::Scalar(0.406, 0.456, 0.485), small);
    cv::divide(small, cv::Scalar(0.225, 0.224, 0.229), small);
    return tensor_of(small);
  }
  const cv::Rect place = letterbox(bgr.size(), size_);
  cv::Mat boxed(size_, CV_8UC3, cv::Scalar::all(gray_around));
  cv::resize(bgr, small, place.size(), 0, 0, place.width < bgr.cols ? cv::INTER_AREA : cv::INTER_LINEAR);
  small.copyTo(boxed(place));
  boxed.convertTo(boxed, CV_32F, 1.0 / 255);
  return tensor_of(boxed);
}

std::vector<Object> Detector::operator()(const cv::Mat& bgr) {
  const cv::Mat output = run(input_of(bgr));
  if (layout_ == Layout::classes) {
    cv::Point best;
    cv::minMaxLoc(output, nullptr, nullptr, nullptr, &best);
    return {{best.x, 1, cv::Rect2f({}, cv::Size2f(bgr.size()))}};
  }

  cv::Mat table(output.size[1], output.size[2], CV_32F, const_cast<float*>(output.ptr<float>()));
  if (layout_ == Layout::columns) table = table.t();
  const int first = layout_ == Layout::rows ? 5 : 4;
  const cv::Rect2f frame = letterbox(bgr.size(), size_);
  const float scale = static_cast<float>(bgr.cols) / frame.width;
  constexpr float least_score = 0.25F, same_object = 0.45F;  // as these networks' own programs have it
  std::vector<Object> objects;
  for (int i = 0; i < table.rows; ++i) {
    const float* row = table.ptr<float>(i);
    const float* best = std::max_element(row + first, row + table.cols);
    const float score = layout_ == Layout::rows ? *best * row[4] : *best;
    if (!(score >= least_score)) continue;
    objects.push_back({static_cast<int>(best - row - first),
                       score,
                       {(row[0] - row[2] / 2 - frame.x) * scale, (row[1] - row[3] / 2 - frame.y) * scale,
                        row[2] * scale, row[3] * scale}});
  }

  // Of several boxes around one thing the surest stays.
  std::ranges::stable_sort(objects, std::ranges::greater(), &Object::score);
  std::vector<Object> kept;
  for (const Object& object : objects) {
    const bool known = std::ranges::any_of(kept, [&](const Object& other) {
      return object.kind == other.kind && overlap(object.place, other.place) > same_object;
    });
    if (!known) kept.push_back(object);
  }
  return kept;
}

}  // namespace colorize::command
