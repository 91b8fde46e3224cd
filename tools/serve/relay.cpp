// SPDX-License-Identifier: LGPL-2.1-or-later
#include "relay.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "about.h"
#include "common/pagehints.h"
#include "http.h"
#include "process.h"

namespace colorize::command {

namespace {

/// A viewer is a process with a network in its memory.
constexpr int most_viewers = 12;
int viewers = 0;  // of the main loop

constexpr std::size_t longest_line = 4096 + 2 * longest_lines, longest_queue = 8 * longest_line;
constexpr std::uint32_t longest_message = 256 << 20;  // a picture of full size as PNG

constexpr std::array wishes{"play", "pause", "seek", "step", "set", "shown", "frame", "size"};

/// The line for the viewer. Throws Refusal for what no page of ours says.
std::string line_of(const std::string& text, const std::filesystem::path& references) {
  const JsonValue json = read_json(text);
  const std::string wish = json.at("do").text();
  if (std::ranges::count(wishes, wish) == 0) throw Refusal(SOUP_STATUS_BAD_REQUEST, "is no wish");
  if (wish != "set") return json.written() + "\n";
  const std::string name = json.at("name").text(), value = json.at("value").text();
  // What is wrong with what a person wrote the viewer says in words, by the same function.
  if (!is_said_in_lines(name) && name != "palette" && !is_property(name, value))
    throw Refusal(SOUP_STATUS_BAD_REQUEST, "is no property, or no value of it");
  Json line;
  line.object().text("do", "set").text("name", name).text("value", value);
  std::error_code none;
  if (name == "reference" && !std::filesystem::is_empty(references, none) && !none) {
    const Owned<gchar> uri(g_filename_to_uri(references.c_str(), nullptr, nullptr));
    line.text("pictures", uri.get());
  }
  return line.end_object().line() + "\n";
}

class Relay : public std::enable_shared_from_this<Relay> {
 public:
  Relay(SoupWebsocketConnection* connection, std::filesystem::path references)
      : connection_(share(connection)), references_(std::move(references)) {
    ++viewers;
  }
  ~Relay() { --viewers; }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  void begin(const std::string& open) {
    soup_websocket_connection_set_max_incoming_payload_size(connection_.get(), longest_line);
    soup_websocket_connection_set_keepalive_interval(connection_.get(), 30);
    // What the signals hold keeps this alive, and this the connection, until it is closed.
    auto* const self = new std::shared_ptr(shared_from_this());
    g_object_set_data_full(G_OBJECT(connection_.get()), "relay", self,
                           [](gpointer data) { delete static_cast<std::shared_ptr<Relay>*>(data); });
    g_signal_connect(connection_.get(), "message",
                     G_CALLBACK(+[](SoupWebsocketConnection*, gint type, GBytes* message, gpointer data) {
                       (*static_cast<std::shared_ptr<Relay>*>(data))->hear(type, message);
                     }),
                     self);
    g_signal_connect(connection_.get(), "closed", G_CALLBACK(+[](SoupWebsocketConnection* closed, gpointer data) {
                       const auto relay = *static_cast<std::shared_ptr<Relay>*>(data);
                       if (relay->process_) g_subprocess_force_exit(relay->process_.get());
                       g_signal_handlers_disconnect_by_data(closed, data);
                       relay->connection_.reset();
                       g_object_set_data(G_OBJECT(closed), "relay", nullptr);
                     }),
                     self);
    if (viewers > most_viewers) return give_up("there are too many viewers; close one");
    try {
      process_ = begin_process({"--view"}, SIGKILL, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    } catch (const Failure& failure) {
      return give_up(failure.what());
    }
    say(open + "\n");
    read(4);
  }

 private:
  bool is_open() const {
    return connection_ && soup_websocket_connection_get_state(connection_.get()) == SOUP_WEBSOCKET_STATE_OPEN;
  }

  void hear(gint type, GBytes* message) {
    if (!is_open()) return;  // more of what it was closed for
    gsize size = 0;
    const auto* text = static_cast<const char*>(g_bytes_get_data(message, &size));
    try {
      if (type == SOUP_WEBSOCKET_DATA_TEXT && process_) say(line_of(std::string(text, size), references_));
    } catch (const Failure& failure) {
      soup_websocket_connection_close(connection_.get(), SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, failure.what());
    }
  }

  void say(const std::string& line) {
    waiting_ += line;
    if (waiting_.size() > longest_queue)  // more wishes than anybody has
      return soup_websocket_connection_close(connection_.get(), SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "too fast");
    if (written_.empty()) write();
  }

  void write() {
    written_ = std::move(waiting_);
    waiting_.clear();
    if (written_.empty()) return;
    const auto done = [](GObject* stream, GAsyncResult* result, gpointer data) {
      const std::unique_ptr<std::shared_ptr<Relay>> self(static_cast<std::shared_ptr<Relay>*>(data));
      const bool wrote = g_output_stream_write_all_finish(G_OUTPUT_STREAM(stream), result, nullptr, nullptr);
      (*self)->written_.clear();
      if (wrote && (*self)->connection_) (*self)->write();
    };
    g_output_stream_write_all_async(g_subprocess_get_stdin_pipe(process_.get()), written_.data(), written_.size(),
                                    G_PRIORITY_DEFAULT, nullptr, done, new std::shared_ptr(shared_from_this()));
  }

  /// So many bytes of the viewer's: the length of a message, or the message.
  void read(std::size_t size) {
    read_.resize(size);
    const auto done = [](GObject* stream, GAsyncResult* result, gpointer data) {
      const std::unique_ptr<std::shared_ptr<Relay>> self(static_cast<std::shared_ptr<Relay>*>(data));
      gsize length = 0;
      g_input_stream_read_all_finish(G_INPUT_STREAM(stream), result, &length, nullptr);
      (*self)->got(length);
    };
    g_input_stream_read_all_async(g_subprocess_get_stdout_pipe(process_.get()), read_.data(), read_.size(),
                                  G_PRIORITY_DEFAULT, nullptr, done, new std::shared_ptr(shared_from_this()));
  }

  void got(std::size_t length) {
    if (!is_open()) return;
    if (length < read_.size())
      return give_up(said_error_ ? "" : "the viewer came to an end by itself, as at a broken file");
    if (!in_message_) {
      std::uint32_t size = 0;
      for (const unsigned char byte : read_) size = size << 8 | byte;
      if (size == 0 || size > longest_message) return give_up("the viewer says what is not understood");
      in_message_ = true;
      return read(size);
    }
    in_message_ = false;
    const std::string_view message(read_.data(), read_.size());
    said_error_ = said_error_ || (read_[0] == 'j' && message.find("\"error\"") != std::string_view::npos);
    soup_websocket_connection_send_binary(connection_.get(), read_.data(), read_.size());
    read_when_taken();
  }

  /// What a page does not take may not pile up here: the viewer waits instead.
  void read_when_taken() {
    auto* const output = G_POLLABLE_OUTPUT_STREAM(
        g_io_stream_get_output_stream(soup_websocket_connection_get_io_stream(connection_.get())));
    if (g_pollable_output_stream_is_writable(output)) return read(4);
    GSource* const source = g_pollable_output_stream_create_source(output, nullptr);
    const auto go_on = +[](GObject*, gpointer data) -> gboolean {
      const auto& self = *static_cast<std::shared_ptr<Relay>*>(data);
      if (self->is_open()) self->read_when_taken();
      return G_SOURCE_REMOVE;
    };
    g_source_set_callback(source, G_SOURCE_FUNC(go_on), new std::shared_ptr(shared_from_this()),
                          [](gpointer data) { delete static_cast<std::shared_ptr<Relay>*>(data); });
    g_source_attach(source, nullptr);
    g_source_unref(source);
  }

  void give_up(const std::string& words) {
    if (!words.empty()) {
      Json json;
      json.object().text("event", "error").text("text", words).end_object();
      const std::string message = "j" + json.line();
      soup_websocket_connection_send_binary(connection_.get(), message.data(), message.size());
    }
    soup_websocket_connection_close(connection_.get(), SOUP_WEBSOCKET_CLOSE_NORMAL, nullptr);
  }

  Object<SoupWebsocketConnection> connection_;
  std::filesystem::path references_;
  Object<GSubprocess> process_;
  std::string waiting_, written_;
  std::vector<char> read_;
  bool in_message_ = false, said_error_ = false;
};

}  // namespace

void relay(SoupWebsocketConnection* connection, const std::string& open, const std::filesystem::path& references) {
  std::make_shared<Relay>(connection, references)->begin(open);
}

}  // namespace colorize::command
