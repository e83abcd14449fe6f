#!/usr/bin/env python3
"""The command line from outside: every command with good and bad input, what it prints where, exit
statuses, files that appear whole or not at all. Usage: cli.py PATH/TO/mlsysim"""
import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import time
import zipfile

from outside import BINARY, SOURCES, UNITS, check, expect, run, run_parts, write


DEVICE = """item,field,value,unit,low,high,source,locator,accessed,state,note
H,memory,80,GB,,,sheet_h,page 1,2026-01-02,verified,
H,price,30,kUSD,,,,,2090-03-04,estimate,a guess
B,memory,192,GB,,,sheet_h,page 1,2026-01-02,verified,
"""
FLEET = """sheet fleet  # A small fleet @sheet_h
input hw                 = H in device                      # Accelerator
input gpus [GPU]         = 8 in 1..1e6 by 1                 # Accelerators owned
input budget [kUSD]      = 300 in 0..1e6                    # Money
price [kUSD]             = hw.price * gpus / 1 [GPU]        # All of them

table plan for month in 1..3  # By month
  input share [%]        = 50, 30, 20 in 0..100             # Paid in this month
  cash [kUSD]            = price * share                    # Paid

output cost [kUSD]       = sum(plan.cash)                   # Cost of the plan
check affordable         = cost <= budget                   # Within the budget
"""
WRONG = """sheet wrong
input hw = H in device
sum [GB] = hw.memory + hw.price
other = 1 +
"""
UNCITED = """sheet uncited
input a [GB] = 5 in 0..10
b [GB] = a * 7.5
"""
DOWN = "name,unit,base,rich,note\nhw,,H,H,\ngpus,GPU,8,4,fewer\nbudget,kUSD,200,1000,\n"


DATA = ["--templates", "data/templates", "--registry", "data/registry"]


def prepare():
    write("data/registry/units.csv", UNITS)
    write("data/registry/sources.csv", SOURCES)
    write("data/registry/device.csv", DEVICE)
    write("data/templates/cost/fleet.sheet", FLEET)
    write("wrong.sheet", WRONG)
    write("uncited.sheet", UNCITED)
    write("down.csv", DOWN)


def general():
    expect("version", run("--version"), 0, ["mlsysim "], quiet=True)
    expect("help", run("--help"), 0, ["Usage: mlsysim COMMAND", "  run ", "  why ", "  check "],
           quiet=True)
    expect("help word", run("help"), 0, ["Usage: mlsysim COMMAND"], quiet=True)
    for command in ("run", "why", "check"):
        for words in (("help", command), (command, "--help")):
            expect(" ".join(words), run(*words), 0, [f"Usage: mlsysim {command} ", "Examples"],
                   quiet=True)
    expect("no command", run(), 2, err=["a command is needed", "  run "])
    expect("unknown command", run("chekc"), 2,
           err=["there is no command chekc (did you mean check?)", "  run "])
    expect("far command", run("frobnicate"), 2, err=["there is no command frobnicate. Commands:"])
    expect("unknown option", run("run", "fleet", "--al"), 2,
           err=["run has no option --al (did you mean --all?)"])
    expect("option of another", run("check", "fleet", "--set=a=1"), 2,
           err=["check has no option --set"])
    expect("memory", run("run", "fleet", "--memory", "0", *DATA), 2,
           err=["--memory needs MB from 1 to 9999999, found 0"])
    expect("no value", run("run", "fleet", "--set"), 2, err=["--set needs path=value after it"])
    expect("value of a switch", run("run", "fleet", "--all=yes"), 2, err=["--all takes no value"])
    expect("twice", run("run", "fleet", "--as-of", "2026-01-01", "--as-of=2026-01-02"), 2,
           err=["--as-of is given twice"])
    expect("no sheet", run("run"), 2, err=["usage: mlsysim run SHEET"])
    expect("too many words", run("run", "a", "b", "c"), 2, err=["usage: mlsysim run SHEET"])
    expect("no folder", run("run", "fleet", "--templates", "nowhere"), 2,
           err=["--templates nowhere: there is no such folder"])


def running():
    got = run("run", "fleet", *DATA)
    expect("run", got, 0, ["fleet  A small fleet", "as of 2090-03-04", "Results", "cost", "240",
                           "affordable", "holds", "60 kUSD to spare"], quiet=True)
    check("run: no escapes into a pipe", "\033" not in got[1], got)
    expect("run a file", run("run", "data/templates/cost/fleet.sheet", *DATA), 0, ["Results"],
           quiet=True)
    expect("run stdin", run("run", "-", *DATA, stdin=FLEET.replace("sheet fleet", "sheet mine")
                            .encode()), 0, ["mine", "Results"], quiet=True)
    expect("empty stdin", run("run", "-", *DATA, stdin=b""), 2, err=["standard input is empty"])
    expect("stdin twice", run("run", "-", "-", *DATA, stdin=FLEET.encode()), 2,
           err=["standard input (-) can be read only once"])
    expect("run all", run("run", "fleet", "--all", *DATA), 0,
           ["All cells", "hw.price", "a guess", "plan", "share"], quiet=True)
    expect("unknown sheet", run("run", "fleat", *DATA), 2, err=["fleat"])
    expect("absent file", run("run", "absent.sheet", *DATA), 3,
           err=["absent.sheet: file: cannot be read: No such file"])
    expect("wrong sheet", run("run", "wrong.sheet", *DATA), 2,
           err=["wrong.sheet:3:", ": unit: ", "wrong.sheet:4:", ": syntax: "])
    expect("strict holds", run("run", "fleet", "--strict", *DATA), 0, quiet=True)
    expect("strict fails", run("run", "fleet", "--strict", "--set", "gpus=80", *DATA), 1,
           ["FAILS"], quiet=True)
    expect("not strict", run("run", "fleet", "--set", "gpus=80", *DATA), 0, ["FAILS"], quiet=True)
    expect("strict missing", run("run", "fleet", "--strict", "--set", "hw=B", *DATA), 1,
           ["Missing", "B has no fact price (device)"], quiet=True)


def setting():
    expect("set", run("run", "fleet", "--set", "budget=0.5 [kUSD]", "--set=hw.price=10 [kUSD]",
                      *DATA), 0, ["80  kUSD", "assumed", "0.5 kUSD"], quiet=True)
    expect("set unknown", run("run", "fleet", "--set", "gpu=3", *DATA), 2,
           err=["--set gpu=3: name: ", "gpus"])
    expect("set range", run("run", "fleet", "--set", "gpus=0", *DATA), 2,
           err=["--set gpus=0: range: "])
    expect("set unit", run("run", "fleet", "--set", "budget=3 [GB]", *DATA), 2,
           err=["--set budget=3 [GB]: unit: "])
    expect("set all wrong", run("run", "fleet", "--set", "gpus=0", "--set", "x=1", *DATA), 2,
           err=["--set gpus=0: range: ", "--set x=1: name: "])
    expect("set nothing", run("run", "fleet", "--set", "gpus", *DATA), 2,
           err=["--set needs path=value, found gpus"])
    escape = run("run", "fleet", "--set", "a\033[31m=1", *DATA)
    expect("escapes", escape, 2, err=["\\x1b[31m"])
    check("escapes are harmless", "\033" not in escape[2], escape)


def scenarios():
    expect("scenarios", run("run", "fleet", "down.csv", *DATA), 0,
           ["base   rich", "FAILS  holds", "base: affordable: cost <= budget is false: 240 kUSD"],
           quiet=True)
    expect("one scenario", run("run", "fleet", "down.csv", "--scenario", "rich", *DATA), 0,
           ["scenario rich", "120"], quiet=True)
    expect("scenario from stdin", run("run", "fleet", "-", *DATA, stdin=DOWN.encode()), 0,
           ["base", "rich"], quiet=True)
    expect("set wins", run("run", "fleet", "down.csv", "--set", "gpus=2", *DATA), 0, ["60"],
           quiet=True)
    expect("near scenario", run("run", "fleet", "down.csv", "--scenario", "rihc", *DATA), 2,
           err=["down.csv has no scenario rihc (did you mean rich?)"])
    expect("far scenario", run("run", "fleet", "down.csv", "--scenario", "xxxxxx", *DATA), 2,
           err=["down.csv has no scenario xxxxxx; it has base, rich"])
    expect("scenario without file", run("run", "fleet", "--scenario", "rich", *DATA), 2,
           err=["--scenario needs an INPUTS file"])
    write("bad.csv", "name,unit,base\ngpus,GPU,0\nbudget,GB,5\nxyz,,3\n")
    expect("bad scenario", run("run", "fleet", "bad.csv", *DATA), 2,
           err=["bad.csv:2:", ": range: ", "bad.csv:3:", ": unit: ", "bad.csv:4:", ": name: "])
    write("rows.csv", "month,share [%]\n1,60\n2,40\n")
    expect("rows", run("run", "fleet", "--rows", "plan=rows.csv", "--all", *DATA), 0, ["60", "40"],
           quiet=True)
    expect("rows form", run("run", "fleet", "--rows", "plan", *DATA), 2,
           err=["--rows needs table=FILE.csv, found plan"])
    expect("rows table", run("run", "fleet", "--rows", "plam=rows.csv", *DATA), 2, err=["plam"])
    expect("rows file", run("run", "fleet", "--rows", "plan=none.csv", *DATA), 3,
           err=["none.csv: file: cannot be read"])
    expect("rows folder", run("run", "fleet", "--rows", "plan=.", *DATA), 3,
           err=[".: file: cannot be read: Is a directory"])
    folder = os.open(".", os.O_RDONLY)
    done = subprocess.run([BINARY, "run", "fleet", "-", *DATA], stdin=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    os.close(folder)
    check("folder as standard input", done.returncode == 2 and done.stdout == b"" and
          b"standard input: file: cannot be read: Is a directory" in done.stderr, done)


def dates():
    expect("as of", run("run", "fleet", "--as-of", "2027-05-06", *DATA), 0, ["as of 2027-05-06"])
    for wrong in ("2026-13-01", "2026-02-29", "26-1-1", "2026-04-31", "tomorrow"):
        expect(f"as of {wrong}", run("run", "fleet", "--as-of", wrong, *DATA), 2,
               err=[f"--as-of needs a date YYYY-MM-DD, found {wrong}"])
    expect("epoch", run("run", "fleet", *DATA, SOURCE_DATE_EPOCH="86400"), 0, ["1970-01-02"])
    expect("epoch wrong", run("run", "fleet", *DATA, SOURCE_DATE_EPOCH="x"), 2,
           err=["SOURCE_DATE_EPOCH needs seconds since 1970, found x"])
    expect("as of wins", run("run", "fleet", "--as-of", "2027-05-06", *DATA,
                             SOURCE_DATE_EPOCH="86400"), 0, ["2027-05-06"])


def as_json():
    got = run("run", "fleet", "down.csv", "--json", *DATA)
    expect("json", got, 0, quiet=True)
    read = json.loads(got[1])
    check("json head", (read["schema"], read["sheet"], read["date"]) == (1, "fleet", "2090-03-04"))
    check("json names", [one["name"] for one in read["scenarios"]] == ["base", "rich"], read)
    cell = read["scenarios"][1]["cells"][0]
    check("json cell", cell == {"path": "cost", "kind": "output", "value": 120, "unit": "kUSD",
                                "si": 120000, "state": "estimate", "error": None}, cell)
    verdict = read["scenarios"][0]["checks"][0]
    check("json check", verdict["holds"] is False and verdict["gap"] == 40000 and
          verdict["unit"] == "USD", verdict)
    got = run("run", "fleet", "--json", "--all", "--set", "hw=B", *DATA)
    cells = {(c["path"], c.get("row")): c for c in json.loads(got[1])["scenarios"][0]["cells"]}
    check("json all", cells["plan.cash", 2]["error"] ==
          {"kind": "missing", "origin": "hw.price", "message": "B has no fact price (device)"},
          cells.get(("plan.cash", 2)))
    check("json input", cells["plan.share", 3]["value"] == 20, cells["plan.share", 3])
    check("json word", cells["hw", None]["value"] == "B" and cells["hw", None]["unit"] is None)


def why():
    expect("why", run("why", "fleet", "cost", *DATA), 0,
           ["cost = 240 kUSD  # Cost of the plan", "  = sum(plan.cash)",
            "hw.price = 30 kUSD  estimate: a guess", "Weakest state: estimate"], quiet=True)
    expect("why row", run("why", "fleet", "plan.cash(2)", *DATA), 0,
           ["plan.cash(2) = 72 kUSD", "= 240 [kUSD] * 30 [%]"], quiet=True)
    expect("why scenario", run("why", "fleet", "cost", "down.csv", "--scenario", "rich", *DATA), 0,
           ["cost = 120 kUSD"], quiet=True)
    expect("why many", run("why", "fleet", "cost", "down.csv", *DATA), 0, ["cost = 240 kUSD"],
           ["shown for the scenario base; choose another with --scenario"])
    expect("why unknown", run("why", "fleet", "cots", *DATA), 2,
           err=["fleet has no cell cots (did you mean cost?)"])
    expect("why no row", run("why", "fleet", "plan.cash(7)", *DATA), 2,
           err=["plan.cash has no row 7"])
    expect("why few", run("why", "fleet"), 2, err=["usage: mlsysim why SHEET CELL"])
    got = run("why", "fleet", "cost", "--json", *DATA)
    expect("why json", got, 0, quiet=True)
    read = json.loads(got[1])
    paths = [cell["path"] for cell in read["cells"]]
    check("why json: each once", len(paths) == len(set(paths)), paths)
    check("why json: all told", all(reason in paths for cell in read["cells"]
                                    for reason in cell["reasons"]), paths)


def checking():
    expect("check", run("check", "fleet", "data/templates/cost/fleet.sheet", *DATA), 0,
           ["fleet: ", "fleet.sheet: ", "1 check, all units agree"], quiet=True)
    got = run("check", "wrong.sheet", "fleet", *DATA)
    check("check wrong: exit", got[0] == 2, got)
    check("check wrong: all", "wrong.sheet:3:" in got[2] and "wrong.sheet:4:" in got[2], got)
    check("check goes on", "fleet: " in got[1], got)
    expect("check uncited", run("check", "uncited.sheet", *DATA), 0, quiet=True)
    expect("check strict", run("check", "--strict", "uncited.sheet", *DATA), 1,
           err=["uncited.sheet:3:", "7.5", "warning: "])
    expect("check strict cited", run("check", "--strict", "fleet", *DATA), 0, quiet=True)
    got = run("check", "fleet", "--json", *DATA)
    expect("check json", got, 0, quiet=True)
    lines = json.loads(got[1])[0]["sheets"][0]["lines"]
    price = next(line for line in lines if line["name"] == "price")
    check("check json tree", price["tree"]["call"] == "/" and
          price["tree"]["type"]["strict"] == "USD", price)
    odd = os.fsdecode(b"odd\xff\033.sheet")
    write(odd, WRONG)
    got = run("check", odd, "--json", *DATA)
    check("check json of an odd name", json.loads(got[1])[0]["file"] == "odd\ufffd\033.sheet", got)
    got = run("check", "wrong.sheet", "fleet", "--json", *DATA)
    read = json.loads(got[1])
    check("check json errors", [e["kind"] for e in read[0]["errors"]] == ["unit", "syntax"] or
          [e["kind"] for e in read[0]["errors"]] == ["syntax", "unit"], read[0])
    check("check json goes on", read[1]["sheet"] == "fleet" and got[0] == 2, read[1]["sheet"])


def outputs():
    shutil.rmtree("out", ignore_errors=True)
    os.mkdir("out")
    got = run("run", "fleet", "down.csv", "-o", "out/a.json", *DATA)
    expect("output", got, 0, ["Results"], quiet=True)
    check("output json", json.load(open("out/a.json"))["sheet"] == "fleet")
    expect("workbook", run("run", "fleet", "down.csv", "-o", "out/a.xlsx", *DATA), 0, ["Results"],
           quiet=True)
    check("workbook is one", zipfile.is_zipfile("out/a.xlsx"))
    again = open("out/a.xlsx", "rb").read()
    run("run", "fleet", "down.csv", "-o", "out/a.xlsx", *DATA)
    check("workbook: same bytes", open("out/a.xlsx", "rb").read() == again)
    check("output mode", os.stat("out/a.json").st_mode & 0o777 == 0o666 & ~UMASK)
    expect("ending", run("run", "fleet", "-o", "out/a.pdf", *DATA), 2,
           err=["-o out/a.pdf: the file must end in .xlsx"])
    expect("input as output", run("run", "fleet", "down.json", "-o", "down.json", *DATA), 2,
           err=["-o down.json: this is a file that is read"])
    expect("two names", run("run", "fleet", "-o", "out/b.json", "-o", "out/b.json", *DATA), 2,
           err=["is written twice"])
    write("out/c.json", "old")
    os.chmod("out/c.json", 0o640)
    expect("bad input keeps", run("run", "wrong.sheet", "-o", "out/c.json", *DATA), 2)
    check("old file stays", open("out/c.json").read() == "old")
    expect("replaced", run("run", "fleet", "-o", "out/c.json", *DATA), 0)
    check("replaced whole", json.load(open("out/c.json"))["sheet"] == "fleet")
    check("replaced mode", os.stat("out/c.json").st_mode & 0o777 == 0o640)
    os.symlink("c.json", "out/link.json")
    write("out/c.json", "old")
    run("run", "fleet", "-o", "out/link.json", *DATA)
    check("link stays", os.path.islink("out/link.json") and
          json.load(open("out/c.json"))["sheet"] == "fleet")
    expect("no folder to write", run("run", "fleet", "-o", "none/a.json", *DATA), 3,
           err=["none/a.json: file: cannot be written: No such file"])
    os.mkdir("out/dir.json")
    expect("a folder", run("run", "fleet", "-o", "out/dir.json", *DATA), 3,
           err=["out/dir.json: file: cannot be written: it is a folder"])
    got = run("run", "fleet", "-o", "out/d.json", "-o", "none/e.json", *DATA)
    check("all or none", got[0] == 3 and not os.path.exists("out/d.json"), got)
    check("no leftovers", not [name for name in os.listdir("out") if "part" in name],
          os.listdir("out"))


def limited():
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def full_disk():
    done = subprocess.run([BINARY, "run", "fleet", "-o", "out/full.json", *DATA],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limited)
    check("full disk", done.returncode == 3 and b"out/full.json: file: cannot be written" in
          done.stderr, done)
    check("full disk leaves nothing", not [n for n in os.listdir("out") if "full" in n])
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w") as full:
            done = subprocess.run([BINARY, "run", "fleet", *DATA], stdout=full,
                                  stderr=subprocess.PIPE)
        check("full stdout", done.returncode == 3 and
              b"standard output: file: cannot be written" in done.stderr, done)


def terminal(**environment):
    main, side = pty.openpty()
    env = {"PATH": os.environ["PATH"], "TERM": "xterm", **environment}
    with subprocess.Popen([BINARY, "run", "fleet", "--set", "gpus=80", *DATA], stdout=side,
                          stderr=subprocess.DEVNULL, env=env) as child:
        os.close(side)
        text = b""
        while True:
            try:
                part = os.read(main, 65536)
            except OSError:
                break
            if not part:
                break
            text += part
        child.wait()
    os.close(main)
    return text


def interrupted():
    write("long.sheet", "sheet long\ninput x = 1 in 0..9\ntable t for k in 1..400000\n"
          "  a = k * x\noutput y = last(t.a)\n")
    os.makedirs("stop", exist_ok=True)
    child = subprocess.Popen([BINARY, "run", "long.sheet", "--all", "-o", "stop/a.json", *DATA],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while child.poll() is None and not os.listdir("stop"):
        time.sleep(0.001)
    child.send_signal(signal.SIGINT)
    check("interrupted", child.wait() == -signal.SIGINT, child.returncode)
    check("interrupted leaves nothing", os.listdir("stop") == [], os.listdir("stop"))


def folders():
    path = os.path.abspath("data")
    expect("path", run("run", "fleet", MLSYSIM_PATH=path), 0, ["Results"], quiet=True)
    expect("path empty part", run("run", "fleet", MLSYSIM_PATH=f":{path}:"), 0, quiet=True)
    expect("path wrong", run("run", "fleet", MLSYSIM_PATH=f"/nowhere:{path}"), 0, ["Results"],
           ["warning: MLSYSIM_PATH: /nowhere has neither templates/ nor registry/"])
    write("more/device.csv", DEVICE.splitlines()[0] +
          "\nH,price,40,kUSD,,,,,2090-03-05,estimate,another\n")
    got = run("run", "fleet", *DATA, "--registry", "more")
    expect("override", got, 0, ["320", "as of 2090-03-05"])
    check("override is told", "warning:" in got[2] and "device.csv" in got[2], got)
    color = terminal()
    check("colour", b"\033[1;31mFAILS\033[0m" in color, color)
    check("NO_COLOR", b"\033" not in terminal(NO_COLOR="1"))
    check("dumb", b"\033" not in terminal(TERM="dumb"))


UMASK = os.umask(0o022)
os.umask(UMASK)
run_parts(prepare, (general, running, setting, scenarios, dates, as_json, why, checking, outputs,
                    full_disk, interrupted, folders))
