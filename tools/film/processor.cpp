// SPDX-License-Identifier: LGPL-2.1-or-later
#include "processor.h"

#include <glib.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <opencv2/core/utility.hpp>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "common/words.h"

namespace colorize::command {

namespace {

constexpr std::string_view fused = "FMA";
constexpr const char *opencv_variable = "OPENCV_CPU_DISABLE", *glibc_variable = "GLIBC_TUNABLES",
                     *glibc_without_fused = "glibc.cpu.hwcaps=-FMA,-FMA4";

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// A variable of the environment as this process began with it, which is what libraries have heard.
const std::string& variable(const char* name) {
  static const auto value = [](const char* of) {
    const gchar* const found = g_getenv(of);
    return std::string(found ? found : "");
  };
  static const std::string opencv = value(opencv_variable), glibc = value(glibc_variable);
  return name == opencv_variable ? opencv : glibc;
}

/// glibc has its exp(), pow() and others twice on x86, and takes those with fused products where it can.
bool has_fused_mathematics() {
#if defined(__x86_64__) && defined(__GLIBC__)
  return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2") &&
         variable(glibc_variable).find("-FMA") == std::string::npos &&
         variable(glibc_variable).find("-AVX2") == std::string::npos;
#else
  return false;
#endif
}

/// Sets of instructions by which ONNX Runtime's MLAS chooses, as it asks cpuid or the kernel, by the kernel's names.
/// What makes whole numbers of whole numbers alone, such as avx_vnni_int8, gives the same bits and is not among them.
constexpr std::string_view kernel_sets[] = {"avx",      "avx2",     "fma",      "avx512f",     "avx512bw",
                                            "avx512dq", "avx512vl", "avx_vnni", "avx512_vnni", "amx_tile",
                                            "amx_int8", "asimddp",  "asimdhp",  "i8mm",        "bf16",
                                            "sve",      "svei8mm",  "sme",      "sme2"};

/// What /proc/cpuinfo says of the first processor: "flags" on x86, "Features" on ARM.
std::vector<std::string> known_to_kernel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("flags") || line.starts_with("Features")) return words_of(line.substr(line.find(':') + 1));
  return {};
}

std::string machine() {
  utsname system{};
  uname(&system);
  return system.machine;
}

std::vector<std::string> beyond(const std::string& level, const std::string& other) {
  const std::vector<std::string> known = words_of(other);
  std::vector<std::string> words = words_of(level);
  std::erase_if(words, [&](const std::string& word) { return std::ranges::find(known, word) != known.end(); });
  return words;
}

}  // namespace

std::string processor_level() {
  std::string level = machine();
  for (std::string word : words_of(cv::getCPUFeaturesLine())) {
    if (word.ends_with('?')) continue;  // not on this processor, or disabled
    if (word.starts_with('*')) word.erase(0, 1);
    level += " " + word;
  }
  if (has_fused_mathematics()) level += " " + std::string(fused);
  return level;
}

void lower_processor_level(const std::string& level) {
  std::string disabled = variable(opencv_variable), tuned = variable(glibc_variable);
  const auto add = [](std::string& to, const char* between, std::string_view word) {
    if (!to.empty()) to += between;
    to += word;
  };
  for (const std::string& word : beyond(processor_level(), level))
    word == fused ? add(tuned, ":", glibc_without_fused) : add(disabled, ",", word);
  for (const auto& [name, value] : {std::pair(opencv_variable, disabled), std::pair(glibc_variable, tuned)})
    value.empty() ? g_unsetenv(name) : static_cast<void>(g_setenv(name, value.c_str(), TRUE));
}

std::string onnxruntime_level() {
  const std::vector<std::string> known = known_to_kernel();
  std::string level = machine();
  for (const std::string_view set : kernel_sets)
    if (std::ranges::find(known, set) != known.end()) level += " " + std::string(set);
  return level;
}

std::string words_beyond(const std::string& level, const std::string& other) { return listed(beyond(level, other)); }

}  // namespace colorize::command
