#include "data/vocabulary/protobuf_wire.h"

#include <bit>

#include "core/error.h"

namespace reprise {

float WireField::as_float() const { return std::bit_cast<float>(static_cast<uint32_t>(value)); }

uint64_t WireReader::varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<uint8_t>(take(1)[0]);
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  throw DataError("{}: not a protobuf: a number of more than ten bytes", name_);
}

std::string_view WireReader::take(uint64_t count) {
  if (count > rest_.size()) {
    throw DataError("{}: not a whole protobuf: a field wants {} bytes where {} are left", name_,
                    count, rest_.size());
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

namespace {

uint64_t little_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

bool WireReader::next(WireField& field) {
  if (rest_.empty()) return false;
  const uint64_t tag = varint();
  if (tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) {
    throw DataError("{}: not a protobuf: field number {}", name_, tag >> 3);
  }
  field = {static_cast<uint32_t>(tag >> 3), static_cast<WireField::Type>(tag & 7), 0, {}};
  switch (tag & 7) {
    case WireField::varint:
      field.value = varint();
      break;
    case WireField::fixed64:
      field.value = little_endian(take(8));
      break;
    case WireField::bytes:
      field.data = take(varint());
      break;
    case WireField::fixed32:
      field.value = little_endian(take(4));
      break;
    default:
      throw DataError("{}: not a protobuf that is known here: wire type {}", name_, tag & 7);
  }
  return true;
}

}  // namespace reprise
