"""Writes small networks with torch.onnx.export, each with an input and PyTorch's output; README.md in this folder documents them.

    /usr/bin/python3 tests/goldens/onnx_files.py [FOLDER_TO_WRITE]
"""
import os
import sys
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.onnx import TrainingMode

from tutorial import write_safetensors

SIDE, IMAGES, CLASSES = 16, 2, 5
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
FOLDED, KEPT = TrainingMode.EVAL, TrainingMode.PRESERVE


def conv_norm(inputs, outputs, kernel=3, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs))


class SqueezeExcitation(nn.Module):
    """A block of MobileNetV3, and its head."""
    def __init__(self):
        super().__init__()
        self.stem, self.depthwise = conv_norm(3, 8, stride=2), conv_norm(8, 8, kernel=5, groups=8)
        self.down, self.up, self.project = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1), conv_norm(8, 8, kernel=1)
        self.classifier = nn.Sequential(nn.Linear(8, 12), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(12, CLASSES))

    def forward(self, x):
        x = y = F.hardswish(self.stem(x))
        y = F.hardswish(self.depthwise(y))
        gate = F.hardsigmoid(self.up(F.relu(self.down(F.adaptive_avg_pool2d(y, 1)))))
        x = x + self.project(gate * y)
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class Dense(nn.Module):
    """Layers of DenseNet: batch norm before convolutions, concatenation, a transition."""
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1, bias=False)
        self.layers = nn.ModuleList(self.layer(6 + 4 * i) for i in range(3))
        self.transition = nn.Sequential(nn.BatchNorm2d(18), nn.ReLU(), nn.Conv2d(18, 9, 1, bias=False), nn.AvgPool2d(2, 2))
        self.norm, self.fc = nn.BatchNorm2d(9), nn.Linear(9, CLASSES)

    @staticmethod
    def layer(inputs):
        return nn.Sequential(
            nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, 8, 1, bias=False),
            nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 3, padding=1, bias=False))

    def forward(self, x):
        features = [self.stem(x)]
        for layer in self.layers:
            features.append(layer(torch.cat(features, 1)))
        x = F.relu(self.norm(self.transition(torch.cat(features, 1))))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1))


class InvertedResidual(nn.Module):
    """A block of MobileNetV2."""
    def __init__(self):
        super().__init__()
        self.stem, self.expand = conv_norm(3, 6, stride=2), conv_norm(6, 24, kernel=1)
        self.depthwise, self.project = conv_norm(24, 24, groups=24), conv_norm(24, 6, kernel=1)
        self.fc = nn.Linear(6, CLASSES)

    def forward(self, x):
        x = F.relu6(self.stem(x))
        x = x + self.project(F.relu6(self.depthwise(F.relu6(self.expand(x)))))
        return self.fc(x.mean([2, 3]))


class OptionA(nn.Module):
    """The shortcut without parameters of ResNets for small images."""
    def __init__(self):
        super().__init__()
        self.stem, self.first, self.second = conv_norm(3, 6), conv_norm(6, 12, stride=2), conv_norm(12, 12)
        self.fc = nn.Linear(12, CLASSES)

    def forward(self, x):
        x = F.relu(self.stem(x))
        y = self.second(F.relu(self.first(x)))
        x = F.relu(y + F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 3, 3)))
        return self.fc(F.avg_pool2d(x, 8).view(x.size(0), -1))


class Head(nn.Module):
    """A convolution and a way from its activations to a linear layer."""
    def __init__(self, head, features=8, classifier=None):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 8, 3, stride=4), head
        self.fc = classifier or nn.Linear(features, CLASSES)

    def forward(self, x):
        return self.fc(self.head(F.relu(self.conv(x))))


class Activations(nn.Module):
    """Activation functions, and pooling that rounds up."""
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(i, 6, 1) for i in (3, 6, 6, 6))
        self.fc = nn.Linear(6, CLASSES, bias=False)

    def forward(self, x):
        a, b, c, d = self.convs
        x = F.max_pool2d(F.silu(a(x)), 3, 2, ceil_mode=True)
        x = F.avg_pool2d(F.leaky_relu(b(x), 0.1), 3, 2, padding=1)
        x = F.avg_pool2d(F.hardtanh(c(x), -0.5, 0.75), 2, 1, padding=1, count_include_pad=False)
        return self.fc(F.adaptive_max_pool2d(torch.sigmoid(d(x)), 1).flatten(1))


class Prepared(nn.Module):
    """Preprocessing of the image before a network."""
    def __init__(self, prepare, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)):
        super().__init__()
        self.prepare, self.network = prepare, nn.Sequential(conv_norm(3, 6, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(384, CLASSES))
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))

    def forward(self, x):
        return self.network((self.prepare(x) - self.mean) / self.std)


class TransformInput(nn.Module):
    """torchvision's transform_input: an image that is normalized for ImageNet is normalized once more."""
    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(conv_norm(3, 6, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(384, CLASSES))

    def forward(self, x):
        return self.network(torch.cat(
            [torch.unsqueeze(x[:, i], 1) * (float(STD[i]) / 0.5) + (float(MEAN[i]) - 0.5) / 0.5 for i in range(3)], 1))


def normalized(pixels):
    return (pixels.float() / 255 - MEAN.view(1, 3, 1, 1)) / STD.view(1, 3, 1, 1)


def split_bgr(x):
    red, green, blue = torch.split(x, 1, 1)
    return torch.cat((blue, green, red), 1)


# Name, network, opset, whether the batch is dynamic, whether batch norm is folded, what the input is made of pixels by.
CAFFE, UNITS = ([103.9, 116.8, 123.7], [1.0, 1.0, 1.0]), ([0.4, 0.45, 0.5], [0.2, 0.25, 0.3])
FILES = [
    ("se-16", SqueezeExcitation(), 16, True, FOLDED, normalized),
    ("se-11-kept", SqueezeExcitation(), 11, False, KEPT, normalized),
    ("dense-13", Dense(), 13, True, FOLDED, normalized),
    ("dense-9-kept", Dense(), 9, False, KEPT, normalized),
    ("inverted-9", InvertedResidual(), 9, False, FOLDED, normalized),
    ("inverted-13-kept", InvertedResidual(), 13, True, KEPT, normalized),
    ("option-a-11", OptionA(), 11, True, FOLDED, normalized),
    ("option-a-16-kept", OptionA(), 16, False, KEPT, normalized),
    ("head-view-9", Head(lambda x: x.view(x.size(0), -1), 8 * 16), 9, True, FOLDED, normalized),
    ("head-reshape-11", Head(lambda x: F.adaptive_avg_pool2d(x, 1).reshape(-1, 8)), 11, True, FOLDED, normalized),
    ("head-reshape-16", Head(lambda x: x.reshape(x.size(0), 128), 128), 16, False, FOLDED, normalized),
    ("head-squeeze-11", Head(lambda x: F.adaptive_avg_pool2d(x, 1).squeeze(3).squeeze(2)), 11, True, FOLDED, normalized),
    ("head-squeeze-13", Head(lambda x: F.adaptive_max_pool2d(x, 1).squeeze(-1).squeeze(-1)), 13, False, FOLDED, normalized),
    ("head-mean-16", Head(lambda x: x.mean((2, 3), keepdim=True).flatten(1)), 16, True, FOLDED, normalized),
    ("head-permute-13", Head(lambda x: x.permute(0, 2, 3, 1).flatten(1), 8 * 16), 13, True, FOLDED, normalized),
    ("head-unflatten-16", Head(
        lambda x: x.flatten(2).mean(2), classifier=nn.Sequential(nn.Linear(8, CLASSES), nn.Softmax(1))), 16, True, FOLDED, normalized),
    ("head-conv-11", Head(
        lambda x: F.avg_pool2d(x, 4), classifier=nn.Sequential(nn.Conv2d(8, CLASSES, 1), nn.Flatten(), nn.LogSoftmax(1))),
     11, False, FOLDED, normalized),
    ("activations-16", Activations(), 16, True, FOLDED, normalized),
    ("activations-11", Activations(), 11, False, FOLDED, normalized),
    ("transform-input-11", TransformInput(), 11, True, FOLDED, normalized),
    ("transform-input-16-kept", TransformInput(), 16, False, KEPT, normalized),
    ("units-13", Prepared(lambda x: x, *UNITS), 13, True, FOLDED, lambda p: p.float() / 255),
    ("bytes-16", Prepared(lambda x: x.float() / 255, *UNITS), 16, True, FOLDED, lambda p: p),
    ("bgr-split-9", Prepared(split_bgr, *CAFFE), 9, False, FOLDED, lambda p: p.float()),
    ("bgr-split-13", Prepared(split_bgr, *CAFFE), 13, True, KEPT, lambda p: p.float()),
    ("bgr-flip-11", Prepared(lambda x: x.flip(1), *CAFFE), 11, True, FOLDED, lambda p: p.float()),
    ("bgr-index-16", Prepared(lambda x: x[:, [2, 1, 0]], *UNITS), 16, True, FOLDED, lambda p: p.float() / 255),
    ("bgr-slices-13", Prepared(lambda x: torch.cat([x[:, 2:], x[:, 1:2], x[:, :1]], 1)), 13, True, FOLDED, normalized),
]


def randomize(model):
    """Gives batch norm weights and statistics that differ, and few values near zero."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.5, 0.5)
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    return model.eval()


def main():
    warnings.simplefilter("ignore")
    folder = sys.argv[1] if len(sys.argv) == 2 else os.path.dirname(os.path.abspath(__file__))
    for name, model, opset, dynamic, training, prepare in FILES:
        torch.manual_seed(3)
        for module in model.modules():
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()
        randomize(model)
        pixels = torch.randint(0, 256, (IMAGES, 3, SIDE, SIDE), dtype=torch.uint8)
        images = prepare(pixels)
        path = os.path.join(folder, f"onnx-{name}")
        axes = {"images": {0: "batch"}, "logits": {0: "batch"}} if dynamic else None
        torch.onnx.export(
            model, images if dynamic else images[:1], path + ".onnx", opset_version=opset, training=training, do_constant_folding=training == FOLDED,
            input_names=["images"], output_names=["logits"], dynamic_axes=axes)
        with torch.no_grad():
            output = model(images)
        tensors = {"pixels": pixels.numpy(), "output": output.numpy()}
        if images.dtype == torch.float32:
            tensors["input"] = images.numpy()
        write_safetensors(path + ".safetensors", tensors, {"opset": str(opset), "made_by": f"torch {torch.__version__}"})
        print(f"{name}: {os.path.getsize(path + '.onnx'):,} + {os.path.getsize(path + '.safetensors'):,} bytes, "
              f"largest output {np.abs(output.numpy()).max():.2f}")


if __name__ == "__main__":
    main()
