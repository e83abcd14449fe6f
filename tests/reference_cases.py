#!/usr/bin/env python3
"""reference_cases.py MLSYSIM SHARED: cases of another product (golden/reference/*.csv of the shared
folder, computed only where its equation is sound) against our templates, where both mean the same; and
the planning sheets on the small registry of the drafts against the values an independent checker gave
the drafts. What golden_run.py maps is left to it. Skipped with exit 77 when SHARED is absent. The last
line is `N passed, N failed`.

How its cases map to our sheets, and what is left out:
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
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402

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


def run(program, sheet, scenarios):
    found, refused = many.run(program, sheet, scenarios)
    for name, text in refused.items():
        print('%s %s: %s' % (sheet, name, text))
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
    for part in (network, distributed, trainmem, owned, planning):
        part(program, shared, score)
    print(', '.join('%s %d' % pair for pair in sorted(score.cases.items())))
    print('%d passed, %d failed' % (score.passed, score.failed))
    return 1 if score.failed or not score.passed else 0


if __name__ == '__main__':
    sys.exit(main())
