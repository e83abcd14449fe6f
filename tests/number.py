"""Numbers against Python's: the shortest decimal of a double, and the nearest double of a decimal.
number.py DUMP_NUMBERS [COUNT]: COUNT values of each kind (default 150,000). Also: the table of powers
is what its generator prints. Last line: N passed, N failed."""
import decimal
import os
import random
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import make_powers

DUMP = sys.argv[1]
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 150_000
chance = random.Random(20261125)
decimal.getcontext().prec = 1200
passed = failed = 0


def of_bits(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def bits_of(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def ask(mode, lines):
    done = subprocess.run([DUMP, mode], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          check=True)
    return done.stdout.split("\n")[:-1]


def judge(name, wrong, count):
    global passed, failed
    passed, failed = passed + (not wrong), failed + bool(wrong)
    for text in wrong[:10]:
        print(f"FAIL {name}: {text}")
    print(f"{name}: {count} values")


def finite(make, count):
    values = (make() for _ in range(count))
    return [value for value in values if value == value and abs(value) != float("inf")]


KINDS = {
    "any bits": lambda: of_bits(chance.getrandbits(64)),
    "fractions": lambda: chance.random() * 10 ** chance.randrange(-6, 7),
    "subnormal": lambda: of_bits(chance.getrandbits(chance.randrange(1, 53))),
    "powers of two": lambda: of_bits(chance.randrange(1, 2047) << 52),
    "beside powers": lambda: of_bits((chance.randrange(1, 2047) << 52) + chance.randrange(-3, 4)),
    "whole": lambda: float(chance.getrandbits(chance.randrange(1, 75))),
    "typed": lambda: float(f"{chance.randrange(10 ** chance.randrange(1, 17))}e{chance.randrange(-30, 30)}"),
}


def test_print(name, make):
    values = finite(make, COUNT)
    got = ask("print", [f"{bits_of(value):016x}" for value in values])
    wrong = [f"{value!r} printed as {text}" for value, text in zip(values, got)
             if decimal.Decimal(text) != decimal.Decimal(repr(value))]
    judge(f"print, {name}", wrong + ["lines"] * (len(got) != len(values)), len(values))


def cut(value):
    """Its exact decimal, with fewer digits or one changed behind them."""
    sign, digits, exponent = value.as_tuple()
    keep = chance.randrange(1, 45)
    exponent += len(digits) - len(digits[:keep])
    digits = "".join(map(str, digits[:keep])) or "0"
    tail = chance.choice(["", "", "0", "1", "0000000000000000000000000001"])
    return f"{'-' if sign else ''}{digits}{'.' + tail if tail else ''}e{exponent}"


def halfway(value):
    """Exactly between a double and the next one, or hardly beside it."""
    middle = (decimal.Decimal(value) + decimal.Decimal(of_bits(bits_of(value) + 1))) / 2
    text = f"{middle:f}" if 1e-5 < abs(value) < 1e25 else f"{middle:e}"
    if chance.random() < 0.5 or "e" in text.lower() or "." not in text:
        return text.replace("E+", "e").replace("E", "e")
    return text + chance.choice(["0", "1", "00000000000001"])


def test_read(name, texts):
    got = ask("read", texts)
    wrong = [f"{text} read as {bits}" for text, bits in zip(texts, got)
             if bits != f"{bits_of(float(text)):016x}"]
    judge(f"read, {name}", wrong + ["lines"] * (len(got) != len(texts)), len(texts))


def digits(count):
    return str(chance.randrange(10 ** count)).zfill(count)


def plain():
    text = digits(chance.randrange(1, 21))
    if chance.random() < 0.7:
        text += "." + digits(chance.randrange(1, 26))
    if chance.random() < 0.4:
        text += chance.choice("eE") + chance.choice(["", "+", "-"]) + str(chance.randrange(330))
    return chance.choice(["", "-"]) + text


with open(os.path.join(os.path.dirname(__file__), "../lib/power.c")) as file:
    judge("lib/power.c", ["is not what make_powers.py prints"] * (file.read() != make_powers.text()), 667)
for kind, function in KINDS.items():
    test_print(kind, function)
    test_read(f"repr, {kind}", [repr(value).replace("e+", "e") for value in finite(function, COUNT)])
test_read("plain", [plain() for _ in range(COUNT)])
some = finite(KINDS["any bits"], COUNT // 10) + finite(KINDS["fractions"], COUNT // 10)
test_read("cut", [cut(decimal.Decimal(value)) for value in some])
most = [abs(value) for value in some + finite(KINDS["subnormal"], 500) + finite(KINDS["whole"], 5000)]
test_read("half way", [halfway(value) for value in most if value < 1.7e308])
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
