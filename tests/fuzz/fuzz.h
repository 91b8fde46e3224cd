// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

// A fuzzer is one function that takes any bytes. libFuzzer calls it with what it makes of the corpus; where there is no
// libFuzzer, replay.cpp calls it with the corpus. An exception that it lets out ends the run as a crash does.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

inline std::string_view bytes_in(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the run where something does not hold that has to hold whatever the input.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// Returns whether `work` went to its end; it may refuse the input by an exception of this one kind.
template <typename Refusal, typename Work>
bool accepts(const Work& work) {
  try {
    work();
    return true;
  } catch (const Refusal&) {
    return false;
  }
}

/// A file in memory, for what takes a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : file_(memfd_create("input", 0)) {
    must(file_ >= 0 && write(file_, content.data(), content.size()) == static_cast<ssize_t>(content.size()),
         "a file in memory can be made");
  }
  ~MemoryFile() { close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};
