"""Writes the images that the tests read, and one preprocessed by torchvision; README.md in this folder documents them.

    /usr/bin/python3 tests/goldens/images.py [FOLDER_TO_WRITE]
"""
import os
import sys

import numpy as np
import torchvision
from PIL import Image
from torchvision import transforms

from tutorial import write_safetensors

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
STEP = 7


def photograph(width=333, height=251):
    """Draws gradients, discs and fine stripes, to cover low and high frequencies."""
    y, x = np.mgrid[0:height, 0:width]
    red = (x * 255 // width + 40 * ((x // 3) % 2)) % 256
    green = np.where((x - 120) ** 2 + (y - 90) ** 2 < 70 ** 2, 230, y * 200 // height)
    blue = np.where((x + y) % 5 < 2, 20, 180) * (y > height // 2) + (x * y // 300) % 256 * (y <= height // 2)
    return Image.fromarray(np.stack([red, green, blue], axis=2).astype(np.uint8))


def evaluation(image, interpolation=transforms.InterpolationMode.BILINEAR):
    fit = transforms.Compose([
        transforms.Resize(256, interpolation), transforms.CenterCrop(224), transforms.ToTensor(), transforms.Normalize(MEAN, STD)])
    return fit(image).numpy()[:, ::STEP, ::STEP].copy()


def four_colours():
    """Draws quarters of cyan, magenta, yellow and dark grey, in CMYK."""
    inks = Image.new("CMYK", (64, 64))
    for i, ink in enumerate([(255, 0, 0, 0), (0, 255, 0, 0), (0, 0, 255, 0), (0, 0, 0, 200)]):
        inks.paste(ink, (32 * (i % 2), 32 * (i // 2), 32 * (i % 2) + 32, 32 * (i // 2) + 32))
    return inks


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    image = photograph()
    image.save(os.path.join(folder, "photograph.png"), optimize=True)
    made_by = f"torchvision {torchvision.__version__}, Pillow {Image.__version__}"
    write_safetensors(os.path.join(folder, "photograph.safetensors"), {"every_seventh": evaluation(image)}, {"made_by": made_by})
    bicubic = {"every_seventh": evaluation(image, transforms.InterpolationMode.BICUBIC)}
    write_safetensors(os.path.join(folder, "photograph-bicubic.safetensors"), bicubic, {"made_by": made_by})
    four_colours().save(os.path.join(folder, "cmyk.jpg"), quality=95)


if __name__ == "__main__":
    main()
