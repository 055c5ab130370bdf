#include "core/config_problems.h"

#include <fmt/format.h>

#include <algorithm>

namespace reprise {
namespace {

constexpr size_t kMostKept = 100;

std::string joined(std::string_view inside, std::string_view path) {
  if (inside.empty() || path.empty()) return std::string(inside.empty() ? path : inside);
  return fmt::format("{}.{}", inside, path);
}

}  // namespace

void Problems::add(Place place, const std::string& path, std::string_view sentence) {
  if (++count_ > kMostKept) return;
  std::string text = path.empty() ? fmt::format("{}: {}", place.text, sentence)
                                  : fmt::format("{}: {}: {}", place.text, path, sentence);
  problems_.push_back({std::move(place), std::move(text)});
}

void Problems::add(std::string_view path, std::string_view sentence) {
  if (count_ >= kMostKept) {
    ++count_;
    return;
  }
  std::string whole = joined(inside_, path);
  add(source_.place(whole), whole, sentence);
}

void Problems::add_to_key(std::string_view path, std::string_view sentence) {
  if (count_ >= kMostKept) {
    ++count_;
    return;
  }
  std::string whole = joined(inside_, path);
  add(source_.key_place(whole), whole, sentence);
}

void Problems::raise() const {
  if (count_ == 0) return;
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  std::string lines;
  for (const Problem& problem : sorted) lines += (lines.empty() ? "" : "\n") + problem.text;
  if (count_ > kMostKept) lines += fmt::format("\n… and {} more problems", count_ - kMostKept);
  throw ConfigError("{}", lines);
}

}  // namespace reprise
