"""Writes the names and shapes of the families' state dicts; README.md in this folder documents them.

    /usr/bin/python3 tests/goldens/names.py [FOLDER_TO_WRITE]
"""
import os
import sys
import warnings

from torchvision import models

from cifar import CifarResNet
from cntk import CntkResNet

MODELS = {
    "googlenet": lambda: models.googlenet(weights=None, aux_logits=True, init_weights=False),
    "resnet18": lambda: models.resnet18(weights=None),
    "resnet50": lambda: models.resnet50(weights=None),
    "resnet18-cntk": lambda: CntkResNet(),
    "resnet20": lambda: CifarResNet(20),
    "plain20": lambda: CifarResNet(20, shortcuts=False),
}


def main():
    warnings.simplefilter("ignore")
    folder = sys.argv[1] if len(sys.argv) == 2 else os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "names.txt"), "w", encoding="utf-8") as file:
        for model, create in MODELS.items():
            for name, value in create().state_dict().items():
                file.write(f"{model} {name} {'×'.join(map(str, value.shape)) or 'scalar'}\n")


if __name__ == "__main__":
    main()
