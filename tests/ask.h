/* Asking sheets held in strings what the language says about them: used by the suites that read
   docs/language.md sentence by sentence. */
#ifndef TESTS_ASK_H
#define TESTS_ASK_H

#include <math.h>
#include <stdio.h>

#include "fixture.h"

/* Besides those of the fixture. */
static const struct text_file ask_files[] = {
  { "registry", "units",
    "unit,definition,kind,differs,note\ns,,base,,\nB,,base,,\nkg,,base,,\nm,,base,,\nK,,base,,"
    "\nEUR,,base,,\n"
    "token,,count,,\nrequest,,count,,\nsample,,count,,\nbit,0.125 B,,,\nkB,1000 B,,,\nKiB,1024 "
    "B,,,\n"
    "J,1 kg*m^2/s^2,,,\nW,1 J/s,,,\nkW,1000 W,,,\nminute,60 s,,,\nus,1e-6 s,,,\n" },
  { "registry", "chips",
    "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
    "Big,tdp,700,W,,,sheet_h,page 1,2026-01-02,verified,\n"
    "Big,memory,80,GB,70,90,sheet_h,page 1,2026-01-02,cited,\n"
    "Big,flops.fp16,1000,TFLOP/s,,,sheet_h,page 2,2026-01-02,verified,\n"
    "Big,flops.fp8,2000,TFLOP/s,,,,,,estimate,a guess\n"
    "Big,maker,Acme,,,,sheet_h,page 1,2026-01-02,verified,\n"
    "Big,price,30,kUSD,,,,,2026-03-04,estimate,a guess\n"
    "Small,tdp,100,W,,,sheet_h,page 1,2026-01-02,verified,\n"
    "Small,memory,16,GB,,,sheet_h,page 1,2026-01-02,verified,\n"
    "Small,flops.fp16,100,TFLOP/s,,,sheet_h,page 2,2026-01-02,verified,\n"
    "Small,maker,Zeta,,,,sheet_h,page 1,2026-01-02,verified,\n" },
  { "sheet", "job",
    "sheet job  # A used sheet\n"
    "input hw = Big in chips\n"
    "input gpus = 4 in 1..64 by 1\n"
    "input load [%] = 80 in 0..100\n"
    "input mode = fast in fast, slow\n"
    "output power [W] = hw.tdp * gpus * load\n"
    "memory [GB] = hw.memory * gpus\n"
    "table plan for month in 0..3\n"
    "  input share [%] = 100, 50, 25, 0 in 0..100\n"
    "  cash [USD] = month * 10 [USD] * share\n" },
};

/* Opens "sheet try_it", a new line and `text`; what was told stands in `told` as lines. */
static inline mls_status ask_try(struct world *world, const char *text, const mls_rows *rows,
                                 size_t row_count, char told[8192]) {
  mls_options options = { .size = sizeof options, .find = world_find, .find_context = world };
  size_t size = strlen(text) + 32;
  char *whole = malloc(size);
  ck_assert_ptr_nonnull(whole);
  snprintf(whole, size, "sheet try_it\n%s", text);
  *world =
      (struct world){ .extra = ask_files, .extra_count = sizeof ask_files / sizeof *ask_files };
  ck_assert_int_eq(mls_open(&options, &world->book), MLS_OK);
  mls_status status = mls_model_open_bytes(world->book, "try_it.sheet", whole, strlen(whole), rows,
                                           row_count, &world->model);
  size_t used = 0;
  told[0] = 0;
  for (size_t i = 0; mls_book_message(world->book, i) && used < 7000; i++) {
    const mls_message *message = mls_book_message(world->book, i);
    used += (size_t)snprintf(told + used, 8192 - used, "%s:%d: %s: %s\n",
                             message->file ? message->file : "-", message->line,
                             mls_status_word(message->status), message->text);
  }
  free(whole);
  return status;
}

static inline void ask_rows(struct world *world, const char *text, const mls_rows *rows,
                            size_t row_count) {
  char told[8192];
  mls_status status = ask_try(world, text, rows, row_count, told);
  ck_assert_msg(status == MLS_OK, "refused:\n%s\n%s", text, told);
  ck_assert_int_eq(mls_values_new(world->model, NULL, &world->values), MLS_OK);
  ck_assert_int_eq(mls_settle(world->values), MLS_OK);
}

static inline void ask_open(struct world *world, const char *text) {
  ask_rows(world, text, NULL, 0);
}

/* The SI value of a cell ("plan.cash(3)" too); NaN for an error. */
static inline double ask(struct world *world, const char *path) {
  size_t row = 0;
  unsigned cell = world_cell(world, path, &row);
  double si = NAN;
  mls_status status = mls_get(world->values, cell, row == ROWS_ALL ? 0 : row, &si);
  ck_assert_msg(status == MLS_OK || status == MLS_VALUE, "%s: status %d", path, (int)status);
  return status == MLS_OK ? si : NAN;
}

static inline const char *ask_word(struct world *world, const char *path) {
  size_t row = 0;
  const char *word = NULL;
  unsigned cell = world_cell(world, path, &row);
  mls_status status = mls_get_word(world->values, cell, row == ROWS_ALL ? 0 : row, &word);
  return status == MLS_OK ? word : "(error)";
}

static inline mls_cell_error ask_error(struct world *world, const char *path) {
  size_t row = 0;
  mls_cell_error error;
  unsigned cell = world_cell(world, path, &row);
  ck_assert_int_eq(mls_error(world->values, cell, row == ROWS_ALL ? 0 : row, &error), MLS_OK);
  return error;
}

/* The formula is a true check below the lines. */
static inline void ask_holds(const char *lines, const char *formula) {
  struct world world;
  char text[8192];
  snprintf(text, sizeof text, "%s%scheck ask_it = %s\n", lines, lines[0] ? "\n" : "", formula);
  ask_open(&world, text);
  double value = ask(&world, "ask_it");
  if (value != 1) {
    mls_cell_error error = ask_error(&world, "ask_it");
    ck_abort_msg("%s\n%s is %s%s", lines, formula,
                 value == 0 ? "false" : "an error: ", error.message ? error.message : "");
  }
  world_close(&world);
}

/* The cell `x` with this formula has an error of this kind. */
static inline void ask_wrong(const char *lines, const char *formula, const char *kind) {
  struct world world;
  char text[8192];
  snprintf(text, sizeof text, "%s%sask_it = %s\n", lines, lines[0] ? "\n" : "", formula);
  ask_open(&world, text);
  mls_cell_error error = ask_error(&world, "ask_it");
  ck_assert_msg(error.kind && strcmp(error.kind, kind) == 0, "%s: %s, expected %s", formula,
                error.kind ? error.kind : "no error", kind);
  world_close(&world);
}

/* The lines are refused, with one message alone, which holds `part`. */
static inline void ask_refused(const char *lines, const char *part) {
  struct world world;
  char told[8192];
  mls_status status = ask_try(&world, lines, NULL, 0, told);
  ck_assert_msg(status != MLS_OK, "accepted:\n%s", lines);
  ck_assert_ptr_null(world.model);
  ck_assert_msg(strstr(told, part) != NULL, "no \"%s\" for\n%s\nbut\n%s", part, lines, told);
  ck_assert_msg(mls_book_message(world.book, 1) == NULL, "more than one message for\n%s\n%s", lines,
                told);
  mls_close(world.book);
}

static inline void ask_accepted(const char *lines) {
  struct world world;
  char told[8192];
  mls_status status = ask_try(&world, lines, NULL, 0, told);
  ck_assert_msg(status == MLS_OK, "refused:\n%s\n%s", lines, told);
  mls_close(world.book);
}

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
