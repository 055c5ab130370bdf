#include <gtest/gtest.h>

#include <string>

#include "tests/tools/process.h"
#include "tests/tools/temporary_folder.h"

namespace reprise {
namespace {

const std::string kPieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nw\n##or\n##ld\nWorld\n";

// A folder with a vocabulary, and the command run on an input in it.
class Tokenize : public ::testing::Test {
 protected:
  Tokenize() { folder_.write("vocab.txt", kPieces); }

  Exited run(const std::string& input, std::vector<std::string> arguments = {}) const {
    folder_.write("input", input);
    arguments.insert(arguments.begin(),
                     {"tokenize", "--vocab", folder_ / "vocab.txt", "--input", folder_ / "input"});
    return Process("reprise", arguments, folder_.path()).wait();
  }

  TemporaryFolder folder_;
};

TEST_F(Tokenize, PrintsTheIdsOfEachLine) {
  const Exited exited = run("Hello world\n\nhello\r\nWORLD");
  EXPECT_EQ(exited.code, 0) << exited.err;
  EXPECT_EQ(exited.out, "5 6 7 8\n\n5\n6 7 8\n");
  EXPECT_EQ(run("World world", {"--cased"}).out, "9 6 7 8\n");
}

TEST_F(Tokenize, ReadsAndWritesJsonLines) {
  const Exited exited =
      run("{\"text\": \"Hello \\u0077orld\"}\n{\"id\": 3, \"text\": \"\"}\n", {"--jsonl"});
  EXPECT_EQ(exited.code, 0) << exited.err;
  EXPECT_EQ(exited.out, "{\"ids\":[5,6,7,8]}\n{\"ids\":[]}\n");
}

TEST_F(Tokenize, TakesAByteOrderMarkForNoText) {
  EXPECT_EQ(run("\xEF\xBB\xBFhello\r\nhello\r\n").out, "5\n5\n");
  EXPECT_EQ(run("\xEF\xBB\xBF{\"text\": \"hello\"}\n", {"--jsonl"}).out, "{\"ids\":[5]}\n");
}

TEST_F(Tokenize, SaysWhatALineOfJsonLacks) {
  const Exited exited = run("hello\n[\"hello\"]\n{\"texts\": \"hello\"}\n", {"--jsonl"});
  EXPECT_EQ(exited.code, 65);
  EXPECT_NE(exited.err.find("input:1: expected an object"), std::string::npos) << exited.err;
  EXPECT_NE(exited.err.find("input:2: expected an object"), std::string::npos) << exited.err;
  EXPECT_NE(exited.err.find("input:3: the object has no \"text\""), std::string::npos) << exited.err;
}

// More lines than are read at a time, cut by several threads.
TEST_F(Tokenize, KeepsTheOrder) {
  std::string input, expected;
  for (int i = 0; i < 20000; ++i) {
    input += i % 3 == 0 ? "hello\n" : "world hello\n";
    expected += i % 3 == 0 ? "5\n" : "6 7 8 5\n";
  }
  EXPECT_EQ(run(input, {"--threads", "3"}).out, expected);
}

TEST_F(Tokenize, NamesABrokenLineAndAnswersTheRest) {
  const Exited exited =
      run("{\"text\": \"hello\"}\n{\"text\": 3}\n{\"tex\n{\"text\": \"world\"}\n", {"--jsonl"});
  EXPECT_EQ(exited.code, 65);
  EXPECT_TRUE(exited.out.starts_with("{\"ids\":[5]}\n{\"error\":")) << exited.out;
  EXPECT_TRUE(exited.out.ends_with("}\n{\"ids\":[6,7,8]}\n")) << exited.out;
  EXPECT_NE(exited.err.find("input:2: \"text\" is to be a string; got the number 3"), std::string::npos)
      << exited.err;
  EXPECT_NE(exited.err.find("input:3:6: "), std::string::npos) << exited.err;
  const Exited plain = run("hello\n\xFF\nhello\n");
  EXPECT_EQ(plain.code, 65);
  EXPECT_EQ(plain.out, "5\n\n5\n");
  EXPECT_NE(plain.err.find("input:2: not valid UTF-8"), std::string::npos) << plain.err;
}

TEST_F(Tokenize, NamesARowWithoutATextAndAnswersTheRest) {
  const std::string table = "{\"a\": \"hello\"}\n{\"a\": null}\n{\"a\": [\"hello\", \"world\"]}\n{\"a\": \"world\"}\n";
  const Exited exited = run(table, {"--column", "a", "--format", "jsonl", "--jsonl"});
  EXPECT_EQ(exited.code, 65);
  EXPECT_TRUE(exited.out.starts_with("{\"ids\":[5]}\n{\"error\":")) << exited.out;
  EXPECT_TRUE(exited.out.ends_with("}\n{\"ids\":[6,7,8]}\n")) << exited.out;
  EXPECT_NE(exited.err.find("input:2: \"a\" has 0 values; a text is one"), std::string::npos) << exited.err;
  EXPECT_NE(exited.err.find("input:3: \"a\" has 2 values"), std::string::npos) << exited.err;
  EXPECT_EQ(run(table, {"--column", "a", "--format", "jsonl"}).out, "5\n\n\n6 7 8\n");
  const Exited none = run(table + "{\"a\": \n", {"--column", "a", "--format", "jsonl", "--jsonl"});
  EXPECT_EQ(none.code, 65);
  EXPECT_EQ(none.out, "");
}

TEST_F(Tokenize, ReadsTablesWithAndWithoutAHeader) {
  const auto column = [&](const std::string& name, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--column", name, "--format", "csv"});
    return run("hello,World\nworld,hello\n", more);
  };
  EXPECT_EQ(column("hello").out, "6 7 8\n");
  EXPECT_EQ(column("hello", {"--header"}).out, "6 7 8\n");
  EXPECT_EQ(column("2", {"--no-header"}).out, "6 7 8\n5\n");
  EXPECT_NE(column("2").err.find("no column \"2\""), std::string::npos);
}

TEST_F(Tokenize, SaysWhatIsMissing) {
  const auto with = [&](const std::string& vocabulary, const std::string& input) {
    return Process("reprise", {"tokenize", "--vocab", vocabulary, "--input", input}, folder_.path())
        .wait();
  };
  EXPECT_EQ(with(folder_ / "none.txt", folder_ / "vocab.txt").code, 66);
  const Exited input = with(folder_ / "vocab.txt", folder_ / "none");
  EXPECT_EQ(input.code, 66);
  EXPECT_NE(input.err.find("none: can't be opened"), std::string::npos) << input.err;
  folder_.write("broken.model", "no model");
  EXPECT_EQ(with(folder_ / "broken.model", folder_ / "vocab.txt").code, 65);
}

}  // namespace
}  // namespace reprise
