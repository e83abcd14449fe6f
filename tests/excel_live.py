#!/usr/bin/env python3
"""excel_live.py MLSYSIM SHARED [SHEET ...]: workbooks are live. Run with a python that has uno.

For tests/live/odd.sheet and each sheet of SHARED/templates_draft (or those named): exports a
workbook, opens it in LibreOffice, and asks that
(1) a hard recalculation gives every cached value again;
(2) every base-unit cell equals the engine;
(3) inputs are changed one after the other in their cells, and after each change every base-unit
    cell equals `mlsysim run` on the same inputs;
(4) the same holds for a workbook of a run that sets facts.
Agreement: |a - b| <= 1e-12 times the largest of |a|, |b| and the numbers the cell reads; 1e-9 for
what rests on an internal rate of return.
Prints a failure a line and last "N passed, M failed"; exit 77 when LibreOffice or uno is absent."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
import zipfile

TOLERANCE, LOOSE = 1e-12, 1e-9
CHANGES = 8
VALUE_NOW = 2  # column of the inputs worksheet
NS = {'m': 'http://schemas.openxmlformats.org/spreadsheetml/2006/main',
      'r': 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'}

try:
    import uno
    from com.sun.star.beans import PropertyValue
except ImportError:
    print('skipped: this python has no uno')
    sys.exit(77)
if shutil.which('soffice') is None:
    print('skipped: no soffice')
    sys.exit(77)


class Office:
    """One LibreOffice for all workbooks, with a profile of its own."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix='lo_')
        pipe = 'mlsysim%d' % os.getpid()
        self.process = subprocess.Popen(
            ['soffice', '--headless', '--norestore', '--nologo',
             '-env:UserInstallation=file://' + self.folder, '--accept=pipe,name=%s;urp;' % pipe],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext(
            'com.sun.star.bridge.UnoUrlResolver', local)
        context = None
        for _ in range(400):
            try:
                context = resolver.resolve(
                    'uno:pipe,name=%s;urp;StarOffice.ComponentContext' % pipe)
                break
            except Exception:
                time.sleep(0.25)
        self.desktop = context.ServiceManager.createInstanceWithContext(
            'com.sun.star.frame.Desktop', context)
        return self

    def open(self, path):
        hidden = PropertyValue()
        hidden.Name, hidden.Value = 'Hidden', True
        return self.desktop.loadComponentFromURL(uno.systemPathToFileUrl(os.path.abspath(path)),
                                                 '_blank', 0, (hidden,))

    def __exit__(self, *_):
        try:
            self.desktop.terminate()
        except Exception:
            pass
        try:
            self.process.wait(20)
        except Exception:
            self.process.terminate()
        shutil.rmtree(self.folder, ignore_errors=True)


# ---- the file ----

def cached_values(path):
    """Formula cells: (sheet, address) -> type, value, formula; and the defined names."""
    archive = zipfile.ZipFile(path)
    book = ET.fromstring(archive.read('xl/workbook.xml'))
    targets = {e.get('Id'): e.get('Target')
               for e in ET.fromstring(archive.read('xl/_rels/workbook.xml.rels'))}
    cells = {}
    for sheet in book.find('m:sheets', NS):
        part = 'xl/' + targets[sheet.get('{%s}id' % NS['r'])]
        for cell in ET.fromstring(archive.read(part)).iter('{%s}c' % NS['m']):
            formula, value = cell.find('m:f', NS), cell.find('m:v', NS)
            if formula is not None:
                cells[sheet.get('name'), cell.get('r')] = (
                    cell.get('t') or 'n', '' if value is None else value.text or '', formula.text)
    defined = book.find('m:definedNames', NS)
    names = {n.get('name'): n.text for n in (defined if defined is not None else [])
             if n.get('localSheetId') is None}
    return cells, names


def place_of(reference):
    match = re.match(r"'?([^'!]+)'?!\$([A-Z]+)\$(\d+)", reference)
    return match.group(1), match.group(2) + match.group(3)


# ---- the workbook: which cell stands where ----

def used(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    address = cursor.RangeAddress
    return sheet.getCellRangeByPosition(0, 0, address.EndColumn, address.EndRow).getDataArray()


def base_cells(doc):
    """path, row -> sheet, column, row of its base-unit cell; words stand in their own cell."""
    found = {}
    for sheet in doc.Sheets.ElementNames:
        data = used(doc.Sheets.getByName(sheet))
        if len(data) > 3 and data[3][0] == 'Quantity':
            instance_cells(sheet, data, found)
        elif len(data) > 5 and data[5][0] == 'Unit':
            table_cells(sheet, data, found)
        elif sheet == 'checks':
            check_cells(sheet, data, found)
    return found


def prefix_of(sheet, found):
    found.setdefault('main', sheet)
    return '' if found['main'] == sheet else sheet + '.'


def instance_cells(sheet, data, found):
    head = list(data[3])
    base, names = head.index('Base-unit value'), head.index('Name')
    prefix = prefix_of(sheet, found)
    for row in range(4, len(data)):
        if data[row][0] == 'Constants and parts of the formulas above':
            break
        if data[row][names]:
            value = base if data[row][base] != '' else 1
            found[prefix + data[row][names], ''] = (sheet, value, row)


def key_text(key):
    whole = isinstance(key, float) and key == int(key)
    return str(int(key)) if whole else str(key)


def table_cells(sheet, data, found):
    block = list(data[2]).index('Factor')
    bases = [column for column in range(block + 1, len(data[4])) if data[4][column]]
    seen = {}
    for column in range(block - 1):
        name = data[4][column] if column else data[3][0]
        if name.count('.') > 1:  # words of a family of facts: the engine counts them
            name = name[:name.rindex('.')]
        seen[name] = seen.get(name, 0) + 1
        base = bases.pop(0) if column and bases and data[4][bases[0]] == data[4][column] else column
        for row in range(6, len(data)):
            path = sheet + '.' + name + ('' if seen[name] == 1 else '#%d' % seen[name])
            found[path, key_text(data[row][0])] = (sheet, base, row)


def check_cells(sheet, data, found):
    for row in range(4, len(data)):
        if data[row][1] and ' in ' in str(data[row][1]):
            found[data[row][1], ''] = (sheet, list(data[3]).index('Base-unit value'), row)


# ---- the engine ----

def engine(program, where, sheet, settings):
    command = [program, 'run', sheet, '--json', '--all'] + where
    for path, value in settings:
        command += ['--set', '%s=%s' % (path, value)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if run.returncode != 0:
        return None, None, run.stderr
    scenario = json.loads(run.stdout)['scenarios'][0]
    return scenario['cells'], scenario['checks'], ''


def expected_of(cells, checks):
    """path, row -> number, word or None for an error."""
    wanted, seen = {}, {}
    for cell in cells:
        value = cell['si'] if cell['si'] is not None else cell['value']
        if cell['error'] is not None:
            value = None
        row = cell.get('row')
        key = cell['path'], '' if row is None else str(row)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            key = '%s#%d' % (key[0], seen[key]), key[1]
        wanted[key] = float(value) if isinstance(value, (bool, int)) else value
    for check in checks:
        holds = check['holds']
        wanted[check['path'], ''] = None if holds is None or holds == -1 else float(holds)
    return wanted


# ---- comparing ----

class Values:
    """All values of a document at once: a call a cell is slow."""

    def __init__(self, doc):
        self.doc = doc
        self.sheets = {n: used(doc.Sheets.getByName(n)) for n in doc.Sheets.ElementNames}

    def at(self, place):
        """A number or a word that is certainly one, else what the cell itself says."""
        sheet, column, row = place
        data = self.sheets[sheet]
        value = data[row][column] if row < len(data) and column < len(data[row]) else None
        certain = isinstance(value, float) and value != 0 or isinstance(value, str) and value
        return value if certain else value_at(self.doc, place)


def position(address):
    match = re.match(r'([A-Z]+)(\d+)', address)
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    return column - 1, int(match.group(2)) - 1


def value_at(doc, place):
    cell = doc.Sheets.getByName(place[0]).getCellByPosition(place[1], place[2])
    if cell.getError():
        return None
    kind = cell.Type.value
    if kind == 'FORMULA':
        return cell.getValue() if cell.FormulaResultType2 == 1 else cell.getString()
    return cell.getValue() if kind == 'VALUE' else cell.getString()


def operands(doc, place):
    """The largest number that the cell reads."""
    cell = doc.Sheets.getByName(place[0]).getCellByPosition(place[1], place[2])
    largest = 0.0
    for near in cell.queryPrecedents(False).getRangeAddresses():
        part = doc.Sheets.getByIndex(near.Sheet).getCellRangeByPosition(
            near.StartColumn, near.StartRow, near.EndColumn, near.EndRow)
        for line in part.getDataArray():
            for item in line:
                if isinstance(item, float):
                    largest = max(largest, abs(item))
    return largest


def far_operands(doc, place):
    """Operands on other sheets too: those that the formula names."""
    cell = doc.Sheets.getByName(place[0]).getCellByPosition(place[1], place[2])
    largest = operands(doc, place)
    formula = cell.getFormula()
    for sheet, column, row in re.findall(r"\$'?([\w.~]+)'?\.\$?([A-Z]+)\$?(\d+)", formula):
        if doc.Sheets.hasByName(sheet):
            value = doc.Sheets.getByName(sheet).getCellRangeByName(column + row).getValue()
            largest = max(largest, abs(value))
    return largest


class Tally:
    def __init__(self):
        self.passed = self.failed = 0
        self.worst, self.where = 0.0, ''
        self.shown = 0

    def fail(self, text):
        self.failed += 1
        self.shown += 1
        if self.shown <= 60:
            print(text)

    def numbers(self, doc, place, a, b, loose, what):
        gap = abs(a - b)
        size = max(abs(a), abs(b))
        limit = LOOSE if loose else TOLERANCE
        if gap > limit * size:
            size = max(size, far_operands(doc, place))
        rate = gap / size if size else 0.0
        if rate > self.worst and not loose:
            self.worst, self.where = rate, what
        if rate <= limit:
            self.passed += 1
        else:
            self.fail('%s: %r in the workbook, %r in the engine, off by %.1e' % (what, a, b, rate))


def compare_cache(doc, cells, tally, name):
    values = Values(doc)
    for (sheet, address), (kind, value, _) in cells.items():
        what = '%s: %s!%s' % (name, sheet, address)
        place = (sheet,) + position(address)
        found = values.at(place)
        if found is None:
            if value.startswith('#'):
                tally.passed += 1
            else:
                tally.fail('%s: an error, cached %r' % (what, value))
        elif isinstance(found, float) and kind == 'n':
            tally.numbers(doc, place, found, float(value), False, what + ' against its cache')
        elif found == value:
            tally.passed += 1
        else:
            tally.fail('%s: %r, cached %r' % (what, found, value))


def compare_engine(doc, places, wanted, loose, tally, name):
    values = Values(doc)
    for key, expected in wanted.items():
        what = '%s: %s %s' % (name, key[0], key[1])
        place = places.get(key)
        if place is None:
            tally.fail('%s has no cell in the workbook' % what)
            continue
        found = values.at(place)
        if isinstance(found, float) and isinstance(expected, float):
            tally.numbers(doc, place, found, expected, place in loose, what)
        elif found == expected:
            tally.passed += 1
        else:
            tally.fail('%s: %r in the workbook, %r in the engine' % (what, found, expected))


def loose_cells(doc, cells):
    """What rests on an internal rate of return: that is found by iteration, in both."""
    dirty = set()
    for (sheet, address), (_, _, formula) in cells.items():
        if 'IRR(' in formula:
            at = doc.Sheets.getByName(sheet)
            for near in at.getCellRangeByName(address).queryDependents(True).getRangeAddresses():
                for column in range(near.StartColumn, near.EndColumn + 1):
                    for row in range(near.StartRow, near.EndRow + 1):
                        dirty.add((doc.Sheets.getByIndex(near.Sheet).Name, column, row))
            address = at.getCellRangeByName(address).CellAddress
            dirty.add((sheet, address.Column, address.Row))
    return dirty


# ---- changing inputs ----

def value_now(doc, cell):
    """Of an empty override: the value that the input has without it, in the same row."""
    if cell.Type.value != 'EMPTY':
        return cell
    address = cell.CellAddress
    return doc.Sheets.getByIndex(address.Sheet).getCellByPosition(VALUE_NOW, address.Row)


def another_word(doc, cell):
    source = cell.Validation.getFormula1()
    match = re.match(r"\$?'?(\w+)'?\.\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)", source)
    if not match:
        return None
    block = doc.Sheets.getByName(match.group(1)).getCellRangeByName(
        '%s%s:%s%s' % match.group(2, 3, 4, 5)).getDataArray()
    words = [line[0] for line in block]
    old = value_now(doc, cell).getString()
    return words[(words.index(old) + 1) % len(words)] if old in words and len(words) > 1 else None


def another_number(doc, cell, turn):
    low, high = float(cell.Validation.getFormula1()), float(cell.Validation.getFormula2())
    old = value_now(doc, cell).getValue()
    whole = cell.Validation.Type.value == 'WHOLE'
    tries = [old * 1.25, old * 0.8] if turn % 2 == 0 else [old * 0.8, old * 1.25]
    for new in tries + [old + 1, old - 1, low + (high - low) / 4]:
        new = float(round(new)) if whole else float('%.12g' % new)
        if low <= new <= high and new != old:
            return new
    return None


def change(doc, names, index, name):
    """Types something else into an input; returns what `--set` needs, or None."""
    sheet, address = place_of(names[name])
    at = doc.Sheets.getByName(sheet)
    at.unprotect('')
    cell = at.getCellRangeByName(address)
    words = cell.Validation.Type.value == 'LIST'
    new = another_word(doc, cell) if words else another_number(doc, cell, index)
    if new is None:
        return None
    old = cell.getFormula()
    if words:
        cell.setString(new)
    else:
        cell.setValue(new)
    text = new if words else repr(new)
    return (name[3:], text[:-2] if text.endswith('.0') else text), lambda: cell.setFormula(old)


def changes(doc, program, where, sheet, names, places, loose, tally):
    settings, made = [], 0
    inputs = sorted(n for n in names if n.startswith('in.') and ':' not in names[n])
    step = max(1, len(inputs) // CHANGES)
    for index, name in enumerate(inputs[::step] + [n for n in inputs if n not in inputs[::step]]):
        if made >= CHANGES:
            break
        done = change(doc, names, index, name)
        if done is None:
            continue
        setting, undo = done
        cells, checks, message = engine(program, where, sheet, settings + [setting])
        if cells is None:
            undo()
            continue
        settings.append(setting)
        made += 1
        doc.calculateAll()
        compare_engine(doc, places, expected_of(cells, checks), loose, tally,
                       '%s after %s=%s' % (sheet, setting[0], setting[1]))
    if made < min(5, len(inputs)):
        tally.fail('%s: only %d inputs could be changed' % (sheet, made))
    return made


def overridden(office, program, where, sheet, folder, tally):
    """A run that sets facts and inputs: the workbook starts from these."""
    cells, _, _ = engine(program, where, sheet, [])
    facts = [c for c in cells if c['kind'] == 'fact' and c.get('row') is None
             and isinstance(c['value'], (int, float))]
    settings = [(c['path'], '%s [%s]' % (repr(c['value'] * 1.5), c['unit']) if c['unit'] else
                 repr(c['value'] * 1.5)) for c in facts[:2]]
    settings = [s for s in settings if engine(program, where, sheet, [s])[0] is not None]
    if not settings:
        return
    path = os.path.join(folder, sheet + '_set.xlsx')
    command = [program, 'run', sheet] + where + ['-o', path]
    for setting in settings:
        command += ['--set', '%s=%s' % setting]
    if subprocess.run(command, capture_output=True, timeout=300).returncode != 0:
        tally.fail('%s: no workbook with %s' % (sheet, settings))
        return
    formulas, _ = cached_values(path)
    doc = office.open(path)
    try:
        doc.calculateAll()
        what = '%s with %s' % (sheet, ', '.join('%s=%s' % s for s in settings))
        compare_cache(doc, formulas, tally, what)
        places = base_cells(doc)
        places.pop('main', None)
        wanted = expected_of(*engine(program, where, sheet, settings)[:2])
        compare_engine(doc, places, wanted, loose_cells(doc, formulas), tally, what)
    finally:
        doc.close(True)


def live(office, program, where, sheet, folder, tally):
    path = os.path.join(folder, sheet + '.xlsx')
    run = subprocess.run([program, 'run', sheet] + where + ['-o', path], capture_output=True,
                         text=True, timeout=300)
    if run.returncode != 0:
        tally.fail('%s: no workbook: %s' % (sheet, run.stderr.strip()))
        return
    cells, names = cached_values(path)
    doc = office.open(path)
    try:
        doc.calculateAll()
        compare_cache(doc, cells, tally, sheet)
        places = base_cells(doc)
        places.pop('main', None)
        loose = loose_cells(doc, cells)
        wanted = expected_of(*engine(program, where, sheet, [])[:2])
        compare_engine(doc, places, wanted, loose, tally, sheet)
        made = changes(doc, program, where, sheet, names, places, loose, tally)
        print('# %s: %d formulas, %d engine cells, %d inputs changed' %
              (sheet, len(cells), len(wanted), made))
    finally:
        doc.close(True)


def main():
    program, shared = sys.argv[1:3]
    drafts = os.path.join(shared, 'templates_draft')
    if not os.path.isdir(drafts):
        print('skipped: no draft sheets')
        return 77
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'live')
    sheets = sys.argv[3:] or ['odd'] + sorted(n[:-6] for n in os.listdir(drafts)
                                              if n.endswith('.sheet'))
    where = ['--templates', own, '--templates', drafts, '--registry',
             os.path.join(drafts, 'registry')]
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, Office() as office:
        for sheet in sheets:
            tally.shown = 0
            live(office, program, where, sheet, folder, tally)
            overridden(office, program, where, sheet, folder, tally)
    print('# largest relative difference %.2e at %s' % (tally.worst, tally.where))
    print('%d passed, %d failed' % (tally.passed, tally.failed))
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
