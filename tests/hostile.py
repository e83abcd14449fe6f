#!/usr/bin/env python3
"""Input made to take time or memory without end: the program says which bound was met, and ends.

    python3 tests/hostile.py MLSYSIM

Each case runs the command line on files made here, and holds it to its processor time, its peak of
memory, its exit status, the words of its message, and to leaving no file behind. Prints
"N passed, N failed".
"""
import os
import resource
import subprocess
import time

from outside import BINARY, check, run_parts, write

SECONDS = 5     # processor time of one run
MEBIBYTES = 256  # peak of its memory

UNITS = "unit,definition,kind,differs,note\ns,,base,,\nm,,base,,\nB,,base,,\n"
SOURCES = "key,kind,title,authors,year,url,accessed\n"
FACTS = "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
CHOOSES = "sheet chooses\ninput hw = i1 in device\n"
PLAN = "sheet plan\ninput load = 1 in 0..10\ninput mode = slow in slow, fast\noutput double = load * 2\n"
HUGE = 1 << 30
GUARD = 4 << 30  # address space of one run
LONG = 200  # MiB of a long line
MEBIBYTE = "a" * (1 << 20)


def confine(memory, file_size, user):
    """Before the program starts: what fails must not take the machine with it."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    if file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    if user is not None and os.getuid() == 0:
        os.setuid(user)


def measure(words, stdin=None, memory=GUARD, file_size=None, user=None):
    """Exit status, stderr, processor seconds, MiB at the peak. The peak is also that of this process
    when it forks, so files are written in pieces here."""
    said = open("said", "w+b")
    process = subprocess.Popen([BINARY, *words, "--templates", "sheets", "--registry", "facts"],
                               stdin=stdin or subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                               env={"LC_ALL": "C"}, preexec_fn=lambda: confine(memory, file_size, user))
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    said.seek(0)
    return (process.returncode, said.read().decode(errors="replace"), used.ru_utime + used.ru_stime,
            used.ru_maxrss / 1024)


def hostile(name, words, parts, status=2, most=MEBIBYTES, **how):
    before = listing() | {"./said"}
    got, said, seconds, peak = measure(words, **how)
    check(f"{name}: exit {status}", got == status, (got, said))
    for part in parts:
        check(f"{name}: says {part!r}", part in said, said)
    check(f"{name}: ends within {SECONDS} s", seconds < SECONDS, seconds)
    check(f"{name}: takes less than {most} MiB", peak < most, peak)
    check(f"{name}: leaves no file", listing() <= before, listing() - before)
    if "HOSTILE_FIGURES" in os.environ:
        print(f"{name:44} exit {got} {seconds:6.2f} s {peak:7.1f} MiB  {said.splitlines()[:1]}")


def pour(path, head, piece, times, tail=""):
    """Writes a file that never stands in memory as a whole."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w") as file:
        file.write(head)
        for _ in range(times):
            file.write(piece)
        file.write(tail)


def listing():
    return {os.path.join(folder, name) for folder, _, names in os.walk(".") for name in names}


def prepare():
    write("sheets/plan.sheet", PLAN)
    write("facts/units.csv", UNITS)
    write("facts/sources.csv", SOURCES)


def sheet(name, text, words, parts=("limit",), **how):
    write("tried.sheet", text)
    hostile(name, ["run", "tried.sheet", *words], parts, **how)
    os.remove("tried.sheet")


# ---- sheets ----

def models():
    for depth in range(40):
        used = f"use a_x = level_{depth + 1}()\nuse b_x = level_{depth + 1}()\n" if depth < 39 else "x_y = 1\n"
        write(f"sheets/level_{depth}.sheet", f"sheet level_{depth}\n{used}")
    hostile("2^40 cells by use", ["run", "level_0"], ["limit: ", "(LIMIT_PATH)"])
    for depth in range(19):
        used = f"use a_x = wide_{depth + 1}()\nuse b_x = wide_{depth + 1}()\n" if depth < 18 else ""
        cells = "".join(f"cell_{i} = {i}\n" for i in range(40))
        write(f"sheets/wide_{depth}.sheet", f"sheet wide_{depth}\n{used}{cells}")
    hostile("2^18 instances of 40 cells", ["run", "wide_0"], ["limit: "])
    write("sheets/ring.sheet", "sheet ring\nuse again = ring()\n")
    hostile("a sheet that uses itself", ["run", "ring"], ["cycle: "])
    sheet("a table of 1e12 rows", "sheet tried\ntable rows for k in 1..1e12\n  x_y = k\n", [],
          ["limit: ", "(LIMIT_ROWS)"])
    sheet("a table of 2e7 rows and 9 columns", "sheet tried\ntable rows for k in 1..2e7\n" +
          "".join(f"  x_{i} = k\n" for i in range(9)), [], ["limit: "])
    sheet("30 tables of 1e6 rows", "sheet tried\n" +
          "".join(f"table rows_{i} for k in 1..1e6\n  x_y = k\n  z_y = x_y * 2\n" for i in range(30)), [], ["limit: "])
    wide = "sheet tried\ntable rows for k in 1..1e6\n" + "".join(f"  x_{i} = k\n" for i in range(30))
    sheet("a table of 1e6 rows and 30 columns", wide, [], ["limit: ", "(LIMIT_MEMORY)", "--memory"])
    sheet("the same with --memory", wide, ["--memory", "260"], [], status=0, most=300)
    for wrong in ("0", "-1", "1e3", "12345678", "many"):
        sheet(f"--memory {wrong}", PLAN, ["--memory", wrong], [f"--memory needs MB from 1 to 9999999, found {wrong}"])
    with open("tried.sheet", "w") as file:
        file.write("sheet tried\n")
        for i in range(1000000):
            file.write(f"cell_{i} = cell_{(i + 1) % 1000000}\n")
    hostile("a cycle of 10^6 names", ["run", "tried.sheet"], ["cycle: ", "cell_0 needs cell_1 needs "])
    os.remove("tried.sheet")


def texts():
    deep = "(" * 1000000
    sheet("10^6 parentheses", f"sheet tried\nx_y = {deep}1\n", [], ["limit: ", "(LIMIT_LINE)"])
    sheet("60,000 parentheses", f"sheet tried\nx_y = {deep[:60000]}1\n", [], ["limit: ", "(LIMIT_DEPTH)"])
    sheet("m^999999", "sheet tried\nx_y [m^999999] = 1\n", [], ["limit: ", "(LIMIT_EXPONENT)"])
    for name, head in (("line", "x_y = "), ("comment", "# ")):
        pour("tried.sheet", f"sheet tried\n{head}", MEBIBYTE, LONG)
        hostile(f"a {name} of {LONG} MiB", ["run", "tried.sheet"], ["limit: ", "(LIMIT_LINE)"])
        os.remove("tried.sheet")
    for name, text in (("x_y = 1  # a\x1b[31m", "control"), ("x_y = 1  # a\x00b", "control"),
                       ("x_y = 1  # a\x7fb", "control"), ("x_y = 1  # \u202egnp.exe", ""),
                       ("x\u202ey = 1", ""), ("x_y = 1  # \u2066a\u2069", ""), ("x_y = \"a\x07\"", "control")):
        sheet(f"the line {name!r}", f"sheet tried\n{name}\n", [], ["syntax: "])
    write("tried.sheet", b"sheet tried\nx_y = 1  # a\xff\xfe\n")
    hostile("bytes that are no UTF-8", ["run", "tried.sheet"], ["syntax: ", "UTF-8"])
    os.remove("tried.sheet")


# ---- CSV, JSON ----

def huge(name, path, head, words):
    """A file of 1 GiB: most of it was never written, so it takes no room on the disk."""
    with open(path, "wb") as file:
        file.write(head.encode())
        file.truncate(HUGE)
    hostile(name, words, ["limit: ", "(LIMIT_FILE)"])
    os.remove(path)


def files():
    huge("a sheet of 1 GiB", "tried.sheet", "sheet tried\n", ["run", "tried.sheet"])
    huge("a sheet of 1 GiB by name", "sheets/tried.sheet", "sheet tried\n", ["run", "tried"])
    huge("inputs of 1 GiB", "tried.csv", "name,base\n", ["run", "plan", "tried.csv"])
    huge("JSON of 1 GiB", "tried.json", "{", ["run", "plan", "tried.json"])
    write("sheets/chooses.sheet", CHOOSES)
    huge("facts of 1 GiB", "facts/device.csv", FACTS, ["run", "chooses"])
    huge("units of 1 GiB", "facts/units.csv", UNITS, ["run", "plan"])
    prepare()
    huge("sources of 1 GiB", "facts/sources.csv", SOURCES, ["run", "plan"])
    prepare()
    with open("/dev/zero", "rb") as zeros:
        hostile("a sheet without end", ["run", "-"], ["limit: ", "(LIMIT_FILE)"], stdin=zeros)
        hostile("inputs without end", ["run", "plan", "-"], ["limit: ", "(LIMIT_FILE)"], stdin=zeros)


def lines():
    write("sheets/chooses.sheet", CHOOSES)
    for path, head in (("device", FACTS), ("units", UNITS), ("sources", SOURCES)):
        pour(f"facts/{path}.csv", head, MEBIBYTE, LONG)
        hostile(f"a line of {LONG} MiB in {path}.csv", ["run", "chooses"], ["limit: ", "(LIMIT_TEXT)"])
        prepare()
    os.remove("facts/device.csv")
    for path, head, piece, times, bound in (
            ("tried.csv", "name,base\nload,", MEBIBYTE, LONG, "LIMIT_TEXT"),
            ("tried.csv", "load\n", MEBIBYTE, LONG, "LIMIT_TEXT"),
            ("tried.csv", "name", ",base" * 1000, 100, "LIMIT_COLUMNS"),
            ("tried.csv", "load", ",load" * 1000, 100, "LIMIT_COLUMNS"),
            ("tried.csv", "name,base\n", "load,1\n" * 1000, 1100, "LIMIT_SETTINGS"),
            ("tried.json", '{"inputs": {"load": "', MEBIBYTE, LONG, "LIMIT_TEXT"),
            ("tried.json", '{"', MEBIBYTE, LONG, "LIMIT_TEXT"),
            ("tried.json", "", "[" * 1000, 1000, "LIMIT_JSON_DEPTH"),
            ("tried.json", "", '{"a":' * 1000, 1000, "LIMIT_JSON_DEPTH"),
            ("tried.json", '{"scenarios":[', "{}," * 1000, 5000, "LIMIT_JSON_VALUES")):
        pour(path, head, piece, times)
        hostile(f"{path}: {head[:10]!r} {piece[:6]!r} {times} ({bound})", ["run", "plan", path], ["limit: ", f"({bound})"])
        os.remove(path)


def facts():
    write("sheets/chooses.sheet", CHOOSES)
    with open("facts/device.csv", "w") as file:
        file.write(FACTS)
        for start in range(0, 10000000, 1000):
            file.write("".join(f"i{i},f,1,,,,,,,estimate,n\n" for i in range(start, start + 1000)))
    hostile("10^7 facts", ["run", "chooses"], ["limit: ", "(LIMIT_FILE)"])
    with open("facts/device.csv", "r+") as file:
        file.truncate(len(FACTS) + 27 * 5000000)
    hostile("5 10^6 facts", ["run", "chooses"], ["limit: ", "(LIMIT_FACTS)"])
    os.remove("facts/device.csv")


# ---- little memory ----

def starving():
    """Whatever there is of it: a report or a word, never a crash or half a file."""
    write("busy.sheet", "sheet busy\ninput load [m] = 8 in 0..10  # note\ntable plan for k in 1..2000\n"
          "  a_a [m] = k * load\n  b_b [m] = prior(b_b, 0) + a_a\ncheck fits = last(plan.b_b) <= 5 [m]\n")
    told = set()
    for form in ("json", "csv", "md", "xlsx"):
        for size in range(12, 60, 2 if form == "xlsx" else 8):
            got, said, _, _ = measure(["run", "busy.sheet", "--all", "-o", f"busy.{form}"], memory=size << 20)
            there = os.path.exists(f"busy.{form}")
            sound = there if got == 0 else got == 3 and not there and said != ""
            check(f"{form} in {size} MiB", sound or got == 127, (got, said))  # 127: the program itself does not load
            told.add(got)
            if there:
                os.remove(f"busy.{form}")
    check("there was little memory, and enough", {0, 3} <= told, told)
    os.remove("busy.sheet")


# ---- where results go, and where sheets come from ----

def outputs():
    def refused(name, path, parts, status=3, **how):
        hostile(f"-o {name}", ["run", "plan", "in.json", "-o", path], parts, status=status, **how)
    write("in.json", '{"inputs": {"load": 2}}')
    os.symlink("in.json", "link.json")
    os.link("in.json", "hard.json")
    os.makedirs("folder.json")
    for name in ("in.json", "./in.json", "folder.json/../in.json", "link.json", "hard.json"):
        refused(name, name, ["this is a file that is read"], status=2)
    check("the input is as it was", open("in.json").read() == '{"inputs": {"load": 2}}')
    refused("a folder", "folder.json", ["cannot be written: it is a folder"])
    os.symlink("/dev/full", "full.json")
    refused("a full device", "full.json", ["cannot be written: it is not a plain file"])
    refused("a folder of the system", "/proc/tried.json", ["/proc/tried.json: file: cannot be written"])
    refused("a folder that is not there", "none/tried.json", ["none/tried.json: file: cannot be written"])
    refused("a file that may not grow", "long.json", ["long.json: file: cannot be written: File too large"], file_size=100)
    refused("a workbook that may not grow", "long.xlsx", ["mlsysim: file: the workbook could not be made: "],
            file_size=5000)
    os.chmod(".", 0o755)
    os.mkdir("closed", 0o555)
    refused("a folder that is closed", "closed/tried.json", ["closed/tried.json: file: cannot be written: Permission denied"],
            user=65534)


def places():
    write("outside/secret.sheet", "sheet secret\nx_y = 1\n")
    write("outside/secret.csv", FACTS + "i1,f,1,,,,,,,estimate,n\n")
    for name in ("../outside/secret", "/etc/secret", "..", "outside\\secret", "secret.sheet", "./secret"):
        sheet(f"use of {name}", f"sheet tried\nuse job = {name}()\n", [], ["syntax: "])
        sheet(f"in {name}", f"sheet tried\ninput hw = H in {name}\n", [], [": "])
    sheet("use of a sheet elsewhere", "sheet tried\nuse job = secret()\n", [], ["name: there is no sheet secret"])
    sheet("in a registry elsewhere", "sheet tried\ninput hw = i1 in secret\n", [], ["name: there is no registry secret"])
    os.symlink("../outside/secret.sheet", "sheets/secret.sheet")
    sheet("a link from the folder is followed", "sheet tried\nuse job = secret()\n", [], [], status=0)
    for number in range(12):
        os.symlink(".", f"sheets/loop_{number}")
    sheet("folders that lead to each other", "sheet tried\nuse job = nowhere()\n", [], ["name: there is no sheet nowhere"])


run_parts(prepare, [models, texts, files, lines, facts, starving, outputs, places])
