#!/usr/bin/env bash
# Tests the client for pages in a real Chromium against a real server, in an environment of its own (.venv, which git ignores).
#   FRESHET_BINARY=.build/debug/freshet clients/javascript/test.sh [arguments of pytest]
# Where there is no browser or no Python it says so and ends well: the engine needs neither.
set -euo pipefail

binary=$(realpath "${FRESHET_BINARY:-.build/debug/freshet}")
cd "$(dirname "${BASH_SOURCE[0]}")"

skip() { echo "The JavaScript client is not tested: $1" >&2; exit 0; }
command -v chromium chromium-browser google-chrome >/dev/null || skip "there is no Chromium (Debian: apt-get install chromium)."
python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || skip "there is no python3 of 3.9 or newer."
if [ ! -e .venv/complete ]; then
    rm -rf .venv
    python3 -m venv .venv >/dev/null || skip "python3 -m venv does not work (Debian and Ubuntu: install python3-venv)."
    .venv/bin/pip install --quiet --disable-pip-version-check --timeout 20 --retries 1 'pytest>=8,<10' rjsmin==1.2.5 ||
        { rm -rf .venv; skip "pip could not install what it needs."; }
    touch .venv/complete
fi
FRESHET_BINARY=$binary .venv/bin/pytest -q "$@"
