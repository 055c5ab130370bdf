#include "data/vocabulary/tokenizer_json.h"

#include <vector>

#include "core/json_path.h"
#include "data/vocabulary/wordpiece_vocabulary.h"

namespace reprise {

namespace {

constexpr JsonLimits kLimits = {.bytes = size_t{64} << 20, .values = 4'000'000, .depth = 64};

// An object without members stands for one that isn't there.
const Json& part(const JsonDocument& document, const char* key) {
  static const Json nothing = Json::object();
  const Json* found = find_member(document.value(), key);
  return found ? *found : nothing;
}

void check_type(const JsonDocument& document, const char* key, const char* wanted) {
  const Json* type = find_member(part(document, key), "type");
  if (type && *type == wanted) return;
  throw DataError("{}: {}: is of type {}, and only BERT's tokenizers (\"{}\") can be read from a tokenizer.json",
                  document.place(key), key, describe_json(type ? *type : Json()), wanted);
}

// As Transformers 5 saves ALBERT's: its tokenizers are all fast ones, which don't write spiece.model.
void refuse_sentencepiece(const JsonDocument& document) {
  const Json* type = find_member(part(document, "model"), "type");
  if (!type || *type != "Unigram") return;
  throw DataError("{}: model: is of type \"Unigram\", a SentencePiece tokenizer, which is read from spiece.model; if the "
                  "folder has none, copy that of the model that this one was made from into it (albert-base-v2's, "
                  "say), or save the slow AlbertTokenizer of Transformers 4 there", document.place("model"));
}

std::string pieces_of(const JsonDocument& document) {
  const Json* vocab = find_member(part(document, "model"), "vocab");
  if (!vocab || !vocab->is_object() || vocab->empty()) {
    throw DataError("{}: model.vocab: expected an object of pieces, found {}", document.place("model"),
                    describe_json(vocab ? *vocab : Json()));
  }
  const Json& ids = *vocab;
  std::vector<const std::string*> pieces(ids.size());
  for (const auto& [piece, id] : ids.items()) {
    const bool whole = id.is_number_integer() && id >= 0 && id < static_cast<int64_t>(pieces.size());
    const size_t at = whole ? id.get<size_t>() : 0;
    if (!whole || pieces[at] || piece.find_first_of("\r\n") != piece.npos) {
      throw DataError("{}: model.vocab: its {} pieces should be numbered from 0, each once; {} is {}",
                      document.place(join_path("model.vocab", piece)), pieces.size(), dump_json_ascii(Json(piece)),
                      describe_json(id));
    }
    pieces[at] = &piece;
  }
  std::string lines;
  for (const std::string* piece : pieces) lines += *piece + '\n';
  return lines;
}

}  // namespace

std::optional<bool> read_flag(const JsonDocument& document, const Json& object, std::string_view path,
                              std::string_view key) {
  const Json* value = find_member(object, key);
  if (!value) return std::nullopt;
  if (!value->is_boolean()) {
    const std::string place = join_path(path, key);
    throw DataError("{}: {}: expected true, false or null, found {}", document.place(place), place,
                    describe_json(*value));
  }
  return value->get<bool>();
}

WordPieceFile read_wordpiece_json(const std::string& path) {
  const JsonDocument document = read_json(path, ExitCode::data, kLimits);
  refuse_sentencepiece(document);
  check_type(document, "model", "WordPiece");
  check_type(document, "normalizer", "BertNormalizer");
  check_type(document, "pre_tokenizer", "BertPreTokenizer");
  const auto flag = [&](const char* key) {
    return read_flag(document, part(document, "normalizer"), "normalizer", key);
  };
  const Json* prefix = find_member(part(document, "model"), "continuing_subword_prefix");
  if (prefix && *prefix != kContinuing) {
    throw DataError("{}: model.continuing_subword_prefix: is {}, and a piece that goes on with a word begins with "
                    "\"{}\" here", document.place("model.continuing_subword_prefix"), describe_json(*prefix),
                    kContinuing);
  }
  return {.pieces = pieces_of(document),
          .rules = {.lower_case = flag("lowercase").value_or(true),
                    .strip_accents = flag("strip_accents"),
                    .tokenize_chinese_chars = flag("handle_chinese_chars").value_or(true)}};
}

}  // namespace reprise
