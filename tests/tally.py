#!/usr/bin/env python3
"""tally.py TESTLOG.json...: adds up what `meson test` ran.

A test tells its cases by a last line `N passed, N failed`; without one it is one case. Exit status
77 is a skip, the last line says why. Prints a line a test, the output of those that failed, and last
`N passed, N failed`; exit 1 on failure or when nothing ran.
"""
import json
import re
import sys

CASES = re.compile(r'(\d+) passed, (\d+) failed')


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ''


def tally(test):
    """Cases passed, cases failed, words."""
    output = test.get('stdout') or ''
    said = last_line(output)
    found = CASES.fullmatch(said)
    if test['returncode'] == 77:
        return 0, 0, said if said.startswith('skipped') else 'skipped: ' + said
    good = test['result'] in ('OK', 'EXPECTEDFAIL', 'UNEXPECTEDPASS')
    if not found:
        return int(good), int(not good), test['result']
    passed, failed = int(found[1]), int(found[2])
    if not good:
        failed = max(failed, 1)
    return passed, failed, '%d passed, %d failed' % (passed, failed)


def main():
    passed = failed = 0
    for path in sys.argv[1:]:
        with open(path, encoding='utf-8') as file:
            tests = [json.loads(line) for line in file if line.strip()]
        for test in tests:
            good, bad, words = tally(test)
            passed += good
            failed += bad
            name = test['name'].split(' / ')[-1]
            print('    %-20s %7.1f s  %s' % (name, test['duration'], words))
            if bad:
                print((test.get('stdout') or '').rstrip())
                print((test.get('stderr') or '').rstrip())
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


sys.exit(main())
