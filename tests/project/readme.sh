#!/usr/bin/env bash
# Runs every command of the README, in order, in a copy of what a newcomer sees: with the recipes, but
# less text and fewer steps.
#
# usage: readme.sh SOURCE BUILD
set -euo pipefail
source=$1 build=$2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
sample=data/samples/state_of_the_union
mkdir -p "$place/$sample" "$place/here"
head -n 2500 "$source/$sample/train.txt" >"$place/$sample/train.txt"
head -n 150 "$source/$sample/valid.txt" >"$place/$sample/valid.txt"
cp -r "$source"/data/samples/tickets "$source"/data/samples/text_check "$place/data/samples"
cp "$source"/configs/*.json "$place/here"
cd "$place/here"
ln -s ../data data
export XDG_CACHE_HOME=$place/cache

# As tools/get-images makes them, without its downloads: noise, the label last.
noisy_digits() {
  mkdir -p "$place/data/downloads/digits"
  for part in train valid; do
    awk -v seed=1 'BEGIN {
      srand(seed)
      for (i = 0; i < 130; ++i) {
        for (p = 0; p < 784; ++p) printf "%d,", 256 * rand()
        print i % 10
      }
    }' | gzip >"$place/data/downloads/digits/$part.csv.gz"
  done
}

# The lines of all ```sh blocks.
commands=$(awk '/^```sh/ {inside = 1; next} /^```/ {inside = 0} inside' "$source/README.md")
count=0
while IFS= read -r line; do
  case $line in
    "tools/run test") continue ;;  # this is it
    "tools/get-images digits") noisy_digits; continue ;;
    "tools/run train "*) line="$build/${line#tools/run } --set training.epochs=null --set training.steps=2 --set schedule.warmup_steps=1"
      line=$(sed -E 's/"step": [0-9]+/"step": 1/' <<<"$line") ;;  # of a schedule, within those
    "tools/run reprise benchmark "*)
      line="$build/${line#tools/run }"
      line=$(sed -E 's/--batch [0-9]+ --seq [0-9]+/--batch 1 --seq 16/; s/albert_base/bert_tiny/' <<<"$line") ;;
    "tools/run reprise "*) line="$build/${line#tools/run }" ;;
    "cmake "*) continue ;;         # builds, which take minutes
    *) echo "the test doesn't know how to run: $line"; exit 1 ;;
  esac
  echo "+ $line"
  # One command compares oneDNN with OpenBLAS, which is all that ThreadSanitizer's build has.
  bash -c "$line" >out 2>&1 ||
    { [ "${REPRISE_GEMM:-}" = openblas ] && grep -q "this build lacks one of them" out; } ||
    { cat out; echo "failed: $line"; exit 1; }
  count=$((count + 1))
done <<<"$commands"
[ "$count" -ge 10 ] || { echo "only $count commands found in the README"; exit 1; }
test -f runs/albert_small/final/model.safetensors
test -f trace.safetensors
