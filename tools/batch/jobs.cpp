// SPDX-License-Identifier: LGPL-2.1-or-later
#include "jobs.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include "common/content.h"
#include "film/encoders.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr std::array kinds{".colour", ".gray", ".compare"};

const char* kind_of(const Choices& choices) {
  return kinds[choices.to_gray ? 1 : choices.compare != Choices::Compare::none ? 2 : 0];
}

/// film.mp4 -> film.colour.mp4
fs::path beside(const fs::path& input, const Choices& choices) {
  fs::path output = input;
  output.replace_extension(kind_of(choices));
  return output += input.extension();
}

/// The name of a result that the user has not chosen: a film goes into Matroska where its own container cannot be
/// written.
fs::path writable(fs::path output, Content content) try {
  if (content == Content::film) container_of(output);
  return output;
} catch (const Failure&) {
  return output.replace_extension(".mkv");
}

bool is_result(const fs::path& file) {
  return std::ranges::find(kinds, file.stem().extension().string()) != kinds.end();
}

/// The files of a folder and all below it, without what is hidden and without what lies in `not_in`.
std::vector<fs::path> files_below(const fs::path& folder, const fs::path& not_in) {
  std::vector<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied);
       entry != fs::end(entry); ++entry) {
    const bool hidden = entry->path().filename().string().starts_with('.');
    std::error_code ignored;  // a link that leads to itself is neither a folder nor a file
    if (entry->is_directory(ignored)) {
      if (hidden || fs::equivalent(entry->path(), not_in, ignored)) entry.disable_recursion_pending();
    } else if (!hidden && entry->is_regular_file(ignored)) {
      files.push_back(entry->path());
    }
  }
  std::ranges::sort(files);
  return files;
}

/// Says of each job why it must not be done, if so: there is nothing to read, or its result would harm another file.
void find_problems(std::vector<Job>& jobs) {
  std::map<fs::path, fs::path> inputs, outputs;  // as the file system knows them; the user's words
  const auto real = [](const fs::path& path) {
    std::error_code failed;
    const fs::path known = fs::weakly_canonical(path, failed);
    return failed ? path : known;
  };
  for (const Job& job : jobs) inputs.emplace(real(job.input), job.input);
  for (Job& job : jobs) {
    std::error_code failed;
    const fs::path output = real(job.output);
    if (access(job.input.c_str(), R_OK) != 0)  // whatever else it was taken for
      job.problem = std::string("cannot be read: ") + std::strerror(errno);
    else if (fs::equivalent(job.input, job.output, failed))
      job.problem = "the result would replace it; give the result another name";
    else if (const auto other = inputs.find(output); other != inputs.end())
      job.problem =
          "the result would replace " + other->second.string() + ", which is to be read; give it another name";
    else if (const auto other = outputs.find(output); other != outputs.end())
      job.problem = "the result would have the same name as that of " + other->second.string() + ", " +
                    job.output.string() + "; do them one by one";
    outputs.emplace(output, job.input);
  }
}

}  // namespace

JobList jobs_of(const Options& options) {
  JobList list;
  const auto add = [&](const fs::path& input, const fs::path& in_output_dir, Content content, bool asked_for) {
    fs::path output = options.output       ? *options.output
                      : options.output_dir ? writable(*options.output_dir / in_output_dir, content)
                                           : writable(beside(input, options.choices), content);
    const char* problem = content == Content::unknown ? "is neither a film nor a JPEG, PNG, TIFF or WebP picture" : "";
    list.jobs.push_back({.input = input,
                         .output = std::move(output),
                         .still = content == Content::still,
                         .asked_for = asked_for,
                         .problem = problem,
                         .number = list.jobs.size() + 1});
  };
  for (const fs::path& input : options.inputs) {
    std::error_code failed;
    if (!fs::is_directory(input, failed) || access(input.c_str(), R_OK | X_OK) != 0) {
      add(input, input.filename(), content_of(input), true);
      continue;
    }
    for (const fs::path& file : files_below(input, options.output_dir.value_or(""))) {
      const Content content = content_of(file);
      if (content == Content::unknown || (!options.output_dir && is_result(file)))
        ++list.left_alone;
      else
        add(file, file.lexically_relative(input), content, false);
    }
  }
  find_problems(list.jobs);
  return list;
}

}  // namespace colorize::command
