#!/usr/bin/env python3
"""measured_check.py MLSYSIM SHARED [--each]: the sheet `training` against published measurements of
training runs (measured/training_clean.csv of the shared folder). A run is described as a user would: device,
model, layout, numeric format, attention kernel and framework; nothing is fitted here. The parts of each step must add up to it. Prints errors by
group, worst runs, and the errors of the prototype on the same runs. Exit 77 when SHARED is absent."""
import collections
import csv
import os
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402

# device of a run -> item, fast domain, port to the network in GB/s, what-ifs on facts
DEVICES = {
    'A100-40': ('A100_40GB', 8, 25, {}), 'A100-80': ('A100', 8, 25, {}), 'H100': ('H100', 8, 50, {}),
    'H100-TITAN': ('H100', 8, 50, {'hw.memory_bandwidth [TB/s]': 2.4, 'hw.memory_capacity [GB]': 96,
                                   'hw.tdp [W]': 500}),
    'H200': ('H200', 8, 50, {}), 'B200': ('B200', 8, 50, {}), 'B300': ('B300', 8, 100, {}),
    'GB200': ('GB200', 72, 50, {}), 'GB300': ('GB300', 72, 100, {}),
    'TPUv4': ('TPU_v4', 4096, 3, {}), 'TPUv5e': ('TPU_v5e', 256, 3, {}), 'TPUv5p': ('TPU_v5p', 6144, 3, {})}
FORMATS = {'bf16': 'bf16', 'fp8': 'fp8', 'mx': 'fp8', 'fp4': 'fp4'}
RECOMPUTE = {'none': 'none', 'full': 'full', 'unk': 'auto'}
# mixtures of experts have latent attention or windows, which the runs do not print: the registry does
EXPERTS = {'DeepSeek-V3': 'DeepSeek_V3', 'GPT OSS 120B': 'gpt_oss_120B', 'Qwen3_30B_a3B': 'Qwen3_30B_A3B',
           'Qwen3_235B_a22B': 'Qwen3_235B_A22B', 'Kimi_K2': 'Kimi_K2', 'Mixtral-8x7B': 'Mixtral_8x7B'}
PARTS = ('linear_time', 'score_time', 'logits_time', 'elementwise_time', 'launch_time', 'uneven_time', 'tensor_time',
         'context_time', 'expert_time', 'bubble_time', 'hop_time', 'gradient_time', 'update_time', 'fixed_time',
         'straggle_time')
BOUND = 6.0         # per cent, of the median error of all runs


def rows(shared, name):
    with open(os.path.join(shared, 'measured', name), newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def runs(shared):
    return rows(shared, 'training_clean.csv')


def vendor(row):
    """Runs with kernels that the maker of the device tuned."""
    return row['family'].startswith(('nvidia_megatron', 'mlperf'))


def settings(row):
    """What a user would set for a run."""
    number = {key: float(row[key]) for key in ('n', 'L', 'h', 'a', 'kv', 'hd', 'f', 'V', 'P', 's', 'gbs', 'nmb', 'tp',
                                               'pp', 'cp', 'ep', 'v', 'zero', 'lora', 'flash', 'eager', 'gated')}
    item, domain, port, facts = DEVICES[row['dev']]
    plain = not number['flash']
    chosen = {
        'hw': item, 'precision': FORMATS[row['fmt']], 'fabric': 'IB_NDR', 'fabric.bandwidth [GB/s]': port,
        'domain': domain, 'gpus': number['n'], 'tensor': number['tp'], 'pipeline': number['pp'],
        'context_ways': number['cp'], 'expert_ways': number['ep'], 'interleave': number['v'],
        'microbatches': number['nmb'], 'batch': number['gbs'], 'seq': number['s'], 'zero': number['zero'],
        'adapter_rank': 16 if number['lora'] else 0,
        'recompute': RECOMPUTE.get(row['rc']) or ('selective' if plain else 'half'),
        'kernel': 'plain' if plain else 'tuned' if vendor(row) else 'portable',
        'code': 'eager' if number['eager'] else 'fused',
        'sequence_parallel': 'no' if plain else 'yes', **facts}
    if row['model'] in EXPERTS:
        return {'model': EXPERTS[row['model']], **chosen}
    return {'model': 'Custom', 'model.params': number['P'], 'model.layers': number['L'],
            'model.hidden': number['h'], 'model.heads': number['a'], 'model.kv_heads': number['kv'],
            'model.head_dim': number['hd'], 'model.ffn': number['f'], 'model.vocab': number['V'],
            'model.ffn_matrices': 3 if number['gated'] else 2, **chosen}


def errors(pairs):
    return sorted(100 * abs(forecast / measured - 1) for forecast, measured in pairs)


def report(title, pairs):
    """pairs: (forecast, measured)."""
    off = errors(pairs)
    spread = sorted(measured / forecast for forecast, measured in pairs)
    low, high = (spread[round(q * (len(spread) - 1))] for q in (0.1, 0.9))
    print('%-34s %4d  mean %5.1f %%  median %5.1f %%  within 20 %% %3.0f %%  measured/forecast %.2f to %.2f' % (
        title, len(pairs), statistics.mean(off), statistics.median(off),
        100 * sum(one <= 20 for one in off) / len(off), low, high))


def groups_of(row):
    kind = 'experts' if float(row['E']) else 'dense'
    return 'all', kind, '%s %s' % (kind, row['fmt']), 'device %s' % row['dev'], 'from %s' % row['family'][:22]


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'measured')):
        print('skipped: measurements (no shared folder)')
        return 77
    described = {row['id']: row for row in runs(shared)}
    found, refused = many.run(program, 'training', [(name, settings(row)) for name, row in described.items()])
    for name, why in refused.items():
        print('%s %s: refused: %s' % (name, described[name]['model'], why))
    groups, prototype, each, whole = collections.OrderedDict(), [], [], True
    for name, cells in found.items():
        row, step = described[name], cells['step_time']['si']
        if step is None:
            print('%s %s: %s' % (name, row['model'], cells['step_time']['error']['message']))
            continue
        total = sum(cells[name]['si'] for name in PARTS)
        whole &= abs(total / step - 1) < 1e-9
        pair = step, float(row['measured_step_s'])
        prototype.append((float(row['predicted_step_s']), pair[1]))
        each.append((100 * (pair[0] / pair[1] - 1), name, row))
        for group in groups_of(row):
            groups.setdefault(group, []).append(pair)
    for title in sorted(groups, key=lambda one: (one != 'all', one)):
        report(title, groups[title])
    report('the prototype, same runs', prototype)
    each.sort(key=lambda one: -abs(one[0]))
    for off, name, row in each if '--each' in sys.argv else each[:12]:
        print('%+6.0f %%  %s %s, %s x %s %s, %s' % (off, name, row['model'], row['n'], row['dev'], row['fmt'],
                                                 row['family'][:28]))
    good = statistics.median(errors(groups['all'])) <= BOUND and len(groups['all']) == len(described)
    if not whole:
        print('the parts of a step do not add up to it')
    print('%d passed, %d failed' % (good + whole, 2 - good - whole))
    return not (good and whole)


if __name__ == '__main__':
    sys.exit(main())
