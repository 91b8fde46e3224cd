// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <opencv2/core.hpp>
#include <thread>

#include "ab.h"
#include "hints.h"

namespace colorize {

/// Has a network run beside the frames: a thread of its own, and one slot, in which the newest question wins.
///
/// The slot's states, of which `ask`, `take` and `forget` begin or end some and the thread the others:
///
///     idle --ask--> asked --thread--> running --thread--> answered --take--> idle
///                   asked --ask--> asked, about the newer picture
///     asked, answered --forget--> idle
///     running --forget--> dropped --thread--> idle
///
/// Ownership: what is asked is copied in; while it is running the planes are the thread's, and in every other state
/// those of whoever calls. `predict` is called by the thread alone. It starts at the first question, so that a worker
/// that is never asked costs nothing.
///
/// Order of an end: whoever asks has ended before; then the destructor drops what is asked and waits for what is
/// running, one inference at most. `forget` waits for nothing: what it drops may still run when it returns, and until
/// it is through no question is taken.
class Worker {
 public:
  using Predict = std::function<void(const cv::Mat& lightness, const Hints& hints, Ab& ab)>;

  struct Answer {
    cv::Mat lightness;         ///< that was asked about
    Hints known;               ///< of its colour, or nothing
    Hints hints;               ///< that were given beside that, with it in their planes, or none
    Ab ab;                     ///< what the network says without them
    Ab hinted;                 ///< and with them
    std::int64_t number = 0;   ///< the question's
    double milliseconds = 0;   ///< that it took
    std::exception_ptr error;  ///< in the place of `ab`
  };

  explicit Worker(Predict predict) : predict_(std::move(predict)) {}
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Asks for the colour of a picture that the caller knows by `number`. Returns false, and takes nothing, while
  /// another one is running or its answer waits to be taken.
  bool ask(const cv::Mat& lightness, std::int64_t number, const Hints& hints = {}, const Hints& known = {});

  /// The answer that is there, valid until the next `ask`, or null. Throws what `predict` threw.
  const Answer* take();

  /// What was asked before is of no use: no answer to it will be taken.
  void forget();

 private:
  enum class State { idle, asked, running, dropped, answered, ended };

  void work();

  const Predict predict_;
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::idle;
  Answer slot_;
  std::thread thread_;
};

}  // namespace colorize
