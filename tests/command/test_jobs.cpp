// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <unistd.h>

#include "../engine/check.h"
#include "batch/jobs.h"

namespace fs = std::filesystem;
using colorize::command::Choices, colorize::command::Job, colorize::command::JobList, colorize::command::Options;

// As much of a file as tells what it is.
static const std::string picture("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x08\0\0\0\x08\x08\0\0\0\0", 29);
static const std::string film =
    std::string("\x1A\x45\xDF\xA3\x93\x42\x82\x88matroska\x42\x87\x81\4\x42\x85\x81\2", 24) +
    std::string("\x18\x53\x80\x67\xFF", 5) + std::string(100, '\0');
static const std::string flash("FLV\1\5\0\0\0\x09\0\0\0\0\x09\0\0", 16);  // which is only read here

static Options options_for(std::vector<fs::path> inputs) {
  Options options;
  options.inputs = std::move(inputs);
  return options;
}

static void expect_result(const Job& job, const fs::path& output) {
  expect(job.output == output && job.problem.empty(), "%s -> %s instead of %s: %s", job.input.c_str(),
         job.output.c_str(), output.c_str(), job.problem.c_str());
}

static void expect_problem(const Job& job, const std::vector<std::string>& words) {
  for (const auto& word : words)
    expect(job.problem.find(word) != std::string::npos, "%s: '%s' is not in: %s", job.input.c_str(), word.c_str(),
           job.problem.c_str());
}

static void test_results_beside_their_inputs() {
  const TemporaryFolder folder;
  const fs::path still = folder.write("a b.c.png", picture), moving = folder.write("film.MKV", film);
  Options options = options_for({still, moving});
  const auto expect_names = [&](const char* kind) {
    const JobList list = jobs_of(options);
    expect(list.jobs.size() == 2 && list.left_alone == 0, "%zu jobs", list.jobs.size());
    expect_result(list.jobs.at(0), folder.path / (std::string("a b.c.") + kind + ".png"));
    expect_result(list.jobs.at(1), folder.path / (std::string("film.") + kind + ".MKV"));
    expect(list.jobs[0].still && !list.jobs[1].still, "a photograph and a film");
    expect(list.jobs[0].number == 1 && list.jobs[1].number == 2 && list.jobs[0].asked_for, "their numbers");
  };
  expect_names("colour");
  options.choices.compare = Choices::Compare::side_by_side;
  expect_names("compare");
  options.choices = {};
  options.choices.to_gray = true;
  expect_names("gray");
}

static void test_a_film_goes_where_it_can_be_written() {
  const TemporaryFolder folder;
  Options options = options_for({folder.write("film.flv", flash), folder.write("picture.flv", picture)});
  expect_result(jobs_of(options).jobs.at(0), folder.path / "film.colour.mkv");
  expect_result(jobs_of(options).jobs.at(1), folder.path / "picture.colour.flv");
  options.output_dir = folder.path / "out";
  expect_result(jobs_of(options).jobs.at(0), folder.path / "out/film.mkv");
  // A name that the user chose is not changed; it is refused when its turn comes.
  options = options_for({folder.path / "film.flv"});
  options.output = "my.flv";
  expect_result(jobs_of(options).jobs.at(0), "my.flv");
}

static void test_a_folder_is_mirrored() {
  const TemporaryFolder folder;
  for (const char* name :
       {"in/z.png", "in/a/b.png", "in/a.b/c.png", "in/seen.colour.png", ".hidden.png", "in/.h/c.png"})
    folder.write(name, picture);
  folder.write("in/notes.txt", "no picture");
  folder.write("in/empty.mkv", "");
  fs::create_symlink("z.png", folder.path / "in/link.png");
  fs::create_symlink("nowhere", folder.path / "in/dangling.png");
  fs::create_symlink("..", folder.path / "in/up");
  fs::create_symlink("loop.png", folder.path / "in/loop.png");

  Options options = options_for({folder.path / "in"});
  JobList list = jobs_of(options);
  g_assert_cmpuint(list.left_alone, ==, 3);
  g_assert_cmpuint(list.jobs.size(), ==, 4);
  const char* const names[] = {"a/b", "a.b/c", "link", "z"};
  for (std::size_t i = 0; i < list.jobs.size() && i < 4; ++i) {
    expect_result(list.jobs[i], folder.path / "in" / (std::string(names[i]) + ".colour.png"));
    expect(!list.jobs[i].asked_for && list.jobs[i].number == i + 1, "%zu: its number", i);
  }

  // Results that go into a folder have the names of what is there, and none of them is read again.
  options.output_dir = folder.path / "in/out";
  folder.write("in/out/z.png", picture);
  list = jobs_of(options);
  g_assert_cmpuint(list.left_alone, ==, 2);
  g_assert_cmpuint(list.jobs.size(), ==, 5);
  for (const Job& job : list.jobs)
    expect_result(job, *options.output_dir / job.input.lexically_relative(folder.path / "in"));
}

static void test_nothing_that_is_read_is_replaced() {
  const TemporaryFolder folder;
  const fs::path one = folder.write("a.png", picture), other = folder.write("a.colour.png", picture);
  const fs::path hard = folder.path / "hard.png", link = folder.path / "link.png", far = folder.path / "far.png";
  fs::create_hard_link(one, hard);
  fs::create_symlink(one, link);
  fs::create_symlink("new.png", far);
  for (const fs::path& output : {one, folder.path / "." / "none" / ".." / "a.png", hard, link}) {
    Options options = options_for({one});
    options.output = output;
    expect_problem(jobs_of(options).jobs.at(0), {"would replace", "another name"});
  }
  Options options = options_for({one});
  options.output = far;
  expect_result(jobs_of(options).jobs.at(0), far);

  const JobList both = jobs_of(options_for({one, other}));
  expect_problem(both.jobs.at(0), {other, "is to be read", "another name"});
  expect_result(both.jobs.at(1), folder.path / "a.colour.colour.png");
}

static void test_two_of_one_name_are_named() {
  const TemporaryFolder folder;
  const fs::path one = folder.write("one/a.png", picture), two = folder.write("two/a.png", picture);
  Options options = options_for({one, folder.path / "two"});
  options.output_dir = folder.path / "one/../out";
  const JobList list = jobs_of(options);
  expect_result(list.jobs.at(0), *options.output_dir / "a.png");
  expect_problem(list.jobs.at(1), {"same name", one, *options.output_dir / "a.png", "one by one"});
}

static void test_what_cannot_be_read_is_named() {
  const TemporaryFolder folder;
  const fs::path text = folder.write("a.png", "no picture");
  const JobList list = jobs_of(options_for({text, folder.path / "none.png"}));
  expect_problem(list.jobs.at(0), {"neither a film nor"});
  expect_problem(list.jobs.at(1), {"cannot be read", "No such file"});
  expect(list.jobs.at(0).asked_for && list.left_alone == 0, "what was asked for is not left alone");
  if (geteuid() == 0) return;  // may read all
  fs::permissions(text, fs::perms::none);
  expect_problem(jobs_of(options_for({text})).jobs.at(0), {"cannot be read", "Permission denied"});
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  gst_init(nullptr, nullptr);
  g_test_add_func("/jobs/results-beside-their-inputs", test_results_beside_their_inputs);
  g_test_add_func("/jobs/a-film-goes-where-it-can-be-written", test_a_film_goes_where_it_can_be_written);
  g_test_add_func("/jobs/a-folder-is-mirrored", test_a_folder_is_mirrored);
  g_test_add_func("/jobs/nothing-that-is-read-is-replaced", test_nothing_that_is_read_is_replaced);
  g_test_add_func("/jobs/two-of-one-name-are-named", test_two_of_one_name_are_named);
  g_test_add_func("/jobs/what-cannot-be-read-is-named", test_what_cannot_be_read_is_named);
  return g_test_run();
}
