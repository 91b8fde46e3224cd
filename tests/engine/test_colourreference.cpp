// SPDX-License-Identifier: LGPL-2.1-or-later
#include <optional>

#include "check.h"
#include "colourreference.h"

using colorize::time_of_name;

static void the_moment_that_a_name_begins_with() {
  const std::optional<double> none;
  for (const auto& [name, time] : {std::pair{"12.5s.png", std::optional(12.5)},
                                   {"0s", {0.0}},
                                   {"90s coat.png", {90.0}},
                                   {"00:01:02.5.png", {62.5}},
                                   {"00-01-02.5.png", {62.5}},
                                   {"1_00_00.jpg", {3600.0}},
                                   {"00-01-02_coat.png", {62.0}},
                                   {"", none},
                                   {"coat.png", none},
                                   {"12.png", none},
                                   {"12.5.png", none},
                                   {"12sheep.png", none},
                                   {"12 s.png", none},
                                   {"s.png", none},
                                   {"00:01-02.png", none},
                                   {"00-61-02.png", none},
                                   {"00-01-60.png", none},
                                   {"2026-11-29.png", none},
                                   {"00-01-2.png", none},
                                   {"00-01-022.png", none},
                                   {"00-01.png", none},
                                   {"99999999999s.png", none}})
    expect(time_of_name(name) == time, "%s: %g", name, time_of_name(name).value_or(-1));
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/reference/time-of-name", the_moment_that_a_name_begins_with);
  return g_test_run();
}
