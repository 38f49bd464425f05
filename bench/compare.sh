#!/usr/bin/env bash
# Compares Lanewise with libtorch and, for inference, ONNX Runtime, alternating in one run; prints a Markdown table of medians and ratios.
#   bench/compare.sh [--rounds N] [--seconds S] [--threads N,...] [--batch N,...] [--mode train|infer|both] [--output FILE] [MODEL...]
#   (defaults: 5 rounds of 4 s, 2 threads, batch 64, both modes, stdout only; inception residual)
# libtorch runs where LANEWISE_PEER names a bash script that takes MODEL train|infer --batch N --threads N --seconds S and
# prints a JSON line with "images_per_second" and "parameters". ONNX Runtime reads MODEL.onnx from the folder LANEWISE_ONNX
# (default: artifacts/onnx), which bench/onnx/export.py fills. A missing peer is skipped with a message on stderr.
# Peers must have the same number of parameters as Lanewise (an ONNX file may have batch norm folded into convolutions) and
# compute in float32; otherwise the run fails.
# Run it on an idle machine: with another busy process libtorch's threads wait for each other, and its throughput collapses.
set -euo pipefail
usage() { sed -n 's|^#   bench/|usage: bench/|p' "$0" >&2; exit 2; }
rounds=5 seconds=4 threads=2 batch=64 mode=both output='' models=()
while (($#)); do
  case $1 in
    --rounds | --seconds | --threads | --batch | --mode | --output) declare "${1#--}=${2:?$1 needs a value}"; shift 2 ;;
    -*) usage ;;
    *) models+=("$1"); shift ;;
  esac
done
case $mode in both) modes=(train infer) ;; train | infer) modes=("$mode") ;; *) usage ;; esac
[[ $rounds,$seconds,$threads,$batch =~ ^[1-9][0-9]*(,[1-9][0-9]*)*$ && $rounds$seconds != *,* ]] || usage
IFS=, read -ra batches <<<"$batch"
IFS=, read -ra counts <<<"$threads"
((${#models[@]})) || models=(inception residual)
[ -z "$output" ] || output=$(realpath "$output")
[ -z "${LANEWISE_ONNX:-}" ] || LANEWISE_ONNX=$(realpath "$LANEWISE_ONNX")
cd "$(dirname "$0")/.."
onnx=${LANEWISE_ONNX:-artifacts/onnx} release=bin/Release/net10.0

run() { # ENGINE: one run of $model in $mode, as a JSON line
  local options=("$mode" --batch "$batch" --threads "$threads" --seconds "$seconds")
  case $1 in
    lanewise) dotnet "bench/Lanewise.Bench/$release/Lanewise.Bench.dll" "$model" "${options[@]}" ;;
    # With small batches it warns at every step that NNPACK is missing; printing that would slow it down.
    libtorch) bash "$LANEWISE_PEER" "$model" "${options[@]}" 2>"$folder/libtorch.log" || { tail -n 5 "$folder/libtorch.log" >&2; return 1; } ;;
    onnxruntime) dotnet "bench/Lanewise.OnnxPeer/$release/Lanewise.OnnxPeer.dll" "$onnx/$model.onnx" "${options[@]}" ;;
  esac
}
missing() { # ENGINE: prints why it cannot run $model in $mode, or nothing
  case $1 in
    libtorch) [ -e "${LANEWISE_PEER:-}" ] || echo "LANEWISE_PEER names no script" ;;
    onnxruntime) [ -e "$onnx/$model.onnx" ] || echo "no $onnx/$model.onnx; python3 bench/onnx/export.py $onnx $model makes it" ;;
  esac
}
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([0-9a-z.]*\).*/\1/p" <<<"$2"; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
fail() { echo "$model $mode, batch $batch, $threads threads: $*" >&2; exit 1; }

check() { # ENGINE JSON: fails unless it is the same network and precision; the parameter counts of Lanewise are in $expected and $folded
  local count precision
  count=$(field parameters "$2") precision=$(field precision "$2")
  [ "$count" = "$expected" ] || { [ "$1" = onnxruntime ] && [ "$count" = "$folded" ]; } ||
    fail "$1 has ${count:-an unknown number of} parameters, not $expected"
  [ "${precision:-float32}" = float32 ] || fail "$1 computes in $precision, not float32"
}

measure() { # prints the row of $model and $mode at $batch and $threads
  local engines=(lanewise) candidates=(libtorch) engine why json expected folded round rate row
  [ "$mode" = train ] || candidates+=(onnxruntime)
  for engine in "${candidates[@]}"; do
    why=$(missing "$engine")
    if [ -n "$why" ]; then echo "$model $mode: $engine skipped, $why" >&2; else engines+=("$engine"); fi
  done
  rm -f "$folder"/*
  for ((round = 0; round < rounds; round++)); do
    for engine in "${engines[@]}"; do
      json=$(run "$engine") || { [ "$engine" != lanewise ] || fail "lanewise failed"; echo "$model $mode: $engine failed" >&2; continue; }
      [ "$engine" != lanewise ] || expected=$(field parameters "$json") folded=$(field folded_parameters "$json")
      check "$engine" "$json"
      field images_per_second "$json" >>"$folder/$engine"
    done
  done
  row=("$model" "$mode" "$batch" "$threads" "$expected" "$(median "$folder/lanewise")")
  for engine in libtorch onnxruntime; do
    rate=–
    [ ! -e "$folder/$engine" ] || rate=$(median "$folder/$engine")
    row+=("$rate" "$(awk -v a="${row[5]}" -v b="$rate" 'BEGIN { print b == "–" ? b : sprintf("%.2f", a / b) }')")
  done
  columns "${row[@]}"
}
columns() { printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' "$@"; }

table() {
  echo "Images/s, medians of $rounds alternating rounds of $seconds s, float32; a ratio is Lanewise divided by the peer."
  echo
  columns model mode batch threads parameters Lanewise libtorch ratio 'ONNX Runtime' ratio
  columns --- --- ---: ---: ---: ---: ---: ---: ---: ---:
  for model in "${models[@]}"; do
    for mode in "${modes[@]}"; do
      for batch in "${batches[@]}"; do
        for threads in "${counts[@]}"; do measure; done
      done
    done
  done
}

dotnet build -c Release -v q bench/Lanewise.Bench >&2
if [[ " ${modes[*]} " = *" infer "* ]] && [ -d "$onnx" ]; then dotnet build -c Release -v q bench/Lanewise.OnnxPeer >&2; fi
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
if [ -n "$output" ]; then table | tee "$output"; else table; fi
