#!/usr/bin/env python3
"""throughput_check.py MLSYSIM SHARED: the sheet serving at its defaults against the throughput that
NVIDIA publishes for TensorRT-LLM at full load (measured/inference.csv of the shared folder). The
defaults were fitted on these rows and on those of served_check.py: in sample. Prints errors by
group as measured_check.py does; fails when the median error of all is above 20 %. Exit 77 when
SHARED is absent.

Full load is not described: 4096 users and at most 2048 running requests are taken, by copy of
the attention weights. Left out: devices that are not in DEVICES."""
import collections
import os
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402
from measured_check import report, rows  # noqa: E402

MODELS = {'Llama 3.3 70B': 'Llama3_70B', 'Llama 3.1 405B': 'Llama3_405B', 'Llama 3.1 8B': 'Llama3_8B',
          'Qwen3-235B-A22B': 'Qwen3_235B_A22B', 'Qwen3-30B-A3B': 'Qwen3_30B_A3B',
          'Llama 4 Maverick': 'Llama4_Maverick', 'Llama 4 Scout': 'Llama4_Scout',
          'GPT-OSS 120B': 'gpt_oss_120B', 'GPT-OSS 20B': 'gpt_oss_20B', 'DeepSeek R1 0528': 'DeepSeek_V3'}
DEVICES = {'H100 SXM 80GB': 'H100', 'H200 SXM 141GB': 'H200', 'B200 180GB': 'B200', 'GB200 192GB': 'GB200'}
BOUND = 20.0


def settings(row):
    """What a user would set, or None."""
    if 'perf-overview' not in row['source'] or row['accelerator'] not in DEVICES:
        return None
    model, expert, gpus = MODELS[row['model']], row['precision'], float(row['n_accel'])
    dense = expert
    if model.startswith('gpt_oss'):
        dense = 'bf16'                          # its experts alone are in 4 bits
    elif model == 'DeepSeek_V3' and expert == 'fp4':
        dense = 'fp8'
    copies = gpus if 'DEP' in row['tp'] else 1.0     # data-parallel attention
    return {'hw': DEVICES[row['accelerator']], 'model': model, 'precision': dense, 'expert_precision': expert,
            'cache_precision': 'fp8' if row['kv_precision'] == 'fp8' else 'bf16', 'engine': 'TensorRT_LLM',
            'gpus': gpus, 'replicas': copies, 'batch': 4096 * copies, 'most': 2048 * copies,
            'prompt': float(row['isl']), 'answer': float(row['osl'])}


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'measured')):
        print('skipped: measurements (no shared folder)')
        return 77
    cases = {row['id']: (row, settings(row)) for row in rows(shared, 'inference.csv') if settings(row)}
    cells, refused = many.run(program, 'serving', [(name, chosen) for name, (_, chosen) in cases.items()])
    groups = collections.defaultdict(list)
    for name, (row, chosen) in cases.items():
        rate = cells[name]['rate']['si'] / (chosen['gpus'] if 'GPU' in row['unit'] else 1.0)
        layout = 'copies of attention' if chosen['replicas'] > 1 else '%g GPU' % chosen['gpus']
        for key in ('all', chosen['model'], chosen['hw'], layout):
            groups['rate ' + key].append((rate, float(row['value'])))
    for title in sorted(groups):
        report(title, groups[title])
    middle = statistics.median(100 * abs(ours / its - 1) for ours, its in groups['rate all'])
    good = middle <= BOUND and not refused
    print('%d passed, %d failed' % (good, not good))
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
