/* Opening: finding sheets and registries, names, instances, what a wrong file leaves behind, bounds
   that only many files meet. */
#include "check.h"

#include "ask.h"
#include "limits.h"
#include "told.h"

Suite *suite_check(void);

/* ---- instances, registries, sources ---- */

static const char *const accepted[] = {
  "use a = job(hw = \"Small\")\nx [W] = a.hw.tdp",
  "input hw = Big in chips\nuse a = job(hw = hw)\nx [W] = a.hw.tdp",
  "use a = job()\nuse b = job(hw = a.hw, gpus = a.gpus * 2, load = a.load, mode = \"slow\")",
  "input fast_one = fast in fast, slow\nuse a = job(mode = fast_one)\nuse b = job(mode = if(1 > 0, "
  "\"fast\", \"slow\"))",
  "use a = job(gpus = 0)\nuse b = job(load = 0.5)\nuse c_c = job(load = missing(\"no\"))",
  "use a = job()\nx = a.load\ny [W] = a.power\nz [USD] = a.plan.cash(2) + sum(a.plan.cash)\nv = "
  "a.plan.month(1)",
  "input hw = Big in chips\nx [FLOP/s] = hw.flops(\"fp16\") + hw.flops.fp8\ny = hw.maker\nz = "
  "hw.maker == \"Acme\"",
  "input hw = Big in chips\ninput p_p = fp8 in fp16, fp8\nx [FLOP/s] = hw.flops(p_p)",
  "table t for d in chips\n  x [W] = d.tdp\n  y [FLOP/s] = d.flops.fp16\n  z = d.maker\n  w = d\nv "
  "= t.z(\"Big\")",
  "x = 1  # @sheet_h @book_q",
};

START_TEST(test_accepted) { ask_accepted(accepted[_i]); }
END_TEST

static const char *const refused[][2] = {
  { "use a = job(hw = 3)", "bind it to an input of that registry or to an item in quotes" },
  { "input d = H in device\nuse a = job(hw = d)", "bind it to an input of that registry" },
  { "x = \"Big\"\nuse a = job(hw = x)", "bind it to an input of that registry" },
  { "use a = job(hw = if(1 > 0, \"Big\", \"Small\"))", "bind it to an input of that registry" },
  { "use a = job(hw = \"Bog\")", "(did you mean Big?)" },
  { "use a = job(mode = \"fats\")", "(did you mean fast?)" },
  { "use a = job(gpu = 3)", "(did you mean gpus?)" },
  { "use a = job(power = 3)", "it is calculated there" },
  { "use a = job(share = 3)", "job has no input share" },
  { "use a = job(gpus = 3 [s])", "gpus is a plain number, but it is bound to s" },
  { "use a = job(gpus = 3, gpus = 4)", "gpus is bound twice" },
  { "use a = jbo()", "there is no sheet jbo" },
  { "use a = job()\nx = a.gpu", "sheet job has no gpu (did you mean gpus?)" },
  { "use a = job()\nx = a", "a is a used sheet" },
  { "use a = job()\nx = a.gpus(3)", "only a column of a table is looked up" },
  { "use a = job()\nx = a.plan.cash", "a.plan.cash is a column" },
  { "input hw = Big in chips\nx = hw.tpd", "(did you mean tdp?)" },
  { "input hw = Big in chips\nx = hw.flops", "is a family of facts" },
  { "input hw = Bgi in chips\nx [W] = hw.tdp", "(did you mean Big?)" },
  { "input hw = big in chips\nx [W] = hw.tdp", "(did you mean Big?)" },
  { "input hw = Big in chip", "there is no registry chip" },
  { "x = 1  # @sheet_j", "unknown source @sheet_j (did you mean sheet_h?)" },
  { "input hw = Big in chips\nx = hw.flops(\"fp16\", \"fp8\")", "takes one key" },
  { "input hw = Big\nx [W] = hw.tdp", "\"in\" and the set" },
  { "use a = nowhere()\nx [W] = a.hw.tdp\ny = sum(a.t.x)\nz = min(a.t.x)\nv = a.t.x(3)\nuse b = "
    "job(gpus = a.n)",
    "there is no sheet nowhere" },
  { "use a = job(gpus = oops)\nx = a.gpus", "unknown name oops" },
};

START_TEST(test_refused) { ask_refused(refused[_i][0], refused[_i][1]); }
END_TEST

/* ---- the hook ---- */

struct shelf {
  int asked;
  const char *name; /* the kind of trouble */
  char bytes[1 << 16];
};

#define UNITS "unit,definition,kind,differs,note\ns,,base,,\nW,1 s,,,\n"
#define FACTS "item,field,value,unit,low,high,source,locator,accessed,state,note\n"

static mls_status take(const char **bytes, size_t *size, const char **shown, const char *text,
                       const char *name) {
  *bytes = text;
  *size = strlen(text);
  *shown = name;
  return MLS_OK;
}

static bool is(const struct shelf *shelf, const char *name) {
  return strcmp(shelf->name, name) == 0;
}

/* A level of 40 that doubles, or of 100 instances without a cell. */
static mls_status make_level(struct shelf *shelf, const char *name, const char **bytes,
                             size_t *size, const char **shown) {
  int level = atoi(name + 6), wide = is(shelf, "wide") ? 100 : 2;
  size_t used = (size_t)snprintf(shelf->bytes, sizeof shelf->bytes, "sheet level_%d\n", level);
  int last = is(shelf, "many") ? 1500 : is(shelf, "wide") ? 5 : 40;
  for (int i = 0; i < (is(shelf, "many") ? 1 : wide) && level < last; i++)
    used += (size_t)snprintf(shelf->bytes + used, sizeof shelf->bytes - used,
                             "use u_%d = level_%d()\n", i, level + 1);
  return take(bytes, size, shown, shelf->bytes, name);
}

static mls_status find(void *context, const char *kind, const char *name, size_t nth,
                       const char **bytes, size_t *size, const char **shown) {
  struct shelf *shelf = context;
  bool sheet = strcmp(kind, "sheet") == 0;
  shelf->asked++;
  if (!sheet && strcmp(name, "units") == 0) {
    if (is(shelf, "no units") || nth > 0) return MLS_NAME;
    if (is(shelf, "units unreadable")) return MLS_FILE;
    if (is(shelf, "units without memory")) return MLS_MEMORY;
    return take(bytes, size, shown,
                is(shelf, "units wrong") ? "unit,definition,kind,differs,note\nx,1 y,,,\n" : UNITS,
                "units.csv");
  }
  if (!sheet && strcmp(name, "broken") == 0 && nth == 0)
    return take(bytes, size, shown, FACTS "A,p,many,W,,,,,,estimate,\nA,q,2,W,,,,,,estimate,\n",
                "broken.csv");
  if (!sheet && strcmp(name, "sound") == 0 && nth < 2)
    return take(bytes, size, shown,
                nth ? FACTS "A,p,3,W,,,,,,estimate,\n"
                    : FACTS "A,p,2,W,,,,,,estimate,\nB,p,4,W,,,,,,estimate,\n",
                nth ? "more/sound.csv" : "sound.csv");
  if (sheet && strcmp(name, "twice") == 0 && nth < 2)
    return take(bytes, size, shown, nth ? "sheet twice\nx = 2\n" : "sheet twice\nx = 1\n",
                "twice.sheet");
  if (sheet && strcmp(name, "locked") == 0) return MLS_FILE;
  if (sheet && strncmp(name, "level_", 6) == 0 && nth == 0)
    return make_level(shelf, name, bytes, size, shown);
  return MLS_NAME;
}

static mls_book *open_shelf(struct shelf *shelf, const char *name, mls_status expected) {
  mls_options options = { .size = sizeof options, .find = find, .find_context = shelf };
  mls_book *book;
  *shelf = (struct shelf){ .name = name };
  ck_assert_int_eq(mls_open(&options, &book), expected);
  ck_assert_ptr_nonnull(book);
  return book;
}

static void told_is(mls_book *book, const char *part) {
  const mls_message *message = mls_book_message(book, 0);
  ck_assert_ptr_nonnull(message);
  ck_assert_msg(strstr(message->text, part) != NULL, "no \"%s\" in %s", part, message->text);
}

static mls_status open_text(mls_book *book, const char *text, mls_model **model) {
  return mls_model_open_bytes(book, "t.sheet", text, strlen(text), NULL, 0, model);
}

static mls_status drop(void *context, const void *bytes, size_t size) {
  (void)context, (void)bytes, (void)size;
  return MLS_OK;
}

START_TEST(test_units_missing) {
  static const struct {
    const char *name, *text;
    mls_status status;
  } cases[] = {
    { "no units", "no units.csv was found", MLS_FILE },
    { "units unreadable", "could not be read", MLS_FILE },
    { "units wrong", "unknown unit y", MLS_NAME },
    { "units without memory", "no more memory", MLS_MEMORY },
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    struct shelf shelf;
    mls_model *model;
    mls_book *book = open_shelf(&shelf, cases[i].name, cases[i].status);
    told_is(book, cases[i].text);
    /* a book without units opens nothing */
    ck_assert_int_eq(open_text(book, "sheet t\nx = 1\n", &model), cases[i].status);
    told_is(book, "the book was not opened");
    ck_assert_ptr_null(model);
    const mls_registry *registry;
    ck_assert_int_eq(mls_registry_open(book, "sound", &registry), cases[i].status);
    told_is(book, "the book was not opened");
    ck_assert_int_eq(mls_format(book, "t.sheet", "sheet t\n", 8, drop, NULL), cases[i].status);
    told_is(book, "the book was not opened");
    mls_close(book);
  }
}
END_TEST

/* A registry with an error serves nobody: the next model is told again. */
START_TEST(test_broken_registry) {
  struct shelf shelf;
  mls_model *model;
  mls_book *book = open_shelf(&shelf, "", MLS_OK);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(
        open_text(book, "sheet t\ninput a = A in broken\nx [W] = a.q\ninput b = A in broken\n",
                  &model),
        MLS_SYNTAX);
    told_is(book, "\"many\" is not a number");
    ck_assert_ptr_null(mls_book_message(book, 1));
    ck_assert_int_eq(open_text(book, "sheet t\ninput a = A in sound\nx [W] = a.p\n", &model),
                     MLS_OK);
  }
  mls_close(book);
}
END_TEST

/* "later folders add to and override earlier ones, and the override is reported" */
START_TEST(test_override) {
  struct shelf shelf;
  mls_model *model;
  mls_values *values;
  size_t cell;
  double si;
  mls_book *book = open_shelf(&shelf, "", MLS_OK);
  ck_assert_int_eq(
      open_text(book, "sheet t\ninput a = A in sound\nx [W] = a.p\nuse u = twice()\ny = u.x\n",
                &model),
      MLS_OK);
  size_t warnings = 0;
  for (const mls_message *m; (m = mls_book_message(book, warnings)); warnings++)
    ck_assert_int_eq(m->warning, 1);
  ck_assert_uint_eq(warnings, 2);
  ck_assert_int_eq(mls_values_new(model, NULL, &values), MLS_OK);
  ck_assert_int_eq(mls_cell_find(model, "x", &cell), MLS_OK);
  ck_assert_int_eq(mls_get(values, cell, 0, &si), MLS_OK);
  ck_assert(si == 3);
  ck_assert_int_eq(mls_cell_find(model, "y", &cell), MLS_OK);
  ck_assert_int_eq(mls_get(values, cell, 0, &si), MLS_OK);
  ck_assert(si == 2);
  mls_values_free(values);
  mls_close(book);
}
END_TEST

START_TEST(test_by_name) {
  struct shelf shelf;
  mls_model *model;
  mls_book *book = open_shelf(&shelf, "", MLS_OK);
  ck_assert_int_eq(mls_model_open(book, "twice", &model), MLS_OK);
  ck_assert_int_eq(mls_model_open(book, "nowhere", &model), MLS_NAME);
  told_is(book, "there is no sheet nowhere");
  ck_assert_int_eq(mls_model_open(book, "../twice", &model), MLS_NAME);
  told_is(book, "\"../twice\" is not the name of a sheet");
  ck_assert_int_eq(mls_model_open(book, "", &model), MLS_NAME);
  ck_assert_int_eq(mls_model_open(book, "locked", &model), MLS_FILE);
  told_is(book, "could not be read");
  /* bytes with a name that has no ending may hold any sheet */
  ck_assert_int_eq(mls_model_open_bytes(book, "stdin", "sheet any\nx = 1\n", 16, NULL, 0, &model),
                   MLS_OK);
  ck_assert_int_eq(
      mls_model_open_bytes(book, "a/b/other.sheet", "sheet any\nx = 1\n", 16, NULL, 0, &model),
      MLS_NAME);
  told_is(book, "the sheet is called any, its file other.sheet");
  ck_assert_int_eq(mls_model_open_bytes(book, "x.sheet", "", 0, NULL, 0, &model), MLS_SYNTAX);
  mls_close(book);
}
END_TEST

START_TEST(test_arguments) {
  struct shelf shelf;
  mls_model *model;
  mls_book *book = open_shelf(&shelf, "", MLS_OK);
  ck_assert_int_eq(mls_open(NULL, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_model_open(NULL, "x", &model), MLS_VALUE);
  ck_assert_int_eq(mls_model_open(book, NULL, &model), MLS_VALUE);
  ck_assert_int_eq(mls_model_open(book, "x", NULL), MLS_VALUE);
  ck_assert_int_eq(mls_model_open_bytes(book, "x", "", 0, NULL, 2, &model), MLS_VALUE);
  ck_assert_ptr_null(mls_book_message(NULL, 0));
  mls_close(NULL);
  mls_close(book);
  ck_assert_str_eq(mls_version(), MLS_VERSION);
  for (int i = MLS_OK; i <= MLS_LIMIT; i++)
    ck_assert_str_ne(mls_status_word((mls_status)i), "unknown");
  ck_assert_str_eq(mls_status_word((mls_status)99), "unknown");
  ck_assert_str_eq(mls_status_word((mls_status)-1), "unknown");
}
END_TEST

/* ---- bounds ---- */

static void limit_is(const char *name, const char *part) {
  struct shelf shelf;
  mls_model *model;
  mls_book *book = open_shelf(&shelf, name, MLS_OK);
  ck_assert_int_eq(mls_model_open(book, "level_1", &model), MLS_LIMIT);
  ck_assert_ptr_null(model);
  told_is(book, part);
  mls_close(book);
}

START_TEST(test_doubling) { limit_is("doubling", "(LIMIT_PATH)"); }
END_TEST

START_TEST(test_instances) {
  limit_is("wide", "more than 100000 instances of used sheets (LIMIT_INSTANCES)");
}
END_TEST

static mls_status find_many(void *context, const char *kind, const char *name, size_t nth,
                            const char **bytes, size_t *size, const char **shown) {
  struct shelf *shelf = context;
  if (strcmp(kind, "sheet") != 0 || strncmp(name, "part_", 5) != 0)
    return find(context, kind, name, nth, bytes, size, shown);
  snprintf(shelf->bytes, sizeof shelf->bytes, "sheet %s\nx = 1\n", name);
  return nth > 0 ? MLS_NAME : take(bytes, size, shown, shelf->bytes, name);
}

START_TEST(test_many_sheets) {
  struct shelf shelf = { .name = "" };
  mls_options options = { .size = sizeof options, .find = find_many, .find_context = &shelf };
  mls_book *book;
  mls_model *model;
  static char text[40000];
  size_t used = (size_t)snprintf(text, sizeof text, "sheet t\n");
  for (int i = 0; i < LIMIT_SHEETS; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "use u_%d = part_%d()\n", i, i);
  ck_assert_int_eq(mls_open(&options, &book), MLS_OK);
  ck_assert_int_eq(open_text(book, text, &model), MLS_LIMIT);
  told_is(book, "more than 1000 sheets (LIMIT_SHEETS)");
  mls_close(book);
}
END_TEST

START_TEST(test_slots) {
  struct told told;
  told_open(&told);
  struct checker checker = { .memory = &told.memory, .fails = &told.fails };
  struct sheet sheet = { .file = "t.sheet", .slot_count = LIMIT_CELLS };
  unsigned index;
  ck_assert_int_eq(slot_add((struct scope){ &checker, &sheet, -1 }, (struct slot){ 0 }, &index),
                   MLS_LIMIT);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "t.sheet:0:0: limit: more than 20000000 cells (LIMIT_CELLS)\n");
  told_close(&told);
}
END_TEST

/* A thousand messages are kept; the call ends, and does not take for ever. */
START_TEST(test_many_errors) {
  struct shelf shelf;
  mls_model *model;
  mls_book *book = open_shelf(&shelf, "", MLS_OK);
  size_t room = 3000000, used;
  char *text = malloc(room);
  ck_assert_ptr_nonnull(text);
  const char *const lines[] = { "x_%d = (\n", "x_%d = oops\n", "x_%d = y_%d + 1\ny_%d = x_%d\n",
                                "  x_%d = 1\n", "input x_%d = 3 in 5..0\n" };
  for (size_t i = 0; i < COUNT_OF(lines); i++) {
    used = (size_t)snprintf(text, room, "sheet t\n");
    for (int j = 0; j < 50000; j++)
      used += (size_t)snprintf(text + used, room - used, lines[i], j, j, j, j);
    ck_assert_int_ne(mls_model_open_bytes(book, "t.sheet", text, used, NULL, 0, &model), MLS_OK);
    size_t count = 0;
    while (mls_book_message(book, count)) count++;
    ck_assert_uint_eq(count, LIMIT_ERRORS);
  }
  free(text);
  mls_close(book);
}
END_TEST

Suite *suite_check(void) {
  Suite *suite = suite_create("check");
  TCase *tests = tcase_create("check");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, test_accepted, 0, (int)COUNT_OF(accepted));
  tcase_add_loop_test(tests, test_refused, 0, (int)COUNT_OF(refused));
  tcase_add_test(tests, test_units_missing);
  tcase_add_test(tests, test_broken_registry);
  tcase_add_test(tests, test_override);
  tcase_add_test(tests, test_by_name);
  tcase_add_test(tests, test_arguments);
  tcase_add_test(tests, test_doubling);
  tcase_add_test(tests, test_instances);
  tcase_add_test(tests, test_many_sheets);
  tcase_add_test(tests, test_slots);
  tcase_add_test(tests, test_many_errors);
  suite_add_tcase(suite, tests);
  return suite;
}
