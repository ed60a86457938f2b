"""The training step of the networks of samples/Train/compact-fer2013.json and accurate-fer2013.json in plain PyTorch, on a GPU.

Forward, loss, backward and SGD on one batch that stays; no augmentation, clipping or averaging. Prints milliseconds a step and faces a second,
channels first and last. Without a GPU: one step of each on the CPU, to see that it runs.
"""

import time

import torch
from torch import nn
from torch.nn import functional

COMPACT = (40, 160, [(32, 1, True), (64, 2, True), (128, 2, True), (256, 2, False)])
ACCURATE = (44, 256, [(64, 1, True), (128, 2, False), (128, 2, True), (256, 2, False), (256, 2, True), (512, 2, False)])


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(channels, channels // reduction), nn.Linear(channels // reduction, channels)

    def forward(self, maps):
        return maps * torch.sigmoid(self.fc2(functional.relu(self.fc1(maps.mean((2, 3))))))[:, :, None, None]


class Stage(nn.Module):
    """Convolutions with batch norm; with two of them squeeze-excitation and a shortcut; perhaps a pool."""

    def __init__(self, inputs, outputs, convolutions, pool):
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(inputs if i == 0 else outputs, outputs, 3, padding=1, bias=False) for i in range(convolutions))
        self.norms = nn.ModuleList(nn.BatchNorm2d(outputs) for _ in range(convolutions))
        self.is_residual, self.pool = convolutions > 1, pool
        self.squeeze = SqueezeExcitation(outputs) if self.is_residual else nn.Identity()
        self.shortcut = nn.Identity() if inputs == outputs or not self.is_residual else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, images):
        x = images
        for i, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            x = norm(convolution(functional.relu(x) if i else x))
        x = self.squeeze(x)
        x = functional.relu(x + self.shortcut(images) if self.is_residual else x)
        return functional.max_pool2d(x, 3, 2, 1) if self.pool else x


class Attention(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.projection, self.query = nn.Linear(size, size), nn.Parameter(0.1 * torch.randn(size))

    def forward(self, steps):
        return (torch.tanh(self.projection(steps)) @ self.query).softmax(1)


class Network(nn.Module):
    def __init__(self, hidden, stages, classes=7):
        super().__init__()
        inputs = [1] + [channels for channels, _, _ in stages]
        self.backbone = nn.Sequential(*(Stage(before, *stage) for before, stage in zip(inputs, stages)))
        self.local_attention, self.global_attention = Attention(inputs[-1]), Attention(hidden)
        self.lstm, self.linear = nn.LSTM(inputs[-1], hidden, batch_first=True), nn.Linear(hidden, classes)

    def forward(self, images):
        steps = self.backbone((images - 0.5) / 0.25).flatten(2).transpose(1, 2).contiguous()
        steps = steps * (self.local_attention(steps) * steps.shape[1])[:, :, None]
        states, _ = self.lstm(steps)
        return self.linear(torch.bmm(self.global_attention(states)[:, None], states)[:, 0])


def measure(name, side, hidden, stages, layout, batch, device, steps):
    network = Network(hidden, stages).to(device).to(memory_format=layout)
    images = torch.rand(batch, 1, side, side, device=device).to(memory_format=layout)
    labels = torch.randint(0, 7, (batch,), device=device)
    optimizer = torch.optim.SGD(network.parameters(), 0.01, 0.9, nesterov=True, weight_decay=5e-4)

    def step():
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(images), labels)
        loss.item()
        loss.backward()
        optimizer.step()

    for _ in range(1 + steps // 3):
        step()
    synchronize = torch.cuda.synchronize if device == "cuda" else lambda: None
    synchronize()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    synchronize()
    seconds = (time.perf_counter() - start) / steps
    order = "last" if layout == torch.channels_last else "first"
    parameters = sum(parameter.numel() for parameter in network.parameters())
    print(f"| {name} | {parameters} | {order} | {batch} | {1000 * seconds:.2f} | {batch / seconds:.0f} |", flush=True)


if __name__ == "__main__":
    device = "cuda" if torch.cuda.is_available() else "cpu"
    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name() if device == 'cuda' else 'CPU'}")
    print("| network | parameters | channels | batch | milliseconds | faces a second |\n|---|---|---|---|---|---|")
    for name, (side, hidden, stages) in {"Compact": COMPACT, "Accurate": ACCURATE}.items():
        for layout in (torch.contiguous_format, torch.channels_last):
            for batch in (128, 256) if device == "cuda" else (2,):
                measure(name, side, hidden, stages, layout, batch, device, 25 if device == "cuda" else 1)
