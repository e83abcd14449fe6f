#!/bin/sh
# archive.sh CORE.a OUT.a OBJCOPY: OUT.a holds all objects of CORE.a as one, hidden names made local.
set -e
ld -r -o "$2.o" --whole-archive "$1"
"$3" --localize-hidden "$2.o"
rm -f "$2"
ar rcs "$2" "$2.o"
rm -f "$2.o"
