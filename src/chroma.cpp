// SPDX-License-Identifier: LGPL-2.1-or-later
#include "chroma.h"

#include <algorithm>

#include "codes.h"
#include "parallel.h"
#include "tone.h"

namespace colorize {

namespace {

/// L* of tones that need not be whole. Of 8 bits the nearest tone's will do for a guide; of more its steps would show.
template <typename Sample>
void guide_of_tone(const std::vector<float>& tone, std::vector<float>& lightness) {
  const auto& table = lightness_of_tone();
  for (std::size_t x = 0; x < tone.size(); ++x)
    lightness[x] = sizeof(Sample) == 1 ? table[static_cast<int>(tone[x] + 0.5F)] : between(table, tone[x]);
}

void tone_of_samples(const ToneOfLuma& of, std::vector<float>& luma) {
  if (of == ToneOfLuma{}) return;
  const auto black = static_cast<float>(of.black), scale = static_cast<float>(255 / (of.white - of.black));
  for (float& v : luma) v = std::min(std::max((v - black) * scale, 0.0F), 255.0F);
}

/// Rounds one channel of `colour`, scaled and moved, into a chroma plane's row, which keeps a share of what it had.
template <typename Sample>
void put(const std::vector<ColourTable::Entry>& colour, int channel, const Codes& codes, int shift, float keep,
         const Component& component, int y) {
  const float scale = static_cast<float>(codes.chroma) / 255, last = static_cast<float>(codes.last);
  const int neutral = codes.neutral, step = component.step;
  if constexpr (sizeof(Sample) == 1) shift = 0;
  std::uint8_t* out = component.row(y);
  for (std::size_t x = 0; x < colour.size(); ++x, out += step) {
    const float own = static_cast<float>((load<Sample>(out) >> shift) - neutral);
    const float value = static_cast<float>(neutral) + 0.5F + colour[x][channel] * scale + keep * own;
    store(static_cast<Sample>(static_cast<int>(std::min(std::max(value, 0.0F), last)) << shift), out);
  }
}

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

/// Luma at the places of row `y` of the chroma plane: the mean of the luma samples around each, as far as they are
/// there.
template <typename Sample>
void luma_at_chroma(const Frame& frame, int y, std::vector<float>& sums, std::vector<float>& out) {
  const Component& luma = frame.components[0];
  const auto [half_x, half_y] = subsampling_of(frame);
  const int apart = frame.interlaced && half_y ? 2 : 1;  // lines from a field's line to its next
  const int first = !half_y ? y : frame.interlaced ? y / 2 * 4 + y % 2 : 2 * y;
  const auto line = [&](int n) {  // the field's own lines only
    int at = first + n * apart;
    while (at >= luma.height) at -= apart;
    while (at < 0) at += apart;
    return luma.row(std::min(at, luma.height - 1));
  };
  const int width = luma.width;
  const auto at = [](const std::uint8_t* row, int x) -> int { return load<Sample>(row + x * sizeof(Sample)); };
  sums.resize(static_cast<std::size_t>(width));
  const std::uint8_t* middle = line(0);
  if (!half_y) {
    for (int x = 0; x < width; ++x) sums[x] = static_cast<float>(at(middle, x));
  } else if (!frame.cosited_y) {
    const std::uint8_t* lower = line(1);
    for (int x = 0; x < width; ++x) sums[x] = static_cast<float>(at(middle, x) + at(lower, x)) * 0.5F;
  } else {
    const std::uint8_t *upper = line(-1), *lower = line(1);
    for (int x = 0; x < width; ++x)
      sums[x] = static_cast<float>(at(upper, x) + 2 * at(middle, x) + at(lower, x)) * 0.25F;
  }
  const int samples = static_cast<int>(out.size());
  if (!half_x) {
    std::copy(sums.begin(), sums.end(), out.begin());
  } else if (!frame.cosited_x) {
    for (int x = 0; x < samples; ++x) out[x] = (sums[2 * x] + sums[std::min(2 * x + 1, width - 1)]) * 0.5F;
  } else {
    for (int x = 0; x < samples; ++x)
      out[x] = (sums[std::max(2 * x - 1, 0)] + 2 * sums[2 * x] + sums[std::min(2 * x + 1, width - 1)]) * 0.25F;
  }
}

template <typename Sample>
void put_rgb(const std::vector<ColourTable::Entry>& colour, int channel, const std::vector<float>& tone, float keep,
             const Component& component, int y) {
  constexpr float unit = sizeof(Sample) == 1 ? 1 : 257;
  std::uint8_t* out = component.row(y);
  for (std::size_t x = 0; x < colour.size(); ++x, out += component.step) {
    const float change = colour[x][channel] + keep * (static_cast<float>(load<Sample>(out)) / unit - tone[x]);
    const float value = (tone[x] + change) * unit + 0.5F;
    store(static_cast<Sample>(std::min(std::max(value, 0.0F), 255 * unit)), out);
  }
}

}  // namespace

Chroma::Chroma(const Frame& like)
    : table_(like.layout == Frame::Layout::rgb ? ColourTable::rgb(like.primaries)
                                               : ColourTable::yuv(like.matrix, like.primaries)) {}

void Chroma::write(const Frame& frame, const Ab& ab, const cv::Mat& lightness, float keep) {
  const Places places = places_of(frame);  // of this frame: in a mixed stream only some are interlaced
  const int stripes = std::min(cv::getNumThreads(), places.height);
  upsampling_.prepare(ab, lightness, places, stripes);
  stripes_.resize(static_cast<std::size_t>(stripes));
  for (auto& rows : stripes_) {
    const auto width = static_cast<std::size_t>(places.width);
    for (auto* row : {&rows.tone, &rows.lightness, &rows.a, &rows.b}) row->resize(width);
    rows.colour.resize(width);
  }
  const bool rgb = frame.layout == Frame::Layout::rgb;
  const auto write_row = frame.depth == 8
                             ? (rgb ? &Chroma::write_rgb_row<std::uint8_t> : &Chroma::write_yuv_row<std::uint8_t>)
                             : (rgb ? &Chroma::write_rgb_row<std::uint16_t> : &Chroma::write_yuv_row<std::uint16_t>);
  parallel_rows(places.height, stripes, [&](int stripe, int begin, int end) {
    for (int y = begin; y < end; ++y) (this->*write_row)(frame, stripe, y, keep);
  });
}

template <typename Sample>
void Chroma::write_yuv_row(const Frame& frame, int stripe, int y, float keep) {
  Rows& rows = stripes_[stripe];
  luma_at_chroma<Sample>(frame, y, rows.luma, rows.tone);
  tone_of_samples(ToneOfLuma::of(frame), rows.tone);
  guide_of_tone<Sample>(rows.tone, rows.lightness);
  upsampling_.upsample_row(stripe, y, rows.lightness, rows.a, rows.b);
  table_.read(rows.tone, rows.a, rows.b, rows.colour);
  const Codes codes(frame.range, frame.depth);
  for (int c : {0, 1}) put<Sample>(rows.colour, c, codes, frame.shift, keep, frame.components[c + 1], y);
}

template <typename Sample>
void Chroma::write_rgb_row(const Frame& frame, int stripe, int y, float keep) {
  Rows& rows = stripes_[stripe];
  const auto& [red, green, blue] = frame.components;
  const std::uint8_t *r = red.row(y), *g = green.row(y), *b = blue.row(y);
  const ToneOfRgb& tone_of = ToneOfRgb::of(frame.primaries);
  for (std::size_t x = 0; x < rows.tone.size(); ++x)
    rows.tone[x] = tone_of.at<Sample>(r + x * red.step, g + x * green.step, b + x * blue.step);
  guide_of_tone<Sample>(rows.tone, rows.lightness);
  upsampling_.upsample_row(stripe, y, rows.lightness, rows.a, rows.b);
  table_.read(rows.tone, rows.a, rows.b, rows.colour);
  for (int c : {0, 1, 2}) put_rgb<Sample>(rows.colour, c, rows.tone, keep, frame.components[c], y);
}

}  // namespace colorize
