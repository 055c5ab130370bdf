#include "tools/trainer/use_diagnostics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "core/error.h"
#include "core/kernels.h"
#include "core/parallel.h"
#include "core/printable.h"
#include "core/suggest.h"
#include "layers/models/encoder.h"
#include "tools/trainer/metrics_log.h"
#include "tools/trainer/tasks/tokens_of.h"

namespace reprise {

namespace {

double dot(const Tensor& a, const Tensor& b) {
  const real *x = a.data(), *y = b.data();
  double sum = 0;
  for (int64_t i = 0; i < a.numel(); ++i) sum += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  return sum;
}

void add_to(Tensor& sum, const Tensor& x) {
  if (!sum.defined()) {
    sum = x.clone();
    return;
  }
  kernels::scale_add(x.numel(), 1, x.data(), 1, sum.data());
}

// All products of one tensor with another of the list: a task of each pair, so threads change nothing.
std::vector<std::vector<double>> products(const std::vector<Tensor>& tensors) {
  const auto n = std::ssize(tensors);
  std::vector<std::vector<double>> result(n, std::vector<double>(n));
  parallel_for(n * n, [&](int64_t pair) {
    const int64_t i = pair / n, j = pair % n;
    if (i <= j) result[i][j] = result[j][i] = dot(tensors[i], tensors[j]);
  });
  return result;
}

double cosine(double product, double square_a, double square_b) {
  return product / std::sqrt(square_a * square_b);  // NaN, and so null, of a use that wants nothing
}

Json cosines(const std::vector<std::vector<double>>& products) {
  Json rows = Json::array();
  for (size_t i = 0; i < products.size(); ++i) {
    Json row = Json::array();
    for (size_t j = 0; j < products.size(); ++j) {
      row.push_back(number_or_null(cosine(products[i][j], products[i][i], products[j][j])));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

bool row_is_zero(const Tensor& x, int64_t row, int64_t cols) {
  const real* numbers = x.data() + row * cols;
  return std::all_of(numbers, numbers + cols, [](real v) { return v == 0; });
}

// The rows that every use touches; nothing when that is all rows, or these aren't matrices.
std::vector<Tensor> touched_rows(const std::vector<Tensor>& uses) {
  if (uses[0].shape().rank() != 2) return {};
  const int64_t rows = uses[0].size(0), cols = uses[0].size(1);
  std::vector<int64_t> kept;
  for (int64_t row = 0; row < rows; ++row) {
    const bool all = std::none_of(uses.begin(), uses.end(),
                                  [&](const Tensor& use) { return row_is_zero(use, row, cols); });
    if (all) kept.push_back(row);
  }
  if (std::ssize(kept) == rows || kept.empty()) return {};
  std::vector<Tensor> result;
  for (const Tensor& use : uses) {
    const Tensor part = Tensor::empty({std::ssize(kept), cols});
    for (size_t i = 0; i < kept.size(); ++i) {
      std::copy_n(use.data() + kept[i] * cols, cols, part.data() + static_cast<int64_t>(i) * cols);
    }
    result.push_back(part);
  }
  return result;
}

// Micro-batches in two halves with no sequence in common; one half where that can't be.
std::vector<std::vector<Batch>> halves(const std::vector<Batch>& micro_batches) {
  if (micro_batches.size() > 1) {
    const auto middle = micro_batches.begin() + std::ssize(micro_batches) / 2;
    return {{micro_batches.begin(), middle}, {middle, micro_batches.end()}};
  }
  const auto* batch = std::get_if<TokenBatch>(&micro_batches[0]);
  if (!batch || batch->sequences() < 2) return {micro_batches};
  const int64_t middle = batch->sequences() / 2;
  return {{sequences_of(*batch, 0, middle)}, {sequences_of(*batch, middle, batch->sequences())}};
}

// Between an application's input and output: ALBERT's Figure 1.
Json layer_report(const Encoder& encoder, const TokenBatch& batch) {
  std::vector<Variable> hidden;
  encoder.encode(Context{}, tokens_of(batch), &hidden);
  Json distances = Json::array(), angles = Json::array();
  for (size_t l = 1; l < hidden.size(); ++l) {
    const Tensor &x = hidden[l - 1].value(), &y = hidden[l].value();
    const int64_t rows = x.size(0), cols = x.size(1);
    double distance = 0, angle = 0;
    for (int64_t r = 0; r < rows; ++r) {
      double xx = 0, yy = 0, xy = 0;
      for (int64_t c = r * cols; c < (r + 1) * cols; ++c) {
        const double a = static_cast<double>(x.data()[c]), b = static_cast<double>(y.data()[c]);
        xx += a * a, yy += b * b, xy += a * b;
      }
      distance += std::sqrt(std::max(0.0, xx + yy - 2 * xy));
      angle += std::acos(std::clamp(cosine(xy, xx, yy), -1.0, 1.0)) * 180 / std::numbers::pi;
    }
    distances.push_back(number_or_null(distance / static_cast<double>(rows)));
    angles.push_back(number_or_null(angle / static_cast<double>(rows)));
  }
  return {{"distance", distances}, {"angle", angles}};
}

}  // namespace

Json use_report(const UseContributions& contributions) {
  std::vector<Tensor> uses;
  for (const std::vector<Tensor>& half : contributions.halves) {
    uses.resize(half.size());
    for (size_t u = 0; u < half.size(); ++u) add_to(uses[u], half[u]);
  }
  const auto product = products(uses);
  double whole = 0;
  std::vector<double> with_whole(uses.size());
  for (size_t u = 0; u < uses.size(); ++u) {
    for (size_t v = 0; v < uses.size(); ++v) with_whole[u] += product[u][v];
    whole += with_whole[u];
  }
  Json norms = Json::array(), shares = Json::array();
  for (size_t u = 0; u < uses.size(); ++u) {
    norms.push_back(number_or_null(std::sqrt(product[u][u])));
    shares.push_back(number_or_null(with_whole[u] / whole));
  }
  Json noise;
  if (contributions.halves.size() == 2) {
    double sum = 0;
    for (size_t u = 0; u < uses.size(); ++u) {
      const Tensor &a = contributions.halves[0][u], &b = contributions.halves[1][u];
      sum += cosine(dot(a, b), dot(a, a), dot(b, b));
    }
    noise = number_or_null(sum / static_cast<double>(uses.size()));
  }
  Json report = {{"norm", norms}, {"cosine", cosines(product)}, {"share", shares},
                 {"noise_cosine", noise}};
  const std::vector<Tensor> touched = touched_rows(uses);
  if (!touched.empty()) report["cosine_touched"] = cosines(products(touched));
  return report;
}

UseDiagnostics::UseDiagnostics(const DiagnosticsConfig& config, const Collector& collector)
    : config_(config), collector_(collector) {
  std::vector<std::string> all;
  for (const NamedPart& part : named_parts(collector.parameters())) {
    all.push_back(part.name);
    all.insert(all.end(), part.aliases.begin(), part.aliases.end());
  }
  for (const std::string& name : config.parameters) {
    if (std::find(all.begin(), all.end(), name) == all.end()) {
      throw ConfigError("diagnostics.parameters: the model has no parameter {}{}", printable(name),
                        did_you_mean_path(name, all));
    }
  }
}

// Those that were asked for; otherwise every matrix that is used more than once.
void UseDiagnostics::choose(const Tape& tape) {
  watched_.clear();
  for (const ParameterPtr& parameter : collector_.parameters()) {
    for (const Parameter::Part& part : parameter->parts()) {
      const auto asked = [&](const std::string& name) {
        return name == part.name ||
               std::find(part.aliases.begin(), part.aliases.end(), name) != part.aliases.end();
      };
      const bool chosen = config_.parameters.empty()
                              ? tape.uses(*parameter) > 1 && parameter->shape().rank() > 1
                              : std::any_of(config_.parameters.begin(), config_.parameters.end(), asked);
      if (chosen && tape.uses(*parameter) > 0) {
        watched_.push_back({part.name, parameter.get(), part.begin, part.end});
      }
    }
  }
}

void UseDiagnostics::measure(const Session& session, int64_t step,
                             const std::vector<Batch>& micro_batches) {
  const std::vector<std::vector<Batch>> parts = halves(micro_batches);
  const StepTotals step_totals = totals(micro_batches);
  std::map<const Parameter*, std::vector<std::vector<Tensor>>> kept;  // [half][use]
  Carried carried = session.carried();
  for (size_t half = 0; half < parts.size(); ++half) {
    for (const Batch& batch : parts[half]) {
      Tape tape;
      const TaskLoss loss = session.task().loss(session.context(&tape, step), batch, step_totals, carried);
      choose(tape);
      for (const Watched& watched : watched_) {
        const int uses = tape.uses(*watched.parameter);
        auto& sums = kept[watched.parameter];
        sums.resize(parts.size());
        sums[half].resize(static_cast<size_t>(uses));
        tape.observe(*watched.parameter, [&sums, half](int use, const Tensor& contribution) {
          add_to(sums[half].at(static_cast<size_t>(use)), contribution);
        });
      }
      tape.backward(loss.total);
    }
  }

  uses_ = Json::object();
  before_.clear();
  for (const Watched& watched : watched_) {
    UseContributions contributions;
    for (const std::vector<Tensor>& half : kept.at(watched.parameter)) {
      std::vector<Tensor> rows;
      for (const Tensor& use : half) {
        const Tensor whole = use.defined() ? use : Tensor::zeros(watched.parameter->shape());
        rows.push_back(whole.view(watched.parameter->shape()).slice(watched.begin, watched.end));
      }
      contributions.halves.push_back(std::move(rows));
    }
    uses_[watched.name] = use_report(contributions);
    before_.push_back(watched.parameter->value().slice(watched.begin, watched.end).clone());
  }
  layers_ = {};
  if (const Encoder* encoder = session.task().encoder()) {
    layers_ = layer_report(*encoder, std::get<TokenBatch>(micro_batches[0]));
  }
}

Json UseDiagnostics::finish(int64_t step, const Optimizer& optimizer) {
  Json ratios = Json::object(), trust = Json::object();
  for (size_t i = 0; i < watched_.size(); ++i) {
    const Tensor now = watched_[i].parameter->value().slice(watched_[i].begin, watched_[i].end);
    double change = 0;
    for (int64_t j = 0; j < now.numel(); ++j) {
      const double difference =
          static_cast<double>(now.data()[j]) - static_cast<double>(before_[i].data()[j]);
      change += difference * difference;
    }
    if (const auto ratio = optimizer.trust_ratio(watched_[i].name)) trust[watched_[i].name] = *ratio;
    ratios[watched_[i].name] = number_or_null(std::sqrt(change / dot(before_[i], before_[i])));
  }
  before_.clear();
  Json line = {{"step", step}, {"uses", std::move(uses_)}, {"update_ratio", std::move(ratios)}};
  if (!trust.empty()) line["trust_ratio"] = std::move(trust);
  if (!layers_.is_null()) line["layers"] = std::move(layers_);
  return line;
}

}  // namespace reprise
