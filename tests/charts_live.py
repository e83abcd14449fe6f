#!/usr/bin/env python3
"""charts_live.py MLSYSIM: what charts need besides is live. Run with a python that has uno.

Exports tests/live/charts.sheet, changes inputs in the workbook, lets LibreOffice calculate, and asks
that every formula of the worksheets `charts` and `runs` is what a workbook exported with those inputs
holds: the order of the tornado, the steps of the waterfall, margins, ceilings, every cell of every run.
Then the ends of the runs are typed over: each run is the engine's with that input set. A run that is
broken is told by the checks that stand for it.
Prints a failure a line and last "N passed, M failed"; exit 77 when LibreOffice or uno is absent."""
import os
import subprocess
import sys
import tempfile

from excel_live import Office, Tally, Values, cached_values, compare_cache, engine, place_of, position

SHEET = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'live', 'charts.sheet')
CHANGES = [{}, {'rent': 2000, 'back': -900}, {'wage': -900, 'back': 900, 'rent': 100},
           {'raise': 2, 'divisor': 0.75},
           {'peak': 50, 'reached': 3, 'rent': 0, 'wage': 0, 'back': 0}, {'divisor': 0}]
AGREEMENT = ['The run gives the same', 'All runs give the same as the engine']
APART = 'Tornados whose base run is not the model\'s'
LINES = 'What moves the pay: what the inputs change on the way, in base units'
AGREES = 6  # row of the cover


def export(program, path, changes):
    words = [word for pair in changes.items() for word in ('--set', '%s=%s' % pair)]
    subprocess.run([program, 'run', SHEET, '-o', path, *words], check=True, timeout=120,
                   stdout=subprocess.DEVNULL)


def compare(document, path, tally, name, changed):
    """Whether a run is still the engine's is another question in a changed workbook."""
    cells, _ = cached_values(path)
    labels = [line[0] for line in document.Sheets.getByName('runs').getCellRangeByName('A1:A1000').getDataArray()]
    asked = {key: cell for key, cell in cells.items() if key[0] in ('charts', 'runs') and not
             (changed and key[0] == 'runs' and labels[position(key[1])[1]] in AGREEMENT)}
    for sheet, least in ('charts', 50), ('runs', 800):
        if sum(key[0] == sheet for key in asked) < least:
            tally.fail('%s: few formulas on the worksheet %s' % (name, sheet))
    compare_cache(document, asked, tally, name)


def cell(document, sheet, column, row):
    return document.Sheets.getByName(sheet).getCellByPosition(column, row)


def override(document, names, path, value):
    sheet, address = place_of(names['in.' + path])
    cell(document, sheet, *position(address)).setValue(value)


def verdicts(document):
    """The agreement of the cover, the count of runs that are apart, and the master check."""
    data = document.Sheets.getByName('checks').getCellRangeByName('A1:C100').getDataArray()
    values = {line[0]: line[2] for line in data}
    return [cell(document, 'cover', 1, AGREES).getValue(), values[APART], values['Master check']]


def typed_ends(document, program, tally):
    """Each input that moves gets ends of its own; the result is in the row of its label."""
    data = document.Sheets.getByName('runs').getCellRangeByName('A1:M200').getDataArray()
    block = result = None
    for row, line in enumerate(data):
        if line[0] in ('Input that moves', 'Run'):
            block = row if line[0] != 'Run' else None
        elif block is not None and line[8] != '':
            run = next(at for at, later in enumerate(data) if at > row and later[0] == 'Run') + 3
            for end, share in (0, 0.75), (1, 0.9):
                result, value = data[run][1], line[2] * share
                cell(document, 'runs', 4 + end, row).setValue(value)
                document.calculateAll()
                text = '%r [%s]' % (value, line[3]) if line[3] != 'number' else repr(value)
                cells = {each['path']: each for each in engine(program, [], SHEET, [(line[1], text)])[0]}
                wanted = cells[result]['value']
                found = cell(document, 'runs', 5 + 2 * (row - block - 1) + end, run).getValue()
                if abs(found - wanted) <= 1e-12 * abs(wanted):
                    tally.passed += 1
                else:
                    tally.fail('%s with %s = %s: %r, the engine %r' % (result, line[1], text, found, wanted))
    if result is None:
        tally.fail('no input moves')


def broken(document, names, tally):
    """All is well; then a wrong number in the base run of the first block, and one in its first run.
    For the master check all other checks must hold, which takes other inputs than the engine had."""
    data = document.Sheets.getByName('runs').getCellRangeByName('A1:A200').getDataArray()
    first = next(row for row, line in enumerate(data) if line[0] == LINES) + 1
    holding = {'rent': 1000, 'wage': 400}
    for inputs, column, wanted in (({}, None, [1, 0, 0]), ({}, 4, [0, 1, 0]), ({}, 5, [0, 0, 0]),
                                   (holding, None, [0, 0, 1]), (holding, 4, [0, 1, 0])):
        for path, value in inputs.items():
            override(document, names, path, value)
        place = cell(document, 'runs', column or 0, first)
        kept = place.getFormula()
        if column:
            place.setValue(-777)
        document.calculateAll()
        found = verdicts(document)
        if found == wanted:
            tally.passed += 1
        else:
            tally.fail('column %s of the runs broken: %s' % (column, found))
        place.setFormula(kept)


def unlocked(office, path):
    document = office.open(path)
    for name in document.Sheets.ElementNames:
        document.Sheets.getByName(name).unprotect('')
    return document


def more(office, program, base, names, tally):
    document = unlocked(office, base)
    typed_ends(document, program, tally)
    document.close(True)
    document = unlocked(office, base)
    broken(document, names, tally)
    document.close(True)


def main():
    tally = Tally()
    with Office() as office, tempfile.TemporaryDirectory() as folder:
        base = os.path.join(folder, 'base.xlsx')
        export(sys.argv[1], base, {})
        names = cached_values(base)[1]
        for number, changes in enumerate(CHANGES):
            wanted = os.path.join(folder, '%d.xlsx' % number)
            export(sys.argv[1], wanted, changes)
            document = office.open(base)
            for path, value in changes.items():
                override(document, names, path, value)
            document.calculateAll()
            compare(document, wanted, tally, 'with %s' % (changes or 'nothing changed'), bool(changes))
            document.close(True)
        more(office, sys.argv[1], base, names, tally)
    print('%d passed, %d failed' % (tally.passed, tally.failed))
    return 1 if tally.failed or not tally.passed else 0


if __name__ == '__main__':
    sys.exit(main())
