// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>
#include <vector>

#include "plan.h"

namespace colorize::command {

/// Plans what libavformat copies from the film beside `pictures`, the tracks of the survey that become colour and are
/// in the plan already: every other stream that the container holds, chapters, attachments; sound that it does not hold
/// in another form. Those of `changing`, sound that changes as the container cannot say, are brought into the form that
/// they begin with, and taken out of it. Remarks on what gets another form or lost. Returns whether libavformat can do
/// it. Throws Failure, Interrupted.
bool plan_copies(FilmPlan& plan, const Container& container, const std::vector<const Track*>& pictures,
                 std::vector<const Track*>& changing, const std::stop_token& stop);

}  // namespace colorize::command
