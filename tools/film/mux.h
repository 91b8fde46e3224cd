// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "frametimes.h"
#include "plan.h"

namespace colorize::command {

/// The muxer's place for new pictures, and for a track that is copied.
Entry entry_for_pictures(GstElement* muxer, const Encoder& encoder);
Entry entry_for_copy(GstElement* muxer, GstCaps* caps);

/// Writes `file`: the new pictures, whose pieces lie in `folder`, and everything else of the plan, with `comment` in
/// the place of the film's own unless that is empty. Throws Failure or Interrupted.
std::vector<JoinedPictures> mux(const FilmPlan& plan, const std::filesystem::path& folder, const Container& container,
                                const std::string& comment, const std::filesystem::path& file,
                                const std::stop_token& stop);

}  // namespace colorize::command
