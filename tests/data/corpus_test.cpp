#include "data/corpus.h"

#include <gtest/gtest.h>

#include "core/parallel.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

Text sample_text(int sentences_in_document) {
  Text text;
  for (const std::string& sentence : test::sample_sentences()) {
    for (int copy = 0; copy < 5; ++copy) text.sentences.push_back(sentence);
  }
  const auto count = static_cast<int64_t>(text.sentences.size());
  for (int64_t end = sentences_in_document; end < count; end += sentences_in_document) {
    text.documents.push_back(end);
  }
  text.documents.push_back(count);
  return text;
}

TEST(Corpus, HoldsTheIdsOfEachSentenceInOrder) {
  const SentencePieceVocabulary vocabulary = test::sample_vocabulary();
  const Text text = sample_text(7);
  const Corpus corpus = tokenize(text, vocabulary);
  EXPECT_EQ(corpus.documents, text.documents);
  ASSERT_EQ(corpus.sentence_count(), 1500);
  for (int64_t s = 0; s < 1500; s += 11) {
    const std::vector<int32_t> ids(corpus.tokens.begin() + corpus.sentences[s],
                                   corpus.tokens.begin() + corpus.sentences[s + 1]);
    EXPECT_EQ(ids, vocabulary.encode(text.sentences[s]));
  }
}

TEST(Corpus, DoesNotDependOnThreads) {
  const SentencePieceVocabulary vocabulary = test::sample_vocabulary();
  const Text text = sample_text(100);
  const int before = threads();
  set_threads(1);
  const Corpus one = tokenize(text, vocabulary);
  set_threads(4);
  const Corpus four = tokenize(text, vocabulary);
  set_threads(before);
  EXPECT_EQ(one.tokens, four.tokens);
  EXPECT_EQ(one.sentences, four.sentences);
}

TEST(Corpus, LeavesOutWhatHasNoTokens) {
  Text text;
  text.sentences = {"the", "\xE3\x80\x80", "\xE3\x80\x80", "people"};  // ideographic spaces
  text.documents = {0, 2, 3, 4};
  const Corpus corpus = tokenize(text, test::sample_vocabulary());
  EXPECT_EQ(corpus.sentence_count(), 2);
  EXPECT_EQ(corpus.documents, (std::vector<int64_t>{0, 1, 2}));
}

TEST(Corpus, CountsTokens) {
  Corpus corpus;
  corpus.tokens = {1, 3, 3};
  EXPECT_EQ(token_counts(corpus, 5), (std::vector<int64_t>{0, 1, 0, 2, 0}));
}

}  // namespace
}  // namespace reprise
