"""Runs one sheet with many scenarios, as a user with CSV files of scenarios would."""
import csv
import json
import os
import re
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(program, sheet, scenarios, templates=(), whole=True):
    """scenarios: [(name, {heading: number or word})]. Returns {name: cells} and {name: refusal}; cells
    is {path: cell of the JSON}, a row of a table under path(key), a check with its verdict as value.
    Not whole: outputs and checks alone, which is far quicker where tables are long."""
    groups, found, refused = {}, {}, {}
    for name, settings in scenarios:
        groups.setdefault(tuple(settings), []).append((name, settings))
    for heads, group in groups.items():
        while group:
            document, errors = call(program, sheet, heads, group, templates, whole)
            if document:
                found.update((one['name'], cells_of(one)) for one in document['scenarios'])
                break
            bad = {group[line][0]: text for line, text in errors.items() if 0 <= line < len(group)}
            refused.update(bad or dict.fromkeys((name for name, _ in group), errors[-1]))
            group = [one for one in group if one[0] not in bad] if bad else []
    return found, refused


def call(program, sheet, heads, group, templates, whole):
    """The JSON of one run, or None and {index of the scenario: what is wrong with its line; -1: all}."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'cases.csv')
        with open(path, 'w', newline='', encoding='utf-8') as file:
            writer = csv.writer(file, lineterminator='\n')
            writer.writerow(('scenario',) + heads)
            for name, settings in group:
                writer.writerow([name] + [settings[head] for head in heads])
        words = [program, 'run', sheet, path, '--json'] + (['--all'] if whole else [])
        for option in templates:
            words += ['--templates', option]
        done = subprocess.run(words, capture_output=True, text=True, timeout=600,
                              env={**os.environ, 'MLSYSIM_PATH': ROOT})
    if done.returncode in (0, 1) and done.stdout:
        return json.loads(done.stdout), {}
    errors = {-1: done.stderr.strip()}
    for line, text in re.findall(re.escape(path) + r':(\d+):\d+: (.*)', done.stderr):
        if int(line) >= 2 and not text.startswith('warning'):
            errors.setdefault(int(line) - 2, text)
    return None, errors


def cells_of(scenario):
    cells = {}
    for cell in scenario['cells']:
        key = '%s(%s)' % (cell['path'], cell['row']) if 'row' in cell else cell['path']
        cells[key] = cell
    for check in scenario['checks']:
        cells[check['path']] = {'value': check['holds'], 'si': None, 'error': check['error']}
    return cells
