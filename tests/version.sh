#!/bin/sh
# version.sh MLSYSIM VERSION: the version stands in meson.build; nothing else of what is built may
# say another, and no build file may say it again. (That the header agrees, meson.build looks.)
# Last line: N passed, N failed.
set -u
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
version=$2
cd "$(dirname "$0")/.." || exit 1
passed=0
failed=0

# same WHAT EXPECTED FOUND
same() {
  if [ "$2" = "$3" ]; then passed=$(( passed + 1 )); return; fi
  echo "$1: expected \"$2\", found \"$3\""
  failed=$(( failed + 1 ))
}

same 'the program' "mlsysim $version" "$("$program" --version)"
same 'CHANGELOG.md, newest entry' "$version" \
  "$(sed -n 's/^## \([0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)"
same 'editors/textmate/package.json' "$version" \
  "$(sed -n 's/.*"version": "\(.*\)".*/\1/p' editors/textmate/package.json)"
same 'docs/man/mlsysim.1' "mlsysim $version" \
  "$(sed -n 's/^\.TH.*"\(mlsysim [^"]*\)".*/\1/p' docs/man/mlsysim.1)"
same 'places that say the version' 'meson.build' \
  "$(grep -rlF -- "$version" meson.build lib cli include examples debian dev bench tests/cmake 2>/dev/null |
    tr '\n' ' ' | sed 's/ $//')"
for part in MAJOR MINOR PATCH; do
  same "MLS_VERSION_$part stands once" 1 \
    "$(grep -c "^#define MLS_VERSION_$part [0-9]*$" include/mlsysim.h)"
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
