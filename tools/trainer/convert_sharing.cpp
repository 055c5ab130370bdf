#include "tools/trainer/convert_sharing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "autograd/ops.h"
#include "core/error.h"
#include "core/svd.h"

namespace reprise {

namespace {

struct Named {
  const char* name;
  SharedFrom how;
};
constexpr Named kHow[] = {
    {"first", SharedFrom::first}, {"average", SharedFrom::average}, {"stepwise", SharedFrom::stepwise}};

// The two factors of a use's addition, B A.
constexpr const char* kAdditions[] = {".lora_A.weight", ".lora_B.weight"};

// An encoder's tensors by name, and how its layers are made of them.
class Tensors {
 public:
  explicit Tensors(const Encoder& encoder)
      : plan_(encoder.plan()), names_(encoder.config()), relaxation_(encoder.config().relaxation()) {
    Collector collector;
    encoder.collect(collector);
    for (const NamedPart& part : named_parts(collector.parameters())) by_name_[part.name] = part;
  }

  const std::map<std::string, NamedPart>& by_name() const { return by_name_; }
  const SharingPlan& plan() const { return plan_; }
  const Relaxation& relaxation() const { return relaxation_; }
  // The applications that use a set.
  std::vector<int> uses(LayerPart part, int set) const {
    std::vector<int> uses;
    for (int a = 0; a < plan_.applications(); ++a) {
      if (plan_.set(part, a) == set) uses.push_back(a);
    }
    return uses;
  }
  // Whether applications use one set.
  bool of_one_set(LayerPart part, const std::vector<int>& uses) const {
    return std::ranges::all_of(
        uses, [&](int a) { return plan_.set(part, a) == plan_.set(part, uses[0]); });
  }
  Tensor find(const std::string& name) const {
    const auto at = by_name_.find(name);
    return at == by_name_.end() ? Tensor() : at->second.value;
  }
  std::string path(LayerPart part, int set, size_t i) const { return names_.paths(part, set)[i]; }
  std::string path_of_use(LayerPart part, int a, size_t i) const {
    const auto paths = names_.paths_of_use(part, a);
    return paths.empty() ? "" : paths[i];
  }
  size_t paths(LayerPart part) const { return names_.paths(part, 0).size(); }

  // What an application computes with, addition included.
  Tensor weight(LayerPart part, int a, size_t i) const {
    const Tensor shared = find(used(part, a, i, ".weight"));
    const std::string use = path_of_use(part, a, i);
    const Tensor down = find(use + kAdditions[0]), up = find(use + kAdditions[1]);
    if (!down.defined()) return shared;
    return low_rank_sum(Variable(shared), Variable(down), Variable(up), relaxation_.scale).value();
  }
  Tensor bias(LayerPart part, int a, size_t i) const { return find(used(part, a, i, ".bias")); }

  // The name of the tensor that an application uses: its own, if it has one, or its set's.
  std::string used(LayerPart part, int a, size_t i, const char* which) const {
    const std::string own = path_of_use(part, a, i) + which;
    return find(own).defined() ? own : path(part, plan_.set(part, a), i) + which;
  }

 private:
  SharingPlan plan_;
  EncoderNames names_;
  Relaxation relaxation_;
  std::map<std::string, NamedPart> by_name_;
};

Tensor mean_of(const std::vector<Tensor>& tensors) {
  Tensor mean = tensors[0].clone();
  for (int64_t i = 0; i < mean.numel(); ++i) {
    double sum = -0.0;  // which added to any number leaves its bits, a zero's sign too
    for (const Tensor& tensor : tensors) sum += static_cast<double>(tensor.data()[i]);
    mean.data()[i] = static_cast<real>(sum / static_cast<double>(tensors.size()));
  }
  return mean;
}

// Whether the uses of a new set go on with the matrix that they shared and the additions that they had: at most
// they parted from others. Factors found anew would be other numbers, and their sum nearly the same at best.
bool keep_additions(const Tensors& from, const Tensors& to, LayerPart part, const std::vector<int>& uses) {
  const Relaxation &a = from.relaxation(), &b = to.relaxation();
  return uses.size() > 1 && a.rank == b.rank && a.scale == b.scale && from.of_one_set(part, uses);
}

class Conversion {
 public:
  Conversion(const Encoder& from, const Encoder& to, SharedFrom how)
      : from_(from), to_(to), how_(how) {}

  void run() {
    for (int p = 0; p < kLayerParts; ++p) convert(static_cast<LayerPart>(p));
    for (const auto& [name, part] : to_.by_name()) {
      if (!written_.contains(name)) write(name, from_.find(name));
    }
    for (const auto& [name, part] : to_.by_name()) part.parameter->touch();
  }

 private:
  void write(const std::string& name, const Tensor& value) {
    const Tensor target = to_.find(name);
    if (!target.defined() || !value.defined() || target.shape() != value.shape()) {
      throw UsageError("convert_sharing: {} isn't in both models, of one shape", name);
    }
    target.copy_from(value);
    written_.insert(name);
  }

  // `old` says what an application of the old model has.
  template <class Old>
  Tensor of_set(LayerPart part, int set, const Old& old) const {
    const std::vector<int> uses = to_.uses(part, set);
    if (how_ == SharedFrom::average) {
      std::vector<Tensor> all;
      for (const int a : uses) all.push_back(old(a));
      return mean_of(all);
    }
    const bool depth = how_ == SharedFrom::stepwise && !from_.of_one_set(part, uses);
    return old(depth ? by_depth(part, set) : uses[0]);
  }

  int by_depth(LayerPart part, int set) const {
    const int sets = to_.plan().count(part), last = to_.plan().applications() - 1;
    return sets == 1 ? 0 : (2 * set * last + sets - 1) / (2 * (sets - 1));
  }

  void convert(LayerPart part) {
    for (size_t i = 0; i < to_.paths(part); ++i) {
      for (int set = 0; set < to_.plan().count(part); ++set) {
        convert_weight(part, set, i);
        convert_bias(part, set, i);
      }
    }
  }

  void convert_bias(LayerPart part, int set, size_t i) {
    const auto bias = [&](int a) { return from_.bias(part, a, i); };
    const std::string path = to_.path(part, set, i);
    if (to_.find(path + ".bias").defined()) write(path + ".bias", of_set(part, set, bias));
    for (const int a : to_.uses(part, set)) {
      const std::string use = to_.path_of_use(part, a, i);
      if (to_.find(use + ".bias").defined()) write(use + ".bias", bias(a));
    }
  }

  void convert_weight(LayerPart part, int set, size_t i) {
    const auto weight = [&](int a) { return from_.weight(part, a, i); };
    const std::string name = to_.path(part, set, i) + ".weight";
    const std::vector<int> uses = to_.uses(part, set);
    const bool keep = keep_additions(from_, to_, part, uses);
    write(name, keep ? from_.find(from_.used(part, uses[0], i, ".weight")) : of_set(part, set, weight));
    for (const int a : uses) {
      const std::string use = to_.path_of_use(part, a, i);
      if (!to_.find(use + kAdditions[0]).defined()) continue;
      if (keep) {
        for (const char* which : kAdditions) write(use + which, from_.find(from_.path_of_use(part, a, i) + which));
      } else {
        add_what_lacks(use, weight(a), to_.find(name));
      }
    }
  }

  void add_what_lacks(const std::string& use, const Tensor& wanted, const Tensor& shared) {
    std::vector<double> lacking(wanted.numel());
    for (int64_t i = 0; i < wanted.numel(); ++i) {
      lacking[i] = static_cast<double>(wanted.data()[i]) - static_cast<double>(shared.data()[i]);
    }
    const LowRankFactors factors = low_rank_factors(lacking, wanted.size(0), wanted.size(1),
                                                    to_.relaxation().rank);
    const double share = 1 / std::sqrt(to_.relaxation().scale);
    const auto fill = [&](const std::string& name, const std::vector<double>& numbers) {
      const Tensor target = to_.find(name);
      for (size_t i = 0; i < numbers.size(); ++i) {
        target.data()[i] = static_cast<real>(share * numbers[i]);
      }
      written_.insert(name);
    };
    fill(use + kAdditions[0], factors.right);
    fill(use + kAdditions[1], factors.left);
  }

  Tensors from_, to_;
  SharedFrom how_;
  std::set<std::string> written_;
};

void require_one_shape(const Encoder& from, const Encoder& to) {
  const EncoderConfig &a = from.config(), &b = to.config();
  if (a.type != b.type || from.plan().applications() != to.plan().applications() ||
      a.tie_word_embeddings != b.tie_word_embeddings) {
    throw UsageError("convert_sharing: the models differ in more than their sharing");
  }
}

using UsesByName = std::map<std::string, std::vector<std::string>>;

// Factors have an origin only where they go on: moments in the space of others mean nothing to new ones.
void add_origins_of_additions(const Tensors& old, const Tensors& now, LayerPart part, size_t i, UsesByName& uses) {
  for (int set = 0; set < now.plan().count(part); ++set) {
    const std::vector<int> of_set = now.uses(part, set);
    const bool keep = keep_additions(old, now, part, of_set);
    for (const int a : of_set) {
      for (const char* which : kAdditions) {
        const std::string name = now.path_of_use(part, a, i) + which;
        if (!now.find(name).defined()) continue;
        uses[name] = {};
        if (keep) uses[name].push_back(old.path_of_use(part, a, i) + which);
      }
    }
  }
}

UsesByName origins_in_layers(const Tensors& old, const Tensors& now) {
  UsesByName uses;
  for (int p = 0; p < kLayerParts; ++p) {
    const auto part = static_cast<LayerPart>(p);
    for (size_t i = 0; i < now.paths(part); ++i) {
      for (int a = 0; a < now.plan().applications(); ++a) {
        for (const char* which : {".weight", ".bias"}) {
          uses[now.used(part, a, i, which)].push_back(old.used(part, a, i, which));
        }
      }
      add_origins_of_additions(old, now, part, i, uses);
    }
  }
  return uses;
}

}  // namespace

std::vector<std::string> shared_from_names() {
  std::vector<std::string> names;
  for (const Named& row : kHow) names.emplace_back(row.name);
  return names;
}

SharedFrom shared_from_named(const std::string& name) {
  for (const Named& row : kHow) {
    if (name == row.name) return row.how;
  }
  throw UsageError("weights can be shared by {}, not by \"{}\"", fmt::join(shared_from_names(), ", "),
                   name);
}

void convert_sharing(const Encoder& from, const Encoder& to, SharedFrom how) {
  require_one_shape(from, to);
  Conversion(from, to, how).run();
}

std::vector<Origin> origins(const Encoder& from, const Encoder& to) {
  require_one_shape(from, to);
  const Tensors old(from), now(to);
  const UsesByName uses = origins_in_layers(old, now);
  std::vector<Origin> all;
  for (const auto& [name, part] : now.by_name()) {
    const auto found = uses.find(name);
    if (found != uses.end()) {
      all.push_back({name, found->second});
    } else if (const Tensor same = old.find(name); same.defined() && same.shape() == part.value.shape()) {
      all.push_back({name, {name}});  // beside the layers
    } else {
      all.push_back({name, {}});
    }
  }
  return all;
}

}  // namespace reprise
