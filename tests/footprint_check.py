#!/usr/bin/env python3
"""footprint_check.py MLSYSIM SHARED: data, power, carbon and cost against published figures (measured/ops.csv and
kernels.csv of the shared folder): reads of MLPerf Storage, power of kernels and of MLPerf Inference, emissions of Llama models, the GPT-3 and
BLOOM runs, the cost of DeepSeek-V3, PUE disclosures. A case is described as its source does; what it does not
tell stays at our defaults. Exit 77 when SHARED is absent. The last line is `N passed, N failed`."""
import csv
import os
import re
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402

# configs/dlio/workload of github.com/mlcommons/storage: samples of a batch, bytes of one, time of a step in s for
# each emulated device, share of the time that the device must at least work
READS = {'unet3d': (7, 146600628, {'a100': 0.636, 'h100': 0.323}, 0.90),
         'resnet50': (400, 114660.07, {'a100': 0.435, 'h100': 0.224}, 0.90),
         'cosmoflow': (1, 2828486, {'a100': 0.00551, 'h100': 0.0035}, 0.70)}
FULL = {'compute_time [%]': 100, 'memory_time [%]': 0}
RATED = {**FULL, 'power.chip.compute_draw [%]': 100, 'power.host_factor': 1}
# Patterson 2021, table 4: 10,000 V100 for 14.8 days, 330 W each with all of the system, PUE 1.10, 429 g/kWh
GPT3 = {'hw': 'V100', 'gpus': 10000, 'gpu_hours [GPU*day]': 148000, 'site.pue': 1.10, 'grid.carbon [g/kWh]': 429}
# Luccioni 2022: 384 A100, 57 g/kWh, no PUE in its sum; accelerators at 400 W, then the idle rest of the cluster;
# 2500 kg a server of 8 and 150 kg an accelerator, over 6 years used at 85 %
BLOOM = {'hw': 'A100', 'gpus': 384, 'gpu_hours [GPU*h]': 1082990, 'site.pue': 1, 'grid.carbon [g/kWh]': 57,
         'life [year]': 6}
# DeepSeek-AI 2024: 2048 H800 (the H100's arithmetic), 16 stages, experts on 64 ways, 2 USD an hour
DEEPSEEK = {'model': 'DeepSeek_V3', 'gpus': 2048, 'tokens [Ttoken]': 14.8, 'goodput [%]': 100,
            'hour_price [USD/h/GPU]': 2, 'job.precision': 'fp8', 'job.tensor': 1, 'job.pipeline': 16,
            'job.expert_ways': 64, 'job.batch': 15360, 'job.seq': 4096, 'job.microbatches': 120,
            'job.recompute': 'auto'}
MAKING = {'hw.embodied [kg/GPU]': 150, 'host_embodied [%]': 100 * 2500 / 8 / 150, 'used [%]': 85}
# Llama 3: 8 tensor ranks, 16 stages, 2048 sequences of 8192; interleaving is not told: 4
LLAMA3 = {'model': 'Llama3_405B', 'site': 'Meta_Fleet', 'gpus': 16384, 'tokens [Ttoken]': 15.6, 'goodput [%]': 90,
          'run.job.tensor': 8, 'run.job.pipeline': 16, 'run.job.interleave': 4, 'run.job.batch': 2048,
          'run.job.seq': 8192, 'run.job.microbatches': 16, 'run.job.zero': 2, 'run.job.recompute': 'none'}


class Tally:
    """Rows of a table, and whether each is within its bound."""
    passed = failed = 0

    def row(self, name, forecast, published, unit, bound):
        """bound: largest |forecast / published - 1| in per cent that is still as documented."""
        off = 100 * (forecast / published - 1)
        print('%-58s %10.4g %10.4g %-6s %+6.1f %%' % (name, forecast, published, unit, off))
        self.judge(abs(off) <= bound)

    def group(self, name, ratios, bound):
        """ratios: published over forecast; bound: of the median error."""
        errors = [100 * abs(1 / one - 1) for one in ratios]
        middle = statistics.median(errors)
        print('%-40s %4d cases, median error %5.1f %%, published / forecast %.2f to %.2f'
              % (name, len(ratios), middle, min(ratios), max(ratios)))
        self.judge(middle <= bound)

    def judge(self, good):
        self.passed += good
        self.failed += not good


def measured(shared, name):
    with open(os.path.join(shared, 'measured', name), newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def ops(shared, family):
    return [row for row in measured(shared, 'ops.csv') if row['family'] == family]


def run(program, sheet, scenarios):
    """{name: cells}; a refusal ends the program."""
    found, refused = many.run(program, sheet, scenarios)
    if refused:
        sys.exit('%s refused: %s' % (sheet, refused))
    return found


def one(program, sheet, settings):
    return run(program, sheet, [('case', settings)])['case']


def reads(program, shared, tally):
    """MLPerf Storage: bytes a second of all emulated devices, where each works the share that is asked for."""
    rows, groups = ops(shared, 'mlperf_storage_v1.0'), {}
    scenarios, keys = [], {}
    for row in rows:
        model, device = re.match(r'train read throughput, (\w+) on emulated (\w+)', row['metric']).groups()
        batch, size, times, share = READS[model]
        scenarios.append((row['id'], {'workers': row['n_units'], 'samples': batch, 'sample_size [B/sample]': size,
                                      'step_time [s]': times[device] / share}))
        keys[row['id']] = '%s on %s' % (model, device)
    found = run(program, 'input_demand', scenarios)
    for row in rows:
        forecast = found[row['id']]['demand']['si']
        groups.setdefault(keys[row['id']], []).append(float(row['value']) / forecast)
    for name, ratios in sorted(groups.items()):
        tally.group('reads, %s' % name, ratios, 10)
    tally.group('reads, all', [ratio for group in groups.values() for ratio in group], 5)


def kernel_power(program, shared, tally):
    """Power over its limit: large products are bound by arithmetic, small ones and decoding by memory."""
    draws = {'compute': [], 'memory': []}
    for row in measured(shared, 'kernels.csv'):
        if not row['power_w']:
            continue
        wide = float(row['m'] or 0)
        if wide >= 2048 or wide <= 64:
            draws['compute' if wide >= 2048 else 'memory'].append(float(row['power_w']) / float(row['power_limit_w']))
    for name, draw in draws.items():
        cells = one(program, 'device_power', {'compute_time [%]': 100 * (name == 'compute'),
                                              'memory_time [%]': 100 * (name == 'memory')})
        tally.group('power of kernels bound by %s' % name, [one_draw / cells['draw']['si'] for one_draw in draw],
                    5 if name == 'compute' else 40)


def system_power(program, shared, tally):
    """MLPerf Inference: servers of 8 H200, all time bound by arithmetic, no facility."""
    rows = [row for row in ops(shared, 'mlperf_inference_v4.1_power') if 'H200' in row['system']]
    cells = one(program, 'facility_power', {'hw': 'H200', 'gpus': 8, 'site.pue': 1, **FULL})
    tally.group('power, 8 H200 tuned for efficiency',
                [float(row['value']) / cells['it_power']['si'] for row in rows], 60)


def cards(program, shared, tally):
    """Emissions of Llama models: accelerator hours at rated power, one mean US grid, Meta's PUE."""
    rows = ops(shared, 'meta_model_cards')
    scenarios = []
    for row in rows:
        hours, watts = re.match(r'([\d.e+]+) GPU h at (\d+) W', row['conditions']).groups()
        scenarios.append((row['id'], {'hw': 'A100' if watts == '400' else 'H100', 'site': 'Meta_Fleet',
                                      'gpu_hours [GPU*h]': float(hours), **RATED}))
    found = run(program, 'run_footprint', scenarios)
    tally.group('carbon of Llama models', [float(row['value']) * 1000 / found[row['id']]['location']['si']
                                           for row in rows], 15)


def runs(program, tally):
    print('%-58s %10s %10s' % ('', 'forecast', 'published'))
    usual = one(program, 'run_footprint', GPT3)
    told = one(program, 'run_footprint', {**GPT3, **RATED, 'power.host_factor': 1.1})
    tally.row('GPT-3, energy, 330 W an accelerator as published', told['energy']['si'] / 3.6e9, 1287, 'MWh', 1)
    tally.row('GPT-3, energy, our draw and hosts', usual['energy']['si'] / 3.6e9, 1287, 'MWh', 25)
    tally.row('GPT-3, carbon, our draw and hosts', usual['location']['si'] / 1000, 552, 't', 25)
    told = one(program, 'run_footprint', {**BLOOM, **RATED})
    usual = one(program, 'run_footprint', BLOOM)
    tally.row('BLOOM, energy of accelerators at rated power', told['energy']['si'] / 3.6e9, 433.196, 'MWh', 1)
    tally.row('BLOOM, energy with the rest of the cluster, our defaults', usual['energy']['si'] / 3.6e9,
              433.196 + 256.646, 'MWh', 30)
    tally.row('BLOOM, carbon with the rest of the cluster', usual['location']['si'] / 1000, 24.7 + 14.6, 't', 30)
    told = one(program, 'run_footprint', {**BLOOM, **MAKING})
    tally.row('BLOOM, carbon of making, its own figures', told['embodied']['si'] / 1000, 11.2, 't', 1)
    tally.row('BLOOM, carbon of making, our defaults', usual['embodied']['si'] / 1000, 11.2, 't', 60)
    tally.row('BLOOM, carbon of all', usual['total']['si'] / 1000, 50.5, 't', 40)


def costs(program, shared, tally):
    published = next(float(row['value']) for row in ops(shared, 'deepseek_v3_report')
                     if row['metric'] == 'pre-training cost')
    cells = one(program, 'run_cost', DEEPSEEK)
    tally.row('DeepSeek-V3, cost of pre-training at 2 USD an hour', cells['cost']['value'], published / 1e6, 'MUSD', 15)


def system(program, shared, tally):
    """From the chip to the grid: accelerator hours of Llama 3.1 405B, against its model card."""
    card = next(row for row in ops(shared, 'meta_model_cards') if row['system'] == 'Llama 3.1 405B')
    cells = one(program, 'training_system', LLAMA3)
    tally.row('Llama 3.1 405B, million accelerator hours', cells['run.gpu_hours']['value'] / 1e6,
              float(card['conditions'].split()[0]) / 1e6, 'h', 10)
    tally.row('Llama 3.1 405B, carbon with hosts, at our draw', cells['foot.location']['si'] / 1000,
              float(card['value']), 't', 30)


def tokens(program, tally):
    """Tokens read and written pay for a request, and half the load costs nearly twice as much."""
    half, whole = (one(program, 'token_cost', {'loaded [%]': load}) for load in (50, 100))
    price = {name: whole[name]['si'] for name in ('input_price', 'output_price', 'request_price', 'prompt', 'answer')}
    tally.row('a request, by its tokens and as a whole', 1000 * (price['input_price'] * price['prompt'] +
              price['output_price'] * price['answer']), 1000 * price['request_price'], 'USD', 1e-6)
    tally.row('a token at half the load, over one at all', half['output_price']['si'] / price['output_price'], 2, '', 5)


def disclosures(program, shared, tally):
    """PUE is disclosed, not forecast: the registry must hold the newest figure of each."""
    newest = {}
    for row in ops(shared, 'pue_disclosures'):
        site = 'Google_Fleet' if row['system'].startswith('Google') else 'Survey_Average'
        newest[site] = max(newest.get(site, ('', '')), (row['year'], row['value']))
    for site, (year, value) in sorted(newest.items()):
        cells = one(program, 'facility_power', {'site': site, 'gpus': 1000})
        ratio = cells['facility_power']['si'] / cells['it_power']['si']
        tally.row('PUE of %s in %s, as the registry has it' % (site, year), ratio, float(value), '', 1e-6)


def main():
    program, shared = sys.argv[1:3]
    if not os.path.exists(os.path.join(shared, 'measured', 'ops.csv')):
        print('skipped: no folder of measurements')
        return 77
    tally = Tally()
    reads(program, shared, tally)
    kernel_power(program, shared, tally)
    system_power(program, shared, tally)
    cards(program, shared, tally)
    runs(program, tally)
    costs(program, shared, tally)
    system(program, shared, tally)
    tokens(program, tally)
    disclosures(program, shared, tally)
    print('%d passed, %d failed' % (tally.passed, tally.failed))
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
