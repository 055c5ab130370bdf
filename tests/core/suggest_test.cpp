#include "core/suggest.h"

#include <gtest/gtest.h>

#include <set>

namespace reprise {
namespace {

const std::vector<std::string> kKeys = {"attention_probs_dropout_prob",
                                        "hidden_act",
                                        "hidden_dropout_prob",
                                        "hidden_size",
                                        "embedding_size",
                                        "initializer_range",
                                        "inner_group_num",
                                        "intermediate_size",
                                        "layer_norm_eps",
                                        "max_position_embeddings",
                                        "num_attention_heads",
                                        "num_hidden_groups",
                                        "num_hidden_layers",
                                        "type_vocab_size",
                                        "vocab_size",
                                        "learning_rate",
                                        "weight_decay",
                                        "betas",
                                        "epsilon",
                                        "no_decay",
                                        "warmup_steps",
                                        "total_steps",
                                        "schedule",
                                        "batch_size",
                                        "seed",
                                        "threads",
                                        "output",
                                        "sharing",
                                        "strategy",
                                        "sets",
                                        "type",
                                        "train",
                                        "validation",
                                        "tokenizer",
                                        "vocabulary",
                                        "sequence_length",
                                        "mask_probability",
                                        "log_every",
                                        "save_every",
                                        "keep",
                                        "evaluate_every"};

// All words one insertion, deletion, replacement or swap away from `word`.
std::set<std::string> typos(const std::string& word) {
  std::set<std::string> result;
  const std::string letters = "abcdefghijklmnopqrstuvwxyz_";
  for (size_t i = 0; i <= word.size(); ++i) {
    for (char c : letters) {
      result.insert(word.substr(0, i) + c + word.substr(i));
      if (i < word.size()) result.insert(word.substr(0, i) + c + word.substr(i + 1));
    }
    if (i < word.size()) result.insert(word.substr(0, i) + word.substr(i + 1));
    if (i + 1 < word.size()) {
      std::string swapped = word;
      std::swap(swapped[i], swapped[i + 1]);
      result.insert(swapped);
    }
  }
  for (const std::string& key : kKeys) result.erase(key);
  return result;
}

TEST(Suggest, IsRightForNearlyAllTyposOfOneEdit) {
  int right = 0;
  int all = 0;
  for (const std::string& key : kKeys) {
    for (const std::string& typo : typos(key)) {
      EXPECT_EQ(edit_distance(key, typo), 1) << typo;
      const std::string* name = nearest(typo, kKeys);
      right += name && *name == key;
      ++all;
    }
  }
  EXPECT_GT(all, 20'000);
  EXPECT_GE(right, 0.99 * all) << right << " of " << all;
}

TEST(Suggest, KnowsOtherWaysOfWriting) {
  EXPECT_EQ(*nearest("hiddenSize", kKeys), "hidden_size");
  EXPECT_EQ(*nearest("Learning-Rate", kKeys), "learning_rate");
  EXPECT_EQ(*nearest("vocab_sizes", kKeys), "vocab_size");
}

TEST(Suggest, KeepsQuietWhenNothingIsNear) {
  EXPECT_EQ(nearest("colour", kKeys), nullptr);
  EXPECT_EQ(nearest("", kKeys), nullptr);
  EXPECT_EQ(nearest("ab", {"cd", "x"}), nullptr);
  EXPECT_EQ(nearest(std::string(100'000, 'a'), kKeys), nullptr);
  EXPECT_EQ(did_you_mean("colour", kKeys), "");
  EXPECT_EQ(did_you_mean("sed", kKeys), "; did you mean \"seed\"?");
}

TEST(Suggest, KnowsTheEndsOfPaths) {
  const std::vector<std::string> names = {"encoder.layer.0.attention.query.weight", "encoder.layer.0.ffn.weight",
                                          "encoder.layer.1.ffn.bias", "pooler.weight"};
  const auto meant = [&](size_t name) { return "; did you mean \"" + names[name] + "\"?"; };
  EXPECT_EQ(did_you_mean_path("pooler.wieght", names), meant(3));                // whole
  EXPECT_EQ(did_you_mean_path("ffn.bias", names), meant(2));                     // an end
  EXPECT_EQ(did_you_mean_path("qery", names), meant(0));                         // a part
  EXPECT_EQ(did_you_mean_path("atention.query", names), meant(0));               // from the middle
  EXPECT_EQ(did_you_mean_path("some.other.model.of.layers.ffn.bias", names), meant(2));  // its end
  EXPECT_EQ(did_you_mean_path("something.else.weight", names), "");  // one part of several says too little
  EXPECT_EQ(did_you_mean_path("", names), "");
  EXPECT_EQ(did_you_mean_path(std::string(100'000, '.'), names), "");
}

TEST(Suggest, MeasuresEdits) {
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("abc", "abc"), 0);
  EXPECT_EQ(edit_distance("abcd", "acbd"), 1);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("ca", "abc"), 3);  // optimal string alignment; the full distance is 2
}

}  // namespace
}  // namespace reprise
