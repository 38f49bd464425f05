"""Writes small checkpoints in both formats of torch.save, and the same values as safetensors.

    /usr/bin/python3 tests/goldens/pytorch_files.py [FOLDER_TO_WRITE]
"""
import json
import os
import struct
import sys
from collections import OrderedDict

import torch
from torch import nn

SEED = 1
NAMES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}


def network():
    """Creates a network with every kind of entry: weights, biases, running statistics, a scalar count."""
    return nn.Sequential(OrderedDict(conv=nn.Conv2d(1, 4, 3), bn=nn.BatchNorm2d(4), fc=nn.Linear(4, 10)))


def views():
    """Creates tensors of every dtype, and views of every kind."""
    base = torch.randn(4, 6)
    tensors = OrderedDict((NAMES[dtype].lower(), torch.linspace(-3, 3, 7).to(dtype)) for dtype in NAMES)
    tensors.update(
        whole=base, transposed=base.t(), rows=base[1:3], columns=base[:, ::2], corner=base[1:, 1:4].t(), diagonal=base.diagonal(),
        expanded=torch.tensor([1.5, -2.5]).expand(3, 2), channels_last=torch.randn(2, 3, 2, 2).to(memory_format=torch.channels_last),
        scalar=torch.tensor(2.5), empty=torch.empty(0, 3), one=torch.ones(1, 1, 1), parameter=nn.Parameter(torch.randn(3)))
    return tensors


def write_safetensors(path, tensors):
    """Writes safetensors in the order of the state dict; PyTorch has no writer for them."""
    header, data = {}, b""
    for name, tensor in tensors.items():
        tensor = tensor.detach().contiguous()
        raw = (tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor).numpy().tobytes()
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main(folder):
    torch.manual_seed(SEED)
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(2):
        optimizer.zero_grad()
        model.fc(model.bn(model.conv(torch.randn(3, 1, 3, 3))).flatten(1)).square().mean().backward()
        optimizer.step()
    state = model.state_dict()
    wrapped = {"epoch": 2, "arch": "small", "best": torch.tensor(0.5), "args": {"lr": [0.1, None, True]},
               "optimizer": optimizer.state_dict(), "state_dict": OrderedDict(("module." + name, value) for name, value in state.items())}
    parameters = {"net": dict(model.named_parameters()), "device": torch.device("cpu"), "size": torch.Size([1, 2])}
    variety = views()
    for kind, zipped in (("zip.pth", True), ("legacy.pth", False)):
        for name, content in (("network", state), ("wrapped", wrapped), ("parameters", parameters), ("views", variety)):
            torch.save(content, os.path.join(folder, f"pytorch-{name}-{kind}"), _use_new_zipfile_serialization=zipped)
    torch.save(state, os.path.join(folder, "pytorch-network-protocol4.pth"), pickle_protocol=4)
    torch.save(model, os.path.join(folder, "pytorch-module-zip.pth"))
    write_safetensors(os.path.join(folder, "pytorch-network.safetensors"), state)
    write_safetensors(os.path.join(folder, "pytorch-views.safetensors"), variety)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))
