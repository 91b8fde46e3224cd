// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plan.h"

namespace colorize::command {

/// How numbered pictures are called: "scan." and ".dpx" around a number of at least so many digits.
struct NumberedNames {
  std::filesystem::path folder;
  std::string before, after;
  int digits = 1;

  std::filesystem::path name(std::uint64_t number) const;
  /// As printf has it: "scan.%06d.dpx".
  std::filesystem::path pattern() const;
  /// What is there by such names, in order. Throws Failure where the folder cannot be read.
  std::vector<std::uint64_t> numbers() const;

  bool operator==(const NumberedNames&) const = default;
};

/// Of a name that has one %d, or as many digits as %06d says. Nothing where it has none, or the folder has one.
std::optional<NumberedNames> numbered_names(const std::filesystem::path& pattern);

/// The names of a result that is_of_pictures(); nothing where it is another.
std::optional<NumberedNames> names_of_pictures(const std::filesystem::path& output);

/// Those of the sequences of pictures in a folder, but for results. Throws Failure where it cannot be read.
std::vector<NumberedNames> sequences_in(const std::filesystem::path& folder);

/// Whether a name is that of a picture in a sequence that gst-colorize made: "scan.colour.000001.dpx".
bool is_of_result(const std::filesystem::path& file, const std::string& kind);

/// "scan.%06d.dpx" -> "scan.colour.%06d.dpx": other programs look for the number right before the ending.
NumberedNames with_kind(NumberedNames names, const std::string& kind);

/// Frames a second.
struct Rate {
  int frames = 24, per = 1;
};

/// Of text: "18", "23.976" is not one, "24000/1001" is. Nothing for what is none.
std::optional<Rate> rate_of(const std::string& text);

/// Numbered pictures that are a film. A number that is missing is a frame that is not there: the one before it is
/// shown for longer.
struct Sequence {
  struct Picture {
    std::uint64_t number;
    std::uint64_t size;    ///< bytes
    std::int64_t changed;  ///< nanoseconds

    bool operator==(const Picture&) const = default;
  };

  NumberedNames names;
  Rate rate;
  bool rate_is_said = true;
  std::vector<Picture> pictures;  ///< by their numbers; at least one

  /// When the picture of a number is shown, in nanoseconds, and the number that is shown at a time.
  std::int64_t time(std::uint64_t number) const;
  std::uint64_t number_at(std::int64_t time) const;
  std::int64_t end() const { return time(pictures.back().number + 1); }
  std::filesystem::path file(std::size_t i) const { return names.name(pictures[i].number); }
};

/// What is there now. Throws Failure.
Sequence find_sequence(const NumberedNames& names, std::optional<Rate> rate);

/// A list of the pictures, by which a sequence is a film in one file to all that reads films. It is called so.
constexpr const char* sequence_list = "sequence.json";
std::string to_json(const Sequence& sequence);

/// Nothing where `film` is no such list. Throws Failure.
std::optional<Sequence> sequence_in(const std::filesystem::path& film);

/// The same in a folder of its own, which goes with it.
class TemporaryList {
 public:
  explicit TemporaryList(const Sequence& sequence);  ///< throws Failure
  ~TemporaryList();
  TemporaryList(const TemporaryList&) = delete;
  TemporaryList& operator=(const TemporaryList&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Throws Failure where other pictures are there now.
void check_unchanged(const Sequence& sequence);

/// What reading it would tell of it, whose pictures are so large.
Survey survey_of(const Sequence& sequence, int width, int height);

/// What is to be said of it: numbers that are missing, and a rate that nobody said.
std::vector<Remark> remarks_on(const Sequence& sequence);

/// Its one track, and what says of packets that they are pictures of a sequence.
constexpr const char* sequence_track = "pictures";
constexpr const char* sequence_caps = "video/x-of-sequence";

/// Adds a source for a sequence to a pipeline: its pictures as they are stored, one a packet.
GstElement* add_sequence(GstElement* pipeline, const Sequence& sequence);

}  // namespace colorize::command
