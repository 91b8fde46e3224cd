// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "apart.h"
#include "glimpse.h"
#include "source.h"

namespace colorize::command {

/// The pictures of a film, one after the other, decoded as those of its pieces are.
class Decoding {
 public:
  /// `behind` the decoder comes this, in GStreamer's words. Throws Failure, Interrupted.
  Decoding(const std::filesystem::path& film, const std::string& behind, const Tell& tell, const std::stop_token& stop);

  ~Decoding();
  Decoding(const Decoding&) = delete;
  Decoding& operator=(const Decoding&) = delete;

  /// What the time of its pictures, from the film's beginning, is more than their stream time.
  std::int64_t delay() const { return delay_; }

  /// To be called once: lets pictures flow, from a time on.
  void begin(std::int64_t time);

  void go_to(std::int64_t time, GstSeekFlags how);

  /// The next picture; nothing at the end. Throws Failure, Interrupted.
  std::optional<Glimpse> next();

  /// Nothing where it is not known.
  std::optional<std::int64_t> duration() const;

 private:
  static void link(GstElement*, GstPad* pad, GstElement* rest);
  GstElement* add_decoder(const std::filesystem::path& film);
  std::int64_t found_delay() const;

  const std::function<void(const std::string&)> tell_decoder_;
  const std::stop_token& stop_;
  Element pipeline_ = sunk(gst_pipeline_new(nullptr));
  Source source_;
  GstPad* stream_ = nullptr;
  GstElement *into_ = nullptr, *sink_ = nullptr;
  std::int64_t delay_ = 0;
};

}  // namespace colorize::command
