#!/usr/bin/env bash
# Lanewise beside libtorch and, for inference, ONNX Runtime: alternating in one run, with the ratios of the medians.
#   bench/compare.sh [--rounds N] [--seconds S] [--threads N] [--batch N] [--mode train|infer|both] [MODEL...]
#   (defaults: 5 rounds of 4 s, 2 threads, batch 64, both modes; inception residual)
# libtorch runs where LANEWISE_PEER names a bash script that takes MODEL train|infer --batch N --threads N --seconds S and
# prints a JSON line with "images_per_second" and "parameters". ONNX Runtime reads MODEL.onnx from the folder LANEWISE_ONNX
# (artifacts/onnx unless set), which bench/onnx/export.py fills. A peer that is not there is skipped, and stderr says so.
# Run it on an idle machine: beside another busy process libtorch's threads wait for each other, and its figures collapse.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=5 seconds=4 threads=2 batch=64 mode=both models=()
while (($#)); do
  case $1 in
    --rounds | --seconds | --threads | --batch | --mode) declare "${1#--}=${2:?$1 needs a value}"; shift 2 ;;
    -*) sed -n 's|^#   bench/|usage: bench/|p' bench/compare.sh >&2; exit 2 ;;
    *) models+=("$1"); shift ;;
  esac
done
case $mode in both) modes=(train infer) ;; train | infer) modes=("$mode") ;; *) echo "--mode is train, infer or both" >&2; exit 2 ;; esac
((${#models[@]})) || models=(inception residual)
onnx=${LANEWISE_ONNX:-artifacts/onnx} release=bin/Release/net10.0

run() { # ENGINE: one run of $model in $mode, as a JSON line
  local options=("$mode" --batch "$batch" --threads "$threads" --seconds "$seconds")
  case $1 in
    lanewise) dotnet "bench/Lanewise.Bench/$release/Lanewise.Bench.dll" "$model" "${options[@]}" ;;
    libtorch) bash "$LANEWISE_PEER" "$model" "${options[@]}" ;;
    onnxruntime) dotnet "bench/Lanewise.OnnxPeer/$release/Lanewise.OnnxPeer.dll" "$onnx/$model.onnx" "${options[@]}" ;;
  esac
}
missing() { # ENGINE: why it cannot run $model in $mode; nothing where it can
  case $1 in
    libtorch) [ -e "${LANEWISE_PEER:-}" ] || echo "LANEWISE_PEER names no script" ;;
    onnxruntime) [ -e "$onnx/$model.onnx" ] || echo "no $onnx/$model.onnx; python3 bench/onnx/export.py $onnx $model makes it" ;;
  esac
}
field() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p"; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
columns() { printf '%-10s %-6s %12s %12s %7s %12s %7s\n' "$@"; }

measure() { # the row of $model and $mode
  local engines=(lanewise) candidates=(libtorch) engine why json expected count
  [ "$mode" = train ] || candidates+=(onnxruntime)
  for engine in "${candidates[@]}"; do
    why=$(missing "$engine")
    if [ -n "$why" ]; then echo "$model $mode: $engine skipped, $why" >&2; else engines+=("$engine"); fi
  done
  rm -f "$folder"/*
  for ((i = 0; i < rounds; i++)); do
    for engine in "${engines[@]}"; do
      json=$(run "$engine") || { echo "$model $mode: $engine failed" >&2; [ "$engine" != lanewise ] || exit 1; continue; }
      count=$(field parameters <<<"$json")
      [ "$engine" != lanewise ] || expected=$count
      [ "${count:-$expected}" = "$expected" ] || { echo "$model: $engine has $count parameters, not $expected" >&2; exit 1; }
      field images_per_second <<<"$json" >>"$folder/$engine"
    done
  done
  local row=("$(median "$folder/lanewise")") rate
  for engine in libtorch onnxruntime; do
    rate=-
    [ ! -e "$folder/$engine" ] || rate=$(median "$folder/$engine")
    row+=("$rate" "$(awk -v a="${row[0]}" -v b="$rate" 'BEGIN { print b == "-" ? b : sprintf("%.2f", a / b) }')")
  done
  columns "$model" "$mode" "${row[@]}"
}

dotnet build -c Release -v q bench/Lanewise.Bench >&2
if [ "$mode" != train ] && [ -d "$onnx" ]; then dotnet build -c Release -v q bench/Lanewise.OnnxPeer >&2; fi
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
echo "images/s, medians of $rounds alternating rounds of $seconds s, batch $batch, $threads threads"
columns model mode lanewise libtorch ratio onnxruntime ratio
for model in "${models[@]}"; do
  for mode in "${modes[@]}"; do measure; done
done
