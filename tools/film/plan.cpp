// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <numeric>
#include <opencv2/core/utility.hpp>
#include <set>

#include "captions.h"
#include "changes.h"
#include "common/checksum.h"
#include "common/properties.h"
#include "common/references.h"
#include "common/words.h"
#include "copies.h"
#include "depth.h"
#include "division.h"
#include "edges.h"
#include "fieldorder.h"
#include "filestate.h"
#include "hardware.h"
#include "inference.h"
#include "model.h"
#include "mux.h"
#include "network.h"
#include "piece.h"
#include "processor.h"
#include "record.h"
#include "scan.h"
#include "sequence.h"
#include "shape.h"
#if HAVE_LIBAV
#include "libavencoder.h"
#include "smallpictures.h"
#endif

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// The plugin that an element comes from; null where that is not installed.
Owned<GstPlugin> plugin_of(const char* element) {
  const Owned<GstElementFactory> factory(gst_element_factory_find(element));
  return Owned<GstPlugin>(factory ? gst_plugin_feature_get_plugin(GST_PLUGIN_FEATURE(factory.get())) : nullptr);
}

/// By which a file is known on every machine, wherever and whenever it was installed there.
std::string content_of(const fs::path& file) try {
  static std::mutex mutex;
  static std::map<std::string, std::string> known;  // some have a hundred megabytes, and a folder has many films
  const std::lock_guard lock(mutex);
  std::string& content = known[file.string() + " " + state_in_words(file)];
  if (content.empty()) content = "SHA-256 " + sha256_of(file, {});
  return content;
} catch (const Failure&) {
  return "missing";
}

std::string version_of_plugin(const char* element) {
  const Owned<GstPlugin> plugin = plugin_of(element);
#if HAVE_LIBAV
  if (!plugin && std::string_view(element).starts_with("colorize-")) return libavcodec_version();
#endif
  return plugin ? gst_plugin_get_version(plugin.get()) : "missing";
}

/// What of a processor bits depend on, by its names in FilmPlan::made_with. Pieces are joined alike on every one.
constexpr const char *level = "processor", *kernels = "processor for ONNX Runtime";

/// In what a processor differs from a plan's, of what ONNX Runtime goes by, for people.
std::string unlike_kernels(const std::string& planned, const std::string& here) {
  const std::string lacking = words_beyond(planned, here), more = words_beyond(here, planned);
  const std::string lacks = lacking.empty() ? "" : "lacks " + lacking + " of the plan's",
                    has = more.empty() ? "" : "has " + more + " more" + (lacks.empty() ? " than the plan's" : "");
  return "its processor " + lacks + (lacks.empty() || has.empty() ? "" : " and ") + has +
         ", and ONNX Runtime goes by that, whatever it is told: take machines of one kind, or plan with "
         "--engine opencv";
}

bool decodable(const Track& track) {
  GList* const all = gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_DECODER, GST_RANK_MARGINAL);
  GList* const fitting = gst_element_factory_list_filter(all, track.caps.get(), GST_PAD_SINK, FALSE);
  const GstStructure* const kind = gst_caps_get_structure(track.caps.get(), 0);
  const bool is_ours = gst_structure_has_name(kind, "video/x-raw") || gst_structure_has_name(kind, sequence_caps);
  const bool found = fitting || is_ours;
  gst_plugin_feature_list_free(fitting);
  gst_plugin_feature_list_free(all);
  return found;
}

/// The tracks that become colour.
std::vector<const Track*> picture_tracks(const Survey& survey, std::vector<Remark>& remarks) {
  std::vector<const Track*> pictures;
  std::string undecodable;
  for (const Track& track : survey.tracks) {
    if (!track.is_picture() || track.packets.empty()) continue;
    const std::string type = gst_structure_get_name(gst_caps_get_structure(track.caps.get(), 0));
    if (track.packets.size() == 1 && type.starts_with("image/")) {
      remarks.push_back({"cover-lost", "its cover, a single picture, gets lost"});
      continue;
    }
    if (decodable(track)) {
      pictures.push_back(&track);
      continue;
    }
    undecodable = track.name();
    remarks.push_back({"track-left-out", undecodable + " is left out, since GStreamer has no decoder for it here"});
  }
  if (pictures.empty())
    throw Failure(undecodable.empty() ? "there is no moving picture in it"
                                      : "GStreamer has no decoder for its picture here, " + undecodable);
  return pictures;
}

/// Where the times of a track's keyframes go back, from what to what. A keyframe is shown after all that comes before
/// it; where it is not, its demuxer has lost the thread.
std::optional<std::pair<std::int64_t, std::int64_t>> jump_back(const Track& track) {
  if (!track.delay()) return std::nullopt;
  std::int64_t last = *track.packets.front().running_time;
  for (const Packet& packet : track.packets) {
    if (packet.keyframe && *packet.running_time < last) return std::pair(last, *packet.running_time);
    last = std::max(last, *packet.running_time);
  }
  return std::nullopt;
}

/// What lies in the pictures themselves, which are made anew.
void tell_of_captions(const std::vector<const Track*>& pictures, const Encoder& encoder, const Container& container,
                      std::vector<Remark>& remarks) {
  for (const Track* track : pictures)
    if (track->has_captions && !holds_captions(encoder))
      remarks.push_back({"captions-lost", "the closed captions inside " + track->name() + " get lost, since " +
                                              encoder.codec + " has no place for them" +
                                              advice(container, holds_captions, "h264 keeps them in .mkv and .mp4")});
}

/// What of the film's own times does not become right.
void tell_of_times(const Survey& film, FilmPlan& plan) {
  constexpr const char* remedy = "; bring it into another container first, with a tool that copies streams";
  std::vector<Remark>& remarks = plan.remarks;
  for (const Track& track : film.tracks) {
    const auto is_retimed = [&](const PlannedTrack& planned) {
      return planned.id == track.id && planned.pictures && !planned.pictures->retimed.empty();
    };
    const bool has_those_of_libavformat =
        track.is_picture() ? std::ranges::any_of(plan.tracks, is_retimed) : plan.copied.has_value();
    if (has_those_of_libavformat) continue;
    const auto has_time = [](const Packet& packet) { return packet.running_time.has_value(); };
    if (!track.packets.empty() && std::ranges::none_of(track.packets, has_time))
      remarks.push_back(
          {"times-missing", track.name() + " begins at 0 s, since GStreamer finds no times in it" + remedy});
    if (const auto jump = track.is_picture() ? jump_back(track) : std::nullopt)
      remarks.push_back({"times-go-back", "the times that GStreamer finds in " + track.name() + " go back from " +
                                              seconds(jump->first) + " to " + seconds(jump->second) + remedy});
  }
  for (const std::string& track : film.left_behind)
    remarks.push_back({"other-film-lost",
                       track + " gets lost: it is of another film that follows in the same file; cut the file there"});
  if (film.open)
    remarks.push_back({"film-cut-off", "it is cut off after " + seconds(film.end) + "; what is there is taken"});
}

Pictures pictures_in(const Track& track) {
  Pictures pictures{.end = track.end, .delay = track.delay(), .count = track.packets.size(), .shown = {}};
  pictures.depth = depth_of(track.caps.get());
  const auto has_time = [](const Packet& packet) { return packet.running_time.has_value(); };
  const bool all_have = std::ranges::all_of(track.packets, has_time);
  for (const Packet& packet : track.packets)
    if (const auto time = all_have ? packet.running_time : packet.decoded_at; time >= 0)
      pictures.shown.push_back(*time);
  std::ranges::sort(pictures.shown);
  const bool repeats = gst_structure_has_name(gst_caps_get_structure(track.caps.get(), 0), "video/x-rle");
  if (!pictures.delay || track.by_decoding || repeats)
    pictures.count = static_cast<std::size_t>(std::ranges::count_if(track.packets, holds_frame));
  return pictures;
}

PlannedTrack planned(const Track& track, std::optional<Pictures> pictures) {
  return {track.id, Caps(gst_caps_ref(track.caps.get())),
          TagList(track.tags ? gst_tag_list_copy(track.tags.get()) : nullptr), std::move(pictures)};
}

/// Sound whose changes the container of the result cannot say.
std::vector<const Track*> changing_sound(const Survey& survey, const Container& container) {
  std::vector<const Track*> changing;
  for (const Track& track : survey.tracks)
    if (!track.is_picture() && !is_told_by_packets(track) && std::string(container.format) != "mpegts" &&
        !told_changes(track, nullptr).empty())
      changing.push_back(&track);
  return changing;
}

/// What changes on the way, and what becomes of it: of `changing` sound some is `silent` from there on.
void tell_of_changes(const Survey& survey, const std::vector<const Track*>& changing,
                     const std::vector<const Track*>& silent, FilmPlan& plan) {
  const auto holds = [](const std::vector<const Track*>& tracks, const Track& track) {
    return std::ranges::find(tracks, &track) != tracks.end();
  };
  for (const Track& track : survey.tracks) {
    const auto planned = std::ranges::find(plan.tracks, track.id, &PlannedTrack::id);
    const bool is_made = planned != plan.tracks.end() && planned->pictures;
    if (track.is_picture() && !is_made) continue;
    const char* const outcome =
        holds(silent, track)
            ? ", which the container of the result cannot say: from there on it may be silent; .ts keeps it"
        : holds(changing, track)
            ? "; all of it gets the form that it begins with, since the container of the result cannot say so; "
              ".ts keeps it"
            : "";
    for (const std::string& change : told_changes(track, is_made ? planned->pictures->form.get() : nullptr))
      plan.remarks.push_back({"form-changes", change + outcome});
  }
}

/// Where the encoder takes no such sides.
void tell_of_edges(const PlannedTrack& track, const Recipe& recipe, const Container& container,
                   std::vector<Remark>& remarks) {
  const Caps& form = track.pictures->form ? track.pictures->form : track.caps;
  const bool has_fields = !recipe.choices.deinterlace && (track.pictures->mixed || tells_fields(form.get()));
  const auto [width, height] = size_on_the_way(track, recipe.choices);
  const int wider = filled_up(width, recipe.encoder->multiple);
  const int higher = filled_up(height, has_fields ? recipe.encoder->multiple_of_fields : recipe.encoder->multiple);
  if (wider == width && higher == height) return;
  const auto keeps = [](const Encoder& encoder) { return encoder.multiple == 1; };
  remarks.push_back({"sides-filled-up", "its pictures of " + sides(width, height) + " become " + sides(wider, higher) +
                                            ", since " + recipe.encoder->codec +
                                            " has no such sides: the last columns and rows are there once more" +
                                            advice(container, keeps, "ffv1 keeps them in .mkv")});
}

/// Throws Failure where the container does not hold so many pictures. Returns whether GStreamer's muxer, rather than
/// libavformat's, takes them.
bool check_place(GstElement* muxer, std::size_t pictures, const Container& container, const Encoder& encoder) {
  const auto is_first_elsewhere = [&](std::size_t i) { return i == 0 && HAVE_LIBAV && !is_of_pictures(container); };
  bool is_taken = true;
  for (std::size_t i = 0; i < pictures; ++i)
    if (is_of_pictures(container) ? i > 0 : !entry_for_pictures(muxer, encoder).pad) {
      is_taken = false;
      if (is_first_elsewhere(i) && pictures == 1) break;
      throw Failure("it has " + std::to_string(pictures) + " moving pictures, and the container of the result holds " +
                    std::to_string(i) + "; .mkv holds all");
    }
  return is_taken;
}

/// Finds out where the range begins, with the first picture in it, and how many there are. Throws Failure.
void plan_range(FilmPlan& plan) {
  const Range wanted = *plan.recipe.choices.range;
  std::int64_t end = 0;
  for (PlannedTrack& track : plan.tracks) {
    if (!track.pictures) continue;
    Pictures& pictures = *track.pictures;
    end = std::max(end, pictures.end);
    const auto first = std::ranges::lower_bound(pictures.shown, wanted.start);
    const auto last = std::ranges::lower_bound(pictures.shown, wanted.end);
    pictures.end = std::min(pictures.end, wanted.end);
    // Where some packets hold no picture, nobody knows which.
    const bool is_known = pictures.count >= pictures.shown.size();
    pictures.count = is_known ? static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, last - first)) : 0;
    const std::int64_t begin = pictures.shown.empty() ? wanted.start : first < last ? *first : wanted.end;
    if (!plan.range || begin < plan.range->start) plan.range = {begin, wanted.end};
  }
  if (plan.range->start == wanted.end)
    throw Failure("it has no pictures in the part that is asked for; it is " + seconds(end) + " long");
}

/// Adds the tracks that GStreamer copies. Remarks on what the container does not hold, by asking its muxer.
void plan_tracks(FilmPlan& plan, GstElement* muxer, const Survey& survey) {
  const auto lose = [&](Remark lost) {
    lost.text += " gets lost, since the container of the result cannot hold it; .mkv can";
    plan.remarks.push_back(lost);
  };
  for (const Track& track : survey.tracks) {
    if (track.is_picture()) continue;
    if (entry_for_copy(muxer, track.caps.get()).pad)
      plan.tracks.push_back(planned(track, std::nullopt));
    else
      lose({"track-lost", track.name()});
  }
  if (survey.toc && !GST_IS_TOC_SETTER(muxer)) lose({"chapters-lost", "the list of chapters"});
}

}  // namespace

int threads_for(const Properties& properties) {
  int threads = 0;
  for (const auto& [name, value] : properties)
    if (name == "inference-threads") threads = static_cast<int>(g_ascii_strtoll(value.c_str(), nullptr, 0));
  return threads > 0 ? threads : cv::getNumThreads();
}

std::string settle_engine(Properties& properties) {
  const std::string onnxruntime = inference::onnxruntime::library();
  const Element element = make_colorize();
  set_properties(element.get(), properties);
  Owned<gchar> model;
  Engine engine = Engine::automatic;
  g_object_get(element.get(), "model", static_cast<gchar**>(out(model)), "engine", &engine, nullptr);
  if (engine == Engine::automatic && !onnxruntime.empty()) {
    engine = Network(find_model(model.get())).engine();
    properties.emplace_back("engine", engine == Engine::onnxruntime ? "onnxruntime" : "opencv");
  }
  return engine == Engine::onnxruntime ? onnxruntime : inference::opencv::library();
}

std::map<std::string, std::string> versions_here(Properties& properties, bool to_gray) {
  const Owned<gchar> gstreamer(gst_version_string());
  const Owned<GstPlugin> colorize = plugin_of("colorize");
  std::map<std::string, std::string> versions{
      {"gst-colorize", COLORIZE_VERSION},
      {"GStreamer", gstreamer.get()},
      {"OpenCV", cv::getVersionString()},  // which does more than to run the network
      {"decoders", version_of_plugin("avdec_h264")},
      {"colorize", colorize ? content_of(gst_plugin_get_filename(colorize.get())) : "missing"},
      {level, processor_level()},
  };
  for (const auto& [name, value] : properties) {
    if (name != "model" || is_compiled_in(value)) continue;
    const auto installed = files_of(value);
    versions["model"] = content_of(installed ? installed->weights : fs::path(value));
  }
  for (const fs::path& file : files_of_references(properties)) versions[file.string()] = state_in_words(file);
  if (to_gray) return versions;
  versions["engine"] = settle_engine(properties);
  if (versions["engine"] == inference::onnxruntime::library()) versions[kernels] = onnxruntime_level();
  return versions;
}

FilmPlan plan_without_survey(const fs::path& film, const Choices& choices, const Container& container) {
  FilmPlan plan;
  plan.film = fs::absolute(film);
  const Encoder& encoder = encoder_for(container, choices.codec);
  plan.recipe = {choices, choices.hardware ? &by_hardware(encoder, plan.remarks) : &encoder, container.in_order,
                 threads_for(choices.properties)};
  plan.made_with = versions_here(plan.recipe.choices.properties, choices.to_gray);
  plan.made_with["film"] = state_in_words(film);
  plan.made_with["encoder"] = version_of_plugin(plan.recipe.encoder->element);
  return plan;
}

std::string unlike_versions(const std::map<std::string, std::string>& planned,
                            const std::map<std::string, std::string>& here, Task task) {
  const auto value_in = [](const auto& versions, const std::string& name) {
    const auto found = versions.find(name);
    return found == versions.end() ? "none" : found->second;
  };
  std::set<std::string> names;
  for (const auto* versions : {&planned, &here})
    for (const auto& [name, value] : *versions) names.insert(name);
  if (task == Task::joining) std::erase_if(names, [](const auto& name) { return name == level || name == kernels; });
  std::vector<std::string> others;
  for (const std::string& name : names) {
    const std::string was = value_in(planned, name), is = value_in(here, name);
    if (are_alike(is, was)) continue;
    const bool compares_kernels = name == kernels && planned.contains(name) && here.contains(name);
    const std::string lacking = name == level ? words_beyond(was, is) : "";
    others.push_back(!lacking.empty()   ? "its processor lacks " + lacking
                     : compares_kernels ? unlike_kernels(was, is)
                                        : name + " (" + was + ", here " + is + ")");
  }
  return listed(others);
}

void check_film(const FilmPlan& plan) {
  if (const std::string now = state_in_words(plan.film); !are_alike(now, plan.made_with.at("film")))
    throw Failure("it has changed since it was planned (" + plan.made_with.at("film") + ", now " + now +
                  "); plan it again");
}

std::string unlike_plan(const FilmPlan& plan, Task task) {
  check_film(plan);
  Properties properties = plan.recipe.choices.properties;
  auto here = versions_here(properties, plan.recipe.choices.to_gray);
  here["film"] = plan.made_with.at("film");
  here["encoder"] = version_of_plugin(plan.recipe.encoder->element);
  return unlike_versions(plan.made_with, here, task);
}

/// Whether some pictures are shown for longer than others, by more than times are rounded in files.
static bool has_uneven_times(const Track* track) {
  std::vector<std::int64_t> times;
  for (const Packet& packet : track->packets)
    if (packet.running_time) times.push_back(*packet.running_time);
  std::ranges::sort(times);
  if (times.size() < 3) return false;
  std::vector<std::int64_t> steps(times.size());
  std::adjacent_difference(times.begin(), times.end(), steps.begin());
  const auto [least, most] = std::minmax_element(steps.begin() + 1, steps.end());
  return *most - *least > 4 * GST_MSECOND;
}

FilmPlan plan_film(const fs::path& film, const Choices& choices, const Container& container,
                   const std::stop_token& stop) {
  FilmPlan plan = plan_without_survey(film, choices, container);
  Survey survey = command::survey(film, stop);
  if (const std::optional<Sequence> sequence = sequence_in(film))
    std::ranges::copy(remarks_on(*sequence), std::back_inserter(plan.remarks));
  const std::vector<const Track*> pictures = picture_tracks(survey, plan.remarks);
  plan.recipe.encoder = &encoder_for_form(plan.recipe, pictures, container);
#if HAVE_LIBAV
  for (const Track* track : pictures) {
    const auto [width, height] = size_on_the_way(planned(*track, std::nullopt), choices);
    plan.recipe.encoder = &encoder_for_sides(*plan.recipe.encoder, container, choices.codec, width, height);
  }
#endif
  plan.made_with["encoder"] = version_of_plugin(plan.recipe.encoder->element);
  if (is_of_pictures(container) && !sequence_in(film) && std::ranges::any_of(pictures, has_uneven_times))
    plan.remarks.push_back({"times-lost",
                            "its pictures come at uneven times, which numbers do not say: together "
                            "again they run at another speed"});
  tell_of_captions(pictures, *plan.recipe.encoder, container, plan.remarks);
  for (const Track& track : survey.tracks)
    if (!track.packets.empty() && !track.is_picture())
      plan.lead = std::max(plan.lead, -track.packets.front().running_time.value_or(0));
  const Element muxer = sunk(gst_element_factory_make(container.muxer, nullptr));
  const bool can_mux = check_place(muxer.get(), pictures.size(), container, *plan.recipe.encoder);
  for (const Track* track : pictures) {
    const auto pieces = pieces_of(film, *track, plan.tracks.size(), choices, stop);
    plan.pieces.insert(plan.pieces.end(), pieces.begin(), pieces.end());
    plan.tracks.push_back(planned(*track, pictures_in(*track)));
    plan.tracks.back().pictures->captions = track->has_captions;
    plan.tracks.back().pictures->mixed = may_be_mixed(*track);
    plan.tracks.back().pictures->form = form_for_all(*track, plan.recipe);
  }
  for (const PlannedTrack& track : plan.tracks) tell_of_edges(track, plan.recipe, container, plan.remarks);
  if (!std::ranges::all_of(plan.tracks, [&](const PlannedTrack& track) { return has_room_for_label(track, choices); }))
    plan.remarks.push_back({"label-lost", "there is no room for the label"});
  if (std::ranges::any_of(pictures, [](const Track* track) { return has_alpha(track->caps.get()); }))
    plan.remarks.push_back(without_alpha());
  const std::vector<const Track*> changing = changing_sound(survey, container);
  std::vector<const Track*> silent = changing;
#if HAVE_LIBAV
  const bool is_copied = plan_copies(plan, container, pictures, silent, stop);
#else
  const bool is_copied = false;
#endif
  if (choices.range) plan_range(plan);
  tell_of_changes(survey, changing, silent, plan);
  tell_of_depth(plan, container);
  tell_of_form(plan, pictures, container);
  tell_of_times(survey, plan);
  if (is_copied) return plan;
  if (!can_mux)
    throw Failure("libavformat, which writes this codec into this container, does not read it; .mkv holds it");
  plan_tracks(plan, muxer.get(), survey);
  plan.tags = std::move(survey.tags);
  if (!plan.range) plan.toc = std::move(survey.toc);
  if (plan.range && survey.toc)
    plan.remarks.push_back({"chapters-lost", "the list of chapters gets lost, since it is of the whole film"});
  return plan;
}

}  // namespace colorize::command
