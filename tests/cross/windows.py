#!/usr/bin/env python3
"""windows.py PROGRAM, with CLI_WRAPPER=wine: what paths mean to the build for Windows, and that no
name leads out of the folders given. Last line: N passed, N failed."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from outside import check, expect, run, run_parts, write

WINE = {name: os.environ[name] for name in ("WINEPREFIX", "WINEDEBUG")}
WINE["LC_ALL"] = "C.UTF-8"  # how wine reads the arguments that it passes on
GIVEN = ["--templates", "my\\sheets", "--registry", "my\\facts"]
SHEET = "sheet {0}\nuse part = {1}()\noutput x = part.x\n"


def prepare():
    write("my/facts/units.csv", "unit,definition,kind,differs,note\ns,,base,,\n")
    write("my/sheets/below/part.sheet", "sheet part\noutput x = 1 + 1\n")
    write("my/sheets/outer.sheet", SHEET.format("outer", "part"))
    write("more/templates/other.sheet", "sheet other\noutput x = 5\n")
    write("gr\u00fc\u00dfe/\u8a08\u7b97.sheet", "sheet \u8a08\u7b97\n")
    write("gr\u00fc\u00dfe/own.sheet", SHEET.format("own", "part"))
    write("outside.sheet", "sheet outside\noutput x = 3\n")


def paths():
    for path in ("{}\\own.sheet", "{}/own.sheet", ".\\{}/own.sheet"):
        got = run("run", path.format("gr\u00fc\u00dfe"), *GIVEN, **WINE)
        expect(path, got, 0, ["x  2"], quiet=True)
    here = "Z:" + os.getcwd().replace("/", "\\")
    expect("drive", run("run", here + "\\gr\u00fc\u00dfe\\own.sheet", *GIVEN, **WINE), 0, ["x  2"])
    got = run("check", "gr\u00fc\u00dfe\\\u8a08\u7b97.sheet", *GIVEN, **WINE)
    expect("shown as given", got, 2, err=["gr\u00fc\u00dfe\\\u8a08\u7b97.sheet:1:"])
    expect("no file", run("run", "no\\where.sheet", *GIVEN, **WINE), 3,
           err=["no\\where.sheet: file: cannot be read"])


def variable():
    got = run("run", "other", "--registry", "my\\facts", MLSYSIM_PATH="my;more", **WINE)
    expect("two folders", got, 0, ["x  5"], ["MLSYSIM_PATH: my has neither"])


def written():
    os.makedirs("out/folder.csv")
    for _ in range(2):
        files = ["-o", "out\\\u00fc.csv", "-o", "out/b.xlsx"]
        expect("written", run("run", "outer", *GIVEN, *files, **WINE), 0, ["x  2"], quiet=True)
    with open("out/\u00fc.csv", "rb") as file:
        content = file.read()
    check("ends of lines", content.startswith(b"scenario,x,") and b"\r" not in content, content)
    expect("folder", run("run", "outer", *GIVEN, "-o", "out\\folder.csv", **WINE), 3,
           err=["out\\folder.csv: file: cannot be written: it is a folder"])
    expect("twice", run("run", "outer", *GIVEN, "-o", "out\\b.xlsx", "-o", "out/b.xlsx", **WINE), 2,
           err=["is written twice"])
    left = sorted(os.listdir("out"))
    check("nothing is left", left == ["b.xlsx", "folder.csv", "\u00fc.csv"], left)


def names():
    """use and in take names of the language, whatever Windows makes of them."""
    for name in ("nul", "con", "aux", "prn"):
        write(f"{name}_user.sheet", SHEET.format(f"{name}_user", name))
        got = run("run", f"{name}_user.sheet", *GIVEN, **WINE)
        expect(f"use {name}", got, 2, err=["there is no sheet"])
        write(f"{name}_facts.sheet", f"sheet {name}_facts\ninput a = x in {name}\n")
        expect(f"in {name}", run("run", f"{name}_facts.sheet", *GIVEN, **WINE), 2, err=[f" {name}"])
    for name in ("..\\outside", "..\\..\\outside", "Z:outside", "below\\part", "\\\\host\\outside"):
        write("leads.sheet", SHEET.format("leads", name))
        got = run("run", "leads.sheet", *GIVEN, **WINE)
        expect(f"use {name}", got, 2, err=["leads.sheet:2:", "syntax: "])


run_parts(prepare, [paths, variable, written, names])
