"""Writes a .safetensors file with the checksum that docs/architecture.md describes."""
import hashlib
import json

import torch

DTYPES = {torch.float32: "F32", torch.int64: "I64"}
ZERO_DIGITS = "0" * 64


def write_safetensors(path, tensors, metadata):
    """Equal arguments give equal bytes."""
    header = {"__metadata__": {"sha256": ZERO_DIGITS, **metadata}}
    data = b""
    for name, tensor in sorted(tensors.items(), key=lambda entry: -entry[1].element_size()):  # wide elements lie aligned
        values = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {
            "dtype": DTYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(values)],
        }
        data += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    content = len(text).to_bytes(8, "little") + text + data
    digits = hashlib.sha256(content).hexdigest()
    with open(path, "wb") as file:
        file.write(content.replace(ZERO_DIGITS.encode(), digits.encode(), 1))
