#include "data/vocabulary/sentencepiece_model.h"

#include <bit>
#include <cmath>
#include <unordered_set>

#include "core/error.h"
#include "core/printable.h"
#include "data/utf8.h"
#include "data/vocabulary/protobuf_wire.h"

namespace reprise {

namespace {

// Numbers of the fields in sentencepiece_model.proto.
namespace model_field {
constexpr uint32_t pieces = 1, trainer_spec = 2, normalizer_spec = 3, self_test = 4,
                   denormalizer_spec = 5;
}
namespace piece_field {
constexpr uint32_t piece = 1, score = 2, type = 3;
}
namespace trainer_field {
constexpr uint32_t model_type = 3, whitespace_as_suffix = 24, byte_fallback = 35;
}
namespace normalizer_field {
constexpr uint32_t name = 1, charsmap = 2, add_dummy_prefix = 3, remove_extra_whitespaces = 4,
                   escape_whitespaces = 5;
}

void expect_type(const WireField& field, WireField::Type type, const std::string& name) {
  if (field.type != type) {
    throw DataError("{}: not a SentencePiece model: field {} is of wire type {}, expected {}", name,
                    field.number, static_cast<int>(field.type), static_cast<int>(type));
  }
}

Piece parse_piece(std::string_view bytes, size_t id, const std::string& name) {
  Piece piece;
  uint64_t type = static_cast<uint64_t>(piece.type);
  WireReader reader(bytes, name);
  for (WireField field; reader.next(field);) {
    if (field.number == piece_field::piece) {
      expect_type(field, WireField::bytes, name);
      piece.text = field.data;
    } else if (field.number == piece_field::score) {
      expect_type(field, WireField::fixed32, name);
      piece.score = field.as_float();
    } else if (field.number == piece_field::type) {
      expect_type(field, WireField::varint, name);
      type = field.value;
    }
  }
  if (piece.text.empty() || piece.text.size() > kMaxPieceBytes) {
    throw DataError("{}: piece {} has {} bytes, from 1 to {} are possible", name, id,
                    piece.text.size(), kMaxPieceBytes);
  }
  if (!is_utf8(piece.text) || piece.text.find('\0') != std::string::npos) {
    throw DataError("{}: piece {} is not valid UTF-8 text", name, id);
  }
  if (!std::isfinite(piece.score)) throw DataError("{}: piece {}: score {}", name, id, piece.score);
  if (type < 1 || type > 5) {
    throw DataError("{}: piece {} is of type {}; byte pieces and unknown types are not supported",
                    name, id, type);
  }
  piece.type = static_cast<PieceType>(type);
  return piece;
}

void check_trainer_spec(std::string_view bytes, const std::string& name) {
  constexpr uint64_t kUnigram = 1;
  WireReader reader(bytes, name);
  for (WireField field; reader.next(field);) {
    if (field.number == trainer_field::model_type && field.value != kUnigram) {
      throw DataError(
          "{}: a SentencePiece model of type {} (2 BPE, 3 word, 4 char); only unigram "
          "models (1) are supported",
          name, field.value);
    }
    if ((field.number == trainer_field::whitespace_as_suffix ||
         field.number == trainer_field::byte_fallback) &&
        field.value != 0) {
      throw DataError("{}: models with {} are not supported", name,
                      field.number == trainer_field::byte_fallback ? "byte_fallback"
                                                                   : "treat_whitespace_as_suffix");
    }
  }
}

uint32_t unit_at(std::string_view trie, size_t index) {
  uint32_t unit = 0;
  for (size_t b = 4; b-- > 0;) unit = unit << 8 | static_cast<uint8_t>(trie[4 * index + b]);
  return unit;
}

// The rules are a double array of 32-bit units (darts-clone's format) followed by the replacements,
// each ended by a NUL. From unit i a lookup goes to i ^ offset(unit) ^ byte.
void check_charsmap(std::string_view charsmap, const std::string& name) {
  if (charsmap.empty()) return;
  const auto refuse = [&](const char* why) {
    throw DataError("{}: the normalization rules are damaged: {}", name, why);
  };
  if (charsmap.size() < 4) refuse("no size");
  const size_t trie_bytes = unit_at(charsmap, 0);
  if (trie_bytes >= charsmap.size() - 4) refuse("the trie is longer than the file says");
  const std::string_view trie = charsmap.substr(4, trie_bytes);
  const std::string_view replacements = charsmap.substr(4 + trie_bytes);
  const size_t units = trie.size() / 4;
  if (units == 0 || trie.size() % 4 != 0) refuse("the trie has no whole units");
  if (replacements.empty() || replacements.back() != '\0') refuse("an unended replacement");
  if (!is_utf8(replacements)) refuse("a replacement that is not valid UTF-8");
  for (size_t i = 0; i < units; ++i) {
    const uint32_t unit = unit_at(trie, i);
    if (unit >> 31) continue;  // a value, reached only through its parent's check below
    const size_t next = i ^ (size_t{unit >> 10} << ((unit & (1u << 9)) >> 6));
    if ((next | 0xFF) >= units) refuse("an offset that leaves the trie");
    const bool has_value = (unit >> 8) & 1;
    if (has_value && (unit_at(trie, next) & 0x7FFFFFFF) >= replacements.size()) {
      refuse("an offset that leaves the replacements");
    }
  }
}

void parse_normalizer_spec(std::string_view bytes, SentencePieceModel& model,
                           const std::string& name) {
  WireReader reader(bytes, name);
  for (WireField field; reader.next(field);) {
    switch (field.number) {
      case normalizer_field::name:
        model.rules = field.data;
        break;
      case normalizer_field::charsmap:
        expect_type(field, WireField::bytes, name);
        check_charsmap(field.data, name);
        model.charsmap = field.data;
        break;
      case normalizer_field::add_dummy_prefix:
        model.add_dummy_prefix = field.value;
        break;
      case normalizer_field::remove_extra_whitespaces:
        model.remove_extra_whitespaces = field.value;
        break;
      case normalizer_field::escape_whitespaces:
        model.escape_whitespaces = field.value;
        break;
      default:
        break;
    }
  }
  if (!model.escape_whitespaces) {
    throw DataError("{}: models without escape_whitespaces are not supported", name);
  }
}

void check_pieces(const SentencePieceModel& model, const std::string& name) {
  std::unordered_set<std::string_view> seen;
  int unknown = 0;
  for (const Piece& piece : model.pieces) {
    if (!seen.insert(piece.text).second) {
      throw DataError("{}: the piece '{}' is there twice", name, printable(piece.text));
    }
    unknown += piece.type == PieceType::unknown;
  }
  if (unknown != 1) {
    throw DataError("{}: {} pieces of type unknown among {}; a model has exactly one", name,
                    unknown, model.pieces.size());
  }
}

}  // namespace

SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& name) {
  if (bytes.size() > kMaxModelBytes) {
    throw DataError("{}: {} bytes; a SentencePiece model has at most {}", name, bytes.size(),
                    kMaxModelBytes);
  }
  SentencePieceModel model;
  uint32_t seen = 0;  // bit n: field n has come
  WireReader reader(bytes, name);
  for (WireField field; reader.next(field);) {
    if (field.number < model_field::pieces || field.number > model_field::denormalizer_spec) {
      throw DataError("{}: not a SentencePiece model: field {}", name, field.number);
    }
    expect_type(field, WireField::bytes, name);
    if (field.number == model_field::pieces) {
      model.pieces.push_back(parse_piece(field.data, model.pieces.size(), name));
      continue;
    }
    // A second spec would be merged with the first by the library, past the checks here.
    if (seen >> field.number & 1) {
      throw DataError("{}: not a SentencePiece model: field {} is there twice", name, field.number);
    }
    seen |= 1u << field.number;
    if (field.number == model_field::trainer_spec) check_trainer_spec(field.data, name);
    if (field.number == model_field::normalizer_spec) {
      parse_normalizer_spec(field.data, model, name);
    }
    if (field.number == model_field::denormalizer_spec) {
      SentencePieceModel unused;
      parse_normalizer_spec(field.data, unused, name);
    }
  }
  check_pieces(model, name);
  for (const uint32_t field : {model_field::trainer_spec, model_field::normalizer_spec}) {
    if (!(seen >> field & 1)) {
      throw DataError("{}: not a whole SentencePiece model: field {} is missing", name, field);
    }
  }
  return model;
}

std::string with_rounded_scores(std::string bytes) {
  const std::string name = "the trained model";
  WireReader model(bytes, name);
  for (WireField field; model.next(field);) {
    if (field.number != model_field::pieces) continue;
    WireReader piece(field.data, name);
    for (WireField part; piece.next(part);) {
      if (part.number != piece_field::score || part.type != WireField::fixed32) continue;
      const float rounded = std::nearbyint(part.as_float() * 256) / 256;
      const size_t end = static_cast<size_t>(piece.rest().data() - bytes.data());
      const auto bits = std::bit_cast<uint32_t>(rounded);
      for (size_t b = 0; b < 4; ++b) bytes[end - 4 + b] = static_cast<char>(bits >> (8 * b));
    }
  }
  return bytes;
}

}  // namespace reprise
