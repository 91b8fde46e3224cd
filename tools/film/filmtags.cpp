// SPDX-License-Identifier: LGPL-2.1-or-later
#include "filmtags.h"

extern "C" {
#include <libavutil/dict.h>
}

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <utility>

#include "streams.h"
#include "timecode.h"

namespace colorize::command {

void add_tags_of_film(AVDictionary*& to, const AvInput& film, bool stays_on_streams) {
  av_dict_copy(&to, film->metadata, 0);
  if (stays_on_streams || std::strcmp(film->iformat->name, "ogg") != 0) return;
  for (const bool are_pictures : {true, false})
    for (int i = 0; i < static_cast<int>(film->nb_streams); ++i) {
      const AVStream& stream = film.stream(i);
      if (is_moving_picture(stream) != are_pictures) continue;
      const AVDictionaryEntry* each = nullptr;
      while ((each = av_dict_get(stream.metadata, "", each, AV_DICT_IGNORE_SUFFIX)))
        if (g_ascii_strcasecmp(each->key, "language") != 0)
          av_dict_set(&to, each->key, each->value, AV_DICT_DONT_OVERWRITE);
    }
}

void spell_tags(const AvOutput& output, AVStream& stream) {
  const std::string format = output->oformat->name;
  if (format != "mp4" && format != "mov") return;
  if (const AVDictionaryEntry* const title = av_dict_get(stream.metadata, "title", nullptr, 0))
    av_dict_set(&stream.metadata, "handler_name", std::string(title->value).c_str(), 0);
  constexpr std::pair<const char*, const char*> languages[] = {
      {"fre", "fra"}, {"deu", "ger"}, {"nld", "dut"}, {"swe", "sve"}, {"cze", "ces"}, {"slo", "slk"}, {"ell", "gre"},
      {"isl", "ice"}, {"zho", "chi"}, {"sqi", "alb"}, {"rum", "ron"}, {"hye", "arm"}, {"kat", "geo"}, {"mya", "bur"},
      {"msa", "may"}, {"eus", "baq"}, {"cym", "wel"}, {"bod", "tib"}, {"mkd", "mac"}};
  const AVDictionaryEntry* const language = av_dict_get(stream.metadata, "language", nullptr, 0);
  for (const auto& [code, spelled] : languages)
    if (format == "mov" && language && std::strcmp(language->value, code) == 0) {
      av_dict_set(&stream.metadata, "language", spelled, 0);
      break;
    }
}

bool has_quicktime_keys(const AvOutput& output, const AvInput& film) {
  if (std::strcmp(output->oformat->name, "mov") != 0 || !std::strstr(film->iformat->name, "mov")) return false;
  constexpr std::array older{"title",        "artist",   "author",        "album",   "date",  "encoder",
                             "comment",      "genre",    "copyright",     "make",    "model", "location",
                             "location-eng", "keywords", "creation_time", "timecode"};
  const AVDictionaryEntry* each = nullptr;
  while ((each = av_dict_get(output->metadata, "", each, AV_DICT_IGNORE_SUFFIX)))
    if (std::ranges::none_of(older, [&](const char* key) { return std::strcmp(key, each->key) == 0; })) return true;
  return false;
}

void copy_film_tags(const AvOutput& output, const AvInput& film, const std::filesystem::path& name,
                    const std::string& comment, const std::stop_token& stop) {
  add_tags_of_film(output->metadata, film, std::strcmp(output->oformat->name, "ogg") == 0);
  for (const char* of_the_container : {"major_brand", "minor_version", "compatible_brands", "encoder", "duration"})
    av_dict_set(&output->metadata, of_the_container, nullptr, 0);
  std::string code = time_code_of(film);
  const bool is_inside = code.empty();
  if (is_inside) code = time_code_inside(name, stop);
  // AVI has one for the whole film.
  if (!code.empty() && (is_inside || std::strcmp(output->oformat->name, "avi") == 0))
    av_dict_set(&output->metadata, "timecode", code.c_str(), AV_DICT_DONT_OVERWRITE);
  if (!comment.empty()) av_dict_set(&output->metadata, "comment", comment.c_str(), 0);
}

void write_chapters_as_tags(const AvOutput& output) {
  constexpr AVRational in_milliseconds{1, 1000};
  for (unsigned i = 0; i < output->nb_chapters; ++i) {
    AVChapter*& chapter = output->chapters[i];
    const std::int64_t time =
        std::max<std::int64_t>(0, av_rescale_q(chapter->start, chapter->time_base, in_milliseconds));
    std::array<char, 32> name{}, text{};
    std::snprintf(name.data(), name.size(), "CHAPTER%03u", i + 1);
    std::snprintf(text.data(), text.size(), "%02d:%02d:%02d.%03d", static_cast<int>(time / 3'600'000),
                  static_cast<int>(time / 60'000 % 60), static_cast<int>(time / 1000 % 60),
                  static_cast<int>(time % 1000));
    av_dict_set(&output->metadata, name.data(), text.data(), 0);
    const AVDictionaryEntry* const title = av_dict_get(chapter->metadata, "title", nullptr, 0);
    if (title) av_dict_set(&output->metadata, (std::string(name.data()) + "NAME").c_str(), title->value, 0);
    av_dict_free(&chapter->metadata);
    av_freep(&chapter);
  }
  output->nb_chapters = 0;
}

}  // namespace colorize::command
