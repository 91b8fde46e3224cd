// SPDX-License-Identifier: LGPL-2.1-or-later
#include "networks.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "common/commandline.h"
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

constexpr const char* summary =
    "Shows the networks that --model can name: those compiled in, and those in colorize/models in the user's and the "
    "system's data folders. The speed is measured now, by each library that is built in, on a picture of 1920x1080: "
    "the network alone, which is the greater part of the work.";

struct Row {
  std::string name, origin;
  std::string problem;  ///< why it cannot be used
  cv::Size size;        ///< of what it sees of 1920x1080
  std::size_t bytes = 0;
  std::string library;                         ///< that runs it where the user does not choose
  std::map<std::string, double> milliseconds;  ///< by each library that takes it
  ModelInfo info;
};

std::vector<std::string> libraries() {
  std::vector<std::string> built_in{inference::opencv::library()};
  if (const std::string other = inference::onnxruntime::library(); !other.empty()) built_in.push_back(other);
  return built_in;
}

double milliseconds_per_frame(Network& network, cv::Size size) {
  cv::Mat lightness(size, CV_32F);
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
  row.milliseconds[network.library()] = milliseconds_per_frame(network, row.size);
} catch (const Error&) {
  // It runs by the other one.
}

Row measure(const std::string& name) {
  Row row;
  row.name = row.origin = name;
  try {
    const Model model = find_model(name);
    row.origin = model.origin == name ? "compiled in" : model.origin;
    row.bytes = model.weights.size();
    row.info = model.info;
    Network network(model);
    row.library = network.library();
    row.size = network.input_size({1920, 1080}, 0);
    row.milliseconds[row.library] = milliseconds_per_frame(network, row.size);
    if (network.engine() == Engine::onnxruntime) add_opencv(model, row);
  } catch (const std::exception& error) {
    row.problem = error.what();
  }
  return row;
}

void print_table(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> cells{{"NAME", "SEES", "FILE"}};
  for (const std::string& library : libraries()) cells[0].push_back(library);
  cells[0].emplace_back("LICENCE");
  for (const Row& row : rows) {
    std::vector<std::string> line{row.name, sides(row.size.width, row.size.height),
                                  decimal(static_cast<double>(row.bytes) / 1e6, 1) + " MB"};
    for (const std::string& library : libraries()) {
      const auto found = row.milliseconds.find(library);
      line.push_back(found == row.milliseconds.end() ? "-" : decimal(found->second, 1) + " ms a frame");
    }
    line.push_back(row.info.licence);
    cells.push_back(line);
  }
  std::vector<int> widths(cells[0].size());
  for (const auto& line : cells)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], columns_of(line[i]));
  for (std::size_t n = 0; n < cells.size(); ++n) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) line += fitted(cells[n][i], widths[i]) + "  ";
    if (n > 0 && !rows[n - 1].problem.empty()) line = fitted(rows[n - 1].name, widths[0]) + "  cannot be used";
    g_print("%s\n", g_strchomp(line.data()));
    if (n == 0) continue;
    const Row& row = rows[n - 1];
    for (const auto& [label, what] : {std::pair{"", &row.problem},
                                      {"", &row.info.summary},
                                      {"source: ", &row.info.source},
                                      {"from: ", &row.origin},
                                      {"run by: ", &row.library}})
      if (!what->empty()) g_print("  %s%s\n", label, what->c_str());
  }
}

void print_json(const std::vector<Row>& rows) {
  Json json;
  json.array();
  for (const Row& row : rows) {
    json.object();
    for (const auto& [key, value] : {std::pair{"name", &row.name},
                                     {"from", &row.origin},
                                     {"problem", &row.problem},
                                     {"summary", &row.info.summary},
                                     {"licence", &row.info.licence},
                                     {"source", &row.info.source},
                                     {"engine", &row.library}})
      if (!value->empty()) json.text(key, *value);
    if (row.problem.empty()) {
      json.count("width", row.size.width).count("height", row.size.height).count("bytes", row.bytes);
      json.number("milliseconds", row.milliseconds.at(row.library)).object("milliseconds-by-engine");
      for (const auto& [library, milliseconds] : row.milliseconds) json.number(library.c_str(), milliseconds);
      json.end_object();
    }
    json.end_object();
  }
  g_print("%s", json.end_array().lines().c_str());
}

}  // namespace

int networks(int argc, char** argv, const std::stop_token&) {
  gboolean json = FALSE;
  const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON instead of a table", nullptr},
                                  {}};
  const auto context = option_context(nullptr, summary);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  if (!parse_options(context.get(), argc, argv)) return all_done;
  if (argc > 1) throw UsageError("'networks' takes no '" + std::string(argv[1]) + "'");

  make_colorize();  // its plugin has the networks that are compiled in
  std::vector<Row> rows;
  for (const std::string& name : model_names()) rows.push_back(measure(name));
  json ? print_json(rows) : print_table(rows);
  return all_done;
}

}  // namespace colorize::command
