// Fast convolutions against the reference loops, pools against their definition, and all of them with
// any number of threads.
#include "core/error.h"
#include "tests/core/kernel_cases.h"

namespace reprise::kernels {
namespace {

struct Case {
  int64_t images, in, out, groups;
  Size2d image, kernel, stride, padding;
  real around;
  bool bias_per_unit;
};

ConvolutionShape shape_of(const Case& c, bool shared) {
  return {.images = c.images, .in = c.in, .out = c.out, .groups = c.groups, .image = c.image,
          .kernel = c.kernel, .stride = c.stride, .padding = c.padding,
          .places = window_places("case", c.image, c.kernel, c.stride, c.padding),
          .around = c.around, .shared = shared, .bias_per_unit = c.bias_per_unit};
}

// Output and gradients, one after the other.
Numbers run(const ConvolutionShape& s, float beta) {
  const int64_t units = s.out * s.places.area();
  const Numbers x = random(s.images * s.in * s.image.area(), 1), w = random(s.weights(), 2);
  const Numbers bias = random(s.bias_per_unit ? units : s.out, 3), dy = random(s.images * units, 4);
  Numbers y(dy.size(), kNaN), dx = destination(std::ssize(x), beta);
  Numbers dw = destination(s.weights(), beta);
  convolution_forward(s, x.data(), w.data(), bias.data(), y.data());
  convolution_backward(s, x.data(), w.data(), dy.data(), beta, dx.data(), beta, dw.data());
  Numbers alone = destination(std::ssize(x), beta), weight_alone = destination(s.weights(), beta);
  convolution_backward(s, x.data(), w.data(), dy.data(), beta, alone.data(), 0, nullptr);
  convolution_backward(s, x.data(), w.data(), dy.data(), 0, nullptr, beta, weight_alone.data());
  EXPECT_TRUE(same_bits(dx, alone) && same_bits(dw, weight_alone));
  append(y, dx);
  append(y, dw);
  return y;
}

class Convolution : public testing::TestWithParam<Case> {
 protected:
  void TearDown() override {
    set_isa(isa_);
    set_threads(threads_);
  }

 private:
  const Isa isa_ = isa();
  const int threads_ = threads();
};

TEST_P(Convolution, MatchesTheReference) {
  for (const bool shared : {true, false}) {
    for (const float beta : {0.0f, 1.0f, 0.5f}) {
      const ConvolutionShape s = shape_of(GetParam(), shared);
      const Isa fast = isa();
      const Numbers got = run(s, beta);
      set_isa(Isa::reference);
      const Numbers wanted = run(s, beta);
      set_isa(fast);
      ASSERT_EQ(got.size(), wanted.size());
      for (size_t i = 0; i < got.size(); ++i) {
        ASSERT_NEAR(got[i], wanted[i], 2e-5 * (1 + std::abs(wanted[i])))
            << i << (shared ? ", shared, beta " : ", not shared, beta ") << beta;
      }
    }
  }
}

TEST_P(Convolution, HasTheSameBitsOnAnyThreads) {
  for (const bool shared : {true, false}) {
    const ConvolutionShape s = shape_of(GetParam(), shared);
    set_threads(1);
    const Numbers first = run(s, 0);
    for (const int count : {2, 3, 8}) {
      set_threads(count);
      EXPECT_TRUE(same_bits(run(s, 0), first)) << count << " threads, " << shared;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, Convolution,
    testing::Values(Case{1, 1, 1, 1, 1, 1, 1, 0, 0, false},
                    Case{5, 1, 6, 1, 28, 5, 1, 2, 0, false},             // LeNet-5's C1
                    Case{21, 6, 16, 1, 14, 5, 1, 0, 0, false},           // and C3, in several tasks
                    Case{40, 16, 12, 1, 5, 5, 1, 0, 0, false},           // and C5: one place
                    Case{9, 1, 12, 1, 16, 5, 2, 2, -1, true},            // LeCun 1989's H1
                    Case{2, 4, 6, 2, {7, 9}, {3, 2}, {2, 3}, {1, 2}, 0.5f, false},
                    Case{3, 3, 3, 3, {5, 4}, 2, 2, 0, 0, true},          // a map by itself
                    Case{1, 20, 4, 1, {70, 60}, 3, 1, 1, 0, false},      // several blocks of an image
                    Case{33, 2, 3, 1, {1, 40}, {1, 7}, {1, 5}, {0, 3}, 0, false},
                    Case{2, 1, 2, 1, 3, 2, 4, 7, 2, false}));            // windows of padding alone

// ---- pools

struct PoolCase {
  PoolShape shape;
  bool ties;
};

PoolShape pool(int64_t maps, Size2d image, Size2d kernel, Size2d stride, Size2d padding) {
  return {maps, image, kernel, stride, padding,
          window_places("case", image, kernel, stride, padding)};
}

struct PoolNumbers {
  Numbers mean, most, dmean, dmost;
};

// By its definition: every window looks at all of the map.
PoolNumbers naive_pools(const PoolShape& s, const Numbers& x, const Numbers& dy, float beta,
                        const Numbers& before) {
  PoolNumbers r{Numbers(dy.size()), Numbers(dy.size()), before, before};
  for (float& d : r.dmean) d = beta == 0 ? 0 : beta * d;
  r.dmost = r.dmean;
  for (int64_t u = 0; u < std::ssize(dy); ++u) {
    const int64_t map = u / s.places.area(), row = u / s.places.width % s.places.height;
    const int64_t top = row * s.stride.height - s.padding.height;
    const int64_t left = u % s.places.width * s.stride.width - s.padding.width;
    int64_t best = -1;
    double sum = 0;
    for (int64_t i = 0; i < s.image.area(); ++i) {
      const int64_t dr = i / s.image.width - top, dc = i % s.image.width - left;
      if (dr < 0 || dr >= s.kernel.height || dc < 0 || dc >= s.kernel.width) continue;
      const int64_t at = map * s.image.area() + i;
      sum += x[at];
      if (best < 0 || x[at] > x[best]) best = at;
      r.dmean[at] += dy[u] / static_cast<float>(s.kernel.area());
    }
    r.mean[u] = static_cast<float>(sum / static_cast<double>(s.kernel.area()));
    r.most[u] = x[best];
    r.dmost[best] += dy[u];
  }
  return r;
}

PoolNumbers fast_pools(const PoolShape& s, const Numbers& x, const Numbers& dy, float beta,
                       const Numbers& before) {
  PoolNumbers r{Numbers(dy.size(), kNaN), Numbers(dy.size(), kNaN), before, before};
  std::vector<int32_t> from(dy.size());
  avg_pool2d_forward(s, x.data(), r.mean.data());
  avg_pool2d_backward(s, dy.data(), beta, r.dmean.data());
  max_pool2d_forward(s, x.data(), r.most.data(), from.data());
  max_pool2d_backward(s, dy.data(), from.data(), beta, r.dmost.data());
  return r;
}

void expect_near(const Numbers& got, const Numbers& wanted, const char* what) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], wanted[i], 2e-6) << what << " " << i;
}

class Pools : public testing::TestWithParam<PoolCase> {};

TEST_P(Pools, AreTheirDefinition) {
  const PoolShape& s = GetParam().shape;
  Numbers x = random(s.maps * s.image.area(), 1);
  const Numbers dy = random(s.maps * s.places.area(), 2);
  if (GetParam().ties) {
    for (float& value : x) value = std::round(2 * value);
  }
  const int threads_before = threads();
  for (const float beta : {0.0f, 1.0f, 0.5f}) {
    const Numbers before = destination(std::ssize(x), beta);
    const PoolNumbers wanted = naive_pools(s, x, dy, beta, before);
    Numbers bits;
    for (const int count : {1, 3}) {
      set_threads(count);
      PoolNumbers got = fast_pools(s, x, dy, beta, before);
      expect_near(got.mean, wanted.mean, "mean");
      expect_near(got.most, wanted.most, "largest");
      expect_near(got.dmean, wanted.dmean, "gradient of the mean");
      expect_near(got.dmost, wanted.dmost, "gradient of the largest");
      append(got.mean, got.dmean);
      if (count == 1) bits = got.mean;
      EXPECT_TRUE(same_bits(got.mean, bits));
    }
  }
  set_threads(threads_before);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Pools,
                         testing::Values(PoolCase{pool(1, 1, 1, 1, 0), false},
                                         PoolCase{pool(50, 28, 2, 2, 0), false},
                                         PoolCase{pool(50, 28, 2, 2, 0), true},
                                         PoolCase{pool(3, {9, 7}, 3, 2, 1), true},
                                         PoolCase{pool(2, {5, 8}, {2, 3}, {3, 1}, {1, 1}), false},
                                         PoolCase{pool(4, {6, 5}, {6, 5}, 1, 0), true}));

TEST(MaxPool, FindsNaNs) {
  const PoolShape s = pool(1, {1, 6}, {1, 3}, 3, 0);
  const Numbers x = {1, kNaN, 5, -kInfinity, -kInfinity, -kInfinity};
  Numbers y(2);
  std::vector<int32_t> from(2, -1);
  max_pool2d_forward(s, x.data(), y.data(), from.data());
  EXPECT_TRUE(std::isnan(y[0]));
  EXPECT_EQ(y[1], -kInfinity);
  EXPECT_EQ(from, (std::vector<int32_t>{1, 3}));
}

// ---- maps

TEST(Maps, AreScaledAndSummed) {
  constexpr int64_t kImages = 3, kMaps = 5, kSize = 7;
  const Numbers x = random(kImages * kMaps * kSize, 1), z = random(std::ssize(x), 2);
  const Numbers gain = random(kMaps, 3), bias = random(kMaps, 4), before = random(kMaps, 5);
  Numbers y(x.size(), kNaN), sums = before, products = before;
  scale_maps(kImages, kMaps, kSize, x.data(), gain.data(), bias.data(), y.data());
  sum_maps(kImages, kMaps, kSize, x.data(), 0.5f, sums.data());
  sum_products_of_maps(kImages, kMaps, kSize, x.data(), z.data(), 0.5f, products.data());
  std::vector<double> wanted(kMaps), wanted_products(kMaps);
  for (int64_t m = 0; m < kMaps; ++m) wanted[m] = wanted_products[m] = 0.5 * before[m];
  for (int64_t i = 0; i < std::ssize(x); ++i) {
    const int64_t m = i / kSize % kMaps;
    EXPECT_NEAR(y[i], gain[m] * x[i] + bias[m], 1e-6);
    wanted[m] += x[i];
    wanted_products[m] += double{x[i]} * z[i];
  }
  for (int64_t m = 0; m < kMaps; ++m) {
    EXPECT_NEAR(sums[m], wanted[m], 1e-6);
    EXPECT_NEAR(products[m], wanted_products[m], 1e-6);
  }
  Numbers fresh(kMaps, kNaN);
  sum_maps(0, kMaps, kSize, x.data(), 0, fresh.data());
  EXPECT_EQ(fresh, Numbers(kMaps, 0));
}

// ---- places of windows

TEST(WindowPlaces, AreCountedRoundedDown) {
  EXPECT_EQ(window_places("op", 28, 5, 1, 2), Size2d(28));
  EXPECT_EQ(window_places("op", 16, 5, 2, 2), Size2d(8));
  EXPECT_EQ(window_places("op", {7, 10}, {3, 4}, {2, 3}, {0, 1}), Size2d(3, 3));
}

std::string refusal(Size2d image, Size2d kernel, Size2d stride, Size2d padding) {
  try {
    window_places("op", image, kernel, stride, padding);
  } catch (const ShapeError& error) {
    return error.what();
  }
  return "";
}

TEST(WindowPlaces, RefuseWhatDoesNotFitInASentence) {
  EXPECT_EQ(refusal({4, 9}, {5, 3}, 1, 0),
            "op: a kernel of 5 x 3 is larger than an image of 4 x 9 with a padding of 0 x 0");
  EXPECT_EQ(refusal({0, 3}, 1, 1, 0), "op: an image of 0 x 3 has no elements");
  const std::string range = "; kernel and stride are at least 1, padding at least 0, all at most 16777216";
  EXPECT_EQ(refusal(9, {0, 3}, 1, 0), "op: kernel 0 x 3, stride 1 x 1, padding 0 x 0" + range);
  EXPECT_EQ(refusal(9, 3, {1, 0}, 0), "op: kernel 3 x 3, stride 1 x 0, padding 0 x 0" + range);
  EXPECT_EQ(refusal(9, 3, 1, {-1, 0}), "op: kernel 3 x 3, stride 1 x 1, padding -1 x 0" + range);
  EXPECT_NE(refusal(9, 3, 1, INT64_MAX), "");
  EXPECT_NE(refusal(9, 3, INT64_MAX, 0), "");
}

}  // namespace
}  // namespace reprise::kernels
