// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include "archive.h"
#include "common/commandline.h"
#include "common/failure.h"
#include "common/terminal.h"
#include "common/words.h"
#include "file.h"
#include "film/apart.h"
#include "film/planfile.h"
#include "film/processor.h"
#include "film/workfolder.h"
#include "folder.h"
#include "lease.h"
#include "lists.h"
#include "photographs.h"
#include "stopwatch.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char* summary =
    "Makes a piece of the work that 'gst-colorize plan' has planned in DIR, by its number, from 1 on. What is made "
    "already is not made again; what another process is making is waited for. A machine that would give it other bits "
    "says in what it differs, and makes nothing.";

void say(const std::string& line) { g_printerr("%s\n", shown(line).c_str()); }

/// A piece of the work, on its way.
class Making {
 public:
  Making(const Unit& unit, const fs::path& work) : unit_(unit), folder_(work / unit.folder) {
    if (is_batch(folder_))
      batch_ = batch_in(folder_);
    else
      plan_ = plan_of(read_file(folder_ / "plan.json"));
    if (plan_ && unit.piece >= plan_->pieces.size())
      throw Failure(folder_.string() + " holds another plan; plan again");
  }

  bool is_made() const {
    if (batch_) return fs::exists(end_of_batch(folder_)) && !fs::exists(failure_of_piece(folder_, 0));
    return fault_of_piece(*plan_, unit_.piece, folder_) == "";
  }

  /// Throws Failure or Interrupted.
  void make(const std::string& token, const std::stop_token& stop) const {
    lower_processor_level((batch_ ? batch_->made_with : plan_->made_with).at("processor"));
    if (batch_) return run_apart({"--make-batch", folder_.string(), token}, "made it", stop, [](const auto&...) {});
    remove_partials();
    make_piece_apart(
        folder_, unit_.piece, stop, [](const Done&) {}, token);
  }

 private:
  /// Of those who had the lease before and live no more; who lives finds that his file is gone, and what he was making
  /// is made all the same.
  void remove_partials() const {
    const fs::path both = file_of_piece(*plan_, unit_.piece, folder_).replace_extension();  // the piece and its record
    for (const fs::path& partial : partial_files(both)) fs::remove(partial);
  }

  Unit unit_;
  fs::path folder_;
  std::optional<FilmPlan> plan_;
  std::optional<Batch> batch_;
};

/// Returns whether the piece is made, by whomever.
bool make_unit(const Unit& unit, std::size_t pieces, const fs::path& work, const std::stop_token& stop) {
  const fs::path folder = work / unit.folder, failure = failure_of_piece(folder, unit.piece);
  const std::string name = "piece " + std::to_string(unit.number) + " of " + std::to_string(pieces);
  if (has_results(folder)) {
    say(name + ": its film is made already");
    return true;
  }
  std::string token;
  try {
    const Making making(unit, work);
    const auto is_made = [&] { return !fs::exists(failure) && making.is_made(); };
    if (is_made()) {
      say(name + ": is made already");
      return true;
    }
    const Lease lease(lease_of_piece(folder, unit.piece), stop);
    token = lease.token();
    if (is_made()) {
      say(name + ": was made by another process");
      return true;
    }
    const Stopwatch watch;
    try {
      making.make(token, stop);
    } catch (const Failure&) {
      if (!making.is_made()) throw;  // another one has made it meanwhile
    }
    fs::remove(failure);
    say(name + ": made in " + clock_time(watch.seconds()));
    return true;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    say("gst-colorize: " + name + ": " + error.what());
    if (fs::exists(folder)) write_last_words(failure, error.what(), token);
    return false;
  }
}

/// "3/100"
std::pair<std::size_t, std::size_t> share_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  guint64 share = 0, shares = 0;
  if (slash == std::string::npos ||
      !g_ascii_string_to_unsigned(text.substr(0, slash).c_str(), 10, 1, G_MAXINT, &share, nullptr) ||
      !g_ascii_string_to_unsigned(text.substr(slash + 1).c_str(), 10, 1, G_MAXINT, &shares, nullptr) || share > shares)
    throw UsageError("--share does not take '" + text + "'; it takes two numbers, as 3/100");
  return {share, shares};
}

}  // namespace

int make_piece_of_archive(int argc, char** argv, const std::stop_token& stop) {
  gchar* share = nullptr;
  gchar** words = nullptr;
  const GOptionEntry entries[] = {
      {"share", 0, 0, G_OPTION_ARG_STRING, static_cast<gpointer>(&share),
       "Make a share of all pieces instead, such as the third of 100, which cost about the same", "I/N"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, static_cast<gpointer>(&words), nullptr, nullptr},
      {}};
  const auto context = option_context("DIR [N]", summary);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  const bool wanted = parse_options(context.get(), argc, argv);
  const Owned<gchar> owned(share);
  const Owned<gchar*> owned_words(words);
  if (!wanted) return all_done;
  const std::size_t count = words ? g_strv_length(words) : 0;
  if (count != (share ? 1 : 2))
    throw UsageError("it takes the folder of the work, and the number of a piece or --share");
  const UnitList units(words[0]);
  std::size_t first = 0, end = 0;
  if (share) {
    const auto [number, shares] = share_of(share);
    std::tie(first, end) = units.share(number, shares);
  } else {
    guint64 number = 0;
    if (!g_ascii_string_to_unsigned(words[1], 10, 1, G_MAXINT64, &number, nullptr))
      throw UsageError(std::string("'") + words[1] + "' is no number of a piece; they are numbered from 1 on");
    first = number;
    end = first + 1;
  }
  bool all_made = true;
  for (std::size_t number = first; number < end; ++number)
    all_made &= make_unit(units.at(number), units.size(), fs::absolute(words[0]), stop);
  return all_made ? all_done : some_failed;
}

int make_batch_apart(int argc, char** argv, const std::stop_token& stop) {
  if (argc != 3) throw UsageError("--make-batch takes the folder of a batch of photographs, and the token of a lease");
  return tell_apart([&](const Tell&) { make_batch(argv[1], argv[2], stop); });
}

}  // namespace colorize::command
