"""Writes the goldens of the families; README.md in this folder documents them.

    /usr/bin/python3 tests/goldens/families.py [FOLDER_TO_WRITE]
"""
import os
import sys
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torchvision import models

from tutorial import read_safetensors, write_safetensors
from cifar import CifarResNet
from cntk import CntkResNet

STEPS, LEARNING_RATE, MOMENTUM, AUXILIARY_WEIGHT, SAMPLES = 3, 0.001, 0.9, 0.3, 64
CLASSES, BATCH = 10, 4
LOGITS = {"googlenet": False, "resnet18": None, "resnet50": None, "resnet18-cntk": None}
TRAINED = {"googlenet": 64, "resnet18": 64, "resnet50": 64, "resnet18-cntk": 64, "resnet20": 12}


def create(name, classes, auxiliary=True):
    if name == "googlenet":
        return models.googlenet(weights=None, aux_logits=auxiliary, init_weights=False, num_classes=classes)
    if name == "resnet20":
        return CifarResNet(20, classes=classes)
    if name == "resnet18-cntk":
        return CntkResNet(classes=classes)
    return getattr(models, name)(weights=None, num_classes=classes)


def random_bits(name, count):
    """Generates SplitMix64 values, seeded with the FNV-1a hash of a name."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, count + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(name, count):
    """Generates float32 values in [0, 1) with 24 bits."""
    return (random_bits(name, count) >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)


def signed(name, count):
    """Generates values in [-1, 1)."""
    return uniform(name, count) * np.float32(2) - np.float32(1)


def value_of(name, shape):
    """Computes an entry of a state dict from its name, so that no weights need to be stored."""
    count = int(np.prod(shape, dtype=np.int64))
    if len(shape) > 1:
        values = signed(name, count) * np.float32(np.sqrt(6 / np.prod(shape[1:], dtype=np.int64)))
    elif name.endswith("num_batches_tracked"):
        values = np.zeros(1, np.float32)
    elif name.endswith("running_mean"):
        values = signed(name, count) * np.float32(0.1)
    else:
        # Batch norm's outputs are mostly positive. Otherwise deep networks of random weights are chaotic, and gradients cannot be compared.
        least, most = (0.25, 0.75) if name.endswith("weight") else (0.8, 1.2) if name.endswith("bias") else (0.5, 1.5)
        values = uniform(name, count) * np.float32(most - least) + np.float32(least)
    return torch.from_numpy(values.reshape(shape))


def fill(model):
    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.copy_(value_of(name, tuple(value.shape)))
    return model


def input_images(count, side):
    return torch.from_numpy(signed("pictures", count * 3 * side * side).reshape(count, 3, side, side))


def digest(name, value):
    """Computes the norm, the largest magnitude, two projections on sign vectors, and up to 64 evenly spaced values."""
    values = value.detach().double().numpy().ravel()
    signs = [np.where(random_bits(f"{name}.{i}", values.size) >> np.uint64(63), 1.0, -1.0) for i in (1, 2)]
    stride = -(-values.size // SAMPLES)
    return np.array([np.linalg.norm(values), np.abs(values).max(), *(s @ values for s in signs), *values[::stride]])


def logits(name, auxiliary, dtype):
    model = fill(create(name, 1000, auxiliary)).to(dtype).eval()
    with torch.no_grad():
        return {"logits": model(input_images(2, 224).to(dtype)).numpy()}


def train(name, side, dtype):
    """Trains three steps with SGD, batch norm in training mode and dropout off."""
    model = fill(create(name, CLASSES)).to(dtype).train()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    images, labels = input_images(BATCH, side).to(dtype), torch.arange(BATCH) % CLASSES
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
    found, losses = {}, []
    for step in range(STEPS):
        optimizer.zero_grad()
        out = model(images)
        main, *auxiliary = [F.cross_entropy(o, labels) for o in ([out.logits, out.aux_logits1, out.aux_logits2] if name == "googlenet" else [out])]
        loss = main + AUXILIARY_WEIGHT * sum(auxiliary)
        loss.backward()
        if step == 0:
            found.update({f"gradients.{n}": digest(n, p.grad) for n, p in model.named_parameters()})
        optimizer.step()
        losses.append(loss.item())
    found.update(losses=np.array(losses))
    found.update({f"trained.{n}": digest(n, b) for n, b in model.named_buffers() if not n.endswith("num_batches_tracked")})
    return found


def difference(key, a, b):
    """Computes the largest difference relative to the largest magnitude; a digest's norm and projections relative to the norm."""
    if "." not in key:
        return np.abs(a[key] - b[key]).max() / np.abs(b[key]).max()
    # The gradient of a bias may cancel almost completely; it is compared relative to that of its layer's weight.
    pair = [b[k] for k in (key, key.replace(".bias", ".weight"))]
    norm, largest = max(p[0] for p in pair), max(p[1] for p in pair)
    scale = np.where(np.isin(np.arange(a[key].size), [0, 2, 3]), norm, largest)
    return np.max(np.abs(a[key] - b[key]) / scale)


def make(name, folder):
    def compute(dtype):
        found = logits(name, LOGITS[name], dtype) if name in LOGITS else {}
        return {**found, **train(name, TRAINED[name], dtype)}

    exact, single = compute(torch.float64), compute(torch.float32)
    arrays = {key: value.astype(np.float32) for key, value in exact.items()}
    path = os.path.join(folder, f"family-{name}.safetensors")
    write_safetensors(path, arrays, {"made_by": f"families.py, PyTorch {torch.__version__}", "model": name, "side": str(TRAINED[name])})
    assert all(np.array_equal(arrays[key], value) for key, value in read_safetensors(path)[0].items())
    print(f"{name}: {os.path.getsize(path):,} bytes, losses", *(f"{x:.6f}" for x in exact["losses"]))
    for prefix in ("logits", "gradients.", "losses", "trained."):
        noise = {k: difference(k, single, exact) for k in exact if k.startswith(prefix)}
        if noise:
            worst = max(noise, key=noise.get)
            print(f"  float32 against float64, {prefix:11} {noise[worst]:.1e} (worst: {worst})")


def main():
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    folder = sys.argv[1] if len(sys.argv) == 2 else os.path.dirname(os.path.abspath(__file__))
    for name in TRAINED:
        make(name, folder)


if __name__ == "__main__":
    main()
