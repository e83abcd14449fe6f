/* Writes the scenarios of a batch workload as CSV: make_scenarios PLAN ROWS >FILE. PLAN has a line
   for each column: name, lowest, highest, 1 for whole numbers. */
#define _POSIX_C_SOURCE 200809L
#include "plan.h"

int main(int count, char **argument) {
  if (count != 3) return EXIT_FAILURE;
  struct plan plan = plan_read(argument[1]);
  unsigned rows = (unsigned)strtoul(argument[2], NULL, 10);
  for (unsigned j = 0; j < plan.count; j++) printf("%s%s", j ? "," : "", plan.column[j].name);
  putchar('\n');
  for (unsigned i = 0; i < rows; i++) {
    for (unsigned j = 0; j < plan.count; j++) printf(j ? ",%.6g" : "%.6g", plan_value(&plan, i, j));
    putchar('\n');
  }
  return EXIT_SUCCESS;
}
