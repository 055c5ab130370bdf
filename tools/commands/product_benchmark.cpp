#include "tools/commands/product_benchmark.h"

#include "core/parallel.h"
#include "core/tensor.h"
#include "core/timing.h"
#include "tools/commands/text_table.h"
#include "tools/trainer/synthetic_dataset.h"

namespace reprise {

namespace {

constexpr Transpose kNo = Transpose::no, kYes = Transpose::yes;

// y [rows, out] = x [rows, in] · weight [out, in] transposed, and both gradients. `uses` in a step
// of `stored` weights, which are packed once for each direction.
void add_linear(std::vector<StepProduct>& products, std::string_view name, int64_t rows, int64_t in,
                int64_t out, int64_t uses, int64_t stored) {
  products.push_back({name, kNo, kYes, 1, rows, out, in, uses, stored});  // y = x weightᵀ
  products.push_back({name, kNo, kNo, 1, rows, in, out, uses, stored});   // dx = dy weight
  products.push_back({name, kYes, kNo, 1, out, in, rows, uses, uses});    // dweight = dyᵀ x
}

// Of one head of one sequence, `heads` of them, with T tokens and `size` numbers a head.
void add_attention(std::vector<StepProduct>& products, int64_t heads, int64_t T, int64_t size,
                   int64_t uses) {
  products.push_back({"attention", kNo, kYes, heads, T, T, size, uses, 0});      // q kᵀ
  products.push_back({"attention", kNo, kYes, heads, T, T, size, uses, 0});      // dout vᵀ
  products.push_back({"attention", kNo, kNo, heads, T, size, T, 2 * uses, 0});   // p v, dq
  products.push_back({"attention", kYes, kNo, heads, T, size, T, 2 * uses, 0});  // dv, dk
}

}  // namespace

std::vector<StepProduct> step_products(const EncoderConfig& config, int64_t sequences,
                                       int64_t length, int64_t predictions) {
  const SharingPlan plan = config.plan();
  const int64_t H = config.hidden_size, I = config.intermediate_size, E = config.embedding_width();
  const int64_t T = sequences * length, M = sequences * predictions;
  const int64_t uses = plan.applications();
  const int64_t attention = plan.count(LayerPart::attention);
  const int64_t feed_forward = plan.count(LayerPart::feed_forward);
  const int64_t heads = config.num_attention_heads;
  std::vector<StepProduct> products;
  if (config.embedding_projection()) add_linear(products, "embedding_projection", T, E, H, 1, 1);
  add_linear(products, "attention", T, H, 3 * H, uses, attention);
  add_attention(products, sequences * heads, length, H / heads, uses);
  add_linear(products, "attention", T, H, H, uses, attention);
  add_linear(products, "feed_forward", T, H, I, uses, feed_forward);
  add_linear(products, "feed_forward", T, I, H, uses, feed_forward);
  add_linear(products, "prediction", M, H, E, 1, 1);
  add_linear(products, "prediction", M, E, config.vocab_size, 1, 1);
  return products;
}

namespace {

// Seconds of all uses of the product by the code that training runs.
double own_seconds(const StepProduct& p) {
  const Tensor a = Tensor::full({p.batch, p.m, p.k}, 0.5);
  const Tensor b = Tensor::full({p.batch, p.k, p.n}, 0.5);
  const Tensor c = Tensor::empty({p.batch, p.m, p.n});
  const int64_t lda = p.ta == kNo ? p.k : p.m, ldb = p.tb == kNo ? p.n : p.k;
  const auto one = [&] {
    gemm(p.ta, p.tb, p.m, p.n, p.k, a.data(), lda, b.data(), ldb, 0, c.data(), p.n);
  };
  const auto each = [&] {
    parallel_for(p.batch, [&](int64_t i) {
      gemm_task(p.ta, p.tb, p.m, p.n, p.k, a.data() + i * p.m * p.k, lda,
                b.data() + i * p.k * p.n, ldb, 0, c.data() + i * p.m * p.n, p.n);
    });
  };
  const double seconds = p.batch == 1 ? typical_seconds(one) : typical_seconds(each);
  return seconds * static_cast<double>(p.uses);
}

}  // namespace

Json benchmark_products(const std::string& name, const EncoderConfig& config, int64_t sequences,
                        int64_t length) {
  check_synthetic_lengths({length, length}, config.max_position_embeddings);
  double operations = 0, own = 0, float32 = 0, bfloat16 = 0;
  bool has_bfloat16 = true;
  const std::vector<StepProduct> products =
      step_products(config, sequences, length, synthetic_predictions(length));
  // Ours first: the libraries' threads go on looking for work for a while, and would be in our way.
  for (const StepProduct& product : products) own += own_seconds(product);
  for (const StepProduct& product : products) {
    operations += product.operations();
    const MachineLimit limit = machine_limit(product);
    float32 += limit.float32_seconds;
    bfloat16 += limit.bfloat16_seconds.value_or(0);
    has_bfloat16 = has_bfloat16 && limit.bfloat16_seconds.has_value();
  }
  return {{"model", name},
          {"batch", sequences},
          {"seq", length},
          {"threads", threads()},
          {"gemm", to_string(gemm_backend())},
          {"gflop", operations / 1e9},
          {"float32_seconds", float32},
          {"float32_gflops", operations / 1e9 / float32},
          {"bfloat16_seconds", has_bfloat16 ? Json(bfloat16) : Json(nullptr)},
          {"gemm_seconds", own}};
}

std::string products_text(const Json& measured) {
  const double gflop = measured["gflop"];
  TextTable table;
  table.row({"products of a step", "ms", "GFLOP/s"});
  const auto row = [&](const std::string& label, const Json& seconds) {
    if (seconds.is_null()) {
      table.row({label, "not on this machine"});
    } else {
      table.row({label, fmt::format("{:.2f}", 1000 * seconds.get<double>()),
                 fmt::format("{:.0f}", gflop / seconds.get<double>())});
    }
  };
  row("best library, float32", measured["float32_seconds"]);
  row("oneDNN, bfloat16", measured["bfloat16_seconds"]);
  row(fmt::format("ours, float32, {} tiles", measured["gemm"].get<std::string>()),
      measured["gemm_seconds"]);
  return fmt::format("{}: {:.1f} GFLOP in a step of {} sequences of {} tokens; {} threads\n\n",
                     measured["model"].get<std::string>(), gflop, measured["batch"].get<int64_t>(),
                     measured["seq"].get<int64_t>(), measured["threads"].get<int>()) +
         table.text();
}

}  // namespace reprise
