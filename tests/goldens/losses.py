"""Writes the golden of the cross-entropy of soft targets; README.md in this folder documents it.

    /usr/bin/python3 tests/goldens/losses.py [FOLDER_TO_WRITE]
"""
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F

import tutorial

IMAGES, CLASSES, SMOOTHING = 19, 5, 0.1


def cases(labels, mixed, weights):
    """Gets target, weights and smoothing of each case."""
    return {
        "labels": (labels, None, 0.0),
        "smoothing": (labels, None, SMOOTHING),
        "weights": (labels, weights, 0.0),
        "weights_smoothing": (labels, weights, SMOOTHING),
        "mixed": (mixed, None, 0.0),
        "mixed_smoothing": (mixed, None, SMOOTHING),
        "mixed_weights": (mixed, weights, 0.0),
        "mixed_weights_smoothing": (mixed, weights, SMOOTHING),
    }


def main():
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    torch.manual_seed(1)
    logits = (torch.randn(IMAGES, CLASSES) * 3).float()
    labels, others = torch.randint(CLASSES, (IMAGES,)), torch.randint(CLASSES, (IMAGES,))
    shares = torch.rand(IMAGES).float() * 0.5 + 0.5
    weights = torch.rand(CLASSES).float() * 3 + 0.2
    one, other = F.one_hot(labels, CLASSES).double(), F.one_hot(others, CLASSES).double()
    mixed = one * shares.double()[:, None] + other * (1 - shares.double())[:, None]
    tensors = {"logits": logits, "labels": labels, "others": others, "shares": shares, "weights": weights}
    for name, (target, weight, smoothing) in cases(labels, mixed, weights.double()).items():
        z = logits.double().requires_grad_()
        loss = F.cross_entropy(z, target, weight=weight, label_smoothing=smoothing)
        loss.backward()
        tensors["loss." + name], tensors["gradient." + name] = loss.detach(), z.grad
        print(name, loss.item())
    path = os.path.join(sys.argv[1] if len(sys.argv) == 2 else os.path.dirname(os.path.abspath(__file__)), "losses.safetensors")
    arrays = {key: value.numpy() for key, value in tensors.items()}
    tutorial.write_safetensors(path, arrays, {"made_by": f"losses.py, PyTorch {torch.__version__}"})
    assert all(np.array_equal(arrays[key], value) for key, value in tutorial.read_safetensors(path)[0].items())


if __name__ == "__main__":
    main()
