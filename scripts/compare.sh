#!/usr/bin/env bash
# Models against each other, offline: installs what is missing, builds, and compares them on the shipped sample.
#   scripts/compare.sh [folder]    the folder gets report.html and the snapshots; ./comparison unless given
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
output=${1:-$PWD/comparison}

"$root/scripts/install-dependencies.sh"
echo "Building (the first time takes a few minutes)"
swift build --package-path "$root" -c release --product freshet
freshet=$(swift build --package-path "$root" -c release --show-bin-path)/freshet

"$freshet" compare --data "$root/Samples/online-retail" --minutes 1.5 --output "$output" --force

cat <<END

Next:
  $freshet recommend --snapshot $output/hybrid --all-users --count 10 --output recommendations.tsv
  $freshet train --help
END
