#include "core/run_lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {

using test::expect_error;
using test::TemporaryDirectory;

TEST(RunLock, TheSecondIsRefusedAndToldByWhom) {
  TemporaryDirectory directory;
  std::optional<RunLock> first(directory / "lock");
  expect_error([&] { RunLock(directory / "lock"); }, ExitCode::locked,
               "in use by process " + std::to_string(getpid()) + " on ");
  first.reset();
  RunLock(directory / "lock");
  EXPECT_TRUE(std::filesystem::exists(directory / "lock"));
}

TEST(RunLock, DiesWithItsHolder) {
  TemporaryDirectory directory;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t holder = fork();
  if (holder == 0) {
    const RunLock lock(directory / "lock");
    (void)!write(ready[1], "x", 1);
    for (;;) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  expect_error([&] { RunLock(directory / "lock"); }, ExitCode::locked,
               "process " + std::to_string(holder) + " on ");
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  RunLock(directory / "lock");
}

TEST(RunLock, HostileContentIsNotPrinted) {
  TemporaryDirectory directory;
  const RunLock lock(directory / "lock");
  FILE* file = fopen((directory / "lock").c_str(), "w");
  fputs("1 \x1b[2J\n", file);
  fclose(file);
  expect_error([&] { RunLock(directory / "lock"); }, ExitCode::locked, "process 1 on \\x1b[2J;");
}

TEST(RunLock, MustBeCreatable) {
  TemporaryDirectory directory;
  expect_error([&] { RunLock(directory / "no/lock"); }, ExitCode::cannot_create, "No such file");
}

}  // namespace reprise
