#!/usr/bin/env python3
"""mlsysim diff from outside: bridges against effects calculated here from their definition, on a
sheet whose formulas are repeated in Python. Usage: cli_diff.py PATH/TO/mlsysim"""
import csv
import io
import itertools
import json

import outside
from outside import SOURCES, UNITS, check, expect, run_parts, write

DEVICE = """item,field,value,unit,low,high,source,locator,accessed,state,note
H,tdp,700,W,,,sheet_h,page 1,2026-01-02,verified,
B,tdp,1000,W,,,sheet_h,page 1,2026-01-02,verified,
C,cores,3,,,,sheet_h,page 1,2026-01-02,verified,
"""
TDP = {"H": 700, "B": 1000}
RACK = """sheet rack  # A rack @sheet_h
input hw           = H in device              # Accelerator
input gpus [GPU]   = 8 in 1..1000 by 1        # Accelerators in the rack
input load [%]     = 80 in 0..100             # Mean load
input limit [kW]   = 5 in 0..1000             # Power of the circuit
input spare        = 2 in 1..9                # Divides
table hour for step in 1..2  # The first hours
  input share [%]  = 100, 50 in 0..100        # Share of the load
  output draw [kW] = gpus / 1 [GPU] * hw.tdp * load * share  # Power drawn
output peak [kW]   = max(hour.draw)           # Highest power
output room        = 1 / (spare - 3)          # Fails at 3
output other       = spare + 1                # Adds
output verdict     = if(peak > 4 [kW], "busy", "calm")  # In a word
check enough       = peak <= limit            # The circuit carries it
"""
MANY = "sheet many  # Many inputs\n" + "".join(
    f"input part_{i} = {i + 1} in 0..1000  # One\n" for i in range(12)) + (
    "output total = " + " + ".join(f"part_{i}" for i in range(12)) + "  # Sum\n"
    "output product = " + " * ".join(f"part_{i}" for i in range(12)) + "  # Product\n")
PLAN = "name,unit,base,hot\ngpus,,8,16\nload,%,80,95\nhw.tdp,W,700,650 [W]\n"
DATA = ["--templates", "data/templates", "--registry", "data/registry"]


def diff(*arguments, stdin=None):
    return outside.run("diff", *arguments, *DATA, stdin=stdin)


def asked(*arguments):
    got = diff(*arguments, "--json")
    expect(" ".join(arguments), got, 0, quiet=True)
    whole = json.loads(got[1])
    return whole, {cell["path"]: cell for cell in whole["cells"]}


def prepare():
    write("data/registry/units.csv", UNITS)
    write("data/registry/sources.csv", SOURCES)
    write("data/registry/device.csv", DEVICE)
    write("data/templates/rack.sheet", RACK)
    write("data/templates/many.sheet", MANY)
    write("plan.csv", PLAN)
    write("one.csv", "name,unit,later\nhw,,B\nload,%,50\n")


def shapley(value, count):
    """By the definition: the mean over all orders of what each input adds when its turn comes."""
    effects, orders = [0.0] * count, list(itertools.permutations(range(count)))
    for order in orders:
        there = set()
        for i in order:
            before = value(there)
            there.add(i)
            effects[i] += (value(there) - before) / len(orders)
    return effects


def close(a, b):
    return abs(a - b) <= 1e-12 * max(abs(a), abs(b), 1)


def adds_up(cell):
    level = cell["from"]
    for part in cell["parts"]:
        level += part["effect"]
    return level == cell["to"]


def orders():
    whole, cells = asked("plan.csv", "rack")

    def peak(there):
        gpus, load, tdp = ((16, .95, 650)[i] if i in there else (8, .8, 700)[i] for i in range(3))
        return gpus * load * tdp / 1000
    wanted = shapley(peak, 3)
    parts = {part["input"]: part["effect"] for part in cells["peak"]["parts"]}
    check("orders", [name in parts for name in ("gpus", "load", "hw.tdp")] == [True] * 3 and
          all(close(parts[name], effect)
              for name, effect in zip(("gpus", "load", "hw.tdp"), wanted)), (parts, wanted))
    check("ends", (cells["peak"]["from"], cells["peak"]["to"]) == (4.48, 9.88), cells["peak"])
    check("adds up", adds_up(cells["peak"]) and cells["peak"]["share"] == "orders")
    check("largest first", [part["input"] for part in cells["peak"]["parts"]] ==
          ["gpus", "load", "hw.tdp"])
    check("inputs", whole["inputs"][1] == {"path": "load", "unit": "%", "from": 80, "to": 95},
          whole["inputs"])
    check("head", (whole["schema"], whole["sheet"], whole["from"], whole["to"]) ==
          (1, "rack", "base", "hot"))


def items():
    """An input that chooses an item, and an override on one side alone, which stands for any item."""
    _, cells = asked("plan.csv", "one.csv", "rack", "--from", "hot", "--cell", "peak")

    def peak(there):
        hw = "B" if 0 in there else "H"
        gpus, load = 8 if 1 in there else 16, .5 if 2 in there else .95
        tdp = TDP[hw] if 3 in there else 650
        return gpus * load * tdp / 1000
    wanted = dict(zip(("hw", "gpus", "load", "hw.tdp"), shapley(peak, 4)))
    parts = {part["input"]: part["effect"] for part in cells["peak"]["parts"]}
    check("items", parts.keys() == wanted.keys() and
          all(close(parts[name], wanted[name]) for name in wanted), (parts, wanted))
    check("items add up", adds_up(cells["peak"]))
    expect("an override is told from the registry", diff("plan.csv", "one.csv", "rack", "--from",
           "hot"), 0, ["hw.tdp  650 W   1000 W (registry)\n", "  hw      H       B\n"], quiet=True)


def words():
    _, cells = asked("plan.csv", "rack")
    check("check", cells["enough"] == {
        "path": "enough", "unit": None, "from": "holds", "to": "fails", "share": None, "parts": [],
        "alone": [{"input": "gpus", "becomes": "fails"}, {"input": "load", "becomes": "fails"}]},
        cells["enough"])
    _, cells = asked("one.csv", "rack")
    check("word", (cells["verdict"]["from"], cells["verdict"]["to"]) == ("busy", "calm") and
          cells["verdict"]["alone"] == [{"input": "load", "becomes": "calm"}], cells["verdict"])
    expect("in text", diff("one.csv", "rack"), 0,
           ["  defaults    busy\n  load alone  calm\n  later       calm\n",
            "Unchanged: room, other, enough\n"], quiet=True)


def missing():
    write("gone.csv", "name,gone\nhw,C\nload,50\n")
    _, cells = asked("gone.csv", "rack", "--cell", "peak")
    check("missing is said", cells["peak"]["to"] == "missing: C has no fact tdp (device)" and
          cells["peak"]["parts"] == [] and cells["peak"]["alone"] ==
          [{"input": "hw", "becomes": "missing: C has no fact tdp (device)"},
           {"input": "load", "becomes": "2.8 kW"}], cells["peak"])
    write("both.csv", "name,low,high\nspare,2,4\nload,80,50\n")
    _, cells = asked("both.csv", "rack", "--cell", "room")
    check("a pole between", cells["room"]["share"] == "orders" and adds_up(cells["room"]))
    write("pole.csv", "name,low,high\nspare,2,3\nload,80,50\n")
    _, cells = asked("pole.csv", "rack", "--cell", "room")
    check("a pole at the end", cells["room"]["from"] == -1 and
          cells["room"]["to"].startswith("division: "), cells["room"])


def on_the_way():
    """Both ends have a value, a combination has none: each alone, or nothing at all."""
    sheet = ("sheet way  # Three inputs\ninput one = 1 in 0..9  # One\n"
             "input two = 2 in 0..9  # Two\ninput three = 1 in 0..9  # Three\n"
             "output x = %s  # Fails somewhere\n")
    write("data/templates/way.sheet", sheet % "three / (one - two)")
    write("way.csv", "name,p,q\none,1,2\ntwo,2,1\nthree,1,3\n")
    _, cells = asked("way.csv", "way")
    check("no parts where one alone fails", cells["x"]["share"] is None and
          [one["input"] for one in cells["x"]["alone"]] == ["one", "two", "three"] and
          (cells["x"]["from"], cells["x"]["to"]) == (-1, 3), cells["x"])
    write("data/templates/way.sheet", sheet % "12 / (3 - one - two + three)")
    write("way.csv", "name,p,q\none,1,2\ntwo,1,2\nthree,1,5\n")
    _, cells = asked("way.csv", "way")
    check("each alone where a pair fails", cells["x"]["share"] == "alone" and cells["x"]["parts"] ==
          [{"input": "one", "effect": 6}, {"input": "two", "effect": 6},
           {"input": "three", "effect": -4}, {"input": None, "effect": -11}], cells["x"])


def many():
    write("many.csv", "name,p,q\n" + "".join(f"part_{i},{i + 1},{i + 2.5}\n" for i in range(11)))
    _, cells = asked("many.csv", "many")
    product = cells["product"]
    base = 1
    for i in range(12):
        base *= i + 1
    alone = {f"part_{i}": base / (i + 1) * (i + 2.5) - base for i in range(11)}
    parts = {part["input"]: part["effect"] for part in product["parts"]}
    check("many: each alone", product["share"] == "alone" and
          all(close(parts[name], alone[name]) for name in alone), parts)
    check("many: interaction", close(parts[None], product["to"] - base - sum(alone.values())) and
          product["parts"][-1]["input"] is None, parts)
    check("many: add up", adds_up(product) and adds_up(cells["total"]))
    expect("many: text", diff("many.csv", "many"), 0,
           ["interaction ", "interaction is what is left.\n"], quiet=True)
    write("ten.csv", "name,p,q\n" + "".join(f"part_{i},{i + 1},{(i * 7 + 3) % 10 + .1}\n"
                                             for i in range(10)))
    _, cells = asked("ten.csv", "many")
    _, back = asked("ten.csv", "many", "--from", "q", "--to", "p")
    forth = {part["input"]: part["effect"] for part in cells["product"]["parts"]}
    check("ten: all orders", cells["product"]["share"] == "orders" and len(forth) == 10)
    check("ten: add up", adds_up(cells["product"]) and adds_up(back["product"]))
    check("ten: back is forth", all(abs(part["effect"] + forth[part["input"]]) <=
                                    1e-9 * max(map(abs, forth.values()))
                                    for part in back["product"]["parts"]))


def shown_numbers_add_up():
    text = diff("ten.csv", "many", "--cell", "product")[1].split("\n\n")[2].splitlines()
    numbers = [line.split()[1] for line in text[1:]]
    decimals = {len(number.partition(".")[2]) for number in numbers}
    total = sum(round(float(number) * 1e6) for number in numbers[:-1])
    check("shown numbers add up", total == round(float(numbers[-1]) * 1e6) and len(decimals) == 1,
          text)


def as_csv():
    got = diff("plan.csv", "rack", "--cell", "peak", "--cell", "verdict", "-o", "d.csv")
    expect("csv", got, 0, ["Changed inputs"], quiet=True)
    with open("d.csv", encoding="utf-8", newline="") as file:
        text = file.read()
    rows = list(csv.DictReader(io.StringIO(text)))
    check("csv rows", [(row["kind"], row["name"]) for row in rows] ==
          [("from", "base"), ("input", "gpus"), ("input", "load"), ("input", "hw.tdp"),
           ("to", "hot"), ("from", "base"), ("to", "hot")], rows)
    check("csv levels", float(rows[3]["level"]) == 9.88 and rows[0]["level"] == "4.48" and
          rows[-1]["level"] == "busy", rows)
    write("bad.csv", 'name,"=cmd|x","a;b"\nload,80,50\n')
    expect("csv eu", diff("bad.csv", "rack", "--cell", "peak", "-o", "e.csv"), 0)
    with open("e.csv", encoding="utf-8") as file:
        check("no formula", file.read().splitlines()[1] == "peak,kW,from,'=cmd|x,,4.48")
    write("eu.csv", "name;p;q\nload;75;37,5\n")
    expect("csv eu", diff("eu.csv", "rack", "--csv", "excel-eu", "-o", "e.csv"), 0)
    with open("e.csv", encoding="utf-8") as file:
        text = file.read()
        check("decimal commas", text == "\ufeffcell;unit;kind;name;effect;level\n"
              "peak;kW;from;p;;4,2\npeak;kW;input;load;-2,1;2,1\npeak;kW;to;q;;2,1\n"
              "room;;from;p;;-1\nroom;;input;load;0;-1\nroom;;to;q;;-1\n"
              "other;;from;p;;3\nother;;input;load;0;3\nother;;to;q;;3\n"
              "verdict;;from;p;;busy\nverdict;;alone;load;;calm\nverdict;;to;q;;calm\n"
              "enough;;from;p;;holds\nenough;;to;q;;holds\n", text)


def rows_and_sets():
    _, cells = asked("plan.csv", "rack", "--cell", "hour.draw(2)", "--set", "gpus=10")
    check("a row, and --set on both sides", cells["hour.draw(2)"]["from"] == 2.8 and
          [part["input"] for part in cells["hour.draw(2)"]["parts"]] == ["load", "hw.tdp"], cells)
    expect("nothing differs", diff("plan.csv", "plan.csv", "rack", "--from", "hot", "--to", "hot"),
           0, ["from hot (plan.csv) to hot (plan.csv)", "No input differs.",
               "Unchanged: peak, room, other, verdict, enough\n"], quiet=True)
    got = diff("-", "rack", stdin=PLAN.encode())
    expect("standard input", got, 0, ["from base to hot"], quiet=True)


def wrong():
    write("three.csv", "name,a,b,c\nload,80,50,20\n")
    for name, arguments, text in (
            ("several", ["three.csv", "rack"],
             "three.csv has several scenarios (a, b, c): choose one with --from\n"),
            ("several to", ["three.csv", "rack", "--from", "a"],
             "three.csv has several scenarios (a, b, c): choose one with --to\n"),
            ("unknown", ["three.csv", "rack", "--from", "a", "--to", "d"],
             "three.csv has no scenario d; it has a, b, c\n"),
            ("cell", ["plan.csv", "rack", "--cell", "peek"],
             "--cell peek: there is no such cell (did you mean peak?)\n"),
            ("cell far", ["plan.csv", "rack", "--cell", "hour.nothing(1)"],
             "--cell hour.nothing(1): there is no such cell"),
            ("row", ["plan.csv", "rack", "--cell", "hour.draw(9)"],
             "--cell hour.draw(9): there is no such cell"),
            ("column", ["plan.csv", "rack", "--cell", "hour.draw"],
             "--cell hour.draw: this is a column; name a row, as in hour.draw(1)\n"),
            ("ending", ["plan.csv", "rack", "-o", "d.xlsx"],
             "-o d.xlsx: the file must end in .csv\n"),
            ("read", ["plan.csv", "rack", "-o", "plan.csv"],
             "-o plan.csv: this is a file that is read\n"),
            ("words", ["rack"], "usage: mlsysim diff A [B] SHEET [options]\n"),
            ("sheet", ["plan.csv", "rock"], "rock")):
        expect(name, diff(*arguments), 2, err=[text])
    expect("no folder", diff("plan.csv", "rack", "-o", "none/d.csv"), 3, err=["none/d.csv: file: "])
    expect("no file", diff("none.csv", "rack"), 3, err=["none.csv: file: "])


run_parts(prepare, [orders, items, words, missing, on_the_way, many, shown_numbers_add_up, as_csv,
                    rows_and_sets, wrong])
