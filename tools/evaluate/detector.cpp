// SPDX-License-Identifier: LGPL-2.1-or-later
#include "detector.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <opencv2/imgproc.hpp>

#include "common/pipeline.h"
#include "onnx.h"

namespace colorize::command {

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
      if (shared >= most) best = i, most = shared;
    }
    if (best < result.size()) taken[best] = true, ++found;
  }
  return found;
}

/// The first input that is a picture, 1 x 3 x height x width; one with all of it open where the file declares none.
static OnnxInput picture_input(const std::string& content) {
  const OnnxGraph graph = OnnxGraph::read(content);
  for (const OnnxInput& input : graph.inputs)
    if (input.dims.size() == 4 && input.dims[1] == 3) return input;
  return {{}, {-1, -1, -1, -1}};
}

Detector::Detector(const std::filesystem::path& file) : name_(file.string()) {
  std::ifstream stream(file, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  if (!stream || content.empty()) throw Failure(name_ + ": cannot be read; --detector takes the path of an .onnx file");
  // What leaves the size open is made for 640, if it is a detector, or for 224.
  OnnxInput picture = picture_input(content);
  const bool open = picture.dims[2] < 0 || picture.dims[3] < 0;
  import(content, picture, open ? cv::Size(640, 640) : cv::Size(picture.dims[3], picture.dims[2]));
  const cv::Mat output = run(cv::dnn::blobFromImage(cv::Mat(size_, CV_8UC3, cv::Scalar::all(114))));
  if (output.dims == 2 && output.size[1] > 1) {
    layout_ = Layout::classes;
    if (open) import(content, picture, {224, 224});
  } else if (output.dims == 3 && output.size[1] > output.size[2] && output.size[2] > 5) {
    layout_ = Layout::rows;
  } else if (output.dims == 3 && output.size[2] > output.size[1] && output.size[1] > 4) {
    layout_ = Layout::columns;
  } else {
    throw Failure(name_ + ": gives neither 1 x classes nor what YOLOv5 or YOLOv8 give; export one of these");
  }
}

void Detector::import(const std::string& content, OnnxInput picture, cv::Size size) try {
  picture.dims = {1, 3, size.height, size.width};
  const std::string sized = with_input_dims(content, {picture});
  net_ = cv::dnn::readNetFromONNX(sized.data(), sized.size());
  size_ = size;
} catch (const cv::Exception& e) {
  throw Failure(
      name_ + ": OpenCV " CV_VERSION " cannot import it (is it whole? is it exported with opset 11 or 12?): " + e.err);
}

cv::Mat Detector::run(const cv::Mat& blob) try {
  net_.setInput(blob);
  return net_.forward();
} catch (const cv::Exception& e) {
  throw Failure(name_ + ": OpenCV " CV_VERSION " cannot run it on a picture of " + std::to_string(size_.width) + "x" +
                std::to_string(size_.height) + ": " + e.err);
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
    return cv::dnn::blobFromImage(small, 1, {}, {}, true);
  }
  const cv::Rect place = letterbox(bgr.size(), size_);
  cv::Mat boxed(size_, CV_8UC3,
                cv::Scalar::all(114));  // the gray that these networks were trained with around pictures
  cv::resize(bgr, small, place.size(), 0, 0, place.width < bgr.cols ? cv::INTER_AREA : cv::INTER_LINEAR);
  small.copyTo(boxed(place));
  return cv::dnn::blobFromImage(boxed, 1.0 / 255, {}, {}, true);
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
