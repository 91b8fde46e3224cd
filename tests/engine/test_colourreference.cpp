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

static void the_part_that_a_name_goes_on_with() {
  using Part = std::optional<std::pair<double, double>>;
  for (const auto& [name, part] : {std::pair<const char*, Part>{"12.5s_10s_20.25s.png", {{10, 20.25}}},
                                   {"0.000s_0.000s_61.400s-0123.png", {{0, 61.4}}},
                                   {"12.5s.png", {}},
                                   {"12.5s_10s.png", {}},
                                   {"12.5s_10s_20.png", {}},
                                   {"12.5s_10s_20sheep.png", {}},
                                   {"12.5s-10s-20s.png", {}},
                                   {"10s_12s_14s.png", {}},
                                   {"3s_3s_3s.png", {}},
                                   {"_10s_20s.png", {}}})
    expect(colorize::part_of_name(name) == part, "%s: %g", name,
           colorize::part_of_name(name).value_or(std::pair(-1, -1)).first);
  expect(time_of_name("12.5s_10s_20.25s.png") == 12.5, "the moment");
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/reference/time-of-name", the_moment_that_a_name_begins_with);
  g_test_add_func("/reference/part-of-name", the_part_that_a_name_goes_on_with);
  return g_test_run();
}
