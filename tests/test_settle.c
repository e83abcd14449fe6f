/* Settling: after any edits every cell is, to the bit, what its formula gives from the settled
   values one row at a time; recurrences of every shape, edits far apart, sums of many rows. */
#include "ask.h"
#include "real.h"
#include "tree.h"

Suite *suite_settle(void);

static uint64_t random_state;

static double chance(void) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (double)((random_state * 2685821657736338717ull) >> 11) * 0x1p-53;
}

static void check_row(const struct mls_values *values, unsigned cell, size_t row) {
  const struct cell *at = &values->model->cells[cell];
  double expected, found = values_get(values, cell, row);
  if (at->formula) {
    expected = values_evaluate(values, model_home(values->model, at), row, at->formula);
  } else {
    const struct cell *column = &values->model->cells[at->total->column];
    const double *truth = at->total->truth == GRAPH_NONE
                              ? NULL
                              : &values->value[values->model->cells[at->total->truth].offset];
    expected = at->total->function->total(column->rows, &values->value[column->offset], truth);
  }
  char path[128];
  mls_row_path(values->model, cell, row, path, sizeof path);
  ck_assert_msg(memcmp(&expected, &found, sizeof found) == 0, "%s: %a, its formula gives %a", path,
                found, expected);
}

static void check_all(struct mls_values *values) {
  ck_assert_int_eq(mls_settle(values), MLS_OK);
  for (unsigned cell = 0; cell < values->model->cell_count; cell++) {
    const struct cell *at = &values->model->cells[cell];
    if (!at->formula && at->kind != CELL_TOTAL) continue;
    for (size_t row = 0; row < at->rows; row++) check_row(values, cell, row);
  }
}

/* Another number inside the range of an input. */
static void edit(struct mls_values *values, unsigned cell, size_t row) {
  const struct cell *at = &values->model->cells[cell];
  const struct set *set = model_line(values->model, cell)->domain->set;
  double number = set->low + (set->high - set->low) * chance();
  if (set->step > 0) number = set->low + set->step * floor((number - set->low) / set->step);
  if (chance() < 0.3) number = set->low;
  ck_assert_int_eq(mls_set_number(values, cell, row, number * at->unit->factor), MLS_OK);
}

/* A cell that is calculated is told as changed when its values got other bits, and only then. */
static void check_changed(const struct mls_values *values, const double *before) {
  const struct mls_model *model = values->model;
  for (unsigned cell = 0; cell < model->cell_count; cell++) {
    const struct cell *at = &model->cells[cell];
    if (at->kind == CELL_INPUT) continue; /* it may have been set and set back */
    bool differs =
        memcmp(&before[at->offset], &values->value[at->offset], at->rows * sizeof *before) != 0;
    ck_assert_msg(differs == (bits_has(&values->changed, cell) != 0), "cell %u changed: %d", cell,
                  differs);
  }
}

/* Rounds of a few edits anywhere, all checked after each. */
static void edit_and_check(struct mls_values *values, int rounds, int edits) {
  const struct mls_model *model = values->model;
  double *before = malloc((model->value_count + 1) * sizeof *before);
  ck_assert_ptr_nonnull(before);
  for (int round = 0; round < rounds; round++) {
    memcpy(before, values->value, model->value_count * sizeof *before);
    for (int i = 0; i < edits;) {
      unsigned cell = (unsigned)(chance() * (double)model->cell_count);
      const struct cell *at = &model->cells[cell];
      if (at->kind != CELL_INPUT || at->text) {
        if (chance() < 0.001) break; /* there may be no such input */
        continue;
      }
      edit(values, cell, (size_t)(chance() * (double)at->rows));
      i++;
    }
    bool touched = !values->settled;
    check_all(values);
    if (touched) check_changed(values, before);
  }
  free(before);
}

static void try_sheet(const char *text) {
  struct world world;
  random_state = 0x9e3779b97f4a7c15ull;
  ask_open(&world, text);
  check_all(world.values);
  edit_and_check(world.values, 40, 1);
  edit_and_check(world.values, 20, 3);
  world_close(&world);
}

/* ---- recurrences ---- */

static const char *const recurrences[] = {
  "prior(x, start) * 1.01 + add",
  "add + 1.01 * prior(x, start)",
  "prior(x, start) * grow + add * grow",
  "prior(x, start) + add",
  "add + prior(x, start)",
  "prior(x, start) * grow",
  "grow * prior(x, start)",
  "prior(x, start) - add",
  "prior(x, start) * prior(x, start) * 0.5 + add",
  "prior(x, start) * prior(x, start, 2) + add",
  "prior(x, start, 3) * 0.5 + add",
  "prior(x, start) * 0.5 + prior(x, 1, 300)",
  "prior(x, start) * 1e200 + add",
  "prior(x, start) / (add - 1) + 1",
  "if(prior(x, start) > 3, 0, prior(x, start) + add)",
  "default(prior(x, start) / (add - 1), 1)",
  "max(prior(x, start) * 0.5, add) + 1 / (1 + prior(x, start))",
  "-prior(x, start)",
  "prior(x, start)",
  "prior(x, start) * 1 + prior(add, 0, 2)",
  "min(prior(x, start) + add, 5, t.add(1))",
  "prior(x + 1, start) * grow + prior(add + start, 0)",
  "prior(prior(x, start), add) + 1",
};

START_TEST(test_recurrence) {
  char text[1024];
  snprintf(text, sizeof text,
           "input start = 1 in -2..2\ninput rate = 0.9 in -1..1\n"
           "table t for row in 1..700\n  input add = 0.5 in 0..1\n  grow = rate * add\n  x = %s\n"
           "all = sum(t.x)\nend = last(t.x)\n",
           recurrences[_i]);
  try_sheet(text);
}
END_TEST

START_TEST(groups) {
  try_sheet("input start [USD] = 100 in 0..200\ninput rate = 0.01 in 0..1\n"
            "table plan for month in 1..600\n  input spend [USD] = 3 in 0..9\n"
            "  opening [USD] = prior(closing, start)\n  interest [USD] = opening * rate\n"
            "  paid [USD] = min(spend + prior(interest, 0 [USD]), opening)\n"
            "  closing [USD] = opening + interest - paid\n  late [USD] = prior(paid, 0 [USD], 12)\n"
            "whole [USD] = sum(plan.paid)\n");
}
END_TEST

/* A look-up whose key rests on the rows above. */
START_TEST(walks) {
  try_sheet("input start = 1 in 1..5 by 1\ntable way for step in 1..300\n"
            "  input next = 2 in 1..300 by 1\n  at = way.next(prior(at, start))\n");
}
END_TEST

/* ---- named cells ---- */

/* Formulas over named cells and texts: the functions that one row has of its own, others, errors,
   and what is no more than a name or a number. */
static const char *const shapes[] = {
  "%s + %s * %s",
  "%s - %s / %s",
  "-%s * sqrt(%s - %s)",
  "min(%s, %s, %s)",
  "max(%s, %s) - %s",
  "if(%s < %s, %s, 2)",
  "if(%s <= %s, 1, -%s)",
  "if(%s > %s, 0.5, %s)",
  "if(%s >= %s, %s / 0, 3)",
  "default(%s / (%s - 1), %s)",
  "exp(%s / 9) ^ 2 + abs(%s) - %s",
  "%s",
  "if(and(%s == %s, not(%s > 1)), 1, 0)",
};

/* `cells` named cells, an input before every fourth; each reads some of the last `reach` ones.
   After half of them come a table that reads one and a sum that one reads. */
static char *named_cells(int cells, int reach) {
  char *text = malloc((size_t)cells * 120 + 1000), *at = text, read[3][16];
  ck_assert_ptr_nonnull(text);
  at += sprintf(at, "input c_0 = 1 in -3..3\n");
  for (int i = 1; i < cells; i++) {
    if (i == cells / 2)
      at += sprintf(at,
                    "table t for row in 1..40\n  input a = 1 in -3..3\n  b = a * c_%d\n"
                    "  d = prior(b, 0) + t.a(3)\n\nall = sum(t.d)\n",
                    i - 1);
    for (int k = 0; k < 3; k++)
      sprintf(read[k], "c_%d", i - 1 - (int)(chance() * (i < reach ? i : reach)));
    at += i % 4 == 0 ? sprintf(at, "input c_%d = 1 in -3..3\n", i) : sprintf(at, "c_%d = ", i);
    if (i % 4 == 0) continue;
    if (i == cells / 2 + 1) at += sprintf(at, "all + ");
    at += sprintf(at, shapes[(int)(chance() * COUNT_OF(shapes))], read[0], read[1], read[2]);
    at += sprintf(at, "\n");
  }
  return text;
}

/* Few edits are followed from cell to cell, many make whole blocks be calculated: both end with the
   same values, and tell the same cells. */
START_TEST(named) {
  static const int sizes[][2] = { { 60, 10 }, { 700, 20 }, { 2500, 2000 }, { 2500, 3 } };
  struct world world;
  random_state = (uint64_t)(_i + 5);
  char *text = named_cells(sizes[_i][0], sizes[_i][1]);
  ask_open(&world, text);
  check_all(world.values);
  edit_and_check(world.values, 30, 1);
  edit_and_check(world.values, 15, 3);
  edit_and_check(world.values, 8, sizes[_i][0] / 6);
  world_close(&world);
  free(text);
}
END_TEST

/* One edit among many cells calculates what it reaches; edits of a sixteenth of them calculate all
   of their block. */
START_TEST(steps) {
  struct world world;
  char text[20000] = "", *at = text;
  for (int i = 0; i < 320; i++)
    at += sprintf(at, i % 2 ? "c_%d = c_%d * 2\n" : "input c_%d = 1 in 0..9\n", i, i - i % 2);
  ask_open(&world, text);
  ck_assert_int_eq(mls_settle(world.values), MLS_OK);
  world_set(&world, "c_100", "3");
  ck_assert_uint_eq(world.values->steps, 1);
  ck_assert(ask(&world, "c_101") == 6);
  for (int i = 0; i < 320; i += 8) {
    char name[16];
    sprintf(name, "c_%d", i);
    ck_assert_int_eq(mls_set(world.values, name, "4"), MLS_OK);
  }
  ck_assert_int_eq(mls_settle(world.values), MLS_OK);
  ck_assert_uint_gt(world.values->steps, 40);
  ck_assert(ask(&world, "c_97") == 8 && ask(&world, "c_99") == 2);
  world_close(&world);
}
END_TEST

/* ---- columns and sums ---- */

/* One row of a table: alone, beside others, and told by prior to the next. */
START_TEST(wide) {
  static const char *const tables[] = {
    "table t for row in 1..400\n  input a = 1 in 0..9\n  input b = 1 in 0..9\n  k = a * b\n"
    "  d = k - a / b\n  e = min(d, k) + prior(k, a, 2)\n  f = sqrt(e - d)\n  g = prior(e, 0)\n"
    "  h = if(g > e, b, 0)\n  i = default(f, h)\n  j = row + scale\ntotal = sum(t.i)\n"
    "high = max(t.h)\nlone = t.i(7) + t.h(9)\n",
    "table t for row in 1..1\n  input a = 1 in 0..9\n  b = a * 2\n  k = prior(b, a) + scale\n"
    "  d = prior(d, k) + row\nall = sum(t.d) + sum(t.b)\n",
    "table each for chip in chips\n  input n = 1 in 0..9\n  watts [W] = chip.tdp * n\n"
    "  rate = chip.flops(\"fp16\") * n / (1 [TFLOP/s])\nall [W] = sum(each.watts)\n",
  };
  char text[2000];
  snprintf(text, sizeof text, "input scale = 2 in 0..9\n%s", tables[_i]);
  try_sheet(text);
}
END_TEST

/* More columns than are calculated at once. */
START_TEST(many_columns) {
  char text[40000] = "table t for row in 1..300\n  input a = 1 in 0..9\n  c_0 = a\n",
       *at = text + strlen(text);
  for (int i = 1; i < TAPE_SWEEP + 90; i++)
    at += sprintf(at, "  c_%d = c_%d + %d\n", i, i - 1 - i / 2 % 2 * (i > 2), i % 7);
  sprintf(at, "all = sum(t.c_3) + sum(t.c_%d)\n", TAPE_SWEEP + 80);
  struct world world;
  ask_open(&world, text);
  check_all(world.values);
  edit_and_check(world.values, 5, 1);
  edit_and_check(world.values, 3, 4);
  world_close(&world);
}
END_TEST

START_TEST(far_edits) {
  try_sheet(
      "input scale = 2 in 0..9\ntable t for row in 1..3000\n  input a = 1 in 0..9\n"
      "  input b = 1 in 0..9\n  made = a * scale + b\n  open = a > b\n  d = sqrt(made - 3) + row\n"
      "  e = prior(made, 0, 5) + d\n  f = t.a(row + scale)\n  g = default(d, e) * 2\n"
      "total = sum(t.made)\nsome = sum(t.made, t.open)\nbroken = sum(t.d)\nsafe = sum(t.g, "
      "t.open)\n"
      "middle = mean(t.made)\nmost = max(t.g)\nnext = total + some\nlone = t.made(77)\n");
}
END_TEST

/* What two edits reach, and no row between them. */
START_TEST(only_what_is_reached) {
  struct world world;
  ask_open(&world, "table t for row in 1..100000\n  input a = 1 in 0..9\n  made = a * 2\n");
  size_t row;
  unsigned a = world_cell(&world, "t.a(5)", &row), c = world_cell(&world, "t.made(5)", &row);
  ck_assert_int_eq(mls_set_number(world.values, a, 4, 3), MLS_OK);
  ck_assert_int_eq(mls_set_number(world.values, a, 99990, 4), MLS_OK);
  world.values->value[world.model->cells[c].offset + 50000] =
      77; /* a mark: nobody may write here */
  ck_assert_int_eq(mls_settle(world.values), MLS_OK);
  ck_assert(values_get(world.values, c, 4) == 6 && values_get(world.values, c, 99990) == 8);
  ck_assert(values_get(world.values, c, 50000) == 77);
  world_close(&world);
}
END_TEST

/* The tree is real_sum for every number of rows, and stays so when single rows change. */
START_TEST(trees) {
  static double column[256 * 20], truth[256 * 20], tree[100];
  static const size_t sizes[] = { 257, 512, 513, 1024, 1300, 2000, 256 * 9 + 1, 256 * 20 };
  static unsigned long long words[8];
  random_state = 7;
  for (size_t s = 0; s < COUNT_OF(sizes); s++) {
    size_t rows = sizes[s], blocks = (rows - 1) / TREE_BLOCK + 1;
    struct bits stale = bits_at(words, blocks);
    for (size_t i = 0; i < rows; i++) column[i] = chance() - 0.5, truth[i] = chance() < 0.5;
    ck_assert_uint_le(tree_size(blocks), COUNT_OF(tree));
    bits_fill(&stale, 0, blocks);
    for (int round = 0; round < 50; round++) {
      const double *where = round % 2 ? truth : NULL;
      if (round == 1) bits_fill(&stale, 0, blocks);
      if (round > 1) where = truth;
      double sum = tree_sum(tree, rows, column, where, &stale);
      double expected = where ? real_sum_where(column, truth, rows) : real_sum(column, rows);
      ck_assert_msg(memcmp(&sum, &expected, sizeof sum) == 0, "%zu rows: %a, real_sum %a", rows,
                    sum, expected);
      for (int i = 0; round > 0 && i < round / 4 + 1; i++) {
        size_t row = (size_t)(chance() * (double)rows);
        column[row] = chance();
        bits_set(&stale, row / TREE_BLOCK);
      }
    }
  }
}
END_TEST

/* ---- bits ---- */

START_TEST(sets_of_bits) {
  enum { SIZE = 9000 };
  static bool plain[SIZE];
  static unsigned long long words[200];
  struct bits bits = bits_at(words, SIZE);
  ck_assert_uint_le(bits_words(SIZE), COUNT_OF(words));
  random_state = 11;
  for (int round = 0; round < 2000; round++) {
    size_t from = (size_t)(chance() * SIZE), until = from + (size_t)(chance() * chance() * 400);
    if (until > SIZE) until = SIZE;
    if (chance() < 0.5) {
      bits_fill(&bits, from, until);
      for (size_t i = from; i < until; i++) plain[i] = true;
    } else if (chance() < 0.3) {
      bits_drop(&bits, from, until);
      for (size_t i = from; i < until; i++) plain[i] = false;
    } else {
      size_t end = from;
      while (end < until && plain[end]) plain[end++] = false;
      ck_assert_uint_eq(bits_take(&bits, from, until), end);
    }
    size_t next = from;
    while (next < SIZE && !plain[next]) next++;
    size_t found = bits_next(&bits, from);
    ck_assert_msg(next == SIZE ? found >= SIZE : found == next, "round %d: %zu, expected %zu",
                  round, found, next);
    found = bits_before(&bits, from, until);
    ck_assert(next >= until ? found >= until : found == next);
  }
}
END_TEST

Suite *suite_settle(void) {
  Suite *suite = suite_create("settle");
  TCase *rows = tcase_create("rows");
  tcase_set_timeout(rows, 120);
  tcase_add_loop_test(rows, test_recurrence, 0, COUNT_OF(recurrences));
  tcase_add_test(rows, groups);
  tcase_add_test(rows, walks);
  tcase_add_loop_test(rows, named, 0, 4);
  tcase_add_test(rows, steps);
  tcase_add_loop_test(rows, wide, 0, 3);
  tcase_add_test(rows, many_columns);
  tcase_add_test(rows, far_edits);
  tcase_add_test(rows, only_what_is_reached);
  suite_add_tcase(suite, rows);
  TCase *parts = tcase_create("parts");
  tcase_add_test(parts, trees);
  tcase_add_test(parts, sets_of_bits);
  suite_add_tcase(suite, parts);
  return suite;
}
