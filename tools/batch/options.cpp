// SPDX-License-Identifier: LGPL-2.1-or-later
#include "options.h"

#include <gst/gst.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "common/commandline.h"
#include "common/pipeline.h"
#include "common/profile.h"
#include "common/properties.h"
#include "common/words.h"
#include "film/encoders.h"
#include "still/room.h"
#include "table.h"

namespace colorize::command {

namespace {

constexpr const char* summary =
    R"(Gives monochrome films and photographs their colour. Sound, subtitles and times stay as they are.

Examples:
  gst-colorize film.mp4                       writes film.colour.mp4 beside it
  gst-colorize film.mkv -o out/colour.mkv     the container follows the name
  gst-colorize *.jpg --output-dir colour      photographs: JPEG, PNG, TIFF, HEIC ...
  gst-colorize archive --output-dir colour    all films and photographs of a folder
  gst-colorize --resume film.mp4              goes on with a film that was interrupted
  gst-colorize --saturation 1.2 film.mp4      a little more vivid
  gst-colorize --frame 1:20 film.mp4          one picture of it, to try
  gst-colorize --compare film.mp4             half as it was, half in colour
  gst-colorize --to-gray colour.mp4           the other way
  gst-colorize evaluate colour.mp4            how good is it on material like mine?
  gst-colorize networks                       the networks that are installed
  gst-colorize plan archive --work DIR        many machines at the same films)";

constexpr const char* statuses =
    "Exit status: 0 when all is done, 1 when something failed, 2 when the command line is wrong, 130 when interrupted. "
    "'gst-colorize evaluate --help' and 'gst-colorize networks --help' tell more. See also gst-colorize(1).";

constexpr const char* plan_summary =
    R"(Plans the work on films and photographs for many machines that share a folder, --work, and writes there what the
pieces of it are: one a line in DIR/pieces.jsonl, numbered from 1 on, with what it costs and needs. Results have the
same bits as those of 'gst-colorize' with the same options on this machine.

  gst-colorize plan archive --output-dir colour --work DIR
  gst-colorize piece DIR 17                   makes one of them, wherever
  gst-colorize status DIR                     says how many are made
  gst-colorize join DIR                       makes the results of them

What was planned before is kept where film and options are as they were. A cluster's scripts are in examples/slurm and
examples/parallel.)";

/// Which of an option's words is given. Throws UsageError where it is none of them.
std::size_t index_of(const char* option, const char* word, const std::vector<std::string>& words) {
  const auto found = std::ranges::find(words, word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  throw UsageError(std::string(option) + " does not take '" + word + "'; it takes " + listed(words));
}

/// Words of an option and what they stand for.
template <typename T, std::size_t n>
using Words = std::array<std::pair<const char*, T>, n>;

template <typename T, std::size_t n>
T choose(const char* option, const char* word, const Words<T, n>& words) {
  std::vector<std::string> known;
  for (const auto& pair : words) known.emplace_back(pair.first);
  return words[index_of(option, word, known)].second;
}

constexpr Words<Choices::Compare, 2> comparisons{
    {{"halves", Choices::Compare::halves}, {"side-by-side", Choices::Compare::side_by_side}}};
constexpr Words<Choices::Speed, 3> speeds{
    {{"fast", Choices::Speed::fast}, {"medium", Choices::Speed::medium}, {"slow", Choices::Speed::slow}}};
constexpr Words<bool, 2> sounds{{{"copy", false}, {"aac", true}}};
constexpr Words<ProgressStyle, 4> progress_styles{{{"bar", ProgressStyle::bar},
                                                   {"lines", ProgressStyle::lines},
                                                   {"json", ProgressStyle::json},
                                                   {"none", ProgressStyle::none}}};

/// To GOption the word after an option with an optional value is that value: `--compare film.mp4`. So it gets one here.
std::vector<const char*> with_values(int argc, char** argv) {
  std::vector<const char*> words(argv, argv + argc);
  for (const char*& word : words) {
    if (std::strcmp(word, "--") == 0) break;
    if (std::strcmp(word, "--compare") == 0) word = "--compare=halves";
  }
  return words;
}

/// What file managers and browsers hand over names a file or folder by its URI. Throws UsageError.
std::filesystem::path path_of(const char* word, const char* option = "") {
  if (!*word)
    throw UsageError(*option ? option + std::string(" is empty; it takes a name") : "the name of a file is empty");
  if (g_ascii_strncasecmp(word, "file:", 5) != 0 || std::filesystem::exists(word)) return word;
  Owned<GError> error;
  Owned<gchar> host;
  const Owned<gchar> path(g_filename_from_uri(word, out(host), out(error)));
  if (!path) throw UsageError(error->message);
  if (host && *host && std::strcmp(host.get(), "localhost") != 0)
    throw UsageError(std::string(word) + " is a file of another machine");
  return path.get();
}

/// Text without what would end a line or is none.
std::string line_of(std::string text) {
  std::ranges::replace_if(
      text, [](char letter) { return g_ascii_iscntrl(letter); }, ' ');
  return text;
}

/// The time behind an option. Throws UsageError.
std::int64_t time_after(const char* option, const char* word) {
  if (const auto time = time_of(word)) return *time;
  throw UsageError(std::string(option) + " does not take '" + word +
                   "'; it takes seconds, or a time as 1:20 or 0:01:20.5");
}

/// The part of a film that is asked for.
std::optional<Range> range_of(const char* start, const char* duration) {
  if (!start && !duration) return std::nullopt;
  Range range{.start = start ? time_after("--start", start) : 0};
  if (duration) {
    const std::int64_t length = time_after("--duration", duration);
    if (length == 0) throw UsageError("--duration takes a time of more than 0");
    range.end = range.start + length - Range::rounding;
  }
  range.start -= Range::rounding;
  return range;
}

/// What is given of what becomes of the pictures, as GOption has it.
struct PictureWords {
  static constexpr int not_given = std::numeric_limits<int>::min();

  gboolean to_gray = FALSE, deinterlace = FALSE, hardware = FALSE;
  gchar *profile = nullptr, *compare = nullptr, *label = nullptr, *codec = nullptr, *container = nullptr,
        *speed = nullptr, *sound = nullptr;
  int quality = not_given, bits = not_given;
  std::vector<std::string> codecs = codec_names();
  std::string on_codecs = "Encoder of films: " + listed(installed_codecs()) + "; default the best of these";
  std::string on_containers = "Container of films whose names are not given: " + listed(container_names()) +
                              "; default that of the source where it can be written";
  std::string on_profiles =
      "Options for a purpose, before those that are given: " + listed(profile_names()) + ", or a file of one's own";
};

/// Name, letter, flags, kind of value, its place, words for --help, the value's name there; ends with an empty one.
std::vector<GOptionEntry> picture_entries(PictureWords& given, bool plans = false) {
  const int of_hardware = plans ? G_OPTION_FLAG_HIDDEN : 0;
  const std::vector<GOptionEntry> entries{
      {"profile", 0, 0, G_OPTION_ARG_STRING, &given.profile, given.on_profiles.c_str(), "NAME"},
      {"to-gray", 0, 0, G_OPTION_ARG_NONE, &given.to_gray, "Take the colour away instead", nullptr},
      {"to-grey", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &given.to_gray, "The same", nullptr},
      {"compare", 0, 0, G_OPTION_ARG_STRING, &given.compare,
       "Show the picture as it was and in colour, in halves or side-by-side; default halves", "WORD"},
      {"label", 0, 0, G_OPTION_ARG_STRING, &given.label, "Burn a small line of text into the picture, lower left",
       "TEXT"},
      {"deinterlace", 0, 0, G_OPTION_ARG_NONE, &given.deinterlace, "Make whole frames of interlaced ones", nullptr},
      {"container", 0, 0, G_OPTION_ARG_STRING, &given.container, given.on_containers.c_str(), "WORD"},
      {"codec", 0, 0, G_OPTION_ARG_STRING, &given.codec, given.on_codecs.c_str(), "WORD"},
      {"quality", 0, 0, G_OPTION_ARG_INT, &given.quality,
       "From 0, the smallest file, to 100, the best picture; default one that looks like the source", "NUMBER"},
      {"speed", 0, 0, G_OPTION_ARG_STRING, &given.speed,
       "Of encoding: fast, medium, slow; what is slower is smaller; default fast", "WORD"},
      {"bits", 0, 0, G_OPTION_ARG_INT, &given.bits,
       "Bits that a sample of films may have: 8, 10, 12, 16; default those of the source", "NUMBER"},
      {"sound", 0, 0, G_OPTION_ARG_STRING, &given.sound,
       "Of films: copy, or aac, which makes AAC of all that is neither AAC nor MP3; default copy", "WORD"},
      {"hardware", 0, of_hardware, G_OPTION_ARG_NONE, &given.hardware,
       "Encode films by the graphics hardware (VA, V4L2) where that works", nullptr},
      {}};
  return entries;
}

ProgressStyle usual_style() {
  const gchar* terminal = g_getenv("TERM");
  return isatty(STDERR_FILENO) && g_strcmp0(terminal, "dumb") != 0 ? ProgressStyle::bar : ProgressStyle::lines;
}

void print_version() {
  const Owned<gchar> gstreamer(gst_version_string());
  g_print("gst-colorize " COLORIZE_VERSION ", %s\n", gstreamer.get());
}

}  // namespace

static std::optional<Options> read(int argc, char** argv, bool plans, const Profile* profile) {
  Options options;
  gboolean version = FALSE, dry_run = FALSE, verbose = FALSE, quiet = FALSE, resume = FALSE, keep_pieces = FALSE,
           overwrite = FALSE, sheet = FALSE, record = FALSE;
  gchar *output = nullptr, *output_dir = nullptr, *work = nullptr, *progress = nullptr, *start = nullptr,
        *duration = nullptr, *frame = nullptr, *rate = nullptr;
  gchar **inputs = nullptr, **tables = nullptr;
  PictureWords given;
  double memory = 0;
  const auto text = [](gchar*& to) { return static_cast<gpointer>(&to); };
  const int of_plan = plans ? 0 : G_OPTION_FLAG_HIDDEN, not_of_plan = plans ? G_OPTION_FLAG_HIDDEN : 0;
  const GOptionEntry files[] = {
      {"work", 0, of_plan, G_OPTION_ARG_FILENAME, text(work),
       "The folder of the work, which all machines see under the same name", "DIR"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, text(output), "Write the one input's result to FILE", "FILE"},
      {"output-dir", 'd', 0, G_OPTION_ARG_FILENAME, text(output_dir),
       "Write results into FOLDER, under the names of their inputs; what is in a folder is mirrored", "FOLDER"},
      {"rate", 0, 0, G_OPTION_ARG_STRING, text(rate),
       "Numbered pictures are a film of so many frames a second, 24 or 24000/1001: those of a folder, or of a name "
       "with %d or %06d; default 24",
       "RATE"},
      {"overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite, "Replace results that are there already", nullptr},
      {"resume", 0, not_of_plan, G_OPTION_ARG_NONE, &resume,
       "Go on where an interrupted run of the same command was; results that are there already stay", nullptr},
      {"keep-pieces", 0, not_of_plan, G_OPTION_ARG_NONE, &keep_pieces,
       "Keep the pieces that films are made of, in a hidden folder beside the result, and use those that lie there: "
       "with other hints only what they touch is made again",
       nullptr},
      {"record", 0, not_of_plan, G_OPTION_ARG_NONE, &record,
       "Write beside each result, as NAME.colour.json, of what, how and when it was made; 'gst-colorize verify' checks "
       "it",
       nullptr},
      {"table", 0, not_of_plan, G_OPTION_ARG_FILENAME_ARRAY, static_cast<gpointer>(&tables),
       "Write a table of all files, what became of each and what there is to know of it, as .csv or, with small "
       "pictures of before and after, as .html; may be given twice",
       "FILE"},
      {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs, "Files to work on at a time; default 1, which uses all cores",
       "NUMBER"},
      {"memory", 0, 0, G_OPTION_ARG_DOUBLE, &memory,
       "Memory that may be taken for photographs, in GB (10^9 bytes); default half of the machine's", "NUMBER"},
      {"dry-run", 0, not_of_plan, G_OPTION_ARG_NONE, &dry_run,
       "Say what would be made of what and how, and make nothing", nullptr},
      {"verbose", 'v', not_of_plan, G_OPTION_ARG_NONE, &verbose, "Say of films how they are made", nullptr},
      {"quiet", 'q', not_of_plan, G_OPTION_ARG_NONE, &quiet, "Say nothing but what went wrong; as --progress none",
       nullptr},
      {"progress", 0, not_of_plan, G_OPTION_ARG_STRING, text(progress),
       "How to tell of progress: bar, lines, json (an object a line on the standard output), none; default bar on a "
       "terminal, else lines",
       "WORD"},
      {}};
  const GOptionEntry parts[] = {
      {"start", 0, 0, G_OPTION_ARG_STRING, text(start),
       "Make of films what is shown from TIME on, in seconds or as 1:20 or 0:01:20.5", "TIME"},
      {"duration", 0, 0, G_OPTION_ARG_STRING, text(duration), "Make of films no more than so much", "TIME"},
      {"frame", 0, not_of_plan, G_OPTION_ARG_STRING, text(frame),
       "Make of films the one picture that is shown at TIME, as PNG", "TIME"},
      {"sheet", 0, not_of_plan, G_OPTION_ARG_NONE, &sheet,
       "Make of films one sheet of small pictures, as they were and in colour, one for each shot that is found",
       nullptr},
      {}};
  const GOptionEntry rest[] = {
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Show the version", nullptr},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, static_cast<gpointer>(&inputs), nullptr, nullptr},
      {}};

  const auto context = option_context("FILE OR FOLDER ...", plans ? plan_summary : summary, plans ? nullptr : statuses);
  add_options(context.get(), "files", "Files:", files);
  add_options(context.get(), "parts", "Try before the whole:", parts);
  add_options(context.get(), "pictures", "Pictures:", picture_entries(given, plans).data());
  g_option_context_add_main_entries(context.get(), rest, nullptr);

  auto words = with_values(argc, argv);
  int count = static_cast<int>(words.size());
  char** first = const_cast<char**>(words.data());
  const bool wanted = parse_with_properties(context.get(), count, first, options.choices.properties, &version, profile);
  const Owned<gchar> owned[] = {Owned<gchar>(output),      Owned<gchar>(output_dir),  Owned<gchar>(given.compare),
                                Owned<gchar>(given.codec), Owned<gchar>(progress),    Owned<gchar>(given.label),
                                Owned<gchar>(start),       Owned<gchar>(duration),    Owned<gchar>(frame),
                                Owned<gchar>(work),        Owned<gchar>(rate),        Owned<gchar>(given.container),
                                Owned<gchar>(given.speed), Owned<gchar>(given.sound), Owned<gchar>(given.profile)};
  const Owned<gchar*> owned_lists[] = {Owned<gchar*>(inputs), Owned<gchar*>(tables)};
  if (!wanted) return std::nullopt;
  if (version) {
    print_version();
    return std::nullopt;
  }

  const auto is_of_profile = [&](const std::string& name, const char* value = "true") {
    return profile && std::ranges::count(profile->options, std::pair(name, std::string(value))) > 0;
  };
  if ((frame || sheet) && is_of_profile("record")) record = FALSE;  // which are for the whole that is tried
  if ((frame || sheet) && is_of_profile("deinterlace")) given.deinterlace = FALSE;

  for (gchar** input = inputs; input && *input; ++input) options.inputs.push_back(path_of(*input));
  for (gchar** table = tables; table && *table; ++table) options.tables.push_back(path_of(*table, "--table"));
  options.record = record;
  if (output) options.output = path_of(output, "--output");
  if (output_dir) options.output_dir = path_of(output_dir, "--output-dir");
  if (work) options.work = path_of(work, "--work");
  if (rate && !(options.rate = rate_of(rate)))
    throw UsageError(std::string("--rate does not take '") + rate + "'; it takes frames a second, as 24 or 24000/1001");
  options.choices.overwrite = overwrite;
  if (quiet && (progress || verbose)) throw UsageError("--quiet excludes --progress and --verbose");
  options.dry_run = dry_run;
  options.choices.verbose = verbose;
  options.progress = quiet      ? ProgressStyle::none
                     : progress ? choose("--progress", progress, progress_styles)
                                : usual_style();
  Choices& choices = options.choices;
  choices.to_gray = given.to_gray;
  choices.deinterlace = given.deinterlace;
  choices.resume = resume;
  choices.keep_pieces = keep_pieces;
  if (given.compare) choices.compare = choose("--compare", given.compare, comparisons);
  if (given.label) choices.label = line_of(given.label);
  // Pictures in files have one codec; that of a profile is for films.
  const bool is_for_films =
      given.codec && output && names_of_pictures(*options.output) && is_of_profile("codec", given.codec);
  if (given.codec && !is_for_films) choices.codec = given.codecs[index_of("--codec", given.codec, given.codecs)];
  if (given.container) {
    const std::vector<std::string> known = container_names();
    options.container = known[index_of("--container", given.container, known)];
  }
  if (given.quality != PictureWords::not_given) choices.quality = given.quality;
  if (given.speed) choices.speed = choose("--speed", given.speed, speeds);
  if (given.bits != PictureWords::not_given) choices.bits = given.bits;
  if (given.sound) choices.aac = choose("--sound", given.sound, sounds);
  choices.hardware = given.hardware;
  choices.range = range_of(start, duration);
  if (frame) options.frame = time_after("--frame", frame);
  options.sheet = sheet;
  if (!(memory >= 0 && memory < 1e9)) throw UsageError("--memory takes a number of GB");
  const std::uint64_t memory_for_all = memory > 0 ? static_cast<std::uint64_t>(memory * 1e9) : usual_memory();
  choices.memory = memory_for_all / static_cast<std::uint64_t>(std::max(1, options.jobs));

  if (plans && options.work.empty()) throw UsageError("name the folder for the work by --work DIR");
  if (!plans && work) throw UsageError("--work is for 'gst-colorize plan'");
  if (plans && (resume || keep_pieces || progress || frame || sheet || dry_run || verbose || quiet || tables))
    throw UsageError(
        "a plan takes none of --resume, --keep-pieces, --progress, --frame, --sheet, --dry-run, --verbose, --quiet and "
        "--table");
  if (plans && given.hardware) throw UsageError("a plan takes no --hardware: other machines have other hardware");
  if (plans)
    for (auto& [name, value] : choices.properties)  // wherever pieces are made
      if (name == "model" && std::filesystem::path(value).has_extension() && std::filesystem::exists(value))
        value = std::filesystem::absolute(value).string();
  if (options.inputs.empty()) throw UsageError("there is no file to colorize; name one, as in 'gst-colorize film.mp4'");
  if (output && output_dir) throw UsageError("--output and --output-dir exclude each other");
  std::error_code unknown;  // what cannot be looked at is no folder
  if (output && (options.inputs.size() > 1 || (!rate && std::filesystem::is_directory(options.inputs[0], unknown))))
    throw UsageError("--output is for one file; use --output-dir for more");
  if (output && std::filesystem::is_directory(*options.output, unknown))
    throw UsageError(options.output->string() + " is a folder; name a file, or use --output-dir");
  if ((frame ? 1 : 0) + (sheet ? 1 : 0) + (choices.range ? 1 : 0) > 1)
    throw UsageError("--frame, --sheet, and --start with --duration exclude each other");
  if (sheet && (given.to_gray || choices.compare != Choices::Compare::none))
    throw UsageError("--sheet shows the pictures as they were and in colour; it takes neither --to-gray nor --compare");
  if ((frame || sheet) && record) throw UsageError("--record is of whole results, not of --frame and --sheet");
  check_table_names(options.tables);
  if ((frame || sheet) && given.deinterlace)
    throw UsageError("--deinterlace is for films, not for --frame and --sheet");
  if (overwrite && resume) throw UsageError("--overwrite and --resume exclude each other");
  if (choices.to_gray && choices.compare != Choices::Compare::none)
    throw UsageError("--to-gray and --compare exclude each other");
  if (options.jobs < 1) throw UsageError("--jobs takes a whole number from 1 on");
  if (choices.quality && (given.quality < 0 || given.quality > 100))
    throw UsageError("--quality takes a whole number from 0 to 100");
  if (choices.bits && given.bits != 8 && given.bits != 10 && given.bits != 12 && given.bits != 16)
    throw UsageError("--bits takes 8, 10, 12 or 16");
  if (choices.aac && !HAVE_LIBAV) throw UsageError("--sound takes copy alone: this was built without libavformat");
  return options;
}

static std::optional<Options> read_with_profile(int argc, char** argv, bool plans) {
  const auto profile = profile_in(argc, argv);
  if (!profile) return read(argc, argv, plans, nullptr);
  try {
    return read(argc, argv, plans, &*profile);
  } catch (const UsageError& error) {
    throw UsageError(blamed(error.what(), *profile, argc, argv));
  }
}

std::optional<Options> read_options(int argc, char** argv) { return read_with_profile(argc, argv, false); }

std::optional<Options> read_plan_options(int argc, char** argv) { return read_with_profile(argc, argv, true); }

std::vector<OfferedOption> picture_options() {
  PictureWords none;
  std::vector<OfferedOption> options;
  for (const GOptionEntry& entry : picture_entries(none)) {
    if (!entry.long_name) break;
    if (entry.flags & G_OPTION_FLAG_HIDDEN) continue;
    OfferedOption option{entry.long_name, entry.description, OfferedOption::Kind::text, {}};
    if (entry.arg == G_OPTION_ARG_NONE) option.kind = OfferedOption::Kind::on_or_off;
    if (entry.arg == G_OPTION_ARG_INT) option.kind = OfferedOption::Kind::number;
    if (entry.arg_data == &none.codec) option.choices = installed_codecs();
    if (entry.arg_data == &none.container) option.choices = container_names();
    if (entry.arg_data == &none.profile) option.choices = profile_names();
    const auto take = [&](const auto& words) {
      for (const auto& pair : words) option.choices.emplace_back(pair.first);
    };
    if (entry.arg_data == &none.compare) take(comparisons);
    if (entry.arg_data == &none.speed) take(speeds);
    if (entry.arg_data == &none.sound) take(sounds);
    options.push_back(std::move(option));
  }
  return options;
}

}  // namespace colorize::command
