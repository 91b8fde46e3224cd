// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gallery.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace colorize::command {

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

std::vector<Gallery::Exhibit> Gallery::best() const {
  std::vector<Exhibit> nearer;
  std::ranges::copy_if(best_, std::back_inserter(nearer),
                       [](const Exhibit& exhibit) { return exhibit.advantage() > 0; });
  return nearer;
}

std::vector<Gallery::Exhibit> Gallery::worst() const {
  const std::vector<Exhibit> shown = best();
  std::vector<Exhibit> rest;
  std::ranges::copy_if(worst_, std::back_inserter(rest), [&](const Exhibit& exhibit) {
    return shown.empty() || exhibit.advantage() < shown.back().advantage();
  });
  return rest;
}

}  // namespace colorize::command
