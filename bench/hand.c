/* The grids written by hand for one shape each, without any graph: what the machine can do at most.
   hand chain|wide|wide_free|fan CELLS. Compiled by bench.py for the machine at hand. */
#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include "made.h"

enum { WIDE = 30, LEAVES = 10, FAN = 1000, BATCH = 100 };

static inline double least(double a, double b) { return a < b ? a : b; }
static inline double most(double a, double b) { return a > b ? a : b; }

/* The twenty formulas of sheets/wide.sheet over one row: 10 leaves, then 20 results. */
static inline void wide_row(double *c) {
  double k = c[0] + c[1], l = k - c[2], m = k * c[3], n = m / c[4];
  double o = least(k, c[5]), p = most(l, c[6]), q = sqrt(k), r = exp(-c[7] * c[0]);
  double s = c[0] > c[8] ? k : l, t = m + n, u = n / (1 + m * m), v = least(least(o, q), r);
  double w = most(most(p, s), c[9]), x = sqrt(t * t + 1), y = exp(-u * u);
  double z = v < w ? v * 2 : w / 2, aa = s + t - u, ab = x * y + z, ac = aa / (1 + ab * ab);
  double all[] = {
    k, l, m, n, o, p, q,  r,  s,  t,
    u, v, w, x, y, z, aa, ab, ac, ac > 0.5 ? most(ab, ac) : least(ab, ac) + p * 0.1
  };
  memcpy(c + LEAVES, all, sizeof all);
}

static double wide_all(double *cells, size_t rows) {
  double total = 0;
  for (size_t i = 0; i < rows; i++) {
    wide_row(cells + i * WIDE);
    total += cells[i * WIDE + WIDE - 1];
  }
  return total;
}

static double wide_sum(const double *cells, size_t rows) {
  double total = 0;
  for (size_t i = 0; i < rows; i++) total += cells[i * WIDE + WIDE - 1];
  return total;
}

static void wide(size_t formulas, int total_asked) {
  size_t rows = formulas / 20;
  double *cells = made_room(rows * WIDE), list[101], total = 0;
  for (size_t i = 0; i < rows; i++)
    for (uint32_t j = 0; j < LEAVES; j++)
      cells[i * WIDE + j] = made_leaf((uint32_t)i * LEAVES + j + 1);
  for (int i = 0; i < 31; i++) {
    double start = cpu_now();
    total = wide_all(cells, rows);
    list[i] = cpu_now() - start;
  }
  if (total_asked) made_tell("recalculate", made_median(list, 31), total);
  size_t edit = 0;
  for (int i = 0; i < 101; i++) {
    double start = cpu_now();
    for (int j = 0; j < BATCH; j++) {
      double *row = cells + edit++ * 7919 % rows * WIDE;
      row[0] = 0.1 + (double)(edit % 10) * 0.1;
      wide_row(row);
      total = total_asked ? wide_sum(cells, rows) : row[WIDE - 1];
    }
    list[i] = (cpu_now() - start) / BATCH;
  }
  made_tell("edit", made_median(list, 101), total);
  free(cells);
}

/* Each row from the row above: times a constant plus a leaf, or with a root around it. */
static double chain_all(double *value, const double *add, size_t rows, double start, int curved) {
  double last = start;
  for (size_t i = 0; i < rows; i++) {
    last = curved ? sqrt(last * 1.0000001 + add[i]) : last * 1.0000001 + add[i];
    value[i] = last;
  }
  return last;
}

static void chain(size_t rows, int curved) {
  double *value = made_room(rows), *add = made_room(rows), list[31], last = 0;
  for (size_t i = 0; i < rows; i++) add[i] = made_leaf((uint32_t)i + 1);
  for (int i = 0; i < 31; i++) {
    double start = cpu_now();
    last = chain_all(value, add, rows, 1 + i % 7, curved);
    list[i] = cpu_now() - start;
  }
  made_tell("recalculate", made_median(list, 31), last);
  free(value);
  free(add);
}

/* Leaves in 1000 rows; a sum of each column and their total. Columns are contiguous, as the edits
   like it. */
static double fan_total(const double *sums, size_t columns) {
  double total = 0;
  for (size_t j = 0; j < columns; j++) total += sums[j];
  return total;
}

static double fan_column(const double *leaves) {
  double sum = 0;
  for (size_t i = 0; i < FAN; i++) sum += leaves[i];
  return sum;
}

static void fan(size_t leaves) {
  size_t columns = leaves / FAN, edit = 0;
  double *all = made_room(leaves), *sums = made_room(columns), list[101], total = 0;
  for (size_t i = 0; i < leaves; i++)
    all[i % columns * FAN + i / columns] = made_leaf((uint32_t)i + 1);
  for (int i = 0; i < 31; i++) {
    double start = cpu_now();
    for (size_t j = 0; j < columns; j++) sums[j] = fan_column(all + j * FAN);
    total = fan_total(sums, columns);
    list[i] = cpu_now() - start;
  }
  made_tell("recalculate", made_median(list, 31), total);
  for (int i = 0; i < 101; i++) {
    double start = cpu_now();
    for (int j = 0; j < BATCH; j++) {
      size_t column = edit * 7919 % columns;
      all[column * FAN + edit * 31 % FAN] = 0.1 + (double)((edit + 1) % 10) * 0.1;
      edit++;
      sums[column] = fan_column(all + column * FAN);
      total = fan_total(sums, columns);
    }
    list[i] = (cpu_now() - start) / BATCH;
  }
  made_tell("edit", made_median(list, 101), total);
  free(all);
  free(sums);
}

int main(int count, char **argument) {
  if (count != 3) return EXIT_FAILURE;
  size_t size = strtoul(argument[2], NULL, 10);
  if (strcmp(argument[1], "chain") == 0) chain(size, 0);
  else if (strcmp(argument[1], "curve") == 0) chain(size, 1);
  else if (strcmp(argument[1], "wide") == 0) wide(size, 1);
  else if (strcmp(argument[1], "wide_free") == 0) wide(size, 0);
  else if (strcmp(argument[1], "fan") == 0) fan(size);
  else return EXIT_FAILURE;
  return EXIT_SUCCESS;
}
