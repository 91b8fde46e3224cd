// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recordnames.h"

#include <map>
#include <set>

#include "record/place.h"
#include "record/recordfile.h"

namespace colorize::command {

namespace fs = std::filesystem;

void name_records(std::vector<Job>& jobs) {
  const auto real = [](const fs::path& path) {
    std::error_code failed;
    const fs::path known = fs::weakly_canonical(path, failed);
    return failed ? path : known;
  };
  std::map<fs::path, std::size_t> wanted;
  for (const Job& job : jobs)
    if (job.problem.empty()) ++wanted[real(record_beside(job.output))];
  std::set<fs::path> taken;
  for (Job& job : jobs) {
    if (!job.problem.empty()) continue;
    const auto is_there = [](const fs::path& record) {
      std::error_code unknown;
      return fs::exists(fs::symlink_status(record, unknown));
    };
    const fs::path brief = record_beside(job.output), whole = whole_name_record_beside(job.output);
    const auto has = [&](const fs::path& record) {
      std::error_code unknown;
      return fs::is_regular_file(record, unknown) && is_record_of(record, job.output);  // a pipe would be waited for
    };
    const bool has_brief = has(brief), has_whole = has(whole);
    const bool is_brief = has_brief || (!has_whole && wanted[real(brief)] == 1 && !is_there(brief));
    job.record = is_brief ? brief : whole;
    if (!is_brief && !has_whole && is_there(whole))
      job.problem = "its record would replace " + whole.string() + ", which is no record of this result; move it away";
    else if (!taken.insert(real(job.record)).second)
      job.problem = "its record would have the same name as another one, " + job.record.string() +
                    "; do it alone with --output and another name";
  }
}

}  // namespace colorize::command
