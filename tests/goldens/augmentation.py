"""Writes an image and what torchvision's transforms make of it, in colour and in grey; README.md in this folder documents them.

    /usr/bin/python3 tests/goldens/augmentation.py [FOLDER_TO_WRITE]
"""
import math
import os
import sys

import numpy as np
from PIL import Image, ImageOps
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

BILINEAR = InterpolationMode.BILINEAR
FILL = (120, 60, 200)


def solarize_add(image, add, threshold=128):
    """timm's solarize_add; the other operations of its RandAugment are those of torchvision and Pillow."""
    lut = [min(255, i + add) if i < threshold else i for i in range(256)]
    return image.point(lut * len(image.getbands()))


def fill(image):
    return FILL if image.mode == "RGB" else (FILL[0],)


def affine(image, degrees=0, translate=(0, 0), scale=1.0, shear=(0.0, 0.0), center=None, filled=False):
    return F.affine(
        image, degrees, list(translate), scale, list(shear), interpolation=BILINEAR, fill=fill(image) if filled else None, center=center)


def skew(image, matrix):
    """The affine transforms of timm, by Pillow's matrix."""
    return image.transform(image.size, Image.AFFINE, matrix, resample=Image.BILINEAR, fillcolor=FILL if image.mode == "RGB" else FILL[0])


CASES = [
    lambda i: F.hflip(i),
    lambda i: F.vflip(i),
    lambda i: F.crop(i, -3, 2, i.height, i.width),
    lambda i: F.resized_crop(i, 5, 7, 37, 41, (48, 64), BILINEAR),
    lambda i: affine(i, 10, (2, -3), 0.9, (5.0, 0.0)),
    lambda i: affine(i, -137, (0.4, 5.3), 1.3, (-20.0, 11.0)),
    lambda i: F.rotate(i, 30, BILINEAR, fill=fill(i)),
    lambda i: affine(i, shear=(math.degrees(math.atan(0.3)), 0.0), center=[0, 0], filled=True),
    lambda i: skew(i, (1, 0, 0, -0.25, 1, 0)),
    lambda i: skew(i, (1, 0, -12.7, 0, 1, 0)),
    lambda i: affine(i, translate=(0, -7), filled=True),
    lambda i: F.adjust_brightness(i, 0.6),
    lambda i: F.adjust_brightness(i, 1.7),
    lambda i: F.adjust_contrast(i, 0.4),
    lambda i: F.adjust_contrast(i, 1.9),
    lambda i: F.adjust_saturation(i, 0.3),
    lambda i: F.adjust_saturation(i, 1.8),
    lambda i: F.adjust_hue(i, 0.2),
    lambda i: F.adjust_hue(i, -0.45),
    lambda i: F.adjust_sharpness(i, 0.1),
    lambda i: F.adjust_sharpness(i, 1.9),
    lambda i: F.posterize(i, 3),
    lambda i: ImageOps.posterize(i, 0),
    lambda i: F.solarize(i, 100.5),
    lambda i: solarize_add(i, 90),
    lambda i: F.autocontrast(i),
    lambda i: F.equalize(i),
    lambda i: F.invert(i),
]


def strip(image):
    return Image.fromarray(np.concatenate([np.array(image)] + [np.array(case(image)) for case in CASES]))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    folder = sys.argv[1] if len(sys.argv) > 1 else here
    image = Image.open(os.path.join(here, "photograph.png")).convert("RGB").crop((88, 72, 216, 168)).resize((64, 48), Image.BICUBIC)
    strip(image).save(os.path.join(folder, "augmentation.png"), optimize=True)
    strip(image.convert("L")).save(os.path.join(folder, "augmentation-grey.png"), optimize=True)


if __name__ == "__main__":
    main()
