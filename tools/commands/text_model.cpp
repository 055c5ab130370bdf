#include "tools/commands/text_model.h"

#include <algorithm>

#include "core/error.h"
#include "core/printable.h"
#include "tools/trainer/model_config_file.h"
#include "tools/trainer/model_folder.h"

namespace reprise {

namespace {

constexpr std::string_view kMask = "[MASK]";

}  // namespace

std::unique_ptr<const Vocabulary> vocabulary_of(const std::string& folder, int64_t rows) {
  auto vocabulary = load_vocabulary(folder, /*lower_case=*/true);
  if (vocabulary->size() > rows) {
    throw DataError("{}: the vocabulary has {} pieces, the model only {} rows for them", printable(folder),
                    vocabulary->size(), rows);
  }
  return vocabulary;
}

size_t count_masks(std::string_view text) {
  size_t count = 0;
  for (size_t at = text.find(kMask); at != text.npos; at = text.find(kMask, at + kMask.size())) ++count;
  return count;
}

TextModel::TextModel(const std::string& folder)
    : encoder_(read_model_config(folder).config),
      vocabulary_(vocabulary_of(folder, encoder_.config().vocab_size)) {
  for (const std::string& head : load_model_folder(folder, encoder_)) {
    if (head.ends_with("predictions")) predicts_words_ = false;
  }
}

Example TextModel::example(std::string_view text) const {
  const SpecialPieces& special = vocabulary_->special();
  Example example;
  example.ids = {special.cls};
  // [MASK] is looked for here: SentencePiece takes it for letters.
  for (bool more = true; more;) {
    const size_t end = std::min(text.find(kMask), text.size());
    const std::vector<int32_t> ids = vocabulary_->encode(text.substr(0, end));
    example.ids.insert(example.ids.end(), ids.begin(), ids.end());
    more = end < text.size();
    if (!more) break;
    example.masked_positions.push_back(static_cast<int32_t>(example.ids.size()));
    example.ids.push_back(special.mask);
    text.remove_prefix(end + kMask.size());
  }
  const auto most = static_cast<size_t>(encoder_.config().max_position_embeddings) - 1;
  if (example.ids.size() > most) example.ids.resize(most);
  while (!example.masked_positions.empty() &&
         static_cast<size_t>(example.masked_positions.back()) >= most) {
    example.masked_positions.pop_back();
  }
  example.ids.push_back(special.sep);
  example.segments.assign(example.ids.size(), 0);
  example.masked_labels.assign(example.masked_positions.size(), special.mask);  // unknown
  return example;
}

TokenBatch TextModel::batch(std::span<const InputText> texts) const {
  std::vector<Example> examples;
  for (const InputText& input : texts) examples.push_back(example(input.text));
  return make_batch(examples, 0, encoder_.config().max_position_embeddings);
}

}  // namespace reprise
