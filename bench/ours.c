/* The workloads through the public header alone.
   ours batch SHEET PLAN ROWS RESULT...   scenarios in memory: CPU time, and by the clock on the
   wall with one and two threads ours lines SHEET FILE [RESULT]...      lines of a CSV to lines of
   results, in memory ours open SHEET ROWS.csv TABLE         opening and calculating a table from a
   file, and its memory ours named SHEET PREFIX RESULT         named cells: opening, memory, and
   recalculating them after every input whose name starts with PREFIX has changed Prints a line a
   figure: name, seconds of CPU (or bytes), a value that shows the work was done. */
#define _DEFAULT_SOURCE /* madvise */
#include <pthread.h>

#include "mlsysim.h"
#include "plan.h"

enum { REPEATS = 11, BLOCK = 1 << 20 };

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
  char *bytes = need(malloc(*size + 1));
  if (fread(bytes, 1, *size, file) != *size) expect(MLS_FILE, path);
  bytes[*size] = 0;
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

/* ---- a table ---- */

static void table(char **argument) {
  struct opened o;
  open_sheet(&o, argument[2], argument[4], argument[3]);
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

enum { MOST = 64 };

/* Scenarios [from, from + count) of all columns. */
struct part {
  mls_batch *batch;
  double *columns[MOST], *results[MOST];
  size_t column_count, result_count, from, count;
};

static void *run_part(void *context) {
  const struct part *part = context;
  const double *columns[MOST];
  double *results[MOST];
  for (size_t j = 0; j < part->column_count; j++) columns[j] = part->columns[j] + part->from;
  for (size_t k = 0; k < part->result_count; k++) results[k] = part->results[k] + part->from;
  expect(mls_batch_run(part->batch, part->count, columns, results, NULL), "a batch");
  return NULL;
}

static mls_batch *plan_batch(const struct opened *o, const struct plan *plan, char **results,
                             size_t result_count) {
  mls_place places[MOST], wanted[MOST];
  mls_batch *batch;
  for (unsigned j = 0; j < plan->count; j++)
    places[j] = (mls_place){ cell_of(o, plan->column[j].name), 0 };
  for (size_t k = 0; k < result_count; k++) wanted[k] = (mls_place){ cell_of(o, results[k]), 0 };
  expect(mls_batch_new(o->model, o->values, places, plan->count, wanted, result_count, &batch),
         "planning");
  return batch;
}

static void time_alone(struct part *part) {
  double list[REPEATS], check = 0;
  for (int i = 0; i < REPEATS; i++) {
    double start = now();
    run_part(part);
    list[i] = now() - start;
  }
  for (size_t k = 0; k < part->result_count; k++)
    for (size_t i = 0; i < part->count; i++) check += part->results[k][i];
  made_tell("batch", median(list, REPEATS), check);
}

/* By the clock on the wall: one thread, then two with a batch of its own each. */
static void time_threads(struct part *whole, mls_batch *second) {
  double one[REPEATS], two[REPEATS];
  struct part parts[2] = { *whole, *whole };
  parts[0].count = parts[1].from = whole->count / 2;
  parts[1].count = whole->count - parts[1].from;
  parts[1].batch = second;
  for (int i = 0; i < REPEATS; i++) {
    pthread_t other;
    double start = clock_now(CLOCK_MONOTONIC);
    run_part(whole);
    one[i] = clock_now(CLOCK_MONOTONIC) - start;
    start = clock_now(CLOCK_MONOTONIC);
    if (pthread_create(&other, NULL, run_part, &parts[1]) != 0) stop("a thread");
    run_part(&parts[0]);
    pthread_join(other, NULL);
    two[i] = clock_now(CLOCK_MONOTONIC) - start;
  }
  made_tell("one", median(one, REPEATS), 1);
  made_tell("two", median(two, REPEATS), 2);
}

static void batch(int count, char **argument) {
  struct opened o;
  struct plan plan = plan_read(argument[3]);
  struct part part = { .column_count = plan.count, .result_count = (size_t)count - 5 };
  part.count = strtoul(argument[4], NULL, 10);
  open_sheet(&o, argument[2], NULL, NULL);
  for (unsigned j = 0; j < plan.count; j++) {
    part.columns[j] = made_room(part.count);
    for (unsigned i = 0; i < part.count; i++) part.columns[j][i] = plan_rounded(&plan, i, j);
  }
  for (size_t k = 0; k < part.result_count; k++) part.results[k] = made_room(part.count);
  part.batch = plan_batch(&o, &plan, argument + 5, part.result_count);
  mls_batch *second = plan_batch(&o, &plan, argument + 5, part.result_count);
  time_alone(&part);
  time_threads(&part, second);
  mls_batch_free(part.batch);
  mls_batch_free(second);
  for (size_t j = 0; j < part.column_count; j++) free(part.columns[j]);
  for (size_t k = 0; k < part.result_count; k++) free(part.results[k]);
  close_sheet(&o);
}

/* ---- lines ---- */

/* Through a stream, a block at a time; returns the rows. */
static size_t pass(mls_stream *stream, const char *file, size_t size) {
  size_t at = strcspn(file, "\n") + 1, line = 2, row = 1;
  while (at < size) {
    size_t end = size - at > BLOCK ? at + BLOCK : size;
    mls_lines came;
    while (end < size && file[end - 1] != '\n') end--;
    expect(mls_stream_lines(stream, file + at, end - at, line, row, &came, sizeof came), "lines");
    at = end;
    line += came.lines;
    row += came.rows;
  }
  return row - 1;
}

static void lines(int count, char **argument) {
  struct opened o;
  size_t size, rows = 0;
  double list[REPEATS];
  char *file = read_file(argument[3], &size);
  mls_stream *stream;
  open_sheet(&o, argument[2], NULL, NULL);
  mls_stream_options options = { .size = sizeof options,
                                 .file = "scenarios.csv",
                                 .header = file,
                                 .length = strcspn(file, "\n"),
                                 .cells = (const char *const *)(argument + 4),
                                 .cell_count = (size_t)count - 4 };
  if (count == 4) options.cells = NULL;
  expect(mls_stream_new(o.model, NULL, &options, &stream), "a stream");
  for (int i = 0; i < REPEATS; i++) {
    double start = now();
    rows = pass(stream, file, size);
    list[i] = now() - start;
  }
  made_tell("lines", median(list, REPEATS), (double)rows);
  mls_stream_free(stream);
  free(file);
  close_sheet(&o);
}

int main(int count, char **argument) {
  if (count > 5 && strcmp(argument[1], "batch") == 0) batch(count, argument);
  else if (count >= 4 && strcmp(argument[1], "lines") == 0) lines(count, argument);
  else if (count == 5 && strcmp(argument[1], "open") == 0) table(argument);
  else if (count == 5 && strcmp(argument[1], "named") == 0) named(argument);
  else return EXIT_FAILURE;
  return EXIT_SUCCESS;
}
