"""What the tests of the command line share: running the program of argv[1] and judging what it says.
A test script calls run_parts(...) last, which ends it."""
import os
import subprocess
import sys
import tempfile

BINARY = os.path.abspath(sys.argv[1])
failures, passes = [], []

# The small registry of tests that bring their own sheets; each adds its own facts.
UNITS = """unit,definition,kind,differs,note
s,,base,,
B,,base,,
FLOP,,base,,
USD,,base,,
W,,base,,
GPU,,count,,
%,0.01,,,
GB,1e9 B,,,
TB,1e12 B,,,
TFLOP,1e12 FLOP,,,
kUSD,1000 USD,,,
kW,1000 W,,,
"""
SOURCES = """key,kind,title,authors,year,url,accessed
sheet_h,datasheet,Data sheet of H,Maker,2023,https://maker.example/h,2026-01-02
"""


def run(*words, stdin=None, **environment):
    """Exit status, stdout, stderr, in an environment of nothing but what is needed."""
    sanitizers = ["ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"]
    kept = [name for name in ["PATH", *sanitizers] if name in os.environ]
    env = {"LC_ALL": "C", **{name: os.environ[name] for name in kept}, **environment}
    wrapper = os.environ.get("CLI_WRAPPER", "").split()
    done = subprocess.run([*wrapper, BINARY, *words], input=stdin, env=env, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL if stdin is None else None)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check(name, good, about=""):
    if good:
        passes.append(name)
    else:
        failures.append(f"{name}: {str(about)[:700]!r}")
        print(f"FAIL {failures[-1]}")


def expect(name, got, status, out=(), err=(), quiet=False):
    """Exit status, parts of stdout, parts of stderr; `quiet`: nothing on stderr."""
    check(f"{name}: exit {status}", got[0] == status, got)
    for part in out:
        check(f"{name}: prints {part!r}", part in got[1], got)
    for part in err:
        check(f"{name}: says {part!r}", part in got[2], got)
    if quiet:
        check(f"{name}: says nothing", got[2] == "", got)
    if status in (2, 3):
        check(f"{name}: prints nothing", got[1] == "", got)


def write(path, content):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def run_parts(prepare, parts):
    """Runs every part in a folder of its own making; a broken answer must not hide the rest."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        prepare()
        for part in parts:
            try:
                part()
            except Exception as error:
                check(part.__name__, False, repr(error))
        os.chdir("/")
    print(f"{len(passes)} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)
