#include "core/json.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

namespace reprise {
namespace {

std::string error_of(std::string_view text, const JsonLimits& limits = {}) {
  try {
    parse_json(text, "f", ExitCode::data, limits);
    return "";
  } catch (const DataError& e) {
    return e.what();
  }
}

std::string at(Position p) { return fmt::format("{}:{}", p.line, p.column); }

TEST(Json, KnowsWhereKeysAndValuesAre) {
  JsonDocument d = parse_json(
      "// a comment, with \"quotes\" and {\n"
      "{ /* one\n more */ \"a\" : [1, -2.5e3,\n   {\"b\":\"x\\\"}\"} ] , // end\r"
      "\t\"größe\":\"ä\", \"last\" /*:*/ : true }",
      "f");
  EXPECT_EQ(at(d.value_position("")), "2:1");
  EXPECT_EQ(at(d.key_position("a")), "3:10");
  EXPECT_EQ(at(d.value_position("a")), "3:16");
  EXPECT_EQ(at(d.value_position("a.0")), "3:17");
  EXPECT_EQ(at(d.value_position("a.1")), "3:20");
  EXPECT_EQ(at(d.value_position("a.2")), "4:4");
  EXPECT_EQ(at(d.key_position("a.2")), "4:4");
  EXPECT_EQ(at(d.key_position("a.2.b")), "4:5");
  EXPECT_EQ(at(d.value_position("a.2.b")), "4:9");
  EXPECT_EQ(at(d.key_position("\"gr\\u00f6\\u00dfe\"")), "4:29");
  EXPECT_EQ(at(d.value_position("\"größe\"")), "4:37");
  EXPECT_EQ(at(d.key_position("last")), "4:42");
  EXPECT_EQ(at(d.value_position("last")), "4:57");
  EXPECT_EQ(d.place("a.2.b.c.d"), "f:4:9");
  EXPECT_FALSE(d.has("a.3"));
  EXPECT_FALSE(d.has("a.-1"));
  EXPECT_FALSE(d.has("b"));
  EXPECT_TRUE(d.has("a.2"));
}

TEST(Json, PositionsSurviveWideAndNestedLists) {
  std::string text = "[";
  for (int i = 0; i < 50; ++i) text += fmt::format("{}\n[[{}],{{\"k\":[]}}]", i ? "," : "", i);
  JsonDocument d = parse_json(text + "]", "f");
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(at(d.value_position(fmt::format("{}.0.0", i))), fmt::format("{}:3", i + 2));
    EXPECT_EQ(at(d.key_position(fmt::format("{}.1.k", i))),
              fmt::format("{}:{}", i + 2, i < 10 ? 7 : 8));
  }
}

TEST(Json, RefusesBadSyntaxInSentences) {
  EXPECT_EQ(error_of(""), "f:1:1: the text is empty; expected a JSON value");
  EXPECT_EQ(error_of(" \n // only a comment"), "f:2:19: the text is empty; expected a JSON value");
  EXPECT_EQ(error_of("{\"a\": 1,}"),
            "f:1:9: a comma before '}'; JSON has none after the last entry");
  EXPECT_EQ(error_of("[1, 2,\n]"), "f:2:1: a comma before ']'; JSON has none after the last entry");
  EXPECT_EQ(error_of("[NaN]"), "f:1:2: NaN isn't a number that JSON has");
  EXPECT_EQ(error_of("[1, -Infinity]"), "f:1:5: -Infinity isn't a number that JSON has");
  EXPECT_EQ(error_of("[1e400]"), "f:1:2: the number 1e400 is too large for a double");
  EXPECT_EQ(error_of("{\"a\": -1e999}"), "f:1:7: the number -1e999 is too large for a double");
  EXPECT_EQ(error_of("{'a': 1}"), "f:1:2: strings and keys are put in double quotes");
  EXPECT_EQ(error_of("{a: 1}"), "f:1:2: keys are put in double quotes");
  EXPECT_EQ(error_of("[True]"), "f:1:2: write true in small letters");
  EXPECT_EQ(error_of("[None]"), "f:1:2: write null for no value");
  EXPECT_EQ(error_of("[1] /* x"), "f:1:5: this comment has no end");
  EXPECT_EQ(error_of("[1, 2"),
            "f:1:6: the text ends too early; a bracket, quote or value is missing");
  EXPECT_EQ(error_of("{\"a\": 1\n \"b\": 2}"),
            "f:2:2: a comma or a bracket is missing before this");
  EXPECT_EQ(error_of("[1 2]"), "f:1:4: a comma or a bracket is missing before this");
  EXPECT_EQ(error_of("{\"a\" 1}"), "f:1:6: unexpected number literal; expected ':'");
  EXPECT_EQ(error_of("[1}"), "f:1:3: unexpected '}'; expected ']'");
  EXPECT_EQ(error_of("{} {}"), "f:1:4: unexpected '{'; expected end of input");
  EXPECT_EQ(error_of("{\"a\": 1, \"b\": 2, \"a\": 3}"), "f:1:18: the key \"a\" is here twice");
  EXPECT_EQ(error_of("{\"a\": {\"a\": 1}, \"b\": [{\"a\": 1}, {\"a\": 1}]}"), "");
}

TEST(Json, RefusesWhatIsNotUtf8) {
  EXPECT_NE(error_of("[\"ab\xFF\"]").find("f:1:5: invalid string: ill-formed UTF-8"),
            std::string::npos)
      << error_of("[\"ab\xFF\"]");
  EXPECT_NE(error_of("[\"\xC0\xAF\"]"), "");      // overlong
  EXPECT_NE(error_of("[\"\xED\xA0\x80\"]"), "");  // half of a surrogate pair
  EXPECT_NE(error_of("[\"\\ud800\"]"), "");
  EXPECT_NE(error_of("[\"a\nb\"]"), "");
  EXPECT_EQ(error_of("\xEF\xBB\xBF[1]"), "");  // a byte order mark is harmless
  EXPECT_EQ(error_of(std::string("\xFF\xFE[\0]\0", 6)),
            "f:1:1: the text is UTF-16 or UTF-32; save it as UTF-8");
  EXPECT_EQ(error_of(std::string("[1]\0 junk", 9)), "f:1:4: a zero byte; this isn't UTF-8 text");
}

TEST(Json, KeepsItsLimits) {
  std::string deep(100'000, '[');
  EXPECT_EQ(error_of(deep), "f:1:65: nested deeper than 64 levels");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(error_of(objects), "f:1:321: nested deeper than 64 levels");
  EXPECT_EQ(error_of(std::string(64, '[') + std::string(64, ']')), "");
  EXPECT_EQ(error_of("[1, 2]", {.bytes = 5}), "f: larger than 5 bytes, the most that is read");
  EXPECT_EQ(error_of("[1, 2]", {.values = 2}), "f:1:5: more than 2 values");
  std::string keys = "{\"k\": 0";
  for (int i = 0; i < 200'000; ++i) keys += fmt::format(", \"k{}\": {}", i, i);
  EXPECT_EQ(parse_json(keys + "}", "f").value().size(), 200'001u);  // and in no quadratic time
}

TEST(Json, CarriesTheExitCodeOfTheCaller) {
  EXPECT_THROW(parse_json("[", "f", ExitCode::config), ConfigError);
  EXPECT_THROW(parse_json("[", "f"), DataError);
  try {
    parse_json("[", "f", ExitCode::corrupt);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::corrupt);
  }
}

TEST(Json, IsReadFromAPipeToo) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "[1, 2]", 6), 6);
  close(ends[1]);
  EXPECT_EQ(read_json(fmt::format("/dev/fd/{}", ends[0])).value().size(), 2u);
  close(ends[0]);
}

TEST(Json, SaysWhyAFileCannotBeRead) {
  auto code_of = [](const std::filesystem::path& file) {
    try {
      read_json(file);
    } catch (const Error& e) {
      return e.code();
    }
    return ExitCode::ok;
  };
  EXPECT_EQ(code_of("/nowhere/at/all.json"), ExitCode::no_input);
  EXPECT_EQ(code_of("/"), ExitCode::no_input);
  EXPECT_EQ(code_of("/dev/null"), ExitCode::data);
  EXPECT_EQ(code_of("/dev/zero"), ExitCode::data);  // endless: read up to the limit only
}

TEST(Json, FindsMembersThatHaveAValue) {
  const Json object = {{"a", 1}, {"b", nullptr}};
  ASSERT_NE(find_member(object, "a"), nullptr);
  EXPECT_EQ(*find_member(object, "a"), 1);
  EXPECT_EQ(find_member(object, "b"), nullptr);
  EXPECT_EQ(find_member(object, "c"), nullptr);
  EXPECT_EQ(find_member(Json::array({1}), "a"), nullptr);
  EXPECT_EQ(find_member(Json("a"), "a"), nullptr);
}

TEST(Json, WritesStableTextThatKeepsEveryNumber) {
  std::string text =
      "{\n  \"a\": [0.1, 1e-07, 3, 18446744073709551615, -9223372036854775808],\n"
      "  \"b\": {\n    \"c\": [],\n    \"d\": {}\n  },\n"
      "  \"e\": [\n    {\n      \"f\": \"ä\\n\"\n    }\n  ],\n  \"g\": null\n}";
  Json value = parse_json(text, "f").value();
  EXPECT_EQ(dump_json(value), text);
  for (double x : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 6.02214076e23, -0.0}) {
    Json back = parse_json(dump_json_line(Json(x)), "f").value();
    EXPECT_EQ(back.get<double>(), x);
    EXPECT_EQ(std::signbit(back.get<double>()), std::signbit(x));
  }
  EXPECT_EQ(dump_json_line(Json{{"loss", NAN}, {"x", INFINITY}}), "{\"loss\":null,\"x\":null}");
  EXPECT_EQ(dump_json_ascii("\x1b[31m\x7f\xc2\x9b"), "\"\\u001b[31m\\u007f\\u009b\"");
}

TEST(Json, BreaksListsThatAreTooLongForALine) {
  Json list = Json::array();
  for (int i = 0; i < 60; ++i) list.push_back(i);
  std::string text = dump_json(Json{{"list", list}});
  EXPECT_NE(text.find("[\n    0,\n    1,"), std::string::npos);
  EXPECT_EQ(parse_json(text, "f").value()["list"], list);
}

}  // namespace
}  // namespace reprise
