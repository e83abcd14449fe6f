#!/usr/bin/env python3
"""cli_long.py MLSYSIM: work that takes seconds. The line on the terminal says how far it is, and is
taken away again; Ctrl-C ends the program as the signal does and leaves no file, here or in TMPDIR."""
import os
import pty
import select
import signal
import subprocess
import time

from outside import BINARY, check, run_parts, write

DATA = ["--templates", "data", "--registry", "data"]


def prepare():
    write("data/units.csv", "unit,definition,kind,differs,note\ns,,base,,\n")
    deep = "key"
    for _ in range(30):
        deep = f"lgamma(2 + ln(1 + {deep}))"
    write("slow.sheet", f"sheet slow\ntable plan for key in 1..2000000\n  deep = {deep}\n"
          "output last_one = last(plan.deep)\n")
    write("wide.sheet", "sheet wide\ninput rate = 2 in 0..9\ntable plan for key in 1..20000\n"
          "  output cost = key * rate\n  output more = cost + 1\n")
    write("small.sheet", "sheet small\noutput answer = 6 * 7\n")
    os.makedirs("temporary")
    os.makedirs("out")


class Terminal:
    """A program whose standard error is a terminal."""
    def __init__(self, *words, **environment):
        self.main, side = pty.openpty()
        kept = [name for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ]
        env = {"PATH": os.environ["PATH"], "TERM": "xterm", "TMPDIR": os.path.abspath("temporary"),
               **{name: os.environ[name] for name in kept}, **environment}
        self.child = subprocess.Popen([BINARY, *words, *DATA], stdout=subprocess.DEVNULL,
                                      stderr=side, stdin=subprocess.DEVNULL, env=env)
        os.close(side)
        self.text = b""

    def read(self):
        """More of what is drawn; false at the end."""
        try:
            part = os.read(self.main, 65536)
        except OSError:
            part = b""
        self.text += part
        return bool(part)

    def wait_for(self, part, limit=120):
        ends = time.monotonic() + limit
        while part not in self.text and time.monotonic() < ends:
            if select.select([self.main], [], [], 1)[0] and not self.read():
                break
        return part in self.text

    def finish(self):
        while self.read():
            pass
        status = self.child.wait(timeout=120)
        os.close(self.main)
        return status


def drawing():
    shown = Terminal("run", "slow.sheet")
    check("long work is told", shown.wait_for(b"\rmlsysim: calculating "), shown.text)
    check("the line ends the work", shown.finish() == 0, shown.text)
    check("the line has a percentage", b" %, " in shown.text, shown.text)
    check("the line is taken away", shown.text.endswith(b"\r\033[K"), shown.text)
    for name, environment in (("NO_COLOR", {"NO_COLOR": "1"}), ("dumb", {"TERM": "dumb"})):
        plain = Terminal("run", "slow.sheet", **environment)
        check(f"{name}: done", plain.finish() == 0, plain.text)
        check(f"{name}: no line", plain.text == b"", plain.text)
    short = Terminal("run", "small.sheet")
    check("short work", short.finish() == 0 and short.text == b"", short.text)


def cancelling():
    asked = Terminal("run", "slow.sheet", "-o", "out/slow.json")
    check("long work", asked.wait_for(b"calculating "), asked.text)
    asked.child.send_signal(signal.SIGINT)
    check("Ctrl-C", asked.finish() == -signal.SIGINT, asked.child.returncode)
    check("Ctrl-C takes the line away", asked.text.endswith(b"\r\033[K"), asked.text)
    check("Ctrl-C leaves nothing", os.listdir("out") == [], os.listdir("out"))


def workbook():
    """The library's own file in TMPDIR is gone too."""
    asked = Terminal("run", "wide.sheet", "-o", "out/wide.xlsx")
    ends = time.monotonic() + 120
    while not os.listdir("temporary") and asked.child.poll() is None and time.monotonic() < ends:
        time.sleep(0.001)
    check("a workbook is being made", os.listdir("temporary") != [], asked.child.poll())
    asked.child.send_signal(signal.SIGTERM)
    check("ended", asked.finish() == -signal.SIGTERM, asked.child.returncode)
    check("no temporary file", os.listdir("temporary") == [], os.listdir("temporary"))
    check("no workbook", os.listdir("out") == [], os.listdir("out"))


def ignored():
    """A signal that the parent ignores (nohup) stays ignored."""
    child = subprocess.Popen(["sh", "-c", 'trap "" INT; exec "$@"', "sh", BINARY, "run", "slow.sheet",
                              *DATA], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    out = child.communicate(timeout=120)
    check("ignored", child.returncode == 0 and b"last_one" in out[0], (child.returncode, out))


run_parts(prepare, (drawing, cancelling, workbook, ignored))
