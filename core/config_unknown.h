// UnknownKeys: the keys of a configuration that no struct lists, and what may have been meant.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/config.h"

namespace reprise {

class UnknownKeys {
 public:
  // Notes what `object`, the section of `config` at `path`, has besides the `known` keys. With a
  // `wrong_choice`, a key that another choice would make known is passed over.
  void note(StructValue& config, const Json& object, const std::string& path,
            const std::vector<std::string>& known, bool wrong_choice);
  // Adds a problem for each, once all sections are known.
  void report(Problems& problems) const;

 private:
  struct Unknown {
    std::string section;
    std::string key;
    std::vector<std::string> siblings;  // the keys that this section knows, under any choice
    std::string used_when;              // the condition, when it is one of them
  };

  void note_key(const std::string& key, const std::string& path, const FieldDescription& section,
                bool wrong_choice);
  std::string hint(const Unknown& unknown) const;
  std::string hint_elsewhere(const Unknown& unknown) const;

  std::vector<Unknown> unknown_;
  size_t more_ = 0;                                        // that aren't kept
  std::map<std::string, std::vector<std::string>> known_;  // the keys of every section seen
};

}  // namespace reprise
