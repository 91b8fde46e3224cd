// SPDX-License-Identifier: LGPL-2.1-or-later
#include "losttags.h"

#include <algorithm>
#include <array>
#include <set>

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
                                  // remarks and the command's own
                                  "comment", "timecode"};
  return std::ranges::any_of(of_the_old, [&](const char* old) { return g_ascii_strcasecmp(old, name.c_str()) == 0; });
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
  std::vector<std::string> lost;
  for (const auto& [name, value] : all_of(before->metadata))
    if (!is_of_the_old(name) && !values.contains(value) && !av_dict_get(after->metadata, name.c_str(), nullptr, 0))
      lost.push_back(name);
  for (int i = 0; i < static_cast<int>(before->nb_streams); ++i) {
    const auto is_it = [&](const PlannedTrack& track) { return track.pictures && track.pictures->stream == i; };
    const bool is_there = std::ranges::find(*plan.copied, i) != plan.copied->end() || plan.converted.contains(i) ||
                          std::ranges::any_of(plan.tracks, is_it);
    const AVDictionaryEntry* const title = av_dict_get(before.stream(i).metadata, "title", nullptr, 0);
    if (is_there && title && !values.contains(title->value)) lost.push_back(std::string("title: ") + title->value);
  }
  return lost;
}

}  // namespace colorize::command
