// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <string>

#include "choices.h"
#include "owned.h"

namespace colorize::command {

struct Profile;

/// A new element colorize; the networks that its plugin brings are known from then on. Throws Failure where GStreamer
/// does not find it.
Element make_colorize();

/// What the user can set of an element colorize: the properties that its class itself defines, but for those that make
/// sense for live pictures alone.
std::vector<GParamSpec*> own_properties(GstElement* colorize);

/// Gives the element what is known to fit.
void set_properties(GstElement* colorize, const Properties& given);

/// Of those properties, or the element's own.
double scene_threshold_of(const Properties& given);

/// As parse_options(), with the properties that the element's class itself defines as options too: `--NAME VALUE`, a
/// boolean one as `--NAME` (`--no-NAME` where true is its default). What the user gives is checked and added to
/// `given`. Where GStreamer does not find the element, --help and what sets `version` work all the same, and say so;
/// else Failure is thrown.
bool parse_with_properties(GOptionContext* context, int& argc, char**& argv, Properties& given,
                           const gboolean* version = nullptr, const Profile* profile = nullptr);

/// Whether a page has a control for a property. Of texts, which may name files, it has one for networks, which it names
/// out of a list, for palettes, and for the words of `reference`; hints and regions are put into the picture.
bool has_control(const GParamSpec* spec);

/// Why a property, which must be one that the element's class itself defines and a page may give, cannot have a value,
/// in words; empty where it can.
std::string fault_of(const std::string& name, const std::string& value);

/// Loads the network that the properties ask for. Throws with the element's words where it cannot be: UsageError where
/// the user's choice of properties is why, else Failure.
void try_properties(const Properties& given);

}  // namespace colorize::command
