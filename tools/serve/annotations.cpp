// SPDX-License-Identifier: LGPL-2.1-or-later
#include "annotations.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <string_view>

#include "colourreference.h"
#include "common/pagehints.h"
#include "file.h"
#include "http.h"
#include "process.h"
#include "upload.h"

namespace fs = std::filesystem;

namespace colorize::command {

namespace {

constexpr std::size_t most_references = 32;             // of a file
constexpr std::uint64_t largest_reference = 256 << 20;  // bytes of what is dropped
constexpr int most_makings = 4;                         // processes at a time
constexpr guint longest_making = 60000;                 // milliseconds
constexpr std::string_view any_moment = "any", separator = "-";

int makings = 0;  // of the main loop

/// MOMENT-NUMBER-NAME.png
struct Name {
  std::string moment, number, rest;

  std::string text() const { return moment + "-" + number + "-" + rest; }
};

Name parts_of(const fs::path& picture) {
  const std::string name = picture.filename().string();
  const std::size_t first = name.find(separator), second = name.find(separator, first + 1);
  if (second == std::string::npos) return {};
  return {name.substr(0, first), name.substr(first + 1, second - first - 1), name.substr(second + 1)};
}

std::string moment_of(std::optional<double> time) {
  if (!time) return std::string(any_moment);
  std::array<gchar, G_ASCII_DTOSTR_BUF_SIZE> seconds{};
  return std::string(g_ascii_formatd(seconds.data(), seconds.size(), "%.3f", *time)) + "s";
}

/// The process that makes a small picture of what somebody sent, whose request waits for it.
struct Making {
  Object<SoupServerMessage> message;
  fs::path made;
  gulong finished;
  bool is_gone = false;  ///< who asked
};

void end(GObject* process, GAsyncResult* result, gpointer data) {
  const std::unique_ptr<Making> making(static_cast<Making*>(data));
  --makings;
  const bool is_made = g_subprocess_wait_check_finish(G_SUBPROCESS(process), result, nullptr);
  SoupServerMessage* const message = making->message.get();
  g_signal_handler_disconnect(message, making->finished);
  if (making->is_gone) return;
  if (is_made) {
    Json json;
    json.object().text("name", making->made.filename().string()).end_object();
    answer(message, json);
  } else {
    refuse(message, SOUP_STATUS_BAD_REQUEST, "is no picture that can be read here");
  }
  soup_server_message_unpause(message);
}

}  // namespace

Annotations::Annotations(fs::path state) : state_(std::move(state)) {}

fs::path Annotations::place_of(const std::string& property, const fs::path& file) const {
  const Owned<gchar> name(g_compute_checksum_for_string(G_CHECKSUM_SHA256, file.c_str(), -1));
  return state_ / property / name.get();
}

std::string Annotations::lines(const std::string& property, const fs::path& file) const {
  const fs::path kept = place_of(property, file);
  return fs::exists(kept) ? read_file(kept, longest_lines) : "";
}

void Annotations::keep_lines(const std::string& property, const fs::path& file, const std::string& lines) const {
  if (const std::string fault = fault_of_lines(property, lines); !fault.empty())
    throw Refusal(SOUP_STATUS_BAD_REQUEST, fault);
  const fs::path kept = place_of(property, file);
  fs::create_directories(kept.parent_path());
  Owned<GError> error;
  if (lines.empty())
    fs::remove(kept);
  else if (!g_file_set_contents(kept.c_str(), lines.data(), static_cast<gssize>(lines.size()), out(error)))
    throw Refusal(SOUP_STATUS_INSUFFICIENT_STORAGE, error->message);
}

fs::path Annotations::folder_of_references(const fs::path& file) const { return place_of("reference", file); }

std::vector<fs::path> Annotations::references(const fs::path& file) const {
  std::vector<fs::path> pictures;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_of_references(file), none))
    if (entry.path().extension() == ".png") pictures.push_back(entry.path());
  std::ranges::sort(pictures, {}, [](const fs::path& picture) { return parts_of(picture).number; });
  return pictures;
}

fs::path Annotations::reference(const fs::path& file, const std::string& name) const {
  for (const fs::path& picture : references(file))
    if (picture.filename() == name) return picture;
  throw Refusal(SOUP_STATUS_NOT_FOUND, "there is no such reference");
}

void Annotations::list_references(const fs::path& file, Json& json) const {
  json.array("references");
  for (const fs::path& picture : references(file)) {
    const std::string name = picture.filename().string();
    json.object().text("name", name).text("words", fs::path(parts_of(picture).rest).stem().string());
    const std::optional<double> time = time_of_name(name);
    time ? json.number("time", *time) : json.nothing("time");
    json.end_object();
  }
  json.end_array();
}

void Annotations::receive_reference(SoupServerMessage* message, const fs::path& file, const char* name,
                                    std::uint64_t limit) const {
  const fs::path folder = folder_of_references(file);
  const auto check_count = [this, file] {
    if (references(file).size() >= most_references)
      throw Refusal(SOUP_STATUS_CONFLICT,
                    "there are " + std::to_string(most_references) + " references already; take one away first");
  };
  check_count();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Refusal(SOUP_STATUS_INSUFFICIENT_STORAGE, "there is no place for it: " + error.message());
  const auto make = [=, this](SoupServerMessage* whole, const fs::path& part, const std::string& tame) {
    check_count();
    if (makings >= most_makings) throw Refusal(SOUP_STATUS_SERVICE_UNAVAILABLE, "others come just now; try again");
    const auto there = references(file);
    const int last = there.empty() ? 0 : std::atoi(parts_of(there.back()).number.c_str());
    const Name own{moment_of(time_of_name(tame)), std::to_string(10001 + last + makings).substr(1),
                   fs::path(tame).stem().string() + ".png"};
    const fs::path made = folder / own.text();
    const Object<GSubprocess> process =
        begin_process({"--thumbnail", part.string(), made.string()}, SIGKILL,
                      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    end_within(process.get(), longest_making);
    ++makings;
    auto* const making = new Making{share(whole), made, 0};
    const auto gone = +[](SoupServerMessage*, gpointer data) { static_cast<Making*>(data)->is_gone = true; };
    making->finished = g_signal_connect(whole, "finished", G_CALLBACK(gone), making);
    soup_server_message_pause(whole);
    g_subprocess_wait_check_async(process.get(), nullptr, end, making);
  };
  // What is not whole yet does not lie among them.
  receive(message, folder.parent_path(), name, std::min(limit, largest_reference), make);
}

std::string Annotations::move_reference(const fs::path& file, const std::string& name,
                                        std::optional<double> time) const {
  const fs::path picture = reference(file, name);
  Name parts = parts_of(picture);
  parts.moment = moment_of(time);
  std::error_code error;
  fs::rename(picture, picture.parent_path() / parts.text(), error);
  if (error) throw Refusal(SOUP_STATUS_INSUFFICIENT_STORAGE, error.message());
  return parts.text();
}

void Annotations::remove_reference(const fs::path& file, const std::string& name) const {
  const fs::path picture = reference(file, name);
  std::error_code error;
  fs::remove(picture, error);
  if (error) throw Refusal(SOUP_STATUS_INSUFFICIENT_STORAGE, error.message());
  fs::remove(picture.parent_path(), error);  // which a folder with others in it refuses
}

}  // namespace colorize::command
