// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <clocale>
#include <csignal>
#include <string>
#include <utility>

#include "batch/batch.h"
#include "common/commandline.h"
#include "evaluate/evaluate.h"
#include "networks/networks.h"
#include "batch/options.h"
#include "common/pipeline.h"
#include "common/properties.h"

using namespace colorize::command;

namespace {

volatile std::sig_atomic_t signal_caught = 0;

/// The first signal asks for a clean end, a second one of its kind ends the program at once.
void end_by_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int signal) {
    signal_caught = signal;
    interrupt();
  };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

constexpr std::pair<const char*, int (*)(int, char**)> subcommands[] = {{"evaluate", evaluate}, {"networks", networks}};

int run(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  for (const auto& [name, subcommand] : subcommands) {
    if (word != name) continue;
    g_set_prgname(("gst-colorize " + word).c_str());  // as its --help shows it
    return subcommand(argc - 1, argv + 1);
  }
  const auto options = read_options(argc, argv);
  if (!options) return all_done;
  if (!options->choices.to_gray) try_properties(options->choices.properties);
  return run_batch(*options) ? all_done : some_failed;
}

}  // namespace

int main(int argc, char** argv) try {
  std::setlocale(LC_ALL, "");
  g_set_prgname("gst-colorize");
  gst_init(nullptr, nullptr);
  end_by_signals();
  return run(argc, argv);
} catch (const Interrupted&) {
  return 128 + signal_caught;
} catch (const UsageError& error) {
  g_printerr("gst-colorize: %s\n'%s --help' shows how it is used.\n", error.what(), g_get_prgname());
  return wrong_usage;
} catch (const std::exception& error) {
  g_printerr("gst-colorize: %s\n", error.what());
  return wrong_usage;
}
