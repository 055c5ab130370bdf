// McNemar's test: do two classifiers that answered the same questions differ? Only the questions that one
// of them got right say anything. McNemar 1947; the exact form, for any number of them.
#pragma once

#include <cstdint>

namespace reprise {

// The two-sided probability of counts as unequal as these, if each such question were a fair coin. 1 when
// there are none.
double mcnemar(int64_t only_first, int64_t only_second);

}  // namespace reprise
