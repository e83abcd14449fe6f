#!/usr/bin/env python3
"""make.py MLSYSIM [--letter FOLDER]: the pictures of docs/gallery.md: pages of three workbooks, as LibreOffice prints them.

Needs localc, pdftoppm, pdftotext and Pillow; exit 77 when one is absent. With --letter the same pages on US Letter go to
FOLDER, to be looked at: a workbook says A4, and who prints on Letter changes that in the page set-up."""
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

try:
    from PIL import Image
except ImportError:
    print('skipped: this python has no Pillow')
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Workbook: worksheets, each with the number of its page among those of the worksheet.
PAGES = {
    'monthly_tco': [('cover', 1), ('inputs', 1), ('runs', 1), ('plan', 1), ('charts', 1), ('charts', 5)],
    'training': [('cover', 1), ('scenarios', 1), ('training', 3), ('charts', 1), ('charts', 3), ('checks', 1)],
    'roofline': [('cover', 1), ('inputs', 1), ('roofline', 1), ('charts', 1), ('sources', 1), ('log', 1)],
}
DPI, COLOURS = 84, 96
A4, LETTER = b'paperSize="9"', b'paperSize="1"'


def need(program):
    if not shutil.which(program):
        print('skipped: %s is not installed' % program)
        sys.exit(77)


def export(program, sheet, path):
    inputs = os.path.join(ROOT, 'examples', sheet + '.csv')
    done = subprocess.run([program, 'run', sheet, inputs, '-o', path], stdout=subprocess.DEVNULL)
    if done.returncode not in (0, 1):
        sys.exit('%s: no workbook' % sheet)


def on_letter(path):
    kept = path + '.a4'
    os.rename(path, kept)
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(A4, LETTER))


def printed(path, folder):
    subprocess.run(['soffice', '--headless', '--norestore', '-env:UserInstallation=file://%s/profile' % folder,
                    '--convert-to', 'pdf', '--outdir', folder, path], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=600)
    return path[:-5] + '.pdf'


def pages_of(pdf):
    """Worksheet of each page: its footer begins with the name."""
    text = subprocess.run(['pdftotext', '-layout', pdf, '-'], check=True, capture_output=True, text=True).stdout
    return [page.split('\n')[-1].split()[0] if page else 'empty' for page in map(str.strip, text.split('\f')[:-1])]


def number_of(tabs, tab, nth):
    found = [number for number, name in enumerate(tabs, 1) if name == tab]
    if len(found) < nth:
        sys.exit('%s has %d pages' % (tab, len(found)))
    return found[nth - 1]


def draw(pdf, number, path):
    subprocess.run(['pdftoppm', '-r', str(DPI), '-f', str(number), '-l', str(number), '-singlefile', '-png', pdf,
                    path[:-4]], check=True)
    with Image.open(path) as image:
        few = image.convert('RGB').quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main():
    for program in 'soffice', 'pdftoppm', 'pdftotext':
        need(program)
    letter = sys.argv[3] if '--letter' in sys.argv else None
    target = letter or HERE
    os.makedirs(target, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for sheet, pages in PAGES.items():
            path = os.path.join(folder, sheet + '.xlsx')
            export(os.path.abspath(sys.argv[1]), sheet, path)
            if letter:
                on_letter(path)
            pdf = printed(path, folder)
            tabs = pages_of(pdf)
            print('%s: %d pages, %d of them empty' % (sheet, len(tabs), tabs.count('empty')))
            for tab, nth in pages:
                name = '%s_%s%s.png' % (sheet, tab, '' if nth == 1 else nth)
                draw(pdf, number_of(tabs, tab, nth), os.path.join(target, name))
                print('  %s: %d kB' % (name, os.path.getsize(os.path.join(target, name)) // 1000))


main()
