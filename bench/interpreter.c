/* What an interpreter costs that knows nothing else: formulas as postfix code, evaluated one after
   the other in an order that is given. No units, no names, no errors.
   interpreter CODE: lines "CELLS", then for each cell "= NUMBER" or operations ended by ";". */
#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include "made.h"

enum operation {
  NUMBER,
  CELL,
  ADD,
  SUBTRACT,
  MULTIPLY,
  DIVIDE,
  NEGATE,
  LESS,
  MORE,
  LEAST,
  MOST,
  ROOT,
  EXPONENT,
  CHOOSE,
  END
};
static const char *const words[] = { "number", "cell", "+",   "-",    "*",   "/",  "neg", "<",
                                     ">",      "min",  "max", "sqrt", "exp", "if", ";" };

struct step {
  int operation;
  unsigned cell;
  double number;
};

static double evaluate(const struct step *step, const double *value) {
  double stack[64];
  int n = 0;
  for (;; step++) {
    switch (step->operation) {
      case NUMBER: stack[n++] = step->number; break;
      case CELL: stack[n++] = value[step->cell]; break;
      case ADD: n--, stack[n - 1] += stack[n]; break;
      case SUBTRACT: n--, stack[n - 1] -= stack[n]; break;
      case MULTIPLY: n--, stack[n - 1] *= stack[n]; break;
      case DIVIDE: n--, stack[n - 1] /= stack[n]; break;
      case NEGATE: stack[n - 1] = -stack[n - 1]; break;
      case LESS: n--, stack[n - 1] = stack[n - 1] < stack[n]; break;
      case MORE: n--, stack[n - 1] = stack[n - 1] > stack[n]; break;
      case LEAST: n--, stack[n - 1] = stack[n - 1] < stack[n] ? stack[n - 1] : stack[n]; break;
      case MOST: n--, stack[n - 1] = stack[n - 1] > stack[n] ? stack[n - 1] : stack[n]; break;
      case ROOT: stack[n - 1] = sqrt(stack[n - 1]); break;
      case EXPONENT: stack[n - 1] = exp(stack[n - 1]); break;
      case CHOOSE: n -= 2, stack[n - 1] = stack[n - 1] != 0 ? stack[n] : stack[n + 1]; break;
      default: return stack[0];
    }
  }
}

static int operation_of(const char *word) {
  for (int i = 0; i <= END; i++)
    if (strcmp(words[i], word) == 0) return i;
  exit(EXIT_FAILURE);
}

/* Reads one formula; returns the step after it. */
static struct step *read_formula(FILE *file, struct step *step) {
  char word[32];
  for (;; step++) {
    if (fscanf(file, "%31s", word) != 1) exit(EXIT_FAILURE);
    step->operation = operation_of(word);
    if (step->operation == NUMBER && fscanf(file, "%lf", &step->number) != 1) exit(EXIT_FAILURE);
    if (step->operation == CELL && fscanf(file, "%u", &step->cell) != 1) exit(EXIT_FAILURE);
    if (step->operation == END) return step + 1;
  }
}

int main(int count, char **argument) {
  FILE *file = count == 2 ? fopen(argument[1], "r") : NULL;
  unsigned cells, steps, formulas = 0;
  if (!file || fscanf(file, "%u %u", &cells, &steps) != 2) return EXIT_FAILURE;
  double *value = made_room(cells), list[31];
  struct step *code = malloc(steps * sizeof *code), *next = code;
  struct {
    struct step *code;
    unsigned cell;
  } *all = malloc(cells * sizeof *all);
  if (!code || !all) return EXIT_FAILURE;
  for (unsigned i = 0; i < cells; i++) {
    char word[8];
    if (fscanf(file, "%7s", word) != 1) return EXIT_FAILURE;
    if (strcmp(word, "=") == 0) {
      if (fscanf(file, "%lf", &value[i]) != 1) return EXIT_FAILURE;
      continue;
    }
    all[formulas].code = next;
    all[formulas++].cell = i;
    next = read_formula(file, next);
  }
  fclose(file);
  for (int i = 0; i < 31; i++) {
    double start = now();
    for (unsigned j = 0; j < formulas; j++) value[all[j].cell] = evaluate(all[j].code, value);
    list[i] = now() - start;
  }
  made_tell("recalculate", median(list, 31), value[cells - 1]);
  free(all);
  free(code);
  free(value);
  return EXIT_SUCCESS;
}
