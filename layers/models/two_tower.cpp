#include "layers/models/two_tower.h"

#include "autograd/ops.h"

namespace reprise {

namespace {

// Places of the context: the towers draw dropout of their own.
enum Place : uint64_t { kFirst, kSecond };

// x [n, width] -> each row over its length
Variable normalized(const Variable& x) {
  constexpr double kTiny = 1e-12;  // a row of zeros stays one
  const Variable lengths = sqrt(add_scalar(sum(square(x), 1), kTiny));
  return transpose(div(transpose(x, 0, 1), lengths), 0, 1);
}

}  // namespace

Variable TwoTower::embed(const Context& context, const Tokens& tokens) const {
  const Variable x = encoder_.encode(context, tokens);
  if (config_.pooling == "mean") return normalized(sequence_mean(x, tokens.offsets));
  return normalized(gather_rows(x, tokens.offsets.slice(0, tokens.offsets.numel() - 1)));
}

Variable TwoTower::scores(const Context& context, const Tokens& first, const Tokens& second) const {
  const Variable a = embed(context.at(kFirst), first), b = embed(context.at(kSecond), second);
  return scale(matmul(a, b, false, true), 1 / config_.temperature);
}

}  // namespace reprise
