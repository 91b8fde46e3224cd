// SPDX-License-Identifier: LGPL-2.1-or-later
#include "serve.h"

#include <glib/gstdio.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "common/commandline.h"
#include "common/failure.h"
#include "common/properties.h"
#include "common/terminal.h"
#include "file.h"
#include "film/workfolder.h"
#include "folders.h"
#include "guard.h"
#include "http.h"
#include "server.h"

namespace fs = std::filesystem;

namespace colorize::command {

namespace {

constexpr const char* summary =
    R"(Opens a page in the browser: see films and photographs in colour before they are made, make them, look at results.
It reads no file but those dropped on it and those in the folders that are named.

Examples:
  gst-colorize serve --open                   the page, in the browser
  gst-colorize serve --open ~/Films ~/Photos  with the films and photographs that are there
  gst-colorize serve --open film.mp4          that film at once)";

struct ServeOptions {
  ServerOptions server;
  fs::path file;  ///< to be shown at once; empty: none
  bool open = false;
};

std::optional<ServeOptions> read_options(int argc, char** argv) {
  ServeOptions options;
  gboolean open = FALSE;
  gchar *address = nullptr, *state = nullptr;
  gchar** inputs = nullptr;
  double limit = 100;
  int port = 0;
  const auto text = [](auto& to) { return static_cast<gpointer>(&to); };
  const GOptionEntry entries[] = {
      {"open", 0, 0, G_OPTION_ARG_NONE, &open, "Open the page in the browser", nullptr},
      {"port", 0, 0, G_OPTION_ARG_INT, &port, "Port to answer at; default any that is free", "NUMBER"},
      {"address", 0, 0, G_OPTION_ARG_STRING, text(address),
       "Answer at this address of the machine, not at 127.0.0.1 alone: whoever can listen on the network sees all that "
       "is shown, since it is not encrypted",
       "ADDRESS"},
      {"state", 0, 0, G_OPTION_ARG_FILENAME, text(state),
       "Folder for jobs, results and what is dropped; default gst-colorize in the user's folder for state", "FOLDER"},
      {"limit", 0, 0, G_OPTION_ARG_DOUBLE, &limit, "Largest file that may be dropped, in GB (10^9 bytes); default 100",
       "NUMBER"},
      {}};
  const GOptionEntry rest[] = {{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, text(inputs), nullptr, nullptr},
                               {}};
  const auto context = option_context("[FOLDER ...] [FILE]", summary);
  add_options(context.get(), "page", "Page:", entries);
  g_option_context_add_main_entries(context.get(), rest, nullptr);
  const bool wanted = parse_options(context.get(), argc, argv);
  const Owned<gchar> owned[] = {Owned<gchar>(address), Owned<gchar>(state)};
  const Owned<gchar*> owned_inputs(inputs);
  if (!wanted) return std::nullopt;
  if (port < 0 || port > 65535) throw UsageError("--port takes a whole number from 0 to 65535");
  if (!(limit > 0 && limit < 1e9)) throw UsageError("--limit takes a number of GB");
  for (gchar** input = inputs; input && *input; ++input) {
    std::error_code error;
    const fs::path path = fs::canonical(*input, error);
    if (error) throw UsageError(std::string(*input) + ": " + error.message());
    const fs::path folder = fs::is_directory(path) ? path : path.parent_path();
    if (std::ranges::count(options.server.folders, folder) == 0) options.server.folders.push_back(folder);
    if (folder != path) options.file = path;
  }
  options.open = open;
  if (address) options.server.address = address;
  options.server.port = port;
  options.server.limit = static_cast<std::uint64_t>(limit * 1e9);
  options.server.state = state ? fs::absolute(state) : fs::path(g_get_user_state_dir()) / "gst-colorize";
  return options;
}

/// The page with a file shown on it.
std::string with_file(const std::string& address, std::size_t folder, const fs::path& file) {
  if (file.empty()) return address;
  const Owned<gchar> path(g_uri_escape_string(path_of(file.filename()).c_str(), nullptr, FALSE));
  return address + "&folder=" + std::to_string(folder) + "&path=" + path.get();
}

void open_page(const std::string& address) {
  Owned<GError> error;
  if (!g_app_info_launch_default_for_uri(address.c_str(), nullptr, out(error)))
    g_printerr("gst-colorize: no browser could be opened (%s); open the address yourself\n", error->message);
}

/// Lets the page that is there already read a folder as well. Returns the folder's number. Throws Failure.
std::size_t add_folder(const std::string& address, const fs::path& folder) {
  const std::size_t end = address.find("/?token=");
  if (end == std::string::npos) throw Failure("another gst-colorize is just about to open the page; try again");
  const Object<SoupSession> session(soup_session_new_with_options("timeout", 10, nullptr));
  const Object<SoupMessage> message(soup_message_new("POST", (address.substr(0, end) + "/api/folders").c_str()));
  soup_message_headers_replace(soup_message_get_request_headers(message.get()), token_header,
                               address.substr(address.find('=') + 1).c_str());
  const Owned<gchar> uri(gst_filename_to_uri(folder.c_str(), nullptr));
  GBytes* const body = g_bytes_new(uri.get(), std::strlen(uri.get()));
  soup_message_set_request_body_from_bytes(message.get(), "text/plain", body);
  g_bytes_unref(body);
  Owned<GError> error;
  GBytes* const answer = soup_session_send_and_read(session.get(), message.get(), nullptr, out(error));
  if (!answer) throw Failure("the page that is there already does not answer: " + std::string(error->message));
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(answer, &size));
  const std::string text(data, size);
  g_bytes_unref(answer);
  return static_cast<std::size_t>(JsonValue::parse(text).at("folder").integer());
}

/// There is one page for each folder of jobs: another one shows there what it was to show.
void hand_over(std::string address, const ServeOptions& options) {
  address = address.substr(0, address.find('\n'));
  std::size_t last = 0;
  for (const fs::path& folder : options.server.folders) {
    const std::size_t number = add_folder(address, folder);
    if (folder == options.file.parent_path()) last = number;
  }
  address = with_file(address, last, options.file);
  g_print("%s\n", address.c_str());
  if (options.open) open_page(address);
}

/// The lock on the folder of jobs; nothing where another page has it.
std::unique_ptr<FileLock> lock_on(const fs::path& file) try {
  return std::make_unique<FileLock>(file, file.string());
} catch (const Failure&) {
  return nullptr;
}

bool is_loopback(const std::string& address) { return address == "127.0.0.1" || address == "::1"; }

/// Where the last one was, with its token, so that a page that is still open comes back by itself; but not with one
/// that went over a network.
std::unique_ptr<Server> served(ServerOptions options, const std::string& last) {
  const std::string start = "http://" + options.address + ":", before_token = "/?token=";
  const std::size_t end = last.find(before_token), line = last.find('\n');
  options.token = random_token();
  if (!is_loopback(options.address) || !last.starts_with(start) || end == std::string::npos ||
      line == std::string::npos)
    return std::make_unique<Server>(options);
  options.token = last.substr(end + before_token.size(), line - end - before_token.size());
  const int usual = options.port;
  if (usual == 0) options.port = std::atoi(last.c_str() + start.size());
  try {
    return std::make_unique<Server>(options);
  } catch (const Failure&) {  // somebody else may have the port now
    options.port = usual;
    return std::make_unique<Server>(options);
  }
}

/// Each viewer and each open page takes some descriptors.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int serve(int argc, char** argv, const std::stop_token& stop) {
  const auto options = read_options(argc, argv);
  if (!options) return all_done;
  make_colorize();  // without it nothing works, and it knows the networks
  raise_descriptor_limit();
  const fs::path& state = options->server.state;
  if (fs::create_directories(state)) fs::permissions(state, fs::perms::owner_all);  // else it is as its owner wants it
  const fs::path address_file = state / "address";                                  // is the lock as well
  const auto lock = lock_on(address_file);
  if (!lock) {
    hand_over(read_file(address_file), *options);
    return all_done;
  }
  const std::unique_ptr<GMainLoop, decltype(&g_main_loop_unref)> loop(g_main_loop_new(nullptr, FALSE),
                                                                      g_main_loop_unref);
  const auto server = served(options->server, read_file(address_file));
  const auto& folders = options->server.folders;
  const auto folder = std::ranges::find(folders, options->file.parent_path()) - folders.begin();
  const std::string address = with_file(server->address(), static_cast<std::size_t>(folder) + 1, options->file);
  g_print("%s\n", address.c_str());
  fs::permissions(address_file, fs::perms::owner_read | fs::perms::owner_write);
  lock->write(server->address() + "\n");
  if (!is_loopback(options->server.address))
    g_printerr(
        "gst-colorize: what is shown is not encrypted on the network; use --address only where you trust it, or "
        "forward the port by ssh\n");
  if (options->open) open_page(address);
  const auto end = [](gpointer running) -> gboolean {
    g_main_loop_quit(static_cast<GMainLoop*>(running));
    return G_SOURCE_REMOVE;
  };
  const std::stop_callback quit(stop, [&] { g_idle_add(end, loop.get()); });  // counts before the loop runs, too
  g_main_loop_run(loop.get());
  throw Interrupted();
}

}  // namespace colorize::command
