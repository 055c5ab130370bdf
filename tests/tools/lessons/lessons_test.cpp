// Every lesson, as it is and with its bug: the exit code, and what its check says it saw.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>

#include "tests/tools/process.h"
#include "tests/tools/temporary_folder.h"

namespace reprise {
namespace {

struct Lesson {
  const char* program;
  const char* holds;   // of the sentence that the check ends with
  const char* caught;  // with --bug
};

void PrintTo(const Lesson& lesson, std::ostream* out) { *out << lesson.program; }

const Lesson kLessons[] = {
    {"lesson_1_tape", "agree with finite differences", "it has overwritten the others"},
    {"lesson_2_shared_parameter", "the shared gradient is the sum of the twins'",
     "each use has overwritten the one before"},
    {"lesson_3_filters", "with shapes where training had none",
     "the filters that should be one Parameter are 20"},
    {"lesson_4_tied_embedding", "goes on bit for bit", "the tie was lost on loading"},
    {"lesson_5_bert_albert", "a shared weight is stepped once",
     "the optimizer has stepped the shared layer once per use"},
};

class Lessons : public testing::TestWithParam<Lesson> {
 protected:
  Exited run(const std::vector<std::string>& arguments) const {
    return Process(GetParam().program, arguments, folder_.path()).wait();
  }

 private:
  TemporaryFolder folder_;
};

// At most one screen, and lines that fit on it; some characters have more than one byte.
void expect_readable(const std::string& text) {
  int lines = 0;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line); ++lines) EXPECT_LE(line.size(), 105u) << line;
  EXPECT_LE(lines, 45);
}

// Wherever its lines are broken.
void expect_says(std::string text, const std::string& part) {
  std::ranges::replace(text, '\n', ' ');
  EXPECT_NE(text.find(part), std::string::npos) << "lacks: " << part << "\nin: " << text;
}

TEST_P(Lessons, HoldTheirClaim) {
  const Exited exited = run({});
  EXPECT_EQ(exited.code, 0) << exited.out << exited.err;
  EXPECT_EQ(exited.err, "");
  expect_says(exited.out, "CHECK passed: ");
  expect_says(exited.out, GetParam().holds);
  expect_readable(exited.out);
}

TEST_P(Lessons, CatchTheirBug) {
  const Exited exited = run({"--bug"});
  EXPECT_EQ(exited.code, 1) << exited.out << exited.err;
  EXPECT_EQ(exited.err, "");
  expect_says(exited.out, "CHECK FAILED: ");
  expect_says(exited.out, GetParam().caught);
  expect_readable(exited.out);
}

TEST_P(Lessons, ExplainTheirCommandLine) {
  const Exited help = run({"--help"});
  EXPECT_EQ(help.code, 0);
  expect_says(help.out, std::string("usage: ") + GetParam().program + " [--bug]");
  const Exited unknown = run({"--bugs"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_EQ(unknown.out, "");
  EXPECT_EQ(unknown.err, help.out);
  EXPECT_EQ(run({"--bug", "--bug"}).code, 2);
}

INSTANTIATE_TEST_SUITE_P(, Lessons, testing::ValuesIn(kLessons),
                         [](const auto& row) { return std::string(row.param.program); });

// The index names files of the project; they move.
TEST(LessonsIndex, LinksToFilesThatExist) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(REPRISE_SOURCE_DIR) / "tools/lessons";
  const std::string text = content_of((folder / "README.md").string());
  const std::regex link(R"(\]\(([^)#:]+)\))");
  int links = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at, ++links) {
    EXPECT_TRUE(fs::exists(folder / (*at)[1].str())) << (*at)[1];
  }
  EXPECT_GT(links, 15);
  for (const Lesson& lesson : kLessons) expect_says(text, std::string(lesson.program) + ".cpp");
}

}  // namespace
}  // namespace reprise
