// Linear: y = x Wᵀ + b.
#pragma once

#include <memory>

#include "core/config.h"
#include "layers/layer.h"
#include "layers/layer_cost.h"
#include "layers/relaxation.h"

namespace reprise {

class Linear : public Layer {
 public:
  // With `parts` > 1, out is that many equal layers side by side, each with its own name in files:
  // queries, keys and values are one product.
  Linear(int64_t in, int64_t out, int parts = 1);

  // x [.., in] -> [.., out], in the precision `result`
  Variable forward(const Context& context, const Variable& x, Precision result) const;
  Variable forward(const Context& context, const Variable& x) const override {
    return forward(context, x, Precision::float32);
  }

  // For layers that use them in an op of their own: what this layer computes with.
  Variable weight(const Context& context) const;
  Variable bias(const Context& context) const { return context.bind(bias_); }

  // The same weights at a use that has something of its own: an addition, which starts at zero, or a bias.
  Linear relaxed(const Relaxation& relaxation) const;

  // Adds <path>.weight and <path>.bias; for each part in the second form. Of a relaxed layer the first
  // two add what it shares, collect_own() the rest: <path>.lora_A.weight, <path>.lora_B.weight and
  // <path>.bias, named as PEFT does.
  void collect(Collector& collector, const std::string& path) const override {
    collect_parts(collector, {path});
  }
  void collect_parts(Collector& collector, const std::vector<std::string>& paths) const;
  void collect_own(Collector& collector, const std::vector<std::string>& paths) const;

  Shape output_shape(const Shape& input) const override;  // [in] -> [out]

 private:
  int parts() const { return static_cast<int>(weight_->parts().size()); }

  ParameterPtr weight_;  // [out, in]
  ParameterPtr bias_;    // [out]
  Relaxation relaxation_;
  ParameterPtr down_;  // [parts · rank, in]: A of each part; null without a rank
  ParameterPtr up_;    // [out, rank]: B
};

struct LinearConfig {
  int64_t features = 1;

  void fields(Fields& f);
  Shape output_shape(const Shape& input) const;
  LayerCost cost(const Shape& input) const;
  std::unique_ptr<Layer> make(const Shape& input) const;
};

}  // namespace reprise
