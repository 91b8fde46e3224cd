// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sequence.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "common/failure.h"
#include "common/json.h"
#include "common/words.h"
#include "file.h"
#include "filestate.h"
#include "workfolder.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_digits = 18;

bool is_digit(char letter) { return g_ascii_isdigit(letter); }

/// Of digits alone; nothing for more than fit.
std::optional<std::uint64_t> number_in(std::string_view digits) {
  std::uint64_t number = 0;
  if (digits.empty() || digits.size() > most_digits) return std::nullopt;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() ? std::optional(number) : std::nullopt;
}

/// A name taken apart around its last number.
struct Parts {
  std::string before, digits, after;
};

std::optional<Parts> parts_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  const std::string stem = name.substr(0, dot);
  const auto begin = std::find_if_not(stem.rbegin(), stem.rend(), is_digit).base();
  if (begin == stem.end() || stem.end() - begin > static_cast<std::ptrdiff_t>(most_digits)) return std::nullopt;
  return Parts{{stem.begin(), begin}, {begin, stem.end()}, name.substr(dot)};
}

/// What lies between a name and its number.
std::string separators(const std::string& before) {
  const std::size_t last = before.find_last_not_of("._- ");
  return last == std::string::npos ? before : before.substr(last + 1);
}

/// What becomes a picture of a film here. Names of others with numbers, of notes and of sound, lie beside scans.
bool is_picture(const std::string& ending) {
  constexpr std::array endings{".dpx", ".tif", ".tiff", ".png", ".exr", ".jpg", ".jpeg", ".jp2", ".j2k",
                               ".bmp", ".tga", ".pgm",  ".ppm", ".pnm", ".sgi", ".rgb",  ".cin", ".webp"};
  const Owned<gchar> small(g_ascii_strdown(ending.c_str(), -1));
  return std::ranges::any_of(endings, [&](const char* known) { return std::string_view(known) == small.get(); });
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entries(folder.empty() ? "." : folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error))
    names.push_back(entries->path().filename().string());
  if (error) throw Failure(folder.string() + " cannot be read: " + error.message());
  std::ranges::sort(names);
  return names;
}

std::uint64_t scaled(std::uint64_t value, std::uint64_t by, std::uint64_t of) {
  return gst_util_uint64_scale(value, by, of);
}

/// "4 to 6, 9"
std::string missing_numbers(const Sequence& sequence) {
  constexpr std::size_t most = 8;
  std::vector<std::string> gaps;
  for (std::size_t i = 1; i < sequence.pictures.size(); ++i) {
    const std::uint64_t first = sequence.pictures[i - 1].number + 1, end = sequence.pictures[i].number;
    if (first == end) continue;
    gaps.push_back(std::to_string(first) + (first + 1 == end ? "" : " to " + std::to_string(end - 1)));
  }
  const std::size_t more = gaps.size() - std::min(gaps.size(), most);
  gaps.resize(gaps.size() - more);
  return listed(gaps) + (more ? " and " + std::to_string(more) + " more gaps" : "");
}

}  // namespace

fs::path NumberedNames::name(std::uint64_t number) const {
  std::string text = std::to_string(number);
  if (text.size() < static_cast<std::size_t>(digits))
    text.insert(0, static_cast<std::size_t>(digits) - text.size(), '0');
  return folder / (before + text + after);
}

fs::path NumberedNames::pattern() const {
  return folder / (before + (digits > 1 ? "%0" + std::to_string(digits) + "d" : "%d") + after);
}

std::vector<std::uint64_t> NumberedNames::numbers() const {
  std::vector<std::uint64_t> found;
  for (const std::string& file : files_in(folder)) {
    if (file.size() <= before.size() + after.size() || !file.starts_with(before) || !file.ends_with(after)) continue;
    const auto number =
        number_in(std::string_view(file).substr(before.size(), file.size() - before.size() - after.size()));
    if (number && name(*number).filename() == file) found.push_back(*number);
  }
  std::ranges::sort(found);
  return found;
}

std::optional<NumberedNames> numbered_names(const fs::path& pattern) {
  const std::string name = pattern.filename().string();
  const std::size_t begin = name.find('%');
  if (begin == std::string::npos || pattern.parent_path().string().find('%') != std::string::npos) return std::nullopt;
  std::size_t end = begin + 1;
  while (end < name.size() && is_digit(name[end])) ++end;
  const std::string digits = name.substr(begin + 1, end - begin - 1);
  if (end == name.size() || name[end] != 'd' || name.find('%', end) != std::string::npos) return std::nullopt;
  const std::optional<std::uint64_t> count = digits.empty() ? 1 : number_in(digits);
  if ((!digits.empty() && digits[0] != '0') || !count || *count > most_digits) return std::nullopt;
  return NumberedNames{pattern.parent_path(), name.substr(0, begin), name.substr(end + 1),
                       std::max(1, static_cast<int>(*count))};
}

std::vector<NumberedNames> sequences_in(const fs::path& folder) {
  struct Found {
    std::size_t least = most_digits;
    bool has_zeros = false;
    std::size_t count = 0;
  };
  std::map<std::pair<std::string, std::string>, Found> all;
  for (const std::string& file : files_in(folder)) {
    const std::optional<Parts> parts = parts_of(file);
    if (!parts || file.starts_with('.') || !is_picture(parts->after)) continue;
    if (is_of_result(file, ".colour") || is_of_result(file, ".gray") || is_of_result(file, ".compare")) continue;
    Found& found = all[{parts->before, parts->after}];
    found.least = std::min(found.least, parts->digits.size());
    found.has_zeros |= parts->digits.size() > 1 && parts->digits[0] == '0';
    ++found.count;
  }
  std::vector<NumberedNames> sequences;
  for (const auto& [around, found] : all)
    if (found.count > 1)
      sequences.push_back({folder, around.first, around.second, found.has_zeros ? static_cast<int>(found.least) : 1});
  return sequences;
}

bool is_of_result(const fs::path& file, const std::string& kind) {
  constexpr std::array written{".png", ".tif", ".tiff", ".dpx", ".exr"};
  const std::optional<Parts> parts = parts_of(file.filename().string());
  if (!parts || std::ranges::count(written, std::string_view(parts->after)) == 0) return false;
  const std::string between = separators(parts->before);
  const std::string before = parts->before.substr(0, parts->before.size() - between.size());
  return before.ends_with(kind) || ("." + before == kind && between == ".");
}

NumberedNames with_kind(NumberedNames names, const std::string& kind) {
  const std::string between = separators(names.before);
  const std::string stem = names.before.substr(0, names.before.size() - between.size());
  // No hidden files of pictures that are called by their numbers alone.
  names.before = (stem.empty() ? kind.substr(1) : stem + kind) + (between.empty() ? "." : between);
  return names;
}

std::optional<Rate> rate_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto frames = number_in(std::string_view(text).substr(0, slash));
  const auto per = slash == std::string::npos ? 1 : number_in(std::string_view(text).substr(slash + 1));
  constexpr std::uint64_t most = 1'000'000;
  if (!frames || !per || !*frames || !*per || *frames > most || *per > most) return std::nullopt;
  if (*frames > 1000 * *per || *per > 1000 * *frames) return std::nullopt;
  return Rate{static_cast<int>(*frames), static_cast<int>(*per)};
}

std::int64_t Sequence::time(std::uint64_t number) const {
  const std::uint64_t before = number - pictures.front().number;
  return static_cast<std::int64_t>(
      scaled(before, GST_SECOND * static_cast<std::uint64_t>(rate.per), static_cast<std::uint64_t>(rate.frames)));
}

std::uint64_t Sequence::number_at(std::int64_t time) const {
  constexpr std::int64_t rounding = 500'000;
  const auto at = static_cast<std::uint64_t>(std::max<std::int64_t>(0, time + rounding));
  return pictures.front().number +
         scaled(at, static_cast<std::uint64_t>(rate.frames), GST_SECOND * static_cast<std::uint64_t>(rate.per));
}

Sequence find_sequence(const NumberedNames& names, std::optional<Rate> rate) {
  Sequence sequence{.names = names, .rate = rate.value_or(Rate{}), .rate_is_said = rate.has_value(), .pictures = {}};
  sequence.names.folder = fs::absolute(names.folder.empty() ? "." : names.folder);
  for (const std::uint64_t number : names.numbers()) {
    const FileState state = state_of(names.name(number));
    sequence.pictures.push_back({number, static_cast<std::uint64_t>(state.size), state.changed});
  }
  if (sequence.pictures.empty()) throw Failure("there are no pictures of such names: " + names.pattern().string());
  const std::uint64_t span = sequence.pictures.back().number - sequence.pictures.front().number;
  constexpr std::uint64_t longest = 100'000'000;
  if (span > longest)
    throw Failure("its numbers go from " + std::to_string(sequence.pictures.front().number) + " to " +
                  std::to_string(sequence.pictures.back().number) + ", which is no film");
  return sequence;
}

std::string to_json(const Sequence& sequence) {
  Json json;
  json.object();
  // Names of files need not be UTF-8, which JSON must be.
  for (const auto& [key, text] : {std::pair("folder", sequence.names.folder.string()),
                                  {"before", sequence.names.before},
                                  {"after", sequence.names.after}}) {
    const Owned<gchar> escaped(g_uri_escape_string(text.c_str(), "/ ", FALSE));
    json.text(key, escaped.get());
  }
  json.integer("digits", sequence.names.digits).integer("frames", sequence.rate.frames);
  json.integer("per", sequence.rate.per).truth("rate-is-said", sequence.rate_is_said);
  json.array("pictures");
  for (const Sequence::Picture& picture : sequence.pictures) {
    json.array().count(nullptr, picture.number).count(nullptr, picture.size).integer(nullptr, picture.changed);
    json.end_array();
  }
  return json.end_array().end_object().line();
}

std::optional<Sequence> sequence_in(const fs::path& film) {
  if (film.filename() != sequence_list) return std::nullopt;
  const JsonValue json = JsonValue::parse(read_file(film));
  const auto text = [&](const char* key) {
    const Owned<gchar> plain(g_uri_unescape_string(json.at(key).text().c_str(), nullptr));
    return std::string(plain ? plain.get() : "");
  };
  const auto number = [&](const char* key) { return static_cast<int>(json.at(key).integer()); };
  Sequence sequence{.names = {text("folder"), text("before"), text("after"), number("digits")},
                    .rate = {std::max(1, number("frames")), std::max(1, number("per"))},
                    .rate_is_said = json.at("rate-is-said").truth(),
                    .pictures = {}};
  for (const JsonValue& picture : json.at("pictures").elements()) {
    const std::vector<JsonValue> values = picture.elements();
    if (values.size() != 3) throw Failure(film.string() + " is damaged");
    sequence.pictures.push_back({static_cast<std::uint64_t>(values[0].integer()),
                                 static_cast<std::uint64_t>(values[1].integer()), values[2].integer()});
  }
  if (sequence.pictures.empty()) throw Failure(film.string() + " is damaged");
  return sequence;
}

TemporaryList::TemporaryList(const Sequence& sequence) {
  Owned<GError> error;
  const Owned<gchar> folder(g_dir_make_tmp("gst-colorize-XXXXXX", out(error)));
  if (!folder) throw Failure(error->message);
  path_ = fs::path(folder.get()) / sequence_list;
  write_text(path_, to_json(sequence));
}

TemporaryList::~TemporaryList() {
  std::error_code ignored;
  fs::remove(path_, ignored);
  fs::remove(path_.parent_path(), ignored);
}

void check_unchanged(const Sequence& sequence) {
  const auto is_same = [](const Sequence::Picture& now, const Sequence::Picture& then) {
    return now.number == then.number && now.size == then.size && are_alike(now.changed, then.changed);
  };
  if (!std::ranges::equal(find_sequence(sequence.names, sequence.rate).pictures, sequence.pictures, is_same))
    throw Failure("its pictures changed while they were read; begin anew, when they are all there");
}

Survey survey_of(const Sequence& sequence, int width, int height) {
  Track track{.id = sequence_track,
              .type = GST_STREAM_TYPE_VIDEO,
              .caps = nullptr,
              .tags = nullptr,
              .packets = {},
              .forms = {}};
  track.caps.reset(gst_caps_new_simple(sequence_caps, "width", G_TYPE_INT, width, "height", G_TYPE_INT, height,
                                       "framerate", GST_TYPE_FRACTION, sequence.rate.frames, sequence.rate.per,
                                       nullptr));
  for (const Sequence::Picture& picture : sequence.pictures) {
    const std::int64_t time = sequence.time(picture.number);
    track.packets.push_back({.timestamp = time,
                             .stream_time = time,
                             .running_time = time,
                             .decoded_at = time,
                             .size = picture.size,
                             .tail = 0,
                             .keyframe = true});
  }
  track.end = sequence.end();
  Survey survey;
  survey.end = track.end;
  survey.tracks.push_back(std::move(track));
  return survey;
}

std::vector<Remark> remarks_on(const Sequence& sequence) {
  std::vector<Remark> remarks;
  if (!sequence.rate_is_said)
    remarks.push_back({"rate-assumed", "it is taken for " + std::to_string(sequence.rate.frames) +
                                           " frames a second; --rate says another"});
  const std::uint64_t span = sequence.pictures.back().number - sequence.pictures.front().number + 1;
  if (const std::uint64_t missing = span - sequence.pictures.size())
    remarks.push_back({"numbers-missing", counted(missing, "picture") + " of numbers " +
                                              std::to_string(sequence.pictures.front().number) + " to " +
                                              std::to_string(sequence.pictures.back().number) + " " +
                                              (missing == 1 ? "is" : "are") + " missing (" + missing_numbers(sequence) +
                                              "): the one before is shown for as long, and a sequence that is made of "
                                              "it lacks the same numbers"});
  return remarks;
}

}  // namespace colorize::command
