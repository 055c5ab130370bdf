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
    return feed_forward(x, in_.weight(context), in_.bias(context), out_.weight(context),
                        out_.bias(context), f_, context.precision);
  }
  void collect(Collector& collector, const Paths& paths) const {
    in_.collect(collector, paths.in);
    out_.collect(collector, paths.out);
  }

  // As Linear has them.
  FeedForward relaxed(const Relaxation& relaxation) const {
    FeedForward use = *this;
    use.in_ = in_.relaxed(relaxation);
    use.out_ = out_.relaxed(relaxation);
    return use;
  }
  void collect_own(Collector& collector, const Paths& paths) const {
    in_.collect_own(collector, {paths.in});
    out_.collect_own(collector, {paths.out});
  }

 private:
  Linear in_;
  Linear out_;
  Activation f_;
};

}  // namespace reprise
