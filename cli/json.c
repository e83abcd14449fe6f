/* JSON of the commands that print lists. Reports have their own in the library, which streams. */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

void js_string(const char *text) {
  putchar('"');
  while (*text) {
    unsigned code;
    size_t size = say_code(text, &code);
    if (*text == '"' || *text == '\\') putchar('\\');
    if (say_character(text)) fwrite(text, 1, size, stdout);
    else printf("\\u%04x", size ? code : 0xFFFD);
    text += size ? size : 1;
  }
  putchar('"');
}

static void begin(struct json *json, const char *key) {
  if (json->some) fputs(", ", stdout);
  json->some = true;
  if (!key) return;
  js_string(key);
  fputs(": ", stdout);
}

void js_open(struct json *json, const char *key, char bracket) {
  begin(json, key);
  putchar(bracket);
  json->some = false;
}

void js_close(struct json *json, char bracket) {
  putchar(bracket);
  json->some = true;
}

void js_line(struct json *json) {
  fputs(json->some ? ",\n  " : "\n  ", stdout);
  json->some = false;
}

void js_text(struct json *json, const char *key, const char *text) {
  begin(json, key);
  if (text) js_string(text);
  else fputs("null", stdout);
}

void js_number(struct json *json, const char *key, double number) {
  char digits[40] = "null";
  begin(json, key);
  bool finite = number - number == 0;
  for (int count = 15; finite && count <= 17; count++) {
    snprintf(digits, sizeof digits, "%.*g", count, number);
    if (strtod(digits, NULL) == number) break;
  }
  fputs(digits, stdout);
}

void js_count(struct json *json, const char *key, size_t count) {
  begin(json, key);
  printf("%zu", count);
}

void js_truth(struct json *json, const char *key, bool truth) {
  begin(json, key);
  fputs(truth ? "true" : "false", stdout);
}

void js_head(struct json *json) {
  json->some = false;
  js_open(json, NULL, '{');
  js_text(json, "mlsysim", mls_version());
  js_count(json, "schema", 1);
}
