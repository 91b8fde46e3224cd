// SPDX-License-Identifier: LGPL-2.1-or-later
#include "player.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "film/source.h"
#include "still/metadata.h"

namespace colorize::command {

namespace {

constexpr auto most_silence = std::chrono::seconds(10);

/// A segment in which decoders leave the pictures before its start as they are. They would clip the one that is seen
/// there to the place that was sought, so that nobody knows any more when it begins, and drop all before it.
GstSegment widened(GstSegment segment) {
  if (segment.format != GST_FORMAT_TIME || segment.rate != 1) return segment;
  const guint64 by = std::min(segment.start, segment.time);
  segment.start -= by;
  segment.time -= by;
  segment.offset += by;
  return segment;
}

/// The same as it was.
GstSegment narrowed(GstSegment segment) {
  segment.start += segment.offset;
  segment.time += segment.offset;
  segment.offset = 0;
  return segment;
}

void replace_segment(GstPadProbeInfo* info, const GstSegment& segment) {
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  info->data = gst_event_new_segment(&segment);
  gst_event_set_seqnum(GST_EVENT(info->data), gst_event_get_seqnum(event));
  gst_event_unref(event);
}

/// decodebin's choice of the next element.
int select(GstElement*, GstPad*, GstCaps* caps, GstElementFactory* factory, void*) {
  enum { try_it, expose, skip };  // GstAutoplugSelectResult, which no header has
  const bool parser = gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_PARSER);
  return parser && is_for_decoder_alone(caps) ? skip : try_it;
}

/// Sound is not even decoded.
gboolean is_to_be_taken_apart(GstElement*, GstPad*, GstCaps* caps, void*) {
  const std::string_view kind = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  return !kind.starts_with("audio/");
}

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

Player::Player(const std::string& uri, bool live, std::function<void()> wake) : live_(live), wake_(std::move(wake)) {
  GstElement* const reader = add(pipeline_.get(), "uridecodebin");
  sink_ = add(pipeline_.get(), "appsink");
  // A camera's pictures are shown as they come, without the latency that a clock would ask for.
  g_object_set(sink_, "sync", !live, "qos", !live, "max-buffers", 1, "drop", TRUE, "emit-signals", TRUE,
               "enable-last-sample", FALSE, nullptr);
  const Caps raw(gst_caps_new_empty_simple("video/x-raw"));
  g_object_set(reader, "uri", uri.c_str(), "caps", raw.get(), nullptr);
  g_signal_connect(reader, "autoplug-select", G_CALLBACK(select), nullptr);
  g_signal_connect(reader, "autoplug-continue", G_CALLBACK(is_to_be_taken_apart), nullptr);
  g_signal_connect(reader, "deep-element-added", G_CALLBACK(take_part), this);
  g_signal_connect(reader, "source-setup", G_CALLBACK(set_up_source), this);
  g_signal_connect(reader, "pad-added", G_CALLBACK(link), this);
  g_signal_connect(reader, "no-more-pads", G_CALLBACK(fill), this);
  g_signal_connect(sink_, "new-preroll", G_CALLBACK(stand), this);
  g_signal_connect(sink_, "new-sample", G_CALLBACK(come), this);
  gst_segment_init(&segment_, GST_FORMAT_UNDEFINED);
  const Pad entry(gst_element_get_static_pad(sink_, "sink"));
  constexpr int all = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH;
  gst_pad_add_probe(entry.get(), static_cast<GstPadProbeType>(all), gate, this, nullptr);
  const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  gst_bus_set_sync_handler(bus.get(), hear, this, nullptr);
  playing_ = live;
  gst_element_set_state(pipeline_.get(), live ? GST_STATE_PLAYING : GST_STATE_PAUSED);
}

Player::~Player() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

void Player::take_part(GstBin*, GstBin*, GstElement* element, Player*) {
  GstElementFactory* const factory = gst_element_get_factory(element);
  if (!factory || !gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_DECODER)) return;
  if (const Pad entry(gst_element_get_static_pad(element, "sink")); entry)
    gst_pad_add_probe(entry.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, widen, nullptr, nullptr);
}

void Player::set_up_source(GstElement*, GstElement* source, Player*) {
  if (!g_object_class_find_property(G_OBJECT_GET_CLASS(source), "drop-on-latency")) return;  // it is not rtspsrc
  g_object_set(source, "latency", 200, "drop-on-latency", TRUE, nullptr);
}

void Player::link(GstElement*, GstPad* pad, Player* self) {
  const Caps caps(gst_pad_get_current_caps(pad));
  const bool pictures = caps && gst_structure_has_name(gst_caps_get_structure(caps.get(), 0), "video/x-raw");
  (pictures ? self->pictures_ : self->others_) = true;
  const Pad entry(gst_element_get_static_pad(self->sink_, "sink"));
  if (pictures && !gst_pad_is_linked(entry.get())) gst_pad_link(pad, entry.get());
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
  if (type == GST_MESSAGE_QOS) ++self.skipped_;
  if (type == GST_MESSAGE_EOS) self.finished_ = true;
  const bool counts = type == GST_MESSAGE_ERROR || type == GST_MESSAGE_ELEMENT;
  if (counts || type == GST_MESSAGE_EOS) self.wake_();
  return counts ? GST_BUS_PASS : GST_BUS_DROP;
}

GstPadProbeReturn Player::widen(GstPad*, GstPadProbeInfo* info, void*) {
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_SEGMENT) return GST_PAD_PROBE_OK;
  GstSegment segment;
  gst_event_copy_segment(event, &segment);
  replace_segment(info, widened(segment));
  return GST_PAD_PROBE_OK;
}

/// Lets the picture pass that is seen at the wanted time, and all after it.
GstPadProbeReturn Player::gate(GstPad* pad, GstPadProbeInfo* info, void* data) {
  auto& self = *static_cast<Player*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer* const buffer = gst_pad_probe_info_get_buffer(info);
    {
      const std::lock_guard lock(self.mutex_);
      if (!self.wanted_) return GST_PAD_PROBE_OK;
      guint64 time = 0;
      const bool known =
          gst_segment_to_stream_time_full(&self.segment_, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer), &time) == 1;
      if (known && static_cast<std::int64_t>(time) <= *self.wanted_) {
        self.held_.reset(gst_buffer_ref(buffer));  // if the next one comes too late, this is it
        return GST_PAD_PROBE_DROP;
      }
    }
    self.let_go(pad, buffer);
    return GST_PAD_PROBE_OK;
  }
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_FLUSH_STOP: {
      const std::lock_guard lock(self.mutex_);
      self.held_.reset();
      self.wanted_ = std::exchange(self.asked_, std::nullopt);
      self.over_ = false;
      return GST_PAD_PROBE_OK;
    }
    case GST_EVENT_SEGMENT: {
      const std::lock_guard lock(self.mutex_);
      gst_event_copy_segment(event, &self.segment_);
      if (self.segment_.offset) replace_segment(info, narrowed(self.segment_));
      self.segment_ = widened(self.segment_);
      return GST_PAD_PROBE_OK;
    }
    case GST_EVENT_EOS:
      self.let_go(pad);
      if (GST_PAD_IS_FLUSHING(pad)) return GST_PAD_PROBE_OK;  // something else is wanted by now
      self.over_ = true;
      self.busy_ = false;
      self.wake_();
      return GST_PAD_PROBE_OK;
    default:
      return GST_PAD_PROBE_OK;
  }
}

/// What was held back passes, and all that comes from now on. The sink counts time from there.
void Player::let_go(GstPad* pad, GstBuffer* next) {
  std::unique_lock lock(mutex_);
  if (!std::exchange(wanted_, std::nullopt)) return;
  Buffer held = std::move(held_);
  GstSegment segment = segment_;
  lock.unlock();
  GstBuffer* const first = held ? held.get() : next;
  if (first && GST_BUFFER_PTS_IS_VALID(first)) {
    // Running time begins with it; a step counts on that, too.
    segment.time = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, GST_BUFFER_PTS(first));
    segment.start = GST_BUFFER_PTS(first);
    segment.offset = 0;
    gst_pad_send_event(pad, gst_event_new_segment(&segment));
  }
  if (held) gst_pad_chain(pad, held.release());
}

void Player::play() {
  if (playing_) return;
  if (over_) go_to(0);
  playing_ = true;
  finished_ = false;
  doubtful_ = 2;
  told_ = rendered_ - taken_;
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

void Player::pause() {
  if (!playing_) return;
  playing_ = false;
  if (live_) return;  // it goes on, and nobody looks
  busy_ = true;       // until the next picture stands there
  gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
  if (over_) busy_ = false;
}

void Player::seek(double seconds) {
  if (live_ || !std::isfinite(seconds)) return;
  constexpr double rounding = 0.001;  // of who asks
  const double last = duration().value_or(1e9);
  place_ = std::llround((std::clamp(seconds, 0.0, last) + rounding) * GST_SECOND);
  steps_ = 0;
}

void Player::step(int frames) {
  if (live_) return;
  pause();
  steps_ += frames < 0 ? -1 : 1;
}

/// To the picture that is seen at `time`, or to the keyframe that is nearest. Where it must not be a later one,
/// `early`: demuxers round.
void Player::go_to(std::int64_t time, Haste haste) {
  const bool by_keyframe = haste == Haste::keyframe;
  {
    const std::lock_guard lock(mutex_);
    asked_ = by_keyframe ? std::nullopt : std::optional(time);
  }
  exact_ = haste == Haste::none;
  busy_ = true;
  fresh_ = false;
  follows_ = false;
  shown_.reset();
  doubtful_ = 0;
  const int how = by_keyframe ? GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_NEAREST : GST_SEEK_FLAG_ACCURATE;
  const std::int64_t from = haste == Haste::early ? std::max<std::int64_t>(0, time - 100 * GST_MSECOND) : time;
  const bool goes = gst_element_seek_simple(pipeline_.get(), GST_FORMAT_TIME,
                                            static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | how), from);
  told_ = rendered_ - taken_;
  if (goes) return;
  const std::lock_guard lock(mutex_);
  asked_.reset();
  busy_ = false;
}

void Player::watch(const std::stop_token& stop) {
  const Failure without("has no pictures that can be decoded here");
  try {
    check(pipeline_.get(), stop);
  } catch (const Failure& failure) {
    if (others_ && !pictures_) throw without;  // that sound goes nowhere is no reason
    if (live_ && rendered_) throw Failure(std::string("it sends no more pictures: ") + failure.what());
    throw;
  }
  if (complete_ && !pictures_) throw without;
  if (live_ && finished_) throw Failure("it sends no more pictures: its end has come");
  if (live_ && Clock::now() - heard_.load() > most_silence)
    throw Failure("nothing has come from it for " + std::to_string(most_silence.count()) + " s");
  if (live_ || !busy_)
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
  if (busy_ && place_ && exact_) {
    near_ = place_;
    go_to(*place_, Haste::keyframe);
  }
  if (busy_ || (fresh_ && !playing_)) return;
  if (std::exchange(stepped_, false) && over_) ended_ = true;
  if (place_ && near_ && near_ != place_) {
    near_ = place_;
    go_to(*place_, Haste::keyframe);
  } else if (place_) {
    near_.reset();
    go_to(*std::exchange(place_, std::nullopt));
  } else if (steps_ < 0 && shown_) {
    ++steps_;
    if (*shown_ > 0) go_to(*shown_ - 1, Haste::early);
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
    Sample sample(pulled);
    taken_ += stood ? 0 : 1;
    const GstSegment* const segment = gst_sample_get_segment(pulled);
    const GstClockTime pts = GST_BUFFER_PTS(gst_sample_get_buffer(pulled));
    const auto time = static_cast<std::int64_t>(gst_segment_to_stream_time(segment, GST_FORMAT_TIME, pts));
    if (doubtful_ > 0 && doubtful_-- && shown_ && time <= *shown_) continue;
    const unsigned missed = rendered_ - taken_;
    const unsigned late = skipped_.exchange(0) + (missed > told_ ? missed - told_ : 0);
    told_ = missed;
    Picture picture{std::move(sample), static_cast<double>(time) / GST_SECOND, std::nullopt, playing_ ? late : 0,
                    std::exchange(follows_, true)};
    shown_ = time;
    if (live_) {
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
