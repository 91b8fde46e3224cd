// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// Messages of Protocol Buffers, field by field, where they lie.
namespace colorize::protobuf {

/// Wire types of Protocol Buffers.
enum : std::uint64_t { wire_varint = 0, wire_64 = 1, wire_bytes = 2, wire_32 = 5 };

/// Takes a number off the front of `bytes`; false where they end before it does.
inline bool take_varint(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (!(byte & 0x80)) return true;
  }
  return false;
}

inline void put_varint(std::uint64_t value, std::string& bytes) {
  for (; value > 0x7F; value >>= 7) bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

struct Field {
  std::uint64_t key;         ///< number << 3 | wire type
  std::string_view whole;    ///< with its key
  std::string_view content;  ///< of a field of bytes
  std::uint64_t value;       ///< of a number

  /// One with that number and another wire type is unknown, as to Protocol Buffers.
  bool is(std::uint64_t number, std::uint64_t wire_type = wire_bytes) const { return key == (number << 3 | wire_type); }
};

/// Calls `found` for each field of a Protocol Buffers message, and gives what is left where it ends before its time.
template <typename Found>
std::string_view each_field(std::string_view message, const Found& found) {
  while (!message.empty()) {
    std::string_view rest = message;
    Field field{};
    std::uint64_t length = 0;
    bool whole = take_varint(rest, field.key);
    switch (field.key & 7) {
      case wire_varint:
        whole = whole && take_varint(rest, field.value);
        break;
      case wire_64:
        length = 8;
        break;
      case wire_bytes:
        whole = whole && take_varint(rest, length);
        break;
      case wire_32:
        length = 4;
        break;
      default:
        whole = false;
    }
    if (!whole || length > rest.size()) return message;
    field.content = rest.substr(0, length);
    rest.remove_prefix(length);
    field.whole = message.substr(0, message.size() - rest.size());
    found(field);
    message = rest;
  }
  return message;
}

template <typename Found>
void each_of(std::string_view message, std::uint64_t number, const Found& found) {
  each_field(message, [&](const Field& field) {
    if (field.is(number)) found(field);
  });
}

inline std::string text_of(std::string_view message, std::uint64_t number) {
  std::string text;
  each_of(message, number, [&](const Field& field) { text = field.content; });
  return text;
}

/// The numbers of a repeated field, packed or one by one.
template <typename Found>
void each_number(std::string_view message, std::uint64_t number, const Found& found) {
  each_field(message, [&](const Field& field) {
    if (field.is(number, wire_varint)) found(static_cast<std::int64_t>(field.value));
    if (!field.is(number)) return;
    std::uint64_t value = 0;
    for (std::string_view rest = field.content; !rest.empty() && take_varint(rest, value);)
      found(static_cast<std::int64_t>(value));
  });
}

/// The same of numbers of a fixed width: float or double.
template <typename T, typename Found>
void each_fixed(std::string_view message, std::uint64_t number, const Found& found) {
  each_field(message, [&](const Field& field) {
    if (!field.is(number) && !field.is(number, sizeof(T) == 4 ? wire_32 : wire_64)) return;
    for (std::string_view rest = field.content; rest.size() >= sizeof(T); rest.remove_prefix(sizeof(T))) {
      T value;
      std::memcpy(&value, rest.data(), sizeof(T));
      found(value);
    }
  });
}

/// `message` with what `changed` makes of the content of each field of that number.
template <typename Changed>
std::string with_changed(std::string_view message, std::uint64_t number, const Changed& changed) {
  std::string result;
  result.reserve(message.size() + 64);
  result += each_field(message, [&](const Field& field) {
    if (!field.is(number)) {
      result += field.whole;
      return;
    }
    const std::string content = changed(field.content);
    put_varint(field.key, result);
    put_varint(content.size(), result);
    result += content;
  });
  return result;
}

}  // namespace colorize::protobuf
