/* mlsysim step: the calculation cell by cell, in its own order; on a terminal a step at a time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "json.h"
#include "paths.h"
#include "session.h"
#include "table.h"

enum { ROWS_SHOWN = 12, NAMES_SHOWN = 6 };

struct walk {
  struct session *session;
  const mls_model *model;
  mls_values *values;
  size_t *cells; /* those that are told, in order of calculation */
  size_t count;
  bool color;
  struct json json;
};

static const char BOLD[] = "\033[1m", RED[] = "\033[1;31m", DIM[] = "\033[2m", OFF[] = "\033[0m";

static void print_in(const struct walk *walk, const char *color, const char *text) {
  if (walk->color) fputs(color, stdout);
  print_text(text);
  if (walk->color) fputs(OFF, stdout);
}

static void print_path(const struct walk *walk, const char *color, size_t cell, size_t row) {
  char *path = path_of(walk->model, cell, row);
  if (path) print_in(walk, color, path);
  free(path);
}

static size_t rows_of(const struct walk *walk, size_t cell) {
  mls_cell about;
  return mls_cell_about(walk->model, cell, &about, sizeof about) == MLS_OK ? about.rows : 0;
}

/* A column or a family of facts, told once for all its rows. */
static bool is_whole(const struct walk *walk, size_t cell) {
  char *one = path_of(walk->model, cell, 0), *all = path_of(walk->model, cell, MLS_ROWS_ALL);
  bool whole = one && all && strcmp(one, all) != 0;
  free(one);
  free(all);
  return whole;
}

static mls_status step_of(const struct walk *walk, size_t cell, mls_step *step) {
  size_t row = is_whole(walk, cell) ? MLS_ROWS_ALL : 0;
  return mls_step_at(walk->values, cell, row, step, sizeof *step);
}

/* The rows that stand for all: of many the first two and the last. */
static size_t next_row(size_t row, size_t rows) {
  return rows > ROWS_SHOWN && row == 1 ? rows - 1 : row + 1;
}

/* ---- as text ---- */

static void print_amount(const mls_step *step) {
  fputs(" = ", stdout);
  print_text(step->value);
  if (step->unit[0]) putchar(' '), print_text(step->unit);
}

static const char *kind_words(const mls_step *step) {
  if (strcmp(step->kind, "input") == 0) return step->set ? "input, set by you" : "input, default";
  if (strcmp(step->kind, "fact") == 0) return step->set ? "fact, set by you" : "fact";
  if (strcmp(step->kind, "bound") == 0) return "bound input";
  return strcmp(step->kind, "key") == 0 ? "key of the table" : step->kind;
}

static void print_part(const char *head, const char *text, const char *end) {
  if (!text || !text[0]) return;
  fputs(head, stdout);
  print_text(text);
  fputs(end, stdout);
}

static void print_sources(const mls_step *step) {
  for (size_t i = 0; i < step->source_count; i++) {
    print_part("    from @", step->sources[i].key, "");
    print_part(" ", step->sources[i].title, "");
    print_part(" <", step->sources[i].url, ">");
    putchar('\n');
  }
  bool where = step->locator[0] || step->accessed[0];
  if (!where) return;
  print_part("    at ", step->locator, step->accessed[0] ? ", " : "");
  print_part(step->locator[0] ? "read " : "    read ", step->accessed, "");
  putchar('\n');
}

static void print_reads(const struct walk *walk, const mls_step *step) {
  for (size_t i = 0; i < step->read_count && i < NAMES_SHOWN; i++) {
    fputs(i ? ", " : "    reads    ", stdout);
    print_path(walk, "", step->reads[i].cell, step->reads[i].row);
  }
  if (step->read_count > NAMES_SHOWN) printf(" and %zu more", step->read_count - NAMES_SHOWN);
  if (step->read_count > 0) putchar('\n');
}

static void print_readers(const struct walk *walk, const mls_step *step) {
  for (size_t i = 0; i < step->reader_count && i < NAMES_SHOWN; i++) {
    fputs(i ? ", " : "    read by  ", stdout);
    print_path(walk, "", step->readers[i], MLS_ROWS_ALL);
  }
  if (step->reader_count > NAMES_SHOWN) printf(" and %zu more", step->reader_count - NAMES_SHOWN);
  puts(step->reader_count ? "" : "    read by  nobody");
}

static void print_row(const struct walk *walk, size_t cell, size_t row) {
  mls_step step;
  if (mls_step_at(walk->values, cell, row, &step, sizeof step) != MLS_OK) return;
  fputs("      ", stdout);
  print_path(walk, "", cell, row);
  print_part(" = ", step.numbers, "");
  print_amount(&step);
  if (strcmp(step.kind, "fact") == 0) {
    print_part("  ", step.value[0] ? step.state : "", "");
    for (size_t i = 0; i < step.source_count; i++) print_part(" @", step.sources[i].key, "");
  }
  putchar('\n');
}

static void print_rows(const struct walk *walk, size_t cell) {
  size_t rows = rows_of(walk, cell), before = 0;
  for (size_t row = 0; row < rows; row = next_row(row, rows)) {
    if (row > before + 1) puts("      ...");
    print_row(walk, cell, row);
    before = row;
  }
}

static void print_verdict(const struct walk *walk, size_t cell) {
  mls_verdict verdict;
  if (mls_check(walk->values, cell, &verdict) != MLS_OK || !verdict.message[0]) return;
  fputs("    ", stdout);
  print_in(walk, verdict.holds == 1 ? "" : RED, verdict.message);
  putchar('\n');
}

static void print_error(const struct walk *walk, size_t cell, size_t row) {
  mls_cell_error error;
  if (mls_error(walk->values, cell, row, &error) != MLS_OK || !error.kind) return;
  printf("    %s: ", error.kind);
  print_text(error.message);
  print_part(" (in ", error.origin, ")");
  putchar('\n');
}

/* The texts of a step end with the next call on the values: rows and verdicts are told last. */
static int print_step(const struct walk *walk, size_t index) {
  size_t cell = walk->cells[index];
  bool whole = is_whole(walk, cell);
  mls_step step;
  char number[48];
  mls_status status = step_of(walk, cell, &step);
  if (status != MLS_OK) return exit_of(status);
  bool check = strcmp(step.kind, "check") == 0;
  snprintf(number, sizeof number, "%zu/%zu  ", index + 1, walk->count);
  print_in(walk, DIM, number);
  print_path(walk, BOLD, cell, MLS_ROWS_ALL);
  print_amount(&step);
  bool plain = strcmp(step.state, "input") == 0 && !step.formula; /* it is its own ground */
  printf("  (%s%s%s)\n", kind_words(&step), plain ? "" : ", ", plain ? "" : step.state);
  print_part("    # ", step.label, "\n");
  print_part("    = ", step.formula, "\n");
  print_part("    = ", step.numbers, "\n");
  print_sources(&step);
  print_reads(walk, &step);
  print_readers(walk, &step);
  if (whole) print_rows(walk, cell);
  else if (check) print_verdict(walk, cell);
  else print_error(walk, cell, 0);
  return DONE;
}

static int print_all(const struct walk *walk) {
  int status = DONE;
  for (size_t i = 0; i < walk->count && status == DONE; i++) {
    if (i > 0) putchar('\n');
    status = print_step(walk, i);
  }
  return status;
}

/* ---- as JSON ---- */

static void json_value(struct json *json, const mls_step *step) {
  bool number = !isnan(step->number);
  if (number) js_number(json, "value", step->number);
  else js_text(json, "value", step->value);
  js_text(json, "unit", number || step->unit[0] ? step->unit : NULL);
  js_text(json, "state", step->state);
}

static void json_path(const struct walk *walk, struct json *json, const char *key, size_t cell,
                      size_t row) {
  char *path = path_of(walk->model, cell, row);
  js_text(json, key, path);
  free(path);
}

static void json_sources(struct json *json, const mls_step *step) {
  js_open(json, "sources", '[');
  for (size_t i = 0; i < step->source_count; i++) {
    js_open(json, NULL, '{');
    js_text(json, "key", step->sources[i].key);
    js_text(json, "title", step->sources[i].title);
    js_text(json, "url", step->sources[i].url);
    js_close(json, '}');
  }
  js_close(json, ']');
}

static void json_names(const struct walk *walk, struct json *json, const mls_step *step) {
  js_open(json, "reads", '[');
  for (size_t i = 0; i < step->read_count; i++)
    json_path(walk, json, NULL, step->reads[i].cell, step->reads[i].row);
  js_close(json, ']');
  js_open(json, "readers", '[');
  for (size_t i = 0; i < step->reader_count; i++)
    json_path(walk, json, NULL, step->readers[i], MLS_ROWS_ALL);
  js_close(json, ']');
}

static void json_rows(struct walk *walk, size_t cell) {
  struct json *json = &walk->json;
  size_t rows = rows_of(walk, cell);
  mls_step step;
  js_count(json, "row_count", rows);
  js_open(json, "rows", '[');
  for (size_t row = 0; row < rows; row = next_row(row, rows)) {
    if (mls_step_at(walk->values, cell, row, &step, sizeof step) != MLS_OK) continue;
    js_open(json, NULL, '{');
    json_path(walk, json, "path", cell, row);
    js_text(json, "numbers", step.numbers);
    json_value(json, &step);
    js_close(json, '}');
  }
  js_close(json, ']');
}

static int json_step(struct walk *walk, size_t index) {
  struct json *json = &walk->json;
  size_t cell = walk->cells[index];
  mls_step step;
  mls_status status = step_of(walk, cell, &step);
  if (status != MLS_OK) return exit_of(status);
  js_line(json);
  js_open(json, NULL, '{');
  js_count(json, "step", index + 1);
  json_path(walk, json, "path", cell, MLS_ROWS_ALL);
  js_text(json, "kind", step.kind);
  js_truth(json, "set", step.set);
  json_value(json, &step);
  js_text(json, "formula", step.formula);
  js_text(json, "numbers", step.numbers);
  js_text(json, "label", step.label);
  json_sources(json, &step);
  json_names(walk, json, &step);
  if (is_whole(walk, cell)) json_rows(walk, cell);
  js_close(json, '}');
  return DONE;
}

static int json_all(struct walk *walk) {
  mls_sheet sheet;
  int status = DONE;
  mls_sheet_about(walk->model, &sheet, sizeof sheet);
  js_head(&walk->json);
  js_text(&walk->json, "sheet", sheet.name);
  js_text(&walk->json, "scenario", walk->session->runs[0].name);
  js_open(&walk->json, "steps", '[');
  for (size_t i = 0; i < walk->count && status == DONE; i++) status = json_step(walk, i);
  js_close(&walk->json, ']');
  js_close(&walk->json, '}');
  putchar('\n');
  return status;
}

/* ---- with a person ---- */

/* The next step whose path is this, else holds it, looking round from where the person is. */
static size_t find(const struct walk *walk, const char *name, size_t from) {
  size_t holds = walk->count;
  for (size_t i = 1; i <= walk->count; i++) {
    size_t index = (from + i) % walk->count;
    char *path = path_of(walk->model, walk->cells[index], MLS_ROWS_ALL);
    bool same = path && strcmp(path, name) == 0, part = path && strstr(path, name) != NULL;
    free(path);
    if (same) return index;
    if (part && holds == walk->count) holds = index;
  }
  return holds;
}

static const char keys[] = "Enter next, b back, /name go to a cell, 12 go to a step, q quit";

/* Where the answer leads; walk->count: to the end. */
static size_t answered(const struct walk *walk, const char *answer, size_t at) {
  if (!answer[0]) return at + 1;
  if (strcmp(answer, "q") == 0) return walk->count;
  if (strcmp(answer, "b") == 0) return at > 0 ? at - 1 : 0;
  if (answer[0] == '/' && answer[1]) {
    size_t found = find(walk, answer + 1, at);
    if (found < walk->count) return found;
    print_part("  no cell is called ", answer + 1, "\n");
    return at;
  }
  char *end;
  unsigned long number = strtoul(answer, &end, 10);
  if (answer[0] >= '0' && answer[0] <= '9' && !*end && number >= 1 && number <= walk->count)
    return (size_t)number - 1;
  printf("  %s\n", keys);
  return at;
}

/* False at the end of the input. A line longer than the room is read to its end: no answer. */
static bool ask(const struct walk *walk, char *answer, int size) {
  print_in(walk, DIM, "[Enter b /name q] ");
  fflush(stdout);
  if (!fgets(answer, size, stdin)) return false;
  size_t length = strcspn(answer, "\r\n");
  bool whole = answer[length] != 0;
  for (int c = 0; !whole && (c = getchar()) != EOF && c != '\n';) answer[0] = '?', answer[1] = 0;
  answer[whole ? length : strlen(answer)] = 0;
  return true;
}

static int print_slowly(const struct walk *walk) {
  char answer[256];
  size_t at = 0, shown = walk->count;
  printf("%zu steps. %s.\n\n", walk->count, keys);
  while (at < walk->count) {
    int status = at == shown ? DONE : print_step(walk, at);
    if (status != DONE) return status;
    shown = at;
    if (!ask(walk, answer, sizeof answer)) {
      putchar('\n');
      break;
    }
    at = answered(walk, answer, at);
  }
  return DONE;
}

/* ---- what is told ---- */

/* Totals have no line: they stand in the formulas that need them. */
static bool is_told(const struct walk *walk, size_t cell) {
  mls_cell about;
  mls_step step;
  if (mls_cell_about(walk->model, cell, &about, sizeof about) != MLS_OK) return false;
  if (!about.hidden || about.kind != MLS_FORMULA) return true;
  return step_of(walk, cell, &step) == MLS_OK && strcmp(step.kind, "key") == 0;
}

static int walk_through(struct walk *walk) {
  size_t count = mls_cell_count(walk->model);
  walk->cells = calloc(count + 1, sizeof *walk->cells);
  if (!walk->cells) {
    say_error("there is not enough memory");
    return SYSTEM_FAILS;
  }
  for (size_t i = 0; i < count; i++)
    if (is_told(walk, i)) walk->cells[walk->count++] = i;
  walk->color = print_in_color();
  int status = walk->session->options->json ? json_all(walk)
               : person_is_there()          ? print_slowly(walk)
                                            : print_all(walk);
  free(walk->cells);
  if (status != DONE) say_values(walk->values, "mlsysim");
  return print_finish() ? status : SYSTEM_FAILS;
}

static int work(struct session *session) {
  const struct options *options = session->options;
  int status = session_model(session, options->words.at[0]);
  if (status == DONE)
    status = session_runs(session, options->words.count > 1 ? options->words.at[1] : NULL);
  if (status != DONE) return status;
  if (session->run_count > 1)
    say_error("shown for the scenario %s; choose another with --scenario", session->runs[0].name);
  struct walk walk = { .session = session,
                       .model = session->model,
                       .values = session->runs[0].values };
  return walk_through(&walk);
}

int command_step(const struct options *options) {
  struct session session;
  int status = session_open(&session, options);
  if (status == DONE) status = work(&session);
  session_close(&session);
  return status;
}
