"""The PyTorch side of a comparison of accuracies: trains resnet20 and plain20 on Fashion-MNIST with the recipe of

    lanewise train MODEL --dataset fashion-mnist --epochs E --limit-train N --limit-test M -b 128 \
        --lr 0.1 --sched cosine --momentum 0.9 --weight-decay 1e-4 --aug none --seed S

and prints the test accuracy after each epoch.   learn.py MODEL FOLDER_OF_IDX_GZ [EPOCHS] [TRAIN] [TEST] [SEEDS]
"""
import gzip
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "goldens"))
from cifar import CifarResNet  # noqa: E402

MEAN, STD = 0.2860, 0.3530


def read(path, header):
    return np.frombuffer(gzip.open(path).read(), np.uint8, offset=header)


def load(folder, kind, count):
    images = read(folder / f"{kind}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)[:count]
    labels = read(folder / f"{kind}-labels-idx1-ubyte.gz", 8)[:count]
    x = F.interpolate(torch.from_numpy(images.copy()).float(), 32, mode="bilinear", align_corners=False).round()
    return ((x / 255 - MEAN) / STD).repeat(1, 3, 1, 1), torch.from_numpy(labels.astype(np.int64))


def accuracy(net, x, y):
    net.eval()
    with torch.no_grad():
        return sum((net(a).argmax(1) == b).sum().item() for a, b in zip(x.split(250), y.split(250))) / len(y)


model, folder = sys.argv[1], Path(sys.argv[2])
epochs, train, test, seeds = (int(v) for v in (sys.argv[3:] + ["3", "12000", "5000", "2"][len(sys.argv) - 3:]))
(x, y), (tx, ty) = load(folder, "train", train), load(folder, "t10k", test)
for seed in range(1, seeds + 1):
    torch.manual_seed(seed)
    net = CifarResNet(20, shortcuts=model == "resnet20")
    for module in net.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    step = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9, weight_decay=1e-4)
    steps = -(-train // 128) * epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(step, lambda t: 0.5 * (1 + math.cos(math.pi * t / steps)))
    for epoch in range(1, epochs + 1):
        net.train()
        for batch in torch.randperm(train).split(128):
            step.zero_grad()
            F.cross_entropy(net(x[batch]), y[batch]).backward()
            step.step()
            schedule.step()
        print(f"{model} seed {seed} epoch {epoch}: {accuracy(net, tx, ty):.4f}", flush=True)
