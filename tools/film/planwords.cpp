// SPDX-License-Identifier: LGPL-2.1-or-later
#include "planwords.h"

#include "common/words.h"
#include "shape.h"

namespace colorize::command {

std::string in_words(const FilmPlan& plan) {
  std::string text;
  std::size_t copied = 0;
  for (const PlannedTrack& track : plan.tracks) {
    if (!track.pictures) {
      ++copied;
      continue;
    }
    const auto [width, height] = size_on_the_way(track, plan.recipe.choices);
    text += sides(width, height) + ", " + counted(track.pictures->count, "frame") + ", ";
  }
  const Encoder& encoder = *plan.recipe.encoder;
  text += std::string(encoder.codec) + " by " + encoder.element + ", " + counted(plan.pieces.size(), "piece");
  if (plan.copied) copied = plan.copied->size();
  if (copied) text += ", " + counted(copied, "track") + " copied";
  for (const char* name : {"GStreamer", "engine"})
    if (const auto version = plan.made_with.find(name); version != plan.made_with.end()) text += ", " + version->second;
  return text;
}

}  // namespace colorize::command
