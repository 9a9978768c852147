#!/usr/bin/env bash
# Makes what others install: a tarball for any Linux with a C library as new as this one's, and a package for this Debian or
# Ubuntu.
#   scripts/package.sh [--binary FILE] [--output FOLDER] [--tarball | --deb]
# --binary takes a program that is built already; else it is built here with the Swift runtime linked in. The output folder is
# ./packages unless given. Needs patchelf, and dpkg-dev for the .deb.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary="" output=$PWD/packages kinds="tarball deb"
while [ $# -gt 0 ]; do
    case $1 in
    --binary) binary=$(realpath "$2"); shift 2 ;;
    --output) output=$2; shift 2 ;;
    --tarball) kinds=tarball; shift ;;
    --deb) kinds=deb; shift ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
    esac
done

need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install patchelf dpkg-dev binutils" >&2; exit 1; }
    done
}

build() {
    "$root/scripts/install-dependencies.sh"
    local flags=(--package-path "$root" -c release --product freshet --static-swift-stdlib)
    swift build "${flags[@]}"
    binary=$(swift build "${flags[@]}" --show-bin-path)/freshet
}

# The libraries that a program loads, but for the C library's own, which have to be the system's.
libraries() {
    ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' |
        grep -Ev '/(libc|libm|libdl|libpthread|librt|libresolv|ld-linux[^/]*)\.so' || true
}

# The Debian package that a library is of; nothing if it is of none.
owner() {
    local path
    for path in "$1" "$(realpath "$1")" "/usr$1"; do
        dpkg-query -S "$path" 2>/dev/null | head -n 1 | cut -d : -f 1 && return
    done
    return 0
}

# Puts the stripped program and libraries into a folder in which they find each other wherever it lies.
bundle() {
    local folder=$1 library name
    shift
    mkdir -p "$folder"
    install -m 755 "$program" "$folder/freshet"
    for library in "$@"; do
        name=$(basename "$library")
        install -m 644 "$(realpath "$library")" "$folder/$name"
        patchelf --set-rpath "\$ORIGIN" "$folder/$name"
    done
    if [ $# -gt 0 ]; then patchelf --set-rpath "\$ORIGIN" "$folder/freshet"; else patchelf --remove-rpath "$folder/freshet"; fi
}

# The licences of what is inside: the Swift packages, the Swift runtime, and these libraries.
licences() {
    local folder=$1 library package file name
    shift
    mkdir -p "$folder"
    for package in "$root"/.build/checkouts/*/; do
        name=$(basename "$package")
        for file in "$package"LICENSE* "$package"NOTICE*; do
            [ -f "$file" ] || continue
            mkdir -p "$folder/$name"
            cp "$file" "$folder/$name/"
        done
    done
    file=$(dirname "$(dirname "$(realpath "$(command -v swift)")")")/share/swift/LICENSE.txt
    [ ! -f "$file" ] || install -D -m 644 "$file" "$folder/swift/LICENSE.txt"
    for library in "$@"; do
        package=$(owner "$library")
        [ -n "$package" ] || continue
        install -D -m 644 "/usr/share/doc/$package/copyright" "$folder/$package/copyright"
    done
}

# What both kinds say of themselves.
documents() {
    local folder=$1
    mkdir -p "$folder"
    sed "s/@LIBC@/glibc $(getconf GNU_LIBC_VERSION | cut -d ' ' -f 2)/" "$root/Packaging/README.md" >"$folder/README.md"
    cp "$root/LICENSE" "$root/NOTICE" "$folder/"
}

make_tarball() {
    local name top all
    name=freshet-$version-linux-$(uname -m)
    top=$stage/$name
    mapfile -t all < <(libraries "$binary")
    bundle "$top/lib/freshet" "${all[@]}"
    mkdir "$top/bin"
    ln -s ../lib/freshet/freshet "$top/bin/freshet"
    documents "$top"
    licences "$top/licenses" "${all[@]}"
    cp "$root/Packaging/freshet.service" "$root/Packaging/freshet.json" "$top/"
    # What git has and nothing else; without git, as in an unpacked release, what is there.
    (cd "$root" && { git ls-files Samples Documentation 2>/dev/null || find Samples Documentation -type f; }) |
        tar -C "$root" -cf - -T - | tar -C "$top" -xf -
    "$top/bin/freshet" --version >/dev/null
    tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
        xz -6 -T 0 >"$output/$name.tar.xz"
    (cd "$output" && sha256sum "$name.tar.xz" >"$name.tar.xz.sha256")
    echo "$output/$name.tar.xz"
}

# What dpkg has to bring for the program, by the oldest versions that have what it calls.
dependencies() {
    local folder=$stage/shlibs
    mkdir -p "$folder/debian"
    printf 'Source: freshet\n\nPackage: freshet\nArchitecture: any\n' >"$folder/debian/control"
    (cd "$folder" && dpkg-shlibdeps -O --ignore-missing-info "-l$1" -e"$1/freshet" 2>/dev/null) | sed -n 's/^shlibs:Depends=//p'
}

make_deb() {
    local architecture top own=() library all name
    architecture=$(dpkg --print-architecture)
    name=freshet_${version}_$architecture.deb
    top=$stage/deb
    mapfile -t all < <(libraries "$binary")
    for library in "${all[@]}"; do
        [ -n "$(owner "$library")" ] || own+=("$library")
    done
    bundle "$top/usr/lib/freshet" "${own[@]}"
    mkdir -p "$top/usr/bin" "$top/DEBIAN"
    ln -s ../lib/freshet/freshet "$top/usr/bin/freshet"
    documents "$top/usr/share/doc/freshet"
    licences "$top/usr/share/doc/freshet/licenses" "${own[@]}"
    mv "$top/usr/share/doc/freshet/LICENSE" "$top/usr/share/doc/freshet/copyright"
    install -D -m 644 "$root/Packaging/freshet.service" "$top/lib/systemd/system/freshet.service"
    install -D -m 644 "$root/Packaging/freshet.json" "$top/etc/freshet/freshet.json"
    sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@DEPENDS@/$(dependencies "$top/usr/lib/freshet")/" \
        -e "s/@SIZE@/$(du -sk --exclude DEBIAN "$top" | cut -f 1)/" "$root/Packaging/debian/control.in" >"$top/DEBIAN/control"
    install -m 644 "$root/Packaging/debian/conffiles" "$top/DEBIAN/"
    install -m 755 "$root"/Packaging/debian/{postinst,prerm,postrm} "$top/DEBIAN/"
    (cd "$top" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum) >"$top/DEBIAN/md5sums"
    chmod -R u+rwX,go+rX,go-w "$top"
    # For the container, which is built from the output folder.
    install -m 755 "$root/Packaging/container-start" "$output/"
    dpkg-deb --root-owner-group -Zxz --build "$top" "$output/$name" >/dev/null
    echo "$output/$name"
}

need patchelf strip ldd
[ "$kinds" = tarball ] || need dpkg-deb dpkg-shlibdeps
[ -n "$binary" ] || build
mkdir -p "$output"
output=$(cd "$output" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
version=$("$binary" --version)
# The same sources make the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
program=$stage/freshet
strip --strip-unneeded -o "$program" "$binary"
for kind in $kinds; do "make_$kind"; done
