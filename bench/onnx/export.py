"""Writes the networks as ONNX files with random weights, for bench/compare.sh and Lanewise.OnnxPeer.

    /usr/bin/python3 bench/onnx/export.py FOLDER [MODEL...]

Needs PyTorch and torchvision; made with 1.13 and 0.14. Opset 13, evaluation mode, the first axis is the batch.
The number of parameters goes into the metadata; the file has fewer where the exporter folds batch norm into the convolutions.
"""
import os
import sys
import warnings

import torch

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "goldens"))
import tutorial  # noqa: E402  (the networks are defined once, with the goldens)
import families  # noqa: E402

SHAPES = {
    "inception": (1, 28, 28), "residual": (1, 28, 28), "resnet20": (3, 32, 32),
    "resnet18": (3, 224, 224), "resnet50": (3, 224, 224), "googlenet": (3, 224, 224),
}


def create(name):
    if name in tutorial.MODELS:
        return tutorial.create(name)
    return families.create(name, 10 if name == "resnet20" else 1000, auxiliary=False)


def field(number, content):
    """Encodes a length-delimited field of a protocol buffer whose number and length take one byte each."""
    assert number < 16 and len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


def export(name, folder):
    model = create(name).eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            # If all were zero, the folded biases would be equal, and the exporter keeps one of them only.
            torch.nn.init.normal_(module.bias, std=0.1)
    path = os.path.join(folder, name + ".onnx")
    # Two images: a batch of one could be exported as a constant.
    torch.onnx.export(
        model, torch.rand(2, *SHAPES[name]), path, opset_version=13,
        input_names=["images"], output_names=["logits"], dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}})
    count = sum(p.numel() for p in model.parameters())
    with open(path, "ab") as file:
        # Messages of a protocol buffer merge when appended: field 14 is ModelProto's metadata_props, of key (1) and value (2).
        file.write(field(14, field(1, b"parameters") + field(2, str(count).encode())))
    print(f"{path}: {count:,} parameters")


def main():
    folder, names = sys.argv[1:2], sys.argv[2:] or list(SHAPES)
    if not folder or set(names) - set(SHAPES):
        sys.exit(__doc__ + "\nMODEL is one of " + ", ".join(SHAPES) + ".")
    warnings.filterwarnings("ignore")
    torch.manual_seed(tutorial.SEED)
    os.makedirs(folder[0], exist_ok=True)
    for name in names:
        export(name, folder[0])


if __name__ == "__main__":
    main()
