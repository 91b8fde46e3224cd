// SPDX-License-Identifier: LGPL-2.1-or-later
#include "batches.h"

#include <algorithm>
#include <map>

#include "lists.h"
#include "photographs.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// About those of a photograph, by its bytes, without looking into it: a photograph of a byte a pixel costs as much as
/// five that are packed well.
std::uint64_t pixels_of(const Job& job) {
  std::error_code error;
  const auto bytes = fs::file_size(job.input, error);
  return error ? 0 : std::max<std::uint64_t>(bytes, 1'000'000);
}

void add(OpenBatch& batch, const Job& job) {
  batch.jobs.push_back(&job);
  batch.pixels += pixels_of(job);
}

/// The results of a batch as it was planned; none where it is damaged, or of another version.
std::vector<std::string> planned_results(const fs::path& folder) try {
  std::vector<std::string> results;
  for (const Photograph& photograph : batch_in(folder).photographs) results.push_back(photograph.output);
  return results;
} catch (const std::exception&) {
  return {};
}

/// Those of the batches that were planned before, in order, with their folders.
std::vector<std::pair<std::string, std::vector<std::string>>> planned_batches(const fs::path& work) try {
  std::vector<std::pair<std::string, std::vector<std::string>>> batches;
  for (const Item& item : read_items(work))
    if (item.is_batch) batches.emplace_back(item.folder, planned_results(work / item.folder));
  return batches;
} catch (const std::exception&) {
  return {};  // nothing was planned
}

}  // namespace

std::string name_of_result(const fs::path& output) { return fs::absolute(output).lexically_normal().string(); }

std::vector<OpenBatch> batches_of(const std::vector<Job>& jobs, const fs::path& work) {
  constexpr std::uint64_t most_pixels = 200'000'000;
  constexpr std::size_t most = 50;
  std::map<std::string, const Job*> known;
  std::vector<std::string> names;  // in order
  for (const Job& job : jobs)
    if (job.still && job.problem.empty()) known.emplace(names.emplace_back(name_of_result(job.output)), &job);
  std::vector<OpenBatch> batches;
  if (names.empty()) return batches;
  for (const auto& [folder, planned] : planned_batches(work)) {
    OpenBatch batch{.folder = folder};
    for (const std::string& name : planned)
      if (auto job = known.extract(name)) add(batch, *job.mapped());
    if (!batch.jobs.empty()) batches.push_back(std::move(batch));
  }
  bool is_open = false;
  for (const std::string& name : names) {
    const auto job = known.extract(name);
    if (!job) continue;
    if (!is_open || batches.back().pixels >= most_pixels || batches.back().jobs.size() == most) batches.emplace_back();
    is_open = true;
    add(batches.back(), *job.mapped());
  }
  return batches;
}

}  // namespace colorize::command
