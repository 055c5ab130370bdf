#!/usr/bin/env python3
"""Prints trajectories.h: where PyTorch's optimizers take two small parameters in 20 updates.

usage: make_trajectories.py > trajectories.h

Nothing is random: weights and gradients are formulas, which trajectory_test.cpp has too.
"""
import math
import textwrap

import torch

STEPS = 20
SHAPES = [("layer.weight", 12), ("layer.bias", 5)]  # the second is not decayed


def start(k, n):
    return torch.tensor([math.cos(0.9 * i + 0.4 * k) for i in range(n)], dtype=torch.float64)


def gradient(k, step, w):
    """Of four magnitudes, with a part that depends on where the weights are."""
    wave = [math.sin(0.7 * i + 1.3 * step + k) * 10.0 ** -(i % 4) for i in range(len(w))]
    return torch.tensor(wave, dtype=torch.float64) + 0.3 * w


def rate(peak, step):
    return peak * min(1.0, step / 4)


def scale(step):
    return 0.25 if step % 3 == 2 else 1.0


class Original:
    """AdamW of google-research/bert (optimization.py), LAMB of google-research/albert
    (lamb_optimizer.py); `corrected` divides the moments by 1 - beta^t as the papers do."""

    def __init__(self, groups, lamb, corrected=False, betas=(0.9, 0.999), eps=1e-6):
        self.param_groups, self.lamb, self.corrected = groups, lamb, corrected
        self.betas, self.eps = betas, eps
        self.m, self.v, self.t = {}, {}, 0

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        self.t += 1
        c1, c2 = (1 - b1**self.t, 1 - b2**self.t) if self.corrected else (1, 1)
        for group in self.param_groups:
            for p in group["params"]:
                m = self.m[p] = b1 * self.m.get(p, 0) + (1 - b1) * p.grad
                v = self.v[p] = b2 * self.v.get(p, 0) + (1 - b2) * p.grad**2
                u = m / c1 / ((v / c2).sqrt() + self.eps) + group["weight_decay"] * p
                ratio = p.norm() / u.norm() if self.lamb and group["weight_decay"] > 0 else 1
                p.sub_(group["lr"] * ratio * u)


CASES = [
    # (name, type, peak rate, decay, momentum, bias correction, optimizer from groups)
    ("sgd", "sgd", 0.1, 0.1, 0.9, False, lambda g: torch.optim.SGD(g, momentum=0.9)),
    ("sgd_plain", "sgd", 0.1, 0.1, 0.0, False, lambda g: torch.optim.SGD(g)),
    ("adam", "adam", 0.02, 0.1, 0.0, True, lambda g: torch.optim.Adam(g)),
    ("adamw", "adamw", 0.02, 0.1, 0.0, True, lambda g: torch.optim.AdamW(g)),
    ("adamw_uncorrected", "adamw", 0.005, 0.1, 0.0, False, lambda g: Original(g, lamb=False)),
    ("lamb", "lamb", 0.02, 0.1, 0.0, False, lambda g: Original(g, lamb=True)),
    ("lamb_corrected", "lamb", 0.02, 0.1, 0.0, True,
     lambda g: Original(g, lamb=True, corrected=True)),
]


def run(peak, decay, make):
    parameters = [start(k, n) for k, (_, n) in enumerate(SHAPES)]
    groups = [dict(params=[p], weight_decay=d, lr=peak) for p, d in zip(parameters, (decay, 0.0))]
    optimizer = make(groups)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate(peak, step)
        for k, p in enumerate(parameters):
            p.grad = gradient(k, step, p) * scale(step)
        optimizer.step()
    return parameters


def main():
    print(f"""\
// Made by make_trajectories.py with torch {torch.__version__}, in float64; nothing in it is random.
#pragma once

#include <vector>

namespace reprise {{

struct Trajectory {{
  const char* name;
  const char* type;
  double rate, decay, momentum;
  bool bias_correction;
  std::vector<double> weight, bias;  // after {STEPS} updates
}};

inline const std::vector<Trajectory> kTrajectories = {{""")
    for name, kind, peak, decay, momentum, corrected, make in CASES:
        weight, bias = run(peak, decay, make)
        numbers = lambda p: textwrap.fill(", ".join(f"{x:.9g}" for x in p.tolist()), 90,
                                          subsequent_indent=" " * 6)
        print(f'    {{"{name}", "{kind}", {peak}, {decay}, {momentum}, {str(corrected).lower()},')
        print(f"     {{{numbers(weight)}}},\n     {{{numbers(bias)}}}}},")
    print("};\n\n}  // namespace reprise")


main()
