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
scripts/check-packaging.sh
# As most people build it: without the package's traits.
swift build --product freshet
# With them, for they only add, as far as this machine has what they need. A trait is a flag of every target of this package,
# which is built anew; what it depends on is not.
traits=()
if scripts/install-dependencies.sh --traits; then
    traits=(--traits Cluster,Kafka,PostgreSQL)
else
    echo "Not tested: what needs Open MPI, librdkafka or libpq." >&2
fi
swift build --build-tests "${traits[@]}"
swift format lint --strict --recursive Sources Tests Samples/extensions scripts/check-imports.swift Package.swift
swift test --skip-build "${traits[@]}"
FRESHET_BINARY=.build/debug/freshet clients/python/test.sh
FRESHET_BINARY=.build/debug/freshet clients/javascript/test.sh
# The kernels that processors with fewer instructions take, and oneDNN's.
FRESHET_INSTRUCTION_SET=avx2 ONEDNN_MAX_CPU_ISA=AVX2 swift test --skip-build "${traits[@]}" --filter "$kernel_tests"
FRESHET_INSTRUCTION_SET=plain ONEDNN_MAX_CPU_ISA=SSE41 swift test --skip-build "${traits[@]}" --filter "$kernel_tests"
# The same tests as the optimiser makes them, which is what everybody runs.
swift test --package-path scripts/optimised -c release -Xswiftc -enable-testing
