// The table itself, see op_table.h. Rows stand in the order of autograd/ops.h.
#include "tests/autograd/op_table.h"

#include <gtest/gtest.h>

#include <set>

#include "autograd/ops.h"
#include "tests/autograd/testing.h"

namespace reprise::testing {

namespace {

constexpr Kind kPositive = Kind::positive, kNonzero = Kind::nonzero, kWide = Kind::wide;

using Cases = std::vector<OpCase>;

Cases arithmetic() {
  return {
      {"add", [](Inputs x) { return add(x[0], x[1]); }, {{{2, 3}}, {{2, 3}}}},
      {"add_row", [](Inputs x) { return add(x[0], x[1]); }, {{{2, 3, 4}}, {{4}}}},
      {"add_matrix", [](Inputs x) { return add(x[0], x[1]); }, {{{2, 3, 4}}, {{3, 4}}}},
      {"add_scalar_tensor", [](Inputs x) { return add(x[0], x[1]); }, {{{2, 3}}, {{}}}},
      {"add_scalars", [](Inputs x) { return add(x[0], x[1]); }, {{{}}, {{}}}},
      {"add_leading_one", [](Inputs x) { return add(x[0], x[1]); }, {{{1, 3}}, {{3}}}},
      {"add_itself", [](Inputs x) { return add(x[0], x[0]); }, {{{2, 3}}}},
      {"sub", [](Inputs x) { return sub(x[0], x[1]); }, {{{2, 3}}, {{2, 3}}}},
      {"sub_row", [](Inputs x) { return sub(x[0], x[1]); }, {{{2, 3, 4}}, {{4}}}},
      {"sub_scalar_tensor", [](Inputs x) { return sub(x[0], x[1]); }, {{{2, 3}}, {{}}}},
      {"mul", [](Inputs x) { return mul(x[0], x[1]); }, {{{2, 3}}, {{2, 3}}}},
      {"mul_row", [](Inputs x) { return mul(x[0], x[1]); }, {{{2, 3, 4}}, {{4}}}},
      {"mul_matrix", [](Inputs x) { return mul(x[0], x[1]); }, {{{2, 3, 4}}, {{3, 4}}}},
      {"mul_scalar_tensor", [](Inputs x) { return mul(x[0], x[1]); }, {{{2, 3}}, {{}}}},
      {"mul_leading_one", [](Inputs x) { return mul(x[0], x[1]); }, {{{1, 3}}, {{3}}}},
      {"mul_itself", [](Inputs x) { return mul(x[0], x[0]); }, {{{2, 3}}}},
      {"div", [](Inputs x) { return div(x[0], x[1]); }, {{{2, 3}}, {{2, 3}, kPositive}}},
      {"div_row", [](Inputs x) { return div(x[0], x[1]); }, {{{2, 3, 4}}, {{4}, kPositive}}},
      {"div_matrix", [](Inputs x) { return div(x[0], x[1]); }, {{{2, 3, 4}}, {{3, 4}, kPositive}}},
      {"div_scalar_tensor", [](Inputs x) { return div(x[0], x[1]); }, {{{2, 3}}, {{}, kPositive}}},
      {"div_itself", [](Inputs x) { return div(x[0], x[0]); }, {{{2, 3}, kPositive}}},
      {"scale", [](Inputs x) { return scale(x[0], -1.7); }, {{{2, 3}}}},
      {"add_scalar", [](Inputs x) { return add_scalar(x[0], 0.3); }, {{{2, 3}}}},
      {"neg", [](Inputs x) { return neg(x[0]); }, {{{2, 3}}}},
      {"exp", [](Inputs x) { return exp(x[0]); }, {{{2, 3}}}},
      {"log", [](Inputs x) { return log(x[0]); }, {{{2, 3}, kPositive}}},
      {"sqrt", [](Inputs x) { return sqrt(x[0]); }, {{{2, 3}, kPositive}}},
      {"square", [](Inputs x) { return square(x[0]); }, {{{2, 3}}}},
  };
}

Cases reductions() {
  return {
      {"sum", [](Inputs x) { return sum(x[0]); }, {{{2, 3}}}},
      {"sum_scalar", [](Inputs x) { return sum(x[0]); }, {{{}}}},
      {"mean", [](Inputs x) { return mean(x[0]); }, {{{2, 3}}}},
      {"sum_first", [](Inputs x) { return sum(x[0], 0); }, {{{2, 3, 4}}}},
      {"sum_middle", [](Inputs x) { return sum(x[0], 1); }, {{{2, 3, 4}}}},
      {"sum_last", [](Inputs x) { return sum(x[0], -1); }, {{{2, 3, 4}}}},
      {"sum_only", [](Inputs x) { return sum(x[0], 0); }, {{{5}}}},
      {"mean_first", [](Inputs x) { return mean(x[0], 0); }, {{{2, 3, 4}}}},
      {"mean_middle", [](Inputs x) { return mean(x[0], -2); }, {{{2, 3, 4}}}},
      {"mean_last", [](Inputs x) { return mean(x[0], 2); }, {{{2, 3, 4}}}},
  };
}

Cases products() {
  return {
      {"matmul", [](Inputs x) { return matmul(x[0], x[1]); }, {{{2, 3}}, {{3, 4}}}},
      {"low_rank_sum", [](Inputs x) { return low_rank_sum(x[0], x[1], x[2], 0.5); },
       {{{4, 3}}, {{2, 3}}, {{4, 2}}}},
      {"low_rank_sum_parts", [](Inputs x) { return low_rank_sum(x[0], x[1], x[2], 2, 3); },
       {{{6, 3}}, {{6, 3}}, {{6, 2}}}},
      {"matmul_ta", [](Inputs x) { return matmul(x[0], x[1], true); }, {{{3, 2}}, {{3, 4}}}},
      {"matmul_tb", [](Inputs x) { return matmul(x[0], x[1], false, true); }, {{{2, 3}}, {{4, 3}}}},
      {"matmul_ta_tb", [](Inputs x) { return matmul(x[0], x[1], true, true); },
       {{{3, 2}}, {{4, 3}}}},
      {"matmul_batch", [](Inputs x) { return matmul(x[0], x[1]); }, {{{2, 2, 3}}, {{2, 3, 4}}}},
      {"matmul_batch_ta", [](Inputs x) { return matmul(x[0], x[1], true); },
       {{{2, 3, 2}}, {{2, 3, 4}}}},
      {"matmul_batch_tb", [](Inputs x) { return matmul(x[0], x[1], false, true); },
       {{{2, 2, 3}}, {{2, 4, 3}}}},
      {"matmul_batch_ta_tb", [](Inputs x) { return matmul(x[0], x[1], true, true); },
       {{{2, 3, 2}}, {{2, 4, 3}}}},
      {"matmul_batch_of_one", [](Inputs x) { return matmul(x[0], x[1]); },
       {{{1, 2, 3}}, {{1, 3, 4}}}},
      {"matmul_batches", [](Inputs x) { return matmul(x[0], x[1]); },
       {{{2, 2, 1, 3}}, {{2, 2, 3, 2}}}},
      {"matmul_shared", [](Inputs x) { return matmul(x[0], x[1]); }, {{{3, 2, 3}}, {{3, 4}}}},
      {"matmul_shared_ta", [](Inputs x) { return matmul(x[0], x[1], true); },
       {{{3, 3, 2}}, {{3, 4}}}},
      {"matmul_shared_tb", [](Inputs x) { return matmul(x[0], x[1], false, true); },
       {{{3, 2, 3}}, {{4, 3}}}},
      {"matmul_shared_ta_tb", [](Inputs x) { return matmul(x[0], x[1], true, true); },
       {{{3, 3, 2}}, {{4, 3}}}},
      {"matmul_itself", [](Inputs x) { return matmul(x[0], x[0]); }, {{{3, 3}}}},
      {"matmul_gram", [](Inputs x) { return matmul(x[0], x[0], false, true); }, {{{2, 3}}}},
      {"linear", [](Inputs x) { return linear(x[0], x[1], x[2]); }, {{{5, 3}}, {{2, 3}}, {{2}}}},
      {"linear_no_bias", [](Inputs x) { return linear(x[0], x[1]); }, {{{5, 3}}, {{2, 3}}}},
      {"linear_vector", [](Inputs x) { return linear(x[0], x[1], x[2]); }, {{{3}}, {{2, 3}}, {{2}}}},
      {"linear_3d", [](Inputs x) { return linear(x[0], x[1], x[2]); },
       {{{2, 3, 4}}, {{2, 4}}, {{2}}}},
  };
}

Cases activations() {
  return {
      {"relu", [](Inputs x) { return relu(x[0]); }, {{{3, 5}, kNonzero}}},
      {"gelu", [](Inputs x) { return gelu(x[0]); }, {{{3, 5}, kWide}}},
      {"gelu_tanh", [](Inputs x) { return gelu_tanh(x[0]); }, {{{3, 5}, kWide}}},
      {"tanh", [](Inputs x) { return tanh(x[0]); }, {{{3, 5}, kWide}}},
      {"sigmoid", [](Inputs x) { return sigmoid(x[0]); }, {{{3, 5}, kWide}}},
      {"scaled_tanh", [](Inputs x) { return scaled_tanh(x[0]); }, {{{3, 5}, kWide}}},
  };
}

Cases rows() {
  return {
      {"softmax", [](Inputs x) { return softmax(x[0]); }, {{{2, 5}, kWide}}},
      {"softmax_vector", [](Inputs x) { return softmax(x[0]); }, {{{4}}}},
      {"softmax_3d", [](Inputs x) { return softmax(x[0]); }, {{{2, 3, 4}}}},
      {"softmax_of_one", [](Inputs x) { return softmax(x[0]); }, {{{3, 1}}}},
      {"log_softmax", [](Inputs x) { return log_softmax(x[0]); }, {{{2, 5}, kWide}}},
      {"log_softmax_vector", [](Inputs x) { return log_softmax(x[0]); }, {{{4}}}},
      {"log_softmax_3d", [](Inputs x) { return log_softmax(x[0]); }, {{{2, 3, 4}}}},
  };
}

Cases tables() {
  return {
      {"embedding", [](Inputs x) { return embedding(x[0], indices({5}, {1, 3, 1, 0, 1})); },
       {{{4, 3}}}},
      {"embedding_2d", [](Inputs x) { return embedding(x[0], indices({2, 3}, {2, 2, 0, 3, 2, 0})); },
       {{{4, 3}}}},
      {"gather_rows", [](Inputs x) { return gather_rows(x[0], indices({3}, {2, 0, 2})); },
       {{{3, 4}}}},
      {"sequence_mean", [](Inputs x) { return sequence_mean(x[0], indices({4}, {0, 1, 4, 6})); },
       {{{6, 3}}}},
      {"index_add", [](Inputs x) { return index_add(x[0], 0, indices({3}, {4, 0, 2}), 5); },
       {{{3, 4}}}},
      {"index_add_middle",  // repeated indices
       [](Inputs x) { return index_add(x[0], 1, indices({4}, {2, 0, 2, 1}), 3); },
       {{{2, 4, 3}}}},
      {"index_add_last", [](Inputs x) { return index_add(x[0], -1, indices({2}, {1, 3}), 4); },
       {{{3, 2}}}},
      {"tied_table",  // one table as embedding and, transposed, as the output's weight
       [](Inputs x) {
         return linear(embedding(x[0], indices({4}, {1, 3, 1, 0})), x[0], x[1]);
       },
       {{{4, 3}}, {{4}}}},
  };
}

Cases dropouts() {
  return {
      {"dropout", [](Inputs x) { return dropout(x[0], {0.3, RandomKey(5)}); }, {{{6, 5}}}},
      {"dropout_3d", [](Inputs x) { return dropout(x[0], {0.5, RandomKey(6)}); }, {{{2, 3, 4}}}},
      {"dropout_vector", [](Inputs x) { return dropout(x[0], {0.5, RandomKey(7)}); }, {{{9}}}},
      {"dropout_places",
       [](Inputs x) {
         return dropout(x[0], {0.3, RandomKey(5), indices({4}, {7, 0, 1000000, 7})});
       },
       {{{4, 5}}}},
      {"dropout_nothing", [](Inputs x) { return dropout(x[0], {0, RandomKey(5)}); }, {{{2, 3}}}},
  };
}

Cases norms() {
  return {
      {"layer_norm", [](Inputs x) { return layer_norm(x[0], x[1], x[2], 1e-12); },
       {{{3, 5}}, {{5}}, {{5}}}},
      {"layer_norm_vector", [](Inputs x) { return layer_norm(x[0], x[1], x[2], 1e-12); },
       {{{5}}, {{5}}, {{5}}}},
      {"layer_norm_3d", [](Inputs x) { return layer_norm(x[0], x[1], x[2], 1e-12); },
       {{{2, 3, 4}}, {{4}}, {{4}}}},
      {"layer_norm_epsilon", [](Inputs x) { return layer_norm(x[0], x[1], x[2], 0.5); },
       {{{3, 5}}, {{5}}, {{5}}}},
      {"residual_norm",
       [](Inputs x) { return residual_norm(x[0], x[1], x[2], x[3], 1e-12, {}); },
       {{{3, 5}}, {{3, 5}}, {{5}}, {{5}}}},
      {"residual_norm_of_itself",
       [](Inputs x) { return residual_norm(x[0], x[0], x[1], x[2], 0.5, {}); },
       {{{3, 5}}, {{5}}, {{5}}}},
      {"residual_norm_dropout",
       [](Inputs x) {
         return residual_norm(x[0], x[1], x[2], x[3], 0.5,
                              {0.3, RandomKey(5), indices({4}, {7, 0, 1000000, 7})});
       },
       {{{4, 5}}, {{4, 5}}, {{5}}, {{5}}}},
  };
}

Cases feed_forwards() {
  const std::vector<InputSpec> inputs = {{{2, 3, 4}}, {{5, 4}}, {{5}}, {{2, 5}}, {{2}}};
  return {
      {"feed_forward",
       [](Inputs x) { return feed_forward(x[0], x[1], x[2], x[3], x[4], Activation::gelu); },
       inputs},
      {"feed_forward_tanh",
       [](Inputs x) { return feed_forward(x[0], x[1], x[2], x[3], x[4], Activation::tanh); },
       inputs},
      {"feed_forward_transposed",  // one matrix on the way in and, transposed, on the way out
       [](Inputs x) {
         return feed_forward(x[0], x[1], x[2], transpose(x[1], 0, 1), x[3], Activation::gelu_tanh);
       },
       {{{3, 4}}, {{5, 4}}, {{5}}, {{4}}}},
  };
}

Cases shapes() {
  return {
      {"view", [](Inputs x) { return view(x[0], {3, 4}); }, {{{2, 6}}}},
      {"view_scalar", [](Inputs x) { return view(x[0], {}); }, {{{1, 1}}}},
      {"transpose", [](Inputs x) { return transpose(x[0], 0, 1); }, {{{2, 3}}}},
      {"transpose_01", [](Inputs x) { return transpose(x[0], 0, 1); }, {{{2, 3, 4}}}},
      {"transpose_02", [](Inputs x) { return transpose(x[0], 2, 0); }, {{{2, 3, 4}}}},
      {"transpose_12", [](Inputs x) { return transpose(x[0], -1, 1); }, {{{2, 3, 4}}}},
      {"transpose_13", [](Inputs x) { return transpose(x[0], 1, 3); }, {{{2, 3, 2, 4, 2}}}},
      {"transpose_same", [](Inputs x) { return transpose(x[0], 1, -1); }, {{{2, 3}}}},
      {"concat_first", [](Inputs x) { return concat(x, 0); }, {{{2, 3}}, {{1, 3}}, {{3, 3}}}},
      {"concat_middle", [](Inputs x) { return concat(x, 1); }, {{{2, 2, 3}}, {{2, 1, 3}}}},
      {"concat_last", [](Inputs x) { return concat(x, -1); }, {{{2, 2, 3}}, {{2, 2, 1}}}},
      {"concat_itself",
       [](Inputs x) {
         const Variable parts[] = {x[0], x[1], x[0]};
         return concat(parts, 1);
       },
       {{{2, 2}}, {{2, 1}}}},
      {"narrow_first", [](Inputs x) { return narrow(x[0], 0, 1, 2); }, {{{4, 3}}}},
      {"narrow_middle", [](Inputs x) { return narrow(x[0], 1, 2, 1); }, {{{2, 3, 4}}}},
      {"narrow_last", [](Inputs x) { return narrow(x[0], -1, 0, 3); }, {{{2, 3, 4}}}},
      {"narrow_whole", [](Inputs x) { return narrow(x[0], 0, 0, 4); }, {{{4}}}},
  };
}

// qkv [tokens, 3 · heads · size]
Cases attentions() {
  return {
      {"attention", [](Inputs x) { return attention(x[0], indices({2}, {0, 4}), {.heads = 1}); },
       {{{4, 9}}}},
      {"attention_ragged",  // lengths 1, 3, 2
       [](Inputs x) { return attention(x[0], indices({4}, {0, 1, 4, 6}), {.heads = 2}); },
       {{{6, 12}}}},
      {"attention_empty_sequence",  // lengths 2, 0, 3
       [](Inputs x) { return attention(x[0], indices({4}, {0, 2, 2, 5}), {.heads = 3}); },
       {{{5, 9}}}},
      {"attention_single_tokens",
       [](Inputs x) { return attention(x[0], indices({4}, {0, 1, 2, 3}), {.heads = 2}); },
       {{{3, 6}}}},
      {"attention_dropout",
       [](Inputs x) {
         return attention(x[0], indices({4}, {0, 1, 4, 6}),
                          {.heads = 2, .dropout = {.p = 0.4, .key = RandomKey(3)}});
       },
       {{{6, 12}}}},
      {"attention_dropout_places",
       [](Inputs x) {
         return attention(x[0], indices({3}, {0, 4, 6}),
                          {.heads = 2,
                           .dropout = {.p = 0.4, .key = RandomKey(4),
                                       .places = indices({6}, {128, 129, 130, 131, 0, 1})}});
       },
       {{{6, 12}}}},
  };
}

// x [time, batch, in], h0, c0, weight_ih, weight_hh, bias_ih, bias_hh
Variable lstm_output(Inputs x) { return lstm(x[0], x[1], x[2], {x[3], x[4], x[5], x[6]}).output; }

Cases recurrences() {
  return {
      {"lstm", lstm_output, {{{4, 2, 3}}, {{2, 2}}, {{2, 2}}, {{8, 3}}, {{8, 2}}, {{8}}, {{8}}}},
      {"lstm_one_step", lstm_output,
       {{{1, 3, 1}, kWide}, {{3, 2}}, {{3, 2}}, {{8, 1}, kWide}, {{8, 2}, kWide}, {{8}}, {{8}}}},
      {"lstm_one_matrix",  // for the input and the state, one bias twice
       [](Inputs x) { return lstm(x[0], x[1], x[1], {x[2], x[2], x[3], x[3]}).output; },
       {{{3, 2, 3}}, {{2, 3}}, {{12, 3}}, {{12}}}},
      {"lstm_layers",  // the same weights for two layers
       [](Inputs x) {
         const LstmWeights weights{x[2], x[3], x[4], x[5]};
         return lstm(lstm(x[0], x[1], x[1], weights).output, x[1], x[1], weights).output;
       },
       {{{3, 2, 2}}, {{2, 2}}, {{8, 2}}, {{8, 2}}, {{8}}, {{8}}}},
      {"lstm_last_state",  // a second stretch from the first one's end, through the output
       [](Inputs x) {
         const LstmWeights weights{x[2], x[3], x[4], x[5]};
         const Variable first = lstm(x[0], x[1], x[1], weights).output;
         const Variable h = view(narrow(first, 0, 2, 1), {2, 2});
         return lstm(x[0], h, x[1], weights).output;
       },
       {{{3, 2, 2}}, {{2, 2}}, {{8, 2}}, {{8, 2}}, {{8}}, {{8}}}},
  };
}

// weight [out, in / groups, height, width]
Cases convolutions() {
  return {
      {"conv2d", [](Inputs x) { return conv2d(x[0], x[1], x[2]); },
       {{{2, 2, 5, 6}}, {{3, 2, 3, 2}}, {{3}}}},
      {"conv2d_no_bias", [](Inputs x) { return conv2d(x[0], x[1], Variable()); },
       {{{2, 2, 4, 4}}, {{3, 2, 3, 3}}}},
      {"conv2d_stride_padding",
       [](Inputs x) {
         return conv2d(x[0], x[1], x[2], {.stride = {2, 3}, .padding = {1, 2}});
       },
       {{{2, 2, 6, 7}}, {{3, 2, 3, 4}}, {{3}}}},
      {"conv2d_padding_value",
       [](Inputs x) { return conv2d(x[0], x[1], x[2], {.padding = 2, .padding_value = -1}); },
       {{{2, 1, 4, 3}}, {{2, 1, 3, 3}}, {{2}}}},
      {"conv2d_groups",
       [](Inputs x) { return conv2d(x[0], x[1], x[2], {.padding = 1, .groups = 2}); },
       {{{2, 4, 4, 5}}, {{6, 2, 3, 3}}, {{6}}}},
      {"conv2d_unit_bias",
       [](Inputs x) { return conv2d(x[0], x[1], x[2], {.stride = 2}); },
       {{{3, 1, 5, 7}}, {{2, 1, 3, 3}}, {{2, 2, 3}}}},
      {"conv2d_wide_stride",  // inputs that no window sees
       [](Inputs x) { return conv2d(x[0], x[1], x[2], {.stride = 3}); },
       {{{2, 2, 5, 7}}, {{2, 2, 2, 1}}, {{2}}}},
      {"conv2d_whole_image", [](Inputs x) { return conv2d(x[0], x[1], x[2]); },
       {{{3, 2, 3, 4}}, {{4, 2, 3, 4}}, {{4}}}},
      {"conv2d_far_padding",  // windows that see padding alone
       [](Inputs x) { return conv2d(x[0], x[1], x[2], {.padding = 3, .padding_value = 0.5}); },
       {{{1, 1, 3, 2}}, {{2, 1, 2, 2}}, {{2}}}},
      {"conv2d_itself",
       [](Inputs x) { return conv2d(x[0], x[0], Variable(), {.padding = 1}); }, {{{2, 2, 3, 3}}}},
  };
}

// weight [out height, out width, out, in / groups, height, width]
Cases local_connections() {
  return {
      {"locally_connected2d", [](Inputs x) { return locally_connected2d(x[0], x[1], x[2]); },
       {{{2, 2, 4, 3}}, {{2, 2, 3, 2, 3, 2}}, {{3, 2, 2}}}},
      {"locally_connected2d_no_bias",
       [](Inputs x) { return locally_connected2d(x[0], x[1], Variable()); },
       {{{2, 1, 3, 3}}, {{2, 2, 2, 1, 2, 2}}}},
      {"locally_connected2d_stride_padding",
       [](Inputs x) {
         return locally_connected2d(x[0], x[1], x[2],
                                    {.stride = {2, 3}, .padding = {1, 2}, .padding_value = -1});
       },
       {{{2, 2, 4, 5}}, {{2, 3, 2, 2, 3, 2}}, {{2, 2, 3}}}},
      {"locally_connected2d_groups",
       [](Inputs x) { return locally_connected2d(x[0], x[1], x[2], {.padding = 1, .groups = 2}); },
       {{{2, 4, 2, 2}}, {{2, 2, 4, 2, 3, 3}}, {{4, 2, 2}}}},
      {"locally_connected2d_map_bias",
       [](Inputs x) { return locally_connected2d(x[0], x[1], x[2]); },
       {{{18, 1, 2, 3}}, {{1, 2, 2, 1, 2, 2}}, {{2}}}},
  };
}

Cases pools() {
  return {
      {"avg_pool2d", [](Inputs x) { return avg_pool2d(x[0], {.kernel = 2}); }, {{{2, 2, 4, 5}}}},
      {"avg_pool2d_overlapping",
       [](Inputs x) {
         return avg_pool2d(x[0], {.kernel = {3, 2}, .stride = Size2d(2, 1), .padding = {1, 0}});
       },
       {{{2, 2, 5, 4}}}},
      {"max_pool2d", [](Inputs x) { return max_pool2d(x[0], {.kernel = 2}); },
       {{{2, 2, 4, 5}, kWide}}},
      {"max_pool2d_overlapping",
       [](Inputs x) {
         return max_pool2d(x[0], {.kernel = {3, 2}, .stride = Size2d(2, 1), .padding = {1, 1}});
       },
       {{{2, 2, 5, 4}, kWide}}},
      {"max_pool2d_gaps",  // inputs that no window sees
       [](Inputs x) { return max_pool2d(x[0], {.kernel = 2, .stride = 3}); },
       {{{1, 2, 5, 5}, kWide}}},
      {"scale_maps", [](Inputs x) { return scale_maps(x[0], x[1], x[2]); },
       {{{3, 2, 2, 3}}, {{2}}, {{2}}}},
      {"scale_maps_matrix", [](Inputs x) { return scale_maps(x[0], x[1], x[1]); },
       {{{4, 3}}, {{3}}}},
  };
}

// Five codes of ±1: the signs of a pattern.
Tensor codes(int64_t width) {
  Tensor t = pattern({5, width}, 5);
  for (real& x : t.values()) x = x < 0 ? -1 : 1;
  return t;
}

Cases radial_bases() {
  return {
      {"radial_basis", [](Inputs x) { return radial_basis(x[0], codes(4)); }, {{{3, 4}}}},
      {"radial_basis_loss",
       [](Inputs x) { return radial_basis_loss(x[0], indices({3}, {4, 0, 4}), 0.3, 0.7); },
       {{{3, 5}, kWide}}},
      {"radial_basis_network",
       [](Inputs x) {
         return radial_basis_loss(radial_basis(x[0], codes(4)), indices({2}, {1, 3}), 1.5, 1);
       },
       {{{2, 4}}}},
  };
}

Cases losses() {
  return {
      {"cross_entropy",
       [](Inputs x) { return cross_entropy(x[0], indices({3}, {4, 0, 4}), 0.7); },
       {{{3, 5}, kWide}}},
      {"cross_entropy_row_weights",
       [](Inputs x) { return cross_entropy(x[0], indices({3}, {4, 0, 4}), 0.7, pattern({3}, 6)); },
       {{{3, 5}}}},
      {"cross_entropy_one_class",
       [](Inputs x) { return cross_entropy(x[0], indices({2}, {0, 0}), 1); },
       {{{2, 1}}}},
      {"binary_cross_entropy",
       [](Inputs x) {
         return binary_cross_entropy(x[0], Tensor::of({2, 3}, {0, 1, 1, 0, 0.25, 1}), 0.6);
       },
       {{{2, 3}, kWide}}},
      {"squared_error", [](Inputs x) { return squared_error(x[0], pattern({2, 3}, 5), 0.6); },
       {{{2, 3}}}},
  };
}

}  // namespace

const std::vector<OpCase>& op_cases() {
  static const Cases all = [] {
    Cases cases;
    for (const auto family : {arithmetic, reductions, products, activations, feed_forwards, rows, tables,
                              dropouts, norms, shapes, attentions, recurrences, convolutions,
                              local_connections, pools, radial_bases, losses}) {
      for (OpCase& op : family()) cases.push_back(std::move(op));
    }
    return cases;
  }();
  return all;
}

std::vector<Tensor> make_inputs(const OpCase& op) {
  std::vector<Tensor> inputs;
  for (const InputSpec& input : op.inputs) {
    inputs.push_back(pattern(input.shape, static_cast<int>(inputs.size())));
    for (real& x : inputs.back().values()) {
      if (input.kind == Kind::positive) x = 1 + x / 2;
      if (input.kind == Kind::wide) x *= 3;
      if (input.kind == Kind::nonzero) x += x < 0 ? real(-0.1) : real(0.1);
    }
  }
  return inputs;
}

TEST(OpTable, NamesAreUnique) {
  std::set<std::string> names;
  for (const OpCase& op : op_cases()) EXPECT_TRUE(names.insert(op.name).second) << op.name;
}

}  // namespace reprise::testing
