// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/owned.h"

namespace colorize::command {

/// What the packets of a stream are like from one of them on: size, shape, rate, scan and colours of pictures, channels
/// and rate of sound, as far as they say.
struct Form {
  std::optional<std::int64_t> begin;  ///< running time of the first packet
  Caps caps;                          ///< those fields only
};

/// Whether what is in the packets is DV, of which each frame says its shape, and the demuxer only the first one's.
bool is_dv(const GstCaps* caps);

/// Finds the forms of a stream's packets. Its container has one size for all pictures, which parsers believe; so a
/// parser beside the stream is asked that does not know it, nor what is said of the scan.
class FormReader {
 public:
  FormReader() = default;
  ~FormReader();
  FormReader(const FormReader&) = delete;
  FormReader& operator=(const FormReader&) = delete;

  /// Takes a packet of such caps, and adds a form to `forms` where it contradicts the last one.
  void read(GstCaps* caps, GstBuffer* packet, std::optional<std::int64_t> time, std::vector<Form>& forms);

 private:
  void take_caps(GstCaps* caps);

  Caps caps_;                        // of the stream
  Element parser_;                   // or null
  Pad in_, out_;                     // of the parser
  Element sink_;                     // that it believes to parse for
  std::optional<bool> begins_wide_;  // of DV
  Caps seen_;                        // that the forms know
};

}  // namespace colorize::command
