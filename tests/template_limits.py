#!/usr/bin/env python3
"""template_limits.py MLSYSIM: what the templates say at their limits: zero, one, very many, what
can not be. Each line of tests/golden/limits.csv sets inputs of a sheet (`a=1; b=2 [GB]`) and
expects one cell:
  expected  a number in `unit` (relative 1e-6), a word, `holds`, `fails` or `undecided` of a check, `missing`,
            or `refused` when the inputs themselves are;
  detail    of `fails`: the gap in base units; of `missing`, `undecided` and `refused`: a part of the reason.
The numbers were worked out from the equations by hand. The last line is `N passed, N failed`."""
import csv
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOLERANCE = 1e-6


def run(program, sheet, settings):
    """(cells and checks by path, '') or ({}, what was refused)."""
    call = [program, 'run', sheet, '--json', '--all', '--templates', os.path.join(ROOT, 'templates'),
            '--registry', os.path.join(ROOT, 'registry')]
    for setting in filter(None, (one.strip() for one in settings.split(';'))):
        call += ['--set', setting]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60)
    if done.returncode:
        return {}, done.stderr.strip()
    scenario = json.loads(done.stdout)['scenarios'][0]
    cells = {'%s(%s)' % (cell['path'], cell['row']) if 'row' in cell else cell['path']: cell
             for cell in scenario['cells']}
    return dict(cells, **{check['path']: check for check in scenario['checks']}), ''


def close(value, wanted):
    return abs(value - wanted) <= TOLERANCE * max(abs(value), abs(wanted))


def wrong(row, cells, refusal):
    """What is wrong with the cell of a line, or ''."""
    expected, detail = row['expected'], row['detail']
    if expected == 'refused' or refusal:
        same = expected == 'refused' and detail in refusal
        return '' if same else 'refused: %s' % (refusal or 'no')
    cell = cells.get(row['cell'])
    if cell is None:
        return 'there is no such cell'
    if expected in ('missing', 'undecided'):
        error = cell['error']
        return '' if error and detail in error['message'] else 'is %s' % (error or cell.get('value'))
    if cell['error']:
        return cell['error']['message']
    if 'holds' in cell:
        same = cell['holds'] == (expected == 'holds')
        if same and detail:
            same = cell['gap'] is not None and close(cell['gap'], float(detail))
        return '' if same else cell['message']
    if isinstance(cell['value'], str):
        return '' if cell['value'] == expected else 'is %s' % cell['value']
    if (cell['unit'] or '') != row['unit']:
        return 'has the unit %s' % cell['unit']
    return '' if close(cell['value'], float(expected)) else 'is %r' % cell['value']


def main():
    program = sys.argv[1]
    passed = failed = 0
    runs = {}
    with open(os.path.join(ROOT, 'tests', 'golden', 'limits.csv'), newline='') as file:
        for row in csv.DictReader(file):
            key = row['sheet'], row['settings']
            if key not in runs:
                runs[key] = run(program, *key)
            said = wrong(row, *runs[key])
            passed += not said
            failed += bool(said)
            if said:
                print('%s %s, %s: expected %s %s, %s' % (
                    *key, row['cell'], row['expected'], row['detail'], said))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
