#include "autograd/ops.h"
#include "core/error.h"
#include "core/parallel.h"

namespace reprise {

namespace {

void check(const Shape& x, std::span<const int32_t> offsets) {
  bool sound = x.rank() == 2 && offsets.size() >= 2 && offsets.front() == 0 && offsets.back() == x[0];
  for (size_t s = 1; sound && s < offsets.size(); ++s) sound = offsets[s - 1] < offsets[s];
  if (!sound) {
    throw ShapeError("sequence_mean: offsets [{}] don't cut the rows of {} into sequences",
                     fmt::join(offsets, ", "), x);
  }
}

}  // namespace

// y[s] = Σ x[t] / n_s over the n_s rows of sequence s:  dx[t] = dy[s] / n_s
Variable sequence_mean(const Variable& x, const Tensor& offsets) {
  check(x.shape(), offsets.values<int32_t>());
  const int64_t sequences = offsets.numel() - 1, width = x.shape()[1];
  Tensor y = Tensor::zeros({sequences, width});
  const int32_t* offset = offsets.data<int32_t>();
  parallel_for(sequences, [&, in = x.value().data(), out = y.data()](int64_t s) {
    const real share = real{1} / static_cast<real>(offset[s + 1] - offset[s]);
    real* sum = out + s * width;
    for (int64_t t = offset[s]; t < offset[s + 1]; ++t) {
      for (int64_t i = 0; i < width; ++i) sum[i] += in[t * width + i];
    }
    for (int64_t i = 0; i < width; ++i) sum[i] *= share;
  });
  return record("sequence_mean", y, {x}, [offsets, width](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    const int32_t* offset = offsets.data<int32_t>();
    parallel_for(dy.size(0), [&, g = dy.data(), out = d.data()](int64_t s) {
      const real share = real{1} / static_cast<real>(offset[s + 1] - offset[s]);
      for (int64_t t = offset[s]; t < offset[s + 1]; ++t) {
        for (int64_t i = 0; i < width; ++i) {
          real& to = out[t * width + i];
          to = (d.beta == 0 ? real{0} : d.beta * to) + share * g[s * width + i];
        }
      }
    });
  });
}

}  // namespace reprise
