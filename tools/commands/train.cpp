#include "tools/commands/train.h"

#include <CLI/CLI.hpp>

#include <filesystem>

#include "core/parallel.h"
#include "tools/trainer/announcement.h"
#include "tools/trainer/trainer.h"

namespace reprise {

namespace fs = std::filesystem;

namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 done, 2 command line, 65 data, 66 missing input, 69 not on this machine, "
    "70 a bug of ours, 73 output can't be created, 74 reading or writing failed, 75 the run directory is "
    "in use, 77 no permission, 78 configuration, 80 diverged, 81 no checkpoint can be trusted, 82 out of "
    "memory, 130/143 stopped by a signal, and saved.";

std::string output_folder(const TrainOptions& options) {
  if (!options.output.empty()) return options.output;
  const fs::path config = options.config;
  const bool of_run = config.filename() == "config.json" && config.has_parent_path();  // has the run's name
  return "runs/" + (of_run ? config.parent_path().filename() : config.stem()).string();
}

// The folder of checkpoints, or the checkpoint itself, that --resume names; empty for the run's own.
std::string resume_path(const TrainOptions& options) {
  const std::string& resume = options.resume;
  if (resume == "auto" || resume == "never" || resume == "must") return "";
  if (!fs::is_directory(resume)) {
    throw Error(ExitCode::no_input, "--resume {}: neither auto, never or must, nor the folder of a "
                "checkpoint", resume);
  }
  if (const fs::path own = fs::path(resume) / "checkpoints"; fs::is_directory(own)) {
    throw Error(ExitCode::no_input, "--resume {}: is a run's folder; its checkpoints are in {}", resume, own.string());
  }
  return resume;
}

[[noreturn]] void refuse_no_run(const std::string& path) {
  throw Error(ExitCode::no_input, "{}: there is no run to resume", path);
}

void check_resume(const TrainOptions& options, const RunDirectory& run) {
  if (options.resume == "never" && run.used()) {
    throw Error(ExitCode::cannot_create, "{}: a run is here already and --resume is never; choose "
                "another --output, or remove the folder", run.path());
  }
  if (options.resume == "must" && !run.used()) refuse_no_run(run.path());
}

ExitCode dry_run(const RunConfig& config, Console& console) {
  Session session(config);
  announce(session, console);
  const std::vector<Batch> batches = {session.micro_batch(0)};
  const StepResult result = session.compute_gradients(0, batches, [] { return false; });
  console.say(fmt::format("one batch went through: loss {:.4f}, gradient norm {:.4f}. Nothing was "
                          "written", result.loss, result.gradient_norm));
  return ExitCode::ok;
}

void tell_next(const RunDirectory& run, const ModelConfig& model, Console& console) {
  console.say(fmt::format("the trained model{}: {}\nlosses of every step: {}\n"
                          "next, what it consists of: reprise inspect --config {}",
                          model.any_encoder() ? ", as a Hugging Face folder" : "",
                          run.final_folder(), run.file("metrics.jsonl"), run.file("config.json")));
}

}  // namespace

void add_train_options(CLI::App& command, TrainOptions& options) {
  command.add_option("--config", options.config, "a recipe: a file, or a name from configs/")
      ->required();
  command.add_option("--set", options.overrides, "change a setting: path=value, e.g. "
                     "training.steps=100; may be repeated")->type_name("PATH=VALUE")->allow_extra_args(false);
  command.add_option("--output", options.output, "the run's folder (runs/<name of the config>)");
  command.add_option("--resume", options.resume,
                     "auto: go on with an unfinished run; never; must; or a checkpoint's folder (auto)");
  command.add_option("--threads", options.threads, "threads (all processors); results don't depend "
                     "on it")->check(CLI::Range(1, 256));
  command.add_flag("--dry-run", options.dry_run, "load everything, push one batch through, say what "
                   "the run would need; write nothing");
  command.footer(kExitCodes);
}

ExitCode train(const TrainOptions& options) {
  if (options.threads > 0) set_threads(options.threads);
  const RunConfig config = load_run_config(options.config, options.overrides);
  Console console;
  refuse_what_does_not_fit(config);
  if (options.dry_run) return dry_run(config, console);

  const std::string checkpoint = resume_path(options);
  const Json resolved = dump(config);
  const std::string output = output_folder(options);
  if (std::error_code error; options.resume == "must" && !fs::exists(output, error)) {
    refuse_no_run(output);  // and don't make it
  }
  const RunDirectory run(output);
  check_resume(options, run);
  if (run.used()) {
    run.check_same_config(resolved);
    if (run.finished()) {
      console.say(fmt::format("{}: this run is finished", run.path()));
      tell_next(run, config.model, console);
      return ExitCode::ok;
    }
  }
  const bool fresh = !run.used();
  console.attach(AppendedFile(run.file("log.txt"), fresh ? 0 : AppendedFile::kKeepAll));
  Session session(config);
  Trainer trainer(session, run, resolved, console);
  run.write_config(resolved);  // from here on a run: whoever mends a mistake found before may start again
  run.write_tokenizer(session.dataset());
  announce(session, console);
  if (!checkpoint.empty() || !fresh) trainer.resume(checkpoint);
  const ExitCode code = trainer.run();
  if (code == ExitCode::ok) tell_next(run, config.model, console);
  return code;
}

}  // namespace reprise
