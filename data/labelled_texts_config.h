// Configuration of a dataset of texts with labels.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "data/table_file.h"
#include "data/text_config.h"
#include "data/vocabulary_config.h"

namespace reprise {

// Where a table has its texts and what is known of them.
struct LabelledColumnsConfig {
  std::string text_column = "text";
  std::optional<std::string> pair_column;
  std::string label_column = "label";
  std::string label_separator = ";";
  std::optional<std::string> format;
  bool header = true;

  void fields(Fields& f);
  void check(Problems& problems) const;
  TableSettings table(const std::string& path) const;
};

// Whether a text can have such a label: labels are read without the white space around them.
bool can_be_label(std::string_view name);

// ["cat", "dog"], or "labels.json" with such a list.
struct LabelNamesConfig {
  std::optional<std::filesystem::path> path{};
  std::vector<std::string> names{};

  static const char* shorthand_key() { return "path"; }
  static const char* list_shorthand_key() { return "names"; }
  void fields(Fields& f);
  void check(Problems& problems) const;
};

struct LabelledTextsConfig : LabelledColumnsConfig {
  TextFilesConfig train;
  std::optional<TextFilesConfig> valid;
  double valid_share = 0.1;
  std::optional<TextFilesConfig> test;
  std::optional<LabelNamesConfig> labels;
  std::string class_weights = "none";
  bool shuffle = true;
  VocabularyConfig vocabulary;
  int64_t max_length = 128;

  void fields(Fields& f);
  void check(Problems& problems) const { LabelledColumnsConfig::check(problems); }
};

}  // namespace reprise
