#!/usr/bin/env python3
"""tail_check.py MLSYSIM SHARED: the sheets of tail latency, stragglers and long runs against simulation
(golden/tail.csv of the shared folder). For every formula: the least and largest error of our value over
the simulated one, and the range that design/tail.md states for it; outside of it a case fails.
Cases whose output no sheet has are counted. Exit 77 when SHARED is absent."""
import collections
import csv
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import golden_run  # noqa: E402

ROUNDING = 0.0003      # of the printed ranges, and of the moments of a day that a mean takes
LINE = re.compile(r'\| \w \| (exact|approx|bound) \| (.*?) \| \d+ \| ([-+][\d.]+) % \| ([-+][\d.]+) % \|')


def ranges(shared):
    """{formula: (least, largest error)} of the table of tail.md."""
    with open(os.path.join(shared, 'design', 'tail.md'), encoding='utf-8') as file:
        found = LINE.findall(file.read())
    return {name.replace('∣', '|'): (float(low) / 100, float(high) / 100) for _, name, low, high in found}


def simulated(path):
    with open(path, newline='', encoding='utf-8') as file:
        return {row['case_id']: float(row['simulated']) for row in csv.DictReader(file) if row['simulated']}


def errors(program, path):
    """{formula: [(case, error)]} and how many cases have no sheet."""
    cases, map_, truth = golden_run.cases_of(path), golden_run.Map(golden_run.MAP), simulated(path)
    units = {row['unit'] for row in map_.all if row['kind'] == 'output' and row['unit']}
    factor = golden_run.unit_factors(program, units)
    found, _ = golden_run.calculate(program, cases, map_, [])
    told, absent = collections.OrderedDict(), 0
    for at, case in enumerate(cases):
        row = map_.output(case.solver, 'closed_form')
        cell = found.get((row['sheet'], at), {}).get(row['cell']) if row else None
        if not cell or cell['si'] is None:
            absent += 1
        elif truth.get(case.name):
            value = cell['si'] / factor.get(row['unit'], 1.0)
            told.setdefault(case.solver, []).append((case.name, value / truth[case.name] - 1))
    return told, absent


def main():
    program, shared = sys.argv[1:3]
    path = os.path.join(shared, 'golden', 'tail.csv')
    if not os.path.exists(path):
        print('skipped: there is no %s' % path)
        return 77
    stated = ranges(shared)
    told, absent = errors(program, path)
    passed = failed = 0
    for formula, group in told.items():
        low, high = stated[formula]
        outside = [name for name, error in group if not low - ROUNDING <= error <= high + ROUNDING]
        passed += len(group) - len(outside)
        failed += len(outside)
        ours = [error for _, error in group]
        print('%-70s %4d %+8.2f %% %+8.2f %%%s' % (
            formula[:70], len(group), 100 * min(ours), 100 * max(ours),
            '  outside %+.2f .. %+.2f %%: %s' % (100 * low, 100 * high, ' '.join(outside)) if outside else ''))
    print('%d cases have no sheet' % absent)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
