// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "plan.h"

namespace colorize::command {

/// The first pass through a piece: finds what colour things have in all of their shots, into a file, see FirstPass.
/// `tick` hears the running time that it is at. Throws Failure, Interrupted.
void look_at_piece(const FilmPlan& plan, std::size_t number, const std::filesystem::path& colours,
                   const std::stop_token& stop, const std::function<void(std::int64_t)>& tick,
                   const std::function<void(const std::string&)>& decodes);

}  // namespace colorize::command
