// SPDX-License-Identifier: LGPL-2.1-or-later
#include "queue.h"

#include <algorithm>
#include <csignal>
#include <thread>

#include "file.h"
#include "film/workfolder.h"
#include "process.h"

namespace fs = std::filesystem;

namespace colorize::command {

namespace {

/// How long a process may take to its end that was asked for, milliseconds; the one on a film ends its frame.
constexpr guint patience = 10000;
constexpr guint longest_picture = 60000;  // milliseconds

std::string new_id(const std::map<std::string, QueuedJob>& jobs) {
  const std::unique_ptr<GDateTime, decltype(&g_date_time_unref)> now(g_date_time_new_now_local(), g_date_time_unref);
  const Owned<gchar> time(g_date_time_format(now.get(), "%Y%m%d-%H%M%S"));
  for (int number = 1;; ++number) {
    const std::string id = std::string(time.get()) + "-" + std::to_string(1000 + number).substr(1);
    if (!jobs.contains(id)) return id;
  }
}

/// Calls `take` with each line that a process says, and with none at the end.
void read_lines(GDataInputStream* stream, std::function<void(const char* line)> take) {
  struct Reader {
    std::function<void(const char*)> take;
    static void got(GObject* from, GAsyncResult* result, gpointer data) {
      const std::unique_ptr<Reader> reader(static_cast<Reader*>(data));
      const Owned<gchar> line(
          g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(from), result, nullptr, nullptr));
      reader->take(line.get());
      if (line) read_lines(G_DATA_INPUT_STREAM(from), std::move(reader->take));
    }
  };
  g_data_input_stream_read_line_async(stream, G_PRIORITY_DEFAULT, nullptr, Reader::got, new Reader{std::move(take)});
}

Object<GDataInputStream> lines_of(GInputStream* stream) {
  return Object<GDataInputStream>(g_data_input_stream_new(stream));
}

}  // namespace

/// The process on one job. What it says comes in the main loop, and may do so after the queue is gone.
struct Queue::Run {
  std::string id;
  Object<GSubprocess> process;
  Object<GDataInputStream> output, errors;
  std::string last_words;  ///< on its error output
  int open = 2;            ///< of the two
  bool cancelled = false;
};

Queue::Queue(fs::path folder, Listener listener) : folder_(std::move(folder)), listener_(std::move(listener)) {
  fs::create_directories(folder_);
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().extension() != ".json") continue;
    try {
      QueuedJob job = saved_job(read_file(entry.path()));
      if (job.state == QueuedJob::State::running) job.state = QueuedJob::State::waiting;
      jobs_.emplace(job.id, std::move(job));
    } catch (const std::exception& error) {
      g_printerr("gst-colorize: the job in %s is left alone: %s\n", entry.path().c_str(), error.what());
    }
  }
  go_on();
}

Queue::~Queue() {
  *alive_ = false;
  if (!run_) return;
  g_subprocess_send_signal(run_->process.get(), SIGTERM);
  std::jthread killer([process = share(run_->process.get())](const std::stop_token& stop) {
    for (guint waited = 0; waited < patience; waited += 50) {
      if (stop.stop_requested()) return;
      g_usleep(50000);
    }
    g_subprocess_force_exit(process.get());
  });
  g_subprocess_wait(run_->process.get(), nullptr, nullptr);
}

std::vector<const QueuedJob*> Queue::jobs() const {
  std::vector<const QueuedJob*> jobs;
  for (const auto& [id, job] : jobs_) jobs.push_back(&job);
  std::ranges::reverse(jobs);
  return jobs;
}

QueuedJob& Queue::find(const std::string& id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) throw Refusal(SOUP_STATUS_NOT_FOUND, "there is no such job");
  return found->second;
}

const QueuedJob& Queue::job(const std::string& id) const { return const_cast<Queue*>(this)->find(id); }

void Queue::save(const QueuedJob& job) const { write_text(folder_ / (job.id + ".json"), saved(job)); }

/// Where nobody can be told otherwise: the work goes on, also when the disk is full.
void Queue::try_to_save(const QueuedJob& job) const try { save(job); } catch (const std::exception& error) {
  g_printerr("gst-colorize: %s\n", error.what());
}

const QueuedJob& Queue::add(QueuedJob job, bool keeps_results, const std::vector<fs::path>& references) {
  job.id = new_id(jobs_);
  const fs::path own = folder_of(job);
  job.references = static_cast<int>(references.size());
  try {
    fs::create_directories(own / "pictures");
    if (keeps_results) fs::create_directories(job.output = own / "results");
    if (!references.empty()) fs::create_directories(QueuedJob::references_in(own));
    for (const fs::path& picture : references)
      fs::copy_file(picture, QueuedJob::references_in(own) / picture.filename());
    save(job);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(own, ignored);
    throw;
  }
  const QueuedJob& added = jobs_.emplace(job.id, std::move(job)).first->second;
  changed(added);
  go_on();
  return added;
}

void Queue::cancel(const std::string& id) {
  QueuedJob& job = find(id);
  if (job.is_over()) return;
  if (run_ && run_->id == id) {
    if (run_->cancelled) return;
    run_->cancelled = true;
    g_subprocess_send_signal(run_->process.get(), SIGTERM);
    end_within(run_->process.get(), patience);
    return;
  }
  job.state = QueuedJob::State::cancelled;
  try_to_save(job);
  changed(job);
}

void Queue::again(const std::string& id) {
  QueuedJob& job = find(id);
  if (!job.is_over()) return;
  job.state = QueuedJob::State::waiting;
  job.text.clear();
  try_to_save(job);
  changed(job);
  go_on();
}

void Queue::remove(const std::string& id) {
  const QueuedJob& job = find(id);
  if (run_ && run_->id == id) throw Refusal(SOUP_STATUS_CONFLICT, "the job runs; cancel it first");
  std::error_code ignored;
  fs::remove(folder_ / (id + ".json"), ignored);
  fs::remove_all(folder_of(job), ignored);
  jobs_.erase(id);
  listener_(id);
}

void Queue::go_on() {
  if (run_) return;
  const auto next =
      std::ranges::find_if(jobs_, [](const auto& entry) { return entry.second.state == QueuedJob::State::waiting; });
  if (next == jobs_.end()) return;
  QueuedJob& job = next->second;
  auto run = std::make_unique<Run>();
  run->id = job.id;
  try {
    run->process = begin_process(job.arguments(folder_of(job)), SIGTERM,
                                 G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  } catch (const Failure& failure) {
    job.state = QueuedJob::State::failed;
    job.text = failure.what();
    try_to_save(job);
    changed(job);
    return go_on();
  }
  job.state = QueuedJob::State::running;
  job.begun = true;
  job.left_alone.clear();
  job.share = 0;
  try_to_save(job);
  changed(job);
  run->output = lines_of(g_subprocess_get_stdout_pipe(run->process.get()));
  run->errors = lines_of(g_subprocess_get_stderr_pipe(run->process.get()));
  run_ = std::move(run);
  read_lines(run_->output.get(), [this, alive = alive_](const char* line) {
    if (!*alive) return;
    QueuedJob& running = find(run_->id);
    if (!line) return end(*run_);
    if (running.task == "evaluate") return;  // a table, which the report has too
    try {
      if (const auto made = hear(running, line)) show(running, *made);
    } catch (const std::exception& error) {
      run_->last_words = std::string("what it says is not understood: ") + error.what();
    }
    changed(running);
  });
  read_lines(run_->errors.get(), [this, alive = alive_](const char* line) {
    if (!*alive) return;
    if (!line) return end(*run_);
    if (g_str_has_prefix(line, "gst-colorize"))
      run_->last_words = line;  // others than the command say more than a user wants
  });
}

void Queue::end(Run& run) {
  if (--run.open > 0) return;
  const auto done = [](GObject* process, GAsyncResult* result, gpointer data) {
    const std::unique_ptr<std::pair<Queue*, std::shared_ptr<bool>>> self(
        static_cast<std::pair<Queue*, std::shared_ptr<bool>>*>(data));
    g_subprocess_wait_finish(G_SUBPROCESS(process), result, nullptr);
    if (!*self->second) return;
    Queue& queue = *self->first;
    const auto run = std::move(queue.run_);
    QueuedJob& job = queue.find(run->id);
    const bool exited = g_subprocess_get_if_exited(G_SUBPROCESS(process));
    const int status = exited ? g_subprocess_get_exit_status(G_SUBPROCESS(process)) : -1;
    job.state = run->cancelled ? QueuedJob::State::cancelled
                : status == 0  ? QueuedJob::State::done
                               : QueuedJob::State::failed;
    if (job.state == QueuedJob::State::failed) {
      job.text = run->last_words;
      if (!exited)
        job.text =
            std::string("was ended by the signal ") + g_strsignal(g_subprocess_get_term_sig(G_SUBPROCESS(process)));
    }
    for (QueuedFile& file : job.files)
      if (file.state == "running") file.state = run->cancelled ? "interrupted" : "failed";
    job.remaining.reset();
    queue.try_to_save(job);
    queue.changed(job);
    queue.go_on();
  };
  g_subprocess_wait_async(run.process.get(), nullptr, done, new std::pair(this, alive_));
}

void Queue::show(QueuedJob& job, const fs::path& made) {
  const auto file = std::ranges::find(job.files, "running", &QueuedFile::state);
  const auto done = std::ranges::find(job.files, made, &QueuedFile::result);
  const auto of = done != job.files.end() ? done : file;
  if (of == job.files.end()) return;
  pictures_.push_back({job.id, static_cast<std::size_t>(of - job.files.begin()), made});
  make_pictures();
}

void Queue::make_pictures() {
  if (makes_picture_ || pictures_.empty()) return;
  Picture next = std::move(pictures_.front());
  pictures_.pop_front();
  const auto found = jobs_.find(next.id);
  if (found == jobs_.end()) return make_pictures();
  const int number = found->second.pictures++;
  const fs::path picture = folder_of(found->second) / "pictures" / (std::to_string(number) + ".jpg");
  Object<GSubprocess> process;
  try {
    process = begin_process({"--thumbnail", next.made.string(), picture.string()}, SIGKILL,
                            G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  } catch (const Failure&) {
    return;  // the job is not less for it
  }
  end_within(process.get(), longest_picture);
  makes_picture_ = true;
  struct Making {
    Queue* queue;
    std::shared_ptr<bool> alive;
    Picture picture;
    int number;
  };
  const auto done = [](GObject* from, GAsyncResult* result, gpointer data) {
    const std::unique_ptr<Making> making(static_cast<Making*>(data));
    const bool made = g_subprocess_wait_check_finish(G_SUBPROCESS(from), result, nullptr);
    if (!*making->alive) return;
    Queue& queue = *making->queue;
    queue.makes_picture_ = false;
    const auto job = queue.jobs_.find(making->picture.id);
    if (made && job != queue.jobs_.end() && making->picture.file < job->second.files.size()) {
      job->second.files[making->picture.file].pictures.push_back(making->number);
      if (job->second.is_over()) queue.try_to_save(job->second);
      queue.changed(job->second);
    }
    queue.make_pictures();
  };
  g_subprocess_wait_check_async(process.get(), nullptr, done, new Making{this, alive_, std::move(next), number});
}

}  // namespace colorize::command
