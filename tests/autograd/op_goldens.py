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

def lstm(x, h, c, *weights):
    return torch._VF.lstm(x, (h[None], c[None]), weights, True, 1, 0.0, False, False, False)[0]

def local(x, w, b, stride=1, padding=(0, 0), value=0, groups=1):  # w [oh, ow, out, in / groups, kh, kw]
    oh, ow, out, _, kh, kw = w.shape
    x = F.pad(x, (padding[1], padding[1], padding[0], padding[0]), value=value)
    patches = F.unfold(x, (kh, kw), stride=stride).reshape(len(x), groups, -1, oh, ow)  # [n, groups, patch, oh, ow]
    w = w.reshape(oh, ow, groups, out // groups, -1)
    return torch.einsum("ngkyx,yxgok->ngoyx", patches, w).reshape(len(x), out, oh, ow) + b

def index_add(x, dim, index, size):
    shape = list(x.shape); shape[dim] = size
    return torch.zeros(shape, dtype=x.dtype).index_add(dim, torch.tensor(index), x)

codes = lambda width: torch.where(pattern([5, width], 5) < 0, -1.0, 1.0).double()
radial = lambda x: ((x[:, None] - codes(4)) ** 2).sum(-1)
def radial_loss(y, labels, j):  # LeCun et al. 1998, equation 9, summed
    e = torch.cat([torch.full((len(y), 1), -float(j), dtype=y.dtype), -y], 1)
    return (y[torch.arange(len(y)), labels] + e.logsumexp(1)).sum()

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
    "low_rank_sum": (lambda w, a, b: w + 0.5 * b @ a, "4,3 2,3 4,2"),
    "low_rank_sum_parts": (lambda w, a, b: w + 2 * torch.cat([q @ p for p, q in zip(a.chunk(3), b.chunk(3))]), "6,3 6,3 6,2"),
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
    "index_add": (lambda x: index_add(x, 0, [4, 0, 2], 5), "3,4"),
    "index_add_middle": (lambda x: index_add(x, 1, [2, 0, 2, 1], 3), "2,4,3"),
    "index_add_last": (lambda x: index_add(x, 1, [1, 3], 4), "3,2"),
    "sequence_mean": (lambda x: torch.stack([s.mean(0) for s in x.split([1, 3, 2])]), "6,3"),
    "view": (lambda x: x.view(3, 4), "2,6"), "transpose_13": (lambda x: x.transpose(1, 3).contiguous(), "2,3,2,4,2"),
    "concat_middle": (lambda *x: torch.cat(x, 1), "2,2,3 2,1,3"), "narrow_middle": (lambda x: x.narrow(1, 2, 1), "2,3,4"),
    "attention": (lambda x: attention(x, [0, 4], 1), "4,9"), "attention_ragged": (lambda x: attention(x, [0, 1, 4, 6], 2), "6,12"),
    "lstm": (lstm, "4,2,3 2,2 2,2 8,3 8,2 8 8"), "lstm_one_step": (lstm, "1,3,1* 3,2 3,2 8,1* 8,2* 8 8"),
    "lstm_layers": (lambda x, h, *w: lstm(lstm(x, h, h, *w), h, h, *w), "3,2,2 2,2 8,2 8,2 8 8"),
    "conv2d": (F.conv2d, "2,2,5,6 3,2,3,2 3"), "conv2d_no_bias": (F.conv2d, "2,2,4,4 3,2,3,3"),
    "conv2d_stride_padding": (lambda x, w, b: F.conv2d(x, w, b, stride=(2, 3), padding=(1, 2)), "2,2,6,7 3,2,3,4 3"),
    "conv2d_padding_value": (lambda x, w, b: F.conv2d(F.pad(x, (2,) * 4, value=-1), w, b), "2,1,4,3 2,1,3,3 2"),
    "conv2d_groups": (lambda x, w, b: F.conv2d(x, w, b, padding=1, groups=2), "2,4,4,5 6,2,3,3 6"),
    "conv2d_unit_bias": (lambda x, w, b: F.conv2d(x, w, stride=2) + b, "3,1,5,7 2,1,3,3 2,2,3"),
    "conv2d_wide_stride": (lambda x, w, b: F.conv2d(x, w, b, stride=3), "2,2,5,7 2,2,2,1 2"),
    "conv2d_whole_image": (F.conv2d, "3,2,3,4 4,2,3,4 4"),
    "conv2d_far_padding": (lambda x, w, b: F.conv2d(F.pad(x, (3,) * 4, value=0.5), w, b), "1,1,3,2 2,1,2,2 2"),
    "conv2d_itself": (lambda x: F.conv2d(x, x, padding=1), "2,2,3,3"),
    "locally_connected2d": (local, "2,2,4,3 2,2,3,2,3,2 3,2,2"),
    "locally_connected2d_no_bias": (lambda x, w: local(x, w, 0), "2,1,3,3 2,2,2,1,2,2"),
    "locally_connected2d_stride_padding": (lambda x, w, b: local(x, w, b, (2, 3), (1, 2), -1), "2,2,4,5 2,3,2,2,3,2 2,2,3"),
    "locally_connected2d_groups": (lambda x, w, b: local(x, w, b, 1, (1, 1), 0, 2), "2,4,2,2 2,2,4,2,3,3 4,2,2"),
    "locally_connected2d_map_bias": (lambda x, w, b: local(x, w, b[:, None, None]), "18,1,2,3 1,2,2,1,2,2 2"),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, 2), "2,2,4,5"),
    "avg_pool2d_overlapping": (lambda x: F.avg_pool2d(x, (3, 2), (2, 1), (1, 0)), "2,2,5,4"),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2), "2,2,4,5*"),
    "max_pool2d_overlapping": (lambda x: F.max_pool2d(x, (3, 2), (2, 1), (1, 1)), "2,2,5,4*"),
    "max_pool2d_gaps": (lambda x: F.max_pool2d(x, 2, 3), "1,2,5,5*"),
    "scale_maps": (lambda x, g, b: x * g[:, None, None] + b[:, None, None], "3,2,2,3 2 2"),
    "radial_basis": (radial, "3,4"), "radial_basis_loss": (lambda y: 0.7 * radial_loss(y, [4, 0, 4], 0.3), "3,5*"),
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
