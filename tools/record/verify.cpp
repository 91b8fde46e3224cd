// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verify.h"

#include <gst/gst.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/checksum.h"
#include "common/commandline.h"
#include "common/failure.h"
#include "common/properties.h"
#include "common/terminal.h"
#include "place.h"
#include "recordfile.h"
#include "resource.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char* summary =
    R"(Compares what a record (--record) is of with the record: source, result, network and reference pictures.
They are looked for where they lie as seen from the record, which may have been moved along with them, and then
where they lay when it was written.

Examples:
  gst-colorize verify film.colour.json
  gst-colorize verify colour/*.colour.json --json           for programs
  gst-colorize verify --manifest data/*.json | sha256sum -c  with other tools)";

constexpr const char* statuses =
    "Exit status: 0 when all is as recorded, 1 when something is not or cannot be read, 2 when the command line is "
    "wrong. docs/record.md says what a record holds.";

/// What became of a thing that a record names.
struct Check {
  enum class State { same, different, missing, unreadable };

  std::string role, file;
  State state = State::same;
  std::string why = {};
};

struct Verdict {
  std::string record;
  std::vector<Check> checks = {};
  std::string problem = {};  ///< why it is no record

  bool is_good() const {
    return problem.empty() &&
           std::ranges::all_of(checks, [](const Check& check) { return check.state == Check::State::same; });
  }
};

/// A file as a record names it.
struct Named {
  std::string path;            ///< for people
  std::string reference, uri;  ///< where it lies and lay
  std::int64_t bytes = 0;
  std::string sha256;
};

Named named(const JsonValue& file) {
  return {file.at("path").text(), file.at("reference").text(), file.at("uri").text(), file.at("bytes").integer(),
          file.at("sha256").text()};
}

/// One file, or each of the pictures that are one film.
std::vector<Named> named_in(const JsonValue& whole) {
  if (!whole.has("files")) return {named(whole)};
  const std::string uri = whole.at("uri").text(), folder = uri.substr(0, uri.rfind('/') + 1);
  std::vector<Named> all;
  for (const JsonValue& file : whole.at("files").elements()) {
    const std::string reference = file.at("reference").text();
    const auto path = file_behind(reference, "");
    all.push_back({path ? path->string() : reference, reference, folder + reference.substr(reference.rfind('/') + 1),
                   file.at("bytes").integer(), file.at("sha256").text()});
  }
  return all;
}

/// Where a file of a record is; nothing where it is nowhere.
std::optional<fs::path> found(const Named& file, const fs::path& record) {
  std::error_code unknown;
  const auto beside = file_behind(file.reference, record);
  if (beside && fs::exists(*beside, unknown)) return beside->lexically_normal();
  const Owned<gchar> then(g_filename_from_uri(file.uri.c_str(), nullptr, nullptr));
  if (then && fs::exists(then.get(), unknown)) return then.get();
  return std::nullopt;
}

/// Compares what there is with what was, first by its size.
Check compared(Check check, std::int64_t bytes_then, const std::string& sha256_then, std::uint64_t bytes,
               const std::function<std::string()>& sha256) {
  if (static_cast<std::int64_t>(bytes) != bytes_then) {
    check.state = Check::State::different;
    check.why = "has " + std::to_string(bytes) + " bytes, not " + std::to_string(bytes_then);
  } else if (const std::string now = sha256(); now != sha256_then) {
    check.state = Check::State::different;
    check.why = "has other bytes: its SHA-256 is " + now + ", not " + sha256_then;
  }
  return check;
}

Check check_file(const std::string& role, const Named& file, const fs::path& record, const std::stop_token& stop) {
  const auto path = found(file, record);
  if (!path)
    return {role, file.path, Check::State::missing,
            "is missing: it lies neither there, as seen from the record, nor at " + file.uri};
  Check check{role, path->string()};
  try {
    return compared(check, file.bytes, file.sha256, fs::file_size(*path), [&] { return sha256_of(*path, stop); });
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    return {role, path->string(), Check::State::unreadable, error.what()};
  }
}

/// Of a network that is compiled in.
Check check_resource(const JsonValue& file) {
  const std::string address = file.at("uri").text(), scheme = "resource://";
  if (!address.starts_with(scheme)) throw Failure("names a network's file by nothing but " + address);
  const auto bytes = resource(address.substr(scheme.size()));
  const fs::path name = fs::path(address).filename();
  if (!bytes) return {"network", name.string(), Check::State::missing, "is not compiled into the plugin that is here"};
  return compared({"network", name.string()}, file.at("bytes").integer(), file.at("sha256").text(), bytes->size(),
                  [&] { return sha256_of_bytes(*bytes); });
}

/// Whether a list in the record, of pieces or pictures, is that whose checksum it has.
Check check_list(Check check, const std::vector<std::pair<std::string, std::string>>& files, const JsonValue& list) {
  const std::string now = sha256_of_bytes(checksum_list(files));
  if (now != list.at("sha256").text()) {
    check.state = Check::State::different;
    check.why = "has a list in the record of another SHA-256: " + now;
  }
  return check;
}

Check check_pieces(const JsonValue& list, const std::string& record) {
  std::vector<std::pair<std::string, std::string>> pieces;
  for (const JsonValue& piece : list.at("pieces").elements())
    pieces.emplace_back(piece.at("sha256").text(), piece.at("name").text());
  return check_list({"piece-list", record}, pieces, list);
}

/// Of source or result; of pictures those that are not as recorded, and their list.
void add_checks(std::vector<Check>& checks, const std::string& role, const JsonValue& whole, const fs::path& record,
                const std::stop_token& stop) {
  std::vector<std::pair<std::string, std::string>> lines;
  const bool is_one = !whole.has("files");
  for (const Named& file : named_in(whole)) {
    Check check = check_file(role, file, record, stop);
    if (is_one || check.state != Check::State::same) checks.push_back(std::move(check));
    const auto path = file_behind(file.reference, "");
    lines.emplace_back(file.sha256, path ? path->filename().string() : "");
  }
  if (!is_one) checks.push_back(check_list({role, whole.at("path").text()}, lines, whole));
}

Verdict verdict_on(const fs::path& path, const std::stop_token& stop) try {
  const JsonValue record = read_record(path);
  Verdict verdict{path.string()};
  for (const char* role : {"source", "result"}) add_checks(verdict.checks, role, record.at(role), path, stop);
  if (const JsonValue network = record.at("network"); !network.is_nothing())
    for (const JsonValue& file : network.at("files").elements())
      verdict.checks.push_back(file.has("reference") ? check_file("network", named(file), path, stop)
                                                     : check_resource(file));
  for (const JsonValue& file : record.at("references").elements())
    verdict.checks.push_back(check_file("reference", named(file), path, stop));
  if (const JsonValue list = record.at("piece-list"); !list.is_nothing())
    verdict.checks.push_back(check_pieces(list, path.string()));
  return verdict;
} catch (const Interrupted&) {
  throw;
} catch (const std::exception& error) {
  return {path.string(), {}, error.what()};
}

void print(const Verdict& verdict) {
  const std::string record = shown(verdict.record);
  if (!verdict.problem.empty()) g_print("%s: %s\n", record.c_str(), shown(verdict.problem).c_str());
  if (verdict.is_good()) g_print("%s: as recorded\n", record.c_str());
  for (const Check& check : verdict.checks)
    if (check.state != Check::State::same)
      g_print("%s: %s %s %s\n", record.c_str(), check.role.c_str(), shown(check.file).c_str(),
              shown(check.why).c_str());
}

void print_json(const std::vector<Verdict>& verdicts) {
  constexpr std::array states{"same", "different", "missing", "unreadable"};
  Json json;
  json.array();
  for (const Verdict& verdict : verdicts) {
    json.object().text("record", verdict.record).truth("same", verdict.is_good());
    verdict.problem.empty() ? json.nothing("problem") : json.text("problem", verdict.problem);
    json.array("files");
    for (const Check& check : verdict.checks) {
      json.object().text("role", check.role).text("file", check.file);
      json.text("state", states[static_cast<std::size_t>(check.state)]).text("text", check.why).end_object();
    }
    json.end_array().end_object();
  }
  g_print("%s", json.end_array().lines().c_str());
}

/// As recorded, seen from this folder, each file once; of the records as they are now.
void print_manifest(const std::vector<fs::path>& records, const std::stop_token& stop) {
  std::set<std::string> lines;
  const auto add = [&](const std::string& sha256, const fs::path& file) {
    const std::string line = checksum_list({{sha256, file.string()}});
    if (lines.insert(line).second) std::fputs(line.c_str(), stdout);  // g_print() would change what is no UTF-8
  };
  for (const fs::path& path : records) try {
      const JsonValue record = read_record(path);
      for (const char* role : {"source", "result"})
        for (const Named& file : named_in(record.at(role))) {
          const auto place = found(file, path);
          if (!place) throw Failure(std::string(role) + " " + file.path + " is missing");
          add(file.sha256, *place);
        }
      add(sha256_of(path, stop), path);
    } catch (const Interrupted&) {
      throw;
    } catch (const std::exception& error) {
      throw Failure(path.string() + ": " + error.what());
    }
}

}  // namespace

int verify(int argc, char** argv, const std::stop_token& stop) {
  gboolean json = FALSE, manifest = FALSE, quiet = FALSE;
  gchar** names = nullptr;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON instead of lines", nullptr},
      {"manifest", 0, 0, G_OPTION_ARG_NONE, &manifest,
       "Compare nothing, and print the recorded checksums of source and result, and the record's own, as sha256sum "
       "and BagIt have them",
       nullptr},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Do not tell how far it is with long files", nullptr},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, static_cast<gpointer>(&names), nullptr, nullptr},
      {}};
  const auto context = option_context("RECORD ...", summary, statuses);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  const bool wanted = parse_options(context.get(), argc, argv);
  const Owned<gchar*> owned(names);
  if (!wanted) return all_done;
  if (!names) throw UsageError("there is no record to verify; name one, as in 'gst-colorize verify film.colour.json'");
  if (json && manifest) throw UsageError("--json and --manifest exclude each other");
  std::vector<fs::path> records;
  for (gchar** name = names; *name; ++name) records.emplace_back(*name);
  if (manifest) {
    print_manifest(records, stop);
    return all_done;
  }
  make_colorize();  // its plugin has the networks that are compiled in
  std::optional<ChecksumListener> listener;
  if (!quiet) listener.emplace(lines_of_checksums());
  std::vector<Verdict> verdicts;
  for (const fs::path& record : records) {
    verdicts.push_back(verdict_on(record, stop));
    if (!json) print(verdicts.back());
  }
  if (json) print_json(verdicts);
  return std::ranges::all_of(verdicts, &Verdict::is_good) ? all_done : some_failed;
}

}  // namespace colorize::command
