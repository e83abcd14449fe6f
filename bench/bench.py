#!/usr/bin/env python3
"""bench.py PROGRAM [--peers] [--core N] [--out FILE]: every workload with the engine, with hand-written C and, with
--peers, with other products (installed into build/bench). CPU time pinned to one core, medians; figures are compared
within this run alone. Writes a table in Markdown."""
import argparse
import csv
import datetime
import os
import platform
import re
import resource
import subprocess
import sys
import zipfile

import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
ROOM = os.path.join(ROOT, 'build', 'bench')
SEEDS = (20261125, 20261126, 20261127)
PACKAGES = ['numpy', 'polars', 'pandas', 'formualizer', 'ironcalc']


class Bench:
    def __init__(self, options):
        self.program = os.path.abspath(options.program)
        self.core, self.peers = str(options.core), options.peers
        self.rows = []  # (workload, what, seconds, bar)

    # ---- running ----

    def figures(self, command, pin=True, **environment):
        """{name: (seconds, check)} from the lines that a program prints; {} when it fails."""
        done = subprocess.run((['taskset', '-c', self.core] if pin else []) + command, capture_output=True, text=True,
                              env=dict(os.environ, POLARS_MAX_THREADS='1', **environment))
        if done.returncode:
            print('%s: %s' % (' '.join(command[:2]), done.stderr.strip()[-300:]), file=sys.stderr)
            return {}
        return {words[0]: (float(words[1]), float(words[2])) for words in map(str.split, done.stdout.splitlines())}

    def built(self, name):
        """A program that the build made of this folder."""
        return os.path.join(os.path.dirname(os.path.dirname(self.program)), 'bench', name)

    def lines(self, command):
        """What a program prints."""
        done = subprocess.run(['taskset', '-c', self.core] + command, capture_output=True, text=True)
        if done.returncode:
            print('%s: %s' % (command[0], done.stderr.strip()[-300:]), file=sys.stderr)
        return done.stdout.splitlines()

    def cpu(self, command, repeats=5):
        """Median CPU seconds of a whole process."""
        seconds = []
        for _ in range(repeats):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(['taskset', '-c', self.core] + command, check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
        return sorted(seconds)[repeats // 2]

    def compile(self, source, name, *include):
        out = os.path.join(ROOM, name)
        subprocess.run(['gcc', '-std=c17', '-O3', '-march=native', '-fno-math-errno', '-Wall', '-Wextra', '-Werror',
                        *('-I' + folder for folder in include), '-o', out, os.path.join(HERE, source), '-lm'],
                       check=True)
        return out

    def python(self, peer, *arguments, **environment):
        if not self.peers:
            return {}
        return self.figures([os.path.join(ROOM, 'venv', 'bin', 'python'), os.path.join(HERE, 'peers', 'peers.py'),
                             peer, *arguments], **environment)

    def ours(self, *arguments, pin=True):
        return self.figures([self.built('ours'), *arguments], pin)

    # ---- writing down ----

    def add(self, workload, what, seconds, ratio='', bar='', holds=None):
        self.rows.append((workload, what, seconds, ratio, bar, holds))
        print('%-28s %-44s %-12s %-8s %s' % (workload, what, seconds, ratio, bar), flush=True)

    def compare(self, workload, ours, hand, most=None, least=None):
        """A row for the hand-written C and one for us: our time over its, which may be `most`, or its time over
        ours, which must be `least`."""
        if not ours or not hand:
            return
        ratio = hand / ours if least else ours / hand
        bar = 'at least %g' % least if least else 'at most %g' % most if most else ''
        self.add(workload, 'C by hand', span(hand))
        self.add(workload, 'mlsysim', span(ours), '%.2f' % ratio, bar,
                 ratio >= least if least else ratio <= most if most else None)


def span(seconds):
    for factor, unit in ((1, 's'), (1e3, 'ms'), (1e6, 'us')):
        if seconds * factor >= 1:
            break
    return '%.3g %s' % (seconds * factor, unit)


def first(figures, name):
    return figures[name][0] if name in figures else None


# ---- data ----------------------------------------------------------------------------------------

def room(*names):
    return os.path.join(ROOM, *names)


def write(name, text):
    with open(room(name), 'w', encoding='utf-8') as file:
        file.write(text)
    return room(name)


def write_rows(name, rows):
    with open(room(name), 'w', newline='', encoding='utf-8') as file:
        csv.writer(file, lineterminator='\n').writerows(rows)
    return room(name)


def write_grid(name, rows):
    """A workbook of numbers and formulas, formulas with 0 as the value last calculated."""
    space = 'xmlns="http://schemas.openxmlformats.org/%s"'
    main = space % 'spreadsheetml/2006/main'
    package = 'application/vnd.openxmlformats-officedocument.spreadsheetml.%s+xml'
    kind = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    relations = space % 'package/2006/relationships'
    parts = {
        '[Content_Types].xml': '<Types %s><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
        '.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="%s"/>'
        '<Override PartName="/xl/styles.xml" ContentType="%s"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="%s"/></Types>'
        % (space % 'package/2006/content-types', package % 'sheet.main', package % 'styles', package % 'worksheet'),
        '_rels/.rels': '<Relationships %s><Relationship Id="rId1" Type="%sofficeDocument" Target="xl/workbook.xml"/>'
        '</Relationships>' % (relations, kind),
        'xl/workbook.xml': '<workbook %s xmlns:r="%s"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets>'
        '</workbook>' % (main, kind.rstrip('/')),
        'xl/_rels/workbook.xml.rels': '<Relationships %s>'
        '<Relationship Id="rId1" Type="%sworksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="%sstyles" Target="styles.xml"/></Relationships>' % (relations, kind, kind),
        'xl/styles.xml': '<styleSheet %s><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill '
        'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
        '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>' % main}
    letters = [chr(65 + i) if i < 26 else 'A' + chr(39 + i) for i in range(40)]
    with zipfile.ZipFile(room(name), 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for path, text in parts.items():
            book.writestr(path, '<?xml version="1.0" encoding="UTF-8"?>\n' + text)
        with book.open('xl/worksheets/sheet1.xml', 'w', force_zip64=False) as sheet:
            sheet.write(('<worksheet %s><sheetData>' % main).encode())
            for i, row in enumerate(rows, 1):
                cells = ''.join(grid_cell(letters[j], i, value) for j, value in enumerate(row) if value is not None)
                sheet.write(('<row r="%d">%s</row>' % (i, cells)).encode())
            sheet.write(b'</sheetData></worksheet>')
    return room(name)


def grid_cell(letter, row, value):
    if not isinstance(value, str):
        return '<c r="%s%d"><v>%r</v></c>' % (letter, row, value)
    formula = value[1:].replace('<', '&lt;').replace('>', '&gt;')
    return '<c r="%s%d"><f>%s</f><v>0</v></c>' % (letter, row, formula)


def install_peers():
    if not os.path.exists(room('venv', 'done')):
        subprocess.run([sys.executable, '-m', 'venv', room('venv')], check=True)
        subprocess.run([room('venv', 'bin', 'pip'), 'install', '-q'] + PACKAGES, check=True)
        write('venv/done', '')
    if not os.path.exists(room('node', 'node_modules', 'hyperformula')):
        os.makedirs(room('node'), exist_ok=True)
        subprocess.run(['npm', 'install', '--silent', 'hyperformula'], cwd=room('node'), check=True)


# ---- workloads -----------------------------------------------------------------------------------

def batch_in_memory(bench, name, path, least=None):
    """A million scenarios in memory beside C made from the sheet; returns our speed over that of C."""
    sheet = workloads.Sheet(open(path, encoding='utf-8').read())
    plan = write(name + '.plan', sheet.plan())
    os.makedirs(room(name), exist_ok=True)
    write(name + '/formulas.h', workloads.c_of(sheet))
    hand = bench.figures([bench.compile('hand_batch.c', name + '/hand', room(name)), plan, '1000000'])
    ours = bench.ours('batch', path, plan, '1000000', *sheet.outputs)
    bench.compare(name + ', 1M in memory', first(ours, 'batch'), first(hand, 'batch'), least=least)
    if not ours or not hand:
        return None
    if abs(ours['batch'][1] - hand['batch'][1]) > 1e-9 * abs(hand['batch'][1]):
        sys.exit('%s: the sums differ: %r, %r' % (name, ours['batch'][1], hand['batch'][1]))
    return hand['batch'][0] / ours['batch'][0]


def batches(bench):
    path = os.path.join(HERE, 'batch60.sheet')
    base = batch_in_memory(bench, 'batch60', path, 2.5)
    outputs = workloads.Sheet(open(path, encoding='utf-8').read()).outputs
    free = bench.ours('batch', path, room('batch60.plan'), '1000000', *outputs, pin=False)
    if free:
        one, two = free['one'][0], free['two'][0]
        bench.add('batch60, 1 and 2 threads', 'mlsysim, time on the wall', '%s, %s' % (span(one), span(two)),
                  '%.2f' % (one / two), 'at least 1.8', one / two >= 1.8)
    for number, seed in enumerate(SEEDS, 1):
        name = 'drawn_%d' % number
        made = write(name + '.sheet', workloads.random_sheet(name, seed))
        speed = batch_in_memory(bench, name, made)
        if base and speed:
            bench.add(name, 'speed-up over that of batch60 (seed %d)' % seed, '', '%.2f' % (speed / base),
                      'at least 0.8', speed >= 0.8 * base)
    files(bench, path)


def rate(bench, what, size, seconds, least):
    """A row of MB of input a second."""
    if seconds:
        bench.add('batch60, %.1f MB' % size, 'mlsysim, ' + what, span(seconds), '%.0f MB/s' % (size / seconds),
                  'at least %g MB/s' % least if least else '', size / seconds >= least if least else None)


def files(bench, path):
    """From lines of scenarios to lines of results."""
    scenarios, maker = room('scenarios.csv'), bench.compile('make_scenarios.c', 'make_scenarios')
    with open(scenarios, 'w', encoding='utf-8') as file:
        subprocess.run([maker, room('batch60.plan'), '1000000'], stdout=file, check=True)
    size = os.path.getsize(scenarios) / 1e6
    rate(bench, 'reading, one input printed', size, first(bench.ours('lines', path, scenarios, 'params_b'), 'lines'),
         600)
    rate(bench, 'in memory', size, first(bench.ours('lines', path, scenarios), 'lines'), None)
    whole = bench.cpu([bench.program, 'batch', path, scenarios, '-o', room('results.csv'), '--jobs', '1', '--quiet'])
    rate(bench, 'file to file', size, whole, 400)
    for peer in ('polars', 'pandas'):
        read = first(bench.python(peer, scenarios), 'read')
        if read:
            bench.add('batch60, %.1f MB' % size, peer + ', reading alone', span(read), '%.2f' % (whole / read),
                      'below 1' if peer == 'polars' else '', whole < read if peer == 'polars' else None)
    blocks = first(bench.python('numpy', scenarios, path), 'batch')
    if blocks:
        bench.add('batch60, 1M in memory', 'NumPy in blocks', span(blocks))


# The lines that bench_engine prints: the most that our time may be of that of C by hand, the most microseconds of an
# edit, and the least million calculations a second.
RATIOS = {'wide, all of 1,000,000': 3, 'chain of 1,000,000': 3, 'bent chain of 1,000,000': 8}
EDITS = {'wide, one row and the total': 3, 'wide, one row': 1, 'fan, one leaf': 1}
TEMPLATES = 5


def engine(bench):
    """Tables, recurrences and edits against C in one process, in turns; templates in batches."""
    folders = [HERE, os.path.join(ROOT, 'templates'), os.path.join(ROOT, 'registry')]
    for line in bench.lines([bench.built('bench_engine')] + folders):
        name, figures = line[:28].strip(), line[28:].split()
        if name in RATIOS:
            ours, hand = (1e-3 * float(figure) for figure in figures[:2])
            bench.compare(name, ours, hand, RATIOS[name])
        elif name in EDITS:
            bench.add(name, 'mlsysim', figures[0] + ' us', '', 'at most %g us' % EDITS[name],
                      float(figures[0]) <= EDITS[name])
        elif 'million a second' in line:
            bench.add(name + ', ' + line[line.index('(') + 1:].rstrip(')'), 'mlsysim', figures[0] + ' M/s', '',
                      'at least %g M/s' % TEMPLATES, float(figures[0]) >= TEMPLATES)
        else:
            bench.add(name, 'mlsysim', line[28:].strip())


def core(bench):
    """Opening sheets of named cells, and settling after one change."""
    for line in bench.lines([bench.built('bench_core')]):
        what, size, value, unit = line.split(',')
        bench.add('%s, %s' % (what, size), 'mlsysim', '%s %s' % (value, unit))


def tables(bench):
    """Opening a million cells from a file, and their memory."""
    path = os.path.join(HERE, 'wide.sheet')
    wide = open(path, encoding='utf-8').read()
    rows = write_rows('wide_rows.csv', workloads.wide_rows(wide, 50000))
    ours = bench.ours('open', path, rows, 'grid')
    best = peers_on_wide(bench, wide)
    if not ours:
        return
    seconds, cells = ours['open'][0], 50000 * 30
    bench.add('wide 1M, opened and calculated', 'mlsysim', span(seconds), '%.1f' % (best / seconds) if best else '',
              'at least 20' if best else '', best / seconds >= 20 if best else None)
    bench.add('wide 1M, memory', 'mlsysim', '%.1f B/cell' % (ours['bytes'][0] / cells), '', 'at most 24',
              ours['bytes'][0] / cells <= 24)


def workbook(bench):
    """The table as a workbook, and the same cells by a bare loop over the library that writes workbooks."""
    path, out = os.path.join(HERE, 'wide.sheet'), room('ours.xlsx')
    wide = open(path, encoding='utf-8').read()
    few = write_rows('few.csv', workloads.wide_rows(wide, 20))
    subprocess.run([bench.program, 'run', path, '--rows', 'grid=' + few, '-o', out], check=True,
                   stdout=subprocess.DEVNULL)
    cells = workloads.row_of_table(out, 'grid')
    rows = write_rows('wide_rows.csv', workloads.wide_rows(wide, 50000))
    run = [bench.program, 'run', path, '--rows', 'grid=' + rows]
    ours = bench.cpu(run + ['-o', out], 3) - bench.cpu(run, 3)
    bare = bench.cpu([bench.built('bench_writer'), write('cells.txt', ''.join(cell + '\n' for cell in cells)), '50000',
                      room('bare.xlsx')], 3)
    formulas = sum(cell.startswith('f') for cell in cells) * 50000
    bench.compare('workbook, %.1fM formulas' % (1e-6 * formulas), ours, bare, 1.2)


def peers_on_wide(bench, wide):
    """The least CPU time that a peer needs to open and calculate the grid."""
    if not bench.peers:
        return None
    grid = write_grid('wide.xlsx', workloads.wide_grid(wide, 50000))
    sheet = write_rows('wide.csv', workloads.wide_grid(wide, 50000))
    found = {'formualizer': bench.python('formualizer', grid, ROWS='50000'),
             'IronCalc': bench.python('ironcalc', grid),
             'HyperFormula': bench.figures(['env', '-C', room('node'), 'node', '--max-old-space-size=12000',
                                            os.path.join(HERE, 'peers', 'hyperformula.cjs'), sheet, '50000'])}
    for peer, figures in found.items():
        for name, what in (('open', 'opened and calculated'), ('recalculate', 'recalculated'),
                           ('edit', 'one edit, total')):
            if name in figures:
                bench.add('wide 1M, ' + what, peer, span(figures[name][0]))
    return min((figures['open'][0] for figures in found.values() if figures), default=None)


def named_cells(bench):
    wide = open(os.path.join(HERE, 'wide.sheet'), encoding='utf-8').read()
    text, code = workloads.named(wide, 5000)
    ours = bench.ours('named', write('named.sheet', text), 'x_a_', 'x_ad_4999')
    simple = bench.figures([bench.compile('interpreter.c', 'interpreter'), write('named.code', code)])
    bench.compare('100,000 named cells', first(ours, 'recalculate'), first(simple, 'recalculate'), most=1)
    if 'bytes' in ours:
        cells = 5000 * 30
        bench.add('100,000 named cells, memory', 'mlsysim', '%.0f B/cell' % (ours['bytes'][0] / cells), '',
                  'at most 250', ours['bytes'][0] / cells <= 250)


# ---- the page ------------------------------------------------------------------------------------

def machine():
    model = ''
    for line in open('/proc/cpuinfo', encoding='utf-8'):
        if line.startswith('model name'):
            model = line.split(':')[1].strip()
            break
    compiler = subprocess.run(['gcc', '-dumpfullversion'], capture_output=True, text=True).stdout.strip()
    return '%s, %d cores, %s %s, gcc %s' % (model or platform.machine(), os.cpu_count(), platform.system(),
                                            platform.release().split('-')[0], compiler)


def versions():
    python = room('venv', 'bin', 'python')
    code = 'import importlib.metadata as m;print(", ".join("%%s %%s" %% (p, m.version(p)) for p in %r))' % (PACKAGES,)
    found = subprocess.run([python, '-c', code], capture_output=True, text=True).stdout.strip()
    package = room('node', 'node_modules', 'hyperformula', 'package.json')
    if os.path.exists(package):
        import json
        found += ', hyperformula ' + json.load(open(package, encoding='utf-8'))['version']
    return found


def page(bench):
    lines = ['# Results of the benchmark', '',
             'Written by `./dev bench`%s on %s. CPU time pinned to one core, medians; figures are' %
             (' --peers' if bench.peers else '', datetime.date.today().isoformat()),
             'compared within this run alone. A ratio is our time over that of C by hand, or its time over ours',
             'where the bar is a least; for files it is the rate, and beside a peer our whole run over its reading.',
             'What the workloads are: `bench/engine.c`, `bench/workloads.py`.', '', 'Machine: ' + machine() + '.', '']
    if bench.peers:
        lines += ['Peers: ' + versions() + '.', '']
    lines += ['| workload | program | CPU time | ratio | bar | holds |', '|---|---|---|---|---|---|']
    for workload, what, seconds, ratio, bar, holds in bench.rows:
        lines.append('| %s | %s | %s | %s | %s | %s |' % (workload, what, seconds, ratio, bar,
                                                          {None: '', True: 'yes', False: '**no**'}[holds]))
    return '\n'.join(lines) + '\n'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--peers', action='store_true')
    parser.add_argument('--core', type=int, default=0)
    parser.add_argument('--out', default=os.path.join(HERE, 'RESULTS.md'))
    options = parser.parse_args()
    os.makedirs(ROOM, exist_ok=True)
    if options.peers:
        install_peers()
    bench = Bench(options)
    engine(bench)
    batches(bench)
    tables(bench)
    named_cells(bench)
    workbook(bench)
    core(bench)
    with open(options.out, 'w', encoding='utf-8') as file:
        file.write(page(bench))


if __name__ == '__main__':
    main()
