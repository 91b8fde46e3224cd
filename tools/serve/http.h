// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <filesystem>
#include <memory>
#include <string>

#include "common/failure.h"
#include "common/json.h"

namespace colorize::command {

/// Of objects that GObject counts.
struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <typename T>
using Object = std::unique_ptr<T, Unref>;

/// Takes one more reference to an object that somebody else has.
template <typename T>
Object<T> share(T* object) {
  return Object<T>(static_cast<T*>(g_object_ref(object)));
}

/// Why a request is not answered as it wishes, in words and by its status (RFC 9110, 15.5).
class Refusal : public Failure {
 public:
  Refusal(guint status, const std::string& words) : Failure(words), status(status) {}
  const guint status;
};

/// What a browser sent as JSON. Throws Refusal for what is none, or is nested too deeply for a reader that goes a call
/// deeper for each level.
JsonValue read_json(const std::string& text);

void answer(SoupServerMessage* message, Json& json);
void answer(SoupServerMessage* message, guint status, const char* type, const std::string& body);
/// In words, as JSON.
void refuse(SoupServerMessage* message, guint status, const std::string& words);

/// Sends a file, or the part of it that the request asks for (RFC 9110, 14), a little at a time. `download`: to be
/// saved under its name, not shown. Throws Refusal.
void send_file(SoupServerMessage* message, const std::filesystem::path& file, bool download);

}  // namespace colorize::command
