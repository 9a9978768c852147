#!/usr/bin/env bash
# Checks what packages are made of, in seconds and without a build: scripts, maintainer scripts, control file, unit, settings of
# the charts. What a machine lacks a tool for is named and left out.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing() { echo "Not checked: $1" >&2; }

for script in scripts/package.sh scripts/package-trial.sh scripts/check-packaging.sh; do bash -n "$script"; done
for script in Packaging/debian/{postinst,prerm,postrm} Packaging/container-start; do
    sh -n "$script"
    [ -x "$script" ] || { echo "$script cannot be executed." >&2; exit 1; }
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if command -v systemd-analyze >/dev/null; then
    # The program is not installed here.
    sed 's|^ExecStart=/usr/bin/freshet|ExecStart=/bin/true|' Packaging/freshet.service >"$folder/freshet.service"
    systemd-analyze verify "$folder/freshet.service"
    # 0 is confined, 100 is not; it is 14.
    systemd-analyze security --offline=true --no-pager --threshold=20 Packaging/freshet.service >/dev/null
else
    missing "the unit, which needs systemd-analyze"
fi

if command -v dpkg-deb >/dev/null; then
    mkdir -p "$folder/deb/DEBIAN" "$folder/deb/etc/freshet"
    sed -e 's/@VERSION@/0/' -e 's/@ARCHITECTURE@/all/' -e 's/@DEPENDS@/libc6/' -e 's/@SIZE@/1/' Packaging/debian/control.in \
        >"$folder/deb/DEBIAN/control"
    cp Packaging/debian/{conffiles,postinst,prerm,postrm} "$folder/deb/DEBIAN/"
    cp Packaging/freshet.json "$folder/deb/etc/freshet/"
    chmod -R u+rwX,go+rX,go-w "$folder/deb"
    dpkg-deb --root-owner-group --build "$folder/deb" "$folder/check.deb" >/dev/null
else
    missing "the control file, which needs dpkg-deb"
fi

if python3 -c 'import yaml' 2>/dev/null; then
    python3 - <<'END'
import pathlib
import re

import yaml

chart = pathlib.Path("Packaging/helm/freshet")
for path in (chart / "Chart.yaml", chart / "values.yaml"):
    yaml.safe_load(path.read_text())
for path in sorted((chart / "templates").glob("*.yaml")):
    # A line of nothing but a template's action goes, any other action becomes a word: what is left has to be YAML.
    text = re.sub(r"^ *\{\{-? (if|end|toYaml)\b.*\}\}\n", "", path.read_text(), flags=re.MULTILINE)
    document = yaml.safe_load(re.sub(r"\{\{.*?\}\}", "word", text))
    if not {"apiVersion", "kind", "metadata"} <= document.keys():
        raise SystemExit(f"{path} is not an object of Kubernetes.")
values = yaml.safe_load((chart / "values.yaml").read_text())
for path in (chart / "templates").iterdir():
    for name in re.findall(r"\.Values((?:\.\w+)+)", path.read_text()):
        place = values
        for part in name[1:].split("."):
            if part not in place:
                raise SystemExit(f"{path} names .Values{name}, which values.yaml does not have.")
            place = place[part]
END
else
    missing "the chart, which needs Python with PyYAML"
fi
echo "The packaging is sound."
