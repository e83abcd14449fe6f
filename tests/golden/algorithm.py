"""Expected values of templates/algorithm: the best split of work by trying sizes, not by the closed form, so
that the sheets' formulas are checked by another way. Part of independent.py, which reads facts and inputs;
every function takes them as a dictionary."""
import math


def lowest(cost, low, high):
    """Where a cost with one valley is lowest, by thirds."""
    for _ in range(400):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if cost(a) < cost(b) else (a, high)
    return (low + high) / 2


def parts(law, size, tokens):
    return law.size_scale * size ** -law.size_power, law.token_scale * tokens ** -law.token_power


LOSS = dict(law='Besiroglu2024', size=70e9, tokens=1400e9)


def loss(i):
    of_size, of_tokens = parts(i['law'], i['size'], i['tokens'])
    total = i['law'].floor + of_size + of_tokens
    return {'of_size': ('', of_size), 'of_tokens': ('', of_tokens), 'total': ('', total),
            'perplexity': ('', math.exp(total))}


SCALING_LAW = dict(budget=576e21, split='rule', ratio=20, fixed_size=70e9, law='Besiroglu2024')


def scaling_law(i):
    law, pairs = i['law'], i['budget'] / 6
    size = {'rule': math.sqrt(pairs / i['ratio']), 'fixed': i['fixed_size']}[i['words']['split']]
    above = sum(parts(law, size, pairs / size))
    return {'size': ('Bparam', size), 'tokens': ('Btoken', pairs / size),
            'each': ('token/param', pairs / size ** 2), 'loss': ('', law.floor + above)}


INFERENCE_AWARE = dict(law='Besiroglu2024', size=70e9, used=10e12, weight=1)


def inference_aware(i):
    law, used = i['law'], i['used'] * i['weight']
    even = math.log(law.size_power * law.size_scale) - law.size_power * math.log(i['size'])
    tokens = math.exp((math.log(law.token_power * law.token_scale) - even) / law.token_power)
    above = sum(parts(law, i['size'], tokens))

    def trained(share):
        return (law.token_scale / (above * (1 - share))) ** (1 / law.token_power)

    def weights(share):
        return (law.size_scale / (above * share)) ** (1 / law.size_power)

    def cost(share):
        return weights(share) * (6 * trained(share) + 2 * used)

    share = lowest(cost, 1e-9, 1 - 1e-9)
    plain = i['size'] * (6 * tokens + 2 * used)
    return {'loss': ('', law.floor + above), 'saved': ('%', 1 - cost(share) / plain)}


COMPRESSION = dict(hw='H100', model='Llama3_8B', precision='fp16', code=0.5, block=128, scale=2, zero=0,
                   outer='yes', pruned=0, index=0, products='fp16', sparse_gain=1, tokens=1)


def compression(i):
    weights, width, hw = i['model'].params, i['precision'].width, i['hw']
    outer = 0
    if i['words']['outer'] == 'no':
        outer = i['model'].vocab * i['model'].hidden * (1 if i['model'].tied == 'yes' else 2)
    held = outer * width
    for share in (i['code'], (i['scale'] + i['zero']) / i['block'], i['index']):    # B a weight
        held += (weights - outer) * (1 - i['pruned']) * share
    work = 2 * weights * i['tokens']

    def time(held, word, gain):
        return max(work / (hw.get('flops.' + i['words'][word]) * gain), held / hw.memory_bandwidth)

    return {'before': ('GB', weights * width), 'after': ('GB', held), 'ratio': ('', weights * width / held),
            'saved': ('%', 1 - held / (weights * width)), 'speedup':
            ('', time(weights * width, 'precision', 1) / time(held, 'products', i['sparse_gain']))}


LOW_RANK = dict(model='Llama3_8B', rank=16, incoming=4096, outgoing=4096, frozen=2, trained=16, hw='H100')


def low_rank(i):
    m, rank = i['model'], i['rank']
    sides = [m.heads * m.head_dim, m.kv_heads * m.head_dim, m.kv_heads * m.head_dim, m.heads * m.head_dim,
             m.ffn, m.ffn, m.ffn]
    trained = m.layers * sum(rank * m.hidden + rank * side for side in sides)
    held = m.params * i['frozen'] + trained * i['trained']
    return {'one': ('param', rank * i['incoming'] + rank * i['outgoing']), 'params': ('param', trained),
            'share': ('%', trained / m.params), 'held': ('GB', held),
            'fewer': ('', m.params * i['trained'] / held), 'fits': (None, held <= i['hw'].memory_capacity)}


SHEETS = {'loss': (loss, LOSS), 'scaling_law': (scaling_law, SCALING_LAW),
          'inference_aware': (inference_aware, INFERENCE_AWARE), 'compression': (compression, COMPRESSION),
          'low_rank': (low_rank, LOW_RANK)}
