// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace colorize::command {

/// A frame as gray, colorized and in its true colours: B'G'R', small.
struct Triptych {
  cv::Mat gray, colorized, truth;
};

/// The few frames that came nearest to their true colours, and those that came out worst, against gray.
class Gallery {
 public:
  struct Exhibit {
    std::string file;
    double seconds = 0;  ///< into the film
    double ciede = 0, gray_ciede = 0;
    Triptych pictures;

    double advantage() const { return gray_ciede - ciede; }
  };

  /// Takes the frame in if it is one of them. Frames of a film less than two seconds apart show the same thing, so that
  /// only one of those stays. `pictures` is called for what is taken in.
  void offer(const Exhibit& exhibit, const std::function<Triptych()>& pictures);

  std::vector<Exhibit> best() const;   ///< the best first, all of them nearer to the truth than gray
  std::vector<Exhibit> worst() const;  ///< the worst first, all of them worse than the best

 private:
  std::vector<Exhibit> best_, worst_;
};

}  // namespace colorize::command
