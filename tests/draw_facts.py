#!/usr/bin/env python3
"""draw_facts.py SEED COUNT: so many facts of state verified, drawn at random from registry/*.csv, to be read
again at their sources. The same seed draws the same facts from the same files. One CSV line a fact, with
the title and the address of its source. docs/facts_reread.md holds what was found the last time."""
import csv
import glob
import os
import random
import sys

REGISTRY = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'registry')
COLUMNS = ['place', 'item', 'field', 'value', 'unit', 'title', 'url', 'locator', 'note']


def read(path):
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def verified():
    """Every verified fact, in the order of the files' names and lines."""
    for path in sorted(glob.glob(os.path.join(REGISTRY, '*.csv'))):
        for number, row in enumerate(read(path), 2):
            if row.get('state') == 'verified':
                yield {**row, 'place': f'{os.path.basename(path)}:{number}'}


def main(seed, count):
    facts = list(verified())
    sources = {row['key']: row for row in read(os.path.join(REGISTRY, 'sources.csv'))}
    drawn = random.Random(seed).sample(facts, count)
    print(f'# seed {seed}: {count} of {len(facts)} verified facts')
    out = csv.DictWriter(sys.stdout, COLUMNS, extrasaction='ignore', lineterminator='\n')
    out.writeheader()
    for fact in sorted(drawn, key=facts.index):
        source = sources[fact['source']]
        out.writerow({**fact, 'title': source['title'], 'url': source['url']})


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(int(sys.argv[1]), int(sys.argv[2]))
