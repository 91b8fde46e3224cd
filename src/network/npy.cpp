// SPDX-License-Identifier: LGPL-2.1-or-later
#include "npy.h"

#include <cstdint>
#include <cstring>
#include <regex>
#include <string>

#include "error.h"
#include "file.h"

namespace colorize {

namespace {

template <typename T>
std::vector<float> values_of(const std::string& data, std::size_t at, std::size_t count) {
  std::vector<T> raw(count);
  std::memcpy(raw.data(), data.data() + at, count * sizeof(T));
  return {raw.begin(), raw.end()};
}

}  // namespace

NumpyArray NumpyArray::load(const std::filesystem::path& path) {
  const auto fail = [&](const std::string& why) { throw Error(Error::Kind::settings, path.string() + ": " + why); };
  const std::string data = read_file(path);
  if (data.size() < 12 || data.compare(0, 6, "\x93NUMPY") != 0) fail("not a .npy file; save it with numpy.save");
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(data[i]); };
  const bool long_header = byte(6) >= 2;
  const std::size_t start = long_header ? 12 : 10;
  std::size_t length = byte(8) | byte(9) << 8;
  if (long_header) length |= static_cast<std::size_t>(byte(10)) << 16 | static_cast<std::size_t>(byte(11)) << 24;
  if (length > data.size() - start) fail("its header is cut off; save it anew");
  const std::string header = data.substr(start, length);

  std::smatch type, shape;
  if (!std::regex_search(header, type, std::regex("'descr': *'<([fi][48])'")))
    fail("its values are not '<f4', '<f8', '<i4' or '<i8'; save it with astype(numpy.float32)");
  if (header.find("'fortran_order': False") == std::string::npos)
    fail("is not in C order; save numpy.ascontiguousarray of it");
  if (!std::regex_search(header, shape, std::regex("'shape': *\\(([0-9, ]*)\\)")))
    fail("its header names no shape; save it anew with NumPy");

  NumpyArray array;
  const std::string sides = shape[1];
  const std::regex number("[0-9]{1,9}");
  for (std::sregex_iterator i(sides.begin(), sides.end(), number), end; i != end; ++i)
    array.shape.push_back(std::stoi(i->str()));
  const std::size_t at = start + length;
  const std::size_t width = type[1] == "f4" || type[1] == "i4" ? 4 : 8;
  const std::size_t room = (data.size() - at) / width;
  std::size_t count = 1;
  for (const int side : array.shape) {
    if (side > 0 && count > room / static_cast<std::size_t>(side)) fail("holds less than its shape says; save it anew");
    count *= static_cast<std::size_t>(side);
  }
  if (type[1] == "f4")
    array.values = values_of<float>(data, at, count);
  else if (type[1] == "f8")
    array.values = values_of<double>(data, at, count);
  else if (type[1] == "i4")
    array.values = values_of<std::int32_t>(data, at, count);
  else
    array.values = values_of<std::int64_t>(data, at, count);
  return array;
}

}  // namespace colorize
