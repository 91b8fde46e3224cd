// SPDX-License-Identifier: LGPL-2.1-or-later
#include "findings.h"

#include <algorithm>
#include <cmath>

#include "common/json.h"
#include "common/terminal.h"
#include "common/words.h"

namespace colorize::command {

namespace {

/// Rows of cells as lines, the first column to the left and the others to the right.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  const auto width = [](const std::string& text) { return static_cast<std::size_t>(columns_of(text)); };
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  std::string lines;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width(row[i]), ' ');
      lines += i ? "  " + space + row[i] : row[i] + space;
    }
    lines += '\n';
  }
  return lines;
}

std::string measures_of(const Figures& figures) {
  std::vector<std::vector<std::string>> rows{{"", "colorized", "gray", "truth"}};
  for (std::size_t i = 0; i < n_measures; ++i) {
    if (i == objects && figures.objects_sought == 0) continue;
    const auto& info = measure_infos[i];
    rows.push_back({info.label, fixed(figures.colorized[i], info.digits), fixed(figures.gray[i], info.digits),
                    fixed(figures.truth[i], info.digits)});
  }
  return aligned(rows) + "\n" + percent(figures.gain()) +
         " nearer to the truth than gray in CIEDE2000; nearer at all in " + percent(figures.nearer) +
         " of the frames; " + percent(figures.colour_share()) + " of the true colourfulness\n" +
         (std::isfinite(figures.warmth_tint_gain)
              ? percent(figures.warmth_tint_gain) + " nearer with the best warmth and tint for each photograph\n"
              : "");
}

std::string speed_of(const Figures& figures) {
  return fixed(figures.frame_ms, 1) + " ms a frame in the element (median " + fixed(figures.median_frame_ms, 1) +
         "), " + fixed(figures.fps, 1) + " frames a second with decoding and measuring\n";
}

}  // namespace

std::string table_of(const Findings& findings) {
  if (findings.files.empty()) return "";
  std::string text;
  if (findings.files.size() == 1) {
    const Figures& file = findings.files.front();
    text = shown(file.name) + ": " + counted(file.frames, "frame") + " of " + sides(file.width, file.height) + "\n" +
           speed_of(file) + "\n" + measures_of(file);
  } else {
    std::vector<std::vector<std::string>> rows{{"", "frames", "ms/frame", "CIEDE2000", "of gray", "gain", "warmth/tint",
                                                "nearer", "PSNR", "colour", "flicker", "drift"}};
    const Figures mean = mean_of(findings.files);
    const auto add = [&](const std::string& name, const Figures& file) {
      rows.push_back({name, std::to_string(file.frames), fixed(file.frame_ms, 1), fixed(file.colorized[ciede], 2),
                      fixed(file.gray[ciede], 2), percent(file.gain()), percent(file.warmth_tint_gain),
                      percent(file.nearer), fixed(file.colorized[rgb_psnr], 2), percent(file.colour_share()),
                      fixed(file.colorized[flicker], 4), fixed(file.colorized[drift], 3)});
    };
    for (const Figures& file : findings.files) add(shown(file.name), file);
    add("mean", mean);
    text = aligned(rows) + "\n" + speed_of(mean) + "\n" + measures_of(mean);
  }
  if (findings.points)
    text +=
        "\n" + counted(static_cast<std::uint64_t>(findings.points), "point") + " of the true colour given as hints\n";
  return text + (findings.whole ? "" : "\nInterrupted: these are the figures so far.\n");
}

namespace {

void add(Json& json, const char* key, const Column& column) {
  json.object(key);
  for (std::size_t i = 0; i < n_measures; ++i) json.number(measure_infos[i].key, column[i]);
  json.end_object();
}

void add(Json& json, const Figures& figures) {
  json.count("frames", figures.frames)
      .number("frame_ms", figures.frame_ms)
      .number("median_frame_ms", figures.median_frame_ms)
      .number("fps", figures.fps)
      .number("gain", figures.gain())
      .number("gain_with_warmth_and_tint", figures.warmth_tint_gain)
      .number("nearer", figures.nearer)
      .number("colour_share", figures.colour_share())
      .count("objects_sought", figures.objects_sought);
  add(json, "colorized", figures.colorized);
  add(json, "gray", figures.gray);
  add(json, "truth", figures.truth);
}

}  // namespace

std::string json_of(const Findings& findings) {
  Json json;
  json.object().truth("whole", findings.whole).object("settings");
  for (const auto& [name, value] : findings.settings) json.text(name.c_str(), value);
  json.end_object().count("points", static_cast<std::uint64_t>(findings.points)).array("files");
  for (const Figures& file : findings.files) {
    json.object().text("file", file.file).count("width", file.width).count("height", file.height);
    add(json, file);
    json.end_object();
  }
  json.end_array().object("mean");
  add(json, mean_of(findings.files));
  return json.end_object().end_object().lines();
}

}  // namespace colorize::command
