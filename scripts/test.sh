#!/usr/bin/env bash
# Everything that has to hold before a change is shared: installs what is missing, builds, lints, tests.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install-dependencies.sh --tests
swift build --build-tests
swift format lint --strict --recursive Sources Tests Package.swift
swift test --skip-build
