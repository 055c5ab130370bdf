#include "autograd/ops.h"
#include "autograd/ops/operands.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

namespace {

// T time steps of B sequences; the input has I numbers, the state H.
struct Sizes {
  int64_t steps, batch, in, hidden;
};

Sizes sizes_of(const Variable& x, const Variable& h0, const Variable& c0, const LstmWeights& w) {
  const Shape &input = x.shape(), &h = h0.shape(), &ih = w.weight_ih.shape();
  if (input.rank() != 3 || h.rank() != 2 || h[0] != input[1] || c0.shape() != h) {
    throw ShapeError("lstm: input {} ([time, batch, in]) does not fit states {} and {} ([batch, "
                     "hidden])", input, h, c0.shape());
  }
  const Sizes s{input[0], input[1], input[2], h[1]};
  if (ih != Shape{4 * s.hidden, s.in} || w.weight_hh.shape() != Shape{4 * s.hidden, s.hidden}) {
    throw ShapeError("lstm: weights {} and {} are not [4 · hidden, in] and [4 · hidden, hidden] for "
                     "input {} and state {}", ih, w.weight_hh.shape(), input, h);
  }
  for (const Variable& bias : {w.bias_ih, w.bias_hh}) {
    if (bias.shape() == Shape{4 * s.hidden}) continue;
    throw ShapeError("lstm: biases {} and {} do not fit weight {} ([4 · hidden, in])",
                     w.bias_ih.shape(), w.bias_hh.shape(), ih);
  }
  return s;
}

// Room for a state at times 0 … T: [T + 1, B, H], the first one filled in.
Tensor states_from(const Tensor& first, int64_t steps) {
  Tensor states = Tensor::empty({steps + 1, first.size(0), first.size(1)});
  states.slice(0, 1).view(first.shape()).copy_from(first);
  return states;
}

Tensor last_of(const Tensor& states, const Shape& shape) {
  return states.slice(states.size(0) - 1, states.size(0)).view(shape).clone();
}

}  // namespace

// a_t = x_t Wᵢₕᵀ + bᵢₕ + h_{t−1} Wₕₕᵀ + bₕₕ; the rest of a step is in kernels.h. Backward, from the last
// step to the first, with da_t from the kernel:  dh_{t−1} += da_t Wₕₕ.  What the steps contribute to the
// weights that they share is summed in one product each:  dx = da Wᵢₕ,  dWᵢₕ = Σ_t da_tᵀ x_t,
// dWₕₕ = Σ_t da_tᵀ h_{t−1},  dbᵢₕ = dbₕₕ = Σ_t da_t
LstmResult lstm(const Variable& x, const Variable& h0, const Variable& c0, const LstmWeights& w) {
  constexpr Precision kPrecision = Precision::float32;
  const Sizes s = sizes_of(x, h0, c0, w);
  const int64_t rows = s.steps * s.batch, width = 4 * s.hidden, state = s.batch * s.hidden;
  const Weight ih(w.weight_ih), hh(w.weight_hh);
  const Tensor gates = Tensor::empty({s.steps, s.batch, width});
  const Tensor h = states_from(h0.value(), s.steps), c = states_from(c0.value(), s.steps);

  times_weight(rows, {x.value(), s.in}, ih, Transpose::yes, kPrecision, 0, gates.data(), width,
               [&](const Epilogue::Tile& tile) {
    kernels::add_bias(tile, w.bias_ih.value().data());
    kernels::add_bias(tile, w.bias_hh.value().data());
  });
  const auto recurrent = hh.packed(Transpose::yes, kPrecision);
  for (int64_t t = 0; t < s.steps; ++t) {
    real *a = gates.data() + 4 * t * state, *hs = h.data() + t * state, *cs = c.data() + t * state;
    gemm(s.batch, hs, s.hidden, *recurrent, 1, a, width);
    kernels::lstm_forward(s.batch, s.hidden, a, cs, cs + state, hs + state);
  }

  Variable y = record("lstm", h.slice(1, s.steps + 1),
                      {x, h0, c0, w.weight_ih, w.weight_hh, w.bias_ih, w.bias_hh},
                      [=, x = x.value()](const Tensor& dy, InputGrads& dx) {
    // Nobody else looks at the gates: in this closure's last run, their gradients take their place.
    const Tensor da = dx.repeated() ? Tensor::empty(gates.shape()) : gates;
    const Tensor dh = Tensor::zeros({s.batch, s.hidden}), dc = Tensor::zeros({s.batch, s.hidden});
    const auto back = hh.packed(Transpose::no, kPrecision);
    for (int64_t t = s.steps - 1; t >= 0; --t) {
      const int64_t at = t * state;
      kernels::lstm_backward(s.batch, s.hidden, gates.data() + 4 * at, c.data() + at,
                             c.data() + at + state, dy.data() + at, dh.data(), dc.data(),
                             da.data() + 4 * at);
      gemm(s.batch, da.data() + 4 * at, width, *back, 0, dh.data(), s.hidden);
    }
    const Operand das{da, width};
    input_gradient(dx, 0, rows, das, ih, kPrecision);
    if (dx.wants(1)) dx.pass(1, dh);
    if (dx.wants(2)) dx.pass(2, dc);
    weight_gradient(dx, 3, rows, s.in, width, das, {x, s.in});
    weight_gradient(dx, 4, rows, s.hidden, width, das, {h, s.hidden});  // rows 0 … T−1 of it
    bias_gradient(dx, 5, rows, width, da);
    bias_gradient(dx, 6, rows, width, da);
  });
  return {y, last_of(h, h0.shape()), last_of(c, c0.shape())};
}

}  // namespace reprise
