/* Memory: the arena; and every call of the library while the n-th request for memory fails, for n =
   1, 2, 3 ... until it succeeds. A sanitizer or valgrind sees what is lost or touched after. */
#include <stdint.h>

#include "ask.h"
#include "memory.h"

Suite *suite_memory(void);

/* ---- the arena ---- */

START_TEST(test_arena) {
  struct memory memory;
  memory_open(&memory, NULL);
  char *first = memory_push(&memory, 0);
  ck_assert_ptr_nonnull(first);
  ck_assert_ptr_ne(first, memory_push(&memory, 1));
  struct memory_mark mark = memory_mark(&memory);
  for (size_t size = 1; size < 3000000; size = size * 3 + 1) {
    unsigned char *block = memory_push(&memory, size);
    ck_assert_ptr_nonnull(block);
    ck_assert_uint_eq((uintptr_t)block % _Alignof(double), 0);
    for (size_t i = 0; i < size; i += 97) ck_assert_uint_eq(block[i], 0);
    memset(block, 0xFF, size);
  }
  memory_reset(&memory, mark);
  unsigned char *again = memory_push(&memory, 100);
  for (int i = 0; i < 100; i++) ck_assert_uint_eq(again[i], 0);
  ck_assert_ptr_null(memory_push(&memory, SIZE_MAX));
  ck_assert_ptr_null(memory_push(&memory, SIZE_MAX / 2 + 1));
  ck_assert_ptr_null(memory_array(&memory, SIZE_MAX / 4, 8));
  ck_assert_ptr_nonnull(memory_array(&memory, 0, 8));
  ck_assert_str_eq(memory_text(&memory, "abc", 2), "ab");
  ck_assert_str_eq(memory_text(&memory, "", 0), "");
  size_t room = 0;
  int *grown = NULL;
  for (int i = 0; i < 10000; i++) {
    grown = memory_grow(&memory, grown, (size_t)i, &room, sizeof *grown);
    ck_assert_ptr_nonnull(grown);
    grown[i] = i;
  }
  for (int i = 0; i < 10000; i++) ck_assert_int_eq(grown[i], i);
  void *taken = memory_take(&memory, NULL, 0);
  ck_assert_ptr_nonnull(taken);
  memory_give(&memory, memory_take(&memory, taken, 1000));
  memory_give(&memory, NULL);
  memory_close(&memory);
  memory_close(&memory);
}
END_TEST

/* What is refused for a bound is granted again when others gave back. */
START_TEST(test_bound) {
  struct memory memory;
  memory_open(&memory, NULL);
  memory.most = 100000;
  struct memory_mark mark = memory_mark(&memory);
  size_t pieces = 0;
  while (memory_push(&memory, 1000)) pieces++;
  ck_assert_uint_ge(pieces, 80);
  ck_assert_uint_le(pieces, 100);
  ck_assert(memory.over && memory.held <= memory.most);
  memory_reset(&memory, mark);
  ck_assert_uint_eq(memory.held, 0);
  memory.over = false;
  ck_assert(memory_allows(&memory, 100000) && !memory.over);
  ck_assert(!memory_allows(&memory, 100001) && memory.over);
  memory.most = 0;
  ck_assert(memory_allows(&memory, SIZE_MAX));
  memory_close(&memory);
}
END_TEST

/* A large piece gets what it asks for, leaves the chunks of small ones as they are, and goes with
   what came after a mark. */
START_TEST(test_large) {
  struct memory memory;
  memory_open(&memory, NULL);
  char *small = memory_push(&memory, 8);
  size_t held = memory.held;
  struct memory_mark mark = memory_mark(&memory);
  unsigned char *large = memory_push(&memory, 10000000);
  ck_assert_ptr_nonnull(large);
  ck_assert(large[0] == 0 && large[9999999] == 0);
  ck_assert_uint_le(memory.held, held + 10000000 + 64);
  ck_assert_ptr_eq(memory_push(&memory, 8), small + 8);
  memory_reset(&memory, mark);
  ck_assert_uint_eq(memory.held, held);
  memory_close(&memory);
  ck_assert_uint_eq(memory.held, 0);
}
END_TEST

/* An arena beside another one takes of its bound, and gives back. */
START_TEST(test_beside) {
  struct memory memory, beside;
  memory_open(&memory, NULL);
  memory.most = 1 << 20;
  ck_assert_ptr_nonnull(memory_push(&memory, 1000));
  size_t held = memory.held;
  memory_open_beside(&beside, &memory);
  ck_assert_ptr_nonnull(memory_push(&beside, 10));
  ck_assert_ptr_nonnull(memory_push(&beside, 500000));
  ck_assert_uint_ge(memory.held, held + 500010);
  ck_assert_ptr_null(memory_push(&memory, 600000));
  ck_assert_ptr_null(memory_push(&beside, 600000));
  ck_assert(memory.over && !beside.over);
  memory_close(&beside);
  ck_assert_uint_eq(memory.held, held);
  ck_assert_ptr_nonnull(memory_push(&memory, 600000));
  memory_close(&memory);
  ck_assert_uint_eq(memory.held, 0);
}
END_TEST

/* A sheet of two lines that asks for 1.6 GB, or for more values than any model may have. */
static void open_long(size_t memory, const char *rows, size_t columns, const char *told) {
  struct world world = { .extra = ask_files, .extra_count = COUNT_OF(ask_files) };
  mls_options options = {
    .size = sizeof options, .find = world_find, .find_context = &world, .memory = memory
  };
  char text[1024];
  int size = snprintf(text, sizeof text, "sheet try_it\ntable plan for k in %s\n", rows);
  for (size_t i = 0; i < columns; i++)
    size += snprintf(text + size, sizeof text - (size_t)size, "  x_%zu = k\n", i);
  ck_assert_int_eq(mls_open(&options, &world.book), MLS_OK);
  mls_status status =
      mls_model_open_bytes(world.book, "try_it.sheet", text, (size_t)size, NULL, 0, &world.model);
  ck_assert_int_eq(status, told ? MLS_LIMIT : MLS_OK);
  const mls_message *message = mls_book_message(world.book, 0);
  if (told) {
    ck_assert_str_eq(message->text, told);
    ck_assert_str_eq(message->file, "try_it.sheet");
    ck_assert_ptr_null(mls_book_message(world.book, 1));
  }
  mls_close(world.book);
}

START_TEST(test_long_tables) {
  static const char memory[] = "this takes more than 192 MiB of memory (LIMIT_MEMORY); --memory, "
                               "or mls_options.memory, allows more";
  open_long(0, "1..20000000", 9, memory);
  open_long(0, "1..1000000", 23, NULL);
  open_long(0, "1..1000000", 30, memory);
  open_long((size_t)250 << 20, "1..1000000", 30, NULL);
  open_long(SIZE_MAX, "1..20000000", 9, NULL);
  open_long(SIZE_MAX, "1..20000000", 10, "more than 200000000 values (LIMIT_VALUES)");
}
END_TEST

/* ---- rows from a file ---- */

struct account {
  size_t now, most;
};

static void *account_resize(void *context, void *old, size_t size) {
  struct account *account = context;
  size_t *block = old ? (size_t *)old - 2 : NULL, before = block ? *block : 0;
  block = realloc(block, size + 2 * sizeof *block);
  ck_assert_ptr_nonnull(block);
  *block = size;
  account->now += size - before;
  if (account->now > account->most) account->most = account->now;
  return block + 2;
}

static void account_release(void *context, void *old) {
  size_t *block = old ? (size_t *)old - 2 : NULL;
  if (block) ((struct account *)context)->now -= *block;
  free(block);
}

#define TABLE                                                                                      \
  "sheet try_it\ntable plan for k in 1..9\n  input x_1 = 1 in 0..9\n  input x_2 = 1 in 0..9\n"     \
  "  input x_3 = 1 in 0..9\n  y_1 = x_1 + x_2\n  y_2 = y_1 * x_3\n  y_3 = y_2 - x_1\n"             \
  "  y_4 = y_3 + k\n"

/* Opens TABLE with a row for each number that `row` prints; `bound` is mls_options.memory. */
static mls_status open_rows(struct world *world, struct account *account, size_t bound,
                            const char *head, const char *row, unsigned count) {
  char *csv = malloc(strlen(head) + 40 * (size_t)count + 1);
  ck_assert_ptr_nonnull(csv);
  size_t size = (size_t)sprintf(csv, "%s\n", head);
  for (unsigned i = 1; i <= count; i++) size += (size_t)sprintf(csv + size, row, i);
  *world = (struct world){ .extra = ask_files, .extra_count = COUNT_OF(ask_files) };
  mls_allocator allocator = { account_resize, account_release, account };
  mls_options options = { .size = sizeof options,
                          .allocator = allocator,
                          .find = world_find,
                          .find_context = world,
                          .memory = bound };
  mls_rows rows = { .table = "plan", .file = "r.csv", .bytes = csv, .size = size };
  ck_assert_int_eq(mls_open(&options, &world->book), MLS_OK);
  mls_status status = mls_model_open_bytes(world->book, "try_it.sheet", TABLE, sizeof TABLE - 1,
                                           &rows, 1, &world->model);
  free(csv);
  return status;
}

/* What a file of rows leaves is its values, and what opening takes at most is not much more than
   the file, twice over. */
START_TEST(test_rows_kept) {
  enum { ROWS = 30000, CELLS = 8 * ROWS };
  struct account account = { 0 };
  struct world world;
  mls_allocator allocator = { account_resize, account_release, &account };
  mls_status status =
      open_rows(&world, &account, 0, "k,x_1,x_2,x_3", "%u,0.123456,1.234567,2.345678\n", ROWS);
  ck_assert_msg(status == MLS_OK, "%s", mls_book_message(world.book, 0)->text);
  ck_assert_int_eq(mls_values_new(world.model, &allocator, &world.values), MLS_OK);
  ck_assert_int_eq(mls_settle(world.values), MLS_OK);
  ck_assert_msg(account.now <= 20 * CELLS, "%zu bytes for %d cells", account.now, CELLS);
  ck_assert_msg(account.most <= 44 * CELLS, "%zu bytes at most for %d cells", account.most, CELLS);
  mls_values_free(world.values);
  mls_close(world.book);
  ck_assert_uint_eq(account.now, 0);
}
END_TEST

/* Short lines take many times their bytes: what reading them takes has the bound of the opening. */
START_TEST(test_rows_refused) {
  struct account account = { 0 };
  struct world world;
  mls_status status = open_rows(&world, &account, 1 << 20, "k", "1\n", 131074);
  ck_assert_int_eq(status, MLS_LIMIT);
  const mls_message *message = mls_book_message(world.book, 0);
  ck_assert_ptr_nonnull(strstr(message->text, " MiB of memory (LIMIT_MEMORY); --memory, or "));
  mls_close(world.book);
  ck_assert_uint_eq(account.now, 0);
}
END_TEST

/* A named cell keeps its line, its tree, its steps and its place; nothing of how they were made. */
START_TEST(test_named_kept) {
  enum { GROUPS = 3000, CELLS = 3 * GROUPS };
  struct account account = { 0 };
  struct world world = { .extra = ask_files, .extra_count = COUNT_OF(ask_files) };
  mls_allocator allocator = { account_resize, account_release, &account };
  mls_options options = {
    .size = sizeof options, .allocator = allocator, .find = world_find, .find_context = &world
  };
  char *text = malloc(CELLS * 60);
  ck_assert_ptr_nonnull(text);
  size_t size = (size_t)sprintf(text, "sheet try_it\n");
  for (unsigned i = 0; i < GROUPS; i++)
    size += (size_t)sprintf(
        text + size, "input a_%u = 0.5 in 0..2\nb_%u = a_%u * 2 + 1\nc_%u = min(a_%u, b_%u)\n", i,
        i, i, i, i, i);
  ck_assert_int_eq(mls_open(&options, &world.book), MLS_OK);
  size_t before = account.now;
  ck_assert_int_eq(
      mls_model_open_bytes(world.book, "try_it.sheet", text, size, NULL, 0, &world.model), MLS_OK);
  free(text);
  ck_assert_uint_eq(mls_cell_count(world.model), CELLS);
  ck_assert_msg(account.now - before <= 500 * (size_t)CELLS, "%zu bytes for %d cells",
                account.now - before, CELLS);
  mls_close(world.book);
  ck_assert_uint_eq(account.now, 0);
}
END_TEST

/* ---- scarce memory ---- */

struct scarce {
  size_t left; /* requests that are granted; then one fails, and those after it are granted */
  bool failed;
  size_t blocks; /* held */
};

static void *scarce_resize(void *context, void *old, size_t size) {
  struct scarce *scarce = context;
  if (!scarce->failed && scarce->left == 0) {
    scarce->failed = true;
    return NULL;
  }
  if (!scarce->failed) scarce->left--;
  void *block = realloc(old, size);
  if (block && !old) scarce->blocks++;
  return block;
}

static void scarce_release(void *context, void *block) {
  ((struct scarce *)context)->blocks -= block != NULL;
  free(block);
}

#define SHEET                                                                                      \
  "sheet try_it\ninput gpus [GPU] = 4 in 1..64 by 1\ninput hw = Huge in chips\ninput mode = fast " \
  "in fast, slow\n"                                                                                \
  "use j = work(machine = hw, mode = mode)\ntable plan for month in 0..9\n  input cost [USD] = 1 " \
  "in "                                                                                            \
  "0..9\n"                                                                                         \
  "  total [USD] = prior(total, 0) + cost\n  root = sqrt(5 - month)\ntable d_d for d in chips\n  " \
  "x [W] = d.tdp + d.flops(\"fp16\") * 0 [W*s/FLOP]\n"                                             \
  "output bill [USD] = sum(plan.total)  # The bill @book_q\nspeed [FLOP/s] = "                     \
  "hw.flops(\"fp16\")\ncheck fits = bill <= 10 [USD]\n"                                            \
  "chart series run = plan.total\nchart tornado two = bill, bill\nchart scorecard card = fits\n"

/* Old names too, in each place where one may stand. */
static const struct text_file renamed_files[] = {
  { "registry", "renamed",
    "old,new,since,kind,note\nwork,job,0.2.0,sheet,\nchips/Huge,chips/Big,0.2.0,item,\n"
    "chips/watts,chips/tdp,0.2.0,field,\njob/machine,job/hw,0.2.0,input,\n"
    "try_it/cards,try_it/gpus,0.2.0,input,\ntry_it/plan.expense,try_it/plan.cost,0.2.0,input,\n" },
};
enum { FILES = COUNT_OF(renamed_files) + COUNT_OF(ask_files) };
static struct text_file files[FILES];

static const char rows_csv[] = "month,expense\n3,4\n1,5 [USD]\n";
static const char inputs_csv[] =
    "name,unit,base,high\ncards,,8,16\nhw,,Small,Huge\nhw.watts,W,100,200\n";

struct job {
  struct world world;
  struct scarce scarce;
  mls_allocator allocator;
  mls_scenarios *scenarios;
  mls_stream *stream;
};

static mls_status drop(void *context, const void *bytes, size_t size) {
  (void)context, (void)bytes, (void)size;
  return MLS_OK;
}

/* Each step gives MLS_OK or MLS_MEMORY, whatever came before. */
#define STEP(call)                                                                                 \
  do {                                                                                             \
    mls_status step_ = (call);                                                                     \
    ck_assert_msg(step_ == MLS_OK || step_ == MLS_MEMORY, "%s: %s", #call,                         \
                  mls_status_word(step_));                                                         \
    if (step_ == MLS_MEMORY) return false;                                                         \
  } while (0)

static bool open_all(struct job *job) {
  mls_options options = { .size = sizeof options,
                          .allocator = job->allocator,
                          .find = world_find,
                          .find_context = &job->world };
  mls_rows rows = {
    .table = "plan", .file = "rows.csv", .bytes = rows_csv, .size = sizeof rows_csv - 1
  };
  STEP(mls_open(&options, &job->world.book));
  STEP(mls_model_open_bytes(job->world.book, "try_it.sheet", SHEET, sizeof SHEET - 1, &rows, 1,
                            &job->world.model));
  STEP(mls_values_new(job->world.model, &job->allocator, &job->world.values));
  return true;
}

static bool set_all(struct job *job) {
  mls_values *v = job->world.values;
  size_t cell, count;
  double si;
  STEP(mls_set(v, "gpus", "8 [GPU]"));
  STEP(mls_set(v, "hw", "Small"));
  STEP(mls_set(v, "hw.tdp", "1 [kW]"));
  STEP(mls_set(v, "mode", "slow"));
  STEP(mls_set(v, "cards", "16"));
  STEP(mls_cell_find(job->world.model, "plan.expense", &cell));
  STEP(mls_set_number(v, cell, 1, 2));
  STEP(mls_settle(v));
  STEP(mls_get(v, cell, 1, &si));
  ck_assert_str_ne(mls_state(v, cell), "");
  mls_status bad = mls_set(v, "gpu", "3");
  ck_assert(bad == MLS_NAME || bad == MLS_MEMORY);
  STEP(mls_strict(job->world.book, job->world.model, &count));
  return true;
}

static bool tell_all(struct job *job) {
  mls_values *v = job->world.values;
  mls_run run = { "base", v };
  mls_report report = { .size = sizeof report, .all = 1, .runs = &run, .run_count = 1 };
  mls_verdict verdict;
  mls_cell_error error;
  size_t cell;
  STEP(mls_cell_find(job->world.model, "fits", &cell));
  STEP(mls_check(v, cell, &verdict));
  STEP(mls_cell_find(job->world.model, "plan.root", &cell));
  STEP(mls_error(v, cell, 0, &error));
  report.form = "json";
  STEP(mls_export(job->world.model, &report, drop, NULL));
  STEP(mls_why(v, "bill", &report, drop, NULL));
  report.form = "html";
  STEP(mls_export(job->world.model, &report, drop, NULL));
  report.form = "text";
  report.plot = 60;
  STEP(mls_export(job->world.model, &report, drop, NULL));
  STEP(mls_why(v, "j.power", &report, drop, NULL));
  STEP(mls_describe(job->world.model, drop, NULL));
  return true;
}

static bool scenarios_all(struct job *job) {
  mls_values *v = job->world.values;
  STEP(mls_scenarios_read(job->world.model, v, "in.csv", inputs_csv, sizeof inputs_csv - 1,
                          &job->scenarios));
  STEP(mls_scenarios_apply(job->scenarios, 0, v));
  STEP(mls_settle(v));
  STEP(mls_scenarios_apply(job->scenarios, 1, v));
  return true;
}

static bool workbook(struct job *job) {
  mls_run run = { "base", job->world.values };
  mls_report report = { .size = sizeof report, .form = "xlsx", .runs = &run, .run_count = 1 };
  STEP(mls_export(job->world.model, &report, drop, NULL));
  return true;
}

static bool stream_all(struct job *job) {
  static const char text[] = "Big,8,1\n\"Small\",2,5 [USD]\nBag,0,x\nBig,3,\n";
  static const char *const cells[] = { "bill", "plan.root(3)", "gpus", "mode" };
  static const mls_setting settings[] = { { "mode", "slow" } };
  mls_stream_options options = { .size = sizeof options,
                                 .file = "in.csv",
                                 .header = "hw,gpus,j.load",
                                 .length = 14,
                                 .cells = cells,
                                 .cell_count = COUNT_OF(cells),
                                 .settings = settings,
                                 .setting_count = 1 };
  char padded[sizeof text + MLS_STREAM_PAD] = "";
  mls_lines lines;
  memcpy(padded, text, sizeof text);
  STEP(mls_stream_new(job->world.model, &job->allocator, &options, &job->stream));
  STEP(mls_stream_lines(job->stream, padded, sizeof text - 1, 2, 1, &lines, sizeof lines));
  ck_assert_uint_eq(lines.rows, 4);
  return true;
}

/* Runs `work` on a job that was opened with `before` requests granted. */
static bool run(size_t left, bool (*prepare)(struct job *), bool (*work)(struct job *)) {
  struct job job = { .world = { .extra = files, .extra_count = FILES },
                     .scarce = { .left = SIZE_MAX } };
  job.allocator = (mls_allocator){ scarce_resize, scarce_release, &job.scarce };
  if (!prepare) job.scarce.left = left;
  if (prepare) ck_assert(prepare(&job));
  if (prepare) job.scarce.left = left;
  bool done = work(&job);
  ck_assert_msg(done || job.scarce.failed, "memory was told missing and was not");
  mls_stream_free(job.stream);
  mls_scenarios_free(job.scenarios);
  mls_values_free(job.world.values);
  mls_close(job.world.book);
  ck_assert_msg(job.scarce.blocks == 0, "%zu blocks are lost after %zu requests", job.scarce.blocks,
                left);
  return !job.scarce.failed;
}

static void each(bool (*prepare)(struct job *), bool (*work)(struct job *), size_t least) {
  size_t n = 0;
  while (!run(n, prepare, work)) n++;
  ck_assert_msg(n >= least, "only %zu requests", n);
}

START_TEST(test_open) { each(NULL, open_all, 10); }
END_TEST
START_TEST(test_set) { each(open_all, set_all, 5); }
END_TEST
START_TEST(test_tell) { each(open_all, tell_all, 10); }
END_TEST
START_TEST(test_scenarios) { each(open_all, scenarios_all, 3); }
END_TEST
START_TEST(test_stream) { each(open_all, stream_all, 10); }
END_TEST
START_TEST(test_workbook) { each(open_all, workbook, 3); }
END_TEST

/* After a failed request the same handles work: the call is made again and succeeds. */
START_TEST(test_again) {
  for (size_t n = 0;; n++) {
    struct job job = { .world = { .extra = files, .extra_count = FILES },
                       .scarce = { .left = SIZE_MAX } };
    job.allocator = (mls_allocator){ scarce_resize, scarce_release, &job.scarce };
    ck_assert(open_all(&job));
    double *before = NULL;
    ck_assert_int_eq(mls_settle(job.world.values), MLS_OK);
    job.scarce.left = n;
    (void)set_all(&job);
    bool failed = job.scarce.failed;
    job.scarce.failed = false, job.scarce.left = SIZE_MAX;
    ck_assert(set_all(&job));
    ck_assert(ask(&job.world, "gpus") == 16 && ask(&job.world, "hw.tdp") == 1000);
    mls_reset(job.world.values);
    ck_assert(ask(&job.world, "gpus") == 4);
    free(before);
    mls_values_free(job.world.values);
    mls_close(job.world.book);
    ck_assert_uint_eq(job.scarce.blocks, 0);
    if (!failed) break;
  }
}
END_TEST

/* A model that could not be opened for want of memory opens when there is some; the same book. */
START_TEST(test_open_again) {
  for (size_t n = 0;; n++) {
    struct job job = { .world = { .extra = files, .extra_count = FILES },
                       .scarce = { .left = SIZE_MAX } };
    job.allocator = (mls_allocator){ scarce_resize, scarce_release, &job.scarce };
    mls_options options = { .size = sizeof options,
                            .allocator = job.allocator,
                            .find = world_find,
                            .find_context = &job.world };
    mls_model *model;
    ck_assert_int_eq(mls_open(&options, &job.world.book), MLS_OK);
    job.scarce.left = n;
    mls_status status = mls_model_open_bytes(job.world.book, "try_it.sheet", SHEET,
                                             sizeof SHEET - 1, NULL, 0, &model);
    ck_assert(status == MLS_OK || status == MLS_MEMORY);
    ck_assert((status == MLS_OK) == (model != NULL));
    bool failed = job.scarce.failed;
    job.scarce.failed = false, job.scarce.left = SIZE_MAX;
    status = mls_model_open_bytes(job.world.book, "try_it.sheet", SHEET, sizeof SHEET - 1, NULL, 0,
                                  &model);
    const mls_message *message = mls_book_message(job.world.book, 0);
    ck_assert_msg(status == MLS_OK, "after %zu requests: %s", n, message ? message->text : "");
    mls_close(job.world.book);
    ck_assert_uint_eq(job.scarce.blocks, 0);
    if (!failed) break;
  }
}
END_TEST

/* Folders of the file system: not found and no memory are told apart. */
START_TEST(test_folders) {
  static const char *const registries[] = { ROOT "/tests/reject/base", NULL };
  static const char *const templates[] = { ROOT "/tests/reject", NULL };
  for (size_t n = 0;; n++) {
    struct scarce scarce = { .left = n };
    mls_options options = { .size = sizeof options,
                            .allocator = { scarce_resize, scarce_release, &scarce },
                            .templates = templates,
                            .registries = registries };
    mls_book *book = NULL;
    mls_model *model = NULL;
    mls_status status = mls_open(&options, &book);
    if (status == MLS_OK) status = mls_model_open(book, "part", &model);
    mls_close(book);
    ck_assert_uint_eq(scarce.blocks, 0);
    ck_assert_msg(status == (scarce.failed ? MLS_MEMORY : MLS_OK), "after %zu requests: %s", n,
                  mls_status_word(status));
    if (!scarce.failed) break;
  }
}
END_TEST

Suite *suite_memory(void) {
  memcpy(files, renamed_files, sizeof renamed_files);
  memcpy(files + COUNT_OF(renamed_files), ask_files, sizeof ask_files);
  Suite *suite = suite_create("memory");
  TCase *tests = tcase_create("memory");
  tcase_set_timeout(tests, 300);
  tcase_add_test(tests, test_arena);
  tcase_add_test(tests, test_bound);
  tcase_add_test(tests, test_large);
  tcase_add_test(tests, test_beside);
  tcase_add_test(tests, test_long_tables);
  tcase_add_test(tests, test_rows_kept);
  tcase_add_test(tests, test_named_kept);
  tcase_add_test(tests, test_rows_refused);
  tcase_add_test(tests, test_open);
  tcase_add_test(tests, test_set);
  tcase_add_test(tests, test_tell);
  tcase_add_test(tests, test_scenarios);
  tcase_add_test(tests, test_stream);
  tcase_add_test(tests, test_workbook);
  tcase_add_test(tests, test_again);
  tcase_add_test(tests, test_open_again);
  tcase_add_test(tests, test_folders);
  suite_add_tcase(suite, tests);
  return suite;
}
