// Relaxation: what each use of shared weights has of its own.
//
// A layer that shares its weights W computes with W + s B_u A_u at use u, where A_u and B_u are narrow. A rank
// of 0 is plain sharing, a full rank is no sharing. Bae et al. 2024, arXiv 2410.20672; the addition is that
// of LoRA, Hu et al. 2021.
#pragma once

#include <cstdint>
#include <string>

namespace reprise {

struct Relaxation {
  int64_t rank = 0;         // of the addition; 0: none
  double scale = 1;         // s = alpha / rank
  bool own_biases = false;  // of each use, instead of shared ones

  bool any() const { return rank > 0 || own_biases; }
  friend bool operator==(const Relaxation&, const Relaxation&) = default;
};

// What a use has of its own: "an addition of rank 8 scaled by 2, biases"; "nothing".
std::string in_words(const Relaxation& relaxation);

}  // namespace reprise
