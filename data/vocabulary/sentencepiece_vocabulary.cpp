#include "data/vocabulary/sentencepiece_vocabulary.h"

#include <sentencepiece_processor.h>

#include "core/error.h"

namespace reprise {

std::string library_reason(std::string_view message) {
  const size_t end = message.rfind("] ");
  return std::string(end == std::string_view::npos ? message : message.substr(end + 2));
}

SentencePieceVocabulary::SentencePieceVocabulary(std::string model_bytes, const std::string& name)
    : Vocabulary(std::move(model_bytes)),
      model_(parse_sentencepiece_model(bytes_, name)),
      processor_(std::make_unique<sentencepiece::SentencePieceProcessor>()) {
  for (const Piece& piece : model_.pieces) {
    word_starts_.push_back(piece.text.starts_with(kSpaceMarker));
    if (piece.type == PieceType::normal || piece.type == PieceType::user_defined) {
      ordinary_.push_back(static_cast<int32_t>(word_starts_.size()) - 1);
    }
  }
  special_ = {id_of("<pad>", name), id_of("<unk>", name), id_of("[CLS]", name),
              id_of("[SEP]", name), id_of("[MASK]", name)};
  if (ordinary_.empty()) throw DataError("{}: no piece of the vocabulary stands for text", name);
  try {
    const auto status = processor_->LoadFromSerializedProto(bytes_);
    if (!status.ok())
      throw DataError("{}: not a usable model: {}", name, library_reason(status.error_message()));
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw DataError("{}: not a usable SentencePiece model: {}", name, error.what());
  }
}

SentencePieceVocabulary::~SentencePieceVocabulary() = default;

std::string SentencePieceVocabulary::text_of(int32_t id) const {
  constexpr std::string_view kSpace = "\u2581";  // begins a piece that begins a word
  if (id < 0 || id >= size()) return kNoPiece;
  const std::string& text = model_.pieces[id].text;
  return text.starts_with(kSpace) ? " " + text.substr(kSpace.size()) : text;
}

int32_t SentencePieceVocabulary::id_of(std::string_view piece, const std::string& name) const {
  for (size_t id = 0; id < model_.pieces.size(); ++id) {
    if (model_.pieces[id].text == piece) return static_cast<int32_t>(id);
  }
  throw DataError(
      "{}: the vocabulary has no piece {}; pretraining needs <pad>, <unk>, [CLS], [SEP] "
      "and [MASK]",
      name, piece);
}

std::vector<int32_t> SentencePieceVocabulary::encode(std::string_view sentence) const {
  static_assert(std::is_same_v<int, int32_t>);
  std::vector<int32_t> ids;
  const auto status = processor_->Encode(sentence, &ids);
  if (!status.ok())
    throw DataError("vocabulary: can't encode a sentence: {}",
                    library_reason(status.error_message()));
  return ids;
}

}  // namespace reprise
