// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <set>

#include "check.h"
#include "memory.h"
#include "moving.h"
#include "settings.h"
#include "targets.h"

using colorize::Ab, colorize::Memory, colorize::Shot;

namespace {

const double usual_threshold = colorize::Settings().scene_threshold, usual_stability = colorize::Settings().stability;

cv::Mat lightness(const cv::Mat& codes) {
  cv::Mat l;
  codes.convertTo(l, CV_32F, 1 / 2.55);
  return l;
}
cv::Mat lightness(const Scene& scene) { return lightness(scene.codes()); }

Ab flat(cv::Size size, double a, double b) {
  return {cv::Mat(size, CV_32F, cv::Scalar(a)), cv::Mat(size, CV_32F, cv::Scalar(b))};
}

constexpr double square_a = 40, square_b = -20, ground_a = -15, ground_b = 30;

/// What a network says that knows the scene; `wrong` is the deviation of its error, which is anew in each frame.
Ab truth(const Scene& scene, double wrong = 0, int frame = 0) {
  Ab ab = flat(scene.size, 0, 0);
  for (int y = 0; y < scene.size.height; ++y)
    for (int x = 0; x < scene.size.width; ++x) {
      const double c = scene.covered(x, y);
      ab.a.at<float>(y, x) =
          static_cast<float>(c * square_a + (1 - c) * ground_a + (wrong > 0 ? wrong * grain(x, y, 2 * frame) : 0));
      ab.b.at<float>(y, x) =
          static_cast<float>(c * square_b + (1 - c) * ground_b + (wrong > 0 ? wrong * grain(x, y, 2 * frame + 1) : 0));
    }
  return ab;
}

/// A memory beside the shot that it follows.
struct Remembering {
  Shot shot;
  Memory memory;
  bool own_reference;

  explicit Remembering(bool own = false) : own_reference(own) {}

  bool see(const cv::Mat& lightness, double scene_threshold) {
    const bool cut = shot.see(lightness, scene_threshold);
    memory.follow(shot);
    return cut;
  }
  /// About the frame seen last; gives what is to be shown.
  Ab take(const Ab& said, double stability) {
    g_assert_true(memory.take(said, shot.number(), stability, own_reference));
    return memory.recall();
  }
  const Ab& recall() const { return memory.recall(); }
  bool empty() const { return memory.empty(); }
  void forget() {
    shot.forget();
    memory.forget();
  }
};

/// One frame's way; gives what is to be shown.
Ab step(Remembering& memory, const cv::Mat& lightness, const Ab& said, double stability = usual_stability) {
  memory.see(lightness, usual_threshold);
  return memory.take(said, stability);
}

double difference(const Ab& one, const Ab& other) {
  return std::max(cv::norm(one.a, other.a, cv::NORM_INF), cv::norm(one.b, other.b, cv::NORM_INF));
}
double mean_difference(const Ab& one, const Ab& other) {
  return (cv::norm(one.a, other.a, cv::NORM_L1) + cv::norm(one.b, other.b, cv::NORM_L1)) /
         static_cast<double>(2 * one.a.total());
}

/// The share of the square's colour, 0..1, in `ab` where `counts(x, y)` holds.
template <typename Counts>
double square_share(const Ab& ab, const Counts& counts) {
  double sum = 0;
  int pixels = 0;
  for (int y = 0; y < ab.a.rows; ++y)
    for (int x = 0; x < ab.a.cols; ++x)
      if (counts(x, y))
        sum += ((ab.a.at<float>(y, x) - ground_a) / (square_a - ground_a) +
                (ab.b.at<float>(y, x) - ground_b) / (square_b - ground_b)) /
               2,
            ++pixels;
  g_assert_cmpint(pixels, >, 0);
  return sum / pixels;
}

}  // namespace

static void test_the_first_frame_is_what_the_network_says() {
  for (const double stability : {0.0, 0.7, 1.0}) {
    Remembering memory;
    g_assert_true(memory.empty());
    const Ab said = truth(Scene(), 5);
    g_assert_cmpfloat(difference(step(memory, lightness(Scene()), said, stability), said), ==, 0);
    g_assert_cmpfloat(difference(memory.recall(), said), ==, 0);
    g_assert_false(memory.empty());
  }
}

static void test_without_stability_every_frame_is_what_the_network_says() {
  Remembering memory;
  Scene scene;
  for (int i = 0; i < 6; ++i) {
    scene.x += 2.5;
    const Ab said = truth(scene, 8, i);
    g_assert_cmpfloat(difference(step(memory, lightness(scene), said, 0), said), ==, 0);
  }
}

static void test_more_stability_flickers_less() {
  double last = 1e9, without = 0;
  for (const double stability : {0.0, 0.25, 0.5, 0.7, 0.85, 1.0}) {
    Remembering memory;
    Scene scene;
    Ab before;
    double flicker = 0;
    Worst from_truth("mean of a* away from the truth");
    for (int i = 0; i < 40; ++i) {
      const Ab now = step(memory, lightness(with_grain(scene.codes(), 2, i)), truth(scene, 6, i), stability);
      if (i >= 10) {  // it has settled
        flicker += mean_difference(now, before) / 30;
        from_truth.add(std::abs(cv::mean(now.a)[0] - cv::mean(truth(scene).a)[0]));
      }
      before = now;
    }
    if (stability == 0) without = flicker;
    g_test_message("stability %g: flicker %.3f, %.0f %% less", stability, flicker, 100 - 100 * flicker / without);
    expect(flicker < last, "stability %g flickers more than less of it", stability);
    if (stability == usual_stability) expect(flicker < 0.1 * without, "flicker %.3f of %.3f", flicker, without);
    from_truth.within(0.3);
    last = flicker;
  }
}

/// What it is told once fades: at first by the same share each frame, and the slower the nearer it is to what it is
/// told since.
static void test_a_wrong_colour_fades_as_promised() {
  const Scene scene;
  double last_left = -1;
  for (const double stability : {0.0, 0.3, 0.7, 1.0}) {
    Remembering memory;
    step(memory, lightness(scene), flat(scene.size, 60, -40), stability);
    const double most = std::pow(0.036, stability), noise = 12 * stability, all = std::hypot(60, 40);
    double left = all;
    Worst wrong(cv::format("stability %g, at most %.3f a frame", stability, most));
    for (int i = 1; i <= 30; ++i) {
      const Ab now = step(memory, lightness(scene), flat(scene.size, 0, 0), stability);
      left *= 1 - most / (1 + std::pow(noise / left, 2));
      wrong.add(difference(now, flat(scene.size, 60 * left / all, -40 * left / all)));
      if (left == 0) break;
    }
    wrong.within(0.01);
    expect(left > last_left && left < all, "stability %g: %g is left", stability, left);
    last_left = left;
  }
}

/// Two minutes of a still camera: no drift to gray, nor to neon, and edges stay edges.
static void test_a_still_shot_does_not_drift() {
  Scene scene;
  scene.size = {96, 64}, scene.side = 30, scene.x = 30, scene.y = 16;
  Remembering memory;
  const cv::Mat still = scene.codes();
  Ab early, late;
  for (int i = 0; i < 3000; ++i) {
    const Ab now = step(memory, lightness(with_grain(still, 4, i)), truth(scene, 4, i), 1);
    if (i == 125) early = now;
    late = now;
  }
  const auto square = [&](int x, int y) { return scene.covered(x, y) == 1; };
  const auto ground = [&](int x, int y) { return scene.covered(x, y) == 0; };
  for (const auto* ab : {&early, &late}) {
    const double in = square_share(*ab, square), out = square_share(*ab, ground);
    g_test_message("%s: the square has %.3f of its colour, the ground %.3f of it", ab == &early ? "early" : "late", in,
                   out);
    expect(in > 0.97 && in < 1.01 && out < 0.02 && out > -0.01, "after %s frames", ab == &early ? "125" : "3000");
  }
  Worst drift("drift of the mean from frame 125 to 3000, a* and b*");
  drift.add(std::abs(cv::mean(early.a)[0] - cv::mean(late.a)[0])),
      drift.add(std::abs(cv::mean(early.b)[0] - cv::mean(late.b)[0]));
  drift.within(0.2);
}

/// Neither drags the square its colour over the ground that it uncovers, nor loses it its own.
static void test_uncovered_ground_takes_its_own_colour() {
  for (const double speed : {1.5, 3.0, 6.0, 10.0})
    for (const double stability : {usual_stability, 1.0}) {
      Remembering memory;
      Scene scene;
      scene.x = 20;
      std::vector<Scene> past;
      Ab now;
      const int frames = static_cast<int>(80 / speed);
      for (int i = 0; i < frames; ++i) {
        past.push_back(scene);
        now = step(memory, lightness(scene), truth(scene), stability);
        if (i + 1 < frames) scene.x += speed;
      }
      // Ground that was last under the square 3 frames ago or earlier.
      const auto uncovered = [&](int x, int y) {
        bool was = false;
        for (std::size_t i = 0; i < past.size(); ++i) {
          const double covered = past[i].covered(x, y);
          was |= covered == 1;
          if (i + 3 >= past.size() && covered > 0) return false;
        }
        return was;
      };
      const auto inside = [&](int x, int y) {
        return x > scene.x + 3 && x < scene.x + scene.side - 4 && y > scene.y + 3 && y < scene.y + scene.side - 4;
      };
      const double ghost = square_share(now, uncovered), kept = square_share(now, inside);
      g_test_message("speed %g, stability %g: %.3f of the square's colour on the ground that it left, %.3f in it",
                     speed, stability, ghost, kept);
      expect(ghost < 0.1, "speed %g, stability %g: ghost %.3f", speed, stability, ghost);
      expect(kept > 0.95, "speed %g, stability %g: the square kept %.3f", speed, stability, kept);
    }
}

/// Also where that does not count; what was in view all the time stays.
static void test_what_fades_takes_the_next_answer() {
  Shot shot;
  Memory memory;
  Scene scene;
  const double left = scene.x;
  const auto show = [&] {
    shot.see(lightness(scene), usual_threshold);
    memory.follow(shot);
    memory.fade();
  };
  show();
  memory.take(truth(scene), shot.number(), usual_stability);
  for (int i = 0; i < 8; ++i) {
    scene.x += 4;
    show();
  }
  const cv::Rect uncovered(cvRound(left) + 4, cvRound(scene.y) + 8, 24, 40);
  const cv::Rect square(cvRound(scene.x) + 8, cvRound(scene.y) + 8, 40, 40);
  const auto chroma = [&](cv::Rect place) {
    return cv::norm(memory.recall().a(place), cv::NORM_L1) + cv::norm(memory.recall().b(place), cv::NORM_L1);
  };
  const double before = chroma(uncovered), of_square = chroma(square);
  memory.take(flat(scene.size, 0, 0), shot.number(), usual_stability, false, cv::Mat::zeros(scene.size, CV_32F));
  g_test_message("of what was uncovered %.2f stay, of the square %.2f", chroma(uncovered) / before,
                 chroma(square) / of_square);
  g_assert_cmpfloat(chroma(uncovered), <, 0.5 * before);
  g_assert_cmpfloat(chroma(square), >, 0.9 * of_square);
}

static void test_a_cut_forgets_in_its_very_frame() {
  Scene one, other;
  other.seed = 21, other.dark = 90, other.light = 250;
  Remembering memory;
  for (int i = 0; i < 6; ++i) step(memory, lightness(one), flat(one.size, 50, 50), 1);
  const Ab said = truth(other, 5);
  g_assert_true(memory.see(lightness(other), usual_threshold));
  g_assert_true(memory.empty());
  const Ab now = memory.take(said, 1);
  g_assert_cmpfloat(difference(now, said), ==, 0);
  // Nothing of it is left in the frames to come either.
  g_assert_cmpfloat(difference(step(memory, lightness(other), said, 1), said), <, 1e-4);
}

/// Between two frames of the network the colour goes where its things go.
static void test_the_memory_follows_the_motion() {
  for (const auto& [dx, dy] : {std::pair(2.0, 1.0), std::pair(-3.5, 0.5), std::pair(0.4, -2.2)}) {
    Remembering memory;
    Scene scene;
    scene.x = 70, scene.y = 36;
    step(memory, lightness(scene), truth(scene));
    for (int i = 1; i <= 3; ++i) {
      scene.x += dx, scene.y += dy, scene.pan_x += 0.7;
      memory.see(lightness(scene), usual_threshold);
      const auto off = [&](int grown) {
        return square_share(memory.recall(), [&](int x, int y) {
          const bool in = x > scene.x - grown && x < scene.x + scene.side + grown - 1 && y > scene.y - grown &&
                          y < scene.y + scene.side + grown - 1;
          return grown < 0 ? in : !in;
        });
      };
      const double in = off(-4), out = off(14);
      g_test_message("frame %d at %g, %g: %.3f inside, %.3f outside", i, dx, dy, in, out);
      expect(in > 0.97 && out < 0.03, "frame %d at %g, %g", i, dx, dy);
    }
  }
}

static void test_forgetting_and_another_size_leave_nothing() {
  Remembering memory;
  Scene scene;
  step(memory, lightness(scene), flat(scene.size, 50, 50), 1);
  memory.forget();
  g_assert_true(memory.empty());
  scene.seed = 9;
  g_assert_false(memory.see(lightness(scene), 0));  // nothing to compare with is no cut
  const Ab said = truth(scene, 3);
  const Ab now = memory.take(said, 1);
  g_assert_cmpfloat(difference(now, said), ==, 0);

  scene.size = {64, 32};
  g_assert_false(memory.see(lightness(scene), 0));
  g_assert_true(memory.empty());
  const Ab little = truth(scene, 3);
  g_assert_cmpfloat(difference(memory.take(little, 1), little), ==, 0);
  g_assert_true(memory.recall().size() == scene.size);
}

static void test_threads_and_runs_do_not_change_a_bit() {
  const int threads_before = cv::getNumThreads();
  std::vector<Ab> wanted;
  for (const int threads : {1, 1, 2, 3, 4}) {
    cv::setNumThreads(threads);
    Remembering memory;
    Scene scene;
    scene.size = {256, 160};
    for (int i = 0; i < 8; ++i) {
      scene.x += 3.3, scene.y -= 0.8, scene.pan_x -= 1.1;
      const Ab now = step(memory, lightness(with_grain(scene.codes(), 4, i)), truth(scene, 6, i));
      if (static_cast<std::size_t>(i) == wanted.size()) wanted.push_back(now);
      expect(difference(now, wanted[i]) == 0, "frame %d with %d threads", i, threads);
    }
  }
  cv::setNumThreads(threads_before);
}

/// Planes are made for the first frames and used again.
static void test_the_planes_of_colour_are_used_again() {
  Remembering memory;
  Scene scene;
  std::set<const uchar*> planes;
  for (int i = 0; i < 12; ++i) {
    scene.x += 2;
    step(memory, lightness(scene), truth(scene));
    planes.insert(memory.recall().a.data);
  }
  g_assert_cmpuint(planes.size(), <=, 2);
}

/// What is said of a frame some frames ago is where its things are now, as if it had been said of this one.
static void test_an_answer_that_comes_later_is_taken_along_the_motion() {
  for (const double stability : {0.0, usual_stability, 1.0})
    for (const int late : {0, 1, 3, 6}) {
      Remembering memory;
      Scene scene;
      scene.x = 50, scene.y = 36;
      for (int i = 0; i < 3; ++i) step(memory, lightness(scene), flat(scene.size, 60, 60), stability);  // all wrong
      const auto asked = memory.shot.number();
      const Ab said = truth(scene);
      memory.memory.await();
      for (int i = 0; i < late; ++i) {
        scene.x += 2, scene.y += 0.5, scene.pan_x += 0.5;
        memory.see(lightness(scene), usual_threshold);
      }
      const Ab before = memory.recall();
      g_assert_true(memory.memory.take(said, asked, stability));
      const auto inside = [&](int x, int y) {
        return x > scene.x + 4 && x < scene.x + scene.side - 5 && y > scene.y + 4 && y < scene.y + scene.side - 5;
      };
      const auto outside = [&](int x, int y) {  // without what comes into view
        return x > 20 && y > 20 && x < 170 && y < 110 &&
               !(x > 40 && x < scene.x + scene.side + 10 && y > 25 && y < scene.y + scene.side + 10);
      };
      const double in = square_share(memory.recall(), inside), out = square_share(memory.recall(), outside);
      const double was_in = square_share(before, inside), was_out = square_share(before, outside);
      g_test_message("stability %g, %d frames later: %.3f inside (%.3f before), %.3f outside (%.3f before)", stability,
                     late, in, was_in, out, was_out);
      if (stability == 0)
        expect(std::abs(in - 1) < 0.05 && std::abs(out) < 0.05, "%d frames later", late);
      else
        expect(std::abs(in - 1) < std::abs(was_in - 1) && std::abs(out) < std::abs(was_out),
               "stability %g, %d frames later", stability, late);
      expect(memory.memory.take(said, asked, stability) == (late == 0), "an answer is taken twice, %d frames later",
             late);
    }
}

static void test_the_first_answer_may_come_later_too() {
  Remembering memory;
  Scene scene;
  memory.see(lightness(scene), usual_threshold);
  memory.memory.await();
  const Ab said = truth(scene);
  for (int i = 0; i < 4; ++i) {
    scene.x += 2;
    memory.see(lightness(scene), usual_threshold);
    g_assert_true(memory.empty());
  }
  g_assert_true(memory.memory.take(said, 1, 1));
  const double in = square_share(memory.recall(), [&](int x, int y) {
    return x > scene.x + 4 && x < scene.x + scene.side - 5 && y > scene.y + 4 && y < scene.y + scene.side - 5;
  });
  g_assert_cmpfloat(in, >, 0.97);
}

static void test_an_answer_that_is_of_no_use_is_dropped() {
  const Scene scene;
  Scene other;
  other.seed = 21, other.dark = 90, other.light = 250;
  const Ab said = truth(scene), wrong = flat(scene.size, 60, 60);
  enum class After { flush, flush_and_frame, cut, another_size, unasked, asked_anew };
  for (const auto after :
       {After::flush, After::flush_and_frame, After::cut, After::another_size, After::unasked, After::asked_anew}) {
    Remembering memory;
    for (int i = 0; i < 4; ++i) step(memory, lightness(scene), wrong);
    const auto asked = memory.shot.number();
    if (after != After::unasked) memory.memory.await();
    if (after == After::flush || after == After::flush_and_frame) memory.forget();
    if (after == After::cut)
      g_assert_true(memory.see(lightness(other), usual_threshold));
    else if (after == After::another_size)
      memory.see(lightness(cv::Mat(32, 48, CV_8U, cv::Scalar(90))), usual_threshold);
    else if (after != After::flush)
      memory.see(lightness(scene), usual_threshold);
    if (after == After::asked_anew) memory.memory.await();
    const Ab before = memory.recall();
    expect(!memory.memory.take(said, asked, 0), "case %d is taken", static_cast<int>(after));
    expect(memory.empty() == before.empty() && (before.empty() || difference(memory.recall(), before) == 0),
           "case %d changes what is known", static_cast<int>(after));
  }
}

static void test_a_copy_of_colours_has_planes_of_its_own() {
  Ab ab = flat({8, 8}, 1, 2), copy = ab, assigned = flat({8, 8}, 0, 0);
  const uchar* plane = assigned.a.data;
  assigned = ab;
  ab.a = 5.0;
  ab.b = 6.0;
  g_assert_cmpfloat(difference(copy, flat({8, 8}, 1, 2)), ==, 0);
  g_assert_cmpfloat(difference(assigned, flat({8, 8}, 1, 2)), ==, 0);
  g_assert_true(assigned.a.data == plane);  // nothing is allocated anew
}

/// The colour well inside the square, a* and b*.
static cv::Vec2d square_colour(const Ab& ab, const Scene& scene) {
  const cv::Rect inside(cvRound(scene.x) + 8, cvRound(scene.y) + 8, static_cast<int>(scene.side) - 16,
                        static_cast<int>(scene.side) - 16);
  return {cv::mean(ab.a(inside))[0], cv::mean(ab.b(inside))[0]};
}

/// A square that moves, of which the network says one colour at first and slowly another; asked in each `interval`-th
/// frame, and heard `late` frames later. Returns how far its colour goes from frame 20 to 79, of the 50 units that the
/// network's does.
static double drift_of_a_moving_square(bool own_reference, int interval, int late) {
  Remembering memory(own_reference);
  Scene scene;
  scene.x = 8, scene.y = 36;
  cv::Vec2d before, after;
  std::int64_t asked = 0;
  Ab said;
  for (int i = 0; i < 80; ++i) {
    scene.x += 1.5, scene.pan_x -= 0.3;
    memory.see(lightness(with_grain(scene.codes(), 2, i)), usual_threshold);
    if (late && asked && i % interval == late % interval) {
      g_assert_true(memory.memory.take(said, asked, usual_stability, own_reference));
      asked = 0;
    }
    if (i % interval == 0) {
      said = truth(scene, 4, i);
      const double gone = std::clamp((i - 20) / 59.0, 0.0, 1.0);
      for (int y = 0; y < scene.size.height; ++y)
        for (int x = 0; x < scene.size.width; ++x) {
          said.a.at<float>(y, x) -= static_cast<float>(40 * gone * scene.covered(x, y));
          said.b.at<float>(y, x) += static_cast<float>(30 * gone * scene.covered(x, y));
        }
      if (late) {
        memory.memory.await();
        asked = memory.shot.number();
      } else {
        memory.take(said, usual_stability);
      }
    }
    if (i == 20) before = square_colour(memory.recall(), scene);
    if (i == 79) after = square_colour(memory.recall(), scene);
  }
  expect(cv::norm(before - cv::Vec2d(square_a, square_b)) < 3,
         "interval %d, %d late: the square is not of its colour at first", interval, late);
  return cv::norm(after - before);
}

static void test_a_thing_keeps_the_colour_that_it_came_to_have() {
  for (const auto& [interval, late] : {std::pair(1, 0), std::pair(3, 0), std::pair(4, 2)}) {
    const double with = drift_of_a_moving_square(true, interval, late),
                 without = drift_of_a_moving_square(false, interval, late);
    g_test_message("interval %d, %d frames late: of 50 units of drift %.1f, without own reference %.1f", interval, late,
                   with, without);
    expect(with < 15, "interval %d, %d frames late: %.1f units of drift", interval, late, with);
    expect(with < 0.6 * without, "interval %d, %d frames late: %.1f units, %.1f without", interval, late, with,
           without);
  }
}

/// Neither the ground that it uncovers nor a square that comes into view late takes the colour that has settled there.
static void test_what_is_new_takes_its_own_colour_at_once() {
  for (const double speed : {1.5, 4.0, 8.0}) {
    Remembering memory(true);
    Scene scene;
    scene.x = -scene.side - 2, scene.y = 36;
    for (int i = 0; i < 60; ++i) step(memory, lightness(scene), truth(scene));
    Ab now;
    std::vector<Scene> past;
    while (scene.x < 100) {
      scene.x += speed;
      past.push_back(scene);
      now = step(memory, lightness(scene), truth(scene));
    }
    const auto inside = [&](int x, int y) {
      return x > scene.x + 3 && x < scene.x + scene.side - 4 && y > scene.y + 3 && y < scene.y + scene.side - 4;
    };
    const auto uncovered = [&](int x, int y) {  // 3 frames ago or earlier
      const auto covered = [&](const Scene& one) { return one.covered(x, y) > 0; };
      return std::any_of(past.begin(), past.end(), covered) && std::none_of(past.end() - 3, past.end(), covered) &&
             x > 4;
    };
    const double entered = square_share(now, inside), ghost = square_share(now, uncovered);
    g_test_message("speed %g: %.3f of its colour in the square, %.3f on the ground that it left", speed, entered,
                   ghost);
    expect(entered > 0.97, "speed %g: the square that came in has %.3f of its colour", speed, entered);
    expect(ghost < 0.05, "speed %g: ghost %.3f", speed, ghost);
  }
}

/// What settled is gone with its shot: from there on all is as in a memory that has never seen it.
static void test_a_cut_unsettles_to_the_bit() {
  Scene one, other;
  other.seed = 21, other.dark = 90, other.light = 250;
  Remembering memory(true), fresh(true);
  for (int i = 0; i < 30; ++i) step(memory, lightness(one), truth(other));  // nearly the colours that come then
  for (int i = 0; i < 5; ++i) {
    other.x += 2;
    const Ab said = truth(other, 5, i);
    const Ab now = step(memory, lightness(other), said), wanted = step(fresh, lightness(other), said);
    expect(difference(now, wanted) == 0, "frame %d after the cut", i);
    if (i == 0) g_assert_cmpfloat(difference(now, said), ==, 0);
  }
}

static void test_every_processor_settles_alike() {
  std::vector<Ab> wanted;
  on_every_target([&](const char* target) {
    Remembering memory(true);
    Scene scene;
    scene.size = {75, 40}, scene.side = 20;  // no width that vectors fill
    for (int i = 0; i < 6; ++i) {
      scene.x += 3.3, scene.y -= 0.8;
      const Ab now = step(memory, lightness(with_grain(scene.codes(), 4, i)), truth(scene, 6, i));
      if (static_cast<std::size_t>(i) == wanted.size()) wanted.push_back(now);
      expect(difference(now, wanted[i]) == 0, "%s: frame %d", target, i);
    }
  });
}

/// Without stability each frame is for itself all the same, and once it is switched off nothing is left of it.
static void test_own_reference_can_be_switched() {
  Remembering memory(true), never;
  Scene scene;
  for (int i = 0; i < 4; ++i) {
    const Ab said = truth(scene, 8, i);
    g_assert_cmpfloat(difference(step(memory, lightness(scene), said, 0), said), ==, 0);
    step(never, lightness(scene), said, 0);
  }
  memory.own_reference = false;
  for (int i = 4; i < 8; ++i) {
    scene.x += 2;
    const Ab said = truth(scene, 8, i);
    g_assert_cmpfloat(difference(step(memory, lightness(scene), said), step(never, lightness(scene), said)), ==, 0);
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/memory/first-frame", test_the_first_frame_is_what_the_network_says);
  g_test_add_func("/memory/no-stability", test_without_stability_every_frame_is_what_the_network_says);
  g_test_add_func("/memory/flicker", test_more_stability_flickers_less);
  g_test_add_func("/memory/fades", test_what_fades_takes_the_next_answer);
  g_test_add_func("/memory/wrong-colour", test_a_wrong_colour_fades_as_promised);
  g_test_add_func("/memory/still-shot", test_a_still_shot_does_not_drift);
  g_test_add_func("/memory/uncovered-ground", test_uncovered_ground_takes_its_own_colour);
  g_test_add_func("/memory/cut", test_a_cut_forgets_in_its_very_frame);
  g_test_add_func("/memory/recall", test_the_memory_follows_the_motion);
  g_test_add_func("/memory/forgetting", test_forgetting_and_another_size_leave_nothing);
  g_test_add_func("/memory/late-answer", test_an_answer_that_comes_later_is_taken_along_the_motion);
  g_test_add_func("/memory/late-first-answer", test_the_first_answer_may_come_later_too);
  g_test_add_func("/memory/dropped-answer", test_an_answer_that_is_of_no_use_is_dropped);
  g_test_add_func("/memory/copies", test_a_copy_of_colours_has_planes_of_its_own);
  g_test_add_func("/memory/threads", test_threads_and_runs_do_not_change_a_bit);
  g_test_add_func("/memory/planes", test_the_planes_of_colour_are_used_again);
  g_test_add_func("/memory/settled-colour", test_a_thing_keeps_the_colour_that_it_came_to_have);
  g_test_add_func("/memory/new-things", test_what_is_new_takes_its_own_colour_at_once);
  g_test_add_func("/memory/settled-cut", test_a_cut_unsettles_to_the_bit);
  g_test_add_func("/memory/settled-alike", test_every_processor_settles_alike);
  g_test_add_func("/memory/switched", test_own_reference_can_be_switched);
  return g_test_run();
}
