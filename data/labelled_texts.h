// Texts with labels, as tables have them.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/label_kind.h"
#include "data/labelled_texts_config.h"

namespace reprise {

struct LabelledText {
  std::string text{};
  std::string pair{};               // empty where there are no pairs
  std::vector<std::string> labels{};  // as written; exactly one unless LabelKind::several
  std::string place{};              // "tickets.csv:12", for messages
};

// Reads the tables in order. Throws DataError naming the place of an empty text, of a missing label, and
// of a label that isn't a number where it must be; and the errors of read_table.
std::vector<LabelledText> read_labelled_texts(const LabelledColumnsConfig& config,
                                              const std::vector<std::string>& paths, LabelKind kind);

// All different labels, sorted: whole numbers by their value, anything else by its bytes.
std::vector<std::string> label_names(std::span<const LabelledText> texts);
// As the config gives them. Throws DataError for a file that isn't a list of different names.
std::vector<std::string> label_names(const LabelNamesConfig& config);

// Names of labels, which are numbered by their place.
class LabelNames {
 public:
  explicit LabelNames(std::vector<std::string> names);

  int64_t count() const { return std::ssize(names_); }
  // The numbers of a text's labels, in ascending order. Throws DataError naming the place for one that
  // isn't there.
  std::vector<int32_t> numbers_of(const LabelledText& text) const;

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, int32_t> numbers_;
};

// The label as a number.
double label_value(const LabelledText& text);

// Moves out about that share of the texts: those whose content has the smallest hashes, so that equal
// texts stay together and nothing depends on a seed or on the order.
std::vector<LabelledText> split_off(std::vector<LabelledText>& texts, double share);

}  // namespace reprise
