"""Expected values of templates/workload, layer by layer where the sheets multiply by the number of layers.
Part of independent.py, which reads facts and inputs; every function takes them as a dictionary."""
import math

KEY, VALUE = 'key', 'value'


# ---- a decoder ----

DECODER = dict(model='Llama3_70B', precision='bf16', cache_precision='bf16', seq=1, context=2048,
               latent='expanded', recompute='selective', dropout='no')


def or_else(x, y):
    return y if x is None else x


def mixer_layer(model, width=4.0):
    """Weights, work of a token and kept bytes of one layer of linear attention."""
    keys, values = model.linear_key_heads * model.linear_key_dim, \
        model.linear_value_heads * model.linear_value_dim
    delta = model.linear_rule == 'delta'
    projected = [keys, keys, values, values] + [model.linear_value_heads] * (2 if delta else 1)
    weights = sum(model.hidden * one for one in projected) + values * model.hidden
    convolved = keys + keys + values
    weights += model.linear_conv * convolved
    state = model.linear_value_heads * model.linear_key_dim * model.linear_value_dim
    steps = {'decay': 1, 'write': 2, 'read': 2, 'correct': 2 if delta else 0}
    return (weights, 2 * weights + sum(steps.values()) * state,
            (state + (model.linear_conv - 1) * convolved) * width)


def attention_layer(model):
    """Weights and the widths of keys and values of one head."""
    head = or_else(model.head_dim, model.hidden / model.heads)
    widths = {KEY: head, VALUE: or_else(model.value_dim, head)}
    if model.kv_rank is None:
        weights = model.hidden * model.heads * head * or_else(model.query_parts, 1)
        weights += model.hidden * model.kv_heads * (head + widths[VALUE])
    else:
        widths[KEY] += model.rope_dim
        wide = model.heads * widths[KEY]
        weights = model.hidden * model.q_rank + model.q_rank * wide if model.q_rank else model.hidden * wide
        weights += model.hidden * (model.kv_rank + model.rope_dim)      # down to the latent space
        weights += model.kv_rank * model.heads * (head + widths[VALUE])  # and up again
    return weights + model.heads * widths[VALUE] * model.hidden, head, widths


def ffn_layers(model):
    """One (weights all tokens use, weights of all experts) a layer."""
    matrices = or_else(model.ffn_matrices, 3)
    count = int(or_else(model.ffn_layers, model.layers))
    dense = count if model.experts is None else int(or_else(model.dense_layers, 0))
    layers = [(matrices * model.hidden * or_else(model.ffn, 0), 0.0)] * dense
    if count > dense:
        expert = matrices * model.hidden * model.expert_ffn
        shared = 0.0
        if model.experts_shared is not None:
            shared = matrices * model.hidden * or_else(model.shared_ffn,
                                                       model.experts_shared * model.expert_ffn)
        layers += [(shared + model.hidden * model.experts, expert * model.experts)] * (count - dense)
    return layers


def mean_seen(seq, context, window):
    """Mean of min(x, window) for x even from context - seq / 2 to context + seq / 2."""
    low, high = context - seq / 2, context + seq / 2
    if window >= high:
        return context
    if window <= low:
        return window
    rising = (window - low) * (low + window) / 2
    return (rising + (high - window) * window) / seq


def decoder(i):
    model, width = i['model'], i['precision'].width
    linear = int(or_else(model.linear_layers, 0))
    attending = int(or_else(model.attention_layers, model.layers - linear))
    windowed = 0 if model.window is None else int(or_else(model.window_layers, attending))
    attention, head, widths = attention_layer(model)
    feeds = ffn_layers(model)
    mixer = mixer_layer(model) if linear else (0.0, 0.0, 0.0)
    share = 1.0 if model.experts is None else model.experts_active / model.experts

    # weights
    output = or_else(model.vocab, 0) * model.hidden
    embedding = (0 if model.tied == 'yes' else output) + or_else(model.positions, 0) * model.hidden
    norms = (attending + linear + len(feeds) + 1) * model.hidden
    always = attending * attention + linear * mixer[0] + sum(one for one, _ in feeds)
    experts = sum(one for _, one in feeds)
    counted = always + experts + output + embedding + norms + or_else(model.other_params, 0)
    counted_active = counted - experts * (1 - share)
    params = or_else(model.params, counted)
    active = or_else(model.active_params, counted_active) if experts else params

    # work of a token
    seq, context = i['seq'], i['context']
    work = 2 * (always - linear * mixer[0] + experts * share) + linear * mixer[1]
    pair = widths[KEY] + widths[VALUE]
    if model.kv_rank is not None and i['latent'] == 'absorbed':
        pair = (model.kv_rank + model.rope_dim) + model.kv_rank
    seen = sum(mean_seen(seq, context, model.window) if layer < windowed else context
               for layer in range(attending))
    scores = 2 * model.heads * pair * seen
    forward = work + 2 * output + scores

    # cache
    kept = (model.kv_rank + model.rope_dim if model.kv_rank is not None
            else model.kv_heads * head + model.kv_heads * widths[VALUE]) * i['cache_precision'].width
    sample = sum(kept * (min(context, model.window) if layer < windowed else context)
                 for layer in range(attending)) + linear * mixer[2]

    # activations: two norms and two parts take their input, then what the parts make
    wide = max(width, 2.0)
    if experts:
        made = model.experts_active * model.expert_ffn + or_else(
            model.shared_ffn, or_else(model.experts_shared, 0) * model.expert_ffn)
        sent = model.experts_active * model.hidden
    else:
        made, sent = model.ffn, 0.0
    masks = 1.0 if i['dropout'] == 'yes' else 0.0
    held = wide * 4 * model.hidden + 2 * masks * model.hidden
    held += wide * (model.heads * widths[KEY] + model.kv_heads * (head + widths[VALUE])  # q, k, v
                    + model.heads * widths[VALUE] + sent + or_else(model.ffn_matrices, 3) * made)
    if i['recompute'] == 'none':
        held += (2 * wide + masks) * model.heads * (context + seq / 2)
    if i['recompute'] == 'full':
        held = wide * model.hidden

    read = params if share == 1 else params - (params - active) * (1 - share) ** (seq - 1)
    return {
        'counted': ('param', counted), 'counted_active': ('param', counted_active),
        'params': ('param', params), 'active': ('param', active), 'weights': ('GB', params * width),
        'projection_flops': ('FLOP/token', sum(2 * attention for _ in range(attending))),
        'ffn_flops': ('FLOP/token', sum(2 * (one + all_of * share) for one, all_of in feeds)),
        'mixer_flops': ('FLOP/token', linear * mixer[1]), 'linear_flops': ('FLOP/token', work), 'logits_flops': ('FLOP/token', 2 * output),
        'attention_flops': ('FLOP/token', scores), 'forward': ('FLOP/token', forward),
        'kv_token': ('kB/token', (attending - windowed) * kept), 'kv_sample': ('MB/sample', sample),
        'activation': ('kB/token', held), 'logits_kept': ('kB/token', 4 * or_else(model.vocab, 0)),
        'intensity': ('FLOP/B', seq * forward / (read * width + sample)),
        'counted_as_published': (None, abs(counted / params - 1) <= 0.01),
        'seen_enough': (None, context >= seq / 2)}


def body(i, seq):
    return decoder(dict(i, cache_precision=i['precision'], seq=seq, context=seq, latent='expanded',
                        recompute='selective', dropout='no'))


LINEAR_MIXER = dict(model='Qwen3_5_35B_A3B', precision='fp32')


def linear_mixer(i):
    weights, work, kept = mixer_layer(i['model'], i['precision'].width)
    return {'params': ('param', weights), 'flops': ('FLOP/token', work), 'held': ('B/sample', kept)}


# ---- the others ----

def near(a, b):
    return b is None or abs(a / b - 1) <= 0.01


ENCODER = dict(model='ViT_B16', precision='fp16', tokens=384, channels=3)


def encoder(i):
    model = i['model']
    side = model.resolution / model.patch if model.patch else 0
    seq = side * side + 1 if model.patch else i['tokens']
    layers = body(i, seq)
    work = seq * (layers['linear_flops'][1] + layers['attention_flops'][1])
    if model.patch:
        work += side * side * 2 * (i['channels'] * model.patch * model.patch) * model.hidden
    work += 2 * model.hidden * or_else(model.classes, 0)
    weights = layers['weights'][1]
    return {'forward': ('GFLOP/sample', work), 'params': ('param', layers['params'][1]),
            'weights': ('MB', weights), 'intensity': ('FLOP/B', work / weights),
            'work_as_published': (None, near(work, model.forward))}


DIFFUSION = dict(model='DiT_XL_256', precision='fp16', steps=50, guided='yes', latent=4, side=2, outer=0)


def diffusion(i):
    model = i['model']
    tokens = (model.resolution / model.patch) ** 2
    layers = body(dict(i), tokens)
    work = tokens * (layers['linear_flops'][1] + layers['attention_flops'][1])
    work += sum(2 * 6 * model.hidden ** 2 for _ in range(int(model.layers))) + 2 * 2 * model.hidden ** 2
    points = i['side'] ** 2 * i['latent']
    work += tokens * (2 * points * model.hidden + 2 * model.hidden * 2 * points)
    double = 2 if i['guided'] == 'yes' else 1
    total, weights = work * double * i['steps'] + i['outer'], layers['weights'][1]
    return {'work': ('TFLOP/image', total), 'weights': ('GB', weights),
            'traffic': ('GB/image', weights * i['steps']),
            'intensity': ('FLOP/B', total / (weights * i['steps'])),
            'work_as_published': (None, near(work, model.forward))}


STATE_SPACE = dict(model='Mamba_790M', precision='fp16', state_precision='fp32', kv_heads=8, head_width=128)


def state_space(i):
    model = i['model']
    h, n, inner, rank = model.hidden, model.state_width, model.inner, model.step_rank
    products = {'in': h * 2 * inner, 'select': inner * (rank + 2 * n), 'step': rank * inner + inner,
                'conv': inner * model.linear_conv + inner, 'out': inner * h}
    layer = sum(products.values()) + inner * n + inner + h
    head = model.vocab * h
    counted = sum(layer for _ in range(int(model.layers))) + h + head * (1 if model.tied == 'yes' else 2)
    params = or_else(model.params, counted)
    work = model.layers * (2 * sum(products.values()) + (1 + 2 + 2 + 2) * inner * n) + 2 * head
    state = model.layers * (inner * n + inner * (model.linear_conv - 1)) * i['state_precision'].width
    weights = params * i['precision'].width
    cache = model.layers / 2 * 2 * i['kv_heads'] * i['head_width'] * i['precision'].width
    return {'counted': ('param', counted), 'params': ('param', params), 'weights': ('GB', weights),
            'forward': ('FLOP/token', work), 'state': ('MB/sample', state),
            'intensity': ('FLOP/B', work / (weights + state)), 'even': ('token', state / cache),
            'counted_as_published': (None, near(counted, params))}


RECOMMENDATION = dict(model='DLRM_DCNv2', table_precision='fp32', precision='fp32', batch=2048)
BOTTOM, TOP = [13, 512, 256, 128], [3456, 1024, 1024, 512, 256, 1]


def recommendation(i):
    model = i['model']
    pairs = list(zip(BOTTOM, BOTTOM[1:])) + list(zip(TOP, TOP[1:]))
    width = (model.tables + 1) * model.embedding_dim
    dense = sum(a * b + b for a, b in pairs)
    dense += model.cross_layers * (width * model.cross_rank + model.cross_rank * width + width)
    work = 2 * sum(a * b for a, b in pairs) + model.cross_layers * 4 * width * model.cross_rank
    tables = model.table_rows * model.embedding_dim
    rows = model.lookups * model.embedding_dim
    moved = i['batch'] * rows * i['table_precision'].width
    traffic = moved + dense * i['precision'].width
    return {'params': ('param', tables + dense),
            'weights': ('GB', tables * i['table_precision'].width + dense * i['precision'].width),
            'forward': ('MFLOP/sample', work), 'traffic': ('MB', traffic),
            'intensity': ('FLOP/B', i['batch'] * (work + rows) / traffic),
            'lookup_share': ('%', moved / traffic), 'widths_meet': (None, width == TOP[0])}


CNN = dict(model='ResNet50', precision='fp16', batch=1)


def resnet50():
    """(taps, channels in, channels out, points out) of every product, block by block."""
    yield 49, 3, 64, 112 ** 2
    inputs, side = 64, 56
    for blocks, middle in ((3, 64), (4, 128), (6, 256), (3, 512)):
        for block in range(blocks):
            smaller = side if middle == 64 or block > 0 else side // 2
            yield 1, inputs, middle, side ** 2
            side = smaller
            yield 9, middle, middle, side ** 2
            yield 1, middle, 4 * middle, side ** 2
            if block == 0:
                yield 1, inputs, 4 * middle, side ** 2
            inputs = 4 * middle


def cnn(i):
    model, width = i['model'], i['precision'].width
    layers = list(resnet50())
    params = sum(k * a * b + 2 * b for k, a, b, _ in layers) + 2048 * 1000 + 1000
    work = 2 * (sum(k * a * b * points for k, a, b, points in layers) + 2048 * 1000)
    kept = width * (sum(b * points for _, _, b, points in layers) + 1000)
    traffic = params * width + i['batch'] * 2 * kept
    return {'forward': ('GFLOP/sample', work), 'params': ('param', params), 'weights': ('MB', params * width),
            'activations': ('MB/sample', kept), 'traffic': ('MB', traffic),
            'intensity': ('FLOP/B', i['batch'] * work / traffic),
            'counted_as_published': (None, near(params, model.params)),
            'work_as_published': (None, near(work, model.forward))}


TINY = dict(model='DS_CNN', hw='STM32L4R5', precision='int8', efficiency=0.25, runtime=50e3, slack=10e3,
            rate=1, idle=0.01e-3, time_limit=0.1)


def tiny(i):
    hw, width = i['hw'], i['precision'].width
    layers = [(64, 40, 1, 490, 125)]                          # channels, taps x inputs, in, points
    for _ in range(4):
        layers += [(64, 9, 64, 125, 125), (64, 64, 64, 125, 125)]
    layers += [(12, 64, 64, 1, 1)]
    weights = sum(out * taps for out, taps, *_ in layers)
    biases = sum(out for out, *_ in layers)
    work = 2 * sum(out * taps * points for out, taps, _, _, points in layers)
    live = max(inputs * before + out * after for out, _, inputs, before, after in layers) * width
    flash = weights * width + biases * 4 * width + i['runtime']
    memory = live + i['slack']
    time = work / (hw.get('flops.' + i['words']['precision']) * i['efficiency']) + hw.dispatch
    busy, active = i['rate'] * time, or_else(hw.active_power, hw.tdp)
    return {'params': ('param', weights + biases), 'flash': ('kB', flash), 'memory': ('kB', memory),
            'forward': ('MFLOP/sample', work), 'time': ('ms', time), 'energy': ('mJ/sample', time * active),
            'power': ('mW', i['idle'] + min(busy, 1) * (active - i['idle'])),
            'fits_flash': (None, flash <= or_else(hw.flash, hw.memory_capacity)),
            'fits_memory': (None, memory <= hw.memory_capacity),
            'in_time': (None, time <= i['time_limit']), 'keeps_up': (None, busy <= 1)}


SHEETS = {'decoder': (decoder, DECODER), 'linear_mixer': (linear_mixer, LINEAR_MIXER),
          'encoder': (encoder, ENCODER), 'diffusion': (diffusion, DIFFUSION),
          'state_space': (state_space, STATE_SPACE), 'recommendation': (recommendation, RECOMMENDATION),
          'cnn': (cnn, CNN), 'tiny': (tiny, TINY)}
