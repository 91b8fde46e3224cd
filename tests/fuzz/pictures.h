// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "common/bytes.h"

// Pictures as results are before they say anything of themselves, without pixels that anyone would want to see. Each
// has its tell-tale behind the place where metadata is put: it is found as long as the way to it is whole.

/// 16 bits a sample tell.
inline std::string tiff_picture(bool little) {
  using colorize::command::bytes_of;
  const auto short_entry = [&](unsigned tag, unsigned value) {
    return bytes_of(tag, 2, little) + bytes_of(3, 2, little) + bytes_of(1, 4, little) + bytes_of(value, 2, little) +
           bytes_of(0, 2, little);
  };
  return (little ? "II" : "MM") + bytes_of(42, 2, little) + bytes_of(16, 4, little) + "8 pixels" +
         bytes_of(4, 2, little) + short_entry(258, 16) + short_entry(262, 2) + short_entry(273, 8) +
         short_entry(279, 8) + bytes_of(0, 4, little);
}

/// Four components, as for CMYK, tell.
inline std::string jpeg_picture() {
  const auto segment = [](char kind, const std::string& payload) {
    return std::string{'\xFF', kind} + colorize::command::bytes_of(payload.size() + 2, 2, false) + payload;
  };
  return "\xFF\xD8" + segment('\xE0', std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14)) +
         segment('\xC0', std::string("\x08\0\x08\0\x08\x04", 6) + std::string(12, '\1')) +
         segment('\xDA', std::string(12, '\1')) + "pixels\xFF\xD9";
}

/// An animation's chunk tells.
inline std::string png_picture() {
  const auto chunk = [](const std::string& kind, const std::string& payload) {
    return colorize::command::bytes_of(payload.size(), 4, false) + kind + payload + "sum.";
  };
  return "\x89PNG\r\n\x1A\n" + chunk("IHDR", std::string("\0\0\0\x08\0\0\0\x08\x08\2\0\0\0", 13)) +
         chunk("IDAT", "pixels") + chunk("acTL", "") + chunk("IEND", "");
}

/// An animation's chunk tells.
inline std::string webp_picture() {
  const std::string chunks = "VP8L" + colorize::command::bytes_of(6, 4, true) +
                             std::string("\x2F\x07\xC0\x01\x00p", 6) + "ANMF" + colorize::command::bytes_of(0, 4, true);
  return "RIFF" + colorize::command::bytes_of(4 + chunks.size(), 4, true) + "WEBP" + chunks;
}
