// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "archive/archive.h"
#include "batch/batch.h"
#include "batch/dryrun.h"
#include "batch/options.h"
#include "common/commandline.h"
#include "common/content.h"
#include "common/failure.h"
#include "common/properties.h"
#include "common/suggestion.h"
#include "common/terminal.h"
#include "evaluate/evaluate.h"
#include "film/apart.h"
#include "film/followedhints.h"
#include "film/glimpse.h"
#include "film/hardware.h"
#include "film/tracing.h"
#include "networks/networks.h"
#include "record/verify.h"
#include "serve/serve.h"
#include "serve/thumbnail.h"
#include "serve/viewer.h"

using namespace colorize::command;

namespace {

std::atomic<int> signal_caught = 0;

/// The first signal asks for a clean end, a second one ends the program at once. A thread waits for them, since a
/// handler may not touch a stop_source. To be called before there are other threads, which block them as well then.
void stop_by_signals(std::stop_source stop) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals, stop = std::move(stop)]() mutable {
    int signal = 0;
    sigwait(&signals, &signal);
    signal_caught = signal;
    stop.request_stop();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigsuspend(&none);
  }).detach();
}

/// Those that are only for processes of our own begin like options, so that no file's name is taken for one.
constexpr std::pair<const char*, int (*)(int, char**, const std::stop_token&)> subcommands[] = {
    {"evaluate", evaluate},
    {"networks", networks},
    {"serve", serve},
    {"verify", verify},
    {"plan", plan_archive},
    {"piece", make_piece_of_archive},
    {"join", join_archive},
    {"status", tell_of_archive},
    {"--plan-film", plan_film_apart},
    {"--make-batch", make_batch_apart},
    {"--make-piece", piece},
    {"--follow-hints", follow_hints},
    {"--glimpse", glimpse},
    {"--sound-alone", sound_alone},
    {"--thumbnail", thumbnail},
    {"--trace-hints", trace_hints},
    {"--try-encoder", try_encoder},
    {"--view", view}};

/// Of the subcommands that are for people.
std::optional<std::string> meant_subcommand(const std::string& word) {
  std::vector<std::string> names;
  for (const auto& [name, subcommand] : subcommands)
    if (name[0] != '-') names.emplace_back(name);
  return nearest(word, names);
}

/// The first word that is no option, where it is a subcommand's and no file has that name. The option before it may
/// have it for its value.
std::optional<std::string> late_subcommand(int argc, char** argv) {
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.starts_with('-')) continue;
    const auto is_it = [&](const auto& subcommand) { return word == subcommand.first; };
    if (std::ranges::none_of(subcommands, is_it) || std::filesystem::exists(word)) return std::nullopt;
    return word;
  }
  return std::nullopt;
}

/// read_options(), for a command line without a subcommand.
std::optional<Options> options_of(int argc, char** argv) {
  const auto late = late_subcommand(argc, argv);
  const std::string remedy =
      late ? "as a command '" + *late + "' must be the first word: gst-colorize " + *late + " ..." : "";
  std::optional<Options> options;
  try {
    options = read_options(argc, argv);
  } catch (const UsageError& error) {
    throw late ? UsageError(error.what() + ("; " + remedy)) : error;
  }
  if (options && late && std::ranges::count(options->inputs, std::filesystem::path(*late)) > 0)
    throw UsageError(remedy);
  return options;
}

int run(int argc, char** argv, const std::stop_token& stop) {
  const std::string word = argc > 1 ? argv[1] : "";
  for (const auto& [name, subcommand] : subcommands) {
    if (word != name) continue;
    if (argc == 2 && std::filesystem::exists(word))
      g_printerr("gst-colorize: %s is a command here; what lies here by that name is given as ./%s\n", name, name);
    g_set_prgname(("gst-colorize " + word).c_str());  // as its --help shows it
    return subcommand(argc - 1, argv + 1, stop);
  }
  if (const auto meant = meant_subcommand(word); meant && !std::filesystem::exists(word))
    throw UsageError(word + " is no file; did you mean 'gst-colorize " + *meant + "'?");
  const auto options = options_of(argc, argv);
  if (!options) return all_done;
  if (options->dry_run) return explain(*options, stop) ? all_done : some_failed;
  if (!options->choices.to_gray) try_properties(options->choices.properties);
  return run_batch(*options, stop) ? all_done : some_failed;
}

/// run(), with its errors told.
int guarded(int argc, char** argv) try {
  std::setlocale(LC_ALL, "");
  g_set_prgname("gst-colorize");
  const std::stop_source stop;
  stop_by_signals(stop);
  gst_init(nullptr, nullptr);
  return run(argc, argv, stop.get_token());
} catch (const Interrupted&) {
  return 128 + signal_caught;
} catch (const UsageError& error) {
  g_printerr("gst-colorize: %s\n'%s --help' shows how it is used.\n", shown(error.what()).c_str(), g_get_prgname());
  return wrong_usage;
} catch (const std::exception& error) {
  g_printerr("gst-colorize: %s\n", shown(error.what()).c_str());
  return some_failed;
}

/// Whether nobody reads the standard output any more, as behind `| head`.
bool is_left_by_reader() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return poll(&output, 1, 0) > 0 && output.revents & POLLERR;
}

}  // namespace

int main(int argc, char** argv) {
  const int status = guarded(argc, argv);
  const bool is_written = std::fflush(stdout) == 0 && !std::ferror(stdout);  // g_print() tells nobody
  if (is_written || is_left_by_reader()) return status;
  g_printerr("gst-colorize: the standard output cannot be written; is the disk full, or is it closed?\n");
  return status == all_done ? static_cast<int>(some_failed) : status;
}
