/* The public calls that list what there is and that walk through a calculation: what they give,
   what they refuse, and what happens when memory runs out. */
#include <math.h>
#include <stdint.h>

#include "fixture.h"

Suite *suite_list(void);

static const char fleet[] =
    "sheet fleet  # A small fleet @book_q\n"
    "input hw                 = H in device                      # Accelerator\n"
    "input gpus [GPU]         = 8 in 1..64 by 1                  # Accelerators owned\n"
    "input load [%]           = 80 likely 60..90 in 0..100       # Mean load @book_q\n"
    "input mode               = busy in busy, idle               # What it does\n"
    "price [kUSD]             = hw.price * gpus / 1 [GPU]        # All of them\n"
    "speed [TFLOP/s]          = hw.flops(\"fp16\") * load          # Reached\n"
    "table plan for month in 1..4  # By month\n"
    "  input share [%]        = 40, 30, 20, 10 in 0..100         # Paid\n"
    "  cash [kUSD]            = price * share                    # Paid\n"
    "output cost [kUSD]       = sum(plan.cash)                   # Cost\n"
    "use job                  = part(size = 0.5 * hw.memory)     # The part\n"
    "check affordable         = cost <= 100 [kUSD]              # Within it @book_q\n";

static size_t cell_of(const struct world *world, const char *path) {
  size_t cell = SIZE_MAX;
  ck_assert_msg(mls_cell_find(world->model, path, &cell) == MLS_OK, "no cell %s", path);
  return cell;
}

static mls_input input_of(const struct world *world, const char *path) {
  mls_input input;
  mls_status status = mls_input_about(world->model, cell_of(world, path), &input, sizeof input);
  ck_assert_msg(status == MLS_OK, "%s may not be set", path);
  return input;
}

static mls_step step_of(struct world *world, const char *path, size_t row) {
  mls_step step;
  mls_status status = mls_step_at(world->values, cell_of(world, path), row, &step, sizeof step);
  ck_assert_msg(status == MLS_OK, "%s has no step", path);
  return step;
}

/* ---- files ---- */

static mls_book *shipped_book(void) {
  static const char *const templates[] = { ROOT "/templates", NULL };
  static const char *const registries[] = { ROOT "/registry", NULL };
  mls_options options = { .size = sizeof options,
                          .templates = templates,
                          .registries = registries };
  mls_book *book;
  ck_assert_int_eq(mls_open(&options, &book), MLS_OK);
  return book;
}

START_TEST(files_are_found) {
  mls_book *book = shipped_book();
  size_t count = 0, registries = 0, used = 0;
  mls_found found, before = { "", "", "", "", 0, 0 };
  ck_assert_int_eq(mls_find_all(book, "sheet", &count), MLS_OK);
  ck_assert_uint_gt(count, 5);
  for (size_t i = 0; i < count; i++) {
    ck_assert_int_eq(mls_found_at(book, i, &found, sizeof found), MLS_OK);
    ck_assert_str_ge(found.name, before.name);
    ck_assert_str_ne(found.label, "");
    ck_assert_uint_eq(found.group, 0);
    used += found.used != 0;
    before = found;
  }
  ck_assert_uint_eq(used, count);
  ck_assert_int_eq(mls_found_at(book, count, &found, sizeof found), MLS_NAME);
  ck_assert_int_eq(mls_find_all(book, "registry", &registries), MLS_OK);
  ck_assert_int_eq(mls_found_at(book, 0, &found, sizeof found), MLS_OK);
  ck_assert_str_eq(found.label, "");
  ck_assert_int_eq(mls_find_all(book, "picture", &count), MLS_VALUE);
  ck_assert_has(mls_book_message(book, 0)->text, "sheet and registry, not picture");
  ck_assert_uint_eq(count, 0);
  ck_assert_int_eq(mls_found_at(book, 0, &found, sizeof found), MLS_NAME);
  mls_close(book);
}
END_TEST

/* Two folders of one group, the same twice: of sheets the last counts, of registries both; a second
   group stands behind. */
START_TEST(files_hide_each_other) {
  static const char *const folders[] = { ROOT "/registry", ROOT "/registry", "", ROOT "/registry",
                                         NULL };
  static const char *const sheets[] = { ROOT "/templates", ROOT "/templates", "", ROOT "/templates",
                                        NULL };
  mls_options options = { .size = sizeof options, .templates = sheets, .registries = folders };
  mls_book *book;
  mls_found found[3];
  size_t count;
  mls_open(&options, &book);
  ck_assert_int_eq(mls_find_all(book, "sheet", &count), MLS_OK);
  ck_assert_uint_eq(count % 3, 0);
  for (size_t i = 0; i < 3; i++) mls_found_at(book, i, &found[i], sizeof found[i]);
  ck_assert_str_eq(found[0].name, found[2].name);
  ck_assert_int_eq(found[0].used, 0);
  ck_assert_int_eq(found[1].used, 1);
  ck_assert_int_eq(found[2].used, 0);
  ck_assert_uint_eq(found[1].group, 0);
  ck_assert_uint_eq(found[2].group, 1);
  ck_assert_int_eq(mls_find_all(book, "registry", &count), MLS_OK);
  for (size_t i = 0; i < 3; i++) mls_found_at(book, i, &found[i], sizeof found[i]);
  ck_assert_int_eq(found[0].used + found[1].used, 2);
  ck_assert_int_eq(found[2].used, 0);
  mls_close(book);
}
END_TEST

START_TEST(fingerprint_is_steady) {
  mls_book *book = shipped_book(), *again = shipped_book();
  unsigned long long one = 0, two = 1;
  ck_assert_int_eq(mls_registry_hash(book, &one), MLS_OK);
  ck_assert_int_eq(mls_registry_hash(again, &two), MLS_OK);
  ck_assert(one == two && one != 0xcbf29ce484222325ULL);
  mls_close(book);
  mls_close(again);
}
END_TEST

START_TEST(own_finders_list_themselves) {
  struct world world = { 0 };
  size_t count = 7;
  unsigned long long hash;
  world_open(&world, "fleet", fleet);
  ck_assert_int_eq(mls_find_all(world.book, "sheet", &count), MLS_VALUE);
  ck_assert_has(mls_book_message(world.book, 0)->text, "lists them itself");
  ck_assert_int_eq(mls_registry_hash(world.book, &hash), MLS_VALUE);
  world_close(&world);
}
END_TEST

/* ---- facts ---- */

START_TEST(registry_is_told) {
  struct world world = { 0 };
  const mls_registry *registry, *again;
  mls_registry_size size;
  size_t item = 9;
  world_open(&world, "fleet", fleet);
  ck_assert_int_eq(mls_registry_open(world.book, "device", &registry), MLS_OK);
  ck_assert_int_eq(mls_registry_open(world.book, "device", &again), MLS_OK);
  ck_assert_ptr_eq(registry, again);
  ck_assert_int_eq(mls_registry_about(registry, &size, sizeof size), MLS_OK);
  ck_assert_str_eq(size.name, "device");
  ck_assert_uint_eq(size.items, 2);
  ck_assert_uint_eq(size.fields, 4);
  ck_assert_uint_eq(size.facts, 6);
  ck_assert_uint_eq(size.verified, 2);
  ck_assert_uint_eq(size.cited, 3);
  ck_assert_uint_eq(size.estimate, 1);
  ck_assert_uint_eq(size.derived + size.assumed, 0);
  ck_assert_str_eq(size.newest, "2026-03-04");
  ck_assert_str_eq(mls_item_name(registry, 1), "B");
  ck_assert_ptr_null(mls_item_name(registry, 2));
  ck_assert_int_eq(mls_item_find(registry, "B", &item), MLS_OK);
  ck_assert_uint_eq(item, 1);
  ck_assert_int_eq(mls_item_find(registry, "b", &item), MLS_NAME);
  world_close(&world);
}
END_TEST

START_TEST(facts_are_told) {
  struct world world = { 0 };
  const mls_registry *registry;
  mls_field field;
  mls_fact fact;
  world_open(&world, "fleet", fleet);
  mls_registry_open(world.book, "device", &registry);
  ck_assert_int_eq(mls_field_at(registry, 3, &field, sizeof field), MLS_OK);
  ck_assert_str_eq(field.name, "price");
  ck_assert_str_eq(field.unit, "kUSD");
  ck_assert_uint_eq(field.facts, 1);
  ck_assert_int_eq(mls_field_at(registry, 4, &field, sizeof field), MLS_NAME);
  ck_assert_int_eq(mls_fact_at(registry, 0, 0, &fact, sizeof fact), MLS_OK);
  ck_assert_str_eq(fact.typed, "80");
  ck_assert(fact.si == 80e9 && fact.factor == 1e9 && isnan(fact.low) && isnan(fact.high));
  ck_assert_str_eq(fact.state, "verified");
  ck_assert_str_eq(fact.source, "sheet_h");
  ck_assert_str_eq(fact.locator, "page 1");
  ck_assert_int_eq(fact.line, 2);
  ck_assert_int_eq(mls_fact_at(registry, 0, 3, &fact, sizeof fact), MLS_OK);
  ck_assert_ptr_null(fact.source);
  ck_assert_str_eq(fact.note, "a guess");
  ck_assert_int_eq(mls_fact_at(registry, 1, 3, &fact, sizeof fact), MLS_NAME);
  ck_assert_int_eq(mls_fact_at(registry, 2, 0, &fact, sizeof fact), MLS_NAME);
  ck_assert_int_eq(mls_fact_at(registry, 0, 4, &fact, sizeof fact), MLS_NAME);
  world_close(&world);
}
END_TEST

/* A structure of an older version is filled as far as it goes. */
START_TEST(structures_may_be_shorter) {
  struct world world = { 0 };
  mls_unit unit = { "x", "x", "x", 7 };
  world_open(&world, "fleet", fleet);
  ck_assert_int_eq(mls_unit_at(world.book, 0, &unit, sizeof unit.name), MLS_OK);
  ck_assert_str_eq(unit.name, "s");
  ck_assert_str_eq(unit.definition, "x");
  world_close(&world);
}
END_TEST

START_TEST(registry_that_is_none) {
  static const char *const names[] = { "nothing", "units", "sources", "../device", "" };
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const mls_registry *registry = (const mls_registry *)1;
    ck_assert_int_eq(mls_registry_open(world.book, names[i], &registry), MLS_NAME);
    ck_assert_ptr_null(registry);
    ck_assert_ptr_nonnull(mls_book_message(world.book, 0));
  }
  world_close(&world);
}
END_TEST

static const struct text_file wrong_files[] = {
  { "registry", "crooked",
    "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
    "A,size,1,GB,,,,,,estimate,a guess\nB,size,1,s,,,,,,estimate,a guess\n" },
};

/* A wrong registry is told each time, and harms neither the model nor the next opening. */
START_TEST(registry_that_is_wrong) {
  struct world world = { .extra = wrong_files, .extra_count = 1 };
  const mls_registry *registry;
  double cost;
  world_open(&world, "fleet", fleet);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_ne(mls_registry_open(world.book, "crooked", &registry), MLS_OK);
    ck_assert_ptr_null(registry);
    ck_assert_str_eq(mls_book_message(world.book, 0)->file, "crooked.csv");
    ck_assert_int_eq(mls_book_message(world.book, 0)->line, 3);
  }
  ck_assert_int_eq(mls_registry_open(world.book, "device", &registry), MLS_OK);
  ck_assert_int_eq(mls_get(world.values, cell_of(&world, "cost"), 0, &cost), MLS_OK);
  ck_assert(cost == 240e3);
  world_close(&world);
}
END_TEST

/* ---- sources, units, functions ---- */

START_TEST(sources_and_units) {
  struct world world = { 0 };
  mls_source source;
  mls_unit unit;
  size_t count = 0;
  world_open(&world, "fleet", fleet);
  ck_assert_int_eq(mls_source_find(world.book, "sheet_h", &source, sizeof source), MLS_OK);
  ck_assert_str_eq(source.title, "Data sheet of H");
  ck_assert_str_eq(source.url, "https://maker.example/h");
  ck_assert_str_eq(source.licence, "");
  ck_assert_int_eq(mls_source_find(world.book, "sheet_x", &source, sizeof source), MLS_NAME);
  ck_assert_int_eq(mls_source_at(world.book, 1, &source, sizeof source), MLS_OK);
  ck_assert_str_eq(source.key, "book_q");
  ck_assert_int_eq(mls_source_at(world.book, 2, &source, sizeof source), MLS_NAME);
  for (; mls_unit_at(world.book, count, &unit, sizeof unit) == MLS_OK; count++) {
    if (strcmp(unit.name, "month") == 0) ck_assert(unit.factor == 730.0 * 3600);
    if (strcmp(unit.name, "GPU") == 0) ck_assert_str_eq(unit.kind, "count");
    if (strcmp(unit.name, "B") == 0) ck_assert_str_eq(unit.kind, "base");
    if (strcmp(unit.name, "GB") == 0) ck_assert_str_eq(unit.definition, "1e9 B");
  }
  ck_assert_uint_eq(count, 14);
  world_close(&world);
}
END_TEST

START_TEST(functions_and_parts) {
  mls_function function;
  const char *name, *version;
  size_t count = 0;
  bool sum = false;
  for (; mls_function_at(count, &function, sizeof function) == MLS_OK; count++) {
    ck_assert_uint_ge(function.most, function.least);
    ck_assert_str_ne(function.units, "");
    ck_assert_str_ne(function.meaning, "");
    ck_assert_str_ne(function.example, "");
    sum = sum || (strcmp(function.name, "sum") == 0 && function.aggregate);
  }
  ck_assert(sum && count > 40);
  ck_assert_int_eq(mls_function_at(count, &function, sizeof function), MLS_NAME);
  ck_assert_int_eq(mls_part_at(0, &name, &version), MLS_OK);
  ck_assert_str_eq(name, "mlsysim");
  ck_assert_str_eq(version, mls_version());
  ck_assert_int_eq(mls_part_at(1, &name, &version), MLS_OK);
  ck_assert_int_eq(mls_part_at(2, &name, &version), MLS_OK);
  ck_assert_str_eq(name, "libcsv");
  ck_assert_int_eq(mls_part_at(3, &name, &version), MLS_NAME);
}
END_TEST

/* ---- inputs ---- */

START_TEST(inputs_are_told) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  mls_input input = input_of(&world, "gpus");
  ck_assert_str_eq(input.set, "range");
  ck_assert(input.low == 1 && input.high == 64 && input.step == 1 && isnan(input.likely_low));
  ck_assert_str_eq(input.typed, "8");
  input = input_of(&world, "load");
  ck_assert(input.likely_low == 60 && input.likely_high == 90 && input.step == 0);
  input = input_of(&world, "mode");
  ck_assert_uint_eq(input.word_count, 2);
  ck_assert_str_eq(input.words[1], "idle");
  ck_assert(isnan(input.low));
  input = input_of(&world, "hw");
  ck_assert_str_eq(input.set, "registry");
  ck_assert_str_eq(input.registry, "device");
  ck_assert_str_eq(input.typed, "H");
  input = input_of(&world, "hw.price");
  ck_assert_str_eq(input.set, "fact");
  ck_assert_ptr_null(input.typed);
  ck_assert_int_eq(input_of(&world, "plan.share").column, 1);
  ck_assert_int_eq(input_of(&world, "job.n").column, 0);
  world_close(&world);
}
END_TEST

START_TEST(what_is_no_input) {
  static const char *const paths[] = { "price", "cost", "affordable", "job.size", "plan.month" };
  struct world world = { 0 };
  mls_input input;
  mls_sheet sheet;
  world_open(&world, "fleet", fleet);
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    ck_assert_int_eq(mls_input_about(world.model, cell_of(&world, paths[i]), &input, sizeof input),
                     MLS_NAME);
  ck_assert_int_eq(mls_input_about(world.model, mls_cell_count(world.model), &input, sizeof input),
                   MLS_NAME);
  ck_assert_int_eq(mls_sheet_about(world.model, &sheet, sizeof sheet), MLS_OK);
  ck_assert_str_eq(sheet.name, "fleet");
  ck_assert_str_eq(sheet.label, "A small fleet");
  ck_assert_str_eq(sheet.date, "2026-03-04");
  world_close(&world);
}
END_TEST

START_TEST(paths_of_rows) {
  struct world world = { 0 };
  char path[64];
  world_open(&world, "fleet", fleet);
  size_t cash = cell_of(&world, "plan.cash"), flops = cell_of(&world, "hw.flops");
  ck_assert_uint_eq(mls_row_path(world.model, cash, 2, path, sizeof path), 12);
  ck_assert_str_eq(path, "plan.cash(3)");
  mls_row_path(world.model, flops, 0, path, sizeof path);
  ck_assert_str_eq(path, "hw.flops.fp16");
  ck_assert_uint_eq(mls_row_path(world.model, flops, MLS_ROWS_ALL, path, 4), 8);
  ck_assert_str_eq(path, "hw.");
  ck_assert_uint_eq(mls_row_path(world.model, cash, 4, path, sizeof path), 0);
  ck_assert_uint_eq(mls_row_path(world.model, SIZE_MAX, 0, path, sizeof path), 0);
  world_close(&world);
}
END_TEST

/* ---- steps ---- */

START_TEST(step_of_a_formula) {
  struct world world = { 0 };
  char path[64];
  world_open(&world, "fleet", fleet);
  mls_step step = step_of(&world, "price", 0);
  ck_assert_str_eq(step.kind, "cell");
  ck_assert_str_eq(step.formula, "hw.price * gpus / 1 [GPU]");
  ck_assert_str_eq(step.numbers, "30 [kUSD] * 8 [GPU] / 1 [GPU]");
  ck_assert_str_eq(step.value, "240");
  ck_assert_str_eq(step.unit, "kUSD");
  ck_assert(step.number == 240);
  ck_assert_str_eq(step.state, "estimate");
  ck_assert_str_eq(step.label, "All of them");
  ck_assert_uint_eq(step.read_count, 2);
  ck_assert_uint_eq(step.reads[0].cell, cell_of(&world, "hw.price"));
  ck_assert_uint_eq(step.reader_count, 1);
  mls_cell_path(world.model, step.readers[0], path, sizeof path);
  ck_assert_str_eq(path, "plan.cash");
  step = step_of(&world, "plan.cash", MLS_ROWS_ALL);
  ck_assert_str_eq(step.value, "4 rows, 24 to 96");
  ck_assert(isnan(step.number));
  ck_assert_ptr_null(step.numbers);
  ck_assert_uint_eq(step.reader_count, 1); /* the cell that sums it, not the hidden sum */
  ck_assert_uint_eq(step.readers[0], cell_of(&world, "cost"));
  step = step_of(&world, "plan.cash", 1);
  ck_assert_str_eq(step.numbers, "240 [kUSD] * 30 [%]");
  world_close(&world);
}
END_TEST

START_TEST(step_of_what_is_given) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  mls_step step = step_of(&world, "hw.memory", 0);
  ck_assert_str_eq(step.kind, "fact");
  ck_assert_ptr_null(step.formula);
  ck_assert_str_eq(step.locator, "page 1");
  ck_assert_uint_eq(step.source_count, 1);
  ck_assert_str_eq(step.sources[0].title, "Data sheet of H");
  ck_assert_int_eq(step.set, 0);
  step = step_of(&world, "load", 0);
  ck_assert_str_eq(step.sources[0].key, "book_q");
  ck_assert_str_eq(step.value, "80");
  ck_assert_str_eq(step_of(&world, "mode", 0).value, "busy");
  ck_assert_str_eq(step_of(&world, "affordable", 0).value, "no");
  ck_assert_str_eq(step_of(&world, "plan.month", 2).kind, "key");
  ck_assert_str_eq(step_of(&world, "job.size", 0).kind, "bound");
  world_set(&world, "hw.memory", "1000 [GB]");
  step = step_of(&world, "hw.memory", 0);
  ck_assert_int_eq(step.set, 1);
  ck_assert_str_eq(step.state, "assumed");
  ck_assert_uint_eq(step.source_count, 0);
  ck_assert(step.number == 1000);
  ck_assert_int_eq(mls_set(world.values, "hw", "B"), MLS_OK); /* a step settles */
  ck_assert_str_eq(step_of(&world, "price", 0).value, "missing");
  ck_assert(isnan(step_of(&world, "price", 0).number));
  world_close(&world);
}
END_TEST

START_TEST(steps_that_are_none) {
  struct world world = { 0 };
  mls_step step;
  world_open(&world, "fleet", fleet);
  size_t count = mls_cell_count(world.model);
  ck_assert_int_eq(mls_step_at(world.values, count, 0, &step, sizeof step), MLS_NAME);
  ck_assert_int_eq(mls_step_at(world.values, cell_of(&world, "price"), 1, &step, sizeof step),
                   MLS_NAME);
  for (size_t cell = 0; cell < count; cell++) {
    ck_assert_int_eq(mls_step_at(world.values, cell, 0, &step, sizeof step), MLS_OK);
    ck_assert_int_eq(mls_step_at(world.values, cell, MLS_ROWS_ALL, &step, sizeof step), MLS_OK);
    for (size_t i = 0; i < step.reader_count; i++) ck_assert_uint_ne(step.readers[i], cell);
  }
  world_close(&world);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(nothing_given) {
  struct world world = { 0 };
  size_t count;
  unsigned long long hash;
  const mls_registry *registry;
  const char *text;
  world_open(&world, "fleet", fleet);
  ck_assert_int_eq(mls_find_all(NULL, "sheet", &count), MLS_VALUE);
  ck_assert_int_eq(mls_find_all(world.book, NULL, &count), MLS_VALUE);
  ck_assert_int_eq(mls_find_all(world.book, "sheet", NULL), MLS_VALUE);
  ck_assert_int_eq(mls_found_at(world.book, 0, NULL, 0), MLS_VALUE);
  ck_assert_int_eq(mls_registry_hash(NULL, &hash), MLS_VALUE);
  ck_assert_int_eq(mls_registry_open(world.book, NULL, &registry), MLS_VALUE);
  ck_assert_int_eq(mls_registry_about(NULL, NULL, 0), MLS_VALUE);
  ck_assert_ptr_null(mls_item_name(NULL, 0));
  ck_assert_int_eq(mls_item_find(NULL, "x", &count), MLS_VALUE);
  ck_assert_int_eq(mls_field_at(NULL, 0, NULL, 0), MLS_VALUE);
  ck_assert_int_eq(mls_fact_at(NULL, 0, 0, NULL, 0), MLS_VALUE);
  ck_assert_int_eq(mls_source_at(NULL, 0, NULL, 0), MLS_VALUE);
  ck_assert_int_eq(mls_source_find(world.book, NULL, NULL, 0), MLS_VALUE);
  ck_assert_int_eq(mls_unit_at(NULL, 0, NULL, 0), MLS_VALUE);
  ck_assert_int_eq(mls_function_at(0, NULL, 0), MLS_VALUE);
  ck_assert_int_eq(mls_part_at(0, NULL, &text), MLS_VALUE);
  ck_assert_int_eq(mls_sheet_about(NULL, NULL, 0), MLS_VALUE);
  ck_assert_int_eq(mls_input_about(NULL, 0, NULL, 0), MLS_VALUE);
  ck_assert_uint_eq(mls_row_path(NULL, 0, 0, NULL, 0), 0);
  ck_assert_int_eq(mls_step_at(NULL, 0, 0, NULL, 0), MLS_VALUE);
  world_close(&world);
}
END_TEST

/* ---- memory ---- */

struct meter {
  size_t left; /* requests that are met */
};

static void *metered(void *context, void *old, size_t size) {
  struct meter *meter = context;
  if (meter->left == 0) return NULL;
  meter->left--;
  return realloc(old, size);
}

static void release(void *context, void *block) {
  (void)context;
  free(block);
}

static mls_status list_with(struct meter *meter, size_t left) {
  static const char *const templates[] = { ROOT "/templates", NULL };
  static const char *const registries[] = { ROOT "/registry", NULL };
  mls_options options = { .size = sizeof options,
                          .templates = templates,
                          .registries = registries,
                          .allocator = { metered, release, meter } };
  mls_book *book;
  const mls_registry *registry;
  size_t count = 7;
  unsigned long long hash;
  meter->left = SIZE_MAX;
  ck_assert_int_eq(mls_open(&options, &book), MLS_OK);
  meter->left = left;
  mls_status status = mls_find_all(book, "sheet", &count);
  if (status != MLS_OK) ck_assert_uint_eq(count, 0);
  if (status == MLS_OK) status = mls_registry_hash(book, &hash);
  if (status == MLS_OK) status = mls_registry_open(book, "fabric", &registry);
  mls_close(book);
  return status;
}

START_TEST(lists_without_memory) {
  struct meter meter;
  size_t left = 0;
  for (; list_with(&meter, left) != MLS_OK; left += 1 + left / 8) {
    ck_assert_int_eq(list_with(&meter, left), MLS_MEMORY);
    ck_assert_uint_lt(left, 1000000);
  }
  ck_assert_uint_gt(left, 3);
}
END_TEST

START_TEST(steps_without_memory) {
  struct world world = { 0 };
  struct meter meter = { SIZE_MAX };
  mls_allocator allocator = { metered, release, &meter };
  mls_values *values;
  mls_step step;
  mls_status status = MLS_MEMORY;
  world_open(&world, "fleet", fleet);
  size_t cell = cell_of(&world, "price");
  for (size_t left = 0; status != MLS_OK; left++) {
    meter.left = SIZE_MAX;
    ck_assert_int_eq(mls_values_new(world.model, &allocator, &values), MLS_OK);
    ck_assert_int_eq(mls_settle(values), MLS_OK);
    meter.left = left;
    status = mls_step_at(values, cell, 0, &step, sizeof step);
    ck_assert(status == MLS_OK || status == MLS_MEMORY);
    ck_assert_uint_lt(left, 1000);
    mls_values_free(values);
  }
  world_close(&world);
}
END_TEST

Suite *suite_list(void) {
  const TTest *const tests[] = {
    files_are_found,           files_hide_each_other,
    fingerprint_is_steady,     own_finders_list_themselves,
    registry_is_told,          facts_are_told,
    structures_may_be_shorter, registry_that_is_none,
    registry_that_is_wrong,    sources_and_units,
    functions_and_parts,       inputs_are_told,
    what_is_no_input,          paths_of_rows,
    step_of_a_formula,         step_of_what_is_given,
    steps_that_are_none,       nothing_given,
    lists_without_memory,      steps_without_memory,
  };
  Suite *suite = suite_create("list");
  TCase *one = tcase_create("list");
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) tcase_add_test(one, tests[i]);
  suite_add_tcase(suite, one);
  return suite;
}
