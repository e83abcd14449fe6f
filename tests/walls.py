#!/usr/bin/env python3
"""walls.py MLSYSIM [--write]: docs/walls.md has a row for each wall, in order and by its name, whose sheets are
those of `mlsysim list walls`, each linked to its file; every link of the page leads to a file or a heading that is
there. With --write the sheets of the rows are put into the page anew. Last line: N passed, N failed."""
import glob
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCS = os.path.join(ROOT, 'docs')
PAGE = os.path.join(DOCS, 'walls.md')
ROW = re.compile(r'^\| (\d+) ([a-z -]+) \| ([^|]*) \|', re.M)
LINK = re.compile(r'\]\(([^)]*)\)')


def told(program):
    """[(number, name, sheets)] as the program lists them."""
    words = [program, 'list', 'walls', '--json', '--templates', os.path.join(ROOT, 'templates'),
             '--registry', os.path.join(ROOT, 'registry')]
    done = subprocess.run(words, capture_output=True, text=True, check=True,
                          env=dict(os.environ, MLSYSIM_OWN='none'))
    return [(wall['wall'], wall['name'], wall['sheets']) for wall in json.loads(done.stdout)['walls']]


def links(sheets):
    files = {os.path.basename(path)[:-len('.sheet')]: os.path.relpath(path, DOCS)
             for path in glob.glob(ROOT + '/templates/**/*.sheet', recursive=True)}
    return ', '.join('[%s](%s)' % (sheet, files[sheet]) for sheet in sheets) or 'none'


def heading(line):
    """The anchor that a heading gets: lower case, blanks as hyphens, nothing else."""
    return re.sub(r'[^a-z0-9 _-]', '', line.lstrip('# ').lower()).replace(' ', '-')


def leads(link):
    """Whether a link of the page leads somewhere; what is in the web is taken as there."""
    path, _, anchor = link.partition('#')
    if path.startswith('https://'):
        return True
    path = os.path.join(DOCS, path) if path else PAGE
    if not os.path.exists(path):
        return False
    if not anchor:
        return True
    with open(path, encoding='utf-8') as file:
        return anchor in {heading(line) for line in file if line.startswith('#')}


def main():
    walls = told(sys.argv[1])
    with open(PAGE, encoding='utf-8') as file:
        page = file.read()
    if '--write' in sys.argv:
        sheets = {number: links(sheets) for number, _, sheets in walls}
        page = ROW.sub(lambda row: '| %s %s | %s |' % (row[1], row[2], sheets[int(row[1])]), page)
        with open(PAGE, 'w', encoding='utf-8') as file:
            file.write(page)
    rows = [(int(number), name, sheets) for number, name, sheets in ROW.findall(page)]
    wrong = ['the walls are %s' % [row[:2] for row in rows]] if [row[:2] for row in rows] != \
        [wall[:2] for wall in walls] else []
    wrong += ['%d %s: the sheets are %s; run with --write' % (number, name, links(sheets))
              for (number, name, sheets), row in zip(walls, rows) if row[2] != links(sheets)]
    wrong += ['nothing is at %s' % link for link in LINK.findall(page) if not leads(link)]
    for line in wrong:
        print('docs/walls.md: ' + line)
    print('%d passed, %d failed' % (1 + len(walls) + len(LINK.findall(page)) - len(wrong), len(wrong)))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
