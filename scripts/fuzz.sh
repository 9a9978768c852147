#!/bin/bash
# Runs libFuzzer with AddressSanitizer on what reads strangers' bytes: the table reader (table), the times (time), the
# events of requests and files (event), the filter expressions (filter). Usage: scripts/fuzz.sh [TARGET ...] [-- SECONDS], ten minutes each by default.
# A finding stays in .build/fuzz as crash-*, and is shown again by .build/fuzz/TARGET FILE.
set -euo pipefail
cd "$(dirname "$0")/.."
targets=()
seconds=600
while [ $# -gt 0 ]; do
    if [ "$1" = -- ]; then seconds=$2; break; fi
    targets+=("$1")
    shift
done
[ ${#targets[@]} -gt 0 ] || targets=(table time event filter)

out=$PWD/.build/fuzz
mkdir -p "$out"
flags=(-swift-version 6 -Onone -wmo -parse-as-library -enable-testing -package-name main -sanitize=fuzzer,address
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility -I "$out"
    -Xcc "-fmodule-map-file=$PWD/Sources/CZlib/module.modulemap" -Xcc "-fmodule-map-file=$PWD/Sources/CLZMA/module.modulemap")
for library in FreshetCore FreshetData; do
    find "Sources/$library" -name '*.swift' -print0 | xargs -0 swiftc "${flags[@]}" -module-name "$library" \
        -emit-object -emit-module -emit-module-path "$out/$library.swiftmodule" -o "$out/$library.o"
done
for target in "${targets[@]}"; do
    swiftc "${flags[@]}" -D "${target^^}" -module-name "${target}Fuzz" scripts/fuzz/FuzzTarget.swift \
        "$out/FreshetCore.o" "$out/FreshetData.o" -lz -llzma -o "$out/$target"
    mkdir -p "$out/corpus-$target" "$out/work"
    printf 'user_id,item_id,timestamp,rating\nu1,"i ""1""",2024-05-01T12:00:00.5Z,4\n' > "$out/corpus-$target/table"
    printf '[{"user":"a","item":"x","time":"Wed, 01 May 2024 12:00:00 +0000"}]' > "$out/corpus-$target/json"
    printf '{"session":"17","item":"x","value":-0.5e1}\n{"user":"\\u00e9","item":"x","session":"s","id":"e"}\n' \
        > "$out/corpus-$target/lines"
    printf 'user_id:token\tsession_id:token\titem_id:token\tlatitude\n\t7\tx\t91\n' > "$out/corpus-$target/typed"
    printf '2024-W18-3T12:00:00,25+02:00' > "$out/corpus-$target/time"
    printf 'not (tags in ("a", user.b) or attributes."x y" between -1e3 and 5) and distance_km < 5 and created_at > now - 7d' \
        > "$out/corpus-$target/filter"
    echo "== $target, $seconds s"
    # Swift keeps bits of its own in pointers, which the check for leaks takes for lost memory.
    (cd "$out" && ASAN_OPTIONS=detect_leaks=0 FUZZ_FOLDER="$out/work" "./$target" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 \
        "corpus-$target" 2>&1 | tail -n 25)
done
