#include "data/vocabulary/piece_trie.h"

#include <utility>

#include "core/error.h"

namespace reprise {

namespace {

constexpr int kFirstBits = 10;
constexpr size_t kMostNodes = size_t{1} << 24;  // a node and a byte fit into 32 bits

}  // namespace

PieceTrie::PieceTrie()
    : keys_(size_t{1} << kFirstBits, kFree),
      nodes_(keys_.size()),
      shift_(32 - kFirstBits),
      values_{kNone} {}

void PieceTrie::insert(uint32_t key, int32_t node) {
  size_t slot = home(key);
  while (keys_[slot] != kFree) slot = (slot + 1) & (keys_.size() - 1);
  keys_[slot] = key;
  nodes_[slot] = node;
}

void PieceTrie::grow() {
  const std::vector<uint32_t> keys =
      std::exchange(keys_, std::vector<uint32_t>(2 * keys_.size(), kFree));
  const std::vector<int32_t> nodes = std::exchange(nodes_, std::vector<int32_t>(2 * nodes_.size()));
  --shift_;
  for (size_t slot = 0; slot < keys.size(); ++slot) {
    if (keys[slot] != kFree) insert(keys[slot], nodes[slot]);
  }
}

void PieceTrie::add(std::string_view text, int32_t value) {
  int32_t node = kRoot;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    int32_t next = step(node, byte);
    if (next == kNone) {
      if (values_.size() >= kMostNodes - 1)
        throw DataError("vocabulary: more than {} different beginnings of pieces", kMostNodes);
      next = static_cast<int32_t>(values_.size());
      values_.push_back(kNone);
      if (2 * values_.size() > keys_.size()) grow();
      insert(key_of(node, byte), next);
    }
    node = next;
  }
  values_[static_cast<size_t>(node)] = value;
}

int32_t PieceTrie::find(std::string_view text) const {
  int32_t node = kRoot;
  for (size_t i = 0; i < text.size() && node != kNone; ++i)
    node = step(node, static_cast<uint8_t>(text[i]));
  return node;
}

}  // namespace reprise
