"""The losses, from their formulas."""
import torch


def log_probabilities(logits):
    """The logarithm of the softmax over the classes (equation 7)."""
    shifted = logits - logits.amax(1, keepdim=True)
    return shifted - shifted.exp().sum(1, keepdim=True).log()


def cross_entropy(logits, labels, smoothing=0.0, class_weights=None, partners=None, share=1.0):
    """
    Equation 8, the mean over the faces, each counting by the weight of its label's class. The target of a face has the share 1 - smoothing at
    its label and smoothing / K everywhere. Mixed faces count and answer for both labels, share for their own and the rest for the partner's.
    """
    classes = logits.shape[1]
    weights = torch.ones(classes, dtype=logits.dtype) if class_weights is None else class_weights
    negative_logs = -log_probabilities(logits)
    total, weight = 0.0, 0.0
    for of, part in [(labels, share)] if partners is None else [(labels, share), (partners, 1 - share)]:
        losses = (1 - smoothing) * negative_logs.gather(1, of[:, None])[:, 0] + smoothing * negative_logs.mean(1)
        total = total + part * (weights[of] * losses).sum()
        weight = weight + part * weights[of].sum()
    return total / weight


def cross_entropy_to(logits, mixture):
    """
    The same to targets [N, K], of which each row sums to 1, where each face has a weight of its own. A mixture has for each of its parts the
    targets [N, K], the weights [N] and the share of the part; without mixup there is one part of share 1.
    """
    negative_logs = -log_probabilities(logits)
    total = sum(share * (weights * (targets * negative_logs).sum(1)).sum() for targets, weights, share in mixture)
    return total / sum(share * weights.sum() for _, weights, share in mixture)


def mean_square(output, target):
    """For layers that give no logits."""
    return (output - target).square().mean()
