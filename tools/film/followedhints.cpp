// SPDX-License-Identifier: LGPL-2.1-or-later
#include "followedhints.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "apart.h"
#include "common/commandline.h"
#include "common/hints.h"
#include "common/json.h"
#include "common/pagehints.h"
#include "common/properties.h"
#include "trace.h"
#include "watching.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t rounding = Range::rounding;

/// What is asked of the process: where the hints' things are in the pictures of those times, of a part of the film.
struct Question {
  std::vector<std::string> hints{};   ///< lines
  std::vector<std::int64_t> times{};  ///< ns from the film's beginning, in order
  double scene_threshold = 0;

  std::int64_t begin() const;
  std::int64_t end() const;
};

std::int64_t time_of_hint(const std::string& line) { return *hints_of({{"hints", line}}).front().time; }

std::int64_t Question::begin() const { return std::min(time_of_hint(hints.front()), times.front()); }
std::int64_t Question::end() const { return std::max(time_of_hint(hints.back()), times.back()); }

/// Those hints of a shot whose moment has come, and those of its pictures that are asked for.
class FollowedShot {
 public:
  explicit FollowedShot(const Tell& tell) : tell_(tell) {}

  void see(const WatchedFrame& frame) {
    keep({frame.time, frame.lightness}, frames_);
    const cv::Mat lightness = frames_.back().lightness();
    shot_.see(lightness, no_cut);
    for (Followed& hint : followed_)
      if (hint.trace) hint.at = hint.trace->next(shot_, lightness);
  }

  /// The hint is of the frame that was seen last.
  void take_hint(const std::string& line, cv::Size picture) {
    const PlacedHint said = hint_of(line);
    Followed hint{.line = line, .picture = picture};
    if (said.kind != PlacedHint::Kind::scene) hint.at = hint.trace.emplace(said, picture).next(shot_, lightness());
    if (!asked_.empty()) tell_back(hint, said);
    followed_.push_back(std::move(hint));
  }

  /// The frame that was seen last is asked for.
  void take_time(std::int64_t time) {
    for (const Followed& hint : followed_) tell(hint, hint.at, time);
    asked_.emplace_back(frames_.back().time, time);
  }

 private:
  static constexpr double no_cut = 1;  // as a threshold
  struct Followed {
    std::string line;
    cv::Size picture;
    std::optional<Trace> trace{};  ///< none of a whole scene
    std::optional<cv::Point2d> at{};
  };

  cv::Mat lightness() const { return frames_.back().lightness(); }

  /// Where its thing was in the pictures before.
  void tell_back(const Followed& hint, const PlacedHint& said) {
    Shot shot;
    Trace trace(said, hint.picture);
    for (std::size_t i = frames_.size(), left = asked_.size(); i-- > 0 && left > 0;) {
      std::optional<cv::Point2d> at;
      if (hint.trace) {
        const cv::Mat lightness = frames_[i].lightness();
        shot.see(lightness, no_cut);
        at = trace.next(shot, lightness);
      }
      for (; left > 0 && asked_[left - 1].first == frames_[i].time; --left) tell(hint, at, asked_[left - 1].second);
    }
  }

  void tell(const Followed& hint, std::optional<cv::Point2d> at, std::int64_t time) const {
    if (hint.trace && !at) return;
    const std::string line = !hint.trace ? hint_from(hint.line, time)
                                         : hints_in_shares(hint_elsewhere(hint.line, time, at->x, at->y),
                                                           hint.picture.width, hint.picture.height);
    tell_([&](Json& json) { json.integer("time", time).text("line", line); }, {});
  }

  const Tell& tell_;
  KeptFrames frames_;
  Shot shot_;
  std::vector<Followed> followed_;
  std::vector<std::pair<std::int64_t, std::int64_t>> asked_;  // stream time, time
};

void follow(const fs::path& film, const Question& question, const Tell& tell, const std::stop_token& stop) {
  Watching watching(film, question.scene_threshold, tell, stop);
  watching.begin(question.begin());
  std::optional<FollowedShot> shot;
  auto hint = question.hints.begin();
  auto time = question.times.begin();
  while (hint != question.hints.end() || time != question.times.end()) {
    const std::optional<WatchedFrame> frame = watching.next();
    // What is asked for may be long behind the frame that is shown then, and before the next one.
    for (; shot && time != question.times.end() && (!frame || *time - watching.delay() + rounding < frame->time);
         ++time)
      shot->take_time(*time);
    if (!frame) return;
    if (!shot || frame->begins_scene) shot.emplace(tell);
    shot->see(*frame);
    for (; hint != question.hints.end() && time_of_hint(*hint) <= frame->time; ++hint)
      shot->take_hint(*hint, frame->size);
    for (; time != question.times.end() && *time - watching.delay() <= frame->time + rounding; ++time)
      shot->take_time(*time);
  }
}

/// The same questions with fewer hints each: an argument has at most 128 KiB.
std::vector<Question> of_bounded_length(std::vector<Question> questions) {
  constexpr std::size_t most_bytes = 64 * 1024;
  std::vector<Question> result;
  for (Question& question : questions) {
    std::size_t bytes = most_bytes;
    for (std::string& line : question.hints) {
      bytes += line.size();
      if (bytes > most_bytes) {
        result.push_back({.times = question.times});
        bytes = line.size();
      }
      result.back().hints.push_back(std::move(line));
    }
  }
  return result;
}

/// The questions to be asked: one for each part of the film in which hints and pictures are near each other.
std::vector<Question> questions_for(std::vector<HintLine> hints, const std::vector<std::int64_t>& times) {
  std::erase_if(hints, [](const HintLine& hint) { return !hint.time; });
  std::ranges::stable_sort(hints, {}, [](const HintLine& hint) { return *hint.time; });
  std::vector<Question> questions;
  std::size_t next = 0;  // hint that is in no question
  for (const std::int64_t time : times) {
    const auto first =
        std::ranges::find_if(hints, [&](const HintLine& hint) { return *hint.time >= time - longest_way; });
    const auto last =
        std::ranges::find_if(hints, [&](const HintLine& hint) { return *hint.time > time + longest_way; });
    if (first == last) continue;
    if (questions.empty() || std::min(*first->time, time) > questions.back().end()) questions.emplace_back();
    Question& question = questions.back();
    question.times.push_back(time);
    next = std::max(next, static_cast<std::size_t>(first - hints.begin()));
    for (; next < static_cast<std::size_t>(last - hints.begin()); ++next) question.hints.push_back(hints[next].text);
  }
  return of_bounded_length(std::move(questions));
}

}  // namespace

std::vector<Properties> properties_of_pictures(const fs::path& film, const Properties& properties,
                                               const std::vector<std::int64_t>& times, const std::stop_token& stop) {
  const std::vector<HintLine> hints = hints_of(properties);
  Properties common = properties;
  std::erase_if(common, [](const auto& property) { return property.first == "hints"; });
  for (const HintLine& hint : hints)
    if (!hint.time) add_lines("hints", hint.text, common);
  std::vector<Properties> result(times.size(), common);
  for (const Question& asked : questions_for(hints, times)) {
    Json question;
    question.object().number("scene-threshold", scene_threshold_of(properties)).array("hints");
    for (const std::string& line : asked.hints) question.text(nullptr, line);
    question.end_array().array("times");
    for (const std::int64_t time : asked.times) question.integer(nullptr, time);
    run_apart({"--follow-hints", film.string(), question.end_array().end_object().line()}, "followed hints", stop,
              [&](const JsonValue& news, const std::string&) {
                if (!news.has("line")) return;
                const auto at = std::ranges::find(times, news.at("time").integer()) - times.begin();
                add_lines("hints", news.at("line").text(), result.at(static_cast<std::size_t>(at)));
              });
  }
  for (std::size_t i = 0; i < times.size(); ++i) result[i] = with_hints_at(result[i], times[i]);
  return result;
}

int follow_hints(int argc, char** argv, const std::stop_token& stop) {
  if (argc != 3) throw UsageError("--follow-hints takes a film, and what is asked of it as JSON");
  return tell_apart([&](const Tell& tell) {
    const JsonValue json = JsonValue::parse(argv[2]);
    Question question{.scene_threshold = json.at("scene-threshold").number()};
    for (const JsonValue& line : json.at("hints").elements()) question.hints.push_back(line.text());
    for (const JsonValue& time : json.at("times").elements()) question.times.push_back(time.integer());
    if (!question.hints.empty() && !question.times.empty()) follow(argv[1], question, tell, stop);
  });
}

}  // namespace colorize::command
