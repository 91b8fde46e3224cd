// SPDX-License-Identifier: LGPL-2.1-or-later
#include "film/ending.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(bytes_in(data, size));
  const auto ending = colorize::command::ending_of(file.path());
  must(!(ending.open && ending.lacking > 0), "what is open does not say how much is to follow");
  return 0;
}
