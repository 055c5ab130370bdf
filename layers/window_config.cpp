#include "layers/window_config.h"

namespace reprise {

void WindowConfig::fields(Fields& f) {
  f("kernel", kernel, "size of the window")
      .count_between(1, 2).between(1, kMostWindow).required();
  f("stride", stride, "from one window to the next (conv2d: 1; others: the kernel)")
      .count_between(1, 2).between(1, kMostWindow);
  f("padding", padding, "how much is put around the image, on each side")
      .count_between(1, 2).between(0, kMostWindow);
}

}  // namespace reprise
