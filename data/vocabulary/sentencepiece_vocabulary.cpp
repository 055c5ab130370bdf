#include "data/vocabulary/sentencepiece_vocabulary.h"

#include <sentencepiece_processor.h>

#include "core/error.h"
#include "data/text_chunks.h"

namespace reprise {

namespace {

// The library's time grows with the square of a run of characters that have no piece, and its
// memory by some 200 times the text. A chunk is far longer than any sequence of a model.
constexpr size_t kChunkBytes = size_t{16} << 10;

}  // namespace

std::string sentencepiece_reason(std::string_view message) {
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
      throw DataError("{}: not a usable model: {}", name, sentencepiece_reason(status.error_message()));
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
  if (id < 0 || id >= size()) return kNoPiece;
  const std::string& text = model_.pieces[id].text;
  return text.starts_with(kSpaceMarker) ? " " + text.substr(kSpaceMarker.size()) : text;
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

// A chunk gets the space in front that the cut took from it. A model that puts none there would
// make other pieces of its first word, so its texts stay whole.
std::vector<int32_t> SentencePieceVocabulary::encode(std::string_view sentence) const {
  if (!model_.add_dummy_prefix) return encode_chunk(sentence);
  std::vector<int32_t> ids = encode_chunk(take_chunk(sentence, kChunkBytes));
  while (!sentence.empty()) {
    const std::vector<int32_t> more = encode_chunk(take_chunk(sentence, kChunkBytes));
    ids.insert(ids.end(), more.begin(), more.end());
  }
  return ids;
}

std::vector<int32_t> SentencePieceVocabulary::encode_chunk(std::string_view chunk) const {
  static_assert(std::is_same_v<int, int32_t>);
  std::vector<int32_t> ids;
  const auto status = processor_->Encode(chunk, &ids);
  if (!status.ok())
    throw DataError("vocabulary: can't encode a sentence: {}",
                    sentencepiece_reason(status.error_message()));
  return ids;
}

}  // namespace reprise
