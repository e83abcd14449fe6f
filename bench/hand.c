/* What the engine is measured against: each workload written by hand in C, for its one shape, with
   no names, units or errors. Compiled for the machine at hand with all that does not change values:
   see meson.build. */
#include "hand.h"

#include <math.h>

static double least(double a, double b) { return a < b ? a : b; }
static double most(double a, double b) { return a > b ? a : b; }

static void wide_row(double *row) {
  const double x_a = row[0], x_b = row[1], x_c = row[2], x_d = row[3], x_e = row[4], x_f = row[5],
               x_g = row[6], x_h = row[7], x_i = row[8], x_j = row[9];
  const double x_k = x_a + x_b;
  const double x_l = x_k - x_c;
  const double x_m = x_k * x_d;
  const double x_n = x_m / x_e;
  const double x_o = least(x_k, x_f);
  const double x_p = most(x_l, x_g);
  const double x_q = sqrt(x_k);
  const double x_r = exp(-x_h * x_a);
  const double x_s = (x_a > x_i ? x_k : x_l);
  const double x_t = x_m + x_n;
  const double x_u = x_n / (1.0 + x_m * x_m);
  const double x_v = least(least(x_o, x_q), x_r);
  const double x_w = most(most(x_p, x_s), x_j);
  const double x_x = sqrt(x_t * x_t + 1.0);
  const double x_y = exp(-x_u * x_u);
  const double x_z = (x_v < x_w ? x_v * 2.0 : x_w / 2.0);
  const double x_aa = x_s + x_t - x_u;
  const double x_ab = x_x * x_y + x_z;
  const double x_ac = x_aa / (1.0 + x_ab * x_ab);
  const double x_ad = (x_ac > 0.5 ? most(x_ab, x_ac) : least(x_ab, x_ac) + x_p * 0.1);
  row[10] = x_k;
  row[11] = x_l;
  row[12] = x_m;
  row[13] = x_n;
  row[14] = x_o;
  row[15] = x_p;
  row[16] = x_q;
  row[17] = x_r;
  row[18] = x_s;
  row[19] = x_t;
  row[20] = x_u;
  row[21] = x_v;
  row[22] = x_w;
  row[23] = x_x;
  row[24] = x_y;
  row[25] = x_z;
  row[26] = x_aa;
  row[27] = x_ab;
  row[28] = x_ac;
  row[29] = x_ad;
}

double hand_wide(size_t rows, double *cells) {
  double total = 0;
  for (size_t i = 0; i < rows; i++, cells += HAND_WIDE) {
    wide_row(cells);
    total += cells[HAND_WIDE - 1];
  }
  return total;
}

double hand_linear(size_t rows, double start, const double *add, double *out) {
  double value = start;
  for (size_t i = 0; i < rows; i++) out[i] = value = value * 1.0000001 + add[i];
  return value;
}

double hand_bent(size_t rows, double start, const double *add, double *out) {
  double value = start;
  for (size_t i = 0; i < rows; i++) out[i] = value = most(value * 0.5, add[i]) + 1 / (1 + value);
  return value;
}
