// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer.h"

#include <gst/video/video.h>
#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "colouring.h"
#include "common/commandline.h"
#include "common/content.h"
#include "common/failure.h"
#include "common/hints.h"
#include "common/json.h"
#include "common/pagehints.h"
#include "common/progress.h"
#include "common/properties.h"
#include "common/remark.h"
#include "file.h"
#include "model.h"
#include "player.h"
#include "still/still.h"
#include "wire.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

template <typename Add>
void tell(const Wire& wire, const Add& add) {
  Json json;
  json.object();
  add(json);
  wire.send('j', {json.end_object().line()});
}

int side_in(const JsonValue& request, const char* key) {
  return static_cast<int>(std::clamp(request.at(key).number(), 16.0, 8192.0));
}

/// Names that are not UTF-8 come as URIs.
fs::path path_in(const JsonValue& said) {
  const std::string name = said.text();
  if (!name.starts_with("file://")) return name;
  Owned<GError> error;
  const Owned<gchar> path(g_filename_from_uri(name.c_str(), nullptr, out(error)));
  if (!path) throw Failure(error->message);
  return path.get();
}

/// What is to be shown, as the first line says.
struct Subject {
  std::string uri;
  std::optional<fs::path> file = {};  ///< nothing: a camera
  bool still = false;
};

Subject subject_in(const JsonValue& request) {
  if (request.at("do").text() != "open") throw Failure("the first thing to be done is 'open'");
  if (request.has("address")) {
    const std::string address = request.at("address").text();
    if (address.starts_with("rtsp://") || address.starts_with("rtsps://")) return {address};
    throw Failure("an address begins with rtsp:// or rtsps://");
  }
  if (request.has("device")) return {"v4l2://" + request.at("device").text()};
  const fs::path path = path_in(request.at("file"));
  Owned<GError> error;
  const Owned<gchar> uri(g_filename_to_uri(path.c_str(), nullptr, out(error)));
  if (!uri) throw Failure(error->message);
  std::error_code fault;
  if (!fs::exists(path, fault)) throw Failure("there is no such file any more");
  return {uri.get(), path, look_at(path).content == Content::still};
}

void say_remark(Wire& wire, const std::string& text) {
  tell(wire, [&](Json& json) { json.text("event", "remark").text("text", text); });
}

/// Hands on what the maker of a photograph's PNG remarks.
class RemarksAlone : public Progress {
 public:
  void at(double, double, std::uint64_t) override {}
  void remark(const Remark& remark) override { command::remark(remark); }
  void piece(std::size_t, std::size_t, const fs::path&) override {}
};

/// A photograph in colour in its full size and depth, with all that it says of itself, as a PNG file.
std::string png_of_still(const fs::path& still, const Properties& properties, const std::stop_token& stop) {
  std::string folder = fs::temp_directory_path() / "gst-colorize-XXXXXX";
  if (!mkdtemp(folder.data())) throw Failure("no folder can be made in " + folder);
  const std::unique_ptr<const std::string, void (*)(const std::string*)> removal(&folder, [](const std::string* name) {
    std::error_code error;
    fs::remove_all(*name, error);
  });
  const fs::path png = fs::path(folder) / "frame.png";
  RemarksAlone remarks;
  convert_still(still, png, {.properties = properties}, remarks, stop);
  return read_file(png);
}

class Viewer {
 public:
  /// Throws Failure or Interrupted.
  Viewer(Wire& wire, const Subject& subject, std::stop_token stop)
      : wire_(wire), stop_(std::move(stop)), live_(!subject.file) {
    if (subject.still) {
      still_ = subject.file;
      Upright upright = decode_still(*still_, stop_);
      picture_ = std::move(upright.picture);
      turn_ = upright.direction;
      is_new_ = true;
    } else {
      player_ = std::make_unique<Player>(subject.uri, subject.file, [&wire] { wire.wake(); });
    }
    colouring_ = colouring_with(properties_);
  }

  /// Until the page goes. Throws Failure or Interrupted.
  void run() {
    for (;; wire_.wait(std::chrono::milliseconds(100))) {
      if (stop_.stop_requested()) throw Interrupted();
      obey_all();
      take();
      if (ready_ && sent_ - seen_ < most_unseen) show();
      if (player_) follow();
      if (is_new_ && has_room()) give();
      if (player_ && !is_new_ && !ready_ && under_way_.empty()) {
        if (const bool ended = player_->ended(); ended && goal_)
          leave_way();
        else if (ended)
          tell([](Json& json) { json.text("event", "ended"); });
        go_way();
      }
    }
  }

 private:
  /// How many pictures may be on their way to the page, and how many in the making.
  static constexpr std::int64_t most_unseen = 2, most_under_way = 2;

  template <typename Add>
  void tell(const Add& add) const {
    command::tell(wire_, add);
  }

  bool has_room() const { return !ready_ && std::ssize(under_way_) < most_under_way; }

  std::unique_ptr<Colouring> colouring_with(Properties properties) {
    for (auto& [name, value] : properties)  // what is shown may be smaller
      if (name == "hints" && opened_) value = hints_in_shares(value, size_.width, size_.height);
    return std::make_unique<Colouring>(properties, [&wire = wire_] { wire.wake(); });
  }

  void obey_all() {
    for (std::string line; !(line = wire_.first()).empty(); wire_.take_first()) try {
        const JsonValue request = JsonValue::parse(line);
        const std::string what = request.at("do").text();
        // The frame that will stand there by then.
        if (what == "frame" && player_ && !live_ && !player_->playing() && (player_->busy() || goal_)) return;
        obey(what, request);
      } catch (const Failure& failure) {
        say_remark(wire_, std::string("could not do what was asked for: ") + failure.what());
      }
  }

  void obey(const std::string& what, const JsonValue& request) {
    if (what == "shown") {
      seen_ = std::clamp(request.at("number").integer(), seen_, sent_);
      return;
    }
    leave_way();
    way_due_.reset();
    const bool goes_back = what == "seek" || (what == "step" && request.at("frames").number() < 0);
    if (goes_back || what == "set" || what == "size") way_due_ = Clock::now() + std::chrono::milliseconds(300);
    if (what == "set") set(request);
    if (what == "size") {
      most_ = {side_in(request, "width"), side_in(request, "height")};
      show_again();
    }
    if (what == "frame" && picture_)
      wire_.send('i',
                 {still_ ? png_of_still(*still_, properties_, stop_)
                         : png_in_colour({picture_.get(), turn_}, with_hints_at(properties_, in_ns(time_)), stop_)});
    if (!player_) return;
    if (what == "play") player_->play();
    if (what == "pause") player_->pause();
    if (what == "seek") player_->seek(request.at("time").number());
    if (what == "step") player_->step(request.at("frames").number() < 0 ? -1 : 1);
  }

  void set(const JsonValue& request) {
    const std::string name = request.at("name").text(), value = request.at("value").text();
    try {
      if (const std::string fault = fault_of(name, value); !fault.empty()) throw Failure(fault);
      // By a path a page could have files read that it is not shown.
      if (name == "model" && std::ranges::count(model_names(), value) == 0)
        throw Failure("there is no network '" + value + "' here");
      set(name, request.has("pictures") ? value + "\n" + path_in(request.at("pictures")).string() : value);
    } catch (const Failure& failure) {
      tell([&](Json& json) { json.text("event", "set").text("name", name).text("error", failure.what()); });
    }
  }

  void set(const std::string& name, const std::string& value) {
    Properties properties = properties_;
    std::erase_if(properties, [&](const auto& property) { return property.first == name; });
    if (!value.empty()) properties.emplace_back(name, value);  // no hints are said by none
    if (!colouring_->set(name, value)) {
      colouring_ = colouring_with(properties);
      hurries_ = false;
      under_way_.clear();
    }
    properties_ = std::move(properties);
    show_again();
  }

  /// Where the network on every picture is too much it has every second one, but only while the film plays: what stands
  /// still, and what is made, has all. Unless somebody chose it otherwise.
  void keep_pace() {
    constexpr unsigned many = 12;  // missed pictures
    const bool is_chosen = std::ranges::count(properties_, "inference-interval", &Properties::value_type::first) > 0;
    const bool wanted = player_->playing() && !is_chosen && (hurries_ || missed_ > many);
    if (wanted == hurries_) return;
    hurries_ = wanted;
    if (!is_chosen) colouring_->set_interval(wanted ? 2 : 1);
  }

  // --- The way of hints: a picture that was sought knows nothing of those that were put on earlier ones. When it has
  // stood for a moment, the film is gone through unseen from there, so that they are where their things are by now.

  static std::int64_t in_ns(double seconds) { return std::llround(seconds * GST_SECOND); }

  void go_way() {
    if (!player_ || live_ || goal_ || !way_due_ || Clock::now() < *way_due_ || player_->playing() || player_->busy())
      return;
    way_due_.reset();
    constexpr std::int64_t longest = 20 * GST_SECOND, near = GST_SECOND / 500;
    const std::int64_t now = in_ns(time_);
    std::int64_t start = now;
    std::vector<std::int64_t> times = times_of_regions(properties_);
    for (const HintLine& hint : hints_of(properties_))
      if (hint.time) times.push_back(*hint.time);
    for (const std::int64_t time : times)
      if (time < now - near && time >= now - longest) start = std::min(start, time);
    if (start == now || !player_->seekable()) return;
    goal_ = time_;
    set_interval(8);
    tell([](Json& json) { json.text("event", "follows"); });
    player_->seek(static_cast<double>(start) / GST_SECOND);
  }

  /// Back to the picture that it led to.
  void leave_way() {
    if (!goal_) return;
    player_->seek(*std::exchange(goal_, std::nullopt));
    set_interval(1);
    picture_.reset();  // on the way nothing is shown
    is_new_ = is_unseen_ = false;
  }

  void set_interval(int pictures) {
    if (std::ranges::count(properties_, "inference-interval", &Properties::value_type::first) == 0)
      colouring_->set_interval(pictures);
  }

  void show_again() {
    if (!picture_ || (player_ && player_->playing())) return;
    is_new_ = true;
    follows_ = false;
  }

  void follow() {
    player_->look(stop_);
    keep_pace();
    if (live_ && opened_ && !player_->playing()) return;
    page_is_slow_ = page_is_slow_ || (ready_ && Clock::now() - ready_->taken > std::chrono::milliseconds(500));
    if ((player_->playing() || goal_) && !has_room()) return;  // it drops what nobody takes
    std::optional<Player::Picture> next = player_->take();
    if (!next) return;
    picture_ = std::move(next->sample);
    turn_ = player_->direction();
    time_ = next->time;
    age_ = next->age;
    taken_ = Clock::now();
    late_ += next->late;
    missed_ = player_->playing() && !std::exchange(page_is_slow_, false) ? missed_ + next->late : 0;
    follows_ = next->follows && (follows_ || !is_new_);  // nor does it where the one between was not coloured
    is_new_ = true;
    if (!goal_) return;
    if (is_unseen_ = time_ < *goal_ - 1e-4; is_unseen_) return player_->step(1);
    goal_.reset();
    set_interval(1);
  }

  void open() {
    opened_ = true;
    GstVideoInfo info;
    const bool known = gst_video_info_from_caps(&info, gst_sample_get_caps(picture_.get())) && info.fps_n > 0;
    size_ = size_of({picture_.get(), turn_});
    tell([&](Json& json) {
      json.text("event", "opened").text("kind", still_ ? "still" : live_ ? "live" : "film");
      json.number("duration", player_ && !live_ ? player_->duration().value_or(NAN) : NAN);
      json.integer("width", size_.width).integer("height", size_.height);
      json.number("fps", player_ && known ? static_cast<double>(info.fps_n) / info.fps_d : NAN);
      json.truth("seekable", player_ && !live_ && player_->seekable());
    });
  }

  void give() {
    if (!opened_) open();
    colouring_->give({picture_.get(), turn_}, most_, follows_, time_);
    const bool playing = player_ && player_->playing();
    under_way_.push_back({time_, std::exchange(late_, 0), playing, std::exchange(is_unseen_, false), age_, taken_, {}});
    is_new_ = false;
  }

  /// A picture for which the page had no eyes gives way to the next.
  void take() {
    while (auto pair = colouring_->take(stop_)) {
      Shown next = std::move(under_way_.front());
      under_way_.pop_front();
      if (next.unseen) continue;
      next.pair = std::move(*pair);
      if (ready_ && ready_->playing) next.late += ready_->late + 1;
      ready_ = std::move(next);
    }
  }

  void show() {
    const double age =
        ready_->age ? *ready_->age + std::chrono::duration<double>(Clock::now() - ready_->taken).count() : NAN;
    Json head;
    head.object().integer("number", ++sent_).number("time", ready_->time).integer("late", ready_->late);
    head.truth("playing", ready_->playing).number("delay", age).truth("hurries", hurries_);
    const std::string text = head.end_object().line();
    const auto& [before, after] = ready_->pair;
    wire_.send('p', {four_bytes(text.size()), text, four_bytes(before.size()), before, after});
    ready_.reset();
  }

  /// What is told of a picture.
  struct Shown {
    double time;
    unsigned late;
    bool playing, unseen;
    std::optional<double> age;  ///< when it was taken
    Clock::time_point taken;
    Colouring::Pair pair;
  };

  Wire& wire_;
  std::stop_token stop_;
  bool live_, opened_ = false;
  std::optional<fs::path> still_;
  std::unique_ptr<Player> player_;  // of what is no photograph
  Properties properties_;
  std::unique_ptr<Colouring> colouring_;
  // What stands there, and whether the page does not have it yet.
  Sample picture_;
  const char* turn_ = "identity";
  double time_ = 0;
  std::optional<double> age_;
  unsigned late_ = 0, missed_ = 0;
  bool hurries_ = false, page_is_slow_ = false;
  bool follows_ = false, is_new_ = false, is_unseen_ = false;
  std::optional<double> goal_;  // while it goes the way of hints: the time of the picture that it leads to
  std::optional<Clock::time_point> way_due_;  // when to go it
  Clock::time_point taken_;
  std::deque<Shown> under_way_;
  std::optional<Shown> ready_;
  cv::Size most_{1280, 720}, size_;   // of what is shown at most, and of the film
  std::int64_t sent_ = 0, seen_ = 0;  // numbers of pictures
};

}  // namespace

int view(int argc, char**, const std::stop_token& stop) {
  if (argc != 1) throw UsageError("--view takes nothing; it is told by its standard input what to do");
  prctl(PR_SET_NAME, "gst-colorize");  // not "exe"
  Wire& wire = *new Wire;              // its thread ends with the process
  const RemarkListener listener([&wire](const Remark& remark) { say_remark(wire, remark.text); });
  try {
    while (wire.first().empty()) {
      if (stop.stop_requested()) throw Interrupted();
      wire.wait(std::chrono::milliseconds(100));
    }
    const Subject subject = subject_in(JsonValue::parse(wire.first()));
    wire.take_first();
    (new Viewer(wire, subject, stop))->run();  // ends with the process: what hangs would let its end wait
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    tell(wire, [&](Json& json) { json.text("event", "error").text("text", error.what()); });
  }
  std::_Exit(some_failed);  // a decoder that hangs does not end
}

}  // namespace colorize::command
