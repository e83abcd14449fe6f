#!/usr/bin/env python3
"""reference_cases.py MLSYSIM SHARED: the price of a fleet in cases of another product (golden/reference/*.csv of the
shared folder) against monthly_tco; and the planning sheets on the small registry of the drafts against
the values an independent checker gave the drafts. What golden_run.py maps is left to it. Skipped with
exit 77 when SHARED is absent. The last line is `N passed, N failed`."""
import collections
import csv
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOLERANCE = 1e-9


class Score:
    def __init__(self):
        self.passed = self.failed = 0
        self.cases = collections.Counter()

    def compare(self, name, wanted, cell, group):
        self.cases[group] += 1
        if cell is None or cell.get('error'):
            wrong = 'found %s' % (cell['error'] if cell else 'no such cell')
        else:
            value = cell['si'] if cell.get('si') is not None else cell['value']
            close = abs(value - wanted) <= TOLERANCE * max(abs(value), abs(wanted))
            wrong = '' if close else 'found %r' % value
        self.passed += not wrong
        self.failed += bool(wrong)
        if wrong and self.failed <= 60:
            print('%s: expected %r, %s' % (name, wanted, wrong))


def load(shared, name):
    """[(case, solver, inputs, outputs)] of one file; numbers where they are numbers."""
    def value(text):
        try:
            return float(text)
        except ValueError:
            return text
    cases = collections.OrderedDict()
    path = os.path.join(shared, 'golden', 'reference', name + '.csv')
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            case = cases.setdefault(row['case_id'], (row['case_id'], row['solver'], {}, {}))
            if row['input_name']:
                case[2][row['input_name']] = value(row['input_value'])
            if row['output_name']:
                case[3][row['output_name']] = value(row['output_value'])
    return list(cases.values())


def run(program, sheet, scenarios):
    found, refused = many.run(program, sheet, scenarios)
    for name, text in refused.items():
        print('%s %s: %s' % (sheet, name, text))
    return found


def owned(program, shared, score):
    """Price and power of a fleet over 3 years; another term than our 36 months is left out."""
    cases = [case for case in load(shared, 'economics')
             if case[1] == 'calc_fleet_tco' and case[2]['years'] == 3]
    scenarios = [(name, {'hw': 'H100', 'grid': 'US_Avg', 'gpus': case['qty'], 'load [%]': 100.0,
                         'host [%]': 0.0, 'facility': 1.0, 'upkeep': 0.0, 'drift': 0.0,
                         'grid.pue': 1.0, 'grid.price': case['kwh_price'],
                         'hw.price': case['unit_cost'], 'hw.tdp': case['power_w']})
                 for name, _, case, _ in cases]
    found = run(program, 'monthly_tco', scenarios)
    for name, solver, case, out in cases:
        score.compare(name + ' tco', out['value'], found.get(name, {}).get('tco'), solver)


# ---- the planning sheets on the registry of the drafts ----

PLANNING = ('budget_vs_actual', 'capacity_plan', 'carbon_plan', 'cloud_or_own', 'cost_of_ownership',
            'lease_or_buy', 'power_and_space', 'procurement', 'training_budget', 'unit_economics')


def planning(program, shared, score):
    with open(os.path.join(shared, 'golden', 'templates_expected.csv'), newline='') as file:
        expected = [row for row in csv.DictReader(file) if row['sheet'] in PLANNING]
    found = {}
    for sheet in PLANNING:
        done = subprocess.run(
            [program, 'run', sheet, '--json', '--all', '--templates', os.path.join(ROOT, 'templates'),
             '--registry', os.path.join(shared, 'templates_draft', 'registry')],
            capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            print('%s: exit %d: %s' % (sheet, done.returncode, done.stderr.strip()[:300]))
            continue
        scenario = json.loads(done.stdout)['scenarios'][0]
        for cell in scenario['cells']:
            found[sheet, cell['path'], str(cell.get('row', ''))] = cell
        for check in scenario['checks']:
            found[sheet, check['path'], ''] = {'value': check['holds'], 'error': check['error']}
    for row in expected:
        cell = found.get((row['sheet'], row['path'], row['row']))
        name = ' '.join((row['sheet'], row['path'], row['row']))
        if cell is None and not row['si']:
            continue        # facts that the sheet does not read are not listed
        if row['error'] or not row['si']:
            score.cases['planning'] += 1
            kind = cell['error']['kind'] if cell['error'] else ''
            text = {True: 'true', False: 'false'}.get(cell['value'], cell['value'])
            good = kind == row['error'] and (kind or text == row['text'])
            score.passed += bool(good)
            score.failed += not good
            if not good:
                print('%s: expected %s, found %s' % (name, row['text'] or row['error'], cell))
        else:
            score.compare(name, float(row['si']), cell, 'planning')


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'golden', 'reference')):
        print('skipped: cases of the reference product (no shared folder)')
        return 77
    score = Score()
    for part in (owned, planning):
        part(program, shared, score)
    print(', '.join('%s %d' % pair for pair in sorted(score.cases.items())))
    print('%d passed, %d failed' % (score.passed, score.failed))
    return 1 if score.failed or not score.passed else 0


if __name__ == '__main__':
    sys.exit(main())
