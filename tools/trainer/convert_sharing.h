// The way back and forth between shared and unshared: a model's weights under another sharing plan.
#pragma once

#include <string>
#include <vector>

#include "layers/models/encoder.h"

namespace reprise {

// What a set of weights becomes when several applications of the old model, each with weights of its own,
// are to share it (Bae et al. 2024, section 2.2).
enum class SharedFrom : uint8_t {
  first,    // the weights of the first of them
  average,  // their mean
  stepwise  // set t of M is the old model's layer t · (depth - 1) / (M - 1), rounded: first and last are kept;
            // but where they had one set before, there is nothing to choose from: as first
};
std::vector<std::string> shared_from_names();
SharedFrom shared_from_named(const std::string& name);  // throws UsageError for others

// Fills `to` with the weights of `from`: encoders of one shape, type and depth under different plans.
// What `from` had under one set and `to` has under several is copied, whatever `how`, so unsharing keeps every
// bit of the function. Where `to` is relaxed (layers/relaxation.h), so are the additions of uses that shared
// before, by the same rank and scale; else they are the best ones of their rank for what the shared matrix lacks
// of the use's old one. Throws UsageError for different models.
void convert_sharing(const Encoder& from, const Encoder& to, SharedFrom how);

// Where a tensor comes from, for what goes along with weights and isn't converted as they are.
struct Origin {
  std::string name;               // in the new model
  std::vector<std::string> uses;  // for each use of it, what that use had in the old one; empty: it is new
};
// All tensors of `to`. A name in several `uses` was shared by them. Additions that aren't copied are new, whatever
// their names. Throws as convert_sharing().
std::vector<Origin> origins(const Encoder& from, const Encoder& to);

}  // namespace reprise
