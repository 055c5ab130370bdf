#include "data/texts.h"

namespace reprise {

Text load_text(const TextsConfig& config, const TextFilesConfig& files) {
  return load_text(files.paths(), config.invalid_utf8 == "replace" ? InvalidUtf8::replace
                                                                   : InvalidUtf8::error);
}

Texts load_texts(const TextsConfig& config) {
  Texts texts;
  texts.train = load_text(config, config.train);
  texts.valid = config.valid ? load_text(config, *config.valid) : hold_out(texts.train);
  texts.warnings = texts.train.warnings;
  texts.warnings.insert(texts.warnings.end(), texts.valid.warnings.begin(),
                        texts.valid.warnings.end());
  return texts;
}

}  // namespace reprise
