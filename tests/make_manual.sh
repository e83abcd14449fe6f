#!/bin/sh
# make_manual.sh PROGRAM: writes the man page and the completions again, from the program's own
# tables. tests/cli_more.py says when they are out of date.
set -eu
program=$1
cd "$(dirname "$0")/.."
mkdir -p docs/man completions
"$program" man >docs/man/mlsysim.1
for shell in bash zsh fish; do "$program" completion "$shell" >completions/$shell; done
