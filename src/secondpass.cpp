// SPDX-License-Identifier: LGPL-2.1-or-later
#include "secondpass.h"

#include <array>
#include <string>
#include <utility>

#include "error.h"
#include "passfile.h"

namespace colorize {

namespace {

constexpr const char* make_it = "; make it by pass=first, of the same pictures, to their end";

template <typename Value>
bool read_bytes(std::ifstream& in, Value* values, std::size_t count = 1) {
  in.read(reinterpret_cast<char*>(values), static_cast<std::streamsize>(count * sizeof(Value)));
  return in.good();
}

}  // namespace

SecondPass::SecondPass(std::filesystem::path file) : file_(std::move(file)), in_(file_, std::ios::binary) {
  if (!in_) throw Error(Error::Kind::not_found, file_.string() + " cannot be read" + make_it);
  const Error damaged(Error::Kind::settings, file_.string() + " is no file of a first pass, or damaged" + make_it);
  std::array<char, pass_file_begin.size()> begin{};
  if (!read_bytes(in_, begin.data(), begin.size()) || begin != pass_file_begin) throw damaged;
  const std::uint64_t end = std::filesystem::file_size(file_);
  for (std::uint64_t offset = begin.size(); offset < end;) {
    PassFrame frame;
    in_.seekg(static_cast<std::streamoff>(offset));
    if (!read_bytes(in_, &frame)) throw damaged;
    const auto is_side = [](int side) { return side > 0 && side <= longest_pass_side; };
    if (!is_side(frame.width) || !is_side(frame.height)) throw damaged;
    offset += sizeof frame;
    by_time_.emplace(frame.time, entries_.size());
    entries_.push_back({frame.time, offset, {frame.width, frame.height}, frame.cut != 0});
    offset +=
        2 * sizeof(std::int16_t) * static_cast<std::uint64_t>(frame.width) * static_cast<std::uint64_t>(frame.height);
    if (offset > end) throw damaged;
  }
}

const Ab& SecondPass::find(std::int64_t time) {
  if (next_ >= entries_.size() || entries_[next_].time != time) {
    const auto found = by_time_.find(time);
    if (found == by_time_.end())
      throw Error(Error::Kind::settings,
                  file_.string() + " has no frame of the time " + std::to_string(time) + " ns" + make_it);
    next_ = found->second;
  }
  const Entry& entry = entries_[next_++];
  in_.clear();
  in_.seekg(static_cast<std::streamoff>(entry.offset));
  steps_.create(entry.size, CV_16S);
  for (cv::Mat* plane : {&ab_.a, &ab_.b}) {
    if (!read_bytes(in_, steps_.ptr<std::int16_t>(), steps_.total()))
      throw Error(Error::Kind::not_found, file_.string() + " cannot be read" + make_it);
    steps_.convertTo(*plane, CV_32F, 1 / pass_steps);
  }
  return ab_;
}

}  // namespace colorize
