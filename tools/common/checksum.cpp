// SPDX-License-Identifier: LGPL-2.1-or-later
#include "checksum.h"

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "failure.h"
#include "owned.h"
#include "stopwatch.h"
#include "terminal.h"
#include "words.h"

namespace colorize::command {

namespace fs = std::filesystem;

static thread_local ChecksumListener::Hear listener;

ChecksumListener::ChecksumListener(Hear hear) : before_(std::exchange(listener, std::move(hear))) {}

ChecksumListener::~ChecksumListener() { listener = std::move(before_); }

ChecksumListener::Hear lines_of_checksums() {
  constexpr double interval = 10;  // seconds
  return [watch = Stopwatch(), next = interval](const fs::path& file, std::uint64_t read, std::uint64_t size) mutable {
    if (watch.seconds() < next) return;
    next = watch.seconds() + interval;
    const std::string share = percent(static_cast<double>(read) / static_cast<double>(std::max(read, size)));
    g_printerr("%s: SHA-256  %s\n", shown(file.string()).c_str(), share.c_str());
  };
}

std::string sha256_of(const fs::path& path, const std::stop_token& stop) {
  std::error_code unknown;
  std::ifstream file;
  if (fs::is_regular_file(path, unknown)) file.open(path, std::ios::binary);  // opening a pipe would wait
  if (!file.is_open()) throw Failure(path.string() + ": cannot be read as a file");
  const Owned<GChecksum> checksum(g_checksum_new(G_CHECKSUM_SHA256));
  std::vector<char> piece(1 << 20);
  const std::uint64_t size = fs::file_size(path, unknown);
  std::uint64_t read = 0;
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    if (stop.stop_requested()) throw Interrupted();
    g_checksum_update(checksum.get(), reinterpret_cast<const guchar*>(piece.data()), file.gcount());
    read += static_cast<std::uint64_t>(file.gcount());
    if (listener) listener(path, read, size);
  }
  if (file.bad()) throw Failure(path.string() + ": cannot be read to its end");
  return g_checksum_get_string(checksum.get());
}

std::string sha256_of_bytes(std::string_view bytes) {
  const Owned<gchar> digest(
      g_compute_checksum_for_data(G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
  return digest.get();
}

}  // namespace colorize::command
