#!/bin/sh
# Figures of the engine alone, pinned to one core: sh bench/core.sh PATH_OF_THE_PROGRAM
set -eu
program=$(dirname "$1")/../bench/bench_core
if command -v taskset >/dev/null 2>&1; then taskset -c 0 "$program"; else "$program"; fi
