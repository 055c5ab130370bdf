// Convolutions as matrix products over the patches that their kernel sees.
//
// Note [Patches]
// Column u of the matrix `columns` [patch, units] is what output unit u sees. W [out, patch] columns
// is then the layer's output, dy columnsᵀ the gradient of the weights, and Wᵀ dy that of the columns.
// The matrix of a whole batch would be larger than the batch by the kernel's area: it is made for
// blocks of output rows that stay in the second cache, and made once more for the backward.
// A task is a few whole images, so that no two tasks add to one dx. Each has a gradient of the weights
// of its own; they are added in the order of the tasks. All cuts follow from the shape alone, so the
// bits don't depend on the threads.
#include "core/kernels/convolution.h"
#include "core/parallel.h"
#include "core/tensor.h"

namespace reprise::kernels {

namespace {

constexpr auto kNo = Transpose::no;
constexpr auto kYes = Transpose::yes;

struct Cut {
  int64_t rows;    // output rows of a block, at most
  int64_t images;  // of a task
};

Cut cut_of(const ConvolutionShape& s) {
  constexpr int64_t kBlock = 64 * 1024;  // numbers of `columns`
  constexpr int64_t kMostTasks = 16;     // for the memory of their gradients
  const int64_t rows = std::max<int64_t>(1, kBlock / (s.patch() * s.places.width));
  const int64_t images = std::max(rows / s.places.height, divide_up(s.images, kMostTasks));
  return {rows, std::max<int64_t>(1, images)};
}

// Output rows [begin, end) of the batch: row i · places.height + r is row r of image i.
struct Block {
  int64_t begin, end;
  int64_t rows() const { return end - begin; }
};

// f(block) for the blocks of images [first, last)
template <class F>
void each_block(const ConvolutionShape& s, const Cut& cut, int64_t first, int64_t last,
                const F& f) {
  const int64_t end = last * s.places.height;
  for (int64_t row = first * s.places.height; row < end; row += cut.rows) {
    f(Block{row, std::min(end, row + cut.rows)});
  }
}

// f(image, the first of its output rows in the block, their number, the column of their first unit)
template <class F>
void each_image(const ConvolutionShape& s, const Block& block, const F& f) {
  for (int64_t begin = block.begin; begin < block.end;) {
    const int64_t image = begin / s.places.height;
    const int64_t end = std::min(block.end, (image + 1) * s.places.height);
    f(image, begin % s.places.height, end - begin, (begin - block.begin) * s.places.width);
    begin = end;
  }
}

// f(place in `columns` of an output row's first unit, which of the row's units see the image there,
// and where the first of those looks in x), for every row of `columns` and output row of the block.
template <class F>
void each_stretch(const ConvolutionShape& s, const Block& block, int64_t group, const F& f) {
  const int64_t units = block.rows() * s.places.width;
  each_image(s, block, [&](int64_t image, int64_t first, int64_t rows, int64_t column) {
    for (int64_t k = 0; k < s.patch(); ++k) {
      const int64_t map = image * s.in + group * s.group_in() + k / s.kernel.area();
      const int64_t ky = k / s.kernel.width % s.kernel.height, kx = k % s.kernel.width;
      const int64_t left = kx - s.padding.width;
      const Inside cols = inside(left, s.stride.width, s.places.width, s.image.width);
      int64_t to = k * units + column;
      for (int64_t r = first; r < first + rows; ++r, to += s.places.width) {
        const int64_t row = r * s.stride.height - s.padding.height + ky;
        const bool within = row >= 0 && row < s.image.height;
        f(to, within ? cols : Inside{0, 0},
          (map * s.image.height + row) * s.image.width + cols.begin * s.stride.width + left);
      }
    }
  });
}

// columns [patch, units] from x
void read_patches(const ConvolutionShape& s, const Block& block, int64_t group, const real* x,
                  real* columns) {
  with_constant_step(s.stride.width, [&](auto step) {
    each_stretch(s, block, group, [&](int64_t to, const Inside& cols, int64_t from) {
      real* dst = columns + to;
      std::fill(dst, dst + cols.begin, s.around);
      const int64_t n = cols.end - cols.begin;
      for (int64_t i = 0; i < n; ++i) dst[cols.begin + i] = x[from + i * step];
      std::fill(dst + cols.end, dst + s.places.width, s.around);
    });
  });
}

// dx += columns, each where it was read
void add_patches(const ConvolutionShape& s, const Block& block, int64_t group, const real* columns,
                 real* dx) {
  with_constant_step(s.stride.width, [&](auto step) {
    each_stretch(s, block, group, [&](int64_t from, const Inside& cols, int64_t to) {
      const real* src = columns + from + cols.begin;
      const int64_t n = cols.end - cols.begin;
      for (int64_t i = 0; i < n; ++i) dx[to + i * step] += src[i];
    });
  });
}

// f(stretch of y, the same units in a matrix [maps of the group, units], its length, map, place)
template <class F>
void each_output(const ConvolutionShape& s, const Block& block, int64_t group, const F& f) {
  const int64_t units = block.rows() * s.places.width;
  each_image(s, block, [&](int64_t image, int64_t row, int64_t rows, int64_t column) {
    for (int64_t o = 0; o < s.group_out(); ++o) {
      const int64_t map = group * s.group_out() + o, place = row * s.places.width;
      f((image * s.out + map) * s.places.area() + place, o * units + column,
        rows * s.places.width, map, place);
    }
  });
}

}  // namespace

void shared_forward(const ConvolutionShape& s, const real* x, const real* weight, const real* bias,
                    real* y) {
  const Cut cut = cut_of(s);
  parallel_ranges(s.images, cut.images, [&](int64_t first, int64_t last) {
    const int64_t most = std::min(cut.rows, (last - first) * s.places.height) * s.places.width;
    const Tensor columns = Tensor::empty({s.patch(), most});
    const Tensor product = Tensor::empty({s.group_out(), most});
    each_block(s, cut, first, last, [&](const Block& block) {
      const int64_t units = block.rows() * s.places.width;
      for (int64_t g = 0; g < s.groups; ++g) {
        read_patches(s, block, g, x, columns.data());
        gemm(kNo, kNo, s.group_out(), units, s.patch(), weight + g * s.group_out() * s.patch(),
             s.patch(), columns.data(), units, 0, product.data(), units);
        each_output(s, block, g, [&](int64_t to, int64_t from, int64_t n, int64_t map,
                                     int64_t place) {
          const BiasOfUnits b = bias_of(s, bias, map, place);
          const real* sums = product.data() + from;
          for (int64_t i = 0; i < n; ++i) y[to + i] = sums[i] + b.data[i * b.step];
        });
      }
    });
  });
}

// dW = dy columnsᵀ,  dcolumns = Wᵀ dy, added up where patches overlap
void shared_backward(const ConvolutionShape& s, const real* x, const real* weight, const real* dy,
                     real beta, real* dx, real beta_weight, real* dweight) {
  const Cut cut = cut_of(s);
  const int64_t tasks = divide_up(s.images, cut.images), size = s.in * s.image.area();
  const Tensor parts = dweight ? Tensor::empty({tasks, s.weights()}) : Tensor();
  parallel_ranges(s.images, cut.images, [&](int64_t first, int64_t last) {
    const int64_t most = std::min(cut.rows, (last - first) * s.places.height) * s.places.width;
    const Tensor columns = Tensor::empty({s.patch(), most});
    const Tensor output = Tensor::empty({s.group_out(), most});
    if (dx) scale_in_place((last - first) * size, beta, dx + first * size);
    real* part = dweight ? parts.data() + first / cut.images * s.weights() : nullptr;
    each_block(s, cut, first, last, [&](const Block& block) {
      const int64_t units = block.rows() * s.places.width;
      const bool begins = block.begin == first * s.places.height;
      for (int64_t g = 0; g < s.groups; ++g) {
        const int64_t weights = g * s.group_out() * s.patch();
        each_output(s, block, g, [&](int64_t from, int64_t to, int64_t n, int64_t, int64_t) {
          std::copy_n(dy + from, n, output.data() + to);
        });
        if (part) {
          read_patches(s, block, g, x, columns.data());
          gemm(kNo, kYes, s.group_out(), s.patch(), units, output.data(), units, columns.data(),
               units, begins ? 0 : 1, part + weights, s.patch());
        }
        if (dx) {
          gemm(kYes, kNo, s.patch(), units, s.group_out(), weight + weights, s.patch(),
               output.data(), units, 0, columns.data(), units);
          add_patches(s, block, g, columns.data(), dx);
        }
      }
    });
  });
  if (dweight) sum_rows(tasks, s.weights(), parts.data(), beta_weight, dweight);
}

}  // namespace reprise::kernels
