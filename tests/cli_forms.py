#!/usr/bin/env python3
"""Forms of inputs and results from outside: CSV in both dialects, JSON, Markdown, standard input,
encodings; and round trips through files. Usage: cli_forms.py PATH/TO/mlsysim"""
import csv
import io
import json

import outside
from outside import SOURCES, UNITS, check, expect, run_parts, write


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
  output cash [kUSD]     = price * share                    # Paid

output cost [kUSD]       = sum(plan.cash)                   # Cost of the plan
check affordable         = cost <= budget                   # Within the budget
"""
INPUTS = ("name,unit,base,rich\nhw,,H,H\ngpus,GPU,8,4\nbudget,USD,200000.5,1000000\n"
          "hw.price,kUSD,30,31.25\n")
DATA = ["--templates", "data/templates", "--registry", "data/registry"]


def run(*arguments, stdin=None):
    return outside.run("run", "fleet", *arguments, *DATA, stdin=stdin)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def prepare():
    write("data/registry/units.csv", UNITS)
    write("data/registry/sources.csv", SOURCES)
    write("data/registry/device.csv", DEVICE)
    write("data/templates/fleet.sheet", FLEET)
    write("in.csv", INPUTS)


def results_csv():
    expect("csv", run("in.csv", "-o", "r.csv"), 0, ["Results"], quiet=True)
    check("csv text", read("r.csv") ==
          b"scenario,row,plan.cash [kUSD],cost [kUSD],affordable,errors\n"
          b"base,,,240,0,\nbase,1,120,,,\nbase,2,72,,,\nbase,3,48,,,\n"
          b"rich,,,125,1,\nrich,1,62.5,,,\nrich,2,37.5,,,\nrich,3,25,,,\n", read("r.csv"))
    expect("csv missing", run("--set", "hw=B", "-o", "m.csv"), 0, quiet=True)
    check("csv errors", read("m.csv").splitlines()[1] ==
          b"base,,,,,cost:missing;affordable:missing", read("m.csv"))
    expect("csv all", run("in.csv", "--all", "-o", "a.csv"), 0, quiet=True)
    rows = list(csv.DictReader(io.StringIO(read("a.csv").decode())))
    check("csv all: inputs", rows[0]["hw"] == "H" and rows[0]["gpus [GPU]"] == "8" and
          rows[0]["budget [kUSD]"] == "200.0005" and rows[1]["row"] == "1", rows[0])
    wanted = ["scenario", "row", "hw", "hw.price [kUSD]", "gpus [GPU]", "budget [kUSD]", "errors"]
    with open("cut.csv", "w", newline="") as file:
        out = csv.DictWriter(file, wanted, extrasaction="ignore", lineterminator="\n")
        out.writeheader()
        out.writerows(row for row in rows if not row["row"])
    expect("csv back", run("cut.csv", "--all", "-o", "b.csv"), 0, quiet=True)
    check("csv round trip", read("b.csv") == read("a.csv"), read("b.csv"))
    expect("csv whole as inputs", run("r.csv"), 2,
           err=["r.csv:1:3: name: ", "r.csv:1:4: name: \"cost\" is calculated in "])
    write("left.csv", "scenario,row,gpus,errors\na,,8,\na,1,,cost:missing\n")
    expect("csv left-overs", run("left.csv"), 2,
           err=["left.csv:3:2: name: found \"1\" in a column of results", "left.csv:3:4: name: "])


def decimal_commas():
    eu = INPUTS.replace(",", ";").replace(".5", ",5").replace("31.25", "31,25")
    write("eu.csv", "\ufeff" + eu.replace("\n", "\r\n"))
    expect("eu in", run("eu.csv", "--csv", "excel-eu", "--json"), 0, quiet=True)
    check("eu is the same", run("eu.csv", "--csv=excel-eu", "--all", "--json")[1] ==
          run("in.csv", "--all", "--json")[1])
    expect("eu from stdin", run("-", "--csv", "excel-eu", stdin=eu.encode()), 0, ["rich"],
           quiet=True)
    expect("eu out", run("eu.csv", "--csv", "excel-eu", "--all", "-o", "eu_out.csv"), 0, quiet=True)
    text = read("eu_out.csv")
    check("eu out: mark", text.startswith(b"\xef\xbb\xbfscenario;row;hw;"), text[:60])
    check("eu out: commas", b";31,25;" in text and b";200,0005;" in text, text)
    plain = list(csv.reader(io.StringIO(read("a.csv").decode())))
    swapped = [[field.replace(",", ".") for field in row] for row in
               csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";")]
    check("eu out: the same numbers", swapped == plain, swapped)
    write("rows.csv", "month;share [%]\n1;62,5\n2;37,5\n")
    expect("eu rows", run("--rows", "plan=rows.csv", "--csv", "excel-eu", "--all"), 0, ["62.5"],
           quiet=True)
    expect("eu rows bare", run("--rows", "plan=rows.csv"), 2,
           err=["rows.csv:1:1: syntax: fields are separated by \";\"", "--csv excel-eu"])
    expect("eu bare", run("eu.csv"), 2,
           err=["eu.csv:1:1: syntax: fields are separated by \";\"; expected \",\"",
                "--csv excel-eu reads this form"])
    expect("eu of another", run("in.csv", "--csv", "excel-eu"), 2,
           err=["in.csv:1:1: syntax: fields are separated by \",\"; expected \";\""])
    write("point.csv", "gpus;budget\n8;1.234\n")
    expect("eu thousands", run("point.csv", "--csv", "excel-eu"), 2,
           err=["point.csv:2:2: syntax: \"1.234\" is not a number: write 1234, or 1,234 if"])
    expect("dialect", run("in.csv", "--csv", "excel-us"), 2,
           err=["--csv knows excel-eu (semicolons, and 0,5 in numbers), found excel-us"])
    expect("dialect left out", run("in.csv", "--csv="), 2, err=["--csv needs excel-eu after it"])
    expect("dialect twice", run("in.csv", "--csv", "excel-eu", "--csv=excel-eu"), 2,
           err=["--csv is given twice"])


def encodings():
    text = "name,Gr\u00fcn\ngpus,8\n"
    for name, encoding, said in (
            ("utf16", "utf-16", "the file is UTF-16 text; expected a CSV"),
            ("utf16be", "utf-16-be", "the file is UTF-16 text"),
            ("1252", "cp1252", "byte 0xFC is not UTF-8; the file looks like Windows-1252")):
        write(f"{name}.csv", text.encode(encoding))
        expect(name, run(f"{name}.csv"), 2, err=[f"{name}.csv:1:", said])
        write(f"{name}.json", json.dumps({"scenarios": [{"name": "Gr\u00fcn", "inputs": {}}]},
                                         ensure_ascii=False).encode(encoding))
        said = said.replace("expected a CSV", "expected JSON")
        expect(f"{name} json", run(f"{name}.json"), 2, err=[f"{name}.json:1:", said])
    write("mark.csv", "\ufeff" + text.replace("\n", "\r\n"))
    expect("mark", run("mark.csv"), 0, ["Gr\u00fcn"], quiet=True)
    expect("stdin rows", run("-", stdin=b"scenario,gpus\na,1\nb,2\n"), 0, ["a", "b"], quiet=True)


def json_inputs():
    write("one.json", json.dumps({"sheet": "fleet", "inputs": {
        "gpus": 4, "hw": "H", "budget": {"value": 0.5, "unit": "kUSD"}, "hw.price": "10 [kUSD]"}}))
    expect("json", run("one.json"), 0, ["scenario base", "40", "0.5 kUSD"], quiet=True)
    expect("json stdin", run("-", stdin=read("one.json")), 0, ["40"], quiet=True)
    write("no_ending", read("one.json"))
    expect("json by content", run("no_ending"), 0, ["40"], quiet=True)
    write("many.json", json.dumps({"scenarios": [
        {"name": "low", "inputs": {"gpus": 1}}, {"name": "high", "inputs": {"gpus": 1000}}]}))
    expect("json scenarios", run("many.json", "--scenario", "high"), 0, ["scenario high"],
           quiet=True)
    expect("json set wins", run("one.json", "--set", "gpus=2"), 0, ["20"], quiet=True)
    write("bad.json", "{\"inputs\": {\"gpu\": 4,\n \"budget\": \"5 [GB]\",\n  \"hw\": \"Z\"}}")
    expect("json wrong", run("bad.json"), 2,
           err=["bad.json:1:13: name: \"gpu\" is not an input of fleet (did you mean gpus?)",
                "bad.json:2:12: unit: ", "bad.json:3:9: range: Z is not in device"])
    write("cut.json", read("one.json")[:-3])
    expect("json cut", run("cut.json"), 2, err=["cut.json:1:", "the file ends here"])
    write("empty.json", "")
    expect("json empty", run("empty.json"), 2, err=["empty.json:1:1: syntax: the file ends here"])
    write("deep.json", "[" * 1000000)
    expect("json deep", run("deep.json"), 2,
           err=["deep.json:1:65: limit: values stand more than 64 deep (LIMIT_JSON_DEPTH)"])
    write("new.json", '{"schema": 2, "inputs": {}}')
    expect("json newer", run("new.json"), 2, err=["schema 2 is newer than this program reads (1)"])


def json_round_trip():
    for name, arguments in (("defaults", ()), ("scenarios", ("in.csv",)),
                            ("settings", ("--set", "gpus=7", "--set", "budget=1234.5 [USD]",
                                          "--set", "hw.price=0.1 [kUSD]", "--set", "hw=B"))):
        expect(f"{name}", run(*arguments, "--all", "-o", "first.json", "-o", "first.csv", "-o",
                              "first.md"), 0, quiet=True)
        expect(f"{name} again", run("first.json", "--all", "-o", "second.json", "-o", "second.csv",
                                    "-o", "second.md"), 0, quiet=True)
        for form in ("json", "csv", "md"):
            check(f"{name} {form}: the same bytes", read(f"first.{form}") == read(f"second.{form}"),
                  read(f"second.{form}"))
    cells = {cell["path"]: cell for cell in json.load(open("first.json"))["scenarios"][0]["cells"]}
    check("set is told", cells["gpus"].get("set") is True and "set" not in cells["cost"] and
          cells["hw.price"].get("set") is True, cells["gpus"])
    run("-o", "short.json")
    expect("results alone", run("short.json"), 2,
           err=["this run lists its results alone, without inputs; write it with --all"])
    write("two.csv", "month,share [%]\n1,60\n2,40\n")
    run("--rows", "plan=two.csv", "--all", "-o", "rows.json")
    expect("rows again", run("rows.json", "--rows", "plan=two.csv", "--all", "-o", "rows2.json"), 0,
           quiet=True)
    check("rows: the same bytes", read("rows.json") == read("rows2.json"))
    expect("rows left out", run("rows.json"), 2,
           err=["the sheet has another value in this row of plan.share; give the table its rows "
                "with --rows plan=FILE.csv"])
    write("other.json", read("rows.json").replace(b'"sheet": "fleet"', b'"sheet": "flat"'))
    expect("another sheet", run("other.json"), 2,
           err=["this file is of the sheet \"flat\", not of fleet"])


def markdown():
    expect("markdown", run("in.csv", "-o", "r.md", "--as-of", "2027-01-02"), 0, quiet=True)
    text = read("r.md").decode()
    for part in ("# fleet: A small fleet\n\nAs of 2027-01-02. ", "| result | base | rich | unit |",
                 "| cost | 240 | 125 | kUSD | assumed | | Cost of the plan |",
                 "| affordable | FAILS | holds | Within the budget |",
                 "- base: affordable: cost &lt;= budget is false: ", "### plan: By month",
                 "#### rich",
                 "- **sheet_h**: Data sheet of H, Maker, 2023, <https://maker.example/h>"):
        check(f"markdown: {part!r}", part in text, text)
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| cost")}
    check("markdown: bars", widths == {8}, widths)


run_parts(prepare, (results_csv, decimal_commas, encodings, json_inputs, json_round_trip,
                    markdown))
