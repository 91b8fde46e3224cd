// SPDX-License-Identifier: LGPL-2.1-or-later
#include "common/failure.h"
#include "serve.h"

namespace colorize::command {

int serve(int, char**, const std::stop_token&) {
  throw Failure("'serve' was built without libsoup 3, which serves the page; build it where libsoup-3.0-dev is");
}

}  // namespace colorize::command
