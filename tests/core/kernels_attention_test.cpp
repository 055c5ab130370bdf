// Attention against its definition in double.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/kernels.h"
#include "core/parallel.h"

namespace reprise::kernels {
namespace {

using Numbers = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Numbers random(int64_t n, uint64_t seed) {
  Numbers x(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    x[i] = static_cast<float>(random_bits(RandomKey(seed), i)[0] * 0x1p-31 - 1);
  }
  return x;
}

struct Naive {
  std::vector<double> out, dqkv;
};

// Element by element, forward and backward. `keep` [head][token][key position]: factors of dropout.
Naive naive(const AttentionShape& shape, const Numbers& qkv, const Numbers& dout) {
  const int64_t width = shape.heads * shape.size, tokens = shape.offsets[shape.sequences];
  Naive result{std::vector<double>(tokens * width), std::vector<double>(tokens * 3 * width)};
  const double scale = 1 / std::sqrt(static_cast<double>(shape.size));
  for (int64_t s = 0; s < shape.sequences; ++s) {
    const int64_t first = shape.offsets[s], n = shape.offsets[s + 1] - first;
    for (int64_t h = 0; h < shape.heads; ++h) {
      // part 0: q, 1: k, 2: v
      const auto at = [&](int part, int64_t i, int64_t d) {
        return (first + i) * 3 * width + part * width + h * shape.size + d;
      };
      const auto out_at = [&](int64_t i, int64_t d) {
        return (first + i) * width + h * shape.size + d;
      };
      for (int64_t i = 0; i < n; ++i) {
        std::vector<double> p(n), dp(n);
        double total = 0, dot = 0;
        for (int64_t j = 0; j < n; ++j) {
          double score = 0;
          for (int64_t d = 0; d < shape.size; ++d) {
            score += double{qkv[at(0, i, d)]} * qkv[at(1, j, d)];
          }
          total += p[j] = std::exp(score * scale);
        }
        const Numbers ones(n, 1);
        Numbers keep(n);
        const int32_t place =
            shape.place ? shape.place[first + i] : static_cast<int32_t>(first + i);
        dropout(1, n, shape.p, shape.key.at(h), &place, ones.data(), 0, keep.data());
        for (int64_t j = 0; j < n; ++j) {
          p[j] /= total;
          for (int64_t d = 0; d < shape.size; ++d) {
            result.out[out_at(i, d)] += p[j] * keep[j] * qkv[at(2, j, d)];
            result.dqkv[at(2, j, d)] += p[j] * keep[j] * dout[out_at(i, d)];
            dp[j] += double{dout[out_at(i, d)]} * qkv[at(2, j, d)] * keep[j];
          }
          dot += p[j] * dp[j];
        }
        for (int64_t j = 0; j < n; ++j) {
          const double ds = p[j] * (dp[j] - dot) * scale;
          for (int64_t d = 0; d < shape.size; ++d) {
            result.dqkv[at(0, i, d)] += ds * qkv[at(1, j, d)];
            result.dqkv[at(1, j, d)] += ds * qkv[at(0, i, d)];
          }
        }
      }
    }
  }
  return result;
}

struct Case {
  std::vector<int32_t> offsets;
  int64_t heads, size;
  float p;
  bool places;
};

class Attention : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const Case& c = GetParam();
    tokens_ = c.offsets.back();
    for (int32_t t = 0; t < tokens_; ++t) place_.push_back(1000 - 3 * t);
    shape_ = {static_cast<int64_t>(c.offsets.size()) - 1,
              c.offsets.data(),
              c.heads,
              c.size,
              c.p,
              RandomKey(77),
              c.places ? place_.data() : nullptr};
    width_ = c.heads * c.size;
    qkv_ = random(tokens_ * 3 * width_, 1);
    dout_ = random(tokens_ * width_, 2);
  }

  AttentionShape shape_{};
  std::vector<int32_t> place_;
  int64_t tokens_ = 0, width_ = 0;
  Numbers qkv_, dout_;
};

TEST_P(Attention, IsItsDefinition) {
  const Naive wanted = naive(shape_, qkv_, dout_);
  Numbers out(tokens_ * width_, kNaN);
  attention_forward(shape_, qkv_.data(), out.data());
  for (size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], wanted.out[i], 2e-6) << i;
  for (float beta : {0.0f, 1.0f, 0.5f}) {
    const Numbers before = random(tokens_ * 3 * width_, 3);
    Numbers dqkv = beta == 0 ? Numbers(before.size(), kNaN) : before;
    attention_backward(shape_, qkv_.data(), dout_.data(), beta, dqkv.data());
    for (size_t i = 0; i < dqkv.size(); ++i) {
      ASSERT_NEAR(dqkv[i], wanted.dqkv[i] + beta * before[i], 5e-6) << "beta " << beta << " " << i;
    }
  }
}

// In bfloat16, of numbers that it has: only what is computed in between is rounded.
TEST_P(Attention, IsCloseInBFloat16) {
  std::vector<BFloat16> qkv(qkv_.size()), dout(dout_.size());
  narrow(std::ssize(qkv_), qkv_.data(), qkv.data());
  narrow(std::ssize(dout_), dout_.data(), dout.data());
  widen(std::ssize(qkv), qkv.data(), qkv_.data());
  widen(std::ssize(dout), dout.data(), dout_.data());
  const Naive wanted = naive(shape_, qkv_, dout_);
  Numbers out(tokens_ * width_, kNaN), dqkv(tokens_ * 3 * width_, kNaN);
  attention_forward(shape_, qkv.data(), out.data());
  for (size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], wanted.out[i], 0.01) << i;
  attention_backward(shape_, qkv.data(), dout.data(), 0, dqkv.data());
  for (size_t i = 0; i < dqkv.size(); ++i) ASSERT_NEAR(dqkv[i], wanted.dqkv[i], 0.02) << i;
}

TEST_P(Attention, HasTheSameBitsOnAnyThreads) {
  const int threads_before = threads();
  Numbers first;
  for (int count : {1, 2, 3, 8}) {
    set_threads(count);
    Numbers out(tokens_ * width_), dqkv(tokens_ * 3 * width_);
    attention_forward(shape_, qkv_.data(), out.data());
    attention_backward(shape_, qkv_.data(), dout_.data(), 0, dqkv.data());
    out.insert(out.end(), dqkv.begin(), dqkv.end());
    if (count == 1) first = out;
    EXPECT_EQ(out, first) << count;
  }
  set_threads(threads_before);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, Attention,
    testing::Values(Case{{0, 5}, 1, 4, 0, false}, Case{{0, 1, 1, 8, 25}, 3, 8, 0, false},
                    Case{{0, 1, 1, 8, 25}, 3, 8, 0.3f, false},
                    Case{{0, 33, 33, 50}, 2, 16, 0.1f, true}, Case{{0, 70, 199}, 4, 64, 0.1f, true},
                    Case{{0}, 2, 4, 0, false}, Case{{0, 0}, 2, 4, 0.5f, true}));

TEST(AttentionErrors, RefusesAnImpossibleDropout) {
  const std::vector<int32_t> offsets = {0, 2};
  const Numbers qkv(6, 1);
  Numbers out(2);
  for (float p : {-1.0f, 2.0f, kNaN}) {
    const AttentionShape shape{1, offsets.data(), 1, 1, p, RandomKey(1), nullptr};
    EXPECT_THROW(attention_forward(shape, qkv.data(), out.data()), UsageError);
  }
}

}  // namespace
}  // namespace reprise::kernels
