#include "core/manifest.h"

#include "tests/core/expect_error.h"

namespace reprise {

using test::expect_error;

namespace {

Manifest example() {
  return {.name = "step-10",
          .files = {{"a", {1, hash_of("a")}}, {"b \"ü\"", {UINT64_MAX, hash_of("b")}}},
          .fields = R"({"step":10,"x":[1.5,null,"é"]})"};
}

// The text with its own hash made right again.
std::string resealed(std::string text) {
  const size_t at = text.rfind(",\n  \"xxh3_128\"");
  text.resize(at);
  return text + ",\n  \"xxh3_128\": \"" + hash_of(text) + "\"\n}\n";
}

std::string replaced(const std::string& text, const std::string& from, const std::string& to) {
  std::string result = text;
  const size_t at = result.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return result.replace(at, from.size(), to);
}

}  // namespace

TEST(Manifest, RoundTrip) {
  const Manifest parsed = parse_manifest(to_json(example()), "m");
  EXPECT_EQ(parsed.name, example().name);
  EXPECT_EQ(parsed.files, example().files);
  EXPECT_EQ(parsed.fields, example().fields);
  EXPECT_EQ(to_json(parsed), to_json(example()));
}

TEST(Manifest, EveryBitFlipAndTruncationIsFound) {
  const std::string text = to_json(example());
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string damaged = text;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    expect_error([&] { parse_manifest(damaged, "m"); }, ExitCode::corrupt, "m: damaged manifest");
  }
  for (size_t length = 0; length < text.size(); ++length) {
    EXPECT_THROW(parse_manifest(text.substr(0, length), "m"), Error);
  }
}

// Even with a hash that fits.
TEST(Manifest, OtherContentIsRefused) {
  const std::string text = to_json(example());
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& why) {
    expect_error([&] { parse_manifest(resealed(replaced(text, from, to)), "m"); },
                 ExitCode::corrupt, why);
  };
  refused("\"format\": 1", "\"format\": 2", "format 2 is not the 1");
  refused("\"name\": \"step-10\"", "\"name\": 10", "type must be string");
  refused("\"a\":", "\"../a\":", "can't be a file's name");
  refused("\"a\":", "\"manifest.json\":", "can't be a file's name");
  refused("\"bytes\": 1,", "\"bytes\": -1,", "malformed");
  refused("\"bytes\": 1,", "\"bytes\": 1.5,", "malformed");
  refused("\"bytes\": 1,", "\"bytes\": 1, \"more\": 1,", "malformed");
  refused(hash_of("a"), hash_of("a").substr(1), "malformed");
  refused("\"step\"", "\"x\"", "a name occurs twice");
  refused("\"step\": 10", "\"step\": " + std::string(100, '[') + std::string(100, ']'),
          "nested too deeply");
  refused("\"format\": 1", "\"format\": 1, \"more\": 1", "other parts");
  refused("\"format\": 1", "\"format\": 1,", "parse error");
}

TEST(Manifest, FieldsMustBeAnObject) {
  for (const char* fields : {"", "1", "[]", "{", R"({"a":1,"a":2})", "{\"a\":\"\xff\"}"}) {
    Manifest manifest = example();
    manifest.fields = fields;
    EXPECT_THROW(to_json(manifest), UsageError) << fields;
  }
}

TEST(Manifest, BareNames) {
  EXPECT_TRUE(is_bare_name("model.safetensors"));
  for (const std::string& name :
       {std::string(""), std::string("."), std::string(".."), std::string(".tmp-x"),
        std::string("a/b"), std::string("/a"), std::string("a\0b", 3), std::string(256, 'a'),
        std::string("manifest.json")}) {
    EXPECT_FALSE(is_bare_name(name)) << name;
  }
}

}  // namespace reprise
