#include "core/config_problems.h"

#include <fmt/format.h>

#include <algorithm>

namespace reprise {
namespace {

constexpr size_t kMostShown = 100;  // nobody reads more

std::string joined(std::string_view inside, std::string_view path) {
  if (inside.empty() || path.empty()) return std::string(inside.empty() ? path : inside);
  return fmt::format("{}.{}", inside, path);
}

}  // namespace

void Problems::add(std::string_view path, std::string_view sentence, bool key) {
  if (problems_.size() >= kMostShown) return add_unshown(1);
  std::string whole = joined(inside_, path);
  Place place = key ? source_.key_place(whole) : source_.place(whole);
  std::string text = whole.empty() ? fmt::format("{}: {}", place.text, sentence)
                                   : fmt::format("{}: {}: {}", place.text, whole, sentence);
  problems_.push_back({std::move(place), std::move(text)});
}

void Problems::add(std::string_view path, std::string_view sentence) { add(path, sentence, false); }

void Problems::add_to_key(std::string_view path, std::string_view sentence) {
  add(path, sentence, true);
}

void Problems::raise() const {
  if (count() == 0) return;
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  std::string lines;
  for (const Problem& problem : sorted) lines += (lines.empty() ? "" : "\n") + problem.text;
  if (unshown_ > 0) lines += fmt::format("\n… and {} more", unshown_);
  throw ConfigError("{}", lines);
}

}  // namespace reprise
