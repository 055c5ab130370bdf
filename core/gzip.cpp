#include <zlib.h>

#include <algorithm>
#include <string>

#include "core/error.h"
#include "core/files.h"
#include "core/printable.h"

namespace reprise {

namespace {

// zlib's stream that unpacks gzip, released with this object.
struct Inflater {
  z_stream stream{};
  Inflater() {
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&stream, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

// Unpacks one or more gzip members. Memory grows with what comes out, so a bomb stops at the cap.
std::string unpack(const std::string& packed, const std::string& path, uint64_t max_bytes) {
  Inflater inflater;
  z_stream& z = inflater.stream;
  std::string out;
  std::string block(size_t{1} << 18, '\0');
  size_t fed = 0;
  for (;;) {
    if (z.avail_in == 0 && fed < packed.size()) {
      const size_t piece = std::min(packed.size() - fed, size_t{1} << 30);  // avail_in has 32 bits
      z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + fed));
      z.avail_in = static_cast<uInt>(piece);
      fed += piece;
    }
    z.next_out = reinterpret_cast<Bytef*>(block.data());
    z.avail_out = static_cast<uInt>(block.size());
    const int status = inflate(&z, Z_NO_FLUSH);
    const size_t got = block.size() - z.avail_out;
    if (got > max_bytes - out.size()) {
      throw DataError("{}: unpacks to more than the {} bytes that are read", path, max_bytes);
    }
    out.append(block, 0, got);
    const bool all_fed = z.avail_in == 0 && fed == packed.size();
    if (status == Z_STREAM_END) {
      if (all_fed) return out;
      if (inflateReset(&z) != Z_OK) throw std::bad_alloc();
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status == Z_BUF_ERROR || (status == Z_OK && all_fed && got == 0)) {
      throw DataError("{}: the gzip data ends too early", path);
    } else if (status != Z_OK) {
      throw DataError("{}: damaged gzip data: {}", path, z.msg ? z.msg : "unknown form");
    }
  }
}

}  // namespace

std::string read_text(const std::string& path, uint64_t max_bytes) {
  std::string content = read_file(path, max_bytes);
  if (!content.starts_with("\x1f\x8b")) return content;
  return unpack(content, printable(path, 4096), max_bytes);
}

}  // namespace reprise
