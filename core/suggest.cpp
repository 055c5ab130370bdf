#include "core/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace reprise {
namespace {

constexpr size_t kLongestName = 100;  // nobody mistypes more, and the distance is quadratic

std::string folded(std::string_view word) {
  std::string result(word);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-' || c == ' ') c = '_';
  }
  return result;
}

std::string sorted_letters(std::string word) {
  std::sort(word.begin(), word.end());
  return word;
}

int common_beginning(std::string_view a, std::string_view b) {
  auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<int>(x - a.begin());
}

std::string question(const std::string& name) { return fmt::format("; did you mean \"{}\"?", name); }

// Where the parts of a path begin; its end + 1 comes last.
std::vector<size_t> beginnings(std::string_view path) {
  std::vector<size_t> result = {0};
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '.') result.push_back(i + 1);
  }
  result.push_back(path.size() + 1);
  return result;
}

// All pieces of `parts` parts in a row, from the beginning of the path to its end.
std::vector<std::string> pieces(std::string_view path, size_t parts) {
  const std::vector<size_t> begin = beginnings(path);
  std::vector<std::string> result;
  for (size_t i = 0; i + parts < begin.size(); ++i) {
    result.emplace_back(path.substr(begin[i], begin[i + parts] - 1 - begin[i]));
  }
  return result;
}

}  // namespace

int edit_distance(std::string_view first, std::string_view second) {
  std::string a = folded(first);
  std::string b = folded(second);
  std::vector<int> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);  // now row i - 1
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      int replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

const std::string* nearest(std::string_view word, const std::vector<std::string>& names) {
  if (word.size() > kLongestName) return nullptr;
  int limit = std::max<int>(2, static_cast<int>(word.size()) / 3);
  const std::string* best = nullptr;
  std::tuple<int, bool, int> best_rank;
  for (const std::string& name : names) {
    if (name.size() > word.size() + limit || word.size() > name.size() + limit) continue;
    int distance = edit_distance(word, name);
    // Two short words that have nothing in common are within two edits of each other, too.
    if (distance > limit || distance >= static_cast<int>(std::max(word.size(), name.size())))
      continue;
    std::tuple rank(distance, sorted_letters(folded(word)) != sorted_letters(folded(name)),
                    -common_beginning(folded(word), folded(name)));
    if (best && rank >= best_rank) continue;
    best = &name;
    best_rank = rank;
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const std::string* name = nearest(word, names);
  return name ? question(*name) : "";
}

std::string did_you_mean_path(std::string_view word, const std::vector<std::string>& names) {
  if (word.size() > kLongestName) return "";
  if (const std::string* name = nearest(word, names)) return question(*name);
  const size_t parts = beginnings(word).size() - 1;
  for (size_t n = parts; n >= std::min<size_t>(parts, 2); --n) {
    std::vector<std::string> candidates;
    std::vector<size_t> owners;  // the name that each is a piece of
    for (size_t i = 0; i < names.size(); ++i) {
      for (std::string& piece : pieces(names[i], n)) {
        candidates.push_back(std::move(piece));
        owners.push_back(i);
      }
    }
    const std::string* piece = nearest(pieces(word, n).back(), candidates);
    if (piece) return question(names[owners[static_cast<size_t>(piece - candidates.data())]]);
  }
  return "";
}

}  // namespace reprise
