#!/usr/bin/env bash
# Holds a fresh server to its own OpenAPI document with schemathesis (from PyPI), then sends it what strangers might.
#   scripts/check-api.sh [freshet]    the built command; built (release) when left out
# Settings by the environment: EXAMPLES (requests an operation, 50), VENV (where schemathesis is kept, .venv-api).
# The status stream is left out: it does not end, and the tests of FreshetServer cover it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=${VENV:-.venv-api}
work=$(mktemp -d)

if [ $# -gt 0 ]; then
    freshet=$1
else
    swift build -c release --product freshet
    freshet=$(swift build -c release --show-bin-path)/freshet
fi
if [ ! -x "$venv/bin/schemathesis" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" -q install 'schemathesis>=4.32,<5'
fi

server=
start() {
    "$freshet" serve --data "$work/$1" --port 0 --json "${@:2}" >"$work/$1.json" 2>"$work/$1.log" &
    server=$!
    for _ in $(seq 1 100); do
        if [ -s "$work/$1.json" ]; then break; fi
        kill -0 "$server" 2>/dev/null || { cat "$work/$1.log" >&2; exit 1; }
        sleep 0.1
    done
    url=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["address"].rstrip("/"))' <"$work/$1.json")
}
stop() {
    if [ -n "$server" ]; then kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    server=
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# With a key, so that a key that the run makes locks nobody out.
key=$("$freshet" keys create check --rights admin --data "$work/contract" --quiet)
start contract
# From the temporary folder, where it leaves its memory of earlier runs.
venv=$(cd "$venv" && pwd)
(cd "$work" && "$venv/bin/schemathesis" run "$url/openapi.json" --header "Authorization: Bearer $key" \
    --exclude-path /v1/status/stream --phases examples,coverage,fuzzing --max-examples "${EXAMPLES:-50}" \
    --continue-on-failure --request-timeout 30 --seed 1)
stop
if grep -qF "${key##*_}" "$work/contract.log"; then echo "The key stands in the log." >&2; exit 1; fi

start strangers --set server.timeouts.idle=2 --set server.timeouts.request=4
python3 scripts/check_security.py "$url" "$server"
