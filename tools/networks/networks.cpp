// SPDX-License-Identifier: LGPL-2.1-or-later
#include "networks.h"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "common/checksum.h"
#include "common/commandline.h"
#include "common/failure.h"
#include "common/json.h"
#include "common/properties.h"
#include "common/terminal.h"
#include "common/words.h"
#include "error.h"
#include "inference.h"
#include "model.h"
#include "network.h"
#include "stopwatch.h"

namespace colorize::command {

namespace {

namespace fs = std::filesystem;

constexpr const char* summary =
    "Shows the networks that --model can name: those compiled in, those installed in colorize/models in the user's and "
    "the system's data folders, and those that are known but not here, with what to do to get them. Files that are "
    "here "
    "are compared with the published ones. What a network sees is that of a picture of 1920x1080.\n\n"
    "'gst-colorize networks add FILE' tries a network, and installs it for this user.";

struct Row {
  enum class State { compiled_in, installed, known };

  /// A file that is published, and what there is of it here.
  struct File {
    enum class State { missing, same, different, unknown };

    PublishedFile published;
    fs::path path = {};
    State state = State::missing;
    std::string why = {};  ///< what is different
  };

  std::string name;
  State state = State::compiled_in;
  fs::path weights = {};
  std::string problem = {};  ///< why it cannot be used
  ModelInfo info = {};
  std::uint64_t bytes = 0;  ///< of all its files; 0: not known
  std::string page = {}, how = {};
  std::vector<File> files = {};
  std::vector<PublishedFile> sources = {};
  std::string library = {};                         ///< that runs it where the user does not choose
  std::map<std::string, double> milliseconds = {};  ///< by each library that takes it, where that was asked for

  std::string origin() const { return state == State::compiled_in ? "compiled in" : weights.string(); }
};

std::vector<std::string> libraries() {
  std::vector<std::string> built_in{inference::opencv::library()};
  if (const std::string other = inference::onnxruntime::library(); !other.empty()) built_in.push_back(other);
  return built_in;
}

double milliseconds_per_frame(Network& network) {
  cv::Mat lightness(network.input_size({1920, 1080}, 0), CV_32F);
  cv::randu(lightness, 0, 100);
  Ab ab;
  std::array<double, 5> times{};
  network.predict(lightness, ab);  // the first one makes room
  for (double& time : times) {
    const Stopwatch watch;
    network.predict(lightness, ab);
    time = 1000 * watch.seconds();
  }
  std::ranges::nth_element(times, times.begin() + times.size() / 2);
  return times[times.size() / 2];
}

void add_opencv(const Model& model, Row& row) try {
  Network network(model, Engine::opencv);
  row.milliseconds[network.library()] = milliseconds_per_frame(network);
} catch (const Error&) {
  // It runs by the other one.
}

void measure(Row& row) {
  const Model model = find_model(row.weights.empty() ? row.name : row.weights.string());
  row.info = model.info;
  Network network(model);
  row.library = network.library();
  row.milliseconds[row.library] = milliseconds_per_frame(network);
  if (network.engine() == Engine::onnxruntime) add_opencv(model, row);
}

std::string size_of(std::uint64_t bytes) {
  constexpr std::uint64_t kilo = 1000, mega = 1'000'000;
  return bytes == 0     ? "-"
         : bytes < kilo ? counted(bytes, "byte")
         : bytes < mega ? std::to_string((bytes + kilo / 2) / kilo) + " kB"
                        : decimal(static_cast<double>(bytes) / mega, 1) + " MB";
}

/// Where a published file is in the network's folder, under its own name or that of the network, and whether it is it.
Row::File compare(const PublishedFile& published, const ModelFiles& files, const std::stop_token& stop) try {
  Row::File file{published};
  file.path = published.name == files.known->files[0].name ? files.weights
              : published.name.ends_with(".prototxt")      ? files.structure
                                                           : files.weights.parent_path() / published.name;
  std::error_code unknown;
  if (!fs::exists(file.path, unknown)) return file;
  file.state = Row::File::State::unknown;
  if (!published.bytes) return file;
  file.state = Row::File::State::different;
  const std::uintmax_t bytes = fs::file_size(file.path, unknown);
  if (unknown) {
    file.why = "it is no file";
  } else if (bytes != *published.bytes) {
    file.why = "it has " + std::to_string(bytes) + " bytes, not " + std::to_string(*published.bytes);
  } else if (const std::string sum = sha256_of(file.path, stop); sum != published.sha256) {
    file.why = "its SHA-256 is " + sum;
  } else {
    file.state = Row::File::State::same;
  }
  return file;
} catch (const Failure& failure) {  // one that may not be read does not hide the other networks
  return {.published = published, .state = Row::File::State::different, .why = failure.what()};
}

Row row_of_known(const KnownNetwork& known) {
  Row row{.name = known.name, .state = Row::State::known};
  row.info = known.info({});
  row.page = known.page;
  row.how = known.how;
  row.sources = known.sources;
  for (const PublishedFile& file : known.files) {
    row.files.push_back({file});
    row.bytes += file.bytes.value_or(0);
  }
  return row;
}

Row row_of_installed(const std::string& name, const ModelFiles& files, const std::stop_token& stop) {
  Row row{.name = name, .state = Row::State::installed, .weights = files.weights};
  if (files.known) {
    row.page = files.known->page;
    for (const PublishedFile& file : files.known->files) row.files.push_back(compare(file, files, stop));
  }
  const auto add_size = [&](const fs::path& file) {
    std::error_code missing;
    const std::uintmax_t bytes = fs::file_size(file, missing);
    if (!missing) row.bytes += bytes;
  };
  try {
    add_size(files.weights);
    if (row.bytes == 0) throw Failure(files.weights.string() + ": is no file, or an empty one");
    row.info = files.info();
    // Whose weights lie elsewhere is small itself.
    constexpr std::uint64_t small = 64 << 20;
    if (row.bytes < small) std::ranges::for_each(files.others(row.info), add_size);
  } catch (const std::exception& error) {
    row.problem = error.what();
  }
  return row;
}

std::vector<Row> all_rows(bool with_time, const std::stop_token& stop) {
  std::vector<Row> rows;
  const std::vector<std::string> names = model_names();
  for (const std::string& name : names) {
    if (is_compiled_in(name)) {
      const Model model = find_model(name);
      rows.push_back({.name = name, .info = model.info, .bytes = model.weights.size()});
    } else if (const auto files = files_of(name)) {
      rows.push_back(row_of_installed(name, *files, stop));
    }
    if (!with_time || rows.back().name != name) continue;
    try {
      measure(rows.back());
    } catch (const std::exception& error) {
      rows.back().problem = error.what();
    }
  }
  for (const KnownNetwork& known : catalogue())
    if (std::ranges::count(names, known.name) == 0) rows.push_back(row_of_known(known));
  return rows;
}

/// Text in lines of no more than so many columns, each after an indent, as far as its words allow.
void print_wrapped(const std::string& text, int indent, int columns) {
  std::string line;
  const std::string blank(static_cast<std::size_t>(indent), ' ');
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > columns - indent) {
      g_print("%s%s\n", blank.c_str(), line.c_str());
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    at = end + 1;
  }
  if (!line.empty()) g_print("%s%s\n", blank.c_str(), line.c_str());
}

void print_to_get(const PublishedFile& file) {
  g_print("    %s%s\n", file.name.c_str(), file.bytes ? ("  " + size_of(*file.bytes)).c_str() : "");
  if (!file.link.empty()) g_print("      %s\n", file.link.c_str());
}

void print_details(const Row& row, int columns) {
  const auto print = [&](const std::string& label, const std::string& text) {
    if (!text.empty()) print_wrapped(label + shown(text), 2, columns);
  };
  print("cannot be used: ", row.problem);
  print("", row.info.summary);
  print("source: ", row.info.source);
  if (row.state == Row::State::known) {
    print("", row.how);
    print("page: ", row.page);
    for (const PublishedFile& source : row.sources) print_to_get(source);
    for (const Row::File& file : row.files) print_to_get(file.published);
    return;
  }
  print("from: ", row.origin());
  print("run by: ", row.library);
  std::vector<std::string> as_published;
  for (const Row::File& file : row.files) {
    using State = Row::File::State;
    if (file.state == State::same) as_published.push_back(file.published.name);
    if (file.state == State::different)
      print("differs from what is published: ", file.published.name + ": " + file.why);
    if (file.state == State::unknown) print("no checksum is known: ", file.published.name);
    if (file.state == State::missing) print_to_get(file.published);
  }
  print("as published: ", listed(as_published));
}

void print_table(const std::vector<Row>& rows, bool with_time) {
  const int columns = std::clamp(terminal_columns(STDOUT_FILENO), 60, 120);
  std::vector<std::vector<std::string>> cells{{"NAME", "SEES", "FILES"}};
  if (with_time)
    for (const std::string& library : libraries()) cells[0].push_back(library);
  cells[0].emplace_back("LICENCE");
  for (const Row& row : rows) {
    const bool is_understood = !row.info.inputs.empty();
    const cv::Size seen = is_understood ? size_for({1920, 1080}, row.info) : cv::Size();
    std::vector<std::string> line{shown(row.name), is_understood ? sides(seen.width, seen.height) : "-",
                                  size_of(row.bytes)};
    if (with_time)
      for (const std::string& library : libraries()) {
        const auto found = row.milliseconds.find(library);
        line.push_back(found == row.milliseconds.end() ? "-" : decimal(found->second, 1) + " ms a frame");
      }
    line.push_back(row.info.licence.empty() ? "-" : shown(row.info.licence));
    cells.push_back(line);
  }
  std::vector<int> widths(cells[0].size());
  for (const auto& line : cells)
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], columns_of(line[i]));
  for (std::size_t n = 0; n < cells.size(); ++n) {
    const bool first_known =
        n > 0 && rows[n - 1].state == Row::State::known && (n == 1 || rows[n - 2].state != Row::State::known);
    if (first_known) {
      g_print("\n");
      print_wrapped("Known, but not here; their files belong into " + shown(model_folders()[0].string()), 0, columns);
    }
    if (n > 0) g_print("\n");
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) line += fitted(cells[n][i], widths[i]) + "  ";
    g_print("%s\n", g_strchomp(line.data()));
    if (n > 0) print_details(rows[n - 1], columns);
  }
}

void write_published(Json& json, const PublishedFile& file) {
  json.text("name", file.name);
  if (file.bytes) json.count("bytes", *file.bytes).text("sha256", file.sha256);
  if (!file.link.empty()) json.text("link", file.link);
}

void print_json(const std::vector<Row>& rows, bool with_time) {
  constexpr std::array states{"compiled-in", "installed", "known"};
  constexpr std::array file_states{"missing", "same", "different", "unknown"};
  Json json;
  json.array();
  for (const Row& row : rows) {
    json.object().text("name", row.name).text("state", states[static_cast<std::size_t>(row.state)]);
    for (const auto& [key, value] : {std::pair{"from", row.origin()},
                                     {"problem", row.problem},
                                     {"summary", row.info.summary},
                                     {"licence", row.info.licence},
                                     {"source", row.info.source},
                                     {"page", row.page},
                                     {"how", row.how},
                                     {"engine", row.library}})
      if (!value.empty()) json.text(key, value);
    if (row.bytes > 0) json.count("bytes", row.bytes);
    if (!row.info.inputs.empty()) {
      const cv::Size seen = size_for({1920, 1080}, row.info);
      json.count("width", seen.width).count("height", seen.height);
    }
    if (with_time && row.problem.empty() && !row.library.empty()) {
      json.number("milliseconds", row.milliseconds.at(row.library)).object("milliseconds-by-engine");
      for (const auto& [library, milliseconds] : row.milliseconds) json.number(library.c_str(), milliseconds);
      json.end_object();
    }
    if (!row.files.empty()) {
      json.array("files");
      for (const Row::File& file : row.files) {
        write_published(json.object(), file.published);
        json.text("state", file_states[static_cast<std::size_t>(file.state)]);
        if (!file.why.empty()) json.text("why", file.why);
        json.end_object();
      }
      json.end_array();
    }
    if (!row.sources.empty()) {
      json.array("sources");
      for (const PublishedFile& source : row.sources) {
        write_published(json.object(), source);
        json.end_object();
      }
      json.end_array();
    }
    json.end_object();
  }
  g_print("%s", json.end_array().lines().c_str());
}

}  // namespace

int networks(int argc, char** argv, const std::stop_token& stop) {
  if (argc > 1 && std::string(argv[1]) == "add") {
    g_set_prgname("gst-colorize networks add");  // as its --help shows it
    return add_network(argc - 1, argv + 1, stop);
  }
  gboolean json = FALSE, time = FALSE;
  const GOptionEntry entries[] = {
      {"time", 0, 0, G_OPTION_ARG_NONE, &time, "Run each, and show how long it takes here and now", nullptr},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON instead of a table", nullptr},
      {}};
  const auto context = option_context(nullptr, summary);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  if (!parse_options(context.get(), argc, argv)) return all_done;
  if (argc > 1) throw UsageError("'networks' takes no '" + std::string(argv[1]) + "'");

  make_colorize();  // its plugin has the networks that are compiled in
  const std::vector<Row> rows = all_rows(time, stop);
  json ? print_json(rows, time) : print_table(rows, time);
  return all_done;
}

}  // namespace colorize::command
