// The wire format of protocol buffers: fields one after the other, each with its length known.
// https://protobuf.dev/programming-guides/encoding
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reprise {

struct WireField {
  uint32_t number = 0;
  enum Type : uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 } type = varint;
  uint64_t value = 0;     // of every type but bytes
  std::string_view data;  // of type bytes: a string or a message within

  float as_float() const;  // of fixed32
};

// Walks the fields of one message. Groups, which no current writer makes, are refused.
class WireReader {
 public:
  // `name` is what errors call the file; it must outlive the reader, as must `bytes`.
  WireReader(std::string_view bytes, const std::string& name) : rest_(bytes), name_(name) {}

  // The next field, or false at the end. Throws DataError where the bytes are no field.
  bool next(WireField& field);
  // What follows the field read last.
  std::string_view rest() const { return rest_; }

 private:
  uint64_t varint();
  std::string_view take(uint64_t count);

  std::string_view rest_;
  const std::string& name_;
};

}  // namespace reprise
