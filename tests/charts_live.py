#!/usr/bin/env python3
"""charts_live.py MLSYSIM: what charts need besides is live. Run with a python that has uno.

Exports tests/live/charts.sheet, changes inputs in the workbook, lets LibreOffice calculate, and asks
that every formula of the worksheet `charts` is what a workbook exported with those inputs holds: the
order of the tornado, the steps of the waterfall, margins, ceilings.
Prints a failure a line and last "N passed, M failed"; exit 77 when LibreOffice or uno is absent."""
import os
import subprocess
import sys
import tempfile

from excel_live import Office, Tally, cached_values, compare_cache, place_of, position

SHEET = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'live', 'charts.sheet')
CHANGES = [{}, {'rent': 2000, 'back': -900}, {'wage': -900, 'back': 900, 'rent': 100},
           {'peak': 50, 'reached': 3, 'rent': 0, 'wage': 0, 'back': 0}, {'divisor': 0}]


def export(program, path, changes):
    words = [word for pair in changes.items() for word in ('--set', '%s=%s' % pair)]
    subprocess.run([program, 'run', SHEET, '-o', path, *words], check=True, timeout=120,
                   stdout=subprocess.DEVNULL)


def compare(document, path, tally, name):
    cells, _ = cached_values(path)
    charts = {key: cell for key, cell in cells.items() if key[0] == 'charts'}
    if len(charts) < 50:
        tally.fail('%s: %d formulas on the worksheet charts' % (name, len(charts)))
    compare_cache(document, charts, tally, name)


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
                sheet, address = place_of(names['in.' + path])
                column, row = position(address)
                document.Sheets.getByName(sheet).getCellByPosition(column, row).setValue(value)
            document.calculateAll()
            compare(document, wanted, tally, 'with %s' % (changes or 'nothing changed'))
            document.close(True)
    print('%d passed, %d failed' % (tally.passed, tally.failed))
    return 1 if tally.failed or not tally.passed else 0


if __name__ == '__main__':
    sys.exit(main())
