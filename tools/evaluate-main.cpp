// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <csignal>

#include "evaluate.h"
#include "pipeline.h"

int main(int argc, char** argv) {
  gst_init(nullptr, nullptr);
  std::signal(SIGINT, [](int) { colorize::interrupt(); });
  return colorize::evaluate(argc, argv);
}
