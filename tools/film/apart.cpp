// SPDX-License-Identifier: LGPL-2.1-or-later
#include "apart.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <opencv2/core/utility.hpp>
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

/// What a child has told of its work.
struct Heard {
  std::uint64_t frames = 0;
  std::string decoder, failure;
};

void note(const JsonValue& news, Heard& heard) {
  if (news.has("decoder")) heard.decoder = news.at("decoder").text();
  if (news.has("remark")) remark({news.at("code").text(), news.at("remark").text()});
  if (news.has("failure")) heard.failure = news.at("failure").text();
  if (news.has("frames")) heard.frames = static_cast<std::uint64_t>(news.at("frames").integer());
}

/// Why a child ended as it did; empty where all is well.
std::string fault_in_words(int status, const Heard& heard, const std::string& doing) {
  if (!heard.failure.empty()) return heard.failure;
  if (WIFEXITED(status) && WEXITSTATUS(status) == all_done) return {};
  const std::string process = "the process that " + doing;
  if (!WIFSIGNALED(status)) return process + " ended with status " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  if (signal == SIGALRM) return process + " came to no end";
  if (signal == SIGKILL) return process + " was killed, as happens where memory runs out";
  return process + " crashed (" + g_strsignal(signal) + ") after " + counted(heard.frames, "frame") +
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

  void tell(const std::function<void(Json&)>& add, const std::string& bytes = {}) {
    Json json;
    json.object();
    add(json);
    if (!bytes.empty()) json.count("bytes", bytes.size());
    const std::string text = json.end_object().line() + bytes;
    const std::lock_guard lock(mutex_);
    for (std::size_t begin = 0; begin < text.size();) {
      const ssize_t written = write(output_, text.data() + begin, text.size() - begin);
      if (written <= 0) return;  // nobody listens, which harms no piece
      begin += static_cast<std::size_t>(written);
    }
  }

 private:
  int output_;
  std::mutex mutex_;
};

/// The objects that are whole in a text, which are taken out of it.
void hear_all(std::string& text, Heard& heard, const std::function<void(const JsonValue&, const std::string&)>& hear) {
  for (std::size_t end; (end = text.find('\n')) != std::string::npos;) {
    std::size_t size = 0;
    if (text.starts_with('{')) {  // plugins may have printed while they loaded
      const JsonValue news = JsonValue::parse(text.substr(0, end));
      if (news.has("bytes")) size = static_cast<std::size_t>(news.at("bytes").integer());
      if (text.size() < end + 1 + size) return;
      note(news, heard);
      hear(news, text.substr(end + 1, size));
    }
    text.erase(0, end + 1 + size);
  }
}

}  // namespace

void run_apart(std::vector<std::string> arguments, const std::string& doing, const std::stop_token& stop,
               const std::function<void(const JsonValue&, const std::string&)>& hear) {
  Child child(std::move(arguments));
  Heard heard;
  std::string text;
  for (;;) {
    if (stop.stop_requested()) throw Interrupted();
    const std::optional<std::string> more = child.read();
    if (!more) break;
    text += *more;
    hear_all(text, heard, hear);
  }
  const int status = child.wait();
  const std::string fault = fault_in_words(status, heard, doing);
  if (fault.empty()) return;
  // Ctrl-C reaches both, and the child may be the first to end.
  for (int i = 0; i < 10 && WIFEXITED(status) && WEXITSTATUS(status) > 128 && !stop.stop_requested(); ++i)
    g_usleep(G_USEC_PER_SEC / 10);
  if (stop.stop_requested()) throw Interrupted();
  throw Failure(fault);
}

int tell_apart(const std::function<void(const Tell&)>& work) {
  prctl(PR_SET_NAME, "gst-colorize");  // not "exe"
  Teller teller;
  const RemarkListener listener([&](const Remark& remark) {
    teller.tell([&](Json& json) { json.text("code", remark.code).text("remark", remark.text); });
  });
  try {
    work([&](const auto& add, const std::string& bytes) { teller.tell(add, bytes); });
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    teller.tell([&](Json& json) { json.text("failure", error.what()); });
    return some_failed;
  }
  return all_done;
}

void make_piece_apart(const fs::path& folder, std::size_t number, const std::stop_token& stop,
                      const std::function<void(const Done&)>& tick, const std::string& token) {
  std::vector<std::string> arguments{"--make-piece", folder.string(), std::to_string(number)};
  if (!token.empty()) arguments.push_back(token);
  run_apart(std::move(arguments), "made its pieces", stop, [&](const JsonValue& news, const std::string&) {
    if (news.has("frames"))
      tick({news.at("position").integer(), static_cast<std::uint64_t>(news.at("frames").integer())});
  });
}

int piece(int argc, char** argv, const std::stop_token& stop) {
  guint64 number = 0;
  if (argc < 3 || argc > 4 || !g_ascii_string_to_unsigned(argv[2], 10, 0, G_MAXSIZE, &number, nullptr))
    throw UsageError("--make-piece takes a folder in which the plan of a film lies, and the number of a piece");
  return tell_apart([&](const Tell& tell) {
    const fs::path folder = argv[1];
    const FilmPlan plan = plan_of(read_file(folder / "plan.json"));
    if (number >= plan.pieces.size()) throw Failure("the plan has no piece " + std::to_string(number));
    const std::string token = argc > 3 ? argv[3] : "";
    // Before there is an element, which may load a network.
    if (plan.recipe.threads != cv::getNumThreads()) cv::setNumThreads(plan.recipe.threads);
    if (const std::string unlike = token.empty() ? "" : unlike_plan(plan, Task::making); !unlike.empty())
      throw Failure("this machine would give it other bits: " + unlike);
    make_piece(
        plan, number, folder, stop,
        [&](const Done& done) {
          tell([&](Json& json) { json.integer("position", done.position).count("frames", done.frames); }, {});
        },
        [&](const std::string& decoder) { tell([&](Json& json) { json.text("decoder", decoder); }, {}); }, token);
  });
}

}  // namespace colorize::command
