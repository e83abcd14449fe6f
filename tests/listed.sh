#!/bin/sh
# listed.sh: no test is forgotten. Every tests/test_NOUN.c stands in tests/main.c and, as every
# script, in tests/meson.build; every CSV of examples/ is of a template; no two templates share a
# name. Last line: N passed, N failed.
set -u
cd "$(dirname "$0")/.." || exit 1
passed=0
failed=0

# expect TEXT COMMAND...: the command succeeds, or the text says what is wrong.
expect() {
  text=$1
  shift
  if "$@" >/dev/null; then passed=$(( passed + 1 )); return; fi
  echo "$text"
  failed=$(( failed + 1 ))
}

in_suites() { sed -n '/^suites = /,/]/p' tests/meson.build | grep "'$1'"; }

for file in tests/test_*.c; do
  noun=$(basename "$file" .c)
  noun=${noun#test_}
  expect "$file: tests/main.c does not run suite_$noun" \
    grep "{ \"$noun\", suite_$noun }" tests/main.c
  expect "$file: '$noun' is not in the suites of tests/meson.build" in_suites "$noun"
done

for file in tests/*.py tests/*.sh; do
  case $file in
    tests/outside.py | tests/many.py | tests/golden_run.py) continue ;; # tools
    tests/tally.py | tests/recalculate.py | tests/messages.py | tests/draw_facts.py | tests/make_*) continue ;; # tools
  esac
  expect "$file: tests/meson.build does not run it" \
    grep "'$(basename "${file%.*}")'\|$(basename "$file")" tests/meson.build
done

for file in examples/*.csv; do
  name=$(basename "$file" .csv)
  expect "$file: there is no template $name" test -n "$(find templates -name "$name.sheet")"
done

twice=$(find templates -name '*.sheet' -exec basename {} \; | sort | uniq -d)
expect "templates/: these names are there twice: $twice" test -z "$twice"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
