// The position-wise feed-forward block: out(f(in(x))). Vaswani et al. 2017.
#pragma once

#include <string>

#include "layers/activation.h"
#include "layers/linear.h"

namespace reprise {

class FeedForward {
 public:
  struct Paths {
    std::string in, out;
  };

  FeedForward(int64_t width, int64_t inner, Activation f)
      : in_(width, inner), out_(inner, width), f_(f) {}

  // x [tokens, width] -> [tokens, width]
  Variable forward(const Context& context, const Variable& x) const {
    return feed_forward(x, context.bind(in_.weight()), context.bind(in_.bias()),
                        context.bind(out_.weight()), context.bind(out_.bias()), f_,
                        context.precision);
  }
  void collect(Collector& collector, const Paths& paths) const {
    in_.collect(collector, paths.in);
    out_.collect(collector, paths.out);
  }

 private:
  Linear in_;
  Linear out_;
  Activation f_;
};

}  // namespace reprise
