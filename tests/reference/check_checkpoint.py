"""
Opens checkpoints of the library, computes the logits of the faces beside each by the reference in double precision, and compares them with
those of the library. NAME.logits.safetensors beside NAME.safetensors holds images [N, 1, H, W] and logits [N, K].
"""
import argparse
import hashlib
import sys
from pathlib import Path

import torch

from network import ExpressionNetwork
from read_safetensors import read_safetensors

TOLERANCE = 1e-5


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with the checkpoints")
    paths = sorted(parser.parse_args().folder.glob("*.logits.safetensors"))
    if not paths:
        sys.exit("The folder holds no NAME.logits.safetensors; expected one beside each checkpoint.")
    errors = [check(path.with_name(path.name.replace(".logits", "")), path) for path in paths]
    sys.exit(0 if max(errors) <= TOLERANCE else 1)


def check(checkpoint, logits_file):
    """The largest relative error of the library's logits."""
    weights, metadata = read_safetensors(checkpoint)
    content = checkpoint.read_bytes()
    digits = metadata["sha256"].encode()
    if hashlib.sha256(content.replace(digits, b"0" * 64, 1)).hexdigest().encode() != digits:
        sys.exit(f"{checkpoint} was altered: its checksum is not that of its content.")
    network = ExpressionNetwork(metadata)
    network.load_state_dict(weights)
    network.double().eval()
    faces, _ = read_safetensors(logits_file)
    with torch.no_grad():
        expected = network(faces["images"].double())
    error = ((faces["logits"] - expected).abs().max() / expected.abs().max()).item()
    same = (faces["logits"].argmax(1) == expected.argmax(1)).sum().item()
    print(f"{metadata['variant']}, {metadata['library']}: {sum(weight.numel() for weight in network.parameters())} parameters, "
          f"{len(expected)} faces, {same} of them with the same class, largest relative error of the logits {error:.1e}")
    return error


if __name__ == "__main__":
    main()
