// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>

namespace colorize::command {

// The subcommands for many machines that share a folder, DIR. Each returns an exit status; throws UsageError, Failure
// or Interrupted.

/// gst-colorize plan FILE OR FOLDER ... --work DIR: writes what is to be done.
int plan_archive(int argc, char** argv, const std::stop_token& stop);
/// gst-colorize piece DIR N: does a piece of it.
int make_piece_of_archive(int argc, char** argv, const std::stop_token& stop);
/// gst-colorize join DIR [FILM]: makes the results of what is done.
int join_archive(int argc, char** argv, const std::stop_token& stop);
/// gst-colorize status DIR: tells how far it is.
int tell_of_archive(int argc, char** argv, const std::stop_token& stop);

// What they run in processes of their own: `gst-colorize --plan-film FOLDER OUTPUT`, `--make-batch FOLDER`.
int plan_film_apart(int argc, char** argv, const std::stop_token& stop);
int make_batch_apart(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
