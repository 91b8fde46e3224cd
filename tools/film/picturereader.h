// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>

#include "common/pipeline.h"
#include "encoders.h"
#include "frametimes.h"

namespace colorize::command {

/// The pictures of a track as its pieces hold them, in order of decoding.
class PictureReader {
 public:
  PictureReader(const std::filesystem::path& pieces, const Encoder& encoder, bool has_global_header,
                JoinedPictures& joined, std::stop_token stop);
  ~PictureReader();
  PictureReader(const PictureReader&) = delete;
  PictureReader& operator=(const PictureReader&) = delete;

  /// Null at the end. Throws Failure, Interrupted.
  Sample read();

 private:
  Element pipeline_;
  std::stop_token stop_;
  GstElement* sink_;
};

}  // namespace colorize::command
