#!/usr/bin/env bash
# Everything that has to hold before a change is shared: installs what is missing, builds, lints, tests.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

kernel_tests='^(FreshetTensorTests|FreshetNNTests)'

scripts/install-dependencies.sh --tests
swift package dump-package | swift scripts/check-imports.swift
# The sample package's sources are built and tested as targets of this one; of its own it has the manifest.
swift package --package-path Samples/extensions dump-package >/dev/null
if grep -rn '@testable' Samples/extensions; then
    echo "The sample package must do with what is public." >&2
    exit 1
fi
swift build --build-tests
swift format lint --strict --recursive Sources Tests Samples/extensions scripts/check-imports.swift Package.swift
swift test --skip-build
# The kernels that processors with fewer instructions take, and oneDNN's.
FRESHET_INSTRUCTION_SET=avx2 ONEDNN_MAX_CPU_ISA=AVX2 swift test --skip-build --filter "$kernel_tests"
FRESHET_INSTRUCTION_SET=plain ONEDNN_MAX_CPU_ISA=SSE41 swift test --skip-build --filter "$kernel_tests"
# What the package's traits add, against servers that the tests start.
scripts/install-dependencies.sh --traits
swift test --scratch-path .build/traits --traits PostgreSQL --filter '^FreshetPostgresTests'
# The same tests as the optimiser makes them, which is what everybody runs.
swift test --package-path scripts/optimised -c release -Xswiftc -enable-testing
