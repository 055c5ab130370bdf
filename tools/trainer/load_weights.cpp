#include "tools/trainer/load_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>

#include "core/error.h"
#include "core/json.h"
#include "core/kernels.h"
#include "core/printable.h"
#include "tools/trainer/weights_file.h"

namespace reprise {

namespace {

constexpr size_t kMostListed = 200;  // of each kind; a hostile file has many more

std::string in_quotes(std::string_view name) { return fmt::format("\"{}\"", printable(name)); }

std::string shape_text(std::span<const int64_t> sizes) {
  return fmt::format("[{}]", fmt::join(sizes, ", "));
}

// "  missing: …" lines, cut at kMostListed.
class Listing {
 public:
  explicit Listing(std::string heading) : heading_(std::move(heading)) {}
  void add(const std::string& item) {
    if (++count_ <= kMostListed) lines_ += fmt::format("\n  {}{}", heading_, item);
  }
  std::string text() const {
    if (count_ <= kMostListed) return lines_;
    return fmt::format("{}\n  {}… and {} more", lines_, heading_, count_ - kMostListed);
  }

 private:
  std::string heading_;
  std::string lines_;
  size_t count_ = 0;
};

// gamma and beta are TensorFlow's names for a norm's weight and bias.
std::string modern(const std::string& name) {
  if (name.ends_with(".gamma")) return name.substr(0, name.size() - 5) + "weight";
  if (name.ends_with(".beta")) return name.substr(0, name.size() - 4) + "bias";
  return name;
}

// Counters that older versions of Transformers saved among the weights.
bool is_buffer(const std::string& name, const SafetensorsInfo& info) {
  return (name.ends_with("position_ids") || name.ends_with("token_type_ids")) &&
         (info.dtype.starts_with('I') || info.dtype.starts_with('U'));
}

// Whether a name is `beginning`, or goes on from it with a dot.
bool is_in(std::string_view name, std::string_view beginning) {
  return name.starts_with(beginning) && (name.size() == beginning.size() || name[beginning.size()] == '.');
}

// Which tensors of the file belong to which part of which Parameter.
class Match {
 public:
  Match(const WeightsFile& file, const std::vector<ParameterPtr>& parameters,
        const LoadOptions& options);

  // Throws DataError with all that doesn't fit.
  void check() const;
  void load() const;
  // The heads that the file has nothing of.
  const std::vector<std::string>& absent() const { return absent_; }

 private:
  struct Source {
    std::string tensor;  // its name in the file
    std::string path;    // the name or alias of the part that it stands for
  };

  bool is_passed_over(std::string_view name) const;
  // The name or alias that a name in a file means; null when the model has none such.
  const std::string* path_of(const std::string& name) const;
  const NamedPart* part_of(const std::string& name) const;
  void drop_unused();
  void find_absent();
  bool is_absent(std::string_view name) const;
  std::string sharing_problems() const;
  std::string tensor_problems() const;
  void check_finite(const Tensor& value, const Source& source) const;
  void check_equal(const NamedPart& part, const Tensor& value, const Source& first,
                   const Source& copy) const;

  const WeightsFile& file_;
  const LoadOptions& options_;
  std::vector<NamedPart> parts_;
  std::map<std::string, size_t, std::less<>> paths_;  // every name and alias -> index in parts_
  std::vector<std::vector<Source>> sources_;          // of each part, its own name's first
  std::vector<std::string> unexpected_;
  std::vector<std::string> absent_;
};

Match::Match(const WeightsFile& file, const std::vector<ParameterPtr>& parameters,
             const LoadOptions& options)
    : file_(file), options_(options), parts_(named_parts(parameters)), sources_(parts_.size()) {
  for (size_t p = 0; p < parts_.size(); ++p) {
    paths_.emplace(parts_[p].name, p);
    for (const std::string& alias : parts_[p].aliases) paths_.emplace(alias, p);
  }
  for (const auto& [name, shard] : file.tensors()) {
    if (is_passed_over(name)) continue;
    if (const std::string* path = path_of(name)) {
      const size_t p = paths_.at(*path);
      const bool own = *path == parts_[p].name;
      sources_[p].insert(own ? sources_[p].begin() : sources_[p].end(), {name, *path});
    } else if (!is_buffer(name, file.info(name))) {
      unexpected_.push_back(name);
    }
  }
  drop_unused();
  find_absent();
}

bool Match::is_passed_over(std::string_view name) const {
  return std::ranges::any_of(options_.passed_over, [&](const std::string& part) { return is_in(name, part); });
}

const std::string* Match::path_of(const std::string& name) const {
  for (const std::string& candidate : {name, modern(name)}) {
    for (const char* prefix : {"", "bert.", "albert."}) {
      const auto at = paths_.find(prefix + candidate);
      if (at != paths_.end()) return &at->first;
    }
  }
  return nullptr;
}

const NamedPart* Match::part_of(const std::string& name) const {
  const std::string* path = path_of(name);
  return path ? &parts_[paths_.at(*path)] : nullptr;
}

void Match::drop_unused() {
  for (const std::string& path : options_.unused) {
    const auto at = paths_.find(path);
    if (at == paths_.end()) continue;
    std::vector<Source>& sources = sources_[at->second];
    const auto is_unused = [&](const Source& source) { return source.path == path; };
    if (!std::all_of(sources.begin(), sources.end(), is_unused)) std::erase_if(sources, is_unused);
  }
}

void Match::find_absent() {
  for (const std::string& head : options_.heads) {
    bool any = false, found = false;
    for (size_t p = 0; p < parts_.size(); ++p) {
      if (!is_in(parts_[p].name, head)) continue;
      any = true;
      found = found || !sources_[p].empty();
    }
    if (any && !found) absent_.push_back(head);
  }
}

bool Match::is_absent(std::string_view name) const {
  return std::ranges::any_of(absent_, [&](const std::string& head) { return is_in(name, head); });
}

void Match::check() const {
  const std::string problems = sharing_problems() + tensor_problems();
  if (!problems.empty()) {
    throw DataError("{}: doesn't fit this model:{}", printable(file_.path()), problems);
  }
}

std::string Match::tensor_problems() const {
  Listing missing("missing: "), unexpected("unexpected: "), misshaped("of another shape: ");
  for (size_t p = 0; p < parts_.size(); ++p) {
    const auto wanted = parts_[p].value.shape().sizes();
    if (sources_[p].empty() && !is_absent(parts_[p].name)) {
      missing.add(fmt::format("{} {}", in_quotes(parts_[p].name), shape_text(wanted)));
    }
    for (const Source& source : sources_[p]) {
      const std::vector<int64_t>& found = file_.info(source.tensor).shape;
      if (std::equal(found.begin(), found.end(), wanted.begin(), wanted.end())) continue;
      misshaped.add(fmt::format("{} is {} in the file, {} in the model", in_quotes(source.tensor),
                                shape_text(found), shape_text(wanted)));
    }
  }
  for (const std::string& name : unexpected_) {
    unexpected.add(fmt::format("{} {}", in_quotes(name), shape_text(file_.info(name).shape)));
  }
  return missing.text() + unexpected.text() + misshaped.text();
}

// A file that says what it shares must share what the model shares.
std::string Match::sharing_problems() const {
  const std::string* text = file_.metadata(kAliasesKey);
  if (!text) return "";
  const JsonDocument aliases = parse_json(*text, file_.path() + ": metadata \"aliases\"");
  if (!aliases.value().is_object()) {
    throw DataError("{}: metadata \"{}\": expected an object {{…}}, found {}",
                    printable(file_.path()), kAliasesKey, describe_json(aliases.value()));
  }
  Listing problems("sharing: ");
  std::map<std::string, const NamedPart*, std::less<>> shared;  // path -> the part it is in the file
  for (const auto& [alias, target] : aliases.value().items()) {
    const auto name = target.is_string() ? target.get<std::string>() : std::string();
    if (is_passed_over(alias) || is_passed_over(name)) continue;
    const NamedPart* part = part_of(name);
    const std::string* path = path_of(alias);
    if (part && path && part == part_of(alias)) {
      shared[*path] = part;
      shared[*path_of(name)] = part;
    } else {
      problems.add(fmt::format("{} and {} are one tensor in the file, not in the model",
                               in_quotes(alias), in_quotes(name)));
    }
  }
  for (const NamedPart& part : parts_) {
    for (const std::string& alias : part.aliases) {
      if (shared.contains(alias) || is_absent(alias)) continue;
      problems.add(fmt::format("{} and {} are one tensor in the model, not in the file",
                               in_quotes(alias), in_quotes(part.name)));
    }
  }
  return problems.text();
}

void Match::load() const {
  for (size_t p = 0; p < parts_.size(); ++p) {
    if (sources_[p].empty()) continue;  // of an absent head
    const Source& first = sources_[p].front();
    const Tensor value = file_.load(first.tensor);
    for (const Source& copy : std::span(sources_[p]).subspan(1)) {
      check_equal(parts_[p], value, first, copy);
    }
    check_finite(value, first);
    parts_[p].value.copy_from(value);
    parts_[p].parameter->touch();
  }
}

void Match::check_finite(const Tensor& value, const Source& source) const {
  if (kernels::all_finite(value.numel(), value.data())) return;
  throw DataError("{}: {} has numbers that aren't finite (NaN or infinity): the model is broken",
                  printable(file_.path()), in_quotes(source.tensor));
}

void Match::check_equal(const NamedPart& part, const Tensor& value, const Source& first,
                        const Source& copy) const {
  const Tensor other = file_.load(copy.tensor);
  if (std::memcmp(value.raw(), other.raw(), value.bytes()) == 0) return;
  int64_t differing = 0;
  double most = 0;
  for (int64_t i = 0; i < value.numel(); ++i) {
    const real a = value.data()[i], b = other.data()[i];
    if (std::memcmp(&a, &b, sizeof a) == 0) continue;
    ++differing;
    most = std::max(most, std::abs(static_cast<double>(a) - b));
  }
  throw DataError("{}: {} and {} are one tensor {} in this model, but differ in the file: in {} "
                  "elements, by up to {:.3g}", printable(file_.path()), in_quotes(copy.tensor),
                  in_quotes(first.tensor), part.value.shape(), differing, most);
}

}  // namespace

std::vector<std::string> load_weights(const std::string& folder,
                                      const std::vector<ParameterPtr>& parameters,
                                      const LoadOptions& options) {
  const WeightsFile file = WeightsFile::open(folder);
  const Match match(file, parameters, options);
  match.check();
  match.load();
  return match.absent();
}

}  // namespace reprise
