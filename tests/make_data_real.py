#!/usr/bin/env python3
"""Reference values for tests/test_real.c, computed with mpmath at 50 digits or more.

    python3 tests/make_data_real.py > tests/data_real.h
    python3 tests/make_data_real.py --coefficients      the polynomials that lib/real*.c hold

Every argument is an exact double. Tails are summed from series whose terms are all positive, with
as many digits more as a complement loses, so they owe nothing to the methods under test.
"""
import random
import sys

import mpmath as mp

mp.mp.dps = 50
random.seed(20250101)


# ---- exact values ----

def gamma_upper_lower(a, x):
    """(lower, upper) regularised incomplete gamma of doubles a, x."""
    with mp.workdps(60):
        a, x = mp.mpf(a), mp.mpf(x)
        log_head = a * mp.log(x) - x - mp.loggamma(a + 1)
        guess = mp.log(x) * (a - 1) - x - mp.loggamma(a)  # about log of either tail when it is small
        extra = int(max(0, -guess / mp.log(10))) + 30 if x > a else 0
    with mp.workdps(60 + extra):
        a, x = mp.mpf(a), mp.mpf(x)
        term = total = mp.mpf(1)
        n, least = 0, mp.mpf(10) ** -mp.mp.dps
        while term > total * least or n < x - a:
            n += 1
            term *= x / (a + n)
            total += term
        lower = total * mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1))
        return +lower, 1 - lower


def beta_series(a, b, x, digits):
    """(lower, upper), lower to 60 digits of its own and upper to `digits` after the point."""
    with mp.workdps(digits + 20):
        a, b = mp.mpf(a), mp.mpf(b)
        term = total = mp.mpf(1)
        n, least = 0, mp.mpf(10) ** -digits
        while term > total * least:
            term *= (a + b + n) / (a + 1 + n) * x
            total += term
            n += 1
        log_beta = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
        lower = total / a * mp.exp(a * mp.log(x) + b * mp.log(1 - x) - log_beta)
        return +lower, 1 - lower


def beta_lower_upper(a, b, x):
    """(lower, upper) regularised incomplete beta; x an mpf with its complement exact."""
    y, middle = 1 - x, mp.mpf(a + 1) / (a + b + 2)
    if y < 0.05:  # few terms, but the lower tail may need all these digits
        return beta_series(b, a, y, 400 if x < middle else 60)[::-1]
    if x < 0.05:
        return beta_series(a, b, x, 400 if x > middle else 60)
    return beta_series(b, a, y, 60)[::-1] if x > middle else beta_series(a, b, x, 60)


def normal_cdf(z):
    return mp.erfc(-z / mp.sqrt(2)) / 2


def root_of(function, low, high):
    """The root of an increasing function between low and high: bisection, then the Illinois rule."""
    low, high = mp.mpf(low), mp.mpf(high)
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    at_low, at_high, side = function(low), function(high), 0
    for _ in range(80):
        middle = high - at_high * (high - low) / (at_high - at_low)
        value = function(middle)
        if abs(value) < mp.mpf(10) ** -30:
            return middle
        if value < 0:
            low, at_low, at_high = middle, value, at_high / (2 if side < 0 else 1)
        else:
            high, at_high, at_low = middle, value, at_low / (2 if side > 0 else 1)
        side = -1 if value < 0 else 1
    raise ArithmeticError("no root")


# ---- tables ----

def ratio(value):
    """value as two doubles in hexadecimal."""
    high = float(value)
    low = 0.0 if abs(high) == float("inf") else float(value - mp.mpf(high))
    return high.hex(), low.hex()


def table(name, rows):
    print("%d rows of %s" % (len(rows), name), file=sys.stderr)
    print("static const struct row %s[] = {" % name)
    for arguments, value in rows:
        high, low = ratio(value)
        padded = [float(v).hex() for v in arguments] + ["0"] * (3 - len(arguments))
        print("    {{%s}, %s, %s}," % (", ".join(padded), high, low))
    print("};\n", flush=True)


def uniform(a, b):
    return random.uniform(a, b)


HARD_EXP = ["-0x1.6254782f2f56fp+9", "0x1.729f9930d0c3p-2", "-0x1.625e705390debp+9",
            "-0x1.6277e04d570a4p+9", "0x1.58522d4e9be9bp+8", "0x1.62e42fefa39efp+9",
            "-0x1.74385446d71c3p+9", "-0x1.6232bdd7abcd2p+9", "0x1p-60", "-0x1p-54", "0x1p-1074"]
HARD_LOG = ["0x1.69bdf215261acp-1", "0x1.650468bb1492ep-1", "0x1.68f077a0882afp-1",
            "0x1.673b0080a2c3bp+0", "0x1.5c5f19c138877p+0", "0x1.69009b75f96a7p+0",
            "0x1.54d714eaa6b75p+0", "0x1p-1074", "0x1.fffffffffffffp+1023", "0x1.0000000000001p+0",
            "0x1.fffffffffffffp-1", "0x1.6a09e667f3bcdp-1", "0x1.6a09e667f3bccp-1", "0x1p-1022"]
HARD_POW = [("0x1.0ea61cecaf42ep+157", "-0x1.a08c0b5e3aa46p+2"),
            ("0x1.d625008fa729p-12", "0x1.5f0df9540eec8p+1"),
            ("0x1.00000000004c8p+0", "-0x1.28741c0bb04d1p+51"),
            ("0x1.245c76ab78d13p+851", "-0x1.338ea697fe8b3p+0"),
            ("0x1.96132f949c511p-1", "0x1.7e33afe2d7d5fp+11"),
            ("0x1.93c33289e6842p+728", "-0x1.67425747d3e07p+0"),
            ("0x1.3959683bda07dp+0", "0x1.b0ddc73b4af5fp+11"),
            ("0x1.840fd318873b1p+0", "0x1.4p+1"), ("0x1p-1074", "0x1.8p-1"),
            ("0x1.fffffffffffffp-1", "0x1.6p+62"), ("0x1.0000000000001p+0", "0x1.62p+61")]


def elementary():
    xs = [float.fromhex(h) for h in HARD_EXP] + [uniform(-745, 709.7) for _ in range(60)]
    xs += [uniform(-745, -708) for _ in range(40)] + [uniform(-1, 1) for _ in range(40)]
    xs += [uniform(-1, 1) * 2.0 ** -random.randrange(60) for _ in range(20)]
    table("EXP", [((x,), mp.exp(mp.mpf(x))) for x in xs])
    xs = [float.fromhex(h) for h in HARD_LOG] + [uniform(0.5, 2) for _ in range(60)]
    xs += [2.0 ** uniform(-1074, 1023) for _ in range(60)]
    xs += [1 + uniform(-1, 1) * 2.0 ** -random.randrange(52) for _ in range(40)]
    xs = [x for x in xs if x != 1]
    table("LOG", [((x,), mp.log(mp.mpf(x))) for x in xs])
    table("LOG2", [((x,), mp.log(mp.mpf(x)) / mp.log(2)) for x in xs])
    table("LOG10", [((x,), mp.log(mp.mpf(x)) / mp.log(10)) for x in xs])
    pairs = [(float.fromhex(a), float.fromhex(b)) for a, b in HARD_POW]
    for _ in range(80):
        x = 2.0 ** uniform(-1070, 1020)
        pairs.append((x, uniform(-745, 709) / float(mp.log(x))))
        x = 1 + uniform(-0.4, 0.6) * 2.0 ** -random.randrange(40)
        pairs.append((x, uniform(-745, 709) / float(mp.log(x))))
        pairs.append((2.0 ** uniform(-20, 20), uniform(-30, 30)))
    table("POW", [((x, y), mp.power(mp.mpf(x), mp.mpf(y))) for x, y in pairs])


def special():
    xs = [0.0, 5e-324, 1e-300, 1e-10, 0.1, 0.5, 0.9999, 1.0, 1.0001, 1.5, 2.0, 3.0, 5.0, 5.9, 6.5]
    xs += [uniform(-6, 6) for _ in range(40)]
    table("ERF", [((x,), mp.erf(mp.mpf(x))) for x in xs])
    xs = [1e-300, 1e-20, 1e-5, 0.1, 0.5, 0.999999, 1.000001, 1.5, 1.9999999, 2.0000001, 3.0, 9.9999,
          10.0, 10.1, 100.0, 1e6, 1e100, 1e300]
    xs += [uniform(0, 3) for _ in range(30)] + [uniform(3, 30) for _ in range(20)]
    table("LGAMMA", [((x,), mp.loggamma(mp.mpf(x))) for x in xs])
    xs = [0.0, 1e-9, -1e-9, 0.67, -0.67, 1.3, -1.3, -5.0, 5.0, -8.0, 8.2, -20.0, -37.0, -37.5]
    xs += [uniform(-37, 8) for _ in range(40)]
    table("NORMAL_CDF", [((x, 0, 1), normal_cdf(mp.mpf(x))) for x in xs] +
          [((x, 3.25, 0.5), normal_cdf((mp.mpf(x) - mp.mpf(3.25)) * 2)) for x in xs[:8]])
    ps = [5e-324, 1e-320, 1e-300, 1e-200, 1e-100, 1e-30, 1e-15, 1e-6, 0.001, 0.0999, 0.1, 0.1001,
          0.3, 0.4999, 0.5 - 2.0 ** -54, 0.5 + 2.0 ** -53, 0.5000001, 0.7, 0.9, 0.95, 0.999,
          1 - 1e-6, 1 - 2.0 ** -53]
    ps += [uniform(0, 1) for _ in range(30)] + [10.0 ** uniform(-300, 0) for _ in range(20)]
    rows = []
    for p in ps:
        q = min(mp.mpf(p), 1 - mp.mpf(p))
        if abs(mp.mpf(p) - mp.mpf(0.5)) < 0.2:
            z = mp.sqrt(2) * mp.erfinv(2 * mp.mpf(p) - 1)
        else:
            log_z = root_of(lambda t: mp.log(q) - mp.log(normal_cdf(-mp.exp(t))), -1, mp.log(39))
            z = -mp.exp(log_z) if p < 0.5 else mp.exp(log_z)
        rows.append(((p, 0, 1), z))
    table("NORMAL_QUANTILE", rows)


def counts():
    """Pairs (k, mean) from small to 1e6, in the middle and in both tails."""
    pairs = [(0, 1e-300), (0, 0.5), (0, 700.0), (1, 1e-5), (5, 1e-3), (3, 1000.0), (150, 3.0)]
    for mean in (0.01, 0.7, 3.0, 12.5, 38.0, 60.0, 250.0, 3000.0, 41000.0, 1e6):
        for z in (-25, -8, -3, -1, 0, 0.5, 2, 6, 15, 30):
            k = round(mean + z * mean ** 0.5)
            if k >= 0:
                pairs.append((k, mean * uniform(0.999999, 1.000001)))
    return pairs


def poisson():
    rows_pmf, rows_cdf = [], []
    for k, mean in counts():
        m = mp.mpf(mean)
        pmf = mp.exp(k * mp.log(m) - m - mp.loggamma(k + 1))
        if pmf > mp.mpf(1e-300):
            rows_pmf.append(((k, mean), pmf))
            rows_cdf.append(((k, mean), gamma_upper_lower(k + 1, mean)[1]))
    table("POISSON_PMF", rows_pmf)
    table("POISSON_CDF", rows_cdf)


def gamma():
    rows = [((0.0, 2, 3), mp.mpf(0))]
    for a in (1e-3, 0.1, 0.5, 1.0, 2.5, 9.99, 31.0, 39.9, 40.1, 77.0, 500.0, 12345.6, 1e6):
        for z in (-30, -9, -4, -1.5, -0.1, 0, 0.1, 1, 3, 7):
            x = a + z * a ** 0.5 if a > 100 else a * 2.0 ** (z / a ** 0.5)
            if 1e-300 < x < 2 * a + 700:
                value = gamma_upper_lower(a, x)[0]
                if value > mp.mpf(1e-300):
                    rows.append(((x, a, 1), value))
    for x, a, scale in ((7.1, 2.3, 0.3), (1e5, 1e4, 10.1), (0.37, 1e6, 3.7e-7)):
        with mp.workdps(60):
            rows.append(((x, a, scale), gamma_upper_lower(a, mp.mpf(x) / mp.mpf(scale))[0]))
    table("GAMMA_CDF", rows)
    rows = []
    for a in (0.05, 0.5, 1.0, 2.5, 31.0, 77.0, 500.0, 12345.6, 1e6):
        for p in (1e-250, 1e-30, 1e-6, 0.01, 0.3, 0.5, 0.75, 0.99, 1 - 1e-9, 1 - 2.0 ** -50):
            rows.append(gamma_quantile_row(p, a))
    table("GAMMA_QUANTILE", [row for row in rows if row])


def gamma_quantile_row(p, a):
    p_exact, a_exact = mp.mpf(p), mp.mpf(a)
    low = (mp.log(p_exact) + mp.loggamma(a_exact + 1)) / a_exact  # the series' first term: a bound
    if low < -600:
        return None
    low, high = low - 1e-6, mp.log(a_exact + 12 * mp.sqrt(a_exact) + 60)
    if p < 0.5:
        x = root_of(lambda t: mp.log(gamma_upper_lower(a, mp.exp(t))[0] / p_exact), low, high)
    else:
        x = root_of(lambda t: -mp.log(gamma_upper_lower(a, mp.exp(t))[1] / (1 - p_exact)), low, high)
    return (p, a, 1), mp.exp(x)


def binomial():
    rows = []
    for n in (1, 2, 10, 60, 85, 200, 3000, 100000, 1000000):
        for p in (1e-6, 0.01, 0.3, 0.5, 0.77, 0.999):
            deviation = (n * p * (1 - p)) ** 0.5
            for z in (-20, -5, -1, 0, 1, 4, 12):
                k = round(n * p + z * deviation)
                if 0 <= k < n:
                    value = beta_lower_upper(n - k, k + 1, 1 - mp.mpf(p))[0]
                    if value > mp.mpf(1e-300):
                        rows.append(((k, n, p), value))
    table("BINOMIAL_CDF", sorted(set(rows)))


def beta():
    rows = []
    for a, b in ((0.5, 0.5), (1, 1), (2, 3), (0.1, 20), (30, 0.3), (5, 1000), (80, 80), (50, 3000),
                 (1e4, 2e4), (1e6, 1e6), (1e6, 25), (2.5, 1e6)):
        for p in (1e-100, 1e-12, 0.001, 0.2, 0.5, 0.8, 0.999, 1 - 1e-10):
            rows.append(beta_quantile_row(p, a, b))
    table("BETA_QUANTILE", [row for row in rows if row])


def beta_quantile_row(p, a, b):
    """In the logit t of x, so that both ends are as far as they are in the doubles."""
    p_exact = mp.mpf(p)

    def function(t):
        with mp.workdps(150):  # 1 - x must keep its digits
            lower, upper = beta_lower_upper(a, b, 1 / (1 + mp.exp(-t)))
        return mp.log(lower / p_exact) if p < 0.5 else -mp.log(upper / (1 - p_exact))

    low, high = mp.mpf(-640), mp.mpf(90)
    if a > 40 or b > 40:
        center, width = mp.log(mp.mpf(a) / b), 1 / mp.sqrt(a) + 1 / mp.sqrt(b)
        low, high = max(low, center - 40 * width - 240 / a), min(high, center + 20 * width + 100 / b)
    if function(low) > 0 or function(high) < 0:
        return None
    with mp.workdps(60):
        return (p, a, b), 1 / (1 + mp.exp(-root_of(function, low, high)))


# ---- the polynomials in lib/real.c and lib/real_tail.c ----

def chebyshev(f, a, b, degree):
    n = degree + 1
    xs = [mp.cos(mp.pi * (k + mp.mpf(1) / 2) / n) for k in range(n)]
    ys = [f((a + b) / 2 + (b - a) / 2 * x) for x in xs]
    return [(2 if j else 1) / mp.mpf(n) *
            sum(y * mp.cos(mp.pi * j * (k + mp.mpf(1) / 2) / n) for k, y in enumerate(ys))
            for j in range(n)]


def polynomial(f, a, b, degree):
    """The interpolant at Chebyshev points, in powers of x."""
    series = chebyshev(f, a, b, degree)
    scale, shift = 2 / (b - a), -(a + b) / (b - a)
    previous, current = [mp.mpf(1)], [shift, scale]
    out = [mp.mpf(0)] * (degree + 1)
    for j, c in enumerate(series):
        for i, v in enumerate(previous):
            out[i] += c * v
        following = [mp.mpf(0)] * (len(current) + 1)
        for i, v in enumerate(current):
            following[i] += 2 * shift * v
            following[i + 1] += 2 * scale * v
        for i, v in enumerate(previous):
            following[i] -= v
        previous, current = current, following
    return out


def lgamma_factor(s):
    t = (s + 1) / 2
    if t in (0, 1):
        return mp.euler if t == 0 else 1 - mp.euler
    return mp.loggamma(1 + t) / (t * (t - 1))


def erfc_factor(y):
    x = 4 * (1 + y) / (1 - y)
    if x < 200:
        return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)
    z = 1 / (2 * x * x)
    return (1 + 2 * x) / mp.sqrt(mp.pi) / x * (1 - z + 3 * z**2 - 15 * z**3 + 105 * z**4 - 945 * z**5)


def coefficients():
    zero, one, half = mp.mpf(0), mp.mpf(1), mp.log(2) / 2 * mp.mpf("1.0001")
    for name, values in (
            ("exp_tail", polynomial(
                lambda r: sum(r**k / mp.factorial(k + 2) for k in range(40)), -half, half, 10)),
            ("atanh_tail", polynomial(
                lambda z: sum(2 * z**(k - 1) / (2 * k + 1) for k in range(1, 45)),
                zero, mp.mpf("0.02945"), 7)),
            ("cubic_tail", polynomial(
                lambda z: sum(3 * z**(k - 2) / (2 * k + 1) for k in range(2, 45)),
                zero, mp.mpf("0.01022"), 6)),
            ("erf_center", polynomial(
                lambda u: sum((-u)**k / (mp.factorial(k) * (2 * k + 1)) for k in range(60))
                * 2 / mp.sqrt(mp.pi), zero, one, 12)),
            ("lgamma_between", polynomial(lgamma_factor, -one, one, 21)),
            ("scaled_erfc", chebyshev(erfc_factor, -one, one, 26)[:26])):
        print(name, [float(v) for v in values])


if __name__ == "__main__":
    if "--coefficients" in sys.argv:
        coefficients()
    else:
        print("/* Made by tests/make_data_real.py with mpmath; do not edit. Arguments, then the exact"
              " value\n   as the sum of two doubles. */\n"
              "struct row {\n  double in[3];\n  double high, low;\n};\n")
        for part in (elementary, special, poisson, gamma, binomial, beta):
            part()
