// SPDX-License-Identifier: LGPL-2.1-or-later
#include "wholefile.h"

#include "failure.h"
#include "owned.h"

namespace colorize::command {

void write_whole_file(const std::filesystem::path& file, const std::string& bytes) {
  Owned<GError> error;
  constexpr auto whole =
      static_cast<GFileSetContentsFlags>(G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE);
  if (!g_file_set_contents_full(file.c_str(), bytes.data(), static_cast<gssize>(bytes.size()), whole, 0666, out(error)))
    throw Failure(error->message);
}

}  // namespace colorize::command
