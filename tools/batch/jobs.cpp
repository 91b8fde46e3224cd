// SPDX-License-Identifier: LGPL-2.1-or-later
#include "jobs.h"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include "common/content.h"
#include "common/wholefile.h"
#include "common/words.h"
#include "film/encoders.h"
#include "recordnames.h"
#include "table.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr std::array kinds{".colour", ".gray", ".compare", ".sheet"};

/// What the name of a result has that its input's has not.
struct Naming {
  std::string part;    ///< what of a film is in it; empty for all
  std::string kind;    ///< by which it is known again; needed only beside its input
  std::string ending;  ///< empty for that of the input
  std::string film;    ///< the same of films
};

Naming naming_of(const Options& options) {
  const Choices& choices = options.choices;
  if (options.sheet) return {kinds[3], "", ".jpg", ""};
  Naming naming;
  if (!options.container.empty()) naming.film = "." + options.container;
  naming.kind = kinds[choices.to_gray ? 1 : choices.compare != Choices::Compare::none ? 2 : 0];
  if (options.frame) {
    naming.part = "." + time_in_name(*options.frame);
    naming.ending = ".png";
  } else if (const auto& range = choices.range) {
    naming.part = "." + time_in_name(range->start);
    if (range->end != Range{}.end) naming.part += "+" + time_in_name(range->end - range->start);
  }
  return naming;
}

/// What the names of photographs that are written may end in.
constexpr std::array still_endings{".jpg",  ".jpeg", ".jpe",  ".jfif", ".png", ".tif",
                                   ".tiff", ".webp", ".heic", ".heif", ".hif", ".avif"};

/// The ending of a name, which says the format; there is none in tape12, in tape.12 and in a photograph's scan.bak.
std::string ending_in(const fs::path& file, const Look& look) {
  std::string ending = file.extension().string(), small = ending;
  std::ranges::transform(small, small.begin(), g_ascii_tolower);
  const bool is_one = look.content == Content::still
                          ? std::ranges::find(still_endings, small) != still_endings.end()
                          : std::ranges::any_of(small, [](char letter) { return g_ascii_isalpha(letter); });
  return is_one ? ending : "";
}

/// The ending of a result whose name the user has not chosen: a film goes into Matroska where its own container cannot
/// be written.
std::string writable(const std::string& ending, const Look& look) try {
  if (look.content == Content::film) container_of("film" + ending);
  return ending.empty() ? look.ending : ending;
} catch (const Failure&) {
  return ".mkv";
}

/// scan.%06d.dpx -> scan.colour.%06d.dpx, in pictures that can be written.
fs::path result_of(const NumberedNames& input, const Naming& naming, bool beside) {
  const std::string kind = naming.part + (beside ? naming.kind : "");
  NumberedNames output = kind.empty() ? input : with_kind(input, kind);
  const std::string& ending = naming.ending.empty() ? naming.film : naming.ending;
  if (ending.empty()) {
    try {
      container_of(output.pattern());
    } catch (const Failure&) {
      output.after = ".png";
    }
    return output.pattern();
  }
  const std::size_t stem = output.before.find_last_not_of("._- ");
  return output.folder / (output.before.substr(0, stem == std::string::npos ? 0 : stem + 1) + ending);
}

/// film.mp4 -> film.colour.mp4, or film.1m20s+10s.colour.mp4; not `beside` its input film.mp4 again.
fs::path result_of(const fs::path& input, const Naming& naming, bool beside, const Look& look) {
  const std::string name = input.string(), ending = ending_in(input, look);
  const std::string& wanted = naming.ending.empty() && look.content == Content::film ? naming.film : naming.ending;
  return name.substr(0, name.size() - ending.size()) + naming.part + (beside ? naming.kind : "") +
         (wanted.empty() ? writable(ending, look) : wanted);
}

/// The name of a result in the folder for all of them, where `place` is that of the input below the folder that the
/// user named. Beside its input a result needs a name by which it is known again, whatever folder was asked for.
fs::path result_in(const fs::path& folder, const fs::path& place, const fs::path& input, const Naming& naming,
                   const Look& look) {
  fs::path output = folder / result_of(place, naming, false, look);
  std::error_code apart;
  if (output.filename() != input.filename() &&
      fs::equivalent(fs::absolute(output, apart).parent_path(), fs::absolute(input, apart).parent_path(), apart))
    output = folder / result_of(place, naming, true, look);
  return output;
}

bool is_result(const fs::path& file) {
  return std::ranges::find(kinds, file.stem().extension().string()) != kinds.end() ||
         std::ranges::any_of(kinds, [&](const std::string& kind) {
           return kind != ".sheet" && is_of_result(file, kind);  // which is one picture
         });
}

/// What a name leads to that is neither a file nor a folder, or nullptr.
const char* unreadable_kind(const fs::file_status& status) {
  switch (status.type()) {
    case fs::file_type::fifo:
      return "is a pipe, which can be read only once, and films are read twice; write what comes out of it into a file "
             "first, and name that";
    case fs::file_type::socket:
    case fs::file_type::character:
    case fs::file_type::block:
      return "is no file; copy what it holds into one first, and name that";
    default:
      return nullptr;
  }
}

std::string unreadable(const fs::path& path, const std::string& reason) {
  std::error_code none;
  const fs::path target = fs::read_symlink(path, none);
  return "cannot be read: " + reason + (none ? "" : " (it is a link to " + target.string() + ")");
}

/// Why a file cannot be read; empty where it can.
std::string unreadable(const fs::path& file) {
  return access(file.c_str(), R_OK) == 0 ? "" : unreadable(file, std::strerror(errno));
}

/// Lists what the command line asks for.
class Lister {
 public:
  explicit Lister(const Options& options) : options_(options), naming_(naming_of(options)) {}

  /// A file or a folder of the command line.
  void name(const fs::path& input) {
    std::error_code unknown;
    const fs::file_status status = fs::status(input, unknown);
    if (input == "-")
      fail(input,
           "the standard input is not read, since films are read twice; write it into a file first, and name that "
           "(a file of this name is ./-)",
           true);
    else if (const auto names = numbered_names(input); names && status.type() == fs::file_type::not_found)
      take(*names);
    else if (options_.rate && !fs::is_directory(status))
      fail(input, "is no sequence of pictures, and --rate is of those", true);
    else if (options_.rate)
      take_one_of(input);
    else if (!fs::is_directory(status))
      take(input, input.filename(), status, true);
    else if (options_.inputs.size() > 1 && is_output_dir(input))  // as 'archive/*' names it the second time
      leave(input, "is the folder of the results");
    else
      walk(input, input);
  }

  JobList list;

 private:
  void add(const fs::path& input, fs::path output, const Look& look, bool asked_for, std::string problem) {
    const bool is_still = look.content == Content::still;
    // A photograph may be called %d.bmp.
    if (problem.empty() && is_still && options_.output && names_of_pictures(output))
      problem = "is one photograph; the result's name is that of many";
    list.jobs.push_back({.input = input,
                         .output = std::move(output),
                         .still = look.content == Content::still,
                         .asked_for = asked_for,
                         .problem = std::move(problem)});
  }
  void fail(const fs::path& path, std::string problem, bool asked_for) {
    add(path, options_.output.value_or(path), {}, asked_for, std::move(problem));
  }
  void leave(const fs::path& path, std::string why) { list.left_alone.push_back({path, std::move(why)}); }

  bool is_output_dir(const fs::path& folder) const {
    std::error_code missing;
    return (options_.output_dir && fs::equivalent(folder, *options_.output_dir, missing)) ||
           fs::equivalent(folder, options_.work, missing);  // of what is made of other machines' pieces
  }

  /// A file that is `place` below the folder that was named.
  void take(const fs::path& file, const fs::path& place, const fs::file_status& status, bool asked_for) {
    const char* const other = unreadable_kind(status);
    if (other) return asked_for ? fail(file, other, true) : leave(file, other);
    if (std::string problem = unreadable(file); !problem.empty()) return fail(file, std::move(problem), asked_for);
    if (!asked_for && is_result(file))
      return leave(file, "is a result by its name; named on the command line it is done");
    if (!asked_for && !options_.choices.to_gray && has_mark(file))
      return leave(file, "is a result by what it says of itself; named on the command line it is done");
    const Look look = look_at(file);
    if (look.content == Content::neither && !asked_for) return leave(file, look.why);
    if (look.content == Content::still && !naming_.part.empty()) {
      constexpr const char* whole = "is a photograph; --start, --duration, --frame and --sheet are for films";
      return asked_for ? fail(file, whole, true) : leave(file, whole);
    }
    add(file,
        options_.output       ? *options_.output
        : options_.output_dir ? result_in(*options_.output_dir, place, file, naming_, look)
                              : result_of(file, naming_, true, look),
        look, asked_for, look.why);
  }

  /// A sequence of pictures.
  void take(const NumberedNames& names) try {
    const fs::path input = names.pattern();
    Sequence sequence = find_sequence(names, options_.rate);
    NumberedNames in_folder = names;
    if (options_.output_dir) in_folder.folder = *options_.output_dir;
    std::error_code apart;
    const bool beside = !options_.output_dir || fs::equivalent(in_folder.folder, sequence.names.folder, apart);
    add(input, options_.output ? *options_.output : result_of(in_folder, naming_, beside), {}, true, "");
    list.jobs.back().sequence = std::move(sequence);
  } catch (const Failure& failure) {
    fail(names.pattern(), failure.what(), true);
  }

  /// The only sequence of pictures in a folder.
  void take_one_of(const fs::path& folder) try {
    const std::vector<NumberedNames> all = sequences_in(folder);
    if (all.empty()) throw Failure("there are no numbered pictures in it, which --rate asks for");
    std::vector<std::string> patterns;
    for (const NumberedNames& names : all) patterns.push_back(names.pattern().string());
    if (all.size() > 1) throw Failure("more than one sequence of pictures is in it; name one: " + listed(patterns));
    take(all.front());
  } catch (const Failure& failure) {
    fail(folder, failure.what(), true);
  }

  /// All of a folder but what is hidden, sorted. `top` is the folder that was named.
  void walk(const fs::path& folder, const fs::path& top) {
    const std::size_t before = list.jobs.size() + list.left_alone.size();
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator i(folder, error); !error && i != fs::end(i); i.increment(error)) entries.push_back(*i);
    if (error) fail(folder, unreadable(folder, error.message()), false);
    std::ranges::sort(entries);
    for (const fs::directory_entry& entry : entries) {
      const fs::path& path = entry.path();
      if (path.filename().string().starts_with('.')) continue;
      const fs::file_status status = entry.status(error);
      if (!fs::is_directory(status))
        take(path, path.lexically_relative(top), status, false);
      else if (entry.is_symlink(error))  // it may lead up, out of what was named, or to what is done anyway
        leave(path, "is a link to a folder; named on the command line it is done");
      else if (is_folder_of_table(path))
        leave(path, "holds the pictures of a table");
      else if (!is_output_dir(path))
        walk(path, top);
    }
    if (folder == top && list.jobs.size() + list.left_alone.size() == before)
      leave(folder, entries.empty() ? "is empty" : "has no files but hidden ones and results");
  }

  const Options& options_;
  const Naming naming_;
};

fs::path real(const fs::path& path) {
  std::error_code failed;
  const fs::path known = fs::weakly_canonical(path, failed);
  return failed ? path : known;
}

/// With '*.jpg' a second run names the results of the first one, too. They are no inputs, unless they shall be
/// replaced, which never happens to what is named.
void leave_results(JobList& list) {
  std::map<fs::path, fs::path> results;  // of which input
  for (const Job& job : list.jobs)
    if (job.problem.empty() && real(job.output) != real(job.input)) results.emplace(real(job.output), job.input);
  std::erase_if(list.jobs, [&](const Job& job) {
    const auto found = is_result(job.input) ? results.find(real(job.input)) : results.end();
    if (found == results.end()) return false;
    list.left_alone.push_back({job.input, "is the result of " + found->second.string()});
    return true;
  });
}

/// Says of each job why it must not be done, if its result would harm another file.
void find_problems(std::vector<Job>& jobs) {
  std::map<fs::path, fs::path> inputs, outputs;  // as the file system knows them; the user's words
  for (const Job& job : jobs) inputs.emplace(real(job.input), job.input);
  for (Job& job : jobs) {
    if (!job.problem.empty()) continue;
    std::error_code failed;
    const fs::path output = real(job.output);
    if (fs::equivalent(job.input, job.output, failed))
      job.problem = "the result would replace it; give the result another name";
    else if (const std::string kind = other_than_file(job.output); !kind.empty())
      job.problem = job.output.string() + " is " + kind + ", and results are files; give the result another name";
    else if (const auto other = inputs.find(output); other != inputs.end())
      job.problem =
          "the result would replace " + other->second.string() + ", which is to be read; give it another name";
    else if (const auto other = outputs.find(output); other != outputs.end())
      job.problem = "the result would have the same name as that of " + other->second.string() + ", " +
                    job.output.string() + "; do it alone with --output and another name";
    outputs.emplace(output, job.input);
  }
}

}  // namespace

JobList jobs_of(const Options& options) {
  Lister lister(options);
  for (const fs::path& input : options.inputs) lister.name(input);
  JobList list = std::move(lister.list);
  if (!options.choices.overwrite) leave_results(list);
  find_problems(list.jobs);
  if (options.record) name_records(list.jobs);
  for (std::size_t number = 0; Job & job : list.jobs) job.number = ++number;
  return list;
}

}  // namespace colorize::command
