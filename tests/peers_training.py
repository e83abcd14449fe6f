#!/usr/bin/env python3
"""peers_training.py MLSYSIM SHARED [--each]: the sheet training and its memory beside two other products, on cases
computed with them (golden/peers of the shared folder). Prints how ours compare, and fails when a
comparison leaves what docs/accuracy.md says. Exit 77 when SHARED is absent. `--each` prints every case.

calculon.csv (Calculon): step time and memory of GPT models on A100 and H100, attention without a fused kernel,
dropout, gradients of 2 B in memory. Its models have no embedding, so ours get none. It assumes 16-bit
sums of gradients, no fixed times and no stragglers; ours keep their defaults. Left out: inference and
offloading, which we do not have. Some of its cases are published runs: then both are compared with those.
llm_analysis.csv (llm-analysis): memory, with gradients of 4 B, judged where attention's core is calculated again;
under full recomputation it keeps one microbatch, without any it leaves most scores out. Its time is shown,
not judged; runs whose time was published are compared with that."""
import csv
import os
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402

RECOMPUTE = {'full': 'full', 'attn_only': 'selective', 'none': 'none'}
# recomputation of llm-analysis: none, attention's core, attention, norms and attention, all
STAGES = {'0': 'none', '1': 'selective', '4': 'full'}
MODELS = {'facebook_opt-175b': 'OPT_175B', 'mt-nlg-530b': 'MT_NLG_530B',
          'decapoda-research_llama-7b-hf': 'Llama_7B', 'decapoda-research_llama-13b-hf': 'Llama_13B',
          'decapoda-research_llama-30b-hf': 'Llama_33B', 'decapoda-research_llama-65b-hf': 'Llama_65B',
          'upstage_Llama-2-70b-instruct-v2': 'Llama2_70B'}
DEVICES = {'a100-sxm-40gb': 'A100_40GB', 'a100-sxm-80gb': 'A100', 'h100-sxm-80gb': 'H100'}
# per cent: most that the median of |ours / theirs - 1| may be
BOUNDS = {'calculon step': 15, 'calculon state': 3, 'calculon activations': 5, 'published step': 8,
          'llm-analysis state': 5, 'llm-analysis activations': 10}


def read(shared, name):
    with open(os.path.join(shared, 'golden', 'peers', name), newline='', encoding='utf-8') as file:
        return [row for row in csv.DictReader(file) if not next(iter(row.values())).startswith('#')]


def number(row, name):
    return float(row[name])


# ---- Calculon ----

def calculon_settings(row):
    hidden, blocks = number(row, 'model_hidden'), number(row, 'model_num_blocks')
    ffn, heads = number(row, 'model_feedforward'), number(row, 'model_attn_heads')
    width = number(row, 'model_attn_size')
    kv_heads = 1 if row['exe_attention_type'] == 'multiquery' else heads
    each = hidden * width * (2 * heads + 2 * kv_heads) + 2 * hidden * ffn
    copies, micro = number(row, 'exe_data_par'), number(row, 'exe_microbatch_size')
    return {
        'hw': 'H100' if 'h100' in row['system'] else 'A100', 'model': 'Custom', 'precision': 'fp16',
        'fabric': 'IB_NDR' if 'h100' in row['system'] else 'IB_HDR', 'model.params': blocks * each,
        'model.layers': blocks, 'model.hidden': hidden, 'model.heads': heads, 'model.kv_heads': kv_heads,
        'model.head_dim': width, 'model.ffn': ffn, 'model.ffn_matrices': 2, 'model.vocab': 0,
        'gpus': number(row, 'exe_num_procs'), 'tensor': number(row, 'exe_tensor_par'),
        'pipeline': number(row, 'exe_pipeline_par'), 'interleave': number(row, 'exe_pipeline_interleaving'),
        'batch': number(row, 'exe_batch_size'), 'seq': number(row, 'model_seq_size'),
        'microbatches': number(row, 'exe_batch_size') / copies / micro, 'kernel': 'plain',
        'recompute': RECOMPUTE[row['exe_activation_recompute']], 'memory.dropout': 'yes',
        'gradient': 2, 'zero': 1 if row['exe_optimizer_sharding'] == 'True' else 0,
        'sequence_parallel': 'no' if row['exe_tensor_par_comm_type'] == 'ar' else 'yes'}


def calculon(program, shared):
    rows = {row['case']: row for row in read(shared, 'calculon.csv')
            if row['exe_training'] == 'True' and row['exe_weight_offload'] == 'False'
            and row['exe_activations_offload'] == 'False' and row['exe_optimizer_offload'] == 'False'}
    found, refused = many.run(program, 'training', [(name, calculon_settings(row)) for name, row in rows.items()])
    assert not refused, refused
    compared = {title: [] for title in ('calculon step', 'calculon state', 'calculon activations',
                                        'published step', 'published step by calculon')}
    for name, row in rows.items():
        cells, theirs = found[name], number(row, 'out_total_time')
        compared['calculon step'].append((name, cells['step_time']['si'], theirs))
        state = sum(number(row, 'out_%s_space' % one) for one in ('weight', 'weight_grad', 'optimizer'))
        compared['calculon state'].append((name, cells['memory.state']['si'], state))
        kept = number(row, 'out_act_space') + number(row, 'out_act_checkpoint_size')
        ours = cells['memory.activations']['si'] + cells['memory.again']['si']
        compared['calculon activations'].append((name, ours, kept))
        if row['measured_what'] == 'iteration time s':
            measured = number(row, 'measured_value')
            compared['published step'].append((name, cells['step_time']['si'], measured))
            compared['published step by calculon'].append((name, theirs, measured))
    return compared


# ---- llm-analysis ----

def analysis_settings(row):
    copies = number(row, 'dp')
    return {
        'hw': DEVICES[row['gpu']], 'model': MODELS[row['model']], 'precision': 'fp16',
        'fabric': 'IB_NDR' if 'h100' in row['gpu'] else 'IB_HDR', 'gpus': number(row, 'num_gpus'),
        'tensor': number(row, 'tp'), 'pipeline': number(row, 'pp'), 'zero': number(row, 'zero'),
        'batch': number(row, 'out_global_batch_size'), 'seq': number(row, 'out_seq_len'),
        'microbatches': number(row, 'out_global_batch_size') / copies / number(row, 'micro_batch'),
        'kernel': 'plain', 'recompute': STAGES[row['act_recompute']], 'memory.dropout': 'yes', 'gradient': 4,
        'sequence_parallel': 'no' if row['sp'] == '1' else 'yes'}


def published(row):
    """Seconds of a step as published, or None."""
    if row['measured_what'] == 'iteration s':
        return number(row, 'measured')
    if row['measured_what'] == 'GPU hours':
        steps = number(row, 'tokens') / (number(row, 'out_global_batch_size') * number(row, 'out_seq_len'))
        return number(row, 'measured') * 3600 / number(row, 'num_gpus') / steps
    return None


def analysis(program, shared):
    rows = {'%s %s' % (at, row['model']): row for at, row in enumerate(read(shared, 'llm_analysis.csv'))
            if row['kind'] == 'train' and row['act_recompute'] in STAGES}
    found, refused = many.run(program, 'training', [(name, analysis_settings(row)) for name, row in rows.items()])
    assert not refused, refused
    compared = {title: [] for title in ('llm-analysis state', 'llm-analysis activations', '... others',
                                        'llm-analysis step', 'published runs', 'published runs by llm-analysis')}
    for name, row in rows.items():
        cells = found[name]
        state = sum(number(row, 'out_%s_memory_per_gpu' % one) for one in ('weight', 'gradient', 'optimizer_state'))
        compared['llm-analysis state'].append((name, cells['memory.state']['si'], state))
        compared['llm-analysis activations' if row['act_recompute'] == '1' else '... others'].append(
            (name, cells['memory.activations']['si'], number(row, 'out_activation_memory_per_gpu')))
        step, theirs = cells['step_time']['si'], number(row, 'out_latency_per_iter')
        compared['llm-analysis step'].append((name, step, theirs))
        measured = published(row)
        if measured:
            compared['published runs'].append((name, step, measured))
            compared['published runs by llm-analysis'].append((name, theirs, measured))
    return compared


def report(title, cases):
    """Prints a line; True unless a bound is left."""
    ratios = sorted(ours / theirs for _, ours, theirs in cases)
    off = statistics.median(abs(ratio - 1) for ratio in ratios) * 100
    worst = max(cases, key=lambda case: abs(case[1] / case[2] - 1))
    print('%-28s %3d  median off %5.1f %%  ours over theirs %.2f to %.2f  worst %s' % (
        title, len(cases), off, ratios[0], ratios[-1], worst[0]))
    return off <= BOUNDS.get(title, float('inf'))


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'golden', 'peers')):
        print('skipped: cases of other products (no shared folder)')
        return 77
    compared = {**calculon(program, shared), **analysis(program, shared)}
    good = [report(title, cases) for title, cases in compared.items()]
    if '--each' in sys.argv:
        for title, cases in compared.items():
            for case in cases:
                print('%s: %s ours %.4g theirs %.4g, %.2f' % (title, *case, case[1] / case[2]))
    print('%d passed, %d failed' % (sum(good), len(good) - sum(good)))
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
