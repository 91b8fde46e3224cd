// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <algorithm>

#include "../engine/check.h"
#include "batch/options.h"
#include "common/commandline.h"
#include "common/words.h"

using colorize::command::brief, colorize::command::Choices, colorize::command::Options,
    colorize::command::ProgressStyle;
using Words = std::vector<std::string>;
using Paths = std::vector<std::filesystem::path>;

static std::optional<Options> read(Words words) {
  words.insert(words.begin(), "gst-colorize");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return colorize::command::read_options(static_cast<int>(words.size()), argv.data());
}

static std::string joined(const Words& words) {
  std::string text;
  for (const auto& word : words) text += " " + word;
  return text;
}

/// The command line must be refused by a text that holds every one of `said`.
static void expect_refusal(const Words& words, const Words& said) {
  try {
    read(words);
  } catch (const colorize::command::UsageError& error) {
    g_test_message("%s", error.what());
    for (const auto& word : said)
      expect(std::string(error.what()).find(word) != std::string::npos, "'%s' is not in: %s", word.c_str(),
             error.what());
    return;
  }
  expect(false, "not refused:%s", joined(words).c_str());
}

static void test_a_film_alone_is_done_as_usual() {
  const auto options = read({"film.mp4"});
  const Choices& choices = options->choices;
  g_assert_true(options->inputs == Paths({"film.mp4"}));
  g_assert_true(!options->output && !options->output_dir && !choices.overwrite && !choices.resume);
  g_assert_true(!choices.to_gray && !choices.deinterlace && choices.compare == Choices::Compare::none);
  g_assert_true(choices.label.empty() && choices.codec.empty() && !choices.quality && choices.properties.empty());
  g_assert_cmpint(options->jobs, ==, 1);
}

static void test_each_option_is_the_one_that_it_says() {
  const auto options =
      read({"b c.mp4",      "--output-dir",   "out put",       "--overwrite", "--jobs=3",   "--progress=json",
            "--label",      "a\nb\x01 c",     "--deinterlace", "--codec",     "av1",        "--quality=70",
            "--speed=slow", "--bits=10",      "--container",   "webm",        "--hardware", "--saturation",
            "1.5",          "--hue-shift=-5", "a.mp4",         "--",          "--compare",  "-o"});
  const Choices& choices = options->choices;
  g_assert_true(options->inputs == Paths({"b c.mp4", "a.mp4", "--compare", "-o"}));
  g_assert_true(options->output_dir == "out put" && !options->output && options->choices.overwrite);
  g_assert_cmpint(options->jobs, ==, 3);
  g_assert_true(options->progress == ProgressStyle::json);
  g_assert_cmpstr(choices.label.c_str(), ==, "a b  c");
  g_assert_true(choices.deinterlace && !choices.to_gray && !choices.resume);
  g_assert_true(choices.compare == Choices::Compare::none);
  g_assert_cmpstr(choices.codec.c_str(), ==, "av1");
  g_assert_true(choices.quality == 70 && choices.speed == Choices::Speed::slow && choices.bits == 10);
  g_assert_true(choices.hardware && options->container == "webm");
  g_assert_true(choices.properties == colorize::command::Properties({{"saturation", "1.5"}, {"hue-shift", "-5"}}));
  g_assert_true(read({"--to-gray", "a.mp4"})->choices.to_gray);
  g_assert_true(read({"--resume", "a.mp4"})->choices.resume);
  g_assert_true(read({"-o", "b.mp4", "a.mp4"})->output == "b.mp4");
}

static void test_what_is_said_by_itself_stands_over_presets() {
  for (const Words& words : {Words{"--preset", "muted", "--warmth", "3", "a.mp4"},
                             {"--warmth=3", "--preset", "muted", "a.mp4"},
                             {"--warmth=1", "--preset", "evening", "--warmth=3", "--preset", "muted", "a.mp4"}}) {
    auto properties = read(words)->choices.properties;
    std::ranges::sort(properties);
    std::string said;
    for (const auto& [name, value] : properties) said += name + "=" + brief(std::stod(value)) + " ";
    expect(said == "saturation=0.55 warmth=3 ", "%s: %s", joined(words).c_str(), said.c_str());
  }
}

static void test_compare_takes_no_file_for_its_word() {
  const auto usual = read({"--compare", "halves.mp4"});
  g_assert_true(usual->choices.compare == Choices::Compare::halves && usual->inputs == Paths({"halves.mp4"}));
  g_assert_true(read({"--compare=side-by-side", "a.mp4"})->choices.compare == Choices::Compare::side_by_side);
  expect_refusal({"--compare=sideways", "a.mp4"}, {"--compare", "sideways", "halves, side-by-side"});
}

static void test_words_are_those_that_are_named() {
  for (const char* codec : {"h264", "h265", "vp9", "av1", "ffv1", "prores"})
    expect(read({"--codec", codec, "a.mp4"})->choices.codec == codec, "%s", codec);
  expect_refusal({"--codec", "mpeg2", "a.mp4"}, {"--codec", "mpeg2", "h264, h265, vp9, av1, ffv1, prores"});
  expect_refusal({"--progress", "BAR", "a.mp4"}, {"--progress", "BAR", "bar, lines, json, none"});
  expect_refusal({"--sturation=1", "a.mp4"}, {"--sturation"});
}

static void test_numbers_up_to_their_ends() {
  for (const int quality : {0, 100})
    expect(read({"--quality", std::to_string(quality), "a.mp4"})->choices.quality == quality, "quality %d", quality);
  for (const char* quality : {"-2", "-1", "101", "2147483647"})
    expect_refusal({"--quality", quality, "a.mp4"}, {"--quality", "0 to 100"});
  expect_refusal({"--quality", "good", "a.mp4"}, {"good"});
  expect(read({"-j", "1", "a.mp4"})->jobs == 1, "one job");
  for (const char* jobs : {"0", "-1"}) expect_refusal({"--jobs", jobs, "a.mp4"}, {"--jobs", "from 1 on"});
}

static void test_what_excludes_each_other_is_named() {
  const TemporaryFolder folder;
  expect_refusal({}, {"no file"});
  expect_refusal({"-o", "b", "-d", "c", "a"}, {"--output", "--output-dir"});
  expect_refusal({"--overwrite", "--resume", "a"}, {"--overwrite", "--resume"});
  expect_refusal({"--to-gray", "--compare", "a"}, {"--to-gray", "--compare"});
  expect_refusal({"-o", "c", "a", "b"}, {"--output", "--output-dir"});
  expect_refusal({"-o", "c", folder.path}, {"--output", "--output-dir"});
  expect_refusal({"-o", folder.path, "a"}, {folder.path, "is a folder", "--output-dir"});
}

static std::string printed;

static void test_help_and_version_ask_for_nothing_else() {
  const GPrintFunc usual = g_set_print_handler([](const gchar* text) { printed += text; });
  const bool help = read({"--help"}).has_value(), version = read({"--version", "--jobs", "0"}).has_value();
  g_set_print_handler(usual);
  g_assert_false(help || version);
  for (const char* word : {"--saturation", "--quality", "gst-colorize " COLORIZE_VERSION ", GStreamer"})
    expect(printed.find(word) != std::string::npos, "'%s' is not in: %s", word, printed.c_str());
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  gst_init(nullptr, nullptr);
  g_test_add_func("/options/a-film-alone-is-done-as-usual", test_a_film_alone_is_done_as_usual);
  g_test_add_func("/options/each-option-is-the-one-that-it-says", test_each_option_is_the_one_that_it_says);
  g_test_add_func("/options/what-is-said-by-itself-stands-over-presets",
                  test_what_is_said_by_itself_stands_over_presets);
  g_test_add_func("/options/compare-takes-no-file-for-its-word", test_compare_takes_no_file_for_its_word);
  g_test_add_func("/options/words-are-those-that-are-named", test_words_are_those_that_are_named);
  g_test_add_func("/options/numbers-up-to-their-ends", test_numbers_up_to_their_ends);
  g_test_add_func("/options/what-excludes-each-other-is-named", test_what_excludes_each_other_is_named);
  g_test_add_func("/options/help-and-version-ask-for-nothing-else", test_help_and_version_ask_for_nothing_else);
  return g_test_run();
}
