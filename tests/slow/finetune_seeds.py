#!/usr/bin/env python3
"""Fine-tunes a classifier with dropout with Transformers and with `train`, from several seeds each, and gives the 90 %
interval of the difference in accuracy on the test table.

usage: finetune_seeds.py BUILD MODEL TRAIN.csv TEST.csv FOLDER [--seeds N] [--epochs N]
As finetune.py, but with dropout, whole epochs in an order of each seed's own, and Transformers' batches of texts of like
length, which is its fastest. Finished runs in FOLDER are kept, so it can be stopped and goes on. Exit code 1 when the
interval isn't inside ±1 point.
"""
import argparse, json, math, os, random, statistics, subprocess, sys

import torch
from transformers import AutoModelForSequenceClassification, BertTokenizerFast, get_linear_schedule_with_warmup

from finetune import BATCH, LENGTH, RATE, predict_torch, read

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


def torch_accuracy(o, seed, rows, test, names):
    torch.manual_seed(seed)
    rng = random.Random(seed)
    tokenizer = BertTokenizerFast(vocab=os.path.join(o.model, "vocab.txt"), do_lower_case=True)
    model = AutoModelForSequenceClassification.from_pretrained(
        o.model, num_labels=len(names), hidden_dropout_prob=DROPOUT, attention_probs_dropout_prob=DROPOUT)
    decayed = [p for n, p in model.named_parameters() if "bias" not in n and "LayerNorm" not in n]
    plain = [p for n, p in model.named_parameters() if "bias" in n or "LayerNorm" in n]
    optimizer = torch.optim.AdamW([dict(params=decayed, weight_decay=0.01), dict(params=plain, weight_decay=0.0)], lr=RATE)
    steps = math.ceil(len(rows) / BATCH) * o.epochs
    schedule = get_linear_schedule_with_warmup(optimizer, round(WARMUP * steps), steps)
    number = {name: i for i, name in enumerate(names)}
    model.train()
    for _ in range(o.epochs):
        for part in batches_of(rows, rng):
            inputs = tokenizer([t for t, _ in part], padding=True, truncation=True, max_length=LENGTH, return_tensors="pt")
            model(**inputs, labels=torch.tensor([number[c] for _, c in part])).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    test = sorted(test, key=lambda r: len(r[0]))
    return sum(a == c for a, (_, c) in zip(predict_torch(model, tokenizer, test, names), test)) / len(test)


def our_accuracy(o, seed, rows):
    output = f"{o.folder}/ours-{seed}"
    steps = math.ceil(len(rows) / BATCH) * o.epochs
    recipe = {
        "task": "classification",
        "model": {"type": "bert", "init_from": os.path.abspath(o.model), "hidden_dropout_prob": DROPOUT, "attention_probs_dropout_prob": DROPOUT},
        "data": {"type": "classification", "train": os.path.abspath(o.train), "test": os.path.abspath(o.test),
                 "label_column": "category", "valid_share": 0, "max_length": LENGTH},
        "optimizer": {"type": "adamw", "learning_rate": RATE, "weight_decay": 0.01},
        "schedule": {"type": "linear", "warmup_steps": round(WARMUP * steps)},
        "training": {"epochs": o.epochs, "batch_size": BATCH, "clip_norm": 1.0, "seed": seed, "eval_every": 0, "checkpoint_every": 0},
    }
    with open(f"{output}.json", "w") as file:
        json.dump(recipe, file)
    subprocess.run([f"{o.build}/train", "--config", f"{output}.json", "--output", output], check=True, stderr=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
    with open(f"{output}/metrics.jsonl") as file:
        return [line["test"]["accuracy"] for line in map(json.loads, file) if "test" in line][-1]


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
