#!/usr/bin/env python3
"""served_check.py MLSYSIM SHARED [--each]: the sheet serving at its defaults against measured
services (measured/served.csv of the shared folder, from aiconfigurator-core 0.12.0, NVIDIA,
Apache-2.0; the defaults were fitted on these rows, so this is in sample). Prints errors by group
as measured_check.py does, and the worst rows. It fails when the median error of all
time-per-token forecasts is 9 % or more. Exit 77 when SHARED is absent. `--each` prints every
row.

Near-identical rows (R1 and V3 are one architecture) count once. Rows without a precision are
read as the model's name says, else as bfloat16. Lengths of the InferenceX rows are drawn from
0.8 to 1 times the nominal: 0.9 is taken. Left out: models that the registry does not have."""
import collections
import os
import re
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402
from measured_check import report, rows  # noqa: E402

# pattern of the served model's name -> item; a mixture of experts quantises its experts first
MODELS = (('Qwen3-32B', 'Qwen3_32B'), ('Llama-3.1-70B', 'Llama3_70B'), ('Llama-3.1-8B', 'Llama3_8B'),
          ('DeepSeek-(R1|V3)', 'DeepSeek_V3'), ('Kimi-K2', 'Kimi_K2'), ('MiniMax-M2.5', 'MiniMax_M2_5'),
          ('Qwen3.5-397B', 'Qwen3_5_397B_A17B'))
EXPERTS = {'DeepSeek_V3', 'Kimi_K2', 'MiniMax_M2_5', 'Qwen3_5_397B_A17B'}
SYSTEMS = {'h100_sxm': 'H100', 'h200_sxm': 'H200', 'b200_sxm': 'B200', 'b300_sxm': 'B300'}
ENGINES = {'vllm': 'vLLM', 'trtllm': 'TensorRT_LLM', 'sglang': 'SGLang'}
FORMATS = {'fp4': 'fp4', 'nvfp4': 'fp4', 'fp8': 'fp8', 'int4': 'int4', 'int8': 'int8'}
BOUND = 9.0     # per cent, median of all tpot errors


def item_of(name):
    return next((item for pattern, item in MODELS if re.search(pattern, name)), None)


def formats(row, item):
    """Formats of the dense weights, the experts and the cache, as the engines choose them."""
    named = row['precision'] or ('fp8' if 'FP8' in row['model'] else 'bf16')
    expert = FORMATS.get(named, 'bf16')
    dense = expert
    if item in EXPERTS and expert in ('int4', 'fp4'):
        dense = 'bf16' if expert == 'int4' or item == 'Kimi_K2' else 'fp8'
    blackwell = row['system'].startswith(('b2', 'b3'))
    small = expert in ('fp8', 'fp4') and (row['backend'] == 'trtllm' or blackwell)
    return dense, expert, 'fp8' if small else 'bf16'


def settings(row):
    """What a user would set for a measured service, or None."""
    item = item_of(row['model'])
    if item is None or row['system'] not in SYSTEMS:
        return None
    dense, expert, cache = formats(row, item)
    tensor = float(row['tp'])
    gpus = max(tensor, float(row['moe_tp'] or 1) * float(row['moe_ep'] or 1)) if item in EXPERTS else tensor
    length = 1.0 if 'gap-analysis' in row['source'] else 0.9
    return {'hw': SYSTEMS[row['system']], 'model': item, 'precision': dense, 'expert_precision': expert,
            'cache_precision': cache, 'engine': ENGINES[row['backend']], 'gpus': gpus,
            'replicas': gpus / tensor, 'batch': float(row['concurrency']),
            'prompt': length * float(row['isl']), 'answer': length * float(row['osl'])}


def cases(shared):
    """{name: (row, settings)}; rows that differ in the model's name alone count once."""
    found, seen = {}, set()
    for at, row in enumerate(rows(shared, 'served.csv')):
        chosen = settings(row)
        if chosen is None:
            continue
        key = (tuple(chosen.items()), round(float(row['ttft_ms']), 3), round(float(row['tpot_ms']), 3))
        if key not in seen:
            seen.add(key)
            found['s%d' % at] = row, chosen
    return found


def groups_of(measured, found):
    groups, no_room = collections.OrderedDict(), 0
    for name, (row, chosen) in measured.items():
        cells = found.get(name, {})
        if not cells or cells['tpot']['si'] is None:
            no_room += 1
            continue
        for what in ('tpot', 'ttft'):
            pair = cells[what]['si'] * 1e3, float(row[what + '_ms'])
            for key in ('all', chosen['model'], chosen['hw'], chosen['engine'],
                        'weights ' + chosen['expert_precision']):
                groups.setdefault('%s %s' % (what, key), []).append(pair + (name,))
    return groups, no_room


def worst(measured, pairs, count=5):
    """The rows that are furthest off, by factor."""
    def far(pair):
        return max(pair[0] / pair[1], pair[1] / pair[0])
    for forecast, actual, name in sorted(pairs, key=far, reverse=True)[:count]:
        row, chosen = measured[name]
        print('  %.4g ms, measured %.4g ms: %s %s %s %s, %s GPU, %s users, %s + %s tokens' % (
            forecast, actual, row['model'], chosen['hw'], row['backend'], chosen['expert_precision'],
            '%g' % chosen['gpus'], row['concurrency'], row['isl'], row['osl']))


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'measured')):
        print('skipped: measurements (no shared folder)')
        return 77
    measured = cases(shared)
    found, refused = many.run(program, 'serving', [(name, chosen) for name, (_, chosen) in measured.items()])
    for name, text in refused.items():
        print('%s: %s' % (name, text))
    groups, no_room = groups_of(measured, found)
    print('%d measured services, %d of them without room by our count' % (len(measured), no_room))
    for title in sorted(groups, key=lambda title: (title.split()[0] == 'ttft', 'all' not in title, title)):
        report(title, [pair[:2] for pair in groups[title]])
    for what in ('tpot', 'ttft'):
        print('worst %s forecasts' % what)
        worst(measured, groups[what + ' all'], len(groups[what + ' all']) if '--each' in sys.argv else 5)
    middle = statistics.median(100 * abs(a / b - 1) for a, b, _ in groups['tpot all'])
    good = middle < BOUND and not refused
    print('%d passed, %d failed' % (good, not good))
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
