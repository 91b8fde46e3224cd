// SPDX-License-Identifier: LGPL-2.1-or-later
#include "guard.h"

#include <algorithm>
#include <array>
#include <random>

#include "http.h"

namespace colorize::command {

namespace {

constexpr guint patience = 30;             // seconds between two signs of life before a request is whole
constexpr goffset longest_body = 1 << 20;  // of what is no upload

/// In a time that does not tell how much of it is right.
bool are_equal(const std::string& one, const std::string& other) {
  if (one.size() != other.size()) return false;
  int differences = 0;
  for (std::size_t i = 0; i < one.size(); ++i) differences |= one[i] ^ other[i];
  return differences == 0;
}

struct Patience {
  SoupServerMessage* message;
  guint timer = 0;
  goffset length = 0;

  void begin() {
    if (timer) g_source_remove(timer);
    timer = g_timeout_add_seconds(
        patience,
        [](gpointer data) -> gboolean {
          auto* const self = static_cast<Patience*>(data);
          self->timer = 0;
          hang_up(self->message);
          return G_SOURCE_REMOVE;
        },
        this);
  }
  void end() {
    if (timer) g_source_remove(timer);
    timer = 0;
  }
};

}  // namespace

void hang_up(SoupServerMessage* message) {
  if (GSocket* const socket = soup_server_message_get_socket(message)) g_socket_close(socket, nullptr);
}

std::string random_token() {
  std::random_device random;
  std::string token;
  for (int i = 0; i < 4; ++i) {
    std::array<char, 9> part{};
    g_snprintf(part.data(), part.size(), "%08x", random());
    token += part.data();
  }
  return token;
}

Guard::Guard(const std::string& address, int port, const std::string& token)
    : address_(address), port_(std::to_string(port)), name_("colorize-" + port_), token_(token) {}

std::string Guard::cookie() const { return name_ + "=" + token_ + "; HttpOnly; SameSite=Strict; Path=/"; }

bool Guard::is_token(const char* text) const { return text && are_equal(text, token_); }

bool Guard::is_ours(const std::string& host) const {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string::npos || host.substr(colon + 1) != port_) return false;
  std::string name = host.substr(0, colon);
  if (name == "localhost" || name == address_) return true;
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  return g_hostname_is_ip_address(name.c_str());  // which is no name that somebody could turn
}

void Guard::check_host(SoupServerMessage* message) const {
  SoupMessageHeaders* const headers = soup_server_message_get_request_headers(message);
  const char* const host = soup_message_headers_get_one(headers, "Host");
  if (!host || !is_ours(host)) throw Refusal(SOUP_STATUS_FORBIDDEN, "this is not the address of this page");
  const char* const origin = soup_message_headers_get_one(headers, "Origin");
  if (origin && std::string(origin) != "http://" + std::string(host))
    throw Refusal(SOUP_STATUS_FORBIDDEN, "this is for the page's own requests");
}

void Guard::check_cookie(SoupServerMessage* message) const {
  const char* const cookies = soup_message_headers_get_list(soup_server_message_get_request_headers(message), "Cookie");
  GHashTable* const values = soup_header_parse_semi_param_list(cookies ? cookies : "");
  const bool is_known = is_token(static_cast<const char*>(g_hash_table_lookup(values, name_.c_str())));
  soup_header_free_param_list(values);
  if (!is_known)
    throw Refusal(SOUP_STATUS_UNAUTHORIZED,
                  "open the page by the address that 'gst-colorize serve' printed, with its token");
}

void Guard::check_header(SoupServerMessage* message) const {
  if (!is_token(soup_message_headers_get_one(soup_server_message_get_request_headers(message), token_header)))
    throw Refusal(SOUP_STATUS_UNAUTHORIZED, "this is for programs that have the token");
}

void set_policy(SoupServerMessage* message, bool is_report) {
  SoupMessageHeaders* const headers = soup_server_message_get_response_headers(message);
  soup_message_headers_replace(
      headers, "Content-Security-Policy",
      is_report
          ? "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
          : "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace(headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace(headers, "Cross-Origin-Resource-Policy", "same-origin");
  soup_message_headers_replace(headers, "Cache-Control", "no-store");
}

void limit_patience(SoupServerMessage* message) {
  auto* const limit = new Patience{message};
  g_object_set_data_full(G_OBJECT(message), "patience", limit, [](gpointer data) {
    static_cast<Patience*>(data)->end();
    delete static_cast<Patience*>(data);
  });
  limit->begin();
  g_signal_connect(message, "got-headers",
                   G_CALLBACK(+[](SoupServerMessage*, gpointer data) { static_cast<Patience*>(data)->begin(); }),
                   limit);
  g_signal_connect(message, "got-chunk", G_CALLBACK(+[](SoupServerMessage* from, GBytes* chunk, gpointer data) {
                     auto* const self = static_cast<Patience*>(data);
                     self->begin();
                     self->length += static_cast<goffset>(g_bytes_get_size(chunk));
                     const bool is_kept = soup_message_body_get_accumulate(soup_server_message_get_request_body(from));
                     const bool is_refused = soup_server_message_get_status(from) != SOUP_STATUS_NONE;
                     if ((is_kept || is_refused) && self->length > longest_body) hang_up(from);
                   }),
                   limit);
  g_signal_connect(message, "got-body",
                   G_CALLBACK(+[](SoupServerMessage*, gpointer data) { static_cast<Patience*>(data)->end(); }), limit);
}

void cut_short(SoupServerMessage* message) {
  if (soup_message_headers_get_content_length(soup_server_message_get_request_headers(message)) > longest_body)
    hang_up(message);
}

}  // namespace colorize::command
