#!/usr/bin/env python3
"""make.py: four accelerators, four models and 25 sizes of a batch in all combinations, as lines of a CSV."""
import itertools

print('scenario,hw,model,gpus,batch')
DEVICES = ['A100', 'H100', 'H200', 'B200']
MODELS = {'Llama3_8B': 1, 'Qwen3_32B': 2, 'Llama3_70B': 4, 'Llama3_405B': 4}    # accelerators for each
for device, model, step in itertools.product(DEVICES, MODELS, range(25)):
    print('%s_%s_%d,%s,%s,%d,%d' % (device, model, step, device, model, MODELS[model], 2 ** (step / 2)))
