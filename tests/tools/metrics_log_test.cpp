#include "tools/trainer/metrics_log.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/tools/process.h"
#include "tests/tools/temporary_folder.h"

namespace reprise {
namespace {

TEST(AppendedFile, GoesOnWhereItIsToldTo) {
  const TemporaryFolder folder;
  folder.write("log", "one\ntwo\n");
  AppendedFile(folder / "log", 4).line("three");
  EXPECT_EQ(content_of(folder / "log"), "one\nthree\n");
  AppendedFile(folder / "log", AppendedFile::kKeepAll).line("four");
  EXPECT_EQ(content_of(folder / "log"), "one\nthree\nfour\n");
}

// A disk that is full for a while costs a line, not the one after it.
TEST(AppendedFile, EndsALineThatCouldNotBeWrittenWhole) {
  const TemporaryFolder folder;
  AppendedFile file(folder / "log", 0);
  file.line("one");
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit full = {.rlim_cur = 7, .rlim_max = before.rlim_max};
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &full);
  file.line("two and more");
  file.line("lost");
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  file.line("three");
  EXPECT_EQ(content_of(folder / "log"), "one\ntwo\nthree\n");
  EXPECT_EQ(file.bytes(), 14);
}

}  // namespace
}  // namespace reprise
