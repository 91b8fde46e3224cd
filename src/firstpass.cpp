// SPDX-License-Identifier: LGPL-2.1-or-later
#include "firstpass.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "along.h"
#include "error.h"
#include "passfile.h"

namespace colorize {

namespace {

constexpr double no_stability = 0;  // a plain mean does not ask for it

void to_steps(const cv::Mat& plane, cv::Mat& steps) { plane.convertTo(steps, CV_16S, pass_steps); }

void from_steps(const cv::Mat& steps, cv::Mat& plane) { steps.convertTo(plane, CV_32F, 1 / pass_steps); }

/// The mean of what the frames up to one say of it, `known`, by `count` of them, and those from there on.
void meet(const cv::Mat& after, const cv::Mat& count_after, const cv::Mat& count, cv::Mat& known) {
  for (int y = 0; y < known.rows; ++y) {
    const auto *later = after.ptr<float>(y), *of_later = count_after.ptr<float>(y);
    const auto* of_before = count.ptr<std::uint16_t>(y);
    auto* steps = known.ptr<std::int16_t>(y);
    for (int x = 0; x < known.cols; ++x) {
      const float share = of_later[x] / (of_later[x] + static_cast<float>(of_before[x]));
      const auto before = static_cast<float>(steps[x]);
      steps[x] = cv::saturate_cast<std::int16_t>(before + (later[x] * static_cast<float>(pass_steps) - before) * share);
    }
  }
}

template <typename Value>
void write_bytes(std::ofstream& out, const Value* values, std::size_t count = 1) {
  out.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(count * sizeof(Value)));
}

/// Whether a file is there that no first pass has left.
bool is_something_else(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, pass_file_begin.size()> begin{};
  in.read(begin.data(), begin.size());
  return in.gcount() > 0 && begin != pass_file_begin;
}

}  // namespace

void ShotMean::forget() {
  shot_.forget();
  reference_.forget();
  known_ = Ab();
}

bool ShotMean::see(const cv::Mat& lightness, double scene_threshold) {
  shot_.see(lightness, scene_threshold);
  if (!shot_.goes_on()) {
    reference_.forget();
    known_ = Ab();
  } else if (!empty()) {
    move_along(known_.a, shot_.motion().origin(), moved_.a);
    move_along(known_.b, shot_.motion().origin(), moved_.b);
    std::swap(known_, moved_);
    reference_.follow(shot_);
  }
  return shot_.goes_on();
}

void ShotMean::take(const Ab& said) {
  if (empty()) known_ = said;
  reference_.settle(said, {}, no_stability, known_);
}

FirstPass::FirstPass(std::filesystem::path file, std::size_t most_bytes)
    : file_(std::move(file)), partial_(file_.string() + ".partial"), most_bytes_(most_bytes) {
  if (is_something_else(file_))
    throw Error(Error::Kind::settings, file_.string() + " is there, and is none of a first pass; name another one");
  std::error_code ignored;
  std::filesystem::remove(partial_, ignored);  // nothing is written through what lies there
  out_.open(partial_, std::ios::binary);
  write_bytes(out_, pass_file_begin.data(), pass_file_begin.size());
  expect_written();
}

FirstPass::~FirstPass() {
  if (!out_.is_open()) return;
  out_.close();
  std::error_code ignored;
  std::filesystem::remove(partial_, ignored);
}

void FirstPass::expect_written() const {
  if (!out_.good())
    throw Error(Error::Kind::not_found, partial_.string() + " cannot be written: " + std::strerror(errno));
}

void FirstPass::take(const cv::Mat& lightness, std::int64_t time, int interval, double scene_threshold,
                     const Ask& ask) {
  if (!out_.is_open()) throw Error(Error::Kind::settings, file_.string() + " is whole: a first pass goes once through");
  if (!kept_.empty() && kept_.back().codes.size() != lightness.size()) forget();
  const bool is_first = before_.empty();
  const bool goes_on = before_.see(lightness, scene_threshold);
  if (!goes_on) write(kept_.size());
  since_asked_ = goes_on ? (since_asked_ + 1) % interval : 0;
  Kept frame{time, !goes_on && !is_first, before_.codes().clone(), {}, {}, {}, {}, {}};
  if (since_asked_ == 0) {
    const Ab& said = ask();
    to_steps(said.a, frame.said_a);
    to_steps(said.b, frame.said_b);
    before_.take(said);
  }
  to_steps(before_.known().a, frame.a);
  to_steps(before_.known().b, frame.b);
  before_.count().convertTo(frame.count, CV_16U);
  constexpr std::size_t bytes_of_pixel = 11;
  const std::size_t bytes = bytes_of_pixel * lightness.total();
  kept_.push_back(std::move(frame));
  bytes_ += bytes;
  if (bytes_ <= most_bytes_ || kept_.size() < 2) return;
  const std::size_t written = kept_.size() / 2;
  write(written);
  bytes_ -= std::min(bytes_, written * bytes);
}

void FirstPass::write(std::size_t frames) {
  ShotMean after;
  cv::Mat lightness;
  Ab said;
  for (std::size_t i = kept_.size(); i-- > 0;) {
    Kept& frame = kept_[i];
    constexpr double no_cut = 1;
    frame.codes.convertTo(lightness, CV_32F, 1 / 2.55);
    after.see(lightness, no_cut);
    if (!frame.said_a.empty()) {
      from_steps(frame.said_a, said.a);
      from_steps(frame.said_b, said.b);
      after.take(said);
    }
    if (i >= frames || after.empty()) continue;
    meet(after.known().a, after.count(), frame.count, frame.a);
    meet(after.known().b, after.count(), frame.count, frame.b);
  }
  for (std::size_t i = 0; i < frames; ++i) {
    const Kept& frame = kept_.front();
    const PassFrame header{frame.time, static_cast<std::uint16_t>(frame.a.cols),
                           static_cast<std::uint16_t>(frame.a.rows), frame.cut ? 1U : 0U};
    write_bytes(out_, &header);
    for (const cv::Mat* plane : {&frame.a, &frame.b}) write_bytes(out_, plane->ptr<std::int16_t>(), plane->total());
    kept_.pop_front();
  }
  if (kept_.empty()) bytes_ = 0;
  expect_written();
}

void FirstPass::forget() {
  write(kept_.size());
  before_.forget();
}

void FirstPass::finish() {
  if (!out_.is_open()) return;
  forget();
  out_.close();  // may be when a network's file system says that there is no room
  expect_written();
  std::error_code error;
  std::filesystem::rename(partial_, file_, error);
  if (error) throw Error(Error::Kind::not_found, file_.string() + " cannot be written: " + error.message());
}

}  // namespace colorize
