// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <clocale>
#include <csignal>

#include "commandline.h"
#include "evaluate.h"
#include "pipeline.h"

int main(int argc, char** argv) try {
  std::setlocale(LC_ALL, "");
  gst_init(nullptr, nullptr);
  std::signal(SIGINT, [](int) { colorize::interrupt(); });
  return colorize::evaluate(argc - 1, argv + 1);
} catch (const colorize::Interrupted&) {
  return 130;
} catch (const std::exception& error) {
  g_printerr("gst-colorize: %s\n", error.what());
  return colorize::wrong_usage;
}
