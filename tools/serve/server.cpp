// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <sstream>

#include "about.h"
#include "annotations.h"
#include "common/pagehints.h"
#include "file.h"
#include "folders.h"
#include "guard.h"
#include "http.h"
#include "queue.h"
#include "relay.h"
#include "upload.h"

namespace fs = std::filesystem;

namespace colorize::command {

namespace {

constexpr guint between_events = 250;  // milliseconds

std::vector<fs::path> with_uploads(const ServerOptions& options) {
  std::vector<fs::path> folders{options.state / "uploads"};
  fs::create_directories(folders[0]);
  folders.insert(folders.end(), options.folders.begin(), options.folders.end());
  return folders;
}

Object<SoupServer> listening(const ServerOptions& options) {
  Object<SoupServer> server(soup_server_new("server-header", "gst-colorize", nullptr));
  const Object<GSocketAddress> address(
      g_inet_socket_address_new_from_string(options.address.c_str(), static_cast<guint>(options.port)));
  if (!address) throw Failure(options.address + " is no address; give one as 127.0.0.1");
  Owned<GError> error;
  if (!soup_server_listen(server.get(), address.get(), SoupServerListenOptions{}, out(error)))
    throw Failure("nothing can be served at " + options.address + ":" + std::to_string(options.port) + ": " +
                  error->message);
  return server;
}

int port_of(SoupServer* server) {
  GSList* const addresses = soup_server_get_uris(server);
  const int port = g_uri_get_port(static_cast<GUri*>(addresses->data));
  g_slist_free_full(addresses, [](gpointer uri) { g_uri_unref(static_cast<GUri*>(uri)); });
  return port;
}

using Query = std::map<std::string, std::string>;

Query query_of(SoupServerMessage* message) {
  Query query;
  const char* const text = g_uri_get_query(soup_server_message_get_uri(message));
  if (!text) return query;
  GHashTable* const values = soup_form_decode(text);
  GHashTableIter entries;
  g_hash_table_iter_init(&entries, values);
  for (gpointer key = nullptr, value = nullptr; g_hash_table_iter_next(&entries, &key, &value);)
    query.emplace(static_cast<const char*>(key), static_cast<const char*>(value));
  g_hash_table_unref(values);
  return query;
}

/// A word in the query without a value.
bool is_asked_for(SoupServerMessage* message, const char* word) {
  return g_strcmp0(g_uri_get_query(soup_server_message_get_uri(message)), word) == 0;
}

std::size_t number_in(const std::string& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw Refusal(SOUP_STATUS_NOT_FOUND, "there is nothing here");
  return number;
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream stream(path);
  for (std::string part; std::getline(stream, part, '/');)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

}  // namespace

class Server::Impl {
 public:
  explicit Impl(const ServerOptions& options)
      : options_(options),
        folders_(with_uploads(options)),
        annotations_(options.state),
        server_(listening(options)),
        port_(port_of(server_.get())),
        guard_(options.address, port_, options.token),
        queue_(options.state / "jobs", [this](const std::string& id) { tell(id); }) {
    g_signal_connect(server_.get(), "request-started",
                     G_CALLBACK(+[](SoupServer*, SoupServerMessage* message, gpointer) { limit_patience(message); }),
                     nullptr);
    for (const char* const path : {"/", "/api/view", "/api/events"})
      soup_server_add_early_handler(server_.get(), path, early, this, nullptr);
    soup_server_add_handler(server_.get(), "/", handle, this, nullptr);
    soup_server_add_websocket_handler(
        server_.get(), "/api/view", nullptr, nullptr,
        [](SoupServer*, SoupServerMessage* message, const char*, SoupWebsocketConnection* connection, gpointer self) {
          static_cast<Impl*>(self)->view(message, connection);
        },
        this, nullptr);
    soup_server_add_websocket_handler(
        server_.get(), "/api/events", nullptr, nullptr,
        [](SoupServer*, SoupServerMessage*, const char*, SoupWebsocketConnection* connection, gpointer self) {
          static_cast<Impl*>(self)->listen(connection);
        },
        this, nullptr);
  }
  ~Impl() {
    if (timer_) g_source_remove(timer_);
    for (auto& [connection, listener] : listeners_) g_signal_handlers_disconnect_by_data(connection, this);
    soup_server_disconnect(server_.get());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::string address() const {
    const std::string host =
        options_.address.find(':') == std::string::npos ? options_.address : "[" + options_.address + "]";
    return "http://" + host + ":" + std::to_string(port_) + "/?token=" + guard_.token();
  }

 private:
  /// A page that wants to know what becomes of the jobs.
  struct Listener {
    Object<SoupWebsocketConnection> connection;
    std::set<std::string> changed;
    bool all = true, ready = true;
  };

  /// When a request's head is there: who it is, and where its body goes.
  static void early(SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer data) {
    auto& self = *static_cast<Impl*>(data);
    set_policy(message, false);
    try {
      self.guard_.check_host(message);
      const Query query = query_of(message);
      if (std::string(path) == "/" && query.contains("token")) return self.welcome(message, query);
      if (std::string(path) == "/api/folders") return self.guard_.check_header(message);
      self.guard_.check_cookie(message);
      const bool is_put = std::string(soup_server_message_get_method(message)) == "PUT";
      const std::string name = value_in(query, "name");
      if (is_put && std::string(path) == "/api/reference")
        self.annotations_.receive_reference(message, self.file_in(query), name.c_str(), self.options_.limit);
      if (std::string(path) != "/api/upload") return;
      if (!is_put) throw Refusal(SOUP_STATUS_METHOD_NOT_ALLOWED, "files are sent by PUT");
      receive(message, self.folders_.all()[0], name.c_str(), self.options_.limit, keep_upload);
    } catch (const Refusal& refusal) {
      refuse(message, refusal.status, refusal.what());
      cut_short(message);
    }
  }

  /// The token goes into a cookie and out of the address, where it would be seen.
  void welcome(SoupServerMessage* message, const Query& query) {
    if (!guard_.is_token(query.at("token").c_str()))
      throw Refusal(SOUP_STATUS_UNAUTHORIZED, "the token in the address is not that of the page that runs");
    std::string address = "/";
    if (query.contains("folder") && query.contains("path")) {
      const Owned<gchar> path(g_uri_escape_string(query.at("path").c_str(), nullptr, FALSE));
      address += "?folder=" + std::to_string(number_in(query.at("folder"))) + "&path=" + path.get();
    }
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Set-Cookie",
                                 guard_.cookie().c_str());
    soup_server_message_set_redirect(message, SOUP_STATUS_FOUND, address.c_str());
  }

  static void handle(SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer data) {
    if (soup_server_message_get_status(message) != SOUP_STATUS_NONE) return;
    try {
      if (finish_upload(message)) return;
      static_cast<Impl*>(data)->respond(message, path);
    } catch (const Refusal& refusal) {
      refuse(message, refusal.status, refusal.what());
    } catch (const Failure& failure) {
      refuse(message, SOUP_STATUS_BAD_REQUEST, failure.what());
    } catch (const std::exception& error) {
      refuse(message, SOUP_STATUS_INTERNAL_SERVER_ERROR, error.what());
    }
  }

  void respond(SoupServerMessage* message, const std::string& path) {
    const std::string method = soup_server_message_get_method(message);
    const std::vector<std::string> parts = parts_of(path);
    const bool reads = method == "GET" || method == "HEAD";
    const auto is = [&](const char* name, std::size_t count) {
      return parts.size() == count && parts[0] == "api" && parts[1] == name;
    };
    if (parts.empty() || parts[0] != "api") {
      if (reads) return send_page(message, path == "/" ? "/index.html" : path);
    } else if (is("about", 2) && reads) {
      return about(message);
    } else if (is("folder", 2) && reads) {
      return list(message);
    } else if (is("folders", 2) && method == "POST") {
      return add_folder(message);
    } else if (parts.size() == 2 && is_said_in_lines(parts[1]) && reads) {
      return send_lines(message, parts[1]);
    } else if (parts.size() == 2 && is_said_in_lines(parts[1]) && (method == "POST" || method == "PUT")) {
      return take_lines(message, parts[1], method == "PUT");
    } else if (is("references", 2) && reads) {
      return list_references(message);
    } else if (is("reference", 2)) {
      return reference(message, method);
    } else if (is("jobs", 2) && reads) {
      return answer_jobs(message);
    } else if (is("jobs", 2) && method == "POST") {
      return add_job(message);
    } else if (parts.size() >= 3 && parts[1] == "jobs") {
      return job(message, method, parts);
    }
    throw Refusal(SOUP_STATUS_NOT_FOUND, "there is nothing here");
  }

  static void send_page(SoupServerMessage* message, const std::string& path) {
    Owned<GError> error;
    GBytes* const bytes =
        g_resources_lookup_data(("/colorize/page" + path).c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, out(error));
    if (!bytes) throw Refusal(SOUP_STATUS_NOT_FOUND, "there is nothing here");
    const char* const type = path.ends_with(".html")  ? "text/html; charset=utf-8"
                             : path.ends_with(".css") ? "text/css; charset=utf-8"
                             : path.ends_with(".svg") ? "image/svg+xml"
                                                      : "text/javascript; charset=utf-8";
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    answer(message, SOUP_STATUS_OK, type, std::string(data, size));
    g_bytes_unref(bytes);
  }

  void about(SoupServerMessage* message) const {
    Json json;
    json.object().text("version", COLORIZE_VERSION).count("limit", options_.limit).integer("uploads", 0);
    json.array("folders");
    for (std::size_t number = 0; number < folders_.all().size(); ++number)
      json.object()
          .text("name", number == 0 ? "Dropped here" : folders_.all()[number].filename().string())
          .count("number", number)
          .end_object();
    describe(json.end_array());
    json.end_object();
    answer(message, json);
  }

  void list(SoupServerMessage* message) const {
    const Query query = query_of(message);
    Json json;
    json.object();
    folders_.list({number_in(value_in(query, "folder")), value_in(query, "path")}, json);
    json.end_object();
    answer(message, json);
  }

  /// Of a program of the same user on this machine; `early` knows it by one of the ways to write its path.
  void add_folder(SoupServerMessage* message) {
    guard_.check_header(message);
    auto* const peer = G_INET_SOCKET_ADDRESS(soup_server_message_get_remote_address(message));
    if (!g_inet_address_get_is_loopback(g_inet_socket_address_get_address(peer)))
      throw Refusal(SOUP_STATUS_FORBIDDEN, "this is for programs on the page's own machine");
    const Owned<gchar> folder(g_filename_from_uri(body_of(message).c_str(), nullptr, nullptr));
    if (!folder) throw Refusal(SOUP_STATUS_BAD_REQUEST, "a folder is given as file:///...");
    Json json;
    json.object().count("folder", folders_.add(folder.get())).end_object();
    answer(message, json);
  }

  static std::string value_in(const Query& query, const char* name) {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
  }

  void answer_jobs(SoupServerMessage* message) const {
    Json json;
    json.object().array("jobs");
    for (const QueuedJob* job : queue_.jobs()) write(*job, json);
    json.end_array().end_object();
    answer(message, json);
  }

  static std::string body_of(SoupServerMessage* message) {
    GBytes* const bytes = soup_message_body_flatten(soup_server_message_get_request_body(message));
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    std::string text(data ? data : "", size);
    g_bytes_unref(bytes);
    return text;
  }

  fs::path file_in(const Query& query) const {
    return folders_.find({number_in(value_in(query, "folder")), value_in(query, "path")});
  }

  void send_lines(SoupServerMessage* message, const std::string& property) const {
    Json json;
    json.object().text(property.c_str(), annotations_.lines(property, file_in(query_of(message)))).end_object();
    answer(message, json);
  }

  /// Judges them, as those of a file that is opened on the page, or keeps them too.
  void take_lines(SoupServerMessage* message, const std::string& property, bool keeps) const {
    const std::string lines = body_of(message), fault = fault_of_lines(property, lines);
    if (!fault.empty()) throw Refusal(SOUP_STATUS_BAD_REQUEST, fault);
    if (keeps) annotations_.keep_lines(property, file_in(query_of(message)), lines);
    soup_server_message_set_status(message, SOUP_STATUS_NO_CONTENT, nullptr);
  }

  void list_references(SoupServerMessage* message) const {
    Json json;
    json.object();
    annotations_.list_references(file_in(query_of(message)), json);
    json.end_object();
    answer(message, json);
  }

  void reference(SoupServerMessage* message, const std::string& method) const {
    const Query query = query_of(message);
    const fs::path file = file_in(query);
    const std::string name = value_in(query, "name");
    if (method == "GET" || method == "HEAD") return send_file(message, annotations_.reference(file, name), false);
    if (method == "DELETE") {
      annotations_.remove_reference(file, name);
      return soup_server_message_set_status(message, SOUP_STATUS_NO_CONTENT, nullptr);
    }
    if (method != "POST") throw Refusal(SOUP_STATUS_METHOD_NOT_ALLOWED, "a reference is sent, moved or removed");
    const std::string moment = value_in(query, "time");
    const double time = g_ascii_strtod(moment.c_str(), nullptr);
    constexpr double latest = 1e6;  // seconds
    if (!(time >= 0 && time <= latest)) throw Refusal(SOUP_STATUS_BAD_REQUEST, "there is no such time");
    Json json;
    const auto wanted = moment.empty() ? std::nullopt : std::optional(time);
    json.object().text("name", annotations_.move_reference(file, name, wanted)).end_object();
    answer(message, json);
  }

  void add_job(SoupServerMessage* message) {
    const JsonValue json = read_json(body_of(message));
    QueuedJob job;
    job.task = json.at("task").text();
    if (job.task != "colour" && job.task != "sheet" && job.task != "evaluate")
      throw Refusal(SOUP_STATUS_BAD_REQUEST, "there is no such task");
    for (const JsonValue& file : json.at("files").elements()) job.inputs.push_back(folders_.find(reference_in(file)));
    if (job.inputs.empty()) throw Refusal(SOUP_STATUS_BAD_REQUEST, "there is no file to work on");
    for (const std::string& name : json.has("options") ? json.at("options").keys() : std::vector<std::string>{}) {
      if (const auto option = option_for(name, json.at("options").at(name).text())) job.options.push_back(*option);
    }
    for (const std::string& name : json.has("properties") ? json.at("properties").keys() : std::vector<std::string>{}) {
      if (const auto option = option_for_property(name, json.at("properties").at(name).text()))
        job.options.push_back(*option);
    }
    job.made = g_get_real_time() / G_USEC_PER_SEC;
    const JsonValue output = json.at("output");
    const bool keeps = job.task == "evaluate" || output.is_nothing();
    if (!keeps && output.written() != "\"beside\"") {
      job.output = folders_.find(reference_in(output));
      if (!fs::is_directory(job.output)) throw Refusal(SOUP_STATUS_BAD_REQUEST, "results go into a folder");
    }
    const bool has_references = job.task != "evaluate" && job.inputs.size() == 1;
    const auto references = has_references ? annotations_.references(job.inputs[0]) : std::vector<fs::path>();
    Json added;
    write(queue_.add(std::move(job), keeps, references), added);
    answer(message, added);
  }

  void job(SoupServerMessage* message, const std::string& method, const std::vector<std::string>& parts) {
    const std::string& id = parts[2];
    const std::string what = parts.size() > 3 ? parts[3] : "";
    const bool reads = method == "GET" || method == "HEAD";
    if (method == "DELETE" && parts.size() == 3) {
      queue_.remove(id);
    } else if (method == "POST" && what == "cancel") {
      queue_.cancel(id);
    } else if (method == "POST" && what == "again") {
      queue_.again(id);
    } else if (reads && what == "report") {
      set_policy(message, true);
      return send_file(message, queue_.folder_of(queue_.job(id)) / "report.html", false);
    } else if (reads && what == "picture" && parts.size() == 5) {
      const std::string name = std::to_string(number_in(fs::path(parts[4]).stem())) + ".jpg";
      return send_file(message, queue_.folder_of(queue_.job(id)) / "pictures" / name, false);
    } else if (reads && what == "result" && parts.size() == 5) {
      const std::size_t number = number_in(parts[4]);
      const auto& files = queue_.job(id).files;
      if (number >= files.size() || files[number].result.empty())
        throw Refusal(SOUP_STATUS_NOT_FOUND, "there is no such result");
      return send_file(message, files[number].result, is_asked_for(message, "download"));
    } else {
      throw Refusal(SOUP_STATUS_NOT_FOUND, "there is nothing here");
    }
    soup_server_message_set_status(message, SOUP_STATUS_NO_CONTENT, nullptr);
  }

  void view(SoupServerMessage* message, SoupWebsocketConnection* connection) {
    Json open;
    open.object().text("do", "open");
    fs::path references;
    try {
      const Query query = query_of(message);
      if (const std::string address = value_in(query, "address"); !address.empty()) {
        if (!address.starts_with("rtsp://") && !address.starts_with("rtsps://"))
          throw Refusal(SOUP_STATUS_BAD_REQUEST, "give the address of a camera, as rtsp://camera.local/stream");
        open.text("address", address);
      } else if (const std::string device = value_in(query, "device"); !device.empty()) {
        if (!is_camera(device)) throw Refusal(SOUP_STATUS_NOT_FOUND, "there is no such camera");
        open.text("device", device);
      } else {
        const fs::path file = query.contains("job") ? source_of(query) : file_in(query);
        references = annotations_.folder_of_references(file);
        const Owned<gchar> uri(gst_filename_to_uri(file.c_str(), nullptr));
        open.text("file", uri.get());
      }
    } catch (const Failure& failure) {
      Json error;
      error.object().text("event", "error").text("text", failure.what()).end_object();
      return send_last(connection, "j" + error.line());
    }
    std::string line = open.end_object().line();
    relay(connection, line.substr(0, line.find('\n')), references);
  }

  /// What a file of a job is made of, to be seen beside its result.
  fs::path source_of(const Query& query) const {
    const std::string id = value_in(query, "job");
    const auto& files = queue_.job(id).files;
    const std::size_t number = number_in(value_in(query, "file"));
    if (number >= files.size()) throw Refusal(SOUP_STATUS_NOT_FOUND, "there is no such file");
    return files[number].source;
  }

  /// A connection lives as long as somebody holds it.
  static void send_last(SoupWebsocketConnection* connection, const std::string& message) {
    g_object_ref(connection);
    g_signal_connect(connection, "closed", G_CALLBACK(g_object_unref), nullptr);
    soup_websocket_connection_send_binary(connection, message.data(), message.size());
    soup_websocket_connection_close(connection, SOUP_WEBSOCKET_CLOSE_NORMAL, nullptr);
  }

  void listen(SoupWebsocketConnection* connection) {
    soup_websocket_connection_set_max_incoming_payload_size(connection, 64);
    soup_websocket_connection_set_keepalive_interval(connection, 30);
    listeners_[connection].connection = share(connection);
    g_signal_connect(connection, "message",
                     G_CALLBACK(+[](SoupWebsocketConnection* from, gint, GBytes*, gpointer data) {
                       auto& self = *static_cast<Impl*>(data);
                       const auto found = self.listeners_.find(from);
                       if (found != self.listeners_.end()) found->second.ready = true;
                       self.tell_soon();
                     }),
                     this);
    g_signal_connect(connection, "closed", G_CALLBACK(+[](SoupWebsocketConnection* closed, gpointer data) {
                       g_signal_handlers_disconnect_by_data(closed, data);
                       static_cast<Impl*>(data)->listeners_.erase(closed);
                     }),
                     this);
    tell_all();
  }

  void tell(const std::string& id) {
    for (auto& [connection, listener] : listeners_) listener.changed.insert(id);
    tell_soon();
  }

  void tell_soon() {
    if (timer_ || listeners_.empty()) return;
    timer_ = g_timeout_add(
        between_events,
        [](gpointer self) -> gboolean {
          static_cast<Impl*>(self)->timer_ = 0;
          static_cast<Impl*>(self)->tell_all();
          return G_SOURCE_REMOVE;
        },
        this);
  }

  /// Who has not said that the last message was shown gets none: what waits for a slow page is a set of names.
  void tell_all() {
    for (auto& [connection, listener] : listeners_) {
      if (!listener.ready || (!listener.all && listener.changed.empty())) continue;
      if (soup_websocket_connection_get_state(connection) != SOUP_WEBSOCKET_STATE_OPEN) continue;
      Json json;
      json.object().truth("all", listener.all).array("jobs");
      std::vector<std::string> gone;
      const auto jobs = queue_.jobs();
      for (const QueuedJob* job : jobs)
        if (listener.all || listener.changed.erase(job->id) > 0) write(*job, json);
      json.end_array().array("gone");
      for (const std::string& id : listener.changed) json.text(nullptr, id);
      json.end_array().end_object();
      soup_websocket_connection_send_text(connection, json.line().c_str());
      listener.all = listener.ready = false;
      listener.changed.clear();
    }
  }

  ServerOptions options_;
  Folders folders_;
  Annotations annotations_;
  Object<SoupServer> server_;
  int port_;
  Guard guard_;
  std::map<SoupWebsocketConnection*, Listener> listeners_;
  guint timer_ = 0;
  Queue queue_;
};

Server::Server(const ServerOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Server::~Server() = default;
std::string Server::address() const { return impl_->address(); }

}  // namespace colorize::command
