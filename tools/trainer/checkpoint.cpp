#include "tools/trainer/checkpoint.h"

#include "core/commit_directory.h"
#include "core/error.h"
#include "core/gemm.h"
#include "core/kernels/isa.h"
#include "core/printable.h"
#include "core/safetensors.h"

namespace reprise {

namespace {

constexpr int kFormat = 1;
constexpr std::string_view kPrefix = "step-";

Json fields_of(const std::string& config_hash, const NumericIdentity& identity,
               const TrainingState& state, int64_t updates) {
  return {{"format", kFormat},
          {"config_hash", config_hash},
          {"step", state.step},
          {"updates", updates},
          {"evaluated", state.evaluated},
          {"nonfinite_steps", state.nonfinite_steps},
          {"nonfinite_in_row", state.nonfinite_in_row},
          {"seconds", state.seconds},
          {"rate_scale", state.rate_scale},
          {"rollbacks", state.rollbacks},
          {"watch", state.watch},
          {"best_score", state.best_score ? Json(*state.best_score) : Json()},
          {"best_step", state.best_step},
          {"without_better", state.without_better},
          {"joules", state.joules},
          {"metrics_bytes", state.metrics_bytes},
          {"gemm", identity.gemm},
          {"isa", identity.isa}};
}

std::vector<NamedTensor> moments_of(const Optimizer& optimizer) {
  std::vector<NamedTensor> moments;
  for (const Optimizer::Moment& moment : optimizer.state()) moments.push_back({moment.name(), moment.tensor});
  return moments;
}

std::vector<NamedTensor> numbered(const std::vector<Tensor>& carried) {
  std::vector<NamedTensor> named;
  for (const Tensor& tensor : carried) named.push_back({std::to_string(named.size()), tensor});
  return named;
}

LoadedCheckpoint restore_all(const std::string& path, const Manifest& manifest,
                             const std::string& config_hash, const TrainedAt& trained_at) {
  const Json fields = parse_json(manifest.fields, path, ExitCode::corrupt).value();
  if (fields.value("format", 0) != kFormat) {
    throw Error(ExitCode::corrupt, "{}: a checkpoint of format {}, this program reads {}", path,
                fields.value("format", 0), kFormat);
  }
  if (fields.value("config_hash", "") != config_hash) {
    throw ConfigError("{}: a checkpoint of another configuration", path);
  }
  const Trained trained = trained_at(fields.at("step"));
  restore_tensors(path + "/model.safetensors", weights_of(trained.parameters));
  restore_tensors(path + "/optimizer.safetensors", moments_of(trained.optimizer));
  if (!trained.carried.empty()) {
    restore_tensors(path + "/carried.safetensors", numbered(trained.carried));
  }
  for (const ParameterPtr& parameter : trained.parameters) parameter->touch();
  trained.optimizer.set_updates(fields.at("updates"));
  const Json best = fields.value("best_score", Json());
  return {path,
          {.step = fields.at("step"),
           .evaluated = fields.at("evaluated"),
           .nonfinite_steps = fields.at("nonfinite_steps"),
           .nonfinite_in_row = fields.at("nonfinite_in_row"),
           .seconds = fields.at("seconds"),
           .rate_scale = fields.value("rate_scale", 1.0),
           .rollbacks = fields.value("rollbacks", int64_t{0}),
           .watch = fields.value("watch", Json()),
           .best_score = best.is_number() ? std::optional(best.get<double>()) : std::nullopt,
           .best_step = fields.value("best_step", int64_t{0}),
           .without_better = fields.value("without_better", int64_t{0}),
           .joules = fields.value("joules", 0.0),
           .metrics_bytes = fields.at("metrics_bytes")},
          {fields.at("gemm"), fields.at("isa")}};
}

}  // namespace

std::vector<NamedTensor> weights_of(const std::vector<ParameterPtr>& parameters) {
  std::vector<NamedTensor> weights;
  for (const NamedPart& part : named_parts(parameters)) weights.push_back({part.name, part.value});
  return weights;
}

void restore_tensors(const std::string& path, const std::vector<NamedTensor>& tensors) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  if (file.names().size() != tensors.size()) {
    throw Error(ExitCode::corrupt, "{}: {} tensors, the model has {}", path, file.names().size(),
                tensors.size());
  }
  for (const NamedTensor& tensor : tensors) {
    if (!file.contains(tensor.name)) {
      throw Error(ExitCode::corrupt, "{}: no tensor \"{}\", which the model has", path, printable(tensor.name));
    }
    const Tensor loaded = file.load(tensor.name, tensor.tensor.dtype(), Purpose::other);
    if (loaded.shape() != tensor.tensor.shape()) {
      throw Error(ExitCode::corrupt, "{}: tensor \"{}\" is {}, the model has {}", path, tensor.name,
                  loaded.shape(), tensor.tensor.shape());
    }
    tensor.tensor.copy_from(loaded);
  }
}

NumericIdentity numeric_identity(Precision precision) {
  return {fmt::format("{} {}", to_string(gemm_backend()), to_string(precision)),
          std::string(kernels::to_string(kernels::isa()))};
}

void save_checkpoint(const std::string& checkpoints, const std::string& config_hash,
                     const NumericIdentity& identity, const TrainingState& state,
                     const Trained& trained, int keep) {
  DirectoryCommit commit(checkpoints, fmt::format("{}{:08}", kPrefix, state.step));
  commit.add("model.safetensors",
             [&](OutputFile& out) { write_safetensors(out, weights_of(trained.parameters)); });
  commit.add("optimizer.safetensors",
             [&](OutputFile& out) { write_safetensors(out, moments_of(trained.optimizer)); });
  if (!trained.carried.empty()) {
    commit.add("carried.safetensors",
               [&](OutputFile& out) { write_safetensors(out, numbered(trained.carried)); });
  }
  commit.commit(
      dump_json_line(fields_of(config_hash, identity, state, trained.optimizer.updates())));
  prune_directories(checkpoints, kPrefix, keep);
}

std::optional<LoadedCheckpoint> load_newest_checkpoint(
    const std::string& checkpoints, const std::string& config_hash, const TrainedAt& trained,
    const std::function<void(const std::string&)>& warn) {
  const NewestValid newest = newest_valid(checkpoints, kPrefix);
  for (const SkippedDirectory& skipped : newest.skipped) {
    warn(fmt::format("{} can't be trusted and is passed over: {}", skipped.path, skipped.reason));
  }
  if (!newest.found) {
    if (newest.skipped.empty()) return std::nullopt;
    throw Error(ExitCode::corrupt, "{}: none of the {} checkpoints can be trusted", checkpoints,
                newest.skipped.size());
  }
  return restore_all(newest.found->path, newest.found->manifest, config_hash, trained);
}

LoadedCheckpoint load_checkpoint(const std::string& path, const std::string& config_hash,
                                 const TrainedAt& trained) {
  return restore_all(path, verify_directory(path), config_hash, trained);
}

}  // namespace reprise
