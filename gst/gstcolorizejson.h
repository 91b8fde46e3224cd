// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <json-glib/json-glib.h>

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "placedhint.h"

/* JSON lines that say something of places in the picture. All throw colorize::Error (settings) that begins with
 * `where`. */

[[noreturn]] void gst_colorize_refuse(const std::string& where, const std::string& why);

/* Calls `take` with the object of a line. What `what` says it is, such as "hint", has no more than `brackets` of them,
 * which bounds how deep it nests.
 */
void gst_colorize_read_object(const gchar* line, const std::string& where, const std::string& what, gint brackets,
                              const std::function<void(JsonObject*)>& take);

/* `what_has` says which keys there are. */
void gst_colorize_expect_keys(JsonObject* object, const std::string& where, std::span<const std::string_view> keys,
                              const std::string& what_has);

/* As nanoseconds the largest one is a 64-bit number yet. */
double gst_colorize_number(JsonNode* node, const std::string& where, const char* key, gint least = 0,
                           gint most = 1000000000);

/* Pixels, or a text such as "25%". */
colorize::PlacedHint::Length gst_colorize_length(JsonNode* node, const std::string& where, const char* key);

/* Empty where it is no text. */
std::string_view gst_colorize_word(JsonNode* node);
