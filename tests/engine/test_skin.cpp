// SPDX-License-Identifier: LGPL-2.1-or-later
#include <numbers>

#include "check.h"
#include "skin.h"

using colorize::Ab, colorize::Skin;

namespace {

/// Faces and hands on a gray ground, each a rectangle.
struct Scene {
  cv::Mat lightness{128, 192, CV_32F, cv::Scalar(35)};
  Ab ab{cv::Mat(128, 192, CV_32F, cv::Scalar(0)), cv::Mat(128, 192, CV_32F, cv::Scalar(0))};

  void put(cv::Rect where, double l, double hue, double chroma) {
    lightness(where) = l;
    ab.a(where) = chroma * std::cos(hue * std::numbers::pi / 180);
    ab.b(where) = chroma * std::sin(hue * std::numbers::pi / 180);
  }
  double hue(cv::Point at) const { return cv::fastAtan2(ab.b.at<float>(at), ab.a.at<float>(at)); }
  double chroma(cv::Point at) const { return std::hypot(ab.a.at<float>(at), ab.b.at<float>(at)); }
};

const cv::Rect face(60, 30, 40, 50), hand(90, 70, 20, 16);
const cv::Point in_face(75, 50), in_hand(103, 80), in_ground(20, 20);

void guard(Scene& scene, double tint = 0, double warmth = 0, const cv::Mat& held = {}) {
  Skin skin;
  skin.find(scene.ab, scene.lightness);
  scene.ab.a += tint;
  scene.ab.b += warmth;
  skin.lead(held, scene.ab);
}

}  // namespace

/// Of each lightness that skin has.
static void test_a_gray_hand_beside_a_face_gets_colour() {
  for (const double l : {30.0, 45.0, 60.0, 75.0}) {
    Scene scene;
    scene.lightness = l > 50 ? 20 : 75;
    scene.put(face, l, 55, 24);
    scene.put(hand, l + 3, 120, 2);  // a little green
    guard(scene);
    expect(scene.chroma(in_hand) > 6, "L* %g: chroma %g", l, scene.chroma(in_hand));
    expect(scene.hue(in_hand) > 40 && scene.hue(in_hand) < 80, "L* %g: hue %g", l, scene.hue(in_hand));
    expect(std::abs(scene.chroma(in_face) - 24) < 0.5, "L* %g: the face has %g", l, scene.chroma(in_face));
    expect(scene.chroma(in_ground) < 0.1, "the ground got colour");
  }
}

static void test_what_is_no_skin_stays_gray() {
  Scene scene;
  scene.put(face, 60, 55, 24);
  scene.put(hand, 92, 55, 3);  // a white cuff
  guard(scene);
  expect(scene.chroma(in_hand) < 4.5, "the cuff has %g", scene.chroma(in_hand));
  Scene sky;
  sky.put({0, 0, 192, 60}, 70, 260, 25);
  sky.put({0, 60, 192, 68}, 45, 125, 30);
  const Scene wanted = sky;
  guard(sky);
  expect(cv::norm(sky.ab.a, wanted.ab.a, cv::NORM_INF) == 0 && cv::norm(sky.ab.b, wanted.ab.b, cv::NORM_INF) == 0,
         "sky or leaves changed");
}

static void test_skin_stays_skin_whatever_the_sliders_do() {
  for (const auto& [tint, warmth] : {std::pair{0.0, -40.0}, {-40.0, 0.0}, {30.0, 0.0}, {0.0, 40.0}, {-30.0, -30.0}}) {
    Scene scene;
    scene.put(face, 60, 55, 24);
    guard(scene, tint, warmth);
    expect(scene.hue(in_face) > 41 && scene.hue(in_face) < 77, "by %g, %g the hue is %g", tint, warmth,
           scene.hue(in_face));
    expect(scene.chroma(in_face) > 15 && scene.chroma(in_face) < 49, "by %g, %g the chroma is %g", tint, warmth,
           scene.chroma(in_face));
    expect(std::abs(scene.ab.b.at<float>(in_ground) - warmth) < 1e-3, "the ground did not follow");
  }
  Scene held;
  held.put(face, 60, 55, 24);
  guard(held, 0, -40, cv::Mat(128, 192, CV_32F, cv::Scalar(1)));
  expect(held.hue(in_face) > 180, "what a hint holds was changed");
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/skin/a-gray-hand-beside-a-face-gets-colour", test_a_gray_hand_beside_a_face_gets_colour);
  g_test_add_func("/skin/what-is-no-skin-stays", test_what_is_no_skin_stays_gray);
  g_test_add_func("/skin/whatever-the-sliders-do", test_skin_stays_skin_whatever_the_sliders_do);
  return g_test_run();
}
