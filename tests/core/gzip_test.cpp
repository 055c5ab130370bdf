#include <zlib.h>

#include "core/files.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {

using test::expect_error;
using test::TemporaryDirectory;

namespace {

std::string pack(const std::string& text) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string numbers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i) + "\n";
  return text;
}

}  // namespace

TEST(Gzip, PlainTextPassesThrough) {
  TemporaryDirectory directory;
  write_file(directory / "x.gz", "not packed");
  EXPECT_EQ(read_text(directory / "x.gz"), "not packed");
}

TEST(Gzip, OneAndSeveralMembers) {
  TemporaryDirectory directory;
  const std::string text = numbers(100'000);  // several blocks of output
  write_file(directory / "one", pack(text));
  EXPECT_EQ(read_text(directory / "one"), text);
  write_file(directory / "two", pack(text) + pack("") + pack("end"));
  EXPECT_EQ(read_text(directory / "two"), text + "end");
  write_file(directory / "empty", pack(""));
  EXPECT_EQ(read_text(directory / "empty"), "");
  const std::string block(size_t{1} << 18, 'x');  // exactly fills the output block
  write_file(directory / "block", pack(block));
  EXPECT_EQ(read_text(directory / "block"), block);
}

TEST(Gzip, ABombStopsAtTheCap) {
  TemporaryDirectory directory;
  write_file(directory / "x", pack(std::string(10'000'000, '\0')));
  expect_error([&] { read_text(directory / "x", 1'000'000); }, ExitCode::data,
               "unpacks to more than the 1000000 bytes");
  EXPECT_EQ(read_text(directory / "x", 10'000'000).size(), 10'000'000u);
}

TEST(Gzip, EveryTruncationIsFound) {
  TemporaryDirectory directory;
  const std::string packed = pack(numbers(200));
  for (size_t length = 2; length < packed.size(); ++length) {
    write_file(directory / "x", packed.substr(0, length));
    expect_error([&] { read_text(directory / "x"); }, ExitCode::data, "ends too early");
  }
}

// The CRC and length at the end find what inflate itself does not.
TEST(Gzip, EveryDamagedByteOfTheDataIsFound) {
  TemporaryDirectory directory;
  const std::string packed = pack(numbers(200));
  for (size_t at = 10; at < packed.size(); ++at) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write_file(directory / "x", damaged);
    EXPECT_THROW(read_text(directory / "x"), DataError) << at;
  }
  write_file(directory / "x", packed + "junk");
  expect_error([&] { read_text(directory / "x"); }, ExitCode::data, "gzip data");
}

}  // namespace reprise
