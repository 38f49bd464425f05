"""Writes a batch of CIFAR's Python version with one image, as Python 3 pickles it for Python 2.

    /usr/bin/python3 tests/goldens/cifar_pickle.py [FILE_TO_WRITE]
"""
import os
import pickle
import sys

import numpy as np


def main(path):
    pixels = (np.arange(3072, dtype=np.uint32) * 31 % 251).astype(np.uint8)[None]
    batch = {b"batch_label": b"training batch 1 of 5", b"labels": [7], b"fine_labels": [93], b"coarse_labels": [4],
             b"data": pixels, b"filenames": [b"seven.png"]}
    with open(path, "wb") as file:
        pickle.dump(batch, file, protocol=2)


if __name__ == "__main__":
    folder = os.path.dirname(os.path.abspath(__file__))
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(folder, "weights", "cifar-batch.pkl"))
