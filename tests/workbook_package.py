#!/usr/bin/env python3
"""workbook_package.py MLSYSIM SHARED [all]: the file itself. Run with a python that has openpyxl.

A template of each kind (with `all` every one, and every example that has a sheet), with its example's scenarios where
there are some, passes SHARED/tools/check_workbook.py --strict, is the same bytes twice, and reads alike in a second reader (calamine)
and by the rules of the Open XML SDK (openxml-audit), and gnumeric calculates the same, where these
are installed: the output says so. Then colours, sizes, large tables, texts that could run."""
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

from outside import check, run, run_parts, write

try:
    from openpyxl import load_workbook
    from openpyxl.formula.translate import Translator
except ImportError:
    print('skipped: this python has no openpyxl')
    sys.exit(77)
try:
    from python_calamine import CalamineWorkbook
except ImportError:
    CalamineWorkbook = None
try:
    import openxml_audit
except ImportError:
    openxml_audit = None

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHECKER = os.path.join(os.path.abspath(sys.argv[2]), 'tools', 'check_workbook.py')
CONTRAST = 4.5
LONG = 7200  # seconds: the checker reads the largest workbook, batch_in_flight_tail, for more than 20 minutes


# With scenarios, and of each domain one; all of them take too long for every run.
SOME = ['monthly_tco', 'training', 'serving', 'roofline', 'ring_all_reduce', 'cost_of_ownership', 'placement', 'queue',
        'checkpoint_interval', 'scaling_law', 'scorecard', 'tiered_cache', 'run_footprint', 'fat_tree', 'decoder']


# Where gnumeric's own arithmetic is another: template, worksheet, cells, and why.
EXPLAINED = [
    ('lease_or_buy', 'checks', '[EGL]6', 'what is left of a loan of millions that ends at zero: 1e-13 of it, or 1e-16'),
    ('run_time', 'sums', '[IT][0-9]+', 'a step of the search made of the logarithm of a chance below 1e-15, which is the '
     'rest of 1 and a gamma law that each program rounds in its own way; later steps do not use it'),
]


def sheets():
    """Name, what to run, and its scenarios."""
    if 'all' not in sys.argv[3:]:
        yield from ((name, name, os.path.join(ROOT, 'examples', name + '.csv')) for name in SOME)
        return
    for top in 'templates', 'examples':
        for folder, _, files in sorted(os.walk(os.path.join(ROOT, top))):
            for name in sorted(file[:-6] for file in files if file.endswith('.sheet')):
                path = os.path.join(folder, name)
                yield name, path + '.sheet', (path if top == 'examples' else os.path.join(ROOT, 'examples', name)) + '.csv'


def export(sheet, path, *more, name=None):
    got = run('run', sheet, *more, '-o', path)
    check(f'{name or sheet}: a workbook', got[0] in (0, 1) and os.path.exists(path), got)


def content(path):
    with open(path, 'rb') as file:
        return file.read()


# ---- each template ----

def checked(sheet, path):
    """The checklist, as far as a program can tell."""
    done = subprocess.run([sys.executable, CHECKER, path, '--strict', '--no-lo', '--quiet'],
                          capture_output=True, text=True, timeout=LONG)
    report = json.loads(done.stdout.strip().splitlines()[-1])
    wrong = {key: report[key] for key in report['hard_failures']}
    check(f'{sheet}: the checklist', not wrong, wrong)
    check(f'{sheet}: calculates on opening, once', report['full_calc_on_load'] and
          not report['iterative'], report)
    check(f'{sheet}: protected, no macros, nothing outside', report['protected'] ==
          report['sheets'] and not report['macros'] and report['external_link_parts'] == 0, report)
    check(f'{sheet}: properties', report['doc_title'] and report['custom_props'] >= 3, report)


def audited(sheet, path):
    if openxml_audit:
        done = subprocess.run([sys.executable, '-m', 'openxml_audit', path, '-o', 'json'],
                              capture_output=True, text=True, timeout=600)
        check(f'{sheet}: valid by the rules of Open XML', done.returncode == 0, done.stdout)


def gnumeric(sheet, path):
    """A second spreadsheet calculates every formula again: the same words and numbers. LibreOffice holds 1e-12 of a
    number and what it is made of (recalculate.py); here that is not known, and differences of near equals are there."""
    if not shutil.which('ssconvert'):
        return
    os.makedirs('gnumeric', exist_ok=True)
    subprocess.run(['ssconvert', '--recalc', '-S', '--export-type=Gnumeric_stf:stf_assistant', '-O',
                    'format=raw separator=, ', path, 'gnumeric/%n.csv'], capture_output=True)
    formulas, values = load_workbook(path), load_workbook(path, data_only=True)
    count, wrong, explained = 0, [], set()
    for index, name in enumerate(formulas.sheetnames):
        with open(f'gnumeric/{index}.csv', encoding='utf8', newline='') as file:
            rows = list(csv.reader(file))
        for line in formulas[name].iter_cols():
            old = [values[name][cell.coordinate].value for cell in line]
            sizes = [abs(v) for v in old if isinstance(v, (int, float))]
            for cell, value in zip(line, old):
                if cell.data_type != 'f':
                    continue
                row, column = cell.row - 1, cell.column - 1
                found = rows[row][column] if row < len(rows) and column < len(rows[row]) else ''
                count += 1
                if agrees(found, value, max(sizes, default=0)):
                    continue
                why = [each for each in EXPLAINED if each[:2] == (sheet, name) and re.fullmatch(each[2], cell.coordinate)]
                explained.update(why)
                if not why:
                    wrong.append((name, cell.coordinate, found, value))
    check(f'{sheet}: gnumeric agrees on {count} formulas', count > 0 and not wrong, wrong[:5])
    for each in EXPLAINED:  # one that no longer differs is struck from the list
        check(f'{sheet}: {each[1]} {each[2]} differ, {each[3]}', each[0] != sheet or each in explained)


def agrees(found, value, size):
    """At 1e-9 of the number; at 1e-12 of the largest in its column, or of 1e-3, where it is what was left of such."""
    if isinstance(value, str):
        return found == value or (value.startswith('#') and found.startswith('#'))
    try:
        return abs(float(found) - value) <= max(1e-9 * abs(value), 1e-12 * max(size, 1e-3))
    except ValueError:
        return False


def same(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b
    return (str(a) if a not in (None, '') else '') == (str(b) if b not in (None, '') else '')


def read_twice(sheet, path):
    """Words and numbers of all worksheets are the same in both readers."""
    if not CalamineWorkbook:
        return
    first, second = load_workbook(path, data_only=True), CalamineWorkbook.from_path(path)
    check(f'{sheet}: worksheets in both readers', first.sheetnames == second.sheet_names)
    for name in first.sheetnames:
        rows = second.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for row, line in enumerate(first[name].iter_rows(values_only=True)):
            for column, value in enumerate(line):
                other = rows[row][column] if row < len(rows) and column < len(rows[row]) else ''
                date = hasattr(value, 'year') or str(value).startswith('#')
                if not date and not same(value, other):
                    check(f'{sheet}: {name} row {row + 1}', False, (value, other))
                    return
    check(f'{sheet}: both readers agree', True)


def every_sheet():
    for sheet, file, inputs in sheets():
        path, again = sheet + '.xlsx', sheet + '_again.xlsx'
        more = [inputs] if os.path.exists(inputs) else []
        export(file, path, *more, name=sheet)
        export(file, again, *more, name=sheet)
        check(f'{sheet}: the same bytes twice', content(path) == content(again))
        checked(sheet, path)
        audited(sheet, path)
        read_twice(sheet, path)
        gnumeric(sheet, path)


# ---- colours ----

def luminance(rgb):
    parts = [int(rgb[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(ink, paper):
    high, low = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def color(value, otherwise):
    rgb = value.rgb if value is not None and value.type == 'rgb' else None
    return rgb[-6:] if isinstance(rgb, str) else otherwise


def colours():
    export('monthly_tco', 'colours.xlsx')
    book = load_workbook('colours.xlsx')
    pairs, headed = set(), 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                solid = cell.fill.fill_type == 'solid'
                paper = color(cell.fill.fgColor, 'FFFFFF') if solid else 'FFFFFF'
                if cell.value is not None:
                    pairs.add((color(cell.font.color, '000000'), paper))
        for formats in sheet.conditional_formatting:
            for rule in formats.rules:
                pairs.add((color(rule.dxf.font.color, '000000'),
                           color(rule.dxf.fill.bgColor, 'FFFFFF')))
        first, last = re.match(r'\$?(\d+):\$?(\d+)', sheet.print_title_rows).groups()
        headed += sheet.title == 'cover' or any(
            cell.font.bold and cell.value for cell in sheet[int(first)])
        check(f'{sheet.title}: A4, landscape', sheet.page_setup.paperSize == 9 and
              sheet.page_setup.orientation == 'landscape')
        check(f'{sheet.title}: headings stay', sheet.freeze_panes is not None and
              int(last) >= int(first))
    for ink, paper in sorted(pairs):
        check(f'{ink} on {paper}', contrast(ink, paper) >= CONTRAST, contrast(ink, paper))
    check('many colours were seen', len(pairs) >= 8, pairs)
    check('each worksheet has a row of headings', headed == len(book.sheetnames), headed)
    for sheet in book:  # a coloured badge or verdict says its meaning in a word or a number
        for formats in sheet.conditional_formatting:
            for area in formats.sqref.ranges:
                for row in sheet.iter_rows(area.min_row, area.max_row, area.min_col, area.max_col):
                    for cell in row:
                        plain = cell.number_format == 'General'
                        if cell.value is not None and not plain:
                            check(f'{sheet.title}!{cell.coordinate} is named',
                                  '"' in cell.number_format, cell.number_format)


# ---- what a reader is told ----

HEADINGS = ['Quantity', 'Value', 'Unit', 'Formula in words', 'Formula in names', 'State', 'Source']


def told():
    """Order of the worksheets; limits and conventions; what a line of a sheet shows."""
    export('monthly_tco', 'told.xlsx')
    book = load_workbook('told.xlsx', data_only=True)
    names = book.sheetnames
    check('the order of worksheets', names[:4] == ['cover', 'inputs', 'scenarios', 'runs'] and
          names[-5:] == ['checks', 'charts', 'facts', 'sources', 'log'], names)
    texts = {name: [str(cell) for row in book[name].iter_rows(values_only=True) for cell in row if cell is not None]
             for name in ('cover', 'log')}
    with open(os.path.join(ROOT, 'templates', 'monthly_tco.sheet'), encoding='utf8') as file:
        lines = file.read().split('\n')
    notes = [line[2:] for line in lines[1:lines.index('')] if line.startswith('# ')]
    check('the cover has the notes of the sheet', len(notes) > 2 and all(note in texts['cover'] for note in notes), notes)
    for part in 'Signs are those of the sheet', 'SI units', 'Limits', 'Number formats fit the values':
        check(f'the log says: {part}', any(part in text for text in texts['log']), texts['log'])
    check('the headings of a sheet', [cell.value for cell in book['monthly_tco'][4]][:7] == HEADINGS)
    states = [row[0].value for row in book['log'].iter_rows(min_row=5, max_row=12)]
    rows = {row[0].value: row for row in book['cover'].iter_rows()}
    results = [rows[label][3].value for label in ('Cost of the whole plan', 'Emissions of the electricity')]
    weakest = rows['Weakest state of the results'][1].value
    check('the weakest state', weakest in states and
          all(states.index(weakest) >= states.index(state) for state in results), (weakest, results))


# ---- sizes ----

def sizes():
    """Also where a tornado calculates all of them again, seven times."""
    lines = [f'c{i}_x [USD] = n * {i + 2} [USD]' + (f' + c{i - 1}_x * m / k' if i else '') + f'  # Cell {i}\n'
             for i in range(200)]
    inputs = ''.join(f'input {name} = 3 likely 2..4 in 1..9  # Number {name}\n' for name in 'nmk')
    write('two.sheet', 'sheet two  # Two hundred cells\n' + inputs + ''.join(lines))
    write('moved.sheet', 'sheet moved  # Two hundred cells\n' + inputs + ''.join(lines) +
          'chart tornado swing = c199_x, n, m, k  # What moves the last\n')
    for name in 'two', 'moved':
        export(name + '.sheet', name + '.xlsx')
        check(f'{name}: 200 cells below 150 kB', os.path.getsize(name + '.xlsx') < 150000,
              os.path.getsize(name + '.xlsx'))


def large_tables():
    """A table that leaves for its file row by row reads as any other."""
    write('large.sheet', 'sheet large  # Rows\ninput n = 3 in 1..9  # Number\n'
          'table t for k in 1..12000  # Many rows\n  x [USD] = k * n * 1 [USD]  # One\n'
          '  y [USD] = prior(y, 0) + x  # Running\n  z = sqrt(k - 6000.5)  # Half have none\n'
          'output s [USD] = last(t.y)  # Sum\n')
    export('large.sheet', 'large.xlsx')
    with zipfile.ZipFile('large.xlsx') as archive:
        inline = [n for n in archive.namelist() if b'inlineStr' in archive.read(n)]
    check('the table has its texts with it', len(inline) == 1, inline)
    sheet = load_workbook('large.xlsx', data_only=True)['t']
    rows = list(sheet.iter_rows(min_row=7, max_col=3, values_only=True))
    total, good = 0, len(rows) == 12000
    for key, (number, x, y) in enumerate(rows, 1):
        total += 3 * key
        good = good and (number, x, y) == (key, 3 * key, total)
    check('all rows are right', good, rows[:3])
    last = max(cell.column for cell in sheet[6] if cell.value == 'number')
    errors = [row[0].value for row in sheet.iter_rows(min_row=7, min_col=last, max_col=last)]
    check('errors are errors, the others numbers',
          errors[:6000] == ['#N/A'] * 6000 and all(abs(value ** 2 - key - 0.5) < 1e-9 for key, value in
                                                   enumerate(errors[6000:])), errors[5998:6002])
    audited('large', 'large.xlsx')


def copied_down():
    """All rows of a column have one formula, but the first, where prior has no row above; and what they need counts
    once a column."""
    write('rows.sheet', 'sheet rows  # Rows\ntable t for k in 1..120  # Some rows\n  x = k * 2  # One\n'
          '  y = 2 * k  # Other\n  z = prior(prior(x, 5, 2), 7, 3) + prior(x, 9)  # Above\n'
          'output s = last(t.z) * 2  # Last\n')
    export('rows.sheet', 'rows.xlsx')
    book = load_workbook('rows.xlsx')
    sheet = book['t']
    head = next(row for row in range(1, 10) if sheet.cell(row, 2).value == 'x')
    last = max(cell.column for cell in sheet[head] if cell.value == 'z')
    cells = [sheet.cell(row, last) for row in range(head + 2, head + 122)]
    alike = [cell.value == Translator(cells[5].value, cells[5].coordinate).translate_formula(cell.coordinate)
             for cell in cells]
    check('five rows stand apart', alike == [False] * 5 + [True] * 115, [cell.value for cell in cells[:8]])
    x = cells[0].offset(0, -2).column_letter
    check('the others read two rows', cells[119].value == f'={x}{head + 116}+{x}{head + 120}',
          cells[119].value)
    labels = [cell.value for cell in book['rows']['A']]
    check('three cells need 2', 'in s and 2 more' in labels, labels)


# ---- texts that could run, and texts of all scripts ----

HOSTILE = ['=cmd|\' /C calc\'!A0', '+1+1', '-2+3', '\ttab', '<script>alert(1)</script>',
           'javascript:alert(1)', '12', '_x0041_']
SCRIPTS = ['\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd', '\u0645\u0631\u062d\u0628\u0627',
           '\u52a0\u901f\u5668\u306e\u30e1\u30e2\u30ea', '\ud55c\uad6d\uc5b4',
           'na\u00efve \U0001f600']


def hostile():
    cells = ''.join(f'cell_{i} = n + {i}  # {text}\n' for i, text in enumerate(HOSTILE + SCRIPTS))
    write('hostile.sheet', 'sheet hostile  # =1+1\ninput n = 3 in 1..9  # N\n' + cells +
          'output all_of_it = cell_1 + cell_2  # =2+2\n')
    names = ['=1+1', '-a', '12', '@x', 'plain', '\u05e9\u05dc\u05d5\u05dd']
    write('hostile.csv', 'name,unit,' + ','.join(names) + '\nn,,' + '2,3,4,5,6,7' + '\n')
    export('hostile.sheet', 'hostile.xlsx', 'hostile.csv')
    checked('hostile', 'hostile.xlsx')
    audited('hostile', 'hostile.xlsx')
    book = load_workbook('hostile.xlsx', data_only=True)
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row
             if isinstance(cell.value, str)]
    check('no text begins a formula', not [t for t in texts if re.match(r'[=+@\t\r]|-.', t)])
    for text in SCRIPTS + ['<script>alert(1)</script>', 'javascript:alert(1)']:
        check(f'{text} is whole', text in texts)
    heads = [cell.value for cell in book['scenarios'][4]][4:]
    check('scenarios can be told apart and chosen',
          heads == ['run 1: =1+1', 'run 2: -a', 'run 3: 12', 'run 4: @x', 'plain', names[5]], heads)
    links = [h.target for sheet in book for row in sheet.iter_rows() for c in row
             for h in [c.hyperlink] if h and h.target]
    check('links lead to the web alone', all(re.match('https?://', link) for link in links), links)


def prepare():
    print('# second reader:', 'calamine' if CalamineWorkbook else 'none installed',
          '# validator:', 'openxml-audit' if openxml_audit else 'none installed',
          '# gnumeric:', shutil.which('ssconvert') or 'not installed')


run_parts(prepare, [hostile, colours, told, sizes, large_tables, copied_down, every_sheet])
