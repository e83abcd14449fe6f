#!/bin/sh
# build.sh SYSTEM: mlsysim for another system, warnings as errors, in build/cross/SYSTEM: first the
# three libraries from Debian's source packages (tests/cross/libraries), then the tree. SYSTEM is
# windows, macos or linux: tests/cross/SYSTEM.ini. Exit 77, with the reason, when a compiler or the
# sources can not be had.
set -u
system=$1
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
place=$root/build/cross
mkdir -p "$place/sources" "$place/tools"
PATH=$place/tools:$PATH
export PATH

skip() {
  echo "skipped: $1"
  exit 77
}

# Meson of Debian 12 does not know zig's linker: both come from PyPI, into a folder of their own.
provide_zig() {
  [ -x "$place/tools/zig" ] && [ -x "$place/python/bin/meson" ] && return 0
  python3 -m venv "$place/python" && "$place/python/bin/pip" install -q ziglang meson || return 1
  ln -sf "$("$place/python/bin/python" -c 'import os, ziglang
print(os.path.dirname(ziglang.__file__))')/zig" "$place/tools/zig"
}

# The system's list of packages stays as it is: source packages are looked up in one of our own.
fetch_sources() {
  mkdir -p "$place/apt/lists/partial" "$place/apt/parts" || return 1
  echo 'deb-src http://deb.debian.org/debian bookworm main' >"$place/apt/sources.list"
  set -- -q -o "Dir::Etc::sourcelist=$place/apt/sources.list" \
    -o "Dir::Etc::sourceparts=$place/apt/parts" -o "Dir::State::lists=$place/apt/lists" \
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
  (cd "$place/sources" && apt-get "$@" update &&
    apt-get "$@" source --download-only libcsv libxlsxwriter zlib)
}

# NAME PACKAGE: the folder sources/NAME out of the original archive of the source package.
unpack() {
  mkdir -p "$place/sources/$1" || return 1
  for archive in "$place/sources/$2"_*.orig.tar.*; do
    tar -x -f "$archive" -C "$place/sources/$1" --strip-components=1 && return 0
  done
  rm -rf "${place:?}/sources/$1"
  return 1
}

provide_sources() {
  [ -f "$place/sources/complete" ] && return 0
  fetch_sources && unpack csv libcsv && unpack xlsxwriter libxlsxwriter && unpack zlib zlib &&
    : >"$place/sources/complete"
}

# configure FOLDER SOURCES OPTIONS...: once.
configure() {
  [ -f "$1/build.ninja" ] && return 0
  rm -rf "$1"
  $meson setup --cross-file "tests/cross/$system.ini" "$@"
}

meson=meson
static=
case $system in
  windows) command -v x86_64-w64-mingw32-gcc || skip 'gcc-mingw-w64-x86-64 is not installed' ;;
  macos | linux)
    provide_zig || skip 'ziglang and meson of PyPI cannot be had'
    meson=$place/python/bin/meson
    ;;
  *) echo "build.sh: no system $system" >&2; exit 2 ;;
esac
[ "$system" != windows ] || static=-static
provide_sources || skip 'the source packages of Debian cannot be had'
prefix=$place/$system/prefix
configure "$place/$system/libraries" tests/cross/libraries "-Dsources=$place/sources" \
  "--prefix=$prefix" --libdir=lib || exit 1
ninja -C "$place/$system/libraries" install || exit 1
configure "$place/$system/mlsysim" . --werror "-Dc_args=-I$prefix/include" \
  "-Dc_link_args=-L$prefix/lib $static" || exit 1
ninja -C "$place/$system/mlsysim"
