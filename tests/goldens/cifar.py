"""Defines the ResNets for 32×32 images and their plain twins (He et al. 2015, §4.2), which torchvision lacks."""
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, in_channels, channels, stride, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut, self.stride, self.more = shortcut, stride, channels - in_channels

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.shortcut:
            before = self.more // 2
            y = y + F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, before, self.more - before))
        return F.relu(y)


class CifarResNet(nn.Module):
    def __init__(self, depth, shortcuts=True, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        blocks = (depth - 2) // 6
        for stage, (before, channels) in enumerate([(16, 16), (16, 32), (32, 64)], 1):
            self.add_module(f"layer{stage}", nn.Sequential(*[
                Block(before if i == 0 else channels, channels, 2 if i == 0 and stage > 1 else 1, shortcuts) for i in range(blocks)]))
        self.linear = nn.Linear(64, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))
