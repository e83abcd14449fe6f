#!/usr/bin/env python3
"""mlsysim inputs from outside: workbooks edited here in their XML, as programs edit them and as
nobody should, read back. Usage: cli_inputs.py PATH/TO/mlsysim"""
import json
import re
import struct
import zipfile
from xml.etree import ElementTree

import outside
from outside import SOURCES, UNITS, check, expect, run_parts, write

DEVICE = """item,field,value,unit,low,high,source,locator,accessed,state,note
H,tdp,700,W,,,sheet_h,page 1,2026-01-02,verified,
B,tdp,1000,W,,,sheet_h,page 1,2026-01-02,verified,
H,maker,-Acme,,,,sheet_h,page 1,2026-01-02,verified,
C,maker,-Other,,,,sheet_h,page 1,2026-01-02,verified,
B,maker,-Other,,,,sheet_h,page 1,2026-01-02,verified,
"""
RACK = """sheet rack  # A rack @sheet_h
input hw           = H in device              # Accelerator
input gpus [GPU]   = 8 in 1..1000 by 1        # Accelerators in the rack
input load [%]     = 80 in 0..100             # Mean load
input mode         = full in full, half         # A word
table hour for step in 1..2  # The first hours
  input share [%]  = 100, 50 in 0..100        # Share of the load
  output draw [kW] = gpus / 1 [GPU] * hw.tdp * load * share  # Power drawn
output peak [kW]   = max(hour.draw) * if(mode == "full", 1, 0.5) + 1e-9 [kW]  # Highest power
output who         = hw.maker                 # Who makes it
"""
PLAN = "name,unit,base,hot\ngpus,,8,16\nload,%,80,95\nhw.tdp,W,700,650\n"
DATA = ["--templates", "data/templates", "--registry", "data/registry"]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def run(*arguments):
    return outside.run(*arguments, *DATA)


def prepare():
    write("data/registry/units.csv", UNITS)
    write("data/registry/sources.csv", SOURCES)
    write("data/registry/device.csv", DEVICE)
    write("data/templates/rack.sheet", RACK)
    write("plan.csv", PLAN)
    got = run("run", "rack", "plan.csv", "-o", "w.xlsx")
    expect("export", got, 0)


# ---- editing ----

def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def save(path, parts, packed=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def part_of(parts, sheet):
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    names = [one.get("name") for one in book.find(MAIN + "sheets")]
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def texts_of(parts):
    return ["".join(t.text or "" for t in one.iter(MAIN + "t"))
            for one in ElementTree.fromstring(parts["xl/sharedStrings.xml"])]


def row_of(parts, sheet, name):
    """The row whose column B is this name."""
    texts = texts_of(parts)
    for cell in ElementTree.fromstring(parts[part_of(parts, sheet)]).iter(MAIN + "c"):
        value = cell.find(MAIN + "v")
        if re.match(r"B\d", cell.get("r")) and cell.get("t") == "s" and \
                texts[int(value.text)] == name:
            return cell.get("r")[1:]
    raise KeyError(name)


def put(parts, sheet, address, inside, kind=None):
    """Replaces the content of a cell, keeping its style."""
    part = part_of(parts, sheet)
    text = parts[part].decode()
    cell = re.compile(rf'<c r="{address}"( s="\d+")?[^>]*?(/>|>.*?</c>)')
    assert cell.search(text), address
    typed = f' t="{kind}"' if kind else ""
    parts[part] = cell.sub(
        lambda found: f'<c r="{address}"{found.group(1) or ""}{typed}>{inside}</c>', text).encode()


def number(parts, sheet, name, column, value):
    put(parts, sheet, column + row_of(parts, sheet, name), f"<v>{value}</v>")


def word(parts, sheet, address, text):
    put(parts, sheet, address, f"<is><t>{text}</t></is>", "inlineStr")


def read(parts, *arguments):
    save("e.xlsx", parts)
    return run("inputs", "e.xlsx", *arguments)


# ---- what is read ----

def round_trip():
    parts = parts_of("w.xlsx")
    expect("untouched", read(parts), 0, err=["e.xlsx shows the scenario base: overrides stand in "
                                             "its column\n"])
    check("untouched text", read(parts)[1] == "name,unit,base,hot,note\nhw.tdp,W,700,650,\n"
          "gpus,GPU,8,16,\nload,%,80,95,\n", read(parts)[1])
    number(parts, "inputs", "load", "E", "62.5")
    word(parts, "inputs", "E" + row_of(parts, "inputs", "hw"), "B")
    word(parts, "inputs", "K" + row_of(parts, "inputs", "hw"), "as offered, &quot;may&quot;")
    word(parts, "inputs", "E" + row_of(parts, "inputs", "mode"), "half")
    number(parts, "scenarios", "gpus", "F", "32")
    number(parts, "scenarios", "gpus", "E", "0.1e2")
    word(parts, "cover", "B5", "hot")
    got = read(parts, "-o", "back.csv")
    expect("edited", got, 0, err=["e.xlsx shows the scenario hot"])
    with open("back.csv", encoding="utf-8") as file:
        text = file.read()
    check("edited text", text == "name,unit,base,hot,note\n"
          'hw,,H,B,"as offered, ""may"""\nhw.tdp,W,700,650,\ngpus,GPU,10,32,\nload,%,80,62.5,\n'
          "mode,,full,half,\n", text)
    runs = json.loads(run("run", "rack", "back.csv", "--json")[1])["scenarios"]
    peaks = [cell["value"] for one in runs for cell in one["cells"] if cell["path"] == "peak"]
    check("it runs", abs(peaks[0] - 5.6) < 1e-6 and abs(peaks[1] - 32 * .65 * .625 / 2) < 1e-6,
          peaks)
    eu = read(parts, "--csv", "excel-eu")[1]
    check("semicolons", eu.startswith("\ufeffname;unit;base;hot;note\n") and
          "load;%;80;62,5;" in eu, eu)
    everything = read(parts, "--all")[1].splitlines()
    check("all", [line.split(",")[0] for line in everything] ==
          ["name", "hw", "hw.tdp", "gpus", "load", "mode"], everything)


def one_scenario():
    expect("export of one", run("run", "rack", "-o", "one.xlsx"), 0)
    parts = parts_of("one.xlsx")
    number(parts, "inputs", "hw.tdp", "E", "500")
    word(parts, "inputs", "E" + row_of(parts, "inputs", "mode"), "half")
    word(parts, "inputs", "E" + row_of(parts, "inputs", "hw.maker"), "'-Other")
    expect("one scenario", read(parts), 0, quiet=True)
    check("one scenario text", read(parts)[1] ==
          "name,unit,base,note\nhw.tdp,W,500,\nhw.maker,,'-Other,\nmode,,half,\n", read(parts)[1])
    expect("by file", run("inputs", "e.xlsx", "data/templates/rack.sheet"), 0, quiet=True)


def ends_of_runs():
    """The worksheet runs has cells to type into that are no inputs."""
    write("data/templates/fan.sheet", "sheet fan\ninput load [%] = 50 likely 40..60 in 0..100\n"
          "draw [W] = 100 [W] * load\nchart tornado t = draw, load\n")
    expect("export of runs", run("run", "fan", "-o", "fan.xlsx"), 0)
    parts = parts_of("fan.xlsx")
    put(parts, "runs", "E6", "<v>30</v>")
    expect("an end typed over", read(parts), 0, quiet=True)
    check("no input", read(parts)[1] == "name,unit,base,note\n", read(parts)[1])
    put(parts, "runs", "F20", "<v>30</v>")
    expect("a run typed over", read(parts), 2, err=["e.xlsx: runs!F20: "])


def unset():
    """What one scenario sets and another leaves to the registry; and a note alone."""
    write("some.csv", "scenario,gpus\np,8\nq,9\n")
    expect("export of some", run("run", "rack", "some.csv", "-o", "some.xlsx"), 0)
    parts = parts_of("some.xlsx")
    number(parts, "scenarios", "hw.tdp", "F", "650")
    word(parts, "inputs", "K" + row_of(parts, "inputs", "load"), "why")
    check("the fact of the item", read(parts)[1] ==
          "name,unit,p,q,note\nhw.tdp,W,700,650,\ngpus,GPU,8,9,\nload,%,80,80,why\n",
          read(parts)[1])
    word(parts, "scenarios", "E" + row_of(parts, "scenarios", "hw"), "C")
    expect("no fact of the item", read(parts), 2, err=[
        "e.xlsx: hw.tdp has no value in the scenario p, and a CSV cannot leave it out\n"])


def escapes():
    """Characters that XML cannot hold, or that would look like one of these."""
    parts = parts_of("one.xlsx")
    word(parts, "inputs", "K" + row_of(parts, "inputs", "load"),
         "a_x000A_b _x005F_x0041_ _x4_ _x00e9_ _x20AC_ _xD800_ _x00_")
    check("escapes", '"a\nb _x0041_ _x4_ \u00e9 \u20ac _xD800_ _x00_"' in read(parts)[1],
          read(parts)[1])


def formulas_typed():
    parts = parts_of("w.xlsx")
    put(parts, "inputs", "E" + row_of(parts, "inputs", "load"), "<f>5*3</f><v>15</v>")
    expect("a formula with a value", read(parts), 0, ["load,%,15,95,"])
    put(parts, "inputs", "E" + row_of(parts, "inputs", "load"), "<f>5*3</f>")
    expect("a formula without", read(parts), 2,
           err=["e.xlsx: inputs!E10: a formula without a value: calculate and save it first\n"])


def other_spellings():
    """The same formulas as other programs write them."""
    parts = parts_of("w.xlsx")
    part = part_of(parts, "rack")
    text = parts[part].decode()
    changed = text.replace("IF(ISNUMBER(", "if( isnumber(").replace("facts!$", "'facts'!$")
    changed = changed.replace("0.000000001", "1E-9").replace("1E-09", "1.0E-9")
    check("something is spelled otherwise", changed != text)
    parts[part] = changed.encode()
    expect("spelled otherwise", read(parts), 0)
    table = part_of(parts, "hour")
    text = parts[table].decode()
    first = re.search(r'(<c r="F7"[^>]*>)<f>(.*?)</f>', text)
    text = text.replace(first.group(0),
                        f'{first.group(1)}<f t="shared" ref="F7:F8" si="0">{first.group(2)}</f>')
    text = re.sub(r'(<c r="F8"[^>]*>)<f>.*?</f>', r'\1<f t="shared" si="0"/>', text)
    parts[table] = text.encode()
    expect("a shared formula", read(parts), 0)
    parts[table] = text.replace('si="0"/>', 'si="3"/>').encode()
    expect("a share of nothing", read(parts), 2, err=["e.xlsx: hour!F8: =; the model has =IF("])
    parts[table] = text.replace('si="0">', 'si="70000">').encode()
    expect("too many shares", read(parts), 2, err=["more than 65536 shared formulas\n"])


# ---- what is refused ----

def edits():
    fresh = parts_of("w.xlsx")

    def edited(name, change, *texts):
        parts = dict(fresh)
        change(parts)
        expect(name, read(parts), 2, err=[*texts])

    closing = ("e.xlsx was edited outside the cells to type into, or the registry is another one "
               "than at the export; nothing was read\n")
    edited("a formula", lambda parts: put(parts, "rack", "B8", "<f>1+1</f><v>2</v>"),
           'e.xlsx: rack!B8: =1+1; the model has =IF(ISNUMBER(I8),I8/K8,"missing")\n', closing)
    edited("a number for a formula", lambda parts: put(parts, "rack", "B8", "<v>2</v>"),
           'e.xlsx: rack!B8: 2; the model has =IF(')
    edited("a factor", lambda parts: put(parts, "rack", "K9", "<v>0.02</v>"),
           "e.xlsx: rack!K9: 0.02; the model has 0.01\n", closing)
    edited("a label", lambda parts: word(parts, "rack", "A8", "Mine"),
           "e.xlsx: rack!A8: Mine; the model has Accelerators in the rack\n")
    edited("a blank", lambda parts: put(parts, "rack", "K9", ""),
           "e.xlsx: rack!K9: nothing; the model has 0.01\n")

    def without_row(parts):
        part = part_of(parts, "inputs")
        row = row_of(parts, "inputs", "gpus")
        parts[part] = re.sub(rf'<row r="{row}".*?</row>', "", parts[part].decode()).encode()

    edited("a removed row", without_row, "e.xlsx: inputs!B9: nothing; the model has gpus\n",
           " more differences\n", closing)

    def renamed(parts):
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="hour"', b'name="day"')

    edited("a renamed worksheet", renamed,
           "e.xlsx: there is no worksheet hour: it was renamed or removed\n", closing)
    edited("a table", lambda parts: put(parts, "hour", "B7", "<v>90</v>"),
           "e.xlsx: hour!B7: a row of a table was changed: write the rows into a CSV and give it "
           "with --rows\n")
    edited("a text for a number", lambda parts: word(parts, "inputs", "E10", "much"),
           'e.xlsx: inputs!E10: expected a number, found "much"\n')
    edited("a truth for a number", lambda parts: put(parts, "inputs", "E10", "<v>1</v>", "b"),
           'e.xlsx: inputs!E10: expected a number, found "a truth"\n')
    edited("an error", lambda parts: put(parts, "inputs", "E10", "<v>#N/A</v>", "e"),
           'e.xlsx: inputs!E10: expected a number, found "#N/A"\n')
    edited("a number for a word", lambda parts: put(parts, "inputs", "E6", "<v>4</v>"),
           "e.xlsx: inputs!E6: expected a word\n")
    edited("out of range", lambda parts: put(parts, "inputs", "E10", "<v>101</v>"),
           "e.xlsx: inputs!E10: range: 101 % is outside 0..100\n")
    edited("no such item", lambda parts: word(parts, "scenarios", "F6", "HH"),
           "e.xlsx: scenarios!F6: range: HH is not in device (did you mean H?)\n")
    edited("no such scenario", lambda parts: word(parts, "cover", "B5", "cold"),
           'e.xlsx: cover!B5: there is no scenario "cold"\n')
    edited("no scenario", lambda parts: (put(parts, "scenarios", "E4", ""),
                                         put(parts, "scenarios", "F4", "")),
           "e.xlsx: there is no scenario\n")

    def logless(parts):
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="log"', b'name="lag"')

    edited("no log", logless, "e.xlsx: the worksheet log does not name a model: no workbook of "
           "mlsysim, of an older version, or edited there\n")

    def scenarioless(parts):
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="scenarios"',
                                                                    b'name="plans"')

    edited("no scenarios", scenarioless,
           "e.xlsx: there is no worksheet scenarios with the heading Value now\n")


def other_models():
    write("data/templates/other.sheet", RACK.replace("sheet rack", "sheet other"))
    expect("another model", run("inputs", "w.xlsx", "other"), 2,
           err=["w.xlsx is a workbook of rack, not of other\n"])
    write("later/rack.sheet", RACK.replace("1e-9", "2e-9"))
    expect("another version", run("inputs", "w.xlsx", "later/rack.sheet"), 2,
           err=["w.xlsx was made from another version of rack (hash ", "; now hash "])
    write("data/registry/device.csv", DEVICE.replace("1000", "1200"))
    expect("another registry", run("inputs", "w.xlsx"), 2,
           err=["w.xlsx: facts!", "; the model has 1200\n"])
    write("data/registry/device.csv", DEVICE)
    expect("no model", run("inputs", "w.xlsx", "nothing"), 2, err=["nothing"])


def wrong_use():
    expect("no file", run("inputs", "none.xlsx"), 3, err=["none.xlsx: file: "])
    expect("ending", run("inputs", "w.xlsx", "-o", "b.xlsx"), 2,
           err=["-o b.xlsx: the file must end in .csv\n"])
    write("f.csv", "x")
    expect("itself", run("inputs", "f.csv", "-o", "f.csv"), 2,
           err=["-o f.csv: this is a file that is read\n"])
    expect("twice", run("inputs", "w.xlsx", "-o", "a.csv", "-o", "b.csv"), 2,
           err=["-o is given twice\n"])
    expect("no folder", run("inputs", "w.xlsx", "-o", "none/b.csv"), 3, err=["none/b.csv"])


# ---- packages that are none, and bombs ----

def no_packages():
    write("n.xlsx", "name,unit\n")
    expect("no zip", run("inputs", "n.xlsx"), 2,
           err=["n.xlsx: file: workbook: this is no workbook (.xlsx): Not a zip archive\n"])
    with open("w.xlsx", "rb") as file:
        whole = file.read()
    write("n.xlsx", whole[:len(whole) // 2])
    expect("half a zip", run("inputs", "n.xlsx"), 2, err=["this is no workbook (.xlsx): "])
    save("n.xlsx", {"a.txt": "x"})
    expect("another zip", run("inputs", "n.xlsx"), 2, err=[
        "n.xlsx: file: xl/workbook.xml: is not in the package: this is no workbook\n"])
    at = whole.index(b"xl/worksheets/sheet4.xml") + 60
    write("n.xlsx", whole[:at] + b"\xff" * 40 + whole[at + 40:])
    expect("broken bytes", run("inputs", "n.xlsx"), 2, err=["xl/worksheets/sheet4.xml"])
    parts = parts_of("w.xlsx")
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", b"")
    expect("broken XML", read(parts), 2,
           err=["e.xlsx: file: xl/workbook.xml: line 2: mismatched tag\n"])
    parts = parts_of("w.xlsx")
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(b'Id="rId4"', b'Id="rId99"')
    expect("no relation", read(parts), 2, err=["e.xlsx: file: rack: this worksheet has no file\n"])


def bad_cells():
    for name, old, new, text in (
            ("no address", r'<c r="A1"', "<c", "a cell without an address"),
            ("far away", r'<c r="A1"', '<c r="XFE1"', "a cell without an address"),
            ("no text", r' t="s"><v>\d+<', ' t="s"><v>9999999<', "a text that is not there"),
            ("no number", r' t="s"><v>\d+<', ' t="s"><v>x<', "a text that is not there")):
        parts = parts_of("w.xlsx")
        part = part_of(parts, "cover")
        changed, count = re.subn(old, new, parts[part].decode(), count=1)
        parts[part] = changed.encode()
        check(f"{name}: there", count == 1)
        expect(name, read(parts), 2, err=[f"e.xlsx: file: {part}: {text}\n"])


def with_book(text, part="xl/workbook.xml"):
    parts = parts_of("w.xlsx")
    parts[part] = text.encode()
    return read(parts)


HEAD = '<?xml version="1.0"?>'
BOOK = ('<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">')


def limits():
    entity = '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    expect("entities", with_book(HEAD + entity + BOOK + "&b;</workbook>"), 2, err=[
        "e.xlsx: file: xl/workbook.xml: has a document type; no workbook needs one\n"])
    outer = '<!DOCTYPE w SYSTEM "file:///etc/passwd">'
    expect("a file from outside", with_book(HEAD + outer + BOOK + "</workbook>"), 2,
           err=["has a document type"])
    expect("depth", with_book(BOOK + "<a>" * 64 + "</a>" * 64 + "</workbook>"), 2,
           err=["more than 64 elements inside each other\n"])
    sheets = "".join(f'<sheet name="s{i}" r:id="r{i}"/>' for i in range(1025))
    expect("worksheets", with_book(f"{BOOK}<sheets>{sheets}</sheets></workbook>"), 2,
           err=["more than 1024 worksheets\n"])
    texts = "xl/sharedStrings.xml"
    long = "".join(chr(97 + i * 7919 % 26) for i in range(131073))
    expect("a long text", with_book(f"<sst><si><t>{long}</t></si></sst>", texts), 2,
           err=["a text of more than 131072 bytes\n"])
    parts = parts_of("w.xlsx")
    for i in range(4097):
        parts[f"more/{i}"] = b""
    expect("files", read(parts), 2, err=["more than 4096 files in the package\n"])
    expect("a bomb", with_book(BOOK + " " * 50_000_000 + "</workbook>"), 2,
           err=["e.xlsx: file: xl/workbook.xml: unpacks to more than 512 times its size\n"])


def told_in_the_directory(name, content, offset, form, *values):
    """A package with one file, whose line in the directory is changed."""
    save("e.xlsx", {name: content})
    with open("e.xlsx", "rb") as file:
        whole = bytearray(file.read())
    at = whole.index(b"PK\x01\x02")
    struct.pack_into(form, whole, at + offset, *values)
    write("e.xlsx", bytes(whole))
    return run("inputs", "e.xlsx")


def told_sizes():
    expect("size", told_in_the_directory("xl/workbook.xml", "x", 20, "<II", 600 << 20, 600 << 20),
           2, err=["xl/workbook.xml: the package unpacks to more than 512 MiB\n"])
    expect("encrypted", told_in_the_directory("xl/workbook.xml", "x", 8, "<H", 1), 2,
           err=["xl/workbook.xml: is encrypted\n"])
    expect("method", told_in_the_directory("xl/workbook.xml", "x", 10, "<H", 97), 2,
           err=["xl/workbook.xml: cannot be unpacked\n"])


def millions():
    """Stored without packing, so that they are no bomb."""
    for part, line, text in (("xl/sharedStrings.xml", b"<si/>", "more than 4000000 texts\n"),
                             ("xl/worksheets/sheet1.xml", b'<c r="A1"/>',
                              "more than 4000000 cells\n")):
        parts = parts_of("w.xlsx")
        parts[part] = b"<all>" + line * 4000001 + b"</all>"
        save("e.xlsx", parts, zipfile.ZIP_STORED)
        expect(text, run("inputs", "e.xlsx"), 2, err=[text])


def without():
    """A program that was built without the libraries says so; then there is nothing else to test."""
    got = run("inputs", "w.xlsx")
    expect("built without", got, 2, err=["this program was built without libzip and expat, and "
                                         "cannot read workbooks\n"])


def reads():
    return "built without" not in outside.run("inputs", "none.xlsx")[2]


run_parts(prepare, [round_trip, one_scenario, ends_of_runs, unset, escapes, formulas_typed, other_spellings, edits, other_models,
                    wrong_use, no_packages, bad_cells, limits, told_sizes, millions] if reads()
          else [without])
