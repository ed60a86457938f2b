"""The training step of ACNN-ALSTM (LSTM 512 x 2) in PyTorch, of the machine's own Python.

Prints, for one and two threads and batches of 30 and 128, the step in milliseconds, images in a second, and the rate of the counted
operations over that of a 2048 x 2048 matrix product in the same round, as the benchmarks' step command does. The number of rounds may be
given; 15 if not.
"""

import re
import statistics
import sys
import time

import torch
from torch import nn

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 15
SIDE = 2048


class Attention(nn.Module):
    """Scores each step against a learned query; softmax over the steps."""

    def __init__(self, size):
        super().__init__()
        self.projection = nn.Linear(size, size)
        self.query = nn.Parameter(torch.empty(size).uniform_(-(size**-0.5), size**-0.5))

    def forward(self, features):
        return (torch.tanh(self.projection(features)) @ self.query).softmax(1)


class Network(nn.Module):
    def __init__(self, hidden=512, layers=2, classes=7):
        super().__init__()
        self.backbone = nn.Sequential(
            *block(1, 32, 1, pool=False), *block(32, 32, 5), *block(32, 32, 3), *block(32, 64, 5))
        self.local_attention = Attention(64)
        self.lstm = nn.LSTM(64, hidden, layers, batch_first=True)
        self.global_attention = Attention(hidden)
        self.linear = nn.Linear(hidden, classes)

    def forward(self, images):
        features = self.backbone((images - 0.5) / 0.25)
        sequence = features.flatten(2).transpose(1, 2).contiguous()
        weights = self.local_attention(sequence)
        sequence = sequence * (weights * sequence.shape[1]).unsqueeze(2)
        hidden, _ = self.lstm(sequence)
        weights = self.global_attention(hidden)
        return self.linear(torch.bmm(weights.unsqueeze(1), hidden).squeeze(1))


def block(inputs, outputs, kernel, pool=True):
    parts = [nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    return parts + [nn.MaxPool2d(3, stride=2, padding=1)] if pool else parts


def flops_of_a_face(hidden=512, classes=7, steps=36, size=64):
    first = 48 * 48 * 32
    convolutions = first + 48 * 48 * 25 * 32 * 32 + 24 * 24 * 9 * 32 * 32 + 12 * 12 * 25 * 32 * 64
    lstm = 4 * hidden * (size + hidden + hidden + hidden) * steps
    attention = steps * (size * size + hidden * hidden)
    return 2 * (3 * (convolutions + lstm + attention + hidden * classes) - first)


def seconds(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measure(threads, batch):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    network = Network()
    optimizer = torch.optim.Adam(network.parameters())
    images, labels = torch.rand(batch, 1, 48, 48), torch.randint(0, 7, (batch,))
    left, right = torch.rand(SIDE, SIDE), torch.rand(SIDE, SIDE)

    def step():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(images), labels)
        loss.item()
        loss.backward()
        optimizer.step()

    def product():
        torch.mm(left, right)

    step()
    product()
    rounds = [(seconds(step), seconds(product)) for _ in range(ROUNDS)]
    time_of_step = statistics.median(step for step, _ in rounds)
    rate = 2.0 * SIDE**3 / statistics.median(product for _, product in rounds)
    share = flops_of_a_face() * batch / (2.0 * SIDE**3)
    utilisation = statistics.median(share * product / step for step, product in rounds)
    print(f"| {batch} | {threads} | {1000 * time_of_step:.0f} | {batch / time_of_step:.1f} | {rate / 1e9:.1f} | {utilisation:.3f} |", flush=True)


def blas():
    """The file of the BLAS in this process, which Debian's alternatives choose; MKL is inside torch's own library."""
    if torch.backends.mkl.is_available():
        return "MKL"
    with open("/proc/self/maps") as maps:
        return ", ".join(sorted({path for path in re.findall(r"/\S*", maps.read()) if re.search(r"lib(open)?blas", path)}))


if __name__ == "__main__":
    print(f"PyTorch {torch.__version__}, BLAS: {blas()}")
    print("| batch | threads | milliseconds | images per second | product, GFLOP/s | utilisation |")
    print("|---|---|---|---|---|---|")
    for threads in (1, 2):
        for batch in (30, 128):
            measure(threads, batch)
