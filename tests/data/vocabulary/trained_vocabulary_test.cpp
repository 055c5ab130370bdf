#include "data/vocabulary/trained_vocabulary.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;
using test::sample_model;
using test::sample_sentences;
using test::TemporaryDirectory;

std::vector<std::string_view> sample_views() {
  return {sample_sentences().begin(), sample_sentences().end()};
}

// Sets XDG_CACHE_HOME for its lifetime.
class CacheAt {
 public:
  explicit CacheAt(const std::string& folder) {
    if (const char* old = getenv("XDG_CACHE_HOME")) old_ = old;
    setenv("XDG_CACHE_HOME", folder.c_str(), 1);
  }
  ~CacheAt() { setenv("XDG_CACHE_HOME", old_.c_str(), 1); }

 private:
  std::string old_;
};

std::vector<fs::path> files_below(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

TEST(TrainedVocabulary, KeepsWhatWasTrained) {
  const TemporaryDirectory folder;
  const CacheAt cache(folder.path());
  std::vector<std::string> warnings;
  const VocabularyTraining settings{.size = 60, .max_sentences = 1000};
  const auto first = trained_vocabulary(sample_views(), settings, warnings);
  ASSERT_EQ(files_below(folder.path()).size(), 1u);
  const fs::path file = files_below(folder.path())[0];
  const auto written = fs::last_write_time(file);
  EXPECT_EQ(trained_vocabulary(sample_views(), settings, warnings)->bytes(), first->bytes());
  EXPECT_EQ(fs::last_write_time(file), written);
  trained_vocabulary(sample_views(), {.size = 61, .max_sentences = 1000}, warnings);
  EXPECT_EQ(files_below(folder.path()).size(), 2u);
  EXPECT_TRUE(warnings.empty());
}

TEST(TrainedVocabulary, TrainsAgainWhenTheFileIsDamaged) {
  const TemporaryDirectory folder;
  const CacheAt cache(folder.path());
  std::vector<std::string> warnings;
  const VocabularyTraining settings{.size = 60, .max_sentences = 1000};
  trained_vocabulary(sample_views(), settings, warnings);
  const fs::path file = files_below(folder.path())[0];
  write_file(file.string(), "damaged");
  EXPECT_EQ(trained_vocabulary(sample_views(), settings, warnings)->bytes(), sample_model());
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_PRED2(test::contains, warnings[0], "trained again");
  EXPECT_EQ(read_file(file.string()), sample_model());
}

TEST(TrainedVocabulary, WorksWithoutAFolder) {
  const TemporaryDirectory folder;
  write_file(folder / "file", "");
  const CacheAt cache(folder / "file");
  std::vector<std::string> warnings;
  EXPECT_EQ(
      trained_vocabulary(sample_views(), {.size = 60, .max_sentences = 1000}, warnings)->bytes(),
      sample_model());
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_PRED2(test::contains, warnings[0], "can't be kept");
}

TEST(TrainedVocabulary, IsSharedByProcessesAtTheSameTime) {
  const TemporaryDirectory folder;
  const CacheAt cache(folder.path());
  std::vector<pid_t> processes;
  for (int p = 0; p < 4; ++p) {
    processes.push_back(fork());
    if (processes.back() != 0) continue;
    std::vector<std::string> warnings;
    const auto vocabulary =
        trained_vocabulary(sample_views(), {.size = 60, .max_sentences = 1000}, warnings);
    _exit(warnings.empty() && vocabulary->bytes() == sample_model() ? 0 : 1);
  }
  for (const pid_t process : processes) {
    int status = -1;
    ASSERT_EQ(waitpid(process, &status, 0), process);
    EXPECT_EQ(status, 0);
  }
  ASSERT_EQ(files_below(folder.path()).size(), 1u);
  EXPECT_EQ(read_file(files_below(folder.path())[0].string()), sample_model());
}

}  // namespace
}  // namespace reprise
