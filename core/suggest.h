// "Did you mean …?": the known name that was probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reprise {

// The least number of insertions, deletions, replacements and swaps of neighbours that make `a` and
// `b` equal, ignoring case and the difference of '-' and '_' ("optimal string alignment").
int edit_distance(std::string_view a, std::string_view b);

// The name nearest to `word`, or null when none is within max(2, a third of its length) edits. Of
// equally near names, one with the same letters, then the same beginning, wins; then the first.
const std::string* nearest(std::string_view word, const std::vector<std::string>& names);

// "; did you mean "x"?", or "" when nothing is near: to be put after a sentence.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& names);

// The same for names that are parts with dots between them, as those of parameters are, of which nobody
// remembers more than the end: "qery.weight" means "encoder.layer.0.attention.self.query.weight". When no
// whole name is near, `word` and then its shorter ends, down to two parts, are compared with every piece
// of as many parts; of names that have the nearest piece, the first wins.
std::string did_you_mean_path(std::string_view word, const std::vector<std::string>& names);

}  // namespace reprise
