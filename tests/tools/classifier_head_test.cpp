#include "tools/trainer/classifier_head.h"

#include <gtest/gtest.h>

#include "tests/tools/small_models.h"

namespace reprise {
namespace {

std::optional<ClassifierHead> read(const std::string& text) {
  return read_classifier_head(parse_json(text, "config.json"));
}

TEST(ClassifierHead, ComesBackAsItWasWritten) {
  ClassifierHead head{.kind = LabelKind::several, .labels = {"a", "b"}, .max_length = 64};
  head.columns.text_column = "query";
  head.columns.label_separator = "|";
  Json config = {{"architectures", {"BertForSequenceClassification"}}};
  write_classifier_head(head, config);
  const auto back = read(dump_json(config));
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->same_outputs(head));
  EXPECT_EQ(back->columns.text_column, "query");
  EXPECT_EQ(back->columns.label_separator, "|");
  EXPECT_EQ(back->max_length, 64);
}

TEST(ClassifierHead, ReadsWhatTransformersLeavesOut) {
  EXPECT_FALSE(read(R"({"architectures": ["BertModel"], "id2label": {"0": "a"}})"));
  EXPECT_FALSE(read("{}"));
  const auto standard = read(R"({"architectures": ["AlbertForSequenceClassification"]})");
  EXPECT_EQ(standard->labels, (std::vector<std::string>{"LABEL_0", "LABEL_1"}));
  EXPECT_EQ(standard->kind, LabelKind::one);
  const auto number = read(R"({"architectures": ["BertForSequenceClassification"], "id2label": {"0": "x"}})");
  EXPECT_EQ(number->kind, LabelKind::number);
  EXPECT_EQ(number->outputs(), 1);
  const auto order = read(R"({"architectures": ["BertForSequenceClassification"],
                              "id2label": {"10": "k", "0": "a", "1": "b", "2": "c", "3": "d", "4": "e", "5": "f",
                                           "6": "g", "7": "h", "8": "i", "9": "j"}})");
  EXPECT_EQ(order->labels.back(), "k");
}

TEST(ClassifierHead, RefusesWhatCanNotBe) {
  for (const char* bad : {R"("id2label": [])", R"("id2label": {})", R"("id2label": {"1": "a"})",
                          R"("id2label": {"0": 3})", R"("id2label": {"0": "a", "x": "b"})",
                          R"("id2label": {"0": "a", "00": "b"})", R"("problem_type": "guessing")",
                          R"("problem_type": "regression", "id2label": {"0": "a", "1": "b"})",
                          R"("reprise_data": {"max_length": -1})", R"("reprise_data": {"nonsense": 1})",
                          R"("reprise_data": [])"}) {
    const std::string text = fmt::format(R"({{"architectures": ["BertForSequenceClassification"], {}}})", bad);
    expect_thrown([&] { read(text); }, 65, {"config.json:1:"});
  }
}

}  // namespace
}  // namespace reprise
