// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "common/checksum.h"
#include "common/choices.h"
#include "common/commandline.h"
#include "common/failure.h"
#include "common/json.h"
#include "common/owned.h"
#include "common/progress.h"
#include "common/properties.h"
#include "common/terminal.h"
#include "common/words.h"
#include "draft.h"
#include "error.h"
#include "file.h"
#include "model.h"
#include "network.h"
#include "networks.h"
#include "resource.h"
#include "still/still.h"

namespace colorize::command {

namespace {

namespace fs = std::filesystem;

constexpr const char* summary =
    "Tries a network, an .onnx or .caffemodel file: it is imported, run at two sizes, and colours a photograph, to be "
    "looked at. Then it is installed for this user with all that belongs to it, its sidecar, prototxt, centres and "
    "weights in other files, and --model finds it by its name. For an .onnx file without a sidecar one is drafted.";

struct Choice {
  fs::path file, picture;
  bool overwrite = false, json = false;
};

/// What became of it.
struct Added {
  std::string name, library;
  std::vector<cv::Size> sizes;       ///< that it was run at
  std::vector<std::string> lacking;  ///< what its sidecar does not say to people
  std::string draft;                 ///< the text of its sidecar, where it had none
  fs::path folder;
  std::vector<fs::path> files;  ///< in the folder, as they are called there
};

/// A hidden folder inside `parent` where what is to be installed lies until all of it is there.
class Stage {
 public:
  explicit Stage(const fs::path& parent) {
    std::error_code error;
    fs::create_directories(parent, error);
    std::string made = (parent / ".adding-XXXXXX").string();
    if (error || !mkdtemp(made.data()))
      throw Failure(parent.string() + ": nothing can be written there: " + g_strerror(error ? error.value() : errno));
    folder = made;
  }
  ~Stage() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  fs::path folder;
};

struct NoProgress final : Progress {
  void at(double, double, std::uint64_t) override {}
  void remark(const Remark&) override {}
  void piece(std::size_t, std::size_t, const fs::path&) override {}
};

void write(const fs::path& path, const std::string& content) {
  Owned<GError> error;
  if (!g_file_set_contents(path.c_str(), content.data(), static_cast<gssize>(content.size()), out(error)))
    throw Failure(error->message);
}

/// The name that a network will have.
std::string name_of(const fs::path& file) {
  const auto known = known_by_file(file);
  return known ? known->name : file.stem().string();
}

/// A file of the network, and how it is called in its folder.
struct Part {
  fs::path file, name;
};

/// All that belongs to a network but its sidecar; the network itself comes last, since it is found by it.
std::vector<Part> parts_of(const ModelFiles& files, const ModelInfo& info) {
  const fs::path folder = fs::weakly_canonical(files.sidecar().parent_path());
  std::vector<Part> parts;
  for (const fs::path& file : files.others(info))
    parts.push_back({file, file == files.structure ? file.filename() : file.lexically_relative(folder)});
  parts.push_back({files.weights, files.weights.filename()});
  for (const Part& part : parts)
    if (!fs::is_regular_file(part.file))
      throw Failure(part.file.string() + ": is not there, or no file; put it beside " + files.weights.string());
  return parts;
}

bool is_same(const fs::path& one, const fs::path& other, const std::stop_token& stop) {
  return fs::equivalent(one, other) || (fs::is_regular_file(other) && fs::file_size(one) == fs::file_size(other) &&
                                        sha256_of(one, stop) == sha256_of(other, stop));
}

/// Gives what lies in the stage its places in the folder, all of it or nothing.
void install(const fs::path& stage, const fs::path& folder, const std::vector<fs::path>& names) {
  std::vector<std::pair<fs::path, fs::path>> moved;  // from, to
  const auto move = [&](const fs::path& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    fs::rename(from, to);
    moved.emplace_back(from, to);
  };
  try {
    for (const fs::path& name : names) {
      if (fs::exists(folder / name)) move(folder / name, stage / "before" / name);
      move(stage / name, folder / name);
    }
  } catch (...) {
    std::error_code ignored;
    for (auto last = moved.rbegin(); last != moved.rend(); ++last) fs::rename(last->second, last->first, ignored);
    throw;
  }
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += by.size()) text.replace(at, what.size(), by);
  return text;
}

/// Imports the network that lies in the stage, runs it, and colours a photograph by it through the element.
void try_out(const fs::path& weights, const fs::path& picture, Added& added, const std::stop_token& stop) {
  const Model model = read_model(files_at(weights));
  for (const auto& [key, value] :
       {std::pair{"summary", &model.info.summary}, {"licence", &model.info.licence}, {"source", &model.info.source}})
    if (value->empty()) added.lacking.emplace_back(key);
  Network network(model);
  added.library = network.library();
  for (const cv::Size format : {cv::Size(16, 9), cv::Size(3, 4)}) {
    const cv::Size size = network.input_size(format, 0);
    if (std::ranges::find(added.sizes, size) != added.sizes.end()) continue;
    Ab ab;
    network.predict(cv::Mat(size, CV_32F, cv::Scalar(50)), ab);
    added.sizes.push_back(size);
  }
  const fs::path photograph = weights.parent_path() / "photograph.jpg";
  write(photograph, resource("/colorize/command/monochrome.jpg").value_or(""));
  const Choices choices{.properties = {{"model", weights.string()}}};
  NoProgress none;
  convert_still(photograph, picture, choices, none, stop);
}

Added add(const Choice& choice, const std::stop_token& stop) {
  const fs::path ending = choice.file.extension();
  if (ending != ".onnx" && ending != ".caffemodel")
    throw Failure(choice.file.string() + ": is neither an .onnx nor a .caffemodel file; name the network's own file");
  const ModelFiles files = files_at(fs::absolute(choice.file));
  if (!fs::is_regular_file(files.weights)) throw Failure(choice.file.string() + ": there is no such file");
  Added added;
  added.name = name_of(files.weights);
  added.folder = model_folders()[0];
  const fs::path target = added.folder / files.weights.filename();
  if (is_compiled_in(added.name))
    throw Failure("a network '" + added.name +
                  "' is compiled in, and would be found first; give the file another name");
  if (const auto there = files_of(added.name);
      there && there->weights.parent_path() == added.folder && there->weights != target)
    throw Failure("'" + added.name + "' is the name of " + there->weights.string() + " already; move one of them away");

  const fs::path own_folder = files.weights.parent_path();
  const bool drafted = !files.has_sidecar() && !files.known && ending == ".onnx";
  if (drafted) added.draft = draft_sidecar(read_onnx(files.weights), added.name, files.weights.string());
  const ModelInfo info = drafted ? ModelInfo::parse(added.draft, "the draft of its sidecar", own_folder) : files.info();

  const Stage stage(added.folder);
  fs::path sidecar = files.sidecar();
  if (drafted) {
    sidecar = stage.folder / sidecar.filename();
    write(sidecar, added.draft);
  }
  std::vector<Part> parts = parts_of(files, info);
  // What the catalogue knows needs none.
  if (drafted || files.has_sidecar()) parts.insert(parts.end() - 1, {sidecar, sidecar.filename()});
  for (const Part& part : parts) {
    added.files.push_back(part.name);
    const fs::path there = added.folder / part.name;
    if (choice.overwrite || !fs::exists(there) || is_same(part.file, there, stop)) continue;
    throw Failure(there.string() + ": is there already, and another one; --overwrite replaces it");
  }
  const fs::path picture = stage.folder / ("test" + choice.picture.extension().string());
  for (const Part& part : parts) {
    const fs::path staged = stage.folder / part.name;
    fs::create_directories(staged.parent_path());
    if (part.file != staged) fs::copy_file(part.file, staged);
  }
  try {
    try_out(stage.folder / files.weights.filename(), picture, added, stop);
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    const std::string why = replaced(error.what(), stage.folder.string(), own_folder.string());
    throw Failure(why +
                  (drafted ? " (its sidecar was drafted; write one, see README, \"A network of your own\")" : ""));
  }
  fs::copy_file(picture, choice.picture, fs::copy_options::overwrite_existing);
  install(stage.folder, added.folder, added.files);
  return added;
}

std::vector<std::string> texts_of(const std::vector<cv::Size>& sizes) {
  std::vector<std::string> texts;
  for (const cv::Size size : sizes) texts.push_back(sides(size.width, size.height));
  return texts;
}

void print(const Added& added, const Choice& choice) {
  g_print("%s: imported by %s, run at %s%s\n", shown(added.name).c_str(), added.library.c_str(),
          listed(texts_of(added.sizes)).c_str(), added.sizes.size() == 1 ? ", the one size that it takes" : "");
  g_print("a photograph in its colours: %s\n", shown(choice.picture.string()).c_str());
  if (!added.draft.empty())
    g_print("it had no sidecar; this one is drafted, and its guesses are to be checked:\n\n%s\n", added.draft.c_str());
  else if (!added.lacking.empty())
    g_print("its sidecar does not say: %s\n", listed(added.lacking).c_str());
  g_print("installed in %s:\n", shown(added.folder.string()).c_str());
  for (const fs::path& file : added.files) g_print("  %s\n", shown(file.string()).c_str());
  g_print("use it by --model=%s\n", shown(added.name).c_str());
}

void print_json(const Added& added, const Choice& choice) {
  Json json;
  json.object().text("name", added.name).text("folder", added.folder.string()).text("engine", added.library);
  json.text("picture", choice.picture.string());
  for (const auto& [key, words] : {std::pair{"sizes", texts_of(added.sizes)}, {"lacking", added.lacking}}) {
    json.array(key);
    for (const std::string& word : words) json.text(nullptr, word);
    json.end_array();
  }
  json.array("files");
  for (const fs::path& file : added.files) json.text(nullptr, file.string());
  json.end_array();
  if (!added.draft.empty()) json.text("draft", added.draft);
  g_print("%s", json.end_object().lines().c_str());
}

}  // namespace

int add_network(int argc, char** argv, const std::stop_token& stop) {
  gboolean overwrite = FALSE, json = FALSE;
  Owned<gchar> output;
  gchar* picture = nullptr;
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &picture, "Write the photograph to FILE, not to NAME.test.jpg", "FILE"},
      {"overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite, "Replace a network, or a picture, that is there already",
       nullptr},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", nullptr},
      {}};
  const auto context = option_context("FILE", summary);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  const bool wanted = parse_options(context.get(), argc, argv);
  output.reset(picture);
  if (!wanted) return all_done;
  if (argc != 2) throw UsageError("'networks add' takes one FILE, an .onnx or .caffemodel");

  make_colorize();  // its plugin has the catalogue
  Choice choice{argv[1], picture ? picture : "", overwrite != FALSE, json != FALSE};
  if (choice.picture.empty()) choice.picture = name_of(choice.file) + ".test.jpg";
  check_still_name(choice.picture);
  if (fs::exists(choice.picture) && !overwrite)
    throw Failure(choice.picture.string() + " is there already; --overwrite replaces it");
  const Added added = add(choice, stop);
  json ? print_json(added, choice) : print(added, choice);
  return all_done;
}

}  // namespace colorize::command
