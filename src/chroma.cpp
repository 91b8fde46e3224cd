// SPDX-License-Identifier: LGPL-2.1-or-later
#include "chroma.h"

#include <algorithm>

#include "codes.h"
#include "parallel.h"
#include "samples.h"
#include "tone.h"

namespace colorize {

namespace {

struct Subsampling {
  bool x, y;
};

Subsampling subsampling_of(const Frame& frame) {
  const Component& chroma = frame.components[1];
  return {chroma.width != frame.width, chroma.height != frame.height};
}

Places places_of(const Frame& frame) {
  const Component& plane = frame.components[1];
  const auto [half_x, half_y] = subsampling_of(frame);
  // In luma samples, whose first lies at 0.5: a chroma sample lies on the first of its two or between them.
  const double x = half_x && !frame.cosited_x ? 1.0 : 0.5, y = half_y && !frame.cosited_y ? 1.0 : 0.5;
  Places places{.width = plane.width,
                .height = plane.height,
                .x = x / frame.width,
                .y = y / frame.height,
                .step_x = (half_x ? 2.0 : 1.0) / frame.width,
                .step_y = (half_y ? 2.0 : 1.0) / frame.height};
  if (frame.interlaced && half_y) {
    // The same within each field, whose lines are two apart.
    places.woven = true;
    places.y = (2 * (y - 0.5) + 0.5) / frame.height;
    places.field_y = places.y + 1.0 / frame.height;
  }
  return places;
}

/// The share of its own colour that each sample of a row keeps. Returns whether any keeps some.
bool find_kept(float keep, const std::uint8_t* cover, std::vector<float>& kept) {
  if (cover)
    std::transform(cover, cover + kept.size(), kept.begin(),
                   [&](std::uint8_t share) { return 1 - (1 - keep) * static_cast<float>(share) / 255; });
  else if (keep > 0)
    std::ranges::fill(kept, keep);
  return cover || keep > 0;
}

/// Sums of floats would not be what came, to the bit.
template <typename Sample>
void leave_uncovered(const Component& component, int y, const std::uint8_t* cover, Sample* out) {
  const std::uint8_t* at = component.row(y);
  for (int x = 0; x < component.width; ++x, at += component.step)
    if (cover[x] == 0) out[x] = load<Sample>(at);
}

}  // namespace

Chroma::Chroma(const Frame& like)
    : table_(like.layout == Frame::Layout::rgb ? ColourTable::rgb(like.primaries)
                                               : ColourTable::yuv(like.matrix, like.primaries)) {}

void Chroma::write(const Frame& frame, const Ab& ab, const cv::Mat& lightness, float keep, const cv::Mat& cover) {
  const Places places = places_of(frame);  // of this frame: in a mixed stream only some are interlaced
  const std::size_t sample_size = frame.depth == 8 ? 1 : 2;
  const bool packed = frame.components[0].step == static_cast<int>(sample_size);  // the samples, one after the other
  const int stripes = std::min(cv::getNumThreads(), places.height);
  upsampling_.prepare(ab, lightness, places, stripes);
  stripes_.resize(static_cast<std::size_t>(stripes));
  for (auto& rows : stripes_) {
    const auto width = static_cast<std::size_t>(places.width);
    for (auto* row : {&rows.tone, &rows.lightness, &rows.a, &rows.b, &rows.own, &rows.kept, &rows.colour[0],
                      &rows.colour[1], &rows.colour[2]})
      row->resize(width);
    for (auto& row : rows.codes) row.resize(width);
    for (auto& line : rows.luma) line.resize(packed ? 0 : static_cast<std::size_t>(frame.width) * sample_size);
  }
  const bool rgb = frame.layout == Frame::Layout::rgb;
  const auto write_row = frame.depth == 8
                             ? (rgb ? &Chroma::write_rgb_row<std::uint8_t> : &Chroma::write_yuv_row<std::uint8_t>)
                             : (rgb ? &Chroma::write_rgb_row<std::uint16_t> : &Chroma::write_yuv_row<std::uint16_t>);
  parallel_rows(places.height, stripes, [&](int stripe, int begin, int end) {
    for (int y = begin; y < end; ++y)
      (this->*write_row)(frame, stripe, y, keep, cover.empty() ? nullptr : cover.ptr(y));
  });
}

/// The tones at the places of row `y` of the chroma plane.
template <typename Sample>
void Chroma::measure_tones(const Frame& frame, Rows& rows, int y) {
  const Component& luma = frame.components[0];
  const auto [half_x, half_y] = subsampling_of(frame);
  const int apart = frame.interlaced && half_y ? 2 : 1;  // lines from a field's line to its next
  const int first = !half_y ? y : frame.interlaced ? y / 2 * 4 + y % 2 : 2 * y;
  const auto line = [&](int n) -> const std::uint8_t* {  // the field's own lines only
    int at = first + n * apart;
    while (at >= luma.height) at -= apart;
    while (at < 0) at += apart;
    const std::uint8_t* row = luma.row(std::min(at, luma.height - 1));
    if (luma.step == sizeof(Sample)) return row;
    auto& packed = rows.luma[n + 1];
    gather<Sample>(row, luma.step, luma.width, packed.data());
    return packed.data();
  };
  const LumaRows lines{half_y && frame.cosited_y ? line(-1) : nullptr, line(0), half_y ? line(1) : nullptr};
  const Across across = !half_x ? Across::one : frame.cosited_x ? Across::first_of_two : Across::between_two;
  const ToneOfLuma of = ToneOfLuma::of(frame);
  tones_at_chroma<Sample>(lines, across, luma.width, static_cast<float>(of.black),
                          static_cast<float>(255 / (of.white - of.black)), rows.tone);
}

/// From its tone and L* on, which are there.
template <typename Sample>
void Chroma::find_colours(Rows& rows, int stripe, int y, const std::uint8_t* cover) {
  // Of 8 bits the nearest tone's will do for a guide; of more its steps would show.
  lightness_of_tones(lightness_of_tone(), sizeof(Sample) == 1, rows.tone, rows.lightness.data());
  upsampling_.upsample_row(stripe, y, rows.lightness, rows.a, rows.b);
  if (cover)
    for (std::size_t x = 0; x < rows.a.size(); ++x) {
      rows.a[x] *= static_cast<float>(cover[x]) / 255;
      rows.b[x] *= static_cast<float>(cover[x]) / 255;
    }
  table_.read(rows.tone, rows.a.data(), rows.b.data(),
              {rows.colour[0].data(), rows.colour[1].data(), rows.colour[2].data()});
}

template <typename Sample>
void Chroma::write_yuv_row(const Frame& frame, int stripe, int y, float keep, const std::uint8_t* cover) {
  Rows& rows = stripes_[stripe];
  measure_tones<Sample>(frame, rows, y);
  find_colours<Sample>(rows, stripe, y, cover);
  const bool keeps = find_kept(keep, cover, rows.kept);
  const Codes codes(frame.range, frame.depth);
  const float scale = static_cast<float>(codes.chroma) / 255;
  for (int c : {0, 1}) {
    const Component& component = frame.components[c + 1];
    const std::uint8_t* at = component.row(y);
    if (keeps)
      for (std::size_t x = 0; x < rows.own.size(); ++x, at += component.step)
        rows.own[x] = rows.kept[x] * static_cast<float>((load<Sample>(at) >> frame.shift) - codes.neutral) / scale;
    auto* out = reinterpret_cast<Sample*>(rows.codes[c].data());
    codes_of(rows.colour[c], nullptr, keeps ? rows.own.data() : nullptr, scale,
             static_cast<float>(codes.neutral) + 0.5F, static_cast<float>(codes.last), frame.shift, out);
    if (cover) leave_uncovered(component, y, cover, out);
    scatter(out, component.step, component.width, component.row(y));
  }
}

template <typename Sample>
void Chroma::write_rgb_row(const Frame& frame, int stripe, int y, float keep, const std::uint8_t* cover) {
  Rows& rows = stripes_[stripe];
  const auto& [red, green, blue] = frame.components;
  const std::uint8_t *r = red.row(y), *g = green.row(y), *b = blue.row(y);
  const std::uint8_t* first = std::min({r, g, b});
  if (sizeof(Sample) > 1 || !tones_of_gray(first, red.step, rows.tone)) {
    const ToneOfRgb& tone_of = ToneOfRgb::of(frame.primaries);
    for (std::size_t x = 0; x < rows.tone.size(); ++x)
      rows.tone[x] = tone_of.at<Sample>(r + x * red.step, g + x * green.step, b + x * blue.step);
  }
  find_colours<Sample>(rows, stripe, y, cover);
  const bool keeps = find_kept(keep, cover, rows.kept);
  constexpr float unit = sizeof(Sample) == 1 ? 1 : 257;
  std::array<const std::uint8_t*, 3> as_in_memory{};
  for (int c : {0, 1, 2}) {
    const Component& component = frame.components[c];
    const std::uint8_t* at = component.row(y);
    if (keeps)
      for (std::size_t x = 0; x < rows.own.size(); ++x, at += component.step)
        rows.own[x] = rows.kept[x] * (static_cast<float>(load<Sample>(at)) / unit - rows.tone[x]);
    auto* out = reinterpret_cast<Sample*>(rows.codes[c].data());
    codes_of(rows.colour[c], rows.tone.data(), keeps ? rows.own.data() : nullptr, unit, 0.5F, 255 * unit, 0, out);
    if (cover) leave_uncovered(component, y, cover, out);
    if constexpr (sizeof(Sample) == 1)
      as_in_memory[component.row(y) - first] = out;
    else
      scatter(out, component.step, component.width, component.row(y));
  }
  if (sizeof(Sample) == 1) write_pixels(as_in_memory, red.step, rows.tone.size(), red.row(y) + (first - r));
}

}  // namespace colorize
