// SPDX-License-Identifier: LGPL-2.1-or-later
#include "remark.h"

#include <glib.h>

#include <utility>

#include "terminal.h"

namespace colorize::command {

static thread_local RemarkListener::Hear listener;

void remark(const std::string& text) {
  if (listener)
    listener(text);
  else
    g_printerr("gst-colorize: %s\n", shown(text).c_str());
}

RemarkListener::RemarkListener(Hear hear) : before_(std::exchange(listener, std::move(hear))) {}

RemarkListener::~RemarkListener() { listener = std::move(before_); }

}  // namespace colorize::command
