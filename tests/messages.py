#!/usr/bin/env python3
"""Is every message of the library and of the program told by at least one test?

    meson setup BUILD -Db_coverage=true --buildtype=debug && ninja -C BUILD
    meson test -C BUILD --suite unit --suite program && python3 tests/messages.py BUILD

Reads what gcov counted and lists each call that adds a message and was never reached. Memory that
runs out is left to test_memory.c and starve.c. Prints "N passed, N failed".
"""
import json
import pathlib
import re
import subprocess
import sys

# Calls whose text is a message, everywhere and in the files that have more of their own.
TOLD = "fail_add fail_warn say_error say_file say_message".split()
ALSO = {
    "lib/config": ["wrong"],
    "lib/formula": ["expected", "too_deep"],
    "lib/graph": ["too_many"],
    "lib/json": ["wrong"],
    "lib/open": ["not_read"],
    "lib/prove": ["wants", "disagree", "beyond"],
    "lib/resolve": ["FAIL"],
    "lib/scenario_json": ["found", "other_rows"],
    "lib/sheet": ["expected"],
    "lib/unit": ["reader_fail"],
    "cli/system": ["failed"],
}
# Sites that no test here can meet in reasonable time or memory: file, words of the message, why.
BEYOND = [
    ("lib/graph", '"cells", LIMIT_CELLS', "20 million cells take 4 GB"),
    ("lib/sheet", "a file of more than", "a file of 256 MB"),
    ("lib/values", "LIMIT_SETTINGS", "a million settings that differ in their cells"),
    ("lib/given", "LIMIT_ROWS", "a CSV of 20 million lines takes 3 GB"),
    ("lib/format", "the formatted file would have", "a file of 256 MB"),
    ("lib/list", "could not be read", "a disk that fails between two looks at a file"),
    ("cli/diff", "a column without rows", "a table has a row at least; without memory for its path"),
    ("cli/inputs", "the headings of inputs are not", "the comparison before refuses changed headings"),
    ("cli/batch_run", "rows were counted", "the two readers of a CSV never disagreed"),
    ("cli/system", "failed(output->path", "a disk that fails after the last byte was taken"),
    ("cli/system", "failed(part->path", "the same"),
    ("cli/system", 'failed(path, "cannot be written")', "memory, and permissions that cannot be set"),
    ("cli/", "there is not enough memory", "no test starves the program"),
]
# Sites whose counts are lost or not asked for: file, words, the test that reads these words, why.
READ_IN = [
    ("cli/batch", "stopped after", "cli_batch.py", "a process that a signal ends tells no counts"),
    ("cli/batch_manifest", "cannot be written", "cli_batch.py", "the same"),
    ("cli/inputs_without", "built without libzip", "cli_inputs.py", "a build without them"),
    ("lib/xlsx_page", "could not be made", "hostile.py", "its processes have little memory"),
]
# Not compiled here.
ELSEWHERE = ["cli/os_windows"]


def calls(text, name):
    """First and last line, and the text, of each call that is no definition."""
    words = re.compile(rf"\b({'|'.join(TOLD + ALSO.get(name, []))})\(")
    for found in words.finditer(text):
        start = text.rfind("\n", 0, found.start()) + 1
        before = text[start:found.start()]
        macro = text[:start].endswith("\\\n") or before.startswith("#define")
        if macro or re.match(r"\s*(static\s+)?(mls_status|void|bool) \**$", before):
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
    folder, stem = name.split("/")
    objects = {"lib": "lib/*core*.p", "cli": "cli/mlsysim.p"}[folder]
    for data in sorted(pathlib.Path(build).glob(f"{objects}/{stem}.c.gcda")):
        told = subprocess.run(["gcov", "--json-format", "--stdout", str(data)], check=True,
                              capture_output=True, cwd=build).stdout
        for part in told.decode().splitlines():
            for file in json.loads(part)["files"]:
                if pathlib.Path(file["file"]).name != f"{stem}.c":
                    continue
                for line in file["lines"]:
                    old = lines.get(line["line_number"], (0, True))
                    lines[line["line_number"]] = (old[0] + line["count"],
                                                  old[1] and line["unexecuted_block"])
    return lines


def is_excused(root, name, text):
    if any(name.startswith(file) and words in text for file, words, _ in BEYOND):
        return True
    return any(name == file and words in text and words in (root / "tests" / test).read_text()
               for file, words, test, _ in READ_IN)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = pathlib.Path(__file__).resolve().parent.parent
    passed = failed = 0
    for path in sorted(root.glob("lib/*.c")) + sorted(root.glob("cli/*.c")):
        name = f"{path.parent.name}/{path.stem}"
        sites = [] if name in ELSEWHERE else list(calls(path.read_text(), name))
        ran = counts(sys.argv[1], name) if sites else {}
        for first, last, text in sites:
            seen = [ran[i] for i in range(first, last + 1) if i in ran]
            reached = any(count > 0 and not (part and i == 0) for i, (count, part) in enumerate(seen))
            if reached or is_excused(root, name, text):
                passed += 1
            else:
                failed += 1
                print(f"{name}.c:{first}: never told: {' '.join(text.split())[:110]}")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
