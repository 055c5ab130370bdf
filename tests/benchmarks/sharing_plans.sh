#!/usr/bin/env bash
# What a training step takes under different sharing plans of one model: the same arithmetic, but other
# weights to fetch. The plans take turns, so that a busy machine slows all of them.
#
# usage: sharing_plans.sh BUILD [CONFIG] [ROUNDS]        albert_base, 5 rounds
#
# A line for each plan: the median of the rounds' seconds a step, and as a share of the unshared model's.
set -euo pipefail
build=$1 config=${2:-albert_base} rounds=${3:-5}
plans=('"none"' '"all"' '{"strategy": "sequence", "sets": 6}' '{"strategy": "cycle", "sets": 6}')
times=$(mktemp)
trap 'rm -f "$times"' EXIT

for ((round = 0; round < rounds; ++round)); do
  for plan in "${plans[@]}"; do
    seconds=$("$build/reprise" benchmark --config "$config" --batch 8 --seq 128 --steps 3 --warmup 1 --json \
      --set model.sharing="$plan" | sed -nE 's/.*"seconds_per_step": ?([0-9.e-]+).*/\1/p')
    printf '%s\t%s\n' "$plan" "$seconds" >>"$times"
  done
done

median() { awk -F'\t' -v plan="$1" '$1 == plan {print $2}' "$times" | sort -g | awk '{t[NR] = $1} END {print t[int((NR + 1) / 2)]}'; }
base=$(median "${plans[0]}")
for plan in "${plans[@]}"; do
  seconds=$(median "$plan")
  awk -v p="$plan" -v s="$seconds" -v b="$base" 'BEGIN {printf "%-38s %.3f s a step, %.3f of unshared\n", p, s, s / b}'
done
