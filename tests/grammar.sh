#!/bin/sh
# grammar.sh GRAMMAR: the syntax files below editors/ are what the program GRAMMAR prints, and it knows
# every reserved word of lib/name.c and no other. Last line: N passed, N failed.
set -u
LC_ALL=C
export LC_ALL
grammar=$1
cd "$(dirname "$0")/.." || exit 1
passed=0
failed=0

# same FORM FILE
same() {
  if "$grammar" "$1" | cmp - "$2"; then passed=$(( passed + 1 )); return; fi
  echo "$2 is old; make it anew: $grammar $1 >$2"
  failed=$(( failed + 1 ))
}

same vim editors/vim/syntax/mlsysim.vim
same textmate editors/textmate/mlsysim.tmLanguage.json

known=$("$grammar" words | sort)
reserved=$(sed -n '/reserved\[\] = {/,/};/p' lib/name.c | grep -o '"[a-z]*"' | tr -d '"' | sort)
if [ -n "$reserved" ] && [ "$known" = "$reserved" ]; then
  passed=$(( passed + 1 ))
else
  echo "editors/grammar.c knows the words" $known "; lib/name.c reserves" $reserved
  failed=$(( failed + 1 ))
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
