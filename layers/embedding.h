// Embedding: a table of rows looked up by id. Its table can be used again, as the output projection
// (Press & Wolf 2017).
#pragma once

#include "autograd/context.h"
#include "layers/collector.h"

namespace reprise {

class Embedding {
 public:
  Embedding(int64_t rows, int64_t width);

  // ids [..] i32 -> [.., width]
  Variable forward(const Context& context, const Tensor& ids) const;
  void collect(Collector& collector, const std::string& path) const;  // <path>.weight
  const ParameterPtr& table() const { return table_; }

 private:
  ParameterPtr table_;  // [rows, width]
};

}  // namespace reprise
