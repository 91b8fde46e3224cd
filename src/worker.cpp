// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker.h"

#include <utility>

#include "stopwatch.h"

namespace colorize {

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::ended;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Worker::ask(const cv::Mat& lightness, std::int64_t number, const Hints& hints, const Hints& known) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::idle && state_ != State::asked) return false;
    lightness.copyTo(slot_.lightness);
    slot_.hints = {hints.ab, hints.confidence.clone()};
    slot_.known = {known.ab, known.confidence.clone()};
    slot_.number = number;
    state_ = State::asked;
  }
  changed_.notify_one();
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  return true;
}

const Worker::Answer* Worker::take() {
  const std::lock_guard lock(mutex_);
  if (state_ != State::answered) return nullptr;
  state_ = State::idle;
  if (slot_.error) std::rethrow_exception(std::exchange(slot_.error, nullptr));
  return &slot_;
}

void Worker::forget() {
  const std::lock_guard lock(mutex_);
  if (state_ == State::running || state_ == State::dropped) {
    state_ = State::dropped;
  } else {
    state_ = State::idle;
    slot_.error = nullptr;
  }
}

void Worker::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return state_ == State::asked || state_ == State::ended; });
    if (state_ == State::ended) return;
    state_ = State::running;
    lock.unlock();
    std::exception_ptr error;
    const Stopwatch watch;
    try {
      predict_(slot_.lightness, slot_.known, slot_.ab);
      if (!slot_.hints.empty()) predict_(slot_.lightness, slot_.hints, slot_.hinted);
    } catch (...) {
      error = std::current_exception();
    }
    const double milliseconds = 1000 * watch.seconds();
    lock.lock();
    if (state_ == State::running) {
      state_ = State::answered;
      slot_.milliseconds = milliseconds;
      slot_.error = std::move(error);
    } else if (state_ == State::dropped) {
      state_ = State::idle;
    }
  }
}

}  // namespace colorize
