#!/usr/bin/env python3
"""Optimizers beside each other in PyTorch: would RMSprop, Lion or Muon be worth having?

usage: optimizers-pytorch.py mnist FOLDER | cifar FOLDER  [--epochs 1] [--images 60000] [--seeds 2] [--threads 2] [--only NAMES]
mnist: the tutorial's residual network, batch 64, as the recipe mnist-99-fast; cifar: ResNet-20, batch 128.
FOLDER holds MNIST's four files, or train/CLASS/*.jpg and test/CLASS/*.jpg. Needs PyTorch, NumPy and, for cifar, Pillow.
"""
import argparse
import gzip
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(Path(__file__).parent))
from muon import orthogonal  # noqa: E402


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 5), nn.Conv2d(16, 32, 5)
        self.blocks = nn.ModuleList([nn.ModuleList([nn.Conv2d(c, c, 3, padding=1) for _ in range(2)]) for c in (16, 32)])
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        for conv, (first, second) in zip((self.conv1, self.conv2), self.blocks):
            x = F.max_pool2d(F.relu(conv(x)), 2)
            x = F.relu(x + second(F.relu(first(x))))
        return self.fc(x.flatten(1))


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, arXiv 2302.06675."""

    def __init__(self, params, lr, weight_decay, betas=(0.9, 0.99)):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay, betas=betas))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_((first * m + (1 - first) * p.grad).sign_(), alpha=-group["lr"])
                m.mul_(second).add_(p.grad, alpha=1 - second)


class Muon(torch.optim.Optimizer):
    """Jordan et al. 2024: momentum, made orthogonal by five steps of a Newton-Schulz iteration, for weights of two and more dimensions."""

    def __init__(self, params, lr, weight_decay, momentum=0.95):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay, momentum=momentum))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - group["momentum"])
                x = orthogonal(p.grad.lerp(m, group["momentum"]).reshape(len(p), -1))
                x = x * math.sqrt(max(1, p.shape[0] / (p.numel() / p.shape[0])))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(x.view_as(p), alpha=-group["lr"])


def optimizers(network, name, rate):
    everything = list(network.parameters())
    if name == "sgd":
        return [torch.optim.SGD(everything, rate, momentum=0.9, nesterov=True, weight_decay=5e-4)]
    if name == "adamw":
        return [torch.optim.AdamW(everything, rate, weight_decay=0.01)]
    if name == "rmsprop":
        return [torch.optim.RMSprop(everything, rate, alpha=0.9, momentum=0.9, eps=1e-3, weight_decay=1e-5)]
    if name == "lion":
        return [Lion(everything, rate, weight_decay=0.1)]
    filters = [p for p in everything if p.dim() == 4]
    return [Muon(filters, rate, weight_decay=0.01),
            torch.optim.AdamW([p for p in everything if p.dim() != 4], 0.003, weight_decay=0.01)]


RATES = {
    "sgd": {"mnist": (0.01, 0.03, 0.1), "cifar": (0.05, 0.1)},
    "adamw": {"mnist": (0.002, 0.005, 0.01), "cifar": (0.002, 0.005)},
    "rmsprop": {"mnist": (0.0002, 0.0005, 0.001), "cifar": (0.001, 0.003)},
    "lion": {"mnist": (0.0003, 0.001, 0.002), "cifar": (0.0005, 0.001)},
    "muon": {"mnist": (0.005, 0.01, 0.02), "cifar": (0.01, 0.02)},
}


def mnist(folder):
    def read(name, skip):
        path = Path(folder) / name
        opened = gzip.open(f"{path}.gz") if not path.exists() else open(path, "rb")
        with opened as file:
            return np.frombuffer(file.read(), np.uint8)[skip:].copy()
    parts = []
    for part in ("train", "t10k"):
        images = torch.from_numpy(read(f"{part}-images-idx3-ubyte", 16)).view(-1, 1, 28, 28).float()
        parts += [(images / 255 - 0.1307) / 0.3081, torch.from_numpy(read(f"{part}-labels-idx1-ubyte", 8)).long()]
    return parts


def train(task, data, name, rate, seed, epochs, images):
    torch.manual_seed(seed)
    x, y, test, labels = data
    if task == "cifar":
        import importlib
        cifar = importlib.import_module("cifar-pytorch")
        network, batch, warmup = cifar.resnet20(), 128, 0.1
    else:
        network, batch, warmup = Residual(), 64, 0.1
    chosen = torch.randperm(len(x))[:images]
    steps, step, start = epochs * (len(chosen) // batch), 0, time.time()
    used = optimizers(network, name, rate)
    rates = [group["lr"] for one in used for group in one.param_groups]
    for _ in range(epochs):
        for at in chosen[torch.randperm(len(chosen))][: len(chosen) // batch * batch].view(-1, batch):
            share = step / steps
            factor = share / warmup if share < warmup else 0.5 * (1 + math.cos(math.pi * (share - warmup) / (1 - warmup)))
            for group, full in zip((group for one in used for group in one.param_groups), rates):
                group["lr"] = full * factor
            network.train()
            loss = F.cross_entropy(network(cifar.augment(x[at]) if task == "cifar" else x[at]), y[at])
            network.zero_grad()
            loss.backward()
            for one in used:
                one.step()
            step += 1
    network.eval()
    with torch.no_grad():
        scale = (lambda z: (z.float() / 255 - cifar.MEAN) / cifar.STD) if task == "cifar" else (lambda z: z)
        right = sum((network(scale(test[i:i + 500])).argmax(1) == labels[i:i + 500]).sum().item() for i in range(0, len(test), 500))
    return 100 * right / len(test), loss.item(), (time.time() - start) / steps


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("mnist", "cifar"))
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--images", type=int, default=60000)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default=",".join(RATES))
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if not Path(args.folder).is_dir():
        sys.exit(f"{args.folder}: there is no such folder; skipped")
    if args.task == "cifar":
        import importlib
        sys.path.insert(0, str(Path(__file__).parent))
        load = importlib.import_module("cifar-pytorch").load
        data = [*load(Path(args.folder) / "train"), *load(Path(args.folder) / "test")]
    else:
        data = mnist(args.folder)
    for name in args.only.split(","):
        for rate in RATES[name][args.task]:
            results = [train(args.task, data, name, rate, seed, args.epochs, args.images) for seed in range(1, args.seeds + 1)]
            top1 = [result[0] for result in results]
            print(f"{name:8} {rate:<7g} top-1 {sum(top1) / len(top1):.2f} %  ({', '.join(f'{one:.2f}' for one in top1)})  "
                  f"{1000 * results[0][2]:.1f} ms/step", flush=True)


main()
