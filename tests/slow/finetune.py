#!/usr/bin/env python3
"""Fine-tunes the same classifier from the same start on the same batches with Transformers and with `train`, without
dropout, and holds losses and predictions against each other.

usage: finetune.py BUILD MODEL TRAIN.csv TEST.csv [STEPS]
MODEL is a BERT's Hugging Face folder with vocab.txt; the tables have columns text and category. Needs torch and
transformers. Prints a line of JSON; exit code 1 when a loss differs by more than 1e-4 relative or fewer than 99.5 %
of the predictions agree.
"""
import csv, json, os, random, subprocess, sys, tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import AutoModelForSequenceClassification, BertTokenizerFast, get_linear_schedule_with_warmup

BATCH, LENGTH, RATE, WARMUP = 32, 64, 1e-4, 20


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "category"), *rows])


def start(folder, source, names):
    """Saves a classifier with a random head, and returns it."""
    torch.manual_seed(1)
    labels = dict(enumerate(names))
    model = AutoModelForSequenceClassification.from_pretrained(
        source, num_labels=len(names), id2label=labels, label2id={n: i for i, n in labels.items()},
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    model.save_pretrained(folder)
    with open(os.path.join(source, "vocab.txt"), "rb") as pieces, open(os.path.join(folder, "vocab.txt"), "wb") as out:
        out.write(pieces.read())
    return model


def train_torch(model, tokenizer, batches, names, warmup, rate=RATE):
    """Takes a step for each batch of rows; returns the losses."""
    number = {name: i for i, name in enumerate(names)}
    decayed = [p for n, p in model.named_parameters() if "bias" not in n and "LayerNorm" not in n]
    plain = [p for n, p in model.named_parameters() if "bias" in n or "LayerNorm" in n]
    optimizer = torch.optim.AdamW([dict(params=decayed, weight_decay=0.01), dict(params=plain, weight_decay=0.0)], lr=rate)
    schedule = get_linear_schedule_with_warmup(optimizer, warmup, len(batches))
    losses = []
    model.train()
    for part in batches:
        inputs = tokenizer([t for t, _ in part], padding=True, truncation=True, max_length=LENGTH, return_tensors="pt")
        loss = model(**inputs, labels=torch.tensor([number[c] for _, c in part])).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


@torch.inference_mode()
def predict_torch(model, tokenizer, rows, names):
    model.eval()
    answers = []
    for i in range(0, len(rows), 64):
        texts = [t for t, _ in rows[i:i + 64]]
        inputs = tokenizer(texts, padding=True, truncation=True, max_length=LENGTH, return_tensors="pt")
        answers += [names[k] for k in model(**inputs).logits.argmax(-1).tolist()]
    return answers


def train_ours(build, output, start, dropout, warmup, data, training, rate=RATE):
    """Trains with train_torch's settings, and with these of the sections data and training; returns the lines of metrics.jsonl."""
    recipe = {
        "task": "classification",
        "model": {"type": "bert", "init_from": start, "hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout},
        "data": {"type": "classification", "label_column": "category", "valid_share": 0, "max_length": LENGTH} | data,
        "optimizer": {"type": "adamw", "learning_rate": rate, "weight_decay": 0.01},
        "schedule": {"type": "linear", "warmup_steps": warmup},
        "training": {"batch_size": BATCH, "clip_norm": 1.0, "eval_every": 0, "checkpoint_every": 0} | training,
    }
    with open(f"{output}.json", "w") as file:
        json.dump(recipe, file)
    subprocess.run([f"{build}/train", "--config", f"{output}.json", "--output", output], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    with open(f"{output}/metrics.jsonl") as file:
        return [json.loads(line) for line in file]


def predict_ours(build, folder, rows):
    lines = "".join(json.dumps({"text": t}) + "\n" for t, _ in rows)
    done = subprocess.run([f"{build}/reprise", "predict", f"{folder}/run/final", "--jsonl", "--top", "1"], input=lines,
                          capture_output=True, text=True, check=True)
    return [json.loads(line)["label"] for line in done.stdout.splitlines()]


def main():
    build, source, train, test = sys.argv[1:5]
    steps = int(sys.argv[5]) if len(sys.argv) > 5 else 200
    rows, test_rows = read(train), read(test)
    random.Random(1).shuffle(rows)
    rows = rows[:steps * BATCH]
    names = sorted({c for _, c in rows})
    with tempfile.TemporaryDirectory() as folder:
        model = start(f"{folder}/start", source, names)
        write(f"{folder}/train.csv", rows)
        tokenizer = BertTokenizerFast(vocab=os.path.join(source, "vocab.txt"), do_lower_case=True)
        theirs = train_torch(model, tokenizer, [rows[i:i + BATCH] for i in range(0, len(rows), BATCH)], names, WARMUP)
        lines = train_ours(build, f"{folder}/run", f"{folder}/start", 0, WARMUP,
                           {"train": f"{folder}/train.csv", "shuffle": False}, {"steps": steps})
        ours = [line["loss"] for line in lines if "loss" in line]
        worst = max(abs(a - b) / abs(b) for a, b in zip(ours, theirs, strict=True))
        theirs_say, ours_say = predict_torch(model, tokenizer, test_rows, names), predict_ours(build, folder, test_rows)
        same = sum(a == b for a, b in zip(ours_say, theirs_say, strict=True)) / len(test_rows)
        right = [sum(a == c for a, (_, c) in zip(say, test_rows)) / len(test_rows) for say in (ours_say, theirs_say)]
    print(json.dumps(dict(steps=steps, largest_relative_difference=worst, first_loss=theirs[0], last_loss=theirs[-1],
                          agree=same, accuracy=right[0], accuracy_of_torch=right[1])))
    sys.exit(not (worst <= 1e-4 and same >= 0.995))


if __name__ == "__main__":
    main()
