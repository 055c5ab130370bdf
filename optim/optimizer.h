// Optimizer: moves Parameters against their gradients, each Parameter once per update, however
// often it is used in the model.
//
// It works on *parts* (autograd/parameter.h): the queries, keys and values of one packed matrix
// have names, decay flags and, in LAMB, trust ratios of their own, as separate matrices would.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "autograd/parameter.h"
#include "optim/optimizer_config.h"

namespace reprise {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One update of every Parameter that is trainable and has a gradient; the others keep their
  // values and moments. Gradients are multiplied by gradient_scale (optim/clip.h) as they are read,
  // and stay as they are. Throws UsageError when one of the two numbers isn't finite.
  void step(double learning_rate, double gradient_scale = 1);

  // From now on the rate of each part is multiplied by factor(its name), which is finite and not negative.
  void scale_rates(const std::function<double(const std::string& part)>& factor);

  // Lets the next backward start from no gradient.
  void clear_gradients();

  // How many updates were made. One count for all Parameters, also those skipped in some updates.
  int64_t updates() const { return updates_; }
  void set_updates(int64_t updates);

  // What a checkpoint keeps beside `updates`: handles on the moments, in a fixed order. To restore, copy
  // into them.
  struct Moment {
    std::string kind;  // PyTorch's names: exp_avg, exp_avg_sq, momentum_buffer
    std::string part;
    Tensor tensor;
    bool of_squares;   // grows with the gradient's square, not with the gradient

    std::string name() const { return kind + "/" + part; }
  };
  std::vector<Moment> state() const;

  // What the last update of a part was scaled by beside the rate; nothing unless that is part of the method
  // (lamb.h), or before the first update.
  virtual std::optional<double> trust_ratio(const std::string& /*part*/) const { return std::nullopt; }

 protected:
  struct Part {
    std::string name;
    Parameter* parameter;
    int64_t offset;  // of its first number within the Parameter's
    Tensor value;    // a view
    bool decayed;    // its name contains none of no_decay
    double weight_decay;
    double rate_factor = 1;
    std::vector<Tensor> moments;  // as the constructor was given their names; zero at first
  };
  struct Step {
    double learning_rate;
    double gradient_scale;
    int64_t update;  // 1 for the first
  };

  // config: resolved. moments: the names of the tensors that are kept for each part; they are
  // allocated here, so that their memory is known before training starts. That holds for frozen
  // Parameters too, which may thaw: leave out those that never will.
  // Throws UsageError when a Parameter is listed twice or two parts have the same name.
  Optimizer(const std::vector<ParameterPtr>& parameters, const OptimizerConfig& config,
            std::vector<std::string> moments);

 private:
  // Updates a part's value and moments. gradient [value.numel()] is not yet scaled.
  virtual void update(const Part& part, const real* gradient, const Step& step) = 0;

  std::vector<ParameterPtr> parameters_;
  std::vector<std::vector<Part>> parts_;  // by Parameter
  std::vector<std::string> moments_;
  int64_t updates_ = 0;
};

}  // namespace reprise
