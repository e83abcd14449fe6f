#!/usr/bin/env python3
"""training_fit.py MLSYSIM SHARED [--cross]: where the fitted numbers of the sheet `training` come from, and how well it
forecasts runs of models and devices that the fit has not seen. Runs the sheet once, takes the parts of
each step apart, and puts them together again with other shares: the same sums as the sheet (it checks
that, at the sheet's defaults). The fit is a robust least squares of the logarithm of the step time, with
a weak pull to the prior of each number; runs of one source, model and device count less each.

Prints the fitted numbers beside the sheet's, then errors in sample; with --cross also with each model left out
in turn, and with each device. Fails when the sheet's numbers forecast worse than fitted ones by half a point.
Exit 77 when SHARED is absent."""
import collections
import math
import os
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import many  # noqa: E402
import measured_check as measured  # noqa: E402

# input of the sheet, its factor to base units, the prior, its width as a logarithm
NUMBERS = [
    ('work.efficiency', 0.01, 95, 0.10), ('work.tuned_share', 0.01, 80, 0.25),
    ('work.portable_share', 0.01, 80, 0.25), ('work.power_knee', 1e-12, 0.62, 0.12),
    ('work.power_slope', 1, 0.8, 0.4), ('work.expert_share', 0.01, 70, 0.3),
    ('work.expert_share_low', 0.01, 70, 0.3), ('work.norm_bytes', 1, 60, 0.5),
    ('work.score_bytes', 1, 28, 0.5), ('work.cast_bytes', 1, 12, 0.7),
    ('work.eager_launch', 1e-3, 1, 0.8), ('work.expert_launch', 1e-3, 1, 0.8),
    ('traffic.tensor_exposed', 0.01, 80, 0.15)]
SCALE, KNEE = 0.10, 0.15        # of residuals, and where they stop counting by their square


class Run:
    """One measured run: the parts of its step with every fitted number taken out."""

    def __init__(self, row, cells):
        def si(path):
            cell = cells[path]
            return cell['value'] if cell['si'] is None else cell['si']

        self.row, self.measured = row, float(row['measured_step_s'])
        self.device, self.model = row['dev'], row['model']
        self.group = (row['family'][:14], row['model'], row['dev'])
        self.sheet = si('step_time')
        eff, power = si('work.efficiency'), si('work.power')
        self.watts = si('hw.tdp') / si('hw.flops.bf16') if si('hw.tdp') is not None else None
        work = si('work.passes') * si('work.tokens') / si('work.tensor') / (si('work.rate') / eff / power)
        self.dense = work * (si('work.parts.linear_flops') - si('work.expert_flops'))
        self.experts = work * si('work.expert_flops')
        self.low = si('precision.width') < 2
        self.logits = si('work.logits_time') * eff * power
        self.kernel = cells['kernel']['value']
        self.scores = si('work.score_time') * (eff * power if self.kernel == 'plain'
                                               else si('work.%s_share' % self.kernel))
        self.norm = si('work.norm_time') / si('work.norm_bytes')
        self.softmax = si('work.softmax_time') / si('work.score_bytes')
        self.cast = si('work.cast_time') / si('work.cast_bytes')
        self.route = si('work.route_time')
        self.layers, self.moe = si('model.layers'), si('work.parts.expert_layers')
        self.eager = cells['code']['value'] == 'eager'
        self.layer_launch = 0 if self.eager else si('work.layer_launch') * self.layers
        self.tensor = (si('traffic.tensor_time') + si('traffic.context_time')) / si('traffic.tensor_exposed')
        self.to_experts = si('traffic.expert_time')
        self.pipeline, self.longest = si('pipeline'), si('longest')
        self.levelled, self.levelled_syncs = si('levelled'), si('levelled_syncs')
        self.stretch, self.stage_share = si('schedule.stretch'), si('stage_share')
        self.microbatches, self.hop = si('microbatches'), si('traffic.hop_time')
        self.sync, self.overlap = si('sync.time'), si('overlap')
        self.window = 1 - 1 / si('work.passes') if si('zero') == 0 else 1
        self.rounds = self.microbatches if si('zero') >= 2 else 1
        self.rest = si('update_time') + si('fixed_time')
        self.straggle = 1 + si('straggle_time') / si('smooth_time')

    def step(self, x):
        """The step time with the numbers x, in the order of NUMBERS."""
        (eff, tuned, portable, knee, slope, expert, expert_low, norm, score, cast, eager, expert_launch,
         exposed) = x
        power = 1 if self.watts is None else min(1, self.watts / knee) ** slope
        fast = eff * power
        attention = {'plain': fast, 'tuned': tuned, 'portable': portable}[self.kernel]
        layers = ((self.dense + self.experts / (expert_low if self.low else expert)) / fast
                  + self.scores / attention + self.norm * norm + self.softmax * score + self.cast * cast
                  + self.route + self.layer_launch + self.moe * expert_launch
                  + (eager * self.layers if self.eager else 0))
        logits = self.logits / fast
        one, whole = layers / self.layers, self.longest
        if whole * self.pipeline == self.layers:
            busiest = whole * one + logits
        else:
            busiest = max(whole * one, (whole - 1) * one + logits)
        even = (layers + logits) / self.pipeline
        stage = (even + (1 - self.levelled) * (busiest - even)
                 + (self.tensor * exposed + self.to_experts) * self.stage_share)
        left = self.sync - self.overlap * min(self.sync, stage * self.window)
        smooth = (stage * self.microbatches * (1 + self.stretch) + self.hop * self.microbatches
                  + left * self.rounds + self.rest)
        return smooth * self.straggle


def solve(matrix, right):
    """Gauss with pivots: x of matrix x = right."""
    rows = [list(row) + [value] for row, value in zip(matrix, right)]
    size = len(rows)
    for at in range(size):
        best = max(range(at, size), key=lambda one: abs(rows[one][at]))
        rows[at], rows[best] = rows[best], rows[at]
        for below in range(at + 1, size):
            factor = rows[below][at] / rows[at][at]
            rows[below] = [a - factor * b for a, b in zip(rows[below], rows[at])]
    x = [0.0] * size
    for at in reversed(range(size)):
        x[at] = (rows[at][size] - sum(rows[at][k] * x[k] for k in range(at + 1, size))) / rows[at][at]
    return x


def fit(runs):
    """The numbers that fit the runs, in the units of NUMBERS times their factor."""
    prior = [math.log(mean * factor) for _, factor, mean, _ in NUMBERS]
    width = [one[3] for one in NUMBERS]
    counts = collections.Counter(run.group for run in runs)
    weights = [1 / math.sqrt(counts[run.group]) for run in runs]
    mean = statistics.mean(weights)
    z, damping = list(prior), 1e-2

    def residuals(at):
        x = [math.exp(one) for one in at]
        return [math.log(run.step(x) / run.measured) for run in runs]

    def cost(at):
        total = sum(((a - b) / c) ** 2 / 2 for a, b, c in zip(at, prior, width))
        for off, weight in zip(residuals(at), weights):
            off = abs(off)
            total += weight / mean / SCALE ** 2 * (off * off / 2 if off <= KNEE else KNEE * (off - KNEE / 2))
        return total

    now = cost(z)
    for _ in range(40):
        base, slopes = residuals(z), []
        for at in range(len(z)):
            moved = list(z)
            moved[at] += 1e-4
            slopes.append([(b - a) / 1e-4 for a, b in zip(base, residuals(moved))])
        pull = [weight / mean / SCALE ** 2 * min(1, KNEE / max(abs(off), 1e-9))
                for off, weight in zip(base, weights)]
        curve = [[sum(p * a * b for p, a, b in zip(pull, one, two)) for two in slopes] for one in slopes]
        slope = [-sum(p * a * b for p, a, b in zip(pull, one, base)) - (here - there) / wide ** 2
                 for one, here, there, wide in zip(slopes, z, prior, width)]
        for at, wide in enumerate(width):
            curve[at][at] += 1 / wide ** 2
        while damping < 1e6:
            damped = [[value * (1 + damping) if row == at else value for at, value in enumerate(line)]
                      for row, line in enumerate(curve)]
            tried = [a + max(-0.7, min(0.7, b)) for a, b in zip(z, solve(damped, slope))]
            after = cost(tried)
            if after < now:
                break
            damping *= 5
        else:
            break
        done, z, now, damping = now - after < 1e-5 * now, tried, after, damping / 4
        if done:
            break
    return [math.exp(one) for one in z]


def report(title, pairs):
    off = measured.errors(pairs)
    print('%-34s %4d  mean %5.1f %%  median %5.1f %%  within 10 %% %3.0f %%  within 20 %% %3.0f %%' % (
        title, len(pairs), statistics.mean(off), statistics.median(off),
        100 * sum(one <= 10 for one in off) / len(off), 100 * sum(one <= 20 for one in off) / len(off)))


def left_out(runs, key):
    """Forecasts of every run by a fit without the runs of the same key."""
    pairs = []
    for name in sorted({getattr(run, key) for run in runs}):
        x = fit([run for run in runs if getattr(run, key) != name])
        pairs += [(run.step(x), run.measured, run) for run in runs if getattr(run, key) == name]
    return pairs


def main():
    program, shared = sys.argv[1:3]
    if not os.path.isdir(os.path.join(shared, 'measured')):
        print('skipped: measurements (no shared folder)')
        return 77
    rows = {row['id']: row for row in measured.runs(shared)}
    found, _ = many.run(program, 'training', [(name, measured.settings(row)) for name, row in rows.items()])
    runs = [Run(rows[name], cells) for name, cells in found.items()]
    cells = next(iter(found.values()))
    sheet = [cells[name]['si'] if cells[name]['si'] is not None else cells[name]['value']
             for name, _, _, _ in NUMBERS]
    far = max(abs(run.step(sheet) / run.sheet - 1) for run in runs)
    x = fit(runs)
    for (name, factor, _, _), new, old in zip(NUMBERS, x, sheet):
        print('%-24s fitted %-8.3g sheet %.3g' % (name, new / factor, old / factor))
    ours, best = ([(run.step(numbers), run.measured) for run in runs] for numbers in (sheet, x))
    report('at the sheet\'s numbers', ours)
    report('fitted to all', best)
    for key in ('model', 'device') if '--cross' in sys.argv else ():
        pairs = left_out(runs, key)
        report('each %s left out in turn' % key, [pair[:2] for pair in pairs])
        for kind, wanted in (('dense', False), ('experts', True)):
            report('... %s' % kind, [pair[:2] for pair in pairs if (pair[2].moe > 0) == wanted])
    medians = [statistics.median(measured.errors(pairs)) for pairs in (ours, best)]
    good = far < 1e-9 and medians[0] <= medians[1] + 0.5
    print('%d passed, %d failed' % (good, not good))
    return not good


if __name__ == '__main__':
    sys.exit(main())
