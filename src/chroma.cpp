// SPDX-License-Identifier: LGPL-2.1-or-later
#include "chroma.h"

#include <algorithm>

#include "parallel.h"
#include "tone.h"

namespace colorize {

namespace {

/// L* of tones that need not be whole; the nearest tone's will do for a guide.
void guide_of_tone(const std::vector<float>& tone, std::vector<float>& lightness) {
  const float* table = lightness_of_tone().data();
  for (std::size_t x = 0; x < tone.size(); ++x) lightness[x] = table[static_cast<int>(tone[x] + 0.5F)];
}

void tone_of_limited(std::vector<float>& luma) {
  for (float& v : luma) v = std::min(std::max((v - 16) * (255 / 219.0F), 0.0F), 255.0F);
}

/// Rounds one channel of `colour`, scaled and moved, into a component's row, which keeps a share of what it had.
void put(const std::vector<ColourTable::Entry>& colour, int channel, float scale, float keep,
         const Component& component, int y) {
  std::uint8_t* out = component.row(y);
  for (std::size_t x = 0; x < colour.size(); ++x, out += component.step) {
    const float value = 128.5F + colour[x][channel] * scale + keep * static_cast<float>(*out - 128);
    *out = static_cast<std::uint8_t>(std::min(std::max(value, 0.0F), 255.0F));
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
  sums.resize(static_cast<std::size_t>(width));
  if (!half_y) {
    std::copy_n(line(0), width, sums.data());
  } else if (!frame.cosited_y) {
    const std::uint8_t *upper = line(0), *lower = line(1);
    for (int x = 0; x < width; ++x) sums[x] = static_cast<float>(upper[x] + lower[x]) * 0.5F;
  } else {
    const std::uint8_t *upper = line(-1), *middle = line(0), *lower = line(1);
    for (int x = 0; x < width; ++x) sums[x] = static_cast<float>(upper[x] + 2 * middle[x] + lower[x]) * 0.25F;
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

void put_rgb(const std::vector<ColourTable::Entry>& colour, int channel, const std::vector<float>& tone, float keep,
             const Component& component, int y) {
  std::uint8_t* out = component.row(y);
  for (std::size_t x = 0; x < colour.size(); ++x, out += component.step) {
    const float value = tone[x] + 0.5F + colour[x][channel] + keep * (static_cast<float>(*out) - tone[x]);
    *out = static_cast<std::uint8_t>(std::min(std::max(value, 0.0F), 255.0F));
  }
}

}  // namespace

Chroma::Chroma(const Frame& like)
    : table_(like.layout == Frame::Layout::rgb ? ColourTable::rgb(like.primaries)
                                               : ColourTable::yuv(like.matrix, like.primaries)) {}

void Chroma::write(const Frame& frame, const Ab& ab, const cv::Mat& lightness, float keep) {
  const Places places = places_of(frame);  // of this frame: in a mixed stream only some are interlaced
  const int stripes = std::min(cv::getNumThreads(), places.height);
  upsampling_.set(ab, lightness, places, stripes);
  stripes_.resize(static_cast<std::size_t>(stripes));
  for (auto& rows : stripes_) {
    const auto width = static_cast<std::size_t>(places.width);
    for (auto* row : {&rows.tone, &rows.lightness, &rows.a, &rows.b}) row->resize(width);
    rows.colour.resize(width);
  }
  parallel_rows(places.height, stripes, [&](int stripe, int begin, int end) {
    for (int y = begin; y < end; ++y)
      frame.layout == Frame::Layout::rgb ? write_rgb_row(frame, stripe, y, keep)
                                         : write_yuv_row(frame, stripe, y, keep);
  });
}

void Chroma::write_yuv_row(const Frame& frame, int stripe, int y, float keep) {
  auto& [luma, tone, lightness, a, b, colour] = stripes_[stripe];
  luma_at_chroma(frame, y, luma, tone);
  const bool limited = frame.range == Range::limited;
  if (limited) tone_of_limited(tone);
  guide_of_tone(tone, lightness);
  upsampling_.row(stripe, y, lightness, a, b);
  table_.read(tone, a, b, colour);
  for (int c : {0, 1}) put(colour, c, limited ? 224 / 255.0F : 1, keep, frame.components[c + 1], y);
}

void Chroma::write_rgb_row(const Frame& frame, int stripe, int y, float keep) {
  auto& [luma, tone, lightness, a, b, colour] = stripes_[stripe];
  const auto& [red, green, blue] = frame.components;
  const std::uint8_t *r = red.row(y), *g = green.row(y), *bl = blue.row(y);
  const ToneOfRgb& tone_of = ToneOfRgb::of(frame.primaries);
  for (std::size_t x = 0; x < tone.size(); ++x)
    tone[x] = tone_of(r[x * red.step], g[x * green.step], bl[x * blue.step]);
  guide_of_tone(tone, lightness);
  upsampling_.row(stripe, y, lightness, a, b);
  table_.read(tone, a, b, colour);
  for (int c : {0, 1, 2}) put_rgb(colour, c, tone, keep, frame.components[c], y);
}

}  // namespace colorize
