#include "data/text.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <random>

#include "core/files.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {
namespace {

using test::contains;
using test::TemporaryDirectory;
using Strings = std::vector<std::string_view>;
using Bounds = std::vector<int64_t>;

std::string message(const std::string& content, InvalidUtf8 policy = InvalidUtf8::error) {
  const TemporaryDirectory folder;
  write_file(folder / "a.txt", content);
  try {
    load_text({folder / "a.txt"}, policy);
  } catch (const DataError& error) {
    return error.what();
  }
  return "nothing";
}

TEST(Text, CutsAtLinesAndBlankLines) {
  const TemporaryDirectory folder;
  write_file(folder / "a.txt", "\n\n one \ntwo\n\n \t \n\nthree\n\n");
  const Text text = load_text({folder / "a.txt"}, InvalidUtf8::error);
  EXPECT_EQ(text.sentences, (Strings{"one", "two", "three"}));
  EXPECT_EQ(text.documents, (Bounds{0, 2, 3}));
}

TEST(Text, ToleratesCrlfMarkAndMissingLineEnd) {
  const TemporaryDirectory folder;
  write_file(folder / "a.txt", "\xEF\xBB\xBFone\r\ntwo\r\n\r\nthree");
  const Text text = load_text({folder / "a.txt"}, InvalidUtf8::error);
  EXPECT_EQ(text.sentences, (Strings{"one", "two", "three"}));
  EXPECT_EQ(text.documents, (Bounds{0, 2, 3}));
}

TEST(Text, ReadsSeveralFilesAndPatternsInOrder) {
  const TemporaryDirectory folder;
  write_file(folder / "b.txt", "two");
  write_file(folder / "a.txt", "one");
  write_file(folder / "z.text", "zero");
  const Text text = load_text({folder / "z.text", folder / "*.txt"}, InvalidUtf8::error);
  EXPECT_EQ(text.sentences, (Strings{"zero", "one", "two"}));
  EXPECT_EQ(text.documents, (Bounds{0, 1, 2, 3}));  // a file's end ends its document
}

TEST(Text, ReadsGzip) {
  const TemporaryDirectory folder;
  gzFile file = gzopen((folder / "a.txt.gz").c_str(), "wb");
  gzputs(file, "one\ntwo\n");
  gzclose(file);
  EXPECT_EQ(load_text({folder / "a.txt.gz"}, InvalidUtf8::error).sentences,
            (Strings{"one", "two"}));
}

TEST(Text, NamesWhatIsNoText) {
  EXPECT_PRED2(contains, message(""), "empty");
  EXPECT_PRED2(contains, message("\n \r\n\t\n"), "empty or blank");
  EXPECT_PRED2(contains, message(std::string("one\ntw\0o\n", 9)),
               "a.txt:2: not a text file: it has a NUL");
  EXPECT_PRED2(contains, message("\xFF\xFEo\0"), "UTF-16");
  EXPECT_PRED2(contains, message("one\n\xC3(\n"), "a.txt:2: not valid UTF-8 (1 line: 2)");
}

TEST(Text, CountsInvalidLinesAndNamesTheFirstFive) {
  std::string content;
  for (int i = 0; i < 10; ++i)
    content +=
        "good\nb\xFF"
        "ad\n";
  EXPECT_PRED2(contains, message(content),
               "a.txt:2: not valid UTF-8 (10 lines: 2, 4, 6, 8, 10, …)");
}

TEST(Text, ReplacesInvalidBytesOnRequest) {
  const TemporaryDirectory folder;
  write_file(folder / "a.txt",
             "b\xFF"
             "ad\n\xE2\x82\nna\xC3\xAFve");
  const Text text = load_text({folder / "a.txt"}, InvalidUtf8::replace);
  EXPECT_EQ(text.sentences, (Strings{"b\xEF\xBF\xBD"
                                     "ad",
                                     "\xEF\xBF\xBD\xEF\xBF\xBD", "naïve"}));
  ASSERT_EQ(text.warnings.size(), 1u);
  EXPECT_PRED2(contains, text.warnings[0], "2 lines: 1, 2");
}

// Overlong forms, surrogates, too large code points, stray and missing continuation bytes.
TEST(Text, KnowsInvalidUtf8) {
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xE2\x82",
                          "\xF0\x9F", "\xFE", "\xE0\x80\x80", "\xF8\x88\x80\x80\x80"}) {
    EXPECT_PRED2(contains, message(std::string("x") + bad), "not valid UTF-8") << bad;
  }
}

// Any bytes: sentences, or a DataError.
TEST(Text, SurvivesAnyBytes) {
  const TemporaryDirectory folder;
  std::mt19937 random(1);
  int read = 0;
  for (int round = 0; round < 300; ++round) {
    std::string content;
    for (uint32_t i = random() % 40; i > 0; --i) {
      content += round % 2 ? static_cast<char>(random()) : "ab \n\r\xC3\xA9"[random() % 7];
    }
    write_file(folder / "a.txt", content);
    try {
      const Text text = load_text({folder / "a.txt"}, InvalidUtf8::replace);
      for (const std::string_view sentence : text.sentences) ASSERT_FALSE(sentence.empty());
      ++read;
    } catch (const DataError&) {
    }
  }
  EXPECT_GT(read, 100);
}

TEST(Text, MissingFilesAndFoldersHaveTheirExitCodes) {
  const TemporaryDirectory folder;
  const auto code = [&](const std::string& path) {
    try {
      load_text({path}, InvalidUtf8::error);
    } catch (const Error& error) {
      return error.code();
    }
    return ExitCode::ok;
  };
  EXPECT_EQ(code(folder / "none.txt"), ExitCode::no_input);
  EXPECT_EQ(code(folder / "none*.txt"), ExitCode::no_input);
  write_file(folder / "a[1].txt", "named like a pattern");
  EXPECT_EQ(code(folder / "a[1].txt"), ExitCode::ok);
  EXPECT_EQ(code(folder.path()), ExitCode::no_input);
  EXPECT_THROW(load_text({}, InvalidUtf8::error), DataError);
}

Text text_of(const std::vector<int>& documents) {
  Text text;
  for (const int sentences : documents) {
    for (int s = 0; s < sentences; ++s) text.sentences.push_back("x");
    text.documents.push_back(static_cast<int64_t>(text.sentences.size()));
  }
  return text;
}

TEST(HoldOut, TakesTheLastDocumentsOfAboutFivePercent) {
  Text text = text_of({90, 5, 2, 3});
  const Text held = hold_out(text);
  EXPECT_EQ(text.documents, (Bounds{0, 90, 95}));
  EXPECT_EQ(held.documents, (Bounds{0, 2, 5}));
  EXPECT_EQ(text.sentences.size(), 95u);
  EXPECT_EQ(held.sentences.size(), 5u);
}

TEST(HoldOut, CutsADocumentThatIsTooLarge) {
  Text text = text_of({10, 90});
  EXPECT_EQ(hold_out(text).documents, (Bounds{0, 5}));
  EXPECT_EQ(text.documents, (Bounds{0, 10, 95}));
  Text single = text_of({3});
  EXPECT_EQ(hold_out(single).documents, (Bounds{0, 1}));
  EXPECT_EQ(single.documents, (Bounds{0, 2}));
  Text two = text_of({1, 1});
  EXPECT_EQ(hold_out(two).documents, (Bounds{0, 1}));
  EXPECT_EQ(two.documents, (Bounds{0, 1}));
}

TEST(HoldOut, NeedsTwoSentences) {
  Text text = text_of({1});
  EXPECT_THROW(hold_out(text), DataError);
}

}  // namespace
}  // namespace reprise
