#!/usr/bin/env python3
"""walls.py MLSYSIM [--write]: docs/walls.md and README.md have a row for each wall, in order and by its name. The
sheets of the first are all those of `mlsysim list walls`, of the second some of them; each is linked to its file, and
every link of both pages leads to a file or a heading that is there. With --write the sheets are put into docs/walls.md
anew. Last line: N passed, N failed."""
import glob
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, 'docs', 'walls.md')
FRONT = os.path.join(ROOT, 'README.md')
ROW = re.compile(r'^\| (\d+) ([a-z -]+) \| ([^|]*) \|', re.M)
LINK = re.compile(r'\]\(([^)]*)\)')


def told(program):
    """[(number, name, sheets)] as the program lists them."""
    words = [program, 'list', 'walls', '--json', '--templates', os.path.join(ROOT, 'templates'),
             '--registry', os.path.join(ROOT, 'registry')]
    done = subprocess.run(words, capture_output=True, text=True, check=True,
                          env=dict(os.environ, MLSYSIM_OWN='none'))
    return [(wall['wall'], wall['name'], wall['sheets']) for wall in json.loads(done.stdout)['walls']]


def links(sheets, page):
    """The names of sheets, each linked to its file."""
    files = {os.path.basename(path)[:-len('.sheet')]: os.path.relpath(path, os.path.dirname(page))
             for path in glob.glob(ROOT + '/templates/**/*.sheet', recursive=True)}
    return ['[%s](%s)' % (sheet, files[sheet]) for sheet in sheets]


def heading(line):
    """The anchor that a heading gets: lower case, blanks as hyphens, nothing else."""
    return re.sub(r'[^a-z0-9 _-]', '', line.lstrip('# ').lower()).replace(' ', '-')


def leads(link, page):
    """Whether a link of a page leads somewhere; what is in the web is taken as there."""
    path, _, anchor = link.partition('#')
    if path.startswith('https://'):
        return True
    path = os.path.join(os.path.dirname(page), path) if path else page
    if not os.path.exists(path):
        return False
    if not anchor:
        return True
    with open(path, encoding='utf-8') as file:
        return anchor in {heading(line) for line in file if line.startswith('#')}


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def judge(walls, path, whole):
    """What is wrong on a page, and how much was looked at."""
    page = read(path)
    rows = [(int(number), name, sheets.split(', ')) for number, name, sheets in ROW.findall(page)]
    wrong = ['the walls are %s' % [row[:2] for row in rows]] if [row[:2] for row in rows] != \
        [wall[:2] for wall in walls] else []
    for (number, name, sheets), row in zip(walls, rows):
        known = links(sheets, path)
        if row[2] != known if whole else not set(row[2]) <= set(known):
            wrong.append('%d %s: the sheets are %s; run with --write' % (number, name, ', '.join(known)))
    wrong += ['nothing is at %s' % link for link in LINK.findall(page) if not leads(link, path)]
    return [os.path.relpath(path, ROOT) + ': ' + line for line in wrong], 1 + len(walls) + len(LINK.findall(page))


def main():
    walls = told(sys.argv[1])
    if '--write' in sys.argv:
        sheets = {number: ', '.join(links(sheets, PAGE)) for number, _, sheets in walls}
        page = ROW.sub(lambda row: '| %s %s | %s |' % (row[1], row[2], sheets[int(row[1])]), read(PAGE))
        with open(PAGE, 'w', encoding='utf-8') as file:
            file.write(page)
    wrong, count = [], 0
    for path, whole in (PAGE, True), (FRONT, False):
        more, looked = judge(walls, path, whole)
        wrong += more
        count += looked
    print('\n'.join(wrong + ['%d passed, %d failed' % (count - len(wrong), len(wrong))]))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
