#include "data/images/csv_images.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "core/error.h"
#include "core/files.h"
#include "core/printable.h"
#include "data/lines.h"

namespace reprise {

namespace {

std::string_view next_cell(std::string_view& line) {
  const size_t end = std::min(line.find(','), line.size());
  std::string_view cell = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  while (!cell.empty() && (cell.front() == ' ' || cell.front() == '"')) cell.remove_prefix(1);
  while (!cell.empty() && (cell.back() == ' ' || cell.back() == '"')) cell.remove_suffix(1);
  return cell;
}

// -1 when the cell is no whole number from 0 to 255; "7.0" is one.
int value_of(std::string_view cell) {
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  const bool whole = error == std::errc() && end == cell.data() + cell.size() &&
                     value >= 0 && value <= 255 && value == std::floor(value);
  return whole ? static_cast<int>(value) : -1;
}

bool is_header(std::string_view line) {
  while (!line.empty()) {
    if (value_of(next_cell(line)) >= 0) return false;
  }
  return true;
}

std::vector<uint8_t> values_of(std::string_view line, const std::string& path, int64_t number) {
  std::vector<uint8_t> values;
  while (!line.empty()) {
    const std::string_view cell = next_cell(line);
    const int value = value_of(cell);
    if (value < 0) {
      throw DataError("{}:{}: value {} is \"{}\", not a whole number from 0 to 255", path, number,
                      values.size() + 1, printable(std::string(cell.substr(0, 40))));
    }
    values.push_back(static_cast<uint8_t>(value));
  }
  return values;
}

}  // namespace

Images read_csv_images(const std::string& path, LabelColumn label) {
  const std::string content = read_text(path);
  Images images;
  for_each_line(without_byte_order_mark(content), [&](std::string_view line, int64_t number) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || (number == 1 && is_header(line))) return;
    const std::vector<uint8_t> values = values_of(line, path, number);
    const auto pixels = static_cast<int64_t>(values.size()) - 1;
    if (images.count() == 0) {
      images.height = images.width = std::llround(std::sqrt(static_cast<double>(pixels)));
      if (pixels < 1 || images.height * images.width != pixels) {
        throw DataError("{}:{}: {} values are not a label and the pixels of a square image", path,
                        number, values.size());
      }
    } else if (pixels != images.pixels_each()) {
      throw DataError("{}:{}: {} pixels, and the images before have {}: all must have one size", path,
                      number, pixels, images.pixels_each());
    }
    const bool first = label == LabelColumn::first;
    images.labels.push_back(first ? values.front() : values.back());
    images.pixels.insert(images.pixels.end(), values.begin() + (first ? 1 : 0),
                         values.end() - (first ? 0 : 1));
  });
  if (images.count() == 0) throw DataError("{}: no image in it", path);
  return images;
}

}  // namespace reprise
