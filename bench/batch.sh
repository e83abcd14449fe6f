#!/bin/sh
# Batches of a million scenarios with 20 inputs and 60 formulas: sh bench/batch.sh PROGRAM. CPU time of
# one thread, in memory and with files, and of polars merely reading the file where it is installed.
set -eu
bench=$(cd "$(dirname "$1")" && pwd -P)/../bench/bench_batch
program=$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")
cd "$(dirname "$0")/.."
sheet=bench/batch60.sheet
folder=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$folder"' EXIT
file=$folder/scenarios.csv
pin=
if command -v taskset >/dev/null 2>&1; then pin='taskset -c 0'; fi
"$bench" make >"$file"
# shellcheck disable=SC2086
for what in read whole; do $pin "$bench" $what $sheet "$file"; done
python3 - "$program" $sheet "$file" "$folder/results.csv" "$pin" <<'PYTHON'
import os, resource, statistics, subprocess, sys
program, sheet, file, results, pin = sys.argv[1:]
size = os.path.getsize(file)


def spent(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*pin.split(), *command], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def tell(name, list_of):
    time = statistics.median(list_of)
    print(f"{name:28} {time:6.3f} s  {size / time * 1e-6:5.0f} MB/s")


tell("mlsysim batch, with files", [spent([program, "batch", sheet, file, "-o", results, "--jobs", "1",
                                         "--quiet"]) for _ in range(5)])
code = "import polars, sys, time; s = time.process_time(); polars.read_csv(sys.argv[1]); " \
       "print(time.process_time() - s)"
os.environ["POLARS_MAX_THREADS"] = "1"
try:
    tell("polars reads the file", [float(subprocess.run([*pin.split(), sys.executable, "-c", code, file],
         check=True, capture_output=True).stdout) for _ in range(5)])
except subprocess.CalledProcessError:
    print("polars is not installed: not compared")
PYTHON
