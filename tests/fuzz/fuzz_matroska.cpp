// SPDX-License-Identifier: LGPL-2.1-or-later
#include "film/matroska.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(bytes_in(data, size));
  must(colorize::command::unread_in_matroska(file.path()).size() <= 5, "each thing is told once");
  return 0;
}
