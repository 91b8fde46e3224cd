// SPDX-License-Identifier: LGPL-2.1-or-later
#include <atomic>
#include <future>
#include <stdexcept>

#include "check.h"
#include "worker.h"

using colorize::Ab, colorize::Worker;

/// A network that runs as long as it is told to, and answers with what it is asked about.
struct Gate {
  std::atomic<int> entered = 0, left = 0, may_leave = 0;

  void operator()(const cv::Mat& lightness, const colorize::Hints&, Ab& ab) {
    const int mine = ++entered;
    while (may_leave < mine) std::this_thread::yield();
    ++left;
    if (lightness.at<float>(0, 0) < 0) throw std::runtime_error("a network's fault");
    lightness.copyTo(ab.a);
    lightness.copyTo(ab.b);
  }
  void wait_for_entry(int number) const {
    while (entered < number) std::this_thread::yield();
  }
};

static cv::Mat picture(float value) { return {2, 3, CV_32F, cv::Scalar(value)}; }

static const Worker::Answer* wait(Worker& worker) {
  const Worker::Answer* answer = nullptr;
  while (!(answer = worker.take())) std::this_thread::yield();
  return answer;
}

static void test_an_answer_is_taken_once_and_is_about_its_question() {
  Gate gate;
  Worker worker(std::ref(gate));
  g_assert_null(worker.take());
  for (int i = 1; i <= 20; ++i) {
    cv::Mat asked = picture(static_cast<float>(i));
    while (!worker.ask(asked, i)) std::this_thread::yield();
    asked = 99.0;  // the caller's next frame
    gate.may_leave = i;
    const Worker::Answer* answer = wait(worker);
    g_assert_cmpint(answer->number, ==, i);
    expect(answer->ab.a.at<float>(1, 2) == static_cast<float>(i), "answer %d is %g", i, answer->ab.a.at<float>(1, 2));
    g_assert_cmpfloat(answer->milliseconds, >=, 0);
    g_assert_null(worker.take());
  }
}

static void test_nothing_is_asked_while_one_is_running_or_waits_to_be_taken() {
  Gate gate;
  Worker worker(std::ref(gate));
  g_assert_true(worker.ask(picture(1), 1));
  gate.wait_for_entry(1);
  g_assert_false(worker.ask(picture(2), 2));
  gate.may_leave = 1;
  while (gate.left < 1) std::this_thread::yield();
  g_assert_false(worker.ask(picture(3), 3));  // running still, or answered
  g_assert_cmpint(wait(worker)->number, ==, 1);
  g_assert_true(worker.ask(picture(4), 4));
  gate.may_leave = 2;
  g_assert_cmpint(wait(worker)->number, ==, 4);
  g_assert_cmpint(gate.entered, ==, 2);
}

/// Questions come faster than the thread awakes: each is about the newest or was not taken, and none waits behind.
static void test_the_newest_question_wins() {
  Gate gate;
  gate.may_leave = 1'000'000;
  Worker worker(std::ref(gate));
  int last_taken = 0, answers = 0;
  for (int i = 1; answers < 100; ++i) {
    if (worker.ask(picture(static_cast<float>(i)), i)) last_taken = i;
    if (const auto* answer = worker.take()) {
      ++answers;
      expect(answer->number == last_taken, "the answer is about %ld, the newest question was %d",
             static_cast<long>(answer->number), last_taken);
      expect(answer->ab.a.at<float>(0, 0) == static_cast<float>(answer->number), "a mixture of questions");
    }
  }
}

static void test_what_is_forgotten_gives_no_answer() {
  Gate gate;
  Worker worker(std::ref(gate));
  g_assert_true(worker.ask(picture(-1), 1));  // not even its error
  gate.wait_for_entry(1);
  worker.forget();
  worker.forget();
  g_assert_false(worker.ask(picture(2), 2));
  gate.may_leave = 1;
  while (!worker.ask(picture(2), 2)) g_assert_null(worker.take());
  gate.may_leave = 2;
  g_assert_cmpint(wait(worker)->number, ==, 2);

  g_assert_true(worker.ask(picture(3), 3));  // one that is answered and not taken
  gate.may_leave = 3;
  while (gate.left < 3) std::this_thread::yield();
  worker.forget();
  while (!worker.ask(picture(4), 4)) g_assert_null(worker.take());
  gate.may_leave = 4;
  g_assert_cmpint(wait(worker)->number, ==, 4);
}

static void test_a_fault_is_thrown_to_who_takes_and_the_next_question_is_answered() {
  Gate gate;
  gate.may_leave = 2;
  Worker worker(std::ref(gate));
  g_assert_true(worker.ask(picture(-5), 1));
  std::string said;
  while (said.empty()) try {
      worker.take();
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
  g_assert_cmpstr(said.c_str(), ==, "a network's fault");
  g_assert_null(worker.take());
  g_assert_true(worker.ask(picture(6), 2));
  g_assert_cmpint(wait(worker)->number, ==, 2);
}

/// At most the one that is running is waited for; what was only asked is not begun.
static void test_the_end_waits_for_what_is_running_alone() {
  Gate gate;
  { Worker never(std::ref(gate)); }
  g_assert_cmpint(gate.entered, ==, 0);
  auto worker = std::make_unique<Worker>(std::ref(gate));
  g_assert_true(worker->ask(picture(1), 1));
  gate.wait_for_entry(1);
  auto ended = std::async(std::launch::async, [&] { worker.reset(); });
  g_assert_true(ended.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
  gate.may_leave = 1;
  ended.wait();
  g_assert_cmpint(gate.left, ==, 1);
  for (int i = 0; i < 200; ++i) {  // at any moment of its life
    gate.may_leave = 1'000'000;
    Worker brief(std::ref(gate));
    brief.ask(picture(1), i);
    if (i % 3 == 0) brief.forget();
    if (i % 3 == 1) brief.take();
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/worker/an-answer-is-taken-once-and-is-about-its-question",
                  test_an_answer_is_taken_once_and_is_about_its_question);
  g_test_add_func("/worker/nothing-is-asked-while-one-is-running",
                  test_nothing_is_asked_while_one_is_running_or_waits_to_be_taken);
  g_test_add_func("/worker/the-newest-question-wins", test_the_newest_question_wins);
  g_test_add_func("/worker/what-is-forgotten-gives-no-answer", test_what_is_forgotten_gives_no_answer);
  g_test_add_func("/worker/a-fault-is-thrown-to-who-takes",
                  test_a_fault_is_thrown_to_who_takes_and_the_next_question_is_answered);
  g_test_add_func("/worker/the-end-waits-for-what-is-running-alone", test_the_end_waits_for_what_is_running_alone);
  return g_test_run();
}
