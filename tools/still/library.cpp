// SPDX-License-Identifier: LGPL-2.1-or-later
#include "library.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <sstream>

#include "common/child.h"
#include "common/failure.h"
#include "common/remark.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// tools/colorize-picture.cpp: beside this program, as where both were built, or where it is installed.
std::string program() {
  std::error_code unknown;
  const fs::path beside = fs::read_symlink("/proc/self/exe", unknown).parent_path() / "colorize-picture";
  return fs::exists(beside, unknown) ? beside.string() : COLORIZE_LIBEXEC "/colorize-picture";
}

/// What the process says and then hands over.
class Library {
 public:
  /// `needed` is what may have to be installed.
  Library(std::vector<std::string> arguments, const char* needed, const std::stop_token& stop)
      : child_(std::move(arguments), program()), needed_(needed ? needed : ""), stop_(stop) {}

  /// The numbers of the line that begins with this word; remarks before it are passed on. Throws Failure.
  std::vector<std::uint64_t> numbers(std::string_view word) {
    for (;;) {
      const std::string line = next_line();
      const std::size_t space = std::min(line.find(' '), line.size());
      const std::string is = line.substr(0, space), says = line.substr(std::min(space + 1, line.size()));
      if (is == "remark") {
        const std::size_t end = std::min(says.find(' '), says.size() - 1);
        remark({says.substr(0, end), says.substr(end + 1)});
      }
      if (is == "failure") throw Failure(says + (lacks_something(says) ? "; it needs " + needed_ : ""));
      if (is != word) continue;
      std::istringstream stream(says);
      std::vector<std::uint64_t> numbers;
      for (std::uint64_t number; stream >> number;) numbers.push_back(number);
      return numbers;
    }
  }

  std::string bytes(std::uint64_t size) {
    std::string bytes(size, '\0');
    take(bytes.data(), size);
    return bytes;
  }

  void take(char* to, std::size_t size) {
    while (size > 0) {
      if (heard_.empty()) hear();
      const std::size_t part = std::min(size, heard_.size());
      std::memcpy(to, heard_.data(), part);
      heard_.erase(0, part);
      to += part;
      size -= part;
    }
  }

 private:
  std::string next_line() {
    std::size_t end;
    while ((end = heard_.find('\n')) == std::string::npos) hear();
    std::string line = heard_.substr(0, end);
    heard_.erase(0, end + 1);
    return line;
  }

  /// As libheif, ImageMagick and our own program say it.
  bool lacks_something(const std::string& words) const {
    return !needed_.empty() &&
           std::ranges::any_of(std::array{"nsupported", "delegate", "no loader"},
                               [&](const char* sign) { return words.find(sign) != std::string::npos; });
  }

  void hear() {
    if (stop_.stop_requested()) throw Interrupted();
    if (const auto more = child_.read()) {
      heard_ += *more;
      return;
    }
    const int status = child_.wait(), signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (stop_.stop_requested()) throw Interrupted();
    throw Failure(signal == SIGKILL ? "the process that read it was killed, as happens where memory runs out"
                  : signal == SIGXCPU
                      ? "libvips works on it without end"
                      : std::string("libvips crashed on it (") + (signal ? g_strsignal(signal) : "no word of why") +
                            "); save it as PNG first");
  }

  Child child_;
  std::string needed_;
  const std::stop_token& stop_;
  std::string heard_;
};

}  // namespace

LibraryPicture read_by_library(const fs::path& file, const PictureKind& kind, const LibraryWish& wish,
                               const std::function<void(std::uint64_t, std::uint64_t)>& judge,
                               std::uint64_t most_pixels, const std::stop_token& stop) {
  Library library({"read", kind.loader, std::to_string(wish.page), wish.alpha ? "1" : "0", std::to_string(most_pixels),
                   file.string()},
                  kind.needed, stop);
  const auto sides = library.numbers("size");
  judge(sides.at(0), sides.at(1));
  const auto is = library.numbers("picture");
  LibraryPicture picture;
  picture.pages = static_cast<int>(is.at(4));
  picture.exif = library.bytes(is.at(5));
  if (picture.exif.starts_with("Exif")) picture.exif.erase(0, 6);  // and two zeros, as in a JPEG
  picture.xmp = library.bytes(is.at(6));
  picture.icc = library.bytes(is.at(7));
  picture.rgb.create(static_cast<int>(is.at(1)), static_cast<int>(is.at(0)),
                     CV_MAKETYPE(is.at(2) == 8 ? CV_8U : CV_16U, is.at(3) ? 4 : 3));
  library.take(reinterpret_cast<char*>(picture.rgb.data), picture.rgb.total() * picture.rgb.elemSize());
  return picture;
}

std::string write_by_library(const std::string& png, const std::string& ending, int quality,
                             const std::stop_token& stop) {
  const int memory = memfd_create("picture", MFD_CLOEXEC);
  const struct Closer {
    int file;
    ~Closer() { close(file); }
  } closer{memory};
  for (std::size_t written = 0; written < png.size();) {
    const ssize_t part = ::write(memory, png.data() + written, png.size() - written);
    if (part <= 0) throw Failure(std::string("no memory for the result: ") + g_strerror(errno));
    written += static_cast<std::size_t>(part);
  }
  const std::string file = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(memory);
  Library library({"write", ending, std::to_string(quality), file},
                  "an encoder for libheif, on Debian libheif-plugin-x265 or libheif-plugin-aomenc", stop);
  return library.bytes(library.numbers("file").at(0));
}

}  // namespace colorize::command
