#!/usr/bin/env python3
"""same_bytes.py PROGRAM HOST: what the program writes is the same bytes wherever it runs.
same_bytes.py PROGRAM --against COMMAND: the same as another build of the program writes.

Every template and example in every form (screen, .xlsx, .json, .csv, .md), and check, why, list,
show, schema, step, format and wrong inputs: first in one setting, then in five languages, five time
zones and five working folders, so combined that each pair of them occurs (five times all templates,
else FEW of them), each time with another umask, home, user, host and folder for temporary files. No
output may name any of these. HOST is tests/host.c, a program that has taken the user's language
before it calls the library.
Last line: N passed, N failed; exit 77 when the languages cannot be made.
"""
import glob
import io
import os
import socket
import subprocess
import sys
import tempfile
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MARK = 'qzmark'  # part of every name that no output may hold
LANGUAGES = {'de_DE': ',', 'fr_FR': ',', 'tr_TR': ',', 'hi_IN': '.', 'ja_JP': '.'}
ZONES = ['UTC', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']
FOLDERS = ['plain', 'with blank', 'gr\u00fc\u00dfe \u8a08\u7b97', 'a/b/c/d', 'dot.sheet']
FEW = ['monthly_tco', 'roofline', 'training']
FORMS = ['xlsx', 'json', 'csv', 'md']
WRONG = ['sheet wrong', 'input hw = H1000 in hardware', 'a [GB] = 3 [s] + nothing',
         'output b = 1 +']


def all_sheets():
    files = glob.glob(f'{ROOT}/templates/**/*.sheet', recursive=True)
    return sorted(os.path.basename(file)[:-6] for file in files)


def commands(names):
    """Name, words, files written. Relative files are made by prepare()."""
    for name in names:
        given = os.path.exists(f'{ROOT}/examples/{name}.csv')
        for inputs in [[], [f'{name}.csv']] if given else [[]]:
            files = [f'{name}_{len(inputs)}.{form}' for form in FORMS]
            outputs = [word for file in files for word in ('-o', file)]
            yield f'run {name} {len(inputs)}', ['run', name, *inputs, '--all', *outputs], files
    yield 'run csv excel-eu', ['run', 'roofline', '--csv', 'excel-eu', '-o', 'eu.csv'], ['eu.csv']
    yield 'run json', ['run', 'training', 'training.csv', '--json'], []
    yield 'run wrong inputs', ['run', 'training', 'wrong.csv'], []
    yield 'run wrong set', ['run', 'roofline', '--set', 'hw=H1000', '--set', 'batch=1,5'], []
    yield 'run no sheet', ['run', 'trainin'], []
    yield 'run no folder', ['run', 'training', '--templates', 'nowhere'], []
    yield 'run no file', ['run', 'training', 'nowhere.csv'], []
    yield 'check', ['check', 'training', 'monthly_tco', '--strict'], []
    yield 'check json', ['check', 'training', '--json'], []
    yield 'check wrong', ['check', 'wrong.sheet'], []
    yield 'why', ['why', 'training', 'step_time', 'training.csv'], []
    yield 'why json', ['why', 'training', 'step_time', '--json'], []
    for line in ('list', 'list hardware', 'list units --json', 'list functions', 'list sources',
                 'list sheets --json', 'show hardware/H100', 'schema training', 'step roofline',
                 'man', 'help run'):
        yield line, line.split(), []
    yield 'format', ['format', 'loose.sheet', 'wrong.sheet'], ['loose.sheet']


def prepare(folder):
    os.makedirs(folder, exist_ok=True)
    for inputs in glob.glob(f'{ROOT}/examples/*.csv'):
        with open(inputs, 'rb') as file, open(f'{folder}/{os.path.basename(inputs)}', 'wb') as copy:
            copy.write(file.read())
    texts = {'wrong.sheet': '\n'.join(WRONG) + '\n',
             'wrong.csv': 'name,unit,base\ngpu,,8\nhw,,H1000\ngpus,,"1,5"\n',
             'loose.sheet': 'sheet loose\ninput  x = 1 in 0..9\noutput  y=x*3\n'}
    for name, text in texts.items():
        with open(f'{folder}/{name}', 'w', encoding='utf-8') as file:
            file.write(text)


def call(program, words, folder, environment, umask):
    done = subprocess.run([*program, *words], cwd=folder, env=environment, timeout=300, umask=umask,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout, done.stderr


def outputs(program, names, folder, environment, umask=0o022):
    """Name of an output to its bytes."""
    prepare(folder)
    told = {}
    for name, words, files in commands(names):
        status, out, err = call(program, words, folder, environment, umask)
        told[name] = b'%d\n%s\n%s' % (status, out, err)
        for file in files:
            with open(f'{folder}/{file}', 'rb') as written:
                told[f'{name}: {file}'] = written.read()
    return told


def parts(content):
    """The bytes, or those of every file in a workbook."""
    if content[:2] != b'PK':
        return [content]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return [book.read(name) for name in book.namelist()]


class Judge:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, good, about=''):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print(f'FAIL {name}: {about}')

    def same(self, name, told, first):
        for key in told:
            self.check(f'{name}: {key}', told[key] == first[key],
                       f'{first[key][:300]!r} became {told[key][:300]!r}')

    def quiet(self, name, told, words):
        for key, content in told.items():
            held = [word for word in words if any(word.encode() in part for part in parts(content))]
            self.check(f'{name}: {key} holds no names', not held, held)

    def finish(self):
        print(f'{self.passed} passed, {self.failed} failed')
        sys.exit(1 if self.failed or not self.passed else 0)


def make_languages():
    """Once, in build/locale; None where localedef or its sources are missing."""
    place = f'{ROOT}/build/locale'
    os.makedirs(place, exist_ok=True)
    for language in LANGUAGES:
        target = f'{place}/{language}.UTF-8'
        if os.path.isdir(target):
            continue
        try:
            words = ['localedef', '-i', language, '-f', 'UTF-8', target]
            subprocess.run(words, capture_output=True)
        except OSError:
            pass
        if not os.path.isdir(target):
            return None
    return place


def settings(temporary, place):
    """Name, sheets, folder, environment, umask: a Latin square of languages, zones and folders."""
    for i, language in enumerate(LANGUAGES):
        for k, zone in enumerate(ZONES):
            own = f'{temporary}/{MARK}{i}{k}'
            folder = f'{own}/{FOLDERS[(i + k) % 5]}'
            os.makedirs(f'{own}/tmp')
            environment = {'PATH': os.environ['PATH'], 'MLSYSIM_PATH': ROOT, 'LOCPATH': place,
                           'LC_ALL': f'{language}.UTF-8', 'LANG': f'{language}.UTF-8',
                           'LANGUAGE': language[:2], 'TZ': zone, 'HOME': f'{own}/home',
                           'USER': f'{MARK}user{i}', 'LOGNAME': f'{MARK}user{i}',
                           'HOSTNAME': f'{MARK}host{k}', 'TMPDIR': f'{own}/tmp'}
            umask = [0o022, 0o077, 0o002][(i + k) % 3]
            yield f'{language} {zone}', all_sheets() if i == k else FEW, folder, environment, umask


def host_outputs(host, folder, environment):
    words = [f'{ROOT}/templates', f'{ROOT}/registry', 'monthly_tco']
    return {f'host {form}': b'%d\n%s\n%s' % call([host], [*words, form], folder, environment, 0o022)
            for form in ['text', *FORMS]}


def everywhere(judge, program, host):
    place = make_languages()
    if not place:
        print('skipped: localedef or the sources of languages (Debian: locales) are not installed')
        sys.exit(77)
    plain = {'PATH': os.environ['PATH'], 'MLSYSIM_PATH': ROOT, 'LC_ALL': 'C', 'TZ': 'UTC'}
    with tempfile.TemporaryDirectory() as temporary:
        first = outputs([program], all_sheets(), f'{temporary}/first', plain)
        for key in [key for key in first if key.startswith('run ') and ': ' in key]:
            judge.check(f'{key} is there', len(first[key]) > 50, first[key])
        of_host = host_outputs(host, f'{temporary}/first', plain)
        words = [MARK, ROOT, temporary] + [name for name in [socket.gethostname()] if len(name) > 5]
        judge.quiet('first', first, words)
        for name, sheets, folder, environment, umask in settings(temporary, place):
            told = outputs([program], sheets, folder, environment, umask)
            judge.same(name, told, first)
            judge.quiet(name, told, words)
            judge.same(f'{name}, host', host_outputs(host, folder, environment), of_host)
            language = environment['LC_ALL']
            said = call([host], ['--half'], folder, environment, umask)
            half = f'0{LANGUAGES[language[:5]]}5'
            judge.check(f'{language} is in force', said == (0, half.encode(), b''), said)
            left = os.listdir(environment['TMPDIR'])
            judge.check(f'{name}: no temporary file is left', not left, left)


def against(judge, program, command):
    plain = dict(os.environ, MLSYSIM_PATH=ROOT, LC_ALL='C', TZ='UTC')
    there = dict(plain, MLSYSIM_PATH=('Z:' if 'wine' in command else '') + ROOT)
    with tempfile.TemporaryDirectory() as temporary:
        first = outputs([program], all_sheets(), f'{temporary}/first', plain)
        told = outputs(command.split(), all_sheets(), f'{temporary}/second', there)
        judge.same(os.path.basename(command), told, first)


def main():
    judge = Judge()
    program = os.path.abspath(sys.argv[1])
    if sys.argv[2] == '--against':
        against(judge, program, sys.argv[3])
    else:
        everywhere(judge, program, os.path.abspath(sys.argv[2]))
    judge.finish()


main()
