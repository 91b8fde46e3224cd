// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "../engine/check.h"
#include "common/failure.h"
#include "common/json.h"
#include "common/pipeline.h"
#include "film/division.h"
#include "film/planfile.h"

using namespace colorize::command;

/// Holds one of everything that a plan can hold.
static FilmPlan full_plan() {
  FilmPlan plan;
  plan.film = "/films/a \xFF\"name.mov";  // no UTF-8, as file systems allow
  plan.recipe = {.choices = {.properties = {{"strength", "0.5"}, {"model", "/a b/c.onnx"}},
                             .to_gray = true,
                             .compare = Choices::Compare::side_by_side,
                             .label = "„colours“ \\ predicted",
                             .deinterlace = true,
                             .speed = Choices::Speed::slow,
                             .aac = true,
                             .bits = 10,
                             .range = Range{7, 40},
                             .quality = 70},
                 .encoder = &encoder_named("avenc_ffv1"),
                 .in_order = true,
                 .threads = 3};
  plan.made_with = {{"film", "12 bytes of 34"}, {"GStreamer", "1.22"}};
  plan.lead = 5;
  plan.tags.reset(gst_tag_list_new(GST_TAG_TITLE, "a \"title\"; of, many", GST_TAG_COMMENT, "two\nlines", nullptr));
  gst_tag_list_set_scope(plan.tags.get(), GST_TAG_SCOPE_GLOBAL);
  plan.remarks = {{"a-code", "one"}, {"other", "two"}};
  plan.range = {5, 40};

  plan.toc.reset(gst_toc_new(GST_TOC_SCOPE_GLOBAL));
  GstTocEntry* const edition = gst_toc_entry_new(GST_TOC_ENTRY_TYPE_EDITION, "0");
  GstTocEntry* const chapter = gst_toc_entry_new(GST_TOC_ENTRY_TYPE_CHAPTER, "1");
  gst_toc_entry_set_start_stop_times(chapter, 0, 7 * static_cast<gint64>(GST_SECOND));
  gst_toc_entry_set_tags(chapter, gst_tag_list_new(GST_TAG_TITLE, "The beginning", nullptr));
  gst_toc_entry_append_sub_entry(edition, chapter);
  gst_toc_append_entry(plan.toc.get(), edition);

  const auto track = [&](const char* id, const char* caps, std::optional<Pictures> pictures) {
    plan.tracks.push_back({id, Caps(gst_caps_from_string(caps)), nullptr, std::move(pictures)});
  };
  track("x/001", "video/x-h264,codec_data=(buffer)0164001effe1,width=16,height=16,framerate=30000/1001",
        Pictures{.end = 90,
                 .delay = -3,
                 .count = 4,
                 .shown = {0, 1, 50, 9'000'000'000'000'000'000},
                 .mixed = true,
                 .retimed = {50, 0, 1},
                 .depth = 12,
                 .own_decoder = true,
                 .captions = true});
  plan.tracks.back().pictures->form.reset(gst_caps_from_string(
      "video/x-raw,format=I420,width=640,height=480,pixel-aspect-ratio=12/11,framerate=50/1,interlace-mode=mixed"));
  track("x/002", "audio/mpeg,mpegversion=4", std::nullopt);
  plan.tracks.back().tags.reset(gst_tag_list_new(GST_TAG_LANGUAGE_CODE, "en", nullptr));
  track("x/003", "video/x-vp8", Pictures{.end = 1, .delay = std::nullopt, .count = 9, .shown = {}});
  plan.pieces = {
      {.track = 0, .end = 40}, {.track = 0, .start = 40, .warm_up = 38, .seek = 0, .shift = -7}, {.track = 2}};
  plan.recipe.choices.properties.emplace_back("hints", "{\"time\": 0, \"x\": 1, \"y\": 2, \"colour\": \"gray\"}");
  plan.hints = {
      {.said = "{\"x\": 1}", .from = "{\"x\": 2}", .key = "0.000s-0123456789abcdef.png", .begin = 1, .end = 2}};
  return plan;
}

static void test_a_plan_is_read_as_it_was_written() {
  const FilmPlan plan = full_plan();
  const std::string json = to_json(plan);
  const FilmPlan read = plan_of(json);
  expect(to_json(read) == json, "another plan:\n%s\n%s", json.c_str(), to_json(read).c_str());
  expect(read.film == plan.film, "the film's name");
  expect(read.recipe.encoder == plan.recipe.encoder, "the encoder");
  expect(read.recipe.choices.label == plan.recipe.choices.label, "the label");
  expect(read.pieces[0].start == Piece::first && read.pieces[2].end == Piece::last, "pieces without a bound");
  expect(read.tracks[0].pictures->shown == plan.tracks[0].pictures->shown, "times");
  expect(read.tracks[0].pictures->retimed == plan.tracks[0].pictures->retimed, "times of packets");
  expect(read.hints[0].said == plan.hints[0].said && read.hints[0].from == plan.hints[0].from &&
             read.hints[0].key == plan.hints[0].key && read.hints[0].begin == 1 && read.hints[0].end == 2,
         "hints");
  expect(read.tracks[0].pictures->mixed, "that frames say whether they are interlaced");
  expect(gst_caps_is_strictly_equal(read.tracks[0].pictures->form.get(), plan.tracks[0].pictures->form.get()) &&
             !read.tracks[2].pictures->form,
         "the form of all pictures");
  expect(gst_tag_list_is_equal(read.tags.get(), plan.tags.get()), "tags");
  for (std::size_t i = 0; i < plan.tracks.size(); ++i)
    expect(gst_caps_is_strictly_equal(read.tracks[i].caps.get(), plan.tracks[i].caps.get()), "caps of track %zu", i);
  const GstTocEntry* const chapter = gst_toc_find_entry(read.toc.get(), "1");
  gint64 start = -1, stop = -1;
  expect(chapter && gst_toc_entry_get_start_stop_times(chapter, &start, &stop) && start == 0 &&
             stop == 7 * static_cast<gint64>(GST_SECOND) &&
             tag(gst_toc_entry_get_tags(chapter), "title") == "The beginning",
         "the chapter");
}

static bool is_readable(const std::string& json) try {
  plan_of(json);
  return true;
} catch (const Failure&) {
  return false;
}

static void test_what_is_damaged_is_told() {
  const std::string json = to_json(full_plan());
  for (std::size_t length = 0; length + 2 < json.size(); ++length)  // without its last brace and line
    expect(!is_readable(json.substr(0, length)), "a plan of %zu bytes of %zu is read", length, json.size());
  // Whatever a name is replaced by, what it named is missing then.
  for (std::size_t at = 0; (at = json.find("\":", at)) != std::string::npos; ++at) {
    std::string other = json;
    other[at - 1] = '?';
    const std::size_t begin = json.rfind('"', at - 1);
    const std::string name = json.substr(begin + 1, at - begin - 1);
    const bool is_users =
        name == "strength" || name == "hints" || name == "model" || name == "film" || name == "GStreamer";
    expect(is_users || !is_readable(other), "a plan without \"%s\" is read", name.c_str());
  }
}

static void test_what_is_made_otherwise_is_named() {
  const std::string before = to_json(full_plan());
  expect(difference(before, full_plan()).empty(), "the same differs by %s", difference(before, full_plan()).c_str());
  const auto differs_by = [&](const char* name, const std::function<void(FilmPlan&)>& change) {
    FilmPlan plan = full_plan();
    change(plan);
    const std::string named = difference(before, plan);
    expect(named.starts_with(name), "%s is named instead of %s", named.c_str(), name);
  };
  differs_by("film", [](FilmPlan& plan) { plan.film = "/films/other.mov"; });
  differs_by("film", [](FilmPlan& plan) { plan.made_with["film"] = "12 bytes of 35"; });
  differs_by("model", [](FilmPlan& plan) { plan.made_with["model"] = "1 bytes of 2"; });
  differs_by("quality", [](FilmPlan& plan) { plan.recipe.choices.quality = std::nullopt; });
  differs_by("speed", [](FilmPlan& plan) { plan.recipe.choices.speed = Choices::Speed::medium; });
  differs_by("sound", [](FilmPlan& plan) { plan.recipe.choices.aac = false; });
  differs_by("bits", [](FilmPlan& plan) { plan.recipe.choices.bits = 8; });
  differs_by("label", [](FilmPlan& plan) { plan.recipe.choices.label.clear(); });
  differs_by("encoder", [](FilmPlan& plan) { plan.recipe.encoder = &encoder_named("theoraenc"); });
  differs_by("threads", [](FilmPlan& plan) { plan.recipe.threads = 1; });
  differs_by("strength", [](FilmPlan& plan) {
    std::erase_if(plan.recipe.choices.properties, [](const auto& property) { return property.first == "strength"; });
  });
  FilmPlan other_hints = full_plan();
  other_hints.recipe.choices.properties.pop_back();
  expect(difference(before, other_hints).empty(), "hints, which pieces know, are named");
}

/// ONNX Runtime cannot be held to a plan's level, be the processor's higher or lower.
static void test_machines_differ_in_words() {
  using Versions = std::map<std::string, std::string>;
  const auto with = [](const char* level, const char* kernels) {
    Versions versions{{"engine", "a library"}, {"processor", level}};
    if (kernels) versions["processor for ONNX Runtime"] = kernels;
    return versions;
  };
  const auto says = [](const Versions& planned, const Versions& here, Task task, const std::string& words) {
    const std::string unlike = unlike_versions(planned, here, task);
    expect(words.empty() ? unlike.empty() : unlike.find(words) != std::string::npos, "it says '%s' and not '%s'",
           unlike.c_str(), words.c_str());
  };
  const Versions opencv = with("x86_64 SSE AVX2", nullptr), less = with("x86_64 SSE", nullptr);
  says(opencv, opencv, Task::making, "");
  says(opencv, less, Task::making, "its processor lacks AVX2");
  says(opencv, less, Task::joining, "");
  const Versions old = with("x86_64 SSE", "x86_64 avx avx2"), recent = with("x86_64 SSE", "x86_64 avx avx2 avx512f"),
                 other = with("x86_64 SSE", "x86_64 avx amx_int8");
  says(old, old, Task::making, "");
  says(old, recent, Task::making, "its processor has avx512f more than the plan's, and ONNX Runtime goes by that");
  says(old, recent, Task::making, "plan with --engine opencv");
  says(recent, old, Task::making, "its processor lacks avx512f of the plan's, and ONNX Runtime goes by that");
  says(recent, other, Task::making, "its processor lacks avx2, avx512f of the plan's and has amx_int8 more");
  says(recent, old, Task::joining, "");
  says(recent, less, Task::making, "processor for ONNX Runtime (x86_64 avx avx2 avx512f, here none)");
}

/// Each piece depends on the hints that may hold in it alone.
static void test_hints_are_of_their_pieces() {
  const auto plan_with = [](std::int64_t seconds) {
    FilmPlan plan = full_plan();
    plan.pieces = {{.track = 2, .end = 100 * static_cast<std::int64_t>(GST_SECOND)},
                   {.track = 2,
                    .start = 100 * static_cast<std::int64_t>(GST_SECOND),
                    .warm_up = 98 * static_cast<std::int64_t>(GST_SECOND)}};
    const std::string line = "{\"time\": " + std::to_string(seconds) + ", \"x\": 1, \"y\": 2, \"colour\": \"gray\"}";
    plan.hints = {{.said = line, .from = line}};
    return plan;
  };
  const FilmPlan early = plan_with(10), later = plan_with(20), near = plan_with(50), behind = plan_with(120);
  expect(digest(early, 0) != digest(later, 0), "a hint of the piece changes nothing in it");
  expect(digest(early, 1) == digest(later, 1), "a hint of long before changes a piece");
  expect(digest(early, 1) != digest(near, 1), "a hint of shortly before does not change a piece");
  expect(piece_to_make(near, 1).warm_up < 50 * static_cast<std::int64_t>(GST_SECOND), "nor is it looked for");
  expect(digest(behind, 0) != digest(early, 0) && digest(behind, 1) != digest(early, 1), "nor one behind");
}

/// Whether its network is given by its path or by its name.
static void test_another_network_is_told(const TemporaryFolder& home) {
  const auto path = home.write("colorize/models/mine.onnx", "first");
  const auto network_of = [&](const std::string& model) {
    const Choices choices{.properties = {{"model", model}}, .to_gray = true};
    const auto made_with = plan_without_survey("film.mkv", choices, container_of("film.mkv")).made_with;
    const auto found = made_with.find("model");
    return found == made_with.end() ? "" : found->second;
  };
  const std::string before = network_of("mine");
  g_assert_true(before == network_of(path.string()));
  home.write("colorize/models/mine.onnx", "the second");
  g_assert_true(before != network_of("mine"));
}

int main(int argc, char** argv) {
  const TemporaryFolder home;
  g_setenv("XDG_DATA_HOME", home.path.c_str(), TRUE);
  gst_init(&argc, &argv);
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/a plan/is read as it was written", test_a_plan_is_read_as_it_was_written);
  g_test_add_func("/a plan/that is damaged is told", test_what_is_damaged_is_told);
  g_test_add_func("/a plan/what is made otherwise is named", test_what_is_made_otherwise_is_named);
  g_test_add_func("/a plan/machines differ in words", test_machines_differ_in_words);
  g_test_add_func("/a plan/hints are of their pieces", test_hints_are_of_their_pieces);
  g_test_add_data_func("/a plan/another network is told", &home, [](gconstpointer data) {
    test_another_network_is_told(*static_cast<const TemporaryFolder*>(data));
  });
  return g_test_run();
}
