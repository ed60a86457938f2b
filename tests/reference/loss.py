"""The losses, from their formulas."""
import torch


def log_probabilities(logits):
    """The logarithm of the softmax over the classes (equation 7)."""
    shifted = logits - logits.amax(1, keepdim=True)
    return shifted - shifted.exp().sum(1, keepdim=True).log()


def cross_entropy(logits, labels, smoothing=0.0, class_weights=None):
    """
    Equation 8, the mean over the faces, each counting by the weight of its class: of the label, the share 1 - smoothing, and of all
    classes, each by its own weight, the share smoothing / K.
    """
    classes = logits.shape[1]
    weights = torch.ones(classes, dtype=logits.dtype) if class_weights is None else class_weights
    losses = -log_probabilities(logits) * weights
    total = weights[labels].sum()
    own = losses.gather(1, labels[:, None]).sum() / total
    spread = losses.sum() / total / classes
    return (1 - smoothing) * own + smoothing * spread


def mean_square(output, target):
    """For layers that give no logits."""
    return (output - target).square().mean()
