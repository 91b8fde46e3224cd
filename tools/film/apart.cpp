// SPDX-License-Identifier: LGPL-2.1-or-later
#include "apart.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <optional>
#include <string>

#include "common/child.h"
#include "common/commandline.h"
#include "common/failure.h"
#include "common/json.h"
#include "common/remark.h"
#include "common/words.h"
#include "file.h"
#include "planfile.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// What a child has told.
struct Heard {
  Done done{0, 0};
  std::string decoder, failure;
};

void hear(const std::string& line, Heard& heard, const std::function<void(const Done&)>& tick) {
  const JsonValue news = JsonValue::parse(line);
  if (news.has("decoder")) heard.decoder = news.at("decoder").text();
  if (news.has("remark")) remark(news.at("remark").text());
  if (news.has("failure")) heard.failure = news.at("failure").text();
  if (!news.has("frames")) return;
  heard.done = {news.at("position").integer(), static_cast<std::uint64_t>(news.at("frames").integer())};
  tick(heard.done);
}

/// Why a child ended as it did; empty where all is well.
std::string fault_in_words(int status, const Heard& heard) {
  if (!heard.failure.empty()) return heard.failure;
  if (WIFEXITED(status) && WEXITSTATUS(status) == all_done) return {};
  if (!WIFSIGNALED(status))
    return "the process that made its pieces ended with status " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  if (signal == SIGKILL)
    return "the process that made its pieces was killed, as happens where memory runs out; --resume goes on";
  return "the process that made its pieces crashed (" + std::string(g_strsignal(signal)) + ") after " +
         counted(heard.done.frames, "frame") +
         (heard.decoder.empty() ? ", before there was a decoder"
                                : ", while GStreamer's " + heard.decoder +
                                      " decoded them; bring the film into another codec first, without loss");
}

/// Prints lines of JSON, from any thread, to what was the standard output: what a library prints goes elsewhere.
class Teller {
 public:
  Teller() : output_(dup(STDOUT_FILENO)) { dup2(STDERR_FILENO, STDOUT_FILENO); }
  ~Teller() { close(output_); }
  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;

  void tell(const std::function<void(Json&)>& add) {
    Json json;
    json.object();
    add(json);
    const std::string line = json.end_object().line();
    const std::lock_guard lock(mutex_);
    if (write(output_, line.data(), line.size()) < 0) return;  // nobody listens, which harms no piece
  }

 private:
  int output_;
  std::mutex mutex_;
};

}  // namespace

void make_piece_apart(const fs::path& folder, std::size_t number, const std::stop_token& stop,
                      const std::function<void(const Done&)>& tick) {
  Child child({"--make-piece", folder.string(), std::to_string(number)});
  Heard heard;
  std::string text;
  for (;;) {
    if (stop.stop_requested()) throw Interrupted();
    const std::optional<std::string> more = child.read();
    if (!more) break;
    text += *more;
    for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
      if (text.starts_with('{')) hear(text.substr(0, end), heard, tick);  // plugins may have printed while they loaded
  }
  const int status = child.wait();
  const std::string fault = fault_in_words(status, heard);
  if (fault.empty()) return;
  // Ctrl-C reaches both, and the child may be the first to end.
  for (int i = 0; i < 10 && WIFEXITED(status) && WEXITSTATUS(status) > 128 && !stop.stop_requested(); ++i)
    g_usleep(G_USEC_PER_SEC / 10);
  if (stop.stop_requested()) throw Interrupted();
  throw Failure(fault);
}

int piece(int argc, char** argv, const std::stop_token& stop) {
  guint64 number = 0;
  if (argc != 3 || !g_ascii_string_to_unsigned(argv[2], 10, 0, G_MAXSIZE, &number, nullptr))
    throw UsageError("--make-piece takes a folder in which the plan of a film lies, and the number of a piece");
  prctl(PR_SET_NAME, "gst-colorize");  // not "exe"
  const fs::path folder = argv[1];
  Teller teller;
  const RemarkListener listener(
      [&](const std::string& text) { teller.tell([&](Json& json) { json.text("remark", text); }); });
  try {
    const FilmPlan plan = plan_of(read_file(folder / "plan.json"));
    if (number >= plan.pieces.size()) throw Failure("the plan has no piece " + std::to_string(number));
    make_piece(
        plan, number, folder, stop,
        [&](const Done& done) {
          teller.tell([&](Json& json) { json.integer("position", done.position).count("frames", done.frames); });
        },
        [&](const std::string& decoder) { teller.tell([&](Json& json) { json.text("decoder", decoder); }); });
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    teller.tell([&](Json& json) { json.text("failure", error.what()); });
    return some_failed;
  }
  return all_done;
}

}  // namespace colorize::command
