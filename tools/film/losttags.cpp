// SPDX-License-Identifier: LGPL-2.1-or-later
#include "losttags.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "filmtags.h"
#include "libav.h"

namespace colorize::command {

namespace {

/// In the order of the film.
std::vector<std::pair<std::string, std::string>> all_of(const AVDictionary* tags) {
  std::vector<std::pair<std::string, std::string>> all;
  const AVDictionaryEntry* each = nullptr;
  while ((each = av_dict_get(tags, "", each, AV_DICT_IGNORE_SUFFIX))) all.emplace_back(each->key, each->value);
  return all;
}

/// Of the program that wrote the film, or made anew, or told of elsewhere.
bool is_of_the_old(const std::string& name) {
  constexpr std::array of_the_old{// MP4, AVI, ASF
                                  "major_brand", "minor_version", "compatible_brands", "encoder", "software",
                                  "duration", "WMFSDKVersion", "WMFSDKNeeded", "IsVBR",
                                  // MXF
                                  "operational_pattern_ul", "uid", "generation_uid", "company_name", "product_name",
                                  "product_version_num", "product_version", "application_platform", "product_uid",
                                  "toolkit_version_num", "modification_date", "material_package_umid",
                                  // told of elsewhere
                                  "timecode"};
  return std::ranges::any_of(of_the_old, [&](const char* old) { return g_ascii_strcasecmp(old, name.c_str()) == 0; });
}

/// The streams by their kinds, without covers, in order.
std::map<AVMediaType, std::vector<const AVStream*>> by_kind(const AvInput& film) {
  std::map<AVMediaType, std::vector<const AVStream*>> streams;
  for (int i = 0; i < static_cast<int>(film->nb_streams); ++i)
    if (!(film.stream(i).disposition & AV_DISPOSITION_ATTACHED_PIC))
      streams[film.stream(i).codecpar->codec_type].push_back(&film.stream(i));
  return streams;
}

std::string language_of(const AVStream& stream) {
  const AVDictionaryEntry* const entry = av_dict_get(stream.metadata, "language", nullptr, 0);
  return entry && std::string("und") != entry->value ? entry->value : "";
}

/// What a stream of the film says of what it is for, and its place in the result does not.
void add_lost_words(const AVStream& before, const AVStream& after, std::vector<std::string>& lost) {
  constexpr int told = AV_DISPOSITION_DUB | AV_DISPOSITION_ORIGINAL | AV_DISPOSITION_COMMENT | AV_DISPOSITION_LYRICS |
                       AV_DISPOSITION_KARAOKE | AV_DISPOSITION_FORCED | AV_DISPOSITION_HEARING_IMPAIRED |
                       AV_DISPOSITION_VISUAL_IMPAIRED | AV_DISPOSITION_CLEAN_EFFECTS;
  const auto add = [&](const std::string& words) {
    if (std::ranges::find(lost, words) == lost.end()) lost.push_back(words);
  };
  if (const std::string language = language_of(before); !language.empty() && language_of(after).empty())
    add("language: " + language);
  const int missing = before.disposition & ~after.disposition & told;
  for (int flag = 1; flag <= missing; flag *= 2)
    if (missing & flag) add(std::string("flag: ") + av_disposition_to_string(flag));
}

}  // namespace

std::vector<std::string> lost_tags(const FilmPlan& plan, const std::filesystem::path& result,
                                   const std::stop_token& stop) {
  const AvInput before(plan.film, stop, false), after(result, stop, false);
  // A container may have a name of its own for a tag, or a form for what a tag of a name says.
  std::set<std::string> values;
  for (unsigned i = 0; i < after->nb_streams; ++i)
    for (const auto& [name, value] : all_of(after.stream(static_cast<int>(i)).metadata)) values.insert(value);
  for (const auto& [name, value] : all_of(after->metadata)) values.insert(value);
  const auto is_said = [&](const std::string& name, const std::string& value) {
    // The command adds to it.
    if (g_ascii_strcasecmp(name.c_str(), "comment") == 0)
      return std::ranges::any_of(values, [&](const std::string& all) { return all.find(value) != std::string::npos; });
    return values.contains(value) || av_dict_get(after->metadata, name.c_str(), nullptr, 0);
  };
  AVDictionary* of_film = nullptr;
  add_tags_of_film(of_film, before, false);
  const auto tags = all_of(of_film);
  av_dict_free(&of_film);
  std::vector<std::string> lost;
  for (const auto& [name, value] : tags)
    if (!is_of_the_old(name) && !is_said(name, value)) lost.push_back(name);
  const auto there = by_kind(after);
  std::map<AVMediaType, std::size_t> places;
  for (int i = 0; i < static_cast<int>(before->nb_streams); ++i) {
    const auto is_it = [&](const PlannedTrack& track) { return track.pictures && track.pictures->stream == i; };
    const bool is_there = std::ranges::find(*plan.copied, i) != plan.copied->end() || plan.converted.contains(i) ||
                          std::ranges::any_of(plan.tracks, is_it);
    const AVDictionaryEntry* const title = av_dict_get(before.stream(i).metadata, "title", nullptr, 0);
    if (is_there && title && !values.contains(title->value)) lost.push_back(std::string("title: ") + title->value);
    const AVStream& stream = before.stream(i);
    if (!is_there || stream.disposition & AV_DISPOSITION_ATTACHED_PIC) continue;
    const auto alike = there.find(stream.codecpar->codec_type);
    const std::size_t place = places[stream.codecpar->codec_type]++;
    if (alike != there.end() && place < alike->second.size()) add_lost_words(stream, *alike->second[place], lost);
  }
  return lost;
}

}  // namespace colorize::command
