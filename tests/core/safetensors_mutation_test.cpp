// Thousands of damaged files: each is refused with an Error, or gives exactly the bytes it
// contains.
#include <cstring>

#include "core/rng.h"
#include "core/safetensors.h"
#include "tests/core/expect_error.h"
#include "tests/core/safetensors_text.h"
#include "tests/core/temporary_directory.h"

namespace reprise {

using test::TemporaryDirectory;

namespace {

std::string small_file() {
  const std::string header = R"({"__metadata__":{"format":"pt"},)"
                             R"("a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                             R"("b":{"dtype":"I64","shape":[2],"data_offsets":[24,40]},)"
                             R"("c":{"dtype":"BOOL","shape":[3],"data_offsets":[40,43]},)"
                             R"("d":{"dtype":"F16","shape":[0,4],"data_offsets":[43,43]}} )";
  std::string data;
  for (int i = 0; i < 43; ++i) data += static_cast<char>(i * 37);
  return test::safetensors_bytes(header, data);
}

DType wanted_for(const std::string& dtype) {
  if (dtype == "U8") return DType::u8;
  if (dtype == "BF16") return DType::bf16;
  if (dtype[0] == 'F') return dtype == "F32" ? DType::f32 : DType::f64;
  return DType::i32;
}

// True when the file was accepted. Everything accepted must be readable within the file.
bool survives(const std::string& path, const std::string& content) {
  {
    // Not write_file: durability costs time here.
    FILE* file = fopen(path.c_str(), "w");
    fwrite(content.data(), 1, content.size(), file);
    fclose(file);
  }
  try {
    const SafetensorsFile file = SafetensorsFile::open(path);
    uint64_t total = 0;
    for (const std::string& name : file.names()) {
      const SafetensorsInfo& info = file.info(name);
      total += info.bytes;
      EXPECT_LE(info.offset + info.bytes, content.size());
      try {
        const DType wanted = wanted_for(info.dtype);
        const Tensor tensor = file.load(name, wanted);
        if (tensor.bytes() == info.bytes && info.bytes > 0 && info.dtype != "F16") {
          EXPECT_EQ(std::memcmp(tensor.raw(), content.data() + info.offset, info.bytes), 0);
        }
        if (!info.shape.empty()) file.load_rows(name, 0, info.shape[0], wanted);
      } catch (const DataError&) {
      }
    }
    uint64_t header = 0;
    std::memcpy(&header, content.data(), 8);
    EXPECT_EQ(total + 8 + header, content.size());
    return true;
  } catch (const DataError&) {
    return false;
  }
}

}  // namespace

TEST(SafetensorsMutation, Truncations) {
  TemporaryDirectory directory;
  const std::string whole = small_file();
  EXPECT_TRUE(survives(directory / "x", whole));
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(survives(directory / "x", whole.substr(0, length))) << length;
  }
  EXPECT_FALSE(survives(directory / "x", whole + '\0'));
}

TEST(SafetensorsMutation, EveryBitOfTheHeader) {
  TemporaryDirectory directory;
  const std::string whole = small_file();
  for (size_t bit = 0; bit < (whole.size() - 43) * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    survives(directory / "x", damaged);
  }
}

// Bytes replaced, removed, doubled and exchanged, up to four times in a row.
TEST(SafetensorsMutation, RandomEdits) {
  TemporaryDirectory directory;
  const std::string whole = small_file();
  constexpr std::string_view kTokens = "{}[]\",:0123456789eE+-.\\u\0 \xff";
  int accepted = 0;
  for (uint64_t trial = 0; trial < 6000; ++trial) {
    RandomStream random(RandomKey(1).at(trial));
    std::string damaged = whole;
    for (uint64_t edits = 1 + random.below(4); edits > 0; --edits) {
      const size_t at = random.below(damaged.size()), other = random.below(damaged.size());
      const size_t length = random.below(std::min<size_t>(40, damaged.size() - at) + 1);
      switch (random.below(5)) {
        case 0:
          damaged[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          damaged[at] = kTokens[random.below(kTokens.size())];
          break;
        case 2:
          damaged.erase(at, std::min(length, damaged.size() - 1));
          break;
        case 3:
          damaged.insert(other, damaged.substr(at, length));
          break;
        case 4:
          std::swap(damaged[at], damaged[other]);
          break;
      }
      // Half of the time with a length that fits, or nearly everything fails at the first check.
      if (random.below(2) == 0 && damaged.size() > 60) {
        const uint64_t header = damaged.size() - 8 - 43;
        std::memcpy(damaged.data(), &header, 8);
      }
    }
    accepted += survives(directory / "x", damaged);
  }
  EXPECT_GT(accepted, 100);
  EXPECT_LT(accepted, 3000);
}

}  // namespace reprise
