// SPDX-License-Identifier: LGPL-2.1-or-later
#include <opencv2/core.hpp>

#include "error.h"
#include "fuzz.h"
#include "secondpass.h"

using colorize::Ab, colorize::Error, colorize::SecondPass;

/// The frames of its first times, which seeds have.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(bytes_in(data, size));
  accepts<Error>([&] {
    SecondPass pass(file.path());
    for (std::int64_t time = 0; time < 4; ++time)
      accepts<Error>([&] {
        const Ab& ab = pass.find(time);
        must(!ab.a.empty() && ab.a.size() == ab.b.size(), "a frame has both planes");
        must(cv::checkRange(ab.a) && cv::checkRange(ab.b), "and numbers in them");
        pass.cut();
      });
  });
  return 0;
}
