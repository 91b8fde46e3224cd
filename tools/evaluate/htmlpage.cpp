// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <opencv2/imgproc.hpp>

#include "common/pipeline.h"
#include "common/words.h"
#include "findings.h"

namespace colorize::command {

namespace {

constexpr const char* style = R"(
body { font: 16px/1.5 sans-serif; max-width: 68em; margin: 2em auto; padding: 0 1em; color: #222; background: #fff; }
h1 { font-size: 1.6em; } h2 { font-size: 1.25em; margin-top: 2em; } h3 { font-size: 1em; margin: 1.5em 0 0.3em; }
table { border-collapse: collapse; margin: 1em 0; }
td, th { padding: 0.2em 0.8em; text-align: right; border-bottom: 1px solid #ddd; font-weight: normal;
  white-space: nowrap; }
td:first-child, th:first-child { text-align: left; }
.note, td.note { white-space: normal; text-align: left; }
thead th, tr.mean td { font-weight: bold; }
.note { color: #666; font-size: 0.9em; }
.wall { width: 100%; table-layout: fixed; } .wall td { border: 0; padding: 0 0.2em 0 0; text-align: left; }
.wall img { width: 100%; display: block; }
svg { display: block; width: 100%; height: auto; margin: 0.3em 0 1em; } svg text { font: 12px sans-serif; fill: #666; }
.axis { stroke: #ccc; fill: none; } .line { fill: none; stroke-width: 1.7; }
.colorized { stroke: #2f6fde; } .gray { stroke: #8c8c8c; stroke-dasharray: 5 3; } .truth { stroke: #d0661c; }
svg text.colorized { fill: #2f6fde; stroke: none; } svg text.gray { fill: #8c8c8c; stroke: none; }
svg text.truth { fill: #d0661c; stroke: none; } circle { fill: #2f6fde; fill-opacity: 0.6; }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #181818; }
  td, th { border-color: #383838; } .note { color: #999; } .axis { stroke: #484848; } svg text { fill: #999; }
  .colorized { stroke: #6ea0ff; } .truth { stroke: #f09050; } circle { fill: #6ea0ff; }
  svg text.colorized { fill: #6ea0ff; } svg text.truth { fill: #f09050; }
}
)";

std::string element(const std::string& tag, const std::string& content) {
  return "<" + tag + ">" + content + "</" + tag.substr(0, tag.find(' ')) + ">";
}

std::string row(const std::string& tag, const std::vector<std::string>& cells) {
  std::string text = "<tr>";
  for (const auto& cell : cells) text += element(tag, cell);
  return text + "</tr>\n";
}

/// A picture (B'G'R') as the address of an <img>. Throws Failure.
std::string image(const cv::Mat& bgr) {
  cv::Mat bgrx;
  cv::cvtColor(bgr, bgrx, cv::COLOR_BGR2BGRA);
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_BGRx, static_cast<guint>(bgrx.cols), static_cast<guint>(bgrx.rows));
  const Caps from(gst_video_info_to_caps(&info)), to(gst_caps_new_empty_simple("image/jpeg"));
  const Buffer buffer(gst_buffer_new_memdup(bgrx.data, info.size));
  const Sample raw(gst_sample_new(buffer.get(), from.get(), nullptr, nullptr));
  Owned<GError> error;
  const Sample jpeg(gst_video_convert_sample(raw.get(), to.get(), 10 * GST_SECOND, out(error)));
  if (!jpeg) throw Failure("the report's pictures cannot be made into JPEG: " + std::string(error->message));
  GstMapInfo map;
  std::string text = "data:image/jpeg;base64,";
  if (gst_buffer_map(gst_sample_get_buffer(jpeg.get()), &map, GST_MAP_READ)) {
    text += Owned<gchar>(g_base64_encode(map.data, map.size)).get();
    gst_buffer_unmap(gst_sample_get_buffer(jpeg.get()), &map);
  }
  return text;
}

/// A plot's frame: what values lie where.
struct Axes {
  static constexpr double left = 40, bottom = 22, top = 8;
  double x_low, x_high, y_high, width = 900, height = 190;

  double x(double value) const { return left + (value - x_low) / (x_high - x_low) * (width - left - 10); }
  double y(double value) const { return height - bottom - value / y_high * (height - bottom - top); }
};

/// A round step that parts 0..high into some three to six.
double step_of(double high) {
  const double power = std::pow(10, std::floor(std::log10(high)));
  for (const double step : {0.2, 0.5, 1.0})
    if (high / (step * power) <= 6) return step * power;
  return 2 * power;
}

std::string svg(const Axes& axes, const std::function<std::string(double)>& x_label, const std::string& content) {
  std::string text = "<svg viewBox=\"0 0 " + fixed(axes.width, 0) + " " + fixed(axes.height, 0) +
                     "\" style=\"max-width: " + fixed(axes.width, 0) + "px\">\n";
  const auto label = [&](double x, double y, const char* anchor, const std::string& words) {
    text += "<text x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" text-anchor=\"" + anchor + "\">" + words +
            "</text>\n";
  };
  for (double v = 0, step = step_of(axes.y_high); v <= axes.y_high; v += step) {
    text += "<path class=\"axis\" d=\"M" + fixed(Axes::left, 1) + " " + fixed(axes.y(v), 1) + "H" +
            fixed(axes.width - 10, 1) + "\"/>\n";
    label(Axes::left - 6, axes.y(v) + 4, "end", fixed(v, step < 1 ? 1 : 0));
  }
  const double step = step_of(axes.x_high - axes.x_low);
  for (double v = std::ceil(axes.x_low / step) * step; v <= axes.x_high; v += step)
    label(axes.x(v), axes.height - 6, "middle", x_label(v));
  return text + content + "</svg>\n";
}

/// Curves over time, each of its style's name.
std::string plot(const std::vector<Moment>& course,
                 const std::vector<std::pair<const char*, double Moment::*>>& curves) {
  double high = 1;
  for (const Moment& moment : course)
    for (const auto& [name, value] : curves) high = std::max(high, moment.*value / moment.frames);
  const auto time = [](const Moment& moment) { return moment.seconds / moment.frames; };
  const Axes axes{.x_low = time(course.front()),
                  .x_high = std::max(time(course.back()), time(course.front()) + 0.04),
                  .y_high = high * 1.05};
  std::string content;
  double legend = Axes::left + 8;
  for (const auto& [name, value] : curves) {
    content += "<path class=\"line " + std::string(name) + "\" d=\"M";
    for (const Moment& moment : course)
      content += fixed(axes.x(time(moment)), 1) + " " + fixed(axes.y(moment.*value / moment.frames), 1) + " ";
    content += "\"/>\n<text class=\"" + std::string(name) + "\" x=\"" + fixed(legend, 0) + "\" y=\"" +
               fixed(axes.height - Axes::bottom - 6, 0) + "\">" + name + "</text>\n";
    legend += 80;
  }
  const bool seconds = axes.x_high - axes.x_low < 10;
  return svg(
      axes, [&](double v) { return seconds ? fixed(v, 1) + " s" : clock_time(v); }, content);
}

/// A point for each file; below the line it is nearer to the truth than gray.
std::string scatter(const std::vector<Figures>& files) {
  double high = 1;
  for (const Figures& file : files) high = std::max({high, file.gray[ciede], file.colorized[ciede]});
  // A diagonal goes up as much as to the right.
  const Axes axes{.x_low = 0, .x_high = high * 1.05, .y_high = high * 1.05, .width = 420, .height = 400};
  std::string content = "<path class=\"line gray\" d=\"M" + fixed(axes.x(0), 1) + " " + fixed(axes.y(0), 1) + "L" +
                        fixed(axes.x(high), 1) + " " + fixed(axes.y(high), 1) + "\"/>\n";
  for (const Figures& file : files)
    content += "<circle cx=\"" + fixed(axes.x(file.gray[ciede]), 1) + "\" cy=\"" +
               fixed(axes.y(file.colorized[ciede]), 1) + "\" r=\"5\"><title>" + escaped(file.name) +
               "</title></circle>\n";
  return svg(
      axes, [](double v) { return fixed(v, 0); }, content);
}

std::string measures_table(const Figures& figures) {
  std::string text = "<table><thead>" + row("th", {"", "colorized", "gray", "truth", ""}) + "</thead>\n";
  for (std::size_t i = 0; i < n_measures; ++i) {
    if (i == objects && figures.objects_sought == 0) continue;
    const auto& [key, label, digits, meaning] = measure_infos[i];
    text += "<tr>" + element("td", label);
    for (const Column* column : {&figures.colorized, &figures.gray, &figures.truth})
      text += element("td", fixed((*column)[i], digits));
    text += "<td class=\"note\">" + std::string(meaning) + "</td></tr>\n";
  }
  return text + "</table>\n";
}

std::string files_table(const Findings& findings, const Figures& mean) {
  std::string text = "<table><thead>" +
                     row("th", {"", "frames", "size", "ms a frame", "CIEDE2000", "of gray", "gain", "warmth/tint",
                                "nearer", "PSNR", "colour", "flicker", "drift"}) +
                     "</thead>\n";
  const auto cells = [](const std::string& name, const Figures& file, const std::string& size) {
    return row("td", {name, std::to_string(file.frames), size, fixed(file.frame_ms, 1), fixed(file.colorized[ciede], 2),
                      fixed(file.gray[ciede], 2), percent(file.gain()), percent(file.warmth_tint_gain),
                      percent(file.nearer), fixed(file.colorized[rgb_psnr], 2), percent(file.colour_share()),
                      fixed(file.colorized[flicker], 4), fixed(file.colorized[drift], 3)});
  };
  for (const Figures& file : findings.files) text += cells(escaped(file.name), file, sides(file.width, file.height));
  if (findings.files.size() > 1) text += "<tr class=\"mean\">" + cells("mean", mean, "").substr(4);
  return text +
         "</table>\n<p class=\"note\">gain: by how much CIEDE2000 is less than gray's. warmth/tint: gain with "
         "the best warmth and tint for each photograph. nearer: share of the frames "
         "that are nearer to the truth than gray. colour: colourfulness as a share of the truth's. ms a frame: in "
         "the element alone.</p>\n";
}

std::string wall(const std::vector<Gallery::Exhibit>& exhibits) {
  std::string text;
  for (const auto& exhibit : exhibits) {
    text += "<h3>" + escaped(exhibit.file) + (exhibit.seconds > 0 ? ", " + clock_time(exhibit.seconds) : "") +
            ": CIEDE2000 " + fixed(exhibit.ciede, 1) + ", of gray " + fixed(exhibit.gray_ciede, 1) +
            "</h3>\n<table class=\"wall\"><tr>";
    for (const auto& [words, picture] :
         {std::pair{"gray", exhibit.pictures.gray}, std::pair{"colorized", exhibit.pictures.colorized},
          std::pair{"truth", exhibit.pictures.truth}})
      text += "<td><img alt=\"" + std::string(words) + "\" src=\"" + image(picture) + "\"></td>";
    text += "</tr></table>\n";
  }
  return text;
}

}  // namespace

std::string html_of(const Findings& findings) {
  const Figures mean = mean_of(findings.files);
  const std::size_t count = findings.files.size();
  std::string settings;
  for (const auto& [name, value] : findings.settings) settings += " " + escaped(name + "=" + value);
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>Colour compared with the truth</title>\n<style>" +
      std::string(style) + "</style></head><body>\n<h1>Colour compared with the truth</h1>\n<p>" +
      counted(mean.frames, "frame") + " of " + counted(count, "file") +
      " in colour, made gray and colorized by <code>colorize" + settings + "</code>" +
      (findings.points ? ", which was told the true colour of " +
                             counted(static_cast<std::uint64_t>(findings.points), "point") + " of each"
                       : "") +
      "; gray itself is the floor.</p>\n<p><b>" + percent(mean.gain()) +
      " nearer to the truth than gray</b> in CIEDE2000, at " + percent(mean.colour_share()) +
      " of the true colourfulness; nearer at all in " + percent(mean.nearer) + " of the frames. " +
      fixed(mean.frame_ms, 1) + " ms a frame in the element.</p>\n";
  if (!findings.whole) text += "<p><b>Interrupted: these are the figures so far.</b></p>\n";
  text += files_table(findings, mean) + "<h2>Measures</h2>\n" + measures_table(mean);

  if (count > 1)
    text +=
        "<h2>CIEDE2000 of each file against that of gray</h2>\n<p class=\"note\">Across: gray. Up: colorized. Below "
        "the dashed line a file is nearer to the truth than gray.</p>\n" +
        scatter(findings.files);
  for (const Figures& file : findings.files) {
    if (file.course.size() < 2) continue;
    text += "<h2>" + escaped(file.name) + "</h2>\n<h3>CIEDE2000</h3>\n" +
            plot(file.course, {{"colorized", &Moment::ciede}, {"gray", &Moment::gray_ciede}}) +
            "<h3>Mean chroma</h3>\n" +
            plot(file.course, {{"colorized", &Moment::chroma}, {"truth", &Moment::true_chroma}});
  }

  for (const auto& [words, frames] :
       {std::pair{"Best frames", findings.gallery.best()}, {"Worst frames", findings.gallery.worst()}})
    if (!frames.empty())
      text += element("h2", words) + "\n<p class=\"note\">Gray, colorized, truth.</p>\n" + wall(frames);
  text += "<h2>Papers</h2>\n<ul class=\"note\">\n";
  for (const char* const* paper = papers; *paper; ++paper) text += element("li", *paper) + "\n";
  return text + "</ul>\n</body></html>\n";
}

}  // namespace colorize::command
