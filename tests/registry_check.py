#!/usr/bin/env python3
"""Independent checker of the registry folder: Python's csv module only, no code of the library.

Errors, one a line, are of the form FILE:LINE: what is wrong. Warnings do not fail. The summary counts
facts by file and state. Exit 0 when there is no error, 1 otherwise. An argument names another folder.
"""
import collections
import csv
import datetime
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FACTS = ["item", "field", "value", "unit", "low", "high", "source", "locator", "accessed", "state",
         "note"]
SOURCES = ["key", "kind", "title", "authors", "year", "url", "accessed", "licence", "redistribute"]
UNITS = ["unit", "definition", "kind", "differs", "note"]
STATES = ["verified", "cited", "derived", "estimate"]
RESERVED = set("sheet use input output check table for in likely by prior true false".split())
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec january february march april june july " \
         "august september october november december".split()
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*$")
FIELD = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?$")
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*$")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$")
FACTOR = re.compile(r"([A-Za-z]+|%|1)(?:\^(-?\d+|\(-?\d+/\d+\)))?$")
DATED = {"price": None, "hardware": {"price"}, "node": {"price", "rent", "owned"}, "grid": {"price"},
         "storage": {"price"}, "facility": {"pue", "wue"}}
PLACES = re.compile(r"(^|[\s(\"'])(/(work|home|tmp|root|mnt|usr|var|shared)\b|~/|[A-Za-z]:\\|file:)")
INTERNAL = re.compile(r"stored text id|copy id|text id|\bids? \d{6,}|to be completed|\bdump\b", re.I)
PERISHABLE = re.compile(r"20\d\d(-\d\d)?")


class Log:
    def __init__(self):
        self.errors = self.warnings = 0

    def error(self, where, text):
        self.errors += 1
        print(f"{where}: {text}")

    def warn(self, where, text):
        self.warnings += 1
        print(f"{where}: warning: {text}")


def read(folder, name, header, log):
    """Rows as (line number, dict). Every line must have the header's length."""
    path = os.path.join(folder, name)
    with open(path, "rb") as file:
        raw = file.read()
    if b"\r" in raw or raw.startswith(b"\xef\xbb\xbf") or not raw.endswith(b"\n"):
        log.error(name, "line ends are not LF, or a byte-order mark, or no end of the last line")
    text = raw.decode("utf-8")
    if not text.isascii():
        log.warn(name, "has characters outside ASCII")
    reader, rows = csv.reader(text.splitlines(keepends=True), strict=True), []
    if next(reader) != header:
        log.error(f"{name}:1", f"the header is not {','.join(header)}")
        return []
    for line in reader:
        where = f"{name}:{reader.line_num}"
        if len(line) != len(header):
            log.error(where, f"{len(line)} cells, expected {len(header)}")
        elif any(cell != cell.strip() or "\n" in cell for cell in line):
            log.error(where, "a cell has spaces at its ends or a line break")
        else:
            rows.append((reader.line_num, dict(zip(header, line))))
    return rows


def powers_of(text, table):
    """'token/s/server' -> {'token': 1, 's': -1, 'server': -1} over base units; None when unknown."""
    total, sign = collections.Counter(), 1
    for piece in re.split(r"([*/])", text):
        if piece in ("*", "/"):
            sign = 1 if piece == "*" else -1
            continue
        match = FACTOR.match(piece)
        if not match:
            return None
        name, power = match.group(1), match.group(2) or "1"
        top, _, bottom = power.strip("()").partition("/")
        if name == "1":
            continue
        if name not in table:
            return None
        for base, exponent in table[name].items():
            total[base] += sign * exponent * int(top) / int(bottom or 1)
    return {base: power for base, power in sorted(total.items()) if power}


def load_units(folder, log):
    rows, table, kinds = read(folder, "units.csv", UNITS, log), {}, {}
    waiting = []
    for number, row in rows:
        where = f"units.csv:{number}"
        if not re.fullmatch(r"[A-Za-z]+|%", row["unit"]):
            log.error(where, f"unit name '{row['unit']}' is not letters or %")
        if row["unit"] in kinds:
            log.error(where, f"unit '{row['unit']}' has two rows")
        kinds[row["unit"]] = row["kind"]
        if row["kind"] in ("base", "count"):
            table[row["unit"]] = {row["unit"]: 1}
            if row["definition"]:
                log.error(where, f"a {row['kind']} unit has no definition")
        elif row["kind"] == "":
            waiting.append((where, row))
        else:
            log.error(where, f"kind '{row['kind']}' is not base, count or empty")
    while waiting:
        later = []
        for where, row in waiting:
            number, _, rest = row["definition"].partition(" ")
            if not NUMBER.match(number) or float(number) <= 0:
                log.error(where, f"definition '{row['definition']}' does not start with a number above 0")
                table[row["unit"]] = {}
                continue
            powers = powers_of(rest or "1", table)
            if powers is None:
                later.append((where, row))
            else:
                table[row["unit"]] = powers
        if len(later) == len(waiting):
            for where, row in later:
                log.error(where, f"definition '{row['definition']}' names an unknown unit")
            break
        waiting = later
    return table


def is_date(text):
    try:
        return datetime.date.fromisoformat(text) is not None and len(text) == 10
    except ValueError:
        return False


def load_sources(folder, log):
    """Key -> row, with the place of its line as `where`."""
    keys = {}
    for number, row in read(folder, "sources.csv", SOURCES, log):
        where = f"sources.csv:{number}"
        if not KEY.match(row["key"]):
            log.error(where, f"key '{row['key']}' is not letters, digits, _ and -")
        if row["key"] in keys:
            log.error(where, f"key '{row['key']}' has two rows")
        keys[row["key"]] = {**row, "where": where}
        for name in ("kind", "title", "authors", "licence"):
            if not row[name]:
                log.error(where, f"no {name}")
        if row["url"] and not re.match(r"https?://[^\s]+$", row["url"]):
            log.error(where, f"'{row['url']}' is not an http address")
        if row["year"] and not re.fullmatch(r"(19|20)\d\d", row["year"]):
            log.error(where, f"year '{row['year']}'")
        if not is_date(row["accessed"]):
            log.error(where, f"accessed '{row['accessed']}' is not a date")
        if row["redistribute"] not in ("yes", "facts only", "no"):
            log.error(where, f"redistribute '{row['redistribute']}' is not yes, facts only or no")
        for name, cell in row.items():
            if PLACES.search(cell) or INTERNAL.search(cell):
                log.error(where, f"{name} '{cell}' means nothing to a reader")
    return keys


def is_word(text):
    low = text.lower()
    month = any(re.fullmatch(m + r"[_-]?\d+", low) for m in MONTHS)
    return bool(WORD.match(text)) and low not in ("true", "false") and not month \
        and not re.fullmatch(r"e\d+", low)


def check_row(where, row, table, keys, log):
    if not is_word(row["item"]):
        log.error(where, f"item '{row['item']}' is not a word")
    if not FIELD.match(row["field"]):
        log.error(where, f"field '{row['field']}' is not lower case with at most one dot")
    if set(row["field"].split(".")) & RESERVED:
        log.error(where, f"field '{row['field']}' has a reserved word")
    if row["state"] not in STATES:
        log.error(where, f"state '{row['state']}'")
    if not is_date(row["accessed"]):
        log.error(where, f"accessed '{row['accessed']}' is not a date")
    if row["source"] and row["source"] not in keys:
        log.error(where, f"source '{row['source']}' is not in sources.csv")
    if row["state"] in ("verified", "cited") and not (row["source"] and row["locator"]):
        log.error(where, f"a {row['state']} fact needs a source and a locator")
    source = keys.get(row["source"], {"kind": "", "title": ""})
    if row["state"] == "verified" and (source["kind"] in ("secondary", "news") or
                                       "not read" in source["title"] + row["locator"]):
        log.error(where, f"verified, but '{row['source']}' is not the maker's own, or was not read")
    if row["state"] == "estimate" and (row["source"] or not row["note"]):
        log.error(where, "an estimate has no source, and a note says why")
    if row["state"] == "derived" and not row["note"]:
        log.error(where, "a derived fact needs a note with its arithmetic")
    for name in ("locator", "note"):
        if PLACES.search(row[name]) or INTERNAL.search(row[name]):
            log.error(where, f"{name} '{row[name]}' means nothing to a reader")
    if row["value"] == "":
        log.error(where, "no value")
    if not NUMBER.match(row["value"]):
        if row["unit"] or row["low"] or row["high"]:
            log.error(where, "a word has no unit, low or high")
        if '"' in row["value"]:
            log.error(where, "a word has no quotes")
        return "word"
    powers = powers_of(row["unit"], table) if row["unit"] else {}
    if powers is None:
        log.error(where, f"unit '{row['unit']}' is not in units.csv")
        return None
    low, high = row["low"] or row["value"], row["high"] or row["value"]
    if not (NUMBER.match(low) and NUMBER.match(high)):
        log.error(where, "low and high are numbers")
    elif not float(low) <= float(row["value"]) <= float(high):
        log.error(where, f"{low} <= {row['value']} <= {high} is false")
    return tuple(powers.items())


def check_facts(folder, name, table, keys, log):
    registry = name[:-4]
    seen, spelled, dimension = set(), {}, {}
    counts, uses = collections.Counter(), collections.Counter()
    for number, row in read(folder, name, FACTS, log):
        where = f"{name}:{number}"
        kind = check_row(where, row, table, keys, log)
        counts[row["state"]] += 1
        uses[row["source"]] += 1
        if (row["item"], row["field"]) in seen:
            log.error(where, f"{row['item']}.{row['field']} has two lines")
        seen.add((row["item"], row["field"]))
        other = spelled.setdefault(row["item"].lower(), row["item"])
        if other != row["item"]:
            log.error(where, f"items '{other}' and '{row['item']}' differ in case only")
        family = row["field"].split(".")[0]
        first = dimension.setdefault(family, (kind, where))
        if kind is not None and first[0] != kind:
            log.error(where, f"{family} is {dict(kind) if kind != 'word' else kind}, but "
                             f"{first[0]} at {first[1]}")
        dated = DATED.get(registry, set())
        if dated is None or family in dated:
            if NUMBER.match(row["value"]) and not PERISHABLE.search(row["note"] + row["locator"] +
                                                                    row["accessed"]):
                log.error(where, "a price needs a date")
    return counts, uses, len(spelled)


def cited_in_sheets():
    keys = set()
    for top in ("templates", "examples", "docs"):
        for folder, _, files in os.walk(os.path.join(ROOT, top)):
            for name in files:
                if name.endswith(".sheet"):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        keys |= set(re.findall(r"(?:^|\s)@([A-Za-z0-9_-]+)", file.read()))
    return keys


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "registry")
    log = Log()
    table, keys = load_units(folder, log), load_sources(folder, log)
    names = sorted(name for name in os.listdir(folder) if name.endswith(".csv")
                   and name not in ("units.csv", "sources.csv", "renamed.csv"))
    uses, total, lines = collections.Counter(), collections.Counter(), []
    for name in names:
        counts, used, items = check_facts(folder, name, table, keys, log)
        uses += used
        total += counts
        lines.append((name, items, counts))
    sheets = cited_in_sheets()
    for key in sorted(sheets - set(keys)):
        log.error("templates", f"@{key} is not in sources.csv")
    for key in keys:
        if not uses[key] and key not in sheets:
            log.warn(keys[key]["where"], f"source '{key}' is used by no fact and no sheet yet")
    print(f"{'file':<16}{'items':>6}{'facts':>7}" + "".join(f"{state:>10}" for state in STATES))
    for name, items, counts in lines + [("all", sum(line[1] for line in lines), total)]:
        print(f"{name:<16}{items:>6}{sum(counts.values()):>7}" +
              "".join(f"{counts[state]:>10}" for state in STATES))
    print(f"{len(table)} units, {len(keys)} sources, {log.errors} errors, {log.warnings} warnings")
    return 1 if log.errors else 0


if __name__ == "__main__":
    sys.exit(main())
