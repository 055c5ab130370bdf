// Layers of windows without shared weights: at each place of the output a matrix W [out, patch] of its
// own, and a product with the patches [images, patch] that the place sees. Cuts follow from the shape
// alone; no weight's gradient is ever a sum of several tasks'.
#include "core/kernels/convolution.h"
#include "core/parallel.h"
#include "core/tensor.h"

namespace reprise::kernels {

namespace {

constexpr auto kNo = Transpose::no;
constexpr auto kYes = Transpose::yes;

// f(place in `patches` [images, patch] of a kernel row's first number, which of the row's numbers lie
// in the image, and where the first of those is in x), for every kernel row at one place of the output.
template <class F>
void each_stretch(const ConvolutionShape& s, int64_t place, int64_t group, int64_t first,
                  int64_t last, const F& f) {
  const int64_t top = place / s.places.width * s.stride.height - s.padding.height;
  const int64_t left = place % s.places.width * s.stride.width - s.padding.width;
  const Inside cols = inside(left, 1, s.kernel.width, s.image.width);
  int64_t to = 0;
  for (int64_t image = first; image < last; ++image) {
    for (int64_t c = 0; c < s.group_in(); ++c) {
      const int64_t map = image * s.in + group * s.group_in() + c;
      for (int64_t row = top; row < top + s.kernel.height; ++row, to += s.kernel.width) {
        const bool within = row >= 0 && row < s.image.height;
        f(to, within ? cols : Inside{0, 0},
          (map * s.image.height + row) * s.image.width + left + cols.begin);
      }
    }
  }
}

void read_patches(const ConvolutionShape& s, int64_t place, int64_t group, const real* x,
                  real* patches) {
  each_stretch(s, place, group, 0, s.images, [&](int64_t to, const Inside& cols, int64_t from) {
    real* dst = patches + to;
    std::fill(dst, dst + cols.begin, s.around);
    for (int64_t i = cols.begin; i < cols.end; ++i, ++from) dst[i] = x[from];
    std::fill(dst + cols.end, dst + s.kernel.width, s.around);
  });
}

// f(unit of y, its place in a matrix [images, maps of the group], map) for images [first, last)
template <class F>
void each_output(const ConvolutionShape& s, int64_t place, int64_t group, int64_t first,
                 int64_t last, const F& f) {
  int64_t at = 0;
  for (int64_t image = first; image < last; ++image) {
    for (int64_t o = 0; o < s.group_out(); ++o, ++at) {
      const int64_t map = group * s.group_out() + o;
      f((image * s.out + map) * s.places.area() + place, at, map);
    }
  }
}

// f(place, group, where its weights begin), for all places in a row of the output
template <class F>
void each_matrix(const ConvolutionShape& s, int64_t row, const F& f) {
  for (int64_t place = row * s.places.width; place < (row + 1) * s.places.width; ++place) {
    for (int64_t g = 0; g < s.groups; ++g) {
      f(place, g, (place * s.out + g * s.group_out()) * s.patch());
    }
  }
}

// dW = dyᵀ patches
void weight_gradient(const ConvolutionShape& s, const real* x, const real* dy, real beta,
                     real* dweight) {
  parallel_ranges(s.places.height, 1, [&](int64_t row, int64_t) {
    const Tensor patches = Tensor::empty({s.images, s.patch()});
    const Tensor output = Tensor::empty({s.images, s.group_out()});
    each_matrix(s, row, [&](int64_t place, int64_t g, int64_t weights) {
      read_patches(s, place, g, x, patches.data());
      each_output(s, place, g, 0, s.images, [&](int64_t from, int64_t to, int64_t) {
        output.data()[to] = dy[from];
      });
      gemm(kYes, kNo, s.group_out(), s.patch(), s.images, output.data(), s.group_out(),
           patches.data(), s.patch(), beta, dweight + weights, s.patch());
    });
  });
}

// dpatches = dy W, added up where patches overlap; a task is some images
void input_gradient(const ConvolutionShape& s, const real* weight, const real* dy, real beta,
                    real* dx) {
  constexpr int64_t kImages = 16;  // enough to pay for reading all weights once more
  const int64_t size = s.in * s.image.area();
  parallel_ranges(s.images, kImages, [&](int64_t first, int64_t last) {
    const Tensor patches = Tensor::empty({last - first, s.patch()});
    const Tensor output = Tensor::empty({last - first, s.group_out()});
    scale_in_place((last - first) * size, beta, dx + first * size);
    for (int64_t row = 0; row < s.places.height; ++row) {
      each_matrix(s, row, [&](int64_t place, int64_t g, int64_t weights) {
        each_output(s, place, g, first, last, [&](int64_t from, int64_t to, int64_t) {
          output.data()[to] = dy[from];
        });
        gemm(kNo, kNo, last - first, s.patch(), s.group_out(), output.data(), s.group_out(),
             weight + weights, s.patch(), 0, patches.data(), s.patch());
        each_stretch(s, place, g, first, last, [&](int64_t from, const Inside& cols, int64_t to) {
          const real* src = patches.data() + from + cols.begin;
          for (int64_t i = 0; i < cols.end - cols.begin; ++i) dx[to + i] += src[i];
        });
      });
    }
  });
}

}  // namespace

// y = patches Wᵀ + bias; a task is a row of the output
void unshared_forward(const ConvolutionShape& s, const real* x, const real* weight,
                      const real* bias, real* y) {
  parallel_ranges(s.places.height, 1, [&](int64_t row, int64_t) {
    const Tensor patches = Tensor::empty({s.images, s.patch()});
    const Tensor product = Tensor::empty({s.images, s.group_out()});
    each_matrix(s, row, [&](int64_t place, int64_t g, int64_t weights) {
      read_patches(s, place, g, x, patches.data());
      gemm(kNo, kYes, s.images, s.group_out(), s.patch(), patches.data(), s.patch(),
           weight + weights, s.patch(), 0, product.data(), s.group_out());
      each_output(s, place, g, 0, s.images, [&](int64_t to, int64_t from, int64_t map) {
        y[to] = product.data()[from] + *bias_of(s, bias, map, place).data;
      });
    });
  });
}

void unshared_backward(const ConvolutionShape& s, const real* x, const real* weight,
                       const real* dy, real beta, real* dx, real beta_weight, real* dweight) {
  if (dweight) weight_gradient(s, x, dy, beta_weight, dweight);
  if (dx) input_gradient(s, weight, dy, beta, dx);
}

}  // namespace reprise::kernels
