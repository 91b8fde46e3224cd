// SPDX-License-Identifier: LGPL-2.1-or-later
#include "encoders.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <sstream>

#include "common/words.h"
#include "hardware.h"
#include "sequence.h"
#if HAVE_LIBAV
#include "libavencoder.h"
#endif

namespace colorize::command {

// Of one codec the best first. vp9enc must not look ahead: it would lose frames at the end. avenc_ffv1 and matroskamux
// do not agree on the name of a field. A thread of x264's own that looks ahead makes the last frames before an end
// differ from run to run, and how many threads share its frames changes its bits, as x265's. With a buffer that it must
// not overrun, which x264enc asks for unless told otherwise (2 Mbit/s), bits depend on which thread is how far, and
// large pictures on the bitrate in place of the quality. x264 and x265 are there
// only where the user chose GPL plugins. FFV1 in slices is of version 3, with checksums; in how many, see slices.h.
// codec, element, package, settings, worst, best and usual quality, formats, stored, parser, in_order, multiple,
// multiple_of_fields, says_range, speeds, played
static constexpr std::array encoders = {
    Encoder{"h264", "x264enc", "gstreamer1.0-plugins-ugly",
            "pass=qual quantizer=%d speed-preset=%s sync-lookahead=0 threads=%t vbv-buf-capacity=0", 40, 4, 18,
            "I420 I420_10LE", "video/x-h264,stream-format=byte-stream,alignment=au", "h264parse", "bframes=0", 2, 4,
            true, "veryfast medium slow", 8},
    Encoder{"h264", "openh264enc", "gstreamer1.0-plugins-bad",
            "rate-control=off qp-min=%d qp-max=%d complexity=high gop-size=250", 45, 8, 20, "I420",
            "video/x-h264,stream-format=byte-stream,alignment=au", "h264parse", "", 2},
    Encoder{"h265", "x265enc", "gstreamer1.0-plugins-bad",
            "option-string=crf=%d:frame-threads=%f speed-preset=%s log-level=error", 42, 4, 18,
            "I420 I420_10LE I420_12LE", "video/x-h265,stream-format=byte-stream,alignment=au", "h265parse", "", 2, 2,
            true, "superfast medium slow", 10},
    Encoder{"vp9", "vp9enc", "gstreamer1.0-plugins-good",
            "deadline=1 cpu-used=%s end-usage=cq cq-level=%d target-bitrate=1000000000 lag-in-frames=0 "
            "keyframe-max-dist=240 row-mt=true "
            "threads=4",
            56, 4, 16, "I420 I420_10LE I420_12LE", "video/x-vp9", "vp9parse", "", 1, 1, true, "4 2 1", 10},
    Encoder{"av1", "av1enc", "gstreamer1.0-plugins-bad",
            "cpu-used=%s min-quantizer=%d max-quantizer=%d keyframe-max-dist=240 row-mt=true threads=4", 56, 4, 18,
            "I420 I420_10LE I420_12LE", "video/x-av1,stream-format=obu-stream,alignment=tu", "av1parse", "", 1, 1,
            false, "8 6 4", 10},
    Encoder{"ffv1", "colorize-ffv1", nullptr, "", 0, 0, 0,
            "I420 Y42B Y444 I420_10LE I422_10LE Y444_10LE I420_12LE I422_12LE Y444_12LE Y444_16LE", "video/x-ffv",
            nullptr},
    Encoder{"ffv1", "avenc_ffv1", "gstreamer1.0-libav", "slicecrc=1 gop-size=1", 0, 0, 0,
            "I420 Y42B Y444 I420_10LE I422_10LE Y444_10LE I420_12LE I422_12LE Y444_12LE", "video/x-ffv",
            "capssetter caps=video/x-ffv,ffversion=1"},
    Encoder{"prores", "avenc_prores_ks", "gstreamer1.0-libav", "profile=%d", 0, 3, 3, "Y42B I422_10LE",
            "video/x-prores", nullptr, "", 1, 1, false},
    Encoder{"dnxhr", "colorize-dnxhr", nullptr, "", 0, 0, 0, "Y42B I422_10LE", "video/x-dnxhd", nullptr, "", 2, 2,
            false},
    Encoder{"png", "colorize-png", nullptr, "", 0, 0, 0, "RGB RGBA64_LE", "image/png", nullptr},
    Encoder{"tiff", "colorize-tiff", nullptr, "", 0, 0, 0, "RGB RGBA64_LE", "image/tiff", nullptr},
    Encoder{"dpx", "colorize-dpx", nullptr, "", 0, 0, 0, "RGB RGBA64_LE", "image/x-dpx", nullptr},
    Encoder{"exr", "colorize-exr", nullptr, "", 0, 0, 0, "RGB RGBA64_LE", "image/x-exr", nullptr},
    Encoder{"theora", "theoraenc", "gstreamer1.0-plugins-base", "quality=%d", 0, 63, 56, "I420", "video/x-theora",
            nullptr, "", 1, 1, false},
};

// endings, muxer, format, package, codecs, says, in_order
static constexpr std::array containers = {
    Container{"mp4 m4v", "mp4mux", "mp4", "gstreamer1.0-plugins-good", "h264 h265 av1 vp9", Says::comment_and_xmp},
    Container{"mov", "qtmux", "mov", "gstreamer1.0-plugins-good", "h264 h265 prores dnxhr", Says::comment_and_xmp},
    Container{"mkv", "matroskamux", "matroska", "gstreamer1.0-plugins-good", "h264 h265 vp9 av1 ffv1 prores",
              Says::comment},
    Container{"webm", "webmmux", "webm", "gstreamer1.0-plugins-good", "vp9 av1", Says::comment},
    Container{"ts m2ts mts", "mpegtsmux", "mpegts", "gstreamer1.0-plugins-bad", "h264 h265", Says::nothing},
    Container{"avi", "avimux", "avi", "gstreamer1.0-plugins-good", "h264", Says::comment, true},
    Container{"ogv ogg", "oggmux", "ogg", "gstreamer1.0-plugins-base", "theora", Says::nothing},
    Container{"mxf", "mxfmux", "mxf", "gstreamer1.0-plugins-bad", "dnxhr prores", Says::nothing, true},
};

// Each picture a file, called by its number; nothing is muxed.
static constexpr std::array picture_kinds = {
    Container{"png", "identity", "image2", "gstreamer1.0-plugins-base", "png", Says::nothing},
    Container{"tif tiff", "identity", "image2", "gstreamer1.0-plugins-base", "tiff", Says::nothing},
    Container{"dpx", "identity", "image2", "gstreamer1.0-plugins-base", "dpx", Says::nothing},
    Container{"exr", "identity", "image2", "gstreamer1.0-plugins-base", "exr", Says::nothing},
};

static std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

static bool has_word(const std::string& text, const std::string& word) {
  return std::ranges::count(words_of(text), word) > 0;
}

static bool installed(const char* element) {
#if HAVE_LIBAV
  register_libav_encoders();
#endif
  const Owned<GstElementFactory> factory(gst_element_factory_find(element));
  return factory != nullptr;
}

std::vector<std::string> codec_names() {
  const auto is_a_choice = [](const char* codec) {
    return std::ranges::any_of(containers, [&](const Container& container) {
      return has_word(container.codecs, codec) && words_of(container.codecs).size() > 1;
    });
  };
  std::vector<std::string> names;
  for (const Encoder& encoder : encoders)
    if (is_a_choice(encoder.codec) && !std::ranges::count(names, encoder.codec)) names.emplace_back(encoder.codec);
  return names;
}

std::vector<std::string> container_names() {
  std::vector<std::string> names;
  for (const Container& container : containers)
    if (installed(container.muxer)) names.push_back(words_of(container.endings).front());
  return names;
}

std::vector<std::string> installed_codecs() {
  std::vector<std::string> names = codec_names();
  std::erase_if(names, [](const std::string& name) {
    return std::ranges::none_of(
        encoders, [&](const Encoder& encoder) { return name == encoder.codec && installed(encoder.element); });
  });
  return names;
}

const Container& container_of(const std::filesystem::path& output) {
  std::string ending = output.extension().string();
  if (!ending.empty()) ending.erase(0, 1);
  std::ranges::transform(ending, ending.begin(), g_ascii_tolower);
  const bool is_numbered = numbered_names(output).has_value();
  for (const Container& kind : picture_kinds)
    if (is_numbered && has_word(kind.endings, ending)) return kind;
  std::string known;
  for (const Container& container : containers) {
    if (has_word(container.endings, ending)) {
      if (!installed(container.muxer))
        throw Failure("GStreamer cannot write " + ending + " here: install the package " + container.package);
      return container;
    }
    known += (known.empty() ? "" : " ") + std::string(container.endings);
  }
  throw Failure(output.string() + ": the name of a film has to end in one of " + listed(words_of(known)) +
                "; with a number, as in out.%06d.png, its pictures can be png, tif, tiff, dpx and exr");
}

const Encoder& encoder_for(const Container& container, const std::string& codec) {
  if (!codec.empty() && !has_word(container.codecs, codec)) {
    std::string holding;
    for (const Container& other : containers)
      if (has_word(other.codecs, codec)) holding += (holding.empty() ? "" : " ") + std::string(other.endings);
    throw Failure("codec " + codec + " is for names that end in " + listed(words_of(holding)) + "; for " +
                  listed(words_of(container.endings)) + " it has to be one of " + listed(words_of(container.codecs)));
  }
  const Encoder* lacking = nullptr;
  for (const std::string& name : words_of(codec.empty() ? container.codecs : codec))
    for (const Encoder& encoder : encoders) {
      if (name != encoder.codec) continue;
      const std::string parser = encoder.parser ? encoder.parser : "identity";
      if (installed(encoder.element) && installed(parser.substr(0, parser.find(' ')).c_str())) return encoder;
      if (!lacking) lacking = &encoder;
    }
  if (!lacking->package)
    throw Failure(std::string(lacking->codec) + " is made by a gst-colorize that was built with libavcodec");
  throw Failure("GStreamer has no encoder for " + std::string(lacking->codec) + " here: install the package " +
                lacking->package);
}

std::string advice(const Container& container, bool (*keeps)(const Encoder&), const char* elsewhere) {
  for (const std::string& name : words_of(container.codecs))
    for (const Encoder& encoder : encoders)
      if (name == encoder.codec && installed(encoder.element) && keeps(encoder))
        return "; --codec " + name + " keeps them";
  return std::string("; --codec ") + elsewhere;
}

bool is_of_pictures(const Container& container) { return std::string_view(container.format) == "image2"; }

std::optional<NumberedNames> names_of_pictures(const std::filesystem::path& output) try {
  return is_of_pictures(container_of(output)) ? numbered_names(output) : std::nullopt;
} catch (const Failure&) {
  return std::nullopt;
}

const Encoder& encoder_named(const std::string& element) {
  static_cast<void>(installed(element.c_str()));  // makes our own known
  const auto encoder = std::ranges::find(encoders, element, &Encoder::element);
  if (encoder != encoders.end()) return *encoder;
  const auto other = std::ranges::find(hardware_encoders(), element, &Encoder::element);
  if (other == hardware_encoders().end()) throw Failure(element + " is not an encoder that is known here");
  return *other;
}

std::string encoder_description(const Encoder& encoder, const Choices& choices, bool in_order, int threads) {
  const std::optional<int> quality = choices.quality;
  const int value =
      quality ? static_cast<int>(std::lround(encoder.worst + (encoder.best - encoder.worst) * *quality / 100.0))
              : encoder.usual;
  std::string settings = encoder.settings;
  const auto put = [&](const char* place, const std::string& word) {
    for (std::size_t at; (at = settings.find(place)) != std::string::npos;) settings.replace(at, 2, word);
  };
  put("%d", std::to_string(value));
  put("%t", std::to_string(threads * 3 / 2));  // as x264 and x265 choose them for as many cores
  put("%f", std::to_string(1 + threads / 4));
  if (*encoder.speeds) put("%s", words_of(encoder.speeds)[static_cast<std::size_t>(choices.speed)]);
  return std::string(encoder.element) + " name=encoder " + settings + (in_order ? " " : "") +
         (in_order ? encoder.in_order : "") + " ! " + encoder.stored;
}

std::vector<std::string> formats(const Encoder& encoder) {
  const Owned<GstElementFactory> colorize(gst_element_factory_find("colorize"));
  if (!colorize) throw Failure("GStreamer does not find the element colorize: is its plugin installed?");
  std::vector<std::string> result;
  for (const std::string& name : words_of(encoder.formats)) {
    const Caps caps(gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, name.c_str(), nullptr));
    if (gst_element_factory_can_sink_any_caps(colorize.get(), caps.get())) result.push_back(name);
  }
  return result;
}

static bool takes(GstPadTemplate* pad, GstCaps* caps) {
  const Caps accepted(gst_pad_template_get_caps(pad));
  return GST_PAD_TEMPLATE_DIRECTION(pad) == GST_PAD_SINK && gst_caps_can_intersect(accepted.get(), caps);
}

/// The muxer's template for such a stream, or null.
static GstPadTemplate* template_for(GstElement* muxer, GstCaps* caps) {
  for (GList* i = gst_element_get_pad_template_list(muxer); i; i = i->next)
    if (takes(GST_PAD_TEMPLATE(i->data), caps)) return GST_PAD_TEMPLATE(i->data);
  return nullptr;
}

Entry entry(GstElement* muxer, GstCaps* caps) {
  if (GstPadTemplate* direct = template_for(muxer, caps))
    return {Pad(gst_element_request_pad(muxer, direct, nullptr, caps)), nullptr};
  GList* const parsers = gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_PARSER, GST_RANK_MARGINAL);
  Entry found;
  for (GList* i = parsers; i && !found.pad; i = i->next) {
    GstElementFactory* const factory = GST_ELEMENT_FACTORY(i->data);
    if (!gst_element_factory_can_sink_any_caps(factory, caps)) continue;
    for (const GList* j = gst_element_factory_get_static_pad_templates(factory); j; j = j->next) {
      auto* const pad = static_cast<GstStaticPadTemplate*>(j->data);
      if (pad->direction != GST_PAD_SRC) continue;
      const Caps parsed(gst_static_caps_get(&pad->static_caps));
      GstPadTemplate* const into = template_for(muxer, parsed.get());
      if (!into) continue;
      found.parser = sunk(gst_element_factory_create(factory, nullptr));
      found.pad.reset(gst_element_request_pad(muxer, into, nullptr, nullptr));
      break;
    }
  }
  gst_plugin_feature_list_free(parsers);
  return found;
}

}  // namespace colorize::command
