// Linear: y = x Wᵀ + b.
#pragma once

#include "autograd/context.h"
#include "layers/collector.h"

namespace reprise {

class Linear {
 public:
  // With `parts` > 1, out is that many equal layers side by side, each with its own name in files:
  // queries, keys and values are one product.
  Linear(int64_t in, int64_t out, int parts = 1);

  // x [.., in] -> [.., out], in the precision `result`
  Variable forward(const Context& context, const Variable& x,
                   Precision result = Precision::float32) const;

  // For layers that use them in an op of their own.
  const ParameterPtr& weight() const { return weight_; }
  const ParameterPtr& bias() const { return bias_; }

  // Adds <path>.weight and <path>.bias; for each part in the second form.
  void collect(Collector& collector, const std::string& path) const { collect_parts(collector, {path}); }
  void collect_parts(Collector& collector, const std::vector<std::string>& paths) const;

 private:
  ParameterPtr weight_;  // [out, in]
  ParameterPtr bias_;    // [out]
};

}  // namespace reprise
