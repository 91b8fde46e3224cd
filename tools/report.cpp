// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report.h"

#include <json-glib/json-glib.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "terminal.h"

namespace colorize {

std::string fixed(double value, int digits) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return "∞";
  char text[64], format[] = "%.0f";
  format[2] = static_cast<char>('0' + digits);
  return g_ascii_formatd(text, sizeof text, format, value);  // a point in every language: it is also read by browsers
}

std::string percent(double share) { return std::isfinite(share) ? fixed(100 * share, 0) + " %" : "–"; }

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
         " of the frames; " + percent(figures.colour_share()) + " of the true colourfulness\n";
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
    text = file.name + ": " + std::to_string(file.frames) + (file.frames == 1 ? " frame" : " frames") + " of " +
           std::to_string(file.width) + "x" + std::to_string(file.height) + "\n" + speed_of(file) + "\n" +
           measures_of(file);
  } else {
    std::vector<std::vector<std::string>> rows{
        {"", "frames", "ms/frame", "CIEDE2000", "of gray", "gain", "nearer", "PSNR", "colour", "flicker"}};
    const Figures mean = mean_of(findings.files);
    const auto add = [&](const std::string& name, const Figures& file) {
      rows.push_back({name, std::to_string(file.frames), fixed(file.frame_ms, 1), fixed(file.colorized[ciede], 2),
                      fixed(file.gray[ciede], 2), percent(file.gain()), percent(file.nearer),
                      fixed(file.colorized[rgb_psnr], 2), percent(file.colour_share()),
                      fixed(file.colorized[flicker], 4)});
    };
    for (const Figures& file : findings.files) add(file.name, file);
    add("mean", mean);
    text = aligned(rows) + "\n" + speed_of(mean) + "\n" + measures_of(mean);
  }
  return text + (findings.whole ? "" : "\nInterrupted: these are the figures so far.\n");
}

namespace {

struct Unreference {
  void operator()(gpointer object) const { g_object_unref(object); }
};
struct FreeNode {
  void operator()(JsonNode* node) const { json_node_unref(node); }
};
using Builder = std::unique_ptr<JsonBuilder, Unreference>;

void add(JsonBuilder* builder, const char* name, double value) {
  json_builder_set_member_name(builder, name);
  if (std::isfinite(value))
    json_builder_add_double_value(builder, value);
  else
    json_builder_add_null_value(builder);
}

void add(JsonBuilder* builder, const char* name, std::uint64_t value) {
  json_builder_set_member_name(builder, name);
  json_builder_add_int_value(builder, static_cast<gint64>(value));
}

void add(JsonBuilder* builder, const char* name, const std::string& value) {
  json_builder_set_member_name(builder, name);
  json_builder_add_string_value(builder, value.c_str());
}

void add(JsonBuilder* builder, const char* name, const Column& column) {
  json_builder_set_member_name(builder, name);
  json_builder_begin_object(builder);
  for (std::size_t i = 0; i < n_measures; ++i) add(builder, measure_infos[i].key, column[i]);
  json_builder_end_object(builder);
}

void add_figures(JsonBuilder* builder, const Figures& figures) {
  add(builder, "frames", figures.frames);
  add(builder, "frame_ms", figures.frame_ms);
  add(builder, "median_frame_ms", figures.median_frame_ms);
  add(builder, "fps", figures.fps);
  add(builder, "gain", figures.gain());
  add(builder, "nearer", figures.nearer);
  add(builder, "colour_share", figures.colour_share());
  add(builder, "objects_sought", figures.objects_sought);
  add(builder, "colorized", figures.colorized);
  add(builder, "gray", figures.gray);
  add(builder, "truth", figures.truth);
}

}  // namespace

std::string json_of(const Findings& findings) {
  const Builder builder(json_builder_new());
  JsonBuilder* const to = builder.get();
  json_builder_begin_object(to);
  json_builder_set_member_name(to, "whole");
  json_builder_add_boolean_value(to, findings.whole);
  json_builder_set_member_name(to, "settings");
  json_builder_begin_object(to);
  for (const auto& [name, value] : findings.settings) add(to, name.c_str(), value);
  json_builder_end_object(to);
  json_builder_set_member_name(to, "files");
  json_builder_begin_array(to);
  for (const Figures& file : findings.files) {
    json_builder_begin_object(to);
    add(to, "file", file.file);
    add(to, "width", static_cast<std::uint64_t>(file.width));
    add(to, "height", static_cast<std::uint64_t>(file.height));
    add_figures(to, file);
    json_builder_end_object(to);
  }
  json_builder_end_array(to);
  json_builder_set_member_name(to, "mean");
  json_builder_begin_object(to);
  add_figures(to, mean_of(findings.files));
  json_builder_end_object(to);
  json_builder_end_object(to);
  const std::unique_ptr<JsonNode, FreeNode> root(json_builder_get_root(to));
  gchar* text = json_to_string(root.get(), TRUE);
  const std::string result = std::string(text) + "\n";
  g_free(text);
  return result;
}

}  // namespace colorize
