// Correlations of two rows of numbers, for tasks whose answers are numbers (STS-B: Pearson and
// Spearman). a [n], b [n]; UsageError for different lengths. In [-1, 1], or NaN where nothing can
// be said: fewer than two pairs, either row constant, a NaN, for Pearson an infinity as well.
#pragma once

#include <span>

namespace reprise {

// How well a line maps one to the other; scipy.stats.pearsonr.
double pearson(std::span<const double> a, std::span<const double> b);

// How well any rising or falling function does: Pearson's of the ranks, equal numbers sharing the
// mean of theirs; scipy.stats.spearmanr.
double spearman(std::span<const double> a, std::span<const double> b);

}  // namespace reprise
