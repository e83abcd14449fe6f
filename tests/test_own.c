/* A user's own facts: what is added to a registry and written, what is refused with which message,
   and what stays as it was when memory runs out. Configurations themselves are in test_config.c. */
#include "fixture.h"

Suite *suite_own(void);

#define HEAD "item,field,value,unit,low,high,source,locator,accessed,state,note\n"

static const struct text_file files[] = {
  { "registry", "workload",
    HEAD "Big,layers,80,,,,book_q,page 1,,cited,\n"
         "Big,hidden,8192,,,,book_q,page 1,,cited,\n"
         "Big,heads,64,,,,book_q,page 1,,cited,\n"
         "Big,kv_heads,8,,,,book_q,page 1,,cited,\n"
         "Big,head_dim,128,,,,book_q,page 1,,cited,\n"
         "Big,ffn,28672,,,,book_q,page 1,,cited,\n"
         "Big,vocab,128256,,,,book_q,page 1,,cited,\n" },
  { "registry", "config_family",
    "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
    "llama,layers,attention,,,,,,,derived,\n" },
  { "registry", "config_key",
    "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
    "num_hidden_layers,means,layers,,,,,,,derived,\nhidden_size,means,hidden,,,,,,,derived,\n"
    "num_attention_heads,means,heads,,,,,,,derived,\nnum_key_value_heads,means,kv_heads,,,,,,,"
    "derived,\n"
    "intermediate_size,means,ffn,,,,,,,derived,\nvocab_size,means,vocab,,,,,,,derived,\n" }
};

static struct world world;
static struct sink sink;

static void open_with(const mls_allocator *allocator) {
  mls_options options = { .size = sizeof options, .find = world_find, .find_context = &world };
  if (allocator) options.allocator = *allocator;
  world = (struct world){ .extra = files, .extra_count = sizeof files / sizeof *files };
  sink = (struct sink){ NULL, 0 };
  mls_open(&options, &world.book);
}

static void open_all(void) { open_with(NULL); }

static void close_all(void) {
  mls_close(world.book);
  free(sink.text);
}

static mls_own own_of(const char *text) {
  return (mls_own){ .size = sizeof(mls_own),
                    .file = "own.csv",
                    .bytes = text,
                    .length = strlen(text),
                    .date = "2026-11-25" };
}

static mls_status add(const char *registry, const char *text) {
  mls_own own = own_of(text);
  return mls_own_facts(world.book, registry, &own, sink_write, &sink);
}

static mls_status add_model(const char *item, const char *text) {
  mls_own own = own_of(text);
  return mls_own_model(world.book, item, &own, sink_write, &sink);
}

/* "file:line:column: kind: text" of all messages. */
static const char *told(void) {
  static char all[4096];
  const mls_message *message;
  all[0] = 0;
  for (size_t i = 0; (message = mls_book_message(world.book, i)); i++)
    snprintf(all + strlen(all), sizeof all - strlen(all), "%s:%d:%d: %s: %s\n",
             message->file ? message->file : "-", message->line, message->column,
             mls_status_word(message->status), message->text);
  return all;
}

static mls_fact fact_of(const char *registry, const char *item, const char *field) {
  const mls_registry *opened;
  mls_field about;
  mls_fact fact = { .typed = "" };
  size_t index, i = 0;
  ck_assert_int_eq(mls_registry_open(world.book, registry, &opened), MLS_OK);
  ck_assert_int_eq(mls_item_find(opened, item, &index), MLS_OK);
  while (mls_field_at(opened, i, &about, sizeof about) == MLS_OK && strcmp(about.name, field) != 0)
    i++;
  ck_assert_int_eq(mls_fact_at(opened, index, i, &fact, sizeof fact), MLS_OK);
  return fact;
}

/* ---- what is added ---- */

START_TEST(lines_are_added_and_written) {
  ck_assert_int_eq(add("device", "item,field,value,unit,low,note\n"
                                 "Mine,memory,96,GB,90,\"ours, new\"\n\n"
                                 "Mine,flops.fp8,2,TFLOP/s,,\n"),
                   MLS_OK);
  ck_assert_str_eq(sink.text, "Mine,memory,96,GB,90,,own,,2026-11-25,assumed,\"ours, new\"\n"
                              "Mine,flops.fp8,2,TFLOP/s,,,own,,2026-11-25,assumed,\n");
  mls_fact fact = fact_of("device", "Mine", "memory");
  ck_assert(fact.si == 96e9 && fact.low == 90e9);
  ck_assert_str_eq(fact.state, "assumed");
  ck_assert_str_eq(fact.source, "own");
  ck_assert_str_eq(fact_of("device", "H", "memory").state, "verified");
}
END_TEST

START_TEST(what_rests_on_them_says_so) {
  static const char sheet[] =
      "sheet s\ninput hw = Mine in device\noutput twice [GB] = 2 * hw.memory\n";
  mls_values *values;
  size_t cell;
  double si;
  ck_assert_int_eq(add("device", "item,field,value,unit\nMine,memory,96,GB\n"), MLS_OK);
  ck_assert_int_eq(
      mls_model_open_bytes(world.book, "s.sheet", sheet, strlen(sheet), NULL, 0, &world.model),
      MLS_OK);
  ck_assert_int_eq(mls_values_new(world.model, NULL, &values), MLS_OK);
  ck_assert_int_eq(mls_settle(values), MLS_OK);
  ck_assert_int_eq(mls_cell_find(world.model, "twice", &cell), MLS_OK);
  ck_assert_int_eq(mls_get(values, cell, 0, &si), MLS_OK);
  ck_assert(si == 192e9);
  ck_assert_str_eq(mls_state(values, cell), "assumed");
  ck_assert_int_eq(mls_set(values, "hw", "H"), MLS_OK);
  ck_assert_int_eq(mls_settle(values), MLS_OK);
  ck_assert_str_eq(mls_state(values, cell), "derived");
  mls_values_free(values);
}
END_TEST

#define MODEL                                                                                      \
  "{\"model_type\": \"llama\", \"num_hidden_layers\": 4, \"hidden_size\": 64,\n"                   \
  " \"vocab_size\": 100, \"num_attention_heads\": 8, \"intermediate_size\": 200%s}"

static const char *model_with(const char *more) {
  static char text[500];
  snprintf(text, sizeof text, MODEL, more);
  return text;
}

START_TEST(models_are_added) {
  ck_assert_int_eq(add_model("Ours", model_with("")), MLS_OK);
  ck_assert_str_eq(sink.text, "Ours,layers,4,,,,own,,2026-11-25,assumed,\n"
                              "Ours,hidden,64,,,,own,,2026-11-25,assumed,\n"
                              "Ours,heads,8,,,,own,,2026-11-25,assumed,\n"
                              "Ours,kv_heads,8,,,,own,,2026-11-25,assumed,not in the file: "
                              "follows from the family\n"
                              "Ours,head_dim,8,,,,own,,2026-11-25,assumed,not in the file: "
                              "follows from the family\n"
                              "Ours,ffn,200,,,,own,,2026-11-25,assumed,\n"
                              "Ours,vocab,100,,,,own,,2026-11-25,assumed,\n");
  ck_assert(fact_of("workload", "Ours", "layers").si == 4);
  ck_assert_int_eq(fact_of("workload", "Ours", "vocab").line, 2);
}
END_TEST

START_TEST(models_bring_their_name) {
  ck_assert_int_eq(add_model(NULL, model_with(", \"_name_or_path\": \"acme/Ours-7B\"")), MLS_OK);
  ck_assert(fact_of("workload", "Ours_7B", "layers").si == 4);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
  const char *text, *told;
  mls_status status;
} refused[] = {
  { "item,field,value\nMine,memory,96\n",
    "own.csv:1:4: syntax: found the end of the line in the header; expected \"unit\" (the header "
    "is "
    "item,field,value,unit)\n",
    MLS_SYNTAX },
  { "item,field,value,unit,note,low\nMine,memory,96,GB,,\n",
    "own.csv:1:6: syntax: found \"low\" in the header; expected item,field,value,unit and, in this "
    "order, what is known of low,high,note\n",
    MLS_SYNTAX },
  { "item,field,value,unit\n",
    "own.csv:1:1: syntax: the file has a header alone; expected at least one row\n", MLS_SYNTAX },
  { "", "own.csv:1:1: syntax: the file is empty; expected a header line\n", MLS_SYNTAX },
  { "item,field,value,unit\nMine,memory,96\n",
    "own.csv:2:4: syntax: this line has 3 fields, the header 4\n", MLS_SYNTAX },
  { "item,field,value,unit\nMine,memory,96,GB\nMine,memory,97,GB\n",
    "own.csv:3:2: fact: memory of Mine stands in line 2 already\n", MLS_FACT },
  { "item,field,value,unit\nH,memory,96,GB\nH,price,3,kUSD\nMine,price,3,kUSD\n",
    "own.csv:2:1: fact: \"H\" is an item of device already; choose another name\n", MLS_FACT },
  { "item,field,value,unit\n\nMine,memoy,96,GB\nMine,colour,red,\n",
    "own.csv:3:2: name: device has no field \"memoy\" (did you mean memory?)\n"
    "own.csv:4:2: name: device has no field \"colour\"\n",
    MLS_NAME },
  { "item,field,value,unit\nMine,memory,96,s\n",
    "own.csv:2:4: fact: memory is in s but memory is in GB, that is B, in device.csv:2; expected "
    "one "
    "dimension and kind for memory\n",
    MLS_FACT },
  { "item,field,value,unit\nMine,flops.fp8,96,GB\n",
    "own.csv:2:4: fact: flops.fp8 is in GB, that is B, but flops.fp16 is in TFLOP/s, that is "
    "FLOP/s, "
    "in device.csv:3; expected one dimension and kind for flops.*\n",
    MLS_FACT },
  { "item,field,value,unit\nMi ne,memory,many,GB\n",
    "own.csv:2:1: syntax: \"Mi ne\" is not an item; expected a letter, then letters, digits, _ and "
    "- "
    "(and nothing that a spreadsheet reads as a truth, number or date)\nown.csv:2:3: syntax: "
    "\"many\" is not a number\n",
    MLS_SYNTAX },
};

START_TEST(wrong_lines_are_told) {
  ck_assert_int_eq(add("device", refused[_i].text), refused[_i].status);
  ck_assert_str_eq(told(), refused[_i].told);
  ck_assert_ptr_null(sink.text);
  /* Nothing was added, and the next one is as good as any. */
  ck_assert_int_eq(add("device", "item,field,value,unit\nMine,memory,96,GB\n"), MLS_OK);
  ck_assert(fact_of("device", "Mine", "memory").si == 96e9);
}
END_TEST

START_TEST(wrong_models_are_told) {
  ck_assert_int_eq(add_model(NULL, model_with("")), MLS_NAME);
  ck_assert_str_eq(told(), "own.csv:1:1: name: the file does not say how its model is called\n");
  ck_assert_int_eq(add_model("7B", model_with("")), MLS_NAME);
  ck_assert_str_eq(told(), "own.csv:1:1: name: \"7B\" is no name of an item; expected a letter, "
                           "then letters, digits, _ and -\n");
  ck_assert_int_eq(add_model("Big", model_with("")), MLS_FACT);
  ck_assert_str_eq(
      told(), "own.csv:1:1: fact: \"Big\" is an item of workload already; choose another name\n");
  ck_assert_int_eq(add_model("Ours", "{\"model_type\": \"llama\"}"), MLS_VALUE);
  ck_assert_str_eq(told(),
                   "own.csv:1:1: value: a llama needs num_hidden_layers, which is not there\n");
  ck_assert_ptr_null(sink.text);
}
END_TEST

START_TEST(open_registries_are_not_changed) {
  const mls_registry *opened;
  ck_assert_int_eq(mls_registry_open(world.book, "device", &opened), MLS_OK);
  ck_assert_int_eq(add("device", "item,field,value,unit\nMine,memory,96,GB\n"), MLS_VALUE);
  ck_assert_str_eq(told(), "-:0:0: value: registry device is open already; add to it before "
                           "anything reads it\n");
  ck_assert_int_eq(add("gadget", "item,field,value,unit\nMine,memory,96,GB\n"), MLS_NAME);
  ck_assert_has(told(), "there is no registry gadget: no gadget.csv was found");
}
END_TEST

static mls_status full(void *context, const void *bytes, size_t size) {
  (void)context, (void)bytes, (void)size;
  return MLS_FILE;
}

START_TEST(callers_that_fail) {
  mls_own own = own_of("item,field,value,unit\nMine,memory,96,GB\n"), none = own;
  none.bytes = NULL;
  ck_assert_int_eq(mls_own_facts(world.book, "device", &own, full, NULL), MLS_FILE);
  ck_assert_int_eq(mls_own_facts(world.book, "device", &none, full, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_own_facts(world.book, NULL, &own, full, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_own_facts(NULL, "device", &own, full, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_own_model(world.book, "Ours", NULL, full, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_own_model(world.book, "Ours", &own, NULL, NULL), MLS_VALUE);
}
END_TEST

/* ---- memory ---- */

struct meter {
  size_t left;
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

START_TEST(without_memory) {
  struct meter meter;
  mls_allocator allocator = { metered, release, &meter };
  mls_status status = MLS_MEMORY;
  for (size_t left = 0; status != MLS_OK; left++) {
    ck_assert_uint_lt(left, 5000);
    close_all();
    meter.left = SIZE_MAX;
    open_with(&allocator);
    meter.left = left;
    status = _i ? add("device", "item,field,value,unit\nMine,memory,96,GB\n")
                : add_model("Ours", model_with(""));
    ck_assert(status == MLS_OK || status == MLS_MEMORY);
    meter.left = SIZE_MAX;
  }
}
END_TEST

Suite *suite_own(void) {
  const TTest *const tests[] = {
    lines_are_added_and_written, what_rests_on_them_says_so, models_are_added,
    models_bring_their_name,     wrong_models_are_told,      open_registries_are_not_changed,
    callers_that_fail,
  };
  Suite *suite = suite_create("own");
  TCase *one = tcase_create("own");
  tcase_add_checked_fixture(one, open_all, close_all);
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) tcase_add_test(one, tests[i]);
  tcase_add_loop_test(one, wrong_lines_are_told, 0, sizeof refused / sizeof *refused);
  tcase_add_loop_test(one, without_memory, 0, 2);
  suite_add_tcase(suite, one);
  return suite;
}
