/* JSON on standard output, a member or an element at a time; commas are put where they belong. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>

struct json {
  bool some; /* something stands before, in the brackets at hand */
};

/* Opens "{" or "[" and closes it with "}" or "]". `key` NULL: an element of a list. */
void js_open(struct json *json, const char *key, char bracket);
void js_close(struct json *json, char bracket);
/* The next element stands on a line of its own. */
void js_line(struct json *json);
void js_text(struct json *json, const char *key, const char *text); /* NULL: null */
/* The shortest digits that read back to the same number; null for what is not finite. */
void js_number(struct json *json, const char *key, double number);
void js_count(struct json *json, const char *key, size_t count);
void js_truth(struct json *json, const char *key, bool truth);
/* The members that every document begins with. */
void js_head(struct json *json);
/* A text alone. */
void js_string(const char *text);

#endif
