#!/usr/bin/env python3
"""golden_templates.py MLSYSIM: the templates on the shipped registry give the values that
tests/golden/independent.py wrote to tests/golden/templates.csv, at 1e-9 relative: at their defaults
(scenario `base`) and for every row of tests/golden/inputs/SHEET.csv. Failures one a line; the last
line is `N passed, N failed`."""
import csv
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, 'golden')
TOLERANCE = 1e-9


def run(program, sheet, *inputs):
    """{(scenario, path, row): cell} of one run; checks look like cells."""
    root = os.path.dirname(HERE)
    call = [program, 'run', sheet, *inputs, '--json', '--all', '--templates',
            os.path.join(root, 'templates'), '--registry', os.path.join(root, 'registry')]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        print('%s: exit %d: %s' % (' '.join(call[1:3]), done.returncode, done.stderr.strip()[:400]))
        return {}
    found = {}
    for scenario in json.loads(done.stdout)['scenarios']:
        for cell in scenario['cells']:
            found[scenario['name'], cell['path'], str(cell.get('row', ''))] = cell
        for check in scenario['checks']:
            truth = None if check['holds'] is None else 'true' if check['holds'] else 'false'
            found[scenario['name'], check['path'], ''] = {
                'value': truth, 'unit': None, 'error': check['error']}
    return found


def difference(cell, row):
    """'' when the cell is as expected, else what is wrong."""
    if cell is None:
        return 'there is no such cell'
    error = cell['error']['kind'] if cell['error'] else ''
    if error or row['error']:
        return '' if error == row['error'] else 'error is %r' % error
    if (cell['unit'] or '') != row['unit']:
        return 'unit is %r, expected %r' % (cell['unit'], row['unit'])
    if isinstance(cell['value'], str):
        return '' if cell['value'] == row['value'] else 'is ' + cell['value']
    wanted, value = float(row['value']), cell['value']
    close = abs(wanted - value) <= TOLERANCE * max(abs(wanted), abs(value))
    return '' if close else 'is %r' % value


def main():
    program = sys.argv[1]
    passed = failed = 0
    found, sheet = {}, None
    with open(os.path.join(GOLDEN, 'templates.csv'), newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            if row['sheet'] != sheet:
                sheet = row['sheet']
                found = run(program, sheet)
                found.update(run(program, sheet, os.path.join(GOLDEN, 'inputs', sheet + '.csv')))
            wrong = difference(found.get((row['scenario'], row['path'], row['row'])), row)
            passed += not wrong
            failed += bool(wrong)
            if wrong:
                name = ' '.join(filter(None, (sheet, row['scenario'], row['path'], row['row'])))
                print('%s: expected %s, %s' % (name, row['value'] or row['error'], wrong))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
