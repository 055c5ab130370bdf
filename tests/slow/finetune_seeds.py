#!/usr/bin/env python3
"""Fine-tunes a classifier with dropout with Transformers and with `train`, from several seeds each, and gives the 90 %
interval of the difference in accuracy on the test table.

usage: finetune_seeds.py BUILD MODEL TRAIN.csv TEST.csv FOLDER [--seeds N] [--epochs N] [--rate R]
As finetune.py, but with dropout, whole epochs in an order of each seed's own, and Transformers' batches of texts of like
length, which is its fastest. Finished runs in FOLDER are kept, so it can be stopped and goes on. Exit code 1 when the
interval isn't inside ±1 point.
"""
import argparse, json, math, os, random, statistics, sys

import torch
from transformers import AutoModelForSequenceClassification, BertTokenizerFast

from finetune import BATCH, predict_torch, read, train_ours, train_torch

DROPOUT, WARMUP, CHUNK = 0.1, 0.1, 50  # of hidden states and attention; share of the steps; batches sorted together
T95 = {4: 2.132, 6: 1.943, 8: 1.860, 10: 1.812, 18: 1.734}  # Student's t of a 90 % interval, by degrees of freedom


def batches_of(rows, rng):
    """One epoch: every text once, each batch of like lengths, batches in any order."""
    rows = rng.sample(rows, len(rows))
    parts = [sorted(rows[i:i + CHUNK * BATCH], key=lambda r: len(r[0])) for i in range(0, len(rows), CHUNK * BATCH)]
    rows = [row for part in parts for row in part]
    batches = [rows[i:i + BATCH] for i in range(0, len(rows), BATCH)]
    rng.shuffle(batches)
    return batches


def warmup_of(rows, epochs):
    return round(WARMUP * epochs * math.ceil(len(rows) / BATCH))


def torch_accuracy(o, seed, rows, test, names):
    torch.manual_seed(seed)
    rng = random.Random(seed)
    tokenizer = BertTokenizerFast(vocab=os.path.join(o.model, "vocab.txt"), do_lower_case=True)
    model = AutoModelForSequenceClassification.from_pretrained(
        o.model, num_labels=len(names), hidden_dropout_prob=DROPOUT, attention_probs_dropout_prob=DROPOUT)
    batches = [batch for _ in range(o.epochs) for batch in batches_of(rows, rng)]
    train_torch(model, tokenizer, batches, names, warmup_of(rows, o.epochs), o.rate)
    test = sorted(test, key=lambda r: len(r[0]))
    return sum(a == c for a, (_, c) in zip(predict_torch(model, tokenizer, test, names), test)) / len(test)


def our_accuracy(o, seed, rows):
    lines = train_ours(o.build, f"{o.folder}/ours-{seed}", os.path.abspath(o.model), DROPOUT, warmup_of(rows, o.epochs),
                       {"train": os.path.abspath(o.train), "test": os.path.abspath(o.test)}, {"epochs": o.epochs, "seed": seed}, o.rate)
    return [line["test"]["accuracy"] for line in lines if "test" in line][-1]


def kept(path, measure):
    """The number in the file, measured and written there first if it isn't."""
    if not os.path.exists(path):
        number = measure()
        with open(path, "w") as file:
            json.dump(number, file)
    with open(path) as file:
        return json.load(file)


def main():
    p = argparse.ArgumentParser()
    for name in ("build", "model", "train", "test", "folder"):
        p.add_argument(name)
    p.add_argument("--seeds", type=int, default=5, choices=[v // 2 + 1 for v in T95])
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--rate", type=float, default=3e-4)  # at 1e-4 three epochs are too few, and seeds differ by 2 points
    o = p.parse_args()
    o.folder = os.path.abspath(o.folder)
    os.makedirs(o.folder, exist_ok=True)
    rows, test = read(o.train), read(o.test)
    names = sorted({c for _, c in rows})
    ours, theirs = [], []
    for seed in range(1, o.seeds + 1):
        ours.append(kept(f"{o.folder}/ours-{seed}.accuracy", lambda: our_accuracy(o, seed, rows)))
        theirs.append(kept(f"{o.folder}/torch-{seed}.accuracy", lambda: torch_accuracy(o, seed, rows, test, names)))
        print(f"seed {seed}: ours {ours[-1]:.4f}, Transformers {theirs[-1]:.4f}", flush=True)
    difference = statistics.mean(ours) - statistics.mean(theirs)
    half = T95[2 * o.seeds - 2] * math.sqrt((statistics.variance(ours) + statistics.variance(theirs)) / o.seeds)
    print(json.dumps(dict(ours=ours, transformers=theirs, difference=difference, interval=[difference - half, difference + half])))
    sys.exit(not (abs(difference) + half <= 0.01))


main()
