// SPDX-License-Identifier: LGPL-2.1-or-later
#include "error.h"
#include "fuzz.h"
#include "npy.h"

using colorize::Error, colorize::NumpyArray;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(bytes_in(data, size));
  accepts<Error>([&] {
    const auto array = NumpyArray::load(file.path());
    std::size_t count = 1;
    for (const int side : array.shape) count *= static_cast<std::size_t>(side);
    must(array.values.size() == count, "an array holds what its shape says");
  });
  return 0;
}
