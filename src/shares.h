// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace colorize {

/// A line of samples in equal parts: which samples each part covers, and with which weight a sample counts in its mean.
/// The weights of a part are whole numbers and have the same sum, so that a flat line has exactly its value as mean.
class Shares {
 public:
  struct Part {
    int first;                              ///< sample
    std::span<const std::int16_t> weights;  ///< of it and those that follow
  };

  /// At most as many parts as samples. `sum`: of the weights of a part.
  Shares(int samples, int parts, int sum) : samples_(samples), parts_(parts), sum_(sum) {
    const int most = (samples + parts - 1) / parts + 1;
    span_ = static_cast<std::size_t>((most + unit - 1) / unit * unit);
    weights_.resize(span_ * static_cast<std::size_t>(parts));
    for (int i = 0; i < parts; ++i) {
      // In units of a part of a sample.
      const std::int64_t begin = std::int64_t{i} * samples, end = begin + samples;
      const auto before = [&](std::int64_t place) {  // the sum of the weights up to there
        return ((std::clamp(place, begin, end) - begin) * sum + samples / 2) / samples;
      };
      Place place{static_cast<int>(begin / parts), 0};
      auto* const weights = weights_.data() + span_ * static_cast<std::size_t>(i);
      for (std::int64_t at = std::int64_t{place.first} * parts; at < end; at += parts)
        weights[place.count++] = static_cast<std::int16_t>(before(at + parts) - before(at));
      places_.push_back(place);
    }
  }
  Shares() = default;

  bool are(int samples, int parts, int sum) const { return samples == samples_ && parts == parts_ && sum == sum_; }

  Part operator[](int part) const { return {places_[part].first, weights(part, places_[part].count)}; }

  /// The same part with weights of 0 after its own up to `span()`, the same for all.
  Part whole_span(int part) const { return {places_[part].first, weights(part, span_)}; }
  std::size_t span() const { return span_; }

  static constexpr int unit = 8;  ///< of which `span()` is a multiple

 private:
  struct Place {
    int first;
    std::size_t count;
  };

  std::span<const std::int16_t> weights(int part, std::size_t count) const {
    return {weights_.data() + span_ * static_cast<std::size_t>(part), count};
  }

  int samples_ = 0, parts_ = 0, sum_ = 0;
  std::size_t span_ = 0;
  std::vector<Place> places_;
  std::vector<std::int16_t> weights_;
};

}  // namespace colorize
