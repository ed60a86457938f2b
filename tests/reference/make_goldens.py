"""
Makes goldens/, or with --check compares what it would make with what is there. Everything is computed in double precision from weights and
inputs that are exact in single precision, and rounded to single precision at the end: differences of the library's are its own rounding.
"""
import argparse
import copy
import json
import sys
import tempfile
import zlib
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.nn import functional

from cases import all_cases
from layers import AttentionScore, BatchNorm, Lstm
from loss import cross_entropy, cross_entropy_to, mean_square
from read_safetensors import read_safetensors
from write_safetensors import write_safetensors

GOLDENS = Path(__file__).parent / "goldens"
TOLERANCE = 1e-6
STEPS = 5
OPTIMIZERS = {  # as the library's TrainerOptions
    "Adam": {"optimizer": "Adam", "learningRate": 0.002, "weightDecay": 0.1},
    "AdamW": {"optimizer": "AdamW", "learningRate": 0.002, "weightDecay": 0.5},
    "SgdNesterov": {"optimizer": "SgdNesterov", "learningRate": 0.02, "weightDecay": 0.1, "momentum": 0.8},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed files and write nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    check_the_reference()
    if arguments.check:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder))
            sys.exit(0 if agree(Path(folder)) else 1)
    make(GOLDENS)
    print(f"{len(all_cases())} cases in {GOLDENS}")


def make(folder):
    folder.mkdir(exist_ok=True)
    for case in all_cases():
        random = numpy.random.RandomState(zlib.crc32(case.name.encode()))  # whose numbers never change
        give_weights(case.module, random)
        weights = rounded(case.module.state_dict())
        write_safetensors(folder / f"{case.name}.weights.safetensors", weights, case.metadata)
        write_safetensors(folder / f"{case.name}.expected.safetensors", expected(case, random), {
            "steps": str(STEPS), **{name: json.dumps(options) for name, options in OPTIMIZERS.items()}})
    write_safetensors(folder / "loss.safetensors", losses(numpy.random.RandomState(1)), {})


def uniform(random, low, high, shape):
    return torch.from_numpy(random.uniform(low, high, shape).astype(numpy.float32)).double()


def give_weights(module, random):
    """Numbers of the size that keeps the signal's, none of them the 0 or 1 that hides a mistake."""
    module.double()
    with torch.no_grad():
        for key, weight in sorted(module.state_dict().items()):
            bound = 0.5
            if weight.ndim > 1:
                bound = (6 / weight[0].numel()) ** 0.5
            elif key.endswith("query"):
                bound = 1.5
            if key.endswith("num_batches_tracked"):
                weight.fill_(random.randint(1, 10))
            elif key.endswith("running_var") or "norm" in key and key.endswith("weight"):
                weight.copy_(uniform(random, 0.5, 1.5, weight.shape))
            else:
                weight.copy_(uniform(random, -bound, bound, weight.shape))


def expected(case, random):
    """What the library must give: in evaluation mode, for one training step, and after some steps of each optimizer."""
    low, high = (0, 1) if "variant" in case.metadata else (-2, 2)
    x = uniform(random, low, high, case.input_shape)
    tensors = {"input": x}
    if case.landmarks:  # some of them outside the face
        size = torch.tensor([x.shape[3], x.shape[2]])
        case.module.landmarks = tensors["landmarks"] = (uniform(random, -0.3, 1.3, (x.shape[0], 68, 2)) * size).float().double()

    attention = {}
    for name, module in case.module.named_modules():
        if isinstance(module, AttentionScore):
            module.register_forward_hook(lambda _, __, weights, name=name: attention.__setitem__(name, weights))
    case.module.eval()
    tensors["output"] = case.module(x)
    tensors.update({f"attention/{name}": weights for name, weights in attention.items()})
    if case.landmarks:
        tensors["gates"] = case.module.gates

    if case.has_logits:
        target = torch.from_numpy(random.randint(0, tensors["output"].shape[1], x.shape[0]))
    else:
        target = uniform(random, -1, 1, tensors["output"].shape)
    tensors["target"] = target
    loss_of = cross_entropy if case.has_logits else mean_square

    module = copy.deepcopy(case.module).train()
    x.requires_grad_()
    tensors["training_output"] = module(x)
    tensors["loss"] = loss_of(tensors["training_output"], target)
    tensors["loss"].backward()
    tensors["input_gradient"] = x.grad
    tensors.update({f"gradient/{name}": parameter.grad for name, parameter in module.named_parameters()})
    tensors.update({f"buffer/{name}": buffer for name, buffer in module.named_buffers()})

    for optimizer, options in OPTIMIZERS.items():
        module = copy.deepcopy(case.module).train()
        train(module, x.detach(), target, loss_of, options)
        tensors.update({f"{optimizer}/{name}": value for name, value in module.state_dict().items()})
    return rounded(tensors)


def train(module, x, target, loss_of, options):
    rate, decay = options["learningRate"], options["weightDecay"]
    optimizer = {
        "Adam": lambda: torch.optim.Adam(module.parameters(), rate, weight_decay=decay),
        "AdamW": lambda: torch.optim.AdamW(module.parameters(), rate, weight_decay=decay),
        "SgdNesterov": lambda: torch.optim.SGD(
            module.parameters(), rate, momentum=options["momentum"], weight_decay=decay, nesterov=True),
    }[options["optimizer"]]()
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss_of(module(x), target).backward()
        optimizer.step()


def losses(random):
    """
    Cross-entropy with smoothed labels and weighed classes, and that of mixed faces, whose targets have a share of their partners' labels.
    A class weighs N / (K count), as if all had been as frequent.
    """
    counts = torch.tensor([5, 1, 9, 3, 2])
    balanced = counts.sum() / (len(counts) * counts.double())
    labels = torch.from_numpy(random.randint(0, 5, 8))
    partners = torch.from_numpy(random.randint(0, 5, 8))
    logits = uniform(random, -4, 4, (8, 5))
    tensors = {"logits": logits, "labels": labels, "partners": partners, "counts": counts}
    for name, smoothing, weights, share in [
        ("plain", 0, None, 1), ("smoothed", 0.1, None, 1), ("balanced", 0, balanced, 1),
        ("smoothed_balanced", 0.1, balanced, 1), ("smoothed_balanced_mixed", 0.1, balanced, 0.7),
    ]:
        leaf = logits.clone().requires_grad_()
        loss = cross_entropy(leaf, labels, smoothing, weights, partners if share < 1 else None, share)
        loss.backward()
        tensors[f"loss/{name}"], tensors[f"gradient/{name}"] = loss, leaf.grad
    return rounded({**tensors, **losses_to_targets(random, logits, labels)})


def losses_to_targets(random, logits, labels):
    """
    Cross-entropy where many people chose each face's label, faces count differently, or a teacher says how likely each label is. The target
    is the share of the votes, and of the third face, which has none, its label; the sixth face counts nothing.
    """
    votes, weights = torch.from_numpy(random.randint(0, 11, logits.shape)), uniform(random, 0.1, 2, (8,))
    teacher = uniform(random, -3, 3, logits.shape).softmax(1).float().double()
    votes[2], weights[5] = 0, 0
    targets = votes / votes.sum(1, keepdim=True).clamp_min(1).double()
    targets[2, labels[2]] = 1
    smoothed, equal, others = 0.9 * targets + 0.1 / 5, torch.ones_like(weights), torch.arange(7, -1, -1)
    tensors = {"votes": votes, "weights": weights, "teacher": teacher}
    for name, mixture in [
        ("votes", [(targets, equal, 1)]),
        ("votes_weighted", [(targets, weights, 1)]),
        ("votes_weighted_smoothed_mixed", [(smoothed, weights, 0.7), (smoothed[others], weights[others], 0.3)]),
        ("teacher_weighted", [(teacher, weights, 1)]),
    ]:
        leaf = logits.clone().requires_grad_()
        loss = cross_entropy_to(leaf, mixture)
        loss.backward()
        tensors[f"loss/{name}"], tensors[f"gradient/{name}"] = loss, leaf.grad
    return tensors


def rounded(tensors):
    return {name: value.detach().float() if value.is_floating_point() else value.clone() for name, value in tensors.items()}


def check_the_reference():
    """What is spelled out in layers.py and loss.py is what PyTorch means by the same names."""
    random = numpy.random.RandomState(1)
    for layers, bidirectional in [(1, False), (3, True)]:
        ours, theirs = Lstm(5, 6, layers, bidirectional), nn.LSTM(5, 6, layers, batch_first=True, bidirectional=bidirectional).double()
        give_weights(ours, random)
        theirs.load_state_dict(ours.state_dict())
        x = uniform(random, -2, 2, (3, 7, 5))
        same(ours(x), theirs(x)[0])
    ours, theirs = BatchNorm(4), nn.BatchNorm2d(4).double()
    give_weights(ours, random)
    theirs.load_state_dict(ours.state_dict())
    x = uniform(random, -2, 2, (3, 4, 5, 7))
    for training in [True, False]:
        same(ours.train(training)(x), theirs.train(training)(x))
        for key, value in theirs.state_dict().items():
            same(ours.state_dict()[key], value)
    logits, labels, weights = uniform(random, -4, 4, (8, 5)), torch.tensor([0, 1, 2, 3, 4, 0, 1, 0]), uniform(random, 0.5, 2, (5,))
    same(cross_entropy(logits, labels, 0.1), functional.cross_entropy(logits, labels, label_smoothing=0.1))
    same(cross_entropy(logits, labels, 0, weights), functional.cross_entropy(logits, labels, weights))
    targets = uniform(random, -3, 3, (8, 5)).softmax(1)
    same(cross_entropy_to(logits, [(targets, torch.ones(8), 1)]), functional.cross_entropy(logits, targets))


def same(left, right):
    if not torch.allclose(left, right, rtol=1e-12, atol=1e-12):
        raise SystemExit(f"The reference differs from PyTorch: {left} and {right}.")


def agree(fresh):
    """Whether the committed files are, but for rounding, those of the folder; says how far they differ."""
    names = {path.name for path in fresh.iterdir()} | {path.name for path in GOLDENS.iterdir()}
    different, largest = 0, 0.0
    for name in sorted(names):
        if not (fresh / name).exists() or not (GOLDENS / name).exists():
            print(f"{name} is {'no longer made' if (GOLDENS / name).exists() else 'missing'}")
            return False
        if (fresh / name).read_bytes() == (GOLDENS / name).read_bytes():
            continue
        different += 1
        (made, made_metadata), (committed, metadata) = read_safetensors(fresh / name), read_safetensors(GOLDENS / name)
        shapes = [{key: (value.dtype, value.shape) for key, value in tensors.items()} for tensors in (made, committed)]
        if shapes[0] != shapes[1] or {**made_metadata, "sha256": ""} != {**metadata, "sha256": ""}:
            print(f"{name} has other tensors or metadata")
            return False
        for key, value in committed.items():
            difference = (made[key].double() - value.double()).abs().max().item()
            if difference > 0:
                relative = difference / (value.double().abs().max().item() or difference)
                largest = max(largest, relative)
                print(f"{name}, {key}: largest relative difference {relative:.1e}")
    if different == 0:
        print(f"{len(names)} files: equal bit for bit")
    else:
        print(f"{different} of {len(names)} files differ; largest relative difference {largest:.1e}, allowed {TOLERANCE:.0e}")
    return largest <= TOLERANCE


if __name__ == "__main__":
    main()
