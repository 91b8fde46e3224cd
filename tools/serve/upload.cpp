// SPDX-License-Identifier: LGPL-2.1-or-later
#include "upload.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "folders.h"
#include "guard.h"
#include "http.h"

namespace fs = std::filesystem;

namespace colorize::command {

namespace {

/// Stays free for everything else that the disk is for.
constexpr std::uint64_t reserve = 256 << 20;
/// What every file system takes as a name, less room for a number and for what results add.
constexpr std::size_t longest_name = 200;

/// The name of a stranger's file as a file's name here: no way to another folder, none that is hidden or cannot be.
std::string tame(const char* name) {
  std::string tamed = fs::path(name).filename().string();
  std::ranges::replace_if(
      tamed, [](char letter) { return g_ascii_iscntrl(letter) || letter == '/' || letter == '\\'; }, '_');
  tamed.erase(0, std::min(tamed.find_first_not_of('.'), tamed.size()));
  const Owned<gchar> valid(g_utf8_make_valid(tamed.c_str(), static_cast<gssize>(tamed.size())));
  tamed = valid.get();
  if (tamed.size() > longest_name) {  // its ending stays
    const std::string ending = fs::path(tamed).extension().string();
    const std::size_t room = longest_name - (ending.size() > 16 ? 0 : ending.size());
    const gchar* const cut = g_utf8_find_prev_char(tamed.c_str(), tamed.c_str() + room + 1);  // between letters
    tamed.resize(static_cast<std::size_t>(cut - tamed.c_str()));
    if (ending.size() <= 16) tamed += ending;
  }
  return tamed.empty() ? "file" : tamed;
}

std::string said(int error) { return g_strerror(error); }

class Upload {
 public:
  Upload(const fs::path& folder, const char* name, std::uint64_t limit, Taken taken)
      : taken_(std::move(taken)), name_(tame(name)), limit_(limit), part_((folder / ".part-XXXXXX").string()) {
    file_ = mkostemp(part_.data(), O_CLOEXEC);
    if (file_ < 0) throw Refusal(SOUP_STATUS_INTERNAL_SERVER_ERROR, "there is no place for it: " + said(errno));
  }
  ~Upload() {
    if (file_ >= 0) close(file_);
    unlink(part_.c_str());
  }
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  void take(SoupServerMessage* message, GBytes* chunk) {
    if (problem_) return;
    gsize size = 0;
    const auto* bytes = static_cast<const char*>(g_bytes_get_data(chunk, &size));
    if ((length_ += size) > limit_)
      return fail(message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "is larger than allowed");
    while (size > 0) {
      const ssize_t written = write(file_, bytes, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail(message, SOUP_STATUS_INSUFFICIENT_STORAGE, "cannot be kept: " + said(errno));
      bytes += written;
      size -= static_cast<gsize>(written);
    }
  }

  void end(SoupServerMessage* message) {
    if (!problem_) taken_(message, part_, name_);
  }

 private:
  /// The rest of the body might have no end, so it is not waited for.
  void fail(SoupServerMessage* message, guint status, const std::string& words) {
    problem_ = true;
    refuse(message, status, words);
    hang_up(message);
  }

  Taken taken_;
  std::string name_;
  std::uint64_t limit_, length_ = 0;
  std::string part_;
  int file_ = -1;
  bool problem_ = false;
};

}  // namespace

void keep_upload(SoupServerMessage* message, const fs::path& part, const std::string& wanted) {
  std::string name = wanted;
  const fs::path parts(wanted);
  for (int number = 2; link(part.c_str(), (part.parent_path() / name).c_str()) != 0; ++number) {
    if (errno != EEXIST) return refuse(message, SOUP_STATUS_INSUFFICIENT_STORAGE, "cannot be kept: " + said(errno));
    name = parts.stem().string() + "-" + std::to_string(number) + parts.extension().string();
  }
  Json json;
  json.object().count("folder", 0).text("path", path_of(name)).text("name", name).end_object();
  answer(message, json);
}

void receive(SoupServerMessage* message, const fs::path& folder, const char* name, std::uint64_t limit, Taken taken) {
  std::error_code unknown;
  const std::uint64_t free = fs::space(folder, unknown).available;
  const std::uint64_t room = unknown ? limit : free - std::min(free, reserve);
  const goffset length = soup_message_headers_get_content_length(soup_server_message_get_request_headers(message));
  if (static_cast<std::uint64_t>(length) > limit)
    throw Refusal(SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "is larger than allowed; --limit allows more");
  if (static_cast<std::uint64_t>(length) > room)
    throw Refusal(SOUP_STATUS_INSUFFICIENT_STORAGE, "the disk has no room for it");
  auto* const upload = new Upload(folder, name, std::min(limit, room), std::move(taken));
  g_object_set_data_full(G_OBJECT(message), "upload", upload, [](gpointer data) { delete static_cast<Upload*>(data); });
  soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  g_signal_connect(message, "got-chunk", G_CALLBACK(+[](SoupServerMessage* from, GBytes* chunk, gpointer data) {
                     static_cast<Upload*>(data)->take(from, chunk);
                   }),
                   upload);
}

bool finish_upload(SoupServerMessage* message) {
  auto* const upload = static_cast<Upload*>(g_object_get_data(G_OBJECT(message), "upload"));
  if (upload) upload->end(message);
  return upload;
}

}  // namespace colorize::command
