// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "common/choices.h"
#include "common/made.h"
#include "common/progress.h"
#include "film/filestate.h"
#include "film/sequence.h"

namespace colorize::command {

/// The record of a result, from the time on when its making begins: what it was made of, how and by what.
/// docs/record.md has its form.
class Account {
 public:
  /// From now on all that the result is made of has to stay as it is. A `source` that is a sequence of pictures is
  /// called by its pattern. Throws Failure or Error where it is not there.
  Account(std::filesystem::path source, const std::optional<Sequence>& sequence, std::filesystem::path result,
          std::filesystem::path record, const Choices& choices);

  /// Writes the record, before the result gets its name, or when all of its pictures have theirs. Throws Failure, also
  /// where what the result is made of has changed, or Interrupted.
  void write(const Made& made, const std::vector<Remark>& remarks, const std::stop_token& stop);

  /// To be called where nothing came of the result: puts back what was there before, or says why it cannot.
  void withdraw() const noexcept;

 private:
  std::string text(const Made& made, const std::vector<Remark>& remarks, const std::stop_token& stop) const;

  std::filesystem::path source_, result_, record_;
  std::vector<std::filesystem::path> pictures_;  // of a source that is a sequence
  Choices choices_;
  std::string begin_;
  std::vector<std::pair<std::filesystem::path, FileState>> made_of_;
  bool is_written_ = false;
  std::optional<std::string> before_;
};

}  // namespace colorize::command
