#!/usr/bin/env bash
# Packs what another machine needs to train our networks: x86-64 Linux, a GPU, Python with PyTorch, NumPy and Pillow; no .NET, no network.
#
#     eng/gpu/pack.sh FOLDER [fer2013.csv [fer2013new.csv]]
#
# FOLDER/program: samples/Train with .NET and without libtorch, the recipes, and run.sh. FOLDER/data: the faces as mosaics, the votes.
set -euo pipefail
folder=$(realpath -m "${1:?a new folder}") faces=${2:-} votes=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
[ ! -e "$folder" ] || { echo "'$folder' exists; expected a new folder." >&2; exit 2; }
mkdir -p "$folder/program" "$folder/data"

published=$(mktemp -d)
trap 'rm -rf "$published"' EXIT
dotnet publish "$here/../../samples/Train" -c Release -r linux-x64 --self-contained -p:TorchBackend=none -o "$published" -v quiet
find "$published" \( -name '*.pdb' -o -name '*.xml' \) -delete
tar -C "$published" -cf - . | xz -T0 -3 > "$folder/program/program.tar.xz"
cp "$here/run.sh" "$here"/../../samples/Train/{compact,accurate}-fer2013.json "$folder/program/"

if [ -n "$faces" ]; then
  python3 "$here/pack_faces.py" pack "$faces" "$folder/data/faces"
  cp "$here/pack_faces.py" "$here/unpack.sh" "$folder/data/"
  [ -z "$votes" ] || xz -9 < "$votes" > "$folder/data/votes.csv.xz"
fi
du -sh "$folder/program" "$folder/data"
