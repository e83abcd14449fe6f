/* The arguments of a command, read by one table of options. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* What a command accepts besides --templates, --registry and --help. */
enum {
  TAKES_SET = 1 << 0,
  TAKES_ROWS = 1 << 1,
  TAKES_ALL = 1 << 2,
  TAKES_SCENARIO = 1 << 3,
  TAKES_OUTPUT = 1 << 4,
  TAKES_JSON = 1 << 5,
  TAKES_DATE = 1 << 6,
  TAKES_STRICT = 1 << 7
};

struct list {
  const char **at;
  size_t count;
};

struct options {
  struct list words; /* arguments that are not options */
  struct list sets, rows, outputs, templates, registries;
  const char *scenario, *date;
  bool all, json, strict, help;
};

/* Reads `count` arguments. False with a message on stderr. End with options_close. */
bool options_read(struct options *options, const char *command, unsigned takes, int count,
                  char **arguments);
void options_close(struct options *options);
/* Appends to a list; false (with a message) without memory. */
bool list_add(struct list *list, const char *text);

#endif
