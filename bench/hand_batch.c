/* A batch written by hand: each scenario a row of inputs, the formulas straight, the results a row.
   hand_batch PLAN ROWS. `formulas.h` is the sheet as C, written by bench.py:
   calculate(const double *in, double *out), INPUTS, RESULTS. */
#define _POSIX_C_SOURCE 200809L
#include "plan.h"

static inline double least(double a, double b) { return a < b ? a : b; }
static inline double most(double a, double b) { return a > b ? a : b; }

#include "formulas.h"

int main(int count, char **argument) {
  if (count != 3) return EXIT_FAILURE;
  struct plan plan = plan_read(argument[1]);
  unsigned rows = (unsigned)strtoul(argument[2], NULL, 10);
  double *in = made_room((size_t)rows * INPUTS), *out = made_room((size_t)rows * RESULTS);
  double list[11], check = 0;
  for (unsigned i = 0; i < rows; i++)
    for (unsigned j = 0; j < plan.count; j++)
      in[(size_t)i * INPUTS + j] = plan_rounded(&plan, i, j);
  for (int k = 0; k < 11; k++) {
    double start = now();
    for (size_t i = 0; i < rows; i++) calculate(in + i * INPUTS, out + i * RESULTS);
    list[k] = now() - start;
  }
  for (size_t i = 0; i < (size_t)rows * RESULTS; i++) check += out[i];
  made_tell("batch", median(list, 11), check);
  free(in);
  free(out);
  return EXIT_SUCCESS;
}
