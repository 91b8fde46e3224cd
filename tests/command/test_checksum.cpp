// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>
#include <vector>

#include "../engine/check.h"
#include "common/checksum.h"

using namespace colorize::command;

static void test_how_far_it_is_is_told() {
  constexpr std::uint64_t size = 2'500'000;
  const TemporaryFolder folder;
  const auto file = folder.write("large", std::string(size, 'x'));
  std::vector<std::pair<std::uint64_t, std::uint64_t>> heard;
  {
    const ChecksumListener listener([&](const std::filesystem::path& of, std::uint64_t read, std::uint64_t all) {
      expect(of == file, "it tells of %s", of.c_str());
      heard.emplace_back(read, all);
    });
    // printf 'x%.0s' $(seq 2500000) | sha256sum
    const std::string sum = sha256_of(file, {}),
                      known = "b28d028158597a0e9d58d8ece40e918253ad02ea5de85af96eccd4a00a848f93";
    expect(sum == known, "it is %s", sum.c_str());
  }
  static_cast<void>(sha256_of(file, {}));  // nobody listens any more
  g_assert_cmpuint(heard.size(), ==, 3);
  std::uint64_t before = 0;
  for (const auto& [read, all] : heard) {
    expect(read > before && all == size, "%zu of %zu", std::size_t{read}, std::size_t{all});
    before = read;
  }
  g_assert_cmpuint(before, ==, size);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/checksum/how far it is is told", test_how_far_it_is_is_told);
  return g_test_run();
}
