#include "core/files.h"

#include <sys/stat.h>
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

TEST(Files, RoundTrip) {
  TemporaryDirectory directory;
  const std::string content("a\0b\n\xff", 5);
  const FileStamp stamp = write_file(directory / "x", content);
  EXPECT_EQ(read_file(directory / "x"), content);
  EXPECT_EQ(stamp, (FileStamp{5, hash_of(content)}));
  EXPECT_EQ(hash_file(directory / "x"), hash_of(content));
  EXPECT_EQ(read_range(directory / "x", 1, 3), content.substr(1, 3));
  EXPECT_EQ(read_range(directory / "x", 5, 0), "");
}

TEST(Files, EmptyFile) {
  TemporaryDirectory directory;
  write_file(directory / "x", "");
  EXPECT_EQ(read_file(directory / "x"), "");
  EXPECT_EQ(read_text(directory / "x"), "");
  EXPECT_EQ(hash_file(directory / "x"), hash_of(""));
}

TEST(Files, HashOfManyBlocks) {
  TemporaryDirectory directory;
  std::string content((size_t{2} << 20) + 17, 'x');
  content[size_t{1} << 20] = 'y';
  write_file(directory / "x", content);
  EXPECT_EQ(hash_file(directory / "x"), hash_of(content));
}

TEST(Files, WhatCannotBeReadIsNamed) {
  TemporaryDirectory directory;
  const std::string missing = directory / "missing";
  expect_error([&] { read_file(missing); }, ExitCode::no_input,
               missing + ": can't be read: No such file or directory");
  expect_error([&] { read_file(directory.path()); }, ExitCode::no_input, "Is a directory");
  write_file(directory / "x", "x");
  expect_error([&] { read_file(directory / "x/y"); }, ExitCode::no_input, "Not a directory");
  expect_error([&] { read_file(directory / std::string("x\0y", 3)); }, ExitCode::no_input,
               "x\\x00y: can't be read: Invalid argument");
  expect_error([&] { read_file(directory / std::string(5000, 'x')); }, ExitCode::no_input,
               "File name too long");
  expect_error([&] { read_file(directory / "\x1b[2J%n{}"); }, ExitCode::no_input, "\\x1b[2J%n{}");
}

TEST(Files, OnlyRegularFilesAreRead) {
  TemporaryDirectory directory;
  ASSERT_EQ(mkfifo((directory / "fifo").c_str(), 0600), 0);
  expect_error([&] { read_file(directory / "fifo"); }, ExitCode::no_input, "not a regular file");
  expect_error([&] { read_file("/dev/zero"); }, ExitCode::no_input, "not a regular file");
}

TEST(Files, LinksAreFollowedUnlessRefused) {
  TemporaryDirectory directory;
  write_file(directory / "x", "content");
  fs::create_symlink("x", directory / "link");
  EXPECT_EQ(read_file(directory / "link"), "content");
  expect_error([&] { InputFile(directory / "link", Links::refuse); }, ExitCode::no_input,
               "symbolic link");
}

TEST(Files, NoPermission) {
  TemporaryDirectory directory;
  FaultyCalls calls;  // file modes don't stop root
  calls.fail_at(1, EACCES);
  expect_error([&] { read_file(directory / "x"); }, ExitCode::no_permission, "Permission denied");
  calls.fail_at(1, EMFILE);
  expect_error([&] { read_file(directory / "x"); }, ExitCode::io, "Too many open files");
}

TEST(Files, CapsAndRanges) {
  TemporaryDirectory directory;
  write_file(directory / "x", "12345");
  EXPECT_EQ(read_file(directory / "x", 5), "12345");
  expect_error([&] { read_file(directory / "x", 4); }, ExitCode::data,
               "has 5 bytes, more than the 4");
  expect_error([&] { read_range(directory / "x", 3, 3); }, ExitCode::data, "has 5 bytes");
  expect_error([&] { read_range(directory / "x", 6, 0); }, ExitCode::data, "has 5 bytes");
  expect_error([&] { read_range(directory / "x", 1, UINT64_MAX); }, ExitCode::data, "has 5 bytes");
}

TEST(Files, AFileThatShrinksIsAnError) {
  TemporaryDirectory directory;
  write_file(directory / "x", "12345");
  const InputFile file(directory / "x");
  fs::resize_file(directory / "x", 3);
  std::byte bytes[5];
  expect_error([&] { file.read(0, bytes); }, ExitCode::io, "ends at byte 3, 2 more were expected");
}

TEST(Files, ShortTransfersAreContinued) {
  TemporaryDirectory directory;
  FaultyCalls calls;
  calls.set_chunk(3);
  const std::string content(1000, 'a');
  EXPECT_EQ(write_file(directory / "x", content).hash, hash_of(content));
  EXPECT_EQ(read_file(directory / "x"), content);
}

// A signal at any call changes nothing.
TEST(Files, InterruptedCallsAreRepeated) {
  TemporaryDirectory directory;
  for (int n = 1;; ++n) {
    FaultyCalls calls;
    calls.fail_at(n, EINTR);
    // Not all calls can be interrupted: fstat, rename and unlink never are.
    const auto interruptible = [&] {
      const std::string& call = calls.log()[n - 1];
      return !call.starts_with("fstat") && !call.starts_with("rename") &&
             !call.starts_with("unlink");
    };
    try {
      write_file(directory / "x", "content");
      EXPECT_EQ(read_file(directory / "x"), "content");
    } catch (const Error& error) {
      EXPECT_FALSE(interruptible()) << calls.log()[n - 1] << ": " << error.what();
    }
    if (!calls.failed()) break;
  }
}

// Whichever call fails, the file has its old content or the new, and nothing else is left.
TEST(Files, AFailedWriteLeavesTheOldContent) {
  TemporaryDirectory directory;
  for (int error : {EIO, ENOSPC}) {
    for (int n = 1;; ++n) {
      write_file(directory / "x", "old");
      bool failed = false;
      FaultyCalls calls;
      calls.fail_at(n, error);
      try {
        write_file(directory / "x", [](OutputFile& out) {
          out.reserve(3);
          out.write("new");
        });
      } catch (const Error& thrown) {
        failed = true;
        EXPECT_EQ(test::contains(thrown.what(), "the disk is full"), error == ENOSPC);
        EXPECT_NE(static_cast<int>(thrown.code()), static_cast<int>(ExitCode::internal));
      }
      const bool done = !calls.failed();
      const int calls_made = calls.count();
      calls.fail_at(0, 0);
      const std::string content = read_file(directory / "x");
      EXPECT_TRUE(failed ? content == "old" || content == "new" : content == "new") << n;
      EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), {}), 1) << n;
      if (done) break;
      // Of no consequence: the removal of what isn't there, and closing the directory after its
      // fsync.
      const bool harmless = n == 1 || n == calls_made;
      EXPECT_TRUE(failed || harmless) << calls.log()[n - 1];
    }
  }
}

TEST(Files, WritingIsDurable) {
  TemporaryDirectory directory;
  FaultyCalls calls;
  write_file(directory / "x", "content");
  std::vector<std::string> order;
  for (const std::string& call : calls.log()) {
    const std::string name = call.substr(0, call.find(' '));
    if (name != "unlink") order.push_back(name);
  }
  EXPECT_EQ(order, (std::vector<std::string>{"open", "write", "fsync", "close", "rename", "open",
                                             "fsync", "close"}));
}

TEST(Files, OutputThatCannotBeCreated) {
  TemporaryDirectory directory;
  expect_error([&] { write_file(directory / "no/x", "x"); }, ExitCode::cannot_create,
               "No such file or directory");
  expect_error([&] { write_file(directory.path(), "x"); }, ExitCode::cannot_create,
               "not a regular file");
  expect_error([&] { write_file("/dev/null", "x"); }, ExitCode::cannot_create,
               "not a regular file");
  write_file(directory / "x", "x");
  expect_error([&] { OutputFile(directory / "x"); }, ExitCode::cannot_create, "File exists");
  FaultyCalls calls;
  calls.fail_always("open", EACCES);
  expect_error([&] { write_file(directory / "y", "x"); }, ExitCode::no_permission,
               "Permission denied");
}

TEST(Files, AFileSystemWithoutReservationStillWorks) {
  TemporaryDirectory directory;
  FaultyCalls calls;
  calls.fail_always("reserve", EOPNOTSUPP);
  OutputFile out(directory / "x");
  out.reserve(3);
  out.write("abc");
  EXPECT_EQ(out.finish().bytes, 3u);
}

TEST(Files, WritingThroughALinkReplacesItsTarget) {
  TemporaryDirectory directory;
  write_file(directory / "x", "old");
  fs::create_symlink("x", directory / "link");
  write_file(directory / "link", "new");
  EXPECT_TRUE(fs::is_symlink(directory / "link"));
  EXPECT_EQ(read_file(directory / "x"), "new");
}

TEST(Files, ParentDirectory) {
  EXPECT_EQ(parent_directory("a/b/c"), "a/b");
  EXPECT_EQ(parent_directory("c"), ".");
  EXPECT_EQ(parent_directory("/c"), "/");
}

}  // namespace reprise
