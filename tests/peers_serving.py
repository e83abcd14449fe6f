#!/usr/bin/env python3
"""peers_serving.py MLSYSIM SHARED: the sheets prefill, decode and serving beside two other
products, on cases computed with them (golden/peers of the shared folder). Prints how ours
compare, and fails when a comparison leaves what docs/accuracy.md says. Exit 77 when SHARED is
absent.

genz.csv (GenZ): its attention, projection and feed-forward times, with its assumptions set in
ours: 80 % of either peak, no latency, all scores, memory bandwidth in GB of 2^30 bytes, and the
experts of one token read whatever the batch. With expert parallelism it reads one of the experts
that a device holds, which ours can not be set to: shown, not judged. Its embedding and output
layers count all prompt tokens as products, lookups too: left out. aiconfigurator.csv
(aiconfigurator, mode SILICON: tables of measured kernels): time per token of ours at its
defaults. Its first-token times hold a queue factor of its own and are shown, not judged."""
import csv
import os
import re
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402

GIB = 2 ** 30 / 1e9
# device of GenZ -> peak in bf16, memory bandwidth, as it has them
GENZ_DEVICES = {'A100_80GB_GPU': (312e12, 2039e9), 'H100_GPU': (989e12, 3400e9), 'MI300X': (1307e12, 5300e9)}
GENZ_MODELS = {'llama2_7b': 'Llama2_7B', 'llama3_8b': 'Llama3_8B', 'llama2_70b': 'Llama2_70B',
               'llama3_70b': 'Llama3_70B', 'mixtral_8x7b': 'Mixtral_8x7B'}
AIC_MODELS = {'Qwen/Qwen3-32B': 'Qwen3_32B', 'meta-llama/Meta-Llama-3.1-70B': 'Llama3_70B'}
AIC_DEVICES = {'h100_sxm': 'H100', 'h200_sxm': 'H200', 'b200_sxm': 'B200'}


def read(shared, name):
    with open(os.path.join(shared, 'golden', 'peers', name), newline='', encoding='utf-8') as file:
        return [row for row in csv.DictReader(file) if not next(iter(row.values())).startswith('#')]


# ---- GenZ ----

def genz_settings(row):
    peak, bandwidth = GENZ_DEVICES[row['system_name']]
    ways = float(row['tensor_parallel']) * float(row['expert_parallel'] or 1)
    settings = {'hw': 'Custom', 'model': GENZ_MODELS[row['model']], 'precision': 'bf16',
                'expert_precision': 'bf16', 'gpus': ways, 'batch': float(row['batch_size']),
                'hw.flops.bf16 [FLOP/s]': peak,
                'hw.memory_bandwidth [B/s]': bandwidth * GIB, 'model.vocab': 0, 'shuffle': 0,
                'precision.compute_reach [%]': 80, 'attention_reach [%]': 80}
    if row['phase'] == 'prefill':
        settings.update({'prompt': float(row['input_tokens']), 'mask': 'none', 'floor': 'no',
                         'expert_pace [%]': 100, 'expert_precision.compute_reach [%]': 80})
    else:
        settings.update({'context': float(row['input_tokens']) + float(row['output_tokens']), 'ceiling': 'no',
                         'cache_precision': 'bf16', 'spread': 0, 'cache_reach [%]': 80,
                         'precision.memory_reach [%]': 80, 'expert_precision.expert_reach [%]': 80})
    return settings


def genz_time(row):
    """Its attention, projections and feed-forward parts, in ms."""
    parts = dict(re.findall(r'(\w+): ([0-9.e-]+)', row['out_runtime_breakdown']))
    return sum(float(parts[name]) for name in ('LA_layers', 'QKVO_layers', 'FFN_layers'))


def our_time(row, cells):
    """The same parts of ours, in ms."""
    def si(name):
        return cells[name]['si']
    if row['phase'] == 'prefill':
        time = si('fresh') * (si('products') + si('expert_products')) + si('attention')
        return 1e3 * float(row['batch_size']) * time
    return 1e3 * (si('fixed_read') + si('experts') * si('covered')
                  + float(row['batch_size']) * si('cache_read'))


def genz(program, shared):
    """{phase: [(ours / its, row)]}."""
    rows, found = read(shared, 'genz.csv'), {}
    for phase, sheet in (('prefill', 'prefill'), ('decode', 'decode')):
        chosen = [(at, row) for at, row in enumerate(rows) if row['phase'] == phase]
        cells, refused = many.run(program, sheet, [('g%d' % at, genz_settings(row)) for at, row in chosen])
        assert not refused, refused
        found[phase] = [(our_time(row, cells['g%d' % at]) / genz_time(row), row) for at, row in chosen]
    return found


# ---- aiconfigurator ----

def aic(program, shared):
    """[(ours / its time per token, ours / its first-token time, row)] of its tables of kernels."""
    rows = [row for row in read(shared, 'aiconfigurator.csv')
            if row['database_mode'] == 'SILICON' and row['tpot_ms']]
    scenarios = [('a%d' % at, {
        'hw': AIC_DEVICES[row['system']], 'model': AIC_MODELS[row['model']], 'precision': 'bf16',
        'cache_precision': 'bf16', 'engine': 'TensorRT_LLM', 'gpus': float(row['tp']),
        'batch': float(row['batch']), 'prompt': float(row['isl']), 'answer': float(row['osl'])})
        for at, row in enumerate(rows)]
    cells, refused = many.run(program, 'serving', scenarios)
    assert not refused, refused
    return [tuple(1e3 * cells['a%d' % at][what]['si'] / float(row[what + '_ms']) for what in ('tpot', 'ttft'))
            + (row,) for at, row in enumerate(rows)]


# ---- report ----

def line(title, ratios):
    print('%-34s %3d  ours / its: median %.3f, %.3f to %.3f' % (
        title, len(ratios), statistics.median(ratios), min(ratios), max(ratios)))


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'golden', 'peers')):
        print('skipped: cases of peers (no shared folder)')
        return 77
    verdicts = []
    for phase, pairs in genz(program, shared).items():
        for model in GENZ_MODELS:
            line('GenZ %s %s' % (phase, model), [ratio for ratio, row in pairs if row['model'] == model
                                                 and not row['expert_parallel']])
        for ratio, row in pairs:
            if row['expert_parallel']:
                line('GenZ %s, %s expert ways' % (row['model'], row['expert_parallel']), [ratio])
            else:
                verdicts.append(abs(ratio - 1) < 0.01)
    found = aic(program, shared)
    for batch in ('1', '32'):
        for at, what in enumerate(('tpot', 'ttft')):
            line('aiconfigurator %s, %s users' % (what, batch),
                 [one[at] for one in found if one[2]['batch'] == batch])
    verdicts.append(abs(statistics.median(one[0] for one in found) - 1) < 0.2)
    print('%d passed, %d failed' % (sum(verdicts), len(verdicts) - sum(verdicts)))
    return 0 if all(verdicts) else 1


if __name__ == '__main__':
    sys.exit(main())
