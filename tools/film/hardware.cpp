// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hardware.h"

#include <unistd.h>

#include <array>
#include <map>
#include <mutex>

#include "apart.h"
#include "common/commandline.h"
#include "common/words.h"

namespace colorize::command {

namespace {

// As the table of encoders.cpp. Bits that come out depend on the hardware and its driver.
constexpr std::array encoders = {
    Encoder{"h264", "vah264enc", "gstreamer1.0-plugins-bad", "rate-control=cqp qpi=%d qpp=%d qpb=%d", 45, 8, 20, "NV12",
            "video/x-h264,stream-format=byte-stream,alignment=au", "h264parse", "b-frames=0", 2, 4},
    Encoder{"h264", "vah264lpenc", "gstreamer1.0-plugins-bad", "rate-control=cqp qpi=%d qpp=%d qpb=%d", 45, 8, 20,
            "NV12", "video/x-h264,stream-format=byte-stream,alignment=au", "h264parse", "b-frames=0", 2, 4},
    Encoder{"h264", "v4l2h264enc", "gstreamer1.0-plugins-good",
            "extra-controls=controls,h264_minimum_qp_value=%d,h264_maximum_qp_value=%d", 45, 8, 20, "I420 NV12",
            "video/x-h264,stream-format=byte-stream,alignment=au", "h264parse", "", 2},
    Encoder{"h265", "vah265enc", "gstreamer1.0-plugins-bad", "rate-control=cqp qpi=%d qpp=%d qpb=%d", 45, 8, 20,
            "NV12 P010_10LE", "video/x-h265,stream-format=byte-stream,alignment=au", "h265parse", "", 2},
};

constexpr unsigned seconds_for_trial = 20;
constexpr int pictures = 8;

/// Why it does not work here; empty where it does.
std::string fault_of(const Encoder& encoder) {
  static std::mutex trying;
  static std::map<std::string, std::string> known;
  const std::lock_guard lock(trying);
  const auto [found, is_new] = known.try_emplace(encoder.element);
  if (is_new) try {
      run_apart({"--try-encoder", encoder.element}, std::string("tries ") + encoder.element, {},
                [](const JsonValue&, const std::string&) {});
    } catch (const Failure& failure) {
      found->second = failure.what();
    }
  return found->second;
}

GstPadProbeReturn count(GstPad*, GstPadProbeInfo* info, void* encoded) {
  if (gst_buffer_get_size(gst_pad_probe_info_get_buffer(info)) > 0) ++*static_cast<int*>(encoded);
  return GST_PAD_PROBE_OK;
}

/// Throws Failure.
void encode_some(const Encoder& encoder, const std::stop_token& stop) {
  const std::string format = formats(encoder).front();
  const Element pipeline = parse_pipeline("videotestsrc num-buffers=" + std::to_string(pictures) +
                                          " ! video/x-raw,width=320,height=240,format=" + format + " ! " +
                                          encoder_description(encoder, {}, false, 1) + " ! fakesink name=end");
  int encoded = 0;
  const Pad end(gst_element_get_static_pad(element_of(pipeline.get(), "end"), "sink"));
  gst_pad_add_probe(end.get(), GST_PAD_PROBE_TYPE_BUFFER, count, &encoded, nullptr);
  Playing(pipeline.get(), stop).run();
  if (encoded < pictures)
    throw Failure("of " + counted(pictures, "picture") + " it has encoded " + std::to_string(encoded));
}

}  // namespace

std::span<const Encoder> hardware_encoders() { return encoders; }

const Encoder& by_hardware(const Encoder& software, std::vector<Remark>& remarks) {
  std::string faults;
  for (const Encoder& encoder : encoders) {
    if (std::string(encoder.codec) != software.codec) continue;
    const Owned<GstElementFactory> factory(gst_element_factory_find(encoder.element));
    const std::string fault = factory ? fault_of(encoder) : "is not there";
    if (fault.empty()) return encoder;
    faults += (faults.empty() ? "" : "; ") + std::string(encoder.element) + ": " + fault;
  }
  remarks.push_back({"hardware-missing", "no hardware here encodes " + std::string(software.codec) + ", so that " +
                                             software.element + " does" + (faults.empty() ? "" : " (" + faults + ")")});
  return software;
}

int try_encoder(int argc, char** argv, const std::stop_token& stop) {
  if (argc != 2) throw UsageError("'--try-encoder' takes the name of an element");
  alarm(seconds_for_trial);  // a driver may hang
  return tell_apart([&](const Tell&) { encode_some(encoder_named(argv[1]), stop); });
}

}  // namespace colorize::command
