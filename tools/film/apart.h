// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/json.h"
#include "piece.h"

namespace colorize::command {

/// Makes a piece, by its number, of the plan that lies in `folder`, as make_piece() does, in a process of its own: a
/// decoder that crashes takes nothing else along. The process runs this program again, as `--make-piece FOLDER NUMBER`,
/// and ends with it. With a `token`, make_piece()'s, it also makes sure that this machine gives the plan's bits. Throws
/// Failure, also for a crash, or Interrupted.
void make_piece_apart(const std::filesystem::path& folder, std::size_t number, const std::stop_token& stop,
                      const std::function<void(const Done&)>& tick, const std::string& token = {});

/// Runs this program again with such arguments, and passes on what it remarks; `doing` what, for people. It tells of
/// itself by tell_apart(): `hear` gets each object, and the bytes behind it. Throws Failure, also for a crash, or
/// Interrupted.
void run_apart(std::vector<std::string> arguments, const std::string& doing, const std::stop_token& stop,
               const std::function<void(const JsonValue&, const std::string& bytes)>& hear);

/// What such a process gives its news to: what is added to an object, and bytes that follow it.
using Tell = std::function<void(const std::function<void(Json&)>& add, const std::string& bytes)>;

/// Does what such a process is for; what fails in it is told. Returns an exit status; throws Interrupted.
int tell_apart(const std::function<void(const Tell&)>& work);

/// That subcommand: a program that calls convert_film() gives it what is behind its own name, where that begins with
/// `--make-piece`. It tells its progress as lines of JSON. Returns an exit status; throws UsageError or Interrupted.
int piece(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
