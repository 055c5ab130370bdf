// Tensors of a model folder become the values of Parameters, by name; sharing is proved on the way.
#pragma once

#include <string>
#include <vector>

#include "autograd/parameter.h"

namespace reprise {

// The key of a safetensors file's metadata under which its shared tensors are listed, as a JSON
// object {"another name": "the name in the file", …}.
inline constexpr const char* kAliasesKey = "aliases";

struct LoadOptions {
  // Names whose tensor gives way to one under another name of the same Parameter. An untied head of
  // Transformers has two biases, of which it uses decoder.bias only.
  std::vector<std::string> unused{};
  // The beginnings, up to a dot, of the names of parts that a file may lack as a whole. Their values stay
  // as they are.
  std::vector<std::string> heads{};
  // The same of parts that are left alone: whatever the file has of them is passed over, and what the
  // model has of them stays as it is.
  std::vector<std::string> passed_over{};
};

// Fills every part of every Parameter from the folder's model.safetensors (or its shards). Returns those of
// options.heads that the file lacks, or that are passed over.
//
// A tensor of the file belongs to the Parameter of that name or alias. It may lack the prefix
// "bert." or "albert." (files of a bare BertModel), and a norm may have gamma and beta (files of
// before 2019). Of a Parameter's several names the file has one or more; the tensors are then equal
// bit for bit. Integer buffers of Transformers (position_ids, token_type_ids) are passed over.
//
// Throws DataError, before anything is changed, with a line for every tensor that is missing,
// unexpected or of another shape, and for every sharing that the file's metadata and the Parameters
// don't agree on. Then, when some Parameters may be filled already: DataError for copies that
// differ and numbers that don't fit; Error (io) as files.h says.
std::vector<std::string> load_weights(const std::string& folder, const std::vector<ParameterPtr>& parameters,
                                      const LoadOptions& options = {});

}  // namespace reprise
