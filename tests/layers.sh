#!/bin/sh
# layers.sh [LIB]: the order of lib/. Reads the #include lines of every file there and fails on
#   - a file that no line below names, or a name below that no file has,
#   - an include of a file that stands on a lower line (upward),
#   - headers that include each other (a cycle),
#   - a header of the system that the file may not use.
# The last is looked at in cli/ too. Last line: N passed, N failed; one case a file.
set -u
LC_ALL=C
export LC_ALL
lib=${1:-$(dirname "$0")/../lib}
cli=$(dirname "$0")/../cli
[ -d "$lib" ] || { echo "layers.sh: there is no folder $lib" >&2; exit 1; }

# Bottom to top. Files of one line make one layer: they may use each other, the lines above, and
# nothing below. A new file is added here.
layers='
limits sets system bits real real_inline real_tail
memory
fail progress
power
text buffer number number_digits number_lanes number_print
name
csv csv_number csv_write
json
unit dims
rows
registry load source renamed
function lanes lanes_inline span
formula
sheet statement
format
check check_chart slot resolve prove
graph given order model
target tree
tape tape_code tape_row tape_run
recur
values settle stale state
branch
scenario scenario_json
show
plan plan_*
batch
trace verdict
chart chart_scale chart_svg chart_swing chart_text
export export_* grid xlsx xlsx_*
stream stream_*
folder
open
book list explain config own
'

# Headers of the system: these of C17 for all, and the few others with the files that may use them.
standard='assert ctype errno fenv float inttypes iso646 limits locale math setjmp stdalign stdarg
stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath time uchar wchar wctype'
# csv.c reads CSV with libcsv; xlsx.h writes workbooks with libxlsxwriter, xlsx_pack.c packs them
# again with zlib. The operating system is called by system.c, in cli/ by a file for each kind of
# system, and there by crew.c for threads.
others='
cli/cells.c expat.h
cli/cells.c zip.h
cli/crew.c pthread.h
cli/crew.c signal.h
cli/crew.c windows.h
cli/os_posix.c fcntl.h
cli/os_posix.c signal.h
cli/os_posix.c sys/ioctl.h
cli/os_posix.c sys/stat.h
cli/os_posix.c unistd.h
cli/os_windows.c fcntl.h
cli/os_windows.c io.h
cli/os_windows.c shellapi.h
cli/os_windows.c signal.h
cli/os_windows.c sys/stat.h
cli/os_windows.c windows.h
cli/system.c signal.h
system.c dirent.h
system.c sys/mman.h
system.c sys/stat.h
system.c unistd.h
system.c windows.h
system.c xlocale.h
csv.c csv.h
list.c csv.h
list.c xlsxwriter.h
xlsx.h xlsxwriter.h
xlsx_pack.c zlib.h
'

for file in "$lib"/*.[ch] "$cli"/*.[ch]; do
  [ -f "$file" ] || continue
  name=${file##*/}
  case $file in "$cli"/*) name=cli/$name ;; esac
  echo "file $name"
  awk -v file="$name" '
    /^[ \t]*#[ \t]*include/ {
      sub(/^[ \t]*#[ \t]*include[ \t]*/, "")
      quoted = substr($0, 1, 1) == "\""
      name = substr($0, 2)
      sub(/[">].*/, "", name)
      print (quoted ? "own" : "system"), file, name, FNR
    }' "$file"
done | awk -v layers="$layers" -v standard="$standard" -v others="$others" '
  function stem(name) { sub(/\.[ch]$/, "", name); return name }

  # The line of a name: an exact one, else the longest pattern NAME_* that fits.
  function level(name,   prefix) {
    prefix = name
    found = name
    while (!(found in exact) && sub(/_[^_]*$/, "", prefix)) found = prefix "_*"
    return found in exact ? exact[found] : 0
  }

  function in_program(file) { return file ~ /^cli\// }

  function fault(file, text) { print (in_program(file) ? "" : "lib/") file ": " text; wrong[file] = 1 }

  function walk(file,   i, count, next_ones) {
    if (state[file] == 2) return
    if (state[file] == 1) { fault(file, "headers include each other: " path " " file); return }
    state[file] = 1
    path = path " " file
    count = split(headers[file], next_ones, " ")
    for (i = 1; i <= count; i++) walk(next_ones[i])
    sub(" " file "$", "", path)
    state[file] = 2
  }

  BEGIN {
    count = split(layers, lines, "\n")
    for (i = 1; i <= count; i++) {
      many = split(lines[i], names, " ")
      for (k = 1; k <= many; k++) exact[names[k]] = i
    }
    count = split(standard, names, " ")
    for (i = 1; i <= count; i++) free[names[i] ".h"] = 1
    count = split(others, lines, "\n")
    for (i = 1; i <= count; i++) allowed[lines[i]] = 1
  }

  $1 == "file" {
    files[$2] = 1
    if (in_program($2)) next
    if (level(stem($2))) used[found] = 1
    else fault($2, "stands on no line of tests/layers.sh")
  }
  $1 == "own" && $3 != "mlsysim.h" && !in_program($2) { own[++owns] = $0; if ($2 ~ /\.h$/) headers[$2] = headers[$2] " " $3 }
  $1 == "system" && !($3 in free) && !(($2 " " $3) in allowed) {
    fault($2 , "line " $4 " includes <" $3 ">, which is neither of C nor allowed for it")
  }

  END {
    for (i = 1; i <= owns; i++) {
      split(own[i], part, " ")
      from = level(stem(part[2])); to = level(stem(part[3]))
      if (!(part[3] in files))
        fault(part[2], "line " part[4] " includes \"" part[3] "\", which is not in lib/")
      else if (from && to > from)
        fault(part[2], "line " part[4] " includes \"" part[3] "\", which stands higher")
    }
    for (file in headers) walk(file)
    for (name in exact) if (!used[name]) { print "tests/layers.sh: no file of lib/ is called " name; stale++ }
    for (file in files) if (file in wrong) failed++; else passed++
    printf "%d passed, %d failed\n", passed, failed + stale
    exit failed + stale > 0 || passed == 0
  }'
