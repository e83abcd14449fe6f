/* Reads arguments: --name value, --name=value, -o FILE, -- before words that begin with a dash. */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

enum place {
  IN_SETS,
  IN_ROWS,
  IN_OUTPUTS,
  IN_TEMPLATES,
  IN_REGISTRIES,
  IN_SCENARIO,
  IN_DATE,
  IN_ALL,
  IN_PLOT,
  IN_JSON,
  IN_CSV,
  IN_STRICT,
  IN_CHECK,
  IN_NAMES,
  IN_WATCH,
  IN_CELLS,
  IN_JOBS,
  IN_BAD_ROWS,
  IN_RESUME,
  IN_QUIET,
  IN_CELL,
  IN_FROM,
  IN_TO,
  IN_AS,
  IN_INTO,
  IN_MEMORY,
  IN_HELP
};

struct option {
  const char *name;
  unsigned takes; /* 0: every command */
  enum place place;
  const char *value; /* what it is followed by, or NULL; "=N" may be left out */
};

static const struct option table[] = {
  { "--set", TAKES_SET, IN_SETS, "path=value" },
  { "--rows", TAKES_ROWS, IN_ROWS, "table=FILE.csv" },
  { "--all", TAKES_ALL, IN_ALL, NULL },
  { "--plot", TAKES_PLOT, IN_PLOT, NULL },
  { "--scenario", TAKES_SCENARIO, IN_SCENARIO, "NAME" },
  { "--output", TAKES_OUTPUT, IN_OUTPUTS, "FILE" },
  { "-o", TAKES_OUTPUT, IN_OUTPUTS, "FILE" },
  { "--json", TAKES_JSON, IN_JSON, NULL },
  { "--csv", TAKES_CSV, IN_CSV, "excel-eu" },
  { "--as-of", TAKES_DATE, IN_DATE, "YYYY-MM-DD" },
  { "--strict", TAKES_STRICT, IN_STRICT, NULL },
  { "--check", TAKES_CHECK, IN_CHECK, NULL },
  { "--names", TAKES_NAMES, IN_NAMES, NULL },
  { "--watch", TAKES_WATCH, IN_WATCH, "=N" },
  { "--cells", TAKES_BATCH, IN_CELLS, "a,b,..." },
  { "--jobs", TAKES_BATCH, IN_JOBS, "N" },
  { "--bad-rows", TAKES_BATCH, IN_BAD_ROWS, "keep|stop" },
  { "--resume", TAKES_BATCH, IN_RESUME, NULL },
  { "--quiet", TAKES_BATCH, IN_QUIET, NULL },
  { "--cell", TAKES_DIFF, IN_CELL, "CELL" },
  { "--from", TAKES_DIFF, IN_FROM, "NAME" },
  { "--to", TAKES_DIFF, IN_TO, "NAME" },
  { "--as", TAKES_OWN, IN_AS, "NAME" },
  { "--into", TAKES_OWN, IN_INTO, "DIR" },
  { "--templates", 0, IN_TEMPLATES, "DIR" },
  { "--registry", 0, IN_REGISTRIES, "DIR" },
  { "--memory", 0, IN_MEMORY, "MB" },
  { "--help", 0, IN_HELP, NULL },
  { "-h", 0, IN_HELP, NULL },
};
enum { TABLE_SIZE = sizeof table / sizeof *table };

bool list_add(struct list *list, const char *text) {
  const char **more = realloc(list->at, (list->count + 2) * sizeof *more);
  if (!more) {
    say_error("there is not enough memory");
    return false;
  }
  list->at = more;
  more[list->count++] = text;
  more[list->count] = NULL; /* the library reads lists up to a NULL */
  return true;
}

static bool unknown(const char *command, unsigned takes, const char *name) {
  const char *names[TABLE_SIZE];
  size_t count = 0;
  for (size_t i = 0; i < TABLE_SIZE; i++)
    if (!table[i].takes || (table[i].takes & takes)) names[count++] = table[i].name;
  const char *near = nearest_name(name, names, count);
  if (near) say_error("%s has no option %s (did you mean %s?)", command, name, near);
  else say_error("%s has no option %s; see mlsysim help %s", command, name, command);
  return false;
}

static const struct option *find(unsigned takes, const char *name, size_t size) {
  for (size_t i = 0; i < TABLE_SIZE; i++) {
    bool taken = !table[i].takes || (table[i].takes & takes);
    if (taken && strlen(table[i].name) == size && strncmp(table[i].name, name, size) == 0)
      return &table[i];
  }
  return NULL;
}

static bool once(const char **place, const char *name, const char *value) {
  if (*place) say_error("%s is given twice", name);
  bool first = !*place;
  *place = value;
  return first;
}

static bool is_dialect(const char *name) {
  bool known = strcmp(name, "excel-eu") == 0;
  if (!known) say_error("--csv knows excel-eu (semicolons, and 0,5 in numbers), found %s", name);
  return known;
}

static bool read_memory(size_t *memory, const char *value) {
  size_t digits = strspn(value, "0123456789");
  bool sound = digits > 0 && digits < 8 && !value[digits] && strtoul(value, NULL, 10) > 0;
  if (!sound) say_error("--memory needs MB from 1 to 9999999, found %s", value);
  else *memory = strtoul(value, NULL, 10);
  return sound;
}

static bool keep(struct options *options, const struct option *option, const char *value) {
  switch (option->place) {
    case IN_SETS: return list_add(&options->sets, value);
    case IN_ROWS: return list_add(&options->rows, value);
    case IN_OUTPUTS: return list_add(&options->outputs, value);
    case IN_TEMPLATES: return list_add(&options->templates, value);
    case IN_REGISTRIES: return list_add(&options->registries, value);
    case IN_SCENARIO: return once(&options->scenario, option->name, value);
    case IN_DATE: return once(&options->date, option->name, value);
    case IN_CSV: return once(&options->csv, option->name, value) && is_dialect(value);
    case IN_ALL: options->all = true; break;
    case IN_PLOT: options->plot = true; break;
    case IN_JSON: options->json = true; break;
    case IN_STRICT: options->strict = true; break;
    case IN_CHECK: options->check = true; break;
    case IN_NAMES: options->names = true; break;
    case IN_WATCH: return once(&options->watch, option->name, value);
    case IN_CELLS: return once(&options->cells, option->name, value);
    case IN_JOBS: return once(&options->jobs, option->name, value);
    case IN_BAD_ROWS: return once(&options->bad_rows, option->name, value);
    case IN_RESUME: options->resume = true; break;
    case IN_QUIET: options->quiet = true; break;
    case IN_CELL: return list_add(&options->cell, value);
    case IN_FROM: return once(&options->from, option->name, value);
    case IN_TO: return once(&options->to, option->name, value);
    case IN_AS: return once(&options->as, option->name, value);
    case IN_INTO: return once(&options->into, option->name, value);
    case IN_MEMORY: return read_memory(&options->memory, value);
    case IN_HELP: options->help = true; break;
  }
  return true;
}

/* One option with its value; `*at` moves past what it took. */
static bool read_option(struct options *options, const char *command, unsigned takes, int count,
                        char **arguments, int *at) {
  const char *name = arguments[*at];
  const char *equals = strncmp(name, "--", 2) == 0 ? strchr(name, '=') : NULL;
  size_t size = equals ? (size_t)(equals - name) : strlen(name);
  const struct option *option = find(takes, name, size);
  if (!option) return unknown(command, takes, name);
  ++*at;
  if (!option->value && equals) {
    say_error("%s takes no value", option->name);
    return false;
  }
  if (!option->value) return keep(options, option, NULL);
  if (option->value[0] == '=' && !equals) return keep(options, option, "");
  const char *value = equals ? equals + 1 : *at < count ? arguments[(*at)++] : NULL;
  if (value && value[0]) return keep(options, option, value);
  say_error("%s needs %s after it", option->name, option->value + (option->value[0] == '='));
  return false;
}

bool options_read(struct options *options, const char *command, unsigned takes, int count,
                  char **arguments) {
  bool words_only = false;
  *options = (struct options){ .help = false };
  for (int at = 0; at < count;) {
    const char *text = arguments[at];
    bool word = words_only || text[0] != '-' || strcmp(text, "-") == 0;
    if (!words_only && strcmp(text, "--") == 0) {
      words_only = true;
      at++;
    } else if (word) {
      if (!list_add(&options->words, text)) return false;
      at++;
    } else if (!read_option(options, command, takes, count, arguments, &at)) {
      return false;
    }
  }
  return true;
}

void options_close(struct options *options) {
  free(options->words.at);
  free(options->sets.at);
  free(options->rows.at);
  free(options->outputs.at);
  free(options->cell.at);
  free(options->templates.at);
  free(options->registries.at);
}

bool options_at(size_t index, unsigned takes, struct option_view *out) {
  if (index >= TABLE_SIZE) return false;
  const struct option *option = &table[index];
  *out = (struct option_view){ option->name, option->value,
                               !option->takes || (option->takes & takes) };
  return true;
}
