// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

/// Rows that lie at the very end of memory that may be touched, or at its beginning.
class Edge {
 public:
  Edge(std::size_t bytes, bool end) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t inside = (bytes + page - 1) / page * page;
    size_ = inside + 2 * page;
    memory_ = static_cast<std::uint8_t*>(mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    g_assert_true(memory_ != MAP_FAILED && mprotect(memory_ + page, inside, PROT_READ | PROT_WRITE) == 0);
    data = memory_ + page + (end ? inside - bytes : 0);
  }
  ~Edge() { munmap(memory_, size_); }
  Edge(const Edge&) = delete;

  std::uint8_t* data;

 private:
  std::uint8_t* memory_;
  std::size_t size_;
};
