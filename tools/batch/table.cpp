// SPDX-License-Identifier: LGPL-2.1-or-later
#include "table.h"

#include <glib.h>

#include <algorithm>
#include <fstream>

#include "common/commandline.h"
#include "common/failure.h"
#include "common/wholefile.h"
#include "record/place.h"
#include "record/recordfile.h"
#include "tablepicture.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

bool is_page(const fs::path& table) { return table.extension() == ".html"; }

/// "film archive.files" of "film archive.html", as browsers name what belongs to a page that they save.
fs::path folder_of(fs::path table) { return table.replace_extension(".files"); }

/// Does a file begin as a table of ours does?
bool is_table(const fs::path& file) {
  std::string start(512, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  return is_page(file) ? start.find(html_generator) != start.npos : start.starts_with(csv_header);
}

/// Throws Failure where something may not be replaced.
void check_place(const fs::path& table, const Choices& choices) {
  std::error_code unknown;
  if (!fs::exists(table, unknown)) {
    if (is_page(table) && fs::exists(folder_of(table), unknown))
      throw Failure(folder_of(table).string() +
                    ", where the pictures of the table have to lie, is there already; "
                    "move it away, or give the table another name");
    return;
  }
  if (!choices.overwrite && !choices.resume)
    throw Failure(table.string() + " is there already; --overwrite replaces it, and --resume too");
  if (!is_table(table)) throw Failure(table.string() + " is there already, and no table of gst-colorize's");
}

std::string settings_of(const Options& options) {
  const Choices& choices = options.choices;
  std::string text;
  const auto add = [&](const std::string& words) { text += (text.empty() ? "" : " ") + words; };
  for (const auto& [name, value] : choices.properties) add(name + "=" + value);
  if (choices.to_gray) add("to-gray");
  if (choices.compare != Choices::Compare::none)
    add(choices.compare == Choices::Compare::halves ? "compare=halves" : "compare=side-by-side");
  if (!choices.label.empty()) add("label=" + choices.label);
  if (choices.deinterlace) add("deinterlace");
  if (!choices.codec.empty()) add("codec=" + choices.codec);
  if (choices.quality) add("quality=" + std::to_string(*choices.quality));
  if (choices.speed != Choices::Speed::fast) add(choices.speed == Choices::Speed::slow ? "speed=slow" : "speed=medium");
  if (choices.bits) add("bits=" + std::to_string(*choices.bits));
  if (choices.aac) add("sound=aac");
  if (choices.hardware) add("hardware");
  return text;
}

/// Of a result that an earlier run made, what its record says.
void take_record(TableRow& row) try {
  const JsonValue record = read_record(row.record);
  for (const JsonValue& pictures : record.at("pictures").elements())
    row.frames += static_cast<std::uint64_t>(pictures.at("frames").integer());
  for (const JsonValue& remark : record.at("remarks").elements())
    row.remarks.push_back({remark.at("code").text(), remark.at("text").text()});
} catch (const std::exception&) {
  row.record.clear();  // there is none
}

}  // namespace

void check_table_names(const std::vector<fs::path>& tables) {
  for (const fs::path& table : tables)
    if (!is_page(table) && table.extension() != ".csv")
      throw UsageError("--table takes a name that ends in .csv or .html, not '" + table.string() + "'");
  const auto pages = std::ranges::count_if(tables, is_page);
  if (pages > 1 || static_cast<std::ptrdiff_t>(tables.size()) - pages > 1)
    throw UsageError("--table takes one .csv and one .html");
}

bool is_folder_of_table(const fs::path& folder) {
  fs::path page = folder;
  return folder.extension() == ".files" && is_table(page.replace_extension(".html"));
}

Tables::Tables(const Options& options, const std::vector<LeftAlone>& left_alone) : options_(options) {
  for (const fs::path& table : options.tables) check_place(table, options.choices);
  if (const auto page = std::ranges::find_if(options.tables, is_page); page != options.tables.end()) page_ = *page;
  if (options.tables.empty()) return;
  for (const LeftAlone& file : left_alone) {
    rows_.push_back({.input = file.file, .status = name_of(Outcome::left_alone), .why = file.why});
    if (!page_.empty()) rows_.back().html = html_line_of(rows_.back(), page_);
  }
}

fs::path Tables::picture_of(const Job& job, Outcome outcome, const std::stop_token& stop) const try {
  const bool is_made = outcome == Outcome::done || outcome == Outcome::kept;
  if (!is_made && (outcome != Outcome::failed || job.still || !job.problem.empty())) return {};
  // By the result's name, under which a run that goes on finds it again.
  const Owned<gchar> digest(
      g_compute_checksum_for_string(G_CHECKSUM_SHA256, reference_to(job.output, page_).c_str(), -1));
  const fs::path picture = folder_of(page_) / (std::string(digest.get()).substr(0, 16) + ".jpg");
  std::error_code unknown;
  if (outcome == Outcome::kept && fs::exists(picture, unknown)) return picture;
  fs::create_directories(picture.parent_path());
  write_table_picture(job, is_made, options_.choices, picture, stop);
  return picture;
} catch (const std::exception&) {
  return {};  // the table shows that there is none
}

void Tables::add(const Job& job, Outcome outcome, const std::string& why, const Status& status,
                 const std::vector<Remark>& remarks, const std::string& begin, const std::stop_token& stop) {
  if (options_.tables.empty()) return;
  const bool has_result = outcome == Outcome::done || outcome == Outcome::kept;
  TableRow row{.number = job.number, .input = job.input, .status = name_of(outcome), .why = why};
  if (has_result) {
    row.output = job.output;
    row.record = job.record;
  }
  if (outcome == Outcome::kept) {
    take_record(row);
  } else {
    row.begin = begin;
    row.seconds = status.seconds;
    row.frames = status.frames;
  }
  row.remarks.insert(row.remarks.end(), remarks.begin(), remarks.end());
  if (!page_.empty()) {
    row.picture = picture_of(job, outcome, stop);
    row.html = html_line_of(row, page_);
  }
  const std::lock_guard lock(adding_);
  rows_.push_back(std::move(row));
  if (since_written_.seconds() < next_write_) return;
  try {
    write(false);
  } catch (const Failure&) {
    // At the end it is tried once more, and told.
  }
}

void Tables::write(bool whole) {
  const Stopwatch writing;
  const TableOfRun run{settings_of(options_), whole};
  std::vector<TableRow> rows = rows_;
  // Those that were no jobs, of number 0, are the last.
  std::ranges::stable_sort(rows, {}, [](const TableRow& row) { return row.number - 1; });
  for (const fs::path& table : options_.tables) {
    std::error_code is_there;
    fs::create_directories(fs::absolute(table).parent_path(), is_there);
    write_whole_file(table, is_page(table) ? html_of(rows, run, table) : csv_of(rows, run));
  }
  // Of a large one this takes its time, which is to be a small part of all.
  constexpr double least = 2, times = 30;
  next_write_ = std::max(least, times * writing.seconds());
  since_written_ = Stopwatch();
}

void Tables::finish(bool interrupted) {
  if (!options_.tables.empty()) write(!interrupted);
}

}  // namespace colorize::command
