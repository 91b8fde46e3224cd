// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cover.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <span>
#include <utility>

#include "due.h"

namespace colorize {

namespace {

using Point = cv::Point2d;

Point moved(const cv::Matx23d& way, Point p) {
  return {way(0, 0) * p.x + way(0, 1) * p.y + way(0, 2), way(1, 0) * p.x + way(1, 1) * p.y + way(1, 2)};
}

/// First `way`, then `step`.
cv::Matx23d after(const cv::Matx23d& way, const cv::Matx23d& step) {
  cv::Matx23d result;
  for (int i : {0, 1}) {
    for (int j : {0, 1, 2}) result(i, j) = step(i, 0) * way(0, j) + step(i, 1) * way(1, j);
    result(i, 2) += step(i, 2);
  }
  return result;
}

double to_edge(Point p, Point a, Point b) {
  const Point along = b - a;
  const double length = along.dot(along);
  const double t = length > 0 ? std::clamp((p - a).dot(along) / length, 0.0, 1.0) : 0;
  return cv::norm(p - a - t * along);
}

/// The corners of a polygon in samples of a plane, and what of the edge's softness lies on which side.
struct Shape {
  std::vector<Point> corners{};
  double soft = 0;  ///< samples
};

/// What a sample that is touched by the edge has is as if it lay beyond, on the side without colour.
constexpr double half_sample = 0.5 - 1e-3;

/// 0..1 of a sample whose middle lies `inside` samples inside of the edge, or -`inside` outside.
double share_of_region(double inside, double soft) {
  return soft > 0 ? std::clamp((inside - half_sample) / soft, 0.0, 1.0) : inside >= half_sample;
}
double share_of_excluded(double inside, double soft) {
  return soft > 0 ? std::clamp((inside + half_sample) / soft + 1, 0.0, 1.0) : inside > -half_sample;
}

/// Calls `set(sample, share)` for those of row `y` that may have a share of the polygon.
template <typename Share, typename Set>
void draw_row(const Shape& shape, int y, int width, const Share& share, const Set& set) {
  const double middle = y + 0.5, reach = shape.soft + 1;
  std::vector<double> crossings;
  std::vector<std::pair<Point, Point>> near;  // edges that are nearer than what counts
  double left = width, right = 0;
  for (std::size_t i = 0; i < shape.corners.size(); ++i) {
    const Point a = shape.corners[i], b = shape.corners[(i + 1) % shape.corners.size()];
    if (std::min(a.y, b.y) > middle + reach || std::max(a.y, b.y) < middle - reach) continue;
    near.emplace_back(a, b);
    left = std::min({left, a.x - reach, b.x - reach});
    right = std::max({right, a.x + reach, b.x + reach});
    if ((a.y <= middle) != (b.y <= middle)) crossings.push_back(a.x + (middle - a.y) / (b.y - a.y) * (b.x - a.x));
  }
  std::ranges::sort(crossings);
  std::size_t passed = 0;
  const int first = std::max(0, cvFloor(std::clamp<double>(left, -1, width)));
  const int last = std::min(width - 1, cvCeil(std::clamp<double>(right, -1, width)));
  for (int x = first; x <= last; ++x) {
    const Point p(x + 0.5, middle);
    while (passed < crossings.size() && crossings[passed] <= p.x) ++passed;
    double distance = reach;
    for (const auto& [a, b] : near) distance = std::min(distance, to_edge(p, a, b));
    set(x, share(passed % 2 ? distance : -distance, shape.soft));
  }
}

/// Of the picture's pixels one sample of its chroma has one or two, whatever hangs over its right and lower edge.
double samples_per_pixel(int picture, int plane) {
  return plane == (picture + 1) / 2 ? 0.5 : static_cast<double>(plane) / picture;
}

Shape shape_of(const Region& region, const cv::Matx23d& way, cv::Size picture, cv::Size plane) {
  const double across = samples_per_pixel(picture.width, plane.width);
  const double down = samples_per_pixel(picture.height, plane.height);
  Shape shape{.soft = region.soft.of(picture.width) * across};
  for (const Region::Corner& corner : region.polygon) {
    const Point at = moved(way, {corner.x.of(picture.width), corner.y.of(picture.height)});
    shape.corners.emplace_back(at.x * across, at.y * down);
  }
  if (shape.corners.size() < 3) shape.corners.clear();
  return shape;
}

/// Brings a mask to a plane of `size`.
void stretch(const cv::Mat& mask, const cv::Matx23d& way, cv::Size picture, cv::Size size, cv::Mat& result) {
  if (way == cv::Matx23d::eye()) {
    cv::resize(mask, result, size, 0, 0, cv::INTER_AREA);
    return;
  }
  // Samples' middles of the mask to those of the plane, by way of the picture.
  const auto scale = [](double x, double y) { return cv::Matx23d(x, 0, 0, 0, y, 0); };
  const auto shift = [](double by) { return cv::Matx23d(1, 0, by, 0, 1, by); };
  const double width = picture.width, height = picture.height;
  cv::Matx23d whole = after(after(shift(0.5), scale(width / mask.cols, height / mask.rows)), way);
  whole = after(after(whole, scale(size.width / width, size.height / height)), shift(-0.5));
  cv::warpAffine(mask, result, whole, size, cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar());
}

std::uint8_t code(double share) { return static_cast<std::uint8_t>(std::lround(255 * share)); }

void add_inside(const Region& region, const cv::Matx23d& way, cv::Size picture, cv::Mat& plane) {
  if (region.mask) {
    cv::Mat mask;
    stretch(*region.mask, way, picture, plane.size(), mask);
    cv::max(plane, mask, plane);
    return;
  }
  const Shape shape = shape_of(region, way, picture, plane.size());
  cv::parallel_for_({0, plane.rows}, [&](const cv::Range& rows) {
    for (int y = rows.start; y < rows.end; ++y)
      draw_row(shape, y, plane.cols, share_of_region,
               [row = plane.ptr(y)](int x, double share) { row[x] = std::max(row[x], code(share)); });
  });
}

void take_excluded(const Region& region, const cv::Matx23d& way, cv::Size picture, cv::Mat& plane) {
  if (region.mask) {
    cv::Mat mask;
    stretch(*region.mask, way, picture, plane.size(), mask);
    cv::bitwise_not(mask, mask);
    cv::min(plane, mask, plane);
    return;
  }
  const Shape shape = shape_of(region, way, picture, plane.size());
  cv::parallel_for_({0, plane.rows}, [&](const cv::Range& rows) {
    for (int y = rows.start; y < rows.end; ++y)
      draw_row(shape, y, plane.cols, share_of_excluded,
               [row = plane.ptr(y)](int x, double share) { row[x] = std::min(row[x], code(1 - share)); });
  });
}

struct Moved {
  std::complex<double> from, by;
  double trust;
};

/// The turn, growth and shift that most of them agree on: z becomes grown * z + shifted.
struct Similarity {
  std::complex<double> grown{1, 0}, shifted{};
};

double median_of(std::span<const Moved> all, double (*part)(const Moved&)) {
  std::vector<double> values;
  for (const Moved& one : all) values.push_back(part(one));
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// From the median on, by least squares that count what is off less and less (Cauchy's weights).
Similarity agreed(std::span<const Moved> all) {
  constexpr double steady = 100;  // pixels^2: small things do not say how they turn
  Similarity now{.shifted = {median_of(all, [](const Moved& m) { return m.by.real(); }),
                             median_of(all, [](const Moved& m) { return m.by.imag(); })}};
  for (int round = 0; round < 5; ++round) {
    const auto weight_of = [&](const Moved& one) {
      const double off = std::abs(one.by - (now.grown - 1.0) * one.from - now.shifted) / 0.5;
      return one.trust / (1 + off * off);
    };
    double weights = 1e-9;
    std::complex<double> middle, mean;
    for (const Moved& one : all) {
      const double weight = weight_of(one);
      weights += weight;
      middle += weight * one.from;
      mean += weight * one.by;
    }
    middle /= weights;
    mean /= weights;
    std::complex<double> along;
    double spread = weights * steady;
    for (const Moved& one : all) {
      const double weight = weight_of(one);
      along += weight * std::conj(one.from - middle) * (one.by - mean);
      spread += weight * std::norm(one.from - middle);
    }
    now.grown = 1.0 + along / spread;
    now.shifted = mean - (now.grown - 1.0) * middle;
  }
  return now;
}

/// L* between four pixels of a plane, and how it grows to the right and down.
struct Look {
  double l, right, down;
};

std::optional<Look> look_at(const cv::Mat& lightness, std::complex<double> z) {
  const double x = z.real() - 0.5, y = z.imag() - 0.5;
  const int left = cvFloor(x), top = cvFloor(y);
  if (left < 0 || top < 0 || left + 1 >= lightness.cols || top + 1 >= lightness.rows) return std::nullopt;
  const double s = x - left, t = y - top;
  const auto *upper = lightness.ptr<float>(top) + left, *lower = lightness.ptr<float>(top + 1) + left;
  const double right = (1 - t) * (upper[1] - upper[0]) + t * (lower[1] - lower[0]);
  const double down = (1 - s) * (lower[0] - upper[0]) + s * (lower[1] - upper[1]);
  return Look{(1 - s) * upper[0] + s * upper[1] + t * down, right, down};
}

/// By the lightness itself (Lucas and Kanade 1981), since a flow's small bias would add up from frame to frame. What is
/// flat stays as it was.
Similarity refined(const Similarity& first, std::span<const Moved> all, const cv::Mat& last, const cv::Mat& now) {
  constexpr double farthest = 2;  // pixels from the first guess
  std::complex<double> middle;
  for (const Moved& one : all) middle += one.from / static_cast<double>(all.size());
  std::complex<double> grown = first.grown, at = first.grown * middle + first.shifted;  // where the middle goes
  const std::complex<double> first_at = at;
  double brighter = 0;
  for (int round = 0; round < 8; ++round) {
    cv::Matx44d normal = cv::Matx44d::zeros();
    cv::Vec4d side;
    double sum = 0, weights = 1e-9;
    for (const Moved& one : all) {
      const auto from = one.from - middle;
      const auto look = look_at(now, at + grown * from);
      if (!look) continue;
      const double off = look->l - last.at<float>(static_cast<int>(one.from.imag()), static_cast<int>(one.from.real()));
      const double rest = off - brighter, weight = 1 / (1 + rest * rest / 16);
      sum += weight * off;
      weights += weight;
      const cv::Vec4d slope(look->right, look->down, look->right * from.real() + look->down * from.imag(),
                            look->down * from.real() - look->right * from.imag());
      normal += weight * slope * slope.t();
      side -= weight * rest * slope;
    }
    brighter = sum / weights;
    const double steady = (normal(0, 0) + normal(1, 1)) / 2;
    for (int i : {0, 1}) normal(i, i) += 0.05 * weights;
    for (int i : {2, 3}) normal(i, i) += 100 * (steady + weights);  // small things do not say how they turn
    const cv::Vec4d by = normal.solve(side, cv::DECOMP_CHOLESKY);
    at += std::complex(by[0], by[1]);
    grown += std::complex(by[2], by[3]);
    if (std::abs(at - first_at) > farthest || std::abs(grown - first.grown) > 0.1) return first;
    if (std::hypot(by[0], by[1]) < 0.01) break;
  }
  return {grown, at - grown * middle};
}

}  // namespace

bool any_moves(const Regions& regions) { return regions && std::ranges::any_of(*regions, &Region::moves); }

void Cover::forget() { *this = Cover(); }

/// What the new list has of the old one stays where it is.
void Cover::List::take(const Regions& now) {
  std::vector<Placed> kept(now ? now->size() : 0);
  for (std::size_t i = 0; i < kept.size() && regions; ++i) {
    const auto known = std::ranges::find(*regions, (*now)[i]);
    if (known != regions->end()) kept[i] = placed[static_cast<std::size_t>(known - regions->begin())];
  }
  placed = std::move(kept);
  regions = now;
}

bool Cover::List::holds() const { return std::ranges::any_of(placed, &Placed::holds); }

/// How the things in a region moved, pixels of the picture.
cv::Matx23d Cover::step(const Region& region, const Placed& placed, const Motion& motion, const cv::Mat& lightness) {
  shape_.create(seen_, CV_8U);
  shape_ = 0;
  add_inside(region, placed.way, picture_, shape_);
  std::vector<Moved> all;
  for (int y = 0; y < shape_.rows; ++y)
    for (int x = 0; x < shape_.cols; ++x) {
      if (shape_.at<std::uint8_t>(y, x) < 128) continue;
      const auto by = motion.forth().at<cv::Vec2f>(y, x);
      const int to_x = cvRound(static_cast<float>(x) + by[0]), to_y = cvRound(static_cast<float>(y) + by[1]);
      if (to_x < 0 || to_y < 0 || to_x >= shape_.cols || to_y >= shape_.rows) continue;
      all.push_back({{x + 0.5, y + 0.5}, {by[0], by[1]}, 0.01 + motion.trust().at<float>(to_y, to_x)});
    }
  if (all.empty()) return cv::Matx23d::eye();  // it has left the picture
  const Similarity s = refined(agreed(all), all, last_, lightness);
  const double across = static_cast<double>(picture_.width) / seen_.width;
  const double down = static_cast<double>(picture_.height) / seen_.height;
  return {s.grown.real(), -s.grown.imag() * across / down, s.shifted.real() * across, s.grown.imag() * down / across,
          s.grown.real(), s.shifted.imag() * down};
}

void Cover::follow(List& list, const Shot& shot, const cv::Mat& lightness, bool goes_on, bool begins, double time) {
  for (std::size_t i = 0; i < list.placed.size(); ++i) {
    const Region& region = (*list.regions)[i];
    Placed& placed = list.placed[i];
    const Placed before = placed;
    if (!region.moves) {
      const bool has_begun = !region.time || time < 0 || *region.time <= time;
      placed.holds = has_begun && (!region.end || time < 0 || time < *region.end);
    } else {
      if (begins) placed = Placed();
      if (goes_on && placed.holds) placed.way = after(placed.way, step(region, placed, shot.motion(), lightness));
      if (!placed.placed && is_due(region.time, time, time_)) placed.placed = placed.holds = true;
      if (region.end && time >= *region.end) placed.holds = false;
    }
    changed_ |= placed != before;
  }
}

void Cover::follow(const Shot& shot, const cv::Mat& lightness, cv::Size picture, const Regions& inside,
                   const Regions& excluded, double time) {
  const bool after_gap = std::exchange(gap_, false) && seen_ == lightness.size();
  const bool begins = seen_ != lightness.size() || (!shot.goes_on() && !after_gap);
  changed_ |= picture_ != picture;
  seen_ = lightness.size();
  picture_ = picture;
  for (const auto& [list, now] : {std::pair{&inside_, &inside}, {&excluded_, &excluded}}) {
    if (list->regions != *now) {
      list->take(*now);
      changed_ = true;
    }
    follow(*list, shot, lightness, shot.goes_on() && !begins, begins, time);
  }
  if (any_moves(inside) || any_moves(excluded)) lightness.copyTo(last_);
  time_ = time;
}

const cv::Mat& Cover::draw(cv::Size size) {
  if (!inside_.holds() && !excluded_.holds()) {
    plane_.release();
    changed_ = true;
    return plane_;
  }
  if (!changed_ && plane_.size() == size) return plane_;
  changed_ = false;
  plane_.create(size, CV_8U);
  plane_ = inside_.holds() ? 0 : 255;
  for (std::size_t i = 0; i < inside_.placed.size(); ++i)
    if (inside_.placed[i].holds) add_inside((*inside_.regions)[i], inside_.placed[i].way, picture_, plane_);
  for (std::size_t i = 0; i < excluded_.placed.size(); ++i)
    if (excluded_.placed[i].holds) take_excluded((*excluded_.regions)[i], excluded_.placed[i].way, picture_, plane_);
  return plane_;
}

}  // namespace colorize
