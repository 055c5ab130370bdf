#include "data/texts.h"

namespace reprise {

Texts load_texts(const TextsConfig& config) {
  const InvalidUtf8 policy =
      config.invalid_utf8 == "replace" ? InvalidUtf8::replace : InvalidUtf8::error;
  Texts texts;
  texts.train = load_text(config.train.paths(), policy);
  texts.valid = config.valid ? load_text(config.valid->paths(), policy) : hold_out(texts.train);
  texts.warnings = texts.train.warnings;
  texts.warnings.insert(texts.warnings.end(), texts.valid.warnings.begin(),
                        texts.valid.warnings.end());
  return texts;
}

}  // namespace reprise
