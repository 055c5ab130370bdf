#include "data/images/resize.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace reprise {

namespace {

// What one new pixel along a line is made of.
struct Window {
  int64_t first = 0;
  std::vector<double> weights;  // of the pixels from `first` on; they add up to 1
};

std::vector<Window> windows(int64_t from, int64_t to) {
  const double ratio = static_cast<double>(from) / static_cast<double>(to);
  const double reach = std::max(1.0, ratio);
  std::vector<Window> windows(to);
  for (int64_t i = 0; i < to; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * ratio;
    const int64_t begin = std::max<int64_t>(0, std::llround(std::floor(center - reach + 0.5)));
    const int64_t end = std::min(from, static_cast<int64_t>(std::floor(center + reach + 0.5)));
    Window& window = windows[i];
    window.first = begin;
    double sum = 0;
    for (int64_t p = begin; p < end; ++p) {
      const double distance = std::abs((static_cast<double>(p) + 0.5 - center) / reach);
      window.weights.push_back(std::max(0.0, 1 - distance));
      sum += window.weights.back();
    }
    for (double& weight : window.weights) weight /= sum;
  }
  return windows;
}

// One channel: rows first, then columns, rounded once at the end.
void resize(const uint8_t* from, int64_t from_width, const std::vector<Window>& rows,
            const std::vector<Window>& cols, uint8_t* to) {
  for (const Window& row : rows) {
    std::vector<double> line(from_width, 0.0);
    for (size_t r = 0; r < row.weights.size(); ++r) {
      const uint8_t* source = from + (row.first + static_cast<int64_t>(r)) * from_width;
      for (int64_t x = 0; x < from_width; ++x) line[x] += row.weights[r] * source[x];
    }
    for (const Window& col : cols) {
      double sum = 0;
      for (size_t c = 0; c < col.weights.size(); ++c) sum += col.weights[c] * line[col.first + c];
      *to++ = static_cast<uint8_t>(std::clamp(std::lround(sum), 0L, 255L));
    }
  }
}

void pad(const uint8_t* from, int64_t from_height, int64_t from_width, int64_t height, int64_t width,
         uint8_t* to) {
  const int64_t top = (height - from_height) / 2, left = (width - from_width) / 2;
  std::fill_n(to, height * width, uint8_t{0});
  for (int64_t y = 0; y < from_height; ++y) {
    std::copy_n(from + y * from_width, from_width, to + (top + y) * width + left);
  }
}

}  // namespace

Images fitted(const Images& images, int64_t height, int64_t width, Fit fit) {
  if (fit == Fit::pad && (height < images.height || width < images.width)) {
    throw DataError("data.size: images of {} x {} can't be padded to {} x {}; use \"fit\": \"resize\"",
                    images.height, images.width, height, width);
  }
  Images result;
  result.channels = images.channels;
  result.height = height;
  result.width = width;
  result.labels = images.labels;
  result.pixels.resize(static_cast<size_t>(images.count() * result.pixels_each()));
  const std::vector<Window> rows = windows(images.height, height), cols = windows(images.width, width);
  for (int64_t i = 0; i < images.count() * images.channels; ++i) {
    const uint8_t* from = images.pixels.data() + i * images.height * images.width;
    uint8_t* to = result.pixels.data() + i * height * width;
    if (fit == Fit::resize) {
      resize(from, images.width, rows, cols, to);
    } else {
      pad(from, images.height, images.width, height, width, to);
    }
  }
  return result;
}

}  // namespace reprise
