#!/usr/bin/env python3
"""ResNet-20 by the recipe cifar-fast in PyTorch, for its first epochs: what 'lanewise train --recipe cifar-fast' is compared with.

usage: cifar-pytorch.py FOLDER [--epochs 2] [--seed 1] [--threads 2]    FOLDER has train/CLASS/*.jpg and test/CLASS/*.jpg
Needs PyTorch, NumPy and Pillow; ends with a message where the folder is missing.
"""
import argparse
import math
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tests" / "goldens")]
from cifar import CifarResNet  # noqa: E402
from muon import Muon  # noqa: E402

MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
STD = torch.tensor([0.247, 0.2435, 0.2616]).view(1, 3, 1, 1)
EPOCHS, WARMUP, BATCH, RATE, DECAY, SMOOTHING = 20, 1, 64, 0.004, 0.1, 0.1


def load(folder):
    images, labels = [], []
    for label, name in enumerate(sorted(os.listdir(folder))):
        for file in sorted(os.listdir(os.path.join(folder, name))):
            images.append(np.array(Image.open(os.path.join(folder, name, file)).convert("RGB")))
            labels.append(label)
    return torch.from_numpy(np.stack(images).transpose(0, 3, 1, 2).copy()), torch.tensor(labels)


def resnet20():
    """Weights are drawn from N(0, 2 / fan_in); Lanewise has fan_out, as torchvision, which differs where a stage begins."""
    network = CifarResNet(20)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
    return network


def augment(x):
    """Crops 32×32 pixels of an image padded by four, and flips half of the images."""
    padded, n = F.pad((x.float() / 255 - MEAN) / STD, (4, 4, 4, 4)), len(x)
    top, left, flip = torch.randint(0, 9, (n,)), torch.randint(0, 9, (n,)), torch.rand(n) < 0.5
    crops = [padded[i, :, top[i]:top[i] + 32, left[i]:left[i] + 32] for i in range(n)]
    return torch.stack([crop.flip(2) if flip[i] else crop for i, crop in enumerate(crops)])


def evaluate(network, x, y):
    network.eval()
    correct = loss = 0
    with torch.no_grad():
        for i in range(0, len(x), 500):
            logits = network((x[i:i + 500].float() / 255 - MEAN) / STD)
            correct += (logits.argmax(1) == y[i:i + 500]).sum().item()
            loss += F.cross_entropy(logits, y[i:i + 500], reduction="sum").item()
    return loss / len(x), correct / len(x)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    for name, default in (("--epochs", 2), ("--seed", 1), ("--threads", 2)):
        parser.add_argument(name, type=int, default=default)
    args = parser.parse_args()
    if not os.path.isdir(os.path.join(args.folder, "train")):
        sys.exit(f"skipped: {args.folder} has no folder train")

    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    x, y = load(os.path.join(args.folder, "train"))
    test = load(os.path.join(args.folder, "test"))
    network = resnet20()
    optimizer = Muon(network.parameters(), RATE, DECAY)
    steps = math.ceil(len(x) / BATCH)
    for epoch in range(args.epochs):
        network.train()
        start, total, order = time.time(), 0.0, torch.randperm(len(x))
        for step in range(steps):
            t = epoch + step / steps
            share = 0.01 + 0.99 * t / WARMUP if t < WARMUP else 0.5 * (1 + math.cos(math.pi * (t - WARMUP) / (EPOCHS - WARMUP)))
            for group in optimizer.param_groups:
                group["lr"] = RATE * share
            index = order[step * BATCH:(step + 1) * BATCH]
            loss = F.cross_entropy(network(augment(x[index])), y[index], label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        seconds = time.time() - start
        val_loss, val_top1 = evaluate(network, *test)
        print(f"epoch {epoch + 1}: train loss {total / len(x):.3f}, val loss {val_loss:.3f}, val top-1 {100 * val_top1:.1f} %, "
              f"{len(x) / seconds:.0f} images/s", flush=True)


if __name__ == "__main__":
    main()
