#!/usr/bin/env python3
"""The sheets below examples/: laid out, every constant with a source, and calculated with the CSV of their
name, in which no answer is missing. What they answer is pinned by their pages (docs.py).
Usage: examples.py PATH/TO/mlsysim"""
import glob
import json
import os

from outside import check, expect, run, run_parts

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLES = os.path.join(ROOT, "examples")
DATA = ("--templates", os.path.join(ROOT, "templates"), "--registry", os.path.join(ROOT, "registry"))


def sheets():
    return sorted(glob.glob(EXAMPLES + "/*/*.sheet"))


def name_of(path):
    return os.path.relpath(path, EXAMPLES)


def there_are_some():
    for folder, least in ("scenarios", 9), ("lessons", 8):
        found = [path for path in sheets() if os.path.dirname(path).endswith(folder)]
        check(f"{folder}: at least {least} sheets", len(found) >= least, found)


def are_laid_out():
    for path in sheets():
        expect(f"{name_of(path)}: layout", run("format", "--check", path), 0, quiet=True)
        expect(f"{name_of(path)}: sources", run("check", path, "--strict", *DATA), 0, quiet=True)


def have_pages_and_inputs():
    for path in sheets():
        check(f"{name_of(path)}: has its CSV", os.path.exists(path[:-len("sheet")] + "csv"))
        page = "README.md" if "scenarios" in path else os.path.basename(path)[:-len("sheet")] + "md"
        with open(os.path.join(os.path.dirname(path), page), encoding="utf-8") as file:
            check(f"{name_of(path)}: is in {page}", os.path.basename(path) in file.read())


def answer():
    for path in sheets():
        status, out, err = run("run", path, path[:-len("sheet")] + "csv", "--json", *DATA)
        check(f"{name_of(path)}: runs", status == 0, err)
        for scenario in json.loads(out)["scenarios"] if status == 0 else []:
            missing = [cell["path"] for cell in scenario["cells"] if cell["error"]]
            check(f"{name_of(path)}: {scenario['name']}: no answer is missing", not missing, missing)


run_parts(lambda: None, [there_are_some, are_laid_out, have_pages_and_inputs, answer])
