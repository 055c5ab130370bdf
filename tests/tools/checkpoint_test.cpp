#include "tools/trainer/checkpoint.h"

#include <gtest/gtest.h>

#include "core/safetensors.h"
#include "tests/core/expect_error.h"
#include "tests/tools/temporary_folder.h"

namespace reprise {
namespace {

TEST(Checkpoint, IsCorruptWhenItHasOtherTensors) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.safetensors";
  write_safetensors(path, {{"a", Tensor::of({2}, {1, 2})}});
  const auto restored = [&](const std::string& name, const Shape& shape) {
    const Tensor tensor = Tensor::zeros(shape);
    restore_tensors(path, {{name, tensor}});
    return tensor;
  };
  EXPECT_EQ(restored("a", {2}).data()[1], 2);
  test::expect_error([&] { restored("b", {2}); }, ExitCode::corrupt, "no tensor \"b\"");
  test::expect_error([&] { restored("a", {3}); }, ExitCode::corrupt, "tensor \"a\" is [2]");
  test::expect_error([&] { restore_tensors(path, {}); }, ExitCode::corrupt, "1 tensors, the model has 0");
}

}  // namespace
}  // namespace reprise
