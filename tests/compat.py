#!/usr/bin/env python3
"""compat.py MLSYSIM: the files of each release still run and give what they gave. Each folder
tests/compat/VERSION holds sheets, a registry, inputs, and the reports of that version. Members may be
added to JSON; none may go or change. A CSV keeps its bytes. `compat.py MLSYSIM --write VERSION` makes
the reports of a new release; those of an old one are never written again."""
import json
import os
import subprocess
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'compat')
RUNS = [('names', 'inputs.csv', 'json'), ('rows', 'rows.csv', 'json'), ('rows', 'rows.csv', 'csv')]


def report(program, folder, inputs, form):
    out = ['--json'] if form == 'json' else ['-o', 'out.csv']
    run = subprocess.run([program, 'run', 'whole.sheet', inputs, '--all', *out, '--templates', '.',
                          '--registry', 'registry'], cwd=folder, capture_output=True, text=True)
    if run.returncode != 0 or run.stderr:
        return 'exit %d: %s' % (run.returncode, run.stderr)
    if form == 'json':
        return run.stdout
    path = os.path.join(folder, 'out.csv')
    with open(path, newline='') as file:
        text = file.read()
    os.remove(path)
    return text


def lost(old, new, where):
    """What the old report has and the new one has not, or has otherwise."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key not in new:
                yield '%s.%s is gone' % (where, key)
            elif (where, key) != ('report', 'mlsysim'):
                yield from lost(old[key], new[key], '%s.%s' % (where, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new)):
            yield from lost(*pair, '%s[%d]' % (where, index))
    elif old != new:
        yield '%s was %r and is %r' % (where, old, new)


def compare(expected, found, form):
    if form == 'csv':
        return [] if expected == found else ['the bytes differ']
    try:
        return list(lost(json.loads(expected), json.loads(found), 'report'))
    except ValueError:
        return [found.strip()]


def main():
    program = os.path.abspath(sys.argv[1])
    write = sys.argv[3] if sys.argv[2:3] == ['--write'] else None
    passed = failed = 0
    for version in [write] if write else sorted(os.listdir(HERE)):
        folder = os.path.join(HERE, version)
        for name, inputs, form in RUNS:
            path = os.path.join(folder, 'expected_%s.%s' % (name, form))
            found = report(program, folder, inputs, form)
            if write:
                with open(path, 'w', newline='') as file:
                    file.write(found)
                continue
            with open(path, newline='') as file:
                wrong = compare(file.read(), found, form)
            for line in wrong[:10]:
                print('%s, %s as %s: %s' % (version, inputs, form, line))
            passed += not wrong
            failed += bool(wrong)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not (passed or write) else 0


sys.exit(main())
