// SPDX-License-Identifier: LGPL-2.1-or-later
#include "remark.h"

#include <glib.h>

#include <utility>

#include "terminal.h"

namespace colorize::command {

static thread_local RemarkListener::Hear listener;

void remark(const Remark& remark) {
  if (listener)
    listener(remark);
  else
    g_printerr("gst-colorize: %s\n", shown(remark.text).c_str());
}

RemarkListener::RemarkListener(Hear hear) : before_(std::exchange(listener, std::move(hear))) {}

RemarkListener::~RemarkListener() { listener = std::move(before_); }

}  // namespace colorize::command
