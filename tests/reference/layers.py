"""
The layers of Ming, Hu and Liu (2022) in plain PyTorch, written from docs/paper-map.md. N faces in a batch, C channels, H and W height and
width, T steps of a sequence, D size of a feature, K classes.
"""
import math

import torch
from torch import nn
from torch.nn import functional


class BatchNorm(nn.Module):
    """[N, C, H, W]: each channel less its mean, over its deviation; in training those of the batch, which running averages remember."""

    epsilon = 1e-5
    momentum = 0.1

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean = x.mean((0, 2, 3))
            variance = (x - mean[:, None, None]).square().mean((0, 2, 3))
            count = x.shape[0] * x.shape[2] * x.shape[3]
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (variance * count / (count - 1) - self.running_var)
                self.num_batches_tracked += 1
        normal = (x - mean[:, None, None]) / (variance[:, None, None] + self.epsilon).sqrt()
        return normal * self.weight[:, None, None] + self.bias[:, None, None]


class SqueezeExcitation(nn.Module):
    """[N, C, H, W]: each map times a number between 0 and 1 that follows from the means of all maps (Hu, Shen and Sun, 2018)."""

    def __init__(self, channels, reduction):
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // reduction)
        self.fc2 = nn.Linear(channels // reduction, channels)

    def forward(self, maps):
        scales = torch.sigmoid(self.fc2(functional.relu(self.fc1(maps.mean((2, 3))))))
        return maps * scales[:, :, None, None]


class ConvBlock(nn.Module):
    """
    [N, C, H, W] to [N, C', H, W]: convolutions of stride 1 and 'same' padding, each with perhaps batch norm (then no bias), ReLU between
    them; perhaps squeeze-excitation; perhaps plus the input (He et al. 2016), by a 1x1 convolution if C' is another than C; ReLU.
    """

    def __init__(self, in_channels, out_channels, kernel_size, batch_norm, convolutions=1, shortcut=False, reduction=None):
        super().__init__()
        self.numbers = ["", *map(str, range(2, convolutions + 1))]
        self.adds_input = shortcut
        for number, channels in zip(self.numbers, [in_channels] + [out_channels] * (convolutions - 1)):
            self.add_convolution(self, number, channels, out_channels, kernel_size, batch_norm)
        if reduction is not None:
            self.squeeze_excitation = SqueezeExcitation(out_channels, reduction)
        if shortcut and in_channels != out_channels:
            self.shortcut = nn.Module()
            self.add_convolution(self.shortcut, "", in_channels, out_channels, 1, batch_norm)

    def forward(self, images):
        x = images
        for number in self.numbers:
            x = self.convolve(self, number, functional.relu(x) if number else x)
        if hasattr(self, "squeeze_excitation"):
            x = self.squeeze_excitation(x)
        if self.adds_input:
            x = x + (self.convolve(self.shortcut, "", images) if hasattr(self, "shortcut") else images)
        return functional.relu(x)

    @staticmethod
    def add_convolution(module, number, in_channels, out_channels, kernel_size, batch_norm):
        padding = kernel_size // 2
        module.add_module(f"conv{number}", nn.Conv2d(in_channels, out_channels, kernel_size, padding=padding, bias=not batch_norm))
        if batch_norm:
            module.add_module(f"norm{number}", BatchNorm(out_channels))

    @staticmethod
    def convolve(module, number, x):
        x = getattr(module, f"conv{number}")(x)
        return getattr(module, f"norm{number}")(x) if hasattr(module, f"norm{number}") else x


class ConvBackbone(nn.Module):
    """[N, C, H, W] to [N, C', H', W'] (section 3.1.1): the blocks of a table, some followed by a 3x3 max-pool of stride 2."""

    def __init__(self, stages, in_channels=1, batch_norm=True):
        super().__init__()
        self.stages = stages
        for number, stage in enumerate(stages, start=1):
            self.add_module(f"c{number}", ConvBlock(
                in_channels, stage["channels"], stage["kernelSize"], batch_norm, stage.get("convolutions", 1),
                stage.get("shortcut", False), stage.get("squeezeExcitationReduction")))
            in_channels = stage["channels"]
        self.out_channels = in_channels

    def forward(self, images):
        x = images
        for block, stage in zip(self.children(), self.stages):
            x = block(x)
            if stage["pool"]:
                x = functional.max_pool2d(x, kernel_size=3, stride=2, padding=1)
        return x


class AttentionScore(nn.Module):
    """[N, T, D] to [N, T] (equations 1 and 2, or 4 and 5): each step's score against the query q, then softmax over the steps."""

    def __init__(self, feature_size, scoring):
        super().__init__()
        self.scoring = scoring
        self.query = nn.Parameter(torch.zeros(feature_size))
        if scoring == "Additive":
            self.projection = nn.Linear(feature_size, feature_size)

    def forward(self, x):
        scores = {
            "Additive": lambda: torch.tanh(self.projection(x)) @ self.query,
            "Dot": lambda: x @ self.query,
            "ScaledDot": lambda: x @ self.query / math.sqrt(x.shape[2]),
        }[self.scoring]()
        powers = (scores - scores.amax(1, keepdim=True)).exp()
        return powers / powers.sum(1, keepdim=True)


class LocalFeatureAttention(nn.Module):
    """[N, T, D] to [N, T, D]: each feature times its weight (equation 6), as printed or times T, so that the mean weight is 1."""

    def __init__(self, feature_size, scoring, scaling):
        super().__init__()
        self.factor = {"AsPrinted": lambda steps: 1, "MeanOne": lambda steps: steps}[scaling]
        self.score = AttentionScore(feature_size, scoring)

    def forward(self, features):
        return features * self.score(features)[:, :, None] * self.factor(features.shape[1])


class GlobalFeatureAttention(nn.Module):
    """[N, T, D] to [N, D]: the sum of the steps by their weights (equation 3)."""

    def __init__(self, feature_size, scoring):
        super().__init__()
        self.score = AttentionScore(feature_size, scoring)

    def forward(self, hidden):
        return (hidden * self.score(hidden)[:, :, None]).sum(1)


class Lstm(nn.Module):
    """
    [N, T, D] to hidden states [N, T, hidden], or [N, T, 2 hidden] in both directions: stacked layers, gate by gate, under the names and
    with the order of gates (input, forget, cell, output) of PyTorch's own LSTM.
    """

    def __init__(self, feature_size, hidden_size, layers, bidirectional):
        super().__init__()
        self.hidden_size = hidden_size
        self.layers = layers
        self.directions = ["", "_reverse"] if bidirectional else [""]
        for layer in range(layers):
            for direction in self.directions:
                for name, shape in {
                    "weight_ih": (4 * hidden_size, feature_size),
                    "weight_hh": (4 * hidden_size, hidden_size),
                    "bias_ih": (4 * hidden_size,),
                    "bias_hh": (4 * hidden_size,),
                }.items():
                    self.register_parameter(f"{name}_l{layer}{direction}", nn.Parameter(torch.zeros(shape)))
            feature_size = len(self.directions) * hidden_size

    def forward(self, features):
        x = features
        for layer in range(self.layers):
            x = torch.cat([self.read(x, f"l{layer}{direction}", direction) for direction in self.directions], dim=2)
        return x

    def read(self, x, name, direction):
        """One layer in one direction."""
        weights = dict(self.named_parameters())
        hidden = cell = x.new_zeros(x.shape[0], self.hidden_size)
        states = [None] * x.shape[1]
        for step in reversed(range(x.shape[1])) if direction else range(x.shape[1]):
            gates = (
                x[:, step] @ weights[f"weight_ih_{name}"].T + weights[f"bias_ih_{name}"]
                + hidden @ weights[f"weight_hh_{name}"].T + weights[f"bias_hh_{name}"]
            )
            enter, forget, candidate, leave = gates.chunk(4, dim=1)
            cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(candidate)
            hidden = torch.sigmoid(leave) * torch.tanh(cell)
            states[step] = hidden
        return torch.stack(states, dim=1)


class AttentiveLstmClassifier(nn.Module):
    """[N, T, D] to logits [N, K]: LSTM, mean of its hidden states or global attention over them (section 3.1), linear layer."""

    def __init__(self, feature_size, classes, hidden_size, layers, pooling, scoring, bidirectional):
        super().__init__()
        self.lstm = Lstm(feature_size, hidden_size, layers, bidirectional)
        state_size = hidden_size * (2 if bidirectional else 1)
        if pooling == "Attention":
            self.global_attention = GlobalFeatureAttention(state_size, scoring)
        self.linear = nn.Linear(state_size, classes)

    def forward(self, features):
        hidden = self.lstm(features)
        pooled = self.global_attention(hidden) if hasattr(self, "global_attention") else hidden.mean(1)
        return self.linear(pooled)


class CnnHead(nn.Module):
    """[N, D] to logits [N, K]: Linear, ReLU, Linear."""

    def __init__(self, feature_size, classes, hidden_size):
        super().__init__()
        self.hidden = nn.Linear(feature_size, hidden_size)
        self.linear = nn.Linear(hidden_size, classes)

    def forward(self, features):
        return self.linear(functional.relu(self.hidden(features)))
