// SPDX-License-Identifier: LGPL-2.1-or-later
#include "player.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "film/decodebin.h"
#if HAVE_LIBAV
#include "film/libavdecoder.h"
#endif
#include "still/metadata.h"

namespace colorize::command {

namespace {

constexpr auto most_silence = std::chrono::seconds(10);

#if HAVE_LIBAV
/// A film's stream of pictures in libavformat; null where there is none.
const AVStream* pictures_in(const AvInput& input) {
  const int number =
      av_find_best_stream(const_cast<AVFormatContext*>(input.operator->()), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  return number < 0 ? nullptr : &input.stream(number);
}

bool is_for_own_decoder(const std::filesystem::path& film, GstCaps* caps) try {
  const GstStructure* const kind = gst_caps_get_structure(caps, 0);
  if (!g_str_has_prefix(gst_structure_get_name(kind), "video/") || gst_structure_has_name(kind, "video/x-raw"))
    return false;
  // Nearly all are those, which need no look into the file.
  if (g_strcmp0(gst_structure_get_string(kind, "chroma-format"), "4:2:0") == 0) return false;
  const bool is_to_be_parsed =
      gst_structure_has_name(kind, "video/x-h264") || gst_structure_has_name(kind, "video/x-h265");
  if (is_to_be_parsed && !gst_structure_has_field(kind, "chroma-format")) return false;
  if (!needs_own_decoder(caps, AV_PIX_FMT_GRAY10)) return false;
  const AvInput input(film, {}, false);
  const AVStream* const stream = pictures_in(input);
  return stream && needs_own_decoder(caps, static_cast<AVPixelFormat>(stream->codecpar->format));
} catch (const std::exception&) {
  return false;
}

GstElement* own_decoder(const std::filesystem::path& film, GstElement* pipeline) {
  register_libav_decoder();
  GstElement* const decoder = add(pipeline, "colorize-libav");
  const AvInput input(film, {}, false);
  set_parameters(decoder, *pictures_in(input)->codecpar);
  Gate::widen(decoder);
  return decoder;
}
#else
bool is_for_own_decoder(const std::filesystem::path&, GstCaps*) { return false; }
#endif

/// Of a stream's tags, as videoflip has it.
const char* direction_in(const GstTagList* tags) {
  // As EXIF numbers them.
  constexpr std::array<std::string_view, 8> ways{"rotate-0",        "flip-rotate-0",   "rotate-180",
                                                 "flip-rotate-180", "flip-rotate-270", "rotate-90",
                                                 "flip-rotate-90",  "rotate-270"};
  Owned<gchar> way;
  if (!gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, out(way))) return nullptr;
  const auto found = std::ranges::find(ways, std::string_view(way.get()));
  return found == ways.end() ? nullptr : direction_of(static_cast<int>(found - ways.begin()) + 1);
}

}  // namespace

Player::Player(const std::string& uri, std::optional<std::filesystem::path> film, std::function<void()> wake)
    : film_(std::move(film)), wake_(std::move(wake)) {
  GstElement* const reader = add(pipeline_.get(), "uridecodebin");
  sink_ = add(pipeline_.get(), "appsink");
  // A camera's pictures are shown as they come, without the latency that a clock would ask for. Of a film that decodes
  // slower than it plays none would be left, were decoders told what is too late.
  g_object_set(sink_, "sync", film_.has_value(), "qos", FALSE, "max-buffers", 1, "drop", TRUE, "emit-signals", TRUE,
               "enable-last-sample", FALSE, nullptr);
  const Caps raw(gst_caps_new_empty_simple("video/x-raw"));
  g_object_set(reader, "uri", uri.c_str(), "caps", raw.get(), nullptr);
  keep_packets_whole(reader);
  decode_in_turn(reader);
  g_signal_connect(reader, "autoplug-continue", G_CALLBACK(is_to_be_decoded), this);
  g_signal_connect(reader, "deep-element-added", G_CALLBACK(take_part), this);
  g_signal_connect(reader, "source-setup", G_CALLBACK(set_up_source), this);
  g_signal_connect(reader, "pad-added", G_CALLBACK(link), this);
  g_signal_connect(reader, "no-more-pads", G_CALLBACK(fill), this);
  g_signal_connect(sink_, "new-preroll", G_CALLBACK(stand), this);
  g_signal_connect(sink_, "new-sample", G_CALLBACK(come), this);
  const Pad entry(gst_element_get_static_pad(sink_, "sink"));
  gate_ = std::make_unique<Gate>(entry.get(), [this](bool over) {
    over_ = over && !gate_->astray();
    if (over_) busy_ = false;
    if (over) wake_();
  });
  const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  gst_bus_set_sync_handler(bus.get(), hear, this, nullptr);
  playing_ = !film_;
  gst_element_set_state(pipeline_.get(), playing_ ? GST_STATE_PLAYING : GST_STATE_PAUSED);
}

Player::~Player() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

/// Sound is not; and pictures not by GStreamer, where its decoder would crash.
gboolean Player::is_to_be_decoded(GstElement*, GstPad*, GstCaps* caps, Player* self) {
  const GstStructure* const kind = gst_caps_get_structure(caps, 0);
  if (g_str_has_prefix(gst_structure_get_name(kind), "audio/")) return FALSE;
  return !(self->film_ && is_for_own_decoder(*self->film_, caps));
}

void Player::take_part(GstBin*, GstBin*, GstElement* element, Player*) {
  GstElementFactory* const factory = gst_element_get_factory(element);
  if (factory && gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_DECODER)) Gate::widen(element);
}

void Player::set_up_source(GstElement*, GstElement* source, Player*) {
  if (!g_object_class_find_property(G_OBJECT_GET_CLASS(source), "drop-on-latency")) return;  // it is not rtspsrc
  g_object_set(source, "latency", 200, "drop-on-latency", TRUE, nullptr);
}

void Player::link(GstElement*, GstPad* pad, Player* self) try {
  const Caps caps(gst_pad_get_current_caps(pad));
  const std::string kind = caps ? gst_structure_get_name(gst_caps_get_structure(caps.get(), 0)) : "";
  const Pad entry(gst_element_get_static_pad(self->sink_, "sink"));
  (kind.starts_with("video/") ? self->pictures_ : self->others_) = true;
  if (!kind.starts_with("video/") || gst_pad_is_linked(entry.get())) return;
#if HAVE_LIBAV
  if (kind != "video/x-raw") {
    GstElement* const decoder = own_decoder(*self->film_, self->pipeline_.get());
    gst_element_link(decoder, self->sink_);
    gst_element_sync_state_with_parent(decoder);
    gst_pad_link(pad, Pad(gst_element_get_static_pad(decoder, "sink")).get());
    return;
  }
#endif
  gst_pad_link(pad, entry.get());
} catch (const std::exception& error) {
  post(pad, error);
}

void Player::fill(GstElement*, Player* self) {
  self->complete_ = true;
  self->wake_();
}

GstFlowReturn Player::come(GstElement* sink, Player* self) {
  ++self->rendered_;
  self->heard_ = Clock::now();
  return stand(sink, self);
}

GstFlowReturn Player::stand(GstElement*, Player* self) {
  self->fresh_ = true;
  self->busy_ = false;
  self->wake_();
  return GST_FLOW_OK;
}

GstBusSyncReply Player::hear(GstBus*, GstMessage* message, void* data) {
  auto& self = *static_cast<Player*>(data);
  const GstMessageType type = GST_MESSAGE_TYPE(message);
  if (type == GST_MESSAGE_EOS) self.finished_ = true;
  const bool counts = type == GST_MESSAGE_ERROR || type == GST_MESSAGE_ELEMENT;
  if (counts || type == GST_MESSAGE_EOS) self.wake_();
  return counts ? GST_BUS_PASS : GST_BUS_DROP;
}

void Player::play() {
  if (playing_) return;
  if (over_ && seekable()) go_to(0);
  playing_ = true;
  finished_ = false;
  doubtful_ = 2;
  told_ = rendered_ - taken_;
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

void Player::pause() {
  if (!playing_) return;
  playing_ = false;
  if (!film_) return;  // it goes on, and nobody looks
  busy_ = true;        // until the next picture stands there
  gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
  if (over_) busy_ = false;
}

void Player::seek(double seconds) {
  if (!film_ || !std::isfinite(seconds) || !seekable()) return;
  constexpr double rounding = 0.001;  // of who asks
  const double last = begin_.value_or(0) + duration().value_or(1e9);
  place_ = std::llround((std::clamp(seconds, 0.0, last) + rounding) * GST_SECOND);
  steps_ = 0;
}

void Player::step(int frames) {
  if (!film_) return;
  pause();
  steps_ += frames < 0 ? -1 : 1;
}

/// To the picture that is seen at `time`. Some demuxers go to a later one, and so has the next attempt to begin
/// earlier.
void Player::go_to(std::int64_t time, unsigned attempt) {
  constexpr std::array<std::int64_t, 3> early{0, 3 * GST_SECOND, 20 * GST_SECOND};
  const std::int64_t from = std::max<std::int64_t>(0, time - early.at(attempt));
  exact_ = time;
  attempt_ = attempt;
  gate_->ask(time, from > 0 && attempt + 1 < early.size());
  seek(from, GST_SEEK_FLAG_ACCURATE);
}

void Player::go_near(std::int64_t time) {
  exact_.reset();
  near_ = time;
  gate_->ask({});
  seek(time, GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_NEAREST);
}

void Player::seek(std::int64_t time, int how) {
  busy_ = true;
  fresh_ = follows_ = false;
  shown_.reset();
  doubtful_ = 0;
  how |= GST_SEEK_FLAG_FLUSH;
  if (!gst_element_seek_simple(pipeline_.get(), GST_FORMAT_TIME, static_cast<GstSeekFlags>(how), time)) {
    busy_ = false;
    exact_.reset();
  }
  told_ = rendered_ - taken_;
}

void Player::watch(const std::stop_token& stop) {
  const Failure without("has no pictures that can be decoded here");
  try {
    check(pipeline_.get(), stop);
  } catch (const Failure& failure) {
    if (others_ && !pictures_) throw without;  // that sound goes nowhere is no reason
    if (!film_)
      throw Failure((rendered_ ? "it sends no more pictures: " : "it cannot be opened: ") +
                    std::string(failure.what()));
    throw;
  }
  if (complete_ && !pictures_) throw without;
  if (!film_ && finished_) throw Failure("it sends no more pictures: its end has come");
  if (!film_ && Clock::now() - heard_.load() > most_silence)
    throw Failure("nothing has come from it for " + std::to_string(most_silence.count()) + " s");
  if (!film_ || !busy_)
    watchdog_.reset();
  else if (watchdog_)
    watchdog_->look();
  else
    watchdog_.emplace();
}

void Player::look(const std::stop_token& stop) {
  watch(stop);
  if (finished_.exchange(false) && playing_) {
    playing_ = false;
    gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
    ended_ = true;
  }
  if (gate_->astray() && exact_)
    go_to(*exact_, attempt_ + 1);
  else if (busy_ && place_ && exact_)
    go_near(*place_);
  if (busy_ || (fresh_ && !playing_)) return;
  if (std::exchange(stepped_, false) && over_) ended_ = true;
  exact_.reset();
  if (place_ && near_ && near_ != place_) {
    go_near(*place_);
  } else if (place_) {
    near_.reset();
    go_to(*std::exchange(place_, std::nullopt));
  } else if (steps_ < 0 && shown_) {
    ++steps_;
    if (*shown_ > 0 && seekable()) go_to(*shown_ - 1);
  } else if (steps_ > 0 && !over_) {
    --steps_;
    busy_ = stepped_ = true;
    gst_element_send_event(sink_, gst_event_new_step(GST_FORMAT_BUFFERS, 1, 1, TRUE, FALSE));
  } else {
    steps_ = 0;
  }
}

std::optional<Player::Picture> Player::take() {
  while (fresh_.exchange(false)) {
    GstSample* pulled = nullptr;
    if (!playing_) g_signal_emit_by_name(sink_, "try-pull-preroll", guint64{0}, &pulled);
    const bool stood = pulled;
    if (!pulled) g_signal_emit_by_name(sink_, "try-pull-sample", guint64{0}, &pulled);
    if (!pulled) return std::nullopt;
    // appsink's own sample would be in its way, were it kept.
    const Sample lent(pulled);
    Sample sample(gst_sample_new(gst_sample_get_buffer(pulled), gst_sample_get_caps(pulled),
                                 gst_sample_get_segment(pulled), nullptr));
    taken_ += stood ? 0 : 1;
    const GstSegment* const segment = gst_sample_get_segment(pulled);
    const GstClockTime pts = GST_BUFFER_PTS(gst_sample_get_buffer(pulled));
    const auto time = static_cast<std::int64_t>(gst_segment_to_stream_time(segment, GST_FORMAT_TIME, pts));
    if (doubtful_ > 0 && doubtful_-- && shown_ && time <= *shown_) continue;
    const unsigned missed = rendered_ - taken_;
    const unsigned late = missed > told_ ? missed - told_ : 0;
    told_ = missed;
    const double seconds = static_cast<double>(time) / GST_SECOND;
    if (!begin_) begin_ = seconds;
    Picture picture{std::move(sample), seconds, std::nullopt, playing_ ? late : 0, std::exchange(follows_, true)};
    shown_ = time;
    if (!film_) {
      const auto running = static_cast<GstClockTimeDiff>(gst_segment_to_running_time(segment, GST_FORMAT_TIME, pts));
      const auto now = static_cast<GstClockTimeDiff>(gst_element_get_current_running_time(pipeline_.get()));
      picture.age = static_cast<double>(now - running) / GST_SECOND;
    }
    return picture;
  }
  return std::nullopt;
}

bool Player::ended() { return std::exchange(ended_, false); }

std::optional<double> Player::duration() const {
  gint64 duration = 0;
  if (!gst_element_query_duration(pipeline_.get(), GST_FORMAT_TIME, &duration) || duration <= 0) return std::nullopt;
  return static_cast<double>(duration) / GST_SECOND;
}

bool Player::seekable() const {
  const std::unique_ptr<GstQuery, decltype(&gst_query_unref)> query(gst_query_new_seeking(GST_FORMAT_TIME),
                                                                    gst_query_unref);
  gboolean seekable = FALSE;
  if (gst_element_query(pipeline_.get(), query.get()))
    gst_query_parse_seeking(query.get(), nullptr, &seekable, nullptr, nullptr);
  return seekable;
}

const char* Player::direction() const {
  const Pad entry(gst_element_get_static_pad(sink_, "sink"));
  for (guint i = 0;; ++i) {
    const std::unique_ptr<GstEvent, decltype(&gst_event_unref)> event(
        gst_pad_get_sticky_event(entry.get(), GST_EVENT_TAG, i), gst_event_unref);
    if (!event) return "identity";
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event.get(), &tags);
    if (const char* const direction = direction_in(tags)) return direction;
  }
}

}  // namespace colorize::command
