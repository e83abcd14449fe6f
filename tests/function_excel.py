#!/usr/bin/python3
"""function_excel.py DUMP_FUNCTIONS

Every Excel spelling of the function table against the engine. DUMP_FUNCTIONS is the program made
from dump_functions.c: it gives the table and the engine's values. Good, edge and wrong arguments
are written to a workbook (plain XML, so that it goes through the import of xlsx), LibreOffice
recalculates it, and each cell must equal the engine's value within the row's tolerance, or be an
error where that is one. Needs the python that has uno; exit 77 without it. Prints failures one a line, last
`N passed, N failed`; exit 1 on failure.
"""

import itertools, json, os, re, shutil, subprocess, sys, tempfile, time, zipfile
from xml.sax.saxutils import escape

ERROR = None  # an argument, or a result, that is an error

# ---- grids of arguments, by name (of infix rows with their form) --------------------------------

PLAIN = [0, 1, -1, 0.5, -2.5, 3, 1234567.25, -4e-7, 1e12, ERROR]
# Exactly 2^-48 apart the engine takes for equal and LibreOffice does not.
CLOSE = [
    0, 1, 1 + 2**-50, 1 + 2**-49, 1 + 2**-47, 1 + 2**-44, 0.1 + 0.2, 0.3, -1, -1 - 2**-50, 1e-300,
    1e300, 1e300 * (1 + 2**-50), ERROR
]
TRUTH = [0, 1, ERROR]
WHOLE = [
    0, 1, -1, 2.5, -2.5, 0.5, -0.5, 0.49999999999999994, 4.35 * 100, 1.1 * 10, 1.005 * 100,
    2.9999999995, 3.0000000005, -2.9999999995, -3.0000000005, 2.999999998, 3.000000002,
    -3.000000002, 123456.5, ERROR
]
ABOVE = [0, -1, 1, 1e-300, 1e300, 0.5, 2, 8, 10, 1000, 1e-3, 12345.678, ERROR]


def pairs(xs, ys):
    return list(itertools.product(xs, ys))


def grid(*axes):
    """All combinations, each also once with an error in every place."""
    cases = list(itertools.product(*axes))
    middle = [axis[len(axis) // 2] for axis in axes]
    return cases + [middle[:k] + [ERROR] + middle[k + 1:] for k in range(len(axes))]


VALUES = {
    '+': pairs(PLAIN, PLAIN),
    '-': pairs(PLAIN, PLAIN),
    '*': pairs(PLAIN, PLAIN),
    '/': pairs(PLAIN, PLAIN),
    # No underflow: there the language and Excel give 0, LibreOffice an error.
    '^': pairs([0, 1, -1, 2, -2, 0.5, -8, 10, 1e3, 1e100, ERROR],
               [0, 1, -1, 2, 3, -3, 0.5, -0.5, 1 / 3, 2 / 3, 2.5, ERROR]),
    'neg': [(x,) for x in PLAIN],
    '<': pairs(CLOSE, CLOSE),
    '<=': pairs(CLOSE, CLOSE),
    '>': pairs(CLOSE, CLOSE),
    '>=': pairs(CLOSE, CLOSE),
    '==': pairs(CLOSE, CLOSE),
    '!=': pairs(CLOSE, CLOSE),
    'and': pairs(TRUTH, TRUTH) + list(itertools.product(TRUTH, TRUTH, TRUTH)),
    'or': pairs(TRUTH, TRUTH) + list(itertools.product(TRUTH, TRUTH, TRUTH)),
    'not': [(x,) for x in TRUTH],
    'if': list(itertools.product(TRUTH, [-5, ERROR], [7, ERROR])),
    'default': pairs([-5, 0, ERROR], [7, ERROR]),
    'known': [(x,) for x in PLAIN],
    'missing': [(1,)],
    'min': pairs(PLAIN, PLAIN) + [(3, -2, 5), (3, ERROR, 5), (-1, -2, -3, 4)],
    'max': pairs(PLAIN, PLAIN) + [(3, -2, 5), (3, ERROR, 5), (-1, -2, -3, 4)],
    'abs': [(x,) for x in PLAIN],
    'floor': [(x,) for x in WHOLE],
    'ceil': [(x,) for x in WHOLE],
    'round': pairs(WHOLE, [1, 10, 0.1, 0.25, -1, -3, 100, 0, ERROR]),
    'mod': pairs(WHOLE, [1, 3, -3, 0.1, 2.5, -0.7, 0, 1e6, ERROR]),
    'sqrt': [(x,) for x in ABOVE],
    'exp': [(x,) for x in [0, 1, -1, 0.5, 20, -20, 700, 709, 710, -700, -800, ERROR]],
    'ln': [(x,) for x in ABOVE],
    'log2': [(x,) for x in ABOVE],
    'log10': [(x,) for x in ABOVE],
    'normal_cdf': grid([-30, -8, -1.5, 0, 0.3, 2, 9], [0, -1, 2.5], [1, 3, 0.2, 0, -1]),
    'normal_quantile': grid([0, 1e-300, 1e-12, 0.01, 0.3, 0.5, 0.9, 0.999999, 1, -0.1, 1.1],
                            [0, -1, 100], [1, 3, 0, -1]),
    'poisson_pmf': grid([-1, -0.5, 0, 0.5, 0.9999999995, 1, 2.7, 3, 10, 30, 100, 1000],
                        [0, -1, 1e-5, 0.5, 3, 10, 80, 700, 2000]),
    'poisson_cdf': grid([-1, -0.5, 0, 0.5, 0.9999999995, 1, 2.7, 3, 10, 30, 100, 1000],
                        [0, -1, 1e-5, 0.5, 3, 10, 80, 700, 2000]),
    'gamma_cdf': grid([-1, 0, 1e-5, 0.5, 1, 3, 20, 100], [0, -1, 0.3, 1, 2.5, 20, 90],
                      [1, 0.2, 7, 0, -1]),
    'gamma_quantile': grid([-0.1, 0, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.999999, 1, 1.1],
                           [0, -1, 0.3, 1, 2.5, 20, 90], [1, 0.2, 7, 0, -1]),
    'beta_quantile': grid([-0.1, 0, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.999999, 1, 1.1],
                          [0, -1, 0.4, 1, 2.5, 20, 90], [0.4, 1, 7, 60, 0, -1]),
    'binomial_cdf': grid([-1, -0.5, 0, 0.9999999995, 1, 2.7, 5, 6, 40, 100],
                         [-1, 0, 1, 5, 5.9, 50, 100], [0, 1e-6, 0.1, 0.5, 0.97, 1, -0.1, 1.1]),
    'erf': [(x,) for x in [0, -1, 1, 0.3, -0.01, 1e-9, 2, -2.5, 5, -6, ERROR]],
    'lgamma': [(x,) for x in [0, -1, -0.5, 0.1, 0.5, 1, 1.5, 2, 3, 7.25, 100, 1e6, 1e-8, ERROR]]
}

WORDS = [('H100', 'H100'), ('H100', 'h100'), ('a', 'b'), ('a', 'a ')]  # == and != of texts

COLUMNS = [[-100, 60, 5, 60], [3, ERROR, -5, 7], [ERROR, 2, 2, ERROR], [0, 0, 0, 0], [5], [-2],
           [ERROR], [-1, -2, -3, -4, -5], [0.1] * 10 + [-0.3], [1e300, 1e300, -1e300, 2],
           [2, 3, 4, 5, 6]]
# Not here: more money taken first than given back, [0.1, 0.1, 0.1, -0.2]: the guess misses.
RATES = [[-100, 60, 5, 60], [3, ERROR, -5, 7], [ERROR, 2, -2, ERROR], [0, 0, 0, 0], [5], [-2],
         [ERROR], [-1, -2, -3, -4, -5], [2, 3, 4, 5, 6], [-1000, 300, 300, 300, 300, 300, 1],
         [-10, 1, 1], [100, -60, -60], [-1, 1e4], [-100, 5], [-100, 10, 10, 10, 10],
         [-100] + [9] * 24, [-100, 230, -132], [-5, 0, 0, 1], [-100, 50, 50], [50, -100, 20, 60],
         [-1e6] + [3e4] * 60, [0, -10, 11]]


def truths(n):
    made = [[1] * n, [0] * n, [1, 0] * (n // 2) + [1] * (n % 2), [0] + [1] * (n - 1),
            [1] * (n - 1) + [0]]
    made.append([1] + [0] * (n - 1))
    made.append([ERROR] + [1] * (n - 1))
    made.append([0] * (n - 1) + [ERROR])
    return made


# ---- cases --------------------------------------------------------------------------------------


class Case:
    """A spelling over arguments (each a cell) or over columns (each a range)."""

    def __init__(self, row, spelling, arguments, ask, array=False):
        self.row, self.spelling, self.arguments = row, spelling, arguments
        self.ask, self.array = ask, array

    def words(self):
        return '%s%s' % (self.row['name'],
                         tuple('error' if x is ERROR else x for x in self.arguments))


def key(row):
    return 'neg' if row['form'] == 2 else row['name']


def told(numbers):
    return ' '.join('error' if x is ERROR else repr(float(x)) for x in numbers)


def cases_of(index, row):
    made = []
    if row['value']:
        for arguments in VALUES[key(row)]:
            ask = 'value %d %s' % (index, told(arguments))
            made.append(Case(row, row['excel'], arguments, ask))
            if (row['name'] == '^' and arguments[1] not in (0, ERROR)
                    and arguments[1] == int(arguments[1])):
                made.append(Case(row, row['other'], arguments, ask))
    if row['name'] in ('==', '!='):
        for a, b in WORDS:
            made.append(
                Case(row, row['other'], (a, b), 'value %d 1 %d' % (index, 1 if a == b else 2)))
    if row['total']:
        for column in RATES if row['name'] == 'irr' else COLUMNS:
            n = len(column)
            made.append(
                Case(row, row['excel'].replace('$*', '$1'), [column],
                     'total %d %d %s' % (index, n, told(column))))
            for truth in truths(n):
                made.append(
                    Case(row, row['where'], [column, truth],
                         'where %d %d %s %s' % (index, n, told(column), told(truth)), row['array']))
    return made


def engine(program, cases):
    lines = subprocess.run([program, 'eval'],
                           input='\n'.join(c.ask for c in cases) + '\n',
                           text=True,
                           stdout=subprocess.PIPE,
                           check=True).stdout.split()
    return [ERROR if line == 'error' else float.fromhex(line) for line in lines]


# ---- the workbook -------------------------------------------------------------------------------


def letters(column):
    name = ''
    while column >= 0:
        name, column = chr(65 + column % 26) + name, column // 26 - 1
    return name


class Sheet:

    def __init__(self):
        self.cells = {}

    def put(self, row, column, xml):
        self.cells.setdefault(row, {})[column] = xml

    def value(self, row, column, x):
        at = '%s%d' % (letters(column), row)
        if x is ERROR:
            self.put(row, column, '<c r="%s" t="e"><f>NA()</f><v>#N/A</v></c>' % at)
        elif isinstance(x, str):
            self.put(
                row, column,
                '<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (at, x))
        else:
            self.put(row, column, '<c r="%s"><v>%r</v></c>' % (at, float(x)))

    def formula(self, row, column, text, array):
        at = '%s%d' % (letters(column), row)
        kind = ' t="array" ref="%s"' % at if array else ''
        self.put(row, column, '<c r="%s"><f%s>%s</f><v>-777</v></c>' % (at, kind, escape(text)))

    def xml(self):
        rows = ''.join('<row r="%d">%s</row>' % (r, ''.join(c for _, c in sorted(cs.items())))
                       for r, cs in sorted(self.cells.items()))
        return '<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (MAIN, rows)


MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'


def spelled(spelling, names):
    text = spelling.replace('$*', ','.join(names))
    return re.sub(r'\$(\d)', lambda m: names[int(m.group(1)) - 1], text)


def lay(cases, constants):
    """Arguments stand from column C, rows of a column below each other; column A calculates."""
    sheet, at, places, row = Sheet(), {}, [], 2
    for k, (name, value) in enumerate(constants.items()):
        sheet.value(1, k, value)
        at[name] = 'cases!$%s$1' % letters(k)
    for case in cases:
        height = max([len(x) for x in case.arguments if isinstance(x, list)], default=1)
        names = []
        for k, x in enumerate(case.arguments):
            column = k + 2
            for i, one in enumerate(x if isinstance(x, list) else [x]):
                sheet.value(row + i, column, one)
            last = row + len(x) - 1 if isinstance(x, list) else row
            names.append('%s%d' % (letters(column), row) +
                         (':%s%d' % (letters(column), last) if last > row else ''))
        sheet.formula(row, 0, spelled(case.spelling, names), case.array)
        places.append(row)
        row += height
    return sheet, at, places


def write(path, sheet, names):
    defined = ''.join('<definedName name="%s">%s</definedName>' % item for item in names.items())
    types = 'http://schemas.openxmlformats.org/package/2006/content-types'
    links = 'http://schemas.openxmlformats.org/package/2006/relationships'
    kind = 'application/vnd.openxmlformats-'
    sheets = kind + 'officedocument.spreadsheetml.'
    link = ('<Relationships xmlns="' + links + '">'
            '<Relationship Id="rId1" Type="' + OFFICE + '/%s" Target="%s"/></Relationships>')
    parts = {
        '[Content_Types].xml': '<Types xmlns="' + types + '">'
        '<Default Extension="rels" ContentType="' + kind + 'package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="' + sheets + 'sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="' + sheets + 'worksheet+xml"/>'
        '</Types>',
        '_rels/.rels': link % ('officeDocument', 'xl/workbook.xml'),
        'xl/workbook.xml': '<workbook xmlns="' + MAIN + '" xmlns:r="' + OFFICE + '"><sheets>'
        '<sheet name="cases" sheetId="1" r:id="rId1"/></sheets>'
        '<definedNames>' + defined + '</definedNames></workbook>',
        'xl/_rels/workbook.xml.rels': link % ('worksheet', 'worksheets/sheet1.xml'),
        'xl/worksheets/sheet1.xml': sheet.xml(),
    }
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as out:
        for name, text in parts.items():
            out.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)


# ---- LibreOffice --------------------------------------------------------------------------------


def property_of(name, value):
    from com.sun.star.beans import PropertyValue

    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


class Office:
    """A private LibreOffice, ended on exit."""

    def __enter__(self):
        import uno

        self.folder = tempfile.mkdtemp(prefix='function_excel_')
        pipe = 'function_excel_%d' % os.getpid()
        self.process = subprocess.Popen([
            'soffice', '--headless', '--norestore', '--nologo',
            '-env:UserInstallation=file://' + self.folder,
            '--accept=pipe,name=%s;urp;' % pipe
        ],
                                        stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext(
            'com.sun.star.bridge.UnoUrlResolver', local)
        for _ in range(240):
            try:
                context = resolver.resolve('uno:pipe,name=%s;urp;StarOffice.ComponentContext' %
                                           pipe)
                break
            except Exception:
                time.sleep(0.25)
        self.desk = context.ServiceManager.createInstanceWithContext('com.sun.star.frame.Desktop',
                                                                     context)
        return self

    def recalculated(self, path, rows):
        import uno

        document = self.desk.loadComponentFromURL(uno.systemPathToFileUrl(path), '_blank', 0,
                                                  (property_of('Hidden', True), ))
        document.calculateAll()
        sheet = document.Sheets.getByIndex(0)
        cells = [sheet.getCellByPosition(0, row - 1) for row in rows]
        made = [ERROR if cell.getError() else cell.getValue() for cell in cells]
        document.close(True)
        return made

    def __exit__(self, *_):
        try:
            self.desk.terminate()
        except Exception:
            pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.terminate()
        shutil.rmtree(self.folder, ignore_errors=True)


# ---- verdict ------------------------------------------------------------------------------------


def operands(case):
    """What a result may cancel from: the arguments of arithmetic and of sums."""
    flat = [x for a in case.arguments for x in (a if isinstance(a, list) else [a])]
    exact = case.row['name'] in ('+', '-', 'neg', 'mod', 'sum', 'mean')
    return [abs(x) for x in flat if exact and isinstance(x, (int, float))]


def agrees(case, engine_value, office_value):
    if engine_value is ERROR or office_value is ERROR:
        return engine_value is office_value
    size = max([abs(engine_value), abs(office_value)] + operands(case))
    return abs(engine_value - office_value) <= case.row['tolerance'] * size


def main():
    try:
        import uno
    except ImportError:
        print('skipped: this python has no uno')
        return 77
    if not shutil.which('soffice'):
        print('skipped: no soffice')
        return 77
    program = sys.argv[1]
    table = json.loads(
        subprocess.run([program], text=True, stdout=subprocess.PIPE, check=True).stdout)
    cases = [case for index, row in enumerate(table['rows']) for case in cases_of(index, row)]
    expected = engine(program, cases)
    sheet, names, rows = lay(cases, table['constants'])
    with tempfile.TemporaryDirectory() as folder, Office() as office:
        path = os.path.join(folder, 'cases.xlsx')
        write(path, sheet, names)
        found = office.recalculated(path, rows)
    failed = 0
    for case, want, got in zip(cases, expected, found):
        if not agrees(case, want, got):
            failed += 1
            print('%s as %s: engine %s, LibreOffice %s' % (case.words(), case.spelling, want, got))
    print('%d passed, %d failed' % (len(cases) - failed, failed))
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
