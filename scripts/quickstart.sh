#!/usr/bin/env bash
# The live engine in one command: builds, serves a shop's first months, and replays the later weeks through HTTP.
#   scripts/quickstart.sh [folder]    the folder keeps the engine's data; ./quickstart unless given
# Settings by the environment: QUICKSTART_RATE (events a second, 500), QUICKSTART_UNTIL (last day to replay),
# QUICKSTART_PORT (8090).
# Ctrl-C stops both; the next run goes on where this one ended. On a terminal the engine goes on serving after the
# replay, until Ctrl-C; elsewhere the run ends with it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$PWD/quickstart}
port=${QUICKSTART_PORT:-8090}
sample=$root/Samples/online-retail
# The first nine months are there when the shop opens; the rest happens before your eyes.
opening=2010-09-01

"$root/scripts/install-dependencies.sh"
echo "Building (the first time takes a few minutes)"
swift build --package-path "$root" -c release --product freshet
freshet=$(swift build --package-path "$root" -c release --show-bin-path)/freshet

mkdir -p "$folder"
: >"$folder/serve.log"
# In a process group of its own, so that Ctrl-C reaches the replay first and the engine is asked to stop after it.
setsid "$freshet" serve --data "$folder" --port "$port" --import "$sample" --until "$opening" \
    2> >(tee "$folder/serve.log" >&2) &
engine=$!

stop() {
    trap - EXIT INT TERM
    if kill -0 "$engine" 2>/dev/null; then
        echo "Stopping the engine"
        kill -TERM "$engine" 2>/dev/null || true
    fi
    wait "$engine" 2>/dev/null || true
    echo "Stopped. What it learned is in $folder; the next run goes on from there."
}
trap stop EXIT
trap 'exit 130' INT TERM

for _ in $(seq 1 600); do
    kill -0 "$engine" 2>/dev/null || { echo "The engine ended; see $folder/serve.log" >&2; exit 1; }
    if grep -q Dashboard "$folder/serve.log" 2>/dev/null; then break; fi
    sleep 0.1
done

url=http://127.0.0.1:$port
cat <<END

The dashboard:  $url/
Now the shop's later weeks happen, ${QUICKSTART_RATE:-500} events a second. At first popularity and co-visitation answer;
the lines say how long the first trained version takes, and then what it adds to them.

END
"$freshet" replay --server "$url" --data "$sample" --from "$opening" --until "${QUICKSTART_UNTIL:-2011-01-01}" \
    --rate "${QUICKSTART_RATE:-500}"

if [ -t 1 ]; then
    cat <<END

Everything happened. The engine goes on serving; ask it something:
  curl -s $url/v1/recommendations -H 'Content-Type: application/json' -d '{"user":"c13085","count":5,"explain":true}'
Ctrl-C stops it.
END
    wait "$engine"
fi
