#include "tools/trainer/run_config.h"

#include <algorithm>

namespace reprise {

void TaskConfig::fields(Fields& f) {
  f("type", type, "what a bert or albert learns: pretraining: masked words and the order of sentences; of "
    "labelled texts classification: which of several labels, multi_label: which labels, regression: which "
    "number; null: what the data are for").one_of({"pretraining", "classification", "multi_label", "regression"});
}

void TrainingConfig::fields(Fields& f) {
  f("steps", steps, "optimizer steps").between(1, 1e12);
  f("minutes", minutes, "train for this long instead, with the schedule fitted to it").above(0);
  f("epochs", epochs, "or for so many passes over data of a fixed size (images, words)")
      .between(1, 1e6);
  f("batch_size", batch_size, "sequences in a micro-batch (unless given: 32, of words 20, of a file of "
    "batches as many as it has)")
      .between(1, 1 << 20);
  f("accumulate", accumulate, "micro-batches in a step").between(1, 1 << 20);
  f("clip_norm", clip_norm, "the largest norm of all gradients together; 0: no clipping").at_least(0);
  f("seed", seed, "of weights, order, masks and dropout").between(0, 9e15);
  f("precision", precision, "of products and what they keep: bfloat16 is faster where the processor "
    "has it; auto: then bfloat16, else float32").one_of({"float32", "bfloat16", "auto"});
  f("log_every", log_every, "steps from one progress line to the next").at_least(1);
  f("eval_every", eval_every, "steps from one evaluation to the next; 0: only at the end; "
    "null: an epoch's, or 100").at_least(0);
  f("checkpoint_every", checkpoint_every, "steps from one checkpoint to the next; 0: only when stopped")
      .at_least(0);
  f("keep_checkpoints", keep_checkpoints, "how many verified checkpoints are kept").at_least(1);
  f("keep_best", keep_best, "a score of the evaluations, e.g. accuracy or loss: the model of the best one is "
    "the result; null: the last one");
  f("patience", patience, "end after so many evaluations in a row without a better one; null: never")
      .at_least(1);
}

void TrainingConfig::check(Problems& problems) const {
  std::vector<const char*> given;
  if (steps) given.push_back("steps");
  if (minutes) given.push_back("minutes");
  if (epochs) given.push_back("epochs");
  if (given.empty()) problems.add("steps", "give one of \"steps\", \"minutes\" and \"epochs\"");
  if (given.size() > 1) {
    problems.add(given.front(), fmt::format("a run is as long as one of {} says; set the other to null, as in --set "
                                            "training.{}=null", fmt::join(given, " and "), given.back()));
  }
  if (patience && !keep_best) problems.add("patience", "better in what? give keep_best as well");
}

void PublishedConfig::fields(Fields& f) {
  f("parameters", parameters, "as the paper prints it, in whole millions: 12e6").at_least(1).required();
  f("source", source, "the paper and its table").required();
}

void DiagnosticsConfig::fields(Fields& f) {
  f("every", every, "steps from one look at what each use of shared weights wants to the next; 0: never")
      .at_least(0);
  f("parameters", parameters, "their names, as in model.safetensors; none: every matrix that is used more "
    "than once");
}

void RunConfig::fields(Fields& f) {
  f("description", description, "one line on what the recipe is for");
  f("published", published, "what a paper says of the model's size; inspect holds it against its count");
  f("task", task, "what it is trained for");
  f("model", model, "what is trained");
  f("data", data, "what it is trained on");
  f("optimizer", optimizer, "how it is updated");
  f("schedule", schedule, "how the learning rate goes");
  f("training", training, "how long, and in which portions");
  f("sharing_schedule", sharing_schedule, "when, and to what, the model's sharing plan changes");
  f("diagnostics", diagnostics, "what each use of shared weights wants, while it trains");
  f("watch", watch, "trouble that is named while it grows, and what is done about it");
}

void RunConfig::check(Problems& problems) const {
  check_data(problems);
  check_task(problems);
  check_sharing_schedule(sharing_schedule, model.is_encoder() ? &model.encoder : nullptr, training.steps,
                         problems);
}

LabelKind RunConfig::labels() const {
  if (task.type == "regression") return LabelKind::number;
  return task.type == "multi_label" ? LabelKind::several : LabelKind::one;
}

void RunConfig::check_task(Problems& problems) const {
  const bool labelled = data.type == "classification";
  if (task.type && !model.is_encoder()) {
    problems.add("task.type", fmt::format("is {}, which is for a bert or albert; a model of type {} has one "
                                          "task only: leave it out", *task.type, model.type));
  } else if (task.type && (*task.type == "pretraining") == labelled) {
    problems.add("task.type", fmt::format("is {}, and the data are of type {}; {}", *task.type, data.type,
                                          labelled ? "labelled texts are for classification, multi_label or "
                                                     "regression"
                                                   : "give labelled texts: \"type\": \"classification\""));
  }
  if (optimizer.layer_decay != 1 && !model.is_encoder()) {
    problems.add("optimizer.layer_decay", "only a bert or albert has layers whose rates can differ");
  }
  // A folder to start from may say it of its own accord, for whoever fine-tunes it.
  const bool says_dropout = model.type == "bert" && model.encoder.classifier_dropout_prob.value_or(0) > 0;
  if (says_dropout && !labelled && !model.init_from) {
    problems.add("model.classifier_dropout_prob", "bert has dropout before a classifier only, and none before its "
                                                  "sentence head: leave it out of a pretraining");
  }
  if (labelled && !sharing_schedule.empty()) {
    problems.add("sharing_schedule", "a classifier keeps its plan; reprise convert gives a model another one");
  }
}

// What the data ask of the model.
void RunConfig::check_data(Problems& problems) const {
  const std::vector<std::string> fitting = model.data_types();
  if (std::find(fitting.begin(), fitting.end(), data.type) == fitting.end()) {
    problems.add("data.type", fmt::format("is {}, and a model of type {} is trained on {}", data.type,
                                          model.type, fmt::join(fitting, " or ")));
    return;
  }
  const EncoderConfig* encoder = model.any_encoder();
  const std::optional<int64_t> length = data.max_length();
  if (!encoder || !length) return;
  if (*length > encoder->max_position_embeddings) {
    problems.add("data.max_length",
                 fmt::format("{} tokens are more than the model's {} positions "
                             "(model.max_position_embeddings)",
                             *length, encoder->max_position_embeddings));
  }
  if (data.type == "text" && data.text.sentence_task != "none" && encoder->type_vocab_size < 2) {
    problems.add("data.sentence_task",
                 fmt::format("{} has two segments, the model's table has {} "
                             "(model.type_vocab_size)",
                             data.text.sentence_task, encoder->type_vocab_size));
  }
}

}  // namespace reprise
