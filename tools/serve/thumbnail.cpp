// SPDX-License-Identifier: LGPL-2.1-or-later
#include "thumbnail.h"

#include <filesystem>
#include <string>

#include "colourreference.h"
#include "common/commandline.h"
#include "common/content.h"
#include "common/pipeline.h"
#include "film/workfolder.h"
#include "still/still.h"

namespace fs = std::filesystem;

namespace colorize::command {

namespace {

std::string shrinking_to(int side, const char* encoder) {
  const std::string sides = "[1," + std::to_string(side) + "]";
  return "videoconvert ! videoscale add-borders=false ! video/x-raw,width=" + sides + ",height=" + sides +
         ",pixel-aspect-ratio=1/1 ! videoconvert ! " + encoder + " ! appsink name=sink";
}

Sample small_picture(const fs::path& file, bool as_reference, const std::stop_token& stop) {
  const std::string small = as_reference
                                ? shrinking_to(Reference::longest_side, "video/x-raw,format={RGBA,RGB} ! pngenc")
                                : shrinking_to(320, "jpegenc quality=80");
  const Content content = look_at(file).content;
  if (as_reference && content != Content::still) throw Failure("is no photograph");
  if (content == Content::still) {
    const Upright still = decode_still(file, stop);
    const Element pipeline = parse_pipeline(
        "appsrc name=source ! videoflip video-direction=" + std::string(still.direction) + " ! " + small);
    return convert(pipeline.get(), gst_sample_get_buffer(still.picture.get()), gst_sample_get_caps(still.picture.get()),
                   stop);
  }
  // What is no container is a piece of a film.
  const char* const unpacked = content == Content::film ? "" : "gdpdepay ! ";
  const Element pipeline = parse_pipeline("filesrc name=file ! " + std::string(unpacked) + "decodebin ! " + small);
  g_object_set(element_of(pipeline.get(), "file"), "location", file.c_str(), nullptr);
  const Playing playing(pipeline.get(), stop);
  GstSample* sample = nullptr;
  g_signal_emit_by_name(element_of(pipeline.get(), "sink"), "pull-preroll", &sample);
  if (!sample) throw Failure("there is no picture in " + file.string());
  return Sample(sample);
}

}  // namespace

int thumbnail(int argc, char** argv, const std::stop_token& stop) {
  if (argc != 3) throw UsageError("--thumbnail is for processes of gst-colorize's own");
  const Sample picture = small_picture(argv[1], fs::path(argv[2]).extension() == ".png", stop);
  GstMapInfo bytes;
  GstBuffer* const buffer = gst_sample_get_buffer(picture.get());
  if (!gst_buffer_map(buffer, &bytes, GST_MAP_READ)) throw Failure("the picture cannot be read");
  const std::string text(reinterpret_cast<const char*>(bytes.data), bytes.size);
  gst_buffer_unmap(buffer, &bytes);
  write_text(argv[2], text);
  return all_done;
}

}  // namespace colorize::command
