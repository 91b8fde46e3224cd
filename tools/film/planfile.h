// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "plan.h"

namespace colorize::command {

/// A plan as JSON: times in nanoseconds of running time unless they say otherwise, files as URIs, caps and tags as
/// GStreamer writes them, null for what is not there or has no bound.
std::string to_json(const FilmPlan& plan);

/// A checksum of all that the bytes of a piece depend on, by its number.
std::string digest(const FilmPlan& plan, std::size_t piece);

/// Throws Failure for what to_json() does not write.
FilmPlan plan_of(const std::string& json);

/// Of what is made otherwise in the plan than in `before`, the first thing, for people; empty where all is the same but
/// the hints.
std::string difference(const std::string& before, const FilmPlan& plan);

}  // namespace colorize::command
