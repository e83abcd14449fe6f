/* Any bytes in the place of each kind of text that the library reads. Beyond what sanitizers see,
   each target says what must hold, and aborts when it does not.

     fuzz TARGET FILE...   runs a target on files: the corpora are replayed so, by any compiler
     fuzz words            prints the dictionary for libFuzzer: functions and words of the language

   With FUZZ_SEARCH this is a target of libFuzzer instead: fuzz_search TARGET [its options]. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../cli/lsp.h"
#include "csv.h"
#include "fail.h"
#include "unit.h"
#include "workbook.h"

/* ---- a small world around the bytes ---- */

struct file {
  const char *kind, *name, *bytes;
  size_t size;
};

#define FILE_OF(kind, name, text)                                                                  \
  { kind, name, text, sizeof(text) - 1 }

static const struct file files[] = {
  FILE_OF("registry", "units",
          "unit,definition,kind,differs,note\ns,,base,,\nB,,base,,\nFLOP,,base,,\nUSD,,base,,\n"
          "GPU,,count,,\n%,0.01,,,\nms,0.001 s,,,\nGB,1e9 B,,,\nTFLOP,1e12 FLOP,,,\n"
          "kUSD,1000 USD,,,\nm,,base,,\nkg,,base,,\nJ,1 kg*m^2/s^2,,,\n"),
  FILE_OF("registry", "sources",
          "key,kind,title,authors,year,url,accessed\n"
          "sheet_h,datasheet,Data sheet,Maker,2023,https://maker.example/h,2026-01-02\n"),
  FILE_OF("registry", "device",
          "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
          "H,memory,80,GB,,,sheet_h,page 1,2026-01-02,verified,\n"
          "H,flops.fp16,989,TFLOP/s,,,sheet_h,page 2,2026-01-02,cited,\n"
          "H,maker,Acme,,,,sheet_h,page 2,2026-01-02,cited,\n"
          "B,memory,192,GB,,,sheet_h,page 1,2026-01-02,verified,\n"),
  FILE_OF("sheet", "part",
          "sheet part  # A used part\ninput size [GB] = 4 in 0..100\ninput n = 2 in 1..64\n"
          "output each [GB] = size / n\ncheck small = each <= 10 [GB]  # Must be small\n"),
  FILE_OF("sheet", "plan",
          "sheet plan  # A plan\ninput hw = H in device\ninput gpus [GPU] = 8 in 1..64 by 1\n"
          "input load [%] = 80 likely 60..90 in 0..100\ninput mode = slow in slow, fast\n"
          "use job = part(size = hw.memory)\ntable month for k in 1..4\n"
          "  input price [USD] = 3 in 0..1e6\n"
          "  cash [USD] = prior(cash, 0) + price * load\n"
          "output total [USD] = sum(month.cash)\ncheck fits = total <= 5 [kUSD]\n"),
};

/* One file stands for the bytes that are tried. */
static struct file tried;

static mls_status find(void *context, const char *kind, const char *name, size_t nth,
                       const char **bytes, size_t *size, const char **shown) {
  (void)context;
  const struct file *found = NULL;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (strcmp(files[i].kind, kind) == 0 && strcmp(files[i].name, name) == 0) found = &files[i];
  if (tried.kind && strcmp(tried.kind, kind) == 0 && strcmp(tried.name, name) == 0) found = &tried;
  if (!found || nth > 0) return MLS_NAME;
  *bytes = found->bytes;
  *size = found->size;
  *shown = name;
  return MLS_OK;
}

static void must(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "fuzz: it does not hold that %s\n", what);
  abort();
}

/* ---- memory, so that a short text cannot ask for much of it ---- */

enum { MOST_MEMORY = 1 << 25, BEFORE = 16 };
static size_t held;

static void *scarce_resize(void *context, void *old, size_t size) {
  (void)context;
  size_t *was = old ? (size_t *)(void *)((char *)old - BEFORE) : NULL;
  size_t before = was ? *was : 0;
  if (size > MOST_MEMORY || held - before + size > MOST_MEMORY) return NULL;
  size_t *block = realloc(was, size + BEFORE);
  if (!block) return NULL;
  held += size - before;
  *block = size;
  return (char *)block + BEFORE;
}

static void scarce_release(void *context, void *block) {
  (void)context;
  size_t *was = (size_t *)(void *)((char *)block - BEFORE);
  held -= *was;
  free(was);
}

static const mls_allocator scarce = { scarce_resize, scarce_release, NULL };

/* ---- a book, a model, its values and its reports ---- */

struct told {
  char *bytes;
  size_t size;
};

static mls_status keep(void *context, const void *bytes, size_t size) {
  struct told *told = context;
  if (told->size + size > MOST_MEMORY) return MLS_MEMORY;
  char *more = realloc(told->bytes, told->size + size + 1);
  if (!more) return MLS_MEMORY;
  memcpy(more + told->size, bytes, size);
  *told = (struct told){ more, told->size + size };
  return MLS_OK;
}

/* A failure has a message, unless memory ran out; memory always may. */
static bool told_why(mls_status status, const mls_message *message) {
  must(status == MLS_OK || status == MLS_MEMORY || message, "a failed call says why");
  return status == MLS_OK;
}
static bool sound(mls_values *values, mls_status status) {
  return told_why(status, mls_values_message(values, 0));
}
static bool sound_book(mls_book *book, mls_status status) {
  return told_why(status, book ? mls_book_message(book, 0) : NULL);
}

static bool open_book(mls_book **book) {
  mls_options options = { .size = sizeof options, .allocator = scarce, .find = find };
  mls_status status = mls_open(&options, book);
  must(status == MLS_MEMORY || *book, "a book is there to be asked");
  return sound_book(*book, status);
}

static bool open_model(mls_book *book, const char *file, const struct file *bytes,
                       const mls_rows *rows, mls_model **model) {
  mls_status status = mls_model_open_bytes(book, file, bytes ? bytes->bytes : NULL,
                                           bytes ? bytes->size : 0, rows, rows ? 1 : 0, model);
  return sound_book(book, status);
}

/* All forms but the workbook, which takes most of the time: that one for one text in 16. */
static void report_all(const mls_model *model, mls_values *values, size_t some) {
  static const char *const forms[] = { "text", "json", "csv", "md", "xlsx" };
  mls_run run = { "base", values };
  for (size_t i = 0; i < sizeof forms / sizeof *forms - (some % 16 != 0); i++) {
    struct told told = { NULL, 0 };
    mls_report report = {
      .size = sizeof report, .form = forms[i], .all = 1, .runs = &run, .run_count = 1
    };
    sound(values, mls_export(model, &report, keep, &told));
    free(told.bytes);
  }
}

static void explain_all(const mls_model *model, mls_values *values) {
  mls_run run = { "base", values };
  mls_report report = { .size = sizeof report, .form = "json", .runs = &run, .run_count = 1 };
  for (size_t i = 0; i < mls_cell_count(model) && i < 20; i++) {
    struct told told = { NULL, 0 };
    char path[2048];
    mls_cell_path(model, i, path, sizeof path);
    sound(values, mls_why(values, path, &report, keep, &told));
    free(told.bytes);
  }
}

static size_t sum_of(const uint8_t *bytes, size_t size) {
  size_t sum = size;
  for (size_t i = 0; i < size; i++) sum = sum * 31 + bytes[i];
  return sum;
}

static void calculate(const mls_model *model, size_t some) {
  mls_values *values = NULL;
  if (mls_values_new(model, &scarce, &values) != MLS_OK) return;
  if (sound(values, mls_settle(values))) {
    report_all(model, values, some);
    explain_all(model, values);
  }
  mls_values_free(values);
}

/* ---- targets ---- */

/* What opens can be laid out, opens again when it is, and is then laid out as it was. */
static void lay_out(mls_book *book, const struct file *sheet) {
  struct told once = { NULL, 0 }, twice = { NULL, 0 };
  mls_model *model = NULL;
  mls_status status = mls_format(book, "tried", sheet->bytes, sheet->size, keep, &once);
  if (status == MLS_LIMIT || status == MLS_MEMORY) {
    free(once.bytes);
    return;
  }
  must(status == MLS_OK, "a sheet that opens can be laid out");
  struct file again = { "sheet", "tried", once.bytes, once.size };
  status = mls_model_open_bytes(book, "tried.sheet", again.bytes, again.size, NULL, 0, &model);
  must(status == MLS_OK || status == MLS_MEMORY, "a sheet that was laid out opens");
  status = mls_format(book, "tried", once.bytes, once.size, keep, &twice);
  must(status == MLS_MEMORY ||
           (twice.size == once.size && memcmp(once.bytes, twice.bytes, once.size) == 0),
       "a layout stays as it is");
  free(once.bytes);
  free(twice.bytes);
}

static void try_sheet(const uint8_t *bytes, size_t size) {
  struct file sheet = { "sheet", "tried", (const char *)bytes, size };
  mls_book *book = NULL;
  mls_model *model = NULL;
  size_t count;
  if (open_book(&book) && open_model(book, "tried.sheet", &sheet, NULL, &model)) {
    calculate(model, sum_of(bytes, size));
    mls_strict(book, model, &count);
    lay_out(book, &sheet);
  }
  mls_close(book);
}

static void try_registry(const char *name, const uint8_t *bytes, size_t size) {
  mls_book *book = NULL;
  mls_model *model = NULL;
  tried = (struct file){ "registry", name, (const char *)bytes, size };
  if (open_book(&book) && open_model(book, "plan", NULL, NULL, &model))
    calculate(model, sum_of(bytes, size));
  mls_close(book);
  tried = (struct file){ NULL, NULL, NULL, 0 };
}

static void try_units(const uint8_t *bytes, size_t size) { try_registry("units", bytes, size); }
static void try_facts(const uint8_t *bytes, size_t size) { try_registry("device", bytes, size); }
static void try_sources(const uint8_t *bytes, size_t size) { try_registry("sources", bytes, size); }

/* A report in JSON with all cells is itself a file of inputs. */
static void read_back(const mls_model *model, mls_values *values) {
  struct told told = { NULL, 0 };
  mls_scenarios *scenarios = NULL;
  mls_run run = { "base", values };
  mls_report report = {
    .size = sizeof report, .form = "json", .all = 1, .runs = &run, .run_count = 1
  };
  if (mls_export(model, &report, keep, &told) == MLS_OK) {
    mls_status status =
        mls_scenarios_read(model, values, "back.json", told.bytes, told.size, &scenarios);
    must(status == MLS_OK || status == MLS_MEMORY, "a report in JSON can be read back");
  }
  mls_scenarios_free(scenarios);
  free(told.bytes);
}

static void apply_all(const mls_model *model, const mls_scenarios *scenarios, mls_values *values) {
  for (size_t i = 0; i < mls_scenarios_count(scenarios) && i < 4; i++) {
    mls_status status = mls_scenarios_apply(scenarios, i, values);
    must(status == MLS_OK || status == MLS_MEMORY, "what was read can be set");
    if (status == MLS_OK && mls_settle(values) == MLS_OK) read_back(model, values);
  }
}

static void try_inputs_as(const char *file, const char *csv, const uint8_t *bytes, size_t size) {
  mls_book *book = NULL;
  mls_model *model = NULL;
  mls_values *values = NULL;
  mls_scenarios *scenarios = NULL;
  mls_inputs inputs = {
    .size = sizeof inputs, .file = file, .bytes = (const char *)bytes, .length = size, .csv = csv
  };
  if (open_book(&book) && open_model(book, "plan", NULL, NULL, &model) &&
      mls_values_new(model, &scarce, &values) == MLS_OK &&
      sound(values, mls_inputs_read(model, values, &inputs, &scenarios)))
    apply_all(model, scenarios, values);
  mls_scenarios_free(scenarios);
  mls_values_free(values);
  mls_close(book);
}

static void try_inputs(const uint8_t *bytes, size_t size) {
  try_inputs_as("inputs.csv", NULL, bytes, size);
  try_inputs_as("inputs.csv", "excel-eu", bytes, size);
}

static void try_json(const uint8_t *bytes, size_t size) {
  try_inputs_as("inputs.json", NULL, bytes, size);
}

static void try_rows_as(const char *csv, const uint8_t *bytes, size_t size) {
  mls_book *book = NULL;
  mls_model *model = NULL;
  mls_rows rows = { "month", "rows.csv", (const char *)bytes, size, csv };
  if (open_book(&book) && open_model(book, "plan", NULL, &rows, &model))
    calculate(model, sum_of(bytes, size));
  mls_close(book);
}

static void try_rows(const uint8_t *bytes, size_t size) {
  try_rows_as(NULL, bytes, size);
  try_rows_as("excel-eu", bytes, size);
}

/* Shared and interned units are read by two functions that must agree. */
static void read_unit(struct units *units, struct fails *fails, struct memory *memory,
                      struct slice text) {
  const struct unit *parsed = NULL;
  struct unit read;
  struct place place = { "tried", 1, 1 };
  mls_status one = unit_parse(units, text, place, fails, &parsed);
  mls_status two = unit_read(units, memory, text, place, fails, &read);
  if (one == MLS_MEMORY || two == MLS_MEMORY) return;
  must(one == two, "a unit is read alike by both readers");
  if (one != MLS_OK) return;
  must(dims_same(parsed->strict, read.strict) && dims_same(parsed->count, read.count) &&
           memcmp(&parsed->factor, &read.factor, sizeof read.factor) == 0,
       "both readers give one unit");
  one = unit_parse(units, slice_of(parsed->text), place, fails, &parsed);
  must(one == MLS_OK || one == MLS_MEMORY, "a unit is read as it is spelled");
  type_words(units, (struct type){ .strict = parsed->strict, .count = parsed->count });
}

static void try_unit(const uint8_t *bytes, size_t size) {
  struct memory memory;
  struct names names;
  struct units units;
  struct csv csv;
  memory_open(&memory, &scarce);
  struct fails fails = { .memory = &memory };
  names_open(&names, &memory);
  if (units_open(&units, &memory, &names) == MLS_OK &&
      csv_read(&memory, &fails, "units", files[0].bytes, files[0].size, &csv) == MLS_OK &&
      units_load(&units, &csv, &fails) == MLS_OK)
    read_unit(&units, &fails, &memory, (struct slice){ (const char *)bytes, size });
  memory_close(&memory);
}

static void try_set(const uint8_t *bytes, size_t size) {
  mls_book *book = NULL;
  mls_model *model = NULL;
  mls_values *values = NULL;
  char *text = malloc(size + 1);
  if (text && size > 0) memcpy(text, bytes, size);
  if (text) text[size] = 0;
  if (text && open_book(&book) && open_model(book, "plan", NULL, NULL, &model) &&
      mls_values_new(model, &scarce, &values) == MLS_OK) {
    static const char *const paths[] = { "load", "gpus", "hw", "mode", "hw.memory", "job.n" };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
      sound(values, mls_set(values, paths[i], text));
    sound(values, mls_set(values, text, "1"));
    if (mls_settle(values) == MLS_OK) read_back(model, values);
  }
  free(text);
  mls_values_free(values);
  mls_close(book);
}

/* What editors send. A text that was read is written in quotes and read again. */
static void try_lsp(const uint8_t *bytes, size_t size) {
  char *copy = malloc(size + 1);
  if (!copy) return;
  if (size > 0) memcpy(copy, bytes, size);
  copy[size] = 0;
  struct in *in = in_parse(copy, size);
  if (in && in->child && in->child->kind == IN_TEXT) {
    struct out out = { .bytes = NULL };
    out_quoted(&out, in->child->text, in->child->size);
    struct in *again = out.failed ? NULL : in_parse(out.bytes, out.size);
    must(out.failed || (again && again->child->size == in->child->size &&
                        memcmp(again->child->text, in->child->text, in->child->size) == 0),
         "a text stays what it is");
    in_free(again);
    free(out.bytes);
  }
  in_find(in ? in->child : NULL, "params.textDocument.uri");
  in_free(in);
  free(copy);
}

#ifndef FUZZ_WORKBOOK /* built without the libraries of mlsysim inputs: nothing to try */
void try_workbook(const uint8_t *bytes, size_t size) { (void)bytes, (void)size; }
#endif

static const struct target {
  const char *name;
  void (*work)(const uint8_t *bytes, size_t size);
} targets[] = {
  { "sheet", try_sheet },     { "units", try_units },       { "facts", try_facts },
  { "sources", try_sources }, { "inputs", try_inputs },     { "json", try_json },
  { "rows", try_rows },       { "unit", try_unit },         { "set", try_set },
  { "lsp", try_lsp },         { "workbook", try_workbook },
};

static const struct target *target_named(const char *name) {
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
    if (strcmp(targets[i].name, name) == 0) return &targets[i];
  fprintf(stderr, "fuzz: there is no target %s\n", name);
  exit(2);
}

#ifdef FUZZ_SEARCH

static const struct target *chosen;

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Takes the target out of the arguments. */
int LLVMFuzzerInitialize(int *count, char ***arguments) {
  chosen = target_named(*count > 1 ? (*arguments)[1] : "");
  for (int i = 1; i + 1 < *count; i++) (*arguments)[i] = (*arguments)[i + 1];
  --*count;
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  chosen->work(bytes, size);
  must(held == 0, "all memory is given back");
  return 0;
}

#else

static void print_words(void) {
  static const char *const words[] = {
    "sheet",      "use",
    "input",      "output",
    "check",      "table",
    "for",        "in",
    "likely",     "by",
    "prior",      "true",
    "false",      "..",
    "==",         "!=",
    "<=",         ">=",
    "##",         "\\x22",
    "@sheet_h",   "device",
    "part",       "hw",
    "H",          "flops.fp16",
    "[GB/s]",     "[s^(1/2)]",
    "1e-308",     "1e308",
    "base",       "count",
    "item",       "name,unit,base",
    "scenario",   "note",
    "inputs",     "scenarios",
    "tables",     "month.price",
    "\\\\u0041",  "job.size",
    "verified",   "estimate",
    "2026-01-02", "\\xef\\xbb\\xbf",
    "\\x0d\\x0a", "0,5",
  };
  mls_function about;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) printf("\"%s\"\n", words[i]);
  for (size_t i = 0; mls_function_at(i, &about, sizeof about) == MLS_OK; i++)
    printf("\"%s%s\"\n", about.name, strcmp(about.form, "call") == 0 ? "(" : " ");
}

static int replay(const struct target *target, const char *path) {
  struct told told = { NULL, 0 };
  char piece[4096];
  FILE *file = fopen(path, "rb");
  if (!file) return 1;
  for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;) keep(&told, piece, got);
  fclose(file);
  target->work((const uint8_t *)(told.bytes ? told.bytes : ""), told.size);
  free(told.bytes);
  must(held == 0, "all memory is given back");
  return 0;
}

int main(int count, char **arguments) {
  int failed = 0;
  if (count == 2 && strcmp(arguments[1], "words") == 0) return print_words(), 0;
  const struct target *target = target_named(count > 1 ? arguments[1] : "");
  for (int i = 2; i < count; i++) failed += replay(target, arguments[i]);
  return failed > 0;
}

#endif
