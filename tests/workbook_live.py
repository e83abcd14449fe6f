#!/usr/bin/env python3
"""workbook_live.py MLSYSIM [SHEET ...]: what may be chosen in a workbook. Run with a python
that has uno. For each sheet, of an example with its file of scenarios; `./dev full` names the large ones:
(1) every scenario is chosen on the cover: each cell equals `mlsysim run --scenario`, each badge its
    state, the engine's values agree, and no cell for a person holds an error;
(2) every input is overridden alone, and facts are: again as `mlsysim run --set`;
(3) the as-of date moves: what rests on a dated fact becomes stale, and nothing else changes;
(4) a cache with one wrong number is found.
Prints a failure a line and last "N passed, M failed"; exit 77 when LibreOffice or uno is absent."""
import os
import re
import subprocess
import sys
import tempfile
import zipfile

from excel_live import (Office, Tally, Values, base_cells, cached_values, change, compare_cache,
                        compare_engine, engine, expected_of, loose_cells)

SHEETS = ['roofline', 'serving']
FACTS = 12  # facts overridden in each workbook
COVER_SCENARIO, COVER_AGREES, COVER_AS_OF = 4, 6, 7  # rows of the cover
STATE = 5  # column of an instance's worksheet
WEAK = ['input', 'verified', 'derived', 'cited', 'stale', 'estimate', 'assumed', 'missing']


def cover(doc, row):
    return doc.Sheets.getByName('cover').getCellByPosition(1, row)


def unlock(doc):
    for name in doc.Sheets.ElementNames:
        doc.Sheets.getByName(name).unprotect('')


def scenario_names(doc):
    data = doc.Sheets.getByName('scenarios').getCellRangeByName('E4:ZZ4').getDataArray()[0]
    return [name for name in data if name]


def compare_states(doc, places, cells, tally, what):
    """The badge of each scalar on its worksheet: its state, or missing where it has no value."""
    values = Values(doc)
    for cell in cells:
        place = places.get((cell['path'], ''))
        if place is None or cell.get('row') is not None or cell['kind'] == 'check':
            continue
        found = values.at((place[0], STATE, place[2]))
        state = 'missing' if cell['error'] is not None else cell['state']
        if found == state:
            tally.passed += 1
            tally.badges = getattr(tally, 'badges', 0) + 1
        else:
            tally.fail('%s: the badge of %s is %s, its state %s' %
                       (what, cell['path'], found, state))


BASE_UNITS_BELOW = ': what the inputs change on the way, in base units'


def last_row(sheet, end):
    """Below such a heading stand base-unit cells."""
    for row, line in enumerate(sheet.getCellRangeByPosition(0, 0, 0, end).getDataArray()):
        if str(line[0]).endswith(BASE_UNITS_BELOW):
            return row
    return end


def no_errors(doc, tally, what):
    """Base-unit cells may hold an error where something is missing; what a person reads may not."""
    for name in doc.Sheets.ElementNames:
        sheet = doc.Sheets.getByName(name)
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        head = [str(v) for v in sheet.getCellRangeByPosition(0, 0, last.EndColumn, 5)
                .getDataArray()[3]]
        base = [i for i, v in enumerate(head) if 'ase-unit value' in v or 'base unit' in v]
        columns = min(base) - 1 if base else last.EndColumn
        wrong = sheet.getCellRangeByPosition(0, 0, columns, last_row(sheet, last.EndRow)).queryFormulaCells(4)
        if wrong.Count:
            tally.fail('%s: errors on %s in %s' % (what, name, wrong.RangeAddressesAsString))
        else:
            tally.passed += 1


def compare(doc, places, loose, answer, tally, what):
    cells, checks = answer[:2]
    compare_engine(doc, places, expected_of(cells, checks), loose, tally, what)
    compare_states(doc, places, cells, tally, what)


def scenarios(doc, program, sheet, csv, places, loose, tally):
    for name in scenario_names(doc)[::-1]:
        cover(doc, COVER_SCENARIO).setString(name)
        doc.calculateAll()
        what = '%s, scenario %s' % (sheet, name)
        answer = engine(program, [csv, '--scenario', name], sheet, [])
        compare(doc, places, loose, answer, tally, what)
        no_errors(doc, tally, what)
        if cover(doc, COVER_AGREES).getValue() == 1:
            tally.passed += 1
        else:
            tally.fail('%s: the cover says that results are not the engine\'s' % what)


def every_input(doc, program, sheet, where, names, places, loose, tally):
    inputs = sorted(n for n in names if n.startswith('in.') and ':' not in names[n])
    made = 0
    for index, name in enumerate(inputs):
        for turn in (index, index + 1):
            done = change(doc, names, turn, name)
            if done is None:
                break
            setting, undo = done
            answer = engine(program, where, sheet, [setting])
            if answer[0] is not None:
                doc.calculateAll()
                what = '%s with %s=%s' % (sheet, *setting)
                compare(doc, places, loose, answer, tally, what)
                if not setting[1][0].isdigit():  # another item or kind
                    no_errors(doc, tally, what)
                made += 1
            undo()
            if answer[0] is not None:
                break
        else:
            tally.fail('%s: %s could not be changed' % (sheet, name))
    print('# %s: %d of %d inputs changed, each alone' % (sheet, made, len(inputs)))


def some_facts(doc, program, sheet, where, places, loose, tally):
    """Facts are typed over in their rows of the inputs worksheet."""
    data = doc.Sheets.getByName('inputs').getCellRangeByName('A1:P2000').getDataArray()
    rows = [i for i, line in enumerate(data) if i > 3 and line[15] != '' and
            isinstance(line[2], float) and line[2] != 0]
    step = max(1, len(rows) // FACTS)
    for row in rows[::step]:
        path, unit, value = data[row][1], data[row][3], data[row][2] * 1.25
        cell = doc.Sheets.getByName('inputs').getCellByPosition(4, row)
        text = '%r [%s]' % (value, unit) if unit not in ('number', '') else repr(value)
        answer = engine(program, where, sheet, [(path, text)])
        if answer[0] is None:
            tally.fail('%s: %s' % (path, answer[2]))
            continue
        cell.setValue(value)
        doc.calculateAll()
        compare(doc, places, loose, answer, tally, '%s with fact %s=%s' % (sheet, path, text))
        cell.setFormula('')


def as_of(doc, places, cells, tally, sheet):
    """Many years later all dated facts are stale, unless something weaker is in them."""
    before = Values(doc)
    old = cover(doc, COVER_AS_OF).getValue()
    cover(doc, COVER_AS_OF).setValue(old + 3650)
    doc.calculateAll()
    after = Values(doc)
    stale = 0
    for cell in cells:
        place = places.get((cell['path'], ''))
        if place is None or cell['kind'] == 'check' or cell.get('row') is not None:
            continue
        was = before.at((place[0], STATE, place[2]))
        now = after.at((place[0], STATE, place[2]))
        stale += now == 'stale'
        allowed = [was, 'stale'] if WEAK.index(was) < WEAK.index('stale') else [was]
        fact = cell['kind'] == 'fact' and was in ('verified', 'derived', 'cited')
        if now in allowed and not (fact and now != 'stale'):
            tally.passed += 1
        else:
            tally.fail('%s: %s was %s, ten years later %s' % (sheet, cell['path'], was, now))
    if stale == 0:
        tally.fail('%s: nothing is stale after ten years' % sheet)
    cover(doc, COVER_AS_OF).setValue(old)
    doc.calculateAll()


def poisoned(office, path, tally):
    """One cached number of the file is changed: the comparison must find it."""
    wrong = path + '.wrong.xlsx'
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(wrong, 'w', zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            text = old.read(part)
            if part == 'xl/worksheets/sheet4.xml':
                text, count = re.subn(rb'(</f><v>)[1-9][0-9.]*(</v>)', rb'\g<1>-777\2', text, 1)
                assert count == 1
            new.writestr(part, text)
    cells, _ = cached_values(wrong)
    found = Tally()
    found.shown = 1000
    doc = office.open(wrong)
    doc.calculateAll()
    compare_cache(doc, cells, found, path)
    doc.close(True)
    if found.failed == 1:
        tally.passed += 1
    else:
        tally.fail('a wrong cached number: %d differences found' % found.failed)


def chosen(office, program, sheet, csv, folder, tally):
    path = os.path.join(folder, sheet + '.xlsx')
    run = subprocess.run([program, 'run', sheet, csv, '-o', path], capture_output=True, text=True)
    if run.returncode not in (0, 1):
        tally.fail('%s: no workbook: %s' % (sheet, run.stderr.strip()))
        return
    formulas, names = cached_values(path)
    doc = office.open(path)
    try:
        unlock(doc)
        doc.calculateAll()
        compare_cache(doc, formulas, tally, sheet)
        places = base_cells(doc)
        places.pop('main', None)
        loose = loose_cells(doc, formulas)
        first = scenario_names(doc)[0]
        scenarios(doc, program, sheet, csv, places, loose, tally)
        where = [csv, '--scenario', first]
        as_of(doc, places, engine(program, where, sheet, [])[0], tally, sheet)
        some_facts(doc, program, sheet, where, places, loose, tally)
        every_input(doc, program, sheet, where, names, places, loose, tally)
    finally:
        doc.close(True)
    poisoned(office, path, tally)


def main():
    program = os.path.abspath(sys.argv[1])
    examples = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'examples')
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, Office() as office:
        for sheet in sys.argv[2:] or SHEETS:
            tally.shown = 0
            chosen(office, program, sheet, os.path.join(examples, sheet + '.csv'), folder, tally)
    print('# %d badges compared' % tally.badges)
    print('%d passed, %d failed' % (tally.passed, tally.failed))
    return 1 if tally.failed or not tally.passed else 0


if __name__ == '__main__':
    sys.exit(main())
