#!/usr/bin/env python3
"""Random sheets, calculated by mlsysim and by an evaluator written from docs/language.md alone.

    python3 tests/random_sheets.py MLSYSIM [seed] [sheets]

Scalars, tables with prior, aggregates with truth columns, look-ups, conditionals, errors, instances;
units are left out. Every cell must agree within 1e-9, errors with errors; inputs are then set with
--set and all is compared again. Prints "N passed, N failed".
"""
import json
import math
import os
import random
import subprocess
import sys
import tempfile

ERROR = None  # the one error value


# ---- the language, on numbers, texts and truths; an error is None ----

def finite(x):
    return x if x is None or isinstance(x, (str, bool)) or math.isfinite(x) else ERROR


def number(x):
    return x if isinstance(x, str) else float(x)


def equal(a, b):
    return abs(a - b) <= 2.0 ** -48 * max(abs(a), abs(b))


def power(a, b):
    if a == 0 and b <= 0 or a < 0 and b != math.floor(b):
        return ERROR
    try:
        return a ** b
    except OverflowError:
        return ERROR


def floor(x):
    return float(math.floor(x + 1e-9))


def rounded(x):
    whole = math.floor(abs(x))
    return math.copysign(whole + (abs(x) - whole >= 0.5), x)


def strict(function):
    """A function that passes errors on."""
    def call(*values):
        if any(v is None for v in values):
            return ERROR
        try:
            return finite(function(*values))
        except (ZeroDivisionError, OverflowError, ValueError):
            return ERROR
    return call


FUNCTIONS = {name: strict(function) for name, function in {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "^": power, "neg": lambda a: -a, "<": lambda a, b: a < b and not equal(a, b),
    "<=": lambda a, b: a < b or equal(a, b), ">": lambda a, b: a > b and not equal(a, b),
    ">=": lambda a, b: a > b or equal(a, b),
    "==": lambda a, b: a == b if isinstance(a, str) else equal(a, b),
    "!=": lambda a, b: a != b if isinstance(a, str) else not equal(a, b),
    "and": lambda *v: all(v), "or": lambda *v: any(v), "not": lambda a: not a,
    "min": lambda *v: min(v), "max": lambda *v: max(v), "abs": abs, "floor": floor,
    "ceil": lambda x: -float(math.floor(-(x - 1e-9))), "round": lambda x, s: rounded(x / s) * s,
    "mod": lambda a, b: a - b * floor(a / b), "sqrt": math.sqrt, "exp": math.exp, "ln": math.log,
    "log2": math.log2, "log10": math.log10}.items()}


def total(name, column, truth):
    """An aggregate over the selected rows."""
    try:
        return sound_total(name, column, truth)
    except OverflowError:
        return ERROR


def sound_total(name, column, truth):
    if truth is None:
        truth = [True] * len(column)
    if any(t is None for t in truth):
        return ERROR
    rows = [x for x, t in zip(column, truth) if t]
    if name == "first" or name == "last":  # look at their one row, as INDEX does
        return rows[0 if name == "first" else -1] if rows else ERROR
    if any(x is None for x in rows):
        return ERROR
    if name == "sum":
        return finite(math.fsum(rows))
    if name == "count":
        return float(len(rows))
    if not rows:
        return ERROR
    if name == "mean":
        return finite(math.fsum(rows) / len(rows))
    return finite({"min": min, "max": max, "product": math.prod}[name](rows))


class Model:
    """A sheet in one instance: cells are evaluated when they are asked for, each once."""

    def __init__(self, sheet, binds=None, parent=None):
        self.sheet, self.binds, self.parent = sheet, binds or {}, parent
        self.values, self.typed = {}, {}
        self.used = {name: Model(used, given, self) for name, used, given in sheet.uses}

    def set(self, path, value):
        first, _, rest = path.partition(".")
        if rest:
            self.used[first].set(rest, value)
        else:
            self.typed[path] = value

    def forget(self):
        self.values.clear()
        for used in self.used.values():
            used.forget()

    def cell(self, name):
        if name not in self.values:
            line = self.sheet.cells[name]
            if name in self.binds:
                value = self.parent.evaluate(self.binds[name], None, 0)
            elif line[0] == "input":
                value = number(self.typed.get(name, line[1]))
            else:
                value = self.evaluate(line[1], None, 0)
            self.values[name] = value
        return self.values[name]

    def row(self, table, column, row):
        key = (table, column, row)
        if key not in self.values:
            self.values[key] = ERROR
            t = self.sheet.tables[table]
            if column == t.key:
                value = number(t.keys[row])
            else:
                line = t.columns[column]
                value = number(line[1][row]) if line[0] == "input" else self.evaluate(line[1], table, row)
            self.values[key] = value
        return self.values[key]

    def column(self, table, column):
        return [self.row(table, column, i) for i in range(len(self.sheet.tables[table].keys))]

    def reach(self, path):
        model = self
        for name in path:
            model = model.used[name]
        return model

    def evaluate(self, node, table, row):
        kind = node[0]
        if kind == "const":
            return number(node[1])
        if kind == "cell":
            return self.reach(node[1]).cell(node[2])
        if kind == "col":
            return self.row(table, node[1], row)
        if kind == "lookup":
            key = self.evaluate(node[4], table, row)
            model = self.reach(node[1])
            if key is None:
                return ERROR
            for i, k in enumerate(model.sheet.tables[node[2]].keys):
                if k == key if isinstance(k, str) else equal(k, key):
                    return model.row(node[2], node[3], i)
            return ERROR
        if kind == "total":
            model = self.reach(node[2])
            truth = model.column(node[3], node[5]) if node[5] else None
            return total(node[1], model.column(node[3], node[4]), truth)
        if kind == "prior":
            if row < node[3]:
                return self.evaluate(node[2], table, row)
            return self.evaluate(node[1], table, row - node[3])
        if kind == "if":
            chosen = self.evaluate(node[1], table, row)
            return ERROR if chosen is None else self.evaluate(node[2 if chosen else 3], table, row)
        if kind == "default":
            value = self.evaluate(node[1], table, row)
            return self.evaluate(node[2], table, row) if value is None else value
        if kind == "known":
            return self.evaluate(node[1], table, row) is not None
        if kind == "missing":
            return ERROR
        return FUNCTIONS[node[1]](*(self.evaluate(n, table, row) for n in node[2]))


# ---- text of a tree, with as many brackets as come to mind ----

def text(node):
    kind = node[0]
    if kind == "const":
        if isinstance(node[1], str):
            return f'"{node[1]}"'
        return f"({node[1]!r})" if node[1] < 0 else repr(node[1])
    if kind == "cell":
        return ".".join([*node[1], node[2]])
    if kind == "col":
        return node[1]
    if kind == "lookup":
        return ".".join([*node[1], node[2], node[3]]) + f"({text(node[4])})"
    if kind == "total":
        truth = ", " + ".".join([*node[2], node[3], node[5]]) if node[5] else ""
        return f"{node[1]}({'.'.join([*node[2], node[3], node[4]])}{truth})"
    if kind == "prior":
        lag = f", {node[3]}" if node[3] > 1 or random.random() < 0.3 else ""
        return f"prior({text(node[1])}, {text(node[2])}{lag})"
    if kind in ("if", "default", "known"):
        return f"{kind}({', '.join(map(text, node[1:]))})"
    if kind == "missing":
        return 'missing("said so")'
    if node[1] == "neg":
        return f"(-({text(node[2][0])}))" if random.random() < 0.5 else f"(-{text(node[2][0])})"
    if node[1][0].isalpha():
        return f"{node[1]}({', '.join(map(text, node[2]))})"
    return f"({text(node[2][0])} {node[1]} {text(node[2][1])})"


# ---- making sheets ----

class Table:
    def __init__(self, key, keys, header):
        self.key, self.keys, self.header, self.columns = key, keys, header, {}


class Sheet:
    def __init__(self, name):
        self.name, self.cells, self.tables, self.uses, self.lines = name, {}, {}, [], []
        self.kinds = {}          # name of cell -> number, text, truth
        self.column_kinds = {}   # (table, column) -> kind


class Maker:
    """Formulas over what is there already, so that nothing needs itself but through prior."""

    def __init__(self, sheet, table=None, later=()):
        self.sheet, self.table, self.later = sheet, table, later

    def names(self, kind):
        found = [("cell", (), n) for n, k in self.sheet.kinds.items() if k == kind]
        for use, used, _ in self.sheet.uses:
            found += [("cell", (use,), n) for n, k in used.kinds.items() if k == kind]
        if self.table:
            found += [("col", c) for (t, c), k in self.sheet.column_kinds.items()
                      if k == kind and t == self.table] * 2
        return found

    def tables(self, kind):
        found = [((), t, c) for (t, c), k in self.sheet.column_kinds.items() if k == kind and t != self.table]
        for use, used, _ in self.sheet.uses:
            found += [((use,), t, c) for (t, c), k in used.column_kinds.items() if k == kind]
        return found

    def leaf(self, kind):
        names = self.names(kind)
        if names and random.random() < 0.75:
            return random.choice(names)
        if kind == "number":
            return ("const", random.choice([0, 1, 2, 3, 0.5, 7, 10, 100, 1.25, 1e-3, -1, -2.5, 365, 12]))
        if kind == "text":
            return ("const", random.choice(["a", "b", "big", "small"]))
        return ("call", random.choice(["<", ">="]), [self.leaf("number"), self.leaf("number")])

    def prior(self, kind, depth):
        lag = random.choice([1, 1, 1, 2, 3])
        choice = [("col", c) for c, k in self.later if k == kind]
        x = random.choice(choice) if choice and random.random() < 0.7 else self.make(kind, depth - 1)
        return ("prior", x, self.make(kind, depth - 1), lag)

    def lookup(self, kind, depth):
        found = self.tables(kind)
        if not found:
            return self.leaf(kind)
        path, table, column = random.choice(found)
        used = self.sheet if not path else next(u for n, u, _ in self.sheet.uses if n == path[0])
        keys = used.tables[table].keys
        if random.random() < 0.5:
            key = ("const", random.choice(keys))
        else:
            key = self.make("text" if isinstance(keys[0], str) else "number", depth - 1)
        return ("lookup", path, table, column, key)

    def total(self):
        found = self.tables("number")
        if not found:
            return self.leaf("number")
        path, table, column = random.choice(found)
        truths = [c for p, t, c in self.tables("truth") if p == path and t == table]
        truth = random.choice(truths) if truths and random.random() < 0.6 else None
        name = random.choice(["sum", "mean", "min", "max", "count", "product", "first", "last"])
        return ("total", name, path, table, column, truth)

    def make(self, kind, depth):
        if depth <= 0 or random.random() < 0.15:
            return self.leaf(kind)
        if self.table and random.random() < 0.2:
            return self.prior(kind, depth)
        if random.random() < 0.12:
            return self.lookup(kind, depth)
        if random.random() < 0.12:
            return ("if", self.make("truth", depth - 1), self.make(kind, depth - 1), self.make(kind, depth - 1))
        if random.random() < 0.06:
            return ("default", self.make(kind, depth - 1), self.make(kind, depth - 1))
        if kind == "number" and random.random() < 0.03:  # alone it would be a number
            return ("missing",)
        if kind == "text" and random.random() < 0.03:
            return ("if", self.make("truth", depth - 1), ("const", "a"), ("missing",))
        return getattr(self, kind)(depth)

    def number(self, depth):
        if random.random() < 0.15:
            return self.total()
        name = random.choice(["+", "-", "*", "/", "+", "-", "*", "^", "neg", "min", "max", "abs", "floor", "ceil",
                              "round", "mod", "sqrt", "exp", "ln", "log2", "log10"])
        if name == "^":
            return ("call", name, [self.make("number", depth - 1), ("const", random.choice([2, 3, -1, 0.5, 0, 1]))])
        count = {"min": random.randint(2, 4), "max": random.randint(2, 4)}.get(name)
        count = count or (2 if name in "+-*/^" or name in ("round", "mod") else 1)
        return ("call", name, [self.make("number", depth - 1) for _ in range(count)])

    def truth(self, depth):
        name = random.choice(["<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "known", "text"])
        if name == "known":
            return ("known", self.make(random.choice(["number", "text", "truth"]), depth - 1))
        if name == "text":
            return ("call", random.choice(["==", "!="]), [self.make("text", depth - 1), self.make("text", depth - 1)])
        if name in ("and", "or", "not"):
            return ("call", name, [self.make("truth", depth - 1) for _ in range(1 if name == "not" else random.randint(2, 3))])
        return ("call", name, [self.make("number", depth - 1), self.make("number", depth - 1)])

    def text(self, depth):
        return ("if", self.make("truth", depth - 1), self.make("text", depth - 1), self.make("text", depth - 1))


def fresh(sheet, stem):
    sheet.counter = getattr(sheet, "counter", 0) + 1
    return f"{stem}_{sheet.counter}"


def add_input(sheet):
    if random.random() < 0.3:
        name, value = fresh(sheet, "mode"), random.choice(["a", "b"])
        sheet.lines.append(f"input {name} = {value} in a, b, big")
        sheet.kinds[name] = "text"
    else:
        name, value = fresh(sheet, "given"), round(random.uniform(-20, 100), random.randint(0, 3))
        sheet.lines.append(f"input {name} = {value} in -1e6..1e6")
        sheet.kinds[name] = "number"
    sheet.cells[name] = ("input", value)


def add_cell(sheet):
    kind = random.choice(["number"] * 4 + ["truth", "text"])
    name = fresh(sheet, "cell")
    node = Maker(sheet).make(kind, random.randint(1, 4))
    check = kind == "truth" and random.random() < 0.5
    sheet.cells[name] = ("cell", node)
    sheet.kinds[name] = kind
    if check:
        del sheet.kinds[name]  # so that checks stand alone
    sheet.lines.append(f"{'check ' if check else random.choice(['', 'output '])}{name} = {text(node)}")


def add_table(sheet):
    name, key = fresh(sheet, "table"), fresh(sheet, "key")
    if random.random() < 0.3:
        keys = random.choice([["big", "small"], ["a", "b", "c-d"]])
        header, kind = ", ".join(keys), "text"
    else:
        low, step, rows = random.randint(-3, 3), random.choice([1, 1, 2, 5]), random.choice([1, 2, 5, 12, 40, 300])
        keys = [low + i * step for i in range(rows)]
        header, kind = f"{low}..{keys[-1]}" + (f" by {step}" if step > 1 else ""), "number"
    table = Table(key, keys, header)
    sheet.tables[name] = table
    lines = [f"table {name} for {key} in {header}"]
    plan = [(fresh(sheet, "col"), random.choice(["number"] * 4 + ["truth", "text"])) for _ in range(random.randint(1, 6))]
    made = {(name, key): kind}
    for i, (column, kind) in enumerate(plan):
        sheet.column_kinds.update(made)
        if kind == "number" and random.random() < 0.3:
            values = [round(random.uniform(-9, 9), 2) for _ in keys]
            if random.random() < 0.5 or len(keys) > 50:
                values = [values[0]] * len(keys)
            shown = values if len(set(values)) > 1 else values[:1]
            table.columns[column] = ("input", values)
            lines.append(f"  input {column} = {', '.join(map(str, shown))} in -9..9")
        else:
            node = Maker(sheet, name, plan[i:]).make(kind, random.randint(1, 4))
            table.columns[column] = ("cell", node)
            lines.append(f"  {column} = {text(node)}")
        made[(name, column)] = kind
    sheet.column_kinds.update(made)
    sheet.lines += lines


def add_use(sheet, parts):
    used = random.choice(parts)
    name = fresh(sheet, "use")
    binds = {n: Maker(sheet).make(used.kinds[n], 2) for n, line in used.cells.items()
             if line[0] == "input" and random.random() < 0.5 and used.kinds[n] == "number"}
    sheet.uses.append((name, used, binds))
    sheet.lines.append(f"use {name} = {used.name}({', '.join(f'{n} = {text(b)}' for n, b in binds.items())})")


def make_sheet(name, parts):
    sheet = Sheet(name)
    for _ in range(random.randint(1, 4)):
        add_input(sheet)
    for _ in range(random.randint(3, 18)):
        chance = random.random()
        if parts and chance < 0.15:
            add_use(sheet, parts)
        elif chance < 0.35:
            add_table(sheet)
        else:
            add_cell(sheet)
    return sheet


# ---- comparison ----

def close(a, b, scale):
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b), scale, 1e-300)


def same(mine, theirs):
    value = theirs["value"]
    if mine is None or theirs["error"]:
        return mine is None and theirs["error"] is not None
    if isinstance(mine, str):
        return value == mine
    if isinstance(mine, bool):
        return value in (mine, 1 if mine else 0)
    return close(mine, value, 1e-6)


def my_value(model, path, row):
    parts = path.split(".")
    while parts[0] in model.used:
        model = model.used[parts.pop(0)]
    if len(parts) == 1:
        return model.cell(parts[0])
    table = model.sheet.tables[parts[0]]
    keys = [str(k) for k in table.keys]
    return model.row(parts[0], parts[1], keys.index(str(row)))


def run(program, folder, name, sets, data):
    command = [program, "run", name, "--all", "--json", "--templates", folder, "--registry", data]
    for path, value in sets.items():
        command += ["--set", f"{path}={value}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"status {done.returncode}: {done.stderr[:600]}")
    return json.loads(done.stdout)


def compare(model, report):
    wrong, count = [], 0
    scenario = report["scenarios"][0]
    for cell in scenario["cells"]:
        if "(" in cell["path"] or " in " in cell["path"]:
            continue
        mine = my_value(model, cell["path"], cell.get("row"))
        count += 1
        if not same(mine, cell):
            wrong.append(f"{cell['path']} {cell.get('row', '')}: mlsysim {cell['value']} {cell['error']}, here {mine}")
    for check in scenario["checks"]:
        if " in " in check["path"]:
            continue
        mine = my_value(model, check["path"], None)
        count += 1
        if (None if check["error"] else check["holds"]) != mine:
            wrong.append(f"check {check['path']}: {check['holds']} {check['error']}, here {mine}")
    return wrong, count


def random_sets(model, prefix=""):
    sets = {}
    for name, line in model.sheet.cells.items():
        if line[0] == "input" and name not in model.binds and random.random() < 0.5:
            number = model.sheet.kinds.get(name) == "number"
            sets[prefix + name] = round(random.uniform(-50, 50), 2) if number else random.choice(["a", "b", "big"])
    for name, used in model.used.items():
        sets.update(random_sets(used, f"{prefix}{name}."))
    return sets


def write(folder, sheet):
    with open(os.path.join(folder, sheet.name + ".sheet"), "w") as file:
        file.write(f"sheet {sheet.name}\n" + "\n".join(sheet.lines) + "\n")


def try_sheet(program, folder, data, number):
    parts = [make_sheet(f"part_{number}_{i}", []) for i in range(random.randint(0, 2))]
    sheet = make_sheet(f"sheet_{number}", parts)
    for s in [*parts, sheet]:
        write(folder, s)
    model = Model(sheet)
    wrong, count = compare(model, run(program, folder, sheet.name, {}, data))
    for _ in range(2):
        sets = random_sets(model)
        model.forget()
        for used in [model, *model.used.values()]:
            used.typed.clear()
        for path, value in sets.items():
            model.set(path, value)
        more, seen = compare(model, run(program, folder, sheet.name, sets, data))
        wrong += [f"{w}  with {sets}" for w in more]
        count += seen
    return wrong, count


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20260101
    sheets = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    sys.setrecursionlimit(100000)
    passed = failed = cells = 0
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "registry")
        os.mkdir(data)
        with open(os.path.join(data, "units.csv"), "w") as file:
            file.write("unit,definition,kind,differs,note\ns,,base,,\n")
        for number in range(sheets):
            random.seed(f"{seed} {number}")
            try:
                wrong, count = try_sheet(sys.argv[1], folder, data, number)
                cells += count
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                wrong = [str(error)]
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for line in wrong[:5]:
                print(f"seed {seed} sheet {number}: {line}")
            if wrong and os.environ.get("KEEP"):
                os.system(f"cp {folder}/*_{number}*.sheet {os.environ['KEEP']}")
    print(f"{cells} cells compared")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
