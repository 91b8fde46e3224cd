// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// What the element's tests share: owners of GStreamer's things, pictures, the element in a harness, and an independent
/// reference of what a picture's samples mean.
namespace test {

struct Unref {
  void operator()(GstBuffer* p) const { gst_buffer_unref(p); }
  void operator()(GstCaps* p) const { gst_caps_unref(p); }
  void operator()(GstEvent* p) const { gst_event_unref(p); }
  void operator()(GstMessage* p) const { gst_message_unref(p); }
  void operator()(GstQuery* p) const { gst_query_unref(p); }
  void operator()(GstStructure* p) const { gst_structure_free(p); }
  void operator()(GstElement* p) const { gst_object_unref(p); }
  void operator()(GstBus* p) const { gst_object_unref(p); }
  void operator()(GError* p) const { g_error_free(p); }
  void operator()(GKeyFile* p) const { g_key_file_unref(p); }
  void operator()(char* p) const { g_free(p); }
};

template <typename T>
using Owned = std::unique_ptr<T, Unref>;
using Buffer = Owned<GstBuffer>;

/// Starts GStreamer and then GTest, so that only what happens in a test makes it fail.
void init(int* argc, char*** argv);

/// Adds a test whose path is the claim that it proves.
void add(const std::string& path, std::function<void()> body);

/// The path of one of the networks in tests/models. "ab-constant" answers a* = 20, b* = -30 everywhere.
std::string network(const std::string& name);

constexpr double constant_a = 20, constant_b = -30;

/// The element's formats of colour, in no order: those of 8 bits and those of more.
extern const std::vector<std::string> colour_formats, deep_formats;

/// Caps of raw video at 25 frames a second; `more` is appended.
std::string raw(const std::string& format, int width, int height, const std::string& more = "");

/// A buffer and what lies in it.
struct Picture {
  GstVideoInfo info;
  Buffer buffer;

  bool is_yuv() const { return GST_VIDEO_INFO_IS_YUV(&info); }
  int depth() const { return static_cast<int>(GST_VIDEO_INFO_COMP_DEPTH(&info, 0)); }
};

/// The value of a component (0: Y' or R', 3: alpha) at a sample of its plane, in codes of its format's own depth.
using Paint = std::function<int(int component, int x, int y)>;

/// A picture with these caps. With `padding` its planes lie apart and its rows that many bytes further than they need
/// to, as its GstVideoMeta says, and the bytes between hold something else.
Picture paint(const std::string& caps, const Paint& paint, int padding = 0);

/// A gray of these tones, codes of 8 bits, in whatever format the caps have; alpha varies.
Paint gray(const std::string& caps, std::function<int(int x, int y)> tone);

/// Squares of 4x4 pixels in grays from 70 to 170, where a* = 20, b* = -30 is inside every gamut.
Paint gray_squares(const std::string& caps);

/// The samples of each component, row by row.
using Samples = std::array<std::vector<int>, 4>;
Samples samples(const Picture& picture);

/// Everything in the buffer's memory, and what of it is no component's sample.
std::vector<std::uint8_t> bytes(GstBuffer* buffer);
std::vector<std::uint8_t> bytes_between(const Picture& picture);

/// Where the first byte lies.
const void* address(GstBuffer* buffer);

/// L*, a*, b* in double precision, from the components as the caps' colorimetry means them (matrix, range and primaries
/// by GStreamer's own tables, sRGB's transfer function).
struct Lab {
  double l, a, b;
};
Lab decode(const GstVideoInfo& info, std::array<double, 3> components);

/// The greatest distance in the a*b* plane between the picture and (a, b), over all places whose luma is flat all
/// around, so that the siting of chroma does not matter. There must be such places.
double farthest_from(const Picture& picture, double a, double b);

/// The element with this network; it is not looked at before the element starts.
Owned<GstElement> colorize(const std::string& model = network("ab-constant"));

/// The element alone, playing, with a harness at both ends and a bus.
class Harness {
 public:
  explicit Harness(const std::string& model = network("ab-constant")) : Harness(colorize(model).get()) {}
  explicit Harness(GstElement* element);
  ~Harness();
  Harness(const Harness&) = delete;

  /// Caps that come in, and what downstream accepts.
  void caps(const std::string& in, const std::string& out = "");
  /// Pushes a picture and pulls what becomes of it; caps must have been set.
  Picture process(Buffer buffer);
  Picture process(const Picture& picture) { return process(Buffer(gst_buffer_ref(picture.buffer.get()))); }

  /// The caps that come out now.
  Owned<GstCaps> output_caps() const;

  template <typename T>
  void set(const char* property, T value) {
    g_object_set(element(), property, value, nullptr);
  }

  GstElement* element() const { return harness_->element; }
  GstHarness* get() const { return harness_; }
  GstBus* bus() const { return bus_.get(); }

 private:
  Owned<GstBus> bus_;
  GstHarness* harness_;
};

/// One picture through a fresh element.
Picture colorized(const std::string& in, const Picture& picture, const std::string& out = "");

/// The first error on the bus, waiting for it. Its debug text is not looked at.
struct BusError {
  GQuark domain;
  int code;
  std::string text;
};
BusError wait_for_error(GstBus* bus);

/// Runs a pipeline to its end; an error on its bus fails the test with its text.
void play_to_end(GstElement* pipeline);

}  // namespace test
