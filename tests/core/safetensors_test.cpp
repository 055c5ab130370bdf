#include "core/safetensors.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/core/expect_error.h"
#include "tests/core/safetensors_text.h"
#include "tests/core/temporary_directory.h"

namespace reprise {

using test::expect_error;
using test::TemporaryDirectory;

namespace {

// The bytes of numbers as they lie in the file.
template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), std::data(values), bytes.size());
  return bytes;
}

// A file with one tensor "x" of one dimension.
template <class T>
SafetensorsFile one(const TemporaryDirectory& directory, const std::string& dtype,
                    std::initializer_list<T> values) {
  const std::string data = bytes_of(values);
  const std::string header =
      fmt::format(R"({{"x":{{"dtype":"{}","shape":[{}],"data_offsets":[0,{}]}}}})", dtype,
                  values.size(), data.size());
  write_file(directory / "x", test::safetensors_bytes(header, data));
  return SafetensorsFile::open(directory / "x");
}

template <class T>
std::vector<T> numbers(const Tensor& tensor) {
  const auto values = tensor.values<T>();
  return {values.begin(), values.end()};
}

template <class T>
Tensor tensor_of(const Shape& shape, std::vector<T> values) {
  return Tensor::of(shape, std::span<const T>(values));
}

constexpr float kInf = std::numeric_limits<float>::infinity();

}  // namespace

TEST(Safetensors, RoundTripOfEveryType) {
  TemporaryDirectory directory;
  const Tensor b = Tensor::full({3}, 1.5, DType::bf16);
  const std::vector<NamedTensor> tensors = {
      {"f", tensor_of<float>({2, 2}, {1, -0.0f, kInf, 1e-45f})},
      {"d", tensor_of<double>({}, {1e300})},
      {"i", tensor_of<int32_t>({2}, {INT32_MIN, INT32_MAX})},
      {"u", tensor_of<uint8_t>({3, 1}, {0, 1, 255})},
      {"b", b},
      {"empty", Tensor::empty({0, 5}, DType::f32)},
  };
  const FileStamp stamp = write_safetensors(directory / "x", tensors, {{"k", "v"}});
  EXPECT_EQ(stamp.hash, hash_file(directory / "x"));
  const SafetensorsFile file = SafetensorsFile::open(directory / "x");
  EXPECT_EQ(file.names(), (std::vector<std::string>{"b", "d", "empty", "f", "i", "u"}));
  EXPECT_EQ(file.metadata(), (StringMap{{"k", "v"}}));
  for (const auto& [name, tensor] : tensors) {
    const Tensor loaded = file.load(name, tensor.dtype());
    ASSERT_EQ(loaded.shape(), tensor.shape()) << name;
    EXPECT_EQ(std::memcmp(loaded.raw(), tensor.raw(), tensor.bytes()), 0) << name;
    EXPECT_EQ(file.info(name).offset % size_of(tensor.dtype()), 0u) << name;
  }
  EXPECT_EQ(file.info("f").dtype, "F32");
  EXPECT_EQ(file.info("f").shape, (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(file.info("f").bytes, 16u);
}

// The bytes that safetensors 0.8.0 (Python) writes for these tensors.
TEST(Safetensors, SameBytesAsTheReference) {
  TemporaryDirectory directory;
  write_safetensors(directory / "x",
                    {{"b\"\x7fé\x01", tensor_of<uint8_t>({1}, {7})},
                     {"z", tensor_of<double>({1}, {1.0})},
                     {"a", tensor_of<float>({2}, {1, 2})},
                     {"c", tensor_of<int32_t>({1}, {3})}},
                    {{"k", "v\n\\/\b\f\r\t\x1f"}});
  const std::string header = R"({"__metadata__":{"k":"v\n\\/\b\f\r\t\u001f"},)"
                             R"("z":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},)"
                             R"("a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},)"
                             R"("c":{"dtype":"I32","shape":[1],"data_offsets":[16,20]},)"
                             "\"b\\\"\x7fé\\u0001\":"
                             R"({"dtype":"U8","shape":[1],"data_offsets":[20,21]}})";
  std::string padded = header;
  while (padded.size() % 8 != 0) padded += ' ';
  EXPECT_EQ(read_file(directory / "x"),
            test::safetensors_bytes(padded, bytes_of({1.0}) + bytes_of({1.0f, 2.0f}) +
                                                bytes_of<int32_t>({3}) + '\x07'));
}

TEST(Safetensors, OrderOfTheInputDoesNotMatter) {
  TemporaryDirectory directory;
  const NamedTensor a{"a", tensor_of<float>({1}, {1})}, b{"b", tensor_of<float>({1}, {2})};
  EXPECT_EQ(write_safetensors(directory / "x", {a, b}), write_safetensors(directory / "y", {b, a}));
}

TEST(Safetensors, NamesMayBeAnyUtf8) {
  TemporaryDirectory directory;
  const std::string name("\"\\\0\n\x1b[31m<script>/../𝄞é", 27);
  write_safetensors(directory / "x", {{name, tensor_of<float>({1}, {1})}, {"", Tensor::zeros({1})}},
                    {{name, name}});
  const SafetensorsFile file = SafetensorsFile::open(directory / "x");
  EXPECT_TRUE(file.contains(name));
  EXPECT_TRUE(file.contains(""));
  EXPECT_EQ(file.metadata().at(name), name);
}

TEST(Safetensors, WhatCannotBeWritten) {
  TemporaryDirectory directory;
  const Tensor x = Tensor::zeros({1});
  EXPECT_THROW(write_safetensors(directory / "x", {{"x", x}, {"x", x}}), UsageError);
  EXPECT_THROW(write_safetensors(directory / "x", {{"x", Tensor()}}), UsageError);
  EXPECT_THROW(write_safetensors(directory / "x", {{"__metadata__", x}}), UsageError);
  expect_error(
      [&] {
        write_safetensors(directory / "x", {{"\xff", x}});
      },
      ExitCode::data, "\"\\xff\" is not valid UTF-8");
  expect_error(
      [&] {
        write_safetensors(directory / "x", {{"x", x}}, {{"k", "\xff"}});
      },
      ExitCode::data, "not valid UTF-8");
}

TEST(Safetensors, NoTensors) {
  TemporaryDirectory directory;
  write_safetensors(directory / "x", {});
  EXPECT_TRUE(SafetensorsFile::open(directory / "x").names().empty());
}

TEST(Safetensors, FloatsAreConverted) {
  TemporaryDirectory directory;
  using Floats = std::vector<float>;
  using Doubles = std::vector<double>;
  const auto f64 = one<double>(directory, "F64", {1.5, -0.1, 1e-300, HUGE_VAL});
  EXPECT_EQ(numbers<float>(f64.load("x", DType::f32)), (Floats{1.5f, -0.1f, 0, kInf}));
  EXPECT_EQ(numbers<double>(f64.load("x", DType::f64)), (Doubles{1.5, -0.1, 1e-300, HUGE_VAL}));
  const auto f32 = one<float>(directory, "F32", {0.1f, -kInf});
  EXPECT_EQ(numbers<double>(f32.load("x", DType::f64)), (Doubles{0.1f, -HUGE_VAL}));
  const auto bf16 = one<uint16_t>(directory, "BF16", {0x3fc0, 0xff80, 0x0001});
  EXPECT_EQ(numbers<float>(bf16.load("x", DType::f32)), (Floats{1.5f, -kInf, 0x1p-133f}));
  const auto nan = one<double>(directory, "F64", {NAN});
  EXPECT_TRUE(std::isnan(nan.load("x", DType::f32).item()));
}

TEST(Safetensors, HalfPrecision) {
  TemporaryDirectory directory;
  const auto file = one<uint16_t>(
      directory, "F16",
      {0x0000, 0x8000, 0x0001, 0x83ff, 0x0400, 0x3c00, 0xc248, 0x7bff, 0x7c00, 0xfc00, 0x7e00});
  const auto values = numbers<float>(file.load("x", DType::f32));
  const std::vector<float> expected = {
      0, -0.0f, 0x1p-24f, -1023 * 0x1p-24f, 0x1p-14f, 1, -3.140625, 65504, kInf, -kInf};
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(values[i], expected[i]) << i;
  EXPECT_TRUE(std::signbit(values[1]));
  EXPECT_TRUE(std::isnan(values[10]));
  EXPECT_EQ(numbers<double>(file.load_rows("x", 6, 7, DType::f64))[0], -3.140625);
}

TEST(Safetensors, IntegersAreConverted) {
  TemporaryDirectory directory;
  using Ints = std::vector<int32_t>;
  const auto i64 = one<int64_t>(directory, "I64", {INT32_MIN, -1, INT32_MAX});
  EXPECT_EQ(numbers<int32_t>(i64.load("x", DType::i32)), (Ints{INT32_MIN, -1, INT32_MAX}));
  const auto u8 = one<uint8_t>(directory, "U8", {0, 255});
  EXPECT_EQ(numbers<int32_t>(u8.load("x", DType::i32)), (Ints{0, 255}));
  const auto boolean = one<uint8_t>(directory, "BOOL", {0, 1});
  EXPECT_EQ(numbers<int32_t>(boolean.load("x", DType::i32)), (Ints{0, 1}));
}

TEST(Safetensors, ValuesThatDontFitAreNamed) {
  TemporaryDirectory directory;
  const std::string at = directory / "x";
  expect_error(
      [&] {
        one<int64_t>(directory, "I64", {1, 2147483648}).load("x", DType::i32);
      },
      ExitCode::data, at + ": tensor \"x\": the value 2147483648 doesn't fit in int32");
  expect_error([&] { one<int64_t>(directory, "I64", {INT64_MIN}).load("x", DType::i32); },
               ExitCode::data, "-9223372036854775808");
  expect_error([&] { one<double>(directory, "F64", {1e39}).load("x", DType::f32); }, ExitCode::data,
               "the value 1e+39 doesn't fit in float32");
  expect_error([&] { one<uint8_t>(directory, "BOOL", {2}).load("x", DType::i32); }, ExitCode::data,
               "the value 2 doesn't fit in BOOL");
}

TEST(Safetensors, OtherConversionsAreRefused) {
  TemporaryDirectory directory;
  expect_error([&] { one<float>(directory, "F32", {1}).load("x", DType::i32); }, ExitCode::data,
               "tensor \"x\": F32 can't be read as int32");
  expect_error([&] { one<int32_t>(directory, "I32", {1}).load("x", DType::f32); }, ExitCode::data,
               "I32 can't be read as float32");
  expect_error([&] { one<uint64_t>(directory, "U64", {1}).load("x", DType::i32); }, ExitCode::data,
               "U64 can't be read as int32");
}

TEST(Safetensors, ConversionOverManyBlocks) {
  TemporaryDirectory directory;
  std::vector<double> values(200'003);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  const auto n = static_cast<int64_t>(values.size());
  write_safetensors(directory / "x", {{"x", tensor_of<double>({n}, values)}});
  const Tensor loaded = SafetensorsFile::open(directory / "x").load("x", DType::f32);
  for (int64_t i = 0; i < n; ++i) ASSERT_EQ(loaded.data<float>()[i], static_cast<float>(i));
}

TEST(Safetensors, Rows) {
  TemporaryDirectory directory;
  write_safetensors(directory / "x", {{"x", tensor_of<float>({3, 2}, {0, 1, 2, 3, 4, 5})},
                                      {"s", tensor_of<float>({}, {9})},
                                      {"e", tensor_of<float>({0, 2}, {})}});
  const SafetensorsFile file = SafetensorsFile::open(directory / "x");
  const Tensor rows = file.load_rows("x", 1, 3, DType::f64);
  EXPECT_EQ(rows.shape(), (Shape{2, 2}));
  EXPECT_EQ(numbers<double>(rows), (std::vector<double>{2, 3, 4, 5}));
  EXPECT_EQ(numbers<float>(file.load_rows("x", 2, 3, DType::f32)), (std::vector<float>{4, 5}));
  EXPECT_EQ(file.load_rows("x", 3, 3).numel(), 0);
  EXPECT_EQ(file.load_rows("e", 0, 0).numel(), 0);
  EXPECT_THROW(file.load_rows("x", 2, 4), ShapeError);
  EXPECT_THROW(file.load_rows("x", -1, 2), ShapeError);
  EXPECT_THROW(file.load_rows("x", 2, 1), ShapeError);
  EXPECT_THROW(file.load_rows("s", 0, 0), ShapeError);
}

TEST(Safetensors, UnknownName) {
  TemporaryDirectory directory;
  const auto file = one<float>(directory, "F32", {1});
  EXPECT_FALSE(file.contains("y"));
  expect_error([&] { file.load("y\x1b"); }, ExitCode::data,
               directory / "x: tensor \"y\\x1b\": the file has no such tensor");
}

TEST(Safetensors, MoreDimensionsThanATensorHas) {
  TemporaryDirectory directory;
  write_file(directory / "x",
             test::safetensors_bytes(
                 R"({"x":{"dtype":"U8","shape":[1,1,1,1,1,1,1],"data_offsets":[0,1]}})", "a"));
  const SafetensorsFile file = SafetensorsFile::open(directory / "x");
  EXPECT_EQ(file.info("x").shape.size(), 7u);
  expect_error([&] { file.load("x", DType::u8); }, ExitCode::data, "has 7 dimensions, at most 6");
}

TEST(Safetensors, APointerOfGitLfsIsNamed) {
  TemporaryDirectory directory;
  write_file(directory / "x", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
  expect_error([&] { SafetensorsFile::open(directory / "x"); }, ExitCode::data, "git lfs pull");
}

TEST(Safetensors, AFileThatShrinksIsAnError) {
  TemporaryDirectory directory;
  const auto file = one<float>(directory, "F32", {1, 2});
  std::filesystem::resize_file(directory / "x", 69);
  expect_error([&] { file.load("x"); }, ExitCode::io, "ends at byte 69");
}

}  // namespace reprise
