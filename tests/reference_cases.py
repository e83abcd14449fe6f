#!/usr/bin/env python3
"""reference_cases.py MLSYSIM SHARED: cases of another product (golden/reference/*.csv of the shared
folder, computed only where its equation is sound) against our templates, where both mean the same; and
the planning sheets on the small registry of the drafts against the values an independent checker gave
the drafts. Skipped with exit 77 when SHARED is absent. The last line is `N passed, N failed`.

How its cases map to our sheets, and what is left out:
- roofline, calc_bottleneck and DecodeBoundModel: efficiency 100 %, no dispatch. Its SingleNodeModel adds
  0.01 ms a layer (we have none in roofline) and a tenth of the weights as activation traffic of a sample:
  its compute time, rate, footprint and verdict are compared, its latency is not.
- serving, decode: its context stands still, ours is prompt + answer / 2, so prompt = S - 1/2, answer = 1.
  It has no ceiling of arithmetic in decode: cases where ours binds are left out. Its layer tax is 0.01 ms.
- serving, prefill: it counts the full square of the scores, we count the half under the causal mask: its
  time is ours with heads twice as wide. It runs the output layer on all tokens, we on the last: no
  vocabulary here. It has no floor of memory traffic: cases where ours binds are left out.
- serving, mixtures of experts: cache and weights only; it streams all experts and prefills with all.
- prefix cache, chunked prefill, speculation, queues, reliability, ...: no template yet.
- distributed: no attention in its arithmetic (no heads here). Its tensor-parallel traffic has 4
  all-reduces a layer although it recomputes (we count 6 then: compared with `recompute = none`). Its gradients
  go over a two-level ring when copies share a node (we have one ring that uses all ports of a node):
  compared when no two copies of a shard share a node. Its bubble leaves traffic out (ours waits for it too): its share is compared.
  It spreads layers that do not divide evenly; we wait for the longest stage.
- trainmem: its activations without sequence parallelism are not split (published: 10 + 24/t, as we have),
  and it keeps one microbatch in flight: compared for one microbatch and t = 1 or sequence parallelism.
  Its state of a mixture of experts is divided by expert parallelism, which we do not have."""
import collections
import csv
import io
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOLERANCE = 1e-9


class Score:
    def __init__(self):
        self.passed = self.failed = 0
        self.cases = collections.Counter()

    def compare(self, name, wanted, cell, group):
        self.cases[group] += 1
        if cell is None or cell.get('error'):
            wrong = 'found %s' % (cell['error'] if cell else 'no such cell')
        else:
            value = cell['si'] if cell.get('si') is not None else cell['value']
            close = abs(value - wanted) <= TOLERANCE * max(abs(value), abs(wanted))
            wrong = '' if close else 'found %r' % value
        self.passed += not wrong
        self.failed += bool(wrong)
        if wrong and self.failed <= 60:
            print('%s: expected %r, %s' % (name, wanted, wrong))


def load(shared, name):
    """[(case, solver, inputs, outputs)] of one file; numbers where they are numbers."""
    def value(text):
        try:
            return float(text)
        except ValueError:
            return text
    cases = collections.OrderedDict()
    path = os.path.join(shared, 'golden', 'reference', name + '.csv')
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            case = cases.setdefault(row['case_id'], (row['case_id'], row['solver'], {}, {}))
            if row['input_name']:
                case[2][row['input_name']] = value(row['input_value'])
            if row['output_name']:
                case[3][row['output_name']] = value(row['output_value'])
    return list(cases.values())


def run(program, sheet, scenarios, fixed=()):
    """Run all scenarios (lists of the same settings) at once: {name: {path: cell}}."""
    if not scenarios:
        return {}
    heads = list(scenarios[0][1])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['scenario'] + heads)
    for name, settings in scenarios:
        writer.writerow([name] + [value if isinstance(value, str) else repr(value)
                                  for value in settings.values()])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'cases.csv')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text.getvalue())
        call = [program, 'run', sheet, path, '--json', '--all',
                '--templates', os.path.join(ROOT, 'templates'),
                '--registry', os.path.join(ROOT, 'registry')]
        for one in fixed:
            call += ['--set', one]
        done = subprocess.run(call, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        print('%s: exit %d: %s' % (sheet, done.returncode, done.stderr.strip()[:600]))
        return {}
    found = {}
    for scenario in json.loads(done.stdout)['scenarios']:
        cells = {cell['path']: cell for cell in scenario['cells'] if 'row' not in cell}
        for check in scenario['checks']:
            cells[check['path']] = {'value': check['holds'], 'error': check['error']}
        found[scenario['name']] = cells
    return found


def hardware(case):
    """Facts of the case's device at its format; H100 is only the item that they replace."""
    peak = case.get('hw.peak', case.get('peak'))
    settings = {'hw': 'H100', 'hw.memory_bandwidth [B/s]': case.get('hw.mem_bw', case.get('bw', 1.0)),
                'hw.memory_capacity [B]': case.get('hw.mem_cap', 1e18),
                'hw.dispatch [s]': case.get('hw.dispatch', 0.0)}
    for form in ('fp16', 'int8'):
        settings['hw.flops.%s [FLOP/s]' % form] = peak
    return settings


def roofline(program, shared, score):
    cases, scenarios = load(shared, 'roofline'), []
    for name, solver, case, _ in cases:
        if solver not in ('SingleNodeModel', 'DecodeBoundModel', 'calc_bottleneck'):
            continue
        settings = hardware(case)
        if solver != 'SingleNodeModel':
            settings['hw.dispatch [s]'] = 0.0
        bare = solver == 'calc_bottleneck'
        settings.update({
            'model': 'Llama3_8B', 'precision': 'fp16', 'batch': case.get('batch', 1.0),
            'efficiency [%]': 100 * case.get('efficiency', 1.0),
            'model.params': case['bytes'] / 2 if bare else case['model.params'],
            'model.forward [FLOP/sample]': case['ops'] if bare else case['model.fwd_flop']})
        scenarios.append((name, settings))
    found = run(program, 'roofline', scenarios)
    for name, solver, case, out in cases:
        cells = found.get(name)
        if cells is None:
            continue
        pairs = {'SingleNodeModel': (('latency_compute', 'compute_time'), ('memory_footprint', 'weights'),
                                     ('peak_flops_actual', 'rate'), ('feasible', 'fits')),
                 'DecodeBoundModel': (('weight_bytes', 'traffic'), ('flops_per_step', 'work'),
                                      ('compute_time', 'compute_time'), ('memory_time', 'memory_time'),
                                      ('intensity', 'intensity'), ('peak_fraction', 'utilisation')),
                 'calc_bottleneck': (('intensity', 'intensity'),)}[solver]
        for theirs, ours in pairs:
            score.compare('%s %s' % (name, ours), out[theirs], cells.get(ours), solver)
        if solver == 'calc_bottleneck':
            score.compare(name + ' compute_time', out['compute_ms'] / 1e3, cells['compute_time'], solver)
            score.compare(name + ' memory_time', out['memory_ms'] / 1e3, cells['memory_time'], solver)
        if solver == 'DecodeBoundModel':    # its ratio of times is our knee over the batch
            score.compare(name + ' knee', out['bound_ratio'] * case['batch'], cells['knee'], solver)


def network(program, shared, score):
    cases, scenarios = load(shared, 'network') + load(shared, 'distributed'), []
    wanted = {}
    for name, solver, case, out in cases:
        if solver == 'Collectives':
            ring = case['bytes'], case['ranks'], case['bw'], case['alpha'], out['ring']
        elif solver == 'TensorParallelCommModel':
            payload = case['microbatch'] * case['seq_len'] * case['model.hidden_dim'] * 2
            ring = payload, case['tp'], case['link'], 0.0, out['per_collective_time']
        elif solver == 'DataParallelScaleOutModel':
            ring = (case['model.params'] * 2, case['devices_per_node'], case['intra_bw'], 0.0,
                    out['intra_time'])
        else:
            continue
        scenarios.append((name, {'message [B]': ring[0], 'ranks': ring[1], 'bandwidth [B/s]': ring[2],
                                 'latency [s]': ring[3]}))
        wanted[name] = solver, ring[4]
    found = run(program, 'ring_all_reduce', scenarios)
    for name, (solver, time) in wanted.items():
        score.compare(name + ' time', time, found.get(name, {}).get('time'), solver)


def model(case):
    heads = case['model.heads']
    return {'model': 'Llama3_8B', 'model.params': case['model.params'],
            'model.layers': case['model.layers'], 'model.hidden': case['model.hidden_dim'],
            'model.heads': heads, 'model.kv_heads': case.get('model.kv_heads', heads),
            'model.head_dim': case['model.hidden_dim'] / heads}


def serving(program, shared, score):
    cases, scenarios = load(shared, 'serving'), []
    for name, solver, case, _ in cases:
        if solver not in ('ServingModel', 'ServingModel.int8'):
            continue
        length, width = case['seq_len'], case['model.hidden_dim'] / case['model.heads']
        common = dict(hardware(case), **model(case))
        common.update({'precision': case['precision'], 'gpus': 1.0, 'batch': case['batch'], 'page': 1.0,
                       'reserve [%]': 0.0, 'layer_tax [s]': case.get('layer_tax', 1e-5),
                       'expert_tax [s]': 0.0, 'memory_share [%]': 100.0, 'model.vocab': 0.0,
                       'efficiency [%]': 100.0, 'prompt': length - 0.5, 'answer': 1.0})
        scenarios.append((name + ' decode', common))
        scenarios.append((name + ' cache', dict(common, prompt=length - 1)))
        scenarios.append((name + ' prefill', dict(common, **{
            'prompt': length, 'efficiency [%]': 100 * case['efficiency'], 'model.head_dim': 2 * width})))
    found = run(program, 'serving', scenarios)
    for name, solver, case, out in cases:
        if solver not in ('ServingModel', 'ServingModel.int8') or name + ' cache' not in found:
            continue
        cells = found[name + ' cache']
        score.compare(name + ' kv_cache', out['kv_cache_size'], cells['kv_cache'], solver)
        score.compare(name + ' weights', out['model_weights_size'], cells['weights'], solver)
        score.compare(name + ' fits', out['feasible'], cells['fits'], solver)
        cells = found[name + ' decode']
        if cells['step_work']['si'] / cells['fast_rate']['si'] <= cells['step_time']['si'] * (1 - 1e-9):
            score.compare(name + ' itl', out['itl'], cells['itl'], solver)
        cells = found[name + ' prefill']
        if cells['weights']['si'] / cells['bandwidth']['si'] <= cells['prompt_time']['si'] * (1 - 1e-9):
            score.compare(name + ' ttft', out['ttft'], cells['ttft'], solver)


def cache(program, shared, score):
    """Its cache of B sequences of S tokens is our kv_token * S * B."""
    cases = load(shared, 'kvcache') + load(shared, 'serving')
    plain, latent = [], []
    for name, solver, case, _ in cases:
        if solver not in ('KVCache', 'ServingModel.moe'):
            continue
        settings = dict(model(case), precision=case.get('precision', 'fp16'))
        rank = case.get('model.kv_lora_rank')
        if rank is not None:
            settings.update({'model': 'DeepSeek_V3', 'model.kv_rank': rank,
                             'model.rope_dim': case['model.qk_rope_head_dim']})
        (latent if rank is not None else plain).append((name, settings))
    found = dict(run(program, 'serving', plain), **run(program, 'serving', latent))
    for name, solver, case, out in cases:
        if name in found and solver in ('KVCache', 'ServingModel.moe'):
            each = out.get('value', out.get('kv_cache_size')) / case['seq_len'] / case['batch']
            score.compare(name + ' kv_token', each, found[name]['kv_token'], solver)
            if 'model_weights_size' in out:
                score.compare(name + ' weights', out['model_weights_size'], found[name]['weights'], solver)


def job(case, t, p, m, d):
    return {'precision': 'fp16', 'tensor': t, 'pipeline': p, 'microbatches': m, 'gpus': t * p * d}


def distributed(program, shared, score):
    cases, scenarios = load(shared, 'distributed'), []
    for name, solver, case, _ in cases:
        if solver == 'DistributedModel':
            t, p, m = case['tp'], case['pp'], case['microbatches']
            d = case['fleet.nodes'] * case['fleet.acc_per_node'] / (t * p)
            common = dict(hardware(case), **model(case))
            common.update(job(case, t, p, m, d))
            common.update({
                'model.heads': 0.0, 'batch': case['global_batch'], 'seq': case['seq_len'],
                'efficiency [%]': 100 * case['efficiency'], 'overlap [%]': 0.0, 'domain': 8.0,
                'fabric': 'IB_NDR', 'fabric.bandwidth [B/s]': case['fleet.fabric_bw'],
                'fabric.latency [s]': case['fleet.fabric_lat'],
                'hw.link_bandwidth [B/s]': case['fleet.intra_bw'],
                'hw.link_latency [s]': case['fleet.intra_lat']})
            scenarios.append((name + ' full', dict(common, recompute='full')))
            scenarios.append((name + ' none', dict(common, recompute='none')))
    found = run(program, 'training', scenarios)
    for name, solver, case, out in cases:
        if solver != 'DistributedModel' or name + ' full' not in found:
            continue
        t, p, m = case['tp'], case['pp'], case['microbatches']
        d = case['fleet.nodes'] * case['fleet.acc_per_node'] / (t * p)
        full, none = found[name + ' full'], found[name + ' none']
        if case['global_batch'] % d == 0 and case['model.layers'] % p == 0:
            score.compare(name + ' compute_time', out['compute_time'], full['compute_time'], solver)
        score.compare(name + ' bubble', out['bubble_fraction'], full['bubble'], solver)
        if t >= case['fleet.acc_per_node']:
            score.compare(name + ' sync_time', out['dp_comm'], none['sync_time'], solver)
        if t > 1 and m == 1:
            score.compare(name + ' tensor_time', out['tp_comm'], none['tensor_time'], solver)

    scenarios = [(name, {'pipeline': case['pp'], 'microbatches': case['microbatches'],
                         'interleave': case['v'], 'gpus': 8 * case['pp']})
                 for name, solver, case, _ in cases if solver == 'PipelineBubble']
    found = run(program, 'training', scenarios)
    for name, solver, case, out in cases:
        if solver == 'PipelineBubble':
            score.compare(name + ' bubble', out['value'], found.get(name, {}).get('bubble'), solver)

    scenarios = []
    for name, solver, case, _ in cases:
        if solver == 'ZeroShardingModel':
            for stage in (0, 1, 2, 3):
                settings = dict(model(case), **job(case, 1.0, 1.0, 1.0, case['devices']))
                settings.update({'zero': float(stage), 'fabric.latency [s]': 0.0})
                scenarios.append(('%s %d' % (name, stage), settings))
    found = run(program, 'training', scenarios)
    for name, solver, case, out in cases:
        if solver == 'ZeroShardingModel' and name + ' 0' in found:
            base = found[name + ' 0']['sync_time']['si']
            for stage, theirs in enumerate(('DDP', 'ZeRO-1', 'ZeRO-2', 'ZeRO-3')):
                cells = found['%s %d' % (name, stage)]
                score.compare('%s state %s' % (name, theirs), out['stage_state.' + theirs],
                              cells['state'], solver)
                score.compare('%s sync_time %s' % (name, theirs),
                              out['traffic_multiple.' + theirs] * base, cells['sync_time'], solver)


def trainmem(program, shared, score):
    cases, scenarios = load(shared, 'trainmem'), []
    for name, solver, case, _ in cases:
        if solver == 'TrainingMemoryModel':
            settings = dict(model(case), **job(case, case['tp'], case['pp'], 1.0, case['dp']))
            settings.update({'batch': case['batch'], 'seq': case['seq_len'], 'recompute': case['ckpt'],
                             'sequence_parallel': 'yes' if case['seq_parallel'] else 'no',
                             'zero': case['zero']})
            scenarios.append((name, settings))
        elif solver == 'TrainingStateModel':
            settings = dict(model(case), **job(case, 1.0, 1.0, 1.0, 1.0))
            settings.update({'batch': 1.0, 'seq': 1.0, 'recompute': 'none', 'sequence_parallel': 'no',
                             'zero': 0.0})
            scenarios.append((name, settings))
    found = run(program, 'training', scenarios)
    for name, solver, case, out in cases:
        if name not in found:
            continue
        cells = found[name]
        if solver == 'TrainingStateModel':
            score.compare(name + ' state', out['persistent_state'], cells['state'], solver)
            continue
        state = out['weights'] + out['gradients'] + out['optimizer_state']
        score.compare(name + ' state', state, cells['state'], solver)
        split = case['tp'] == 1 or (case['seq_parallel'] == 1 and case['ckpt'] != 'full')
        whole = case['batch'] % case['dp'] == 0
        if 'activations' in out and split and whole:
            score.compare(name + ' activations', out['activations'], cells['activations'], solver)


def owned(program, shared, score):
    """Price and power of a fleet over 3 years; another term than our 36 months is left out."""
    cases = [case for case in load(shared, 'economics')
             if case[1] == 'calc_fleet_tco' and case[2]['years'] == 3]
    scenarios = [(name, {'hw': 'H100', 'grid': 'US_Avg', 'gpus': case['qty'], 'load [%]': 100.0,
                         'host [%]': 0.0, 'facility': 1.0, 'upkeep': 0.0, 'drift': 0.0,
                         'grid.pue': 1.0, 'grid.price': case['kwh_price'],
                         'hw.price': case['unit_cost'], 'hw.tdp': case['power_w']})
                 for name, _, case, _ in cases]
    found = run(program, 'monthly_tco', scenarios)
    for name, solver, case, out in cases:
        score.compare(name + ' tco', out['value'], found.get(name, {}).get('tco'), solver)


# ---- the planning sheets on the registry of the drafts ----

PLANNING = ('budget_vs_actual', 'capacity_plan', 'carbon_plan', 'cloud_or_own', 'cost_of_ownership',
            'lease_or_buy', 'power_and_space', 'procurement', 'training_budget', 'unit_economics')


def planning(program, shared, score):
    with open(os.path.join(shared, 'golden', 'templates_expected.csv'), newline='') as file:
        expected = [row for row in csv.DictReader(file) if row['sheet'] in PLANNING]
    found = {}
    for sheet in PLANNING:
        done = subprocess.run(
            [program, 'run', sheet, '--json', '--all', '--templates', os.path.join(ROOT, 'templates'),
             '--registry', os.path.join(shared, 'templates_draft', 'registry')],
            capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            print('%s: exit %d: %s' % (sheet, done.returncode, done.stderr.strip()[:300]))
            continue
        scenario = json.loads(done.stdout)['scenarios'][0]
        for cell in scenario['cells']:
            found[sheet, cell['path'], str(cell.get('row', ''))] = cell
        for check in scenario['checks']:
            found[sheet, check['path'], ''] = {'value': check['holds'], 'error': check['error']}
    for row in expected:
        cell = found.get((row['sheet'], row['path'], row['row']))
        name = ' '.join((row['sheet'], row['path'], row['row']))
        if cell is None and not row['si']:
            continue        # facts that the sheet does not read are not listed
        if row['error'] or not row['si']:
            score.cases['planning'] += 1
            kind = cell['error']['kind'] if cell['error'] else ''
            text = {True: 'true', False: 'false'}.get(cell['value'], cell['value'])
            good = kind == row['error'] and (kind or text == row['text'])
            score.passed += bool(good)
            score.failed += not good
            if not good:
                print('%s: expected %s, found %s' % (name, row['text'] or row['error'], cell))
        else:
            score.compare(name, float(row['si']), cell, 'planning')


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'golden', 'reference')):
        print('skipped: cases of the reference product (no shared folder)')
        return 77
    score = Score()
    for part in (roofline, network, serving, cache, distributed, trainmem, owned, planning):
        part(program, shared, score)
    print(', '.join('%s %d' % pair for pair in sorted(score.cases.items())))
    print('%d passed, %d failed' % (score.passed, score.failed))
    return 1 if score.failed or not score.passed else 0


if __name__ == '__main__':
    sys.exit(main())
