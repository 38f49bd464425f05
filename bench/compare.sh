#!/usr/bin/env bash
# Lanewise beside libtorch 2.10 (TorchSharp), alternating in one run, and the ratio of the medians.
#   bench/compare.sh [ROUNDS] [SECONDS] [THREADS] [BATCH]       (defaults: 5 rounds of 4 s, 2 threads, batch 64)
# The peer is found at LANEWISE_PEER (a command that takes MODEL train|infer --batch N --threads N --seconds S and prints a
# JSON line with "images_per_second" and "parameters"); without one the script says so and ends.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5} seconds=${2:-4} threads=${3:-2} batch=${4:-64}
peer=${LANEWISE_PEER:-../shared/peers/torchsharp/run.sh}
if [ ! -e "$peer" ]; then
  echo "bench/compare.sh: skipped, no peer at $peer; set LANEWISE_PEER to one" >&2
  exit 0
fi
dotnet build -c Release -v q bench/Lanewise.Bench >&2
ours=(dotnet bench/Lanewise.Bench/bin/Release/net10.0/Lanewise.Bench.dll)
field() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
printf '%-10s %-6s %12s %12s %7s   %s\n' model mode lanewise libtorch ratio "(images/s, medians of $rounds alternating rounds, batch $batch, $threads threads)"
for model in inception residual; do
  for mode in train infer; do
    : >"$folder/a"; : >"$folder/b"
    for ((i = 0; i < rounds; i++)); do
      a=$("${ours[@]}" $model $mode --batch "$batch" --threads "$threads" --seconds "$seconds")
      b=$(bash "$peer" $model $mode --batch "$batch" --threads "$threads" --seconds "$seconds")
      [ "$(field parameters <<<"$a")" = "$(field parameters <<<"$b")" ] || { echo "parameter counts differ: $a $b" >&2; exit 1; }
      field images_per_second <<<"$a" >>"$folder/a"; field images_per_second <<<"$b" >>"$folder/b"
    done
    ma=$(median <"$folder/a") mb=$(median <"$folder/b")
    printf '%-10s %-6s %12.0f %12.0f %7.2f\n' $model $mode "$ma" "$mb" "$(awk "BEGIN { print $ma / $mb }")"
  done
done
