// What the lessons have in common: a command line of one switch, and an ending that says whether
// the lesson's claim was found true.
#pragma once

#include <cstdio>
#include <sstream>
#include <string>
#include <string_view>

#include "core/error.h"

namespace reprise {

struct Lesson {
  const char* name;     // of the program
  const char* teaches;  // a sentence
  const char* bug;      // what --bug plants: a sentence
};

// What a lesson's check found.
struct Verdict {
  bool holds = false;
  std::string sentence;  // what was seen, in numbers
};

inline std::string usage(const Lesson& lesson) {
  return fmt::format("usage: {} [--bug]\n\n{}\n\n  --bug   {}\n\n"
                     "Exit codes: 0 the check passes, 1 it finds something wrong (as it must with "
                     "--bug),\n2 command line.\n",
                     lesson.name, lesson.teaches, lesson.bug);
}

// The text in lines that a terminal has room for.
inline std::string wrapped(const std::string& text) {
  constexpr size_t kWidth = 96;
  std::string lines;
  size_t width = 0;  // of the last of them
  std::istringstream words(text);
  for (std::string word; words >> word; width += word.size() + 1) {
    const bool fits = width + word.size() <= kWidth;
    if (!fits) width = 0;
    lines += (lines.empty() ? "" : fits ? " " : "\n") + word;
  }
  return lines;
}

// Runs teach(bug) and prints what its check found. Returns the exit code, as above.
inline int run_lesson(const Lesson& lesson, int argc, char** argv, Verdict (*teach)(bool bug)) {
  const std::string_view argument = argc > 1 ? argv[1] : "";
  if (argc == 2 && (argument == "--help" || argument == "-h")) {
    fmt::print("{}", usage(lesson));
    return 0;
  }
  if (argc > 2 || (argc == 2 && argument != "--bug")) {
    fmt::print(stderr, "{}", usage(lesson));
    return static_cast<int>(ExitCode::usage);
  }
  try {
    const bool bug = argc == 2;
    fmt::print("{}{}\n\n", lesson.name, bug ? ", with a bug" : "");
    const Verdict verdict = teach(bug);
    const char* result = verdict.holds ? "passed" : "FAILED";
    fmt::print("\n{}\n", wrapped(fmt::format("CHECK {}: {}", result, verdict.sentence)));
    return verdict.holds ? 0 : 1;
  } catch (const Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}

}  // namespace reprise
