// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

namespace colorize {

/// Calls `work(stripe, begin, end)` for `stripes` equal shares of `rows`, each share on one thread. What a row becomes
/// must not depend on the share that it falls in, so that the number of threads does not change the result.
template <typename Work>
void parallel_rows(int rows, int stripes, const Work& work) {
  cv::parallel_for_(
      cv::Range(0, stripes),
      [&](const cv::Range& range) {
        for (int s = range.start; s < range.end; ++s)
          work(s, static_cast<int>(static_cast<long>(rows) * s / stripes),
               static_cast<int>(static_cast<long>(rows) * (s + 1) / stripes));
      },
      stripes);
}

}  // namespace colorize
