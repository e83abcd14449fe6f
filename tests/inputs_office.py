#!/usr/bin/env python3
"""inputs_office.py MLSYSIM: workbooks changed in LibreOffice and by openpyxl, recalculated and saved
there, are read back; a run on what was read gives what the workbook shows, every output and check of
the sheet. Prints last `N passed, N failed`; exit 77 without LibreOffice."""
import json
import os
import subprocess
import sys
import tempfile

from excel_live import Office, PropertyValue, uno

passed = failed = 0


def verdict(good, text):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print(text)


def run(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=300)


def column_b(sheet):
    """Name -> row, from the column Name."""
    rows = {}
    for row in range(400):
        text = sheet.getCellByPosition(1, row).String
        if text and row > 3:
            rows.setdefault(text, row)
    return rows


def another(about, now):
    """Another value that the schema allows, in the unit of the cell."""
    if about['type'] == 'string':
        words = about.get('enum', [])
        return next((word for word in words if word != now and word != 'Custom'), None)
    low, high = about.get('minimum'), about.get('maximum')
    if low is None:
        return now * 1.25
    if about['type'] == 'integer':
        return now * 2 if now * 2 <= high else max(low, now // 2)
    return now + (high - now) * 0.25 if high - now < 10 * abs(now) + 1 else now * 1.25


def shown(document):
    """What the key results show: name -> number or word."""
    sheet = document.Sheets.getByName('scenarios')
    found, results = {}, False
    for row in range(500):
        label = sheet.getCellByPosition(0, row).String
        if label.startswith('Key results'):
            results = True
        elif label.startswith('The workbook gives'):
            break
        elif results and label:
            cell = sheet.getCellByPosition(3, row)
            word = cell.FormulaResultType2 == 2
            found[sheet.getCellByPosition(1, row).String] = (
                cell.String if word else cell.Value)
    return found


def save(document, path):
    choice = PropertyValue()
    choice.Name, choice.Value = 'FilterName', 'Calc MS Excel 2007 XML'
    document.storeToURL(uno.systemPathToFileUrl(path), (choice,))


def compare(program, sheet, path, wanted, name):
    back = path + '.csv'
    read = run(program, 'inputs', path, '-o', back)
    verdict(read.returncode == 0, '%s: %s' % (name, read.stderr))
    if read.returncode != 0:
        return
    got = run(program, 'run', sheet, back, '--json', '--all')
    verdict(got.returncode == 0, '%s: %s' % (name, got.stderr))
    if got.returncode != 0:
        return
    cells = {cell['path']: cell for cell in json.loads(got.stdout)['scenarios'][0]['cells']}
    for path, value in wanted.items():
        mine = 'missing' if cells[path]['error'] else cells[path]['value']
        if isinstance(value, float) and not isinstance(mine, str):
            same = abs(value - float(mine)) <= 1e-11 * max(abs(value), abs(mine))
        else:
            same = value == mine
        verdict(same, '%s: %s is %r in the workbook, %r in the run' % (name, path, value, mine))


def in_office(office, program, folder, sheet):
    made = os.path.join(folder, sheet + '.xlsx')
    run(program, 'run', sheet, '-o', made)
    schema = json.loads(run(program, 'schema', sheet).stdout)['properties']
    names = [name for name, about in schema.items() if 'x-fact-of' not in about]
    facts = [name for name, about in schema.items()
             if 'x-fact-of' in about and about['type'] == 'number'][:2]
    document = office.open(made)
    inputs = document.Sheets.getByName('inputs')
    rows = column_b(inputs)
    changed = 0
    for name in names + facts:
        cell = inputs.getCellByPosition(2, rows[name])
        now = cell.String if schema[name]['type'] == 'string' else cell.Value
        new = another(schema[name], now)
        if new is None or new == now or changed % 3 == 2 and name not in facts:
            changed += 1
            continue
        override = inputs.getCellByPosition(4, rows[name])
        if isinstance(new, str):
            override.String = new
        else:
            override.Value = new
        changed += 1
    inputs.getCellByPosition(10, rows[names[0]]).String = 'changed in LibreOffice; "so"'
    document.calculateAll()
    saved = os.path.join(folder, sheet + '_office.xlsx')
    save(document, saved)
    wanted = shown(document)
    document.close(True)
    verdict(wanted, sheet + ': no key results')
    compare(program, sheet, saved, wanted, sheet + ' in LibreOffice')
    with open(saved + '.csv', encoding='utf-8') as file:
        verdict('"changed in LibreOffice; ""so"""' in file.read(), sheet + ': the note is lost')


# Run by a Python that has openpyxl, which need not be the one that has uno.
OPENPYXL = """
import json, sys, openpyxl
made, saved, values = sys.argv[1:]
book = openpyxl.load_workbook(made)
rows = {row[1].value: row for row in book['inputs'].iter_rows(min_row=5)}
for name, value in json.loads(values).items():
    rows[name][4].value = value
book.save(saved)
"""


def in_openpyxl(office, program, folder, sheet):
    """openpyxl keeps formulas and drops their values; LibreOffice then calculates what it saved."""
    made, saved = (os.path.join(folder, sheet + end) for end in ('.xlsx', '_openpyxl.xlsx'))
    schema = json.loads(run(program, 'schema', sheet).stdout)['properties']
    values = {name: another(about, about['default']) for name, about in list(schema.items())[:8]
              if about['type'] != 'string' and 'default' in about}
    for python in ('python3', '/usr/bin/python3'):
        done = run(python, '-c', OPENPYXL, made, saved, json.dumps(values))
        if done.returncode == 0:
            break
    else:
        print('not changed by openpyxl, which is not there')
        return
    document = office.open(saved)
    document.calculateAll()
    wanted = shown(document)
    document.close(True)
    compare(program, sheet, saved, wanted, sheet + ' by openpyxl')


def edited_formula(office, program, folder, sheet):
    """A formula that somebody typed over in LibreOffice is found."""
    document = office.open(os.path.join(folder, sheet + '.xlsx'))
    page = document.Sheets.getByName(sheet)
    page.unprotect('')
    row = next(row for row in range(5, 60)
               if page.getCellByPosition(1, row).Formula.startswith('=IF(ISNUMBER('))
    page.getCellByPosition(1, row).Formula = '=1+1'
    saved = os.path.join(folder, sheet + '_formula.xlsx')
    save(document, saved)
    document.close(True)
    read = run(program, 'inputs', saved)
    text = '%s!B%d: =1+1; the model has =IF(ISNUMBER(' % (sheet, row + 1)
    verdict(read.returncode == 2 and text in read.stderr, '%s: %s' % (sheet, read.stderr))


def main():
    program = os.path.abspath(sys.argv[1])
    if 'built without' in run(program, 'inputs', 'none.xlsx').stderr:
        print('skipped: this program cannot read workbooks')
        return 77
    with tempfile.TemporaryDirectory() as folder, Office() as office:
        for sheet in ('roofline', 'serving', 'training', 'monthly_tco'):
            in_office(office, program, folder, sheet)
            in_openpyxl(office, program, folder, sheet)
            edited_formula(office, program, folder, sheet)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
