/* A calculation inside another program: no files, no printing by the library, every number with its
   unit. The program gives sheets and registries from memory, sets inputs, and after each change
   looks at what changed. Built and run by the tests; examples/embed.txt is what it prints.

     cc embed.c $(pkg-config --cflags --libs mlsysim) -o embed                                    */
#include <mlsysim.h>
#include <stdio.h>
#include <string.h>

/* ---- what would else be files -----------------------------------------------------------------
 */

struct text {
  const char *kind, *name, *bytes;
};

static const struct text texts[] = {
  { "registry", "units",
    "unit,definition,kind,differs,note\n"
    "s,,base,,\n"
    "B,,base,,\n"
    "USD,,base,,\n"
    "GPU,,count,,\n"
    "GB,1e9 B,,,\n"
    "h,3600 s,,,\n"
    "month,730 h,,,\n"
    "kUSD,1000 USD,,,\n" },
  { "registry", "card",
    "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
    "small,memory,24,GB,,,,,,estimate,an example\n"
    "small,rent,0.4,USD/h/GPU,,,,,,estimate,an example\n"
    "large,memory,80,GB,,,,,,estimate,an example\n"
    "large,rent,2,USD/h/GPU,,,,,,estimate,an example\n" },
  { "sheet", "rental",
    "sheet rental  # A rented group of cards\n"
    "input hw                 = small in card                    # Card\n"
    "input cards [GPU]        = 2 in 1..64 by 1                  # Cards rented\n"
    "input weights [GB]       = 60 in 1..10000                   # Weights to hold\n"
    "memory [GB]              = hw.memory * cards                # Memory of the group\n"
    "output bill [kUSD/month] = hw.rent * cards                  # Rent\n"
    "check fits               = weights <= memory                # The weights must fit\n" },
};

/* The hook. `nth` is 0 for the first text of this name; there is no second one. */
static mls_status find_text(void *context, const char *kind, const char *name, size_t nth,
                            const char **bytes, size_t *size, const char **shown) {
  (void)context;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (nth > 0 || strcmp(kind, texts[i].kind) != 0 || strcmp(name, texts[i].name) != 0) continue;
    *bytes = texts[i].bytes;
    *size = strlen(texts[i].bytes);
    *shown = texts[i].name;
    return MLS_OK;
  }
  return MLS_NAME;
}

/* ---- what went wrong ----------------------------------------------------------------------------
 */

static void print_message(const mls_message *message) {
  printf("  %s: ", mls_status_word(message->status));
  if (message->file && message->line > 0)
    printf("%s:%d:%d: ", message->file, message->line, message->column);
  printf("%s\n", message->text);
}

static void print_book(mls_book *book) {
  for (size_t i = 0; mls_book_message(book, i); i++) print_message(mls_book_message(book, i));
}

/* ---- what changed -------------------------------------------------------------------------------
 */

static void print_number(const mls_model *model, mls_values *values, size_t cell) {
  char path[64];
  mls_cell about;
  double si;
  const char *word;
  mls_cell_error error;
  mls_cell_path(model, cell, path, sizeof path);
  if (mls_cell_about(model, cell, &about, sizeof about) != MLS_OK || about.kind == MLS_CHECK)
    return;
  if (mls_get(values, cell, 0, &si) == MLS_OK)
    printf("  %s = %g%s%s\n", path, si / about.factor, about.unit[0] ? " " : "", about.unit);
  else if (mls_get_word(values, cell, 0, &word) == MLS_OK) printf("  %s = %s\n", path, word);
  else if (mls_error(values, cell, 0, &error) == MLS_OK)
    printf("  %s has no value: %s (%s)\n", path, error.message, error.kind);
}

static void print_checks(const mls_model *model, mls_values *values) {
  for (size_t cell = 0; cell < mls_cell_count(model); cell++) {
    mls_verdict verdict;
    if (mls_check(values, cell, &verdict) != MLS_OK) continue; /* no check */
    printf("  %s: %s\n", verdict.holds == 1 ? "holds" : "FAILS", verdict.message);
  }
}

/* Settles, walks the cells that changed in the order they were calculated in, and tells the checks.
 */
static void settle(const mls_model *model, mls_values *values, const char *why) {
  printf("%s\n", why);
  if (mls_settle(values) != MLS_OK) print_message(mls_values_message(values, 0));
  for (size_t cell = (size_t)-1; mls_changed_next(values, &cell);)
    print_number(model, values, cell);
  print_checks(model, values);
}

static void set(mls_values *values, const char *path, const char *text) {
  if (mls_set(values, path, text) != MLS_OK) print_message(mls_values_message(values, 0));
}

/* ---- the program --------------------------------------------------------------------------------
 */

/* A sheet that is wrong is refused whole, with every error in it. */
static void refuse(mls_book *book) {
  static const char wrong[] = "sheet wrong\n"
                              "input size [GB] = 1 in 0..10\n"
                              "time [s] = size + 1 [h]\n"
                              "twice [GB] = max(size, 2)\n";
  mls_model *model;
  puts("a wrong sheet");
  if (mls_model_open_bytes(book, "wrong.sheet", wrong, sizeof wrong - 1, NULL, 0, &model) != MLS_OK)
    print_book(book);
}

static int calculate(const mls_model *model) {
  mls_values *values;
  size_t cards;
  if (mls_values_new(model, NULL, &values) != MLS_OK) return 1;
  settle(model, values, "the defaults");
  set(values, "hw", "large");
  settle(model, values, "larger cards");
  if (mls_cell_find(model, "cards", &cards) == MLS_OK &&
      mls_set_number(values, cards, 0, 1) == MLS_OK)
    settle(model, values, "a single one");
  set(values, "hw.rent", "1.5 [USD/h/GPU]");
  settle(model, values, "what if the rent were lower");
  puts("inputs that are refused");
  set(values, "weights", "60 [h]");
  set(values, "cards", "100");
  set(values, "hw", "lagre");
  mls_reset(values);
  settle(model, values, "the defaults again");
  mls_values_free(values);
  return 0;
}

int main(void) {
  mls_options options = { .size = sizeof options, .find = find_text };
  mls_book *book;
  mls_model *model;
  int failed = 1;
  if (mls_open(&options, &book) != MLS_OK || mls_model_open(book, "rental", &model) != MLS_OK)
    print_book(book);
  else failed = calculate(model);
  if (!failed) refuse(book);
  mls_close(book);
  return failed;
}
