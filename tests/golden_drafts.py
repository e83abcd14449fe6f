#!/usr/bin/env python3
"""golden_drafts.py MLSYSIM SHARED: every cell of the fifteen draft sheets on their small registry
equals the values an independent checker computed, at 1e-9 relative; and so do our planning sheets,
which came from them, on that registry. Exit 77 when SHARED is absent."""
import csv
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOLERANCE = 1e-9
PLANNING = ('budget_vs_actual', 'capacity_plan', 'carbon_plan', 'cloud_or_own', 'cost_of_ownership',
            'lease_or_buy', 'power_and_space', 'procurement', 'training_budget', 'unit_economics')


def cells_of(program, sheet, templates, registry):
    run = subprocess.run([program, 'run', sheet, '--json', '--all', '--templates', templates,
                          '--registry', registry],
                         capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        return None, run.stderr
    scenario = json.loads(run.stdout)['scenarios'][0]
    found = {}
    for cell in scenario['cells']:
        found[cell['path'], str(cell.get('row', ''))] = cell
    for check in scenario['checks']:
        found[check['path'], ''] = {'value': check['holds'], 'si': None, 'error': check['error']}
    return found, ''


def same(cell, row):
    if row['error']:
        return cell['error'] is not None and cell['error']['kind'] == row['error']
    if cell['error'] is not None:
        return False
    if row['si']:
        wanted, is_now = float(row['si']), cell['si']
        return is_now is not None and abs(wanted - is_now) <= TOLERANCE * max(abs(wanted), abs(is_now))
    if row['text'] in ('true', 'false'):
        return cell['value'] in ((True, 1) if row['text'] == 'true' else (False, 0))
    return cell['value'] == row['text']


def compare(program, rows, templates, registry):
    """(passed, failed) of expected rows, sheet by sheet."""
    passed = failed = 0
    found, sheet = {}, None
    for row in rows:
        if row['sheet'] != sheet:
            sheet = row['sheet']
            found, message = cells_of(program, sheet, templates, registry)
            if found is None:
                print('%s did not run: %s' % (sheet, message.strip()))
                found = {}
        cell = found.get((row['path'], row['row']))
        if cell is None and not row['si'] and templates != os.path.dirname(registry):
            continue        # a fact that our sheet does not read is not listed
        if cell is not None and same(cell, row):
            passed += 1
            continue
        failed += 1
        if failed <= 60:
            print('%s %s %s: expected %s %s, found %s' % (
                sheet, row['path'], row['row'], row['text'], row['error'], cell))
    return passed, failed


def main():
    program, shared = sys.argv[1:3]
    expected = os.path.join(shared, 'golden', 'templates_expected.csv')
    if not os.path.exists(expected):
        print('skipped: golden values of the drafts (no shared folder)')
        return 77
    with open(expected, newline='') as file:
        rows = list(csv.DictReader(file))
    drafts = os.path.join(shared, 'templates_draft')
    registry = os.path.join(drafts, 'registry')
    ours = [row for row in rows if row['sheet'] in PLANNING]
    counts = [compare(program, rows, drafts, registry),
              compare(program, ours, os.path.join(ROOT, 'templates'), registry)]
    passed, failed = map(sum, zip(*counts))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
