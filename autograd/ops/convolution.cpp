#include "autograd/ops.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

namespace {

// A layer as `op` was asked for it.
struct Request {
  std::string_view op;
  bool shared;
  const Shape &x, &weight;
  const Conv2dOptions& options;

  // Of the weight, after the places that weights which aren't shared begin with: out, in / groups, …
  int64_t weight_size(int d) const { return weight[d + (shared ? 0 : 2)]; }
  std::string_view layout() const {
    return shared ? "[out, in / groups, height, width]"
                  : "[out height, out width, out, in / groups, height, width]";
  }
};

void check_maps(const Request& r) {
  if (r.x.rank() != 4 || r.weight.rank() != (r.shared ? 4 : 6)) {
    throw ShapeError("{}: input {} and weight {} are not [n, in, height, width] and {}", r.op, r.x,
                     r.weight, r.layout());
  }
  if (r.x.numel() == 0 || r.weight.numel() == 0) {
    throw ShapeError("{}: input {} and weight {} ({}); none may be empty", r.op, r.x, r.weight,
                     r.layout());
  }
  const int64_t groups = r.options.groups;
  const bool divides = groups >= 1 && r.x[1] % groups == 0 && r.weight_size(0) % groups == 0;
  if (!divides || r.x[1] / groups != r.weight_size(1)) {
    throw ShapeError("{}: input {} does not fit weight {} ({}) with {} groups", r.op, r.x, r.weight,
                     r.layout(), groups);
  }
}

// Whether there is a bias for every unit. bias: its shape, or null.
bool check_bias(const Request& r, Size2d places, const Shape* bias) {
  const int64_t out = r.weight_size(0);
  const bool per_unit = bias && *bias == Shape{out, places.height, places.width};
  if (bias && !per_unit && *bias != Shape{out}) {
    throw ShapeError("{}: bias {} is neither {} nor, one for each unit, {}", r.op, *bias, Shape{out},
                     Shape{out, places.height, places.width});
  }
  return per_unit;
}

kernels::ConvolutionShape plan(const Request& r, const Shape* bias) {
  check_maps(r);
  const Size2d image(r.x[2], r.x[3]), kernel(r.weight_size(2), r.weight_size(3));
  const Conv2dOptions& o = r.options;
  const Size2d places = window_places(r.op, image, kernel, o.stride, o.padding);
  if (!r.shared && places != Size2d(r.weight[0], r.weight[1])) {
    throw ShapeError("{}: weight {} ({}) has its places, but the windows on input {} have {} x {}",
                     r.op, r.weight, r.layout(), r.x, places.height, places.width);
  }
  return {.images = r.x[0],
          .in = r.x[1],
          .out = r.weight_size(0),
          .groups = o.groups,
          .image = image,
          .kernel = kernel,
          .stride = o.stride,
          .padding = o.padding,
          .places = places,
          .around = static_cast<real>(o.padding_value),
          .shared = r.shared,
          .bias_per_unit = check_bias(r, places, bias)};
}

// y[n, o, u] = b[o or o, u] + Σ_i w[o, i] patch(x, n, u)[i], w that of the place u when weights aren't
// shared:  dw[o, i] = Σ_n,u dy patch  (not shared: Σ_n),  dx = Σ w dy over the patches an input is in,
// db = Σ_n,u dy  (per unit: Σ_n)
Variable convolve(std::string_view op, bool shared, const Variable& x, const Variable& weight,
                  const Variable& bias, const Conv2dOptions& options) {
  const bool has_bias = bias.value().defined();
  const auto s = plan({op, shared, x.shape(), weight.shape(), options},
                      has_bias ? &bias.shape() : nullptr);
  Tensor y = Tensor::empty({s.images, s.out, s.places.height, s.places.width});
  kernels::convolution_forward(s, x.value().data(), weight.value().data(),
                               has_bias ? bias.value().data() : nullptr, y.data());
  return record(op, y, {x, weight, bias},
                [s, x = x.value(), w = weight.value()](const Tensor& dy, InputGrads& dx) {
    const Sink to_x = dx.wants(0) ? dx.into(0) : Sink{};
    const Sink to_weight = dx.wants(1) ? dx.into(1) : Sink{};
    if (dx.wants(0) || dx.wants(1)) {
      kernels::convolution_backward(s, x.data(), w.data(), dy.data(), to_x.beta, to_x.data(),
                                    to_weight.beta, to_weight.data());
    }
    if (!dx.wants(2)) return;
    const Sink db = dx.into(2);
    if (s.bias_per_unit) {
      kernels::sum_rows(s.images, s.out * s.places.area(), dy.data(), db.beta, db.data());
    } else {
      kernels::sum_maps(s.images, s.out, s.places.area(), dy.data(), db.beta, db.data());
    }
  });
}

}  // namespace

Variable conv2d(const Variable& x, const Variable& weight, const Variable& bias,
                const Conv2dOptions& options) {
  return convolve("conv2d", true, x, weight, bias, options);
}

Variable locally_connected2d(const Variable& x, const Variable& weight, const Variable& bias,
                             const Conv2dOptions& options) {
  return convolve("locally_connected2d", false, x, weight, bias, options);
}

// y = g x + b, g and b of the map:  dx = g dy,  dg = Σ x dy,  db = Σ dy over all but the maps
Variable scale_maps(const Variable& x, const Variable& gain, const Variable& bias) {
  const Shape& s = x.shape();
  if (s.rank() < 2 || gain.shape() != Shape{s[1]} || bias.shape() != Shape{s[1]}) {
    throw ShapeError("scale_maps: gain {} and bias {} do not fit input {} ([n, maps, ..])",
                     gain.shape(), bias.shape(), s);
  }
  const int64_t images = s[0], maps = s[1], size = images * maps == 0 ? 0 : s.numel() / (images * maps);
  Tensor y = Tensor::empty(s);
  kernels::scale_maps(images, maps, size, x.value().data(), gain.value().data(),
                      bias.value().data(), y.data());
  return record("scale_maps", y, {x, gain, bias},
                [=, x = x.value(), gain = gain.value()](const Tensor& dy, InputGrads& dx) {
    if (dx.wants(0)) {
      const Tensor scaled = Tensor::empty(dy.shape()), no_bias = Tensor::zeros({maps});
      kernels::scale_maps(images, maps, size, dy.data(), gain.data(), no_bias.data(), scaled.data());
      dx.pass(0, scaled);
    }
    if (dx.wants(1)) {
      const Sink d = dx.into(1);
      kernels::sum_products_of_maps(images, maps, size, x.data(), dy.data(), d.beta, d.data());
    }
    if (dx.wants(2)) {
      const Sink d = dx.into(2);
      kernels::sum_maps(images, maps, size, dy.data(), d.beta, d.data());
    }
  });
}

}  // namespace reprise
