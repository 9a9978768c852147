#!/usr/bin/env bash
# Installs the .deb into a fresh minimal Debian and measures how long it takes to a first recommendation; then removes it.
#   scripts/package-trial.sh freshet_0.1.0_amd64.deb [FOLDER]
# As root, with debootstrap and a mirror (TRIAL_MIRROR, TRIAL_SUITE). The folder keeps the minimal system for the next trial.
# No systemd runs in there: the server is started as the unit says, by its user, without the unit's confinement.
set -euo pipefail

[ $# -ge 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 64; }
package=$(realpath "$1")
folder=${2:-$(mktemp -d)}
suite=${TRIAL_SUITE:-bookworm} port=${TRIAL_PORT:-28090} limit=${TRIAL_SECONDS:-60}
clean=$folder/$suite-clean root=$folder/$suite
url=http://127.0.0.1:$port

if [ ! -e "$clean/usr/bin/apt-get" ]; then
    debootstrap --variant=minbase "$suite" "$clean" "${TRIAL_MIRROR:-http://deb.debian.org/debian}" >"$folder/debootstrap.log"
    chroot "$clean" apt-get update -qq
fi
rm -rf "$root"
cp -a "$clean" "$root"
cp "$package" "$root/tmp/"
mount -t proc proc "$root/proc"
server=""
finish() {
    if [ -n "$server" ]; then kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    umount "$root/proc" 2>/dev/null || true
}
trap finish EXIT

now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{ printf "%.1f", $1 - $2 }'; }
install_package() {
    DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -qq --no-install-recommends \
        "/tmp/$(basename "$package")" >"$folder/install.log" 2>&1 || { tail "$folder/install.log" >&2; exit 1; }
}
ask() { curl --fail-with-body -sS -H 'Content-Type: application/json' "$@"; }

began=$(now)
install_package
echo "Installed after $(since "$began") s."

unit=$root/lib/systemd/system/freshet.service
user=$(sed -n 's/^User=//p' "$unit")
read -ra start < <(sed -n 's/^ExecStart=//p' "$unit")
FRESHET_SERVER_PORT=$port FRESHET_MODELS=/var/lib/freshet/models \
    chroot --userspec="$user:$user" "$root" "${start[@]}" 2>"$folder/serve.log" &
server=$!
until curl -fs "$url/health/ready" >/dev/null; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/serve.log" >&2; exit 1; }
    sleep 0.1
done
echo "Ready after $(since "$began") s."

for number in 1 2 3 4 5 6; do
    ask -X PUT "$url/v1/items/mug-$number" -d "{\"title\":\"Mug number $number\",\"categories\":[\"Mugs\"]}" >/dev/null
done
ask "$url/v1/events" -d '[{"user":"ann","item":"mug-1"},{"user":"ann","item":"mug-2"},{"user":"ben","item":"mug-1"}]' >/dev/null
answer=$(ask "$url/v1/recommendations" -d '{"user":"ben","count":3}')
took=$(since "$began")
grep -q '"id":"mug-' <<<"$answer" || { echo "No recommendation: $answer" >&2; exit 1; }
echo "A first recommendation after $took s: $answer"

kill -TERM "$server"
wait "$server"
server=""
echo "Stopped by SIGTERM."
install_package # once more over itself, as an upgrade would
chroot "$root" apt-get purge -y -qq freshet >"$folder/purge.log" 2>&1
for path in /etc/freshet /var/lib/freshet /usr/bin/freshet /usr/lib/freshet; do
    [ ! -e "$root$path" ] || { echo "$path is left after the purge." >&2; exit 1; }
done
echo "Purged."
awk "BEGIN { exit !($took <= $limit) }" || { echo "That is more than $limit s." >&2; exit 1; }
