#include "layers/embedding.h"

#include "autograd/ops.h"

namespace reprise {

Embedding::Embedding(int64_t rows, int64_t width)
    : table_(std::make_shared<Parameter>(Shape{rows, width})) {}

Variable Embedding::forward(const Context& context, const Tensor& ids) const {
  return embedding(context.bind(table_), ids);
}

void Embedding::collect(Collector& collector, const std::string& path) const {
  collector.add(table_, Start::random, {path + ".weight"});
}

}  // namespace reprise
