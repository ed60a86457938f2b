"""
Trains a network of the library in plain PyTorch, where the library itself does not run: the networks of tests/reference with PyTorch's own
LSTM and batch norm, by a recipe of samples/Train, on FER2013 (with --ferplus by the votes of FER+), from the same first weights and on the
same batches as the library's Trainer. The folder --output gets checkpoint.safetensors (the weights that did best on PublicTest) and
last.safetensors, which the library opens, and results.json. Needs PyTorch 1.13 or newer and NumPy. docs/gpu.md says more.
"""
import argparse
import contextlib
import copy
import csv
import gzip
import hashlib
import json
import math
import sys
import time
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "reference"))

import layers  # noqa: E402
from network import ExpressionNetwork  # noqa: E402
from read_safetensors import read_safetensors  # noqa: E402
from write_safetensors import write_safetensors  # noqa: E402

SIDE = 48
VALIDATION_BATCH = 1024
VARIANTS = ["CNN", "CNN-LSTM", "ACNN-LSTM", "CNN-ALSTM", "ACNN-ALSTM"]
FER2013 = ["Angry", "Disgust", "Fear", "Happy", "Sad", "Surprise", "Neutral"]
FERPLUS = ["Neutral", "Happy", "Surprise", "Sad", "Angry", "Disgust", "Fear", "Contempt"]
VOTES = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF"]
PAPER = [{"kernelSize": 1, "channels": 32}, {"kernelSize": 5, "channels": 32, "pool": True},
         {"kernelSize": 3, "channels": 32, "pool": True}, {"kernelSize": 5, "channels": 64, "pool": True}]

# The library's options with their defaults.
NETWORK = {
    "imageHeight": 48,
    "imageWidth": 48,
    "cropHeight": None,
    "cropWidth": None,
    "pixelMean": 0.5,
    "pixelStandardDeviation": 0.25,
    "backboneStages": None,
    "batchNorm": True,
    "scoring": "Additive",
    "localAttentionScaling": "MeanOne",
    "lstmHiddenSize": 512,
    "lstmLayers": 2,
    "bidirectional": False,
    "cnnHiddenSize": 512,
    "dropout": 0.0,
    "seed": 1,
}
TRAINER = {
    "iterations": None,
    "epochs": None,
    "batchSize": 30,
    "optimizer": "Adam",
    "learningRate": 0.001,
    "schedule": "Constant",
    "warmupIterations": 0,
    "stepIterations": 1000,
    "stepFactor": 0.1,
    "momentum": 0.9,
    "weightDecay": 0.0,
    "decayedWeights": "All",
    "maxGradientNorm": None,
    "labelSmoothing": 0.0,
    "classWeighting": "Equal",
    "mixupAlpha": 0.0,
    "mixupEnd": 1.0,
    "distillationShare": 0.0,
    "distillationTemperature": 1.0,
    "averagingDecay": 0.0,
    "patienceValidations": None,
    "averageMirrored": False,
    "trainingReportInterval": 100,
    "validationInterval": 400,
    "seed": 1,
}
AUGMENTATION = {
    "flipProbability": 0.5,
    "alternateFlips": False,
    "maxRotationDegrees": 0.0,
    "maxScale": 0.0,
    "maxShiftPixels": 0.0,
    "cropHeight": None,
    "cropWidth": None,
    "maxBrightness": 0.0,
    "maxContrast": 0.0,
    "erasingProbability": 0.0,
    "maxErasedShare": 0.2,
    "corruptionProbability": 0.0,
    "maxCorruptionStrength": 3,
}
WITHOUT_EFFECT = ["validationBatchSize", "resumeInterval", "device", "cudaIndex"]  # on what the weights become
STAGE = {"kernelSize": None, "channels": None, "pool": False, "convolutions": 1, "shortcut": False, "squeezeExcitationReduction": None}
CHOICES = {
    "scoring": ["Additive", "Dot", "ScaledDot"],
    "localAttentionScaling": ["AsPrinted", "MeanOne"],
    "optimizer": ["Adam", "AdamW", "SgdNesterov"],
    "schedule": ["Constant", "Cosine", "Step"],
    "decayedWeights": ["All", "ConvolutionAndLinear"],
    "classWeighting": ["Equal", "Balanced"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, help="the recipe, for example samples/Train/compact-fer2013.json")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="an option of it, for example trainer:epochs=40")
    parser.add_argument("--data", type=Path, help="fer2013.csv, plain or gzip-compressed")
    parser.add_argument("--ferplus", type=Path, help="fer2013new.csv: votes train, faces of a strict majority select")
    parser.add_argument("--teacher", type=Path, help="what samples/Train teach wrote of the same training faces")
    parser.add_argument("--output", type=Path, help="a new or empty folder")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="cuda, cuda:1 or cpu [%(default)s]")
    parser.add_argument("--precision", choices=["float32", "tf32", "bfloat16"], default="float32", help="of the arithmetic [%(default)s]")
    parser.add_argument("--threads", type=int, help="of the CPU; by default PyTorch's choice")
    parser.add_argument("--self-test", action="store_true", help="compare with tests/reference, train nothing")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    if arguments.self_test:
        self_test(torch.device(arguments.device))
        return
    for name in ["config", "data", "output"]:
        if getattr(arguments, name) is None:
            parser.error(f"--{name} was not given; expected it, or --self-test alone.")
    if arguments.output.exists() and any(arguments.output.iterdir()):
        parser.error(f"--output: '{arguments.output}' is not empty; expected a new or empty folder.")
    recipe = Recipe(arguments.config, arguments.set)
    if (recipe.trainer["distillationShare"] > 0) != (arguments.teacher is not None):
        parser.error(f"--teacher was {'given' if arguments.teacher else 'not given'} while trainer:distillationShare is "
                     f"{recipe.trainer['distillationShare']}; expected both or neither.")
    training, validation = read_faces(arguments.data, arguments.ferplus)
    if arguments.teacher:
        training.teacher = read_teacher(arguments.teacher, training)
    arguments.output.mkdir(parents=True, exist_ok=True)
    train(recipe, training, validation, arguments)


class Recipe:
    """The options of a file and of --set. One that is not known is an error that names it."""

    def __init__(self, path, assignments=()):
        try:
            content = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            sys.exit(f"{path} is no recipe: {error}")
        for assignment in assignments:
            key, _, text = assignment.partition("=")
            try:
                value = json.loads(text)
            except ValueError:
                value = text
            *parts, last = key.split(":")
            target = content
            for part in parts:
                target = target.setdefault(part, {})
            if last in ("epochs", "iterations"):  # Each takes the other's place.
                target.pop("epochs", None), target.pop("iterations", None)
            target[last] = value
        self.source = str(path)
        self.faults = []
        top = self.fill({"variant": "AcnnAlstm", "network": {}, "trainer": {}}, content, "")
        names = {name.replace("-", "").lower(): name for name in VARIANTS}
        self.variant = names.get(str(top["variant"]).replace("-", "").lower())
        if self.variant is None:
            self.faults.append(f"variant is {top['variant']}; expected one of {', '.join(VARIANTS)}.")
        self.network = self.fill(NETWORK, top["network"], "network:")
        self.trainer = self.fill({**TRAINER, "augmentation": {}}, top["trainer"], "trainer:", WITHOUT_EFFECT)
        self.augmentation = self.fill(AUGMENTATION, self.trainer.pop("augmentation"), "trainer:augmentation:")
        self.stages = [self.fill(STAGE, stage, f"network:backboneStages:{i}:") for i, stage in
                       enumerate(PAPER if self.network["backboneStages"] is None else self.network["backboneStages"])]
        self.check()
        if self.faults:
            sys.exit(f"{path}: {' '.join(self.faults)}")

    def fill(self, defaults, values, where, ignored=()):
        """The defaults with values in their places; names in upper or lower case."""
        filled, known = dict(defaults), {name.lower(): name for name in defaults}
        for key, value in values.items():
            name = known.get(key.lower())
            if name is None:
                if key.lower() not in map(str.lower, ignored):
                    self.faults.append(f"{where}{key} is not known to this script; expected one of {', '.join(defaults)}.")
                continue
            choices = {choice.lower(): choice for choice in CHOICES.get(name, [])}
            if choices:
                if str(value).lower() not in choices:
                    self.faults.append(f"{where}{key} is {value}; expected one of {', '.join(CHOICES[name])}.")
                value = choices.get(str(value).lower(), value)
            elif isinstance(defaults[name], bool) != isinstance(value, bool) or (
                    isinstance(defaults[name], (int, float)) and not isinstance(value, (int, float))):
                kind = "true or false" if isinstance(defaults[name], bool) else "a number"
                self.faults.append(f"{where}{key} is {value}; expected {kind}.")
            filled[name] = value
        return filled

    def check(self):
        if self.trainer["iterations"] is not None and self.trainer["epochs"] is not None:
            self.faults.append("trainer:iterations and trainer:epochs are both given; expected at most one of them.")
        if (self.network["imageHeight"], self.network["imageWidth"]) != (SIDE, SIDE):
            self.faults.append(f"network:imageHeight and imageWidth are others than {SIDE}; expected the size of the faces of FER2013.")
        crops = [(options["cropHeight"], options["cropWidth"]) for options in (self.network, self.augmentation)]
        if crops[1] != (None, None) and crops[0] != crops[1]:
            self.faults.append(f"trainer:augmentation crops to {crops[1]} and the network sees {crops[0]}; expected the same.")
        if self.augmentation["corruptionProbability"] != 0:
            self.faults.append("trainer:augmentation:corruptionProbability is not 0; expected 0: this script spoils no faces, samples/Train does.")

    def iterations(self, faces):
        if self.trainer["epochs"] is None:
            return self.trainer["iterations"] or 5000
        return -(-self.trainer["epochs"] * faces // self.trainer["batchSize"])

    def metadata(self, labels):
        """What the library's checkpoints say of a network (docs/architecture.md)."""
        options = self.network
        crop = options["cropHeight"] and {"height": options["cropHeight"], "width": options["cropWidth"]}
        written = ["kernelSize", "channels", "pool"]
        stored = {name: options[name] for name in ["batchNorm", "scoring", "localAttentionScaling", "lstmHiddenSize", "lstmLayers",
                                                   "bidirectional", "cnnHiddenSize", "dropout", "seed"]}
        stages = [{name: value for name, value in stage.items() if name in written or value != STAGE[name]} for stage in self.stages]
        return {
            "formatVersion": "3",
            "library": f"eng/gpu/train.py, PyTorch {torch.__version__}",
            "family": "ExpressionNetwork",
            "variant": self.variant,
            "labels": json.dumps(labels),
            "preprocessing": json.dumps({
                "height": SIDE, "width": SIDE, "color": "gray", "range": [0, 1],
                "insideNetwork": {"crop": crop, "pixelMean": options["pixelMean"],
                                  "pixelStandardDeviation": options["pixelStandardDeviation"]}}),
            "calibration": json.dumps({"temperature": 1}),
            "options": json.dumps({"backboneStages": stages, **stored}),
        }


class Faces:
    """Pixels [N, 48, 48] and labels [N] as bytes; and, if it has them, weights [N], votes [N, K] and a teacher [N, K]."""

    def __init__(self, names, pixels, labels, weights=None, votes=None):
        self.names, self.pixels, self.labels, self.weights, self.votes, self.teacher = names, pixels, labels, weights, votes, None

    def counted(self):
        return len(self.labels) if self.weights is None else int((self.weights > 0).sum())

    def targets(self):
        single = numpy.eye(len(self.names), dtype=numpy.float32)[self.labels]
        if self.votes is None:
            return single
        sums = self.votes.sum(1, keepdims=True, dtype=numpy.float32)
        return numpy.where(sums == 0, single, self.votes / numpy.maximum(sums, 1)).astype(numpy.float32)

    def fingerprint(self):
        content = hashlib.sha256(",".join(self.names).encode() + self.labels.tobytes() + self.pixels.tobytes())
        return f"{len(self.labels)} faces of {SIDE} x {SIDE}, sha256 {content.hexdigest()}"


def read_rows(path):
    """A csv, plain or gzip-compressed, row by row as dictionaries with names in lower case."""
    with open(path, "rb") as file:
        opened = gzip.open if file.read(2) == b"\x1f\x8b" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
        header = lines.readline()
        delimiter = next((mark for mark in ",;\t" if mark in header), ",")
        names = [name.strip().strip('"').lower() for name in header.split(delimiter)]
        for values in csv.reader(lines, delimiter=delimiter):
            if values:
                yield dict(zip(names, (value.strip() for value in values)))


def read_faces(path, votes_path):
    """Training and PublicTest rows."""
    parts, labels, pixels = [], [], []
    for number, row in enumerate(read_rows(path), start=1):
        if not {"emotion", "pixels", "usage"} <= row.keys():
            sys.exit(f"{path}, row {number}: got the columns {', '.join(row)}; expected emotion, pixels and Usage.")
        values = numpy.array(row["pixels"].split(), dtype=numpy.int64)
        if len(values) != SIDE * SIDE or values.min() < 0 or values.max() > 255:
            sys.exit(f"{path}, row {number}: got {len(values)} pixels of {values.min()} to {values.max()}; "
                     f"expected {SIDE * SIDE} of 0 to 255.")
        label = int(float(row["emotion"]))
        if not 0 <= label < len(FER2013):
            sys.exit(f"{path}, row {number}: emotion is {row['emotion']}; expected 0 to {len(FER2013) - 1}.")
        parts.append(row["usage"].lower())
        labels.append(label)
        pixels.append(values.astype(numpy.uint8))
    parts, labels, pixels = numpy.array(parts), numpy.array(labels, numpy.uint8), numpy.array(pixels).reshape(-1, SIDE, SIDE)
    rows = [numpy.flatnonzero(parts == part) for part in ["training", "publictest"]]
    if not all(map(len, rows)):
        sys.exit(f"{path}: got {len(rows[0])} Training and {len(rows[1])} PublicTest rows; expected some of both.")
    if votes_path is None:
        return [Faces(FER2013, pixels[of], labels[of]) for of in rows]
    votes = read_votes(votes_path, path, parts, labels)
    return [by_votes(pixels[rows[0]], votes[rows[0]]), by_strict_majority(pixels[rows[1]], votes[rows[1]])]


def read_votes(path, faces_path, parts, labels):
    """[N, 10], checked to belong to the faces row by row as far as that shows."""
    rows = list(read_rows(path))
    missing = [name for name in ["Usage", *VOTES] if rows and name.lower() not in rows[0]]
    if not rows or missing:
        sys.exit(f"{path}: column {', '.join(missing)} is missing; expected fer2013new.csv of FER+.")
    others = [row["usage"].lower() for row in rows]
    if others != list(parts):
        same = next((i for i, (one, other) in enumerate(zip(others, parts)) if one != other), min(len(others), len(parts)))
        sys.exit(f"{path} has {len(others)} rows and {faces_path} {len(parts)}, and the Usage first differs in row {same + 1}; "
                 "expected a row for each, in the same order.")
    votes = numpy.array([[int(row[name.lower()]) for name in VOTES] for row in rows])
    sums = votes.sum(1)
    if votes.min() < 0 or sums.min() < 1 or sums.max() > 10:
        sys.exit(f"{path}: got {sums.min()} to {sums.max()} votes a row; expected 1 to 10.")
    winners = votes.argmax(1)
    of_fer2013 = numpy.array([FER2013.index(name) if name in FER2013 else -1 for name in FERPLUS] + [-1, -1])
    for start in range(0, len(votes), 1000) if len(votes) >= 1000 else []:
        part = slice(min(start, len(votes) - 1000), start + 1000)
        compared = winners[part] < len(FERPLUS)
        equal = (of_fer2013[winners[part]] == labels[part]) & compared
        if 2 * equal.sum() < compared.sum():
            sys.exit(f"{path}, rows {part.start + 1} to {part.start + 1000}: most votes agree with {faces_path} in {equal.sum()} of "
                     f"{compared.sum()} rows; expected at least half: rows are shifted, or columns have one another's names.")
    return votes


def by_votes(pixels, votes):
    emotions = votes[:, :len(FERPLUS)]
    weights = (emotions.sum(1) > 0).astype(numpy.float32)
    return Faces(FERPLUS, pixels, emotions.argmax(1).astype(numpy.uint8), weights, emotions)


def by_strict_majority(pixels, votes):
    """Single votes are dropped; the winner of the ten columns has more than half of what is left, and is an emotion."""
    winners, most = votes.argmax(1), votes.max(1)
    left = numpy.where(votes > 1, votes, 0).sum(1)
    counts = (most > 1) & (2 * most > left) & (winners < len(FERPLUS))
    labels = numpy.where(counts, winners, votes[:, :len(FERPLUS)].argmax(1))
    return Faces(FERPLUS, pixels, labels.astype(numpy.uint8), counts.astype(numpy.float32))


def read_teacher(path, faces):
    tensors, metadata = read_safetensors(path)
    if metadata.get("faces") != faces.fingerprint() or list(tensors) != ["probabilities"]:
        sys.exit(f"{path}: faces is {metadata.get('faces')}; expected a teacher file of the training faces, {faces.fingerprint()}.")
    return tensors["probabilities"].numpy()


class SeededRandom:
    """SplitMix64 as the library has it, many numbers at a time."""

    def __init__(self, *seeds):
        self.state = 0
        for seed in seeds:
            self.state ^= int(seed)
            self.state = int(self.next(1)[0])

    def next(self, count):
        """64 uniform bits each."""
        steps = numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = numpy.uint64(self.state) + steps
        self.state = int(z[-1])
        return mixed_bits(z)

    def doubles(self, count):
        """Uniform in [0, 1)."""
        return unit(self.next(count))

    def double(self):
        return float(self.doubles(1)[0])

    def gaussian(self):
        radius = math.sqrt(-2 * math.log(1 - self.double()))
        return radius * math.cos(2 * math.pi * self.double())

    def shuffled(self, count):
        """The numbers from 0 on in a random order."""
        order, bounds = list(range(count)), numpy.arange(count, 1, -1)
        for i, j in zip(range(count - 1, 0, -1), whole(self.next(count - 1), bounds).tolist() if count > 1 else []):
            order[i], order[j] = order[j], order[i]
        return numpy.array(order)


def mixed_bits(z):
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def unit(bits):
    return (bits >> numpy.uint64(11)).astype(numpy.float64) * 2.0 ** -53


def symmetric(bits, bound):
    return bound * (-1 + 2 * unit(bits))


def whole(bits, bound):
    """Uniform whole numbers in [0, bound): the upper half of the product of 128 bits."""
    bound, half = numpy.asarray(bound).astype(numpy.uint64), numpy.uint64(32)
    low = (bits & numpy.uint64(0xFFFFFFFF)) * bound >> half
    return (((bits >> half) * bound + low) >> half).astype(numpy.int64)


class Draws:
    """All that is random about a batch but dropout: a pure function of (seed, iteration), the library's own numbers."""

    def __init__(self, recipe, faces):
        self.options, self.augmentation, self.faces = recipe.trainer, recipe.augmentation, faces
        self.seed, self.size = self.options["seed"], self.options["batchSize"]
        self.last_mixed = self.options["mixupEnd"] * recipe.iterations(faces) if self.options["mixupAlpha"] > 0 else 0
        self.order_of = None, None
        seeded = SeededRandom(self.seed, 8).state
        self.first_flips = mixed_bits((numpy.arange(faces, dtype=numpy.uint64) ^ numpy.uint64(seeded)) + numpy.uint64(0x9E3779B97F4A7C15))
        self.first_flips = mixed_bits(self.first_flips + numpy.uint64(0x9E3779B97F4A7C15)) & numpy.uint64(1)

    def of(self, iteration):
        """For each face whole numbers (row, flip, top, left, partner) and numbers by name; and the share of mixup, or None."""
        places = (iteration - 1) * self.size + numpy.arange(self.size)
        passes, positions = places // self.faces, places % self.faces
        rows = numpy.empty(self.size, numpy.int64)
        for number in numpy.unique(passes):
            rows[passes == number] = self.order(int(number))[positions[passes == number]]
        indices, numbers = {"row": rows}, {}
        self.draw_geometry(iteration, rows, passes, indices, numbers)
        self.draw_appearance(iteration, numbers)
        share = None
        if iteration <= self.last_mixed:
            random = SeededRandom(self.seed, 7, iteration)
            first, second = self.gamma(random), self.gamma(random)
            share = first / (first + second) if first + second > 0 else 1.0
            share, indices["partner"] = max(share, 1 - share), random.shuffled(self.size)
        return indices, numbers, share

    def order(self, number):
        if self.order_of[0] != number:
            self.order_of = number, SeededRandom(self.seed, 1, number).shuffled(self.faces)
        return self.order_of[1]

    def draw_geometry(self, iteration, rows, passes, indices, numbers):
        options, count = self.augmentation, self.size
        if options["alternateFlips"]:
            indices["flip"] = (self.first_flips[rows].astype(numpy.int64) ^ passes) & 1
        elif options["flipProbability"] > 0:
            indices["flip"] = (SeededRandom(self.seed, 2, iteration).doubles(count) < options["flipProbability"]).astype(numpy.int64)
        if options["maxRotationDegrees"] or options["maxScale"] or options["maxShiftPixels"]:
            bits = SeededRandom(self.seed, 3, iteration).next(4 * count).reshape(count, 4).T
            angle, scale = symmetric(bits[0], options["maxRotationDegrees"] * math.pi / 180), 1 + symmetric(bits[1], options["maxScale"])
            x, y = (-2 * symmetric(part, options["maxShiftPixels"]) / SIDE for part in bits[2:])
            cosine, sine = numpy.cos(angle) / scale, numpy.sin(angle) / scale
            numbers["warp"] = numpy.stack([cosine, sine, cosine * x + sine * y, -sine, cosine, -sine * x + cosine * y], 1)
        if options["cropHeight"]:
            bits = SeededRandom(self.seed, 4, iteration).next(2 * count).reshape(count, 2).T
            indices["top"] = whole(bits[0], SIDE - options["cropHeight"] + 1)
            indices["left"] = whole(bits[1], SIDE - options["cropWidth"] + 1)

    def draw_appearance(self, iteration, numbers):
        options, count = self.augmentation, self.size
        if options["maxBrightness"] or options["maxContrast"]:
            bits = SeededRandom(self.seed, 5, iteration).next(2 * count).reshape(count, 2).T
            contrasts, brightnesses = 1 + symmetric(bits[0], options["maxContrast"]), symmetric(bits[1], options["maxBrightness"])
            numbers["light"] = numpy.stack([contrasts, brightnesses], 1)
        if options["erasingProbability"] > 0:
            height, width = options["cropHeight"] or SIDE, options["cropWidth"] or SIDE
            bits = SeededRandom(self.seed, 6, iteration).next(6 * count).reshape(count, 6).T
            erased = unit(bits[0]) < options["erasingProbability"]
            area = (0.02 + (options["maxErasedShare"] - 0.02) * unit(bits[1])) * height * width
            aspect = numpy.exp(symmetric(bits[2], math.log(3.3)))
            rows = numpy.clip(numpy.round(numpy.sqrt(area * aspect)), 1, height).astype(numpy.int64)
            columns = numpy.clip(numpy.round(numpy.sqrt(area / aspect)), 1, width).astype(numpy.int64)
            top, left = whole(bits[3], height - rows + 1), whole(bits[4], width - columns + 1)
            numbers["erase"] = numpy.stack([top, numpy.where(erased, top + rows, top), left, left + columns, unit(bits[5])], 1)

    def gamma(self, random):
        """Marsaglia and Tsang (2000)."""
        alpha = self.options["mixupAlpha"]
        boost = (1 - random.double()) ** (1 / alpha) if alpha < 1 else 1
        d = (alpha + 1 if alpha < 1 else alpha) - 1 / 3
        while True:
            x = random.gaussian()
            v = (1 + x / math.sqrt(9 * d)) ** 3
            if v > 0 and math.log(1 - random.double()) < 0.5 * x * x + d - d * v + d * math.log(v):
                return d * v * boost


class Batches:
    """The faces on the device, and batches of them: images, targets, weights or None, what a teacher says or None."""

    def __init__(self, recipe, faces, device, smoothing=0.0, weighting="Equal"):
        targets, weights = torch.from_numpy(faces.targets()), None if faces.weights is None else torch.from_numpy(faces.weights)
        if weighting == "Balanced":
            counts = numpy.bincount(faces.labels if faces.weights is None else faces.labels[faces.weights > 0], minlength=len(faces.names))
            share = numpy.where(counts == 0, 0, counts.sum() / len(counts) / numpy.maximum(counts, 1))
            balanced = targets @ torch.from_numpy(share.astype(numpy.float32))
            weights = balanced if weights is None else weights * balanced
        targets = targets * (1 - smoothing) + smoothing / len(faces.names) if smoothing else targets
        teacher = None if faces.teacher is None else torch.from_numpy(faces.teacher)
        self.pixels = torch.from_numpy(faces.pixels)[:, None].to(device)
        self.columns = [column if column is None else column.to(device) for column in (targets, weights, teacher)]
        self.device, self.recipe, self.draws = device, recipe, Draws(recipe, len(faces.labels))

    def of(self, iteration):
        indices, numbers, share = self.draws.of(iteration)
        indices = self.upload(indices, torch.int64)
        numbers = self.upload(numbers, torch.float32)
        images = self.pixels[indices["row"][:, 0]].float() / 255
        images = self.change(images, indices, numbers)
        own = [column if column is None else column[indices["row"][:, 0]] for column in self.columns]
        return (images, *own) if share is None else mix(images, *own, share, indices["partner"][:, 0])

    def upload(self, arrays, dtype):
        """All in one journey."""
        if not arrays:
            return {}
        columns = [array.reshape(len(array), -1) for array in arrays.values()]
        together = torch.from_numpy(numpy.concatenate(columns, 1)).to(dtype)
        if self.device.type == "cuda":
            together = together.pin_memory()
        parts = together.to(self.device, non_blocking=True).split([column.shape[1] for column in columns], 1)
        return dict(zip(arrays, parts))

    def change(self, images, indices, numbers):
        options, count = self.recipe.augmentation, len(images)
        if "flip" in indices:
            images = torch.where(indices["flip"].view(-1, 1, 1, 1) == 1, images.flip(3), images)
        if "warp" in numbers:
            grid = functional.affine_grid(numbers["warp"].view(-1, 2, 3), list(images.shape), align_corners=False)
            images = functional.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
        if "top" in indices:
            height, width = options["cropHeight"], options["cropWidth"]
            face = torch.arange(count, device=self.device).view(-1, 1, 1)
            row = indices["top"].view(-1, 1, 1) + torch.arange(height, device=self.device).view(1, -1, 1)
            column = indices["left"].view(-1, 1, 1) + torch.arange(width, device=self.device).view(1, 1, -1)
            images = images[:, 0][face, row, column][:, None]
        if "light" in numbers:
            contrast, brightness = (part.view(-1, 1, 1, 1) for part in numbers["light"].unbind(1))
            images = (images * contrast + images.mean((2, 3), keepdim=True) * (1 - contrast) + brightness).clamp(0, 1)
        if "erase" in numbers:
            top, bottom, left, right, tone = (part.view(-1, 1, 1, 1) for part in numbers["erase"].unbind(1))
            y = torch.arange(images.shape[2], device=self.device).view(1, 1, -1, 1)
            x = torch.arange(images.shape[3], device=self.device).view(1, 1, 1, -1)
            images = torch.where((y >= top) & (y < bottom) & (x >= left) & (x < right), tone, images)
        return images


def mix(images, targets, weights, teacher, share, partner):
    """Each face with its partner; a face weighs in the targets, and in what the teacher says, as it does in the loss."""
    def both(first):
        return first * share + first[partner] * (1 - share)

    if weights is None:
        return both(images), both(targets), None, None if teacher is None else both(teacher)
    sums = both(weights)

    def weighted(first):
        return both(first * weights[:, None]) / sums.clamp_min(1e-30)[:, None]

    return both(images), weighted(targets), sums, None if teacher is None else weighted(teacher)


class Lstm(nn.LSTM):
    """As layers.Lstm: hidden states alone; always in single precision."""

    def __init__(self, feature_size, hidden_size, layers, bidirectional):
        super().__init__(feature_size, hidden_size, layers, batch_first=True, bidirectional=bidirectional)

    def forward(self, features):
        with torch.autocast(features.device.type, enabled=False):
            return super().forward(features.to(self.weight_ih_l0.dtype))[0]


class AttentionScore(layers.AttentionScore):
    """With a first query as the library draws it."""

    def __init__(self, feature_size, scoring):
        super().__init__(feature_size, scoring)
        nn.init.uniform_(self.query, -1 / math.sqrt(feature_size), 1 / math.sqrt(feature_size))


@contextlib.contextmanager
def fast_layers():
    """What is spelled out in the reference, by PyTorch's own."""
    fast = {"BatchNorm": nn.BatchNorm2d, "Lstm": Lstm, "AttentionScore": AttentionScore}
    slow = {name: getattr(layers, name) for name in fast}
    try:
        for name, kind in fast.items():
            setattr(layers, name, kind)
        yield
    finally:
        for name, kind in slow.items():
            setattr(layers, name, kind)


def build(metadata):
    """A network with the library's first weights for its seed."""
    options = json.loads(metadata["options"])
    torch.manual_seed(options["seed"])
    with fast_layers():
        network = ExpressionNetwork(metadata)
    if options["dropout"] > 0:
        network.classifier.linear.register_forward_pre_hook(
            lambda layer, inputs: functional.dropout(inputs[0], options["dropout"], layer.training))
    return network


def optimizer_of(network, options):
    of_layers = {id(module.weight) for module in network.modules() if isinstance(module, (nn.Conv2d, nn.Linear))}
    groups = [[], []]
    for parameter in network.parameters():
        groups[options["decayedWeights"] == "All" or id(parameter) in of_layers].append(parameter)
    groups = [{"params": group, "weight_decay": decay} for group, decay in zip(groups, [0.0, options["weightDecay"]]) if group]
    rate = options["learningRate"]
    return {
        "Adam": lambda: torch.optim.Adam(groups, rate),
        "AdamW": lambda: torch.optim.AdamW(groups, rate),
        "SgdNesterov": lambda: torch.optim.SGD(groups, rate, momentum=options["momentum"], nesterov=True),
    }[options["optimizer"]]()


def learning_rate(iteration, iterations, options):
    warmup = options["warmupIterations"]
    if iteration <= warmup:
        return options["learningRate"] * iteration / warmup
    since = iteration - 1 - warmup
    return options["learningRate"] * {
        "Cosine": lambda: 0.5 * (1 + math.cos(math.pi * since / (iterations - warmup))),
        "Step": lambda: options["stepFactor"] ** (since // options["stepIterations"]),
        "Constant": lambda: 1,
    }[options["schedule"]]()


def loss_of(logits, targets, weights, teacher, options):
    def mean(losses):
        return losses.mean() if weights is None else (losses * weights).sum() / weights.sum().clamp_min(1e-30)

    loss = mean(functional.cross_entropy(logits, targets, reduction="none"))
    share, temperature = options["distillationShare"], options["distillationTemperature"]
    if share == 0:
        return loss
    powers = teacher ** (1 / temperature)
    softened = powers / powers.sum(1, keepdim=True).clamp_min(1e-30)
    terms = functional.kl_div((logits / temperature).log_softmax(1), softened, reduction="none")
    return loss * (1 - share) + mean(terms.sum(1) * temperature ** 2) * share


@torch.no_grad()
def evaluate(network, batches, mirrored, arithmetic):
    """Loss, correct faces and faces that count."""
    network.eval()
    loss = correct = weight = faces = 0.0
    targets_of, weights_of, _ = batches.columns
    for start in range(0, len(batches.pixels), VALIDATION_BATCH):
        part = slice(start, start + VALIDATION_BATCH)
        images, targets = batches.pixels[part].float() / 255, targets_of[part]
        weights = torch.ones(len(images), device=images.device) if weights_of is None else weights_of[part]
        with arithmetic():
            logits = network(images).float()
            flipped = network(images.flip(3)).float() if mirrored else None
        if mirrored:
            logits = torch.logaddexp(logits.log_softmax(1), flipped.log_softmax(1)) - math.log(2)
        loss += (functional.cross_entropy(logits, targets, reduction="none") * weights).sum().double()
        correct += ((logits.argmax(1) == targets.argmax(1)) & (weights > 0)).sum()
        weight += weights.sum().double()
        faces += (weights > 0).sum()
    return float(loss / weight), int(correct), int(faces)


class Average:
    """An exponential moving average of parameters and statistics, as a network of its own."""

    def __init__(self, network, decay):
        self.decay, self.source, self.network = decay, network, copy.deepcopy(network)
        for module in self.network.modules():
            if isinstance(module, nn.LSTM):
                module.flatten_parameters()
        pairs = list(zip(self.network.state_dict().values(), network.state_dict().values()))
        self.averages, self.weights = map(list, zip(*[pair for pair in pairs if pair[0].is_floating_point()]))
        self.counts = [pair for pair in pairs if not pair[0].is_floating_point()]

    @torch.no_grad()
    def update(self, iteration):
        keep = min(self.decay, (1 + iteration) / (10 + iteration))
        if iteration == 1:
            for average, weight in zip(self.averages, self.weights):
                average.copy_(weight)
        else:
            torch._foreach_mul_(self.averages, keep)
            torch._foreach_add_(self.averages, self.weights, alpha=1 - keep)

    def current(self):
        for count, source in self.counts:
            count.copy_(source)
        return self.network


def train(recipe, training, validation, arguments):
    options, device = recipe.trainer, torch.device(arguments.device)
    on_gpu = device.type == "cuda"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = arguments.precision != "float32"
    torch.backends.cudnn.benchmark = True

    def arithmetic():
        return torch.autocast(device.type, torch.bfloat16, enabled=arguments.precision == "bfloat16")

    metadata = recipe.metadata(training.names)
    network = build(metadata).to(device)
    if on_gpu:
        network = network.to(memory_format=torch.channels_last)
    batches = Batches(recipe, training, device, options["labelSmoothing"], options["classWeighting"])
    selection = Batches(recipe, validation, device)
    optimizer = optimizer_of(network, options)
    average = Average(network, options["averagingDecay"]) if options["averagingDecay"] > 0 else None
    iterations = recipe.iterations(len(training.labels))
    card = torch.cuda.get_device_name(device) if on_gpu else "CPU"
    print(f"PyTorch {torch.__version__} on {card}, {arguments.precision}: {recipe.variant}, "
          f"{sum(parameter.numel() for parameter in network.parameters()):,} parameters, {iterations} iterations of "
          f"{options['batchSize']} of {training.counted()} faces, selection on {validation.counted()}", flush=True)

    torch.manual_seed(options["seed"])  # of dropout
    reports, validations, best, failures = [], [], None, 0
    since_report, validating, start = [0.0, 0.0, 0.0], 0.0, time.perf_counter()

    def save(name, of, iteration, correct, faces):
        origin = {"data": "FER2013" if training.votes is None else "FER+", "split": "official", "trainedBy": "eng/gpu/train.py",
                  "device": f"{card}, {arguments.precision}", "seed": str(options["seed"]), "iteration": str(iteration),
                  "validationAccuracy": f"{correct / faces:.4f}"}
        write_safetensors(arguments.output / name, {key: value.cpu() for key, value in of.state_dict().items()},
                          {**metadata, "provenance": json.dumps(origin)})

    for iteration in range(1, iterations + 1):
        images, targets, weights, teacher = batches.of(iteration)
        network.train()
        optimizer.zero_grad(set_to_none=True)
        with arithmetic():
            logits = network(images.contiguous(memory_format=torch.channels_last) if on_gpu else images).float()
        loss = loss_of(logits, targets, weights, teacher, options)
        loss.backward()
        if options["maxGradientNorm"] is not None:
            nn.utils.clip_grad_norm_(network.parameters(), options["maxGradientNorm"])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(iteration, iterations, options)
        optimizer.step()
        if average:
            average.update(iteration)
        counts = torch.ones_like(targets[:, 0]) if weights is None else (weights > 0).float()
        wrong = (logits.detach().argmax(1) != targets.argmax(1)) * counts
        for i, value in enumerate([loss.detach(), wrong.sum(), counts.sum()]):  # No look at a number: a GPU would have to be waited for.
            since_report[i] = since_report[i] + value
        if iteration % options["trainingReportInterval"] == 0 or iteration == iterations:
            steps = iteration - (reports[-1]["iteration"] if reports else 0)
            value, errors, faces = map(float, since_report)
            since_report = [0.0, 0.0, 0.0]
            reports.append({"iteration": iteration, "loss": value / steps, "error": errors / max(faces, 1)})
            if not math.isfinite(value):
                sys.exit(f"The loss is {value} in the iterations up to {iteration}; expected finite numbers. The best weights are kept.")
        if iteration % options["validationInterval"] == 0 or iteration == iterations:
            began = time.perf_counter()
            measured = average.current() if average else network
            value, correct, faces = evaluate(measured, selection, options["averageMirrored"], arithmetic)
            validations.append({"iteration": iteration, "loss": value, "error": 1 - correct / faces})
            failures += 1
            if best is None or (-correct, value) < (-best["correct"], best["loss"]):
                best, failures = {"iteration": iteration, "loss": value, "correct": correct}, 0
                save("checkpoint.safetensors", measured, iteration, correct, faces)
            validating += time.perf_counter() - began
            learned = reports[-1]["loss"] if reports else math.nan
            print(f"iteration {iteration} of {iterations}: training loss {learned:.4f}, validation loss {value:.4f}, "
                  f"accuracy {correct / faces:.2%} ({correct} of {faces}), best {best['correct'] / faces:.2%}, "
                  f"{time.perf_counter() - start:.0f} s", flush=True)
            if options["patienceValidations"] is not None and failures >= options["patienceValidations"]:
                break
    if on_gpu:
        torch.cuda.synchronize()
    elapsed = time.perf_counter() - start

    measured = average.current() if average else network
    save("last.safetensors", measured, iteration, correct, faces)
    finals = {}
    for name, at in [("last", iteration), ("checkpoint", best["iteration"])]:
        if name == "checkpoint":
            measured.load_state_dict(read_safetensors(arguments.output / "checkpoint.safetensors")[0])
        finals[name] = {"iteration": at, "weights": f"{name}.safetensors"}
        for view, mirrored in [("single", False), ("mirrored", True)]:
            value, right, faces = evaluate(measured, selection, mirrored, contextlib.nullcontext)
            finals[name][view] = {"loss": value, "correct": right, "faces": faces, "accuracy": right / faces}
        print(f"{name}.safetensors, iteration {at}: " + ", ".join(
            f"{view} {finals[name][view]['accuracy']:.2%} ({finals[name][view]['correct']} of {faces})" for view in ["single", "mirrored"]))
    results = {
        "run": {"recipe": recipe.source, "set": arguments.set, "variant": recipe.variant,
                "network": {**recipe.network, "backboneStages": recipe.stages},
                "trainer": {**options, "augmentation": recipe.augmentation},
                "data": {"labels": training.names, "training": training.counted(), "validation": validation.counted()}},
        "environment": {"pyTorch": torch.__version__, "device": card, "precision": arguments.precision, "threads": torch.get_num_threads()},
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "iterations": iteration, "seconds": elapsed, "secondsPerIteration": (elapsed - validating) / iteration,
        **finals, "history": {"training": reports, "validation": validations},
    }
    (arguments.output / "results.json").write_text(json.dumps(results, indent=2) + "\n")


def self_test(device):
    """The fast layers against the reference's goldens and against the reference itself, and the random numbers against the library's."""
    folder, worst = ROOT / "tests" / "reference" / "goldens", 0.0
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    for path in sorted(folder.glob("*.weights.safetensors")):
        weights, metadata = read_safetensors(path)
        if "variant" not in metadata:
            continue
        expected, _ = read_safetensors(str(path).replace(".weights.", ".expected."))
        network = build(metadata)
        network.load_state_dict(weights)
        network.to(device)
        images = expected["input"].to(device)
        worst = max(worst, difference(network.eval()(images), expected["output"]),
                    difference(network.train()(images), expected["training_output"]))
    print(f"The goldens of all networks, in evaluation and training: largest relative difference {worst:.1e}")
    for name in ["compact-fer2013.json", "accurate-fer2013.json"]:
        metadata = Recipe(ROOT / "samples" / "Train" / name, ["network:dropout=0"]).metadata(FER2013)
        fast, slow = build(metadata).to(device).eval(), ExpressionNetwork(metadata).to(device).eval()
        slow.load_state_dict(fast.state_dict())
        images = torch.from_numpy(SeededRandom(1).doubles(2 * SIDE * SIDE)).float().view(2, 1, SIDE, SIDE).to(device)
        with torch.no_grad():
            error = difference(fast(images), slow(images))
        print(f"{name}, random faces: {error:.1e}")
        worst = max(worst, error)
    if worst > 1e-5:
        sys.exit("The fast layers are not those of the reference; expected at most 1e-5.")


def difference(got, expected):
    return float((got.cpu() - expected.cpu()).abs().max() / expected.abs().max())


if __name__ == "__main__":
    main()
