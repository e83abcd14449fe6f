#!/usr/bin/env python3
"""The corpora of tests/fuzz through every target: what fuzzing found once is not there again.

    python3 tests/fuzz_replay.py FUZZ

FUZZ is tests/fuzz as any compiler builds it. Prints "N passed, N failed".
"""
import pathlib
import subprocess
import sys

CORPUS = pathlib.Path(__file__).resolve().parent / "fuzz" / "corpus"
MOST = 300000  # bytes of all, so that the tree stays small


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    passed = failed = size = 0
    for folder in sorted(CORPUS.iterdir()):
        files = sorted(folder.iterdir())
        size += sum(file.stat().st_size for file in files)
        whole = subprocess.run([sys.argv[1], folder.name, *files], capture_output=True, timeout=600)
        for file in files if whole.returncode else []:  # which one it was
            done = subprocess.run([sys.argv[1], folder.name, file], capture_output=True, timeout=600)
            if done.returncode:
                failed += 1
                print(f"{folder.name}/{file.name}: status {done.returncode}\n{done.stderr[-1500:].decode(errors='replace')}")
        passed += len(files)
    if size > MOST:
        failed += 1
        print(f"the corpora have {size} bytes, more than {MOST}")
    print(f"{passed - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
