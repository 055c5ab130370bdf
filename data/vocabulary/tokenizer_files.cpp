#include "data/vocabulary/tokenizer_files.h"

#include <filesystem>
#include <map>

#include "core/files.h"

namespace reprise {

namespace {

Json special_item(const char* token, int type) {
  return {{"SpecialToken", {{"id", token}, {"type_id", type}}}};
}
Json sequence_item(const char* sequence, int type) {
  return {{"Sequence", {{"id", sequence}, {"type_id", type}}}};
}
Json template_token(const char* token, int32_t id) {
  return {{"id", token}, {"ids", Json::array({id})}, {"tokens", Json::array({token})}};
}

}  // namespace

Json added_tokens(const SpecialPieces& special, const SpecialNames& names, bool mask_takes_space) {
  std::map<int32_t, const char*> pieces = {{special.pad, names.pad},
                                           {special.unknown, names.unknown},
                                           {special.cls, "[CLS]"},
                                           {special.sep, "[SEP]"},
                                           {special.mask, "[MASK]"}};
  Json tokens = Json::array();
  for (const auto& [id, text] : pieces) {
    tokens.push_back({{"id", id},
                      {"content", text},
                      {"single_word", false},
                      {"lstrip", id == special.mask && mask_takes_space},
                      {"rstrip", false},
                      {"normalized", false},
                      {"special", true}});
  }
  return tokens;
}

Json post_processor(const SpecialPieces& special) {
  const Json single = {special_item("[CLS]", 0), sequence_item("A", 0), special_item("[SEP]", 0)};
  Json pair = single;
  pair.push_back(sequence_item("B", 1));
  pair.push_back(special_item("[SEP]", 1));
  return {{"type", "TemplateProcessing"},
          {"single", single},
          {"pair", pair},
          {"special_tokens",
           {{"[CLS]", template_token("[CLS]", special.cls)},
            {"[SEP]", template_token("[SEP]", special.sep)}}}};
}

void write_tokenizer_files(const TokenizerFiles& files, int64_t max_length,
                           const std::string& folder) {
  const Json special = {{"cls_token", "[CLS]"},
                        {"sep_token", "[SEP]"},
                        {"mask_token", "[MASK]"},
                        {"pad_token", files.names.pad},
                        {"unk_token", files.names.unknown}};
  Json config = files.config;
  config.update(special);
  config["model_max_length"] = max_length;
  config["clean_up_tokenization_spaces"] = false;
  config["model_input_names"] = {"input_ids", "token_type_ids", "attention_mask"};
  write_file(folder + "/tokenizer.json", dump_json(files.tokenizer) + "\n");
  write_file(folder + "/tokenizer_config.json", dump_json(config) + "\n");
  write_file(folder + "/special_tokens_map.json", dump_json(special) + "\n");
  write_file(folder + "/" + files.vocabulary_name, files.vocabulary);
}

std::vector<std::string> tokenizer_files_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const char* name : {"vocab.txt", "spiece.model", "tokenizer.json", "tokenizer_config.json",
                           "special_tokens_map.json", "added_tokens.json"}) {
    if (std::filesystem::is_regular_file(folder + "/" + name, ignored)) names.emplace_back(name);
  }
  return names;
}

}  // namespace reprise
