"""Classifies image files with ONNX Runtime: python classify.py photos.onnx cat.jpg dog.jpg

The model is written by: lanewise export runs/resnet18-1 photos.onnx --input uint8 --probabilities
Needs the packages onnxruntime, numpy and pillow.
"""

import json
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def prepare(path, channels, height, width, crop_pct):
    """Returns the center of an image as bytes (channels, height, width), as torchvision's Resize and CenterCrop give it."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    columns, rows = int(width / crop_pct + 1e-4), int(height / crop_pct + 1e-4)  # before the crop: 256 for 224 at 0.875
    if image.width * rows <= image.height * columns:
        rows = columns * image.height // image.width
    else:
        columns = rows * image.width // image.height
    left, top = round((columns - width) / 2), round((rows - height) / 2)
    image = image.resize((columns, rows), Image.Resampling.BILINEAR).crop((left, top, left + width, top + height))
    pixels = np.asarray(image.convert("RGB" if channels == 3 else "L"))
    return pixels.reshape(height, width, channels).transpose(2, 0, 1)


session = onnxruntime.InferenceSession(sys.argv[1])
_, channels, height, width = session.get_inputs()[0].shape
card = session.get_modelmeta().custom_metadata_map
classes = json.loads(card["lanewise.classes"])
crop_pct = float(card["lanewise.crop_pct"])

files = sys.argv[2:]
images = np.stack([prepare(file, channels, height, width, crop_pct) for file in files])
(probabilities,) = session.run(["probabilities"], {"input": images})
for file, row in zip(files, probabilities):
    top = row.argmax()
    print(f"{file}: {classes[top]} {row[top]:.1%}")
