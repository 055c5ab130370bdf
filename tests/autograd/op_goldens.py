"""Writes op_goldens.h: values and gradients of ops in PyTorch, float64. Usage: op_goldens.py > op_goldens.h

Inputs by formula, as in testing.h and op_table_test.cpp; the gradient of the result is pattern number 9.
Of each tensor: the first and the last element, and the sum of cos(i) times element i.
"""
import torch
import torch.nn.functional as F

def pattern(shape, k):
    n = torch.Size(shape).numel()
    return torch.sin(1 + 0.7 * torch.arange(n, dtype=torch.float64) + 1.9 * k).reshape(shape)

def attention(x, offsets, heads):
    def one(part):  # [tokens, 3 heads size]
        q, k, v = part.reshape(len(part), 3, heads, -1).permute(1, 2, 0, 3)
        return F.scaled_dot_product_attention(q, k, v).transpose(0, 1).flatten(1)
    return torch.cat([one(x[b:e]) for b, e in zip(offsets, offsets[1:])])

norm = lambda eps: lambda x, g, b: F.layer_norm(x, x.shape[-1:], g, b, eps)
T = lambda t: t.transpose(-1, -2)
OPS = {  # name: function, shapes of the inputs (+: positive, !: not near 0, *: wide)
    "add_row": (torch.add, "2,3,4 4"), "sub_row": (torch.sub, "2,3,4 4"), "mul_row": (torch.mul, "2,3,4 4"),
    "div_row": (torch.div, "2,3,4 4+"), "add_scalar_tensor": (torch.add, "2,3 "), "add": (torch.add, "2,3 2,3"),
    "scale": (lambda x: -1.7 * x, "2,3"), "add_scalar": (lambda x: x + 0.3, "2,3"), "neg": (torch.neg, "2,3"),
    "exp": (torch.exp, "2,3"), "log": (torch.log, "2,3+"), "sqrt": (torch.sqrt, "2,3+"), "square": (torch.square, "2,3"),
    "sum": (torch.sum, "2,3"), "mean": (torch.mean, "2,3"), "sum_middle": (lambda x: x.sum(1), "2,3,4"),
    "mean_last": (lambda x: x.mean(2), "2,3,4"), "matmul": (torch.matmul, "2,3 3,4"),
    "matmul_batch": (torch.matmul, "2,2,3 2,3,4"), "matmul_batch_ta_tb": (lambda a, b: T(a) @ T(b), "2,3,2 2,4,3"),
    "matmul_shared_ta": (lambda a, b: T(a) @ b, "3,3,2 3,4"), "matmul_shared_tb": (lambda a, b: a @ T(b), "3,2,3 4,3"),
    "linear": (F.linear, "5,3 2,3 2"), "linear_no_bias": (F.linear, "5,3 2,3"), "relu": (torch.relu, "3,5!"),
    "gelu": (F.gelu, "3,5*"), "gelu_tanh": (lambda x: F.gelu(x, approximate="tanh"), "3,5*"),
    "tanh": (torch.tanh, "3,5*"), "sigmoid": (torch.sigmoid, "3,5*"),
    "scaled_tanh": (lambda x: 1.7159 * torch.tanh(2 * x / 3), "3,5*"),
    "softmax": (lambda x: x.softmax(-1), "2,5*"), "log_softmax": (lambda x: x.log_softmax(-1), "2,5*"),
    "layer_norm": (norm(1e-12), "3,5 5 5"), "layer_norm_epsilon": (norm(0.5), "3,5 5 5"),
    "residual_norm": (lambda x, r, g, b: norm(1e-12)(x + r, g, b), "3,5 3,5 5 5"),
    "feed_forward": (lambda x, w1, b1, w2, b2: F.linear(F.gelu(F.linear(x, w1, b1)), w2, b2), "2,3,4 5,4 5 2,5 2"),
    "embedding": (lambda t: F.embedding(torch.tensor([1, 3, 1, 0, 1]), t), "4,3"),
    "gather_rows": (lambda x: x[torch.tensor([2, 0, 2])], "3,4"),
    "view": (lambda x: x.view(3, 4), "2,6"), "transpose_13": (lambda x: x.transpose(1, 3).contiguous(), "2,3,2,4,2"),
    "concat_middle": (lambda *x: torch.cat(x, 1), "2,2,3 2,1,3"), "narrow_middle": (lambda x: x.narrow(1, 2, 1), "2,3,4"),
    "attention": (lambda x: attention(x, [0, 4], 1), "4,9"), "attention_ragged": (lambda x: attention(x, [0, 1, 4, 6], 2), "6,12"),
    "cross_entropy": (lambda x: 0.7 * F.cross_entropy(x, torch.tensor([4, 0, 4]), reduction="sum"), "3,5*"),
    "squared_error": (lambda x: 0.6 * F.mse_loss(x, pattern([2, 3], 5), reduction="sum"), "2,3"),
}

def triple(t):
    t = t.detach().reshape(-1)
    weighted = (t * torch.cos(torch.arange(len(t), dtype=torch.float64))).sum()
    return "{%.16g, %.16g, %.16g}" % (t[0], t[-1], weighted)

print(f"// Made by op_goldens.py with PyTorch {torch.__version__}, float64; no random numbers.\n#pragma once\n")
print("#include <array>\n#include <string>\n#include <vector>\n\nnamespace reprise::testing {\n")
print("// Of each tensor: the first and the last element, and the sum of cos(i) times element i.")
print("using Digest = std::array<double, 3>;\n\nstruct OpGolden {\n  std::string name;  // in op_table.h")
print("  Digest value;\n  std::vector<Digest> gradients;\n};\n\ninline const std::vector<OpGolden> kOpGoldens = {")
for name, (function, spec) in OPS.items():
    inputs = []
    for k, word in enumerate(spec.split(" ")):
        x = pattern([int(n) for n in word.strip("+!*").split(",") if n], k)
        x = 3 * x if "*" in word else 1 + x / 2 if "+" in word else torch.where(x < 0, x - 0.1, x + 0.1) if "!" in word else x
        inputs.append(x.requires_grad_())
    y = function(*inputs)
    y.backward(pattern(y.shape, 9))
    gradients = ",\n      ".join(triple(x.grad) for x in inputs)
    print(f'    {{"{name}",\n     {triple(y)},\n     {{{gradients}}}}},')
print("};\n\n}  // namespace reprise::testing")
