#!/usr/bin/env python3
"""recalculate.py FILE.xlsx...: LibreOffice opens each workbook, calculates every formula anew, and
each must give the number, word or error that mlsysim wrote into the file, at 1e-12 of the largest
number it reads. Prints a line a file and last `N passed, N failed`; exit 77 without LibreOffice."""
import sys

from excel_live import Office, Tally, cached_values, compare_cache


def main():
    tally = Tally()
    with Office() as office:
        for path in sys.argv[1:]:
            cells, _ = cached_values(path)
            before = tally.failed
            document = office.open(path)
            document.calculateAll()
            compare_cache(document, cells, tally, path)
            document.close(True)
            print('%s: %d formulas recalculated by LibreOffice, %s' % (
                path, len(cells),
                'all agree with mlsysim at 1e-12' if tally.failed == before else
                '%d differ' % (tally.failed - before)))
    print('%d passed, %d failed' % (tally.passed, tally.failed))
    return 1 if tally.failed or not tally.passed else 0


if __name__ == '__main__':
    sys.exit(main())
