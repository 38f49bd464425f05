"""Draws MNIST's test digits as photographed pages, classifies them with a trained network and writes the table of correct answers.

    /usr/bin/python3 bench/photographed-digits.py RUN [MNIST_FOLDER [COUNT]]

RUN is a run folder of a network for MNIST. MNIST_FOLDER has the ubyte.gz files; default: $LANEWISE_DATA/MNIST/raw. LANEWISE names the
program if it is not on the path. Without Pillow or the data it says so and does nothing.
"""
import gzip
import json
import os
import shlex
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from PIL import Image
except ImportError:
    sys.exit("skipped: Pillow and NumPy are needed")

SIDE = 400


def page(digit, ink=20, paper=255, side=SIDE, share=0.7):
    """Dark ink on paper, the digit's image in the middle of a page."""
    inner = int(side * share)
    grey = np.asarray(Image.fromarray(digit).resize((inner, inner), Image.BICUBIC), float) / 255
    sheet = np.full((side, side), float(paper))
    at = (side - inner) // 2
    sheet[at:at + inner, at:at + inner] += (ink - paper) * grey
    return sheet


def shadow(digit, _):
    return page(digit) * np.linspace(1, 110 / 255, SIDE)[None, :]


def hard_shadow(digit, _):
    sheet = page(digit)
    sheet[:, SIDE // 2:] *= 0.55
    return sheet


def specks(digit, _):
    sheet = page(digit)
    for y, x in ((2, 4), (395, 6), (7, 390)):
        sheet[y:y + 2, x:x + 2] = 0
    return sheet


def frame(digit, _):
    sheet = page(digit)
    for edge in (np.s_[:2], np.s_[-2:], np.s_[:, :2], np.s_[:, -2:]):
        sheet[edge] = 0
    return sheet


def noise(digit, random, ink=20):
    sheet = page(digit, ink)
    return sheet + random.normal(0, 20, sheet.shape)


def ruled(digit, _, level=150):
    sheet = page(digit)
    for y in range(30, SIDE, 40):
        sheet[y:y + 2] = np.minimum(sheet[y:y + 2], level)
    return sheet


def squared(digit, _):
    sheet = ruled(digit, _, level=60)
    return np.minimum(sheet, ruled(digit * 0, _, level=60).T)


def two(digit, _):
    small = page(digit, side=SIDE // 2)
    return np.vstack([np.hstack([small, small]), np.full((SIDE // 2, SIDE), 255.0)])


def shifted(digit, _):
    return np.pad(digit, ((6, 0), (6, 0)))[:28, :28]


def scaled(digit, side):
    return np.asarray(Image.fromarray(digit[4:24, 4:24]).resize((side, side), Image.BICUBIC))


KINDS = {
    "clean": lambda digit, random: page(digit),
    "clean, black on white, 112×112": lambda digit, random: np.kron(255 - digit, np.ones((4, 4))),
    "shadow over the page": shadow,
    "shadow with an edge": hard_shadow,
    "three specks": specks,
    "black frame": frame,
    "noise": noise,
    "pencil": lambda digit, random: page(digit, ink=160),
    "pencil, with noise of a camera": lambda digit, random: page(digit, ink=160) + random.normal(0, 8, (SIDE, SIDE)),
    "ruled paper, grey": ruled,
    "ruled paper, dark": lambda digit, random: ruled(digit, random, level=60),
    "squared paper, dark": squared,
    "two digits on a page": two,
    "light on dark": lambda digit, random: 255 - page(digit),
    "28×28": lambda digit, random: digit,
    "28×28, shifted by six pixels": shifted,
    "28×28, shifted to the right by six": lambda digit, random: np.pad(digit, ((0, 0), (6, 0)))[:, :28],
    "28×28, smaller (a box of 12)": lambda digit, random: np.pad(scaled(digit, 12), 8),
    "28×28, larger (a box of 26)": lambda digit, random: np.pad(scaled(digit, 26), 1),
}


def read(folder, count):
    with gzip.open(os.path.join(folder, "t10k-images-idx3-ubyte.gz")) as file:
        pixels = np.frombuffer(file.read(16 + count * 784), np.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(os.path.join(folder, "t10k-labels-idx1-ubyte.gz")) as file:
        return pixels, np.frombuffer(file.read(8 + count), np.uint8, offset=8)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    run = sys.argv[1]
    data = sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.environ.get("LANEWISE_DATA", "."), "MNIST", "raw")
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    if not os.path.exists(os.path.join(data, "t10k-images-idx3-ubyte.gz")):
        sys.exit(f"skipped: there is no t10k-images-idx3-ubyte.gz in {data}")
    digits, labels = read(data, count)
    print("| page | correct | of | with a notice |\n|---|---:|---:|---:|")
    for name, draw in KINDS.items():
        random = np.random.default_rng(0)
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for i, digit in enumerate(digits):
                paths.append(os.path.join(folder, f"{i:04}.png"))
                Image.fromarray(np.asarray(draw(digit, random)).clip(0, 255).astype(np.uint8)).save(paths[-1])
            program = shlex.split(os.environ.get("LANEWISE", "lanewise"))
            command = [*program, "predict", run, *paths, "--json"]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
            answers = json.loads(done.stdout)["predictions"]
            correct = sum(answer["top"][0]["class"] == str(label) for answer, label in zip(answers, labels))
            notices = sum("drawings" in answer["treatment"] or "no ink" in answer["treatment"] for answer in answers)
        print(f"| {name} | {correct} | {count} | {notices} |", flush=True)


if __name__ == "__main__":
    main()
