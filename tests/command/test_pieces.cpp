// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <fstream>
#include <numeric>
#include <string>

#include "../engine/check.h"
#include "common/failure.h"
#include "common/pipeline.h"
#include "file.h"
#include "film/apart.h"
#include "film/film.h"
#include "film/join.h"
#include "film/piece.h"
#include "film/planfile.h"
#include "film/workfolder.h"

using namespace colorize::command;
namespace fs = std::filesystem;

/// Says nothing, and keeps what is remarked.
struct Remarks : Progress {
  std::vector<std::string> texts;

  void at(double, double, std::uint64_t) override {}
  void remark(const Remark& remark) override { texts.push_back(remark.text); }
  void piece(std::size_t, std::size_t, const fs::path&) override {}
};

static void play(const std::string& description) {
  const Element pipeline = parse_pipeline(description);
  Playing(pipeline.get()).run();
}

/// A film of 65 s whose every frame is a keyframe, with sound, so that there are three pieces to it.
static fs::path write_film(const fs::path& folder) {
  const fs::path film = folder / "film.mkv";
  play(
      "videotestsrc pattern=ball num-buffers=325 ! video/x-raw,format=I420,width=64,height=48,framerate=5/1 ! jpegenc "
      "! "
      "matroskamux name=mux ! filesink location=\"" +
      film.string() +
      "\" "
      "audiotestsrc num-buffers=140 samplesperbuffer=3200 ! audio/x-raw,rate=8000 ! vorbisenc ! mux.");
  return film;
}

/// Of all pictures, decoded.
static std::string pictures_of(const fs::path& film, const fs::path& folder) {
  const fs::path raw = folder / "raw";
  play("filesrc location=\"" + film.string() + "\" ! decodebin ! video/x-raw ! filesink location=\"" + raw.string() +
       "\"");
  return colorize::read_file(raw);
}

static const Choices choices{.properties = {{"inference-size", "64"}, {"inference-interval", "20"}}, .codec = "ffv1"};

static void test_pieces_made_in_any_order_are_the_same_film() {
  const TemporaryFolder folder;
  const fs::path film = write_film(folder.path), whole = folder.path / "whole.mkv", joined = folder.path / "joined.mkv";
  Remarks remarks;
  const std::stop_token never;
  convert_film(film, whole, choices, remarks, never);

  const FilmPlan plan = plan_of(to_json(plan_film(film, choices, container_of(joined), never)));
  expect(plan.pieces.size() == 3, "%zu pieces", plan.pieces.size());
  std::vector<fs::file_time_type> times;
  for (int again = 0; again < 2; ++again)
    for (std::size_t number = plan.pieces.size(); number-- > 0;) {
      make_piece(plan, number, folder.path, never, [](const Done&) {});
    }
  join(plan, folder.path, joined, remarks, never);
  check_frames(plan, folder.path, plan.pieces[0].track, 325);
  try {
    check_frames(plan, folder.path, plan.pieces[0].track, 324);
    expect(false, "a lost frame is not told");
  } catch (const Failure& failure) {
    // Whether it was planned for many machines, which know no --resume, or not.
    const std::string said = failure.what();
    expect(said.find("remove " + folder.path.string()) != said.npos && said.find("--resume") == said.npos, "it says %s",
           said.c_str());
  }
  const std::string expected = pictures_of(whole, folder.path);
  expect(expected.size() == 325 * 64 * 48 * 3 / 2, "%zu bytes of pictures", expected.size());
  expect(pictures_of(joined, folder.path) == expected, "other pictures");
  for (const std::string& text : remarks.texts) expect(false, "remark: %s", text.c_str());
}

static void test_a_piece_that_is_there_is_left_and_one_in_the_making_is_not_made_twice() {
  const TemporaryFolder folder;
  const FilmPlan plan = plan_film(write_film(folder.path), choices, container_of(folder.path / "colour.mkv"), {});
  const auto make = [&] { make_piece(plan, 1, folder.path, {}, [](const Done&) {}); };
  make();
  fs::path piece;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.path))
    if (entry.path().extension() == ".gdp") piece = entry.path();
  const std::string bytes = colorize::read_file(piece);
  const auto time = fs::last_write_time(piece);
  make();
  expect(fs::last_write_time(piece) == time, "a piece that was there was made again");
  fs::remove(piece);
  make();
  expect(colorize::read_file(piece) == bytes, "other bytes when made again");

  fs::remove(piece);
  const FileLock lock(fs::path(piece).replace_extension(".lock"), "it");
  try {
    make();
    expect(false, "made while another makes it");
  } catch (const Failure& failure) {
    expect(std::string(failure.what()).ends_with("is being made by another gst-colorize"), "%s", failure.what());
  }
  expect(!fs::exists(piece), "a piece is there");
}

static void test_a_stopped_piece_is_not_there() {
  const TemporaryFolder folder;
  const Choices slow{.properties = {{"inference-size", "640"}}, .codec = "ffv1"};  // seconds of work to stop in
  const FilmPlan plan = plan_film(write_film(folder.path), slow, container_of(folder.path / "colour.mkv"), {});
  std::stop_source stop;
  try {
    make_piece(plan, 0, folder.path, stop.get_token(), [&](const Done&) { stop.request_stop(); });
    expect(false, "not stopped");
  } catch (const Interrupted&) {
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.path))
    expect(entry.path().extension() != ".gdp", "%s is there", entry.path().c_str());
}

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc > 1 && std::string(argv[1]) == "--make-piece") return piece(argc - 1, argv + 1, {});  // for convert_film()
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/pieces/made in any order are the same film", test_pieces_made_in_any_order_are_the_same_film);
  g_test_add_func("/pieces/one that is there is left, one in the making not made twice",
                  test_a_piece_that_is_there_is_left_and_one_in_the_making_is_not_made_twice);
  g_test_add_func("/pieces/a stopped one is not there", test_a_stopped_piece_is_not_there);
  return g_test_run();
}
