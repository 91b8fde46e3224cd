// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room.h"

#include <unistd.h>

#include <string>

#include "common/failure.h"
#include "common/words.h"

namespace colorize::command {

namespace {

constexpr double gigabyte = 1e9;

/// Of memory, as measured: pictures before and after, those between two elements, and the files.
std::uint64_t bytes_of_pixel(int bits) { return bits > 8 ? 56 : 32; }

}  // namespace

std::uint64_t usual_memory() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) / 2 * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t most_pixels(int bits, std::uint64_t memory) { return memory / bytes_of_pixel(bits); }

void check_room(std::uint64_t width, std::uint64_t height, int bits, std::uint64_t memory) {
  if (width == 0 || height == 0) throw Failure("is said to be of " + sides(width, height) + " pixels");
  if (width <= most_pixels(bits, memory) / height) return;
  const double wanted =
      static_cast<double>(width) * static_cast<double>(height) * static_cast<double>(bytes_of_pixel(bits)) / gigabyte;
  throw Failure("is said to be of " + sides(width, height) + " pixels, which take some " + decimal(wanted, 1) +
                " GB of memory, and " + decimal(static_cast<double>(memory) / gigabyte, 1) +
                " GB may be taken; --memory allows more");
}

}  // namespace colorize::command
