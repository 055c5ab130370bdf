// Stopped at any moment, a run that goes on ends with the bits of one that was never disturbed.
#include "core/parallel.h"
#include "core/run_lock.h"
#include "tests/tools/tiny_runs.h"
#include "tools/trainer/run_config.h"
#include "tools/trainer/trainer.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

// Long enough for a signal to arrive in the middle.
const TinyRuns::Arguments kLong = {"--set", "training.steps=40"};

std::string step_folder(const std::string& output, int step) {
  return fmt::format("{}/checkpoints/step-{:08}", output, step);
}

// Changes one bit in the middle of a file.
void damage(const std::string& path) {
  std::string bytes = content_of(path);
  ASSERT_FALSE(bytes.empty()) << path;
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(path, std::ios::binary) << bytes;
}

// Trains in this process, with a checkpoint at every step. True when it went on from one.
bool train_here(const TinyRuns& runs, const std::string& output) {
  setenv("XDG_CACHE_HOME", (runs / "cache").c_str(), 1);
  set_threads(1);
  const RunConfig config = load_run_config(
      runs.recipe(), {"training.checkpoint_every=1", "training.keep_checkpoints=20"});
  const Json resolved = dump(config);
  const RunDirectory run(runs / output);
  Console console;
  Session session(config);
  run.write_tokenizer(session.dataset());
  Trainer trainer(session, run, resolved, console);
  const bool resumed = trainer.resume("");
  EXPECT_EQ(trainer.run(), ExitCode::ok);
  return resumed;
}

class ResumeBoth : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, ResumeBoth, testing::Values("albert", "bert"), type_name);

TEST_P(ResumeBoth, SurvivesBeingKilledAgainAndAgain) {
  const TinyRuns runs(GetParam());
  expect_exit(runs.train("undisturbed", kLong), 0);
  int killed = 0;
  for (const size_t lines : {0, 1, 6, 10, 11, 19, 30}) {
    Process process = runs.start("killed", kLong);
    process.wait_until([&] {
      return fs::exists(runs / "killed/config.json") && runs.metrics_lines("killed") >= lines;
    });
    process.kill(SIGKILL);
    killed += process.wait().signal == SIGKILL;
  }
  EXPECT_GT(killed, 0);
  expect_exit(runs.train("killed", kLong), 0);
  runs.expect_same_result("undisturbed", "killed");
}

TEST_P(ResumeBoth, SurvivesBeingKilledRightAfterACheckpoint) {
  const TinyRuns runs(GetParam());
  expect_exit(runs.train("undisturbed", kLong), 0);
  for (const int step : {4, 20}) {
    Process process = runs.start("killed", kLong);
    process.wait_until([&] { return fs::exists(runs / step_folder("killed", step)); });
    process.kill(SIGKILL);
    process.wait();
  }
  expect_exit(runs.train("killed", kLong), 0, {"going on from"});
  runs.expect_same_result("undisturbed", "killed");
}

// A killed process leaves files that it was writing; they must not get into the result.
TEST_P(ResumeBoth, ClearsAwayWhatAKilledRunWasWriting) {
  const TinyRuns runs(GetParam());
  expect_exit(runs.train("run", {"--dry-run"}), 0);
  for (const char* folder : {"run", "run/tokenizer", "run/checkpoints"}) {
    fs::create_directories(runs / folder);
    std::ofstream(runs / (std::string(folder) + "/.tmp-file-1")) << "half";
  }
  expect_exit(runs.train("run"), 0);
  for (const char* folder : {"run", "run/tokenizer", "run/checkpoints", "run/final"}) {
    EXPECT_FALSE(fs::exists(runs / (std::string(folder) + "/.tmp-file-1"))) << folder;
  }
}

// Whatever the moment: from every checkpoint that a run can have.
TEST_P(ResumeBoth, GoesOnFromEveryStep) {
  const TinyRuns runs(GetParam());
  EXPECT_FALSE(train_here(runs, "undisturbed"));
  for (int step = 1; step < 12; ++step) {
    const std::string copy = fmt::format("from-{}", step);
    fs::copy(runs / "undisturbed", runs / copy, fs::copy_options::recursive);
    fs::remove_all(runs / (copy + "/final"));
    for (int later = step + 1; later < 12; ++later) fs::remove_all(runs / step_folder(copy, later));
    EXPECT_TRUE(train_here(runs, copy)) << step;
    runs.expect_same_result("undisturbed", copy);
    fs::remove_all(runs / copy);
  }
}

TEST(Resume, SavesOnSignalsAndGoesOnWithOtherThreads) {
  const TinyRuns runs;
  expect_exit(runs.train("undisturbed", kLong), 0);
  const struct {
    int signal, code;
    const char* threads;
  } kCases[] = {{SIGTERM, 143, "2"}, {SIGINT, 130, "3"}, {SIGHUP, 129, "1"}};
  size_t lines = 3;
  for (const auto& [signal, code, threads] : kCases) {
    Process process = runs.start("stopped", kLong);
    process.wait_until([&, lines] { return runs.metrics_lines("stopped") >= lines; });
    process.kill(signal);
    expect_exit(process.wait(), code, {"stopped and saved at step"});
    int64_t step = 0;
    for (const Json& line : runs.metrics("stopped")) {
      if (!line.contains("eval")) step = line["step"].get<int64_t>() + 1;
    }
    EXPECT_TRUE(fs::exists(runs / step_folder("stopped", static_cast<int>(step)))) << step;
    TinyRuns::Arguments more = kLong;
    more.insert(more.end(), {"--threads", threads});
    fs::copy(runs / "stopped", runs / threads, fs::copy_options::recursive);
    expect_exit(runs.train(threads, more), 0, {"going on from"});
    runs.expect_same_result("undisturbed", threads);
    lines = runs.metrics_lines("stopped") + 3;
  }
}

TEST(Resume, RefusesAnotherConfiguration) {
  const TinyRuns runs;
  expect_exit(runs.train("run"), 0);
  const TinyRuns::Arguments other = {"--set", "training.seed=2", "--set",
                                     "model.hidden_dropout_prob=0.2"};
  expect_exit(runs.train("run", other), 78,
              {"training.seed: 1, now 2", "model.hidden_dropout_prob: 0.1, now 0.2"});
}

TEST(Resume, DoesAsTheOptionSays) {
  const TinyRuns runs;
  expect_exit(runs.train("run", {"--resume", "must"}), 66, {"no run to resume"});
  expect_exit(runs.train("run", {"--resume", "never"}), 0);
  expect_exit(runs.train("run", {"--resume", "never"}), 73, {"--resume is never"});
  expect_exit(runs.train("run", {"--resume", "must"}), 0, {"finished"});
  expect_exit(runs.train("other", {"--resume", runs / "missing"}), 66, {"--resume"});
  const std::string checkpoint = runs / step_folder("run", 8);
  expect_exit(runs.train("other", {"--resume", checkpoint}), 0, {"step 8"});
  EXPECT_TRUE(runs.file("run", "final/model.safetensors") ==
              runs.file("other", "final/model.safetensors"));
}

TEST(Resume, KeepsTheMetricsBeforeACheckpointOfItsOwn) {
  const TinyRuns runs;
  expect_exit(runs.train("run"), 0);
  fs::copy(runs / "run", runs / "again", fs::copy_options::recursive);
  fs::remove_all(runs / "again/final");
  expect_exit(runs.train("again", {"--resume", runs / (step_folder("again", 4) + "/")}), 0, {"step 4"});
  runs.expect_same_result("run", "again");
}

TEST(Resume, RefusesAFolderInUse) {
  const TinyRuns runs;
  fs::create_directories(runs / "run");
  {
    const RunLock lock(runs / "run/lock");
    expect_exit(runs.train("run"), 75, {std::to_string(getpid())});
  }
  expect_exit(runs.train("run"), 0);
}

TEST(Resume, PassesOverDamagedCheckpoints) {
  const TinyRuns runs;
  expect_exit(runs.train("undisturbed"), 0);
  for (const char* file : {"model.safetensors", "optimizer.safetensors", "manifest.json"}) {
    fs::remove_all(runs / "run");
    fs::copy(runs / "undisturbed", runs / "run", fs::copy_options::recursive);
    fs::remove_all(runs / "run/final");
    damage(runs / (step_folder("run", 8) + "/" + file));
    expect_exit(runs.train("run"), 0, {"step-00000008 can't be trusted", "step-00000004, step 4"});
    runs.expect_same_result("undisturbed", "run");
  }
  fs::remove_all(runs / "run/final");
  damage(runs / (step_folder("run", 4) + "/model.safetensors"));
  fs::remove(runs / (step_folder("run", 8) + "/optimizer.safetensors"));
  expect_exit(runs.train("run"), 81, {"none of the 2 checkpoints can be trusted"});
}

}  // namespace
}  // namespace reprise
