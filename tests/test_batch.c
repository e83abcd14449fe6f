/* Batches: the same bits as one scenario after the other, for every kind of cell, whatever the
   number of scenarios; values outside their sets; arguments that are wrong. */
#include "ask.h"

Suite *suite_batch(void);

enum { MOST_COLUMNS = 16, MOST_RESULTS = 64, MOST_SCENARIOS = 1000 };

static uint64_t random_state;

/* xorshift64*: from 0 to 1. */
static double chance(void) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (double)((random_state * 2685821657736338717ull) >> 11) * 0x1p-53;
}

/* What varies: a number between two, or one of words. */
struct varied {
  const char *path;
  double low, high;
  const char *words[4];
  const char *unit; /* of a fact: the base unit */
};

struct trial {
  struct world *world;
  const struct varied *varied;
  size_t column_count, result_count, count;
  mls_place columns[MOST_COLUMNS], results[MOST_RESULTS];
  double *in[MOST_COLUMNS], *out[MOST_RESULTS];
};

static mls_place place_of(struct world *world, const char *path) {
  size_t row;
  unsigned cell = world_cell(world, path, &row);
  return (mls_place){ cell, row == ROWS_ALL ? 0 : row };
}

static bool is_fact(const struct trial *t, size_t index) {
  return t->world->model->cells[t->columns[index].cell].kind == CELL_FACT;
}

static void draw_column(struct trial *t, size_t index) {
  const struct varied *varied = &t->varied[index];
  size_t words = 0;
  while (words < 4 && varied->words[words]) words++;
  for (size_t i = 0; i < t->count; i++) {
    size_t word = (size_t)(chance() * (double)words);
    double *at = &t->in[index][i];
    if (words == 0) *at = varied->low + (varied->high - varied->low) * chance();
    if (is_fact(t, index)) *at = round(*at); /* whole: exact in text and unit */
    if (words > 0)
      ck_assert_int_eq(
          mls_word_number(t->world->model, t->columns[index].cell, varied->words[word], at),
          MLS_OK);
  }
}

/* Sets one input of the scenario as a person would; facts and words go by text. */
static void set_one(struct trial *t, size_t index, double si) {
  char text[64];
  const struct varied *varied = &t->varied[index];
  if (!is_fact(t, index) && !varied->words[0]) {
    ck_assert_int_eq(
        mls_set_number(t->world->values, t->columns[index].cell, t->columns[index].row, si),
        MLS_OK);
    return;
  }
  if (varied->words[0]) snprintf(text, sizeof text, "%s", mls_number_word(t->world->model, si));
  else snprintf(text, sizeof text, "%.0f [%s]", si, varied->unit);
  ck_assert_msg(mls_set(t->world->values, varied->path, text) == MLS_OK, "%s = %s", varied->path,
                text);
}

static void compare_results(struct trial *t, size_t scenario) {
  ck_assert_int_eq(mls_settle(t->world->values), MLS_OK);
  for (size_t k = 0; k < t->result_count; k++) {
    double one = values_get(t->world->values, (unsigned)t->results[k].cell, t->results[k].row);
    char path[128];
    mls_row_path(t->world->model, t->results[k].cell, t->results[k].row, path, sizeof path);
    ck_assert_msg(memcmp(&one, &t->out[k][scenario], sizeof one) == 0,
                  "scenario %zu of %zu, %s: %.17g in the batch, %.17g alone", scenario, t->count,
                  path, t->out[k][scenario], one);
  }
}

static void compare_scenario(struct trial *t, size_t scenario) {
  for (size_t j = 0; j < t->column_count; j++) set_one(t, j, t->in[j][scenario]);
  compare_results(t, scenario);
}

static void run_trial(struct trial *t, mls_batch *batch, size_t count) {
  t->count = count;
  for (size_t j = 0; j < t->column_count; j++) draw_column(t, j);
  ck_assert_int_eq(mls_batch_run(batch, count, (const double *const *)t->in, t->out, NULL), MLS_OK);
  for (size_t i = 0; i < count; i++) compare_scenario(t, i);
}

/* Every cell of the model but inputs, all rows, as far as there is room. */
static void all_results(struct trial *t) {
  const struct mls_model *model = t->world->model;
  for (size_t cell = model->cell_count; cell-- > 0;)
    for (size_t row = 0; row < model->cells[cell].rows; row++)
      if (t->result_count < MOST_RESULTS && model->cells[cell].kind != CELL_INPUT)
        t->results[t->result_count++] = (mls_place){ cell, row };
}

static void open_trial(struct trial *t, struct world *world, const struct varied *varied) {
  *t = (struct trial){ .world = world, .varied = varied };
  for (; varied[t->column_count].path; t->column_count++) {
    t->columns[t->column_count] = place_of(world, varied[t->column_count].path);
    t->in[t->column_count] = malloc(MOST_SCENARIOS * sizeof(double));
  }
  all_results(t);
  for (size_t k = 0; k < t->result_count; k++) t->out[k] = malloc(MOST_SCENARIOS * sizeof(double));
}

static void close_trial(struct trial *t) {
  for (size_t j = 0; j < t->column_count; j++) free(t->in[j]);
  for (size_t k = 0; k < t->result_count; k++) free(t->out[k]);
}

static void try_batch(struct world *world, const struct varied *varied) {
  static const size_t counts[] = { 1, 7, 255, 256, 257, 1000 };
  struct trial trial;
  mls_batch *batch;
  open_trial(&trial, world, varied);
  ck_assert_int_eq(mls_batch_new(world->model, world->values, trial.columns, trial.column_count,
                                 trial.results, trial.result_count, &batch),
                   MLS_OK);
  for (size_t i = 0; i < COUNT_OF(counts); i++) run_trial(&trial, batch, counts[i]);
  mls_batch_free(batch);
  close_trial(&trial);
}

static void try_sheet(const char *text, const struct varied *varied) {
  struct world world;
  random_state = 0x9e3779b97f4a7c15ull;
  ask_open(&world, text);
  try_batch(&world, varied);
  world_close(&world);
}

/* ---- kinds of cells ---- */

START_TEST(scalars) {
  static const struct varied varied[] = { { "a", -5, 5, { NULL }, NULL },
                                          { "b", 0, 1, { NULL }, NULL },
                                          { .path = NULL } };
  try_sheet(
      "input a = 1 in -5..5\ninput b [%] = 50 in 0..100\ninput fixed_one = 3 in 0..9\n"
      "still = fixed_one * 2\nsum_of = a + b * still\nroot = sqrt(a)\nquotient = a / floor(b * 3)\n"
      "safe = default(root, -1)\nboth = and(a > 0, b > 0.5)\nchosen = if(a > 1, root, b)\n"
      "fixed = if(fixed_one > 2, a, root)\nmany = max(a, b, fixed_one, root)\nmuch = exp(a * 300)\n"
      "power = abs(a) ^ b + ln(b)\nwave = normal_cdf(a, b, 1)\n"
      "turned = if(2 > a, a / (b * still), b - a * b)\n"
      "lost = 1 / ((a + 6) * 1e300 * 1e300)\ncheck fits = a <= b\n",
      varied);
}
END_TEST

START_TEST(tables) {
  static const struct varied varied[] = { { "rate", -0.5, 0.5, { NULL }, NULL },
                                          { "cut", 0, 9, { NULL }, NULL },
                                          { .path = NULL } };
  try_sheet("input rate = 0.1 in -1..1\ninput cut = 3 in 0..9\n"
            "table plan for month in 0..9\n  input cost [USD] = 1 in 0..9\n"
            "  open = month >= cut\n  grow [USD] = prior(grow * (1 + rate), 5 [USD]) + cost\n"
            "  late [USD] = prior(grow, 0 [USD], 3)\n  there [USD] = plan.cost(month + 1)\n"
            "  odd = sqrt(rate * month)\n  when [USD] = prior(late, grow) - late\n"
            "whole [USD] = sum(plan.grow)\nsome [USD] = sum(plan.grow, plan.open)\n"
            "middle [USD] = mean(plan.grow, plan.open)\nleast = min(plan.odd)\n"
            "most [USD] = max(plan.grow, plan.open)\nhow_many = count(plan.odd, plan.open)\n"
            "end [USD] = last(plan.grow)\nstart [USD] = first(plan.grow, plan.open)\n"
            "at [USD] = plan.grow(cut)\nat_round [USD] = plan.grow(floor(cut))\n"
            "gain = irr(plan.when)\n",
            varied);
}
END_TEST

START_TEST(words_and_facts) {
  static const struct varied varied[] = {
    { "hw", 0, 0, { "Big", "Small" }, NULL },    { "mode", 0, 0, { "fast", "slow" }, NULL },
    { "format", 0, 0, { "fp16", "fp8" }, NULL }, { "other.price", 0, 1e5, { NULL }, "USD" },
    { "gpus", 0, 80, { NULL }, NULL },           { .path = NULL }
  };
  try_sheet(
      "input hw = Big in chips\ninput other = Small in chips\ninput mode = fast in fast, slow\n"
      "input format = fp16 in fp16, fp8\ninput gpus = 4 in 0..100\n"
      "power [W] = hw.tdp * gpus\nspeed [FLOP/s] = hw.flops(format)\nmaker = hw.maker\n"
      "word = if(mode == \"fast\", maker, mode)\nprice [USD] = hw.price\n"
      "sure [USD] = default(hw.price, other.price)\nsame = hw == other\n"
      "use j = job(hw = hw, gpus = gpus, mode = mode)\n"
      "total [W] = j.power + other.tdp\nspent [USD] = sum(j.plan.cash) * gpus\n"
      "table each for chip in chips\n  heat [W] = chip.tdp * gpus\n  fit = chip == hw\n"
      "  fast [FLOP/s] = chip.flops(format)\n"
      "heats [W] = sum(each.heat, each.fit)\nits [W] = each.heat(hw)\n",
      varied);
}
END_TEST

START_TEST(rows_of_inputs) {
  static const struct varied varied[] = { { "plan.cost(1)", 0, 9, { NULL }, NULL },
                                          { "plan.cost(3)", 0, 9, { NULL }, NULL },
                                          { "hw.tdp", 0, 1e3, { NULL }, "W" },
                                          { "hw.flops.fp16", 0, 1e12, { NULL }, "FLOP/s" },
                                          { .path = NULL } };
  try_sheet(
      "input hw = Big in chips\ninput key = 2 in 0..3\n"
      "table plan for month in 0..3\n  input cost = 1 in 0..9\n  sofar = prior(sofar, 0) + cost\n"
      "all = sum(plan.cost)\nlast_one = last(plan.sofar)\nat = plan.cost(key)\n"
      "heat [W] = hw.tdp * plan.cost(1)\nspeed [FLOP/s] = hw.flops(\"fp16\") + hw.flops(\"fp8\")\n",
      varied);
}
END_TEST

/* What was set in the base stands where no column varies it. */
START_TEST(base_stands) {
  struct world world;
  static const struct varied varied[] = { { "hw", 0, 0, { "Big", "Small" }, NULL },
                                          { .path = NULL } };
  random_state = 1;
  ask_open(&world, "input hw = Big in chips\ninput n = 1 in 0..9\n"
                   "heat [W] = hw.tdp * n\nroom [B] = hw.memory * n\n");
  world_set(&world, "n", "7");
  world_set(&world, "hw.tdp", "5 [W]");
  try_batch(&world, varied);
  world_close(&world);
}
END_TEST

START_TEST(nothing_varies) {
  struct world world;
  mls_batch *batch;
  double one[3], two[3], *results[] = { one, two };
  ask_open(&world, "input a = 3 in 0..9\nb = a * 2\nd = sqrt(0 - a)\n");
  mls_place places[] = { place_of(&world, "b"), place_of(&world, "d") };
  ck_assert_int_eq(mls_batch_new(world.model, NULL, NULL, 0, places, 2, &batch), MLS_OK);
  ck_assert_int_eq(mls_batch_run(batch, 3, NULL, results, NULL), MLS_OK);
  for (int i = 0; i < 3; i++) ck_assert(one[i] == 6 && memcmp(&two[i], &FUNCTION_ERROR, 8) == 0);
  mls_batch_free(batch);
  world_close(&world);
}
END_TEST

/* ---- the templates ---- */

/* A value of an input inside its set, as a batch takes it. */
static double value_inside(const mls_model *model, size_t cell) {
  const struct cell *at = &model->cells[cell];
  mls_input about;
  double number = 0;
  ck_assert_int_eq(mls_input_about(model, cell, &about, sizeof about), MLS_OK);
  if (strcmp(about.set, "range") == 0) {
    double low = about.low, high = about.high < 1e6 ? about.high : low + 1e3;
    number = low + (high - low) * chance();
    if (about.step > 0) number = low + about.step * floor((number - low) / about.step);
    return number * at->unit->factor;
  }
  const struct registry *registry = model_registry(model, at);
  const char *word = registry ? registry->items[(size_t)(chance() * (double)registry->item_count)]
                              : about.words[(size_t)(chance() * (double)about.word_count)];
  ck_assert_int_eq(mls_word_number(model, cell, word, &number), MLS_OK);
  return number;
}

static void set_inside(struct trial *t, size_t index, double value) {
  const struct mls_model *model = t->world->model;
  size_t cell = t->columns[index].cell;
  char path[128];
  mls_cell_path(model, cell, path, sizeof path);
  mls_status status = model->cells[cell].text
                          ? mls_set(t->world->values, path, mls_number_word(model, value))
                          : mls_set_number(t->world->values, cell, 0, value);
  ck_assert_msg(status == MLS_OK, "%s: %g", path, value);
}

static void compare_template(struct trial *t, mls_batch *batch) {
  for (size_t j = 0; j < t->column_count; j++)
    for (size_t i = 0; i < t->count; i++)
      t->in[j][i] = value_inside(t->world->model, t->columns[j].cell);
  ck_assert_int_eq(mls_batch_run(batch, t->count, (const double *const *)t->in, t->out, NULL),
                   MLS_OK);
  for (size_t i = 0; i < t->count; i++) {
    for (size_t j = 0; j < t->column_count; j++) set_inside(t, j, t->in[j][i]);
    compare_results(t, i);
  }
}

static void try_template(struct world *world, const char *name) {
  struct trial t = { .world = world, .count = 40 };
  mls_batch *batch;
  ck_assert_msg(mls_model_open(world->book, name, &world->model) == MLS_OK, "%s", name);
  ck_assert_int_eq(mls_values_new(world->model, NULL, &world->values), MLS_OK);
  size_t cells = world->model->cell_count;
  for (size_t cell = 0; cell < cells && t.column_count < MOST_COLUMNS; cell++)
    if (world->model->cells[cell].kind == CELL_INPUT && world->model->cells[cell].table < 0)
      t.columns[t.column_count++] = (mls_place){ cell, 0 };
  all_results(&t);
  for (size_t j = 0; j < t.column_count; j++) t.in[j] = malloc(t.count * sizeof(double));
  for (size_t k = 0; k < t.result_count; k++) t.out[k] = malloc(t.count * sizeof(double));
  mls_status status = mls_batch_new(world->model, NULL, t.columns, t.column_count, t.results,
                                    t.result_count, &batch);
  /* Tens of thousands of rows in each scenario are too much for a batch, and it says so. */
  bool large = status == MLS_LIMIT && world->model->value_count > 100000;
  ck_assert_msg(status == MLS_OK || large, "%s: %s", name, mls_batch_message(batch, 0)->text);
  if (!large) compare_template(&t, batch);
  mls_batch_free(batch);
  close_trial(&t);
  mls_values_free(world->values);
}

/* By each instruction set that the processor has. */
START_TEST(templates) {
  static const unsigned vectors[] = { 0, 128, 256 };
  struct world world = { .extra = NULL };
  const char *sheets[] = { ROOT "/templates", NULL }, *registries[] = { ROOT "/registry", NULL };
  mls_options options = {
    .size = sizeof options, .templates = sheets, .registries = registries, .vectors = vectors[_i]
  };
  size_t count;
  mls_found found;
  random_state = 3;
  ck_assert_int_eq(mls_open(&options, &world.book), MLS_OK);
  ck_assert_int_eq(mls_find_all(world.book, "sheet", &count), MLS_OK);
  ck_assert_uint_gt(count, 10);
  for (size_t i = 0; i < count; i++) {
    ck_assert_int_eq(mls_found_at(world.book, i, &found, sizeof found), MLS_OK);
    try_template(&world, found.name);
  }
  mls_close(world.book);
}
END_TEST

/* ---- outside the sets ---- */

#define SETS                                                                                       \
  "input a [%] = 50 in 0..100\ninput n = 4 in 1..64 by 1\ninput mode = fast in fast, slow\n"       \
  "input hw = Big in chips\nx = a * n\ny = if(mode == \"fast\", 1, 2) * hw.tdp / 1 [W]\n"

static const struct {
  const char *column;
  double value;
  const char *message;
} outside[] = {
  { "a", 1.5, "scenario 1: a = 150 % is outside 0..100" },
  { "a", -0x1p-40, "scenario 1: a = -9.094947017729282e-11 % is outside 0..100" },
  { "a", NAN, "scenario 1: a = nan % is outside 0..100" },
  { "n", 65, "scenario 1: n = 65 is outside 1..64 by 1" },
  { "n", 1.5, "scenario 1: n = 1.5 is outside 1..64 by 1" },
  { "mode", 0, "scenario 1: mode = 0 is outside fast, slow" },
  { "mode", 1e9, "scenario 1: mode = 1000000000 is outside fast, slow" },
  { "mode", -1, "scenario 1: mode = -1 is outside fast, slow" },
  { "mode", NAN, "scenario 1: mode = nan is outside fast, slow" },
  { "hw", 0.5, "scenario 1: hw = 0.5 is outside chips" },
  { "hw.tdp", INFINITY, "scenario 1: hw.tdp = inf W is not finite" },
};

START_TEST(test_outside) {
  struct world world;
  mls_batch *batch;
  ask_open(&world, SETS);
  mls_place column = place_of(&world, outside[_i].column);
  mls_place results[] = { place_of(&world, "x"), place_of(&world, "y"), column };
  double good = values_get(world.values, (unsigned)column.cell, column.row);
  double values[3] = { good, outside[_i].value, good }, x[3], y[3], self[3];
  const double *in[] = { values };
  double *out[] = { x, y, self };
  unsigned bad[3];
  ck_assert_int_eq(mls_batch_new(world.model, world.values, &column, 1, results, 3, &batch),
                   MLS_OK);
  ck_assert_int_eq(mls_batch_run(batch, 3, in, out, bad), MLS_OK);
  ck_assert(bad[0] == 0 && bad[1] == 1 && bad[2] == 0);
  ck_assert(x[0] == 2 && x[2] == 2 && x[1] != x[1] && y[0] == 700 && y[1] != y[1] && y[2] == 700);
  ck_assert(self[0] == good && memcmp(&self[1], &FUNCTION_ERROR, sizeof *self) == 0);
  ck_assert_int_eq(mls_batch_run(batch, 3, in, out, NULL), MLS_RANGE);
  ck_assert_str_eq(mls_batch_message(batch, 0)->text, outside[_i].message);
  ck_assert_ptr_null(mls_batch_message(batch, 1));
  ck_assert_int_eq(mls_batch_run(batch, 1, in, out, NULL), MLS_OK);
  ck_assert_ptr_null(mls_batch_message(batch, 0));
  mls_batch_free(batch);
  world_close(&world);
}
END_TEST

/* At the ends of a range the batch accepts what mls_set_number accepts. */
START_TEST(ends_of_ranges) {
  struct world world;
  mls_batch *batch;
  ask_open(&world, "input a [%] = 7 in 0.3..77.7\nx = a\n");
  mls_place a = place_of(&world, "a"), x = place_of(&world, "x");
  ck_assert_int_eq(mls_batch_new(world.model, NULL, &a, 1, &x, 1, &batch), MLS_OK);
  for (int end = 0; end < 2; end++)
    for (int step = -2000; step <= 2000; step++) {
      double si = (end ? 0.777 : 0.003) * (1 + step * 0x1p-52), out, *outs[] = { &out };
      const double *ins[] = { &si };
      bool alone = mls_set_number(world.values, a.cell, 0, si) == MLS_OK;
      ck_assert_msg((mls_batch_run(batch, 1, ins, outs, NULL) == MLS_OK) == alone, "%a", si);
    }
  mls_batch_free(batch);
  world_close(&world);
}
END_TEST

static const char *const ranges[] = { "0..8",  "0.25..8",    "1..64 by 1", "0..9 by 1",
                                      "-5..5", "-3..3 by 1", "-8..-0.5" };

/* Among good lanes, however many, a batch takes what mls_set_number takes. */
START_TEST(inside_alone_and_among_others) {
  static const double tried[] = { 0,         -0.0,       0.25,        0.5,         1,
                                  1.5,       3,          5,           8,           9,
                                  64,        65,         -0.5,        -1,          -3,
                                  -4,        -8,         0x1p52,      1e300,       -1e300,
                                  0x1p-1074, -0x1p-1074, 0x1.fffffp2, 0x1.00001p3, 0.9999999999,
                                  INFINITY,  -INFINITY,  NAN,         -NAN };
  enum { LANES = 21 };
  struct world world;
  mls_batch *batch;
  char text[100];
  snprintf(text, sizeof text, "input a = %s in %s\nx = a\n", _i == 6 ? "-1" : "1", ranges[_i]);
  ask_open(&world, text);
  mls_place a = place_of(&world, "a"), x = place_of(&world, "x");
  ck_assert_int_eq(mls_batch_new(world.model, NULL, &a, 1, &x, 1, &batch), MLS_OK);
  for (size_t i = 0; i < COUNT_OF(tried); i++)
    for (size_t lane = 0; lane < LANES; lane++) {
      double si[LANES], out[LANES], *outs[] = { out };
      const double *ins[] = { si };
      unsigned bad[LANES];
      for (size_t k = 0; k < LANES; k++) si[k] = k == lane ? tried[i] : _i == 6 ? -1 : 1;
      bool alone = mls_set_number(world.values, a.cell, 0, tried[i]) == MLS_OK;
      ck_assert_int_eq(mls_batch_run(batch, LANES, ins, outs, bad), MLS_OK);
      for (size_t k = 0; k < LANES; k++)
        ck_assert_msg((bad[k] == 0) == (k != lane || alone), "%a in %s", si[k], ranges[_i]);
    }
  mls_batch_free(batch);
  world_close(&world);
}
END_TEST

/* ---- wrong arguments ---- */

static void refused(struct world *world, const mls_place *columns, size_t column_count,
                    const mls_place *results, size_t result_count, const char *message) {
  mls_batch *batch;
  ck_assert_int_eq(mls_batch_new(world->model, world->values, columns, column_count, results,
                                 result_count, &batch),
                   MLS_NAME);
  ck_assert_str_eq(mls_batch_message(batch, 0)->text, message);
  ck_assert_int_eq(
      mls_batch_run(batch, 0, (const double *const[]){ NULL }, (double *[]){ NULL }, NULL),
      MLS_NAME);
  mls_batch_free(batch);
}

START_TEST(arguments) {
  struct world world;
  mls_batch *batch;
  double number;
  ask_open(&world, SETS "use j = job(hw = hw)\nz [W] = j.power\n");
  mls_place a = place_of(&world, "a"), x = place_of(&world, "x"), none = { 10000, 3 };
  mls_place same[] = { a, place_of(&world, "n"), a };
  char expected[100];
  snprintf(expected, sizeof expected, "column 0: cell %zu, row 0 cannot be set", x.cell);
  refused(&world, &x, 1, &a, 1, expected);
  refused(&world, &none, 1, &a, 1, "column 0: cell 10000, row 3 cannot be set");
  refused(&world, same, 3, &x, 1, "columns 0 and 2 are the same input");
  refused(&world, &a, 1, &none, 1, "result 0: there is no cell 10000 with a row 3");
  ck_assert_int_eq(mls_batch_new(NULL, NULL, NULL, 0, NULL, 0, &batch), MLS_VALUE);
  ck_assert_int_eq(mls_batch_new(world.model, NULL, NULL, 1, NULL, 0, &batch), MLS_VALUE);
  ck_assert_int_eq(mls_batch_new(world.model, NULL, NULL, 0, NULL, 1, &batch), MLS_VALUE);
  ck_assert_int_eq(mls_batch_new(world.model, NULL, NULL, 0, NULL, 0, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_batch_run(NULL, 0, NULL, NULL, NULL), MLS_VALUE);
  ck_assert_ptr_null(mls_batch_message(NULL, 0));
  size_t mode = place_of(&world, "mode").cell, hw = place_of(&world, "hw").cell;
  ck_assert_int_eq(mls_word_number(world.model, mode, "slow", &number), MLS_OK);
  ck_assert_str_eq(mls_number_word(world.model, number), "slow");
  ck_assert_int_eq(mls_word_number(world.model, mode, "Big", &number), MLS_RANGE);
  ck_assert_int_eq(mls_word_number(world.model, hw, "nobody", &number), MLS_RANGE);
  ck_assert_int_eq(mls_word_number(world.model, a.cell, "Big", &number), MLS_NAME);
  ck_assert_int_eq(mls_word_number(world.model, 10000, "Big", &number), MLS_NAME);
  ck_assert_int_eq(mls_word_number(world.model, hw, NULL, &number), MLS_VALUE);
  ck_assert_ptr_null(mls_number_word(world.model, NAN));
  ck_assert_ptr_null(mls_number_word(world.model, 1e9));
  ck_assert_ptr_null(mls_number_word(NULL, 0));
  mls_batch_free(NULL);
  world_close(&world);
}
END_TEST

START_TEST(too_many_steps) {
  struct world world;
  mls_batch *batch;
  ask_open(&world, "input a = 1 in 0..9\ntable t for row in 1..600000\n  x = a * row + 1\n"
                   "all = sum(t.x)\n");
  mls_place a = place_of(&world, "a"), all = place_of(&world, "all");
  ck_assert_int_eq(mls_batch_new(world.model, NULL, &a, 1, &all, 1, &batch), MLS_LIMIT);
  ck_assert_str_eq(mls_batch_message(batch, 0)->text,
                   "a batch of this model takes more than 1048576 steps (LIMIT_STEPS)");
  mls_batch_free(batch);
  world_close(&world);
}
END_TEST

/* Each allocation fails in turn: no leak, no crash, and MLS_MEMORY. */
static void *limited_resize(void *context, void *old, size_t size) {
  size_t *left = context;
  if (*left == 0) return NULL;
  --*left;
  return realloc(old, size);
}

static void limited_release(void *context, void *block) {
  (void)context;
  free(block);
}

START_TEST(no_memory) {
  struct world world;
  mls_batch *batch;
  size_t left = (size_t)-1;
  mls_allocator allocator = { limited_resize, limited_release, &left };
  mls_values *base;
  ask_open(&world, "input a = 1 in 0..9\ninput hw = Big in chips\ntable t for row in 1..40\n"
                   "  x = a * row + 1\nall [W] = sum(t.x) * hw.tdp\n");
  mls_place columns[] = { place_of(&world, "a"), place_of(&world, "hw") };
  mls_place all = place_of(&world, "all");
  ck_assert_int_eq(mls_values_new(world.model, &allocator, &base), MLS_OK);
  ck_assert_int_eq(mls_settle(base), MLS_OK);
  mls_status status = MLS_MEMORY;
  size_t tried = 0;
  for (; status != MLS_OK; tried++) {
    left = tried;
    status = mls_batch_new(world.model, base, columns, 2, &all, 1, &batch);
    ck_assert(status == MLS_OK || (status == MLS_MEMORY && !batch));
  }
  ck_assert_uint_gt(tried, 3);
  mls_batch_free(batch);
  mls_values_free(base);
  world_close(&world);
}
END_TEST

Suite *suite_batch(void) {
  Suite *suite = suite_create("batch");
  TCase *bits = tcase_create("bits");
  tcase_set_timeout(bits, 120);
  tcase_add_test(bits, scalars);
  tcase_add_test(bits, tables);
  tcase_add_test(bits, words_and_facts);
  tcase_add_test(bits, rows_of_inputs);
  tcase_add_test(bits, base_stands);
  tcase_add_test(bits, nothing_varies);
  tcase_add_loop_test(bits, templates, 0, 3);
  suite_add_tcase(suite, bits);
  TCase *sets = tcase_create("sets");
  tcase_add_loop_test(sets, test_outside, 0, COUNT_OF(outside));
  tcase_add_test(sets, ends_of_ranges);
  tcase_add_loop_test(sets, inside_alone_and_among_others, 0, COUNT_OF(ranges));
  suite_add_tcase(suite, sets);
  TCase *wrong = tcase_create("arguments");
  tcase_set_timeout(wrong, 120);
  tcase_add_test(wrong, arguments);
  tcase_add_test(wrong, too_many_steps);
  tcase_add_test(wrong, no_memory);
  suite_add_tcase(suite, wrong);
  return suite;
}
