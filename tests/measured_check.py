#!/usr/bin/env python3
"""measured_check.py MLSYSIM SHARED [--each]: the training sheet against published measurements (measured/ of
the shared folder), at its default shares and taxes; nothing is fitted here. Prints errors by group:
mean and median of |forecast / measured - 1|, median of forecast / measured, and the 80 % range of
measured / forecast. It fails only when a median leaves a generous bound: it is a report, not a gate.
Exit 77 when SHARED is absent. `--each` prints every case.

Left out: LoRA, context parallelism, runs whose copies or microbatches do not divide, formats without a
peak in the registry."""
import collections
import csv
import os
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reference_cases import run  # noqa: E402

# accelerator of the measurements -> item, fast domain, network (GB/s of one port, one direction)
DEVICES = {'H100': ('H100', 8, 50), 'H100-TITAN': ('H100', 8, 50), 'H200': ('H200', 8, 50),
           'A100-80': ('A100', 8, 25), 'A100-40': ('A100_40GB', 8, 25), 'B200': ('B200', 8, 50),
           'B300': ('B300', 8, 100), 'GB200': ('GB200', 72, 50), 'GB300': ('GB300', 72, 100),
           'TPUv4': ('TPU_v4', 4096, 50), 'TPUv5e': ('TPU_v5e', 256, 50), 'TPUv5p': ('TPU_v5p', 8960, 50)}
FORMATS = {'bf16': 'bf16', 'fp8': 'fp8', 'mx': 'fp8', 'fp4': 'fp4'}
# mixtures of experts: the registry has their shapes; dense models bring theirs with the measurement
EXPERTS = {'DeepSeek-V3': 'DeepSeek_V3', 'GPT OSS 120B': 'gpt_oss_120B', 'Qwen3_30B_a3B': 'Qwen3_30B_A3B',
           'Qwen3_235B_a22B': 'Qwen3_235B_A22B', 'Kimi_K2': 'Kimi_K2', 'Mixtral-8x7B': 'Mixtral_8x7B'}
BOUND = 60.0        # per cent, of the median error of a large group


def rows(shared, name):
    with open(os.path.join(shared, 'measured', name), newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def report(title, pairs):
    """pairs: (forecast, measured). Returns (1, 0), or (0, 1) when a large group is far off."""
    if len(pairs) < 3:
        return 0, 0
    errors = sorted(100 * abs(forecast / measured - 1) for forecast, measured in pairs)
    ratio = statistics.median(forecast / measured for forecast, measured in pairs)
    spread = sorted(measured / forecast for forecast, measured in pairs)
    low, high = (spread[round(q * (len(spread) - 1))] for q in (0.1, 0.9))
    middle = statistics.median(errors)
    print('%-34s %4d  mean %5.1f %%  median %5.1f %%  ratio %.2f  measured/forecast %.2f to %.2f'
          % (title, len(pairs), statistics.mean(errors), middle, ratio, low, high))
    far = len(pairs) >= 20 and middle > BOUND
    return int(not far), int(far)


def training_case(row):
    """Settings of one measured run, or None when the sheet can not describe it."""
    number = {key: float(row[key]) for key in
              ('n', 'L', 'h', 'a', 'hd', 'P', 's', 'gbs', 'nmb', 'tp', 'pp', 'cp', 'ep', 'v', 'zero', 'lora')}
    if row['dev'] not in DEVICES or number['cp'] != 1 or number['lora'] or row['fmt'] not in FORMATS:
        return None
    item, domain, port = DEVICES[row['dev']]
    copies = number['n'] / (number['tp'] * number['pp'])
    if copies != int(copies) or number['gbs'] % (copies * number['nmb']):
        return None
    recompute = {'full': 'full'}.get(row['rc'], 'selective')    # fused attention recomputes the scores
    settings = {'hw': item, 'model': EXPERTS.get(row['model'], 'Llama3_8B'), 'precision': FORMATS[row['fmt']], 'fabric': 'IB_NDR',
            'fabric.bandwidth [GB/s]': float(port), 'domain': float(domain), 'gpus': number['n'],
            'tensor': number['tp'], 'pipeline': number['pp'], 'interleave': number['v'],
            'microbatches': number['nmb'], 'batch': number['gbs'], 'seq': number['s'],
            'recompute': recompute, 'zero': number['zero'], 'expert_ways': number['ep']}
    if not float(row['E']):
        settings.update({
            'model.params': number['P'], 'model.layers': number['L'], 'model.hidden': number['h'],
            'model.heads': number['a'], 'model.head_dim': number['hd']})
    elif row['model'] not in EXPERTS:
        return None
    return settings


def training(program, shared, each):
    cases, scenarios = {}, {True: [], False: []}
    for row in rows(shared, 'training_clean.csv'):
        settings = training_case(row)
        if settings:
            cases[row['id']] = row
            scenarios[float(row['E']) > 0].append((row['id'], settings))
    found = dict(run(program, 'training', scenarios[True]), **run(program, 'training', scenarios[False]))
    groups, implied = collections.OrderedDict(), []
    for name, row in cases.items():
        cells = found.get(name, {})
        step = cells.get('step_time', {}).get('si')
        if not step:
            continue
        pair = step, float(row['measured_step_s'])
        kind = 'experts' if float(row['E']) else 'dense'
        groups.setdefault('training, ' + kind, []).append(pair)
        groups.setdefault('  %s %s' % (kind, row['fmt']), []).append(pair)
        if kind == 'dense':
            groups.setdefault('  dense bf16 %s' % row['dev'] if row['fmt'] == 'bf16'
                              else '  dense %s %s' % (row['fmt'], row['dev']), []).append(pair)
            if row['fmt'] == 'bf16':        # the efficiency at which the forecast would be right
                ours = cells['compute_time']['si']
                rest = step - ours
                if pair[1] > rest:
                    implied.append(50 * ours / (pair[1] - rest))
        if each:
            print('%s %s %s %s: %.4g s, measured %.4g s' % (name, row['model'], row['dev'], row['fmt'], *pair))
    verdicts = [report(title, groups[title]) for title in sorted(groups, key=order)]
    implied.sort()
    if implied:
        print('efficiency that explains dense bf16 runs: %.0f %% (80 %% of them %.0f to %.0f %%)' % (
            statistics.median(implied), implied[len(implied) // 10], implied[-len(implied) // 10]))
    return verdicts


def order(title):
    return ('dense' not in title, not title.startswith('training'), title)


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'measured')):
        print('skipped: measurements (no shared folder)')
        return 77
    each = '--each' in sys.argv
    verdicts = training(program, shared, each)
    failed = sum(bad for _, bad in verdicts)
    print('%d passed, %d failed' % (sum(good for good, _ in verdicts), failed))
    return 1 if failed or not verdicts else 0


if __name__ == '__main__':
    sys.exit(main())
