// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <zlib.h>

#include <string>
#include <vector>

#include "common/bytes.h"

// Files byte by byte as their standards have them, for what libraries do not write: both byte orders, odd values.

struct Field {
  unsigned tag, type;
  std::uint32_t count;
  std::string value;  ///< as it stands in the file
};

/// A directory (TIFF 6.0, section 2) for the place `at` of a file, and behind it the values that it has no room for.
inline std::string tiff_directory(bool little, std::size_t at, const std::vector<Field>& fields,
                                  std::uint32_t next = 0) {
  using colorize::command::bytes_of;
  std::string directory = bytes_of(fields.size(), 2, little), values;
  const std::size_t end = at + 2 + 12 * fields.size() + 4;
  for (const Field& field : fields) {
    directory += bytes_of(field.tag, 2, little) + bytes_of(field.type, 2, little) + bytes_of(field.count, 4, little);
    if (field.value.size() <= 4) {
      directory += field.value + std::string(4 - field.value.size(), '\0');
      continue;
    }
    directory += bytes_of(end + values.size(), 4, little);
    values += field.value + std::string(field.value.size() % 2, '\0');
  }
  return directory + bytes_of(next, 4, little) + values;
}

inline std::string tiff_header(bool little) {
  using colorize::command::bytes_of;
  return (little ? "II" : "MM") + bytes_of(42, 2, little) + bytes_of(8, 4, little);
}

inline std::string tiff_file(bool little, const std::vector<Field>& fields, std::uint32_t next = 0) {
  return tiff_header(little) + tiff_directory(little, 8, fields, next);
}

/// EXIF that says how the picture is to be turned.
inline std::string exif_of_orientation(bool little, unsigned orientation) {
  return tiff_file(little, {{274, 3, 1, colorize::command::bytes_of(orientation, 2, little)}});
}

/// A colour profile as far as anyone looks who does not convert by it.
inline std::string icc_profile(const std::string& space) {
  return std::string(12, '\1') + "mntr" + space + "XYZ " + std::string(108, '\1');
}

inline std::string jpeg_segment(char kind, const std::string& payload) {
  return std::string{'\xFF', kind} + colorize::command::bytes_of(payload.size() + 2, 2, false) + payload;
}

inline std::string png_chunk(const std::string& kind, const std::string& payload) {
  using colorize::command::bytes_of;
  const std::string content = kind + payload;
  const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
  return bytes_of(payload.size(), 4, false) + content + bytes_of(sum, 4, false);
}

inline std::string webp_chunk(const std::string& kind, const std::string& payload) {
  return kind + colorize::command::bytes_of(payload.size(), 4, true) + payload + std::string(payload.size() % 2, '\0');
}

inline std::string webp_file(const std::string& chunks) {
  return "RIFF" + colorize::command::bytes_of(chunks.size() + 4, 4, true) + "WEBP" + chunks;
}
