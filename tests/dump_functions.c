/* The function table for programs in other languages (tests/function_excel.py). Without arguments:
   the rows and constants as JSON. With `eval`: reads lines and prints the value of each, as C's %a
   or "error":
     value ROW x y ...           arguments; `error` is the error value
     total ROW n x1 ... xn       a column
     where ROW n x1 ... xn t1 ... tn   a column and its truths                                   */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/function.h"

enum { MOST = 512 };

static void print_text(const char *name, const char *text, const char *end) {
  printf("\"%s\": ", name);
  if (!text) {
    printf("null%s", end);
    return;
  }
  putchar('"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') putchar('\\');
    putchar(*text);
  }
  printf("\"%s", end);
}

static void print_row(const struct function *row) {
  printf("  {");
  print_text("name", row->name, ", ");
  printf("\"form\": %d, \"level\": %d, \"least\": %d, \"most\": %d, \"rule\": %d, ", (int)row->form,
         row->level, row->least, row->most, (int)row->rule);
  printf("\"value\": %s, \"total\": %s, \"array\": %s, \"tolerance\": %g,\n   ",
         row->value.one ? "true" : "false", row->total ? "true" : "false",
         row->array ? "true" : "false", row->tolerance);
  print_text("excel", row->excel, ", ");
  print_text("other", row->excel_other, ", ");
  print_text("where", row->excel_where, ",\n   ");
  print_text("example", row->example, ",\n   ");
  print_text("meaning", row->meaning, "}");
}

static int dump(void) {
  printf("{\"rows\": [\n");
  for (size_t i = 0; function_row(i); i++) {
    if (i) printf(",\n");
    print_row(function_row(i));
  }
  printf("],\n \"constants\": {");
  for (size_t i = 0; function_constant_row(i); i++)
    printf("%s\"%s\": %.17g", i ? ", " : "", function_constant_row(i)->name,
           function_constant_row(i)->value);
  printf("}}\n");
  return 0;
}

static double number(const char *word) {
  return strcmp(word, "error") == 0 ? FUNCTION_ERROR : strtod(word, NULL);
}

static double evaluate(const struct function *row, const char *what, const double *x,
                       size_t count) {
  if (strcmp(what, "value") == 0) {
    const double *in[MOST];
    double out;
    for (size_t k = 0; k < count; k++) in[k] = &x[k];
    out = row->value.one(in, count);
    return isfinite(out) ? out : FUNCTION_ERROR;
  }
  const size_t n = (size_t)x[0];
  return row->total(n, x + 1, strcmp(what, "where") == 0 ? x + 1 + n : NULL);
}

static int serve(void) {
  char line[1 << 16];
  while (fgets(line, sizeof line, stdin)) {
    const char *what = strtok(line, " \n");
    const struct function *row = function_row(strtoul(strtok(NULL, " \n"), NULL, 10));
    double x[MOST];
    size_t count = 0;
    for (const char *word; count < MOST && (word = strtok(NULL, " \n"));) x[count++] = number(word);
    const double value = evaluate(row, what, x, count);
    if (value_is_error(value)) puts("error");
    else printf("%a\n", value);
  }
  return 0;
}

int main(int count, char **words) {
  return count == 2 && strcmp(words[1], "eval") == 0 ? serve() : dump();
}
