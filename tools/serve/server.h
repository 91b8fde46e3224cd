// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace colorize::command {

struct ServerOptions {
  std::vector<std::filesystem::path> folders;  ///< whose files the page may read
  std::filesystem::path state;                 ///< folder for jobs, uploads and results
  std::string address = "127.0.0.1";           ///< to listen on
  int port = 0;                                ///< 0: any that is free
  std::string token;                           ///< without which nothing is told
  std::uint64_t limit = 0;                     ///< bytes of an upload
};

/// The page and what it asks for, in the thread of the main loop.
class Server {
 public:
  /// Listens. Throws Failure.
  explicit Server(const ServerOptions& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Of the page, with the token without which nothing is told.
  std::string address() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace colorize::command
