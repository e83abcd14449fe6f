/* A user's own facts: what is added to a registry and written, what is refused with which message,
   and what stays as it was when memory runs out. Models are read by a small sheet and registry of
   keys; the shipped ones are in test_config.c. */
#include "fixture.h"

Suite *suite_own(void);

#define HEAD "item,field,value,unit,low,high,source,locator,accessed,state,note\n"

static const struct text_file files[] = {
  { "registry", "workload",
    HEAD "Big,layers,80,,,,book_q,page 1,,cited,\n"
         "Big,hidden,8192,,,,book_q,page 1,,cited,\n"
         "Big,heads,64,,,,book_q,page 1,,cited,\n"
         "Big,kv_heads,8,,,,book_q,page 1,,cited,\n"
         "Big,ffn,2,kUSD,,,book_q,page 1,,cited,\n"
         "Big,vocab,128256,,,,book_q,page 1,,cited,\n"
         "Big,tied,yes,,,,book_q,page 1,,cited,\n" },
  { "registry", "config_family",
    HEAD "llama,alike,yes,,,,,,,derived,\nodd,parts,2,,,,,,,derived,\n" },
  { "registry", "config_key",
    HEAD "model_type,means,family,,,,,,,derived,\n"
         "num_hidden_layers,means,said_layers,,,,,,,derived,\n"
         "n_layer,means,said_layers,,,,,,,derived,\n"
         "hidden_size,means,said_hidden,,,,,,,derived,\n"
         "num_attention_heads,means,said_heads,,,,,,,derived,\n"
         "intermediate_size,means,said_ffn,,,,,,,derived,\n"
         "intermediate_size,unsaid,auto,,,,,,,derived,\n"
         "tie_word_embeddings,means,said_tied,,,,,,,derived,\n"
         "kinds,means,listed,,,,,,,derived,\nkinds,counts,members,,,,,,,derived,\n"
         "kinds_wide,key,kinds,,,,,,,derived,\nkinds_wide,means,wide,,,,,,,derived,\n"
         "kinds_wide,counts,wide,,,,,,,derived,\n"
         "shape,means,stars,,,,,,,derived,\nshape,counts,letter *,,,,,,,derived,\n"
         "slip,means,said_hiden,,,,,,,derived,\nbare,unsaid,auto,,,,,,,derived,\n"
         "result,means,kv_heads,,,,,,,derived,\n" },
  { "sheet", "config",
    "sheet config\n"
    "input family             = llama in config_family\n"
    "input said_layers        = 0 in 0..1e9 by 1\n"
    "input said_hidden        = 0 in 0..1e9 by 1\n"
    "input said_heads         = 0 in 0..1e9 by 1\n"
    "input said_ffn [kUSD]    = 0 in 0..1e9\n"
    "input said_tied          = unsaid in unsaid, yes, no, both\n"
    "input listed             = 0 in 0..1e9 by 1\n"
    "input wide               = 0 in 0..1e9 by 1\n"
    "input stars              = 0 in 0..1e9 by 1\n"
    "output layers            = said_layers\n"
    "output hidden            = said_hidden\n"
    "output heads             = if(said_heads > 0, said_heads, missing(\"none\"))\n"
    "output kv_heads          = default(heads, 0)  # As many as heads\n"
    "output ffn [kUSD]        = if(listed > 0, 2, 1) * said_ffn  # Twice, where listed\n"
    "output vocab             = 100 * wide + stars  # From kinds and shape\n"
    "output tied              = if(said_tied == \"unsaid\", \"none\", said_tied)\n"
    "check has_layers         = layers > 0            # num_hidden_layers\n"
    "check has_few            = default(heads, 0) <= 64  # no more than 64 heads\n" },
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
  " \"intermediate_size\": 200%s}"

static const char *model_with(const char *more) {
  static char text[800];
  snprintf(text, sizeof text, MODEL, more);
  return text;
}

START_TEST(models_are_added) {
  ck_assert_int_eq(add_model("Ours", model_with(", \"num_attention_heads\": 8")), MLS_OK);
  ck_assert_str_eq(sink.text,
                   "Ours,layers,4,,,,own,,2026-11-25,assumed,\n"
                   "Ours,hidden,64,,,,own,,2026-11-25,assumed,\n"
                   "Ours,heads,8,,,,own,,2026-11-25,assumed,\n"
                   "Ours,kv_heads,8,,,,own,,2026-11-25,assumed,found by the sheet config: As many "
                   "as heads\n"
                   "Ours,ffn,200,kUSD,,,own,,2026-11-25,assumed,\n");
  ck_assert(fact_of("workload", "Ours", "layers").si == 4);
  ck_assert(fact_of("workload", "Ours", "ffn").si == 200e3);
  ck_assert_int_eq(fact_of("workload", "Ours", "ffn").line, 2);
}
END_TEST

/* What keys say beside numbers, as the registry of keys and the sheet above have it. */
static const struct {
  const char *more, *facts;
} said[] = {
  { ", \"tie_word_embeddings\": true", "Ours,tied,yes,,,,own,,2026-11-25,assumed,\n" },
  { ", \"tie_word_embeddings\": false", "Ours,tied,no,,,,own,,2026-11-25,assumed,\n" },
  { ", \"tie_word_embeddings\": \"both\"", "Ours,tied,both,,,,own,,2026-11-25,assumed,\n" },
  { ", \"tie_word_embeddings\": null, \"n_layer\": 9, \"num_attention_heads\": false", "" },
  { ", \"kinds\": [\"wide\", \"thin\", \"wide\", 3], \"shape\": \"*-*-*\"",
    "Ours,ffn,400,kUSD,,,own,,2026-11-25,assumed,\"found by the sheet config: Twice, where "
    "listed\"\n"
    "Ours,vocab,203,,,,own,,2026-11-25,assumed,found by the sheet config: From kinds and shape\n" },
};

START_TEST(keys_say_more_than_numbers) {
  ck_assert_int_eq(add_model("Ours", model_with(said[_i].more)), MLS_OK);
  ck_assert_has(sink.text, "Ours,layers,4,,,,own,,2026-11-25,assumed,\n"
                           "Ours,hidden,64,,,,own,,2026-11-25,assumed,\n");
  ck_assert_has(sink.text, said[_i].facts);
  if (!*said[_i].facts) ck_assert_lacks(sink.text, "tied");
}
END_TEST

START_TEST(values_may_be_unsaid) {
  ck_assert_int_eq(add_model("Ours", "{\"model_type\": \"odd\", \"num_hidden_layers\": 4, "
                                     "\"intermediate_size\": \"auto\"}"),
                   MLS_OK);
  ck_assert_str_eq(sink.text, "Ours,layers,4,,,,own,,2026-11-25,assumed,\n");
}
END_TEST

static const char *const names[][2] = { { "acme/Our-7B.v2", "Our_7B_v2" },
                                        { "C:\\\\models\\\\Plain", "Plain" },
                                        { "Plain", "Plain" } };

START_TEST(models_bring_their_name) {
  char more[100];
  snprintf(more, sizeof more, ", \"_name_or_path\": \"%s\"", names[_i][0]);
  ck_assert_int_eq(add_model(NULL, model_with(more)), MLS_OK);
  ck_assert(fact_of("workload", names[_i][1], "layers").si == 4);
}
END_TEST

START_TEST(long_names_are_cut) {
  char more[500] = ", \"_name_or_path\": \"";
  memset(more + strlen(more), 'x', 400);
  strcat(more, "\"");
  ck_assert_int_eq(add_model(NULL, model_with(more)), MLS_OK);
  ck_assert_uint_eq(strcspn(sink.text, ","), 255);
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

static const struct {
  const char *item, *more, *told;
  mls_status status;
} refused_models[] = {
  { NULL, "", "own.csv:1:1: name: the file does not say how its model is called\n", MLS_NAME },
  { NULL, ", \"_name_or_path\": \"acme/\"",
    "own.csv:1:1: name: the file does not say how its model is called\n", MLS_NAME },
  { NULL, ", \"_name_or_path\": 7",
    "own.csv:1:1: name: the file does not say how its model is called\n", MLS_NAME },
  { "7B", "",
    "own.csv:1:1: name: \"7B\" is no name of an item; expected a letter, then letters, digits, _ "
    "and -\n",
    MLS_NAME },
  { "Big", "", "own.csv:1:1: fact: \"Big\" is an item of workload already; choose another name\n",
    MLS_FACT },
  { "Ours", ", \"num_attention_heads\": 65",
    "own.csv:2:51: value: a llama needs no more than 64 heads, which is not there\n", MLS_VALUE },
  { "Ours", ", \"slip\": 1",
    "own.csv:2:36: name: slip: \"said_hiden\" is not an input of config (did you mean "
    "said_hidden?)\n",
    MLS_NAME },
  { "Ours", ", \"bare\": 1",
    "own.csv:2:36: syntax: bare: the name is empty; expected an input, as load\n", MLS_SYNTAX },
  { "Ours", ", \"result\": 1",
    "own.csv:2:38: name: result: \"kv_heads\" is calculated in config.sheet:14; only inputs, and "
    "facts "
    "of items that inputs choose, are set\n",
    MLS_NAME },
  { "Ours", ", \"kinds\": \"wide\", \"shape\": [1]",
    "own.csv:2:37: syntax: kinds is a text; expected a list\n"
    "own.csv:2:54: syntax: shape is a list; expected a text\n",
    MLS_SYNTAX },
  { "Ours", ", \"num_attention_heads\": true, \"tie_word_embeddings\": 3",
    "own.csv:2:51: syntax: num_attention_heads is true; expected a number\n"
    "own.csv:2:80: syntax: tie_word_embeddings is a number; expected a text, true or false\n",
    MLS_SYNTAX },
};

START_TEST(wrong_models_are_told) {
  ck_assert_int_eq(add_model(refused_models[_i].item, model_with(refused_models[_i].more)),
                   refused_models[_i].status);
  ck_assert_str_eq(told(), refused_models[_i].told);
  ck_assert_ptr_null(sink.text);
}
END_TEST

START_TEST(models_without_dimensions_are_told) {
  ck_assert_int_eq(add_model("Ours", "{\"model_type\": \"llama\"}"), MLS_VALUE);
  ck_assert_str_eq(told(),
                   "own.csv:1:1: value: a llama needs num_hidden_layers, which is not there\n");
  ck_assert_ptr_null(sink.text);
}
END_TEST

/* A program that finds names itself has to have the sheet. */
START_TEST(without_the_sheet) {
  world.extra_count--;
  ck_assert_int_eq(add_model("Ours", model_with("")), MLS_NAME);
  ck_assert_str_eq(told(), "-:0:0: name: there is no sheet config: no config.sheet was found\n");
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
    lines_are_added_and_written,
    what_rests_on_them_says_so,
    models_are_added,
    values_may_be_unsaid,
    long_names_are_cut,
    models_without_dimensions_are_told,
    without_the_sheet,
    open_registries_are_not_changed,
    callers_that_fail,
  };
  Suite *suite = suite_create("own");
  TCase *one = tcase_create("own");
  tcase_add_checked_fixture(one, open_all, close_all);
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) tcase_add_test(one, tests[i]);
  tcase_add_loop_test(one, keys_say_more_than_numbers, 0, sizeof said / sizeof *said);
  tcase_add_loop_test(one, models_bring_their_name, 0, sizeof names / sizeof *names);
  tcase_add_loop_test(one, wrong_lines_are_told, 0, sizeof refused / sizeof *refused);
  tcase_add_loop_test(one, wrong_models_are_told, 0,
                      sizeof refused_models / sizeof *refused_models);
  tcase_add_loop_test(one, without_memory, 0, 2);
  suite_add_tcase(suite, one);
  return suite;
}
