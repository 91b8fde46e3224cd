// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <string>
#include <utility>
#include <vector>

#include "pipeline.h"

namespace colorize::command {

/// Names of properties of the element and their values as text.
using Properties = std::vector<std::pair<std::string, std::string>>;

/// A new element colorize; the networks that its plugin brings are known from then on. Throws Failure where GStreamer
/// does not find it.
Element make_colorize();

/// The properties that the element's class itself defines, as options: `--NAME VALUE`, a boolean one as `--NAME`
/// (`--no-NAME` where true is its default). What the user gives is checked and added to `given`, which must outlive the
/// group. Throws Failure where GStreamer does not find the element.
GOptionGroup* property_options(Properties& given);

/// Loads the network that the properties ask for. Throws Failure with the element's words where it cannot be.
void try_properties(const Properties& given);

}  // namespace colorize::command
