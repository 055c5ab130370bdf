#include "data/images/idx.h"

#include "core/error.h"
#include "core/files.h"

namespace reprise {

namespace {

constexpr uint8_t kUnsignedByte = 0x08;
constexpr size_t kMostDimensions = 4;

}  // namespace

IdxArray read_idx(const std::string& path) {
  const std::string content = read_text(path);
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(content[i]); };
  if (content.size() < 4 || byte(0) != 0 || byte(1) != 0) {
    throw DataError("{}: not an IDX file, which starts with two zero bytes, a type and a number of "
                    "dimensions", path);
  }
  if (byte(2) != kUnsignedByte) {
    throw DataError("{}: its elements are of type 0x{:02x}; only unsigned bytes (0x08) are supported",
                    path, byte(2));
  }
  const size_t dimensions = byte(3), header = 4 + 4 * dimensions;
  if (dimensions == 0 || dimensions > kMostDimensions) {
    throw DataError("{}: {} dimensions; from 1 to {} are supported", path, dimensions,
                    kMostDimensions);
  }
  if (content.size() < header) throw DataError("{}: ends within its header", path);
  IdxArray array;
  uint64_t elements = 1;
  for (size_t d = 0; d < dimensions; ++d) {
    uint64_t size = 0;
    for (size_t i = 0; i < 4; ++i) size = size << 8 | byte(4 + 4 * d + i);
    array.sizes.push_back(static_cast<int64_t>(size));
    // Far beyond any file, so that no product of sizes overflows.
    elements = size != 0 && elements > kMaxReadBytes / size ? kMaxReadBytes + 1 : elements * size;
  }
  if (elements != content.size() - header) {
    throw DataError("{}: its sizes [{}] ask for {}{} bytes, and {} follow the header", path,
                    fmt::join(array.sizes, ", "), elements > kMaxReadBytes ? "more than " : "",
                    std::min<uint64_t>(elements, kMaxReadBytes), content.size() - header);
  }
  array.bytes.assign(content.begin() + static_cast<ptrdiff_t>(header), content.end());
  return array;
}

}  // namespace reprise
