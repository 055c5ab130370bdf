#include "tools/trainer/convert_moments.h"

#include <cmath>
#include <map>

#include "core/error.h"
#include "core/parallel.h"

namespace reprise {

namespace {

constexpr struct {
  const char* name;
  MomentsBecome become;
} kBecome[] = {{"rescale", MomentsBecome::rescaled},
               {"reset", MomentsBecome::reset},
               {"copy", MomentsBecome::copied}};

// One use's part in a moment that `uses` uses have in common.
struct Share {
  Tensor moment;
  double uses;
};

double rescaled(const std::vector<Share>& shares, bool of_squares, int64_t i) {
  double sum = 0;
  for (const Share& share : shares) {
    const double number = static_cast<double>(share.moment.data()[i]);
    sum += (of_squares ? std::sqrt(number) : number) / share.uses;
  }
  return of_squares ? sum * sum : sum;
}

double mean(const std::vector<Share>& shares, int64_t i) {
  double sum = 0;
  for (const Share& share : shares) sum += static_cast<double>(share.moment.data()[i]);
  return sum / static_cast<double>(shares.size());
}

}  // namespace

std::vector<std::string> moments_become_names() {
  std::vector<std::string> names;
  for (const auto& [name, become] : kBecome) names.emplace_back(name);
  return names;
}

MomentsBecome moments_become_named(const std::string& wanted) {
  for (const auto& [name, become] : kBecome) {
    if (wanted == name) return become;
  }
  throw UsageError("moments can {}, not \"{}\"", fmt::join(moments_become_names(), ", "), wanted);
}

void convert_moments(const std::vector<Origin>& origins, const Optimizer& from, Optimizer& to,
                     MomentsBecome become) {
  if (become == MomentsBecome::reset) return to.set_updates(0);
  to.set_updates(from.updates());
  std::map<std::string, Tensor> old;
  for (const Optimizer::Moment& moment : from.state()) old[moment.name()] = moment.tensor;
  std::map<std::string, double> uses;
  std::map<std::string, const Origin*> by_name;
  for (const Origin& origin : origins) {
    by_name[origin.name] = &origin;
    for (const std::string& name : origin.uses) ++uses[name];
  }
  for (const Optimizer::Moment& moment : to.state()) {
    std::vector<Share> shares;
    for (const std::string& name : by_name.at(moment.part)->uses) {
      shares.push_back({old.at(moment.kind + "/" + name), uses.at(name)});
    }
    if (shares.empty()) continue;
    if (shares.size() == 1 && shares[0].uses == 1) {  // no rounding where nothing changed
      moment.tensor.copy_from(shares[0].moment);
      continue;
    }
    constexpr int64_t kGrain = 1 << 14;
    parallel_ranges(moment.tensor.numel(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        moment.tensor.data()[i] = static_cast<real>(
            become == MomentsBecome::copied ? mean(shares, i) : rescaled(shares, moment.of_squares, i));
      }
    });
  }
}

}  // namespace reprise
