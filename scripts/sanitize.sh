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
# The first finding ends the run; TSAN_OPTIONS=halt_on_error=0 lists all of them. The thread sanitizer does not see the
# locks of OpenMP inside oneDNN, which is not built for it.
export TSAN_OPTIONS="halt_on_error=1 ignore_noninstrumented_modules=1 ${TSAN_OPTIONS:-}"
# LogMemoryTests looks at addresses of the stack, which must be the real one.
export ASAN_OPTIONS="detect_leaks=0 detect_stack_use_after_return=0 ${ASAN_OPTIONS:-}"
swift build --build-tests --sanitize="$sanitizer" --scratch-path "$folder"
if [ "$sanitizer" = thread ] && [ "$(uname)" = Linux ]; then
    # The compiler of the Swift toolchain: others do not know its calling convention.
    "$(dirname "$(readlink -f "$(command -v swift)")")/clang" -O1 -Wall -Werror -shared -fPIC \
        -o "$folder/tsan_mutex.so" scripts/tsan_mutex.c -ldl
    export LD_PRELOAD=$PWD/$folder/tsan_mutex.so
fi
skipped=()
# Limits the size of files to stand for a full disk; the thread sanitizer keeps a file of its own, which that truncates.
[ "$sanitizer" = thread ] && skipped=(--skip aFullDiskLeavesTheOldFiles)
# One test at a time: side by side, the slow ones run into their time limits.
swift test --skip-build --no-parallel --sanitize="$sanitizer" --scratch-path "$folder" ${skipped[@]+"${skipped[@]}"} "$@"
