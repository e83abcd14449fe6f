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

/* Rounds of a few edits anywhere, all checked after each. */
static void edit_and_check(struct mls_values *values, int rounds, int edits) {
  const struct mls_model *model = values->model;
  for (int round = 0; round < rounds; round++) {
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
    check_all(values);
  }
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

/* ---- columns and sums ---- */

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
  tcase_add_test(rows, far_edits);
  tcase_add_test(rows, only_what_is_reached);
  suite_add_tcase(suite, rows);
  TCase *parts = tcase_create("parts");
  tcase_add_test(parts, trees);
  tcase_add_test(parts, sets_of_bits);
  suite_add_tcase(suite, parts);
  return suite;
}
