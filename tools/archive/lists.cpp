// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lists.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <sstream>
#include <system_error>

#include "common/failure.h"
#include "common/json.h"
#include "common/owned.h"
#include "file.h"
#include "film/workfolder.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char *units_name = "pieces.jsonl", *items_name = "films.jsonl";
constexpr std::size_t longest_line = 1024;

std::size_t number_in(const JsonValue& value, const char* key) {
  return static_cast<std::size_t>(std::max<std::int64_t>(0, value.at(key).integer()));
}

/// Spaces before a number are none of it to JSON.
std::string line_of(const Unit& unit) {
  const Owned<gchar> line(g_strdup_printf(
      "{\"piece\":%9zu,\"film\":%8zu,\"folder\":\"%s\",\"number\":%6zu,\"frames\":%8" PRIu64 ",\"cost\":%14" PRIu64
      ",\"before\":%19" PRIu64 ",\"threads\":%4d,\"megabytes\":%7d,\"minutes\":%6d}\n",
      unit.number, unit.entry, unit.folder.c_str(), unit.piece + 1, unit.frames, unit.cost, unit.before,
      unit.need.threads, unit.need.megabytes, unit.need.minutes));
  return line.get();
}

Unit unit_of(const std::string& line) {
  const JsonValue value = JsonValue::parse(line);
  return {.number = number_in(value, "piece"),
          .entry = number_in(value, "film"),
          .folder = value.at("folder").text(),
          .piece = number_in(value, "number") - 1,
          .frames = number_in(value, "frames"),
          .cost = number_in(value, "cost"),
          .before = number_in(value, "before"),
          .need = {.threads = static_cast<int>(number_in(value, "threads")),
                   .megabytes = static_cast<int>(number_in(value, "megabytes")),
                   .minutes = static_cast<int>(number_in(value, "minutes"))}};
}

/// Names of files need not be UTF-8, and JSON must: they are kept as URIs.
std::string uri_of(const std::string& file) {
  const Owned<gchar> uri(g_filename_to_uri(file.c_str(), nullptr, nullptr));
  return uri ? uri.get() : "";
}

std::string file_of(const std::string& uri) {
  const Owned<gchar> file(g_filename_from_uri(uri.c_str(), nullptr, nullptr));
  if (!file) throw Failure(uri + " is not the URI of a file");
  return file.get();
}

std::string line_of(const Item& entry) {
  Json json;
  json.object().count("film", entry.number).text("input", uri_of(entry.input)).text("output", uri_of(entry.output));
  json.text("folder", entry.folder).count("first", entry.first).count("pieces", entry.pieces);
  json.count("cost", entry.cost).truth("photographs", entry.is_batch).truth("overwrite", entry.overwrite);
  json.text("problem", entry.problem);
  return json.end_object().line();
}

Item item_of(const std::string& line) {
  const JsonValue value = JsonValue::parse(line);
  return {.number = number_in(value, "film"),
          .input = file_of(value.at("input").text()),
          .output = file_of(value.at("output").text()),
          .folder = value.at("folder").text(),
          .first = number_in(value, "first"),
          .pieces = number_in(value, "pieces"),
          .cost = number_in(value, "cost"),
          .is_batch = value.at("photographs").truth(),
          .overwrite = value.at("overwrite").truth(),
          .problem = value.at("problem").text()};
}

[[noreturn]] void fail(const fs::path& file) {
  const int error = errno;
  const std::string why = file.string() + ": " + std::generic_category().message(error);
  throw Failure(error == ENOENT ? why + "; 'gst-colorize plan' makes it" : why);
}

}  // namespace

void write_lists(const fs::path& work, const std::vector<Item>& entries, const std::vector<Unit>& units) {
  std::string lines;
  for (const Item& entry : entries) lines += line_of(entry);
  write_text(work / items_name, lines);
  lines.clear();
  Need most;
  for (const Unit& unit : units) {
    lines += line_of(unit);
    most = {.threads = std::max(most.threads, unit.need.threads),
            .megabytes = std::max(most.megabytes, unit.need.megabytes),
            .minutes = std::max(most.minutes, unit.need.minutes)};
  }
  write_text(work / units_name, lines);
  std::uint64_t minutes = 0;
  for (const Unit& unit : units) minutes += static_cast<std::uint64_t>(unit.need.minutes);
  write_text(work / "request", "pieces=" + std::to_string(units.size()) + "\nthreads=" + std::to_string(most.threads) +
                                   "\nmegabytes=" + std::to_string(most.megabytes) + "\nminutes=" +
                                   std::to_string(most.minutes) + "\nminutes_of_all=" + std::to_string(minutes) + "\n");
}

std::vector<Item> read_items(const fs::path& work) {
  errno = 0;
  if (!fs::exists(work / items_name)) errno = ENOENT, fail(work / items_name);
  std::istringstream lines(read_file(work / items_name));
  std::vector<Item> entries;
  for (std::string line; std::getline(lines, line);) entries.push_back(item_of(line));
  return entries;
}

UnitList::UnitList(const fs::path& work)
    : file_(work / units_name), descriptor_(open(file_.c_str(), O_RDONLY | O_CLOEXEC)) {
  struct stat status;
  if (descriptor_ < 0) fail(file_);
  std::string first(longest_line, '\0');
  const ssize_t length = pread(descriptor_, first.data(), first.size(), 0);
  if (length < 0 || fstat(descriptor_, &status) < 0) {
    close(descriptor_);
    fail(file_);
  }
  first.resize(static_cast<std::size_t>(length));
  width_ = first.find('\n') + 1;
  if (width_ > 0) size_ = static_cast<std::size_t>(status.st_size) / width_;
}

UnitList::~UnitList() { close(descriptor_); }

Unit UnitList::at(std::size_t number) const {
  if (number == 0 || number > size_)
    throw Failure("there is no piece " + std::to_string(number) + "; they are numbered from 1 to " +
                  std::to_string(size_));
  std::string line(width_, '\0');
  const ssize_t length = pread(descriptor_, line.data(), width_, static_cast<off_t>((number - 1) * width_));
  if (length < 0) fail(file_);
  const Unit unit = unit_of(line.substr(0, static_cast<std::size_t>(length)));
  if (unit.number != number) throw Failure(file_.string() + " is damaged; plan again");
  return unit;
}

std::size_t UnitList::first_from(std::uint64_t cost) const {
  std::size_t low = 1, high = size_ + 1;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (at(middle).before < cost)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

std::pair<std::size_t, std::size_t> UnitList::share(std::size_t share, std::size_t shares) const {
  if (size_ == 0) return {1, 1};
  const Unit last = at(size_);
  const double all = static_cast<double>(last.before + last.cost);
  const auto from = [&](std::size_t number) {
    return number >= shares ? size_ + 1
                            : first_from(static_cast<std::uint64_t>(all * static_cast<double>(number) /
                                                                    static_cast<double>(shares)));
  };
  return {from(share - 1), from(share)};
}

}  // namespace colorize::command
