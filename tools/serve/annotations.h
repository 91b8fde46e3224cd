// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/json.h"

namespace colorize::command {

/// What people said on the page of films and photographs: lines of hints and regions, and pictures as references. It is
/// somebody's work, so it is kept for each file, by where that lies, and outlives browser and server.
class Annotations {
 public:
  explicit Annotations(std::filesystem::path state);

  /// The lines of a property, which is_said_in_lines() (common/pagehints.h).
  std::string lines(const std::string& property, const std::filesystem::path& file) const;
  /// Throws Refusal where they are not as they must be, or cannot be kept.
  void keep_lines(const std::string& property, const std::filesystem::path& file, const std::string& lines) const;

  /// Where the pictures of a file lie, if it has any. Their names begin with the moment that they are of, if they are
  /// of one, as the element reads it, and then have a number, by which they are in order.
  std::filesystem::path folder_of_references(const std::filesystem::path& file) const;
  std::vector<std::filesystem::path> references(const std::filesystem::path& file) const;
  /// One by its name. Throws Refusal where there is none.
  std::filesystem::path reference(const std::filesystem::path& file, const std::string& name) const;
  void list_references(const std::filesystem::path& file, Json& json) const;

  /// Takes the body of a request as one more of them, called `name`, which a process of its own makes a small PNG of,
  /// and answers with its name when that is done. Throws Refusal, also where it would be longer than `limit` bytes.
  void receive_reference(SoupServerMessage* message, const std::filesystem::path& file, const char* name,
                         std::uint64_t limit) const;
  /// Has it be of another moment, in seconds, or, without one, of any. Returns its new name. Throws Refusal.
  std::string move_reference(const std::filesystem::path& file, const std::string& name,
                             std::optional<double> time) const;
  void remove_reference(const std::filesystem::path& file, const std::string& name) const;

 private:
  std::filesystem::path place_of(const std::string& property, const std::filesystem::path& file) const;

  std::filesystem::path state_;
};

}  // namespace colorize::command
