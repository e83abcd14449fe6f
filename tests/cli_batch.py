"""mlsysim batch from the outside: cli_batch.py PROGRAM [all]. Results, bad rows, options, threads, and
runs that are killed, stopped or out of space and go on to the same bytes (with `all` the long list of
moments). Last line: N passed, N failed."""
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time

from outside import BINARY, check, expect, run, run_parts, write

ALL = len(sys.argv) > 2
HEADER = "scenario,hw,gpus,load [%],mode,limit [W],hw.tdp\n"
SHEET = """sheet rack  # A rack of accelerators
input hw           = H100 in hardware         # Accelerator
input gpus [GPU]   = 8 in 1..1000 by 1        # Accelerators in the rack
input load [%]     = 80 in 0..100             # Mean load
input mode         = fast in fast, slow       # How it runs
input limit [kW]   = 5 in 0..1000             # Power of the circuit
table hour for step in 1..3  # The first hours
  output part [kW] = gpus * hw.tdp * load * step / 3  # Power while it starts
output peak [kW]   = gpus * hw.tdp * load     # Highest power
output verdict     = if(mode == "slow", "calm", "busy")  # In a word
output price [kUSD] = gpus * hw.price         # Of the accelerators
output each [1/GPU] = 1 / (gpus - 8)          # Nothing to divide by at 8
check enough       = peak <= limit            # The circuit carries it
"""
FACTS = """item,field,value,unit,low,high,source,locator,accessed,state,note
H100,tdp,700,W,,,,,2026-01-02,estimate,made up
H100,price,30,kUSD,,,,,2026-01-02,estimate,made up
B200,tdp,1000,W,,,,,2026-01-02,estimate,made up
"""


def line(number, chance):
    return (f"s{number},{chance.choice(['H100', 'B200'])},{chance.randrange(1, 60)},"
            f"{chance.random() * 100:.4g},{chance.choice(['fast', 'slow'])},"
            f"{chance.randrange(1, 90000)},{chance.randrange(100, 1500)}\n")


def lines(count, seed=7):
    chance = random.Random(seed)
    return "".join(line(number, chance) for number in range(count))


def prepare():
    write("rack.sheet", SHEET)
    write("facts/hardware.csv", FACTS)
    write("small.csv", HEADER + lines(200))
    write("large.csv", HEADER + lines(120_000))


def batch(*words, sheet="rack.sheet", **more):
    return run("batch", sheet, *words, "--registry", "facts", **more)


def read(path):
    with open(path, "rb") as file:
        return file.read()


# ---- what it writes ----

def test_results():
    got = batch("small.csv", "-o", "out.csv")
    expect("results", got, 0, err=["200 rows read, 200 written", "with an error in a result",
                                   "with a check that fails"])
    check("results: nothing left", not [name for name in os.listdir(".") if ".part" in name])
    done = run("run", "rack.sheet", "small.csv", "--registry", "facts", "-o", "run.csv")
    check("results: run", done[0] == 0, done)
    rows = [row for row in read("run.csv").decode().split("\n") if not row or row.split(",")[1] in ("", "row")]
    table = rows[0].split(",").index("hour.part [kW]")
    kept = [",".join(field for at, field in enumerate(row.split(",")) if at not in (1, table))
            for row in rows]
    check("results: those of run", read("out.csv").decode().split("\n") == kept, kept[:3])


def test_many():
    """A large file has the same bytes in one run, with threads, in pieces, and through pipes."""
    for jobs in "1", "2", "5":
        got = batch("large.csv", "-o", f"jobs{jobs}.csv", "--jobs", jobs, "--quiet")
        expect(f"jobs {jobs}", got, 0, quiet=True)
        check(f"jobs {jobs}: same bytes", read(f"jobs{jobs}.csv") == read("jobs1.csv"))
    got = batch("-", stdin=read("large.csv"))
    check("pipes", got[0] == 0 and got[1].encode() == read("jobs1.csv"), got[2])
    head, *rest = read("large.csv").decode().split("\n")
    small = []
    for part in range(0, 120_000, 40_000):
        write("piece.csv", "\n".join([head, *rest[part:part + 40_000]]) + "\n")
        batch("piece.csv", "-o", "piece_out.csv")
        small += read("piece_out.csv").decode().split("\n")[1:-1]
    check("pieces", small == read("jobs1.csv").decode().split("\n")[1:-1])


def test_forms():
    whole = batch("small.csv")[1]
    text = read("small.csv").decode()
    blank = text.replace("\n", "\n\n", 5)
    for name, form in {"CR LF": text.replace("\n", "\r\n"), "mark": "\ufeff" + text,
                       "blank lines": "\n \n" + blank, "no end": text[:-1],
                       "quotes": text.replace("H100", '"H100"').replace("fast", '"fast"')}.items():
        got = batch("-", stdin=form.encode())
        check(f"form {name}", got[0] == 0 and got[1] == whole, got[2])
    eu = text.replace(",", ";").replace(".", ",").replace("hw,tdp", "hw.tdp")
    got = batch("-", "--csv", "excel-eu", stdin=eu.encode())
    expected = "\ufeff" + whole.replace(";", "|").replace(",", ";").replace(".", ",").replace("|", ";")
    plain = [row.replace('"', "") for row in got[1].split("\n")]
    check("form excel-eu", got[0] == 0 and plain == expected.split("\n"), (got[2], got[1][:300]))
    for name, form, says in (("UTF-16", text.encode("utf-16"), "UTF-16 text"),
                             ("Excel", b"PK\x03\x04...", "an Excel workbook"),
                             ("1252", b"scenario,gpus,n\xe4me\n1,2,3\n", "is not UTF-8"),
                             ("semicolons", b"gpus;load\n1;2\n", "--csv excel-eu"),
                             ("returns", b"gpus,load\r1,2\r", "more than one line"),
                             ("names down", b"name,base\ngpus,8\n", "side by side"),
                             ("JSON", b'{"inputs": {}}', "are JSON"),
                             ("empty", b"", "standard input is empty"),
                             ("a long line", b"gpus\n" + b"1" * 1_200_000 + b"\n",
                              "standard input:2: a line of more than 1048576 bytes")):
        expect(f"form {name}", batch("-", "-o", "form.csv", stdin=form), 2, err=[says])
        check(f"form {name}: no file", not os.path.exists("form.csv"))
    expect("header alone", batch("-", stdin=b"gpus\n"), 0, out=["scenario,peak [kW],"],
           err=["0 rows read, 0 written"])


def test_cells():
    got = batch("-", "--cells", "hour.part(3),gpus,hw.tdp,enough,load", "--set", "load=50", "--set",
                "hw=B200", stdin=b"gpus,hw.tdp [kW]\n16,0.7\n4,1.25\n")
    expect("cells", got, 0)
    check("cells: text", got[1] == "scenario,hour.part(3) [kW],gpus [GPU],hw.tdp [W],enough,load [%],"
          "errors\n1,5.6,16,700,0,50,\n2,2.5,4,1250,1,50,\n", got[1])
    expect("cells: column", batch("-", "--cells", "hour.part", stdin=b"gpus\n1\n"), 2,
           err=["hour.part has many values; expected one, as hour.part(12)"])
    expect("cells: unknown", batch("-", "--cells", "peek", stdin=b"gpus\n1\n"), 2,
           err=["did you mean peak?"])
    expect("set: wrong", batch("-", "--set", "load=101", stdin=b"gpus\n1\n"), 2,
           err=["101 % is outside 0..100"])
    expect("set: no value", batch("-", "--set", "load", stdin=b"gpus\n1\n"), 2,
           err=["--set needs path=value, found load"])
    write("steps.csv", "step\n1\n2\n")
    got = batch("-", "--cells", "hour.part(2)", "--rows", "hour=steps.csv", stdin=b"gpus\n3\n")
    check("rows", got[0] == 0 and got[1].split("\n")[1].startswith("1,1.12"), got)
    warned = batch("-", stdin=b"gpus,hw.price\n3,1 [kUSD]\n")
    check("facts", warned[0] == 0 and "1,1.68,busy,3," in warned[1], warned)


def test_bad_rows():
    text = HEADER + lines(100)
    rows = text.split("\n")
    rows[10] = "x,H100,0,50,fast,1,1"
    rows[20] = "y,H100,5"
    rows[30] = 'z,H100,5,"50,fast,1,1'
    rows[40] = "w,H1000,5,1.234.5,fast,1,1"
    write("bad.csv", "\n".join(rows))
    got = batch("bad.csv", "-o", "bad_out.csv")
    expect("bad rows", got, 0, err=[
        "bad.csv:11:3: range: 0 GPU is outside 1..1000 by 1", "bad.csv:21:4: syntax: this line has 3 fields",
        "bad.csv:31:4: syntax: the quote that opens this field is never closed",
        "bad.csv:41:2: range: H1000 is not in hardware (did you mean H100?)", "bad.csv:41:4: syntax:",
        "4 bad rows, kept without values", "100 rows read, 100 written"])
    out = read("bad_out.csv").decode().split("\n")
    check("bad rows: lines", len(out) == 102, len(out))
    check("bad rows: kept", out[10] == "x,,,,,,gpus:range" and out[20] == ",,,,,,load:syntax" and
          out[30] == ",,,,,,load:syntax" and out[40] == "w,,,,,,hw:range;load:syntax", out[10:41:10])
    sound = batch("-", stdin=(HEADER + lines(100)).encode())[1].split("\n")
    check("bad rows: others", all(out[i] == sound[i] for i in range(102) if i not in (10, 20, 30, 40)))
    expect("bad rows: strict", batch("bad.csv", "-o", "bad_out.csv", "--strict"), 1)
    got = batch("bad.csv", "-o", "stop.csv", "--bad-rows", "stop")
    expect("bad rows: stop", got, 2, err=["bad.csv:11:3: range:"])
    check("bad rows: stop leaves nothing", not [n for n in os.listdir(".") if n.startswith("stop.csv")])
    many = batch("-", stdin=b"gpus\n" + b"0\n" * 5000)
    check("bad rows: many", many[2].count("is outside") == 20 and
          "and 4980 more messages of bad rows" in many[2] and "5000 bad rows" in many[2], many[2][-300:])
    expect("bad rows: quiet", batch("-", "--quiet", stdin=b"gpus\n0\n"), 0, err=["2:1: range"])


def test_use():
    expect("usage", batch(), 2, err=["usage: mlsysim batch"])
    expect("jobs", batch("small.csv", "--jobs", "0"), 2, err=["--jobs needs a number from 1 to 256, found 0"])
    expect("bad-rows", batch("small.csv", "--bad-rows", "drop"), 2, err=["--bad-rows knows keep and stop"])
    expect("two files", batch("small.csv", "-o", "a.csv", "-o", "b.csv"), 2, err=["-o twice"])
    expect("own input", batch("small.csv", "-o", "small.csv"), 2, err=["this is a file that is read"])
    expect("resume without file", batch("small.csv", "--resume"), 2, err=["--resume needs -o FILE"])
    expect("no file", batch("none.csv", "-o", "a.csv"), 3, err=["none.csv: file: cannot be read"])
    expect("folder for a file", batch("facts", "-o", "a.csv"), 3, err=["facts: file: cannot be read: Is a"])
    expect("a folder", batch("small.csv", "-o", "facts"), 3, err=["it is a folder"])
    expect("no folder", batch("small.csv", "-o", "no/a.csv"), 3, err=["no/a.csv: file: cannot be written"])
    expect("twice stdin", batch("-", sheet="-", stdin=SHEET.encode()), 2, err=["can be read only once"])
    expect("strict", batch("-", "--set", "limit=1000", "--set", "gpus=3", "--strict", stdin=b"load\n1\n"), 0)
    expect("nothing to resume", batch("small.csv", "-o", "fresh.csv", "--resume"), 0,
           err=["nothing to resume"])


def test_memory():
    """A larger file, the same memory. A sanitizer keeps what was freed."""
    if "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ:
        return
    peaks = []
    for name in "small.csv", "large.csv":
        script = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True,"
                  "stderr=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        done = subprocess.run([sys.executable, "-c", script, BINARY, "batch", "rack.sheet", name, "-o",
                               "memory.csv", "--jobs", "1", "--registry", "facts"], capture_output=True)
        peaks.append(int(done.stdout or 0))
    check("memory", 0 < peaks[1] < peaks[0] + 8000, peaks)


# ---- stopped runs ----

def start(*words, **more):
    return subprocess.Popen([BINARY, "batch", "rack.sheet", *words, "--registry", "facts"],
                            stderr=subprocess.PIPE, **more)


def stopped(signal_number, seconds, jobs):
    """Feeds the file slowly, ends the run after some time; what it said."""
    process = start("-", "-o", "kill.csv", "--jobs", jobs, stdin=subprocess.PIPE)
    text, end, at = read("large.csv"), time.monotonic() + seconds, 0
    try:
        while time.monotonic() < end:
            if at < len(text) * 9 // 10:
                process.stdin.write(text[at:at + 60_000])
                process.stdin.flush()
                at += 60_000
            time.sleep(0.02)
    except BrokenPipeError:
        pass
    process.send_signal(signal_number)
    try:
        said = process.communicate(timeout=60)[1].decode()
    except BrokenPipeError:
        said = process.stderr.read().decode()
    return process.returncode, said


def test_kills():
    chance = random.Random(5)
    whole = batch("-", "-o", "whole.csv", "--quiet", stdin=read("large.csv"))
    check("kills: whole", whole[0] == 0, whole)
    names = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
    for moment in range(20 if ALL else 4):
        number = names[moment % 3]
        name = f"killed {moment} by {signal.Signals(number).name}"
        code, said = stopped(number, chance.random() * 2.5 + 0.1, chance.choice("13"))
        check(f"{name}: ends by it", code == -number, (code, said))
        check(f"{name}: no result", not os.path.exists("kill.csv"))
        if number != signal.SIGKILL:
            check(f"{name}: says so", re.search(r"stopped after \d+ rows?; --resume goes on", said), said)
            part = read("kill.csv.part")
            check(f"{name}: whole rows", read("whole.csv").startswith(part) and part.endswith(b"\n"))
        got = batch("-", "-o", "kill.csv", "--resume", stdin=read("large.csv"))
        check(f"{name}: goes on", got[0] == 0 and read("kill.csv") == read("whole.csv"), got)
        check(f"{name}: clean", not [n for n in os.listdir(".") if n.startswith("kill.csv.")])
        os.remove("kill.csv")


def test_blocked_manifest():
    os.makedirs("kill.csv.part.manifest/inside")
    code, said = stopped(signal.SIGTERM, 1.5, "1")
    check("blocked manifest", code == -signal.SIGTERM and
          "kill.csv.part.manifest cannot be written: --resume will go on from where" in said, (code, said))
    os.rmdir("kill.csv.part.manifest/inside")
    os.rmdir("kill.csv.part.manifest")
    os.remove("kill.csv.part")


def test_progress():
    """On a terminal, and only there; gone in the end."""
    for words, shown in (["-"], True), (["-", "--quiet"], False):
        master, terminal = os.openpty()
        process = subprocess.Popen([BINARY, "batch", "rack.sheet", *words, "--registry", "facts"],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=terminal,
                                   env={**os.environ, "TERM": "xterm", "NO_COLOR": ""})
        text = read("large.csv")
        for at in range(0, len(text), 1_200_000):
            process.stdin.write(text[at:at + 1_200_000])
            process.stdin.flush()
            time.sleep(0.25)
        process.stdin.close()
        process.wait(timeout=60)
        os.close(terminal)
        said = b""
        try:
            while more := os.read(master, 65536):
                said += more
        except OSError:
            pass
        os.close(master)
        check(f"progress {words}", (b"rows/s" in said) == shown, said)
        if shown:
            check("progress: gone", b"\r\x1b[K" in said and b"120000 rows read, 120000 written" in said, said)
        else:
            check("progress: quiet", said == b"", said)


def interrupted(name):
    """A run over part of a file, then stopped; leaves NAME.part and its manifest."""
    process = start("-", "-o", name, stdin=subprocess.PIPE)
    process.stdin.write(read("large.csv")[:4_000_000])
    process.stdin.flush()
    end = time.monotonic() + 30
    while not (os.path.exists(name + ".part") and os.path.getsize(name + ".part") > 1_000_000):
        if time.monotonic() > end:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


def test_refuses():
    interrupted("again.csv")
    text = read("large.csv")
    words = ["-", "-o", "again.csv", "--resume"]
    changed = text[:5000].replace(b"fast", b"slow", 1) + text[5000:]
    expect("resume: other scenarios", batch(*words, stdin=changed), 2, err=["the scenarios changed"])
    expect("resume: fewer scenarios", batch(*words, stdin=text[:50_000]), 2, err=["the scenarios changed"])
    expect("resume: other options", batch(*words, "--set", "load=1", stdin=text), 2,
           err=["the options or the version of the program changed"])
    expect("resume: other cells", batch(*words, "--cells", "peak", stdin=text), 2, err=["the options"])
    write("facts/hardware.csv", FACTS.replace("700", "701"))
    expect("resume: other facts", batch(*words, stdin=text), 2, err=["the registry changed"])
    write("facts/hardware.csv", FACTS)
    write("rack.sheet", SHEET + "spare = 1\n")
    expect("resume: other sheet", batch(*words, stdin=text), 2, err=["the sheet or the rows"])
    write("rack.sheet", SHEET)
    expect("resume: a file", batch("large.csv", "-o", "again.csv", "--resume"), 2,
           err=["the size of the scenarios changed"])
    manifest, part = read("again.csv.part.manifest"), read("again.csv.part")
    write("again.csv.part.manifest", manifest.replace(b"manifest 1", b"manifest 2"))
    expect("resume: newer manifest", batch(*words, stdin=text), 2, err=["is not a manifest of version 1"])
    write("again.csv.part.manifest", manifest)
    write("again.csv.part", part[:100])
    expect("resume: short part", batch(*words, stdin=text), 3, err=["it is shorter than its manifest says"])
    write("again.csv.part", part + b"half a row")
    got = batch(*words, stdin=text)
    check("resume: after all that", got[0] == 0 and read("again.csv") == read("jobs1.csv"), got)


def limit_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))


def test_full_disk():
    process = start("large.csv", "-o", "full.csv", preexec_fn=limit_files)
    said = process.communicate()[1].decode()
    check("full disk", process.returncode == 3 and "full.csv: file: cannot be written" in said,
          (process.returncode, said))
    check("full disk: no result", not os.path.exists("full.csv"))
    got = batch("large.csv", "-o", "full.csv", "--resume")
    check("full disk: goes on", got[0] == 0 and read("full.csv") == read("jobs1.csv"), got)
    if os.path.exists("/dev/full"):
        with open("/dev/full", "wb") as full:
            process = start("small.csv", stdout=full)
            said = process.communicate()[1].decode()
        check("full output", process.returncode == 3 and "standard output: file: cannot be written" in said,
              said)


run_parts(prepare, [test_results, test_many, test_forms, test_cells, test_bad_rows, test_use, test_memory,
                    test_kills, test_blocked_manifest, test_progress, test_refuses, test_full_disk])
