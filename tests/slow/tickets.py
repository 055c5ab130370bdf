#!/usr/bin/env python3
"""What pretraining and sharing are worth to a support desk: classifiers of the sizes of albert_small and bert_small, from
random weights, pretrained on the sample text, and pretrained further on the words of all training texts, for which no
label is needed; with ten labelled texts of each category and with all; the rate of each arm chosen on a fifth of its
labelled texts.

usage: tickets.py BUILD TRAIN.csv TEST.csv FOLDER [--seeds N] [--workers N] [--sets small,all]
The tables have columns text and category. Finished runs in FOLDER are kept, so it can be stopped and goes on.
"""
import argparse, collections, concurrent.futures, csv, json, math, os, random, statistics, subprocess

MODELS = ("albert_small", "bert_small")
STARTS = ("random", "pretrained", "pretrained, then the tickets' words")
SETS = {"small": 10, "all": 0}  # labelled texts of each category; 0: all there are
RATES = (2e-4, 5e-4)
EPOCHS = {"small": 30, "all": 8}
BATCH = 16
WARMUP = 0.1  # of the steps
VALID = 0.2  # of the labelled texts, where rates are chosen
T95 = {2: 6.314, 3: 2.920, 4: 2.353, 5: 2.132, 10: 1.833}  # Student's t of a 90 % interval, by the number of runs


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def write_inputs(o):
    rows = read(o.train)
    random.Random(1).shuffle(rows)
    with open(f"{o.folder}/words.txt", "w", encoding="utf-8") as file:
        file.writelines(" ".join(text.split()) + "\n\n" for text, _ in rows)
    for name, each in SETS.items():
        seen, kept = collections.Counter(), []
        for text, category in rows:
            seen[category] += 1
            if not each or seen[category] <= each:
                kept.append((text, category))
        with open(f"{o.folder}/{name}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "category"), *kept])


def train(o, output, config, settings, threads):
    """Returns the lines of metrics.jsonl and the seconds of training."""
    if not os.path.exists(f"{output}/final"):
        command = [f"{o.build}/train", "--config", config, "--output", output, "--threads", str(threads)]
        for key, value in settings.items():
            command += ["--set", f"{key}={value if isinstance(value, str) else json.dumps(value)}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
    with open(f"{output}/metrics.jsonl") as file:
        lines = [json.loads(line) for line in file]
    return lines, sum(line.get("seconds", 0) for line in lines)


def pretrained(o, model, start):
    base = f"{o.folder}/{model}"
    train(o, base, f"{model}.json", {}, o.cores)
    if start == STARTS[1]:
        return f"{base}/final"
    more = f"{o.folder}/{model}-words"
    train(o, more, f"{model}.json", {
        "model.init_from": f"{base}/final", "data.train": f"{o.folder}/words.txt", "data.valid": None, "data.sentence_task": "none",
        "data.max_length": 64, "training.steps": 3000, "training.batch_size": 32, "training.eval_every": 0}, o.cores)
    return f"{more}/final"


def settings_of(o, model, start, data, rate, seed, choosing):
    steps = EPOCHS[data] * len(read(f"{o.folder}/{data}.csv")) * (1 - VALID if choosing else 1) / BATCH
    settings = {
        "data.train": f"{o.folder}/{data}.csv", "data.test": None if choosing else os.path.abspath(o.test),
        "data.valid_share": VALID if choosing else 0, "data.max_length": 64, "optimizer.learning_rate": rate,
        "schedule.warmup_steps": round(WARMUP * steps), "training.batch_size": BATCH, "training.seed": seed, "training.epochs": EPOCHS[data], "training.eval_every": 0, "training.checkpoint_every": 0}
    if model == "bert_small":
        settings |= {"model.type": "bert", "model.embedding_size": None, "model.sharing": "none"}
    if start != STARTS[0]:
        settings["model.init_from"] = pretrained(o, model, start)
    return settings


def name_of(arm):
    model, start, data = arm
    return f"{model}-{STARTS.index(start)}-{data}"


def choose(o, arm):
    scores = {}
    for rate in RATES:
        lines, _ = train(o, f"{o.folder}/choose/{name_of(arm)}-{rate}", "tickets.json", settings_of(o, *arm, rate, 1, True), 1)
        scores[rate] = [line["eval"]["accuracy"] for line in lines if "eval" in line][-1]
    return max(scores, key=scores.get)


def score(o, arm, rate, seed):
    lines, seconds = train(o, f"{o.folder}/runs/{name_of(arm)}-{seed}", "tickets.json", settings_of(o, *arm, rate, seed, False), 1)
    return [line["test"]["accuracy"] for line in lines if "test" in line][-1], seconds


def interval(numbers):
    """The mean, and half the width of its 90 % interval."""
    if len(numbers) < 2:
        return numbers[0], math.nan
    return statistics.mean(numbers), T95.get(len(numbers), 1.645) * statistics.stdev(numbers) / math.sqrt(len(numbers))


def parameters(o, model, outputs):
    config = ["--set", "model.type=bert", "--set", "model.embedding_size=null", "--set", "model.sharing=none"] if model == "bert_small" else []
    done = subprocess.run([f"{o.build}/reprise", "inspect", "--config", "tickets.json", "--json", *config,
                           "--set", "data.labels=" + json.dumps([str(i) for i in range(outputs)])], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["parameters"]["stored"]


def main():
    p = argparse.ArgumentParser()
    for name in ("build", "train", "test", "folder"):
        p.add_argument(name)
    p.add_argument("--seeds", type=int, default=5)
    p.add_argument("--workers", type=int, default=2, help="runs at a time, of one thread each")
    p.add_argument("--sets", default="small,all")
    o = p.parse_args()
    o.cores = len(os.sched_getaffinity(0))
    o.folder = os.path.abspath(o.folder)
    for part in ("choose", "runs"):
        os.makedirs(f"{o.folder}/{part}", exist_ok=True)
    write_inputs(o)
    arms = [(m, s, d) for d in o.sets.split(",") for m in MODELS for s in STARTS]
    for model, start, data in arms:
        if start != STARTS[0]:
            pretrained(o, model, start)
    outputs = len({category for _, category in read(o.train)})
    print("| texts | model | parameters | start | rate | accuracy | 90 % interval | seconds |\n|---|---|---|---|---|---|---|---|", flush=True)
    with concurrent.futures.ThreadPoolExecutor(o.workers) as pool:
        rates = dict(zip(arms, pool.map(lambda arm: choose(o, arm), arms)))
        runs = {arm: [pool.submit(score, o, arm, rates[arm], seed) for seed in range(1, o.seeds + 1)] for arm in arms}
        found = {}
        for arm in arms:
            scores, seconds = zip(*(run.result() for run in runs[arm]))
            found[arm] = scores
            mean, half = interval(scores)
            print(f"| {arm[2]} | {arm[0]} | {parameters(o, arm[0], outputs):,} | {arm[1]} | {rates[arm]:g} | {100 * mean:.1f} % | ± {100 * half:.1f} | "
                  f"{statistics.mean(seconds):.0f} |", flush=True)
    for arm, scores in found.items():
        if arm[1] == STARTS[0]:
            continue
        base = found[(arm[0], STARTS[0], arm[2])]
        mean, half = interval([a - b for a, b in zip(scores, base)])
        print(f"{name_of(arm)}: {100 * mean:+.1f} points over random, 90 % interval {100 * (mean - half):+.1f} to {100 * (mean + half):+.1f}")


main()
