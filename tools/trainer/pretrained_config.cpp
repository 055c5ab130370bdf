#include "tools/trainer/pretrained_config.h"

#include <filesystem>
#include <optional>

#include "core/config.h"
#include "core/json_path.h"
#include "core/printable.h"
#include "tools/trainer/model_config_file.h"

namespace reprise {

namespace {

constexpr const char* kModel = "model";
constexpr const char* kInitFrom = "model.init_from";
constexpr const char* kSharing = "model.sharing";

// Just the field `sharing`, to read it before everything else is there.
struct SharingAlone {
  std::optional<SharingConfig> sharing;
  void fields(Fields& f) { f("sharing", sharing, ""); }
};

// Nothing for a value that isn't right in itself: binding the whole configuration will say so.
std::optional<SharingConfig> read_sharing(const Json& value) {
  ConfigSource source = parse_config("{}", "");
  source.set_default("sharing", value, "");
  try {
    return bind<SharingAlone>(source).sharing;
  } catch (const ConfigError&) {
    return std::nullopt;
  }
}

// The plan on one line: "A A B B", or "attention A A A A, feed_forward A B C D".
std::string one_line(const SharingPlan& plan) {
  std::string line;
  for (const char c : grid(plan)) {
    if (c == '\n') line += ", ";
    else if (c != ' ' || !line.ends_with(' ')) line += c;
  }
  return line;
}

// Nothing when the strategy and the depth contradict each other.
std::optional<SharingPlan> plan_of(const EncoderConfig& config) {
  try {
    return config.plan();
  } catch (const ConfigError&) {
    return std::nullopt;
  }
}

// A folder may tell a plan in other words than the recipe does: as groups and inner groups, because
// Transformers has no others. Where both mean the same plan, tells the folder's depth in the recipe's words.
void follow_words(const ConfigSource& source, ModelConfigFile& file) {
  const Json* given = source.find(kSharing);
  const Json* groups = source.find(join_path(kModel, "num_hidden_groups"));
  if (!given || (groups && !groups->is_null())) return;  // a recipe with groups has the folder's words
  const std::optional<SharingConfig> sharing = read_sharing(*given);
  if (!sharing) return;
  const EncoderConfig config = file.config.with_sharing(*sharing);
  const std::optional<SharingPlan> plan = plan_of(config);
  if (sharing->strategy == "groups" || !plan || plan->sets != file.config.plan().sets) return;
  for (ModelSetting& setting : file.settings) {
    if (setting.key == "num_hidden_layers") setting.value = config.num_hidden_layers;
    if (setting.key == "inner_group_num") setting.value = config.inner_group_num;
    if (setting.key == "num_hidden_groups") setting.value = nullptr;
  }
  file.config = config;
}

// Adds a problem when the sharing that was given isn't the pretrained model's.
void check_sharing(const Json& given, const ModelConfigFile& file, Problems& problems) {
  EncoderConfig config = file.config;
  config.sharing = read_sharing(given);
  if (!config.sharing) return;
  const SharingPlan theirs = file.config.plan();
  std::optional<SharingPlan> plan = plan_of(config);
  if (plan && plan->sets == theirs.sets) return;
  if (!plan) {
    config.num_hidden_groups.reset();  // which only the file gave: what did the user mean?
    plan = plan_of(config);
  }
  problems.add_to_key(
      kSharing, fmt::format("is {} here, but {} in {}, which model.init_from names; leave it out",
                            plan ? one_line(*plan) : "impossible", one_line(theirs),
                            printable(file.path)));
}

// Fine-tuning has dropout of its own; going on with pretraining, another one is more likely a mistake.
bool is_choice_of_fine_tuning(const ConfigSource& source, const std::string& key) {
  const Json* data = source.find("data.type");
  return data && *data == "classification" && key.ends_with("_prob");
}

// A bert's folder may leave it open, for whoever fine-tunes it. A pretraining has no use for a recipe's.
void check_classifier_dropout(const ConfigSource& source, const ModelConfigFile& file, Problems& problems) {
  const bool open = file.config.type == "bert" && !file.config.classifier_dropout_prob;
  const std::string path = join_path(kModel, "classifier_dropout_prob");
  const Json* given = source.find(path);
  if (!open || !given || !given->is_number() || *given == 0 || is_choice_of_fine_tuning(source, path)) return;
  problems.add_to_key(path, fmt::format("is {} here, and bert has dropout before a classifier only; leave it out "
                                        "of a pretraining", dump_json_ascii(*given)));
}

void check_conflicts(const ConfigSource& source, const ModelConfigFile& file) {
  Problems problems(source);
  if (const Json* sharing = source.find(kSharing)) check_sharing(*sharing, file, problems);
  check_classifier_dropout(source, file, problems);
  for (const ModelSetting& setting : file.settings) {
    const std::string path = join_path(kModel, setting.key);
    const Json* given = source.find(path);
    if (!given || !setting.architectural || path == kSharing || *given == setting.value) continue;
    if (is_choice_of_fine_tuning(source, setting.key)) continue;
    problems.add_to_key(
        path, fmt::format("is {} here, but {} in {}, which model.init_from names; leave it out",
                          dump_json_ascii(*given), dump_json_ascii(setting.value),
                          printable(file.path)));
  }
  problems.raise();
}

}  // namespace

void apply_pretrained_config(ConfigSource& source) {
  const Json* init_from = source.find(kInitFrom);
  if (!init_from || !init_from->is_string()) return;  // null, or a mistake that bind() reports
  const auto name = init_from->get<std::string>();
  if (name.empty() || name.find('\0') != std::string::npos) {
    Problems problems(source);
    problems.add(kInitFrom, "doesn't name a folder");
    problems.raise();
  }
  const Json* type = source.find("model.type");
  if (type && (*type == "sequential" || *type == "lstm_lm")) return;  // the recipe has the architecture
  const std::filesystem::path folder = source.place(kInitFrom).folder / name;
  ModelConfigFile file = read_model_config(folder.string());
  follow_words(source, file);
  check_conflicts(source, file);
  for (const ModelSetting& setting : file.settings) {
    source.set_default(join_path(kModel, setting.key), setting.value, setting.from);
  }
}

}  // namespace reprise
