// SPDX-License-Identifier: LGPL-2.1-or-later
#include "film/followedhints.h"
#include "film/glimpse.h"
#include "preview.h"
#include "still/still.h"

namespace colorize::command {

void write_frame(const std::filesystem::path& film, std::int64_t time, const std::filesystem::path& output,
                 const Choices& choices, Progress& progress, const std::stop_token& stop) {
  check_still_name(output);
  const Glimpse glimpse = glimpse_at(film, time, stop);
  Choices of_frame = choices;
  of_frame.properties = properties_of_pictures(film, choices.properties, {glimpse.time}, stop).front();
  convert_picture(glimpse.picture.get(), output, of_frame, progress, stop);
}

}  // namespace colorize::command
