#include "core/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "core/printable.h"
#include "core/safetensors_header.h"

namespace reprise {

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr int64_t kBlock = 1 << 16;  // elements converted at a time

struct Float16 {
  uint16_t bits;
};
struct Bool {
  uint8_t byte;
};

float value_of(BFloat16 x) { return to_float(x); }
// IEEE 754 binary16. Its subnormals are computed as a product, as a normal float32.
float value_of(Float16 x) {
  const uint32_t sign = uint32_t{x.bits & 0x8000u} << 16;
  const uint32_t exponent = (x.bits >> 10) & 0x1f;
  const uint32_t mantissa = x.bits & 0x3ff;
  if (exponent == 0) {
    const float size = static_cast<float>(mantissa) * 0x1p-24f;
    return sign == 0 ? size : -size;
  }
  const uint32_t wide = exponent == 0x1f ? 0xff : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}
int32_t value_of(Bool x) { return x.byte; }
template <class T>
T value_of(T x) {
  return x;
}

template <class From, class To, class Value>
bool fits(Value value) {
  if constexpr (std::is_same_v<From, Bool>) return value <= 1;
  if constexpr (std::is_same_v<From, int64_t>) return value == static_cast<To>(value);
  if constexpr (std::is_same_v<From, double> && std::is_same_v<To, float>) {
    return !std::isfinite(value) || std::isfinite(static_cast<To>(value));
  }
  return true;
}

// Converts `n` numbers; the text of the first that doesn't fit, or "".
template <class From, class To>
std::string convert(const std::byte* from, int64_t n, void* to) {
  auto* out = static_cast<To*>(to);
  for (int64_t i = 0; i < n; ++i) {
    From number;
    std::memcpy(&number, from + i * sizeof(From), sizeof(From));
    const auto value = value_of(number);
    if (!fits<From, To>(value)) return fmt::format("{}", value);
    out[i] = static_cast<To>(value);
  }
  return "";
}

struct Conversion {
  std::string_view from;
  DType to;
  size_t width;                                          // bytes of a number in the file
  std::string (*run)(const std::byte*, int64_t, void*);  // null: the same bits
};
constexpr Conversion kConversions[] = {
    {"F64", DType::f64, 8, nullptr},
    {"F64", DType::f32, 8, convert<double, float>},
    {"F32", DType::f64, 4, convert<float, double>},
    {"F32", DType::f32, 4, nullptr},
    {"F16", DType::f64, 2, convert<Float16, double>},
    {"F16", DType::f32, 2, convert<Float16, float>},
    {"BF16", DType::f64, 2, convert<BFloat16, double>},
    {"BF16", DType::f32, 2, convert<BFloat16, float>},
    {"BF16", DType::bf16, 2, nullptr},
    {"I64", DType::i32, 8, convert<int64_t, int32_t>},
    {"I32", DType::i32, 4, nullptr},
    {"U8", DType::i32, 1, convert<uint8_t, int32_t>},
    {"U8", DType::u8, 1, nullptr},
    {"BOOL", DType::i32, 1, convert<Bool, int32_t>},
};

std::string place(const std::string& path, std::string_view name) {
  return fmt::format("{}: tensor \"{}\"", printable(path), printable(name));
}

}  // namespace

SafetensorsFile SafetensorsFile::open(const std::string& path, Links links) {
  SafetensorsFile result{InputFile(path, links)};
  const InputFile& file = result.file_;
  if (file.size() < 8) {
    throw DataError("{}: not a safetensors file: it has only {} bytes", printable(path),
                    file.size());
  }
  std::array<std::byte, 8> prefix;
  file.read(0, prefix);
  const auto length = std::bit_cast<uint64_t>(prefix);
  if (std::string_view(reinterpret_cast<const char*>(prefix.data()), prefix.size()) == "version ") {
    throw DataError("{}: a pointer of Git LFS stands here instead of the file; git lfs pull gets it", printable(path));
  }
  if (length > kMaxSafetensorsHeader || length > file.size() - 8) {
    throw DataError("{}: not a safetensors file: a header of {} bytes in a file of {}",
                    printable(path), length, file.size());
  }
  std::string text(length, '\0');
  file.read(8, std::as_writable_bytes(std::span(text)));
  SafetensorsHeader header = parse_safetensors_header(text, file.size() - 8 - length, path);
  for (auto& [name, info] : header.tensors) info.offset += 8 + length;
  result.tensors_ = std::move(header.tensors);
  result.metadata_ = std::move(header.metadata);
  return result;
}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, info] : tensors_) names.push_back(name);
  return names;
}

const SafetensorsInfo& SafetensorsFile::info(std::string_view name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw DataError("{}: the file has no such tensor", place(path(), name));
  }
  return found->second;
}

Tensor SafetensorsFile::load(std::string_view name, DType wanted, Purpose purpose) const {
  const SafetensorsInfo& described = info(name);
  return read(name, described.shape, described.offset, wanted, purpose);
}

Tensor SafetensorsFile::load_rows(std::string_view name, int64_t begin, int64_t end, DType wanted,
                                  Purpose purpose) const {
  const SafetensorsInfo& described = info(name);
  if (described.shape.empty() || begin < 0 || begin > end || end > described.shape[0]) {
    throw ShapeError("{}: rows [{}, {}) of shape [{}]", place(path(), name), begin, end,
                     fmt::join(described.shape, ", "));
  }
  std::vector<int64_t> sizes = described.shape;
  const uint64_t row = sizes[0] == 0 ? 0 : described.bytes / static_cast<uint64_t>(sizes[0]);
  sizes[0] = end - begin;
  return read(name, sizes, described.offset + row * static_cast<uint64_t>(begin), wanted, purpose);
}

Tensor SafetensorsFile::read(std::string_view name, const std::vector<int64_t>& sizes,
                             uint64_t offset, DType wanted, Purpose purpose) const {
  const std::string& type = info(name).dtype;
  const auto* conversion =
      std::find_if(std::begin(kConversions), std::end(kConversions),
                   [&](const Conversion& c) { return c.from == type && c.to == wanted; });
  if (conversion == std::end(kConversions)) {
    throw DataError("{}: {} can't be read as {}", place(path(), name), type, to_string(wanted));
  }
  if (sizes.size() > Shape::kMaxRank) {
    throw DataError("{}: has {} dimensions, at most {} are supported", place(path(), name),
                    sizes.size(), Shape::kMaxRank);
  }
  const Tensor tensor = Tensor::empty(Shape(sizes), wanted, purpose);
  if (!conversion->run) {
    file_.read(offset, {static_cast<std::byte*>(tensor.raw()), tensor.bytes()});
    return tensor;
  }
  std::vector<std::byte> block(static_cast<size_t>(std::min(kBlock, tensor.numel())) *
                               conversion->width);
  for (int64_t done = 0; done < tensor.numel(); done += kBlock) {
    const int64_t n = std::min(kBlock, tensor.numel() - done);
    const auto bytes = std::span(block).first(static_cast<size_t>(n) * conversion->width);
    file_.read(offset + static_cast<uint64_t>(done) * conversion->width, bytes);
    auto* to = static_cast<std::byte*>(tensor.raw()) + static_cast<size_t>(done) * size_of(wanted);
    const std::string misfit = conversion->run(bytes.data(), n, to);
    if (!misfit.empty()) {
      throw DataError("{}: the value {} doesn't fit in {}", place(path(), name), misfit,
                      type == "BOOL" ? "BOOL" : to_string(wanted));
    }
  }
  return tensor;
}

}  // namespace reprise
