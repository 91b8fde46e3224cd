// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gallery.h"

#include <algorithm>
#include <cmath>

namespace colorize {

void Gallery::offer(const Exhibit& exhibit, const std::function<Triptych()>& pictures) {
  constexpr std::size_t most = 4;
  const auto offer_to = [&](std::vector<Exhibit>& wall, double sign) {
    const auto before = [sign](const Exhibit& one, const Exhibit& other) {
      return sign * one.advantage() > sign * other.advantage();
    };
    const auto same = std::ranges::find_if(wall, [&](const Exhibit& other) {
      return other.file == exhibit.file && std::abs(other.seconds - exhibit.seconds) < 2;
    });
    if (same != wall.end()) {
      if (!before(exhibit, *same)) return;
      wall.erase(same);
    } else if (wall.size() == most) {
      if (!before(exhibit, wall.back())) return;
      wall.pop_back();
    }
    const auto place = wall.insert(std::ranges::upper_bound(wall, exhibit, before), exhibit);
    place->pictures = pictures();
  };
  offer_to(best_, 1);
  offer_to(worst_, -1);
}

std::vector<Gallery::Exhibit> Gallery::worst() const {
  std::vector<Exhibit> rest;
  for (const Exhibit& exhibit : worst_)
    if (std::ranges::none_of(best_, [&](const Exhibit& other) {
          return other.file == exhibit.file && other.seconds == exhibit.seconds;
        }))
      rest.push_back(exhibit);
  return rest;
}

}  // namespace colorize
