// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

namespace colorize::command {

// GStreamer's macros for these read and write words at addresses that are not aligned, which C++ does not allow.

/// The number that up to eight bytes are in a file.
inline std::uint64_t number_of(std::string_view bytes, bool little_endian) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    number = number << 8 | static_cast<std::uint8_t>(bytes[little_endian ? bytes.size() - 1 - i : i]);
  return number;
}

inline std::uint64_t big_endian(std::string_view bytes) { return number_of(bytes, false); }
inline std::uint64_t little_endian(std::string_view bytes) { return number_of(bytes, true); }

/// The last `size` bytes of a number as they stand in a file.
inline std::string bytes_of(std::uint64_t number, std::size_t size, bool little_endian) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(number >> 8 * (little_endian ? i : size - 1 - i));
  return bytes;
}

/// So many bytes of a file from there on, or what there is of them.
inline std::string read_at(std::istream& file, std::uint64_t from, std::size_t size) {
  std::string bytes(size, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(from));
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace colorize::command
