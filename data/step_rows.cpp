#include "data/step_rows.h"

#include <algorithm>

#include "core/error.h"

namespace reprise {

StepRows::StepRows(const std::string& path, std::string_view main, int rank, std::string_view layout)
    : file_(SafetensorsFile::open(path)), shape_(file_.info(main).shape) {
  if (std::ssize(shape_) != rank) {
    throw DataError("{}: {} has shape [{}], expected {}", path, main, fmt::join(shape_, ", "), layout);
  }
  if (std::ranges::any_of(shape_, [](int64_t size) { return size < 1; })) {
    throw DataError("{}: {} is empty: shape [{}]", path, main, fmt::join(shape_, ", "));
  }
}

void StepRows::check_shape(std::string_view name, const std::vector<int64_t>& wanted) const {
  const std::vector<int64_t>& shape = file_.info(name).shape;
  if (shape == wanted) return;
  throw DataError("{}: {} has shape [{}], expected [{}]", path(), name, fmt::join(shape, ", "),
                  fmt::join(wanted, ", "));
}

Tensor StepRows::row(std::string_view name, int64_t step, DType wanted) const {
  if (step < 0 || step >= steps()) {
    throw DataError("{}: has {} batches; batch {} is asked for", path(), steps(), step + 1);
  }
  const Tensor row = file_.load_rows(name, step, step + 1, wanted, Purpose::other);
  const std::span<const int64_t> sizes = row.shape().sizes();
  return row.view(Shape(sizes.subspan(1)));
}

Tensor StepRows::row_below(std::string_view name, int64_t step, int64_t below) const {
  const Tensor numbers = row(name, step, DType::i32);
  const int32_t* number = numbers.data<int32_t>();
  for (int64_t i = 0; i < numbers.numel(); ++i) {
    if (number[i] >= 0 && number[i] < below) continue;
    throw DataError("{}: {}, step {}, sequence {}: {} is not in [0, {})", path(), name, step,
                    i / (numbers.numel() / sequences()), number[i], below);
  }
  return numbers;
}

void StepRows::check_sequences(int64_t asked) const {
  if (asked == 0 || asked == sequences()) return;
  throw ConfigError("{}: its batches have {} sequences, the configuration asks for {}", path(),
                    sequences(), asked);
}

void TrainAndValid::warn() {
  warnings.push_back(fmt::format("no held-out batches: evaluation uses those of {}, which the model is "
                                 "trained on", train.path()));
}

std::string TrainAndValid::description(std::string_view things) const {
  return fmt::format("batches: {} micro-batches of {} {} from {}; evaluation: {}", train.steps(),
                     train.sequences(), things, train.path(),
                     valid ? fmt::format("{} from {}", valid->steps(), valid->path())
                           : "the same batches");
}

}  // namespace reprise
