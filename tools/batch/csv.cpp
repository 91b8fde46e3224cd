// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include "common/owned.h"
#include "common/words.h"
#include "tablerow.h"

namespace colorize::command {

namespace {

constexpr const char* line_end = "\r\n";

std::string cell(const std::string& text) {
  const Owned<gchar> valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  std::string words = valid.get();
  if (words.find_first_of(",\"\r\n") == words.npos) return words;
  for (std::size_t at = 0; (at = words.find('"', at)) != words.npos; at += 2) words.insert(at, 1, '"');
  return '"' + words + '"';
}

std::string lines_of(const std::vector<Remark>& remarks, std::string Remark::*part, const char* between) {
  std::string text;
  for (const Remark& remark : remarks) text += (text.empty() ? "" : between) + remark.*part;
  return text;
}

}  // namespace

const char* const csv_header = "number,input,output,status,why,begin,seconds,frames,codes,remarks,record,settings\r\n";

std::string csv_of(const std::vector<TableRow>& rows, const TableOfRun& run) {
  std::string text = csv_header;
  for (const TableRow& row : rows) {
    const bool was_at_work = !row.begin.empty();
    const std::string cells[] = {row.number ? std::to_string(row.number) : "",
                                 cell(row.input.string()),
                                 cell(row.output.string()),
                                 row.status,
                                 cell(row.why),
                                 row.begin,
                                 was_at_work ? fixed(row.seconds, 3) : "",
                                 row.frames ? std::to_string(row.frames) : "",
                                 cell(lines_of(row.remarks, &Remark::code, " ")),
                                 cell(lines_of(row.remarks, &Remark::text, "\n")),
                                 cell(row.record.string()),
                                 cell(run.settings)};
    for (const std::string& one : cells) text += (&one == cells ? "" : ",") + one;
    text += line_end;
  }
  return text;
}

}  // namespace colorize::command
