// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lightness.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "codes.h"
#include "parallel.h"
#include "rowmeans.h"
#include "tone.h"

namespace colorize {

namespace {

int bytes_of_sample(const Frame& frame) { return frame.depth > 8 ? 2 : 1; }

/// The components that tell the lightness.
std::span<const Component> components_of(const Frame& frame) {
  return std::span(frame.components).first(frame.layout == Frame::Layout::rgb ? 3 : 1);
}

/// The samples of a row from a component's first one to a component's last one: no more may be read.
struct Row {
  const std::uint8_t* first;
  std::size_t count;
};
Row samples_of(const Frame& frame, int y) {
  const auto components = components_of(frame);
  const auto [first, last] = std::ranges::minmax(components, {}, &Component::data);
  const auto bytes = last.data - first.data + std::ptrdiff_t{frame.width - 1} * last.step;
  return {first.row(y), static_cast<std::size_t>(bytes / bytes_of_sample(frame) + 1)};
}

}  // namespace

void Lightness::measure_row(const Frame& frame, Rows& rows, int y) {
  const int size = bytes_of_sample(frame);
  const bool rgb = frame.layout == Frame::Layout::rgb;
  const auto components = components_of(frame);
  const auto [row, weights] = down_[y];
  const auto [first, count] = samples_of(frame, row);
  const std::ptrdiff_t stride = components[0].stride;
  const std::span mean(rows.mean.data(), count);
  if (size == 1)
    rowmeans::of_bytes(first, stride, weights, mean);
  else
    rowmeans::of_pairs(first, stride, rgb ? 0 : 16 - frame.depth - frame.shift, weights, mean);

  const int samples_of_pixel = components[0].step / size;
  if (samples_of_pixel > 1) {
    auto& [a, b, c, d] = rows.samples;
    rowmeans::apart(mean.data(), samples_of_pixel, frame.width, {a.data(), b.data(), c.data(), d.data()});
  }
  const Codes codes(rgb ? Range::full : frame.range, frame.depth);
  const float unit = static_cast<float>(1 << (16 - frame.depth)) * rowmeans::sum_across;
  const float scale = 255 / (static_cast<float>(codes.white - codes.black) * unit);
  const float black =
      static_cast<float>(codes.black) * unit + static_cast<float>(rowmeans::zero) * rowmeans::sum_across;
  for (std::size_t c = 0; c < components.size(); ++c) {
    const auto place = (components[c].data - first + row * stride) / size;
    rowmeans::of_parts(samples_of_pixel > 1 ? rows.samples[place].data() : mean.data(), across_, rows.sums);
    for (std::size_t x = 0; x < rows.sums.size(); ++x)
      rows.tones[c][x] = std::min(std::max((static_cast<float>(rows.sums[x]) - black) * scale, 0.0F), 255.0F);
  }

  const auto& lightness = lightness_of_tone();
  const auto& tone_of = ToneOfRgb::of(frame.primaries);
  const auto& [red, green, blue] = rows.tones;
  auto* const out = full_.ptr<float>(y);
  for (int x = 0; x < full_.cols; ++x) out[x] = between(lightness, rgb ? tone_of(red[x], green[x], blue[x]) : red[x]);
}

const cv::Mat& Lightness::measure(const Frame& frame, cv::Size size) {
  // The mean of codes is not that of L*, for which each sample would have to be looked up: so the codes are shrunk to
  // twice the size at most, and the rest is done with L*.
  const cv::Size twice(std::min(frame.width, 2 * size.width), std::min(frame.height, 2 * size.height));
  const int sum_down = frame.depth > 8 ? rowmeans::sum_of_pairs : rowmeans::sum_of_bytes;
  if (!down_.are(frame.height, twice.height, sum_down)) down_ = Shares(frame.height, twice.height, sum_down);
  if (!across_.are(frame.width, twice.width, rowmeans::sum_across))
    across_ = Shares(frame.width, twice.width, rowmeans::sum_across);
  full_.create(twice, CV_32F);
  stripes_.resize(static_cast<std::size_t>(std::min(cv::getNumThreads(), twice.height)));
  for (Rows& rows : stripes_) {
    const std::size_t beyond = std::max<std::size_t>(rowmeans::slack, across_.span());
    rows.mean.resize(samples_of(frame, 0).count + beyond);
    for (auto& samples : rows.samples) samples.resize(static_cast<std::size_t>(frame.width) + beyond);
    for (auto& tones : rows.tones) tones.resize(static_cast<std::size_t>(twice.width));
    rows.sums.resize(static_cast<std::size_t>(twice.width));
  }
  parallel_rows(twice.height, static_cast<int>(stripes_.size()), [&](int stripe, int begin, int end) {
    for (int y = begin; y < end; ++y) measure_row(frame, stripes_[stripe], y);
  });
  const bool smaller = size.width <= full_.cols && size.height <= full_.rows;
  cv::resize(full_, small_, size, 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
  return small_;
}

}  // namespace colorize
