#!/usr/bin/env python3
"""counts.py PROGRAM [--update]: instructions that small fixed workloads take, counted by callgrind, against
counts.csv. Fails when one grows by more than 3 %; one that shrinks as much is only said. A change on purpose updates
the file. Counts belong to a compiler and a C library: with others than those named in the file nothing is compared.
The last line is `N passed, N failed`; exit 77 means skipped."""
import csv
import os
import re
import subprocess
import sys
import tempfile

import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
COUNTS = os.path.join(HERE, 'counts.csv')
GROWTH = 0.03


def platform():
    gcc = subprocess.run(['gcc', '-dumpfullversion'], capture_output=True, text=True).stdout.strip()
    libc = os.confstr('CS_GNU_LIBC_VERSION') if 'CS_GNU_LIBC_VERSION' in os.confstr_names else ''
    return 'gcc %s, %s, %s' % (gcc, libc, os.uname().machine)


def write_csv(path, rows):
    with open(path, 'w', newline='', encoding='utf-8') as file:
        csv.writer(file, lineterminator='\n').writerows(rows)
    return path


def cases(folder):
    """(name, arguments of the program) of each workload; the files it reads are made in `folder`."""
    wide = open(os.path.join(HERE, 'wide.sheet'), encoding='utf-8').read()
    batch60 = os.path.join(HERE, 'batch60.sheet')
    sheet = workloads.Sheet(open(batch60, encoding='utf-8').read())
    scenarios = write_csv(folder + '/scenarios.csv', [[item[0] for item in sheet.inputs]] + [
        ['%.6g' % (low + (high - low) * workloads.uniform(row * 32 + j)) for j, (_, _, low, high) in
         enumerate(sheet.inputs)] for row in range(5000)])
    rows = write_csv(folder + '/rows.csv', workloads.wide_rows(wide, 2000))
    named = folder + '/named.sheet'
    with open(named, 'w', encoding='utf-8') as file:
        file.write(workloads.named(wide, 100)[0])
    return [('run training', ['run', 'training']),
            ('run monthly_tco to xlsx', ['run', 'monthly_tco', '-o', folder + '/tco.xlsx']),
            ('check serving', ['check', 'serving']),
            ('batch of 5000 scenarios', ['batch', batch60, scenarios, '--jobs', '1', '--quiet', '-o',
                                         folder + '/results.csv']),
            ('table of 2000 rows', ['run', os.path.join(HERE, 'wide.sheet'), '--rows', 'grid=' + rows]),
            ('2000 named cells', ['run', named])]


def count(program, arguments):
    done = subprocess.run(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', program] + arguments,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    found = re.search(r'Collected : (\d+)', done.stderr)
    if done.returncode or not found:
        sys.exit('%s: %s' % (' '.join(arguments), done.stderr[-500:]))
    return int(found[1])


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        now = {name: count(program, arguments) for name, arguments in cases(folder)}
    if '--update' in sys.argv:
        write_csv(COUNTS, [['workload', 'instructions', 'built with']] + [[name, value, platform()]
                                                                        for name, value in now.items()])
        return 0
    passed = failed = 0
    for row in csv.DictReader(open(COUNTS, encoding='utf-8')):
        if row['built with'] != platform():
            print('counts are for %s, this is %s: not compared' % (row['built with'], platform()))
            return 77
        before, after = int(row['instructions']), now.pop(row['workload'], 0)
        change = after / before - 1
        failed += change > GROWTH
        passed += change <= GROWTH
        if abs(change) > GROWTH:
            print('%s: %d instructions, were %d (%+.1f %%)%s' % (
                row['workload'], after, before, 100 * change, '' if change > 0 else ': update bench/counts.csv'))
    for name in now:
        failed += 1
        print('%s: not in counts.csv' % name)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
