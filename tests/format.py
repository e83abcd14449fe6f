#!/usr/bin/env python3
"""mlsysim format from outside: files rewritten in place or not at all, --check, standard input, exit
statuses. Usage: format.py PATH/TO/mlsysim"""
import os
import stat
import subprocess
import sys
import tempfile

BINARY = os.path.abspath(sys.argv[1])
ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")
               if name in os.environ}
failures, passed = [], 0

MESSY = "sheet plan#A plan\r\n\r\ninput  n=3in 1 .. 4#Count\r\nx=max( n,\r\n2 )\t\r\n"
CLEAN = """sheet plan  # A plan

input n                  = 3 in 1..4                        # Count
x                        = max(n,
                           2)
"""
WRONG = "sheet wrong\nx=\n y=1\nz=nothing(1)\n"


def run(*arguments, stdin=None):
    done = subprocess.run([BINARY, "format", *arguments], input=(stdin or "").encode(),
                          env=ENVIRONMENT, capture_output=True, timeout=300)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def write(path, text):
    with open(path, "w", newline="") as file:
        file.write(text)


def read(path):
    with open(path, newline="") as file:
        return file.read()


def check(name, good, *told):
    global passed
    if good:
        passed += 1
    else:
        failures.append(name)
        print(f"{name}: {told}")


def expect(name, got, status, out="", told=()):
    good = got[0] == status and got[1] == out and all(part in got[2] for part in told)
    check(name, good and (bool(told) or not got[2]), got)


def in_place():
    write("plan.sheet", MESSY)
    os.chmod("plan.sheet", 0o640)
    os.symlink("plan.sheet", "link.sheet")
    expect("check", run("--check", "plan.sheet"), 1, "plan.sheet\n")
    check("check changes nothing", read("plan.sheet") == MESSY)
    expect("rewrite", run("link.sheet"), 0)
    check("rewritten", read("plan.sheet") == CLEAN, read("plan.sheet"))
    check("link stays", os.path.islink("link.sheet"))
    check("mode stays", stat.S_IMODE(os.stat("plan.sheet").st_mode) == 0o640)
    before = os.stat("plan.sheet")
    expect("again", run("plan.sheet"), 0)
    after = os.stat("plan.sheet")
    check("a formatted file is not written",
          (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns))
    expect("check again", run("plan.sheet", "--check"), 0)
    check("nothing is left over", sorted(os.listdir(".")) == ["link.sheet", "plan.sheet"],
          os.listdir("."))


def wrong():
    write("wrong.sheet", WRONG)
    write("messy.sheet", MESSY)
    expect("the others are formatted", run("wrong.sheet", "messy.sheet"), 2, "",
           ["wrong.sheet:2:3: syntax: expected a formula",
            "wrong.sheet:3:2: syntax: an indented line belongs to a table",
            "wrong.sheet:4:3: name: unknown function nothing"])
    check("the wrong one stays", read("wrong.sheet") == WRONG)
    check("the messy one does not", read("messy.sheet") == CLEAN)
    write("messy.sheet", MESSY)
    expect("check of both", run("--check", "messy.sheet", "wrong.sheet"), 2, "messy.sheet\n",
           ["wrong.sheet:2:3"])
    got = run("none.sheet", "messy.sheet")
    expect("no file", got, 3, "", ["none.sheet: file: cannot be read"])
    expect("no argument", run(), 2, "", ["usage: mlsysim format FILE.sheet..."])
    expect("option", run("--json", "messy.sheet"), 2, "", ["format has no option --json"])
    expect("no folder", run("."), 3, "", ["cannot be read"])


def standard():
    expect("standard input", run("-", stdin=MESSY), 0, CLEAN)
    expect("formatted standard input", run("-", stdin=CLEAN), 0, CLEAN)
    expect("check of standard input", run("--check", "-", stdin=MESSY), 1, "standard input\n")
    expect("check of good input", run("--check", "-", stdin=CLEAN), 0)
    expect("twice", run("-", "-", stdin=CLEAN), 2, CLEAN, ["can be read only once"])
    expect("wrong standard input", run("-", stdin=WRONG), 2, "", ["standard input:2:3: syntax"])
    expect("empty standard input", run("-", stdin=""), 2, "", ["standard input is empty"])


def unwritable():
    os.mkdir("closed")
    write("closed/plan.sheet", MESSY)
    os.chmod("closed", 0o500)
    if os.access("closed", os.W_OK):  # root may
        os.chmod("closed", 0o700)
        return
    expect("closed folder", run("closed/plan.sheet"), 3, "", ["cannot be written"])
    check("closed folder: the file stays", read("closed/plan.sheet") == MESSY)
    os.chmod("closed", 0o700)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for part in (in_place, wrong, standard, unwritable):
        part()
    os.chdir("/")
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
