// Checks an Error's exit code and a part of its sentence.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/error.h"

namespace reprise::test {

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

template <class Action>
void expect_error(const Action& action, ExitCode code, const std::string& part) {
  try {
    action();
    ADD_FAILURE() << "no error; expected one with: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
    EXPECT_TRUE(contains(error.what(), part)) << error.what() << "\nlacks: " << part;
  }
}

}  // namespace reprise::test
