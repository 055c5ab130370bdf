#!/usr/bin/env bash
# Does tying the embeddings help a recurrent language model? Press & Wolf 2017, table 3, on the text that
# the project ships: untied and tied, each without and with projection regularisation, several seeds.
#
# usage: tied_embeddings.sh SOURCE BUILD [OUTPUT]
#
# The end of the training text is held out to choose the epoch; what counts is the perplexity of the test
# text at that epoch. Fails unless tied with regularisation is at least 3 % lower than untied on every seed.
# Takes up to three hours on two cores; a run that is there already isn't made again.
# EPOCHS, SEEDS: how many, and which.
set -euo pipefail
source=$1 build=$2
output=${3:-}
epochs=${EPOCHS:-6}
seeds=${SEEDS:-1 2 3}
sample=$source/data/samples/state_of_the_union
if [ -z "$output" ]; then
  output=$(mktemp -d)
  trap 'rm -rf "$output"' EXIT
fi

run() {  # name, seed, further settings
  local name=$1 seed=$2
  shift 2
  [ -d "$output/$name-$seed/final" ] ||
    "$build/train" --config "$source/configs/lstm_untied.json" --output "$output/$name-$seed" \
      --set training.seed="$seed" --set training.epochs="$epochs" --set data.valid=null \
      --set data.test="$sample/valid.txt" "$@" >"$output/$name-$seed.log" 2>&1 ||
    { tail -n 5 "$output/$name-$seed.log"; exit 1; }
}

# The test perplexity at the epoch whose held-out perplexity is lowest, and that epoch.
best() {
  awk '/"eval"/ {
    ++epoch
    match($0, /"perplexity":[0-9.e+]+/); held_out = substr($0, RSTART + 13, RLENGTH - 13) + 0
    match($0, /"test_perplexity":[0-9.e+]+/); test = substr($0, RSTART + 18, RLENGTH - 18) + 0
    if (!found || held_out < lowest) { found = 1; lowest = held_out; at = test; of = epoch }
  } END { printf "%.2f %d", at, of }' "$output/$1-$2/metrics.jsonl"
}

mkdir -p "$output"
for seed in $seeds; do
  run untied "$seed"
  run tied "$seed" --set model.tie_word_embeddings=true
  run untied_projection "$seed" --set model.projection=true
  run tied_projection "$seed" --set model.tie_word_embeddings=true --set model.projection=true
done

failed=0
printf '%-20s' "test perplexity"
for seed in $seeds; do printf '%16s' "seed $seed"; done
echo "   mean of differences to untied, 95 % interval"
for name in untied tied untied_projection tied_projection; do
  printf '%-20s' "$name"
  differences=""
  for seed in $seeds; do
    read -r perplexity epoch <<<"$(best "$name" "$seed")"
    read -r untied _ <<<"$(best untied "$seed")"
    printf '%9s (ep %d)' "$perplexity" "$epoch"
    differences+="$(awk -v a="$perplexity" -v b="$untied" 'BEGIN {printf "%.4f ", 100 * (a / b - 1)}')"
    if [ "$name" = tied_projection ]; then
      awk -v a="$perplexity" -v b="$untied" 'BEGIN {exit !(a <= 0.97 * b)}' || failed=1
    fi
  done
  # Student's t for 1 to 9 degrees of freedom.
  awk -v all="$differences" 'BEGIN {
    split("12.71 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262", t, " ")
    n = split(all, d, " "); for (i = 1; i <= n; ++i) sum += d[i]; mean = sum / n
    for (i = 1; i <= n; ++i) squares += (d[i] - mean) ^ 2
    half = n > 1 ? t[n - 1] * sqrt(squares / (n - 1) / n) : 0
    printf "   %+.2f %% (%+.2f to %+.2f)\n", mean, mean - half, mean + half
  }'
done
[ "$failed" = 0 ] || { echo "tied with regularisation isn't 3 % lower than untied on every seed"; exit 1; }
