/* Facts and sources: what loads, what is found again, and what is refused with which words. */
#include "registry.h"

#include <math.h>

#include "limits.h"
#include "told.h"

Suite *suite_registry(void);

static struct told told;
static struct names names;
static struct units units;
static struct facts facts;

static const char unit_rows[] =
    "unit,definition,kind,differs,note\n"
    "kg,,base,,\nm,,base,,\ns,,base,,\nB,,base,,\nFLOP,,base,,\nUSD,,base,,\ntoken,,count,,\nGPU,,"
    "count,,\n"
    "%,0.01,,,\nms,0.001 s,,,\nh,3600 s,,,\nGB,1e9 B,,,\nTFLOP,1e12 FLOP,,,\nW,1 kg*m^2/s^3,,,\n"
    "kW,1000 W,,,\n";

static const char source_rows[] =
    "key,kind,title,authors,year,url,accessed\n"
    "nv_h100,datasheet,H100,NVIDIA,2023,https://example.org/h100,2026-01-02\n"
    "emaps-yearly,web,Electricity Maps,,,,2026-03-04\n";

#define HEADER "item,field,value,unit,low,high,source,locator,accessed,state,note\n"

static void read_csv(const char *file, const char *text, struct csv *csv) {
  ck_assert_int_eq(csv_read(&told.memory, &told.fails, file, text, strlen(text), csv), MLS_OK);
}

static void open_facts(void) {
  struct csv csv;
  told_open(&told);
  names_open(&names, &told.memory);
  ck_assert_int_eq(units_open(&units, &told.memory, &names), MLS_OK);
  read_csv("units.csv", unit_rows, &csv);
  ck_assert_int_eq(units_load(&units, &csv, &told.fails), MLS_OK);
  facts_open(&facts, &told.memory, &names, &units);
}

static void close_facts(void) { told_close(&told); }

static mls_status load_sources(const char *file, const char *text) {
  struct csv csv;
  read_csv(file, text, &csv);
  return sources_load(&facts, &csv, &told.fails);
}

/* Loads lines below the header into registry hardware. */
static mls_status load(const char *file, const char *lines) {
  char text[8192];
  struct csv csv;
  snprintf(text, sizeof text, "%s%s", HEADER, lines);
  read_csv(file, text, &csv);
  return registry_load(&facts, "hardware", &csv, &told.fails);
}

static struct registry *hardware(void) {
  struct registry *registry = registry_find(&facts, names_find(&names, SLICE("hardware")));
  ck_assert_ptr_nonnull(registry);
  return registry;
}

static const struct fact *find(const char *item, const char *field) {
  size_t i, f;
  ck_assert(registry_item(hardware(), names_find(&names, slice_of(item)), &i));
  ck_assert(registry_field(hardware(), names_find(&names, slice_of(field)), &f));
  return fact_find(hardware(), i, f);
}

/* ---- what loads ---- */

START_TEST(test_facts) {
  ck_assert_int_eq(load_sources("sources.csv", source_rows), MLS_OK);
  ck_assert_int_eq(load("hardware.csv",
                        "H100,memory,80,GB,70,90,nv_h100,page 1,2026-05-06,verified,\"a\nnote\"\n"
                        "H100,flops.fp16,989,TFLOP/s,,,nv_h100,,,cited,\n"
                        "H100,kind,dense part,,,,,,,derived,of flops\n"
                        "H100,year,2022,,,,,,,estimate,\n"
                        "H200,flops.fp8,1_979,TFLOP/s,1979,,,,,estimate,\n"
                        "H200,memory,0.141,GB,,,emaps-yearly,,,estimate,\n"),
                   MLS_OK);
  ck_assert_uint_eq(told.fails.count, 0);
  const struct fact *fact = find("H100", "memory");
  ck_assert(fact->value == 80e9 && fact->number == 80 && fact->low == 70e9 && fact->high == 90e9);
  ck_assert_str_eq(fact->typed, "80");
  ck_assert_str_eq(fact->unit->text, "GB");
  ck_assert_ptr_null(fact->word);
  ck_assert_str_eq(fact->source->key, "nv_h100");
  ck_assert_str_eq(fact->source->title, "H100");
  ck_assert_str_eq(fact->source->licence, "");
  ck_assert_str_eq(fact->locator, "page 1");
  ck_assert_str_eq(fact->accessed, "2026-05-06");
  ck_assert_str_eq(fact->note, "a\nnote");
  ck_assert_int_eq(fact->state, STATE_VERIFIED);
  ck_assert_int_eq(fact->place.line, 2);
  ck_assert_str_eq(find("H100", "kind")->word, "dense part");
  ck_assert(find("H100", "year")->value == 2022);
  fact = find("H200", "flops.fp8");
  ck_assert(fact->value == 1979e12 && fact->low == fact->value && isnan(fact->high));
  ck_assert_ptr_null(fact->source);
  ck_assert_ptr_null(find("H200", "kind"));
  ck_assert_int_eq(find("H200", "memory")->place.line, 8);
  ck_assert_str_eq(facts.newest, "2026-05-06");
}
END_TEST

START_TEST(test_registry_view) {
  size_t index, family;
  ck_assert_int_eq(load("a.csv", "B1,flops.x,1,FLOP/s,,,,,,estimate,\n"
                                 "A1,name,Ampere,,,,,,,estimate,\n"
                                 "B1,flops.y,2,FLOP/s,,,,,,estimate,\n"),
                   MLS_OK);
  const struct registry *registry = hardware();
  ck_assert_str_eq(registry->name, "hardware");
  ck_assert_uint_eq(registry->item_count, 2);
  ck_assert_str_eq(registry->items[0], "B1");
  ck_assert_str_eq(registry->items[1], "A1");
  ck_assert_uint_eq(registry->field_count, 3);
  ck_assert_str_eq(registry->fields[0].name, "flops.x");
  ck_assert_str_eq(registry->fields[0].family, "flops");
  ck_assert_str_eq(registry->fields[0].word, "x");
  ck_assert_str_eq(registry->fields[0].unit->text, "FLOP/s");
  ck_assert_int_eq(registry->fields[1].type.kind, KIND_TEXT);
  ck_assert_ptr_null(registry->fields[1].family);
  ck_assert(map_get(&registry->family_index, registry->fields[2].family, &family));
  ck_assert_uint_eq(family, 0);
  ck_assert(map_get(&registry->folded, names_find(&names, SLICE("b1")), &index));
  ck_assert(!registry_item(registry, names_add(&names, SLICE("b1")), &index));
  ck_assert(!registry_field(registry, names_add(&names, SLICE("tdp")), &index));
  ck_assert_ptr_null(registry_find(&facts, names_add(&names, SLICE("grid"))));
  ck_assert_ptr_null(source_find(&facts, names_add(&names, SLICE("nobody"))));
}
END_TEST

START_TEST(test_empty_registry) {
  ck_assert_int_eq(load("a.csv", ""), MLS_OK);
  ck_assert_uint_eq(hardware()->item_count, 0);
  ck_assert_ptr_null(fact_find(hardware(), 0, 0));
}
END_TEST

START_TEST(test_states) {
  ck_assert_str_eq(state_word(STATE_INPUT), "input");
  ck_assert_str_eq(state_word(STATE_ASSUMED), "assumed");
  ck_assert_int_eq(state_weakest(STATE_CITED, STATE_DERIVED), STATE_CITED);
  ck_assert_int_eq(state_weakest(STATE_INPUT, STATE_VERIFIED), STATE_VERIFIED);
}
END_TEST

/* Without a sources.csv a key is kept, and not checked. */
START_TEST(test_no_sources) {
  ck_assert_int_eq(load("a.csv", "H100,tdp,700,W,,,somebody,,,cited,\n"
                                 "H200,tdp,700,W,,,somebody,,,cited,\n"),
                   MLS_OK);
  ck_assert_str_eq(find("H100", "tdp")->source->key, "somebody");
  ck_assert_str_eq(find("H200", "tdp")->source->title, "");
  ck_assert_uint_eq(facts.source_count, 1);
  ck_assert_int_eq(load_sources("sources.csv", "key,kind,title,authors,year,url,accessed\n"
                                               "somebody,web,T,,,,\n"),
                   MLS_OK);
  ck_assert_str_eq(told_lines(&told, &told.fails), "");
}
END_TEST

START_TEST(test_override) {
  ck_assert_int_eq(load("one/hardware.csv", "H100,tdp,700,W,,,,,,estimate,\n"
                                            "H100,memory,80,GB,,,,,,estimate,\n"),
                   MLS_OK);
  ck_assert_int_eq(load("two/hardware.csv", "H100,memory,96,GB,,,,,,estimate,\n"
                                            "H300,memory,1,GB,,,,,,estimate,\n"),
                   MLS_OK);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "two/hardware.csv:2:2: warning: memory of H100 overrides the one of "
                   "one/hardware.csv:3\n");
  ck_assert(find("H100", "memory")->number == 96);
  ck_assert_str_eq(find("H100", "memory")->place.file, "two/hardware.csv");
  ck_assert(find("H100", "tdp")->number == 700);
  ck_assert_uint_eq(hardware()->fact_count, 3);
}
END_TEST

/* Two folders may show the same name: it is still another file. */
START_TEST(test_override_same_name) {
  ck_assert_int_eq(load("hardware.csv", "H100,tdp,700,W,,,,,,estimate,\n"), MLS_OK);
  ck_assert_int_eq(load("hardware.csv", "H100,tdp,0.6,kW,,,,,,estimate,\n"), MLS_OK);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "hardware.csv:2:2: warning: tdp of H100 overrides the one of hardware.csv:2\n");
  ck_assert(find("H100", "tdp")->value == 600);
}
END_TEST

START_TEST(test_other_file_differs) {
  ck_assert_int_eq(load("one.csv", "H100,tdp,700,W,,,,,,estimate,\n"), MLS_OK);
  ck_assert_int_eq(load("two.csv", "H200,tdp,700,GB,,,,,,estimate,\n"
                                   "h100,tdp,1,W,,,,,,estimate,\n"),
                   MLS_FACT);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "two.csv:2:4: fact: tdp is in GB, that is B, but tdp is in W, that is "
                   "kg*m^2/s^3 (W), in one.csv:2; expected one dimension and kind for tdp\n"
                   "two.csv:3:1: name: item h100 differs from H100 only in upper and lower case; "
                   "expected one spelling\n");
}
END_TEST

/* ---- what is refused ---- */

struct example {
  const char *lines, *expected;
};

#define ITEM_FORM                                                                                  \
  "expected a letter, then letters, digits, _ and - (and nothing that a spreadsheet reads as a "   \
  "truth, number or date)\n"
#define FIELD_FORM "expected lower case, digits and _, as tdp or flops.fp16\n"

static const struct example wrong_lines[] = {
  { "H100,tdp,700,W\n", "h.csv:2:5: syntax: this line has 4 fields, the header 11\n" },
  { "H100,tdp,1,,,,,,,estimate,a,b\n",
    "h.csv:2:12: syntax: this line has 12 fields, the header 11 (a field that holds a comma stands "
    "in quotes)\n" },
  { "H100,tdp,700,W,,,,\"p\n1\",,estimate,\n",
    "h.csv:2:8: syntax: this field holds a line break; only a note may\n" },
  /* items */
  { ",tdp,700,W,,,,,,estimate,\n", "h.csv:2:1: syntax: the item is empty; expected a word\n" },
  { "H100 ,tdp,700,W,,,,,,estimate,\n",
    "h.csv:2:1: syntax: \"H100 \" begins or ends with a space; expected none\n" },
  { "8xH100,tdp,700,W,,,,,,estimate,\n",
    "h.csv:2:1: syntax: \"8xH100\" is not an item; " ITEM_FORM },
  { "H 100,tdp,700,W,,,,,,estimate,\n", "h.csv:2:1: syntax: \"H 100\" is not an item; " ITEM_FORM },
  { "TRUE,tdp,700,W,,,,,,estimate,\n", "h.csv:2:1: syntax: \"TRUE\" is not an item; " ITEM_FORM },
  { "E5,tdp,700,W,,,,,,estimate,\n", "h.csv:2:1: syntax: \"E5\" is not an item; " ITEM_FORM },
  { "JAN-25,tdp,700,W,,,,,,estimate,\n",
    "h.csv:2:1: syntax: \"JAN-25\" is not an item; " ITEM_FORM },
  { "table,tdp,700,W,,,,,,estimate,\n",
    "h.csv:2:1: name: \"table\" is a word of the language; choose another item\n" },
  { "H100,tdp,700,W,,,,,,estimate,\nh100,memory,1,GB,,,,,,estimate,\n",
    "h.csv:3:1: name: item h100 differs from H100 only in upper and lower case; expected one "
    "spelling\n" },
  /* fields */
  { "H100,,700,W,,,,,,estimate,\n", "h.csv:2:2: syntax: \"\" is not a field; " FIELD_FORM },
  { "H100, tdp,700,W,,,,,,estimate,\n",
    "h.csv:2:2: syntax: \" tdp\" begins or ends with a space; expected none\n" },
  { "H100,TDP,700,W,,,,,,estimate,\n", "h.csv:2:2: syntax: \"TDP\" is not a field; " FIELD_FORM },
  { "H100,a.b.c,700,W,,,,,,estimate,\n",
    "h.csv:2:2: syntax: \"a.b.c\" is not a field; " FIELD_FORM },
  { "H100,flops.,700,W,,,,,,estimate,\n",
    "h.csv:2:2: syntax: \"flops.\" is not a field; " FIELD_FORM },
  { "H100,flops.8bit,700,W,,,,,,estimate,\n",
    "h.csv:2:2: syntax: \"flops.8bit\" is not a field; " FIELD_FORM },
  { "H100,in,700,W,,,,,,estimate,\n",
    "h.csv:2:2: name: field \"in\" holds a word of the language; choose another name\n" },
  { "H100,flops.true,700,W,,,,,,estimate,\n",
    "h.csv:2:2: name: field \"flops.true\" holds a word of the language; choose another name\n" },
  /* values and units */
  { "H100,tdp,,W,,,,,,estimate,\n",
    "h.csv:2:3: syntax: the value is empty; a field that an item lacks has no line\n" },
  { "H100,tdp,high,W,,,,,,estimate,\n", "h.csv:2:3: syntax: \"high\" is not a number\n" },
  { "H100,tdp,\"1,700\",W,,,,,,estimate,\n",
    "h.csv:2:3: syntax: \"1,700\" is not a number: write 1700, or 1.700 if the comma is a decimal "
    "one\n" },
  { "H100,tdp,\"0,7\",,,,,,,estimate,\n",
    "h.csv:2:3: syntax: \"0,7\" is not a number: write 0.7 with a decimal point\n" },
  { "H100,tdp,-,,,,,,,estimate,\n", "h.csv:2:3: syntax: \"-\" is not a number\n" },
  { "H100,tdp,700 ,W,,,,,,estimate,\n",
    "h.csv:2:3: syntax: \"700 \" begins or ends with a space; expected none\n" },
  { "H100,kind, dense,,,,,,,estimate,\n",
    "h.csv:2:3: syntax: \" dense\" begins or ends with a space; expected none\n" },
  { "H100,tdp,1e999,W,,,,,,estimate,\n",
    "h.csv:2:3: range: \"1e999\" is larger than any number of the language\n" },
  { "H100,tdp,1e308,kW,,,,,,estimate,\n",
    "h.csv:2:3: range: \"1e308\" is larger than any number of the language\n" },
  { "H100,tdp,700,kWatt,,,,,,estimate,\n", "h.csv:2:4: name: unknown unit kWatt\n" },
  { "H100,flops,700,TFLOPS/s,,,,,,estimate,\n",
    "h.csv:2:4: name: unknown unit TFLOPS (did you mean TFLOP?)\n" },
  { "H100,tdp,700, W,,,,,,estimate,\n",
    "h.csv:2:4: syntax: \" W\" begins or ends with a space; expected none\n" },
  { "H100,tdp,700,W/,,,,,,estimate,\n", "h.csv:2:4: syntax: expected a unit name in [W/]\n" },
  /* one dimension and kind */
  { "H100,tdp,700,W,,,,,,estimate,\nH200,tdp,1,GB,,,,,,estimate,\n",
    "h.csv:3:4: fact: tdp is in GB, that is B, but tdp is in W, that is kg*m^2/s^3 (W), in line 2; "
    "expected one dimension and kind for tdp\n" },
  { "H100,tdp,700,,,,,,,estimate,\nH200,tdp,1,kW,,,,,,estimate,\n",
    "h.csv:3:4: fact: tdp is in kW, that is kg*m^2/s^3 (W), but tdp is a plain number in line 2; "
    "expected one dimension and kind for tdp\n" },
  { "H100,power,1,W/GPU,,,,,,estimate,\nH200,power,1,W,,,,,,estimate,\n",
    "h.csv:3:4: fact: power is in W, that is kg*m^2/s^3 (W), but power is in W/GPU, that is "
    "kg*m^2/s^3/GPU (W), in line 2; expected one dimension and kind for power\n" },
  { "H100,flops.a,1,TFLOP/s,,,,,,estimate,\nH100,flops.b,1,B,,,,,,estimate,\n",
    "h.csv:3:4: fact: flops.b is in B but flops.a is in TFLOP/s, that is FLOP/s, in line 2; "
    "expected "
    "one dimension and kind for flops.*\n" },
  { "H100,kind,dense,,,,,,,estimate,\nH200,kind,5,,,,,,,estimate,\n",
    "h.csv:3:3: fact: kind is a plain number but kind is a word in line 2; expected one dimension "
    "and kind for kind\n" },
  { "H100,flops.a,1,,,,,,,estimate,\nH100,flops.b,dense,,,,,,,estimate,\n",
    "h.csv:3:3: fact: flops.b is a word but flops.a is a plain number in line 2; expected one "
    "dimension and kind for flops.*\n" },
  /* low and high */
  { "H100,tdp,700,W,701,,,,,estimate,\n",
    "h.csv:2:5: range: low is \"701\", above the value \"700\"; expected low <= value <= high\n" },
  { "H100,tdp,700,W,1,699,,,,estimate,\n",
    "h.csv:2:6: range: high is \"699\", below the value \"700\"; expected low <= value <= high\n" },
  { "H100,tdp,700,W,few,many,,,,estimate,\n",
    "h.csv:2:5: syntax: \"few\" is not a number\nh.csv:2:6: syntax: \"many\" is not a number\n" },
  { "H100,tdp,700,W, 1,,,,,estimate,\n",
    "h.csv:2:5: syntax: \" 1\" begins or ends with a space; expected none\n" },
  { "H100,kind,dense,,1,2,,,,estimate,\n",
    "h.csv:2:5: syntax: a word has no low; expected nothing\n"
    "h.csv:2:6: syntax: a word has no high; expected nothing\n" },
  /* source, date, state */
  { "H100,tdp,700,W,,,,,,verified,\n",
    "h.csv:2:7: fact: the source is empty; a verified fact needs a key of sources.csv\n" },
  { "H100,tdp,700,W,,,,,,cited,\n",
    "h.csv:2:7: fact: the source is empty; a cited fact needs a key of sources.csv\n" },
  { "H100,tdp,700,W,,,nv_h10,,,cited,\n",
    "h.csv:2:7: name: source \"nv_h10\" is not a key of sources.csv (did you mean nv_h100?)\n" },
  { "H100,tdp,700,W,,,x,,,estimate,\n",
    "h.csv:2:7: name: source \"x\" is not a key of sources.csv\n" },
  { "H100,tdp,700,W,,,,,11/23/2026,estimate,\n",
    "h.csv:2:9: syntax: \"11/23/2026\" is not a date; expected a day as 2026-11-23\n" },
  { "H100,tdp,700,W,,,,,2026-02-29,estimate,\n",
    "h.csv:2:9: syntax: \"2026-02-29\" is not a date; expected a day as 2026-11-23\n" },
  { "H100,tdp,700,W,,,,,2026-13-01,estimate,\n",
    "h.csv:2:9: syntax: \"2026-13-01\" is not a date; expected a day as 2026-11-23\n" },
  { "H100,tdp,700,W,,,,,2026-1x-01,estimate,\n",
    "h.csv:2:9: syntax: \"2026-1x-01\" is not a date; expected a day as 2026-11-23\n" },
  { "H100,tdp,700,W,,,,,,verifed,\n", "h.csv:2:10: name: state is \"verifed\"; expected verified, "
                                      "cited, derived, estimate or assumed (did "
                                      "you "
                                      "mean verified?)\n" },
  { "H100,tdp,700,W,,,,,,,\n",
    "h.csv:2:10: name: state is \"\"; expected verified, cited, derived, estimate or assumed\n" },
  { "H100,tdp,700,W,,,,,,input,\n", "h.csv:2:10: name: state is \"input\"; expected verified, "
                                    "cited, derived, estimate or assumed\n" },
  /* twice */
  { "H100,tdp,700,W,,,,,,estimate,\nH100,memory,1,GB,,,,,,estimate,\nH100,tdp,700,W,,,,,,estimate,"
    "\n",
    "h.csv:4:2: fact: tdp of H100 stands in line 2 already\n" },
  /* all errors of a line and of a file */
  { "H 100,TDP,x,Wat,,,z,,soon,perhaps,\nH200,tdp,y,W,,,,,,cited,\n",
    "h.csv:2:1: syntax: \"H 100\" is not an item; " ITEM_FORM
    "h.csv:2:2: syntax: \"TDP\" is not a field; " FIELD_FORM
    "h.csv:2:3: syntax: \"x\" is not a number\n"
    "h.csv:2:4: name: unknown unit Wat\n"
    "h.csv:2:7: name: source \"z\" is not a key of sources.csv\n"
    "h.csv:2:9: syntax: \"soon\" is not a date; expected a day as 2026-11-23\n"
    "h.csv:2:10: name: state is \"perhaps\"; expected verified, cited, derived, estimate or "
    "assumed\n"
    "h.csv:3:3: syntax: \"y\" is not a number\n"
    "h.csv:3:7: fact: the source is empty; a cited fact needs a key of sources.csv\n" },
};

START_TEST(test_wrong_lines) {
  close_facts();
  for (size_t i = 0; i < sizeof wrong_lines / sizeof *wrong_lines; i++) {
    open_facts();
    ck_assert_int_eq(load_sources("sources.csv", source_rows), MLS_OK);
    mls_status status = load("h.csv", wrong_lines[i].lines);
    ck_assert_str_eq(told_lines(&told, &told.fails), wrong_lines[i].expected);
    ck_assert_int_eq(status, told.fails.first->status);
    close_facts();
  }
  open_facts();
}
END_TEST

START_TEST(test_leap_years) {
  ck_assert_int_eq(
      load("h.csv", "A1,x,1,,,,,,2028-02-29,estimate,\nA2,x,1,,,,,,2000-02-29,estimate,\n"),
      MLS_OK);
  ck_assert_int_eq(load("h.csv", "A1,y,1,,,,,,1900-02-29,estimate,\n"), MLS_SYNTAX);
}
END_TEST

START_TEST(test_header) {
  struct csv csv;
  read_csv("h.csv", "item,field,value,units,low,high,source,locator,accessed,state,note\n", &csv);
  ck_assert_int_eq(registry_load(&facts, "hardware", &csv, &told.fails), MLS_SYNTAX);
  ck_assert_str_eq(
      told_lines(&told, &told.fails),
      "h.csv:1:4: syntax: found \"units\" in the header; expected \"unit\" (the header "
      "is item,field,value,unit,low,high,source,locator,accessed,state,note)\n");
}
END_TEST

/* ---- bounds ---- */

START_TEST(test_bounds) {
  char lines[1000], name[LIMIT_WORD + 2], expected[1000];
  memset(name, 'a', sizeof name - 1);
  name[LIMIT_WORD + 1] = 0;
  snprintf(lines, sizeof lines, "%s,tdp,1,W,,,,,,estimate,\n", name);
  ck_assert_int_eq(load("h.csv", lines), MLS_LIMIT);
  snprintf(expected, sizeof expected,
           "h.csv:2:1: limit: item \"%.64s...\" is longer than 255 bytes (LIMIT_WORD)\n", name);
  ck_assert_str_eq(told_lines(&told, &told.fails), expected);
  fail_clear(&told.fails);
  snprintf(lines, sizeof lines, "A1,kind,%s,,,,,,,estimate,\n", name);
  ck_assert_int_eq(load("h.csv", lines), MLS_LIMIT);
  snprintf(expected, sizeof expected,
           "h.csv:2:3: limit: \"%.64s...\" is longer than 255 bytes (LIMIT_WORD)\n", name);
  ck_assert_str_eq(told_lines(&told, &told.fails), expected);
  fail_clear(&told.fails);
  name[LIMIT_WORD] = 0;
  snprintf(lines, sizeof lines, "%s,kind,%s,,,,,,,estimate,\n", name, name);
  ck_assert_int_eq(load("h.csv", lines), MLS_OK);
  name[LIMIT_NAME + 1] = 0;
  snprintf(lines, sizeof lines, "A1,%s,1,,,,,,,estimate,\nA1,flops.%s,1,,,,,,,estimate,\n", name,
           name);
  ck_assert_int_eq(load("h.csv", lines), MLS_LIMIT);
  snprintf(expected, sizeof expected,
           "h.csv:2:2: limit: field \"%s\" is longer than 60 characters (LIMIT_NAME)\n"
           "h.csv:3:2: limit: field \"flops.%.58s...\" is longer than 60 characters (LIMIT_NAME)\n",
           name, name);
  ck_assert_str_eq(told_lines(&told, &told.fails), expected);
  fail_clear(&told.fails);
  name[LIMIT_NAME] = 0;
  snprintf(lines, sizeof lines, "A1,%s,1,,,,,,,estimate,\nA1,flops.%s,1,,,,,,,estimate,\n", name,
           name);
  ck_assert_int_eq(load("h.csv", lines), MLS_OK);
}
END_TEST

START_TEST(test_many_facts) {
  ck_assert_int_eq(load("h.csv", "A1,x,1,,,,,,,estimate,\n"), MLS_OK);
  hardware()->fact_count = LIMIT_FACTS; /* as if: so many lines take their time */
  ck_assert_int_eq(load("h.csv", "A2,x,1,,,,,,,estimate,\nA3,x,1,,,,,,,estimate,\n"), MLS_LIMIT);
  ck_assert_str_eq(
      told_lines(&told, &told.fails),
      "h.csv:2:3: limit: registry hardware has more than 500000 facts (LIMIT_FACTS)\n");
}
END_TEST

/* Enough facts that every table grows several times. */
START_TEST(test_many) {
  static char text[200000];
  struct csv csv;
  size_t size = (size_t)snprintf(text, sizeof text, "%s", HEADER);
  for (int i = 0; i < 3000; i++)
    size += (size_t)snprintf(text + size, sizeof text - size, "I_%d,f_%d,%d,GB,,,,,,estimate,\n",
                             i / 3, i % 3, i);
  ck_assert_int_eq(csv_read(&told.memory, &told.fails, "h.csv", text, size, &csv), MLS_OK);
  ck_assert_int_eq(registry_load(&facts, "hardware", &csv, &told.fails), MLS_OK);
  ck_assert_uint_eq(hardware()->item_count, 1000);
  for (int i = 0; i < 3000; i++) {
    char item[16], field[16];
    snprintf(item, sizeof item, "I_%d", i / 3);
    snprintf(field, sizeof field, "f_%d", i % 3);
    ck_assert(find(item, field)->number == i);
  }
}
END_TEST

/* ---- sources ---- */

#define SOURCES "key,kind,title,authors,year,url,accessed\n"
#define KEY_FORM "is not a key; expected letters, digits, _ and -\n"

START_TEST(test_sources) {
  ck_assert_int_eq(load_sources("s.csv",
                                "key,kind,title,authors,year,url,accessed,licence,redistribute\n"
                                "5g,web,T,A,2020,u,2026-01-01,CC-BY-4.0,yes\n"),
                   MLS_OK);
  const struct source *source = source_find(&facts, names_find(&names, SLICE("5g")));
  ck_assert_str_eq(source->kind, "web");
  ck_assert_str_eq(source->authors, "A");
  ck_assert_str_eq(source->year, "2020");
  ck_assert_str_eq(source->url, "u");
  ck_assert_str_eq(source->accessed, "2026-01-01");
  ck_assert_str_eq(source->licence, "CC-BY-4.0");
  ck_assert_str_eq(source->redistribute, "yes");
  ck_assert_int_eq(source->place.line, 2);
  ck_assert(facts.has_sources);
  ck_assert_str_eq(facts.newest, "2026-01-01");
  ck_assert_int_eq(load_sources("t.csv", SOURCES "5g,web,U,,,,\n"), MLS_OK);
  ck_assert_str_eq(source_find(&facts, names_find(&names, SLICE("5g")))->title, "U");
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "t.csv:2:1: warning: source 5g overrides the one of s.csv:2\n");
}
END_TEST

START_TEST(test_wrong_sources) {
  static const struct example examples[] = {
    { "key,kind,title,authors,year,url\n",
      "s.csv:1:7: syntax: found the end of the line in the header; expected \"accessed\" (the "
      "header "
      "is key,kind,title,authors,year,url,accessed)\n" },
    { "key,kind,title,authors,year,url,accessed,license,redistribute\n",
      "s.csv:1:8: syntax: found \"license\" in the header; expected \"licence\" (the header is "
      "key,kind,title,authors,year,url,accessed,licence,redistribute)\n" },
    { SOURCES ",web,T,,,,\n", "s.csv:2:1: syntax: \"\" " KEY_FORM },
    { SOURCES "a b,web,T,,,,\n", "s.csv:2:1: syntax: \"a b\" " KEY_FORM },
    { SOURCES "-a,web,T,,,,\n", "s.csv:2:1: syntax: \"-a\" " KEY_FORM },
    { SOURCES "a,web,T,,,,\nb,web,T,,,,\na,web,T,,,,\n",
      "s.csv:4:1: name: source a stands in line 2 already\n" },
    { SOURCES "a,web,T,,,,yesterday\nb,web\n",
      "s.csv:2:7: syntax: \"yesterday\" is not a date; expected a day as 2026-11-23\n"
      "s.csv:3:3: syntax: this line has 2 fields, the header 7\n" },
    { SOURCES "a,web,\"T\nU\",,,,\n",
      "s.csv:2:3: syntax: this field holds a line break; only a note may\n" },
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    fail_clear(&told.fails);
    mls_status status = load_sources("s.csv", examples[i].lines);
    ck_assert_str_eq(told_lines(&told, &told.fails), examples[i].expected);
    ck_assert_int_eq(status, told.fails.first->status);
    facts_open(&facts, &told.memory, &names, &units);
  }
}
END_TEST

/* ---- memory ---- */

static size_t left;

static void *scarce_resize(void *context, void *old, size_t size) {
  (void)context;
  if (left == 0) return NULL;
  left--;
  return realloc(old, size);
}

static void scarce_release(void *context, void *block) {
  (void)context;
  free(block);
}

static mls_status load_scarce(const struct csv *sources, const struct csv *wrong,
                              struct memory *memory) {
  struct names own_names;
  struct units own_units;
  struct facts own;
  struct fails fails = { .memory = memory };
  struct csv csv;
  mls_status status;
  names_open(&own_names, memory);
  status = units_open(&own_units, memory, &own_names);
  if (status != MLS_OK) return status;
  facts_open(&own, memory, &own_names, &own_units);
  csv = *sources;
  status = sources_load(&own, &csv, &fails);
  if (status != MLS_OK) return status;
  csv = *wrong;
  return registry_load(&own, "hardware", &csv, &fails);
}

START_TEST(test_memory) {
  static char text[60000];
  struct csv sources, wrong;
  size_t size = (size_t)snprintf(text, sizeof text, "%s", HEADER);
  for (int i = 0; i < 400; i++)
    size += (size_t)snprintf(text + size, sizeof text - size,
                             "I_%d,f.x_%d,%d,,,,,locator %d,,%s,note %d\n", i, i, i, i,
                             i % 50 ? "estimate" : "guess", i);
  read_csv("s.csv", source_rows, &sources);
  ck_assert_int_eq(csv_read(&told.memory, &told.fails, "h.csv", text, size, &wrong), MLS_OK);
  for (size_t n = 0;; n++) {
    mls_allocator allocator = { scarce_resize, scarce_release, NULL };
    struct memory memory;
    left = n;
    memory_open(&memory, &allocator);
    mls_status status = load_scarce(&sources, &wrong, &memory);
    memory_close(&memory);
    if (left > 0) {
      ck_assert_int_eq(status, MLS_NAME);
      break;
    }
    ck_assert(status == MLS_MEMORY || status == MLS_NAME);
  }
}
END_TEST

Suite *suite_registry(void) {
  Suite *suite = suite_create("registry");
  TCase *tests = tcase_create("registry");
  tcase_add_checked_fixture(tests, open_facts, close_facts);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, test_facts);
  tcase_add_test(tests, test_registry_view);
  tcase_add_test(tests, test_empty_registry);
  tcase_add_test(tests, test_states);
  tcase_add_test(tests, test_no_sources);
  tcase_add_test(tests, test_override);
  tcase_add_test(tests, test_override_same_name);
  tcase_add_test(tests, test_other_file_differs);
  tcase_add_test(tests, test_wrong_lines);
  tcase_add_test(tests, test_leap_years);
  tcase_add_test(tests, test_header);
  tcase_add_test(tests, test_bounds);
  tcase_add_test(tests, test_many_facts);
  tcase_add_test(tests, test_many);
  tcase_add_test(tests, test_sources);
  tcase_add_test(tests, test_wrong_sources);
  tcase_add_test(tests, test_memory);
  suite_add_tcase(suite, tests);
  return suite;
}
