#include "data/labelled_texts.h"

#include <gtest/gtest.h>

#include "core/config.h"
#include "core/error.h"
#include "tests/core/expect_error.h"
#include "tests/tools/temporary_folder.h"

namespace reprise {
namespace {

std::vector<LabelledText> read(const std::string& name, const std::string& content, LabelKind kind,
                               LabelledColumnsConfig config = {}) {
  const TemporaryFolder folder;
  folder.write(name, content);
  return read_labelled_texts(config, {folder / name}, kind);
}

std::string message(const std::function<void()>& act) {
  try {
    act();
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

void expect_message(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), text.npos) << text;
}

TEST(LabelledTexts, ReadsTextsLabelsAndWhereTheyStand) {
  const auto texts = read("a.csv", "id,text,label\n1,\"hello, you\",greeting\n2,bye,parting\n", LabelKind::one);
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_EQ(texts[0].text, "hello, you");
  EXPECT_EQ(texts[0].labels, std::vector<std::string>{"greeting"});
  EXPECT_TRUE(texts[1].place.ends_with("a.csv:3"));
}

TEST(LabelledTexts, ReadsPairs) {
  LabelledColumnsConfig glue;
  glue.text_column = "sentence1";
  glue.pair_column = "sentence2";
  const auto texts = read("a.tsv", "sentence1\tsentence2\tlabel\nA \"cat\tA dog\tno\n", LabelKind::one, glue);
  EXPECT_EQ(texts[0].text, "A \"cat");
  EXPECT_EQ(texts[0].pair, "A dog");
}

TEST(LabelledTexts, ReadsSeveralLabelsOfATextOnceEach) {
  const auto cells = read("a.csv", "text,label\nx,b; a;b\ny,\n", LabelKind::several);
  EXPECT_EQ(cells[0].labels, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(cells[1].labels.empty());
  const auto lists = read("a.jsonl", "{\"text\":\"x\",\"label\":[\"b\",\"a;c\"]}\n{\"text\":\"y\",\"label\":[]}\n",
                          LabelKind::several);
  EXPECT_EQ(lists[0].labels, (std::vector<std::string>{"a;c", "b"}));
  EXPECT_TRUE(lists[1].labels.empty());
}

// Whether a table is of JSON or not: white space isn't part of a label, and none is empty.
TEST(LabelledTexts, ReadsSeveralLabelsOfJsonAsThoseOfCsv) {
  const auto labels_of = [](const std::string& label) {
    return read("a.jsonl", "{\"text\":\"x\",\"label\":" + label + "}\n", LabelKind::several).at(0).labels;
  };
  const std::vector<std::string> both = {"a", "b"};
  EXPECT_EQ(labels_of("\"b; a;;b\""), both);
  EXPECT_EQ(labels_of("[\" b\", \"a \", \"\", \"b\"]"), both);
  EXPECT_EQ(labels_of("[\"a;b\"]"), std::vector<std::string>{"a;b"});
  EXPECT_EQ(labels_of("3"), std::vector<std::string>{"3"});
  for (const char* none : {"\"\"", "\" ; \"", "[\" \"]", "null"}) EXPECT_TRUE(labels_of(none).empty()) << none;
}

TEST(LabelledTexts, RefusesEmptyTextsAndMissingLabelsByTheirPlace) {
  expect_message(message([] { read("a.csv", "text,label\nx,a\n  ,b\n", LabelKind::one); }),
                 "a.csv:3: the text in column \"text\" is empty");
  expect_message(message([] { read("a.csv", "text,label\nx,\n", LabelKind::one); }),
                 "a.csv:2: column \"label\" has no label");
  expect_message(message([] { read("a.jsonl", "{\"text\":\"x\",\"label\":[\"a\",\"b\"]}\n", LabelKind::one); }),
                 "has several labels");
  for (const char* number : {"4,5", "nan", "inf", "1e999", "good", "", "+", "++3", "+-3", "+nan", "+ 3"}) {
    const std::string text = fmt::format("text\tlabel\nx\t{}\n", number);
    expect_message(message([&] { read("a.tsv", text, LabelKind::number); }), "a.tsv:2: ");
  }
}

TEST(LabelValue, MayHaveAPlus) {
  const auto texts = read("a.tsv", "text\tlabel\nx\t+3\ny\t +.5 \nz\t-2e1\n", LabelKind::number);
  EXPECT_EQ(label_value(texts[0]), 3);
  EXPECT_EQ(label_value(texts[1]), 0.5);
  EXPECT_EQ(label_value(texts[2]), -20);
}

TEST(LabelNames, AreSortedAndWholeNumbersByValue) {
  const auto names_of = [](const std::string& rows) {
    return label_names(read("a.csv", "text,label\n" + rows, LabelKind::one));
  };
  EXPECT_EQ(names_of("x,b\ny,a\nz,b\n"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(names_of("x,10\ny,9\nz,-1\n"), (std::vector<std::string>{"-1", "9", "10"}));
  EXPECT_EQ(names_of("x,10\ny,9\nz,b\n"), (std::vector<std::string>{"10", "9", "b"}));
}

TEST(LabelNames, ComeFromAFileOfTheirList) {
  const TemporaryFolder folder;
  folder.write("good.json", "[\"b\", \"a\"]");
  EXPECT_EQ(label_names(LabelNamesConfig{.path = folder / "good.json"}), (std::vector<std::string>{"b", "a"}));
  for (const char* bad : {"[]", "{}", "[\"a\", \"a\"]", "[\"a\", \" b\"]", "[\"\"]", "[1]", "3"}) {
    folder.write("bad.json", bad);
    expect_message(message([&] { label_names(LabelNamesConfig{.path = folder / "bad.json"}); }), "bad.json:1:");
  }
}

TEST(LabelNames, AreDifferentInARecipeToo) {
  const auto bound = [](const std::string& names) {
    return bind<LabelNamesConfig>(parse_config("{\"names\": " + names + "}", "recipe.json"));
  };
  EXPECT_EQ(bound("[\"b\", \"a\"]").names, (std::vector<std::string>{"b", "a"}));
  const auto ask = [&] { bound("[\"a\", \"b\", \"b\"]"); };
  test::expect_error(ask, ExitCode::config, "names: the label \"b\" is there twice");
  for (const char* name : {"b ", ""}) {
    test::expect_error([&] { bound(fmt::format("[\"a\", \"{}\"]", name)); }, ExitCode::config,
                       fmt::format("names: the label \"{}\" is empty or has white space around it", name));
  }
}

TEST(LabelNames, RefuseUnknownOnesWithASuggestion) {
  const LabelNames names({"card", "refund"});
  EXPECT_EQ(names.numbers_of({.labels = {"refund", "card"}}), (std::vector<int32_t>{0, 1}));
  expect_message(message([&] { names.numbers_of({.labels = {"refunds"}, .place = "a.csv:7"}); }),
                 "a.csv:7: the label \"refunds\" is none of the 2 that are known (card, refund); did you mean");
}

TEST(SplitOff, GoesByTheContentAlone) {
  std::vector<LabelledText> texts;
  for (int i = 0; i < 2000; ++i) texts.push_back({.text = fmt::format("text {}", i / 2)});
  std::vector<LabelledText> reversed(texts.rbegin(), texts.rend());
  const auto part = split_off(texts, 0.1), other = split_off(reversed, 0.1);
  EXPECT_NEAR(static_cast<double>(part.size()), 200, 45);
  EXPECT_EQ(part.size() + texts.size(), 2000u);
  ASSERT_EQ(part.size(), other.size());
  for (size_t i = 0; i < part.size(); i += 2) EXPECT_EQ(part[i].text, part[i + 1].text);  // equal ones together
  EXPECT_EQ(part.front().text, other.back().text);
  EXPECT_TRUE(split_off(texts, 0).empty());
}

}  // namespace
}  // namespace reprise
