"""Packs a FER2013 csv into a fifth of its size, for a machine that little can be sent to; and back, byte for byte of the pixels.

    python3 pack_faces.py pack fer2013.csv FOLDER      labels.csv and faces-NN.webp, lossless mosaics of 60 x 60 faces
    python3 pack_faces.py unpack FOLDER fer2013.csv    emotion,pixels,Usage again

Needs NumPy and Pillow with WebP.
"""

import csv
import pathlib
import sys

import numpy
from PIL import Image

SIDE, ACROSS = 48, 60
FACES = ACROSS * ACROSS


def pack(source, folder):
    folder.mkdir(parents=True)
    with open(source, newline="") as lines, open(folder / "labels.csv", "w", newline="") as labels:
        rows = csv.DictReader(lines)
        writer = csv.writer(labels, lineterminator="\n")
        writer.writerow(["emotion", "Usage"])
        faces, mosaics = [], 0
        for row in rows:
            faces.append(numpy.fromstring(row["pixels"], dtype=numpy.uint8, sep=" ").reshape(SIDE, SIDE))
            writer.writerow([row["emotion"], row["Usage"]])
            if len(faces) == FACES:
                save(faces, folder / f"faces-{mosaics:02}.webp")
                faces, mosaics = [], mosaics + 1
    if faces:
        save(faces, folder / f"faces-{mosaics:02}.webp")


def save(faces, path):
    rows = -(-len(faces) // ACROSS)
    mosaic = numpy.zeros((rows * SIDE, ACROSS * SIDE), numpy.uint8)
    for i, face in enumerate(faces):
        top, left = i // ACROSS * SIDE, i % ACROSS * SIDE
        mosaic[top:top + SIDE, left:left + SIDE] = face
    Image.fromarray(mosaic).convert("RGB").save(path, lossless=True, quality=20, method=2)


def unpack(folder, target):
    with open(folder / "labels.csv", newline="") as lines:
        labels = [(row["emotion"], row["Usage"]) for row in csv.DictReader(lines)]
    texts = [str(value) for value in range(256)]
    with open(target, "w") as out:
        out.write("emotion,pixels,Usage\n")
        for number, path in enumerate(sorted(folder.glob("faces-*.webp"))):
            mosaic = numpy.asarray(Image.open(path))[:, :, 0]
            part = labels[number * FACES:(number + 1) * FACES]
            for i, (emotion, usage) in enumerate(part):
                top, left = i // ACROSS * SIDE, i % ACROSS * SIDE
                face = mosaic[top:top + SIDE, left:left + SIDE].ravel().tolist()
                out.write(f"{emotion},{' '.join([texts[value] for value in face])},{usage}\n")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("pack", "unpack"):
        sys.exit(__doc__)
    if sys.argv[1] == "pack":
        pack(sys.argv[2], pathlib.Path(sys.argv[3]))
    else:
        unpack(pathlib.Path(sys.argv[2]), sys.argv[3])
