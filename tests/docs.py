#!/usr/bin/env python3
"""docs.py MLSYSIM [--write] [FILE.md...]: what the documents show is what happens.

In README.md, docs/*.md and the pages below examples/ (or FILE.md) a block

    ```sheet            is saved as NAME.sheet (its first line is `sheet NAME ...`) and checked
    ```csv FILE.csv     is saved under that name
    ```console          holds commands after `$ ` and, below each, exactly what it prints

Commands run in a temporary folder that has the tree's examples/, templates/, registry/ and build/mlsysim, where
pkg-config finds the library that was built beside it; files of a document stay there for its later blocks. With --write the outputs are put into the documents anew.
Prints differences and last `N passed, N failed`."""
import glob
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLOCK = re.compile(r'^```(sheet|csv|console)(?: +(\S+))?\n(.*?)^```$', re.M | re.S)


class Desk:
    """A folder to work in, and the tally."""

    def __init__(self, program, folder):
        self.folder = folder
        self.passed = self.failed = 0
        for name in 'examples', 'templates', 'registry':
            os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
        os.mkdir(os.path.join(folder, 'build'))
        os.symlink(os.path.abspath(program), os.path.join(folder, 'build', 'mlsysim'))
        self.environment = dict(os.environ, NO_COLOR='1', LC_ALL='C.UTF-8')
        self.environment['PATH'] = os.path.join(folder, 'build') + os.pathsep + os.environ['PATH']
        self.environment.pop('MLSYSIM_PATH', None)
        self.environment['MLSYSIM_OWN'] = 'none'
        self.find_library(os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(program))), 'lib'))

    def find_library(self, built):
        """As if it were installed: programs of the documents are compiled and run. One that uses a
        sanitized library has to be sanitized itself."""
        with open(os.path.join(built, 'libmlsysim.so'), 'rb') as file:
            sanitize = ' -fsanitize=address,undefined' if b'__asan_init' in file.read() else ''
        self.save('build/mlsysim.pc', 'Name: mlsysim\nDescription: as built\nVersion: 0\n'
                  'Cflags: -I%s\nLibs: -L%s -lmlsysim%s\n' % (os.path.join(ROOT, 'include'), built, sanitize))
        self.environment['PKG_CONFIG_PATH'] = os.path.join(self.folder, 'build')
        self.environment['LD_LIBRARY_PATH'] = built

    def run(self, command):
        done = subprocess.run(['sh', '-c', command], cwd=self.folder, env=self.environment, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout.decode()

    def save(self, name, text):
        with open(os.path.join(self.folder, name), 'w', encoding='utf-8') as file:
            file.write(text)

    def verdict(self, good, text):
        self.passed += good
        self.failed += not good
        if not good:
            print(text)


def sheet(desk, where, text):
    name = text.split()[1]
    desk.save(name + '.sheet', text)
    said = desk.run('mlsysim check %s.sheet --templates .' % name)
    desk.verdict('all units agree' in said, '%s: sheet %s: %s' % (where, name, said))


def console(desk, where, text):
    """The block as it should be."""
    parts = re.split(r'^(\$ .*(?:\\\n.*)*)\n', text, flags=re.M)
    fresh = parts[0]
    for command, told in zip(parts[1::2], parts[2::2]):
        said = desk.run(command[2:])
        desk.verdict(said == told, '%s: %s\n--- shown\n%s--- happens\n%s' % (where, command, told, said))
        fresh += command + '\n' + said
    return fresh


def document(desk, path, write):
    with open(path, encoding='utf-8') as file:
        text = file.read()

    def block(match):
        kind, name, body = match.groups()
        where = '%s:%d' % (os.path.relpath(path, ROOT), text.count('\n', 0, match.start()) + 1)
        if kind == 'sheet':
            sheet(desk, where, body)
        elif kind == 'csv' and name:
            desk.save(name, body)
        elif kind == 'console':
            body = console(desk, where, body)
        return '```%s%s\n%s```' % (kind, ' ' + name if name else '', body)

    fresh = BLOCK.sub(block, text)
    if write and fresh != text:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(fresh)
        print('%s: written' % os.path.relpath(path, ROOT))


def main():
    words = [word for word in sys.argv[1:] if word != '--write']
    paths = words[1:] or [os.path.join(ROOT, 'README.md')] + sorted(
        glob.glob(ROOT + '/docs/*.md') + glob.glob(ROOT + '/examples/**/*.md', recursive=True))
    passed = failed = 0
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            desk = Desk(words[0], folder)
            document(desk, path, '--write' in sys.argv)
            passed += desk.passed
            failed += desk.failed
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
