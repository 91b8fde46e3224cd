// SPDX-License-Identifier: LGPL-2.1-or-later
#include "checksum.h"

#include <fstream>
#include <vector>

#include "failure.h"
#include "owned.h"

namespace colorize::command {

namespace fs = std::filesystem;

std::string sha256_of(const fs::path& path, const std::stop_token& stop) {
  std::error_code unknown;
  std::ifstream file;
  if (fs::is_regular_file(path, unknown)) file.open(path, std::ios::binary);  // opening a pipe would wait
  if (!file.is_open()) throw Failure(path.string() + ": cannot be read as a file");
  const Owned<GChecksum> checksum(g_checksum_new(G_CHECKSUM_SHA256));
  std::vector<char> piece(1 << 20);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    if (stop.stop_requested()) throw Interrupted();
    g_checksum_update(checksum.get(), reinterpret_cast<const guchar*>(piece.data()), file.gcount());
  }
  if (file.bad()) throw Failure(path.string() + ": cannot be read to its end");
  return g_checksum_get_string(checksum.get());
}

}  // namespace colorize::command
