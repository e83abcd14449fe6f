#!/bin/sh
# The engine against C written by hand, pinned to one core: sh bench/engine.sh PATH_OF_THE_PROGRAM
set -eu
here=$(dirname "$0")
program=$(dirname "$1")/../bench/bench_engine
set -- "$here" "$here/../templates" "$here/../registry"
if command -v taskset >/dev/null 2>&1; then
  taskset -c 0 "$program" "$@" batch60 templates wide chain
  "$program" "$@" threads
else
  "$program" "$@"
fi
