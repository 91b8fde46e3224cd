// SPDX-License-Identifier: LGPL-2.1-or-later
#include <map>

#include "common/terminal.h"
#include "common/words.h"
#include "record/place.h"
#include "tablerow.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// Rows of a tbody, which a browser looks for at every step of scrolling: ten thousand rows by themselves take it a
/// tenth of a second. On the wall its tiles fill all rows of 2 to 6, 8, 10 or 12.
constexpr std::size_t rows_of_body = 120;

// What is not in sight is neither laid out nor painted (content-visibility), which a part of a table can be only where
// it is displayed as something else; what it would be high is said, so that the page's length stays.
constexpr const char* style = R"(
:root { color-scheme: light dark; --line: #8884; --good: #2e7d32; --bad: #c62828; --quiet: #888; }
body { font: 14px/1.4 sans-serif; margin: 0; }
header { position: sticky; top: 0; z-index: 1; padding: .5em 1em; background: Canvas; border-bottom: 1px solid var(--line); }
h1 { display: inline; font-size: 1.1em; margin-right: 1em; }
header p { margin: .2em 0; color: var(--quiet); }
.settings { overflow-wrap: anywhere; max-height: 3em; overflow-y: auto; }
button, input { font: inherit; } button[aria-pressed=true] { outline: 2px solid Highlight; }
kbd { font: .85em monospace; color: var(--quiet); }
table, tbody { display: block; } thead { display: none; }
tbody { padding: 0 1em; content-visibility: auto; contain-intrinsic-size: auto 15600px; }
tr { display: grid; grid-template-columns: 3.5em 400px minmax(10em, 1fr) 7em 9em minmax(12em, 1.5fr); gap: 0 1em;
  padding: .4em 0; border-bottom: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 130px;
  scroll-margin-top: 9em; }
tr:focus { outline: 2px solid Highlight; }
td { display: block; overflow-wrap: anywhere; padding: 0; }
img { display: block; max-width: 100%; max-height: 120px; } .wall img { max-height: 150px; }
.number, .time { color: var(--quiet); } .number { text-align: right; }
.result { color: var(--quiet); display: block; }
.done .status { color: var(--good); } .failed .status, .interrupted .status { color: var(--bad); font-weight: bold; }
.remarks p { margin: 0 0 .3em; } .remarks code { font-size: .85em; color: var(--quiet); }
tr[hidden] { display: none; }
.wall tbody { display: grid; grid-template-columns: repeat(auto-fill, minmax(19em, 1fr)); gap: .3em; }
.wall tr { display: block; contain-intrinsic-size: auto 180px; border: 0; padding: 0; }
.wall .number, .wall .time, .wall .remarks, .wall .result, .wall .done .status { display: none; }
.wall .file { font-size: .8em; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.wall .remarked .file::before { content: "\25cf  "; color: var(--bad); }
@media (max-width: 70em) { tr { grid-template-columns: 3em 1fr 7em; } .picture { grid-column: 2; } }
)";

constexpr const char* script = R"(
'use strict';
const bodies = [...document.querySelectorAll('tbody')], rows = bodies.flatMap((body) => [...body.rows]);
const find = document.getElementById('find'), rowsOfBody = bodies[0].rows.length;
const shown = document.getElementById('shown'), number = (row, key) => Number(row.dataset[key]);
const text = (row) => row.querySelector('.file').textContent;
const orders = {
  number: (a, b) => number(a, 'number') - number(b, 'number'),
  remarks: (a, b) => number(b, 'remarks') - number(a, 'remarks') || orders.number(a, b),
  status: (a, b) => number(a, 'status') - number(b, 'status') || orders.number(a, b),
  time: (a, b) => number(b, 'seconds') - number(a, 'seconds') || orders.number(a, b),
  name: (a, b) => text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : orders.number(a, b),
};
let order = 'number', only = '';
const press = () => {
  for (const button of document.querySelectorAll('button'))
    button.setAttribute('aria-pressed', [order, only, document.body.className].includes(button.dataset.is));
};
const place = () => {  // on the wall those that are hidden behind the others, so that its rows are full
  const isWall = document.body.className === 'wall';
  const all = isWall ? [...rows.filter((row) => !row.hidden), ...rows.filter((row) => row.hidden)] : rows;
  bodies.forEach((body, i) => body.append(...all.slice(i * rowsOfBody, (i + 1) * rowsOfBody)));
  press();
};
const sort = (by) => {
  order = by;
  rows.sort(orders[by]);
  place();
};
const filter = () => {
  const words = find.value.toLowerCase();
  let count = 0;
  for (const row of rows) {
    row.hidden = (only && !row.classList.contains(only)) || (words && !row.textContent.toLowerCase().includes(words));
    count += row.hidden ? 0 : 1;
  }
  shown.textContent = `${count} of ${rows.length}`;
  if (document.body.className) place(); else press();
};
const toggle = (kind) => { only = only === kind ? '' : kind; filter(); };
const wall = () => { document.body.className = document.body.className ? '' : 'wall'; place(); };
const step = (by) => {
  const visible = rows.filter((row) => !row.hidden), at = visible.indexOf(document.activeElement.closest('tr'));
  const next = visible[Math.max(0, Math.min(visible.length - 1, at < 0 ? 0 : at + by))];
  if (next) { next.focus({preventScroll: true}); next.scrollIntoView({block: 'nearest'}); }
};
const keys = {
  j: () => step(1), k: () => step(-1), w: wall, r: () => toggle('remarked'), f: () => toggle('failed'),
  s: () => { const all = Object.keys(orders); sort(all[(all.indexOf(order) + 1) % all.length]); },
  '/': () => find.focus(),
  Enter: () => document.activeElement.closest('tr')?.querySelector('a')?.click(),
};
for (const button of document.querySelectorAll('button'))
  button.onclick = () => {
    const {is} = button.dataset;
    if (is === 'wall') wall(); else if (orders[is]) sort(is); else toggle(is);
  };
find.oninput = filter;
document.onkeydown = (event) => {
  if (event.key === 'Escape') find.blur();
  if (event.ctrlKey || event.altKey || event.metaKey || event.target === find || !keys[event.key]) return;
  if (event.key === 'Enter' && event.target.closest('a, button')) return;
  event.preventDefault();
  keys[event.key]();
};
filter();
)";

/// What to look at first.
const std::map<std::string, int> ranks{{"failed", 0}, {"interrupted", 1}, {"left-alone", 2}, {"kept", 3}, {"done", 4}};

std::string text_of(const std::string& text) { return escaped(shown(text)); }

std::string link(const fs::path& file, const fs::path& table, const std::string& words) {
  return "<a href=\"" + escaped(reference_to(file, table)) + "\">" + words + "</a>";
}

std::string cell(const std::string& name, const std::string& content) {
  return "<td class=\"" + name + "\">" + content + "</td>";
}

std::string file_cell(const TableRow& row, const fs::path& table) {
  std::string text = link(row.input, table, text_of(row.input.string()));
  if (!row.output.empty())
    text += "<span class=\"result\">&rarr; " + link(row.output, table, text_of(row.output.string())) +
            (row.record.empty() ? "" : ", " + link(row.record, table, "record")) + "</span>";
  return cell("file", text);
}

std::string picture_cell(const TableRow& row, const fs::path& table) {
  if (row.picture.empty()) return cell("picture", "");
  const std::string picture = "<img loading=\"lazy\" decoding=\"async\" alt=\"before and after\" src=\"" +
                              escaped(reference_to(row.picture, table)) + "\">";
  return cell("picture", link(row.output.empty() ? row.input : row.output, table, picture));
}

std::string time_cell(const TableRow& row) {
  if (row.begin.empty()) return cell("time", "");
  return cell("time", "<time datetime=\"" + row.begin + "\">" + row.begin.substr(0, 10) + " " +
                          row.begin.substr(11, 5) + "</time><br>" + clock_time(row.seconds) +
                          (row.frames > 1 ? "<br>" + counted(row.frames, "frame") : ""));
}

std::string remarks_cell(const TableRow& row) {
  std::string text;
  if (!row.why.empty()) text += "<p>" + text_of(row.why) + "</p>";
  for (const Remark& remark : row.remarks)
    text += "<p><code>" + text_of(remark.code) + "</code> " + text_of(remark.text) + "</p>";
  return cell("remarks", text);
}

/// "9,990 done, 10 failed"
std::string tally_of(const std::vector<TableRow>& rows) {
  std::map<std::string, std::size_t> counts;
  for (const TableRow& row : rows) ++counts[row.status];
  std::vector<std::string> words;
  for (const auto& [status, count] : counts) words.push_back(std::to_string(count) + " " + status);
  return listed(words);
}

}  // namespace

const char* const html_generator = "<meta name=\"generator\" content=\"gst-colorize " COLORIZE_VERSION ", table\">";

std::string html_line_of(const TableRow& row, const fs::path& table) {
  const std::size_t remarks = row.remarks.size() + (row.status == "failed" ? 1 : 0);
  return "<tr tabindex=\"-1\" class=\"" + row.status + (remarks > 0 ? " remarked" : "") + "\" data-number=\"" +
         std::to_string(row.number) + "\" data-remarks=\"" + std::to_string(remarks) + "\" data-status=\"" +
         std::to_string(ranks.at(row.status)) + "\" data-seconds=\"" + fixed(row.seconds, 1) + "\">" +
         cell("number", row.number ? std::to_string(row.number) : "") + picture_cell(row, table) +
         file_cell(row, table) + cell("status", row.status) + time_cell(row) + remarks_cell(row) + "</tr>\n";
}

std::string html_of(const std::vector<TableRow>& rows, const TableOfRun& run, const fs::path& table) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">" + std::string(html_generator) +
      "\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
      text_of(table.stem().string()) + ": films and photographs in colour</title>\n<style>" + style +
      "</style></head><body>\n<header><h1>" + text_of(table.stem().string()) + "</h1>" + tally_of(rows) +
      (run.whole ? "" : ". <b>The work was not at its end when this was written.</b>") +
      "<p class=\"settings\">Settings: " + (run.settings.empty() ? "as usual" : text_of(run.settings)) +
      "</p>\n<p><button data-is=\"remarked\">With remarks <kbd>r</kbd></button> "
      "<button data-is=\"failed\">Failed <kbd>f</kbd></button> <button data-is=\"wall\">Wall <kbd>w</kbd></button> "
      "Sort <kbd>s</kbd>: <button data-is=\"number\">order</button> <button data-is=\"remarks\">remarks</button> "
      "<button data-is=\"status\">status</button> <button data-is=\"time\">time</button> "
      "<button data-is=\"name\">name</button> <input id=\"find\" type=\"search\" placeholder=\"Find /\" "
      "aria-label=\"Find\"> <span id=\"shown\" role=\"status\"></span> <kbd>j k</kbd> next, last "
      "<kbd>Enter</kbd> opens</p></header>\n<table><thead><tr><th>Number</th><th>Before and after</th><th>File</th>"
      "<th>Status</th><th>Time</th><th>Remarks</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0 && i % rows_of_body == 0) text += "</tbody><tbody>\n";
    text += rows[i].html;
  }
  return text + "</tbody></table>\n<script>" + script + "</script></body></html>\n";
}

}  // namespace colorize::command
