// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>
#include <hwy/targets.h>

#include <functional>

/// Calls `work` once for each set of instructions that this processor has and the engine's vector code is compiled for,
/// which is then the one that is used.
inline void on_every_target(const std::function<void(const char* target)>& work) {
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    work(hwy::TargetName(target));
  }
  hwy::SetSupportedTargetsForTest(0);
}
