#!/usr/bin/env bash
# Does the watch find trouble, and leave healthy runs in peace? Twenty runs that learn as they should and
# seven that don't, on the text that the project ships; the eighth fault, a poisoned use, is in
# tests/tools/watch_runs_test.cpp.
#
# usage: watch.sh SOURCE BUILD [OUTPUT]
#
# Prints each run's first alarm and the step at which its loss first was 1 nat above its best. Fails when a
# healthy run raised an alarm, or a faulty one none, or less than 5 steps before that. About 40 minutes on two
# cores; a run that is there already isn't made again.
set -euo pipefail
source=$1 build=$2
output=${3:-}
if [ -z "$output" ]; then
  output=$(mktemp -d)
  trap 'rm -rf "$output"' EXIT
fi
mkdir -p "$output"

small=(training.steps=300 training.eval_every=100 training.precision=float32 training.batch_size=16
  model.hidden_size=64 model.num_hidden_layers=4 model.num_attention_heads=2 model.intermediate_size=256
  model.vocab_size=2000 data.max_length=64 schedule.warmup_steps=50)

# run KIND NAME RECIPE SETTING…
run() {
  local kind=$1 name=$2 recipe=$3 setting
  shift 3
  local settings=()
  for setting in "$@"; do settings+=(--set "$setting"); done
  if [ ! -d "$output/$name/final" ]; then
    "$build/train" --threads 1 --config "$source/configs/$recipe.json" --output "$output/$name" \
      "${settings[@]}" >"$output/$name.log" 2>&1 || [ $? = 80 ] || { tail -n 3 "$output/$name.log"; exit 1; }
  fi
  awk -v kind="$kind" -v name="$name" '
    function number(key) { return match($0, "\"" key "\":[-0-9.e+]+") ? substr($0, RSTART + length(key) + 3) + 0 : "" }
    /"watch"/ && alarm == "" {
      match($0, /"kind":"[a-z_]+"/); what = substr($0, RSTART + 8, RLENGTH - 9); alarm = number("step")
    }
    /"gradient_norm"/ {
      loss = number("loss")
      if (crossed == "" && best != "" && (loss == "" || loss > best + 1)) crossed = number("step")
      if (loss != "" && (best == "" || loss < best)) best = loss
    }
    END {
      printf "%-8s %-14s %-18s %6s   1 nat above its best: %s\n", kind, name, alarm == "" ? "-" : what,
             alarm == "" ? "-" : alarm, crossed == "" ? "-" : crossed
      late = crossed != "" && alarm != "" && alarm + 5 > crossed
      exit !(kind == "healthy" ? alarm == "" : alarm != "" && !late)
    }' "$output/$name/metrics.jsonl" || echo "$name" >>"$output/wrong"
}
bert() { run "$1" "$2" bert_small "${small[@]}" "${@:3}"; }
albert() { run "$1" "$2" albert_small "${small[@]}" model.embedding_size=32 "${@:3}"; }

healthy() {
  albert healthy albert_1 training.seed=1
  albert healthy albert_2 training.seed=2
  albert healthy albert_slow optimizer.learning_rate=3e-4
  albert healthy albert_lamb optimizer.type=lamb optimizer.learning_rate=5e-3
  albert healthy albert_adam optimizer.type=adam optimizer.weight_decay=0
  albert healthy albert_deep model.num_hidden_layers=12 optimizer.learning_rate=5e-4
  albert healthy cycle 'model.sharing={"strategy": "cycle", "sets": 2}'
  albert healthy relaxed 'model.sharing={"strategy": "all", "rank": 4}'
  albert healthy untied 'sharing_schedule=[{"step": 150, "sharing": "none"}]'
  albert healthy tied model.sharing=none 'sharing_schedule=[{"step": 150, "sharing": "all"}]'
  albert healthy diagnosed diagnostics.every=20
  bert healthy bert_1 training.seed=1
  bert healthy bert_2 training.seed=2
  bert healthy bert_slow optimizer.learning_rate=3e-4
  bert healthy bert_lamb optimizer.type=lamb optimizer.learning_rate=5e-3
  bert healthy bert_dropout model.hidden_dropout_prob=0.1 training.accumulate=2 training.batch_size=8
  bert healthy bert_unclipped training.clip_norm=0 optimizer.learning_rate=5e-4
  bert healthy bert_longer training.steps=1500 training.eval_every=100
  run healthy two_tower two_tower training.epochs=null training.steps=100 training.batch_size=16
  run healthy lstm lstm_untied training.epochs=null training.steps=300 model.vocab_size=2000
}

faulty() {
  bert faulty rate optimizer.learning_rate=0.1 training.clip_norm=0
  albert faulty depth_48 model.num_hidden_layers=48 optimizer.learning_rate=3e-3 training.clip_norm=0 \
    training.batch_size=8
  bert faulty no_warm_up model.num_hidden_layers=12 optimizer.learning_rate=5e-3 schedule.warmup_steps=0
  bert faulty bad_start model.initializer_range=0.3
  albert faulty constant optimizer.type=adam optimizer.weight_decay=0.1
  bert faulty stuck training.steps=800 optimizer.learning_rate=1e-2
  bert faulty overflow model.initializer_range=1e30
}

rm -f "$output/wrong"
healthy & faulty
wait
[ ! -e "$output/wrong" ] || { echo "wrong: $(tr '\n' ' ' <"$output/wrong")"; exit 1; }
