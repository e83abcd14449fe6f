/* Doubles to decimals and back, a line each, for tests/number.py: `print` takes the 16 hexadecimal
   digits of a double and gives its decimal, `read` the other way round. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "text.h"

static void print_line(const char *line) {
  uint64_t bits = strtoull(line, NULL, 16);
  double value;
  char text[TEXT_NUMBER];
  memcpy(&value, &bits, sizeof value);
  puts(text_number(text, value));
}

static void read_line(const char *line) {
  uint64_t bits = 0;
  double value;
  if (!text_read_number(slice_of(line), &value)) puts("none");
  else memcpy(&bits, &value, sizeof bits), printf("%016" PRIx64 "\n", bits);
}

int main(int count, char **arguments) {
  char line[2048];
  int print = count > 1 && strcmp(arguments[1], "print") == 0;
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (print) print_line(line);
    else read_line(line);
  }
  return 0;
}
