// SPDX-License-Identifier: LGPL-2.1-or-later
#include "npy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "error.h"
#include "file.h"

namespace colorize {

namespace {

constexpr std::uint64_t largest = 64 << 20;  // bytes

template <typename T>
std::vector<float> values_of(const std::string& data, std::size_t at, std::size_t count) {
  std::vector<T> raw(count);
  if (count > 0) std::memcpy(raw.data(), data.data() + at, count * sizeof(T));  // of nothing there is no address
  return {raw.begin(), raw.end()};
}

// Not by std::regex, which goes a call deeper for every letter: a long header would be the end of the stack.

/// What stands behind a name in the header, which is a dictionary of Python's.
std::string_view entry(std::string_view header, std::string_view name) {
  const std::size_t at = header.find(name);
  if (at == header.npos) return {};
  header.remove_prefix(at + name.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

/// Of a tuple of Python's: "(3, 2)".
std::optional<std::vector<int>> sides_of(std::string_view shape) {
  const std::size_t end = shape.find(')');
  if (!shape.starts_with('(') || end == shape.npos) return std::nullopt;
  std::vector<int> sides;
  for (const char *at = shape.data() + 1, *last = shape.data() + end; at != last;) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    const auto [next, error] = std::from_chars(at, last, sides.emplace_back());
    if (error != std::errc{} || sides.back() < 0) return std::nullopt;
    at = next;
  }
  return sides;
}

}  // namespace

NumpyArray NumpyArray::load(const std::filesystem::path& path) {
  const auto fail = [&](const std::string& why) { throw Error(Error::Kind::settings, path.string() + ": " + why); };
  const std::string data = read_file(path, largest);
  if (data.size() < 12 || data.compare(0, 6, "\x93NUMPY") != 0) fail("not a .npy file; save it with numpy.save");
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(data[i]); };
  const bool long_header = byte(6) >= 2;
  const std::size_t start = long_header ? 12 : 10;
  std::size_t length = byte(8) | byte(9) << 8;
  if (long_header) length |= static_cast<std::size_t>(byte(10)) << 16 | static_cast<std::size_t>(byte(11)) << 24;
  if (length > data.size() - start) fail("its header is cut off; save it anew");
  const auto header = std::string_view(data).substr(start, length);

  static constexpr std::array<std::string_view, 4> types{"'<f4'", "'<f8'", "'<i4'", "'<i8'"};
  const auto type = std::ranges::find(types, entry(header, "'descr':").substr(0, types[0].size()));
  if (type == types.end()) fail("its values are not '<f4', '<f8', '<i4' or '<i8'; save it with astype(numpy.float32)");
  if (header.find("'fortran_order': False") == header.npos)
    fail("is not in C order; save numpy.ascontiguousarray of it");
  const auto shape = sides_of(entry(header, "'shape':"));
  if (!shape) fail("its header names no shape; save it anew with NumPy");

  NumpyArray array{*shape, {}};
  const bool whole = (*type)[2] == 'i';
  const std::size_t at = start + length;
  const std::size_t width = (*type)[3] == '4' ? 4 : 8;
  const std::size_t room = (data.size() - at) / width;
  constexpr const char* less = "holds less than its shape says; save it anew";
  std::size_t count = 1;
  for (const int side : array.shape) {
    if (side > 0 && count > room / static_cast<std::size_t>(side)) fail(less);
    count *= static_cast<std::size_t>(side);
  }
  if (count > room) fail(less);  // a shape without sides is one value
  if (width == 4)
    array.values = whole ? values_of<std::int32_t>(data, at, count) : values_of<float>(data, at, count);
  else
    array.values = whole ? values_of<std::int64_t>(data, at, count) : values_of<double>(data, at, count);
  return array;
}

}  // namespace colorize
