#!/usr/bin/env python3
"""Is every message of the core told by at least one test?

    meson setup BUILD -Db_coverage=true --buildtype=debug && ninja -C BUILD
    BUILD/tests/unit_tests && python3 tests/messages.py BUILD

Reads what gcov counted and lists each call that adds a message and was never reached. Memory that
runs out has no text of its own and is left to test_memory.c. Prints "N passed, N failed".
"""
import json
import pathlib
import re
import subprocess
import sys

FILES = ("unit formula sheet check resolve prove graph given order open values book folder "
         "settle tape state").split()
CALL = re.compile(r"\b(fail_add|fail_warn|FAIL|expected|reader_fail|wants|too_many|too_deep|"
                  r"not_read|disagree|beyond)\(")
# Bounds that no test can meet in reasonable time or memory: file, words of the message, why.
BEYOND = [
    ("graph", '"cells", LIMIT_CELLS', "20 million cells take 4 GB"),
    ("sheet", "a file of more than", "a file of 256 MB"),
    ("values", "LIMIT_SETTINGS", "a million settings that differ in their cells"),
    ("given", "LIMIT_ROWS", "a CSV of 20 million lines takes 3 GB"),
]


def calls(text):
    """First and last line, and the text, of each call that is no definition."""
    for found in CALL.finditer(text):
        start = text.rfind("\n", 0, found.start()) + 1
        before = text[start:found.start()]
        macro = text[:start].endswith("\\\n") or before.startswith("#define")
        if macro or re.match(r"\s*(static\s+)?mls_status \**$", before):
            continue
        depth, at = 0, found.end() - 1
        while True:
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            if text[at] == '"':
                at = re.compile(r'"(?:[^"\\]|\\.)*"').match(text, at).end() - 1
            elif text[at] == "'":
                at = re.compile(r"'(?:[^'\\]|\\.)'").match(text, at).end() - 1
            if depth == 0:
                break
            at += 1
        yield text.count("\n", 0, found.start()) + 1, text.count("\n", 0, at) + 1, text[found.start():at + 1]


def counts(build, name):
    """Line -> (count, whether a part of it never ran)."""
    lines = {}
    for data in sorted(pathlib.Path(build).glob(f"lib/*core*.p/{name}.c.gcda")):
        told = subprocess.run(["gcov", "--json-format", "--stdout", str(data)], check=True,
                              capture_output=True, cwd=build).stdout
        for part in told.decode().splitlines():
            for file in json.loads(part)["files"]:
                if pathlib.Path(file["file"]).name != f"{name}.c":
                    continue
                for line in file["lines"]:
                    old = lines.get(line["line_number"], (0, True))
                    lines[line["line_number"]] = (old[0] + line["count"],
                                                  old[1] and line["unexecuted_block"])
    return lines


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = pathlib.Path(__file__).resolve().parent.parent
    passed = failed = 0
    for name in FILES:
        ran = counts(sys.argv[1], name)
        for first, last, text in calls((root / "lib" / f"{name}.c").read_text()):
            seen = [ran[i] for i in range(first, last + 1) if i in ran]
            reached = any(count > 0 and not (part and i == 0) for i, (count, part) in enumerate(seen))
            excused = any(name == file and words in text for file, words, _ in BEYOND)
            if reached or excused:
                passed += 1
            else:
                failed += 1
                print(f"lib/{name}.c:{first}: never told: {' '.join(text.split())[:110]}")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
