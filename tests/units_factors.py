#!/usr/bin/env python3
"""Proves every factor of registry/units.csv against two independent references: udunits2 and pint.

The definitions are parsed here, with no code of the library, down to the base units; the result is
compared with what each reference says about the unit of the same name, relative 1e-12. The column
`differs` names the references that have no such unit or another value. That list is asserted
exactly: a unit listed there that in fact agrees is a failure, and so is the reverse.

Exit 0 when all pass, 1 when one fails, 77 (skipped) when a reference is not installed.
"""
import csv
import math
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEADER = ["unit", "definition", "kind", "differs", "note"]
REFERENCES = ["pint", "udunits2"]
# how the references spell our base units; a count and a base that is not here have no spelling
SPELLED = {
    "pint": {"s": "second", "m": "meter", "kg": "kilogram", "A": "ampere", "K": "kelvin",
             "mol": "mole", "cd": "candela", "B": "byte"},
    "udunits2": {"s": "second", "m": "meter", "kg": "kilogram", "A": "ampere", "K": "kelvin",
                 "mol": "mole", "cd": "candela", "B": "8 bit"},
}
# SI and IEC prefixes; B and T before a currency or a count are billion and trillion
PREFIX = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50,
          "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "c": 1e-2, "k": 1e3, "M": 1e6,
          "G": 1e9, "B": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21, "Y": 1e24}
NOT_A_PREFIX = {"ft"}  # a foot, not a femtotonne
# the version of pint that a unit came with
SINCE = {"%": (0, 21), "ppm": (0, 21)}
# names that udunits2 lacks although it can spell the quantity
ALSO = {"Wh": "W h", "mWh": "mW h", "kWh": "kW h", "MWh": "MW h", "GWh": "GW h", "TWh": "TW h",
        "Ah": "A h", "mAh": "mA h", "kB": "8 kbit", "MB": "8 Mbit", "GB": "8 Gbit", "TB": "8 Tbit",
        "PB": "8 Pbit", "EB": "8 Ebit", "KiB": "8192 bit", "MiB": "8388608 bit",
        "GiB": "8589934592 bit", "TiB": "8796093022208 bit", "PiB": "9007199254740992 bit",
        "kt": "1e6 kg"}
# ours by definition, in s and FLOP
OURS = {"month": 2628000.0, "year": 31536000.0, "MAC": 2.0}
FACTOR = re.compile(r"([A-Za-z]+|%|1)(?:\^(-?\d+))?$")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$")


def split_product(text):
    """'kg*m^2/s^3' -> [('kg', 1), ('m', 2), ('s', -3)]"""
    parts, sign = [], 1
    for piece in re.split(r"([*/])", text):
        if piece in "*/":
            sign = 1 if piece == "*" else -1
            continue
        match = FACTOR.match(piece)
        if not match:
            raise ValueError(f"cannot read the factor '{piece}'")
        if match.group(1) != "1":
            parts.append((match.group(1), sign * int(match.group(2) or 1)))
    return parts


class Units:
    """Rows of units.csv, reduced to a factor and exponents of base units on demand."""

    def __init__(self, rows):
        self.rows = {row["unit"]: row for row in rows}

    def reduce(self, name, depth=0):
        if depth > 20:
            raise ValueError(f"'{name}' is defined by itself")
        if name not in self.rows:
            raise ValueError(f"unknown unit '{name}'")
        row = self.rows[name]
        if row["kind"] in ("base", "count"):
            if row["definition"]:
                raise ValueError(f"'{name}' is a {row['kind']} and has a definition")
            return 1.0, {name: 1}
        number, _, rest = row["definition"].partition(" ")
        if row["kind"] or not NUMBER.match(number):
            raise ValueError(f"'{name}': kind '{row['kind']}', definition '{row['definition']}'")
        factor, powers = float(number), {}
        for part, power in split_product(rest) if rest else []:
            inner, inner_powers = self.reduce(part, depth + 1)
            factor *= inner ** power
            for base, exponent in inner_powers.items():
                powers[base] = powers.get(base, 0) + exponent * power
        return factor, {base: p for base, p in powers.items() if p}


def target(reference, powers, rows):
    """The base units in the spelling of a reference; None when it has no such base."""
    terms = []
    for base, power in powers.items():
        if rows[base]["kind"] == "count":
            continue
        if base not in SPELLED[reference]:
            return None
        terms.append(f"({SPELLED[reference][base]})^{power}")
    return " ".join(terms) or "1"


def run_udunits(name, want):
    done = subprocess.run(["udunits2", "-H", name, "-W", want], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    match = re.search(r"^\s*(?:1 \S+|\(?[^=]*\)?) = (\S+) ", done.stdout, re.M)
    return float(match.group(1)) if match else None


def ask_udunits(name, want, expected):
    """udunits2 prints six digits, so it is asked for the difference to the expected value: the
    origin of the wanted unit is put there."""
    rough = run_udunits(name, want)
    if rough is None or not math.isclose(rough, expected, rel_tol=1e-4):
        return rough
    rest = run_udunits(name, f"({want}) @ {expected!r}")
    return rough if rest is None else expected + rest


def ask_pint(registry, name, want):
    """The factor pint has for a name, or None: an unknown name, or another dimension."""
    import pint
    try:
        goal = registry.parse_expression(want.replace(" (", " * (").replace("^", "**"))
        value = registry.Quantity(1.0, registry.parse_units(name)) / goal
        return float(value.to("").magnitude)
    except (pint.PintError, TypeError, AssertionError):
        return None


def lacks(name):
    """pint knows the unit only from a later version on than the one that is here."""
    import pint
    here = tuple(int(part) for part in re.findall(r"\d+", pint.__version__)[:2])
    return here < SINCE.get(name, (0, 0))


def prefixed(name, rows):
    """(factor, name of the rest) when the name is a prefix and another unit, else None."""
    for prefix, factor in PREFIX.items():
        rest = name[len(prefix):]
        if not name.startswith(prefix) or rest not in rows or name in NOT_A_PREFIX:
            continue
        if prefix == "B" and rows[rest]["kind"] not in ("base", "count"):
            continue
        return factor, rest
    return None


def same(left, right):
    return left is not None and math.isclose(left, right, rel_tol=1e-12, abs_tol=0.0)


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, holds, message):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(message)


def check_unit(report, units, name, registry):
    row = units.rows[name]
    try:
        factor, powers = units.reduce(name)
    except ValueError as problem:
        report.check(False, f"{name}: {problem}")
        return
    listed, proofs = row["differs"].split(), 0
    report.check(listed == sorted(set(listed) & set(REFERENCES)),
                 f"{name}: differs '{row['differs']}' is not a sorted list of {REFERENCES}")
    report.check(not listed or bool(row["note"]), f"{name}: differs without a reason in the note")
    for reference in REFERENCES:
        if reference == "pint" and lacks(name):
            continue
        want, value = target(reference, powers, units.rows), None
        if want is not None:
            value = ask_udunits(name, want, factor) if reference == "udunits2" \
                else ask_pint(registry, name, want)
        agrees = same(value, factor)
        proofs += agrees
        said = "has no such unit" if value is None else f"has {value!r}"
        if agrees:
            report.check(reference not in listed, f"{name}: listed as differing, but {reference} agrees")
        else:
            report.check(reference in listed,
                         f"{name}: {factor!r} here, {reference} {said}, and differs does not list it")
        spelled = ALSO.get(name) if reference == "udunits2" else None
        if spelled:
            value = ask_udunits(spelled, want, factor)
            report.check(same(value, factor), f"{name}: udunits2 has {value!r} for '{spelled}'")
            proofs += 1
    split = prefixed(name, units.rows)
    if split:
        rest, rest_powers = units.reduce(split[1])
        report.check(same(factor, split[0] * rest) and powers == rest_powers,
                     f"{name}: {factor!r} is not {split[0]!r} times {split[1]}")
        proofs += 1
    if name in OURS:
        report.check(same(factor, OURS[name]), f"{name}: {factor!r}, by definition {OURS[name]!r}")
        proofs += 1
    if row["kind"] not in ("base", "count"):
        report.check(proofs > 0, f"{name}: nothing proves its factor")


def main():
    try:
        import pint
    except ImportError:
        print("skipped: pint is not installed")
        return 77
    if not shutil.which("udunits2"):
        print("skipped: udunits2 is not installed")
        return 77
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "registry", "units.csv")
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    report = Report()
    report.check(reader.fieldnames == HEADER, f"header is {reader.fieldnames}")
    names = [row["unit"] for row in rows]
    report.check(len(names) == len(set(names)), "a unit has two rows")
    for name in names:
        report.check(re.fullmatch(r"[A-Za-z]+|%", name) is not None,
                     f"{name}: a unit name is letters or %")
    units, registry = Units(rows), pint.UnitRegistry()
    for name in names:
        check_unit(report, units, name, registry)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
