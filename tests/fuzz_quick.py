#!/usr/bin/env python3
"""Random damage to sheets, registries, units and inputs: the program says what is wrong and ends.

    python3 tests/fuzz_quick.py MLSYSIM [seed] [runs]

Each run takes sound files, changes some bytes, lines or tokens of one, and asks `run`, `check` or
`why`. A signal, an exit status above 2, a sanitizer's report or more than 5 seconds is a failure; the
files are then kept. Prints "N passed, N failed".
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 5

SHEET = """sheet plant  # A plant of machines @maker_page
## Inputs
input hw = H100 in hardware  # Accelerator
input gpus [GPU] = 1024 in 1..1e6 by 1
input load [%] = 80 likely 60..90 in 0..100
input mode = full in none, full, half
use job = part(hw = hw, n = 3, size = 8 [GB])
use other = part(hw = "H200")
table plan for month in 1..12
  input price [USD] = 3 in 0..1e6
  bill [kUSD] = prior(bill, 0) + price * load + if(month == 3, 5 [USD], 0)
  rest [USD] = prior(prior(rest, 10 [USD], 2) - price, 100 [USD])
  poor = rest < 0
  word = if(poor, "poor", mode)
table kinds for kind in big, small
  x = if(kind == "big", 2 ^ 3 ^ 2, -2 ^ 2)
table dev for d in hardware
  power [W] = d.tdp * default(d.flops("fp16") / 1 [TFLOP/s], 1)
output total [USD] = sum(plan.bill, plan.poor) + last(plan.rest)  # What it costs
speed [TFLOP/s] = hw.flops.fp8 * gpus / 1 [GPU]
least = min(kinds.x(mode), max(1, 2, job.n), mod(7, 3)) ^ (1/2)
known_price = known(missing("nobody said")) # @maker_page
check fits = total <= 5 [kUSD]
check sound = and(not(known_price), or(mode == "full", irr(plan.rest) > 0.1))
"""
INPUTS = "name,unit,base,high,note\ngpus,,8,16,a note\nload,%,50,60,\nhw,,H200,H100,\nhw.tdp,kW,1,2,\nmode,,full,none,\n"
ROWS = "month,price [USD]\n3,4\n1,5\n7,6.5\n"

TOKENS = ["(", ")", "[", "]", "..", "by", "in", "=", "==", "<", "-", "^", "*", "/", ",", ".", "#", '"', "@x", "prior(",
          "sum(", "1e999", "1e-999", "0", "-1", "999999999999", "1e12", "_", "table", "use", "input", "output", "check",
          "for", "likely", "TRUE", "E5", "\n", "\r\n", "\t", "  ", "\0", "\x7f", "\u202e", "\xe9", "plan.bill", "plan.",
          "job.plan.cash", "hw.flops", "hw.", "[GB/s]", "[s^(1/2)]", "[m^999999]", "missing(", "NaN", "inf", ";", "'",
          "=1+1", "\ufeff", "month", "1..2e7", "by 1e-300", "%", "%s%n", "(" * 300, "-" * 300, "a." * 30]


def change_bytes(data):
    data = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(data) + 1) if data else 0
        kind = random.random()
        if kind < 0.3 and data:
            data[at % len(data)] = random.choice([random.randrange(256), random.choice(b"()[].,=#\"\n 09-^")])
        elif kind < 0.6:
            data[at:at] = random.choice(TOKENS).encode("utf-8", "surrogatepass")
        elif kind < 0.8:
            end = min(len(data), at + random.choice([1, 1, 2, 5, 30, 200]))
            del data[at:end]
        else:
            start = random.randrange(len(data) + 1)
            data[at:at] = data[start:start + random.choice([1, 5, 40, 400])]
    return bytes(data)


def change_lines(data):
    lines = data.split(b"\n")
    for _ in range(random.randint(1, 3)):
        a, b = random.randrange(len(lines)), random.randrange(len(lines))
        kind = random.random()
        if kind < 0.3:
            lines[a], lines[b] = lines[b], lines[a]
        elif kind < 0.5:
            lines.insert(a, lines[b])
        elif kind < 0.7 and len(lines) > 2:
            del lines[a]
        else:
            words = lines[a].split(b" ")
            words[random.randrange(len(words))] = random.choice(lines[b].split(b" "))
            lines[a] = b" ".join(words)
    return b"\n".join(lines)


def change(data):
    for _ in range(random.randint(1, 2)):
        data = change_bytes(data) if random.random() < 0.6 else change_lines(data)
    return data


def sound_files():
    files = {"templates/plant.sheet": SHEET.encode(), "inputs.csv": INPUTS.encode(), "rows.csv": ROWS.encode()}
    base = HERE / "reject" / "base"
    files["templates/part.sheet"] = (base / "part.sheet").read_bytes()
    for name in ("units", "sources", "hardware"):
        files[f"registry/{name}.csv"] = (base / f"{name}.csv").read_bytes()
    return files


def command(program, folder):
    plant = random.choice(["plant", f"{folder}/templates/plant.sheet"])
    data = ["--templates", f"{folder}/templates", "--registry", f"{folder}/registry"]
    kind = random.random()
    if kind < 0.15:
        return [program, "check", plant, *data]
    if kind < 0.3:
        return [program, "why", plant, random.choice(["total", "plan.bill(3)", "fits", "job.each", "zzz"]), *data]
    extra = random.choice([[], [f"{folder}/inputs.csv"], ["--rows", f"plan={folder}/rows.csv"],
                           ["--set", "load=" + random.choice(["50", "x", "1 [GB]", "-5", "1e400"])]])
    form = random.choice([[], ["--json"], ["--all"], ["--all", "--json"], ["-o", f"{folder}/out.xlsx"]])
    return [program, "run", plant, *extra, *form, *data]


def attempt(program, folder, files, sound):
    """What went wrong, or None."""
    for name, data in files.items():
        path = pathlib.Path(folder, name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    asked = command(program, folder)
    if sound:
        asked = [program, "run", "plant", f"{folder}/inputs.csv", "--rows", f"plan={folder}/rows.csv", "--all",
                 "--templates", f"{folder}/templates", "--registry", f"{folder}/registry"]
    try:
        done = subprocess.run(asked, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"more than {SECONDS} s: {' '.join(asked)}"
    if done.returncode not in ((0,) if sound else (0, 1, 2)) or b"Sanitizer" in done.stderr or b"runtime error" in done.stderr:
        return f"status {done.returncode}: {' '.join(asked)}\n{done.stderr[-1500:].decode(errors='replace')}"
    return None


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20260101
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    passed = failed = 0
    sound = sound_files()
    for run in range(runs):
        random.seed(f"{seed} {run}")
        folder = tempfile.mkdtemp(prefix="fuzz_quick_")
        files = dict(sound)
        if run > 0:  # the first one is sound
            weights = [8 if n.endswith("plant.sheet") else 2 for n in files]
            name = random.choices(list(files), weights)[0]
            files[name] = change(files[name])
        wrong = attempt(sys.argv[1], folder, files, run == 0)
        passed, failed = passed + (wrong is None), failed + (wrong is not None)
        if wrong:
            print(f"seed {seed} run {run}: {wrong}\nkept in {folder}")
        else:
            shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
