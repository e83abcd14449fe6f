#!/usr/bin/env python3
"""golden_run.py MLSYSIM PATH [--map FILE] [--templates DIR] [--all]: runs cases of another product
through our sheets and counts how many of its outputs ours agree with. PATH is a file or a folder
of CSV files with the columns case_id, solver, input_name, input_value, input_unit, output_name,
output_value, output_unit; or case_id, topic, formula, kind, rho, c, N, q, inputs, closed_form:
then the formula is the solver, and rows of the kind `wrong`, which show a mistake on purpose,
are left out.

No case is known by name: tests/golden/map.csv says which cell of which sheet an input or output
of a solver is. Its columns are solver, kind, name, value, sheet, cell, unit, note; a solver is a
name or a pattern (`ServingModel*`). Kinds:
  input    the input `name` sets `cell`, in `unit`. A name may be a product or quotient: `bytes/2`.
  word     the value `value` of the input `name` is called `cell` in our sheets.
  set      `cell` is set to `value` in `unit` for all cases: what the other product assumes;
           an input of the case wins over it.
  ignored  the input `name` says nothing about the outputs that are compared; the note says why.
  output   the output `name`, a name or a pattern (`droop.*`), is `cell`, and is counted in `unit`.
A sheet may be run several times for one case: `zero:stage_1` is the sheet zero in a run called
stage_1; rows of the sheet `zero` set all its runs, rows of `zero:stage_1` that one.

Every output of every case counts. It agrees when it is within 1e-6 of ours, relative, in the
map's unit; a truth is 1 or 0; infinite is our missing value. An output without a row in the map
disagrees. An input without a row is told: it would be silently left out."""
import argparse
import collections
import csv
import fnmatch
import math
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402

TOLERANCE = 1e-6
TOGETHER = 40   # cases of a sheet in one run
SHOWN = 40      # deviations printed without --all
MAP = os.path.join(many.ROOT, 'tests', 'golden', 'map.csv')
Case = collections.namedtuple('Case', 'family name solver inputs outputs')
Deviation = collections.namedtuple('Deviation', 'case output text')


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


# ---- reading ----

def read(path):
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def cases_of(path):
    """All cases of a file or of the CSV files of a folder."""
    if os.path.isdir(path):
        names = sorted(name for name in os.listdir(path) if name.endswith('.csv'))
        return [case for name in names for case in cases_of(os.path.join(path, name))]
    family = os.path.splitext(os.path.basename(path))[0]
    cases = {}
    for row in read(path):
        if row.get('kind') == 'wrong':
            continue
        inputs, outputs = formula_row(row) if 'closed_form' in row else plain_row(row)
        solver = row.get('solver') or row['formula']
        case = cases.setdefault((row['case_id'], solver), Case(family, row['case_id'], solver, {}, {}))
        case.inputs.update(inputs)
        case.outputs.update(outputs)
    return list(cases.values())


def plain_row(row):
    return ({row['input_name']: row['input_value']} if row['input_name'] else {},
            {row['output_name']: row['output_value']} if row['output_name'] else {})


def formula_row(row):
    """A closed form: its columns and the pairs of `inputs` are inputs, its value is the only output."""
    inputs = {name: row[name] for name in ('kind', 'rho', 'c', 'N', 'q') if row[name]}
    for pair in re.split(r'[;, ]+', row['inputs']):
        name, equals, value = pair.partition('=')
        if equals:
            inputs[name] = value
    return inputs, {'closed_form': row['closed_form']}


# ---- the map ----

class Map:
    def __init__(self, path):
        self.all, self.of = read(path), {}

    def rows(self, solver, kind):
        if solver not in self.of:
            self.of[solver] = [row for row in self.all if fnmatch.fnmatchcase(solver, row['solver'])]
        return [row for row in self.of[solver] if row['kind'] == kind]

    def output(self, solver, name):
        return next((row for row in self.rows(solver, 'output')
                     if fnmatch.fnmatchcase(name, row['name'])), None)

    def word(self, solver, name, value):
        for row in self.rows(solver, 'word'):
            if row['name'] == name and row['value'] == value:
                return row['cell']
        return value

    def unread(self, case):
        """Inputs of a case that no row of its solver names."""
        named = {name for kind in ('input', 'ignored') for row in self.rows(case.solver, kind)
                 for name in factors(row['name'])}
        return [name for name in case.inputs if name not in named]

    def settings(self, case, run):
        """What a user would set in the run of a sheet: {heading: text}."""
        chosen = {}
        for kind in ('set', 'input'):
            for row in self.rows(case.solver, kind):
                value = row['value'] if kind == 'set' else self.value(case, row['name'])
                if value is not None and row['sheet'] in (run, run.partition(':')[0]):
                    chosen[row['cell']] = row['unit'], value
        return {cell + (' [%s]' % unit if unit else ''): value
                for cell, (unit, value) in chosen.items()}

    def value(self, case, name):
        """The text of an input, or of a product of inputs; None when the case does not have them."""
        if name in case.inputs:
            return self.word(case.solver, name, case.inputs[name])
        total = 1.0
        for sign, factor in re.findall(r'([*/]?)([^*/]+)', name):
            one = number(case.inputs.get(factor, factor))
            if one is None or (sign == '/' and one == 0):
                return None
            total = total / one if sign == '/' else total * one
        return repr(total)


def factors(name):
    return re.split(r'[*/]', name)


# ---- running and comparing ----

def calculate(program, cases, map_, templates):
    """{(sheet:run, case): cells} and {(sheet:run, case): refusal} of all runs that outputs need."""
    wanted = collections.OrderedDict()
    for at, case in enumerate(cases):
        for name in case.outputs:
            row = map_.output(case.solver, name)
            if row:
                wanted.setdefault(row['sheet'], {})[at] = map_.settings(case, row['sheet'])
    found, refused = {}, {}
    for run, settings in wanted.items():
        scenarios = [('c%d' % at, one) for at, one in settings.items()]
        for first in range(0, len(scenarios), TOGETHER):
            some = scenarios[first:first + TOGETHER]
            for whole in (False, True):  # outputs alone; all when that is not enough
                cells, refusals = many.run(program, run.partition(':')[0], some, templates, whole)
                chosen = {(run, int(name[1:])): asked(cases[int(name[1:])], one, map_)
                          for name, one in cells.items()}
                if all(all(one.values()) for one in chosen.values()):
                    break
            found.update(chosen)
            refused.update(((run, int(name[1:])), one) for name, one in refusals.items())
    return found, refused


def asked(case, cells, map_):
    """The cells that outputs of a case name: sheets with long tables have tens of thousands."""
    rows = [map_.output(case.solver, name) for name in case.outputs]
    return {row['cell']: cells.get(row['cell']) for row in rows if row}


def unit_factors(program, units):
    """{unit: its size in base units}, as the program has it."""
    units = sorted(units)
    lines = ['sheet sizes'] + ['output size_%d [%s] = 1 [%s]' % (at, unit, unit)
                               for at, unit in enumerate(units)]
    with many.tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'sizes.sheet')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines) + '\n')
        found, refused = many.run(program, path, [('sizes', {})])
    if refused:
        sys.exit('map: %s' % refused['sizes'])
    return {unit: found['sizes']['size_%d' % at]['si'] for at, unit in enumerate(units)}


def deviation(wanted, cell, factor):
    """What is wrong with a cell, or '' when it agrees."""
    if cell is None:
        return 'the sheet has no such cell'
    if cell['error']:
        same = not math.isfinite(wanted)
        return '' if same else 'expected %g, ours is missing: %s' % (wanted, cell['error']['message'])
    value = cell['si'] if cell['si'] is not None else number(str(float(cell['value'])))
    value /= factor
    if abs(value - wanted) <= TOLERANCE * max(abs(value), abs(wanted)):
        return ''
    off = '' if wanted == 0 else ', %+.4g %%' % (100 * (value / wanted - 1))
    return 'expected %.9g, ours %.9g%s' % (wanted, value, off)


def judge(program, cases, map_, templates):
    """The deviations, and {family: [agreed, all]}."""
    factor = unit_factors(program, {row['unit'] for row in map_.all
                                    if row['kind'] == 'output' and row['unit']})
    found, refused = calculate(program, cases, map_, templates)
    deviations, counts = [], collections.OrderedDict()
    for at, case in enumerate(cases):
        for name, text in case.outputs.items():
            row = map_.output(case.solver, name)
            key = (row['sheet'], at) if row else None
            if not row:
                wrong = 'no row in the map'
            elif key in refused:
                wrong = '%s refused: %s' % (row['sheet'], refused[key])
            else:
                wrong = deviation(number(map_.word(case.solver, name, text)),
                                  found[key].get(row['cell']), factor.get(row['unit'], 1.0))
            count = counts.setdefault(case.family, [0, 0])
            count[0] += not wrong
            count[1] += 1
            if wrong:
                deviations.append(Deviation(case, name, wrong))
    return deviations, counts


# ---- report ----

def gathered(deviations, map_, cases):
    """Lines, the same reason of one solver and output told once with how often."""
    lines = collections.OrderedDict()
    for one in deviations:
        who = one.case.solver if one.text == 'no row in the map' else one.case.name
        key = who, one.output
        lines.setdefault((one.case.family,) + key + (one.text,), []).append(one)
    for (family, who, output, text), group in lines.items():
        yield '%s %s %s: %s%s' % (family, who if who == group[0].case.solver else
                                  '%s %s' % (who, group[0].case.solver), output, text,
                                  ' (%d times)' % len(group) if len(group) > 1 else '')


def report(cases, map_, deviations, counts, whole):
    for family, (agreed, total) in counts.items():
        print('%-16s %5d of %5d outputs agree  %5.1f %%' % (family, agreed, total, 100 * agreed / total))
    unread = collections.Counter((case.family, case.solver, name) for case in cases
                                 if any(map_.output(case.solver, one) for one in case.outputs)
                                 for name in map_.unread(case))
    for (family, solver, name), count in unread.items():
        print('%s %s: the input %s has no row in the map (%d cases)' % (family, solver, name, count))
    lines = list(gathered(deviations, map_, cases))
    for line in lines if whole else lines[:SHOWN]:
        print(line)
    if not whole and len(lines) > SHOWN:
        print('... and %d more lines: --all shows them' % (len(lines) - SHOWN))
    agreed, total = (sum(count[at] for count in counts.values()) for at in (0, 1))
    print('%d of %d outputs agree' % (agreed, total))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program')
    parser.add_argument('path')
    parser.add_argument('--map', default=MAP)
    parser.add_argument('--templates', action='append', default=[])
    parser.add_argument('--all', action='store_true')
    words = parser.parse_args()
    if not os.path.exists(words.path):
        sys.exit('%s: no such file or folder' % words.path)
    cases, map_ = cases_of(words.path), Map(words.map)
    deviations, counts = judge(words.program, cases, map_, words.templates)
    report(cases, map_, deviations, counts, words.all)


if __name__ == '__main__':
    main()
