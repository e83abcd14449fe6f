#!/usr/bin/env python3
"""The commands that show what there is, from outside: list, show, schema, step, doctor, run --watch, the
man page and completions. Usage: cli_more.py PATH/TO/mlsysim"""
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import time

from outside import BINARY, check, expect, run, run_parts, write

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

SOURCES = """key,kind,title,authors,year,url,accessed
sheet_h,datasheet,Data sheet of H,Maker,2023,https://maker.example/h,2026-01-02
book_q,book,Queues,Author,1975,,2026-02-03
"""
DEVICE = """item,field,value,unit,low,high,source,locator,accessed,state,note
H,title,The H board,,,,sheet_h,page 1,2026-01-02,verified,
H,memory,80,GB,70,90,sheet_h,page 1,2026-01-02,verified,
H,price,30,kUSD,,,,,2090-03-04,estimate,a guess
H,rate.fast,4,GB/s,,,sheet_h,page 2,2026-01-02,cited,
H,rate.slow,2,GB/s,,,sheet_h,page 2,2026-01-02,derived,half
Bee,title,The Bee board,,,,sheet_h,page 1,2026-01-02,verified,
Bee,memory,192e9,B,,,sheet_h,page 1,2026-01-02,verified,
"""
PART = """sheet part  # A used part
input size [GB]          = 4 in 0..1000                     # Bytes
input n                  = 2 in 1..64                       # Parts
output each [GB]         = size / n                         # One part
check small              = each <= 100 [GB]                 # Must be small
"""
FLEET = """sheet fleet  # A small fleet @sheet_h
input hw                 = H in device                      # Accelerator
input gpus [GPU]         = 8 in 1..1e6 by 1                 # Accelerators owned
input load [%]           = 80 likely 60..90 in 0..100       # Mean "load"
input five               = 10 in 0..100 by 5                # In fives
input odd                = 3 in 1..9 by 2                   # Odd numbers
input mode               = fast in fast, slow               # How
input budget [kUSD]      = 300 in 0..1e6                    # Money @book_q
price [kUSD]             = hw.price * gpus / 1 [GPU]        # All of them
speed [GB/s]             = hw.rate(mode) * load             # Reached

table plan for month in 1..36  # By month
  input share [%]        = 50 in 0..100                     # Paid in this month
  cash [kUSD]            = price * share                    # Paid
  paid [kUSD]            = prior(paid, 0) + cash            # Paid so far

use job                  = part(size = hw.memory)           # The part
output cost [kUSD]       = last(plan.paid)                  # Cost of the plan
check affordable         = cost <= budget                   # Within the budget
"""
# The tree's own facts, and a registry beside them: so that all registries are sound.
SHIPPED = os.path.join(ROOT, "registry")
DATA = ("--templates", "data/templates", "--registry", SHIPPED, "--registry", "data/registry")


def read(name, *words):
    """The JSON that a command prints."""
    got = run(*words, "--json", *DATA)
    expect(name, got, 0, quiet=True)
    return json.loads(got[1])


def prepare():
    write("data/registry/sources.csv", SOURCES)
    write("data/registry/device.csv", DEVICE)
    write("data/templates/cost/fleet.sheet", FLEET)
    write("data/templates/part.sheet", PART)
    write("data/templates/topology/near.sheet", "sheet near\n  # Near (walls 4, 14) @book_q\noutput x = 1\n")
    write("data/templates/cost/far.sheet", "sheet far  # Far (walls 4, 23)\noutput x = 1\n")
    write("mine/part.sheet", PART.replace("A used part", "My own part"))
    write("wrong.sheet", "sheet wrong\nx = 1 +\n")


def rows_of(name):
    """Lines of a shipped registry; none goes over two lines."""
    with open(f"{SHIPPED}/{name}.csv") as file:
        return sum(1 for line in file if line.strip()) - 1


def registries():
    names = {name[:-4] for name in os.listdir(SHIPPED) if name.endswith(".csv")}
    return sorted(names - {"units", "sources", "renamed"} | {"device"})


def walls(name, everything, table):
    """The label of near's header says walls and a domain, that of far none that there are."""
    check(name + "domain", re.search(r"^D topology: topology\n(?:  .*\n)*  near +\S+topology, given +4, 14  Near$",
                                     everything, re.M), everything)
    check(name + "not walls", re.search(r"^  far +\S+, given +Far \(walls 4, 23\)$", everything, re.M),
          everything)
    check(name + "sheets", re.search(r"^   4  serving +node +.*near", table, re.M), table)
    check(name + "all", [int(line.split()[0]) for line in table.splitlines()[1:]] == list(range(1, 23)),
          table)


def listing():
    expect("list", run("list", *DATA), 0,
           ["Sheets (", "Others\n", "fleet ", "cost, given", "A small fleet", "Walls (22)", f"Registries ({len(registries())})",
            "\n  device ", f"{rows_of('units')} units: mlsysim list units",
            f"{rows_of('sources') + 2} sources: "], quiet=True)
    expect("list sheets", run("list", "sheets", *DATA, "--templates", "mine"), 0,
           ["My own part", "hidden by mine"], quiet=True)
    walls("list walls: ", run("list", *DATA)[1], run("list", "walls", *DATA)[1])
    expect("list walls names", run("list", "walls", "--names", *DATA), 0, ["compute\nmemory\n"], quiet=True)
    expect("list names", run("list", "sheets", "--names", *DATA), 0, ["fleet\n", "part\n"], quiet=True)
    expect("list registries", run("list", "registries", *DATA), 0,
           ["items  fields  facts  verified", "2090-03-04"], quiet=True)
    got = run("list", "device", *DATA)
    expect("list registry", got, 0, ["device (2): ", "memory GB", "The H board"], quiet=True)
    check("list registry: another unit is told", re.search(r"Bee +192e9 B +", got[1]), got)
    expect("list items", run("list", "device", "--names", *DATA), 0, ["H\nBee\n"], quiet=True)
    expect("list sheet", run("list", "fleet", *DATA), 0,
           ["A small fleet", "Inputs (", "1..1000000 by 1", "fast, slow", "in device", "(rows)",
            "job.n ", "Outputs (1)", "Checks (2)", "job.small"], quiet=True)
    expect("list a file", run("list", "data/templates/part.sheet", *DATA), 0, ["Outputs (1)"])
    expect("list units", run("list", "units", *DATA), 0,
           [f"Units ({rows_of('units')})", "kind", "factor", "definition"], quiet=True)
    got = run("list", "units", *DATA)[1]
    check("list units: rows", re.search(r"^  GB +derived  1000000000 +1e9 B$", got, re.M) and
          re.search(r"^  GPU +count +1$", got, re.M), got)
    expect("list functions", run("list", "functions"), 0,
           ["a + b\n", "if(a, b, c)\n", "and(a, b, ...)\n", "prior(a, b[, c])\n",
            "sum(column[, selected])\n", "    True: "], quiet=True)
    expect("list sources", run("list", "sources", *DATA), 0, ["book_q", "Queues"], quiet=True)
    expect("list unknown", run("list", "devise", *DATA), 2,
           err=["there is no sheet or registry devise (did you mean device?)"])
    expect("list topic", run("list", "shets", *DATA), 2, err=["(did you mean sheets?)"])
    expect("list far", run("list", "xxxxxxxxx", *DATA), 2, err=["mlsysim list shows what there is"])
    expect("list wrong sheet", run("list", "wrong.sheet", *DATA), 2, err=["wrong.sheet:2:"])
    expect("list all names", run("list", "--names"), 2, err=["--names needs what to list"])
    expect("list both", run("list", "units", "--names", "--json"), 2, err=["do not go together"])
    expect("list two", run("list", "a", "b"), 2, err=["usage: mlsysim list"])


def listing_json():
    got = read("list json", "list")
    check("list json: parts", set(got) == {"mlsysim", "schema", "sheets", "walls", "registries",
                                           "sources", "units", "functions"}, got.keys())
    fleet = next(one for one in got["sheets"] if one["name"] == "fleet")
    check("list json: sheet", fleet == {"name": "fleet", "label": "A small fleet", "used": True,
                                        "layer": None, "domain": "cost", "walls": [],
                                        "folder": "data/templates/cost", "from": "given"}, fleet)
    near = next(one for one in got["sheets"] if one["name"] == "near")
    check("list json: walls of a sheet", (near["layer"], near["domain"], near["walls"], near["label"]) ==
          ("D topology", "topology", [4, 14], "Near (walls 4, 14)"), near)
    fourth = got["walls"][3]
    check("list json: wall", fourth["wall"] == 4 and fourth["name"] == "serving" and
          fourth["domain"] == "node" and "near" in fourth["sheets"], fourth)
    check("list json: walls", len(got["walls"]) == 22, len(got["walls"]))
    check("list json: registry", [one for one in got["registries"] if one["name"] == "device"] ==
          [{"name": "device", "items": 2, "fields": 5, "facts": 7, "newest": "2090-03-04",
            "states": {"verified": 4, "derived": 1, "cited": 1, "estimate": 1,
                                                              "assumed": 0}}], got["registries"])
    check("list json: units", {one["name"]: one["factor"] for one in got["units"]}["month"] == 730 * 3600)
    plus = next(one for one in got["functions"] if one["name"] == "+")
    check("list json: function", plus["signature"] == "a + b" and plus["excel"] == "$1+$2", plus)
    got = read("list registry json", "list", "device")
    check("list registry json: fact", got["items"][0]["facts"]["memory"] ==
          {"value": 80, "unit": "GB", "state": "verified"}, got)
    got = read("list sheet json", "list", "fleet")
    inputs = {one["path"]: one for one in got["inputs"]}
    check("list sheet json: input", inputs["gpus"] ==
          {"path": "gpus", "unit": "GPU", "default": 8, "set": "range", "in": "1..1000000 by 1",
           "column": False, "label": "Accelerators owned"}, inputs["gpus"])
    check("list sheet json: bound inputs are none", "job.size" not in inputs and "job.n" in inputs)
    check("list sheet json: order", list(inputs)[:4] == ["hw", "gpus", "load", "five"], list(inputs))
    check("list sheet json: checks", [one["path"] for one in got["checks"]] ==
          ["affordable", "job.small"], got["checks"])


def showing():
    got = run("show", "device/H", *DATA)
    expect("show", got, 0, ["device/H\n  The H board\n", "80 GB", "70..90", "verified",
                            "@sheet_h, page 1", "30 kUSD", "a guess", "Sources",
                            "Data sheet of H. Maker, 2023 <https://maker.example/h>"], quiet=True)
    check("show: no escapes into a pipe", "\033" not in got[1], got)
    check("show: a source once", got[1].count("Data sheet of H.") == 1, got)
    expect("show source", run("show", "source/sheet_h", *DATA), 0,
           ["source/sheet_h", "Maker", "2023", "https://maker.example/h", "Facts that rest on it",
            "device  6 facts"], quiet=True)
    expect("show unused source", run("show", "sources/book_q", *DATA), 0, ["No fact of a registry"])
    expect("show near item", run("show", "device/Be", *DATA), 2,
           err=["device has no item Be (did you mean device/Bee?)"])
    expect("show far item", run("show", "device/xxxxx", *DATA), 2,
           err=["device has no item xxxxx; mlsysim list device shows all"])
    expect("show near registry", run("show", "devise/H", *DATA), 2,
           err=["there is no registry devise (did you mean device/H?)"])
    expect("show far registry", run("show", "xxxxxxxx/H", *DATA), 2,
           err=["there is no registry xxxxxxxx; "])
    expect("show near source", run("show", "source/book_", *DATA), 2, err=["source/book_q?"])
    expect("show far source", run("show", "source/xxxxxxxx", *DATA), 2, err=["mlsysim list sources"])
    for word in ("H", "/H", "device/", "/"):
        expect(f"show {word}", run("show", word, *DATA), 2,
               err=[f"show needs NAME/ITEM, as hardware/ITEM or source/KEY, found {word}"])
    expect("show nothing", run("show"), 2, err=["usage: mlsysim show NAME/ITEM"])
    expect("show units", run("show", "units/GB", *DATA), 2, err=["there is no registry units"])
    got = read("show json", "show", "device/H")
    facts = {one["field"]: one for one in got["facts"]}
    check("show json: fact", facts["memory"] ==
          {"field": "memory", "value": 80, "unit": "GB", "si": 80e9, "low": 70, "high": 90,
           "state": "verified", "source": {"key": "sheet_h", "title": "Data sheet of H",
                                           "url": "https://maker.example/h", "accessed": "2026-01-02"},
           "locator": "page 1", "accessed": "2026-01-02", "note": None, "file": "device.csv",
           "line": 3}, facts["memory"])
    check("show json: word", facts["title"]["value"] == "The H board" and
          facts["title"]["unit"] is None and facts["title"]["si"] is None, facts["title"])
    check("show json: no source", facts["price"]["source"] is None, facts["price"])
    got = read("show source json", "show", "source/sheet_h")
    check("show source json: facts", got["facts"] == {"device": 6}, got)


def holds(schema, value):
    """Whether a value is of a schema, as far as the members that are used here say."""
    kinds = {"string": str, "number": (int, float), "integer": int, "object": dict, "array": list}
    if not isinstance(value, kinds[schema["type"]]) or value is True or value is False:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return False
    return value % schema.get("multipleOf", 1) == 0 if "multipleOf" in schema else True


def schemas():
    got = run("schema", "fleet", *DATA)
    expect("schema", got, 0, quiet=True)
    schema = json.loads(got[1])
    check("schema: --json is the same", run("schema", "fleet", "--json", *DATA)[1] == got[1])
    members = schema["properties"]
    check("schema: head", schema["$schema"] == "https://json-schema.org/draft/2020-12/schema" and
          schema["title"] == "fleet" and schema["type"] == "object" and
          schema["additionalProperties"] is False, schema)
    check("schema: items", members["hw"] ==
          {"title": "Accelerator", "type": "string", "x-registry": "device", "enum": ["H", "Bee"],
           "default": "H"}, members["hw"])
    check("schema: whole number", members["gpus"] ==
          {"title": "Accelerators owned", "type": "integer", "x-unit": "GPU", "minimum": 1,
           "maximum": 1e6, "default": 8}, members["gpus"])
    check("schema: likely", members["load"]["x-likely"] == [60, 90] and
          members["load"]["title"] == 'Mean "load"', members["load"])
    check("schema: steps", members["five"]["multipleOf"] == 5 and members["odd"]["x-step"] == 2 and
          "multipleOf" not in members["odd"], members["odd"])
    check("schema: words", members["mode"]["enum"] == ["fast", "slow"], members["mode"])
    check("schema: used sheets", "job.n" in members and "job.size" not in members, members.keys())
    check("schema: facts", members["hw.price"]["x-unit"] == "kUSD" and "hw.rate.fast" in members,
          members.keys())
    rows = schema["x-tables"]["plan"]
    check("schema: tables", "plan.share" not in members and rows["items"]["required"] == ["month"] and
          rows["items"]["properties"]["share"]["maximum"] == 100, rows)
    defaults = {path: one["default"] for path, one in members.items() if "default" in one}
    check("schema: defaults hold", all(holds(members[path], value)
                                       for path, value in defaults.items()), defaults)
    # What the schema describes is what a run takes.
    write("inputs.json", json.dumps({"inputs": defaults}))
    expect("schema: a run takes it", run("run", "fleet", "inputs.json", *DATA), 0, ["Results"])
    expect("schema wrong", run("schema", "wrong.sheet", *DATA), 2, err=["wrong.sheet:2:"])
    expect("schema unknown", run("schema", "fleat", *DATA), 2, err=["fleat"])
    expect("schema nothing", run("schema"), 2, err=["usage: mlsysim schema SHEET"])
    try:
        from jsonschema import Draft202012Validator as Validator
    except ImportError:
        return
    Validator.check_schema(schema)
    check("schema: jsonschema takes defaults", Validator(schema).is_valid(defaults))
    for path, value in (("gpus", 0), ("gpus", 1.5), ("mode", "lazy"), ("hw", "X"), ("none", 1)):
        check(f"schema: jsonschema refuses {path}={value}",
              not Validator(schema).is_valid({**defaults, path: value}))


def shipped_schemas():
    """Every template: a schema whose defaults hold, by the members that it uses itself."""
    names = run("list", "sheets", "--names")[1].split()
    check("shipped sheets", len(names) > 5, names)
    for name in names:
        got = run("schema", name)
        members = json.loads(got[1])["properties"] if got[0] == 0 else {}
        wrong = [path for path, one in members.items()
                 if "default" in one and not holds(one, one["default"])]
        check(f"schema of {name}", got[0] == 0 and members and not wrong, (got[2], wrong))


def stepping():
    got = run("step", "fleet", *DATA)
    expect("step", got, 0, ["hw = H  (input, default)", "gpus = 8 GPU", "    # Accelerators owned",
                            "price = 240 kUSD  (cell, estimate)",
                            "    = hw.price * gpus / 1 [GPU]",
                            "    = 30 [kUSD] * 8 [GPU] / 1 [GPU]",
                            "    reads    hw.price, gpus", "    read by  plan.cash",
                            "plan.cash = 36 rows, each 120 kUSD", "      plan.paid(1) = 0 + 120 [kUSD]",
                            "      ...\n      plan.paid(36) =", "@sheet_h Data sheet of H",
                            "page 1, read 2026-01-02", "hw.rate.fast", "job.each"], quiet=True)
    check("step: no prompt into a pipe", "Enter" not in got[1] and "\033" not in got[1], got)
    numbers = [int(one) for one in re.findall(r"^(\d+)/\d+  ", got[1], re.M)]
    check("step: in order", numbers == list(range(1, len(numbers) + 1)), numbers)
    check("step: totals have no step", not re.search(r"^\d+/\d+  last\(", got[1], re.M), got)
    expect("step set", run("step", "fleet", "--set", "gpus=2", "--set", "hw.price=1 [kUSD]", *DATA), 0,
           ["gpus = 2 GPU  (input, set by you)", "(fact, set by you, assumed)"], quiet=True)
    expect("step missing", run("step", "fleet", "--set", "hw=Bee", *DATA), 0,
           ["price = missing", "    missing: Bee has no fact price (device) (in hw.price)"])
    write("two.csv", "name,unit,base,rich\ngpus,GPU,4,2\n")
    expect("step scenarios", run("step", "fleet", "two.csv", *DATA), 0, ["gpus = 4 GPU"],
           ["shown for the scenario base"])
    expect("step one scenario", run("step", "fleet", "two.csv", "--scenario", "rich", *DATA), 0,
           ["gpus = 2 GPU"], quiet=True)
    expect("step bad set", run("step", "fleet", "--set", "gpus=0", *DATA), 2, err=[": range: "])
    expect("step nothing", run("step"), 2, err=["usage: mlsysim step SHEET"])
    steps = {one["path"]: one for one in read("step json", "step", "fleet")["steps"]}
    check("step json: cell", (steps["price"]["value"], steps["price"]["unit"],
                              steps["price"]["reads"], steps["price"]["readers"]) ==
          (240, "kUSD", ["hw.price", "gpus"], ["plan.cash"]), steps["price"])
    check("step json: rows", steps["plan.paid"]["row_count"] == 36 and
          [one["path"] for one in steps["plan.paid"]["rows"]] ==
          ["plan.paid(1)", "plan.paid(2)", "plan.paid(36)"], steps["plan.paid"])
    check("step json: source", steps["budget"]["sources"][0]["key"] == "book_q", steps["budget"])
    seen = set()
    for one in read("step json order", "step", "fleet")["steps"]:
        late = [path for path in one["reads"] if path.split("(")[0] in steps and
                path.split("(")[0] not in seen and not path.startswith("plan.")]
        check(f"step order: {one['path']}", not late, late)
        seen.add(one["path"])


def typed(*words, keys=b"", **environment):
    """What a terminal shows when these keys are typed."""
    main, side = pty.openpty()
    env = {"PATH": os.environ["PATH"], "TERM": "xterm", "NO_COLOR": "1", **environment}
    with subprocess.Popen([BINARY, *words], stdin=side, stdout=side, stderr=subprocess.DEVNULL,
                          env=env) as child:
        os.close(side)
        os.write(main, keys)
        text = b""
        while True:
            try:
                part = os.read(main, 65536)
            except OSError:
                break
            if not part:
                break
            text += part
        status = child.wait(timeout=30)
    os.close(main)
    return status, text.decode().replace("\r\n", "\n")


def interactive():
    words = ("step", "fleet", *DATA)
    status, text = typed(*words, keys=b"\n\nb\n/job.each\n3\n99999\n/none\nwhat\nq\n")
    told = re.findall(r"^(?:\[.*?\] )?(\d+)/\d+  (\S+)", text, re.M)
    order = [path for _, path in told]
    check("step by step", status == 0 and order[:4] == ["hw", "gpus", "load", "gpus"], (status, text))
    check("step jumps", order[4:] == ["job.each", "load"], order)
    check("step helps", text.count("Enter next, b back") == 3 and "no cell is called none" in text,
          text)
    status, text = typed(*words, keys=b"\x04")
    check("step ends with the input", status == 0 and text.count("/") >= 1, text)
    status, text = typed(*words, keys=b"x" * 600 + b"\nq\n")
    check("step: a long line", status == 0 and text.count("Enter next") == 2, text)
    color = typed(*words, keys=b"q\n", NO_COLOR="")[1]
    check("step: colour", "\033[1mhw\033[0m" in color, color)
    status, text = typed("list", "fleet", *DATA)
    check("list wraps at the width", status == 0 and max(map(len, text.split("\n"))) <= 80, text)


def doctor():
    got = run("doctor", *DATA)
    expect("doctor", got, 0, ["libxlsxwriter  ", "libcsv ", "given", "data/registry",
                              f"{len(registries())} registries, ", "FNV-1a",
                              "Locale: does not matter", "no terminal"], quiet=True)
    read_one = read("doctor json", "doctor")
    check("doctor json", read_one["counts"]["facts"] > 7 and read_one["problems"] == [] and
          read_one["folders"][0] == {"folder": "data/templates", "kind": "sheet", "from": "given",
                                     "used": 4}, read_one)
    value = 0xcbf29ce484222325
    for name in sorted(registries() + ["sources", "units", "renamed"]):
        for folder in (SHIPPED, "data/registry"):
            path = f"{folder}/{name}.csv"
            data = open(path, "rb").read() if os.path.exists(path) else b""
            for byte in name.encode() + b"\0" + len(data).to_bytes(8, "little") + data if data else b"":
                value = (value ^ byte) * 0x100000001b3 % 2 ** 64
    check("doctor: the hash is FNV-1a", read_one["registry_hash"]["value"] == f"{value:016x}",
          read_one["registry_hash"])
    for locale in ("de_DE.UTF-8", "C"):
        check(f"doctor: hash in {locale}", f"{value:016x}" in run("doctor", *DATA, LC_ALL=locale)[1])
    write("bad/registry/units.csv", "unit,definition,kind,differs,note\nx,1 nothing,,,\n")
    write("bad/templates/bad.sheet", "sheet bad\nx = y\n")
    got = run("doctor", "--registry", "bad/registry", "--templates", "bad/templates",
              "--templates", "none")
    expect("doctor problems", got, 0, ["Problems", "--templates none: there is no such folder",
                                       "units.csv:2", "sheet bad: "], quiet=True)
    expect("doctor strict", run("doctor", "--strict", "--templates", "none"), 1, ["Problems"])
    expect("doctor strict and well", run("doctor", "--strict", *DATA), 0, ["No problem was found"])
    expect("doctor path", run("doctor", MLSYSIM_PATH="/nowhere"), 0,
           ["MLSYSIM_PATH: /nowhere has neither"], quiet=True)
    expect("doctor words", run("doctor", "x"), 2, err=["usage: mlsysim doctor"])


def alone():
    """A program that finds nothing of its own says how to give it something: a copy that looks for
    its folders where nothing is."""
    copy = os.path.abspath("alone")
    with open(BINARY, "rb") as file:
        data = file.read()
    for place in re.findall(rb"/[ -~]*/share/mlsysim\0", data) + [ROOT.encode() + b"\0"]:
        data = data.replace(b"\0" + place, b"\0" + b"@" * (len(place) - 1) + b"\0")
    with open(copy, "wb") as file:
        file.write(data)
    os.chmod(copy, 0o755)
    done = subprocess.run([copy, "doctor"], capture_output=True, env={}, timeout=60)
    text = done.stdout.decode()
    check("doctor alone", done.returncode == 0 and "units.csv is missing" in text and
          "no sheet was found; name a folder with --templates DIR or MLSYSIM_PATH" in text and
          "--registry DIR or MLSYSIM_PATH" in text, text)


def wait_until(condition, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def content(path):
    with open(path) as file:
        return file.read()


def watching():
    shutil.rmtree("watch", ignore_errors=True)
    shutil.copytree("data", "watch")
    data = ("--templates", "watch/templates", "--registry", SHIPPED, "--registry", "watch/registry")
    write("live.csv", "name,unit,base\ngpus,GPU,8\n")
    with open("live.out", "w") as out, open("live.err", "w") as err:
        child = subprocess.Popen([BINARY, "run", "fleet", "live.csv", "--watch=5", *data], stdout=out,
                                 stderr=err, env={"PATH": os.environ["PATH"]})
        first = wait_until(lambda: content("live.out").count("Results") == 1)
        check("watch: first run", first and "run 1;" in content("live.err"), content("live.err"))
        write("live.csv", "name,unit,base\ngpus,GPU,16\n")
        check("watch: inputs", wait_until(lambda: "run 2: live.csv has changed" in content("live.err") and
                                          content("live.out").count("Results") == 2), content("live.err"))
        write("live.new", "name,unit,base\ngpus,GPU,nothing\n")
        os.rename("live.new", "live.csv")
        check("watch: goes on after an error",
              wait_until(lambda: "live.csv:2:" in content("live.err")) and child.poll() is None,
              content("live.err"))
        write("live.csv", "name,unit,base\ngpus,GPU,4\n")
        check("watch: mended", wait_until(lambda: content("live.out").count("Results") == 3),
              content("live.err"))
        write("watch/registry/device.csv", DEVICE.replace("30,kUSD", "31,kUSD"))
        check("watch: registry", wait_until(lambda: "run 5: device.csv" in content("live.err")),
              content("live.err"))
        check("watch: ends after N", child.wait(timeout=20) == 0, child.returncode)
    with open("live.out", "w") as out:
        child = subprocess.Popen([BINARY, "run", "fleet", "--watch", *data], stdout=out,
                                 stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})
        wait_until(lambda: "Results" in content("live.out"))
        child.send_signal(signal.SIGINT)
        check("watch: Ctrl-C", child.wait(timeout=20) == 0, child.returncode)
    expect("watch once", run("run", "fleet", "--watch=1", *data), 0, ["Results"], ["run 1;"])
    expect("watch strict", run("run", "fleet", "--watch=1", "--strict", "--set", "budget=0", *data), 1)
    for wrong in ("0", "x", "1.5", "-1"):
        expect(f"watch {wrong}", run("run", "fleet", f"--watch={wrong}", *data), 2,
               err=[f"--watch=N needs a number of runs, found {wrong}"])
    expect("watch nothing", run("run", "fleet", "--watch=", *data), 2, err=["--watch needs N after it"])
    expect("watch stdin", run("run", "fleet", "-", "--watch", *data, stdin=b""), 2,
           err=["standard input (-) cannot be read again"])
    expect("watch elsewhere", run("why", "fleet", "cost", "--watch", *data), 2,
           err=["why has no option --watch"])


def pages():
    """What is installed is what the program prints: tests/make_manual.sh writes it."""
    made = {"docs/man/mlsysim.1": ("man",), "completions/bash": ("completion", "bash"),
            "completions/zsh": ("completion", "zsh"), "completions/fish": ("completion", "fish")}
    for path, words in made.items():
        got = run(*words)
        expect(" ".join(words), got, 0, quiet=True)
        same = os.path.exists(f"{ROOT}/{path}") and content(f"{ROOT}/{path}") == got[1]
        check(f"{path} is up to date (sh tests/make_manual.sh PROGRAM)", same)
    page = run("man")[1]
    commands = re.findall(r"^  (\w+) ", run("--help")[1].split("\n\n")[2], re.M)
    check("man: every command", all(f".SS mlsysim {one} " in page for one in commands), commands)
    check("man: sections", all(f".SH {one}\n" in page for one in
                               ("NAME", "SYNOPSIS", "COMMANDS", "ENVIRONMENT", "EXIT STATUS")), page)
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page.encode(),
                              capture_output=True)
        check("man: groff has nothing to say", done.stderr == b"" and b"MLSYSIM" in done.stdout,
              done.stderr)
    expect("completion of another shell", run("completion", "csh"), 2,
           err=["completion is for bash, zsh or fish, not for csh"])
    for shell, words in (("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])):
        if not shutil.which(shell):
            continue
        done = subprocess.run([shell, *words, f"{ROOT}/completions/{shell}"], capture_output=True)
        check(f"{shell} reads its completions", done.returncode == 0 and done.stderr == b"", done)


SIMULATED = """source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_mlsysim
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completed(*words):
    env = {"PATH": os.environ["PATH"], "MLSYSIM_PATH": f"{ROOT}:{os.path.abspath('data')}"}
    done = subprocess.run(["bash", "-c", SIMULATED, "bash", f"{ROOT}/completions/bash", BINARY, *words],
                          capture_output=True, env=env, timeout=60)
    return done.stdout.decode().split(), done.stderr.decode()


def completing():
    if not shutil.which("bash"):
        return
    for words, wanted in (
            (("sh",), ["show"]), (("run", "fle"), ["fleet", "fleet_cost"]), (("run", "fleet", "liv"), ["live.csv"]),
            (("run", "fleet", "--wat"), ["--watch"]), (("run", "--set", "a=1", "fle"), ["fleet", "fleet_cost"]),
            (("run", "fleet", "--set", "g"), []), (("why", "fleet", "aff"), ["affordable"]),
            (("check", "part", "fle"), ["fleet", "fleet_cost"]), (("list", "func"), ["functions"]),
            (("list", "dev"), ["device", "device_power"]), (("show", "dev"), ["device/"]),
            (("show", "device/B"), ["device/Bee"]), (("show", "source/bo"), ["source/book_q"]),
            (("completion", ""), ["bash", "fish", "zsh"]), (("help", "sch"), ["schema"]),
            (("doctor", "x"), []), (("run", "--templates", "dat"), ["data"])):
        got, err = completed(*words)
        check(f"bash completes {' '.join(words)}", err == "" and sorted(got) == wanted, (got, err))


run_parts(prepare, (listing, listing_json, showing, schemas, shipped_schemas, stepping,
                    interactive, doctor, alone, watching, pages, completing))
