"""One peer on one workload: peers.py PEER FILE [SHEET]. Prints a line a figure, as the programs in C do: name, seconds
of CPU, a value that shows the work was done. Run by bench.py with the interpreter that has the peers."""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import workloads  # noqa: E402  (beside this folder)

EDITS = 20


def tell(name, seconds, check):
    print('%s %.9g %.15g' % (name, seconds, check), flush=True)


def timed(repeats, work):
    """Median CPU seconds of work(i)."""
    seconds = []
    for i in range(repeats):
        start = time.process_time()
        work(i)
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def polars(path, _):
    import polars as module
    made = []
    seconds = timed(7, lambda i: made.append(module.read_csv(path).sum().row(0)))
    tell('read', seconds, sum(made[-1]))


def pandas(path, _):
    import pandas as module
    made = []
    seconds = timed(3, lambda i: made.append(module.read_csv(path, dtype='float64').to_numpy().sum()))
    tell('read', seconds, float(made[-1]))


def numpy(path, sheet_path):
    """The formulas over blocks of 8192 scenarios."""
    import ast
    import numpy as module
    sheet = workloads.Sheet(open(sheet_path, encoding='utf-8').read())
    lines = ['%s = %s' % (name, ast.unparse(tree)) for name, tree in sheet.formulas]
    functions = {'sqrt': module.sqrt, 'exp': module.exp, 'floor': module.floor, 'choose': module.where}
    functions['min'] = lambda first, *rest: fold(module.minimum, first, rest)
    functions['max'] = lambda first, *rest: fold(module.maximum, first, rest)
    code = compile('\n'.join(lines), sheet_path, 'exec')
    data = module.loadtxt(path, delimiter=',', skiprows=1, max_rows=1_000_000)
    columns = [module.ascontiguousarray(data[:, i]) for i in range(len(sheet.inputs))]
    out = [module.empty(len(data)) for _ in sheet.outputs]

    def run(_):
        for start in range(0, len(data), 8192):
            names = dict(functions)
            names.update((item[0], column[start:start + 8192]) for item, column in zip(sheet.inputs, columns))
            exec(code, names)
            for name, result in zip(sheet.outputs, out):
                result[start:start + 8192] = names[name]
    run(0)
    tell('batch', timed(5, run), float(sum(result.sum() for result in out)))


def fold(function, first, rest):
    for one in rest:
        first = function(first, one)
    return first


def formualizer(path, _):
    import formualizer as module
    made = []

    def load(_):
        made[:] = [module.load_workbook(path)]
        made[0].evaluate_all()
    seconds = timed(1, load)
    book = made[0]
    name = (book.sheet_names() if callable(book.sheet_names) else book.sheet_names)[0]
    tell('open', seconds, book.get_value(name, 1, 32))
    rows = int(os.environ['ROWS'])

    def again(i):
        book.set_values_batch(name, 1, 1, [[0.5 + i * 0.01 + row % 7 * 0.1] for row in range(rows)])
        book.evaluate_all()
    tell('recalculate', timed(3, again), book.get_value(name, 1, 32))

    def edit(i):
        for j in range(EDITS):
            place = i * EDITS + j
            book.set_value(name, place * 7919 % rows + 1, 1, 0.1 + (place + 1) % 10 * 0.1)
            book.evaluate_all()
    tell('edit', timed(5, edit) / EDITS, book.get_value(name, 1, 32))


def ironcalc(path, _):
    import ironcalc as module
    made = []

    def load(_):
        made[:] = [module.load_from_xlsx(path)]
        made[0].evaluate()
    tell('open', timed(1, load), made[0].get_cell_value(0, 1, 32))
    tell('recalculate', timed(3, lambda i: made[0].evaluate()), made[0].get_cell_value(0, 1, 32))


if __name__ == '__main__':
    globals()[sys.argv[1]](sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
