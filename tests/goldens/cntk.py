"""CNTK's ResNet-18 for ImageNet, padded as its ONNX file says; used by families.py and names.py."""
from torch import nn
from torch.nn import functional as F


def pad(x, before, after, value=0.0):
    return F.pad(x, (before, after, before, after), value=value)


class Block(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(channels, width, 3, stride, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        if stride > 1:
            self.downsample = nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(pad(x, 1, 1 if self.stride == 1 else 0))))
        y = self.bn2(self.conv2(pad(y, 1, 1)))
        return F.relu(y + (self.downsample(x) if self.stride > 1 else x))


class CntkResNet(nn.Module):
    def __init__(self, classes=1000, blocks=(2, 2, 2, 3)):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        widths = [64, 64, 128, 256, 512]
        for stage in range(4):
            self.add_module(f"layer{stage + 1}", nn.Sequential(*(
                Block(widths[stage] if i == 0 else widths[stage + 1], widths[stage + 1], 2 if i == 0 and stage > 0 else 1)
                for i in range(blocks[stage]))))
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(pad(x, 3, 2))))
        # Padding is never the maximum of values that are not negative.
        x = F.max_pool2d(pad(x, 1, 0), 3, 2)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))
