// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/choices.h"
#include "film/sequence.h"

namespace colorize::command {

/// How the user is told what happens.
enum class ProgressStyle { bar, lines, json, none };

/// What the command line asks for.
struct Options {
  Choices choices;
  std::vector<std::filesystem::path> inputs;
  std::optional<std::filesystem::path> output;      ///< of the one input
  std::optional<std::filesystem::path> output_dir;  ///< of all inputs
  std::string container;                            ///< of films whose names are not given; empty: their own
  std::filesystem::path work;                       ///< where `gst-colorize plan` writes its plans
  std::optional<std::int64_t> frame;                ///< of films no more than the picture at this time, in nanoseconds
  bool sheet = false;                               ///< of films no more than a picture of each shot
  bool dry_run = false;                             ///< nothing but words on what would be made
  bool record = false;                              ///< beside each result, of how it was made
  std::vector<std::filesystem::path> tables;        ///< of all files, to be written at the end and meanwhile
  std::optional<Rate> rate = {};                    ///< of sequences of pictures
  int jobs = 1;
  ProgressStyle progress = ProgressStyle::lines;
};

/// Reads the command line. Returns nothing where only help or the version was wanted, which is then printed. Throws
/// UsageError, or Failure where GStreamer does not find the element.
std::optional<Options> read_options(int argc, char** argv);

/// The same for `gst-colorize plan`.
std::optional<Options> read_plan_options(int argc, char** argv);

/// An option on pictures, for front ends that offer it.
struct OfferedOption {
  enum class Kind { on_or_off, number, text };

  std::string name;
  std::string words;  ///< what --help says of it
  Kind kind = Kind::text;
  std::vector<std::string> choices;  ///< of a text that is one of these; empty: any
};
std::vector<OfferedOption> picture_options();

}  // namespace colorize::command
