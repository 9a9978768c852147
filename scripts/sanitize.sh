#!/usr/bin/env bash
# Runs the test suite under a sanitizer, in a build folder of its own.
#   scripts/sanitize.sh address|thread [arguments of swift test, such as --filter FreshetTensorTests]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1:-}" in
address | thread) sanitizer=$1 && shift ;;
*)
    echo "usage: scripts/sanitize.sh address|thread [arguments of swift test]" >&2
    exit 64
    ;;
esac

scripts/install-dependencies.sh
folder=.build/sanitize-$sanitizer
# The first finding ends the run; TSAN_OPTIONS=halt_on_error=0 lists all of them. The thread sanitizer sees neither the
# locks of OpenMP inside oneDNN, which is not built for it, nor the futex of Swift's Mutex on Linux: a report from the
# body of a Mutex's withLock is none.
export TSAN_OPTIONS="halt_on_error=1 ignore_noninstrumented_modules=1 ${TSAN_OPTIONS:-}"
export ASAN_OPTIONS="detect_leaks=0 ${ASAN_OPTIONS:-}"
swift build --build-tests --sanitize="$sanitizer" --scratch-path "$folder"
swift test --skip-build --sanitize="$sanitizer" --scratch-path "$folder" "$@"
