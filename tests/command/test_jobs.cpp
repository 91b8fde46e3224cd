// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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
static const std::string heic(
    "\0\0\0\x18"
    "ftypmif1\0\0\0\0mif1heic",
    24);
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

/// What is left alone, a line for each: its path below `folder`, and why.
static std::string left_in(const JobList& list, const fs::path& folder) {
  std::string lines;
  for (const auto& [file, why] : list.left_alone) lines += file.lexically_relative(folder).string() + " " + why + "\n";
  return lines;
}

static void expect_left(const JobList& list, const fs::path& folder, const std::vector<std::string>& words) {
  const std::string lines = left_in(list, folder);
  expect(list.left_alone.size() == words.size(), "%zu are left alone instead of %zu: %s", list.left_alone.size(),
         words.size(), lines.c_str());
  for (const auto& word : words)
    expect(lines.find(word) != std::string::npos, "'%s' is not in: %s", word.c_str(), lines.c_str());
}

static void test_results_beside_their_inputs() {
  const TemporaryFolder folder;
  const fs::path still = folder.write("a b.c.png", picture), moving = folder.write("film.MKV", film);
  Options options = options_for({still, moving});
  const auto expect_names = [&](const char* kind) {
    const JobList list = jobs_of(options);
    expect(list.jobs.size() == 2 && list.left_alone.empty(), "%zu jobs", list.jobs.size());
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
  expect_result(jobs_of(options).jobs.at(1), folder.path / "picture.flv.colour.png");
  options.output_dir = folder.path / "out";
  expect_result(jobs_of(options).jobs.at(0), folder.path / "out/film.mkv");
  // A name that the user chose is not changed; it is refused when its turn comes.
  options = options_for({folder.path / "film.flv"});
  options.output = "my.flv";
  expect_result(jobs_of(options).jobs.at(0), "my.flv");
}

static void test_a_folder_is_mirrored() {
  const TemporaryFolder folder;
  const fs::path in = folder.path / "in";
  for (const char* name : {"in/z.png", "in/a/b.png", "in/a.b/c.png", "in/seen.colour.png", "in/.hidden.png",
                           "in/.h/c.png", "in/line\nend.png", "in/none\xff.png"})
    folder.write(name, picture);
  folder.write("in/notes.txt", "no picture");
  folder.write("in/empty.mkv", "");
  fs::create_symlink("z.png", in / "link.png");
  fs::create_symlink("..", in / "up");
  fs::create_symlink(".", in / "a/itself");
  mkfifo((in / "pipe.mkv").c_str(), 0600);  // would be waited for

  Options options = options_for({in});
  JobList list = jobs_of(options);
  expect_left(list, in,
              {"notes.txt is neither", "empty.mkv is empty", "seen.colour.png is a result by its name",
               "up is a link to a folder", "a/itself is a link to a folder", "pipe.mkv is a pipe"});
  const char* const names[] = {"a/b", "a.b/c", "line\nend", "link", "none\xff", "z"};
  g_assert_cmpuint(list.jobs.size(), ==, G_N_ELEMENTS(names));
  for (std::size_t i = 0; i < list.jobs.size() && i < G_N_ELEMENTS(names); ++i) {
    expect_result(list.jobs[i], in / (std::string(names[i]) + ".colour.png"));
    expect(!list.jobs[i].asked_for && list.jobs[i].number == i + 1, "%zu: its number", i);
  }

  // A link on the command line is followed.
  fs::create_symlink("in/a", folder.path / "to-a");
  list = jobs_of(options_for({folder.path / "to-a"}));
  g_assert_cmpuint(list.jobs.size(), ==, 1);
  expect_result(list.jobs.at(0), folder.path / "to-a/b.colour.png");

  // Results that go into a folder have the names of what is there, and none of them is read again.
  options.output_dir = in / "out";
  folder.write("in/out/z.png", picture);
  list = jobs_of(options);
  g_assert_cmpuint(list.jobs.size(), ==, G_N_ELEMENTS(names));
  for (const Job& job : list.jobs) expect_result(job, *options.output_dir / job.input.lexically_relative(in));
}

static void test_every_error_is_one_file_s() {
  const TemporaryFolder folder;
  folder.write("in/a.png", picture);
  folder.write("in/closed/b.png", picture);
  folder.write("in/c.png", picture);
  fs::create_symlink("nowhere", folder.path / "in/dangling.png");
  fs::create_symlink("loop.png", folder.path / "in/loop.png");
  fs::permissions(folder.path / "in/c.png", fs::perms::none);
  fs::permissions(folder.path / "in/closed", fs::perms::none);
  fs::permissions(folder.path, fs::perms::all);
  const bool root = geteuid() == 0;  // who may read all
  if (root) g_assert_cmpint(setresuid(65534, 65534, 0), ==, 0);
  const JobList list = jobs_of(options_for({folder.path / "in", folder.path / "in/closed", folder.path / "gone"}));
  if (root) g_assert_cmpint(setresuid(0, 0, 0), ==, 0);
  fs::permissions(folder.path / "in/closed", fs::perms::owner_all);
  expect_left(list, folder.path, {});
  g_assert_cmpuint(list.jobs.size(), ==, 7);
  expect_result(list.jobs.at(0), folder.path / "in/a.colour.png");
  expect_problem(list.jobs.at(1), {"cannot be read: Permission denied"});
  expect_problem(list.jobs.at(2), {"cannot be read: Permission denied"});
  expect_problem(list.jobs.at(3), {"cannot be read: No such file", "a link to nowhere"});
  expect_problem(list.jobs.at(4), {"cannot be read: Too many levels of symbolic links", "a link to loop.png"});
  expect_problem(list.jobs.at(5), {"cannot be read: Permission denied"});
  expect_problem(list.jobs.at(6), {"cannot be read: No such file"});
}

static void test_a_folder_with_nothing_says_why() {
  const TemporaryFolder folder;
  const auto left = [&](const char* name) { return jobs_of(options_for({folder.path / name})); };
  fs::create_directories(folder.path / "empty");
  folder.write("hidden/.a.png", picture);
  folder.write("dpx/f_1.dpx", std::string("SDPX") + std::string(100, '\0'));
  expect_left(left("empty"), folder.path, {"empty is empty"});
  expect_left(left("hidden"), folder.path, {"hidden has no files but hidden ones"});
  expect_left(left("dpx"), folder.path, {"dpx/f_1.dpx is a DPX picture, which is not read here; make one film"});
}

/// A folder is done once, twice and a third time, wherever results go: nothing but what was there first is an input.
static void test_results_are_no_inputs() {
  for (const char* out : {"", ".", "out", "deep/out", "../beside"})
    for (const bool by_glob : {false, true}) {
      const TemporaryFolder folder;
      const fs::path in = folder.path / "in";
      const std::vector<fs::path> first{folder.write("in/a.mpg", film),    folder.write("in/b.flv", flash),
                                        folder.write("in/c.png", picture), folder.write("in/tape12", film),
                                        folder.write("in/tape.13", film),  folder.write("in/still", picture)};
      for (int run = 1; run <= 3; ++run) {
        Options options = options_for({in});
        if (by_glob) {
          options.inputs.clear();
          for (const auto& entry : fs::directory_iterator(in)) options.inputs.push_back(entry.path());
        }
        if (*out) options.output_dir = in / out;
        const JobList list = jobs_of(options);
        std::string inputs;
        for (const Job& job : list.jobs) {
          inputs += job.input.filename().string() + " ";
          const bool itself = std::string(out) == "." && job.input.extension() == ".png";
          expect(itself || job.problem.empty(), "%s, run %d: %s: %s", out, run, job.input.c_str(), job.problem.c_str());
          if (!job.problem.empty()) continue;
          expect(run == 1 || fs::exists(job.output), "%s, run %d: another name, %s", out, run, job.output.c_str());
          fs::create_directories(job.output.parent_path());
          fs::copy_file(job.input, job.output, fs::copy_options::skip_existing);
        }
        expect(list.jobs.size() == first.size(), "%s, run %d: inputs are %s", out, run, inputs.c_str());
        for (const Job& job : list.jobs)
          expect(std::ranges::find(first, job.input) != first.end(), "%s, run %d: %s is an input", out, run,
                 job.input.c_str());
      }
    }
}

static void test_names_without_an_ending() {
  const TemporaryFolder folder;
  expect_result(jobs_of(options_for({folder.write("scan.bak", picture)})).jobs.at(0),
                folder.path / "scan.bak.colour.png");
  expect_result(jobs_of(options_for({folder.write("scan.JPG", picture)})).jobs.at(0), folder.path / "scan.colour.JPG");
  const fs::path tape = folder.write("tape12", film), part = folder.write("tape.13", film),
                 still = folder.write("IMG_0001", picture);
  Options options = options_for({tape, part, still});
  const auto expect_names = [&](const char* one, const char* two, const char* three) {
    const JobList list = jobs_of(options);
    expect_result(list.jobs.at(0), folder.path / one);
    expect_result(list.jobs.at(1), folder.path / two);
    expect_result(list.jobs.at(2), folder.path / three);
  };
  expect_names("tape12.colour.mkv", "tape.13.colour.mkv", "IMG_0001.colour.png");
  options.output_dir = folder.path / "out";
  expect_names("out/tape12.mkv", "out/tape.13.mkv", "out/IMG_0001.png");
}

/// What has pictures and is not read is never called nothing.
static void test_what_is_of_another_kind_says_what_to_do() {
  const TemporaryFolder folder;
  const std::string disc = std::string(32769, '\0') + "CD001" + std::string(100, '\0');
  const auto brand = [](const char* name) { return std::string("\0\0\0\x18", 4) + "ftyp" + name + heic.substr(12); };
  const struct {
    const char* name;
    std::string content;
    std::vector<std::string> words;
  } files[] = {{"b", brand("avis"), {"AVIF", "ffmpeg"}},
               {"f.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nl0.ts\n", {"HLS", "ffmpeg"}},
               {"h.iso", disc, {"image of a disc", "copy the films"}},
               {"i.mjpeg", "\xFF\xD8\xFF\xE0", {"without a container", "ffmpeg"}},
               {"k.nut", "nut/multimedia container", {"NUT", "ffmpeg"}},
               {"j.YUV", "gray", {"without a header", "ffmpeg"}}};
  for (const auto& [name, content, words] : files) {
    const JobList list = jobs_of(options_for({folder.write(name, content)}));
    expect_problem(list.jobs.at(0), words);
    expect(list.jobs.at(0).problem.find("neither") == std::string::npos, "%s: %s", name,
           list.jobs.at(0).problem.c_str());
  }
  const struct {
    const char *name, *result, *words;
    std::string content;
  } pictures[] = {{"a.heic", "a.colour.heic", "HEIC", brand("heic")},
                  {"b.mp4", "b.mp4.colour.avif", "AVIF", brand("avif")},
                  {"c.HEIF", "c.colour.HEIF", "HEIC", heic},
                  {"d.CR3", "d.CR3.colour.png", "raw", brand("crx ")},
                  {"e.gif", "e.gif.colour.png", "GIF", "GIF89a\x08" + std::string(100, '\0')},
                  {"g.bmp", "g.bmp.colour.png", "BMP",
                   "BM" + std::string("\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\1\0\x18", 27) +
                       std::string(60, '\0')},
                  {"h", "h.colour.tif", "TIFF", "II+" + std::string(100, '\0')}};
  for (const auto& [name, result, words, content] : pictures) {
    const JobList list = jobs_of(options_for({folder.write(name, content)}));
    if (list.jobs.at(0).problem.empty())
      expect_result(list.jobs.at(0), folder.path / result);
    else
      expect_problem(list.jobs.at(0), {words, "built without libvips"});
  }
  const struct {
    const char* name;
    std::string content;
  } films[] = {{"a.3gp", std::string("\0\0\0\x14", 4) + "ftyp3gp4" + std::string("\0\0\2\0", 4) + "3gp4"},
               {"a.f4v", std::string("\0\0\0\x14", 4) + "ftypf4v " + std::string("\0\0\2\0", 4) + "isom"},
               {"a.y4m", "YUV4MPEG2 W8 H8 F25:1\nFRAME\n" + std::string(96, '\0')}};
  for (const auto& [name, content] : films) {
    const JobList list = jobs_of(options_for({folder.write(name, content)}));
    expect_result(list.jobs.at(0), folder.path / "a.colour.mkv");
  }
}

static void test_what_is_no_file_says_what_to_do() {
  const TemporaryFolder folder;
  const fs::path pipe = folder.path / "pipe", socket_path = folder.path / "socket";
  mkfifo(pipe.c_str(), 0600);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  g_strlcpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path);
  const int opened = socket(AF_UNIX, SOCK_STREAM, 0);
  bind(opened, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  close(opened);
  const JobList list = jobs_of(options_for({pipe, socket_path, "/dev/null", "-"}));
  expect_problem(list.jobs.at(0), {"pipe", "into a file first"});
  expect_problem(list.jobs.at(1), {"no file", "copy"});
  expect_problem(list.jobs.at(2), {"no file", "copy"});
  expect_problem(list.jobs.at(3), {"standard input", "into a file first", "./-"});
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

  options = options_for({one, other});
  options.choices.overwrite = true;
  const JobList both = jobs_of(options);
  expect_problem(both.jobs.at(0), {other, "is to be read", "another name"});
  expect_result(both.jobs.at(1), folder.path / "a.colour.colour.png");
  // Where nothing is to be replaced, it is the result of an earlier run that '*.png' names too.
  options.choices.overwrite = false;
  const JobList again = jobs_of(options);
  g_assert_cmpuint(again.jobs.size(), ==, 1);
  expect_result(again.jobs.at(0), other);
  expect_left(again, folder.path, {"a.colour.png is the result of " + one.string()});
}

static void test_two_of_one_name_are_named() {
  const TemporaryFolder folder;
  const fs::path one = folder.write("one/a.png", picture), two = folder.write("two/a.png", picture);
  Options options = options_for({one, folder.path / "two"});
  options.output_dir = folder.path / "one/../out";
  const JobList list = jobs_of(options);
  expect_result(list.jobs.at(0), *options.output_dir / "a.png");
  expect_problem(list.jobs.at(1), {"same name", one, *options.output_dir / "a.png", "another name"});
}

static void test_what_cannot_be_read_is_named() {
  const TemporaryFolder folder;
  const fs::path text = folder.write("a.png", "no picture");
  const JobList list = jobs_of(options_for({text, folder.path / "none.png"}));
  expect_problem(list.jobs.at(0), {"neither a film nor"});
  expect_problem(list.jobs.at(1), {"cannot be read", "No such file"});
  expect(list.jobs.at(0).asked_for && list.left_alone.empty(), "what was asked for is not left alone");
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
  g_test_add_func("/jobs/every-error-is-one-file-s", test_every_error_is_one_file_s);
  g_test_add_func("/jobs/a-folder-with-nothing-says-why", test_a_folder_with_nothing_says_why);
  g_test_add_func("/jobs/results-are-no-inputs", test_results_are_no_inputs);
  g_test_add_func("/jobs/names-without-an-ending", test_names_without_an_ending);
  g_test_add_func("/jobs/what-is-of-another-kind-says-what-to-do", test_what_is_of_another_kind_says_what_to_do);
  g_test_add_func("/jobs/what-is-no-file-says-what-to-do", test_what_is_no_file_says_what_to_do);
  g_test_add_func("/jobs/nothing-that-is-read-is-replaced", test_nothing_that_is_read_is_replaced);
  g_test_add_func("/jobs/two-of-one-name-are-named", test_two_of_one_name_are_named);
  g_test_add_func("/jobs/what-cannot-be-read-is-named", test_what_cannot_be_read_is_named);
  return g_test_run();
}
