#include "optim/optimizer.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "core/error.h"

namespace reprise {

namespace {

bool contains_any(const std::string& name, const std::vector<std::string>& substrings) {
  return std::any_of(substrings.begin(), substrings.end(),
                     [&](const std::string& s) { return name.find(s) != std::string::npos; });
}

}  // namespace

Optimizer::Optimizer(const std::vector<ParameterPtr>& parameters, const OptimizerConfig& config,
                     std::vector<std::string> moments)
    : parameters_(parameters), moments_(std::move(moments)) {
  std::unordered_set<std::string> names;
  const Parameter* last = nullptr;
  for (const NamedPart& named : named_parts(parameters)) {
    if (!names.insert(named.name).second) {
      throw UsageError("optimizer: two parts are called \"{}\": its state is kept by name",
                       named.name);
    }
    Part part{.name = named.name,
              .parameter = named.parameter,
              .offset = named.value.data() - named.parameter->value().data(),
              .value = named.value,
              .decayed = !contains_any(named.name, config.no_decay),
              .weight_decay = 0,
              .moments = {}};
    if (part.decayed) part.weight_decay = config.weight_decay.value();
    for (size_t m = 0; m < moments_.size(); ++m) {
      part.moments.push_back(Tensor::zeros(named.value.shape(), kReal, Purpose::optimizer));
    }
    if (named.parameter != last) parts_.emplace_back();
    last = named.parameter;
    parts_.back().push_back(std::move(part));
  }
}

void Optimizer::step(double learning_rate, double gradient_scale) {
  if (!std::isfinite(learning_rate) || !std::isfinite(gradient_scale)) {
    throw UsageError("optimizer: learning rate {} and gradient scale {} must be finite",
                     learning_rate, gradient_scale);
  }
  const Step step{learning_rate, gradient_scale, ++updates_};
  for (const std::vector<Part>& parts : parts_) {
    Parameter& parameter = *parts.front().parameter;
    if (!parameter.trainable() || !parameter.has_gradient()) continue;
    for (const Part& part : parts) {
      Step own = step;
      own.learning_rate *= part.rate_factor;
      update(part, parameter.gradient().data() + part.offset, own);
    }
    parameter.touch();
    if (parameter.after_update) parameter.after_update(parameter);
  }
}

void Optimizer::scale_rates(const std::function<double(const std::string& part)>& factor) {
  for (std::vector<Part>& parts : parts_) {
    for (Part& part : parts) {
      part.rate_factor = factor(part.name);
      if (!std::isfinite(part.rate_factor) || part.rate_factor < 0) {
        throw UsageError("optimizer: {} can't have {} times the rate", part.name, part.rate_factor);
      }
    }
  }
}

void Optimizer::clear_gradients() {
  for (const ParameterPtr& parameter : parameters_) parameter->clear_gradient();
}

void Optimizer::set_updates(int64_t updates) {
  if (updates < 0) throw UsageError("optimizer: {} updates can't have been made", updates);
  updates_ = updates;
}

std::vector<Optimizer::Moment> Optimizer::state() const {
  std::vector<Moment> state;
  for (const std::vector<Part>& parts : parts_) {
    for (const Part& part : parts) {
      for (size_t m = 0; m < moments_.size(); ++m) {
        state.push_back({moments_[m], part.name, part.moments[m], moments_[m] == "exp_avg_sq"});
      }
    }
  }
  return state;
}

}  // namespace reprise
