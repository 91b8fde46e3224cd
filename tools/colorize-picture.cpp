// SPDX-License-Identifier: LGPL-2.1-or-later
//
//   colorize-picture read LOADER PAGE ALPHA MOST FILE
//   colorize-picture write ENDING QUALITY FILE
//
// What libvips does for gst-colorize, in a process of its own: a decoder that crashes or takes all memory is one
// picture's failure, and films do not wait until its hundred libraries are loaded. `read` has the picture in FILE, by
// one of libvips's classes of loaders and no other, as red, green and blue: whole numbers of 8 or 16 bits as they are
// in the file, other kinds of colour in sRGB. ALPHA is 1 where a channel behind the colours is one, MOST the number of
// pixels that may be. `write` makes of a PNG file one of another kind. Both write to the standard output lines of a
// word and what it says ("remark", "failure"), and at last one of numbers ("picture" or "file") behind which bytes
// follow.
#if HAVE_LIBRAW
#include <libraw/libraw.h>
#endif
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vips/vips.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

struct Release {
  void operator()(VipsImage* image) const { g_object_unref(image); }
  void operator()(void* memory) const { g_free(memory); }
};
using Image = std::unique_ptr<VipsImage, Release>;
using Memory = std::unique_ptr<void, Release>;

/// Where all that libvips prints goes to the standard error, so that nothing gets between ours.
const int output = dup(STDOUT_FILENO);

void put(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(output, bytes.data(), bytes.size());
    if (written <= 0) throw std::runtime_error("nobody takes it");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

[[noreturn]] void fail() {
  std::string words = vips_error_buffer();
  while (words.ends_with('\n')) words.pop_back();
  for (char& letter : words)
    if (letter == '\n') letter = ';';
  throw std::runtime_error(words.empty() ? "libvips does not say why" : words);
}

/// What an operation of libvips makes of a picture; the arguments after those that it hands out.
template <typename Operation, typename... Arguments>
Image made_by(Operation operation, const Image& from, Arguments... arguments) {
  VipsImage* made = nullptr;
  if (operation(from.get(), &made, arguments..., nullptr)) fail();
  return Image(made);
}

/// Lets no loader but this one, which was chosen by what the file is, see it: some are not made for strangers' files.
void allow_only(const std::string& loader) {
  vips_operation_block_set("VipsForeignLoad", TRUE);
  std::string name = "VipsForeignLoad" + loader;
  if (!g_type_from_name(name.c_str())) name += "7";  // as that for ImageMagick's version 7 is called
  if (!g_type_from_name(name.c_str()))
    throw std::runtime_error("libvips has no loader for it here (" + loader +
                             "), which is a module or package of its own");
  vips_operation_block_set(name.c_str(), FALSE);
}

constexpr std::string_view channel_left_out =
    "remark channel-lost has a channel beside its colours, which the result has not\n";

/// The range of floating-point numbers, which say of themselves neither black nor white.
Image whole_numbers(const Image& streamed) {
  const Image image(vips_image_copy_memory(streamed.get()));  // it is read twice
  double least = 0, most = 0;
  if (!image) fail();
  if (vips_min(image.get(), &least, nullptr) || vips_max(image.get(), &most, nullptr)) fail();
  if (!(least >= 0 && most <= 1))
    throw std::runtime_error("its samples are floating-point numbers from " + std::to_string(least) + " to " +
                             std::to_string(most) +
                             "; save it with those from 0, black, to 1, white, or with whole ones");
  put("remark tones-converted its floating-point numbers are taken for tones from 0, black, to 1, white; the result "
      "has 16 bits\n");
  const Image scaled = made_by(vips_linear1, image, 65535.0, 0.5);
  return made_by(vips_cast, scaled, VIPS_FORMAT_USHORT);
}

/// By the profile that comes with it; without one, as other programs do it, what the inks let through.
Image inks_as_light(const Image& with_others) {
  put("remark colours-converted its colours, of printing inks (CMYK), are in the result as those of a screen (sRGB)\n");
  if (with_others->Bands > 4) put(channel_left_out);
  const Image image = made_by(vips_extract_band, with_others, 0, "n", 4);
  const VipsBandFormat format = image->BandFmt;
  if (vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME))
    return made_by(vips_icc_transform, image, "srgb", "embedded", TRUE, "depth", format == VIPS_FORMAT_UCHAR ? 8 : 16);
  const double white = format == VIPS_FORMAT_UCHAR ? 255 : 65535;
  const Image light = made_by(vips_invert, image);
  const Image colours = made_by(vips_extract_band, light, 0, "n", 3), black = made_by(vips_extract_band, light, 3);
  VipsImage* product = nullptr;
  if (vips_multiply(colours.get(), black.get(), &product, nullptr)) fail();
  const Image scaled = made_by(vips_linear1, Image(product), 1 / white, 0.5);
  return made_by(vips_cast, scaled, format);
}

/// Red, green and blue, or gray, of 8 or 16 bits with what comes behind them.
Image plain(const Image& image) {
  const VipsInterpretation kind = image->Type;
  const bool lab =
      kind == VIPS_INTERPRETATION_LAB || kind == VIPS_INTERPRETATION_LABS || kind == VIPS_INTERPRETATION_LABQ;
  if (kind == VIPS_INTERPRETATION_CMYK) return inks_as_light(image);
  if (lab || kind == VIPS_INTERPRETATION_XYZ) {
    put("remark colours-converted its colours, L*a*b* or X, Y and Z, are in the result as those of a screen (sRGB)\n");
    return made_by(vips_colourspace, image, VIPS_INTERPRETATION_RGB16);
  }
  if (vips_band_format_isfloat(image->BandFmt)) return whole_numbers(image);
  if (image->BandFmt == VIPS_FORMAT_UINT) {
    put("remark depth-lost has 32 bits a sample; the result has the upper 16\n");
    const Image shifted = made_by(vips_rshift_const1, image, 16);
    return made_by(vips_cast, shifted, VIPS_FORMAT_USHORT);
  }
  if (image->BandFmt != VIPS_FORMAT_UCHAR && image->BandFmt != VIPS_FORMAT_USHORT)
    throw std::runtime_error(std::string("its samples are of a kind that is not read here (") +
                             vips_enum_nick(VIPS_TYPE_BAND_FORMAT, image->BandFmt) + ")");
  return Image(static_cast<VipsImage*>(g_object_ref(image.get())));
}

/// The same with three colours, and alpha where there is some and it is wanted.
Image rgb_of(const Image& image, bool alpha) {
  const int bands = image->Bands, colours = bands < 3 ? 1 : 3;
  const Image colour = made_by(vips_extract_band, image, 0, "n", colours);
  VipsImage* parts[]{colour.get(), colour.get(), colour.get(), nullptr};
  const Image samples = alpha ? made_by(vips_extract_band, image, colours) : nullptr;
  int count = colours == 1 ? 3 : 1;
  if (alpha) parts[count++] = samples.get();
  VipsImage* joined = nullptr;
  if (vips_bandjoin(parts, &joined, count, nullptr)) fail();
  return Image(joined);
}

/// A part of what a file says of itself; empty where there is none.
std::string_view said(const Image& image, const char* name) {
  const void* bytes = nullptr;
  std::size_t size = 0;
  if (!vips_image_get_typeof(image.get(), name) || vips_image_get_blob(image.get(), name, &bytes, &size)) return {};
  return {static_cast<const char*>(bytes), size};
}

/// Says how large a picture is before memory is taken for it. Whoever asked says it in better words.
void judge(int width, int height, std::uint64_t most) {
  put("size " + std::to_string(width) + " " + std::to_string(height) + "\n");
  if (static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > most)
    throw std::runtime_error("is too large");
}

Image opened(const std::string& loader, int page, std::uint64_t most, const char* file) {
  allow_only(loader);
  constexpr auto access = VIPS_ACCESS_SEQUENTIAL;
  constexpr auto fails = VIPS_FAIL_ON_ERROR;
  VipsImage* image = nullptr;
  if (loader == "Magick")  // which libvips would not choose for what looks like a TIFF
    vips_magickload(file, &image, "page", page, "access", access, "fail_on", fails, nullptr);
  else if (loader == "Tiff")
    image = vips_image_new_from_file(file, "page", page, "access", access, "fail_on", fails, nullptr);
  else
    image = vips_image_new_from_file(file, "access", access, "fail_on", fails, nullptr);
  if (!image) fail();
  judge(image->Xsize, image->Ysize, most);
  return Image(image);
}

/// Ends this process where the library takes more than it should for so many pixels, or works without end. Sanitizers
/// take all addresses for themselves.
void limit(std::uint64_t pixels) {
  constexpr rlim_t of_library = rlim_t{4} << 30, bytes_of_pixel = 48, hour = 3600;
  const rlimit memory{of_library + pixels * bytes_of_pixel, RLIM_INFINITY}, time{hour, hour};
  if (!SANITIZED) setrlimit(RLIMIT_AS, &memory);
  setrlimit(RLIMIT_CPU, &time);
}

#if HAVE_LIBRAW
struct CloseRaw {
  void operator()(libraw_data_t* raw) const { libraw_close(raw); }
  void operator()(libraw_processed_image_t* picture) const { libraw_dcraw_clear_mem(picture); }
};

constexpr const char* end_is_missing = "it is damaged, or its end is missing";

void check(int status) {
  if (status == LIBRAW_IO_ERROR) throw std::runtime_error(end_is_missing);
  if (status != LIBRAW_SUCCESS) throw std::runtime_error(std::string("LibRaw: ") + libraw_strerror(status));
}

/// Whether the file ended before the picture did, which LibRaw says of some cameras' alone: what a sensor has recorded
/// has noise, so there are no rows of one value, unless of the brightest, and no packing that leaves less than half a
/// bit of a pixel.
bool ends_early(const libraw_data_t& raw, std::uintmax_t bytes) {
  if (bytes * 16 < std::uintmax_t{raw.sizes.width} * raw.sizes.height) return true;
  const ushort* samples = raw.rawdata.raw_image;
  // A file may say otherwise than what was made of it.
  const int bottom = std::min<int>(raw.sizes.top_margin + raw.sizes.height, raw.sizes.raw_height);
  const int width = std::min<int>(raw.sizes.width, raw.sizes.raw_width - raw.sizes.left_margin);
  const int rows = raw.sizes.height / 16;
  if (!samples || rows == 0 || bottom < rows || width <= 0) return false;
  for (int y = bottom - rows; y < bottom; ++y) {
    const ushort* row = samples + static_cast<std::size_t>(y) * (raw.sizes.raw_pitch / sizeof(ushort));
    const std::span line(row + raw.sizes.left_margin, static_cast<std::size_t>(width));
    if (line[0] >= raw.color.maximum || std::ranges::any_of(line, [&](ushort v) { return v != line[0]; })) return false;
  }
  return true;
}

/// What a camera has recorded, as colours of a screen, upright.
Image developed(const char* file, std::uint64_t most) {
  const std::unique_ptr<libraw_data_t, CloseRaw> raw(libraw_init(0));
  if (!raw) throw std::runtime_error("LibRaw does not start");
  check(libraw_open_file(raw.get(), file));
  judge(raw->sizes.raw_width, raw->sizes.raw_height, most);
  libraw_output_params_t& wish = raw->params;
  wish.output_bps = 16;
  wish.use_camera_wb = 1;
  wish.gamm[0] = 1 / 2.4;  // sRGB's
  wish.gamm[1] = 12.92;
  bool damaged = false;
  libraw_set_dataerror_handler(
      raw.get(), [](void* found, const char*, auto) { *static_cast<bool*>(found) = true; }, &damaged);
  check(libraw_unpack(raw.get()));
  if (damaged || ends_early(*raw, std::filesystem::file_size(file))) throw std::runtime_error(end_is_missing);
  check(libraw_dcraw_process(raw.get()));
  int status = LIBRAW_SUCCESS;
  const std::unique_ptr<libraw_processed_image_t, CloseRaw> picture(libraw_dcraw_make_mem_image(raw.get(), &status));
  check(status);
  if (!picture || picture->type != LIBRAW_IMAGE_BITMAP || picture->bits != 16)
    throw std::runtime_error("LibRaw gives no picture of 16 bits");
  Image image(vips_image_new_from_memory_copy(picture->data, picture->data_size, picture->width, picture->height,
                                              picture->colors, VIPS_FORMAT_USHORT));
  if (!image) fail();
  return image;
}
#else
Image developed(const char*, std::uint64_t) {
  throw std::runtime_error(
      "this gst-colorize was built without LibRaw, which reads it; bring it into TIFF first, as by "
      "'darktable-cli FILE FILE.tif'");
}
#endif

void read(const std::string& loader, int page, bool with_alpha, std::uint64_t most, const char* file) {
  limit(most);
  const Image whole = loader == "Raw" ? developed(file, most) : opened(loader, page, most, file);
  const bool inks = whole->Type == VIPS_INTERPRETATION_CMYK;
  const bool several = loader == "Nsgif" || loader == "Heif";  // what other loaders count are sizes or layers
  const int pages = several ? vips_image_get_n_pages(whole.get()) : 1;
  const Image colours = plain(whole);
  const bool fourth = colours->Bands == 2 || colours->Bands > 3;
  const bool alpha = fourth && with_alpha;
  if (colours->Bands > (alpha ? (colours->Bands == 2 ? 2 : 4) : (colours->Bands < 3 ? 1 : 3))) put(channel_left_out);
  const Image rgb = rgb_of(colours, alpha);
  std::size_t size = 0;
  const Memory pixels(vips_image_write_to_memory(rgb.get(), &size));
  if (!pixels) fail();
  const std::string_view exif = said(whole, VIPS_META_EXIF_NAME), xmp = said(whole, VIPS_META_XMP_NAME);
  const std::string_view icc = inks ? std::string_view() : said(whole, VIPS_META_ICC_NAME);
  std::string numbers = "picture";
  for (const std::size_t number : {static_cast<std::uint64_t>(rgb->Xsize), static_cast<std::uint64_t>(rgb->Ysize),
                                   std::uint64_t{rgb->BandFmt == VIPS_FORMAT_UCHAR ? 8U : 16U}, std::uint64_t{alpha},
                                   static_cast<std::uint64_t>(pages), std::uint64_t{exif.size()},
                                   std::uint64_t{xmp.size()}, std::uint64_t{icc.size()}})
    numbers += " " + std::to_string(number);
  put(numbers + "\n");
  for (const std::string_view bytes : {exif, xmp, icc, std::string_view(static_cast<char*>(pixels.get()), size)})
    put(bytes);
}

void write(const std::string& ending, int quality, const char* file) {
  allow_only("Png");
  const Image picture(vips_image_new_from_file(file, nullptr));
  if (!picture) fail();
  void* bytes = nullptr;
  std::size_t size = 0;
  const auto compression = ending == ".avif" ? VIPS_FOREIGN_HEIF_COMPRESSION_AV1 : VIPS_FOREIGN_HEIF_COMPRESSION_HEVC;
  const int bits = picture->BandFmt == VIPS_FORMAT_UCHAR ? 8 : 12;
  constexpr int effort = 2;  // of 0 to 9; libvips's own, 4, takes minutes for a large photograph
  if (vips_heifsave_buffer(picture.get(), &bytes, &size, "Q", quality, "compression", compression, "bitdepth", bits,
                           "subsample_mode", VIPS_FOREIGN_SUBSAMPLE_OFF, "effort", effort, nullptr))
    fail();
  const Memory owner(bytes);
  put("file " + std::to_string(size) + "\n");
  put({static_cast<char*>(bytes), size});
}

}  // namespace

/// A name for a file in which libvips and ImageMagick find nothing to do, as they would in "a[1].tif" and "a:b.tif".
static std::string plain_name(const char* file) {
  const int descriptor = open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw std::runtime_error(std::string("cannot be read: ") + g_strerror(errno));
  return "/proc/self/fd/" + std::to_string(descriptor);
}

int main(int argc, char** argv) try {
  dup2(STDERR_FILENO, STDOUT_FILENO);
  g_log_set_default_handler([](const gchar*, GLogLevelFlags, const gchar*, void*) {}, nullptr);
  if (vips_init(argv[0])) fail();
  vips_cache_set_max(0);
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "read" && argc == 7)
    read(argv[2], std::atoi(argv[3]), argv[4] == std::string_view("1"), std::strtoull(argv[5], nullptr, 10),
         plain_name(argv[6]).c_str());
  else if (what == "write" && argc == 5)
    write(argv[2], std::atoi(argv[3]), plain_name(argv[4]).c_str());
  else
    throw std::runtime_error("is for gst-colorize");
  return 0;
} catch (const std::exception& error) {
  try {
    put(std::string("failure ") + error.what() + "\n");
  } catch (const std::exception&) {
  }
  return 1;
}
