// Values of the ops: against PyTorch, and what ops.h promises beyond formulas.
#include "autograd/ops.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/autograd/op_goldens.h"
#include "tests/autograd/op_table.h"
#include "tests/autograd/testing.h"

namespace reprise::testing {

namespace {

// ---- goldens

class OpValues : public ::testing::TestWithParam<OpGolden> {};

const OpCase& case_named(const std::string& name) {
  for (const OpCase& op : op_cases()) {
    if (op.name == name) return op;
  }
  throw UsageError("op_table has no row {}", name);
}

void expect_digest(const Tensor& t, const Digest& golden, const std::string& what) {
  Digest digest{t.item(0), t.item(t.numel() - 1), 0};
  for (int64_t i = 0; i < t.numel(); ++i) digest[2] += std::cos(i) * t.item(i);
  for (int d = 0; d < 3; ++d) {
    EXPECT_NEAR(digest[d], golden[d], kTolerance * (1 + std::abs(golden[d]))) << what << " " << d;
  }
}

TEST_P(OpValues, AgreeWithPyTorch) {
  const OpGolden& golden = GetParam();
  const OpCase& op = case_named(golden.name);
  const std::vector<Tensor> inputs = make_inputs(op);
  ASSERT_EQ(inputs.size(), golden.gradients.size());
  Tape tape;
  std::vector<Tensor> gradients(inputs.size());
  std::vector<Variable> leaves;
  for (size_t i = 0; i < inputs.size(); ++i) leaves.push_back(tape.input(inputs[i], &gradients[i]));
  const Variable y = op.function(leaves);
  expect_digest(y.value(), golden.value, "value");
  tape.backward(y, pattern(y.shape(), 9));
  for (size_t i = 0; i < inputs.size(); ++i) {
    expect_digest(gradients[i], golden.gradients[i], fmt::format("gradient {}", i));
  }
}

INSTANTIATE_TEST_SUITE_P(Goldens, OpValues, ::testing::ValuesIn(kOpGoldens),
                         [](const auto& test) { return test.param.name; });

// ---- every row of the table

class OpRow : public ::testing::TestWithParam<OpCase> {};

// A constant in, a constant out; the same value as with a tape.
TEST_P(OpRow, RecordsNothingForConstants) {
  std::vector<Variable> constants, leaves;
  std::vector<Tensor> gradients(GetParam().inputs.size());
  Tape tape;
  for (const Tensor& input : make_inputs(GetParam())) {
    leaves.push_back(tape.input(input, &gradients[constants.size()]));
    constants.emplace_back(input);
  }
  const Variable plain = GetParam().function(constants);
  EXPECT_EQ(plain.tape(), nullptr);
  EXPECT_TRUE(same_bits(plain.value(), GetParam().function(leaves).value()));
}

INSTANTIATE_TEST_SUITE_P(Ops, OpRow, ::testing::ValuesIn(op_cases()),
                         [](const auto& test) { return test.param.name; });

// ---- dropout

TEST(Dropout, KeepsAboutOneMinusPAndScales) {
  const Tensor y = dropout(Variable(Tensor::full({200, 100}, 1)), {0.25, RandomKey(1)}).value();
  int64_t kept = 0;
  for (real value : y.values()) {
    if (value == 0) continue;
    EXPECT_NEAR(value, 1 / 0.75, 1e-6);
    ++kept;
  }
  EXPECT_NEAR(kept / 20000.0, 0.75, 0.015);  // five standard deviations
}

TEST(Dropout, IsAFunctionOfThePlace) {
  const Variable x(Tensor::full({4, 64}, 1));
  const Tensor whole = dropout(x, {0.5, RandomKey(2)}).value();
  // Rows 2 and 1 by themselves, told their places, are dropped as they are within the whole.
  const Tensor part =
      dropout(Variable(Tensor::full({2, 64}, 1)), {0.5, RandomKey(2), indices({2}, {2, 1})}).value();
  EXPECT_TRUE(same_bits(part.slice(0, 1), whole.slice(2, 3)));
  EXPECT_TRUE(same_bits(part.slice(1, 2), whole.slice(1, 2)));
  EXPECT_FALSE(same_bits(whole.slice(0, 1), whole.slice(1, 2)));
  EXPECT_FALSE(same_bits(whole, dropout(x, {0.5, RandomKey(3)}).value()));
}

// The second of two sequences by itself, told its places, gives what it gives in the batch.
TEST(Attention, DropsAsAFunctionOfThePlace) {
  const Tensor x = pattern({7, 12});
  AttentionOptions options{.heads = 2, .dropout = {.p = 0.4, .key = RandomKey(1)}};
  const Tensor whole = attention(Variable(x), indices({3}, {0, 3, 7}), options).value();
  const Variable second(x.slice(3, 7).clone());
  const Tensor unplaced = attention(second, indices({2}, {0, 4}), options).value();
  options.dropout.places = indices({4}, {3, 4, 5, 6});
  const Tensor placed = attention(second, indices({2}, {0, 4}), options).value();
  EXPECT_TRUE(same_bits(placed, whole.slice(3, 7)));
  EXPECT_FALSE(same_bits(unplaced, placed));
}

// ---- operands without elements: gradients are zeros, not what memory held before

Tensor gradient_of_second(const Shape& a, const Shape& b,
                          Variable (*op)(const Variable&, const Variable&)) {
  Tape tape;
  Tensor da, db;
  const Variable y = op(tape.input(Tensor::zeros(a), &da), tape.input(pattern(b), &db));
  const Tensor dy = Tensor::zeros(y.shape());
  Tensor::full(b, 7);  // the free list will hand out these sevens
  tape.backward(y, dy);
  return db;
}

TEST(EmptyOperands, GiveZeroGradients) {
  using V = const Variable&;
  const auto expect_zeros = [](const Tensor& t) {
    EXPECT_TRUE(same_bits(t, Tensor::zeros(t.shape()))) << t.item(0);
  };
  expect_zeros(gradient_of_second({0, 4}, {4}, [](V a, V b) { return add(a, b); }));
  expect_zeros(gradient_of_second({0, 4}, {4}, [](V a, V b) { return mul(a, b); }));
  expect_zeros(gradient_of_second({0, 3}, {3, 4}, [](V a, V b) { return matmul(a, b); }));
  expect_zeros(gradient_of_second({0, 3, 2}, {3, 4}, [](V a, V b) { return matmul(a, b, true); }));
  expect_zeros(gradient_of_second({0, 4}, {3, 4}, [](V a, V b) { return linear(a, b); }));
}

// ---- errors

template <class F>
std::string shape_error(const F& f) {
  return message_of<ShapeError>(f);
}

TEST(ShapeErrors, NameTheOpAndBothShapes) {
  const Variable a(Tensor::zeros({2, 3})), b(Tensor::zeros({2, 4})), v(Tensor::zeros({3}));
  const Variable scalar(Tensor::zeros({}));
  EXPECT_EQ(shape_error([&] { add(a, b); }),
            "add: [2, 3] and [2, 4]; the second has the first one's shape or that of its last "
            "dimensions");
  EXPECT_EQ(shape_error([&] { matmul(a, b); }),
            "matmul: inner sizes differ: left [2, 3], right [2, 4]");
  EXPECT_EQ(shape_error([&] { matmul(a, b, true, true); }),
            "matmul: inner sizes differ: left [2, 3] transposed, right [2, 4] transposed");
  EXPECT_EQ(shape_error([&] { linear(a, b); }),
            "linear: input [2, 3] does not fit weight [2, 4] ([out, in])");
  EXPECT_EQ(shape_error([&] { linear(a, a, v); }),
            "linear: bias [3] does not fit weight [2, 3] ([out, in])");
  EXPECT_EQ(shape_error([&] { layer_norm(b, v, v, 1e-12); }),
            "layer_norm: gain [3] and bias [3] do not fit input [2, 4]");
}

// Each op's message starts with its name and contains the shapes.
TEST(ShapeErrors, EveryOpHasOne) {
  const Variable a(Tensor::zeros({2, 3})), b(Tensor::zeros({2, 4})), v(Tensor::zeros({3}));
  const Variable c(Tensor::zeros({2, 2, 3})), d(Tensor::zeros({3, 3, 4}));
  const Variable scalar(Tensor::zeros({})), none(Tensor::zeros({0, 3}));
  const Tensor ids = indices({2}, {0, 0});
  const Variable parts[] = {a, b};
  const Variable image(Tensor::zeros({2, 3, 4, 5})), empty(Tensor::zeros({0, 3, 4, 5}));
  const Variable w(Tensor::zeros({6, 3, 3, 3})), own(Tensor::zeros({2, 2, 6, 3, 3, 3}));
  const Variable six(Tensor::zeros({6}));
  const struct {
    std::string op, shapes, message;
  } rows[] = {
      {"add", "[3] and [2, 3]", shape_error([&] { add(v, a); })},
      {"sub", "[2, 3] and [2, 4]", shape_error([&] { sub(a, b); })},
      {"mul", "[2, 3] and [2, 4]", shape_error([&] { mul(a, b); })},
      {"div", "[2, 3] and [2, 4]", shape_error([&] { div(a, b); })},
      {"mean", "[0, 3]", shape_error([&] { mean(none); })},
      {"mean", "dimension 0 of [0, 3]", shape_error([&] { mean(none, 0); })},
      {"sum", "[2, 3] has no dimension 2", shape_error([&] { sum(a, 2); })},
      {"mean", "[2, 3] has no dimension -3", shape_error([&] { mean(a, -3); })},
      {"matmul", "left [2, 3], right [3]", shape_error([&] { matmul(a, v); })},
      {"matmul", "left [2, 2, 3], right [3, 3, 4]", shape_error([&] { matmul(c, d); })},
      {"matmul", "left [2, 3], right [3, 3, 4]", shape_error([&] { matmul(a, d); })},
      {"linear", "input [] does not fit weight [2, 3]", shape_error([&] { linear(scalar, a); })},
      {"linear", "weight [3]", shape_error([&] { linear(a, v); })},
      {"softmax", "scalar", shape_error([&] { softmax(scalar); })},
      {"log_softmax", "scalar", shape_error([&] { log_softmax(scalar); })},
      {"layer_norm", "scalar", shape_error([&] { layer_norm(scalar, v, v, 1e-12); })},
      {"embedding", "this one is [3]", shape_error([&] { embedding(v, ids); })},
      {"gather_rows", "this one is [2, 2, 3]", shape_error([&] { gather_rows(c, ids); })},
      {"dropout", "2 places for the 4 rows of [2, 2, 3]",
       shape_error([&] { dropout(c, {0.1, RandomKey(), ids}); })},
      {"view", "[2, 3] has 6 elements, [4] has 4", shape_error([&] { view(a, {4}); })},
      {"transpose", "[2, 3] has no dimension 2", shape_error([&] { transpose(a, 0, 2); })},
      {"concat", "[2, 3] and [2, 4]", shape_error([&] { concat(parts, 0); })},
      {"concat", "no parts", shape_error([&] { concat({}, 0); })},
      {"narrow", "2 elements from 2 on, in dimension 1 of [2, 3]",
       shape_error([&] { narrow(a, 1, 2, 2); })},
      {"narrow", "from -1 on", shape_error([&] { narrow(a, 1, -1, 2); })},
      {"narrow", "of [2, 3]", shape_error([&] { narrow(a, 1, 1, INT64_MAX); })},
      {"attention", "[2, 3] is not [tokens, 3 · 2 heads · size]",
       shape_error([&] { attention(a, indices({2}, {0, 2}), {.heads = 2}); })},
      {"attention", "[2] don't rise from 0 to the 2 tokens of [2, 3]",
       shape_error([&] { attention(a, indices({2}, {0, 3}), {}); })},
      {"attention", "don't rise",
       shape_error([&] { attention(a, indices({4}, {0, 2, 1, 2}), {}); })},
      {"attention", "don't rise", shape_error([&] { attention(a, indices({0}, {}), {}); })},
      {"attention", "1 places for the 2 rows of [2, 3]",
       shape_error([&] { attention(a, indices({2}, {0, 2}), {.dropout = {.places = indices({1}, {0})}}); })},
      {"index_add", "2 indices for dimension 1 of [2, 3]",
       shape_error([&] { index_add(a, 1, ids, 9); })},
      {"index_add", "[2, 3] has no dimension 2", shape_error([&] { index_add(a, 2, ids, 9); })},
      {"conv2d", "input [2, 3] and weight [6, 3, 3, 3] are not [n, in, height, width] and "
                 "[out, in / groups, height, width]", shape_error([&] { conv2d(a, w, six); })},
      {"conv2d", "input [2, 3, 4, 5] and weight [2, 2, 6, 3, 3, 3] are not",
       shape_error([&] { conv2d(image, own, six); })},
      {"conv2d", "input [0, 3, 4, 5] and weight [6, 3, 3, 3]", shape_error([&] { conv2d(empty, w, six); })},
      {"conv2d", "input [2, 3, 4, 5] does not fit weight [6, 3, 3, 3] "
                 "([out, in / groups, height, width]) with 3 groups",
       shape_error([&] { conv2d(image, w, six, {.groups = 3}); })},
      {"conv2d", "with 0 groups", shape_error([&] { conv2d(image, w, six, {.groups = 0}); })},
      {"conv2d", "bias [3] is neither [6] nor, one for each unit, [6, 2, 3]",
       shape_error([&] { conv2d(image, w, v); })},
      {"conv2d", "kernel 3 x 3, stride 0 x 0", shape_error([&] { conv2d(image, w, six, {.stride = 0}); })},
      {"conv2d", "kernel of 3 x 3 is larger than an image of 2 x 5 with a padding of 0 x 0",
       shape_error([&] { conv2d(Variable(Tensor::zeros({2, 3, 2, 5})), w, six); })},
      {"locally_connected2d", "weight [2, 2, 6, 3, 3, 3] ([out height, out width, out, in / groups, "
                              "height, width]) has its places, but the windows on input [2, 3, 4, 5] "
                              "have 2 x 3",
       shape_error([&] { locally_connected2d(image, own, six); })},
      {"avg_pool2d", "input [2, 3]", shape_error([&] { avg_pool2d(a, {.kernel = 1}); })},
      {"max_pool2d", "input [0, 3, 4, 5]", shape_error([&] { max_pool2d(empty, {.kernel = 1}); })},
      {"max_pool2d", "a padding of 2 x 1 is more than half of the kernel, 3 x 3",
       shape_error([&] { max_pool2d(image, {.kernel = 3, .padding = {2, 1}}); })},
      {"avg_pool2d", "kernel of 5 x 5 is larger than an image of 4 x 5",
       shape_error([&] { avg_pool2d(image, {.kernel = 5}); })},
      {"scale_maps", "gain [3] and bias [6] do not fit input [2, 3, 4, 5]",
       shape_error([&] { scale_maps(image, v, six); })},
      {"radial_basis", "input [2, 3] does not fit codes [2, 4]",
       shape_error([&] { radial_basis(a, b.value()); })},
      {"radial_basis_loss", "distances [2, 3] are not [n, classes] with labels [3]",
       shape_error([&] { radial_basis_loss(a, indices({3}, {0, 0, 0}), 1, 1); })},
      {"cross_entropy", "logits [2, 3] are not [n, classes] with labels [3]",
       shape_error([&] { cross_entropy(a, indices({3}, {0, 0, 0}), 1); })},
      {"squared_error", "prediction [2, 3] and target [2, 4]",
       shape_error([&] { squared_error(a, b.value(), 1); })},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(row.message.rfind(row.op + ": ", 0), 0u) << row.op << " said '" << row.message << "'";
    EXPECT_NE(row.message.find(row.shapes), std::string::npos)
        << "'" << row.shapes << "' not in '" << row.message << "'";
  }
}

TEST(DataErrors, NameTheIndexAndItsPlace) {
  const Variable table(Tensor::zeros({4, 3}));
  EXPECT_EQ(message_of<DataError>([&] { embedding(table, indices({3}, {0, 4, 9})); }),
            "embedding: index 4 at place 1, in a table of 4 rows");
  EXPECT_EQ(message_of<DataError>([&] { gather_rows(table, indices({1}, {-1})); }),
            "gather_rows: index -1 at place 0, in a table of 4 rows");
  EXPECT_EQ(message_of<DataError>([&] { cross_entropy(table, indices({4}, {0, 2, 3, 0}), 1); }),
            "cross_entropy: label 3 at place 2, with 3 classes");
  EXPECT_THROW(cross_entropy(table, indices({4}, {0, -1, 0, 0}), 1), DataError);
  EXPECT_EQ(message_of<DataError>([&] { index_add(table, 1, indices({3}, {0, 5, 1}), 5); }),
            "index_add: index 5 at place 1, in a dimension of 5");
  EXPECT_EQ(message_of<DataError>([&] { radial_basis_loss(table, indices({4}, {0, 2, 3, 0}), 1, 1); }),
            "radial_basis_loss: label 3 at place 2, with 3 classes");
}

TEST(UsageErrors, DropoutsProbability) {
  const Variable x(Tensor::zeros({2, 3}));
  for (const double p : {-0.1, 1.0, 2.0, double{NAN}}) {
    EXPECT_NE(message_of<UsageError>([&] { dropout(x, {p, RandomKey()}); }), "") << p;
    EXPECT_THROW(attention(x, indices({2}, {0, 2}), {.dropout = {.p = p}}), UsageError) << p;
  }
}

TEST(UsageErrors, RadialBasisLosssConstant) {
  const Variable y(Tensor::zeros({2, 3}));
  for (const double j : {0.0, -1.0, double{NAN}}) {
    EXPECT_THROW(radial_basis_loss(y, indices({2}, {0, 1}), j, 1), UsageError) << j;
  }
}

// Far away from all codes, where e^−y is 0 in any precision, the loss is the label's distance and the
// constant.
TEST(RadialBasisLoss, DoesNotOverflow) {
  Tape tape;
  Tensor dy;
  const Variable y = tape.input(Tensor::of({1, 3}, {1e4, 2e4, 3e4}), &dy);
  const Variable loss = radial_basis_loss(y, indices({1}, {1}), 0.5, 1);
  EXPECT_NEAR(loss.value().item(), 2e4 - 0.5, 0.01);
  tape.backward(loss);
  EXPECT_TRUE(same_bits(dy, Tensor::of({1, 3}, {0, 1, 0})));
}

// Indices of another type are refused, not read as if they were i32.
TEST(TypeErrors, IndicesAreI32) {
  const Variable x(Tensor::zeros({2, 3}));
  const Tensor reals = Tensor::zeros({2});
  EXPECT_THROW(embedding(x, reals), ShapeError);
  EXPECT_THROW(cross_entropy(x, reals, 1), ShapeError);
  EXPECT_THROW(attention(x, reals, {}), ShapeError);
  EXPECT_THROW(index_add(x, 0, reals, 2), ShapeError);
  EXPECT_THROW(radial_basis_loss(x, reals, 1, 1), ShapeError);
  EXPECT_THROW(dropout(x, {0.5, RandomKey(), reals}), ShapeError);
}

}  // namespace

}  // namespace reprise::testing
