#include "data/vocabulary/wordpiece_vocabulary.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "data/lines.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"
#include "tests/goldens.h"

namespace reprise {
namespace {

using Ids = std::vector<int32_t>;

const std::string kSpecial = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
// 5 un, 6 ##aff, 7 ##able, 8 want, 9 ##want, 10 ##ed, 11 é, 12 !
const std::string kPieces = kSpecial + "un\n##aff\n##able\nwant\n##want\n##ed\n\u00E9\n!\n";

WordPieceVocabulary small(const BertTextRules& rules = {}) { return {kPieces, "vocab.txt", rules}; }

TEST(WordPieceVocabulary, TakesTheLongestPieceFirst) {
  const WordPieceVocabulary vocabulary = small();
  EXPECT_EQ(vocabulary.size(), 13);
  EXPECT_EQ(vocabulary.encode("unaffable"), (Ids{5, 6, 7}));
  EXPECT_EQ(vocabulary.encode("UNwanted!"), (Ids{5, 9, 10, 12}));
  EXPECT_EQ(vocabulary.encode("wanted"), (Ids{8, 10}));
  EXPECT_TRUE(vocabulary.encode("").empty());
}

TEST(WordPieceVocabulary, MakesAWordUnknownAsAWhole) {
  EXPECT_EQ(small().encode("unaffxable un"), (Ids{1, 5}));
  EXPECT_EQ(small().encode("able"), (Ids{1}));  // only inside words
}

TEST(WordPieceVocabulary, KnowsWordsOfAHundredCharacters) {
  const WordPieceVocabulary vocabulary(kSpecial + "é\n##é\n", "v", {.lower_case = false});
  std::string word;
  for (int i = 0; i < 100; ++i) word += "é";
  EXPECT_EQ(vocabulary.encode(word).size(), 100u);
  EXPECT_EQ(vocabulary.encode(word + "é"), (Ids{1}));
}

TEST(WordPieceVocabulary, SeesSpecialPiecesInText) {
  EXPECT_EQ(small().encode("want[MASK]want [SEP]"), (Ids{8, 4, 8, 3}));
  EXPECT_EQ(small().encode("[mask]"), (Ids{1, 1, 1}));
  EXPECT_EQ(small().encode("[[CLS]"), (Ids{1, 2}));
}

TEST(WordPieceVocabulary, IsCasedWhereAskedTo) {
  EXPECT_EQ(small({.lower_case = false}).encode("Want want é"), (Ids{1, 8, 11}));
  EXPECT_EQ(small().encode("Want É"), (Ids{8, 1}));  // é without its accent is e
}

TEST(WordPieceVocabulary, TellsPiecesThatBeginWordsAndStandForText) {
  const WordPieceVocabulary vocabulary(kSpecial + "[unused0]\nun\n##ed\n", "v", {});
  EXPECT_EQ(vocabulary.word_starts()[6], 1);
  EXPECT_EQ(vocabulary.word_starts()[7], 0);
  EXPECT_EQ((Ids{vocabulary.ordinary().begin(), vocabulary.ordinary().end()}), (Ids{6, 7}));
  EXPECT_EQ(vocabulary.text_of(6), " un");
  EXPECT_EQ(vocabulary.text_of(7), "ed");
  EXPECT_EQ(vocabulary.text_of(8), kNoPiece);
}

TEST(WordPieceVocabulary, ReadsLineEndsOfOtherSystems) {
  const WordPieceVocabulary vocabulary("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\nun", "v", {});
  EXPECT_EQ(vocabulary.encode("un"), (Ids{5}));
}

// Nor does it write the mark, which Hugging Face would read as part of the first piece.
TEST(WordPieceVocabulary, ReadsNoByteOrderMark) {
  const WordPieceVocabulary vocabulary("\xEF\xBB\xBF" + kPieces, "v", {});
  EXPECT_EQ(vocabulary.text_of(0), " [PAD]");
  EXPECT_EQ(vocabulary.special().pad, 0);
  EXPECT_EQ(vocabulary.bytes(), kPieces);
}

TEST(WordPieceVocabulary, RefusesWhatIsNone) {
  const auto expect = [](const std::string& bytes, const char* part) {
    test::expect_error([&] { WordPieceVocabulary(bytes, "v.txt", {}); }, ExitCode::data, part);
  };
  expect("", "no piece [PAD]");
  expect("[PAD]\n[UNK]\n[CLS]\n[SEP]\nun\n", "no piece [MASK]");
  expect(kSpecial + "un\n\nx\n", "v.txt:7: an empty line");
  expect(kSpecial + "un\nx\nun\n", "v.txt:8: the piece 'un' is there already, in line 6");
  expect(kSpecial + "\xFF\n", "v.txt:6: not valid UTF-8");
  expect(kSpecial, "stands for text");
}

// Any bytes either make a vocabulary or give a sentence.
TEST(WordPieceVocabulary, SurvivesDamage) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = kPieces;
    for (size_t n = 1 + random() % 4; n > 0; --n) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    try {
      const WordPieceVocabulary vocabulary(bytes, "mutated", {});
      vocabulary.encode("unaffable wanted! [MASK]");
    } catch (const DataError&) {
    }
  }
}

TEST(WordPieceVocabulary, WritesTokenizerFiles) {
  const test::TemporaryDirectory folder;
  small({.lower_case = false}).write_files(128, folder.path());
  EXPECT_EQ(read_file(folder / "vocab.txt"), kPieces);
  const JsonDocument config = read_json(folder / "tokenizer_config.json");
  EXPECT_EQ(config.value()["tokenizer_class"], "BertTokenizer");
  EXPECT_EQ(config.value()["do_lower_case"], false);
  EXPECT_EQ(config.value()["unk_token"], "[UNK]");
  const JsonDocument tokenizer = read_json(folder / "tokenizer.json");
  EXPECT_EQ(tokenizer.value()["model"]["vocab"]["##able"], 7);
  EXPECT_EQ(tokenizer.value()["normalizer"]["lowercase"], false);
  EXPECT_EQ(tokenizer.value()["added_tokens"].size(), 5u);
}

// What Hugging Face's fast tokenizer makes of 1,500 awkward strings.
TEST(WordPieceVocabulary, AgreesWithHuggingFace) {
  const std::filesystem::path folder = goldens() / "wordpiece";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no goldens beside the project";
  const auto vocabulary = load_vocabulary(folder / "vocab.txt", true);
  int64_t count = 0;
  for_each_line(
      read_file(folder / "tokenizations.jsonl"), [&](std::string_view line, int64_t number) {
        const Json golden = parse_json(line, "tokenizations.jsonl").value();
        EXPECT_EQ(vocabulary->encode(golden["text"].get<std::string>()), golden["ids"].get<Ids>())
            << "line " << number;
        ++count;
      });
  EXPECT_EQ(count, 1500);
}

}  // namespace
}  // namespace reprise
