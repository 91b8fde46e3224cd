// SPDX-License-Identifier: LGPL-2.1-or-later
#include "account.h"

#include <gst/gst.h>

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>

#include "common/checksum.h"
#include "common/failure.h"
#include "common/json.h"
#include "common/properties.h"
#include "common/references.h"
#include "common/wholefile.h"
#include "common/words.h"
#include "file.h"
#include "mark.h"
#include "networkfiles.h"
#include "place.h"
#include "recordfile.h"
#include "resource.h"
#include "settings.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

double in_seconds(std::int64_t time) { return static_cast<double>(time) / GST_SECOND; }

/// What a file is called and where, into the object that was begun.
void add_place(Json& json, const fs::path& file, const fs::path& record) {
  const std::string reference = reference_to(file, record);
  json.text("path", file_behind(reference, "")->string()).text("reference", reference).text("uri", address_of(file));
}

void add_content(Json& json, std::uint64_t bytes, const std::string& sha256) {
  json.count("bytes", bytes).text("sha256", sha256).end_object();
}

/// The SHA-256 of what many results are made with, by its address and state, is computed once.
std::string known_sha256(const std::string& address, const FileState& state,
                         const std::function<std::string()>& compute) {
  static std::mutex computing;
  static std::map<std::string, std::pair<FileState, std::string>> known;
  const std::lock_guard lock(computing);
  auto& [state_then, sha256] = known[address];
  if (sha256.empty() || state_then != state) {
    sha256 = compute();
    state_then = state;
  }
  return sha256;
}

void add_file(Json& json, const fs::path& file, const fs::path& record, const std::stop_token& stop) {
  add_place(json.object(), file, record);
  add_content(json, fs::file_size(file),
              known_sha256(address_of(file), state_of(file), [&] { return sha256_of(file, stop); }));
}

/// Of pictures that are one film: each, and all of them by their list.
void add_files(Json& json, const std::vector<fs::path>& files, const fs::path& record, const std::stop_token& stop) {
  std::uint64_t bytes = 0;
  std::vector<std::pair<std::string, std::string>> lines;
  json.array("files");
  for (const fs::path& file : files) {
    const std::uint64_t size = fs::file_size(file);
    lines.emplace_back(sha256_of(file, stop), file.filename().string());
    add_content(json.object().text("reference", reference_to(file, record)), size, lines.back().first);
    bytes += size;
  }
  json.end_array();
  add_content(json, bytes, sha256_of_bytes(checksum_list(lines)));
}

void add_network(Json& json, const std::string& model, const fs::path& record, const std::stop_token& stop) {
  const NetworkFiles network = network_files(model);
  json.object("network").text("model", model).text("name", network.name).array("files");
  for (const std::string& path : network.resources) {
    const std::string bytes = resource(path).value_or(""), address = "resource://" + path;
    json.object().text("uri", address);
    add_content(json, bytes.size(), known_sha256(address, {}, [&] { return sha256_of_bytes(bytes); }));
  }
  for (const fs::path& file : network.files) add_file(json, file, record, stop);
  json.end_array().end_object();
}

void add_pieces(Json& json, const std::vector<MadePiece>& pieces) {
  if (pieces.empty()) {
    json.nothing("piece-list");
    return;
  }
  const auto time = [&](const char* key, const std::optional<std::int64_t>& at) {
    at ? json.number(key, in_seconds(*at)) : json.nothing(key);
  };
  std::vector<std::pair<std::string, std::string>> lines;
  json.object("piece-list").array("pieces");
  for (const MadePiece& piece : pieces) {
    json.object().text("name", piece.name).count("track", piece.track);
    time("start", piece.start);
    time("end", piece.end);
    json.count("frames", piece.frames).text("sha256", piece.sha256).end_object();
    lines.emplace_back(piece.sha256, piece.name);
  }
  json.end_array().text("sha256", sha256_of_bytes(checksum_list(lines))).end_object();
}

void add_pictures(Json& json, const std::vector<MadePictures>& all, bool to_gray) {
  json.array("pictures");
  for (const MadePictures& pictures : all) {
    json.object().count("frames", pictures.frames);
    if (!to_gray) {
      const auto frames = static_cast<double>(pictures.frames), left_alone = static_cast<double>(pictures.left_alone);
      json.count("left-alone", pictures.left_alone).number("left-alone-share", frames > 0 ? left_alone / frames : 0);
      json.array("cuts");
      for (const std::int64_t cut : pictures.cuts) json.number(nullptr, in_seconds(cut));
      json.end_array();
    }
    json.end_object();
  }
  json.end_array();
}

void add_remarks(Json& json, const std::vector<Remark>& remarks) {
  json.array("remarks");
  for (const Remark& remark : remarks) json.object().text("code", remark.code).text("text", remark.text).end_object();
  json.end_array();
}

void add_mark(Json& json, bool marked, const std::vector<Remark>& remarks) {
  const bool is_lost = std::ranges::count(remarks, "mark-lost", &Remark::code) > 0;
  if (!marked || is_lost) {
    json.nothing("mark");
    return;
  }
  json.object("mark").text("words", mark_sentence).text("digital-source-type", mark_source_type).end_object();
}

}  // namespace

Account::Account(fs::path source, const std::optional<Sequence>& sequence, fs::path result, fs::path record,
                 const Choices& choices)
    : source_(std::move(source)),
      result_(std::move(result)),
      record_(std::move(record)),
      choices_(choices),
      begin_(moment_now()) {
  for (std::size_t i = 0; sequence && i < sequence->pictures.size(); ++i) pictures_.push_back(sequence->file(i));
  std::vector<fs::path> files = sequence ? pictures_ : std::vector{source_};
  if (!choices.to_gray) {
    const NetworkFiles network = network_files(model_of(choices.properties));
    files.insert(files.end(), network.files.begin(), network.files.end());
    const std::vector<fs::path> references = files_of_references(choices.properties);
    files.insert(files.end(), references.begin(), references.end());
  }
  for (const fs::path& file : files) made_of_.emplace_back(file, state_of(file));
}

std::string Account::text(const Made& made, const std::vector<Remark>& remarks, const std::stop_token& stop) const {
  Json json;
  json.object().text("kind", record_kind).integer("schema", record_schema);
  // Times that are written alike are in order as text.
  json.text("start", made.start.empty() ? begin_ : std::min(begin_, made.start));
  add_place(json.object("source"), source_, record_);
  pictures_.empty() ? add_content(json, fs::file_size(source_), sha256_of(source_, stop))
                    : add_files(json, pictures_, record_, stop);
  add_place(json.object("result"), result_, record_);
  if (!made.files.empty())
    add_files(json, made.files, record_, stop);
  else
    made.file.empty()
        ? add_content(json, made.bytes.size(), sha256_of_bytes(made.bytes))
        : add_content(json, fs::file_size(made.file), made.sha256.empty() ? sha256_of(made.file, stop) : made.sha256);
  if (choices_.to_gray) {
    json.nothing("network").array("references").end_array();
  } else {
    add_network(json, model_of(choices_.properties), record_, stop);
    json.array("references");
    for (const fs::path& file : files_of_references(choices_.properties)) add_file(json, file, record_, stop);
    json.end_array();
  }
  add_pieces(json, made.pieces);
  add_settings(json, choices_, made);
  add_versions(json, choices_, made);
  add_remarks(json, remarks);
  add_pictures(json, made.pictures, choices_.to_gray);
  add_mark(json, made.marked, remarks);
  return json.text("end", moment_now()).end_object().lines();
}

void Account::write(const Made& made, const std::vector<Remark>& remarks, const std::stop_token& stop) {
  const std::string words = text(made, remarks, stop);
  for (const auto& [file, before] : made_of_)
    if (state_of(file) != before)
      throw Failure(file.string() + " changed while the result was made; the record would not be true: begin anew");
  std::error_code unknown;
  if (fs::exists(record_, unknown)) before_ = read_file(record_, largest_record);
  write_whole_file(record_, words);
  is_written_ = true;
}

void Account::withdraw() const noexcept try {
  if (!is_written_) return;
  std::error_code ignored;
  before_ ? write_whole_file(record_, *before_) : static_cast<void>(fs::remove(record_, ignored));
} catch (const std::exception& error) {
  g_printerr("gst-colorize: %s: there is no such result: %s\n", record_.c_str(), error.what());
}

}  // namespace colorize::command
