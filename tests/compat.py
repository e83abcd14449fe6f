#!/usr/bin/env python3
"""compat.py MLSYSIM: the files of each release still run and give what they gave. Each folder
tests/compat/VERSION holds sheets, a registry, inputs, and the reports of that version. Members may be
added to JSON; none may go or change. A CSV keeps its bytes. commands.txt has commands with the exit
status that they have. `compat.py MLSYSIM --write VERSION` makes the reports of a new release; those of
an old one are never written again.

The folder `renamed` holds a later registry and sheet in which much has another name: the files of each
release run on them, with warnings and the same numbers."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'compat')
RENAMED = os.path.join(HERE, 'renamed')
RUNS = [('names', 'inputs.csv', 'json'), ('rows', 'rows.csv', 'json'), ('rows', 'rows.csv', 'csv'),
        ('forms', 'inputs.json', 'json')]


def call(program, folder, *words):
    return subprocess.run([program, *words], cwd=folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)


def report(program, folder, inputs, form):
    out = ['--json'] if form == 'json' else ['-o', 'out.csv']
    run = call(program, folder, 'run', 'whole.sheet', inputs, '--all', *out, '--templates', '.',
               '--registry', 'registry')
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


def exits(program, folder):
    """Commands that end with another status than they did."""
    with open(os.path.join(folder, 'commands.txt')) as file:
        lines = [line.split() for line in file if not line.startswith('#')]
    for status, *words in lines:
        data = ['--templates', '.', '--registry', 'registry'] if len(words) > 1 else []
        run = call(program, folder, *words, *data)
        yield ' '.join(words), [] if run.returncode == int(status) else [
            'ended with %d, not %s: %s' % (run.returncode, status, run.stderr.strip()[:300])]


def results(program, folder, inputs, *data):
    """The lines of the results below their header, and what was warned of."""
    with tempfile.TemporaryDirectory() as place:
        out = os.path.join(place, 'out.csv')
        run = call(program, folder, 'run', 'whole.sheet', inputs, '-o', out, *data)
        if run.returncode != 0:
            return run.stderr, []
        with open(out, newline='') as file:
            return file.read().split('\n', 1)[1], run.stderr.splitlines()


def after_renaming(program, folder, inputs):
    old, said = results(program, folder, inputs, '--templates', '.', '--registry', 'registry')
    new, warned = results(program, folder, inputs, '--templates', os.path.join(RENAMED, 'templates'),
                          '--registry', os.path.join(RENAMED, 'registry'))
    if said or not old.count('\n') or old != new:
        return ['the numbers differ: %s' % new]
    told = len(warned) > 10 and all(' is called ' in one and ': warning: ' in one for one in warned)
    return [] if told else ['said: %s' % '; '.join(warned)]


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
    for version in [write] if write else sorted(set(os.listdir(HERE)) - {'renamed'}):
        folder = os.path.join(HERE, version)
        more = [] if write else list(exits(program, folder)) + [
            ('renamed, ' + inputs, after_renaming(program, folder, inputs))
            for inputs in ('inputs.csv', 'rows.csv', 'inputs.json')]
        for about, wrong in more:
            for line in wrong:
                print('%s, %s: %s' % (version, about, line))
            passed += not wrong
            failed += bool(wrong)
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
