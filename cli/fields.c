/* Fields of CSV, quoted where they must be. */
#include "fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(struct fields *to, const char *text) {
  if (to->good) to->good = to->write(to->context, text, strlen(text)) == MLS_OK;
}

void fields_open(struct fields *to, mls_write write, void *context, bool european) {
  *to = (struct fields){ .write = write, .context = context, .european = european, .good = true };
  if (european) put(to, "\xEF\xBB\xBF");
}

static void separate(struct fields *to) {
  if (to->begun) put(to, to->european ? ";" : ",");
  to->begun = true;
}

void fields_text(struct fields *to, const char *text) {
  unsigned char first = (unsigned char)text[0];
  bool after = first == '\'' && text[1] && strchr("=+-@'", text[1]);
  bool formula = first && (first < ' ' || strchr("=+-@", first) || after);
  bool quoted = text[strcspn(text, ",;\"\r\n")] != 0 || first == ' ' ||
                (first && text[strlen(text) - 1] == ' ');
  separate(to);
  if (quoted) put(to, "\"");
  if (formula) put(to, "'");
  for (; *text; text++) {
    char character[2] = { *text, 0 };
    put(to, *text == '"' ? "\"\"" : character);
  }
  if (quoted) put(to, "\"");
}

void fields_number(struct fields *to, double number, const char *unit) {
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, number);
    if (strtod(text, NULL) == number) break;
  }
  char *point = strchr(text, '.');
  if (point && to->european) *point = ',';
  separate(to);
  put(to, text);
  if (!unit) return;
  put(to, " [");
  put(to, unit);
  put(to, "]");
}

void fields_line(struct fields *to) {
  put(to, "\n");
  to->begun = false;
}
