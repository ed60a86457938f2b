#!/usr/bin/env bash
# The data that pack.sh packed, as csv again: unpack.sh FOLDER (a new one; fer2013.csv and votes.csv).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?a folder}"
python3 "$here/pack_faces.py" unpack "$here/faces" "$1/fer2013.csv"
[ ! -f "$here/votes.csv.xz" ] || xz -dc "$here/votes.csv.xz" > "$1/votes.csv"
wc -l "$1"/*.csv
