#!/usr/bin/env bash
# Compares ONNX Runtime's logits with Lanewise's for exported models at their own size, random weights; prints a Markdown table.
#   bench/onnx/check.sh [--output FILE] [MODEL...]
#   (defaults: every model of the catalog, stdout only; bench/results/onnx.md is the FILE that is kept)
# Fails where a difference is above 1e-4 of the largest logit. All models take some minutes and 3 GB of memory.
set -euo pipefail
usage() { sed -n 's|^#   bench/|usage: bench/|p' "$0" >&2; exit 2; }
output='' models=()
while (($#)); do
  case $1 in
    --output) output=$(realpath "${2:?$1 needs a value}"); shift 2 ;;
    -*) usage ;;
    *) models+=("$1"); shift ;;
  esac
done
cd "$(dirname "$0")/../.."

report() {
  local commit processor
  commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
  [ -z "$(git status --porcelain -- . ':!bench/results/onnx.md' 2>/dev/null)" ] || commit="$commit, with changes"
  processor=$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)
  cat <<TEXT
# ONNX Runtime and Lanewise

Written by \`bench/onnx/check.sh\`: the largest difference of the logits of ONNX Runtime and of Lanewise, divided by the largest logit, for
each model of the catalog at its own size and number of classes, with random weights and batch statistics. Files have opset 17 and a
fixed batch; "folded" is batch norm folded into the convolutions, "uint8" takes pixels, and the model's normalization is in the file.

| | |
|---|---|
| commit | $commit |
| date | $(date -u +%Y-%m-%d) |
| processor | ${processor:-unknown}, $(nproc) cores |
| ONNX Runtime | $(sed -n 's|.*Include="Microsoft.ML.OnnxRuntime" Version="\([^"]*\)".*|\1|p' Directory.Packages.props) |

TEXT
  dotnet bench/Lanewise.OnnxCheck/bin/Release/net10.0/Lanewise.OnnxCheck.dll "${models[@]}"
}

dotnet build -c Release -v q bench/Lanewise.OnnxCheck >&2
if [ -n "$output" ]; then report | tee "$output"; else report; fi
