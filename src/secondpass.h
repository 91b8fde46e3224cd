// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <opencv2/core.hpp>
#include <vector>

#include "ab.h"

namespace colorize {

/// The second of two passes through a film: knows what colour the first one found for each frame.
class SecondPass {
 public:
  /// Throws Error where `file` is none that FirstPass wrote, or not whole.
  explicit SecondPass(std::filesystem::path file);

  /// a*b* of the frame of that time, valid until the next call; of several of one time one after the other. Throws
  /// Error where there is none.
  const Ab& find(std::int64_t time);

  /// Whether the frame found last begins a shot, after another one.
  bool cut() const { return entries_[next_ - 1].cut; }

 private:
  struct Entry {
    std::int64_t time;
    std::uint64_t offset;
    cv::Size size;
    bool cut;
  };

  const std::filesystem::path file_;
  std::ifstream in_;
  std::vector<Entry> entries_;                   // in the order of the film
  std::map<std::int64_t, std::size_t> by_time_;  // their numbers
  std::size_t next_ = 0;
  cv::Mat steps_;
  Ab ab_;
};

}  // namespace colorize
