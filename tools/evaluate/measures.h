// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <opencv2/core.hpp>

/// The measures by which the field compares pictures: plain functions of them. evaluation.cpp names the papers.
namespace colorize::command::measures {

/// Colour difference of two L*a*b* (Sharma, Wu and Dalal 2005, with kL = kC = kH = 1).
double ciede2000(const cv::Vec3f& one, const cv::Vec3f& other);

/// Its mean over two CV_32FC3 of one size.
double mean_ciede2000(const cv::Mat& one, const cv::Mat& other);

/// `lab` with the one (a*, b*) added that bring it nearest to the truth by squared error, each within the -50..50 of
/// the properties tint and warmth. CV_32FC3, both of one size.
cv::Mat with_best_warmth_and_tint(const cv::Mat& lab, const cv::Mat& truth);

/// B'G'R' (CV_8UC3) to L*a*b* (CV_32FC3), white D65.
cv::Mat lab(const cv::Mat& bgr);

/// Mean distance of (a*, b*) from neutral.
double mean_chroma(const cv::Mat& lab);

/// Hasler and Suesstrunk 2003, on the scale of 8 bits: 0 gray, 15 slightly, 33 moderately, 59 quite colourful.
double colourfulness(const cv::Mat& bgr);

/// Mean squared error of two pictures or planes of 8 bits.
double squared_error(const cv::Mat& one, const cv::Mat& other);

/// Peak signal-to-noise ratio of 8 bits, in dB; infinite for no error.
double psnr(double squared_error);

/// Structural similarity of two CV_8UC1 planes (Wang et al. 2004: a Gaussian window of 11 samples, sigma 1.5).
double ssim(const cv::Mat& one, const cv::Mat& other);

/// Shares of the 256 values in each of B, G and R.
using Histograms = std::array<std::array<float, 256>, 3>;
Histograms histograms(const cv::Mat& bgr);

/// Jensen-Shannon divergence (natural logarithm), mean of the three.
double divergence(const Histograms& one, const Histograms& other);

}  // namespace colorize::command::measures
