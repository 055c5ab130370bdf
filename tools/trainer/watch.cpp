#include "tools/trainer/watch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reprise {

namespace {

constexpr double kNewest = 0.05;  // the weight of the newest number in running means
constexpr double kFarAbove = 6;   // deviations
constexpr double kFarOff = 4;     // nats above chance

// The root mean square of about a thousand of the numbers.
double sampled_size(const Parameter& parameter) {
  const int64_t stride = std::max<int64_t>(1, parameter.numel() / 1024);
  double squares = 0, count = 0;
  for (int64_t i = 0; i < parameter.numel(); i += stride, ++count) {
    const auto x = static_cast<double>(parameter.value().data()[i]);
    squares += x * x;
  }
  return std::sqrt(squares / count);
}

}  // namespace

void Running::add(double x) {
  const double weight = std::max(kNewest, 1 / static_cast<double>(count + 1));
  const double difference = x - mean;
  mean += weight * difference;
  deviation += weight * (std::abs(difference) - deviation);
  ++count;
}

bool Watch::persists(const std::string& sign, bool there, int64_t enough) {
  int64_t& in_row = in_row_[sign];
  in_row = there ? in_row + 1 : 0;
  return in_row >= enough;
}

std::optional<Alarm> Watch::raise(int64_t step, Alarm alarm) {
  const auto last = spoken_.find(alarm.kind);
  if (last != spoken_.end() && step - last->second < kQuiet) return std::nullopt;
  spoken_[alarm.kind] = step;
  return alarm;
}

std::string Watch::rate_advice() const {
  std::string advice = fmt::format("try a learning rate below {:.2g}, or a longer warm-up",
                                   config_.optimizer.learning_rate);
  if (config_.optimizer.type == "lamb") {  // You et al. 2020, ALBERT's section 4.1
    const auto batch = static_cast<double>(config_.sequences() * config_.training.accumulate);
    advice += fmt::format("; for {:.0f} sequences a step, LAMB's usual rate is 0.00176 · √({:.0f} / 4096) = "
                          "{:.1e}", batch, batch, 0.00176 * std::sqrt(batch / 4096));
  }
  return advice;
}

std::optional<Alarm> Watch::see_step(int64_t step, const StepResult& result,
                                     const std::vector<ParameterPtr>& parameters) {
  // The part whose gradient grew most.
  std::string grown;
  double most = -1e300;
  std::vector<std::pair<std::string, double>> logs;
  const std::vector<NamedPart> parts = named_parts(parameters);
  for (size_t i = 0; i < parts.size(); ++i) {
    const NamedPart& part = parts[i];
    const double square = result.gradient_squares.at(i);
    const bool finite = std::isfinite(square);
    if (square == 0) continue;
    const double log = finite ? 0.5 * std::log(square) : 1e9;
    const auto known = sets_.find(part.name);
    const double growth = finite && known != sets_.end() ? known->second.above(log) : log;
    if (growth > most) most = growth, grown = part.name;
    if (finite) logs.emplace_back(part.name, log);
  }
  if (!result.finite) {
    const bool low = config_.training.precision != "float32";
    return raise(step, {.kind = "not_finite",
                        .sentence = fmt::format("loss {}, gradient norm {}", result.loss, result.gradient_norm),
                        .advice = low ? "try training.precision=float32, or a lower learning rate"
                                      : rate_advice(),
                        .weight_set = grown});
  }

  std::optional<Alarm> alarm;
  const double words = find(result.parts, "mlm_loss");
  if (step == 0 && chance_ && words > *chance_ + kFarOff) {
    alarm = raise(step, {.kind = "bad_start",
                         .sentence = fmt::format("the first loss of masked words is {:.2f}, their frequencies alone "
                                                 "give {:.2f}: the initial weights say a lot, and it is wrong",
                                                 words, *chance_),
                         .advice = fmt::format("try a model.initializer_range below {:.2g}",
                                               config_.model.encoder.initializer_range),
                         .weight_set = ""});
  }
  const double log_norm = std::log(std::max(result.gradient_norm, 1e-30));
  const bool known = loss_.count >= kKnown;
  const double growth = norm_.above(log_norm), rise = loss_.above(result.loss);
  const bool steep = known && growth > std::max(std::log(5.0), kFarAbove * norm_.deviation);
  const bool high = known && rise > std::max(0.3, kFarAbove * loss_.deviation);
  if (persists("steep", steep, 2) || (known && growth > std::log(30.0) + kFarAbove * norm_.deviation)) {
    alarm = raise(step, {.kind = "gradient_norm",
                         .sentence = fmt::format("the gradient's norm is {:.3g}, {:.0f} times what it has been",
                                                 result.gradient_norm, std::exp(growth)),
                         .advice = rate_advice(),
                         .weight_set = grown});
  }
  if (persists("high", high, 2) && !alarm) {
    alarm = raise(step, {.kind = "loss_spike",
                         .sentence = fmt::format("the loss is {:.3f}, {:.3f} above what it has been",
                                                 result.loss, rise),
                         .advice = rate_advice(),
                         .weight_set = grown});
  }
  // Trouble shall not become what is usual.
  norm_.add(steep ? norm_.mean + 2 * norm_.deviation : log_norm);
  loss_.add(high ? loss_.mean + 2 * loss_.deviation : result.loss);
  for (const auto& [name, log] : logs) {
    Running& set = sets_[name];
    set.add(steep ? set.mean : log);
  }
  return alarm;
}

std::optional<Alarm> Watch::see_weights(int64_t step, const std::vector<ParameterPtr>& parameters) {
  constexpr int64_t kSnapshot = 20;  // steps
  constexpr double kGrowth = 3, kSmallest = 0.01;  // what starts at zero isn't measured by its size
  std::map<std::string, double> now;
  double most = 0;
  std::string grown;
  for (const ParameterPtr& parameter : parameters) {
    if (parameter->shape().rank() < 2) continue;
    const double size = now[parameter->name()] = sampled_size(*parameter);
    const auto then = older_sizes_.find(parameter->name());
    if (then == older_sizes_.end()) continue;
    const double growth = (size - kSmallest) / std::max(then->second, 1e-30);
    if (growth > most) most = growth, grown = parameter->name();
  }
  if (older_sizes_.empty() || step % kSnapshot == 0) {
    older_sizes_ = std::exchange(sizes_, now);
    if (older_sizes_.empty()) older_sizes_ = now;
  }
  if (most < kGrowth) return std::nullopt;
  return raise(step, {.kind = "growing_weights",
                      .sentence = fmt::format("weights have {:.1f} times the size that they had {} steps ago or "
                                              "little more", most, kSnapshot),
                      .advice = rate_advice(),
                      .weight_set = grown});
}

std::optional<Alarm> Watch::see_scores(int64_t step, const NamedNumbers& scores) {
  constexpr double kNear = 0.03;       // nats
  constexpr int64_t kPatience = 500;  // steps: every model rests there for a while
  constexpr double kConstant = 1e-6;    // collapsed outputs differ by rounding; tiny healthy models by 2e-6
  const double words = find(scores, "mlm_loss"), unigram = find(scores, "unigram_loss");
  for (const auto& [name, value] : scores) {
    if (!name.ends_with("spread")) continue;
    if (persists("constant " + name, value < kConstant, 2)) {
      return raise(step, {.kind = "constant_output",
                          .sentence = fmt::format("the output is the same whatever comes in ({} is {:.1e})",
                                                  name, value),
                          .advice = rate_advice(),
                          .weight_set = ""});
    }
  }
  const bool near = std::abs(words - unigram) < kNear;
  if (!near) near_unigram_since_.reset();
  if (near && !near_unigram_since_) near_unigram_since_ = step;
  if (near && step - *near_unigram_since_ >= kPatience) {
    return raise(step, {.kind = "stuck_at_unigram",
                        .sentence = fmt::format("the held-out loss stays at {:.3f}, what word frequencies alone "
                                                "give ({:.3f})", words, unigram),
                        .advice = rate_advice() + "; more predictions a step help as well (data.masking.probability, "
                                  "training.accumulate)",
                        .weight_set = ""});
  }
  return std::nullopt;
}

std::optional<Alarm> Watch::see_uses(int64_t step, const Json& uses) {
  std::optional<Alarm> alarm;
  for (const auto& [name, report] : uses.items()) {
    const Json &norms = report.at("norm"), &cosines = report.at("cosine");
    double whole = 0, apart = 0, lowest = 2;
    int against = 0;
    for (size_t u = 0; u < norms.size(); ++u) {
      double with_others = 0;
      for (size_t v = 0; v < norms.size(); ++v) {
        if (!norms[u].is_number() || !norms[v].is_number() || !cosines[u][v].is_number()) continue;
        const double product = norms[u].get<double>() * norms[v].get<double>() * cosines[u][v].get<double>();
        whole += product;
        (u == v ? apart : with_others) += product;
      }
      if (with_others < lowest) lowest = with_others, against = static_cast<int>(u);
    }
    // ‖Σ g_u‖² is Σ ‖g_u‖² when uses don't care for each other.
    if (!persists("conflict " + name, norms.size() > 1 && whole < 0.1 * apart, 3) || alarm) continue;
    alarm = raise(step, {.kind = "uses_in_conflict",
                         .sentence = fmt::format("what its {} uses want cancels: the gradient has {:.0f} % of "
                                                 "the size that it would have if they didn't care for each other",
                                                 norms.size(), 100 * std::sqrt(std::max(0.0, whole) / apart)),
                         .advice = "leave the use that pulls the other way its own weights (model.sharing as a "
                                   "map, or rank for a low-rank addition of each use)",
                         .weight_set = name,
                         .use = against});
  }
  return alarm;
}

namespace {

Json saved(const Running& running) { return {running.mean, running.deviation, running.count}; }
Running restored(const Json& json) { return {json.at(0), json.at(1), json.at(2)}; }

}  // namespace

void Watch::start_over() {
  loss_ = norm_ = {};
  sets_.clear();
  sizes_.clear();
  older_sizes_.clear();
}

Json Watch::state() const {
  Json sets = Json::object();
  for (const auto& [name, running] : sets_) sets[name] = saved(running);
  return {{"loss", saved(loss_)},
          {"norm", saved(norm_)},
          {"sets", sets},
          {"in_row", in_row_},
          {"spoken", spoken_},
          {"near_unigram_since", near_unigram_since_ ? Json(*near_unigram_since_) : Json()},
          {"sizes", sizes_},
          {"older_sizes", older_sizes_}};
}

void Watch::restore(const Json& state) {
  if (state.is_null()) return;  // nothing was seen yet, or by a program that didn't look
  loss_ = restored(state.at("loss"));
  norm_ = restored(state.at("norm"));
  sets_.clear();
  for (const auto& [name, running] : state.at("sets").items()) sets_[name] = restored(running);
  in_row_ = state.at("in_row").get<decltype(in_row_)>();
  spoken_ = state.at("spoken").get<decltype(spoken_)>();
  near_unigram_since_.reset();
  if (const Json& since = state.at("near_unigram_since"); !since.is_null()) near_unigram_since_ = since;
  sizes_ = state.at("sizes").get<decltype(sizes_)>();
  older_sizes_ = state.at("older_sizes").get<decltype(older_sizes_)>();
}

}  // namespace reprise
