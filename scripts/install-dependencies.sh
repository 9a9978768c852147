#!/usr/bin/env bash
# Installs the system packages that Freshet needs and that are missing, and checks for a Swift toolchain.
# For people, scripts/quickstart.sh, scripts/test.sh and the continuous integration alike: this is the only list.
# With --tests also what only tests need: a browser for the dashboard's, which is skipped where none can be had.
# With --traits also what the package's traits need, and the servers of their tests.
set -euo pipefail

packages=(libdnnl-dev zlib1g-dev liblzma-dev libsqlite3-dev)
test_packages=(chromium)
trait_packages=(libopenmpi-dev openmpi-bin libpq-dev librdkafka-dev postgresql)
swift_needed=6.2

complain() { printf '%s\n' "$@" >&2; }

install_packages() {
    local missing=() package
    for package in "$@"; do
        if [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" != "install ok installed" ]; then
            missing+=("$package")
        fi
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            complain "Packages are missing: ${missing[*]}" "Install them as root: apt-get install -y ${missing[*]}"
            exit 1
        fi
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}"
    local options=(-y --no-install-recommends)
    # The lists of a fresh container are empty; those of a machine in use may do without a download.
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "${missing[@]}" >/dev/null 2>&1
    then
        "${as_root[@]}" apt-get update -q
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "${missing[@]}"
    fi
}

check_swift() {
    local version=""
    if command -v swift >/dev/null; then
        version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
    fi
    if [ -n "$version" ] && [ "$(printf '%s\n' "$swift_needed" "$version" | sort -V | head -n 1)" = "$swift_needed" ]; then
        return 0
    fi
    complain "Freshet needs Swift $swift_needed or newer; found: ${version:-none}." "" \
        "To get one on Linux:" \
        "  curl -O https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz" \
        "  tar -xzf swiftly-$(uname -m).tar.gz && ./swiftly init" \
        "or work in a container: docker run -it -v \"\$PWD:/freshet\" -w /freshet swift:6.2"
    exit 1
}

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    install_packages "${packages[@]}"
    if [ "${1:-}" = --tests ] && ! (install_packages "${test_packages[@]}"); then
        complain "Not installed: ${test_packages[*]}. The dashboard's browser test will be skipped."
    fi
    [ "${1:-}" != --traits ] || install_packages "${trait_packages[@]}"
else
    complain "This system has no apt-get: make sure that oneDNN, zlib and liblzma are there with their headers" \
        "(on Debian and Ubuntu they are called ${packages[*]})."
    [ "${1:-}" != --traits ] || exit 1
fi
check_swift
