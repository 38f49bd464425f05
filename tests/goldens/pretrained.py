"""Compares `lanewise predict NAME` with torchvision on random weights that torchvision writes under the names of its published files.

    python3 tests/goldens/pretrained.py dotnet PATH/Lanewise.Cli.dll

Needs Debian's python3-torchvision. The image has the size of the input, so that no resizing is compared. It writes nothing to the tree.
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import numpy
import torch
import torchvision
from PIL import Image

FILES = {
    "resnet18": "resnet18-f37072fd.pth",
    "resnet34": "resnet34-b627a593.pth",
    "resnet50": "resnet50-0676ba61.pth",
    "googlenet": "googlenet-1378be20.pth",
}

torch.manual_seed(3)
cache = tempfile.mkdtemp()
image = os.path.join(cache, "image.png")
small = numpy.random.default_rng(1).integers(0, 256, (14, 14, 3)).astype("uint8")
Image.fromarray(small).resize((224, 224), Image.BICUBIC).save(image)
pixels = torch.from_numpy(numpy.array(Image.open(image))).permute(2, 0, 1).float() / 255
normalize = torchvision.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])

for name, file in FILES.items():
    # As torchvision builds it for its published weights.
    options = {"transform_input": True, "init_weights": True} if name == "googlenet" else {}
    model = getattr(torchvision.models, name)(**options)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    folder = os.path.join(cache, "lanewise", "weights", name)
    os.makedirs(folder)
    path = os.path.join(folder, file)
    torch.save(model.state_dict(), path)
    with open(path, "rb") as stream:
        content = stream.read()
    record = {
        "name": name, "file": file, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "source": "random weights",
        "license": "BSD-3-Clause", "license_accepted": None, "fetched": "2026-11-29T00:00:00+00:00",
    }
    with open(os.path.join(folder, "weights.json"), "w") as stream:
        json.dump(record, stream)
    model.eval()
    with torch.no_grad():
        expected = model(normalize(pixels)[None])[0].numpy()
    result = subprocess.run(
        sys.argv[1:] + ["predict", name, image, "--crop-pct", "1", "--json"],
        env={**os.environ, "XDG_CACHE_HOME": cache, "LANEWISE_DATA": ""}, stdout=subprocess.PIPE, check=True)
    actual = numpy.array(json.loads(result.stdout)["predictions"][0]["logits"])
    difference = abs(actual - expected).max() / abs(expected).max()
    print(f"{name}: largest difference / largest logit {difference:.2g}")
    assert difference < 1e-5
