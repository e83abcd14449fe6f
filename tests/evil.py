#!/usr/bin/env python3
"""Texts made to be taken for something else: every place of input holds one, and every command and
form of report shows it as the text that it is.

    python3 tests/evil.py MLSYSIM

What a terminal is shown has no control characters and none that turn the reading direction; JSON reads
back as what was written; CSV has no field that a spreadsheet would calculate; Markdown has no HTML and
no cell too many; a workbook has the text, and as a text. Prints "N passed, N failed".
"""
import csv
import io
import json
import os
import re
import sys
import xml.dom.minidom
import zipfile

from outside import check, run, run_parts, write

# what a sheet or a CSV may hold, for it can be seen
EVIL = "=1+cmd|'/c calc'!A1 | `id` <script>alert(1)</script> \"q\" 'p' \\n %s%n ${x} {{7*7}} &amp; [a](javascript:b) *b* _x0041_ -->"
FORMULAS = ["=1+1", "+1+1", "-1+1", "@sum", "=HYPERLINK(\"http://x\")"]
# what none may hold: file names and arguments can
ESCAPE, TURN = "\x1b[31m\x1b]0;t\x07", "\u202egnp\u2066"
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")

ITEM = "H-1_x"
UNITS = f"unit,definition,kind,differs,note\ns,,base,,\nB,,base,,\nGB,1e9 B,,,{{note}}\nUSD,,base,,\n"
SOURCES = "key,kind,title,authors,year,url,accessed\nevil_s,{note},{note},{note},2020,{note},2026-01-02\n"
DEVICE = ("item,field,value,unit,low,high,source,locator,accessed,state,note\n"
          "{item},memory,80,GB,70,90,evil_s,{note},2026-01-02,cited,{note}\n"
          "{item},maker,{note},,,,evil_s,{note},2026-01-02,cited,{note}\n"
          "plain,memory,10,GB,,,,,,estimate,{note}\n")
SHEET = """sheet plan  # EVIL @evil_s
## EVIL
# EVIL
input hw = ITEM in device  # EVIL @evil_s
input load = 2 in 0..10  # EVIL
use job = part(size = load)  # EVIL
table month for k in 1..2  # EVIL
  input price [USD] = 1 in 0..9  # EVIL
  cash [USD] = price * load  # EVIL
table dev for d in device
  amount [GB] = d.memory
output need [GB] = hw.memory * load  # EVIL @evil_s
name = hw.maker  # EVIL
lost = missing("EVIL_QUOTED")  # EVIL
check fits = need <= 1 [GB]  # EVIL
"""


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def prepare():
    def filled(text):
        return text.format(note=quoted(EVIL), item=quoted(ITEM))
    write("facts/units.csv", filled(UNITS))
    write("facts/sources.csv", filled(SOURCES))
    write("facts/device.csv", filled(DEVICE))
    write("sheets/plan.sheet", SHEET.replace("ITEM", ITEM).replace("EVIL_QUOTED", EVIL.replace('"', "'")).replace("EVIL", EVIL))
    write("sheets/part.sheet", f"sheet part  # {EVIL}\ninput size = 1 in 0..10  # {EVIL}\ncheck big = size >= 2  # {EVIL}\n")
    with open("inputs.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["name", "unit", EVIL, *["'" + f for f in FORMULAS], "note"],
                                                         ["load", "", *range(1, 2 + len(FORMULAS)), EVIL]])


DATA = ["--templates", "sheets", "--registry", "facts"]


def shown(name, got, status=None):
    """Nothing in what a terminal gets does anything."""
    for stream, text in (("stdout", got[1]), ("stderr", got[2])):
        found = CONTROL.search(text)
        check(f"{name}: {stream} is harmless", not found, found and text[max(0, found.start() - 60):found.start() + 20])
    if status is not None:
        check(f"{name}: exit {status}", got[0] == status, got)
    return got


def texts():
    commands = [["run", "plan"], ["run", "plan", "--all"], ["run", "plan", "inputs.csv"], ["why", "plan", "need"],
                ["why", "plan", "lost"], ["why", "plan", "fits"], ["why", "plan", "job.big"], ["check", "plan"],
                ["check", "--strict", "plan"], ["list"], ["list", "sheets"], ["list", "sources"], ["list", "units"],
                ["list", "device"], ["list", "plan"], ["show", f"device/{ITEM}"], ["show", "source/evil_s"],
                ["step", "plan"], ["doctor"]]
    for words in commands:
        got = shown(" ".join(words), run(*words, *DATA), None if words[0] in ("list", "show") else 0)
        plain = words[:2] in (["list", "units"],) or words[0] in ("check", "doctor") or words == ["list"]
        check(f"{' '.join(words)}: shows the text", plain or "<script>" in got[1], got[1][:300])


def strings(value):
    if isinstance(value, dict):
        return [*value, *(text for one in value.values() for text in strings(one))]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def jsons():
    for words in (["run", "plan", "--all"], ["run", "plan", "inputs.csv"], ["why", "plan", "need"], ["check", "plan"],
                  ["list", "sheets"], ["list", "sources"], ["list", "plan"], ["list", "units"], ["list", "device"],
                  ["show", f"device/{ITEM}"], ["show", "source/evil_s"], ["schema", "plan"], ["step", "plan"], ["doctor"]):
        got = shown(f"{' '.join(words)} --json", run(*words, "--json", *DATA))
        read = strings(json.loads(got[1]))
        bare = words[0] in ("check", "doctor") or words in (["list", "units"], ["list", "device"])
        check(f"{' '.join(words)} --json: holds the text whole", bare or EVIL in read, [t for t in read if "script" in t][:2])
    write("all.json", run("run", "plan", "--all", "--json", *DATA)[1])
    got = run("run", "plan", "all.json", "--json", "--all", *DATA)
    check("JSON reads back", json.loads(got[1])["scenarios"][0]["cells"] == json.load(open("all.json"))["scenarios"][0]["cells"], got[2])


def csvs():
    for option in ([], ["--csv", "excel-eu"]):
        inputs = ["all.json"] if option else ["inputs.csv"]
        shown("csv", run("run", "plan", *inputs, "--all", "-o", "out.csv", *option, *DATA), 0)
        text = open("out.csv", newline="").read()
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if option else ","))
        check("csv: rows of one length", len({len(row) for row in rows}) == 1, {len(row) for row in rows})
        number = re.compile(r"-?[0-9][0-9.,e+-]*$")
        begun = [f for row in rows for f in row if f[:1] in tuple("=+-@\t\r") and f and not number.match(f)]
        check("csv: no field begins like a formula", not begun, begun[:3])
        if not option:
            names = [row[0] for row in rows[1:] if row[0]]
            check("csv: names of scenarios come back", set(names) == {"'" + f for f in [EVIL, *FORMULAS]}, names)
    shown("csv read again", run("run", "plan", "out.csv", *DATA))


def markdown():
    shown("md", run("run", "plan", "inputs.csv", "--all", "-o", "out.md", *DATA), 0)
    text = open("out.md").read()
    check("md: no HTML", not re.search(r"<[a-z/!]", text), re.findall(r".{20}<[a-z/!].{20}", text)[:2])
    check("md: no code", not re.search(r"(?<!\\)`", text), re.findall(r".{20}(?<!\\)`.{20}", text)[:2])
    check("md: no links", not re.search(r"(?<!\\)\]\(", text), "")
    check("md: no entity of theirs", "&amp;amp;" in text and "&amp; " not in text.replace("&amp;amp;", ""), "")
    wide = None
    for line in text.split("\n"):
        bars = len(re.findall(r"(?<!\\)\|", line))
        if line.startswith("|"):
            wide = bars if wide is None else wide
            check("md: cells of a table", bars == wide, line[:200])
        else:
            wide = None


def workbook():
    shown("xlsx", run("run", "plan", "inputs.csv", "--all", "-o", "out.xlsx", *DATA), 0)
    book = zipfile.ZipFile("out.xlsx")
    for name in book.namelist():
        if name.endswith((".xml", ".rels")):
            xml.dom.minidom.parseString(book.read(name))
    strings_of = xml.dom.minidom.parseString(book.read("xl/sharedStrings.xml"))
    held = ["".join(t.firstChild.data for t in item.getElementsByTagName("t") if t.firstChild)
            for item in strings_of.getElementsByTagName("si")]
    held = [re.sub("_x005F(_x[0-9A-Fa-f]{4}_)", r"\1", text) for text in held]
    check("xlsx: holds the text, not to be calculated", "'" + EVIL in held and EVIL not in held, [t for t in held if "script" in t][:2])
    formulas = [f.firstChild.data for name in book.namelist() if name.startswith("xl/worksheets/sheet")
                for f in xml.dom.minidom.parseString(book.read(name)).getElementsByTagName("f") if f.firstChild]
    begun = [f for f in formulas if re.search(r"cmd\||calc'!|<script", re.sub(r'"(?:[^"]|"")*"', '""', f))]
    check("xlsx: no formula of theirs", formulas and not begun, begun[:2])


def names():
    """File names and arguments may hold any byte: they are shown, and do nothing."""
    for evil in (ESCAPE, TURN, "\x7f\x9b31m", "a\nb", "\tb"):
        file = f"f{evil}.sheet"
        write(file, SHEET.replace("ITEM", ITEM).replace("EVIL_QUOTED", "e").replace("EVIL", "a") + "x = = 1\n")
        for words in (["run", file], ["check", file], ["format", "--check", file], ["check", "--json", file],
                      ["run", f"{evil}.sheet"], ["run", evil], ["run", "plan", f"in{evil}.csv"], ["why", "plan", evil],
                      ["run", "plan", "--set", f"{evil}=1"], ["run", "plan", "--set", f"load={evil}"],
                      ["run", "plan", "--set", f"hw={evil}"], ["run", "plan", "--scenario", evil],
                      ["run", "plan", "inputs.csv", "--scenario", evil], ["run", "plan", "--rows", f"month={evil}"],
                      ["run", "plan", "--rows", f"{evil}=inputs.csv"], ["run", "plan", "-o", f"{evil}.pdf"],
                      ["run", "plan", "-o", f"no{evil}/x.json"], ["run", "plan", "--as-of", evil], [evil],
                      ["run", "plan", f"--{evil}"], ["run", "plan", "--csv", evil], ["run", "plan", f"--watch={evil}"],
                      ["list", evil], ["show", evil], ["show", f"device/{evil}"], ["show", f"source/{evil}"],
                      ["schema", evil], ["step", "plan", evil], ["completion", evil], ["help", evil],
                      ["run", "plan", "--memory", evil], ["doctor", "--templates", evil]):
            got = shown(ascii(" ".join(words)), run(*words, *DATA))
            check(f"{ascii(words)}: not taken", got[0] in (1, 2, 3) or words[0] == "doctor", got)
        os.remove(file)
        for form in ("json", "csv", "md", "xlsx"):
            shown(f"-o with {ascii(evil)}", run("run", "plan", "inputs.csv", "-o", f"o{evil}.{form}", *DATA), 0)
        os.makedirs(f"d{evil}/templates", exist_ok=True)
        write(f"d{evil}/templates/bad.sheet", "sheet bad\nx = = 1\n")
        shown(f"doctor in {ascii(evil)}", run("doctor", *DATA, "--templates", f"d{evil}/templates"))
        got = shown(f"doctor --json in {ascii(evil)}", run("doctor", "--json", *DATA, "--templates", f"d{evil}/templates"))
        check("doctor --json: the folder", f"d{evil}/templates" in strings(json.loads(got[1])), got[1][:300])
        shown("MLSYSIM_PATH", run("run", "plan", *DATA, MLSYSIM_PATH=f"/no{evil}:{os.getcwd()}/d{evil}"))
        shown("SOURCE_DATE_EPOCH", run("run", "plan", *DATA, SOURCE_DATE_EPOCH=evil))


def files():
    """What a file may not hold is refused, and told without it."""
    for evil in (ESCAPE, TURN, "\x00", "\x9b"):
        for name, text in (("inputs.json", {"inputs": {evil: 1}}), ("inputs.json", {"inputs": {"hw": evil}}),
                           ("inputs.json", {"inputs": {"load": {"value": 1, "unit": evil}}}), ("inputs.json", {evil: 1}),
                           ("inputs.json", {"scenarios": [{"name": evil, "inputs": {}}]}), ("inputs.json", {"sheet": evil, "inputs": {}}),
                           ("inputs.csv", f"name,{evil}\nload,1\n"), ("inputs.csv", f"name,base\n{evil},1\n"),
                           ("inputs.csv", f"name,base\nload,{evil}\n"), ("rows.csv", f"k,{evil}\n1,1\n"), ("rows.csv", f"k,price\n{evil},1\n")):
            write("tried_" + name, json.dumps(text) if isinstance(text, dict) else text)
            words = ["--rows", f"month=tried_{name}"] if name == "rows.csv" else [f"tried_{name}"]
            shown(f"{name}: {ascii(text)}", run("run", "plan", *words, *DATA), 2)
        for text in (f"sheet tried  # {evil}\n", f"sheet tried\nx_y = 1  # {evil}\n", f'sheet tried\nx_y = "{evil}"\n',
                     f"sheet tried\n# {evil}\n", f"sheet tried\nx{evil} = 1\n", f"sheet tried\nx_y [{evil}] = 1\n"):
            write("tried.sheet", text)
            shown(ascii(text), run("run", "tried.sheet", *DATA), 2)
        for path, text in (("units", UNITS), ("sources", SOURCES), ("device", DEVICE)):
            write(f"worse/{path}.csv", text.replace("{note}", evil).replace("{item}", ITEM))
            shown(f"{path}.csv with {ascii(evil)}", run("run", "plan", "--templates", "sheets", "--registry", "facts", "--registry", "worse"), 2)
            os.remove(f"worse/{path}.csv")


if len(sys.argv) < 2:
    sys.exit(__doc__)
run_parts(prepare, [texts, jsons, csvs, markdown, workbook, names, files])
