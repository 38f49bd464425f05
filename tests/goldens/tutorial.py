"""Writes the goldens of the two tutorial networks; README.md in this folder documents them.

    /usr/bin/python3 tests/goldens/tutorial.py FOLDER_OF_MNIST_RAW [FOLDER_TO_WRITE]
"""
import gzip
import json
import os
import struct
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

MEAN, STD = 0.1307, 0.3081
SEED, EXAMPLES, STEPS, BATCH = 1, 20, 10, 64
LEARNING_RATE, MOMENTUM = 0.01, 0.5
DTYPES = {"F32": np.float32, "F64": np.float64, "F16": np.float16, "I64": np.int64, "I32": np.int32, "U8": np.uint8}


class InceptionA(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        self.branch1x1 = nn.Conv2d(in_channels, 16, kernel_size=1)
        self.branch5x5_1 = nn.Conv2d(in_channels, 16, kernel_size=1)
        self.branch5x5_2 = nn.Conv2d(16, 24, kernel_size=5, padding=2)
        self.branch3x3_1 = nn.Conv2d(in_channels, 16, kernel_size=1)
        self.branch3x3_2 = nn.Conv2d(16, 24, kernel_size=3, padding=1)
        self.branch3x3_3 = nn.Conv2d(24, 24, kernel_size=3, padding=1)
        self.branch_pool = nn.Conv2d(in_channels, 24, kernel_size=1)

    def forward(self, x):
        one = self.branch1x1(x)
        five = self.branch5x5_2(self.branch5x5_1(x))
        three = self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(x)))
        pool = self.branch_pool(F.avg_pool2d(x, kernel_size=3, stride=1, padding=1))
        return torch.cat([one, five, three, pool], dim=1)


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.incep1 = InceptionA(10)
        self.conv2 = nn.Conv2d(88, 20, kernel_size=5)
        self.incep2 = InceptionA(20)
        self.fc = nn.Linear(1408, 10)

    def forward(self, x):
        x = self.incep1(F.relu(F.max_pool2d(self.conv1(x), 2)))
        x = self.incep2(F.relu(F.max_pool2d(self.conv2(x), 2)))
        return self.fc(x.flatten(1))


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)

    def forward(self, x):
        return F.relu(self.conv2(F.relu(self.conv1(x))) + x)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=5)
        self.rcblock1 = ResidualBlock(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=5)
        self.rcblock2 = ResidualBlock(32)
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        x = self.rcblock1(F.max_pool2d(F.relu(self.conv1(x)), 2))
        x = self.rcblock2(F.max_pool2d(F.relu(self.conv2(x)), 2))
        return self.fc(x.flatten(1))


MODELS = {"inception": Inception, "residual": Residual}
PARAMETERS = {"inception": 97_298, "residual": 41_514}
MACS = {
    "inception": 6_019_200,
    "residual": 24 * 24 * 16 * 25 + 2 * 12 * 12 * 16 * 144 + 8 * 8 * 32 * 400 + 2 * 4 * 4 * 32 * 288 + 512 * 10,
}


def write_safetensors(path, tensors, metadata=None):
    """Writes a dictionary of NumPy arrays as safetensors; the widest types first, so that every array is aligned."""
    names = {np.dtype(t): n for n, t in DTYPES.items()}
    header, blobs, at = ({"__metadata__": metadata} if metadata else {}), [], 0
    for name, array in sorted(tensors.items(), key=lambda item: -item[1].dtype.itemsize):
        blob = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_safetensors(path):
    """Reads a safetensors file as a dictionary of NumPy arrays, and its metadata."""
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack_from("<Q", content)[0]
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    metadata = header.pop("__metadata__", {})
    return {name: np.frombuffer(data[e["data_offsets"][0]:e["data_offsets"][1]], DTYPES[e["dtype"]]).reshape(e["shape"])
            for name, e in header.items()}, metadata


def read_idx(folder, name):
    """Reads an IDX file of bytes, gzipped or plain."""
    path = os.path.join(folder, name)
    with (open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz", "rb")) as file:
        content = file.read()
    sizes = struct.unpack_from(">%dI" % content[3], content, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(sizes)).reshape(sizes)


def normalize(images):
    """Normalizes bytes (N, 28, 28) → floats (N, 1, 28, 28), every step in float32."""
    scaled = torch.from_numpy(images.copy()).float().div(255)
    return scaled.sub(MEAN).div(STD).unsqueeze(1)


def count_macs(model):
    """Counts the MACs of convolutions and linear layers for one image."""
    total = []

    def hook(module, _, output):
        per_value = module.weight[0].numel()
        total.append(output[0].numel() * per_value)

    hooks = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    with torch.no_grad():
        model(torch.zeros(1, 1, 28, 28))
    for h in hooks:
        h.remove()
    return sum(total)


def create(name):
    """Creates the model with PyTorch's default initialization and the fixed seed."""
    torch.manual_seed(SEED)
    return MODELS[name]()


def one_pass(model, images, labels):
    """Computes logits, mean loss, and the gradients with respect to every parameter and the input."""
    model.zero_grad()
    images = images.clone().requires_grad_()
    logits = model(images)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    found = {"logits": logits.detach(), "loss": loss.detach(), "input_gradient": images.grad}
    found.update({"gradients." + n: p.grad.clone() for n, p in model.named_parameters()})
    return found


def ten_steps(model, images, labels):
    """Trains with SGD and momentum over the batches in order; returns the loss before each step."""
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
    losses = []
    for step in range(STEPS):
        part = slice(step * BATCH, (step + 1) * BATCH)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[part]), labels[part])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return torch.tensor(losses)


def relative_difference(a, b):
    """Computes the largest difference, relative to the largest magnitude of the tensor."""
    return ((a.double() - b.double()).abs().max() / b.double().abs().max()).item()


def make(name, images, labels, folder):
    model = create(name)
    macs = count_macs(model)
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[name]
    assert macs == MACS[name]
    tensors = {"weights." + n: p.detach().clone() for n, p in model.named_parameters()}
    inputs, targets = normalize(images[:EXAMPLES]), labels[:EXAMPLES]
    single = one_pass(model, inputs, targets)
    double_model = create(name).double()
    double = one_pass(double_model, inputs.double(), targets)
    noise = {key: relative_difference(single[key], double[key]) for key in single}

    tensors.update(single, input=inputs, labels=targets, train_images=torch.from_numpy(images.copy()), train_labels=labels)
    tensors["train_losses"] = ten_steps(model, normalize(images), labels)
    exact = ten_steps(double_model, normalize(images).double(), labels)
    noise["train_losses"] = relative_difference(tensors["train_losses"], exact)
    tensors.update({"trained." + n: p.detach() for n, p in model.named_parameters()})
    noise.update({"trained." + n: relative_difference(tensors["trained." + n], p.detach())
                  for n, p in double_model.named_parameters()})

    path = os.path.join(folder, name + ".safetensors")
    arrays = {key: value.numpy() for key, value in tensors.items()}
    write_safetensors(path, arrays, {"made_by": f"tutorial.py, PyTorch {torch.__version__}", "model": name})
    assert all(np.array_equal(arrays[key], value) for key, value in read_safetensors(path)[0].items())
    report(name, macs, os.path.getsize(path), single["loss"], tensors["train_losses"], noise)


def report(name, macs, size, loss, losses, noise):
    print(f"{name}: {PARAMETERS[name]:,} parameters, {macs:,} MACs, {size:,} bytes")
    print(f"  loss {loss:.7f}; ten steps", " ".join(f"{x:.6f}" for x in losses.tolist()))
    for prefix in ("logits", "loss", "input_gradient", "gradients.", "train_losses", "trained."):
        worst = max((k for k in noise if k.startswith(prefix)), key=noise.get)
        print(f"  float32 against float64, {prefix:15} {noise[worst]:.1e} (worst: {worst})")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    torch.set_num_threads(1)
    count = STEPS * BATCH
    images = read_idx(sys.argv[1], "train-images-idx3-ubyte")[:count]
    labels = torch.from_numpy(read_idx(sys.argv[1], "train-labels-idx1-ubyte")[:count].astype(np.int64))
    folder = sys.argv[2] if len(sys.argv) == 3 else os.path.dirname(os.path.abspath(__file__))
    for name in MODELS:
        make(name, images, labels, folder)


if __name__ == "__main__":
    main()
