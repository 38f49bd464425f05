"""Exchanges weights of the tutorial networks with PyTorch, and counts how many MNIST test images it classifies correctly.

    /usr/bin/python3 bench/exchange.py MODEL FOLDER_OF_MNIST_RAW --weights FILE           classify with a file's weights
    /usr/bin/python3 bench/exchange.py MODEL FOLDER_OF_MNIST_RAW --train EPOCHS --save FILE   train here, save, classify

MODEL is inception or residual. Prints one JSON document; progress goes to stderr.
"""
import argparse
import json
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "goldens"))
import tutorial  # noqa: E402  (the networks are defined once, with the goldens)


def load(folder, part):
    images = tutorial.normalize(tutorial.read_idx(folder, part + "-images-idx3-ubyte"))
    labels = tutorial.read_idx(folder, part + "-labels-idx1-ubyte").astype(np.int64)
    return images, torch.from_numpy(labels)


def train(model, folder, epochs):
    images, labels = load(folder, "train")
    optimizer = torch.optim.SGD(model.parameters(), lr=tutorial.LEARNING_RATE, momentum=tutorial.MOMENTUM)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images)).split(tutorial.BATCH):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        print(f"epoch {epoch + 1}: training loss {total / len(images):.4f}", file=sys.stderr)


def count_correct(model, folder):
    images, labels = load(folder, "t10k")
    model.eval()
    with torch.no_grad():
        found = torch.cat([model(part).argmax(1) for part in images.split(500)])
    return int((found == labels).sum()), len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=tutorial.MODELS)
    parser.add_argument("folder")
    parser.add_argument("--weights", metavar="FILE")
    parser.add_argument("--train", metavar="EPOCHS", type=int)
    parser.add_argument("--save", metavar="FILE")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    if (args.weights is None) == (args.train is None) or (args.train is None) != (args.save is None):
        parser.error("give either --weights FILE, or --train EPOCHS with --save FILE")

    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    model = tutorial.MODELS[args.model]()
    if args.weights:
        tensors, _ = tutorial.read_safetensors(args.weights)
        model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in tensors.items()}, strict=True)
    else:
        train(model, args.folder, args.train)
        tutorial.write_safetensors(args.save, {name: value.numpy() for name, value in model.state_dict().items()})
    correct, total = count_correct(model, args.folder)
    print(json.dumps({"model": args.model, "weights": args.weights or args.save, "correct": correct, "total": total,
                      "test_accuracy": correct / total, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
