"""Writes the goldens of Grad-CAM, branches and blocks; README.md in this folder documents them.

    /usr/bin/python3 tests/goldens/explain.py [FOLDER_TO_WRITE]

It reads the trained weights and the images of inception.safetensors and residual.safetensors.
"""
import copy
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F

from tutorial import MODELS, read_safetensors, relative_difference, write_safetensors

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGES = 4
# The class that is explained in addition to the most likely one.
OTHER = 0
LAYERS = {"inception": ["incep1", "incep2"], "residual": ["rcblock1", "rcblock2"]}
BRANCHES = ["branch1x1", "branch5x5_2", "branch3x3_3", "branch_pool"]


def load(name, dtype):
    """Loads the trained model, its images and its labels."""
    golden, _ = read_safetensors(os.path.join(HERE, name + ".safetensors"))
    model = MODELS[name]().to(dtype)
    model.load_state_dict({n: torch.from_numpy(golden["trained." + n].copy()) for n in model.state_dict()})
    return model, torch.from_numpy(golden["input"].copy()).to(dtype), torch.from_numpy(golden["labels"].copy())


def grad_cam(model, layer, images, target):
    """Computes Grad-CAM: ReLU of the sum of the layer's channels, each weighted by its mean gradient of the class's logit."""
    kept = []
    hook = getattr(model, layer).register_forward_hook(lambda _, __, y: kept.append(y))
    logits = model(images)
    hook.remove()
    classes = logits.argmax(1) if target is None else torch.full((len(images),), target)
    gradient, = torch.autograd.grad(logits.gather(1, classes[:, None]).sum(), kept[0])
    return F.relu((gradient.mean((2, 3), keepdim=True) * kept[0]).sum(1)).detach()


def resize(maps):
    scaled = maps / maps.amax((1, 2), keepdim=True).clamp_min(torch.finfo(maps.dtype).tiny)
    return F.interpolate(scaled[:, None], (28, 28), mode="bilinear", align_corners=False)[:, 0]


def zeroed(model, path):
    """Copies the model and sets the output of the layer at that path to zero."""
    model = copy.deepcopy(model)
    layer = model.get_submodule(path)
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.zero_()
    return model


def outputs_of(model, paths, images):
    """Gets the outputs and the inputs of the modules at those paths."""
    found = {}
    hooks = [model.get_submodule(p).register_forward_hook(lambda _, x, y, p=p: found.update({p: (x[0], y)})) for p in paths]
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()
    return found


def branches(model, images):
    tensors = {}
    for module in LAYERS["inception"]:
        paths = [f"{module}.{branch}" for branch in BRANCHES]
        for path in paths:
            tensors[f"without.{path}"] = zeroed(model, path)(images).detach()
        energies = torch.stack([y.double().square().sum() for _, y in outputs_of(model, paths, images).values()])
        tensors[f"energy.{module}"] = energies / energies.sum()
    return tensors


def blocks(model, images):
    tensors = {}
    for block in LAYERS["residual"]:
        found = outputs_of(model, [block, block + ".conv2"], images)
        shortcut, residual = found[block][0].double(), found[block + ".conv2"][1].double()
        tensors[f"without.{block}"] = zeroed(model, block + ".conv2")(images).detach()
        rms = [x.square().mean().sqrt() for x in (residual, shortcut)]
        tensors[f"block.{block}"] = torch.stack([*rms, F.cosine_similarity(residual.flatten(), shortcut.flatten(), 0)])
    return tensors


def compute(name, dtype):
    model, images, labels = load(name, dtype)
    tensors = {}
    for layer in LAYERS[name]:
        for target in (None, OTHER):
            maps = grad_cam(model, layer, images[:IMAGES], target)
            tensors[f"grad_cam.{layer}.{'likeliest' if target is None else target}"] = maps
    tensors["resized"] = resize(tensors[f"grad_cam.{LAYERS[name][-1]}.likeliest"])
    tensors.update(branches(model, images) if name == "inception" else blocks(model, images))
    for key in [k for k in tensors if k.startswith("without.")]:
        tensors["accuracy_" + key] = (tensors[key].argmax(1) == labels).double().mean()
    return tensors


def main():
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    folder = sys.argv[1] if len(sys.argv) == 2 else HERE
    for name in MODELS:
        tensors, exact = compute(name, torch.float32), compute(name, torch.float64)
        path = os.path.join(folder, f"explain-{name}.safetensors")
        arrays = {key: value.numpy().astype(np.float32) for key, value in tensors.items()}
        write_safetensors(path, arrays, {"made_by": f"explain.py, PyTorch {torch.__version__}", "model": name})
        print(f"{name}: {os.path.getsize(path):,} bytes")
        for key, value in tensors.items():
            print(f"  {key:32} {str(list(value.shape)):14} float32 against float64 {relative_difference(value, exact[key]):.1e}  largest {value.abs().max():.4g}")


if __name__ == "__main__":
    main()
