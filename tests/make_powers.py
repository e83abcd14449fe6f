"""Writes lib/power.c, the table of powers of ten that reading and printing of numbers rest on, to
standard output: python3 tests/make_powers.py >lib/power.c. With exact integers of any size, so the
table is right by construction; tests/number.py compares the file with what this prints."""

LEAST, MOST = -342, 324
HEAD = """/* Made by tests/make_powers.py: change that. Powers of ten as fractions of 128 bits, cut and not
   rounded: 10^n lies from high * 2^64 + low to less than one more, times a power of two. */
#include "power.h"

const struct power power_table[] = {
"""


def bits(power):
    """The leading 128 bits of 10^power."""
    if power >= 0:
        number = 10 ** power
        shift = number.bit_length() - 128
        return number >> shift if shift > 0 else number << -shift
    divisor = 10 ** -power
    return (1 << (divisor.bit_length() + 127)) // divisor


def text():
    out, line = [HEAD], ""
    for power in range(LEAST, MOST + 1):
        number = bits(power)
        assert number.bit_length() == 128
        entry = f"  {{ 0x{number >> 64:016X}, 0x{number & (1 << 64) - 1:016X} }},"
        if line:
            out.append(line + entry[1:] + "\n")
            line = ""
        else:
            line = entry
    out.append((line + "\n" if line else "") + "};\n")
    return "".join(out)


if __name__ == "__main__":
    print(text(), end="")
