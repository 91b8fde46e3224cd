// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "http.h"
#include "queuedjob.h"

namespace colorize::command {

/// The jobs of the page, done one after the other, each by a process of its own, in the thread of the main loop. Each
/// is a file in the queue's folder, written at each change of its state, so that what was not done is gone on with
/// whatever ended the program.
class Queue {
 public:
  /// Is told of the job that has changed, or is gone.
  using Listener = std::function<void(const std::string& id)>;

  /// Reads what is in the folder, and begins. Throws Failure.
  Queue(std::filesystem::path folder, Listener listener);
  /// Ends the process that runs, as an interruption does; the job goes on another time.
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Newest first.
  std::vector<const QueuedJob*> jobs() const;
  /// Throws Refusal where there is none.
  const QueuedJob& job(const std::string& id) const;

  /// Where what belongs to a job lies: pictures, a report, and results that have no other place.
  std::filesystem::path folder_of(const QueuedJob& job) const { return folder_ / job.id; }

  /// A job with all but its id, and its output where `keeps_results`. It gets copies of the pictures that say colours,
  /// since it may be made when they are others. Throws Failure.
  const QueuedJob& add(QueuedJob job, bool keeps_results, const std::vector<std::filesystem::path>& references);
  void cancel(const std::string& id);
  void again(const std::string& id);
  /// With results that lie in the queue's own folder.
  void remove(const std::string& id);

 private:
  struct Run;

  QueuedJob& find(const std::string& id);
  void save(const QueuedJob& job) const;
  void try_to_save(const QueuedJob& job) const;
  void changed(const QueuedJob& job) { listener_(job.id); }
  void go_on();
  void end(Run& run);
  void show(QueuedJob& job, const std::filesystem::path& made);
  void make_pictures();

  std::filesystem::path folder_;
  Listener listener_;
  std::map<std::string, QueuedJob> jobs_;  // by id, which is by time
  std::unique_ptr<Run> run_;
  struct Picture {
    std::string id;
    std::size_t file;
    std::filesystem::path made;
  };
  std::deque<Picture> pictures_;  // to be made
  bool makes_picture_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace colorize::command
