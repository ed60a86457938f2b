"""What is compared: layers and networks of tiny sizes, with inputs that are not square and of odd sides."""
import json
from dataclasses import dataclass

from torch import nn

from layers import AttentiveLstmClassifier, ConvBackbone, ConvBlock, GlobalFeatureAttention, LocalFeatureAttention
from network import ExpressionNetwork
from related import FerAttNetwork, PatchGatedCnn

SCORINGS = ["Additive", "Dot", "ScaledDot"]
LABELS = ["calm", "tense", "other", "none"]


@dataclass
class Case:
    name: str
    metadata: dict  # of the file of weights: what to build
    module: nn.Module
    input_shape: tuple
    has_logits: bool  # then the loss is cross-entropy, else the mean square
    landmarks: bool = False  # whether the network also takes those


def stages(*rows):
    """Rows of kernel size and channels; then "pool", if there is one, and a dictionary of what else the row has."""
    return [{"kernelSize": row[0], "channels": row[1], "pool": "pool" in row,
             **{name: value for more in row[2:] if more != "pool" for name, value in more.items()}} for row in rows]


def block(convolutions=2, shortcut=True, reduction=None):
    """What else a row of several convolutions, a shortcut or squeeze-excitation has; the library leaves out what is the default."""
    names = {"convolutions": (convolutions, 1), "shortcut": (shortcut, False), "squeezeExcitationReduction": (reduction, None)}
    return {name: value for name, (value, default) in names.items() if value != default}


def layer(name, kind, module, input_shape, **options):
    return Case(name, {"layer": kind, "options": json.dumps(options)}, module, input_shape, "classes" in options)


def pointwise(name, batch_norm):
    return layer(name, "PointwiseConvBlock", ConvBlock(3, 4, 1, batch_norm), (3, 3, 5, 7),
                 inChannels=3, outChannels=4, batchNorm=batch_norm)


def backbone(name, in_channels, batch_norm, height, width, *rows):
    return layer(name, "ConvBackbone", ConvBackbone(stages(*rows), in_channels, batch_norm), (3, in_channels, height, width),
                 stages=stages(*rows), inChannels=in_channels, batchNorm=batch_norm)


def local_attention(scoring, scaling):
    return layer(f"local-attention-{scoring}-{scaling}".lower(), "LocalFeatureAttention", LocalFeatureAttention(5, scoring, scaling),
                 (3, 7, 5), featureSize=5, scoring=scoring, scaling=scaling)


def global_attention(scoring):
    return layer(f"global-attention-{scoring}".lower(), "GlobalFeatureAttention", GlobalFeatureAttention(5, scoring), (3, 7, 5),
                 featureSize=5, scoring=scoring)


def classifier(name, layers, pooling, scoring="Additive", bidirectional=False):
    return layer(name, "AttentiveLstmClassifier", AttentiveLstmClassifier(5, 3, 6, layers, pooling, scoring, bidirectional), (4, 9, 5),
                 featureSize=5, classes=3, hiddenSize=6, layers=layers, pooling=pooling, scoring=scoring, bidirectional=bidirectional)


def network(name, variant, height, width, crop=None, pixels=(0.5, 0.25), **options):
    """The description is that of a checkpoint of the library, which so opens what Python wrote."""
    everything = {
        "backboneStages": stages((1, 4), (5, 4, "pool"), (3, 4, "pool"), (5, 5, "pool")),  # the paper's table with fewer channels
        "batchNorm": True,
        "scoring": "Additive",
        "localAttentionScaling": "MeanOne",
        "lstmHiddenSize": 6,
        "lstmLayers": 2,
        "bidirectional": False,
        "cnnHiddenSize": 7,
        "dropout": 0,
        "seed": 1,
        **options,
    }
    return Case(name, *described("ExpressionNetwork", variant, ExpressionNetwork, height, width, crop, pixels, everything), True)


def described(family, variant, network_of, height, width, crop, pixels, options):
    """The metadata of a checkpoint, a network of them, and the shape of its input."""
    preprocessing = {
        "height": height, "width": width, "color": "gray", "range": [0, 1],
        "insideNetwork": {
            "crop": crop and {"height": crop[0], "width": crop[1]}, "pixelMean": pixels[0], "pixelStandardDeviation": pixels[1],
        },
    }
    metadata = {
        "formatVersion": "3",
        "library": "tests/reference",
        "family": family,
        "variant": variant,
        "options": json.dumps(options),
        "labels": json.dumps(LABELS),
        "preprocessing": json.dumps(preprocessing),
        "calibration": json.dumps({"temperature": 1}),
    }
    return metadata, network_of(metadata), (4, 1, height, width)


def patch_gated(name, variant, height, width, **options):
    everything = {
        "trunkStages": stages((3, 3), (3, 4, "pool")),
        "patchSize": 3,
        "patchChannels": 3,
        "patchFeatureSize": 2,
        "gateChannels": 8,
        "gateHiddenSize": 8,
        "globalBranch": variant == "gACNN",
        "globalStages": stages((3, 8, "pool")),
        "globalFeatureSize": 8,
        "hiddenSize": 6,
        "dropout": 0,
        "seed": 1,
        **options,
    }
    return Case(name, *described("PatchGatedCnn", variant, PatchGatedCnn, height, width, None, (0.4, 0.3), everything), True, landmarks=True)


def fer_att(name, height, width, **options):
    everything = {
        "encoderStages": stages((3, 3), (3, 4, "pool"), (3, 5, "pool", block())),
        "decoderChannels": [4, 3],
        "residualBlocks": 2,
        "reconstructionChannels": 5,
        "classifierChannels": [4, 5],
        "classifierBlocks": 2,
        "embeddingSize": 3,
        "seed": 1,
        **options,
    }
    return Case(name, *described("FerAttNetwork", "FERAtt", FerAttNetwork, height, width, None, (0.4, 0.3), everything), True)


def plain_network(variant, scoring, **options):
    """All that the paper's network has not: no batch norm, a centre crop with odd margins, both directions, equation 6 as printed."""
    return network(f"{variant}-plain".lower(), variant, 21, 19, crop=(16, 18), pixels=(0.4, 0.3), batchNorm=False, scoring=scoring,
                   backboneStages=stages((3, 3), (3, 3, "pool"), (1, 4), (5, 4, "pool")), localAttentionScaling="AsPrinted",
                   bidirectional=True, **options)


# Sizes at which no gradient of AdamW's is so small that single precision alone decides on its sign.
RESIDUAL = stages((1, 4), (3, 5, "pool", block(2, True, 2)), (3, 5, "pool", block(2, True, 3)), (3, 6, "pool", block(2)))


def all_cases():
    return [
        pointwise("pointwise-norm", True),
        pointwise("pointwise-plain", False),
        backbone("backbone-norm", 3, True, 13, 10, (3, 4), (1, 5), (3, 4, "pool"), (5, 3, "pool")),
        backbone("backbone-plain", 1, False, 11, 17, (1, 3), (5, 4, "pool"), (3, 4), (3, 4), (7, 5, "pool")),
        backbone("backbone-deep", 2, True, 21, 14, (3, 4), (3, 4, "pool"), (3, 5), (3, 5, "pool"), (3, 5), (3, 6, "pool")),
        backbone("backbone-shortcut", 3, True, 13, 10,
                 (3, 4, block()), (3, 4, "pool", block(1)), (3, 6, "pool", block(3)), (1, 6, block(2))),
        backbone("backbone-squeeze", 2, True, 11, 14,
                 (3, 9, block(1, False, 2)), (3, 8, "pool", block(3, False, 4)), (3, 5, block(1, False, 1))),
        backbone("backbone-squeeze-shortcut", 1, True, 15, 8, (3, 4, "pool"), (3, 6, "pool", block(2, True, 2)), (3, 6, block(2, True, 3))),
        backbone("backbone-squeeze-shortcut-plain", 3, False, 9, 12, (3, 3, block(2, True, 1)), (3, 6, "pool", block(2, True, 2))),
        *[local_attention(scoring, scaling) for scoring in SCORINGS for scaling in ["AsPrinted", "MeanOne"]],
        *[global_attention(scoring) for scoring in SCORINGS],
        classifier("lstm-1-mean", 1, "Mean"),
        classifier("lstm-3-mean-bidirectional", 3, "Mean", bidirectional=True),
        classifier("lstm-2-additive", 2, "Attention"),
        classifier("lstm-1-dot-bidirectional", 1, "Attention", "Dot", bidirectional=True),
        classifier("lstm-2-scaled-dot-bidirectional", 2, "Attention", "ScaledDot", bidirectional=True),
        *[network(variant.lower(), variant, 17, 22) for variant in ["CNN", "CNN-LSTM", "ACNN-LSTM", "CNN-ALSTM", "ACNN-ALSTM"]],
        *[network(f"{variant.lower()}-residual", variant, 19, 26, backboneStages=RESIDUAL) for variant in ["CNN", "ACNN-ALSTM"]],
        patch_gated("pacnn", "pACNN", 17, 22),
        patch_gated("gacnn", "gACNN", 18, 21, patchSize=4),
        fer_att("feratt", 20, 24),
        fer_att("feratt-plain", 18, 22, encoderStages=stages((5, 4, "pool")), decoderChannels=[3], residualBlocks=0, embeddingSize=None,
                classifierChannels=[3, 4, 6], classifierBlocks=1),
        plain_network("CNN", "Additive"),
        plain_network("CNN-LSTM", "Additive", lstmLayers=1),
        plain_network("ACNN-LSTM", "Dot", lstmLayers=1),
        plain_network("CNN-ALSTM", "ScaledDot"),
        plain_network("ACNN-ALSTM", "ScaledDot", lstmLayers=3),
    ]
