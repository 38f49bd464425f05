"""Writes small weights files as people have them: beside objects of other classes, under prefixes, in several sets, repacked.

    /usr/bin/python3 tests/goldens/weights_files.py [FOLDER_TO_WRITE]
"""
import argparse
import gzip
import io
import json
import os
import pathlib
import sys
import types
import zipfile
from collections import OrderedDict, defaultdict

import numpy as np
import torch
from torch import nn

SEED = 3
STAMP = (2024, 1, 1, 0, 0, 0)


def network():
    """Creates the network of all files: the same names as in pytorch-network.safetensors."""
    return nn.Sequential(OrderedDict(conv=nn.Conv2d(1, 4, 3), bn=nn.BatchNorm2d(4), fc=nn.Linear(4, 10)))


def module_class(module, name, base=object):
    """Makes a class of another package, so that a pickle names it."""
    made = type(name, (base,), {"__module__": module})
    parts = module.split(".")
    for i in range(len(parts)):
        sys.modules.setdefault(".".join(parts[:i + 1]), types.ModuleType(parts[i]))
    setattr(sys.modules[module], name, made)
    return made


def omegaconf():
    """Makes a configuration with the classes and the state that OmegaConf pickles."""
    config = module_class("omegaconf.dictconfig", "DictConfig")()
    node = module_class("omegaconf.nodes", "AnyNode")()
    metadata = module_class("omegaconf.base", "ContainerMetadata")()
    metadata.__dict__.update(ref_type=None, object_type=dict, optional=True, key=None)
    node.__dict__.update(_metadata=metadata, _val=0.1)
    config.__dict__.update(_metadata=metadata, _parent=None, _content={"lr": node, "self": [config]})
    return config


def objects():
    """Creates what lies beside weights: every kind of object that trainers were seen to save."""
    module_class("torchvision.transforms", "Compose")
    schedule = module_class("timm.scheduler.cosine_lr", "CosineLRScheduler")()
    schedule.__dict__.update(base=np.float32(0.5), table=np.linspace(0, 1, 3))
    counts = module_class("train.metrics", "Counts", dict)()
    counts["a"] = 1
    history = module_class("train.metrics", "History", list)()
    history.append(np.float64(0.25))
    return {
        "best_acc": np.float64(0.9), "epoch": np.int64(3), "losses": np.array([1.0, 2.0]), "names": np.array(["a", "b"], dtype=object),
        "args": argparse.Namespace(data=pathlib.PurePosixPath("data"), lr=0.1, device=torch.device("cpu")),
        "config": omegaconf(), "scheduler": schedule, "counts": counts, "history": history, "seen": {1, 2}, "frozen": frozenset([3]),
        "log": defaultdict(list, {"loss": [1.0]}), "rng": torch.get_rng_state()[:8], "raw": b"\x00\xff", "complex": 1 + 2j,
        "big": 1 << 80, "act": torch.nn.functional.relu, "loss": nn.CrossEntropyLoss(weight=torch.ones(2)),
    }


def save(folder, name, content, legacy=False, **options):
    torch.save(content, os.path.join(folder, name), _use_new_zipfile_serialization=not legacy, **options)


def prefixed(state, prefix):
    return OrderedDict((prefix + name, value) for name, value in state.items())


def rezip(source, target, folder, compression, backslash=False):
    """Packs an archive again, under another folder or none."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            name = folder + entry.filename.split("/", 1)[1]
            info = zipfile.ZipInfo(name.replace("/", "\\") if backslash else name, STAMP)
            info.compress_type = compression
            new.writestr(info, old.read(entry))


def unpack(source, folder):
    with zipfile.ZipFile(source) as old:
        for entry in old.infolist():
            path = os.path.join(folder, entry.filename.split("/", 1)[1])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(old.read(entry))


def cifar_resnet(shortcut):
    """Creates the names of a ResNet for CIFAR with projections as shortcuts; one block a stage, few channels."""
    state = OrderedDict([("conv1.weight", torch.zeros(16, 3, 3, 3)), ("bn1.weight", torch.ones(16))])
    for stage in (1, 2, 3):
        state[f"layer{stage}.0.conv1.weight"] = torch.zeros(1, 1, 3, 3)
        if stage > 1:
            state[f"layer{stage}.0.{shortcut}.0.weight"] = torch.zeros(1, 1, 1, 1)
    return state


def stem_resnet(deep):
    """Creates the names of a ResNet of four stages that begins with 3x3 convolutions."""
    state = OrderedDict()
    for name in ("conv1.0.weight", "conv1.3.weight", "conv1.6.weight") if deep else ("conv1.weight",):
        state[name] = torch.zeros(2, 3, 3, 3)
    for stage in (1, 2, 3, 4):
        state[f"layer{stage}.0.conv1.weight"] = torch.zeros(1, 1, 3, 3)
    state["linear.weight"] = torch.zeros(10, 4)
    return state


def write_foreign(folder):
    """Writes the beginnings of files that are not weights."""
    with zipfile.ZipFile(os.path.join(folder, "keras.keras"), "w") as archive:
        for name, content in (("metadata.json", "{}"), ("config.json", "{}"), ("model.weights.h5", "\x89HDF")):
            archive.writestr(zipfile.ZipInfo(name, STAMP), content)
    np.savez(os.path.join(folder, "arrays.npz"), w=np.zeros(2, np.float32))
    texts = {
        "pointer.pth": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 44730640\n",
        "page.pth": b"\n  <!DOCTYPE html><html><title>Quota exceeded</title></html>",
        "index.json": json.dumps({"metadata": {}, "weight_map": {"fc.weight": "model-1.safetensors"}}).encode(),
        "hdf5.h5": b"\x89HDF\r\n\x1a\n" + bytes(8),
        "graph.pb": b"\x08\x01\x12\x10",
    }
    texts["page-gzip.pth"] = gzip.compress(texts["page.pth"], mtime=0)
    for name, content in texts.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)


def main(folder):
    torch.manual_seed(SEED)
    model = network()
    state = model.state_dict()
    other = OrderedDict((name, value + 1) for name, value in state.items())
    plain = os.path.join(folder, "plain.pth")
    save(folder, "plain.pth", state)
    for legacy, kind in ((False, "zip"), (True, "legacy")):
        save(folder, f"objects-{kind}.pth", {**objects(), "state_dict": state}, legacy)
    save(folder, "objects-protocol4.pth", {**objects(), "state_dict": state}, pickle_protocol=4)
    save(folder, "prefixes.pth", prefixed(state, "module._orig_mod.model.net.backbone."))
    save(folder, "sets.pth", {
        "optimizer": {"state": {0: {"step": torch.tensor(1.0)}}}, "state_dict": state, "state_dict_ema": prefixed(other, "module."),
        "ema": {"decay": 0.9, "shadow.v2": other}, "config": omegaconf()})
    save(folder, "unusual-sets.pth", {"generator": state, "discriminator": other})
    save(folder, "only-set.pth", {"student": prefixed(state, "model."), "epoch": 1})
    save(folder, "whole.pth", {"model": nn.Sequential(OrderedDict(fc=nn.Linear(1, 1))), "epoch": 1})
    save(folder, "quantized.pth", {
        "fc.weight": torch.quantize_per_tensor(torch.ones(2, 2), 0.1, 0, torch.qint8), "fc.bias": torch.zeros(2)})
    save(folder, "complex.pth", {"fc.weight": torch.ones(2, 2, dtype=torch.complex64), "fc.bias": torch.zeros(2)})
    save(folder, "option-b.pth", cifar_resnet("shortcut"))
    save(folder, "stem.pth", stem_resnet(deep=False))
    save(folder, "deep-stem.pth", stem_resnet(deep=True))
    rezip(plain, os.path.join(folder, "rezipped.pth"), "another name/", zipfile.ZIP_DEFLATED)
    rezip(plain, os.path.join(folder, "flat.pth"), "", zipfile.ZIP_DEFLATED)
    rezip(plain, os.path.join(folder, "backslash.pth"), "deep/er/", zipfile.ZIP_STORED, backslash=True)
    unpack(plain, os.path.join(folder, "unpacked"))
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(nn.Linear(2, 1)), script)
    rezip(script, os.path.join(folder, "script.pt"), "script/", zipfile.ZIP_DEFLATED)
    write_foreign(folder)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "weights"))
