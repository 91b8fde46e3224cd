// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element.h"

#include <algorithm>
#include <cmath>

#ifdef __SANITIZE_ADDRESS__
#include <dlfcn.h>

/* What libraries allocate while they are loaded is theirs for good, and no leak: GLib leaves its first table of quarks
 * behind when GStreamer needs a larger one. What is named here counts as held. */
static const volatile void* before_main[256];
static std::size_t named_before_main = 0;

extern "C" void __asan_init();
extern "C" void __sanitizer_malloc_hook(const volatile void* memory, std::size_t size) {
  if (size >= 4096 && named_before_main < std::size(before_main)) before_main[named_before_main++] = memory;
}
#endif

namespace test {

const std::vector<std::string> colour_formats{"BGR",  "RGB",  "BGRx", "RGBx", "BGRA", "RGBA", "I420",
                                              "YV12", "NV12", "Y42B", "NV16", "YUY2", "UYVY", "Y444"};
const std::vector<std::string> deep_formats{"I420_10LE", "P010_10LE", "I422_10LE", "Y444_10LE", "I420_12LE", "P012_LE",
                                            "I422_12LE", "Y444_12LE", "P016_LE",   "Y444_16LE", "RGBA64_LE"};

void init(int* argc, char*** argv) {
#ifdef __SANITIZE_ADDRESS__
  named_before_main = std::size(before_main);
  // GStreamer's own programs (the plugin scanner, gst-inspect) were built without the sanitizer that the plugin now
  // needs.
  Dl_info library;
  g_assert_cmpint(dladdr(reinterpret_cast<const void*>(&__asan_init), &library), !=, 0);
  g_setenv("LD_PRELOAD", library.dli_fname, TRUE);
  g_setenv("ASAN_OPTIONS", "detect_leaks=0", TRUE);
#endif
  gst_init(argc, argv);
  g_test_init(argc, argv, nullptr);
}

void add(const std::string& path, std::function<void()> body) {
  using Body = std::function<void()>;
  g_test_add_data_func_full(
      path.c_str(), new Body(std::move(body)), [](gconstpointer data) { (*static_cast<const Body*>(data))(); },
      [](gpointer data) { delete static_cast<Body*>(data); });
}

std::string network(const std::string& name) {
  const char* root = g_getenv("COLORIZE_SOURCE_ROOT");
  g_assert_nonnull(root);
  return std::string(root) + "/tests/models/" + name + ".onnx";
}

std::string raw(const std::string& format, int width, int height, const std::string& more) {
  return "video/x-raw,format=" + format + ",width=" + std::to_string(width) + ",height=" + std::to_string(height) +
         ",framerate=25/1" + (more.empty() ? "" : "," + more);
}

/* Pictures */

namespace {

GstVideoInfo info_of(const std::string& caps) {
  GstVideoInfo info;
  const Owned<GstCaps> parsed(gst_caps_from_string(caps.c_str()));
  g_assert_nonnull(parsed);
  g_assert_true(gst_video_info_from_caps(&info, parsed.get()));
  return info;
}

class Mapped {
 public:
  Mapped(const Picture& picture, GstMapFlags flags) {
    g_assert_true(gst_video_frame_map(&frame_, &picture.info, picture.buffer.get(), flags));
  }
  ~Mapped() { gst_video_frame_unmap(&frame_); }
  Mapped(const Mapped&) = delete;

  int components() const { return static_cast<int>(GST_VIDEO_FRAME_N_COMPONENTS(&frame_)); }
  int width(int c) const { return GST_VIDEO_FRAME_COMP_WIDTH(&frame_, c); }
  int height(int c) const { return GST_VIDEO_FRAME_COMP_HEIGHT(&frame_, c); }
  int bytes() const { return GST_VIDEO_FRAME_COMP_DEPTH(&frame_, 0) > 8 ? 2 : 1; }
  std::uint8_t* address(int c, int x, int y) const {
    // Samples of two bytes begin at even ones: GStreamer 1.22 says that the Cr of P010 lies one byte behind its Cb.
    const int offset = (GST_VIDEO_FRAME_COMP_POFFSET(&frame_, c) + bytes() - 1) / bytes() * bytes();
    return static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame_, GST_VIDEO_FRAME_COMP_PLANE(&frame_, c))) +
           offset + static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_COMP_STRIDE(&frame_, c) +
           static_cast<std::ptrdiff_t>(x) * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame_, c);
  }

  int at(int c, int x, int y) const {
    const std::uint8_t* from = address(c, x, y);
    return bytes() == 1 ? *from : (from[0] | from[1] << 8) >> shift();  // it may lie at an odd address
  }
  void set(int c, int x, int y, int code) const {
    std::uint8_t* to = address(c, x, y);
    if (bytes() == 1)
      *to = static_cast<std::uint8_t>(code);
    else
      to[0] = static_cast<std::uint8_t>(code << shift()), to[1] = static_cast<std::uint8_t>(code << shift() >> 8);
  }

  template <typename Visit>
  void visit(const Visit& visit) const {
    for (int c = 0; c < components(); ++c)
      for (int y = 0; y < height(c); ++y)
        for (int x = 0; x < width(c); ++x) visit(c, x, y);
  }

 private:
  int shift() const { return static_cast<int>(GST_VIDEO_FORMAT_INFO_SHIFT(frame_.info.finfo, 0)); }

  GstVideoFrame frame_;
};

}  // namespace

Picture paint(const std::string& caps, const Paint& paint, int padding) {
  Picture picture{info_of(caps), nullptr};
  const GstVideoInfo& info = picture.info;
  if (padding == 0) {
    picture.buffer.reset(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
    gst_buffer_memset(picture.buffer.get(), 0, 0xA5, GST_VIDEO_INFO_SIZE(&info));
  } else {
    gsize offsets[GST_VIDEO_MAX_PLANES] = {}, size = padding;
    gint strides[GST_VIDEO_MAX_PLANES] = {};
    const guint planes = GST_VIDEO_INFO_N_PLANES(&info);
    for (guint p = 0; p < planes; ++p) {
      offsets[p] = size;
      strides[p] = GST_VIDEO_INFO_PLANE_STRIDE(&info, p) + padding;
      size += static_cast<gsize>(strides[p]) * GST_VIDEO_INFO_HEIGHT(&info) + padding;  // as many rows as any plane has
    }
    picture.buffer.reset(gst_buffer_new_allocate(nullptr, size, nullptr));
    gst_buffer_memset(picture.buffer.get(), 0, 0xA5, size);
    gst_buffer_add_video_meta_full(picture.buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&info),
                                   GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info), planes, offsets, strides);
  }
  const Mapped mapped(picture, GST_MAP_WRITE);
  mapped.visit([&](int c, int x, int y) { mapped.set(c, x, y, paint(c, x, y)); });
  return picture;
}

Paint gray(const std::string& caps, std::function<int(int x, int y)> tone) {
  const GstVideoInfo info = info_of(caps);
  const int unit = 1 << (GST_VIDEO_INFO_COMP_DEPTH(&info, 0) - 8);
  return [yuv = GST_VIDEO_INFO_IS_YUV(&info), unit, tone = std::move(tone)](int component, int x, int y) {
    if (component == 3) return (37 * x + 11 * y) % 256;
    return (yuv && component > 0 ? 128 : tone(x, y)) * unit;
  };
}

Paint gray_squares(const std::string& caps) {
  return gray(caps, [](int x, int y) { return 70 + 25 * ((x / 4 + y / 4) % 5); });
}

Samples samples(const Picture& picture) {
  Samples result;
  const Mapped mapped(picture, GST_MAP_READ);
  mapped.visit([&](int c, int x, int y) { result[c].push_back(mapped.at(c, x, y)); });
  return result;
}

std::vector<std::uint8_t> bytes(GstBuffer* buffer) {
  std::vector<std::uint8_t> result(gst_buffer_get_size(buffer));
  gst_buffer_extract(buffer, 0, result.data(), result.size());
  return result;
}

std::vector<std::uint8_t> bytes_between(const Picture& picture) {
  const auto all = bytes(picture.buffer.get());
  std::vector<bool> used(all.size());
  const auto* begin = static_cast<const std::uint8_t*>(address(picture.buffer.get()));
  const Mapped mapped(picture, GST_MAP_READ);
  mapped.visit([&](int c, int x, int y) {
    for (int i = 0; i < mapped.bytes(); ++i)
      used.at(static_cast<std::size_t>(mapped.address(c, x, y) + i - begin)) = true;
  });
  std::vector<std::uint8_t> result;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!used[i]) result.push_back(all[i]);
  return result;
}

const void* address(GstBuffer* buffer) {
  GstMapInfo map;
  g_assert_true(gst_buffer_map(buffer, &map, GST_MAP_READ));
  const void* data = map.data;
  gst_buffer_unmap(buffer, &map);
  return data;
}

/* What samples mean */

namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

double determinant(const Matrix& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/// The columns are the primaries' X, Y, Z, scaled so that their sum is the white's (Cramer's rule).
Matrix rgb_to_xyz(const GstVideoColorPrimariesInfo& p, const Vector& white) {
  const auto xyz = [](double x, double y) { return Vector{x / y, 1, (1 - x - y) / y}; };
  const Matrix columns{xyz(p.Rx, p.Ry), xyz(p.Gx, p.Gy), xyz(p.Bx, p.By)};
  Matrix result{};
  for (int i = 0; i < 3; ++i) {
    Matrix replaced = columns;
    replaced[i] = white;
    for (int row = 0; row < 3; ++row) result[row][i] = columns[i][row] * determinant(replaced) / determinant(columns);
  }
  return result;
}

}  // namespace

Lab decode(const GstVideoInfo& info, std::array<double, 3> components) {
  gint offset[GST_VIDEO_MAX_COMPONENTS], scale[GST_VIDEO_MAX_COMPONENTS];
  gst_video_color_range_offsets(info.colorimetry.range, info.finfo, offset, scale);
  for (int c = 0; c < 3; ++c) components[c] = (components[c] - offset[c]) / scale[c];

  Vector encoded = components;
  if (GST_VIDEO_INFO_IS_YUV(&info)) {
    double kr = 0, kb = 0;
    g_assert_true(gst_video_color_matrix_get_Kr_Kb(info.colorimetry.matrix, &kr, &kb));
    const auto [luma, cb, cr] = components;
    encoded[0] = luma + cr * 2 * (1 - kr);
    encoded[2] = luma + cb * 2 * (1 - kb);
    encoded[1] = (luma - kr * encoded[0] - kb * encoded[2]) / (1 - kr - kb);
  }

  // The element takes BT.601's two sets of primaries as BT.709's.
  const auto primaries = info.colorimetry.primaries == GST_VIDEO_COLOR_PRIMARIES_BT2020
                             ? GST_VIDEO_COLOR_PRIMARIES_BT2020
                             : GST_VIDEO_COLOR_PRIMARIES_BT709;
  const GstVideoColorPrimariesInfo& p = *gst_video_color_primaries_get_info(primaries);
  const Vector white{p.Wx / p.Wy, 1, (1 - p.Wx - p.Wy) / p.Wy};
  const Matrix xyz = rgb_to_xyz(p, white);
  Vector linear;
  for (int c = 0; c < 3; ++c)
    linear[c] = encoded[c] <= 0.04045 ? encoded[c] / 12.92 : std::pow((encoded[c] + 0.055) / 1.055, 2.4);
  Vector f;
  for (int i = 0; i < 3; ++i) {
    const double t = (xyz[i][0] * linear[0] + xyz[i][1] * linear[1] + xyz[i][2] * linear[2]) / white[i];
    f[i] = t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

double farthest_from(const Picture& picture, double a, double b) {
  const Mapped mapped(picture, GST_MAP_READ);
  const int width = mapped.width(0), height = mapped.height(0);
  const int across = mapped.width(1) == width ? 1 : 2, down = mapped.height(1) == height ? 1 : 2;
  const auto flat = [&](int x, int y) {
    for (int v = std::max(0, y - (down - 1)); v < std::min(height, y + 2 * down - 1); ++v)
      for (int u = std::max(0, x - (across - 1)); u < std::min(width, x + 2 * across - 1); ++u)
        if (mapped.at(0, u, v) != mapped.at(0, x, y)) return false;
    return true;
  };
  double farthest = -1;
  for (int y = 0; y < mapped.height(1); ++y)
    for (int x = 0; x < mapped.width(1); ++x) {
      if (picture.is_yuv() && !flat(x * across, y * down)) continue;
      const Lab lab =
          decode(picture.info, {static_cast<double>(mapped.at(0, x * across, y * down)),
                                static_cast<double>(mapped.at(1, x, y)), static_cast<double>(mapped.at(2, x, y))});
      farthest = std::max(farthest, std::hypot(lab.a - a, lab.b - b));
    }
  g_assert_cmpfloat(farthest, >=, 0);
  return farthest;
}

/* The element */

Owned<GstElement> colorize(const std::string& model) {
  GstElement* element = gst_element_factory_make_full("colorize", "model", model.c_str(), nullptr);
  g_assert_nonnull(element);
  return Owned<GstElement>(GST_ELEMENT(gst_object_ref_sink(element)));
}

Harness::Harness(GstElement* element) : bus_(gst_bus_new()) {
  gst_element_set_bus(element, bus_.get());
  harness_ = gst_harness_new_with_element(element, "sink", "src");
}

Harness::~Harness() {
  gst_element_set_bus(harness_->element, nullptr);
  gst_harness_teardown(harness_);
}

void Harness::caps(const std::string& in, const std::string& out) {
  if (!out.empty()) gst_harness_set_sink_caps_str(harness_, out.c_str());
  gst_harness_set_src_caps_str(harness_, in.c_str());
}

Picture Harness::process(Buffer buffer) {
  g_assert_cmpint(gst_harness_push(harness_, buffer.release()), ==, GST_FLOW_OK);
  Picture picture;
  picture.buffer.reset(gst_harness_try_pull(harness_));
  g_assert_nonnull(picture.buffer);
  g_assert_true(gst_video_info_from_caps(&picture.info, output_caps().get()));
  return picture;
}

Owned<GstCaps> Harness::output_caps() const {
  Owned<GstCaps> caps(gst_pad_get_current_caps(harness_->sinkpad));
  g_assert_nonnull(caps);
  return caps;
}

Picture colorized(const std::string& in, const Picture& picture, const std::string& out) {
  Harness harness;
  harness.caps(in, out);
  return harness.process(picture);
}

BusError wait_for_error(GstBus* bus) {
  const Owned<GstMessage> message(gst_bus_timed_pop_filtered(bus, 20 * GST_SECOND, GST_MESSAGE_ERROR));
  g_assert_nonnull(message);
  GError* error = nullptr;
  gst_message_parse_error(message.get(), &error, nullptr);
  const Owned<GError> owned(error);
  return {error->domain, error->code, error->message};
}

void play_to_end(GstElement* pipeline) {
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const Owned<GstBus> bus(gst_element_get_bus(pipeline));
  const Owned<GstMessage> message(gst_bus_timed_pop_filtered(
      bus.get(), 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  g_assert_nonnull(message);
  if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) {
    GError* error = nullptr;
    gst_message_parse_error(message.get(), &error, nullptr);
    g_error("%s", error->message);
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
}

}  // namespace test
