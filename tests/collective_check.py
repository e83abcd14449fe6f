#!/usr/bin/env python3
"""collective_check.py MLSYSIM SHARED: the sheets collective_measured and collective against 420 times of NCCL on
2 to 8 devices of one node (measured/ops.csv of the shared folder). The first knows the shortest and the
longest message of each row, so those between are what it forecasts; the second knows the link's rate alone.
Fails when the median error of the first leaves what docs/accuracy.md says. Exit 77 when SHARED is absent."""
import csv
import os
import re
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402

ITEMS = {'A100-SXM4-80GB': ('A100', 300), 'H100 80GB HBM3': ('H100', 450), 'H200': ('H200', 450),
         'B200': ('B200', 900), 'RTX PRO 6000 Blackwell Server Edition': ('RTX_PRO_6000', None)}
KINDS = {'all_reduce': ('all_reduce', 'ring_time'), 'all_gather': ('all_gather', 'gather_time'),
         'reduce_scatter': ('reduce_scatter', 'scatter_time'), 'alltoall': ('all_to_all', 'all_to_all_time')}
BOUND = 25.0        # per cent, of the median error between the shortest and the longest message


def measured(shared):
    """[(item, link in GB/s, ranks, kind, cell, bytes, seconds)]."""
    found = []
    with open(os.path.join(shared, 'measured', 'ops.csv'), newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            what = re.search(r'NCCL [\d.]+, (\w+), half, (\d+) bytes', row['conditions'])
            system = re.match(r'NVIDIA (.*) x(\d) ', row['system'])
            if what and system and row['metric'].endswith('latency'):
                item, link = ITEMS[system[1]]
                found.append(('%sx%s' % (item, system[2]), link, float(system[2]), *KINDS[what[1]],
                              float(what[2]), float(row['value']) * 1e-6))
    return found


def report(title, pairs):
    off = [100 * abs(ours / theirs - 1) for ours, theirs in pairs]
    print('%-44s %3d  mean %5.1f %%  median %5.1f %%' % (title, len(off), statistics.mean(off), statistics.median(off)))
    return statistics.median(off)


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'measured')):
        print('skipped: measurements (no shared folder)')
        return 77
    rows = measured(shared)
    known, _ = many.run(program, 'collective_measured', [
        ('c%d' % at, {'system': item, 'kind': kind, 'ranks': ranks, 'message [B]': size})
        for at, (item, _, ranks, kind, _, size, _) in enumerate(rows)])
    plain, _ = many.run(program, 'collective', [
        ('c%d' % at, {'ranks': ranks, 'message [B]': size, 'bandwidth [GB/s]': link, 'latency [us]': 1.0})
        for at, (_, link, ranks, _, _, size, _) in enumerate(rows) if link])
    between = []
    for size in sorted({row[5] for row in rows}):
        pairs = [(known['c%d' % at]['time']['si'], row[6]) for at, row in enumerate(rows) if row[5] == size]
        report('collective_measured, %.4g kB' % (size / 1e3), pairs)
        if 1024 < size < 536870912:
            between += pairs
    median = report('collective_measured, all between', between)
    for size in sorted({row[5] for row in rows}):
        report('collective, link and 1 us, %.4g kB' % (size / 1e3), [
            (plain['c%d' % at][row[4]]['si'], row[6]) for at, row in enumerate(rows) if row[5] == size and row[1]])
    print('%d passed, %d failed' % (median <= BOUND, median > BOUND))
    return int(median > BOUND)


if __name__ == '__main__':
    sys.exit(main())
