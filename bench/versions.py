#!/usr/bin/env python3
"""Compares the speed of two builds of Lanewise: alternating runs, median ratio with its 95 % confidence interval, as a Markdown table.

  bench/versions.py OLD NEW [--pairs N] [--seconds S] [--threads N] [--mode train|infer|both] [MODEL...]

OLD and NEW are folders with lanewise's dll, for example src/Lanewise.Cli/bin/Release/net10.0 of two checkouts. Defaults: 9 pairs of 2 s,
2 threads, both modes, the five models of README. The interval is that of the median, from the order statistics of the pairs' ratios.
Run it on an idle machine.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys

MODELS = ["inception", "residual", "resnet20", "resnet18", "googlenet"]


def images_per_second(folder, model, mode, options):
    command = ["dotnet", os.path.join(folder, "Lanewise.Cli.dll"), "bench", model, "--mode", mode, "--json",
               "--seconds", str(options.seconds), "--threads", str(options.threads)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)["results"][0]["images_per_second"]


def interval(ratios):
    """The 95 % confidence interval of the median: the k-th smallest and largest, k from the binomial distribution."""
    ordered, n = sorted(ratios), len(ratios)
    tail, k = 0.0, 0
    while k < n // 2:
        tail += math.comb(n, k) / 2**n
        if tail > 0.025:
            break
        k += 1
    return ordered[max(0, k - 1)], ordered[n - max(1, k)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("models", nargs="*", default=MODELS)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--mode", choices=["train", "infer", "both"], default="both")
    options = parser.parse_intermixed_args()
    modes = ["train", "infer"] if options.mode == "both" else [options.mode]
    print("| | old, images/s | new, images/s | new / old | 95 % interval |\n|---|---|---|---|---|", flush=True)
    for mode in modes:
        for model in options.models:
            pairs = []
            for i in range(options.pairs):
                # The order alternates, so that a drift of the machine's speed cancels.
                first, second = (options.old, options.new) if i % 2 == 0 else (options.new, options.old)
                a, b = (images_per_second(folder, model, mode, options) for folder in (first, second))
                pairs.append((a, b) if i % 2 == 0 else (b, a))
            ratios = [new / old for old, new in pairs]
            low, high = interval(ratios)
            old, new = (statistics.median(column) for column in zip(*pairs))
            print(f"| {mode} {model} | {old:,.1f} | {new:,.1f} | {statistics.median(ratios):.3f} | {low:.3f} – {high:.3f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
