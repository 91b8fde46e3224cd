// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>

#include "progress.h"

namespace colorize::command {

/// Tells who listens in this thread, or else the standard error. For what is found where nobody is at hand to be told.
void remark(const Remark& remark);

/// Listens in this thread while it lives.
class RemarkListener {
 public:
  using Hear = std::function<void(const Remark&)>;

  explicit RemarkListener(Hear hear);
  ~RemarkListener();
  RemarkListener(const RemarkListener&) = delete;
  RemarkListener& operator=(const RemarkListener&) = delete;

 private:
  Hear before_;
};

}  // namespace colorize::command
