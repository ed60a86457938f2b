"""The five networks of the paper, built from the description that a checkpoint of the library carries (docs/architecture.md)."""
import json

from torch import nn

from layers import AttentiveLstmClassifier, CnnHead, ConvBackbone, LocalFeatureAttention


class ExpressionNetwork(nn.Module):
    """Gray faces [N, 1, H, W] in [0, 1] to logits [N, K]."""

    def __init__(self, metadata):
        super().__init__()
        variant = metadata["variant"]
        options = json.loads(metadata["options"])
        classes = len(json.loads(metadata["labels"]))
        preprocessing = json.loads(metadata["preprocessing"])
        self.first_steps = preprocessing["insideNetwork"]
        self.has_lstm = "LSTM" in variant
        self.backbone = ConvBackbone(options["backboneStages"], 1, options["batchNorm"])
        features = self.backbone.out_channels
        if variant.startswith("ACNN"):
            self.local_attention = LocalFeatureAttention(features, options["scoring"], options["localAttentionScaling"])
        if self.has_lstm:
            pooling = "Attention" if "ALSTM" in variant else "Mean"
            self.classifier = AttentiveLstmClassifier(
                features, classes, options["lstmHiddenSize"], options["lstmLayers"], pooling, options["scoring"],
                options["bidirectional"])
        else:
            seen = self.first_steps["crop"] or preprocessing
            height, width = seen["height"], seen["width"]
            for stage in options["backboneStages"]:
                if stage["pool"]:
                    height, width = (height + 1) // 2, (width + 1) // 2
            self.classifier = CnnHead(features * height * width, classes, options["cnnHiddenSize"])

    def forward(self, images):
        normal = (self.centre(images) - self.first_steps["pixelMean"]) / self.first_steps["pixelStandardDeviation"]
        features = self.backbone(normal)
        if not self.has_lstm:
            return self.classifier(features.flatten(1))
        batch, channels, height, width = features.shape
        sequence = features.permute(0, 2, 3, 1).reshape(batch, height * width, channels)  # row by row
        if hasattr(self, "local_attention"):
            sequence = self.local_attention(sequence)
        return self.classifier(sequence)

    def centre(self, images):
        """The middle of the size of the crop; of an odd margin the smaller half is above and left."""
        if self.first_steps["crop"] is None:
            return images
        height, width = self.first_steps["crop"]["height"], self.first_steps["crop"]["width"]
        top, left = (images.shape[2] - height) // 2, (images.shape[3] - width) // 2
        return images[:, :, top:top + height, left:left + width]
