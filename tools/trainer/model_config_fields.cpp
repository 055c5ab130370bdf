#include "tools/trainer/model_config_fields.h"

namespace reprise {

const std::vector<SharedField>& shared_fields() {
  static const std::vector<SharedField> fields = {
      {"vocab_size", 30522, 30000},
      {"embedding_size", nullptr, 128},
      {"hidden_size", 768, 4096},
      {"num_hidden_layers", 12, 12},
      {"num_attention_heads", 12, 64},
      {"intermediate_size", 3072, 16384},
      {"hidden_act", "gelu", "gelu_new"},
      {"hidden_dropout_prob", 0.1, 0.0},
      {"attention_probs_dropout_prob", 0.1, 0.0},
      {"classifier_dropout_prob", nullptr, 0.1},
      {"max_position_embeddings", 512, 512},
      {"type_vocab_size", 2, 2},
      {"initializer_range", 0.02, 0.02},
      {"layer_norm_eps", 1e-12, 1e-12},
      {"tie_word_embeddings", true, true},
      {"num_hidden_groups", nullptr, 1},
      {"inner_group_num", nullptr, 1},
  };
  return fields;
}

}  // namespace reprise
