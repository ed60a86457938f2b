"""
Networks of related work in plain PyTorch, written from docs/related.md and built from the description that a checkpoint of the library carries:
pACNN and gACNN of Li et al. Every patch is computed for itself.
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
