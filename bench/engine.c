/* The engine against C written by hand for the same work (hand.c), in one run: tables, recurrences,
   edits; and templates in batches. CPU time, medians of turns in which both sides alternate. Prints
   a line a figure: name, ours, by hand, ratio. Arguments: the folders of bench/, templates/ and
   registry/, and names of some to run. */
#define _DEFAULT_SOURCE /* madvise */
#include <stdbool.h>

#include "hand.h"
#include "made.h"
#include "mlsysim.h"

enum { TURNS = 9 };

static mls_book *book;

static mls_model *open_sheet(const char *name, const mls_rows *rows, size_t count) {
  mls_model *model;
  if (mls_model_open_bytes(book, name, NULL, 0, rows, count, &model) != MLS_OK)
    stop(mls_book_message(book, 0) ? mls_book_message(book, 0)->text : name);
  return model;
}

static size_t cell_of(const mls_model *model, const char *path) {
  size_t cell;
  if (mls_cell_find(model, path, &cell) != MLS_OK) stop(path);
  return cell;
}

static void tell(const char *name, double ours, double hand, const char *unit) {
  printf("%-28s %12.3f %12.3f %s   ratio %.2f\n", name, ours, hand, unit, ours / hand);
  fflush(stdout);
}

/* ---- templates ---- */

/* All outputs and checks while every number that the sheet takes varies. */
static void bench_template(const char *name) {
  enum { COUNT = 100000, VARIED = 64, RESULTS = 64 };
  mls_place columns[VARIED], results[RESULTS];
  double *in[VARIED], *out[RESULTS], list[TURNS];
  size_t varied = 0, wanted = 0;
  mls_model *model = open_sheet(name, NULL, 0);
  mls_cell about;
  mls_input input;
  for (size_t i = 0; mls_cell_about(model, i, &about, sizeof about) == MLS_OK; i++) {
    bool given = about.kind == MLS_INPUT && about.rows == 1 &&
                 mls_input_about(model, i, &input, sizeof input) == MLS_OK;
    if (given && strcmp(input.set, "range") == 0 && varied < VARIED) {
      double high = input.high < 1e6 ? input.high : input.low + 1e3;
      columns[varied] = (mls_place){ i, 0 };
      in[varied] = made_room(COUNT);
      for (size_t k = 0; k < COUNT; k++) {
        double x = input.low + (high - input.low) * made_uniform((uint32_t)(k * VARIED + varied));
        if (input.step > 0) x = input.low + input.step * floor((x - input.low) / input.step);
        in[varied][k] = x * about.factor;
      }
      varied++;
    }
    if ((about.output || (about.kind == MLS_CHECK && !about.hidden)) && wanted < RESULTS) {
      results[wanted] = (mls_place){ i, 0 };
      out[wanted++] = made_room(COUNT);
    }
  }
  mls_batch *batch;
  if (mls_batch_new(model, NULL, columns, varied, results, wanted, &batch) != MLS_OK)
    stop("mls_batch_new");
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now();
    if (mls_batch_run(batch, COUNT, (const double *const *)in, out, NULL) != MLS_OK)
      stop(mls_batch_message(batch, 0)->text);
    list[turn] = now() - start;
  }
  printf("%-28s %12.3f million a second (%zu inputs vary, %zu results)\n", name,
         1e-6 * COUNT / median(list, TURNS), varied, wanted);
  fflush(stdout);
  mls_batch_free(batch);
  for (size_t j = 0; j < varied; j++) free(in[j]);
  for (size_t k = 0; k < wanted; k++) free(out[k]);
}

/* ---- tables ---- */

/* Rows for a table: "row" and the names, numbers by made_leaf. */
static char *make_rows(const char *head, size_t rows, size_t columns, size_t *size) {
  char *text = need(malloc(rows * (columns + 1) * 12 + 200)), *at = text;
  uint32_t k = 0;
  at += sprintf(at, "%s\n", head);
  for (size_t i = 0; i < rows; i++) {
    at += sprintf(at, "%zu", i + 1);
    for (size_t j = 0; j < columns; j++) at += sprintf(at, ",%.6f", made_leaf(++k));
    *at++ = '\n';
  }
  *size = (size_t)(at - text);
  return text;
}

static mls_model *open_table(const char *sheet, const char *table, const char *head, size_t rows,
                             size_t columns) {
  mls_rows given = { .table = table, .file = "rows.csv" };
  char *text = make_rows(head, rows, columns, &given.size);
  given.bytes = text;
  mls_model *model = open_sheet(sheet, &given, 1);
  free(text);
  return model;
}

static mls_values *values_of(const mls_model *model) {
  mls_values *values;
  if (mls_values_new(model, NULL, &values) != MLS_OK || mls_settle(values) != MLS_OK)
    stop("mls_values_new");
  return values;
}

static double get(mls_values *values, size_t cell, size_t row) {
  double si;
  if (mls_get(values, cell, row, &si) != MLS_OK) stop("mls_get");
  return si;
}

static void near(const char *what, double a, double b) {
  if (!(fabs(a - b) <= 1e-9 * fabs(b))) stop(what);
}

enum { WIDE_ROWS = 50000, EDITS = 100, ROUNDS = 3001 };

static const char wide_head[] = "row,x_a,x_b,x_c,x_d,x_e,x_f,x_g,x_h,x_i,x_j";

static double *wide_cells(void) {
  double *cells = made_room((size_t)WIDE_ROWS * HAND_WIDE);
  uint32_t k = 0;
  for (size_t i = 0; i < WIDE_ROWS; i++)
    for (size_t j = 0; j < 10; j++) cells[i * HAND_WIDE + j] = made_leaf(++k);
  return cells;
}

/* All rows again, after one input of each changed. */
static void bench_wide(const mls_model *model, mls_values *values, double *cells) {
  double ours[TURNS], hand[TURNS], total = 0;
  size_t x_a = cell_of(model, "grid.x_a"), sum = cell_of(model, "total");
  for (int turn = 0; turn < TURNS; turn++) {
    for (size_t i = 0; i < WIDE_ROWS; i++) {
      double x = made_leaf((uint32_t)(i * 10 + 1)) + 0.01 * turn;
      cells[i * HAND_WIDE] = x;
      if (mls_set_number(values, x_a, i, x) != MLS_OK) stop("mls_set_number");
    }
    double start = now();
    total = hand_wide(WIDE_ROWS, cells);
    hand[turn] = now() - start;
    start = now();
    mls_settle(values);
    ours[turn] = now() - start;
  }
  near("wide", get(values, sum, 0), total);
  tell("wide, all of 1,000,000", 1e3 * median(ours, TURNS), 1e3 * median(hand, TURNS), "ms");
}

/* One edit and what it reaches, made current: `rows` rows of `cell` in turn, then `check` is read.
 */
static double time_edits(mls_values *values, size_t cell, size_t rows, size_t check) {
  static double list[ROUNDS];
  size_t k = 0;
  for (int turn = 0; turn < ROUNDS; turn++) {
    double start = now();
    for (int i = 0; i < EDITS; i++, k++) {
      mls_set_number(values, cell, k * 7919 % rows, 0.5 + (double)(k % 11) * 0.1);
      get(values, check, 0);
    }
    list[turn] = (now() - start) / EDITS;
  }
  return median(list, ROUNDS);
}

static void tell_edit(const char *name, double seconds) {
  printf("%-28s %12.3f us an edit\n", name, 1e6 * seconds);
  fflush(stdout);
}

static void bench_wides(void) {
  mls_model *model = open_table("wide", "grid", wide_head, WIDE_ROWS, 10);
  mls_values *values = values_of(model);
  double *cells = wide_cells();
  bench_wide(model, values, cells);
  tell_edit("wide, one row and the total",
            time_edits(values, cell_of(model, "grid.x_a"), WIDE_ROWS, cell_of(model, "total")));
  mls_values_free(values);
  free(cells);
  model = open_table("wide_rows", "grid", wide_head, WIDE_ROWS, 10);
  values = values_of(model);
  tell_edit("wide, one row",
            time_edits(values, cell_of(model, "grid.x_a"), WIDE_ROWS, cell_of(model, "grid.x_ad")));
  mls_values_free(values);
}

/* ---- fan ---- */

enum { FAN = 1000, FAN_AT_ONCE = 20 };

static char *add_names(char *at, const char *of, size_t from, size_t until) {
  for (size_t i = from; i < until; i++)
    at += sprintf(at, "%s%s_%zu", i == from ? "" : " + ", of, i);
  return at;
}

/* Columns of FAN rows, a sum of each, and their total, twenty at a time. */
static char *make_fan(size_t *size) {
  char *text = need(malloc((size_t)FAN * 120 + 400)), *at = text;
  at += sprintf(at, "sheet fan\ntable grid for row in 1..%d\n", FAN);
  for (int i = 0; i < FAN; i++) at += sprintf(at, "  input leaf_%d = 0.5 in 0..2\n", i);
  at += sprintf(at, "\n");
  for (int i = 0; i < FAN; i++) at += sprintf(at, "sum_%d = sum(grid.leaf_%d)\n", i, i);
  for (size_t i = 0; i < FAN / FAN_AT_ONCE; i++) {
    at += sprintf(at, "part_%zu = ", i);
    at = add_names(at, "sum", i * FAN_AT_ONCE, (i + 1) * FAN_AT_ONCE);
    at += sprintf(at, "\n");
  }
  at += sprintf(at, "output total = ");
  at = add_names(at, "part", 0, FAN / FAN_AT_ONCE);
  at += sprintf(at, "\n");
  *size = (size_t)(at - text);
  return text;
}

static void bench_fan(void) {
  size_t size;
  char *text = make_fan(&size);
  mls_model *model;
  if (mls_model_open_bytes(book, "fan.sheet", text, size, NULL, 0, &model) != MLS_OK)
    stop(mls_book_message(book, 0) ? mls_book_message(book, 0)->text : "fan");
  free(text);
  mls_values *values = values_of(model);
  near("fan", get(values, cell_of(model, "total"), 0), 0.5 * FAN * FAN);
  tell_edit("fan, one leaf",
            time_edits(values, cell_of(model, "grid.leaf_7"), FAN, cell_of(model, "total")));
  mls_values_free(values);
}

/* ---- recurrences ---- */

enum { CHAIN_ROWS = 1000000 };

static void bench_chain(const char *sheet, const char *name,
                        double (*by_hand)(size_t, double, const double *, double *)) {
  double ours[TURNS], hand[TURNS], end = 0;
  mls_model *model = open_table(sheet, "steps", "row,add", CHAIN_ROWS, 1);
  mls_values *values = values_of(model);
  double *add = made_room(CHAIN_ROWS), *out = made_room(CHAIN_ROWS);
  size_t first = cell_of(model, "start"), last = cell_of(model, "end");
  for (size_t i = 0; i < CHAIN_ROWS; i++) add[i] = made_leaf((uint32_t)i + 1);
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now();
    end = by_hand(CHAIN_ROWS, turn + 2, add, out);
    hand[turn] = now() - start;
    start = now();
    mls_set_number(values, first, 0, turn + 2);
    mls_settle(values);
    ours[turn] = now() - start;
  }
  near(name, get(values, last, 0), end);
  tell(name, 1e3 * median(ours, TURNS), 1e3 * median(hand, TURNS), "ms");
  mls_values_free(values);
  free(add);
  free(out);
}

static bool wanted(int count, char **arguments, const char *name) {
  for (int i = 4; i < count; i++)
    if (strcmp(arguments[i], name) == 0) return true;
  return count == 4;
}

int main(int count, char **arguments) {
  if (count < 4) stop("arguments: bench templates registry [names]");
  const char *templates[] = { arguments[1], arguments[2], NULL },
             *registries[] = { arguments[3], NULL };
  mls_options options = { .size = sizeof options,
                          .templates = templates,
                          .registries = registries };
  if (mls_open(&options, &book) != MLS_OK) stop("mls_open");
  if (wanted(count, arguments, "templates")) {
    bench_template("training");
    bench_template("serving");
  }
  if (wanted(count, arguments, "wide")) bench_wides();
  if (wanted(count, arguments, "fan")) bench_fan();
  if (wanted(count, arguments, "chain")) {
    bench_chain("chain", "chain of 1,000,000", hand_linear);
    bench_chain("chain_bent", "bent chain of 1,000,000", hand_bent);
  }
  mls_close(book);
  return 0;
}
