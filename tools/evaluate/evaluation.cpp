// SPDX-License-Identifier: LGPL-2.1-or-later
#include "evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <opencv2/imgproc.hpp>

namespace colorize::command {

const std::array<MeasureInfo, n_measures> measure_infos{{
    {"u_error", "error of U", 2, "mean absolute error of U (Cb) in 8-bit codes"},
    {"v_error", "error of V", 2, "the same of V (Cr)"},
    {"u_ssim", "SSIM of U", 3, "structural similarity of U: 1 is the same (Wang 2004)"},
    {"v_ssim", "SSIM of V", 3, "the same of V"},
    {"uv_psnr", "PSNR of UV, dB", 2, "peak signal-to-noise ratio of U and V, from the film's mean squared error"},
    {"rgb_psnr", "PSNR of RGB, dB", 2, "the same of R, G and B (Iizuka 2016, Lei and Chen 2019)"},
    {"ciede2000", "CIEDE2000", 2, "mean colour difference: about 1 is just visible (Sharma 2005)"},
    {"colourfulness", "colourfulness", 1, "0 is gray, 15 slightly, 33 moderately, 59 quite colourful (Hasler 2003)"},
    {"flicker", "flicker", 4,
     "mean distance of a*b* from the last frame's moved along the truth's optical flow, where that can be trusted and "
     "never across a cut, as a share of the mean chroma (after Lai 2018)"},
    {"drift", "drift", 3,
     "mean change of a*b* along things that the truth's optical flow follows for 2 s within a shot, as a share of the "
     "mean chroma (tracks as Sundaram 2010)"},
    {"cdc", "CDC", 5,
     "colour distribution consistency: mean Jensen-Shannon divergence of the histograms of R, G and B from those of "
     "1, 2 and 4 frames before, within a shot (Liu 2024); gray's own comes from its light"},
    {"objects", "objects found", 3,
     "share of the objects that a detector finds in the truth, once a second, that it finds again (after Zhang 2016)"},
}};

const char* const papers[] = {
    "Hasler and Suesstrunk, Measuring colourfulness in natural images, SPIE 5007, 2003",
    "Wang, Bovik, Sheikh and Simoncelli, Image quality assessment: from error visibility to structural similarity, "
    "IEEE "
    "Transactions on Image Processing 13(4), 2004",
    "Sharma, Wu and Dalal, The CIEDE2000 color-difference formula, Color Research and Application 30(1), 2005",
    "Sundaram, Brox and Keutzer, Dense point trajectories by GPU-accelerated large displacement optical flow, ECCV "
    "2010",
    "Iizuka, Simo-Serra and Ishikawa, Let there be color!, ACM Transactions on Graphics 35(4), 2016",
    "Zhang, Isola and Efros, Colorful image colorization, ECCV 2016",
    "Lai, Huang, Wang, Shechtman, Yumer and Yang, Learning blind video temporal consistency, ECCV 2018",
    "Lei and Chen, Fully automatic video colorization with self-regularization and diversity, CVPR 2019",
    "Liu, Zhao, Chan, Wang, Loy, Qiao and Dong, Temporally consistent video colorization with deep feature propagation "
    "and self-regularization learning, Computational Visual Media 10(2), 2024 (arXiv 2021)",
    nullptr};

cv::Mat bgr_of(const GstVideoFrame& frame) {
  GstVideoInfo in = frame.info, out;
  gst_video_info_set_format(&out, GST_VIDEO_FORMAT_BGRx, static_cast<guint>(in.width), static_cast<guint>(in.height));
  out.interlace_mode = in.interlace_mode;
  out.fps_n = in.fps_n;
  out.fps_d = in.fps_d;
  cv::Mat bgrx(in.height, in.width, CV_8UC4);
  GstBuffer* buffer =
      gst_buffer_new_wrapped_full(static_cast<GstMemoryFlags>(0), bgrx.data, out.size, 0, out.size, nullptr, nullptr);
  GstVideoFrame converted;
  gst_video_frame_map(&converted, &out, buffer, GST_MAP_WRITE);
  GstVideoConverter* converter = gst_video_converter_new(&in, &out, nullptr);
  gst_video_converter_frame(converter, &frame, &converted);
  gst_video_converter_free(converter);
  gst_video_frame_unmap(&converted);
  gst_buffer_unref(buffer);
  cv::Mat bgr;
  cv::cvtColor(bgrx, bgr, cv::COLOR_BGRA2BGR);
  return bgr;
}

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<std::size_t, 3> cdc_distances{1, 2, 4};  // of Liu et al.

cv::Mat plane_of(const GstVideoFrame& frame, guint component) {
  return {GST_VIDEO_FRAME_COMP_HEIGHT(&frame, component), GST_VIDEO_FRAME_COMP_WIDTH(&frame, component), CV_8U,
          GST_VIDEO_FRAME_COMP_DATA(&frame, component),
          static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_STRIDE(&frame, component))};
}

/// The same frame without its colour.
cv::Mat gray_of(GstVideoFrame frame) {
  cv::Mat neutral(GST_VIDEO_FRAME_COMP_HEIGHT(&frame, 1), GST_VIDEO_FRAME_COMP_STRIDE(&frame, 1), CV_8U,
                  cv::Scalar(128));
  frame.data[1] = frame.data[2] = neutral.data;
  return bgr_of(frame);
}

/// The picture with a long side of at most `most` pixels.
cv::Mat reduced(const cv::Mat& picture, int most) {
  const double scale = static_cast<double>(most) / std::max(picture.cols, picture.rows);
  if (scale >= 1) return picture;
  const auto side = [&](int n) { return std::max(1, static_cast<int>(std::lround(n * scale))); };
  cv::Mat result;
  cv::resize(picture, result, {side(picture.cols), side(picture.rows)}, 0, 0, cv::INTER_AREA);
  return result;
}

/// Every n-th pixel of every n-th row, so that about 150,000 are left, which give the same mean.
cv::Mat sampled(const cv::Mat& picture) {
  const int n = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(picture.total()) / 150000)));
  cv::Mat result((picture.rows + n - 1) / n, (picture.cols + n - 1) / n, picture.type());
  for (int y = 0; y < result.rows; ++y)
    for (int x = 0; x < result.cols; ++x) result.at<cv::Vec3b>(y, x) = picture.at<cv::Vec3b>(y * n, x * n);
  return result;
}

}  // namespace

Moment& Moment::operator+=(const Moment& other) {
  seconds += other.seconds;
  ciede += other.ciede;
  gray_ciede += other.gray_ciede;
  chroma += other.chroma;
  true_chroma += other.true_chroma;
  frames += other.frames;
  return *this;
}

void Evaluation::Mean::add(double value) {
  sum += value;
  last = value;
  ++count;
}

double Evaluation::Mean::value() const { return count ? sum / static_cast<double>(count) : none; }

Evaluation::Evaluation(std::string name, Gallery& gallery, Detector* detector, bool still)
    : name_(std::move(name)), gallery_(gallery), detector_(detector), still_(still) {}

void Evaluation::add(const GstVideoFrame& truth, const GstVideoFrame& colorized, double seconds, double milliseconds) {
  size_ = {truth.info.width, truth.info.height};
  milliseconds_.push_back(static_cast<float>(milliseconds));
  truth_.bgr = bgr_of(truth);
  colorized_.bgr = bgr_of(colorized);
  gray_.bgr = gray_of(truth);

  constexpr int motion_side = 320;  // enough to see motion, and quick
  cv::Mat luma;
  cv::cvtColor(reduced(truth_.bgr, motion_side), luma, cv::COLOR_BGR2GRAY);
  const bool same_shot = motion_(luma);
  for (Side* side : {&truth_, &colorized_, &gray_}) {
    side->lab = measures::lab(sampled(side->bgr));
    side->last_small_lab = side->small_lab;
    side->small_lab = measures::lab(reduced(side->bgr, motion_side));
    side->chroma.add(measures::mean_chroma(side->small_lab));
    side->means[colour].add(measures::colourfulness(side->bgr));
    follow(*side, same_shot);
  }
  const std::array small{truth_.small_lab, colorized_.small_lab, gray_.small_lab};
  drift_.add(same_shot ? &motion_ : nullptr, luma, seconds, small);

  const Planes true_chroma{plane_of(truth, 1), plane_of(truth, 2)};
  const cv::Mat neutral(true_chroma[0].size(), CV_8U, cv::Scalar(128));
  const Moment moment{.seconds = seconds,
                      .ciede = compare(colorized_, {plane_of(colorized, 1), plane_of(colorized, 2)}, true_chroma),
                      .gray_ciede = compare(gray_, {neutral, neutral}, true_chroma),
                      .chroma = colorized_.chroma.last,
                      .true_chroma = truth_.chroma.last};
  if (moment.ciede < moment.gray_ciede) ++nearer_;
  if (still_)
    warmth_tint_ciede_.add(
        measures::mean_ciede2000(measures::with_best_warmth_and_tint(colorized_.lab, truth_.lab), truth_.lab));
  add_to_course(moment);
  if (detector_ && seconds >= next_search_) {
    next_search_ = std::floor(seconds) + 1;
    seek_objects();
  }
  gallery_.offer({name_, seconds, moment.ciede, moment.gray_ciede, {}}, [&] {
    constexpr int shown = 480;
    return Triptych{reduced(gray_.bgr, shown), reduced(colorized_.bgr, shown), reduced(truth_.bgr, shown)};
  });
}

/// Compares one side's frame with the truth. Returns its CIEDE2000.
double Evaluation::compare(Side& side, const Planes& chroma, const Planes& true_chroma) {
  double squared_error = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto samples = static_cast<double>(chroma[i].total());
    side.means[i ? v_error : u_error].add(cv::norm(chroma[i], true_chroma[i], cv::NORM_L1) / samples);
    side.means[i ? v_ssim : u_ssim].add(measures::ssim(chroma[i], true_chroma[i]));
    squared_error += measures::squared_error(chroma[i], true_chroma[i]) / 2;
  }
  side.means[uv_psnr].add(squared_error);
  side.means[rgb_psnr].add(measures::squared_error(side.bgr, truth_.bgr));
  side.means[ciede].add(measures::mean_ciede2000(side.lab, truth_.lab));
  return side.means[ciede].last;
}

/// Compares one side's frame with those before it.
void Evaluation::follow(Side& side, bool same_shot) {
  if (same_shot) {
    const double change = motion_.change(side.last_small_lab, side.small_lab);
    if (!std::isnan(change)) side.means[flicker].add(change);
  } else {
    side.last_histograms.clear();
  }
  const auto now = measures::histograms(side.bgr);
  for (std::size_t i = 0; i < cdc_distances.size(); ++i)
    if (side.last_histograms.size() >= cdc_distances[i])
      side.divergences[i].add(measures::divergence(now, side.last_histograms[cdc_distances[i] - 1]));
  side.last_histograms.insert(side.last_histograms.begin(), now);
  if (side.last_histograms.size() > cdc_distances.back()) side.last_histograms.pop_back();
}

void Evaluation::seek_objects() {
  const std::vector<Object> sought = (*detector_)(truth_.bgr);
  for (Side* side : {&colorized_, &gray_}) {
    side->means[objects].sum += static_cast<double>(found_again(sought, (*detector_)(side->bgr)));
    side->means[objects].count += sought.size();
  }
}

void Evaluation::add_to_course(const Moment& moment) {
  constexpr std::size_t most = 400;  // more than a plot can show
  if (!course_.empty() && course_.back().frames < frames_of_part_) {
    course_.back() += moment;
    return;
  }
  if (course_.size() == most) {
    for (std::size_t i = 0; i < most; i += 2) (course_[i / 2] = course_[i]) += course_[i + 1];
    course_.resize(most / 2);
    frames_of_part_ *= 2;
  }
  course_.push_back(moment);
}

Column Evaluation::column(const Side& side) {
  Column column;
  std::ranges::transform(side.means, column.begin(), &Mean::value);
  for (const Measure measure : {uv_psnr, rgb_psnr}) column[measure] = measures::psnr(column[measure]);
  const double chroma = side.chroma.value();
  column[flicker] = chroma > 0.1 ? column[flicker] / chroma : none;
  column[cdc] = (side.divergences[0].value() + side.divergences[1].value() + side.divergences[2].value()) / 3;
  return column;
}

Figures Evaluation::figures() const {
  Figures figures;
  figures.name = name_;
  figures.width = size_.width;
  figures.height = size_.height;
  figures.frames = milliseconds_.size();
  if (milliseconds_.empty()) return figures;
  const auto frames = static_cast<double>(milliseconds_.size());
  std::vector<float> sorted = milliseconds_;
  std::ranges::sort(sorted);
  figures.median_frame_ms = sorted[sorted.size() / 2];
  figures.frame_ms = std::accumulate(sorted.begin(), sorted.end(), 0.0) / frames;
  figures.true_chroma = truth_.chroma.value();
  figures.nearer = static_cast<double>(nearer_) / frames;
  figures.objects_sought = gray_.means[objects].count;
  figures.truth = column(truth_);
  figures.colorized = column(colorized_);
  figures.gray = column(gray_);
  figures.warmth_tint_ciede = warmth_tint_ciede_.value();
  figures.warmth_tint_gain = 1 - figures.warmth_tint_ciede / figures.gray[ciede];
  for (const auto& [side, column] : {std::pair{0, &figures.truth}, {1, &figures.colorized}, {2, &figures.gray}})
    (*column)[drift] = drift_.share(static_cast<std::size_t>(side));
  figures.course = course_;
  return figures;
}

Figures mean_of(const std::vector<Figures>& files) {
  Figures mean;
  const auto average = [&](const auto& figure) {
    double sum = 0;
    int count = 0;
    for (const Figures& file : files) {
      if (!std::isfinite(figure(file))) continue;
      sum += figure(file);
      ++count;
    }
    return count ? sum / count : none;
  };
  for (Column Figures::*column : {&Figures::truth, &Figures::colorized, &Figures::gray})
    for (std::size_t i = 0; i < n_measures; ++i)
      (mean.*column)[i] = average([&](const Figures& file) { return (file.*column)[i]; });
  for (double Figures::*figure :
       {&Figures::frame_ms, &Figures::median_frame_ms, &Figures::true_chroma, &Figures::nearer, &Figures::fps})
    mean.*figure = average([&](const Figures& file) { return file.*figure; });
  mean.warmth_tint_ciede = average([](const Figures& file) { return file.warmth_tint_ciede; });
  const double gray_of_stills =
      average([](const Figures& file) { return std::isfinite(file.warmth_tint_ciede) ? file.gray[ciede] : none; });
  mean.warmth_tint_gain = 1 - mean.warmth_tint_ciede / gray_of_stills;
  for (const Figures& file : files) {
    mean.frames += file.frames;
    mean.objects_sought += file.objects_sought;
  }
  return mean;
}

}  // namespace colorize::command
