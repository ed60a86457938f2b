"""
Networks of related work in plain PyTorch, written from docs/related.md and built from the description that a checkpoint of the library carries:
pACNN and gACNN of Li et al., where every patch is computed for itself, and FERAtt of Marrero Fernandez et al.
"""
import json

import torch
from torch import nn
from torch.nn import functional

from layers import BatchNorm, ConvBackbone

# Landmarks counted from 1, as dlib's are: one, or two whose midpoint is taken; and what the point is moved by, in 256ths of width and height.
CENTRES = [
    ([19], 0, -10), ([22], 0, -10), ([23], 0, -10), ([26], 0, -10), ([39], 0, 0), ([37], 0, 0), ([44], 0, 0), ([46], 0, 0), ([28], 0, 0),
    ([30], 0, 0), ([49], 0, 0), ([51], 0, 0), ([53], 0, 0), ([55], 0, 0), ([59], 0, 0), ([57], 0, 0), ([20, 38], 0, 0), ([25, 45], 0, 0),
    ([41, 42], 0, 0), ([47, 48], 0, 0), ([18, 59], 0, 0), ([27, 57], 0, 0), ([49], -16, -16), ([55], 16, -16),
]


def first_steps(metadata):
    """The mean and the deviation by which faces are normalised."""
    steps = json.loads(metadata["preprocessing"])["insideNetwork"]
    return steps["pixelMean"], steps["pixelStandardDeviation"]


class Gated(nn.Module):
    """For each of G groups of maps a vector, times a gate between 0 and 1 of the same maps: [N, G, F] and [N, G]."""

    def __init__(self, groups, channels, height, width, feature_size, gate_channels, gate_hidden_size):
        super().__init__()
        self.groups = groups
        self.feature = nn.Conv2d(groups * channels, groups * feature_size, (height, width), groups=groups)
        sizes = [channels, gate_channels, gate_hidden_size, 1]
        for number, (size, next_size) in zip(["", "2", "3"], zip(sizes, sizes[1:])):
            self.add_module(f"conv{number}", nn.Conv2d(groups * size, groups * next_size, 1, groups=groups, bias=False))
            self.add_module(f"norm{number}", BatchNorm(groups * next_size))

    def forward(self, maps):
        parts = maps.chunk(self.groups, 1)
        weights, biases = self.feature.weight.chunk(self.groups), self.feature.bias.chunk(self.groups)
        vectors = [functional.relu(part.flatten(1) @ weight.flatten(1).T + bias) for part, weight, bias in zip(parts, weights, biases)]
        pooled = [functional.pad(functional.max_pool2d(part, 2, 2), (1, 1, 1, 1)) for part in parts]
        hidden = functional.relu(self.norm(self.each(self.conv, pooled))).mean((2, 3), keepdim=True)
        hidden = functional.relu(self.norm2(self.each(self.conv2, hidden.chunk(self.groups, 1))))
        gates = torch.sigmoid(self.norm3(self.each(self.conv3, hidden.chunk(self.groups, 1))))[:, :, 0, 0]
        return torch.stack(vectors, 1) * gates[:, :, None], gates

    def each(self, conv, parts):
        """A 1x1 convolution on each group by its own kernels."""
        return torch.cat([functional.conv2d(part, weight) for part, weight in zip(parts, conv.weight.chunk(self.groups))], 1)


class Units(nn.Module):
    """Two 3x3 convolutions with batch norm and ReLU on each of the patches, each by its own kernels."""

    def __init__(self, patches, in_channels, channels):
        super().__init__()
        self.patches = patches
        for number, size in zip(["", "2"], [in_channels, channels]):
            self.add_module(f"conv{number}", nn.Conv2d(patches * size, patches * channels, 3, padding=1, groups=patches, bias=False))
            self.add_module(f"norm{number}", BatchNorm(patches * channels))

    def forward(self, x):
        for number in ["", "2"]:
            weights = getattr(self, f"conv{number}").weight.chunk(self.patches)
            x = torch.cat([functional.conv2d(part, weight, padding=1) for part, weight in zip(x.chunk(self.patches, 1), weights)], 1)
            x = functional.relu(getattr(self, f"norm{number}")(x))
        return x


class PatchGatedCnn(nn.Module):
    """Gray faces [N, 1, H, W] in [0, 1], whose landmarks [N, 68, 2] are told before, to logits [N, K]."""

    def __init__(self, metadata):
        super().__init__()
        options = json.loads(metadata["options"])
        preprocessing = json.loads(metadata["preprocessing"])
        self.mean, self.deviation = first_steps(metadata)
        self.size = options["patchSize"]
        self.trunk = ConvBackbone(options["trunkStages"], 1)
        self.cell = 2 ** sum(stage["pool"] for stage in options["trunkStages"])
        self.units = Units(len(CENTRES), self.trunk.out_channels, options["patchChannels"])
        gate = options["gateChannels"], options["gateHiddenSize"]
        self.patches = Gated(len(CENTRES), options["patchChannels"], self.size, self.size, options["patchFeatureSize"], *gate)
        joined = len(CENTRES) * options["patchFeatureSize"]
        if options["globalBranch"]:
            height, width = preprocessing["height"], preprocessing["width"]
            for stage in options["trunkStages"] + options["globalStages"]:
                if stage["pool"]:
                    height, width = (height + 1) // 2, (width + 1) // 2
            self.global_trunk = ConvBackbone(options["globalStages"], self.trunk.out_channels)
            self.face = Gated(1, self.global_trunk.out_channels, height, width, options["globalFeatureSize"], *gate)
            joined += options["globalFeatureSize"]
        self.hidden = nn.Linear(joined, options["hiddenSize"])
        self.linear = nn.Linear(options["hiddenSize"], len(json.loads(metadata["labels"])))
        self.landmarks = None
        self.gates = None

    def forward(self, images):
        maps = self.trunk((images - self.mean) / self.deviation)
        height, width = images.shape[2:]
        patches = []
        for points, x, y in CENTRES:
            centre = self.landmarks[:, [point - 1 for point in points]].mean(1)
            patches.append(self.cut(maps, centre + torch.tensor([x / 256 * width, y / 256 * height], dtype=centre.dtype)))
        features, gates = self.patches(self.units(torch.cat(patches, 1)))
        self.gates = gates.detach()
        joined = features.flatten(1)
        if hasattr(self, "face"):
            feature, _ = self.face(self.global_trunk(maps))
            joined = torch.cat([joined, feature.flatten(1)], 1)
        return self.linear(functional.relu(self.hidden(joined)))

    def cut(self, maps, centre):
        """The cells around a pixel [N, 2], x then y, wholly inside the maps, read between cells where the pixel is."""
        last = torch.tensor([maps.shape[3], maps.shape[2]]) - 1
        half = (self.size - 1) / 2
        place = torch.minimum(torch.maximum((centre - 0.5) / self.cell, torch.tensor(half)), last - half)
        steps = torch.arange(self.size) - half
        x = (place[:, 0, None] + steps)[:, None, :].expand(-1, self.size, -1)
        y = (place[:, 1, None] + steps)[:, :, None].expand(-1, -1, self.size)
        grid = torch.stack([x, y], 3) / last * 2 - 1
        return functional.grid_sample(maps, grid, mode="bilinear", align_corners=True)


class AttentionUNet(nn.Module):
    """[N, 1, H, W] to [N, K, H, W]: down over levels that end with a pool, up again by doubling, beside what the way down had at that size."""

    def __init__(self, stages, channels, maps):
        super().__init__()
        size, level, self.levels = 1, [], 0
        widths = []
        for stage in stages:
            level.append(stage)
            if stage["pool"]:
                self.levels += 1
                self.add_module(f"e{self.levels}", ConvBackbone(level, size))
                size, level = stage["channels"], []
                widths.append(size)
        for number, (width, beside) in enumerate(zip(channels, widths[-2::-1] + [0]), start=1):
            row = {"kernelSize": 3, "channels": width, "pool": False, "convolutions": 2}
            self.add_module(f"d{number}", ConvBackbone([row], size + beside, False))
            size = width
        self.conv = nn.Conv2d(size, maps, 1)

    def forward(self, images):
        x, seen = images, []
        for number in range(1, self.levels + 1):
            x = getattr(self, f"e{number}")(x)
            seen.append(x)
        for number in range(1, self.levels + 1):
            x = double(double(x).transpose(2, 3)).transpose(2, 3)
            if number < self.levels:
                x = torch.cat([x, seen[self.levels - 1 - number]], 1)
            x = getattr(self, f"d{number}")(x)
        return self.conv(x)


def double(x):
    """Twice as many rows: each is three quarters of the row that it lies in and a quarter of the nearest other; at the border all of it."""
    above = torch.cat([x[:, :, :1], x[:, :, :-1]], 2)
    below = torch.cat([x[:, :, 1:], x[:, :, -1:]], 2)
    return torch.stack([0.75 * x + 0.25 * above, 0.75 * x + 0.25 * below], 3).flatten(2, 3)


class FeatureModule(nn.Module):
    """[N, 1, H, W] to [N, K, H, W]: residual blocks of two convolutions between two convolutions, around all but the first a sum."""

    def __init__(self, blocks, maps):
        super().__init__()
        self.conv = nn.Conv2d(1, maps, 9, padding=4)
        self.blocks = blocks
        for number in range(1, blocks + 1):
            block = nn.Module()
            block.conv, block.conv2 = nn.Conv2d(maps, maps, 3, padding=1), nn.Conv2d(maps, maps, 3, padding=1)
            self.add_module(f"b{number}", block)
        self.conv2 = nn.Conv2d(maps, maps, 3, padding=1)

    def forward(self, images):
        first = x = self.conv(images)
        for number in range(1, self.blocks + 1):
            block = getattr(self, f"b{number}")
            inner = block.conv(x)
            x = x + block.conv2(torch.maximum(inner, 0.2 * inner))
        return first + self.conv2(x)


class Reconstruction(nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        self.conv = nn.Conv2d(2 * classes + 1, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, 1, 1, bias=False)
        self.norm2 = BatchNorm(1)

    def forward(self, maps):
        return functional.relu(self.norm2(self.conv2(functional.relu(self.conv(maps)))))


class PreActivationBlock(nn.Module):
    def __init__(self, in_channels, channels, stride):
        super().__init__()
        self.pre, self.pre2 = BatchNorm(in_channels), BatchNorm(channels)
        self.conv = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        if stride != 1 or in_channels != channels:
            self.shortcut = nn.Conv2d(in_channels, channels, 1, stride, bias=False)

    def forward(self, x):
        active = functional.relu(self.pre(x))
        inner = self.conv2(functional.relu(self.pre2(self.conv(active))))
        return inner + (self.shortcut(active) if hasattr(self, "shortcut") else x)


class PreActivationClassifier(nn.Module):
    def __init__(self, channels, blocks, embedding_size, classes):
        super().__init__()
        self.conv = nn.Conv2d(1, channels[0], 3, padding=1, bias=False)
        self.count, size = 0, channels[0]
        for group, width in enumerate(channels):
            for block in range(blocks):
                self.count += 1
                self.add_module(f"b{self.count}", PreActivationBlock(size, width, 2 if group > 0 and block == 0 else 1))
                size = width
        if embedding_size is not None:
            self.embedding = nn.Linear(size, embedding_size)
            size = embedding_size
        self.linear = nn.Linear(size, classes)

    def forward(self, images):
        x = self.conv(images)
        for number in range(1, self.count + 1):
            x = getattr(self, f"b{number}")(x)
        x = x.mean((2, 3))
        x = self.embedding(x) if hasattr(self, "embedding") else x
        return self.linear(x), x


class FerAttNetwork(nn.Module):
    """Gray faces [N, 1, H, W] in [0, 1] to logits [N, K]; embedding and attended faces are kept for the losses."""

    def __init__(self, metadata):
        super().__init__()
        options = json.loads(metadata["options"])
        classes = len(json.loads(metadata["labels"]))
        self.mean, self.deviation = first_steps(metadata)
        self.attention = AttentionUNet(options["encoderStages"], options["decoderChannels"], classes)
        self.features = FeatureModule(options["residualBlocks"], classes)
        self.reconstruction = Reconstruction(classes, options["reconstructionChannels"])
        self.classifier = PreActivationClassifier(
            options["classifierChannels"], options["classifierBlocks"], options["embeddingSize"], classes)

    def forward(self, images):
        faces = (images - self.mean) / self.deviation
        attention = self.attention(faces)
        maps = torch.cat([torch.sigmoid(attention) * self.features(faces), faces, attention], 1)
        normal = (self.reconstruction(maps) - self.mean) / self.deviation
        height, width = normal.shape[2] // 2, normal.shape[3] // 2
        halved = normal.reshape(len(images), 1, height, 2, width, 2).mean((3, 5))
        return self.classifier(halved)[0]
