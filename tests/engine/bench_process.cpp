// SPDX-License-Identifier: LGPL-2.1-or-later

// How long a frame of 1920x1080 takes, and where: `meson test --benchmark -v`, or with a network's name or path and the
// number of frames as arguments. The median of the frames counts; a busy machine shows in the fastest and the slowest.
#include <glib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "colorizer.h"
#include "picture.h"
#include "tone.h"

using namespace colorize;

struct Times {
  double median, fastest, slowest;  // ms
};

static Times measure(int rounds, const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = -1; i < rounds; ++i) {  // the first one makes tables and takes memory
    const gint64 start = g_get_monotonic_time();
    work();
    if (i >= 0) times.push_back(static_cast<double>(g_get_monotonic_time() - start) / 1000);
  }
  std::ranges::sort(times);
  return {times[times.size() / 2], times.front(), times.back()};
}

int main(int argc, char** argv) try {
  const std::string name = argc > 1 ? argv[1] : default_model;
  const int rounds = std::max(1, argc > 2 ? std::atoi(argv[2]) : 15);
  Network network(find_model(name));
  std::printf("network %s, %d frames of 1920x1080, %d threads; ms: median (fastest to slowest), share of process()\n",
              name.c_str(), rounds, cv::getNumThreads());
  for (const auto& format : {i420, nv12, rgb}) {
    Picture picture(format, 1920, 1080, 0);
    picture.paint_gray(
        [](int x, int y) { return 40 + (x / 8 + y / 8 + (x / 160 + y / 120) % 2 * 60) % 150 + noise(x, y) % 8; });
    const Frame& frame = picture.frame;

    Colorizer colorizer(network, frame);
    Lightness lightness;
    Chroma chroma(frame);
    cv::Mat buffer, seen;
    Ab ab;
    const cv::Size size = network.input_size({frame.width, frame.height}, 0);
    const auto see = [&] { seen = lightness.measure(tone_plane(frame, buffer), ToneOfLuma::of(frame), size); };
    const Times whole = measure(rounds, [&] { colorizer.process(frame, Settings{}); });
    const struct {
      const char* step;
      Times times;
    } steps[] = {{"lightness", measure(rounds, see)},
                 {"network", measure(rounds, [&] { network.predict(seen, ab); })},
                 {"upsampling and chroma", measure(rounds, [&] { chroma.write(frame, ab, seen, 0); })}};
    std::printf("%-5s %-22s %7.2f (%.2f to %.2f)\n", format.name, "process", whole.median, whole.fastest,
                whole.slowest);
    for (const auto& [step, times] : steps)
      std::printf("%-5s %-22s %7.2f (%.2f to %.2f) %4.0f %%\n", "", step, times.median, times.fastest, times.slowest,
                  100 * times.median / whole.median);
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
