// Headers that are wrong in one way each.
#include "core/safetensors_header.h"

#include <sys/resource.h>

#include "tests/core/expect_error.h"
#include "tests/core/safetensors_text.h"
#include "tests/core/temporary_directory.h"

namespace reprise {

using test::expect_error;
using test::TemporaryDirectory;

namespace {

void refused(const std::string& header, uint64_t data_bytes, const std::string& why) {
  expect_error([&] { parse_safetensors_header(header, data_bytes, "f"); }, ExitCode::data, why);
}

// The entry of tensor "x" with these texts in it.
std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return fmt::format(R"({{"x":{{"dtype":{},"shape":{},"data_offsets":{}}}}})", dtype, shape,
                     offsets);
}

}  // namespace

TEST(SafetensorsHeader, IsRead) {
  const SafetensorsHeader header = parse_safetensors_header(
      R"({"b":{"shape":[2,3],"data_offsets":[1,13],"dtype":"BF16"},"__metadata__":{"k":"v","":""},)"
      R"("a":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]},)"
      R"("c":{"dtype":"F4","shape":[2],"data_offsets":[13,14]},)"
      R"("d":{"dtype":"I64","shape":[0,7],"data_offsets":[13,13]}}   )",
      14, "f");
  EXPECT_EQ(header.tensors.size(), 4u);
  EXPECT_EQ(header.tensors.at("b").offset, 1u);
  EXPECT_EQ(header.tensors.at("b").bytes, 12u);
  EXPECT_EQ(header.metadata, (StringMap{{"k", "v"}, {"", ""}}));
}

TEST(SafetensorsHeader, MustBeAnObjectInJson) {
  refused("", 0, "f: not a safetensors file: the header doesn't begin with '{'");
  refused(" {}", 0, "doesn't begin with '{'");
  refused("[]", 0, "doesn't begin with '{'");
  refused("{", 0, "f: the header is not valid JSON at byte");
  refused("{} x", 0, "not valid JSON");
  refused(std::string("{}\0x", 4), 0, "a byte of zero at 2");
  refused("{\"\xff\":{}}", 0, "not valid JSON");
  refused(R"({"\ud800":{}})", 0, "not valid JSON");
  refused(R"({"x":1})", 0, "f: tensor \"x\": the entry is a number, not an object");
  refused(R"({"x":[]})", 0, "tensor \"x\": the entry is an array, not an object");
}

TEST(SafetensorsHeader, NamesOccurOnce) {
  const std::string x = R"("x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  refused("{" + x + "," + x + "}", 0, "tensor \"x\": the name occurs twice");
  refused(R"({"__metadata__":{},"__metadata__":{}})", 0,
          "f: \"__metadata__\": the name occurs twice");
  refused(R"({"__metadata__":{"a":"","a":""}})", 0, "\"__metadata__\": the key \"a\" occurs twice");
  refused(R"({"x":{"dtype":"U8","dtype":"U8"}})", 0, "tensor \"x\": \"dtype\" occurs twice");
  refused(R"({"x":{"shape":[],"shape":[]}})", 0, "\"shape\" occurs twice");
  refused(R"({"x":{"data_offsets":[],"data_offsets":[]}})", 0, "\"data_offsets\" occurs twice");
}

TEST(SafetensorsHeader, MetadataAreStrings) {
  refused(R"({"__metadata__":{"a":1}})", 0, "f: \"__metadata__\": \"a\" is a number, not a string");
  refused(R"({"__metadata__":{"a":{}}})", 0, "\"a\" is an object");
  refused(R"({"__metadata__":{"a":[]}})", 0, "is an array");
  refused(R"({"__metadata__":null})", 0, "f: \"__metadata__\": the entry is null, not an object");
  refused(R"({"":{"more":1}})", 0, "f: tensor \"\": unknown field");
}

TEST(SafetensorsHeader, FieldsAreCompleteAndOfTheirType) {
  refused(R"({"x":{"shape":[],"data_offsets":[0,0]}})", 0, "tensor \"x\": \"dtype\" is missing");
  refused(R"({"x":{"dtype":"U8","data_offsets":[0,0]}})", 0, "\"shape\" is missing");
  refused(R"({"x":{"dtype":"U8","shape":[]}})", 0, "\"data_offsets\" is missing");
  refused(R"({"x":{"more":1}})", 0, "unknown field \"more\"");
  refused(entry("1", "[]", "[0,1]"), 1, "\"dtype\" is a number");
  refused(entry("[]", "[]", "[0,1]"), 1, "\"dtype\" is an array");
  refused(entry("\"F33\"", "[]", "[0,1]"), 1, "unknown dtype \"F33\"");
  refused(entry("\"U8\"", "1", "[0,1]"), 1, "\"shape\" is a number");
  refused(entry("\"U8\"", "\"1\"", "[0,1]"), 1, "\"shape\" is a string");
  refused(entry("\"U8\"", "[-1]", "[0,1]"), 1, "\"shape\" holds a negative number, not a size");
  refused(entry("\"U8\"", "[1.0]", "[0,1]"), 1, "\"shape\" holds a broken number");
  refused(entry("\"U8\"", "[1e0]", "[0,1]"), 1, "a broken number");
  refused(entry("\"U8\"", "[[1]]", "[0,1]"), 1, "\"shape\" holds an array");
  refused(entry("\"U8\"", "[{}]", "[0,1]"), 1, "\"shape\" holds an object");
  refused(entry("\"U8\"", "[null]", "[0,1]"), 1, "null");
  refused(entry("\"U8\"", "[true]", "[0,1]"), 1, "true or false");
  refused(entry("\"U8\"", "[1]", "[0]"), 1, "needs two numbers");
  refused(entry("\"U8\"", "[1]", "[0,1,1]"), 1, "more than two numbers");
}

TEST(SafetensorsHeader, SizesAgreeWithTheRange) {
  refused(entry("\"F32\"", "[3]", "[0,11]"), 11,
          "shape [3] of F32 needs 12 bytes, \"data_offsets\" give it 11");
  refused(entry("\"F32\"", "[3]", "[0,16]"), 16, "needs 12 bytes");
  refused(entry("\"F4\"", "[3]", "[0,1]"), 1, "needs 1 bytes");  // a byte and a half
  refused(entry("\"U8\"", "[1]", "[1,0]"), 1, "ends at 0, before it begins at 1");
}

TEST(SafetensorsHeader, ProductsThatOverflow) {
  refused(entry("\"U8\"", "[4294967296,4294967296]", "[0,0]"), 0,
          "more elements than can be counted");
  refused(entry("\"F32\"", "[4611686018427387904]", "[0,0]"), 0, "more elements");
  refused(entry("\"U8\"", "[2305843009213693952]", "[0,0]"), 0, "more elements");  // * 8 bits
  refused(entry("\"U8\"", "[9223372036854775808]", "[0,0]"), 0, "is too large");
  refused(entry("\"U8\"", "[18446744073709551616]", "[0,0]"), 0, "a broken number");
  refused(entry("\"U8\"", "[1099511627776]", "[0,1099511627776]"), 8,
          "its data ends at 1099511627776, the file's data ends at 8");
  refused(entry("\"U8\"", "[1]", "[18446744073709551614,18446744073709551615]"), 8, "after a hole");
}

TEST(SafetensorsHeader, NoHolesNoOverlap) {
  const auto two = [](int a, int b, int c, int d) {
    return fmt::format(R"({{"x":{{"dtype":"U8","shape":[{}],"data_offsets":[{},{}]}},)"
                       R"("y":{{"dtype":"U8","shape":[{}],"data_offsets":[{},{}]}}}})",
                       b - a, a, b, d - c, c, d);
  };
  parse_safetensors_header(two(0, 2, 2, 4), 4, "f");
  parse_safetensors_header(two(2, 4, 0, 2), 4, "f");
  refused(two(0, 2, 3, 4), 4, "tensor \"y\": its data begins at 3, after a hole from 2");
  refused(two(0, 2, 1, 4), 4, "tensor \"y\": its data begins at 1, inside of another tensor's");
  refused(two(0, 2, 0, 2), 2, "inside of another");
  refused(two(1, 2, 2, 4), 4, "tensor \"x\": its data begins at 1, after a hole from 0");
  refused(two(0, 2, 2, 4), 5, "f: the tensors end at byte 4 of the data, which has 5 bytes");
  refused(two(0, 2, 2, 4), 3, "tensor \"y\": its data ends at 4, the file's data ends at 3");
  refused("{}", 1, "the tensors end at byte 0");
}

TEST(SafetensorsHeader, HostileNamesAreEscapedInMessages) {
  refused(R"({"\u001b[2J\n":{"dtype":"F33","shape":[],"data_offsets":[0,0]}})", 0,
          "tensor \"\\x1b[2J\\x0a\": unknown dtype");
}

// Deep nesting is refused at its third level, whatever follows.
TEST(SafetensorsHeader, DeepNesting) {
  refused(R"({"x":{"shape":)" + std::string(1'000'000, '['), 0, "holds an array");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"x":)";
  refused(objects, 0, "unknown field \"x\"");
}

TEST(SafetensorsHeader, LengthsThatTheFileDoesNotHave) {
  TemporaryDirectory directory;
  const auto refused_file = [&](const std::string& content, const std::string& why) {
    write_file(directory / "x", content);
    expect_error([&] { SafetensorsFile::open(directory / "x"); }, ExitCode::data,
                 directory / "x: not a safetensors file: " + why);
  };
  refused_file("", "it has only 0 bytes");
  refused_file("1234567", "it has only 7 bytes");
  refused_file(std::string(8, '\0'), "the header doesn't begin");
  refused_file(std::string(8, '\xff'), "a header of 18446744073709551615 bytes in a file of 8");
  refused_file(std::string("\x03\0\0\0\0\0\0\0{}", 10), "a header of 3 bytes in a file of 10");
  refused_file(std::string("\x01\xe1\xf5\x05\0\0\0\0{}", 10), "a header of 100000001 bytes");
}

namespace {

int64_t peak_kib() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return use.ru_maxrss;
}

}  // namespace

// What a header can make the reader allocate is bounded by the header's own size.
TEST(SafetensorsHeader, AllocationBombs) {
  constexpr size_t kSize = 8'000'000;
  std::string tensors = "{", metadata = "{\"__metadata__\":{";
  for (int i = 0; tensors.size() < kSize; ++i) {
    tensors += fmt::format(R"("{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}},)", i);
  }
  for (int i = 0; metadata.size() < kSize; ++i) metadata += fmt::format(R"("{}":"",)", i);
  std::string sizes = R"({"x":{"shape":[)";
  while (sizes.size() < kSize) sizes += "1,";
  [[maybe_unused]] const int64_t before = peak_kib();
  refused(sizes, 0, "more than 64 dimensions");
  refused(metadata, 0, "more than 262144 entries");
  refused(tensors, 0, "not valid JSON");
  refused("{\"" + std::string(kSize * 3, 'x') + "\":{}}", 0,
          "a string of more than 16777216 bytes");
  refused("{\"" + std::string(kSize, 'x'), 0, "not valid JSON");
#ifndef REPRISE_NO_FREE_LIST  // a sanitizer has memory of its own for every byte
  EXPECT_LT(peak_kib() - before, 160'000) << "KiB";
#endif
}

}  // namespace reprise
