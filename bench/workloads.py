"""The workloads of the benchmark: scalar sheets as C, as postfix code and as spreadsheet grids, sheets drawn
from a seed, and the generated sheets (100,000 named cells, a fan of sums). Formulas are read with Python's own
parser: the sheets of the benchmark use only what it has in common with the language, and if(...)."""
import ast
import random
import re
import zipfile
from xml.etree import ElementTree

WHOLE = {'layers', 'kv_dim', 'prompt', 'out', 'batch', 'n_gpu'}  # inputs of batch60 that are whole numbers


class Sheet:
    """inputs: [(name, default, low, high)]; formulas: [(name, tree)]; outputs: names."""

    def __init__(self, text):
        self.text, self.inputs, self.formulas, self.outputs = text, [], [], []
        for line in text.splitlines():
            line = line.split('#')[0].strip()
            found = re.match(r'input (\w+) *= *(\S+) in (\S+)\.\.(\S+)$', line)
            if found:
                self.inputs.append((found[1], *(float(found[i]) for i in (2, 3, 4))))
            elif '=' in line:
                name, formula = line.split('=', 1)
                words = name.split()
                if words[0] == 'output':
                    self.outputs.append(words[1])
                self.formulas.append((words[-1], parse(formula)))

    def plan(self):
        return ''.join('%s %r %r %d\n' % (name, low, high, name in WHOLE) for name, _, low, high in self.inputs)


def parse(formula):
    return ast.parse(re.sub(r'\bif\(', 'choose(', formula.strip()), mode='eval').body


OPERATORS = {ast.Add: '+', ast.Sub: '-', ast.Mult: '*', ast.Div: '/', ast.Lt: '<', ast.Gt: '>'}


def to_c(tree):
    """The formula as C."""
    if isinstance(tree, ast.Constant):
        return repr(float(tree.value))
    if isinstance(tree, ast.Name):
        return 'v_' + tree.id
    if isinstance(tree, ast.UnaryOp):
        return '(-%s)' % to_c(tree.operand)
    if isinstance(tree, (ast.BinOp, ast.Compare)):
        left, operator, right = two(tree)
        return '(%s %s %s)' % (to_c(left), operator, to_c(right))
    arguments = [to_c(argument) for argument in tree.args]
    if tree.func.id == 'choose':
        return '(%s ? %s : %s)' % tuple(arguments)
    if tree.func.id in ('min', 'max'):
        word = {'min': 'least', 'max': 'most'}[tree.func.id]
        whole = arguments[0]
        for argument in arguments[1:]:
            whole = '%s(%s, %s)' % (word, whole, argument)
        return whole
    return '%s(%s)' % (tree.func.id, arguments[0])


def two(tree):
    if isinstance(tree, ast.BinOp):
        return tree.left, OPERATORS[type(tree.op)], tree.right
    return tree.left, OPERATORS[type(tree.ops[0])], tree.comparators[0]


def c_of(sheet):
    """formulas.h of hand_batch.c."""
    lines = ['enum { INPUTS = %d, RESULTS = %d };' % (len(sheet.inputs), len(sheet.outputs)),
             '__attribute__((noinline)) static void calculate(const double *restrict in, double *restrict out) {']
    lines += ['  const double v_%s = in[%d];' % (item[0], i) for i, item in enumerate(sheet.inputs)]
    lines += ['  const double v_%s = %s;' % (name, to_c(tree)) for name, tree in sheet.formulas]
    lines += ['  out[%d] = v_%s;' % (i, name) for i, name in enumerate(sheet.outputs)]
    used = {node.id for _, tree in sheet.formulas for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names = [item[0] for item in sheet.inputs] + [name for name, _ in sheet.formulas]
    lines += ['  (void)v_%s;' % name for name in names if name not in used]
    return '\n'.join(lines + ['}', ''])


def to_code(tree, number):
    """The formula as words of interpreter.c; `number` gives the number of a cell."""
    if isinstance(tree, ast.Constant):
        return ['number', repr(float(tree.value))]
    if isinstance(tree, ast.Name):
        return ['cell', str(number[tree.id])]
    if isinstance(tree, ast.UnaryOp):
        return to_code(tree.operand, number) + ['neg']
    if isinstance(tree, (ast.BinOp, ast.Compare)):
        left, operator, right = two(tree)
        return to_code(left, number) + to_code(right, number) + [operator]
    words = to_code(tree.args[0], number)
    name = tree.func.id
    for argument in tree.args[1:]:
        words += to_code(argument, number)
        if name in ('min', 'max'):
            words.append(name)
    return words + ([] if name in ('min', 'max') else ['if' if name == 'choose' else name])


def to_excel(tree, cell):
    """The formula as a spreadsheet writes it; `cell` gives the address of a name."""
    if isinstance(tree, ast.Constant):
        return repr(tree.value)
    if isinstance(tree, ast.Name):
        return cell[tree.id]
    if isinstance(tree, ast.UnaryOp):
        return '-' + to_excel(tree.operand, cell)
    if isinstance(tree, (ast.BinOp, ast.Compare)):
        left, operator, right = two(tree)
        return '(%s%s%s)' % (to_excel(left, cell), operator, to_excel(right, cell))
    name = {'choose': 'IF', 'floor': 'INT'}.get(tree.func.id, tree.func.id.upper())
    return '%s(%s)' % (name, ','.join(to_excel(argument, cell) for argument in tree.args))


# ---- sheets drawn from a seed --------------------------------------------------------------------

# How often batch60 uses each operation, so that a random sheet is as much work.
SHARES = [('{a} * {b}', 40), ('{a} / {b}', 26), ('{a} + {b}', 17), ('min({a}, {b})', 4),
          ('max({a}, {b})', 4), ('if({a} > {b}, {c}, {d})', 6), ('sqrt({a})', 1), ('exp(-{a} / {b})', 1),
          ('floor({a}) + 1', 1)]


def random_sheet(name, seed, inputs=20, formulas=60, results=6):
    """A sheet of positive numbers that neither grow nor vanish. Names that nothing uses yet are drawn first, so that
    the results need nearly all formulas."""
    draw = random.Random(seed)
    lines = ['sheet ' + name]
    names = ['x_%d' % (i + 1) for i in range(inputs)]
    unused = list(names)
    lines += ['input %s = %s in 0.5..2' % (cell, round(draw.uniform(0.6, 1.9), 3)) for cell in names]
    shapes, weights = zip(*SHARES)
    for i in range(formulas):
        def operand():
            name = draw.choice(unused if unused and draw.random() < 0.6 else names)
            if name in unused:
                unused.remove(name)
            return name
        text = operand()
        for _ in range(draw.choice((1, 1, 2, 3))):
            shape = draw.choices(shapes, weights)[0]
            text = shape.format(a='(%s)' % text if ' ' in text else text, b=operand(), c=operand(), d=operand())
        text = 'min(max(%s, 0.25), 4)' % text if i % 6 == 5 else text
        word = 'output ' if i >= formulas - results else ''
        lines.append('%sy_%d = %s' % (word, i + 1, text))
        names.append('y_%d' % (i + 1))
        unused.append(names[-1])
    return '\n'.join(lines) + '\n'


# ---- grids ---------------------------------------------------------------------------------------

def columns_of(wide):
    """Input names, and (name, tree) of the formulas, of the table in sheets/wide.sheet."""
    inputs = re.findall(r'^  input (\w+)', wide, re.M)
    formulas = [(name, parse(text)) for name, text in re.findall(r'^  (x_\w+) += ([^#\n]*)', wide, re.M)]
    return inputs, formulas


def uniform(k):
    k &= 0xffffffff
    k ^= k >> 16
    k = k * 0x7feb352d & 0xffffffff
    k ^= k >> 15
    k = k * 0x846ca68b & 0xffffffff
    return (k ^ k >> 16) / 4294967296.0


def leaf(k):
    return round(0.1 + uniform(k), 6)


def named(wide, rows):
    """The rows of `wide` as named cells of their own: the sheet's text and the interpreter's code."""
    inputs, formulas = columns_of(wide)
    text, code, number, steps = ['sheet named'], [], {}, 0
    for i in range(rows):
        for j, name in enumerate(inputs):
            value = leaf(i * len(inputs) + j + 1)
            number['%s_%d' % (name, i)] = len(number)
            text.append('input %s_%d = %r in 0..2' % (name, i, value))
            code.append('= %r' % value)
        for name, tree in formulas:
            number['%s_%d' % (name, i)] = len(number)
            local = {word: number['%s_%d' % (word, i)] for word in inputs + [n for n, _ in formulas]
                     if '%s_%d' % (word, i) in number}
            words = to_code(tree, local) + [';']
            steps += len(words)
            code.append('formula ' + ' '.join(words))
            text.append('%s_%d = %s' % (name, i, to_sheet(tree, i)))
    return '\n'.join(text) + '\n', '%d %d\n%s\n' % (len(number), steps, '\n'.join(code))


def to_sheet(tree, row):
    """The formula in the language, its names with the number of a row."""
    text = ast.unparse(tree).replace('choose(', 'if(')
    return re.sub(r'\bx_\w+', lambda name: '%s_%d' % (name[0], row), text)


def fan(columns):
    """A table of 1000 rows of leaves, the sum of each column, and their total."""
    lines = ['sheet fan', 'table grid for row in 1..1000']
    lines += ['  input leaf_%d = 0.5 in 0..2' % (j + 1) for j in range(columns)]
    lines += ['']
    names = ['sum_%d' % (j + 1) for j in range(columns)]
    lines += ['%s = sum(grid.leaf_%d)' % (name, j + 1) for j, name in enumerate(names)]
    parts = [names]
    while len(parts[-1]) > 1:  # a total of many cells, twenty at a time
        parts.append([])
        for i in range(0, len(parts[-2]), 20):
            name = 'total_%d_%d' % (len(parts), i)
            lines.append('%s = %s' % (name, ' + '.join(parts[-2][i:i + 20])))
            parts[-1].append(name)
    return '\n'.join(lines + ['output total = ' + parts[-1][0]]) + '\n'


def fan_rows(columns):
    yield ['row'] + ['leaf_%d' % (j + 1) for j in range(columns)]
    for i in range(1000):
        yield [i + 1] + [leaf(i * columns + j + 1) for j in range(columns)]


def wide_rows(wide, rows):
    inputs, _ = columns_of(wide)
    yield ['row'] + inputs
    for i in range(rows):
        yield [i + 1] + [leaf(i * len(inputs) + j + 1) for j in range(len(inputs))]


def wide_grid(wide, rows):
    """The same as a spreadsheet: leaves in A to J, formulas in K to AD, and the total in AF1."""
    inputs, formulas = columns_of(wide)
    names = inputs + [name for name, _ in formulas]
    letters = [chr(65 + i) if i < 26 else 'A' + chr(39 + i) for i in range(len(names))]
    for i in range(rows):
        cell = {name: '%s%d' % (letter, i + 1) for name, letter in zip(names, letters)}
        row = [leaf(i * len(inputs) + j + 1) for j in range(len(inputs))]
        row += ['=' + to_excel(tree, cell) for _, tree in formulas]
        yield row + ([None, '=SUM(%s1:%s%d)' % (letters[-1], letters[-1], rows)] if i == 0 else [])


def chain_grid(rows):
    yield [1, leaf(1)]
    for i in range(rows):
        yield ['=A%d*1.0000001+B%d' % (i + 1, i + 1), leaf(i + 2)]


def row_of_table(path, worksheet):
    """The cells of the last row of a worksheet as writer.c takes them: "f" and the formula, # for the row; or "n"."""
    space = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
    with zipfile.ZipFile(path) as book:
        sheets = ElementTree.fromstring(book.read('xl/workbook.xml')).iter(space + 'sheet')
        number = [sheet.get('name') for sheet in sheets].index(worksheet) + 1
        row = list(ElementTree.fromstring(book.read('xl/worksheets/sheet%d.xml' % number)).iter(space + 'row'))[-1]
    address = re.compile(r'(\$?[A-Z]{1,3}\$?)%s\b' % row.get('r'))
    formulas = [cell.findtext(space + 'f') for cell in row]
    return ['f=' + address.sub(r'\1#', formula) if formula else 'n' for formula in formulas]
