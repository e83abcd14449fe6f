/* The workloads through the public header alone.
   ours batch SHEET PLAN ROWS RESULT...         scenarios in memory, one core
   ours table SHEET ROWS.csv INPUT RESULT TABLE opening, recalculating, editing a table from a file
   ours named SHEET PREFIX RESULT               recalculating named cells: every input that starts
   so Prints a line a figure: name, seconds of CPU (or bytes), a value that shows the work was done.
 */
#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include "mlsysim.h"
#include "plan.h"

enum { REPEATS = 11, EDITS = 100 };

static void expect(mls_status status, const char *what) {
  if (status == MLS_OK) return;
  fprintf(stderr, "bench: %s: %s\n", what, mls_status_word(status));
  exit(EXIT_FAILURE);
}

/* ---- memory: every byte goes through here ---- */

struct account {
  size_t now, most;
};

static void *resize(void *context, void *old, size_t size) {
  struct account *account = context;
  size_t *block = old ? (size_t *)old - 2 : NULL, before = block ? *block : 0;
  block = realloc(block, size + 2 * sizeof *block);
  if (!block) return NULL;
  *block = size;
  account->now += size - before;
  if (account->now > account->most) account->most = account->now;
  return block + 2;
}

static void release(void *context, void *old) {
  if (!old) return;
  ((struct account *)context)->now -= ((size_t *)old)[-2];
  free((size_t *)old - 2);
}

/* ---- files ---- */

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) expect(MLS_FILE, path);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size + 1);
  if (!bytes || fread(bytes, 1, *size, file) != *size) expect(MLS_FILE, path);
  fclose(file);
  return bytes;
}

/* The benchmark's sheets need no unit and no fact. */
static mls_status find(void *context, const char *kind, const char *name, size_t nth,
                       const char **bytes, size_t *size, const char **shown) {
  static const char units[] = "unit,definition,kind,differs,note\ns,,base,,\n";
  (void)context;
  if (strcmp(kind, "registry") != 0 || strcmp(name, "units") != 0 || nth > 0) return MLS_NAME;
  *bytes = units;
  *size = sizeof units - 1;
  *shown = "units.csv";
  return MLS_OK;
}

struct opened {
  struct account account;
  mls_allocator allocator;
  mls_book *book;
  mls_model *model;
  mls_values *values;
};

static void open_sheet(struct opened *o, const char *path, const char *table, const char *rows) {
  size_t size, length = 0;
  char *text = read_file(path, &size), *bytes = rows ? read_file(rows, &length) : NULL;
  const char *name = strrchr(path, '/');
  double start = now();
  *o = (struct opened){ .allocator = { resize, release, &o->account } };
  mls_options options = { .size = sizeof options, .allocator = o->allocator, .find = find };
  expect(mls_open(&options, &o->book), "opening a book");
  mls_rows given = { .table = table, .file = "rows.csv", .bytes = bytes, .size = length };
  expect(mls_model_open_bytes(o->book, name ? name + 1 : path, text, size, &given, rows ? 1 : 0,
                              &o->model),
         "opening a sheet");
  expect(mls_values_new(o->model, &o->allocator, &o->values), "values");
  expect(mls_settle(o->values), "settling");
  made_tell("open", now() - start, (double)mls_cell_count(o->model));
  made_tell("bytes", (double)o->account.now, (double)o->account.most);
  free(text);
  free(bytes);
}

static void close_sheet(struct opened *o) {
  mls_values_free(o->values);
  mls_close(o->book);
}

static size_t cell_of(const struct opened *o, const char *path) {
  size_t cell;
  expect(mls_cell_find(o->model, path, &cell), path);
  return cell;
}

static double value_of(const struct opened *o, size_t cell, size_t row) {
  double si = 0;
  expect(mls_get(o->values, cell, row, &si), "reading a cell");
  return si;
}

/* ---- tables ---- */

/* The same edits as in hand.c: a new value in one row of an input, then the result. */
static void edit(struct opened *o, size_t input, size_t rows, size_t result) {
  double list[101], value = 0;
  size_t place = 0, last = 0;
  mls_cell about;
  expect(mls_cell_about(o->model, result, &about, sizeof about), "a cell");
  for (int i = 0; i < 101; i++) {
    double start = now();
    for (int j = 0; j < EDITS; j++) {
      last = place++ * 7919 % rows;
      expect(mls_set_number(o->values, input, last, 0.1 + (double)(place % 10) * 0.1), "setting");
      expect(mls_settle(o->values), "settling");
      value = value_of(o, result, about.rows == 1 ? 0 : last);
    }
    list[i] = (now() - start) / EDITS;
  }
  made_tell("edit", median(list, 101), value);
}

/* Every row of the input changes, so that every cell that rests on it is calculated again. */
static void recalculate(struct opened *o, size_t input, size_t rows, size_t result) {
  double set[REPEATS], settle[REPEATS];
  for (int i = 0; i < REPEATS; i++) {
    double start = now();
    for (size_t row = 0; row < rows; row++)
      expect(mls_set_number(o->values, input, row, 0.5 + (i + 1) * 0.01 + (double)(row % 7) * 0.1),
             "setting");
    set[i] = now() - start;
    start = now();
    expect(mls_settle(o->values), "settling");
    settle[i] = now() - start;
  }
  made_tell("set", median(set, REPEATS), (double)rows);
  made_tell("recalculate", median(settle, REPEATS), value_of(o, result, 0));
}

static void table(char **argument) {
  struct opened o;
  open_sheet(&o, argument[2], argument[6], argument[3]);
  size_t input = cell_of(&o, argument[4]), result = cell_of(&o, argument[5]);
  mls_cell about;
  expect(mls_cell_about(o.model, input, &about, sizeof about), "a cell");
  recalculate(&o, input, about.rows, result);
  if (about.rows > 1) edit(&o, input, about.rows, result);
  close_sheet(&o);
}

/* ---- named cells ---- */

static void named(char **argument) {
  struct opened o;
  double list[REPEATS];
  open_sheet(&o, argument[2], NULL, NULL);
  size_t result = cell_of(&o, argument[4]), count = mls_cell_count(o.model), found = 0;
  size_t *inputs = malloc(count * sizeof *inputs);
  if (!inputs) expect(MLS_MEMORY, "inputs");
  for (size_t i = 0; i < count; i++) {
    char path[64];
    mls_cell about;
    mls_cell_path(o.model, i, path, sizeof path);
    expect(mls_cell_about(o.model, i, &about, sizeof about), "a cell");
    if (about.kind == MLS_INPUT && strncmp(path, argument[3], strlen(argument[3])) == 0)
      inputs[found++] = i;
  }
  for (int i = 0; i < REPEATS; i++) {
    for (size_t j = 0; j < found; j++)
      expect(mls_set_number(o.values, inputs[j], 0, 0.5 + (i + 1) * 0.01 + (double)(j % 7) * 0.1),
             "setting");
    double start = now();
    expect(mls_settle(o.values), "settling");
    list[i] = now() - start;
  }
  made_tell("recalculate", median(list, REPEATS), value_of(&o, result, 0));
  free(inputs);
  close_sheet(&o);
}

/* ---- scenarios in memory ---- */

static void batch(int count, char **argument) {
  struct opened o;
  struct plan plan = plan_read(argument[3]);
  unsigned rows = (unsigned)strtoul(argument[4], NULL, 10);
  size_t results = (size_t)count - 5;
  mls_place places[64], wanted[64];
  double *columns[64], *out[64], list[REPEATS], check = 0;
  open_sheet(&o, argument[2], NULL, NULL);
  for (unsigned j = 0; j < plan.count; j++) {
    places[j] = (mls_place){ cell_of(&o, plan.column[j].name), 0 };
    columns[j] = made_room(rows);
    for (unsigned i = 0; i < rows; i++) columns[j][i] = plan_rounded(&plan, i, j);
  }
  for (size_t k = 0; k < results; k++) {
    wanted[k] = (mls_place){ cell_of(&o, argument[5 + k]), 0 };
    out[k] = made_room(rows);
  }
  mls_batch *made;
  expect(mls_batch_new(o.model, o.values, places, plan.count, wanted, results, &made), "planning");
  for (int i = 0; i < REPEATS; i++) {
    double start = now();
    expect(mls_batch_run(made, rows, (const double *const *)columns, out, NULL), "a batch");
    list[i] = now() - start;
  }
  for (size_t k = 0; k < results; k++)
    for (unsigned i = 0; i < rows; i++) check += out[k][i];
  made_tell("batch", median(list, REPEATS), check);
  mls_batch_free(made);
  for (unsigned j = 0; j < plan.count; j++) free(columns[j]);
  for (size_t k = 0; k < results; k++) free(out[k]);
  close_sheet(&o);
}

int main(int count, char **argument) {
  if (count > 5 && strcmp(argument[1], "batch") == 0) batch(count, argument);
  else if (count == 7 && strcmp(argument[1], "table") == 0) table(argument);
  else if (count == 5 && strcmp(argument[1], "named") == 0) named(argument);
  else return EXIT_FAILURE;
  return EXIT_SUCCESS;
}
