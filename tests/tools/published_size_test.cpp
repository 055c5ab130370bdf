#include "tools/commands/published_size.h"

#include <gtest/gtest.h>

#include "tests/tools/read_recipe.h"
#include "tools/commands/model_report.h"

namespace reprise {
namespace {

std::optional<CountingConvention> match(const std::string& recipe) {
  const RunConfig config = read_recipe(recipe);
  const EncoderConfig& encoder = config.model.encoder;
  return matching_convention(*config.published, counting_conventions(make_ledger(encoder), encoder));
}

// ALBERT's tables 3 and 4. No single way of counting gives all of them.
TEST(PublishedSize, EachRowOfTheTablesIsCountedInSomeWay) {
  struct Row {
    const char* recipe;
    int64_t published, count;
    const char* convention;
  };
  constexpr const char* kPooler = "with the pooler, without heads";
  constexpr const char* kBare = "without pooler and heads";
  constexpr const char* kGooglesPooler = "with the pooler, without heads, without the projection";
  constexpr const char* kGooglesBare = "without pooler and heads, without the projection";
  constexpr Row kRows[] = {
      {"albert_e64_all", 10'000'000, 9'681'408, kPooler},
      {"albert_e64_none", 87'000'000, 87'057'408, kBare},
      {"albert_e128_all", 12'000'000, 11'683'584, kPooler},
      {"albert_e128_attention", 64'000'000, 63'647'232, kPooler},
      {"albert_e128_feed_forward", 38'000'000, 37'686'528, kPooler},
      {"albert_e128_none", 89'000'000, 89'059'584, kBare},
      {"albert_e256_all", 16'000'000, 15'687'936, kPooler},
      {"albert_e256_none", 93'000'000, 93'063'936, kBare},
      {"albert_e768_all", 31'000'000, 31'114'752, kGooglesPooler},
      {"albert_e768_attention", 83'000'000, 83'078'400, kGooglesPooler},
      {"albert_e768_feed_forward", 57'000'000, 57'117'696, kGooglesPooler},
      {"albert_e768_none", 108'000'000, 108'490'752, kGooglesBare},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(read_recipe(row.recipe).published->parameters, row.published) << row.recipe;
    const auto found = match(row.recipe);
    ASSERT_TRUE(found) << row.recipe;
    EXPECT_EQ(found->count, row.count) << row.recipe;
    EXPECT_EQ(found->name, row.convention) << row.recipe;
  }
}

TEST(PublishedSize, SomeNumbersNoCountGives) {
  EXPECT_FALSE(match("albert_xlarge"));
  EXPECT_FALSE(match("albert_xxlarge"));
}

TEST(PublishedSize, StandsBesideTheExactCount) {
  const auto report = [](const char* recipe) { return make_report(recipe, read_recipe(recipe)); };
  const std::string one = report_text({report("albert_e64_all")});
  EXPECT_NE(one.find("Published: 10 M (Lan et al. 2019, Table 3): 9,681,408 with the pooler, without "
                     "heads."), std::string::npos) << one;
  std::vector<ModelReport> reports;
  for (const char* recipe : {"albert_e64_all", "albert_e64_none", "albert_e256_all", "albert_xlarge",
                             "bert_base"}) {
    reports.push_back(report(recipe));
  }
  const std::string many = report_text(reports);
  EXPECT_NE(many.find("albert_xlarge  60 M (Lan et al. 2019, Table 1): no way of counting gives that; "
                      "they give 54,5"), std::string::npos) << many;
  EXPECT_EQ(many.find("bert_base  "), many.rfind("bert_base  ")) << many;  // in the table alone
  const Json json = report_json(reports);
  const Json& published = json["configs"][0]["parameters"]["published"];
  EXPECT_EQ(published["count"], 9'681'408);
  EXPECT_TRUE(json["configs"][3]["parameters"]["published"]["convention"].is_null());
  EXPECT_FALSE(json["configs"][4]["parameters"].contains("published"));
}

}  // namespace
}  // namespace reprise
