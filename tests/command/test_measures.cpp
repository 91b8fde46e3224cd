// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <sstream>

#include "../engine/check.h"
#include "common/json.h"
#include "evaluate/detector.h"
#include "evaluate/drift.h"
#include "evaluate/flicker.h"
#include "evaluate/gallery.h"
#include "evaluate/measures.h"
#include "evaluate/points.h"

namespace measures = colorize::command::measures;

static void test_ciede2000_has_the_published_values() {
  // Sharma, Wu and Dalal 2005, table 1: made to find what is wrong with hues around 0 and 180 degrees and without
  // chroma.
  static constexpr struct {
    float one[3], other[3];
    double difference;
  } published[] = {{{50.0000F, 2.6772F, -79.7751F}, {50.0000F, 0.0000F, -82.7485F}, 2.0425},
                   {{50.0000F, 3.1571F, -77.2803F}, {50.0000F, 0.0000F, -82.7485F}, 2.8615},
                   {{50.0000F, 2.8361F, -74.0200F}, {50.0000F, 0.0000F, -82.7485F}, 3.4412},
                   {{50.0000F, -1.3802F, -84.2814F}, {50.0000F, 0.0000F, -82.7485F}, 1.0000},
                   {{50.0000F, -1.1848F, -84.8006F}, {50.0000F, 0.0000F, -82.7485F}, 1.0000},
                   {{50.0000F, -0.9009F, -85.5211F}, {50.0000F, 0.0000F, -82.7485F}, 1.0000},
                   {{50.0000F, 0.0000F, 0.0000F}, {50.0000F, -1.0000F, 2.0000F}, 2.3669},
                   {{50.0000F, -1.0000F, 2.0000F}, {50.0000F, 0.0000F, 0.0000F}, 2.3669},
                   {{50.0000F, 2.4900F, -0.0010F}, {50.0000F, -2.4900F, 0.0009F}, 7.1792},
                   {{50.0000F, 2.4900F, -0.0010F}, {50.0000F, -2.4900F, 0.0010F}, 7.1792},
                   {{50.0000F, 2.4900F, -0.0010F}, {50.0000F, -2.4900F, 0.0011F}, 7.2195},
                   {{50.0000F, 2.4900F, -0.0010F}, {50.0000F, -2.4900F, 0.0012F}, 7.2195},
                   {{50.0000F, -0.0010F, 2.4900F}, {50.0000F, 0.0009F, -2.4900F}, 4.8045},
                   {{50.0000F, -0.0010F, 2.4900F}, {50.0000F, 0.0010F, -2.4900F}, 4.8045},
                   {{50.0000F, -0.0010F, 2.4900F}, {50.0000F, 0.0011F, -2.4900F}, 4.7461},
                   {{50.0000F, 2.5000F, 0.0000F}, {50.0000F, 0.0000F, -2.5000F}, 4.3065},
                   {{50.0000F, 2.5000F, 0.0000F}, {73.0000F, 25.0000F, -18.0000F}, 27.1492},
                   {{50.0000F, 2.5000F, 0.0000F}, {61.0000F, -5.0000F, 29.0000F}, 22.8977},
                   {{50.0000F, 2.5000F, 0.0000F}, {56.0000F, -27.0000F, -3.0000F}, 31.9030},
                   {{50.0000F, 2.5000F, 0.0000F}, {58.0000F, 24.0000F, 15.0000F}, 19.4535},
                   {{50.0000F, 2.5000F, 0.0000F}, {50.0000F, 3.1736F, 0.5854F}, 1.0000},
                   {{50.0000F, 2.5000F, 0.0000F}, {50.0000F, 3.2972F, 0.0000F}, 1.0000},
                   {{50.0000F, 2.5000F, 0.0000F}, {50.0000F, 1.8634F, 0.5757F}, 1.0000},
                   {{50.0000F, 2.5000F, 0.0000F}, {50.0000F, 3.2592F, 0.3350F}, 1.0000},
                   {{60.2574F, -34.0099F, 36.2677F}, {60.4626F, -34.1751F, 39.4387F}, 1.2644},
                   {{63.0109F, -31.0961F, -5.8663F}, {62.8187F, -29.7946F, -4.0864F}, 1.2630},
                   {{61.2901F, 3.7196F, -5.3901F}, {61.4292F, 2.2480F, -4.9620F}, 1.8731},
                   {{35.0831F, -44.1164F, 3.7933F}, {35.0232F, -40.0716F, 1.5901F}, 1.8645},
                   {{22.7233F, 20.0904F, -46.6940F}, {23.0331F, 14.9730F, -42.5619F}, 2.0373},
                   {{36.4612F, 47.8580F, 18.3852F}, {36.2715F, 50.5065F, 21.2231F}, 1.4146},
                   {{90.8027F, -2.0831F, 1.4410F}, {91.1528F, -1.6435F, 0.0447F}, 1.4441},
                   {{90.9257F, -0.5406F, -0.9208F}, {88.6381F, -0.8985F, -0.7239F}, 1.5381},
                   {{6.7747F, -0.2908F, -2.4247F}, {5.8714F, -0.0985F, -2.2286F}, 0.6377},
                   {{2.0776F, 0.0795F, -1.1350F}, {0.9033F, -0.0636F, -0.5514F}, 0.9082}};
  Worst worst("CIEDE2000");
  cv::Mat ones(2, std::size(published), CV_32FC3), others(ones.size(), CV_32FC3);
  double sum = 0;
  for (int i = 0; i < ones.cols; ++i) {
    const auto& row = published[i];
    const cv::Vec3f one(row.one), other(row.other);
    worst.add(std::abs(measures::ciede2000(one, other) - row.difference));
    worst.add(std::abs(measures::ciede2000(other, one) - row.difference));
    for (int y = 0; y < 2; ++y) ones.at<cv::Vec3f>(y, i) = one, others.at<cv::Vec3f>(y, i) = other;
    sum += row.difference;
  }
  worst.within(1e-4);
  g_assert_cmpfloat_with_epsilon(measures::mean_ciede2000(ones, others), sum / ones.cols, 1e-4);
}

static void test_psnr_is_that_of_its_definition() {
  cv::Mat one(8, 8, CV_8UC3, cv::Scalar(100, 100, 100)), other = one.clone();
  g_assert_true(std::isinf(measures::psnr(measures::squared_error(one, other))));
  other.at<cv::Vec3b>(3, 4) = {100, 116, 100};  // 16 codes in one of 192 samples
  g_assert_cmpfloat_with_epsilon(measures::squared_error(one, other), 256.0 / 192, 1e-9);
  g_assert_cmpfloat_with_epsilon(measures::psnr(256.0 / 192), 46.8814, 1e-3);
}

static void test_ssim_tells_structure_from_light() {
  cv::Mat noise(40, 56, CV_8U);
  cv::RNG random(1);
  random.fill(noise, cv::RNG::UNIFORM, 60, 190);
  g_assert_cmpfloat_with_epsilon(measures::ssim(noise, noise), 1, 1e-6);
  cv::Mat brighter;
  noise.convertTo(brighter, CV_8U, 1, 4);
  g_assert_cmpfloat(measures::ssim(noise, brighter), >, 0.97);
  g_assert_cmpfloat(measures::ssim(noise, 255 - noise), <, -0.8);
  // Of planes without structure only the means count.
  const cv::Mat one(20, 20, CV_8U, cv::Scalar(128)), other(20, 20, CV_8U, cv::Scalar(100));
  const double c1 = 6.5025, wanted = (2 * 128 * 100 + c1) / (128 * 128 + 100 * 100 + c1);
  g_assert_cmpfloat_with_epsilon(measures::ssim(one, other), wanted, 1e-5);
}

static void test_colourfulness_is_the_papers() {
  cv::Mat gray(4, 4, CV_8UC3, cv::Scalar(77, 77, 77));
  g_assert_cmpfloat_with_epsilon(measures::colourfulness(gray), 0, 1e-9);
  // Half red, half blue: rg is 255 or 0, yb 127.5 or -255.
  cv::Mat halves(2, 2, CV_8UC3, cv::Scalar(0, 0, 255));
  halves.row(1) = cv::Scalar(255, 0, 0);
  const double wanted = std::hypot(127.5, 191.25) + 0.3 * std::hypot(127.5, -63.75);
  g_assert_cmpfloat_with_epsilon(measures::colourfulness(halves), wanted, 1e-6);
}

static void test_divergence_of_histograms() {
  const cv::Mat dark(4, 4, CV_8UC3, cv::Scalar(10, 10, 10)), light(4, 4, CV_8UC3, cv::Scalar(200, 200, 200));
  cv::Mat half = dark.clone();
  half.rowRange(0, 2) = cv::Scalar(200, 200, 10);  // B and G
  const auto of = [](const cv::Mat& one, const cv::Mat& other) {
    return measures::divergence(measures::histograms(one), measures::histograms(other));
  };
  g_assert_cmpfloat_with_epsilon(of(dark, dark), 0, 1e-9);
  g_assert_cmpfloat_with_epsilon(of(dark, light), std::log(2), 1e-6);
  const double apart = 0.5 * std::log(1 / 0.75) + 0.5 * (0.5 * std::log(0.5 / 0.75) + 0.5 * std::log(0.5 / 0.25));
  g_assert_cmpfloat_with_epsilon(of(dark, half), apart * 2 / 3, 1e-6);
}

/// Blobs that move, as gray and as L*a*b* whose colours move with them.
static cv::Mat scene(int seed, int shift) {
  cv::Mat blobs(12, 32, CV_8UC3), wide;
  cv::RNG random(static_cast<std::uint64_t>(seed));
  random.fill(blobs, cv::RNG::UNIFORM, 0, 256);
  cv::resize(blobs, wide, {320, 120}, 0, 0, cv::INTER_CUBIC);
  return wide(cv::Rect(shift, 0, 160, 120)) * (seed == 1 ? 1 : 0.4);
}

static cv::Mat luma_of(const cv::Mat& bgr) {
  cv::Mat luma;
  cv::cvtColor(bgr, luma, cv::COLOR_BGR2GRAY);
  return luma;
}

static void test_the_best_warmth_and_tint_take_a_cast_away() {
  const cv::Mat truth = measures::lab(scene(3, 0));
  const cv::Mat cast = truth + cv::Scalar(0, 12, -30);
  g_assert_cmpfloat(measures::mean_ciede2000(cast, truth), >, 5);
  const auto error_of = [&](const cv::Mat& lab) {
    return measures::mean_ciede2000(measures::with_best_warmth_and_tint(lab, truth), truth);
  };
  g_assert_cmpfloat_with_epsilon(error_of(cast), 0, 1e-3);
  const cv::Mat far = truth + cv::Scalar(0, 0, 80), nearer = truth + cv::Scalar(0, 0, 30);
  g_assert_cmpfloat_with_epsilon(error_of(far), measures::mean_ciede2000(nearer, truth), 1e-3);
  const cv::Mat darker = truth - cv::Scalar(10);  // which they cannot help
  g_assert_cmpfloat_with_epsilon(error_of(darker), measures::mean_ciede2000(darker, truth), 1e-3);
}

static void test_points_say_the_colour_of_their_places() {
  cv::Mat truth(90, 160, CV_8UC3, cv::Scalar(10, 20, 200));  // B'G'R'
  truth.rowRange(45, 90) = cv::Scalar(180, 40, 30);
  const std::string text = colorize::command::points_of(truth, 16, 5, 2.5);
  g_assert_true(text == colorize::command::points_of(truth, 16, 5, 2.5));
  g_assert_true(text != colorize::command::points_of(truth, 16, 6, 2.5));
  g_assert_true(text.starts_with(colorize::command::points_of(truth, 3, 5, 2.5)));
  std::array<int, 4> of_quarter{};
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto hint = colorize::command::JsonValue::parse(line);
    const double x = hint.at("x").number(), y = hint.at("y").number(), radius = hint.at("radius").number();
    g_assert_true(x >= 0 && x < 160 && y >= 0 && y < 90);
    g_assert_true(hint.at("time").number() <= 2.5 && hint.at("time").number() > 2.499);
    ++of_quarter[static_cast<std::size_t>((x < 80) + 2 * (y < 45))];
    const std::string colour = hint.at("colour").text();
    if (std::abs(y - 45) > radius + 1) g_assert_cmpstr(colour.c_str(), ==, y < 45 ? "#c8140a" : "#1e28b4");
  }
  for (const int count : of_quarter) g_assert_cmpint(count, >=, 2);
  g_assert_true(colorize::command::points_of(truth, 1, 5, std::nullopt).find("time") == std::string::npos);
}

static void test_flicker_follows_motion_and_stops_at_cuts() {
  colorize::command::TruthMotion motion;
  g_assert_false(motion(luma_of(scene(1, 0))));
  for (int t = 1; t < 10; ++t) {
    const cv::Mat last = measures::lab(scene(1, 2 * t - 2)), now = measures::lab(scene(1, 2 * t));
    g_assert_true(motion(luma_of(scene(1, 2 * t))));
    const double standing = cv::norm(last, now, cv::NORM_L1) / static_cast<double>(now.total());
    const double along = motion.change(last, now);
    g_test_message("frame %d: %.2f along the motion, %.2f standing", t, along, standing);
    g_assert_cmpfloat(along, <, 0.25 * standing);
    const cv::Mat paler(now.size(), CV_32FC3, cv::Scalar(50, 3, 4)), neutral(now.size(), CV_32FC3, cv::Scalar(50));
    g_assert_cmpfloat_with_epsilon(motion.change(paler, neutral), 5, 1e-3);
  }
  g_assert_false(motion(luma_of(scene(7, 40))));
  g_assert_true(motion(luma_of(scene(7, 42))));
}

static void test_drift_adds_up_along_tracks_and_stops_at_cuts() {
  const int frames = 70;
  for (const int cut : {0, 35}) {
    colorize::command::TruthMotion motion;
    colorize::command::Drift drift(3);
    for (int t = 0; t < frames; ++t) {
      const cv::Mat bgr = cut && t >= cut ? scene(7, t) : scene(1, 2 * t), luma = luma_of(bgr);
      const bool same_shot = motion(luma);
      g_assert_true(same_shot == (t > 0 && t != cut));
      const cv::Mat drifting(luma.size(), CV_32FC3, cv::Scalar(50, 10 + 0.1 * t, 0));
      const cv::Mat neutral(luma.size(), CV_32FC3, cv::Scalar(50));
      drift.add(same_shot ? &motion : nullptr, luma, t / 25.0, std::array{measures::lab(bgr), drifting, neutral});
    }
    g_test_message("cut at %d: %.3f of colours that move with their things, %.4f of some that drift", cut,
                   drift.share(0), drift.share(1));
    g_assert_true(std::isnan(drift.share(2)));  // what has no colour cannot drift
    if (cut) {                                  // no shot lasts so long
      g_assert_true(std::isnan(drift.share(0)));
    } else {  // tracks from frame 0 to 50 and from 13 to 63
      g_assert_cmpfloat(drift.share(0), <, 0.05);
      g_assert_cmpfloat_with_epsilon(drift.share(1), (5 + 5) / (10 + 11.3), 1e-3);
    }
  }
}

static void test_objects_are_found_again_where_they_were() {
  const std::vector<colorize::command::Object> truth{
      {1, 0.9F, {0, 0, 10, 10}}, {1, 0.9F, {40, 0, 10, 10}}, {2, 0.9F, {0, 40, 10, 10}}};
  g_assert_cmpuint(colorize::command::found_again(truth, truth), ==, 3);
  g_assert_cmpuint(colorize::command::found_again(truth, {}), ==, 0);
  // Of another kind, too far away, and twice the same.
  g_assert_cmpuint(colorize::command::found_again(truth, {{2, 0.5F, {0, 0, 10, 10}}}), ==, 0);
  g_assert_cmpuint(colorize::command::found_again(truth, {{1, 0.5F, {4, 0, 10, 10}}}), ==, 0);
  g_assert_cmpuint(colorize::command::found_again(truth, {{1, 0.5F, {3, 0, 10, 10}}}), ==, 1);
  g_assert_cmpuint(colorize::command::found_again({truth[0], truth[0]}, {truth[0]}), ==, 1);
}

static void test_the_gallery_keeps_the_best_and_the_worst() {
  colorize::command::Gallery gallery;
  int asked = 0;
  const auto offer = [&](const char* file, double seconds, double ciede) {
    gallery.offer({file, seconds, ciede, 10, {}}, [&] {
      ++asked;
      return colorize::command::Triptych{};
    });
  };
  for (int i = 0; i < 100; ++i) offer("film", i * 0.5, 5 + (i % 10));
  g_assert_cmpuint(gallery.best().size(), ==, 4);
  g_assert_cmpuint(gallery.worst().size(), ==, 4);
  for (const auto& exhibit : gallery.best()) g_assert_cmpfloat(exhibit.ciede, ==, 5);
  for (const auto& exhibit : gallery.worst()) g_assert_cmpfloat(exhibit.ciede, ==, 14);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < i; ++j)
      g_assert_cmpfloat(std::abs(gallery.best()[i].seconds - gallery.best()[j].seconds), >=, 2);
  g_assert_cmpint(asked, <, 100);
  offer("other", 0, 4);
  const std::string first = gallery.best()[0].file;
  g_assert_cmpstr(first.c_str(), ==, "other");

  colorize::command::Gallery single;
  single.offer({"photograph", 0, 5, 10, {}}, [] { return colorize::command::Triptych{}; });
  g_assert_cmpuint(single.best().size(), ==, 1);
  g_assert_cmpuint(single.worst().size(), ==, 0);
}

static void test_no_frame_of_the_gallery_is_among_the_wrong_ones() {
  // Two frames of each of three films, which are few enough for each to be among the best and among the worst.
  colorize::command::Gallery gallery;
  for (const auto& [file, ciede] :
       {std::pair{"good", 4.0}, {"good", 5.0}, {"fair", 8.0}, {"fair", 12.0}, {"poor", 13.0}, {"poor", 14.0}})
    gallery.offer({file, ciede / 100, ciede, 10, {}}, [] { return colorize::command::Triptych(); });
  g_assert_cmpuint(gallery.best().size(), ==, 2);
  for (const auto& exhibit : gallery.best()) g_assert_cmpfloat(exhibit.ciede, <, 10);
  g_assert_cmpuint(gallery.worst().size(), ==, 2);
  for (const auto& exhibit : gallery.worst()) g_assert_cmpfloat(exhibit.ciede, >, 8);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/measures/ciede2000-has-the-published-values", test_ciede2000_has_the_published_values);
  g_test_add_func("/measures/psnr-is-that-of-its-definition", test_psnr_is_that_of_its_definition);
  g_test_add_func("/measures/ssim-tells-structure-from-light", test_ssim_tells_structure_from_light);
  g_test_add_func("/measures/colourfulness-is-the-papers", test_colourfulness_is_the_papers);
  g_test_add_func("/measures/divergence-of-histograms", test_divergence_of_histograms);
  g_test_add_func("/measures/the-best-warmth-and-tint-take-a-cast-away",
                  test_the_best_warmth_and_tint_take_a_cast_away);
  g_test_add_func("/measures/points-say-the-colour-of-their-places", test_points_say_the_colour_of_their_places);
  g_test_add_func("/measures/flicker-follows-motion-and-stops-at-cuts", test_flicker_follows_motion_and_stops_at_cuts);
  g_test_add_func("/measures/drift-adds-up-along-tracks-and-stops-at-cuts",
                  test_drift_adds_up_along_tracks_and_stops_at_cuts);
  g_test_add_func("/measures/objects-are-found-again-where-they-were", test_objects_are_found_again_where_they_were);
  g_test_add_func("/measures/the-gallery-keeps-the-best-and-the-worst", test_the_gallery_keeps_the_best_and_the_worst);
  g_test_add_func("/measures/no-frame-of-the-gallery-is-among-the-wrong-ones",
                  test_no_frame_of_the_gallery_is_among_the_wrong_ones);
  return g_test_run();
}
