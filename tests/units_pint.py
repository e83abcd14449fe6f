#!/usr/bin/env python3
"""units_pint.py MLSYSIM [SHEET...]: derive the unit of every formula of every template again, with pint.

`mlsysim check SHEET --json` gives the trees: numbers with their bracket units, resolved names with the
declared unit of the line they reach, and the type that the engine proved for each node. This program
reads the declared units' text, the units of facts from the registry's CSV files and the definitions
from registry/units.csv, applies the rules of the language page (not the engine's code), and compares
node by node. Counts and currencies are dimensions of their own; counts agree when one side has none.
Exit 0 when all agree, 1 when not, 77 when pint is absent."""
import csv
import glob
import json
import os
import re
import subprocess
import sys

try:
    import pint
except ImportError:
    print('skipped: pint is not installed')
    sys.exit(77)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REGISTRY = os.path.join(ROOT, 'registry')


class Wrong(Exception):
    """A formula that the language page does not allow, or a disagreement with the engine."""


# ---- pint with our units: no built-in definitions and no prefixes ----

def safe(name):
    return 'u_percent' if name == '%' else 'u_' + name


def rows(path):
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def build():
    """A pint registry with exactly the units of units.csv, and the set of its counts."""
    units = pint.UnitRegistry(None, cache_folder=None)
    table, counts = rows(os.path.join(REGISTRY, 'units.csv')), set()
    for row in table:
        if not row['definition']:
            units.define('%s = [%s]' % (safe(row['unit']), safe(row['unit'])))
            if row['kind'] == 'count':
                counts.add('[%s]' % safe(row['unit']))
    for row in table:
        if row['definition']:
            number, _, rest = row['definition'].partition(' ')
            rest = re.sub(r'[A-Za-z]+|%', lambda match: safe(match.group()), rest)
            units.define('%s = %s%s' % (safe(row['unit']), number, ' * ' + rest if rest else ''))
    return units, counts


UNITS, COUNTS = build()
PLAIN = UNITS.dimensionless


def unit_of(text):
    """The pint unit of a bracket's text; the exponent may be a quotient in parentheses."""
    total, sign = PLAIN, 1
    for piece in re.split(r'([*/](?![^(]*\)))', text.replace(' ', '')):
        if piece in ('*', '/'):
            sign = 1 if piece == '*' else -1
        elif piece not in ('', '1'):
            name, _, power = piece.partition('^')
            above, _, below = power.strip('()').partition('/')
            exponent = sign * (int(above) if above else 1)
            total *= UNITS.Unit(safe(name)) ** (exponent / int(below) if below else exponent)
    return total


def dimensions(unit):
    """{dimension: exponent} of the strict part and of the counts."""
    parts = {name: float(power) for name, power in dict(unit.dimensionality).items() if power}
    return ({name: power for name, power in parts.items() if name not in COUNTS},
            {name: power for name, power in parts.items() if name in COUNTS})


# ---- types: a kind, and for numbers a unit ----

class Type:
    def __init__(self, kind, unit=PLAIN):
        self.kind = kind            # number, text, truth, any (literal 0) or nothing (missing)
        self.strict, self.count = dimensions(unit)
        self.unit = unit

    def __str__(self):
        return '%s [%s]' % (self.kind, self.unit) if self.kind == 'number' else self.kind


TEXT, TRUTH, ANY, NOTHING = Type('text'), Type('truth'), Type('any'), Type('nothing')
NUMBER = Type('number')


def free(kind):
    return kind.kind in ('any', 'nothing')


def agreed(types, what):
    """Partners of + - min max if prior default mod and of comparisons: the type they share."""
    result = ANY if any(kind.kind == 'any' for kind in types) else NOTHING
    for kind in types:
        if free(kind):
            continue
        if free(result):
            if result.kind == 'any' and kind.kind != 'number':
                raise Wrong('%s: 0 with %s' % (what, kind))
            result = kind
        elif kind.kind != result.kind:
            raise Wrong('%s: %s with %s' % (what, result, kind))
        elif kind.kind == 'number':
            if kind.strict != result.strict:
                raise Wrong('%s: %s with %s' % (what, result, kind))
            if kind.count and result.count and kind.count != result.count:
                raise Wrong('%s: %s with %s' % (what, result, kind))
            result = result if result.count else kind
    return result


def number(kind, what):
    """A factor: the literal 0 is a plain number here."""
    if kind.kind == 'any':
        return NUMBER
    if kind.kind != 'number':
        raise Wrong('%s of %s' % (what, kind))
    return kind


def plain(kind, what, counts=True):
    """Plain numbers only; a count is accepted and dropped."""
    kind = number(kind, what)
    if kind.strict or (kind.count and not counts):
        raise Wrong('%s of %s' % (what, kind))
    return NUMBER


def literal(node):
    """The exponent 2, -2, (1/2): a number, or None when it is none of these."""
    if 'number' in node and node.get('unit') is None:
        return node['number']
    if node.get('call') == '-' and len(node['arguments']) == 1:
        inner = literal(node['arguments'][0])
        return None if inner is None else -inner
    if node.get('call') == '/':
        above, below = (literal(child) for child in node['arguments'])
        return None if above is None or not below else above / below
    return None


ALIKE = ('+', 'min', 'max', 'if', 'prior', 'default', 'mod')
ORDER = ('<', '<=', '>', '>=', '==', '!=')
LOGIC = ('and', 'or', 'not')
BARE = ('floor', 'ceil', 'exp', 'ln', 'log2', 'log10', 'round', 'normal_cdf',
        'normal_quantile', 'poisson_pmf', 'poisson_cdf', 'gamma_cdf', 'gamma_quantile',
        'beta_quantile', 'binomial_cdf', 'erf', 'lgamma')


class Sheets:
    """The sheets of one description; derives types and compares them with the engine's."""

    def __init__(self, description):
        self.lines = {}             # (sheet, table or None, name) -> line
        self.known = {}             # the same -> type of the line as others see it
        self.nodes = 0
        for sheet in description['sheets']:
            for line in sheet['lines']:
                if line.get('name'):
                    self.lines[sheet['name'], line.get('table'), line['name']] = line

    # ---- names ----

    def fact(self, means):
        """A field has one unit dimension in its registry; a family (before the dot) too."""
        for row in rows(os.path.join(REGISTRY, means['registry'] + '.csv')):
            name = row['field'].split('.')[0] if means['family'] else row['field']
            if name == means['field']:
                try:
                    float(row['value'])
                except ValueError:
                    return TEXT
                return Type('number', unit_of(row['unit']))
        raise Wrong('no field %s in %s' % (means['field'], means['registry']))

    def reached(self, means):
        if means['slot'] == 'fact':
            return self.fact(means)
        table = means.get('table')
        if means['slot'] == 'key':
            kind = self.lines[means['sheet'], None, table]['set']['kind']
            return NUMBER if kind == 'range' else TEXT
        place = means['sheet'], table, means['line']
        if place not in self.known:
            self.known[place] = self.seen(self.lines[place])
        return self.known[place]

    def seen(self, line):
        """What a line is for those who name it: its declared unit, else what its formula is."""
        if line['kind'] == 'input':
            if line['set']['kind'] != 'range':
                return TEXT
            return Type('number', unit_of(line['unit']['text'])) if line['unit'] else NUMBER
        if line['kind'] == 'check':
            return TRUTH
        if line['unit']:
            return Type('number', unit_of(line['unit']['text']))
        # no brackets: text and truths are seen by the engine's kind, which `node` checks at the line
        kind = line['type']['kind']
        return NUMBER if kind == 'number' else TEXT if kind == 'text' else TRUTH

    # ---- trees ----

    def node(self, node):
        kind = self.derive(node)
        self.compare(node, kind)
        return kind

    def derive(self, node):
        if 'number' in node:
            unit = node.get('unit')
            if unit is None:
                return ANY if node['number'] == 0 else NUMBER
            own = unit_of(unit['text'])
            base = UNITS.Quantity(1.0, own).to_base_units().magnitude
            if abs(base - unit['factor']) > 1e-12 * base:
                raise Wrong('1 %s is %r in base units, the engine has %r'
                            % (unit['text'], base, unit['factor']))
            return Type('number', own)
        if 'text' in node:
            return TEXT
        if 'path' in node:
            if 'key' in node:
                self.node(node['key'])
            return self.reached(node['means'])
        return self.call(node['call'], node['arguments'], node.get('aggregate', False))

    def call(self, name, arguments, aggregate):
        if name == 'missing':
            return NOTHING
        types = [self.node(argument) for argument in arguments]
        if aggregate:
            if len(types) > 1 and types[1].kind != 'truth':
                raise Wrong('%s: the second argument is %s' % (name, types[1]))
            if name == 'count':
                return NUMBER
            if name == 'irr':
                return number(types[0], name) and NUMBER
            return plain(types[0], name, False) if name == 'product' else types[0]
        if name == 'if':
            if types[0].kind != 'truth':
                raise Wrong('if: the condition is %s' % types[0])
            return agreed(types[1:], name)
        if name == 'mod':
            return agreed([number(kind, name) for kind in types], name)
        if name == 'prior':
            return agreed(types[:2], name)
        if name == '-' or name in ALIKE:
            if len(types) == 1:
                return types[0] if free(types[0]) else number(types[0], name)
            shared = agreed(types, name)
            if name in ('+', '-', 'min', 'max') and not free(shared):
                number(shared, name)
            return shared
        if name in ORDER:
            shared = agreed(types, name)
            if shared.kind == 'truth' or (shared.kind == 'text' and name not in ('==', '!=')):
                raise Wrong('%s of %s' % (name, shared))
            if name in ('==', '!=') and shared.strict:
                raise Wrong('%s of a quantity' % name)
            return TRUTH
        if name in LOGIC:
            if any(kind.kind != 'truth' for kind in types):
                raise Wrong('%s of %s' % (name, ', '.join(map(str, types))))
            return TRUTH
        if name == 'known':
            return TRUTH
        if name in ('*', '/'):
            left, right = (number(kind, name) for kind in types)
            return Type('number', left.unit * right.unit if name == '*' else left.unit / right.unit)
        if name == '^':
            return self.power(number(types[0], name), types[1], arguments[1])
        if name == 'abs':
            return number(types[0], name)
        if name == 'sqrt':
            return Type('number', number(types[0], name).unit ** 0.5)
        if name in BARE:
            for kind in types:
                plain(kind, name)
            return NUMBER
        raise Wrong('%s is not a function of the language page' % name)

    def power(self, base, exponent, node):
        plain(exponent, 'exponent')
        if not base.strict and not base.count:
            return NUMBER
        by = literal(node)
        if by is None:
            raise Wrong('%s to a power that is not written out' % base)
        return Type('number', base.unit ** by)

    # ---- the engine's word ----

    def compare(self, node, kind):
        self.nodes += 1
        engine = node['type']
        if kind.kind == 'nothing':      # missing("why") has the type of whatever stands beside it
            return
        if kind.kind == 'any':
            if not engine.get('any'):
                raise Wrong('literal 0, the engine has %s' % engine)
            return
        if engine['kind'] != kind.kind or engine.get('any'):
            raise Wrong('%s, the engine has %s' % (kind, engine))
        if kind.kind == 'number':
            strict = dimensions(unit_of(engine['strict']))[0]
            count = dimensions(unit_of(engine['count']))[1]
            if (strict, count) != (kind.strict, kind.count):
                raise Wrong('%s, the engine has [%s] [%s]' % (kind, engine['strict'], engine['count']))

    # ---- lines ----

    def declared(self, kind, unit, what):
        """A declaration or a bind: compatible with the brackets, or plain without them."""
        if free(kind):
            return
        if unit is not None:
            agreed([number(kind, what), Type('number', unit_of(unit['text']))], what)
        elif kind.kind == 'number' and kind.strict:
            raise Wrong('%s has a unit but no brackets' % what)

    def line(self, sheet, line):
        if line['kind'] in ('cell', 'output', 'check'):
            kind = self.node(line['tree'])
            if line['kind'] == 'check' and kind.kind != 'truth':
                raise Wrong('a check is %s' % kind)
            if line['kind'] != 'check':
                self.declared(kind, line['unit'], line['name'])
        elif line['kind'] == 'use':
            for bind in line['binds']:
                target = self.lines[line['uses'], None, bind['name']]
                kind = self.node(bind['tree'])
                if target['set']['kind'] != 'range':
                    if kind.kind != 'text':
                        raise Wrong('%s is bound to %s' % (bind['name'], kind))
                else:
                    self.declared(kind, target['unit'], bind['name'])


def main():
    program, names = sys.argv[1], sys.argv[2:]
    folder = os.path.join(ROOT, 'templates')
    if not names:
        names = sorted(glob.glob(os.path.join(folder, '**', '*.sheet'), recursive=True))
    passed = failed = nodes = 0
    for name in names:
        run = subprocess.run([program, 'check', name, '--json', '--templates', folder,
                              '--registry', REGISTRY], capture_output=True, text=True, timeout=60)
        if run.returncode != 0:
            failed += 1
            print('%s: exit %d: %s' % (name, run.returncode, run.stderr.strip()[:300]))
            continue
        for description in json.loads(run.stdout):
            sheets = Sheets(description)
            for sheet in description['sheets']:
                for line in sheet['lines']:
                    try:
                        sheets.line(sheet['name'], line)
                        passed += line['kind'] in ('cell', 'output', 'check', 'use')
                    except Wrong as wrong:
                        failed += 1
                        print('%s:%s: %s: %s' % (sheet['file'], line['line'], line['name'], wrong))
            nodes += sheets.nodes
    print('%d nodes of formulas compared' % nodes)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
