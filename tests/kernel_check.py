#!/usr/bin/env python3
"""kernel_check.py MLSYSIM SHARED: the sheet software at its defaults against measured matrix
products (measured/kernels.csv of the shared folder, from aiconfigurator-core 0.12.0, NVIDIA,
Apache-2.0). The ceilings of the registry are the best of these products and `launch` was chosen
on them: this is in sample. Prints errors by group as measured_check.py does; fails when the
median of all is above 12 %. Exit 77 when SHARED is absent."""
import collections
import os
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402
from measured_check import report, rows  # noqa: E402

DEVICES = {'a100_sxm': 'A100', 'l40s': 'L40S', 'h100_sxm': 'H100', 'h200_sxm': 'H200', 'b200_sxm': 'B200'}
FORMATS = {'bfloat16': 'bf16', 'fp8': 'fp8', 'nvfp4': 'fp4'}
BOUND = 12.0


def size(rows_):
    return 'up to 8 rows' if rows_ <= 8 else 'up to 256 rows' if rows_ <= 256 else 'more rows'


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'measured')):
        print('skipped: measurements (no shared folder)')
        return 77
    products = [row for row in rows(shared, 'kernels.csv') if row['op'] == 'gemm']
    scenarios = [('k%d' % at, {
        'hw': DEVICES[row['system']], 'precision': FORMATS[row['dtype']], 'rows': float(row['m']),
        'columns': float(row['n']), 'inner': float(row['k'])}) for at, row in enumerate(products)]
    cells, refused = many.run(program, 'software', scenarios)
    groups = collections.defaultdict(list)
    for at, row in enumerate(products):
        pair = 1e6 * cells['k%d' % at]['time']['si'], 1e3 * float(row['time_ms'])
        for key in ('all', FORMATS[row['dtype']] + ' ' + DEVICES[row['system']], size(float(row['m']))):
            groups['products ' + key].append(pair)
    for title in sorted(groups):
        report(title, groups[title])
    middle = statistics.median(100 * abs(ours / measured - 1) for ours, measured in groups['products all'])
    good = middle <= BOUND and not refused
    print('%d passed, %d failed' % (good, not good))
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
