#include "core/commit_directory.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/core/expect_error.h"
#include "tests/core/faulty_calls.h"
#include "tests/core/temporary_directory.h"

namespace reprise {

namespace fs = std::filesystem;
using test::expect_error;
using test::FaultyCalls;
using test::TemporaryDirectory;

namespace {

void save(const std::string& parent, const std::string& name, const std::string& content) {
  DirectoryCommit commit(parent, name);
  commit.add("model", [&](OutputFile& out) {
    out.reserve(content.size());
    out.write(content);
  });
  commit.add("state.json", "{}");
  commit.commit(R"({"step": 7})");
}

std::vector<std::string> listing(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST(CommitDirectory, RoundTrip) {
  TemporaryDirectory runs;
  save(runs.path(), "step-7", "weights");
  const Manifest manifest = verify_directory(runs / "step-7");
  EXPECT_EQ(manifest.name, "step-7");
  EXPECT_EQ(manifest.fields, R"({"step":7})");
  EXPECT_EQ(manifest.files.at("model"), (FileStamp{7, hash_of("weights")}));
  EXPECT_EQ(listing(runs.path()), std::vector<std::string>{"step-7"});
  EXPECT_EQ(read_file(runs / "step-7/model"), "weights");
}

TEST(CommitDirectory, WithoutCommitNothingStays) {
  TemporaryDirectory runs;
  {
    DirectoryCommit commit(runs.path(), "step-7");
    commit.add("model", "weights");
    EXPECT_EQ(listing(runs.path()).size(), 1u);
  }
  EXPECT_TRUE(listing(runs.path()).empty());
}

TEST(CommitDirectory, NamesAreChecked) {
  TemporaryDirectory runs;
  EXPECT_THROW(DirectoryCommit(runs.path(), "../x"), UsageError);
  EXPECT_THROW(DirectoryCommit(runs.path(), ""), UsageError);
  DirectoryCommit commit(runs.path(), "x");
  EXPECT_THROW(commit.add("../x", ""), UsageError);
  EXPECT_THROW(commit.add("manifest.json", ""), UsageError);
  commit.add("a", "");
  EXPECT_THROW(commit.add("a", ""), Error);
  expect_error([&] { DirectoryCommit(runs / "missing", "x"); }, ExitCode::cannot_create,
               "can't be created: No such file or directory");
}

TEST(CommitDirectory, TheOneBeforeIsReplaced) {
  TemporaryDirectory runs;
  save(runs.path(), "step-7", "old");
  save(runs.path(), "step-7", "new");
  EXPECT_EQ(read_file(runs / "step-7/model"), "new");
  EXPECT_EQ(listing(runs.path()), std::vector<std::string>{"step-7"});
}

// What the disk changed behind our back is found by reading it, and doesn't replace what is good.
TEST(CommitDirectory, WhatDoesNotReadBackIsTakenBack) {
  TemporaryDirectory runs;
  save(runs.path(), "step-7", "old");
  for (const char* name : {"step-7", "step-8"}) {
    DirectoryCommit commit(runs.path(), name);
    commit.add("model", "new");
    write_file(runs / fmt::format(".tmp-{}-{}", name, getpid()) + "/model", "nex");
    expect_error([&] { commit.commit(); }, ExitCode::io, "model: its content differs");
  }
  EXPECT_EQ(listing(runs.path()), std::vector<std::string>{"step-7"});
  EXPECT_EQ(read_file(runs / "step-7/model"), "old");
}

TEST(CommitDirectory, LeftoverOfTheSameProcessNumberIsNoHindrance) {
  TemporaryDirectory runs;
  const std::string leftover = runs / (".tmp-step-7-" + std::to_string(getpid()));
  fs::create_directory(leftover);
  write_file(leftover + "/half", "x");
  save(runs.path(), "step-7", "weights");
  verify_directory(runs / "step-7");
}

// Everything is on the disk before the name appears, and the manifest comes after what it lists.
TEST(CommitDirectory, OrderOfCalls) {
  TemporaryDirectory runs;
  FaultyCalls calls;
  save(runs.path(), "step-7", "weights");
  std::vector<std::string> order;
  for (const std::string& call : calls.log()) {
    const std::string name = call.substr(0, call.find(' '));
    if (name == "fsync" || name == "rename") order.push_back(name);
    if (name == "open") order.push_back(fs::path(call.substr(5)).filename());
  }
  order.resize(11);
  const std::string temporary = ".tmp-step-7-" + std::to_string(getpid());
  EXPECT_EQ(order, (std::vector<std::string>{"model", "fsync", "state.json", "fsync",
                                             "manifest.json", "fsync", temporary, "fsync", "rename",
                                             fs::path(runs.path()).filename(), "fsync"}));
}

// SQLite's loop: the n-th call fails, for n = 1, 2, … until nothing does.
class FailNth : public testing::TestWithParam<std::tuple<int, bool, std::string>> {};

TEST_P(FailNth, OlderDirectoriesStayAndNothingHalfCounts) {
  const auto& [error, for_good, name] = GetParam();  // step-7 replaces, step-8 is new
  for (int n = 1;; ++n) {
    TemporaryDirectory runs;
    save(runs.path(), "step-7", "old");
    FaultyCalls calls;
    calls.fail_at(n, error, for_good);
    bool failed = false;
    try {
      save(runs.path(), name, "new");
    } catch (const Error& thrown) {
      failed = true;
      EXPECT_NE(static_cast<int>(thrown.code()), static_cast<int>(ExitCode::internal))
          << thrown.what();
    }
    const bool reached = calls.failed();
    calls.fail_at(0, 0);
    const NewestValid newest = newest_valid(runs.path(), "step-");
    ASSERT_TRUE(newest.found) << n;
    EXPECT_TRUE(newest.skipped.empty()) << n << ": " << newest.skipped[0].reason;
    const std::string content = read_file(newest.found->path + "/model");
    if (for_good) {
      EXPECT_TRUE(failed || content == "new") << n;  // not even taking it back may have worked
    } else {
      EXPECT_EQ(content, failed ? "old" : "new") << n;
    }
    verify_directory(runs / "step-7");
    remove_leftovers(runs.path());
    for (const std::string& entry : listing(runs.path())) {
      EXPECT_TRUE(entry == "step-7" || entry == "step-8") << n << ": " << entry;
    }
    if (!reached) {
      EXPECT_FALSE(failed);
      EXPECT_GT(n, 20);
      break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Errors, FailNth,
                         testing::Combine(testing::Values(EIO, ENOSPC, EDQUOT, EACCES),
                                          testing::Bool(), testing::Values("step-7", "step-8")));

TEST(CommitDirectory, ReplacesWithoutAtomicExchange) {
  for (int n = 1;; ++n) {
    TemporaryDirectory runs;
    save(runs.path(), "step-7", "old");
    FaultyCalls calls;
    calls.fail_always("exchange", EINVAL);
    calls.fail_at(n, EIO);
    bool failed = false;
    try {
      save(runs.path(), "step-7", "new");
    } catch (const Error&) {
      failed = true;
    }
    const bool done = !calls.failed();
    EXPECT_TRUE(!done || listing(runs.path()).size() == 1) << "leftovers";
    calls.fail_at(0, 0);
    verify_directory(runs / "step-7");
    EXPECT_EQ(read_file(runs / "step-7/model"), failed ? "old" : "new") << n;
    if (done) break;
  }
}

// A single failure is cleaned up at once: no leftovers wait for the next start.
TEST(CommitDirectory, AFailureRemovesItsTemporaryDirectory) {
  for (const char* call : {"write", "fsync", "reserve", "rename", "pread", "fstat"}) {
    TemporaryDirectory runs;
    FaultyCalls calls;
    calls.fail_always(call, ENOSPC);
    EXPECT_THROW(save(runs.path(), "step-7", "x"), Error) << call;
    EXPECT_LE(listing(runs.path()).size(), call == std::string("rename") ? 0u : 1u) << call;
    EXPECT_FALSE(fs::exists(runs / "step-7") && call == std::string("fsync")) << call;
  }
}

TEST(CommitDirectory, KilledBeforeAnyCall) {
  for (const char* name : {"step-7", "step-8"}) {
    for (int n = 1;; ++n) {
      TemporaryDirectory runs;
      save(runs.path(), "step-7", "old");
      const pid_t child = fork();
      if (child == 0) {
        FaultyCalls calls;
        calls.die_at(n);
        save(runs.path(), name, "new");
        _exit(0);
      }
      int status = 0;
      waitpid(child, &status, 0);
      const NewestValid newest = newest_valid(runs.path(), "step-");
      ASSERT_TRUE(newest.found) << n;
      EXPECT_TRUE(newest.skipped.empty()) << n << ": " << newest.skipped[0].reason;
      save(runs.path(), "step-9", "later");
      remove_leftovers(runs.path());
      for (const std::string& entry : listing(runs.path())) {
        EXPECT_TRUE(entry.starts_with("step-")) << entry;
      }
      if (WIFEXITED(status)) {
        EXPECT_GT(n, 20);
        break;
      }
    }
  }
}

TEST(CommitDirectory, ShortWritesGiveTheSameFiles) {
  TemporaryDirectory runs;
  FaultyCalls calls;
  calls.set_chunk(1);
  save(runs.path(), "step-7", "weights");
  EXPECT_EQ(verify_directory(runs / "step-7").files.at("model").hash, hash_of("weights"));
}

TEST(VerifyDirectory, NoDirectory) {
  TemporaryDirectory runs;
  expect_error([&] { verify_directory(runs / "no"); }, ExitCode::no_input, "No such file");
  write_file(runs / "file", "");
  expect_error([&] { verify_directory(runs / "file"); }, ExitCode::no_input, "Not a directory");
}

TEST(VerifyDirectory, EveryKindOfDamageIsNamed) {
  const auto refused = [](const std::function<void(const std::string&)>& damage,
                          const std::string& why) {
    TemporaryDirectory runs;
    save(runs.path(), "step-7", "weights");
    save(runs.path(), "step-8", "heights");
    damage(runs / "step-7");
    expect_error([&] { verify_directory(runs / "step-7"); }, ExitCode::corrupt, why);
  };
  refused([](const std::string& d) { fs::remove(d + "/model"); }, "model: is missing");
  refused([](const std::string& d) { fs::remove(d + "/manifest.json"); }, "manifest.json: can't");
  refused([](const std::string& d) { write_file(d + "/more", ""); }, "more: doesn't belong here");
  refused([](const std::string& d) { fs::create_directory(d + "/more"); }, "doesn't belong here");
  refused([](const std::string& d) { fs::resize_file(d + "/model", 3); },
          "model: has 3 bytes, the manifest says 7");
  refused([](const std::string& d) { write_file(d + "/model", "weighty"); },
          "model: its content differs");
  refused([](const std::string& d) { fs::rename(d + "/../step-8/model", d + "/model"); },
          "model: its content differs");
  refused(
      [](const std::string& d) {
        fs::rename(d + "/../step-8/manifest.json", d + "/manifest.json");
      },
      "model: its content differs");
  refused(
      [](const std::string& d) {
        fs::rename(d + "/model", d + "/../model");
        fs::create_symlink("../model", d + "/model");
      },
      "model: is a symbolic link");
  refused(
      [](const std::string& d) {
        fs::remove(d + "/model");
        fs::create_directory(d + "/model");
      },
      "model: can't be read: Is a directory");
  refused(
      [](const std::string& d) {
        fs::remove(d + "/model");
        ASSERT_EQ(mkfifo((d + "/model").c_str(), 0600), 0);
      },
      "model: is not a regular file");
  refused(
      [](const std::string& d) {
        fs::remove(d + "/manifest.json");
        fs::create_symlink("/dev/zero", d + "/manifest.json");
      },
      "manifest.json: is a symbolic link");
  refused([](const std::string& d) { fs::resize_file(d + "/manifest.json", size_t{1} << 30); },
          "too large for a manifest");
}

TEST(VerifyDirectory, SizesAloneDontReadTheContent) {
  TemporaryDirectory runs;
  save(runs.path(), "step-7", "weights");
  write_file(runs / "step-7/model", "weighty");
  verify_directory(runs / "step-7", Check::sizes);
  fs::resize_file(runs / "step-7/model", 3);
  EXPECT_THROW(verify_directory(runs / "step-7", Check::sizes), Error);
}

TEST(NewestValid, IsTheHighestNumberThatVerifies) {
  TemporaryDirectory runs;
  EXPECT_FALSE(newest_valid(runs / "missing", "step-").found);
  EXPECT_FALSE(newest_valid(runs.path(), "step-").found);
  for (const char* name : {"step-9", "step-00000010", "step-11", "step-12", "best"}) {
    save(runs.path(), name, name);
  }
  fs::resize_file(runs / "step-12/model", 1);
  fs::remove(runs / "step-11/manifest.json");
  fs::create_directory(runs / "step-13");
  fs::create_directory(runs / "step-99x");
  fs::create_directory(runs / "step-");
  fs::create_directory(runs / "step--5");
  fs::create_directory(runs / "step-99999999999999999999");
  fs::create_directory_symlink("step-9", runs / "step-98");
  write_file(runs / "step-97", "a file");
  const NewestValid newest = newest_valid(runs.path(), "step-");
  ASSERT_TRUE(newest.found);
  EXPECT_EQ(newest.found->path, runs / "step-00000010");
  EXPECT_EQ(newest.found->number, 10);
  EXPECT_EQ(newest.found->manifest.fields, R"({"step":7})");
  ASSERT_EQ(newest.skipped.size(), 3u);
  EXPECT_EQ(newest.skipped[0].path, runs / "step-13");
  EXPECT_TRUE(test::contains(newest.skipped[1].reason, "model: has 1 bytes"));
  EXPECT_TRUE(test::contains(newest.skipped[2].reason, "manifest.json: can't be read"));
}

TEST(NewestValid, NumbersHaveNoSign) {
  TemporaryDirectory runs;
  save(runs.path(), "step--5", "x");
  EXPECT_FALSE(newest_valid(runs.path(), "step-").found);
}

TEST(NewestValid, ARenamedDirectoryIsNotNewer) {
  TemporaryDirectory runs;
  save(runs.path(), "step-7", "x");
  save(runs.path(), "step-8", "x");
  fs::rename(runs / "step-7", runs / "step-9");
  const NewestValid newest = newest_valid(runs.path(), "step-");
  EXPECT_EQ(newest.found.value().number, 8);
  EXPECT_TRUE(test::contains(newest.skipped.at(0).reason, "committed under the name \"step-7\""));
}

TEST(PruneDirectories, KeepsTheNewestValidOnes) {
  TemporaryDirectory runs;
  for (int step = 1; step <= 6; ++step) save(runs.path(), "step-" + std::to_string(step), "x");
  fs::resize_file(runs / "step-5/model", 0);
  fs::create_directory(runs / "step-1/precious");  // not ours: its directory can't be removed
  prune_directories(runs.path(), "step-", 2, [](int64_t step) { return step == 3; });
  std::vector<std::string> left = listing(runs.path());
  std::erase_if(left, [](const std::string& name) { return name.starts_with(".tmp-"); });
  EXPECT_EQ(left, (std::vector<std::string>{"step-3", "step-4", "step-5", "step-6"}));
  EXPECT_THROW(prune_directories(runs.path(), "step-", 0), UsageError);
}

TEST(RemoveLeftovers, TakesOnlyTemporaryThings) {
  TemporaryDirectory runs;
  save(runs.path(), "step-7", "x");
  fs::create_directory(runs / ".tmp-step-8-1");
  write_file(runs / ".tmp-step-8-1/model", "half");
  write_file(runs / ".tmp-config.json-1", "half");
  fs::create_directory_symlink("step-7", runs / ".tmp-link");
  write_file(runs / "config.json", "{}");
  EXPECT_EQ(remove_leftovers(runs.path()), 3);
  EXPECT_EQ(listing(runs.path()), (std::vector<std::string>{"config.json", "step-7"}));
  verify_directory(runs / "step-7");
}

}  // namespace reprise
