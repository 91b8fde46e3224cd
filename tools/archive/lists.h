// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace colorize::command {

/// What is needed to make a piece, as a cluster is asked for it.
struct Need {
  int threads = 1;
  int megabytes = 0;
  int minutes = 0;  ///< on a slow machine
};

/// A piece of the whole work: a piece of a film, or a batch of photographs. A line of DIR/pieces.jsonl.
struct Unit {
  std::size_t number = 0;    ///< from 1 on, over the whole work
  std::size_t entry = 0;     ///< of the list of films, from 1 on
  std::string folder = {};   ///< of that film, below DIR
  std::size_t piece = 0;     ///< of that film, from 0 on
  std::uint64_t frames = 0;  ///< or photographs
  std::uint64_t cost = 0;    ///< pixels of all its frames
  std::uint64_t before = 0;  ///< the cost of all pieces before it
  Need need = {};
};

/// A film, or a batch of photographs. A line of DIR/films.jsonl.
struct Item {
  std::size_t number = 0;  ///< from 1 on
  std::string input = {}, output = {};
  std::string folder = {};  ///< its work folder, below DIR
  std::size_t first = 0, pieces = 0;
  std::uint64_t cost = 0;
  bool is_batch = false;     ///< of photographs, the first of which is `input`, or alone it where it has a problem
  bool overwrite = false;    ///< a result that is there already
  std::string problem = {};  ///< why it cannot be made; it has no pieces then
};

/// Writes the lists, and DIR/request, by which a shell knows how many pieces there are and what the neediest of them
/// needs. The lines of pieces are all of one length, so that one is found without reading the others. Throws Failure.
void write_lists(const std::filesystem::path& work, const std::vector<Item>& entries, const std::vector<Unit>& units);

/// Throws Failure where there is no such list, or something else in it.
std::vector<Item> read_items(const std::filesystem::path& work);

/// The pieces of the whole work; a line is read when it is asked for.
class UnitList {
 public:
  /// Throws Failure.
  explicit UnitList(const std::filesystem::path& work);
  ~UnitList();
  UnitList(const UnitList&) = delete;
  UnitList& operator=(const UnitList&) = delete;

  std::size_t size() const { return size_; }
  /// By its number. Throws Failure.
  Unit at(std::size_t number) const;
  /// The numbers of a share of the work, the first and the one behind its last: `share` of `shares`, from 1 on, all of
  /// which cost about the same. Throws Failure.
  std::pair<std::size_t, std::size_t> share(std::size_t share, std::size_t shares) const;

 private:
  std::size_t first_from(std::uint64_t cost) const;

  std::filesystem::path file_;
  int descriptor_;
  std::size_t width_ = 1, size_ = 0;
};

}  // namespace colorize::command
