// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "guard.h"

namespace colorize::command {

namespace {

/// A file on its way to a browser.
class Delivery {
 public:
  Delivery(int file, goffset from, goffset to) : file_(file), next_(from), end_(to) {}
  ~Delivery() { close(file_); }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// Gives the body what comes next, and its end.
  void go_on(SoupServerMessage* message) {
    SoupMessageBody* const body = soup_server_message_get_response_body(message);
    std::vector<char> part(static_cast<std::size_t>(std::min<goffset>(end_ - next_, 1 << 18)));
    const ssize_t length = part.empty() ? 0 : pread(file_, part.data(), part.size(), next_);
    if (length > 0) {
      soup_message_body_append(body, SOUP_MEMORY_COPY, part.data(), static_cast<gsize>(length));
      next_ += length;
    } else if (next_ < end_) {  // it became shorter meanwhile: a connection that ends early says so
      hang_up(message);
    } else {
      soup_message_body_complete(body);
    }
    soup_server_message_unpause(message);
  }

 private:
  int file_;
  goffset next_, end_;
};

const char* type_of(const std::filesystem::path& file) {
  constexpr std::array types{std::pair{".mp4", "video/mp4"},       std::pair{".m4v", "video/mp4"},
                             std::pair{".mov", "video/quicktime"}, std::pair{".mkv", "video/x-matroska"},
                             std::pair{".webm", "video/webm"},     std::pair{".ogv", "video/ogg"},
                             std::pair{".jpg", "image/jpeg"},      std::pair{".jpeg", "image/jpeg"},
                             std::pair{".png", "image/png"},       std::pair{".webp", "image/webp"},
                             std::pair{".avif", "image/avif"},     std::pair{".html", "text/html; charset=utf-8"}};
  const Owned<gchar> ending(g_ascii_strdown(file.extension().c_str(), -1));
  for (const auto& [name, type] : types)
    if (g_str_equal(name, ending.get())) return type;
  return "application/octet-stream";
}

/// RFC 6266, with the name as RFC 8187 codes it.
std::string attachment(const std::filesystem::path& file) {
  const Owned<gchar> name(g_uri_escape_string(file.filename().c_str(), nullptr, FALSE));
  return "attachment; filename*=UTF-8''" + std::string(name.get());
}

}  // namespace

JsonValue read_json(const std::string& text) try {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    if (letter == '"') quoted = !quoted;
    if (quoted && letter == '\\') ++i;
    if (quoted) continue;
    depth += (letter == '[' || letter == '{') - (letter == ']' || letter == '}');
    if (depth > 16) throw Refusal(SOUP_STATUS_BAD_REQUEST, "is nested too deeply");
  }
  return JsonValue::parse(text);
} catch (const Refusal&) {
  throw;
} catch (const Failure& failure) {
  throw Refusal(SOUP_STATUS_BAD_REQUEST, failure.what());
}

void answer(SoupServerMessage* message, guint status, const char* type, const std::string& body) {
  soup_server_message_set_status(message, status, nullptr);
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, body.data(), body.size());
}

void answer(SoupServerMessage* message, Json& json) {
  answer(message, SOUP_STATUS_OK, "application/json", json.line());
}

void refuse(SoupServerMessage* message, guint status, const std::string& words) {
  Json json;
  json.object().text("error", words).end_object();
  answer(message, status, "application/json", json.line());
}

void send_file(SoupServerMessage* message, const std::filesystem::path& file, bool download) {
  const int opened = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat state {};
  if (opened < 0 || fstat(opened, &state) != 0 || !S_ISREG(state.st_mode)) {
    if (opened >= 0) close(opened);
    throw Refusal(SOUP_STATUS_NOT_FOUND, "is not there any more");
  }
  goffset from = 0, to = state.st_size;
  SoupMessageHeaders* const headers = soup_server_message_get_response_headers(message);
  SoupRange* ranges = nullptr;
  int count = 0;
  // Of several ranges, which no browser asks for, it is the whole.
  const bool is_part = soup_message_headers_get_ranges(soup_server_message_get_request_headers(message), state.st_size,
                                                       &ranges, &count) &&
                       count == 1;
  if (is_part) {
    from = ranges[0].start;
    to = ranges[0].end + 1;
    soup_message_headers_set_content_range(headers, from, to - 1, state.st_size);
  }
  if (ranges) soup_message_headers_free_ranges(soup_server_message_get_request_headers(message), ranges);
  soup_message_headers_replace(headers, "Accept-Ranges", "bytes");
  soup_message_headers_replace(headers, "Content-Type", type_of(file));
  if (download) soup_message_headers_replace(headers, "Content-Disposition", attachment(file).c_str());
  soup_server_message_set_status(message, is_part ? SOUP_STATUS_PARTIAL_CONTENT : SOUP_STATUS_OK, nullptr);
  soup_message_headers_set_content_length(headers, to - from);
  auto* const delivery = new Delivery(opened, from, to);
  if (g_str_equal(soup_server_message_get_method(message), "HEAD")) {
    delete delivery;
    return;
  }
  soup_message_body_set_accumulate(soup_server_message_get_response_body(message), FALSE);
  g_object_set_data_full(G_OBJECT(message), "delivery", delivery,
                         [](gpointer data) { delete static_cast<Delivery*>(data); });
  const auto go_on = +[](SoupServerMessage* sent, gpointer data) { static_cast<Delivery*>(data)->go_on(sent); };
  g_signal_connect(message, "wrote-headers", G_CALLBACK(go_on), delivery);
  g_signal_connect(message, "wrote-chunk", G_CALLBACK(go_on), delivery);
}

}  // namespace colorize::command
