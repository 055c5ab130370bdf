#include "data/table_file.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

#include "core/files.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {
namespace {

using test::contains;
using test::TemporaryDirectory;
using Strings = std::vector<std::string>;
using Cells = std::vector<Strings>;

// Writes a file of that name and reads it as the format that the name says.
std::vector<TableRow> read(const std::string& name, const std::string& content,
                           const Strings& columns, bool header = true) {
  const TemporaryDirectory folder;
  write_file(folder / name, content);
  const TableSettings settings{.format = table_format_of(name), .header = header};
  return read_table(folder / name, settings, columns);
}

// The rows of a csv or tsv file, whose cells have one value each.
Cells cells(const std::string& name, const std::string& content, const Strings& columns,
            bool header = true) {
  Cells result;
  for (const TableRow& row : read(name, content, columns, header)) {
    Strings& values = result.emplace_back();
    for (const Strings& cell : row.cells) {
      EXPECT_EQ(cell.size(), 1u);
      values.push_back(cell.at(0));
    }
  }
  return result;
}

std::vector<int64_t> lines(const std::vector<TableRow>& rows) {
  std::vector<int64_t> result;
  for (const TableRow& row : rows) result.push_back(row.line);
  return result;
}

std::string message(const std::string& name, const std::string& content, const Strings& columns,
                    bool header = true) {
  try {
    read(name, content, columns, header);
  } catch (const DataError& error) {
    return error.what();
  }
  return "nothing";
}

TEST(TableFormatOf, KnowsTheEndingsOfNames) {
  EXPECT_EQ(table_format_of("a/b.csv"), TableFormat::csv);
  EXPECT_EQ(table_format_of("B.CSV.GZ"), TableFormat::csv);
  EXPECT_EQ(table_format_of("b.tsv.gz"), TableFormat::tsv);
  EXPECT_EQ(table_format_of("b.txt"), TableFormat::tsv);
  EXPECT_EQ(table_format_of("b.jsonl"), TableFormat::jsonl);
  EXPECT_EQ(table_format_of("b.json.gz"), TableFormat::jsonl);
  for (const char* name : {"b.parquet", "csv", "b.csv.zip", "b.gz", ""}) {
    const auto ask = [&] { table_format_of(name); };
    test::expect_error(ask, ExitCode::data, ".csv, .tsv, .txt, .jsonl or .json");
    test::expect_error(ask, ExitCode::data, "data.format of a recipe, or a command's --format");
  }
}

TEST(Csv, GivesTheColumnsInTheOrderOfTheRequest) {
  const std::string table = "id,text,label\n1,one,a\n2,two,b\n";
  EXPECT_EQ(cells("a.csv", table, {"label", "text"}), (Cells{{"a", "one"}, {"b", "two"}}));
  EXPECT_EQ(cells("a.csv", table, {"id", "id"}), (Cells{{"1", "1"}, {"2", "2"}}));
  EXPECT_EQ(cells("a.csv", "text\none", {"text"}), (Cells{{"one"}}));  // without a line end
  EXPECT_EQ(cells("a.csv", "a,b\n,\nx,", {"a", "b"}), (Cells{{"", ""}, {"x", ""}}));
}

TEST(Csv, UnquotesCells) {
  EXPECT_EQ(
      cells("a.csv", "\"a\",\"b,c\"\n\"x, y\",\"\"\n\"say \"\"hi\"\"\",\"\"\"\"\n", {"a", "b,c"}),
      (Cells{{"x, y", ""}, {"say \"hi\"", "\""}}));
  EXPECT_EQ(cells("a.csv", "a,b\n\"one\r\n\r\ntwo\",\"\n\"\n", {"a", "b"}),
            (Cells{{"one\r\n\r\ntwo", "\n"}}));
  EXPECT_EQ(cells("a.csv", "a,b\n5\" pipe, \"x\" \n", {"a", "b"}),
            (Cells{{"5\" pipe", " \"x\" "}}));
}

TEST(Csv, KeepsSpacesAndOtherSigns) {
  EXPECT_EQ(cells("a.csv", "a, b\n x ,\ty;z\r.\n", {"a", " b"}), (Cells{{" x ", "\ty;z\r."}}));
}

TEST(Csv, CountsTheLinesWhereRowsBegin) {
  EXPECT_EQ(lines(read("a.csv", "\r\na\n\nx\r\n\n\"y\n\ny\"\nz\n\"\"\nlast", {"a"})),
            (std::vector<int64_t>{4, 6, 9, 10, 11}));
}

TEST(Csv, SkipsEmptyLinesOnly) {
  EXPECT_EQ(cells("a.csv", "\n\na\n\n \n\r\n\"\"\n\n", {"a"}), (Cells{{" "}, {""}}));
}

TEST(Csv, NamesQuotesOutOfPlace) {
  EXPECT_PRED2(contains, message("a.csv", "a,b\n1,2\n3,\"x\n\n4,5\n", {"a"}),
               "a.csv:3: the quote that opens cell 2 is never closed");
  EXPECT_PRED2(contains, message("a.csv", "a,b\n\"x\ny\" z,1\n", {"a"}),
               "a.csv:3: text after the closing quote of cell 1, which opens in line 2");
  EXPECT_PRED2(contains, message("a.csv", "a\n\"x\"\r.\n", {"a"}), "a.csv:2: text after");
}

TEST(Csv, NamesRowsOfAnotherLength) {
  const std::string more = message("a.csv", "a,b\n1,2\n\"3\n\",4,5\n", {"a"});
  EXPECT_PRED2(contains, more, "a.csv:3: 3 cells, and the header at ");
  EXPECT_PRED2(contains, more, "a.csv:1 has 2; put cells with commas or line breaks in double");
  EXPECT_PRED2(contains, message("a.csv", "a,b\n1\n", {"a"}), "a.csv:2: 1 cell, and");
  EXPECT_PRED2(contains, message("a.csv", "1,2\n1\n", {"1"}, false), "the first row at");
}

TEST(Csv, HintsAtOtherSeparators) {
  EXPECT_PRED2(contains, message("a.csv", "text;label\n1,5;2\n", {"text"}), "save the table with");
  EXPECT_PRED2(contains, message("a.csv", "text\tlabel\n1\t2\n", {"text"}), "its format \"tsv\"?");
  EXPECT_PRED2(contains, message("a.csv", "1\t2\n", {"2"}, false), "its format \"tsv\"?");
  EXPECT_PRED2(contains, message("a.txt", "text,label\n1,2\n", {"text"}), "its format \"csv\"?");
  EXPECT_FALSE(contains(message("a.csv", "a;b,c\n1,2\n", {"text"}), "save the table"));
  EXPECT_EQ(cells("a.csv", "a;b\n1\n", {"a;b"}), (Cells{{"1"}}));
}

TEST(Tsv, TakesQuotesAsTheyAre) {
  EXPECT_EQ(cells("a.tsv", "a\tb\n\"x\ty \"\"z\"\"\n\"\t1,2\n", {"b", "a"}),
            (Cells{{"y \"\"z\"\"", "\"x"}, {"1,2", "\""}}));
}

TEST(Tsv, NamesRowsOfAnotherLength) {
  EXPECT_PRED2(contains, message("a.tsv", "a\tb\n1\t2\n\n1\t2\t3\n", {"a"}), "a.tsv:4: 3 cells");
  EXPECT_PRED2(contains, message("a.tsv", "a\tb\n1\n", {"a"}), "no cell can have tabs");
}

TEST(Tsv, ReadsColumnsByNumberWithoutAHeader) {
  const std::string cola = "gj04\t1\t\tOur friends won't buy this.\ngj04\t0\t*\tThey drank.\n";
  EXPECT_EQ(cells("train.tsv", cola, {"4", "2"}, false),
            (Cells{{"Our friends won't buy this.", "1"}, {"They drank.", "0"}}));
  EXPECT_EQ(lines(read("train.tsv", cola, {"1"}, false)), (std::vector<int64_t>{1, 2}));
  EXPECT_PRED2(contains, message("a.tsv", cola, {"5"}, false),
               "a.tsv:1: no column 5: the row has 4");
  for (const char* name : {"0", "-1", "2x", "sentence", "99999999999999999999999"}) {
    EXPECT_PRED2(contains, message("a.tsv", cola, {name}, false), "numbers, from 1") << name;
  }
}

TEST(TableColumns, NamesThoseThatAreThere) {
  EXPECT_PRED2(contains, message("a.tsv", "idx\tsentence\n1\tx\n", {"sentense"}),
               "a.tsv:1: no column \"sentense\" among \"idx\", \"sentence\"; did you mean "
               "\"sentence\"?");
  std::string header = "c1";
  for (int i = 2; i <= 30; ++i) header += ",c" + std::to_string(i);
  const std::string many = message("a.csv", header + "\n", {"something"});
  EXPECT_PRED2(contains, many, "\"c20\", … (30 in all)");
  EXPECT_FALSE(contains(many, "c21"));
  EXPECT_PRED2(contains, message("a.csv", "\x1b[31m\n1\n", {"a"}), "\"\\x1b[31m\"");
}

TEST(TableColumns, RefusesTwoOfAName) {
  const std::string table = "x,text,x,text\n1,2,3,4\n";
  EXPECT_PRED2(contains, message("a.csv", table, {"text"}),
               "a.csv:1: the column \"text\" is there twice, in cells 2 and 4");
  EXPECT_EQ(cells("a.csv", "x,text,x\n1,2,3\n", {"text"}), (Cells{{"2"}}));
}

TEST(TableColumns, NeedAName) {
  for (const char* name : {"a.csv", "a.tsv", "a.jsonl"}) {
    EXPECT_PRED2(contains, message(name, "{\"\":1}\n1\n", {""}), "column without a name");
  }
}

TEST(JsonLines, MakesTextOfValues) {
  const auto rows = read("a.jsonl",
                         "{\"n\": 3, \"text\": \"a\\n\\u00e9\\\"\", \"b\": true}\n\r\n"
                         "{\"b\": false, \"text\": \"\", \"n\": -0.1, \"more\": {}}\r\n",
                         {"text", "n", "b"});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].cells, (Cells{{"a\né\""}, {"3"}, {"true"}}));
  EXPECT_EQ(rows[1].cells, (Cells{{""}, {"-0.1"}, {"false"}}));
  EXPECT_EQ(lines(rows), (std::vector<int64_t>{1, 3}));
}

TEST(JsonLines, GivesTheValuesOfListsAndNoneForNull) {
  const auto rows = read(
      "a.json", "{\"x\": [\"a\", 1, true], \"y\": null}\n{\"x\": [], \"y\": [\"b\"]}", {"x", "y"});
  EXPECT_EQ(rows[0].cells, (Cells{{"a", "1", "true"}, {}}));
  EXPECT_EQ(rows[1].cells, (Cells{{}, {"b"}}));
}

TEST(JsonLines, KeepsTheValuesOfNumbers) {
  EXPECT_EQ(read("a.jsonl",
                 "{\"n\": [3.0, 1e2, 18446744073709551615, -9223372036854775808, 0.1, 1e300, "
                 "0.30000000000000004]}",
                 {"n"})[0]
                .cells[0],
            (Strings{"3", "100", "18446744073709551615", "-9223372036854775808", "0.1", "1e+300",
                     "0.30000000000000004"}));
}

TEST(JsonLines, NamesValuesThatAreNoText) {
  const auto of = [](const std::string& value) {
    return message("a.jsonl", "{\"b c\": 1}\n{\"b c\": " + value + "}\n", {"b c"});
  };
  EXPECT_PRED2(contains, of("{}"), "a.jsonl:2:9: expected text, a number, true, false or a list");
  EXPECT_PRED2(contains, of("{}"), "not an empty object");
  EXPECT_PRED2(contains, of("[1, [2]]"), "a.jsonl:2:13: expected text");
  EXPECT_PRED2(contains, of("[null]"), "a.jsonl:2:10: expected text");
  EXPECT_PRED2(contains, of("\"x\\u0000\""), "a.jsonl:2:9: the text has a NUL character");
}

TEST(JsonLines, NamesWhatIsNoObject) {
  EXPECT_PRED2(contains, message("a.jsonl", "\n[1]\n", {"a"}), "a.jsonl:2:1: expected an object");
  EXPECT_PRED2(contains, message("a.jsonl", "{\"a\": 1}\n{\"a\" 1}\n", {"a"}), "a.jsonl:2:6: ");
  EXPECT_PRED2(contains, message("a.json", "[\n  {\"a\": 1}\n]\n", {"a"}),
               "line 1 must be a JSON object of its own");
  EXPECT_PRED2(contains, message("a.jsonl", "{\"a\": 1, \"a\": 2}\n", {"a"}), "twice");
}

TEST(JsonLines, NamesMissingKeys) {
  EXPECT_PRED2(contains, message("a.jsonl", "{\"text\": 1}\n {\"txt\": 1, \"x\": 2}\n", {"text"}),
               "a.jsonl:2:2: no key \"text\" among \"txt\", \"x\"; did you mean \"txt\"?");
  EXPECT_PRED2(contains, message("a.jsonl", "{}", {"text"}), "\"text\": the object is empty");
}

TEST(TableFile, ToleratesMarkAndCrlf) {
  const std::string mark = "\xEF\xBB\xBF";
  for (const bool quoted : {false, true}) {
    EXPECT_EQ(cells("a.csv", mark + (quoted ? "\"a\",\"b\"\r\n1,\"2\"\r\n" : "a,b\r\n1,2\r\n"),
                    {"a", "b"}),
              (Cells{{"1", "2"}}));
  }
  EXPECT_EQ(cells("a.csv", "a\r\n1\r", {"a"}), (Cells{{"1"}}));
  EXPECT_EQ(cells("a.tsv", mark + "a\tb\r\n1\t2\r\n\r\n3\t\r\n", {"a", "b"}),
            (Cells{{"1", "2"}, {"3", ""}}));
  EXPECT_EQ(read("a.jsonl", mark + "{\"a\":1}\r\n", {"a"})[0].cells, (Cells{{"1"}}));
}

TEST(TableFile, ReadsGzip) {
  const TemporaryDirectory folder;
  gzFile file = gzopen((folder / "a.csv.gz").c_str(), "wb");
  gzputs(file, "a,b\n1,2\n");
  gzclose(file);
  const auto rows = read_table(folder / "a.csv.gz", {.format = table_format_of("a.csv.gz")}, {"b"});
  EXPECT_EQ(rows.at(0).cells, (Cells{{"2"}}));
}

TEST(TableFile, NeedsARow) {
  for (const char* content : {"", "\n\r\n", "\xEF\xBB\xBF", "\r"}) {
    for (const char* name : {"a.csv", "a.tsv", "a.jsonl"}) {
      EXPECT_PRED2(contains, message(name, content, {"a"}), std::string(name) + ": no row in it");
    }
  }
  EXPECT_PRED2(contains, message("a.csv", "a,b\n\n", {"a"}), "nothing but a header");
}

TEST(TableFile, NamesWhatIsNoText) {
  for (const char* name : {"a.csv", "a.tsv", "a.jsonl"}) {
    const std::string place = name + std::string(":2: ");
    EXPECT_PRED2(contains, message(name, std::string("a\n\0\n", 4), {"a"}), place + "not a text");
    EXPECT_PRED2(contains, message(name, "a\nM\xFCller\n", {"a"}), place + "not valid UTF-8");
    EXPECT_PRED2(contains,
                 message(name,
                         "\xFF\xFE"
                         "a",
                         {"a"}),
                 ":1: this is UTF-16");
  }
}

TEST(TableFile, MissingFilesHaveTheirExitCode) {
  const TemporaryDirectory folder;
  test::expect_error([&] { read_table(folder / "none.csv", {}, {"a"}); }, ExitCode::no_input,
                     "none.csv");
}

// Reading what was written as the RFC says gives the same cells and lines.
TEST(TableFile, ReadsAnyQuotedCells) {
  std::mt19937 random(1);
  std::string table = "a,b\r\n";
  Cells written;
  std::vector<int64_t> began;
  int64_t line = 2;
  for (int row = 0; row < 500; ++row) {
    began.push_back(line++);
    Strings& values = written.emplace_back();
    for (int column = 0; column < 2; ++column) {
      std::string& cell = values.emplace_back();
      table += column == 0 ? "\"" : ",\"";
      for (uint32_t i = random() % 8; i > 0; --i) {
        cell += "a\",\n\r"[random() % 5];
        table += cell.back();
        if (cell.back() == '"') table += '"';
        if (cell.back() == '\n') ++line;
      }
      table += '"';
    }
    table += "\r\n";
  }
  EXPECT_EQ(cells("a.csv", table, {"a", "b"}), written);
  EXPECT_EQ(lines(read("a.csv", table, {"a", "b"})), began);
}

// Any bytes: rows with the cells asked for, or a DataError.
TEST(TableFile, SurvivesAnyBytes) {
  std::mt19937 random(2);
  int good = 0;
  for (int round = 0; round < 1500; ++round) {
    const std::string name = Strings{"a.csv", "a.tsv", "a.jsonl"}[random() % 3];
    std::string content = random() % 2 ? "{\"1\":" : "";
    for (uint32_t i = random() % 12; i > 0; --i) {
      content += round % 4 == 0 ? static_cast<char>(random()) : "1\",\t\n\r[]} "[random() % 10];
    }
    try {
      for (const TableRow& row : read(name, content, {"1"}, false)) {
        ASSERT_EQ(row.cells.size(), 1u);
        ++good;
      }
    } catch (const DataError&) {
    }
  }
  EXPECT_GT(good, 100);
}

// Going back over what was read, once a cell or a line, would take hours here.
TEST(TableFile, ReadsHostileInputInLinearTime) {
  constexpr size_t kMany = 4'000'000;
  const std::string quotes(kMany, '"');
  EXPECT_EQ(cells("a.csv", "a\n" + quotes, {"a"})[0][0].size(), kMany / 2 - 1);
  EXPECT_PRED2(contains, message("a.csv", "a\n\"" + quotes, {"a"}), "never closed");
  EXPECT_PRED2(contains, message("a.csv", "a\n\"" + std::string(kMany, '\n'), {"a"}), "a.csv:2: ");
  EXPECT_PRED2(contains, message("a.csv", std::string(kMany, ','), {"a"}), "(4000001 in all)");
  EXPECT_PRED2(contains, message("a.csv", std::string(kMany, '\n'), {"a"}), "no row");
  EXPECT_EQ(cells("a.csv", "a\n" + std::string(kMany, '\r'), {"a"})[0][0].size(), kMany - 1);
  EXPECT_PRED2(contains, message("a.jsonl", "{\"a\":" + std::string(kMany, '['), {"a"}), "deeper");
}

}  // namespace
}  // namespace reprise
