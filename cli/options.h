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
  TAKES_STRICT = 1 << 7,
  TAKES_CHECK = 1 << 8,
  TAKES_PLOT = 1 << 9,
  TAKES_NAMES = 1 << 16,
  TAKES_WATCH = 1 << 17,
  TAKES_CSV = 1 << 20,
  TAKES_BATCH = 1 << 24, /* what batch alone takes */
  TAKES_OWN = 1 << 25,   /* --as, --into */
  TAKES_DIFF = 1 << 26   /* --cell, --from, --to */
};

struct list {
  const char **at;
  size_t count;
};

struct options {
  struct list words; /* arguments that are not options */
  struct list sets, rows, outputs, cell, templates, registries;
  const char *scenario, *date;
  const char *from, *to; /* scenarios to compare */
  const char *csv;       /* the form of CSV files: "excel-eu", or NULL */
  const char *as;        /* the name of an item */
  const char *into;      /* the folder of a user's own registry, or NULL */
  size_t memory;     /* MB that a model may take besides what files allow; 0: as the library says */
  const char *watch; /* "" without end, else the number of runs; NULL: not asked for */
  const char *cells, *jobs, *bad_rows; /* of batch, as given */
  bool all, plot, json, strict, check, names, resume, quiet, help;
};

/* Reads `count` arguments. False with a message on stderr. End with options_close. */
bool options_read(struct options *options, const char *command, unsigned takes, int count,
                  char **arguments);
void options_close(struct options *options);
/* An option of the table: its name, what follows it ("=N": perhaps, after an equals sign) or NULL,
   and whether a command takes it. False past the last. */
struct option_view {
  const char *name, *value;
  bool taken;
};
bool options_at(size_t index, unsigned takes, struct option_view *out);
/* Appends to a list; false (with a message) without memory. */
bool list_add(struct list *list, const char *text);

#endif
