// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <string>

namespace colorize::command {

/// Who may ask. Other pages in the same browser can send requests here, other users of the machine too: so each request
/// wants a secret, in a cookie that only this page's own requests carry, and the name of a host that no other page can
/// have turned to this machine (DNS rebinding).
class Guard {
 public:
  Guard(const std::string& address, int port, const std::string& token);

  const std::string& token() const { return token_; }
  /// What a browser that brought the token is given for it.
  std::string cookie() const;

  /// Throws Refusal.
  void check_host(SoupServerMessage* message) const;
  void check_cookie(SoupServerMessage* message) const;
  /// Of who has read the token itself, which the page has not: a program of the same user.
  void check_header(SoupServerMessage* message) const;
  bool is_token(const char* text) const;

 private:
  bool is_ours(const std::string& host) const;

  std::string address_, port_, name_, token_;
};

std::string random_token();

/// Of a request that no page sends.
constexpr const char* token_header = "X-Colorize-Token";

/// What the answer allows the browser, and forbids it (Content Security Policy, level 3).
void set_policy(SoupServerMessage* message, bool is_report);

/// Ends connections that say nothing, or do not come to an end: neither may pile up.
void limit_patience(SoupServerMessage* message);

/// Ends the connection now: a shutdown alone would let the other side send into a queue that nobody reads.
void hang_up(SoupServerMessage* message);

/// To be called where a request is refused before its body is there: what sends a long one would hear of it after all
/// of it, so the connection ends.
void cut_short(SoupServerMessage* message);

}  // namespace colorize::command
