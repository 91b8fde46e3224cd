// SPDX-License-Identifier: LGPL-2.1-or-later
#include "resource.h"

#include <gio/gio.h>

#include <algorithm>
#include <memory>

namespace colorize {

std::optional<std::string> resource(const std::string& path) {
  const std::unique_ptr<GBytes, decltype(&g_bytes_unref)> bytes(
      g_resources_lookup_data(path.c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr), &g_bytes_unref);
  if (!bytes) return std::nullopt;
  gsize length = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(bytes.get(), &length));
  return std::string(data, length);
}

std::vector<std::string> resources_in(const std::string& path) {
  const std::unique_ptr<gchar*, decltype(&g_strfreev)> files(
      g_resources_enumerate_children(path.c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr), &g_strfreev);
  std::vector<std::string> names;
  for (gchar** file = files.get(); file && *file; ++file) names.emplace_back(*file);
  std::ranges::sort(names);
  return names;
}

}  // namespace colorize
