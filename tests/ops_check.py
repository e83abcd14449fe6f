#!/usr/bin/env python3
"""ops_check.py MLSYSIM SHARED: the sheets of reliability and tail latency against what was published of
large fleets (measured/ops.csv and facts/reliability.csv of the shared folder, and sentences of the
papers named here). Nothing is fitted: rates come from one fleet and are tried on another.
Prints predicted, published and error of each; fails when a prediction leaves the range that
docs/accuracy.md states. Exit 77 when SHARED is absent."""
import collections
import csv
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402

Anchor = collections.namedtuple('Anchor', 'what sheet settings cell unit published low high')
NODES = {'nodes': 2048, 'run [day]': 54}


def rows(shared, folder, name):
    with open(os.path.join(shared, folder, name), newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def measured(shared):
    """{start of the metric: value} of reliability and tail latency."""
    return {row['metric']: row['value'] for row in rows(shared, 'measured', 'ops.csv')
            if row['topic'] in ('reliability', 'tail latency')}


def stated(shared):
    return {(row['item'], row['field']): row['value'] for row in rows(shared, 'facts', 'reliability.csv')}


def anchors(shared):
    """What is compared; low and high bound predicted over published."""
    seen, facts = measured(shared), stated(shared)
    total = float(seen['unexpected interruptions total'])
    kokolis = 'Kokolis 2024: '
    hours = float(facts[kokolis + '16384-GPU job (projected)', 'mttf'])
    huge = float(facts[kokolis + '131072-GPU job (projected)', 'mttf'])
    middle = float(facts[kokolis + 'RSC-1 1024-GPU jobs', 'mttf'])
    small = float(facts[kokolis + 'RSC-1 8-GPU jobs', 'mttf']) * 24
    leaves = {'law': 'lognormal', 'parts': 2000, 'needed': 1900, 'typical [ms]': 1, 'spread': 0.98979,
              'level [%]': 50}
    good = {'write [s]': 2.84, 'mtbf [h]': 3.093, 'restart [s]': 362.8}
    rsc1 = {'parts': 'RSC1_2024'}
    return [
        Anchor('interruptions of the Llama 3 run, by its own parts (in sample)', 'cluster_failures',
               {'parts': 'Llama3_2024', **NODES}, 'expected', '', total, 0.999, 1.001),
        Anchor('the same, by the nodes of RSC-1', 'cluster_failures', {**rsc1, **NODES}, 'expected', '', total, 1, 2),
        Anchor('the same, by the nodes of RSC-2', 'cluster_failures', {'parts': 'RSC2_2024', **NODES},
               'expected', '', total, 0.5, 1),
        Anchor('failing machines of OPT-175B a day, by the parts of Llama 3', 'cluster_failures',
               {'parts': 'Llama3_2024', 'nodes': 128, 'run [day]': 1}, 'expected', '',
               float(facts['OPT-175B (1024 A100 80GB, cloud)', 'machine_failures']), 0.2, 0.3),
        Anchor('hours between failures, 131,072 GPUs (projected there)', 'cluster_failures', {**rsc1, 'nodes': 16384},
               'mtbf', 'h', huge, 0.95, 1.05),
        Anchor('hours between failures, 16,384 GPUs (projected there)', 'cluster_failures', {**rsc1, 'nodes': 2048},
               'mtbf', 'h', hours, 0.95, 1.05),
        Anchor('hours between failures, 1,024 GPUs (measured)', 'cluster_failures', {**rsc1, 'nodes': 128},
               'mtbf', 'h', middle, 3, 4),
        Anchor('hours between failures, 8 GPUs (measured)', 'cluster_failures', {**rsc1, 'nodes': 1}, 'mtbf', 'h',
               small, 3, 4),
        Anchor('effective time of Llama 3, % (published: more than)', 'checkpoint_interval', good, 'goodput', '%',
               100 * float(facts['Llama 3 405B', 'effective_training_time']), 1, 1.1),
        Anchor('checkpoint of BLOOM, TB', 'checkpoint_size', {'model': 'BLOOM_176B'}, 'size', 'TB',
               float(facts['BLOOM-176B (384 A100)', 'checkpoint_size']), 1, 1.1),
        Anchor('requests with a slow leaf, 100 leaves', 'fan_out', {'parts': 100, 'needed': 1, 'slow_share [%]': 1},
               'slow', '', float(seen['P(user request > 1 s) fan-out 100, leaf p99 = 1 s']), 0.99, 1.01),
        Anchor('requests with a slow leaf, 2,000 leaves', 'fan_out',
               {'parts': 2000, 'needed': 1, 'slow_share [%]': 0.01}, 'slow', '',
               float(seen['P(user request > 1 s) fan-out 2000, 1 in 10,000']), 0.99, 1.02),
        Anchor('95 % of the leaves, P50, ms (2,000 leaves assumed)', 'fan_out', leaves, 'enough', 'ms',
               float(seen['95% of all leaf requests finish, p50']), 0.3, 0.5),
        Anchor('all leaves, P50, ms (2,000 leaves assumed)', 'fan_out', leaves, 'all', 'ms',
               float(seen['100% of all leaf requests finish, p50']), 0.6, 0.8),
        Anchor('all leaves, P99, ms (2,000 leaves assumed)', 'fan_out', {**leaves, 'level [%]': 99}, 'all', 'ms',
               float(seen['100% of all leaf requests finish, p99']), 0.5, 0.7),
    ]


def main():
    program, shared = sys.argv[1:3]
    if not os.path.exists(os.path.join(shared, 'measured', 'ops.csv')):
        print('skipped: %s has no measurements' % shared)
        return 77
    passed = failed = 0
    print('%-62s %10s %10s %8s' % ('', 'predicted', 'published', 'error'))
    for one in anchors(shared):
        found, refused = many.run(program, one.sheet, [('it', one.settings)])
        cell = found['it'][one.cell] if found else None
        value = cell['si'] / {'h': 3600, '%': 0.01, 'TB': 1e12, 'ms': 0.001}.get(one.unit, 1) if cell else None
        good = value is not None and one.low <= value / one.published <= one.high
        passed += good
        failed += not good
        print('%-62s %10s %10.4g %+7.0f %%%s' % (
            one.what, refused.get('it', '') if value is None else '%.4g' % value, one.published,
            0 if value is None else 100 * (value / one.published - 1), '' if good else '  OUT OF RANGE'))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
