// SPDX-License-Identifier: LGPL-2.1-or-later
#include "planfile.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "common/json.h"
#include "division.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr int version = 4;  // of the form of the file

constexpr std::array comparisons{"none", "halves", "side-by-side"};  // by Choices::Compare

void add_time(Json& json, const char* key, std::optional<std::int64_t> time) {
  const bool is_bound = time && *time != Piece::first && *time != Piece::last;
  is_bound ? json.integer(key, *time) : json.nothing(key);
}

std::optional<std::int64_t> time_of(const JsonValue& value) {
  return value.is_nothing() ? std::nullopt : std::optional(value.integer());
}

void add_file(Json& json, const char* key, const fs::path& file) {
  const Owned<gchar> uri(g_filename_to_uri(file.c_str(), nullptr, nullptr));
  json.text(key, uri.get());
}

fs::path file_of(const JsonValue& value) {
  const Owned<gchar> file(g_filename_from_uri(value.text().c_str(), nullptr, nullptr));
  if (!file) throw Failure(value.text() + " is not the URI of a file");
  return file.get();
}

void add_tags(Json& json, const GstTagList* tags) {
  const Owned<gchar> text(tags ? gst_tag_list_to_string(tags) : nullptr);
  tags ? json.text("tags", text.get()) : json.nothing("tags");
}

TagList tags_of(const JsonValue& value, GstTagScope scope) {
  if (value.is_nothing()) return nullptr;
  TagList tags(gst_tag_list_new_from_string(value.text().c_str()));
  if (!tags) throw Failure("tags that cannot be read: " + value.text());
  gst_tag_list_set_scope(tags.get(), scope);
  return tags;
}

void add_range(Json& json, const std::optional<Range>& range) {
  if (!range) {
    json.nothing("range");
    return;
  }
  json.object("range").integer("start", range->start);
  add_time(json, "end", range->end);
  json.end_object();
}

std::optional<Range> range_of(const JsonValue& value) {
  if (value.is_nothing()) return std::nullopt;
  return Range{value.at("start").integer(), time_of(value.at("end")).value_or(Piece::last)};
}

void add_recipe(Json& json, const Recipe& recipe, const Properties& properties) {
  const Choices& choices = recipe.choices;
  json.object("recipe").object("properties");
  for (const auto& [name, value] : properties) json.text(name.c_str(), value);
  json.end_object().truth("to-gray", choices.to_gray);
  json.text("compare", comparisons[static_cast<std::size_t>(choices.compare)]).text("label", choices.label);
  json.truth("deinterlace", choices.deinterlace).text("codec", choices.codec).text("encoder", recipe.encoder->element);
  choices.quality ? json.integer("quality", *choices.quality) : json.nothing("quality");
  json.integer("speed", static_cast<int>(choices.speed)).text("sound", choices.aac ? "aac" : "copy");
  choices.bits ? json.integer("bits", *choices.bits) : json.nothing("bits");
  add_range(json, choices.range);
  json.truth("in-order", recipe.in_order).integer("threads", recipe.threads).end_object();
}

Recipe recipe_of(const JsonValue& value) {
  Recipe recipe{.choices = {}, .encoder = &encoder_named(value.at("encoder").text()), .in_order = {}, .threads = {}};
  recipe.in_order = value.at("in-order").truth();
  recipe.threads = static_cast<int>(value.at("threads").integer());
  Choices& choices = recipe.choices;
  const JsonValue properties = value.at("properties");
  for (const std::string& name : properties.keys()) choices.properties.emplace_back(name, properties.at(name).text());
  choices.to_gray = value.at("to-gray").truth();
  const std::string compare = value.at("compare").text();
  const auto comparison = std::ranges::find(comparisons, compare);
  if (comparison == comparisons.end()) throw Failure("compare is not " + compare);
  choices.compare = static_cast<Choices::Compare>(comparison - comparisons.begin());
  choices.label = value.at("label").text();
  choices.deinterlace = value.at("deinterlace").truth();
  choices.codec = value.at("codec").text();
  if (const JsonValue quality = value.at("quality"); !quality.is_nothing())
    choices.quality = static_cast<int>(quality.integer());
  const std::int64_t speed = value.at("speed").integer();
  if (speed < 0 || speed > static_cast<int>(Choices::Speed::slow))
    throw Failure("speed is not " + std::to_string(speed));
  choices.speed = static_cast<Choices::Speed>(speed);
  choices.aac = value.at("sound").text() == "aac";
  if (const JsonValue bits = value.at("bits"); !bits.is_nothing()) choices.bits = static_cast<int>(bits.integer());
  choices.range = range_of(value.at("range"));
  return recipe;
}

void add_form(Json& json, const Pictures& pictures) {
  json.truth("mixed", pictures.mixed);
  const Owned<gchar> form(pictures.form ? gst_caps_to_string(pictures.form.get()) : nullptr);
  form ? json.text("form", form.get()) : json.nothing("form");
}

void add_pictures(Json& json, const Pictures& pictures) {
  json.object("pictures").integer("end", pictures.end).count("count", pictures.count);
  json.integer("stream", pictures.stream).integer("offset", pictures.offset);
  add_form(json, pictures);
  json.integer("depth", pictures.depth).truth("own-decoder", pictures.own_decoder);
  json.truth("captions", pictures.captions);
  add_time(json, "delay", pictures.delay);
  json.array("shown");
  for (const std::int64_t time : pictures.shown) json.integer(nullptr, time);
  json.end_array().array("retimed");
  for (const std::int64_t time : pictures.retimed) json.integer(nullptr, time);
  json.end_array().end_object();
}

Pictures pictures_of(const JsonValue& value) {
  Pictures pictures{.end = value.at("end").integer(),
                    .delay = time_of(value.at("delay")),
                    .count = static_cast<std::size_t>(value.at("count").integer()),
                    .shown = {},
                    .stream = static_cast<int>(value.at("stream").integer()),
                    .offset = value.at("offset").integer(),
                    .depth = static_cast<int>(value.at("depth").integer()),
                    .own_decoder = value.at("own-decoder").truth(),
                    .captions = value.at("captions").truth()};
  pictures.mixed = value.at("mixed").truth();
  if (const JsonValue form = value.at("form"); !form.is_nothing()) {
    pictures.form.reset(gst_caps_from_string(form.text().c_str()));
    if (!pictures.form || !gst_caps_is_fixed(pictures.form.get())) throw Failure("a form that cannot be read");
  }
  for (const JsonValue& time : value.at("shown").elements()) pictures.shown.push_back(time.integer());
  for (const JsonValue& time : value.at("retimed").elements()) pictures.retimed.push_back(time.integer());
  return pictures;
}

/// What a track is known by, into the object that was begun.
void add_kind(Json& json, const PlannedTrack& track) {
  const Owned<gchar> caps(gst_caps_to_string(track.caps.get()));
  json.text("id", track.id).text("caps", caps.get());
  add_tags(json, track.tags.get());
}

void add_track(Json& json, const PlannedTrack& track) {
  add_kind(json.object(), track);
  track.pictures ? add_pictures(json, *track.pictures) : static_cast<void>(json.nothing("pictures"));
  json.end_object();
}

PlannedTrack track_of(const JsonValue& value) {
  PlannedTrack track{.id = value.at("id").text(),
                     .caps = Caps(gst_caps_from_string(value.at("caps").text().c_str())),
                     .tags = tags_of(value.at("tags"), GST_TAG_SCOPE_STREAM),
                     .pictures = {}};
  if (!track.caps || gst_caps_get_size(track.caps.get()) != 1) throw Failure("caps that cannot be read");
  if (const JsonValue pictures = value.at("pictures"); !pictures.is_nothing()) track.pictures = pictures_of(pictures);
  return track;
}

void add_piece(Json& json, const Piece& piece) {
  json.object().count("track", piece.track);
  add_time(json, "start", piece.start);
  add_time(json, "end", piece.end);
  add_time(json, "warm-up", piece.warm_up);
  add_time(json, "seek", piece.seek);  // stream time
  add_time(json, "shift", piece.shift);
  if (piece.entry) {
    json.object("entry").count("number", piece.entry->number);
    json.integer("tail", static_cast<std::int64_t>(piece.entry->tail)).end_object();
  } else {
    json.nothing("entry");
  }
  json.end_object();
}

std::optional<Landmark> landmark_of(const JsonValue& value) {
  if (value.is_nothing()) return std::nullopt;
  return Landmark{static_cast<std::size_t>(value.at("number").integer()),
                  static_cast<std::uint64_t>(value.at("tail").integer())};
}

Piece piece_of(const JsonValue& value) {
  return {.track = static_cast<std::size_t>(value.at("track").integer()),
          .start = time_of(value.at("start")).value_or(Piece::first),
          .end = time_of(value.at("end")).value_or(Piece::last),
          .warm_up = time_of(value.at("warm-up")).value_or(Piece::first),
          .seek = time_of(value.at("seek")),
          .shift = time_of(value.at("shift")),
          .entry = landmark_of(value.at("entry"))};
}

void add_entries(Json& json, GList* entries) {
  json.array("entries");
  for (GList* i = entries; i; i = i->next) {
    auto* const entry = static_cast<GstTocEntry*>(i->data);
    gint64 start = GST_CLOCK_TIME_NONE, stop = GST_CLOCK_TIME_NONE;  // -1 where it is not known
    gst_toc_entry_get_start_stop_times(entry, &start, &stop);
    json.object().text("kind", gst_toc_entry_type_get_nick(gst_toc_entry_get_entry_type(entry)));
    json.text("uid", gst_toc_entry_get_uid(entry)).integer("start", start).integer("stop", stop);
    add_tags(json, gst_toc_entry_get_tags(entry));
    add_entries(json, gst_toc_entry_get_sub_entries(entry));
    json.end_object();
  }
  json.end_array();
}

GstTocEntryType kind_of(const std::string& nick) {
  for (int kind = GST_TOC_ENTRY_TYPE_ANGLE; kind <= GST_TOC_ENTRY_TYPE_CHAPTER; ++kind)
    if (nick == gst_toc_entry_type_get_nick(static_cast<GstTocEntryType>(kind)))
      return static_cast<GstTocEntryType>(kind);
  throw Failure("a table of contents has no " + nick);
}

/// Reads entries, each of which is given to `append`.
void read_entries(const JsonValue& value, const std::function<void(GstTocEntry*)>& append) {
  for (const JsonValue& element : value.at("entries").elements()) {
    Owned<GstTocEntry> entry(gst_toc_entry_new(kind_of(element.at("kind").text()), element.at("uid").text().c_str()));
    gst_toc_entry_set_start_stop_times(entry.get(), element.at("start").integer(), element.at("stop").integer());
    if (TagList tags = tags_of(element.at("tags"), GST_TAG_SCOPE_STREAM))
      gst_toc_entry_set_tags(entry.get(), tags.release());
    read_entries(element, [&](GstTocEntry* below) { gst_toc_entry_append_sub_entry(entry.get(), below); });
    append(entry.release());
  }
}

void add_toc(Json& json, const GstToc* toc) {
  if (!toc) {
    json.nothing("toc");
    return;
  }
  json.object("toc").truth("global", gst_toc_get_scope(toc) == GST_TOC_SCOPE_GLOBAL);
  add_tags(json, gst_toc_get_tags(toc));
  add_entries(json, gst_toc_get_entries(toc));
  json.end_object();
}

Owned<GstToc> toc_of(const JsonValue& value) {
  if (value.is_nothing()) return nullptr;
  Owned<GstToc> toc(gst_toc_new(value.at("global").truth() ? GST_TOC_SCOPE_GLOBAL : GST_TOC_SCOPE_CURRENT));
  if (TagList tags = tags_of(value.at("tags"), GST_TAG_SCOPE_GLOBAL)) gst_toc_set_tags(toc.get(), tags.release());
  read_entries(value, [&](GstTocEntry* entry) { gst_toc_append_entry(toc.get(), entry); });
  return toc;
}

/// What all pieces have in common, but for their hints, into the object that was begun.
void add_ground(Json& json, const FilmPlan& plan, const Properties& properties) {
  json.integer("version", version);
  add_file(json, "film", plan.film);
  add_recipe(json, plan.recipe, properties);
  json.object("made-with");
  for (const auto& [name, value] : plan.made_with) json.text(name.c_str(), value);
  json.end_object();
}

}  // namespace

std::string to_json(const FilmPlan& plan) {
  Json json;
  add_ground(json.object(), plan, plan.recipe.choices.properties);
  json.array("hints");
  for (const TracedHint& hint : plan.hints) {
    json.object().text("said", hint.said).text("from", hint.from).text("key", hint.key);
    json.integer("begin", hint.begin).integer("end", hint.end).end_object();
  }
  json.end_array().integer("lead", plan.lead);
  add_range(json, plan.range);
  add_tags(json, plan.tags.get());
  add_toc(json, plan.toc.get());
  plan.copied ? json.array("copied") : json.nothing("copied");
  if (plan.copied) {
    for (const int stream : *plan.copied) json.integer(nullptr, stream);
    json.end_array();
  }
  json.object("converted");
  for (const auto& [stream, codec] : plan.converted) json.text(std::to_string(stream).c_str(), codec);
  json.end_object().array("tracks");
  for (const PlannedTrack& track : plan.tracks) add_track(json, track);
  json.end_array().array("pieces");
  for (const Piece& piece : plan.pieces) add_piece(json, piece);
  json.end_array().array("remarks");
  for (const Remark& remark : plan.remarks)
    json.object().text("code", remark.code).text("text", remark.text).end_object();
  json.end_array().end_object();
  return json.line();
}

std::string digest(const FilmPlan& plan, std::size_t piece) {
  // Not of the whole plan, which for a long film has a million times of frames: each piece would cost all of them.
  Json json;
  add_ground(json.object(), plan, properties_of_piece(plan, piece, {}));
  const PlannedTrack& track = plan.tracks[plan.pieces[piece].track];
  add_kind(json, track);
  add_form(json, *track.pictures);
  add_time(json, "delay", track.pictures->delay);
  json.integer("depth", track.pictures->depth).truth("own-decoder", track.pictures->own_decoder);
  json.array("pieces");
  add_piece(json, piece_to_make(plan, piece));
  const std::string text = json.end_array().end_object().line();
  const Owned<gchar> digest(g_compute_checksum_for_string(G_CHECKSUM_SHA256, text.c_str(), -1));
  return digest.get();
}

FilmPlan plan_of(const std::string& json) {
  const JsonValue value = JsonValue::parse(json);
  if (value.at("version").integer() != version) throw Failure("its form is that of another version");
  FilmPlan plan;
  plan.film = file_of(value.at("film"));
  plan.recipe = recipe_of(value.at("recipe"));
  const JsonValue made_with = value.at("made-with");
  for (const std::string& name : made_with.keys()) plan.made_with[name] = made_with.at(name).text();
  for (const JsonValue& hint : value.at("hints").elements())
    plan.hints.push_back({hint.at("said").text(), hint.at("from").text(), hint.at("key").text(),
                          hint.at("begin").integer(), hint.at("end").integer()});
  plan.lead = value.at("lead").integer();
  plan.range = range_of(value.at("range"));
  plan.tags = tags_of(value.at("tags"), GST_TAG_SCOPE_GLOBAL);
  plan.toc = toc_of(value.at("toc"));
  if (const JsonValue copied = value.at("copied"); !copied.is_nothing()) {
    plan.copied.emplace();
    for (const JsonValue& stream : copied.elements()) plan.copied->push_back(static_cast<int>(stream.integer()));
  }
  const JsonValue converted = value.at("converted");
  for (const std::string& stream : converted.keys()) plan.converted[std::stoi(stream)] = converted.at(stream).text();
  for (const JsonValue& track : value.at("tracks").elements()) plan.tracks.push_back(track_of(track));
  for (const JsonValue& piece : value.at("pieces").elements()) {
    plan.pieces.push_back(piece_of(piece));
    if (const std::size_t track = plan.pieces.back().track; track >= plan.tracks.size() || !plan.tracks[track].pictures)
      throw Failure("a piece is of a track that has no pictures");
  }
  for (const JsonValue& remark : value.at("remarks").elements())
    plan.remarks.push_back({remark.at("code").text(), remark.at("text").text()});
  return plan;
}

std::string difference(const std::string& before, const FilmPlan& plan) {
  const JsonValue old = JsonValue::parse(before), now = JsonValue::parse(to_json(plan));
  if (old.at("film").text() != now.at("film").text()) return "film (" + old.at("film").text() + ")";
  const auto groups = [](const JsonValue& of) {
    return std::array{of.at("made-with"), of.at("recipe").at("properties"), of.at("recipe")};
  };
  const auto before_all = groups(old), now_all = groups(now);
  for (std::size_t i = 0; i < now_all.size(); ++i) {
    const JsonValue &were = before_all[i], &are = now_all[i];
    std::vector<std::string> names = are.keys(), former = were.keys();
    names.insert(names.end(), former.begin(), former.end());
    for (const std::string& name : names) {
      if (name == "hints" || name == "properties") continue;  // pieces know their own; the properties are a group
      const std::string was = were.has(name) ? were.at(name).written() : "none";
      const std::string is = are.has(name) ? are.at(name).written() : "none";
      if (was != is) return name + " (" + was + ", now " + is + ")";
    }
  }
  return {};
}

}  // namespace colorize::command
