#!/usr/bin/env python3
"""independent.py [FILE]: expected values of five templates and their parts, written from their equations in
plain Python; those of templates/workload and
templates/algorithm are in workload.py and algorithm.py. It reads the registry's CSV files and tests/golden/inputs/*.csv itself and knows the
defaults by heart; it does not run or import the program. Writes templates.csv, or FILE ('-': stdout).

After a wanted change of a template: change the equation here by hand, run this, look at the diff.
Missing facts are None and make None; the column `error` then says `missing`."""
import csv
import math
import os
import re
import sys

import algorithm
import workload

HERE = os.path.dirname(os.path.abspath(__file__))
REGISTRY = os.path.join(HERE, '..', '..', 'registry')
HEADER = ['sheet', 'scenario', 'path', 'row', 'unit', 'value', 'error']


# ---- units and facts ----

def read(path):
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


UNITS = {row['unit']: row['definition'] for row in read(os.path.join(REGISTRY, 'units.csv'))}


def factor(text):
    """1 TFLOP/s -> 1e12: how many base units one of it is."""
    total, sign = 1.0, 1
    for piece in re.split(r'([*/])', text.replace(' ', '')):
        if piece in ('*', '/'):
            sign = 1 if piece == '*' else -1
        elif piece not in ('', '1'):
            name, _, power = piece.partition('^')
            definition = UNITS[name]
            one = 1.0
            if definition:
                number, _, rest = definition.partition(' ')
                one = float(number) * (factor(rest) if rest else 1.0)
            total *= one ** (sign * int(power or 1))
    return total


def facts(registry):
    items = {}
    for row in read(os.path.join(REGISTRY, registry + '.csv')):
        fields = items.setdefault(row['item'], {})
        try:
            fields[row['field']] = float(row['value']) * factor(row['unit'])
        except ValueError:
            fields[row['field']] = row['value']
    return items


REGISTRIES = {name: facts(name) for name in ('hardware', 'workload', 'format', 'fabric', 'grid', 'engine',
                                          'law')}


class Item(dict):
    """Facts of one item; an absent fact is None."""
    def __getattr__(self, name):
        return self.get(name)


# ---- arithmetic that passes a missing value on ----

def lift(function):
    def lifted(*arguments):
        return None if any(x is None for x in arguments) else function(*arguments)
    return lifted


mul = lift(lambda *xs: math.prod(xs))
div = lift(lambda a, b: a / b)
add = lift(lambda *xs: sum(xs))
sub = lift(lambda a, b: a - b)
larger, smaller = lift(max), lift(min)


def default(x, y):
    return y if x is None else x


def ceil(x):
    return math.ceil(x - 1e-9)


# ---- the sheets: dictionaries path -> (unit, value in base units or a text) ----

ROOFLINE = dict(hw='H100', model='Llama3_8B', precision='fp16', batch=1, seq=1, gpus=1, efficiency=0.5,
                memory_share=1, moved=0, layer_tax=0, offload='no', host='PCIe_5')


def touched(model, tokens):
    """Parameters read when each token picks experts at random: all but those no token picked."""
    if model.experts is None:
        return model.params
    missed = (1 - model.experts_active / model.experts) ** (tokens - 1)
    return model.params - (model.params - model.active_params) * missed


def roofline(i):
    hw, model, width = i['hw'], i['model'], i['precision'].width
    active = default(model.active_params, model.params)
    work = i['batch'] * default(model.forward, 2 * active * i['seq'])
    touch = touched(model, i['batch'] * i['seq'])
    traffic = touch * width + i['batch'] * i['moved']
    peak, gpus, weights = hw.get('flops.' + i['words']['precision']), i['gpus'], model.params * width
    rate = mul(gpus, peak, i['efficiency'])
    speed = mul(hw.memory_bandwidth, i['memory_share'])
    if i['offload'] == 'yes' and weights / gpus > hw.memory_capacity:
        inside = hw.memory_capacity / (weights / gpus)
        speed = 1 / (inside / speed + (1 - inside) / i['host'].bandwidth)
    bandwidth = mul(gpus, speed)
    compute_time, memory_time = div(work, rate), div(traffic, bandwidth)
    overhead = add(hw.dispatch, default(model.layers, 0) * i['layer_tax'])
    latency = add(larger(compute_time, memory_time), overhead)
    binds = lift(lambda a, b: 'memory' if a < b else 'compute')(compute_time, memory_time)
    throughput = div(i['batch'], latency)
    return {
        'work': ('TFLOP', work), 'read': ('param', touch), 'traffic': ('GB', traffic),
        'rate': ('TFLOP/s', rate), 'bandwidth': ('TB/s', bandwidth), 'overhead': ('ms', overhead),
        'limit.compute_time': ('ms', compute_time), 'limit.memory_time': ('ms', memory_time),
        'latency': ('ms', latency), 'throughput': ('sample/s', throughput),
        'tokens_rate': ('token/s', mul(throughput, i['seq'])), 'bottleneck': (None, binds),
        'utilisation': ('%', div(div(work, latency), mul(gpus, peak))),
        'knee': ('sample', div(mul(i['batch'], memory_time), compute_time)),
        'weights': ('GB', weights),
        'fits': (None, lift(lambda a, b: a <= b)(weights, mul(gpus, hw.memory_capacity)))}


RING = dict(message=100e6, ranks=8, bandwidth=50e9, latency=5e-6, share=1)


def ring_all_reduce(i):
    n, shard = i['ranks'], div(i['message'], i['ranks'])
    steps = 2 * (n - 1)
    speed = mul(i['bandwidth'], i['share'])
    wire, wait = div(mul(steps, shard), speed), mul(steps, i['latency'])
    time = add(wire, wait)
    bus = None if time is None else steps * shard / time if time > 0 else 0.0
    return {'steps': ('', steps), 'shard': ('MB', shard), 'wire_time': ('ms', wire),
            'wait_time': ('ms', wait), 'time': ('ms', time), 'bus_bandwidth': ('GB/s', bus),
            'even_message': ('MB', mul(i['latency'], n, speed))}


def ring_time(message, ranks, bandwidth, latency):
    return ring_all_reduce(dict(message=message, ranks=ranks, bandwidth=bandwidth, latency=latency,
                                share=1))['time'][1]


TRAINING = dict(hw='H100', model='Llama3_70B', precision='bf16', fabric='IB_NDR', gpus=1024, tensor=8, context_ways=1,
                pipeline=8, interleave=1, expert_ways=1, microbatches=64, batch=1024, seq=4096, zero=1,
                recompute='selective', kernel='tuned', code='fused', sequence_parallel='yes', adapter_rank=0, skew=1,
                domain=8, neighbours='copies', overlap=0.95)
# defaults of the sheets training_work and training_traffic, fitted on measured runs
STEP = dict(efficiency=0.85, tuned=1.06, portable=0.55, knee=0.56e-12, slope=1.4, grouped=0.47, grouped_low=0.79,
            norm=79, ffn=11, eager=1.7, score=58, cast=13, route=16, launch=50e-6, eager_launch=3.8e-3,
            expert_launch=4.8e-3, exposed=1.0)


def decoder_layers(model):
    """Products of a layer in parameters, and numbers kept between and inside them, per token."""
    shape, hidden, heads = shape_of(model), model.hidden, model.heads
    key = default(model.head_dim, hidden / heads) + (model.rope_dim if model.kv_rank is not None else 0)
    value = shape['full_pair'] - key
    keys = model.kv_heads * (default(model.head_dim, hidden / heads) + value)
    picked = default(model.experts_active, 0)
    one, sparse = default(model.expert_ffn, 0), shape['sparse']
    ffn = picked * one + default(model.experts_shared, 0) * one if sparse else model.ffn
    matrices = default(model.ffn_matrices, 3)
    per_expert = matrices * hidden * one
    experts = sparse * (picked + default(model.experts_shared, 0)) * per_expert
    dense = shape['fixed'] - sparse * default(model.experts_shared, 0) * per_expert
    if matrices == 2:                       # shape_of takes three matrices
        dense -= (model.layers - sparse) * hidden * model.ffn
    return dict(dense=2 * dense, experts=2 * experts, head=2 * shape['head'], sparse=sparse, ffn=ffn,
                matrices=matrices, routed=shape['routed'], pair=shape['full_pair'], value=value, kept=shape['kept'],
                inside=2 * (heads * shape['full_pair'] + keys + (picked * hidden if sparse else 0) + matrices * ffn))


def training_memory(i, layer, ranks):
    """Weights of one device, its memory by kind, and the share it would have to calculate again."""
    model, t, p, v, m = i['model'], i['tensor'], i['pipeline'], i['interleave'], i['microbatches']
    hidden, zero = model.hidden, i['zero']
    rest = model.params - layer['routed']
    shard = (rest / t + layer['routed'] / max(t, i['expert_ways'])) / p
    weights = shard * max(i['precision'].width, 2) / (ranks if zero == 3 else 1)
    rank = i['adapter_rank']
    trained = min(1, 8 * rank * hidden * model.layers / model.params) if rank else 1
    gradients = shard * trained * 4 / (ranks if zero >= 2 else 1)
    moments = shard * trained * 12 / (ranks if zero >= 1 else 1)
    micro = ceil(i['batch'] * i['context_ways'] / (ranks * m))
    tokens = micro * i['seq'] / i['context_ways']
    spread = t if i['sequence_parallel'] == 'yes' else 1
    bare = 8 * hidden / spread + layer['inside'] / t
    whole = bare + (4 * model.heads * i['seq'] / t if i['kernel'] == 'plain' else 0)
    entry = 2 * hidden / spread
    stored = {'none': whole, 'auto': whole, 'selective': bare, 'half': (entry + bare) / 2,
              'full': entry}[i['recompute']]
    of_stage = ceil(model.layers / (p * v)) * v
    held = min(m, p) * (1 + (p - 1) / (p * v) if v > 1 else 1)
    first = tokens * stored * of_stage * held
    last = tokens * stored * of_stage + tokens * 4 * model.vocab / t
    peak = max(first, last) + (tokens * whole if i['recompute'] == 'full' else 0)
    buffers = 0.05 * gradients + (2 * tokens * 2 * hidden if p > 1 else 0)
    memory = weights + gradients + moments + peak + buffers
    room = 0.92 * i['hw'].memory_capacity
    forced = 0.0 if i['recompute'] == 'full' else max(0.0, min(1.0, (memory - room) / peak))
    cells = {'memory.shard': ('param', shard), 'memory.weights': ('GB', weights),
             'memory.gradients': ('GB', gradients), 'memory.moments': ('GB', moments),
             'memory.activations': ('GB', first), 'memory.buffers': ('GB', buffers),
             'memory.memory': ('GB', memory), 'memory.forced': ('%', forced), 'memory.fits': (None, memory <= room)}
    return shard, forced, cells


def training_work(i, layer, tokens, forced):
    """Seconds of one microbatch through all layers, by kind, and the forward passes it repeats."""
    hw, model, t, form = i['hw'], i['model'], i['tensor'], i['words']['precision']
    low, kernel, layers = i['precision'].width < 2, i['kernel'], model.layers
    plain = kernel == 'plain'
    again = min(1, {'full': 1, 'half': 0.5}.get(i['recompute'], 0) + forced)
    passes = (2 if i['adapter_rank'] else 3) + again
    wide = default(hw.get('flops.bf16'), hw.get('flops.fp16')) if low else hw.get('flops.' + form)
    limit = 1.0
    if hw.tdp is not None:
        limit = min(1, hw.tdp / default(hw.get('flops.bf16'), hw.get('flops.fp16')) / STEP['knee']) ** STEP['slope']
    slow = STEP['efficiency'] * limit
    rate = default(hw.get('reached.' + form), 0.78 * hw.get('flops.' + form)) * slow
    wide_rate = default(hw.get('reached.' + ('bf16' if low else form)), 0.78 * wide) * slow
    grouped = STEP['grouped_low' if low else 'grouped']
    portable = default(hw.get('attention.portable'), 0.45)
    kernel_rate = wide_rate if plain else wide * (
        default(hw.get('attention.tuned'), portable) * STEP['tuned'] if kernel == 'tuned'
        else portable * STEP['portable'])
    forward = tokens * 2 * model.heads * layer['pair'] * layers * i['seq'] / 2
    rounds = again + (3.5 if not plain else 4 if i['recompute'] == 'selective' else 3)
    spread = t if i['sequence_parallel'] == 'yes' else 1
    between, inside = tokens * model.hidden, tokens * layer['ffn'] / t
    elementwise = layers * (between / spread * STEP['norm'] * (1 + again / 4)
                            + inside * STEP['ffn'] * layer['matrices'])
    elementwise *= STEP['eager'] if i['code'] == 'eager' else 1
    if plain:
        repeated = 3 / 7 if i['recompute'] in ('selective', 'full') else 0
        elementwise += tokens * i['seq'] * model.heads * layers / t * STEP['score'] * (1 + repeated)
    if low:
        elementwise += layers * STEP['cast'] * (2 * between + tokens * model.heads * layer['value'] / t + inside)
    elementwise += layer['sparse'] * default(model.experts_active, 0) * between / t * STEP['route']
    parts = {'linear': passes * tokens / t * (layer['dense'] / rate + layer['experts'] * i['skew'] / (rate * grouped)),
             'score': rounds * forward * (2 if plain else 1) / t / kernel_rate,
             'elementwise': elementwise / hw.memory_bandwidth,
             'launch': layers * STEP['eager_launch' if i['code'] == 'eager' else 'launch']
             + layer['sparse'] * STEP['expert_launch']}
    return parts, 3 * tokens * layer['head'] / t / wide_rate, again, passes, forward / tokens


def training_traffic(i, layer, tokens, again, near, far):
    """Seconds of traffic of one microbatch inside all layers, by kind, and between stages."""
    model, t, c, e = i['model'], i['tensor'], i['context_ways'], i['expert_ways']
    p, domain = i['pipeline'], i['domain']
    between = tokens * model.hidden * 2
    one = ring_time(between, t, near if t <= domain else far, 1.4e-6)
    rounds = 4 * model.layers * (c - 1)
    keys = tokens * layer['kept'] * 2 / min(t, default(model.kv_heads, model.heads))
    picked, groups = default(model.experts_active, 0), max(1, e / domain)
    remote = min(picked, e - 1) * (e - 1) / e
    distant = (groups - 1) * (1 - (1 - 1 / groups) ** picked) if groups > 1 else 0
    together = t * c * p <= domain and (i['neighbours'] == 'stages' or i['gpus'] <= domain)
    spread = t if i['sequence_parallel'] == 'yes' else 1
    return {'tensor': (4 + 2 * again) * model.layers * one * STEP['exposed'],
            'context': rounds * keys * STEP['exposed'] / (near if t * c <= domain else far),
            'expert': 4 * layer['sparse'] * between / t * 0.3 * i['skew'] * (remote / (0.8 * near) + distant / far)}, (
                2 * i['interleave'] * 0.5 * between / spread / (near if together else far) if p > 1 else 0)


def training(i):
    hw, model, fabric, gpus = i['hw'], i['model'], i['fabric'], i['gpus']
    t, c, p, v, m = i['tensor'], i['context_ways'], i['pipeline'], i['interleave'], i['microbatches']
    copies = gpus / (t * c * p)
    ranks, layers, zero = copies * c, model.layers, i['zero']
    tokens = i['batch'] * i['seq'] / (copies * m * c)
    layer = decoder_layers(model)
    shard, forced, cells = training_memory(i, layer, ranks)
    parts, logits, again, passes, attention = training_work(
        i, layer, tokens, 0.2 * forced if i['recompute'] == 'auto' else 0)
    near = default(hw.bus_bandwidth, default(hw.link_bandwidth, fabric.bandwidth) * 0.8)
    far = 0.8 * fabric.bandwidth
    traffic, hop = training_traffic(i, layer, tokens, again, near, far)

    # one microbatch on the stage that the others wait for
    whole, total = ceil(layers / p), sum(parts.values())
    even = (total + logits) / p
    if layers % p == 0:
        busiest = layers / p * total / layers + logits
    else:
        busiest = max(whole * total / layers, (whole - 1) * total / layers + logits)
    stage, share = 0.65 * busiest + 0.35 * even, 0.65 * whole / layers + 0.35 / p
    inside = sum(traffic.values()) * share
    left = m % p
    idle = p - 1 + ((v - 1) * (p - left) if left else 0)

    # gradients: bytes a parameter, reduce-scatter and all-gather together
    volume = (4 if zero == 3 else 0) if i['adapter_rank'] else {0: 8, 1: 6, 2: 4, 3: 6}[zero]
    members = max(1, math.floor(min(ranks, i['domain'] / t / (p if i['neighbours'] == 'stages' else 1)) + 1e-9))
    groups = max(1, ceil(ranks / members))
    message = shard * volume / 2
    within = 2 * (members - 1) * (message / members / near + default(hw.link_latency, 1.4e-6))
    sync = max(within, ring_time(message / members, groups, far, fabric.latency))
    window = (stage + inside) * (1 - 1 / passes if zero == 0 else 1)
    exposed = (sync - i['overlap'] * min(sync, window)) * (m if zero >= 2 else 1)
    update = 0 if i['adapter_rank'] else shard * 30 / (ranks if zero else 1) / hw.memory_bandwidth

    bubble = (stage + inside) * idle / v
    smooth = (stage + inside) * m + bubble + hop * m + exposed + update + 0.03
    late = smooth * 0.005 * math.log2(max(1, gpus / 8))
    step, all_tokens = smooth + late, i['batch'] * i['seq']
    done = 3 * all_tokens * (layer['dense'] + layer['experts'] + layer['head'] + attention)
    twice = all_tokens * (again * (layer['dense'] + layer['experts'])
                          + (1 if i['recompute'] == 'selective' else again) * attention)
    peak = gpus * hw.get('flops.' + i['words']['precision'])
    cells.update({name + '_time': ('s', value * m / p) for name, value in parts.items()})
    cells.update({name + '_time': ('s', value * share * m) for name, value in traffic.items()})
    if p > 1:       # else 0 but for rounding
        cells['uneven_time'] = ('s', (stage - even) * m)
    cells.update({
        'copies': ('', copies), 'tokens': ('token', tokens), 'logits_time': ('s', logits * m / p),
        'bubble_time': ('s', bubble), 'hop_time': ('s', hop * m),
        'needed_port': ('GB/s', 2 * (groups - 1) / groups * message / members / (i['overlap'] * window) / 0.8
                        if i['overlap'] else None),
        'sync.time': ('ms', sync), 'gradient_time': ('s', exposed), 'update_time': ('s', update),
        'straggle_time': ('s', late), 'step_time': ('s', step), 'scaling': ('%', stage * m / step),
        'tokens_rate': ('token/s', all_tokens / step), 'sample_rate': ('sample/s', i['batch'] / step),
        'gpu_rate': ('token/s/GPU', all_tokens / step / gpus), 'work_done': ('PFLOP', done),
        'work_again': ('PFLOP', twice), 'model_use': ('%', done / step / peak),
        'hardware_use': ('%', (done + twice) / step / peak),
        'whole_split': (None, gpus % (t * c * p) == 0), 'enough_batch': (None, i['batch'] >= copies),
        'whole_batch': (None, i['batch'] % (copies * m) == 0), 'enough_heads': (None, t <= model.heads),
        'whole_heads': (None, model.heads % t == 0), 'schedule.whole_rounds': (None, v == 1 or m % p == 0),
        'schedule.enough_layers': (None, p * v <= layers)})
    return cells


SERVING = dict(hw='H100', model='Llama3_70B', precision='fp8', expert_precision='fp8', cache_precision='fp8',
               fabric='PCIe_5', engine='vLLM', gpus=4, replicas=1, batch=16, most=1e6, prompt=2048, answer=512,
               cached=0, page=16, mixed=1, step_tokens=1, step_cost=1, runtime=2e9, ttft_limit=6.0,
               tpot_limit=0.05)
# defaults of the sheet decode, fitted on measured services
FITTED = dict(layer_tax=40e-6, expert_tax=36e-6, sync_tax=3.3e-6, shuffle=34, cache_reach=1.0,
              attention_reach=0.61, expert_pace=0.24, spread=0.79)


def shape_of(model):
    """What a decoder's layers hold: weights every token uses, of experts, of the output layer."""
    heads, hidden, width = model.heads, model.hidden, default(model.head_dim, div(model.hidden, model.heads))
    value = default(model.value_dim, width)
    if model.kv_rank is not None:
        key = width + model.rope_dim
        down = hidden * (model.kv_rank + model.rope_dim) + model.kv_rank * heads * (width + value)
        query = model.q_rank * (hidden + heads * key)
        kept, pair = model.kv_rank + model.rope_dim, 2 * model.kv_rank + model.rope_dim
    else:
        key = width
        down, query = hidden * model.kv_heads * (width + value), hidden * heads * width
        kept, pair = model.kv_heads * (width + value), width + value
    attention = query + down + heads * value * hidden
    experts = default(model.experts, 0)
    sparse = model.layers - default(model.dense_layers, 0) if experts else 0
    one = 3 * hidden * default(model.expert_ffn, 0)
    shared = default(model.experts_shared, 0) * one + hidden * experts
    fixed = model.layers * attention + (model.layers - sparse) * 3 * hidden * model.ffn + sparse * shared
    windowed = default(model.window_layers, 0) if model.window is not None else 0
    head = model.vocab * hidden
    return dict(fixed=fixed, routed=sparse * one * experts, head=head, sparse=sparse, kept=kept, pair=pair,
                full_pair=key + value, full=model.layers - windowed, windowed=windowed,
                embedding=0 if model.tied == 'yes' else head)


def keys_seen(model, shape, first, last):
    """Keys that the tokens between two places see, on average, summed over layers."""
    window = min(default(model.window, last), last)
    if last == first:
        inside = min(first, window)
    else:
        edge = max(first, window)
        inside = ((edge ** 2 - first ** 2) / 2 + window * (last - edge)) / (last - first)
    return shape['full'] * (first + last) / 2 + shape['windowed'] * inside


def serving(i):
    hw, model, engine, fit, gpus = i['hw'], i['model'], i['engine'], FITTED, i['gpus']
    dense, expert, cache = i['precision'], i['expert_precision'], i['cache_precision']
    wide = Item(REGISTRIES['format']['bf16'])
    shape, layers, hidden = shape_of(model), model.layers, model.hidden
    ways = gpus / i['replicas']
    cache_ways = max(1, min(ways, 1 if model.kv_rank is not None else model.kv_heads))
    bytes_dense = dense.width + default(dense.scale, 0)
    bytes_expert = expert.width + default(expert.scale, 0)
    bandwidth, link = hw.memory_bandwidth, default(hw.link_bandwidth, i['fabric'].bandwidth)
    peak = hw.get('flops.bf16')
    rate = mul(default(hw.get('flops.' + i['words']['precision']), peak), dense.compute_reach)
    expert_rate = mul(default(hw.get('flops.' + i['words']['expert_precision']), peak),
                      expert.compute_reach, fit['expert_pace'])
    picked = default(div(model.experts_active, model.experts), 0)
    away = (shape['sparse'] * model.experts_active * hidden * (expert.width + 2) * (1 - 1 / i['replicas'])
            if shape['routed'] and i['replicas'] > 1 else 0)
    exchange = (4 * layers * hidden * max(dense.width, 2) * (1 - 1 / ways) + away) / link
    passing = fit['shuffle'] * layers * hidden / bandwidth

    # decoding
    context = i['prompt'] + i['answer'] / 2
    kv_token = shape['full'] * shape['kept'] * cache.width
    kv = kv_token * context + (shape['windowed'] * shape['kept'] * cache.width
                               * min(context, default(model.window, context)))
    flops = 2 * model.heads * shape['pair'] * keys_seen(model, shape, context - 0.5, context + 0.5)
    base = (engine.step_time + (shape['fixed'] * bytes_dense / dense.memory_reach
                                + shape['head'] * 2 / wide.memory_reach) / ways / bandwidth
            + layers * fit['layer_tax'] + shape['sparse'] * fit['expert_tax']
            + 2 * layers * fit['sync_tax'] * math.log2(gpus))
    of_cache = larger(kv / cache_ways / (bandwidth * fit['cache_reach']),
                      div(flops / ways, mul(peak, fit['attention_reach'])))
    of_weights = add(div(2 * shape['fixed'] / ways, rate),
                     div(2 * shape['head'] / ways, mul(peak, wide.compute_reach)))
    of_experts = div(2 * shape['routed'] * picked / gpus, expert_rate) if shape['routed'] else 0
    each = add(of_experts, div(add(engine.sequence_time, of_cache, of_weights, exchange, passing),
                               i['replicas']))
    experts = (shape['routed'] * bytes_expert / gpus / bandwidth / expert.expert_reach
               if shape['routed'] else 0)

    # one prompt
    fresh = max(1, i['prompt'] - i['cached'])
    flops = 2 * model.heads * shape['full_pair'] * keys_seen(model, shape, i['prompt'] - fresh, i['prompt'])
    token = add(div(2 * shape['fixed'], mul(gpus, rate)),
                div(2 * shape['routed'] * picked, mul(gpus, expert_rate)) if shape['routed'] else 0,
                exchange / i['replicas'],
                passing * (1 + default(model.experts_active, 0) / 4) / i['replicas'])
    work = add(mul(fresh, token), div(fresh * flops, mul(gpus, peak, fit['attention_reach'])),
               div(2 * shape['head'], mul(gpus, peak, wide.compute_reach)))

    # room
    memory = default(hw.memory_reported, hw.memory_capacity) * engine.memory_use - i['runtime']
    resident = ((shape['fixed'] * bytes_dense + (shape['head'] + shape['embedding']) * 2) / ways
                + shape['routed'] * bytes_expert / gpus)
    held = ceil((i['prompt'] + engine.growth * i['answer']) / i['page']) * i['page']
    need = (kv + kv_token * (held - context)) / cache_ways
    room = i['replicas'] * max(0, math.floor((memory - resident) / need + 1e-9))
    admitted = min(i['batch'], room, i['most'])
    fits = resident + need <= memory

    # the loop
    active, answer = admitted, i['answer']
    itl = tpot = ttft = stay = None
    for _ in range(5 if admitted >= 1 and work is not None else 0):
        running = active
        covered = 1 - (1 - picked) ** max(1 + fit['spread'] * (active - 1), 0)
        itl = (base + each * active + experts * covered) * i['step_cost'] / i['step_tokens']
        tpot = itl + i['mixed'] * active * work / answer
        first = work * (1 + engine.bunching * (admitted - 1) / 2) + tpot + engine.request_time
        active = admitted * answer * tpot / (first + answer * tpot)
    if itl is not None:
        ttft = first + (i['batch'] / admitted - 1) * (first + answer * tpot)
        stay = ttft + (answer - 1) * tpot
    rate_out = div(i['batch'] * answer, stay)
    at_most = lift(lambda a, c: a <= c)
    return {
        'step.base': ('ms', base), 'step.each': ('ms', each), 'step.experts': ('ms', experts),
        'step.resident': ('GB', resident), 'reading.work_time': ('ms/request', work),
        'need': ('GB', need), 'room': ('request', room), 'admitted': ('request', admitted),
        'running': ('request', None if itl is None else running), 'itl': ('ms', itl), 'tpot': ('ms', tpot),
        'ttft': ('ms', ttft), 'request_time': ('s', stay), 'rate': ('token/s', rate_out),
        'gpu_rate': ('token/s/GPU', div(rate_out, gpus)), 'request_rate': ('request/s', div(i['batch'], stay)),
        'fits': (None, fits), 'all_run': (None, i['batch'] <= min(room, i['most'])),
        'prompt_service': (None, at_most(ttft, i['ttft_limit'])),
        'steady_service': (None, at_most(tpot, i['tpot_limit']))}


HOUR, MONTH, YEAR = 3600.0, 730 * 3600.0, 8760 * 3600.0
MONTHLY_TCO = dict(hw='H100', grid='US_Avg', gpus=1024, load=0.8, host=0.8, pue=1.3, facility=2, life=36 * MONTH,
                   upkeep=0.05 / YEAR, drift=0.0025 / MONTH, busy=0.9, wacc=0.1, budget=80e6,
                   **{'job.microbatches': 64, 'job.tensor': 8})


def monthly_tco(i):
    hw, grid, gpus = i['hw'], i['grid'], i['gpus']
    purchase = mul(gpus, hw.price, i['facility'])
    power = mul(gpus, hw.tdp, 1 + i['host'])
    energy = mul(power, i['load'], i['pue'])           # W: energy of a month over a month
    monthly = (1 + i['wacc']) ** (1 / 12)
    price, book, total, bills, present = grid.price, purchase, 0.0, 0.0, purchase
    cells, discount = {}, 1.0
    for month in range(1, 37):
        price = price if month == 1 else price * (1 + i['drift'] * MONTH)
        bill = mul(energy, price, MONTH)
        repair = mul(purchase, i['upkeep'], MONTH)
        decline = smaller(book, div(mul(purchase, MONTH), i['life']))
        book = sub(book, decline)
        cash = add(purchase if month == 1 else 0.0, bill, repair)
        total, bills = add(total, cash), add(bills, bill)
        discount /= monthly
        present = add(present, mul(add(bill, repair), discount))
        if month in (1, 2, 12, 24, 25, 36):
            for name, unit, value in (('price', 'USD/kWh', price), ('power', 'kUSD', bill),
                                      ('repair', 'kUSD', repair), ('decline', 'MUSD', decline),
                                      ('closing', 'MUSD', book), ('cash', 'MUSD', cash),
                                      ('total', 'MUSD', total),
                                      ('expense', 'MUSD', add(decline, bill, repair)),
                                      ('after', '', discount)):
                if name != 'closing' or value is None or value > 1e-6:  # the last book value is 0 but for rounding
                    cells['plan.' + name, month] = (unit, value)
        if month == 12:
            first_year = total
    job = training(dict(prepare('training', {}), hw=hw, gpus=gpus, tensor=i['job.tensor'],
                        microbatches=i['job.microbatches']))
    hour = div(total, gpus * 36 * MONTH)
    rate = job['tokens_rate'][1]
    cells.update({
        'purchase': ('MUSD', purchase), 'it_power': ('MW', power), 'energy': ('MWh/month', energy),
        'tco': ('MUSD', total), 'present_cost': ('MUSD', present), 'first_year': ('MUSD', first_year),
        'carbon': ('t', mul(energy, grid.carbon, 36 * MONTH)), 'embodied': ('t', mul(gpus, hw.embodied)),
        'hour_price': ('USD/h/GPU', hour), 'job.tokens_rate': ('token/s', rate),
        'token_price': ('USD/token', div(div(mul(hour, gpus), rate), i['busy'])),
        'power_share': ('%', div(bills, total)),
        'affordable': (None, lift(lambda a, b: a <= b)(total, i['budget']))})
    return cells


SHEETS = {'roofline': (roofline, ROOFLINE), 'ring_all_reduce': (ring_all_reduce, RING),
          'training': (training, TRAINING), 'serving': (serving, SERVING),
          'monthly_tco': (monthly_tco, MONTHLY_TCO)}
SHEETS.update(workload.SHEETS)
SHEETS.update(algorithm.SHEETS)
ITEMS = {'hw': 'hardware', 'model': 'workload', 'precision': 'format', 'expert_precision': 'format',
         'cache_precision': 'format', 'state_precision': 'format', 'table_precision': 'format', 'products': 'format', 'law': 'law',
         'fabric': 'fabric', 'host': 'fabric', 'grid': 'grid', 'engine': 'engine'}


def prepare(sheet, settings):
    """Defaults and settings with items turned into facts; the words stay in `words`."""
    words = dict(SHEETS[sheet][1], **settings)
    found = {name: Item(REGISTRIES[ITEMS[name]][value]) if name in ITEMS and isinstance(value, str)
             else value
             for name, value in words.items()}
    return dict(found, words=words)


def scenarios(sheet):
    """tests/golden/inputs/SHEET.csv: one row a scenario, units in the header."""
    path = os.path.join(HERE, 'inputs', sheet + '.csv')
    yield 'base', {}
    for row in read(path):
        settings = {}
        for head, text in row.items():
            name, _, unit = head.partition(' [')
            if name != 'scenario':
                try:
                    settings[name] = float(text) * factor(unit.rstrip(']'))
                except ValueError:
                    settings[name] = text
        yield row['scenario'], settings


def expected():
    for sheet, (calculate, _) in SHEETS.items():
        for scenario, settings in scenarios(sheet):
            for path, (unit, value) in calculate(prepare(sheet, settings)).items():
                path, line = path if isinstance(path, tuple) else (path, '')
                error = 'missing' if value is None else ''
                if isinstance(value, bool):
                    value = 'true' if value else 'false'
                elif isinstance(value, (int, float)):
                    value = repr(value / factor(unit))
                yield [sheet, scenario, path, line, unit or '', '' if value is None else value, error]


def main():
    target = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, 'templates.csv')
    file = sys.stdout if target == '-' else open(target, 'w', newline='', encoding='utf-8')
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(HEADER)
    writer.writerows(expected())


if __name__ == '__main__':
    main()
