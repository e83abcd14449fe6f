/* How many accelerators does a chat service need? The template `serving` is opened once and settled
   for each number; nothing is printed by the library, and a number that is not there says why.

     cc sizing.c $(pkg-config --cflags --libs mlsysim) -o sizing && ./sizing TEMPLATES REGISTRY */
#include <mlsysim.h>
#include <stdio.h>

static void print_messages(mls_book *book) {
  for (size_t i = 0; mls_book_message(book, i); i++)
    fprintf(stderr, "%s\n", mls_book_message(book, i)->text);
}

/* One cell in its own unit, or the reason why it has no value. */
static void print_cell(const mls_model *model, mls_values *values, const char *path) {
  size_t cell;
  double si;
  mls_cell about;
  mls_cell_error error;
  if (mls_cell_find(model, path, &cell) != MLS_OK ||
      mls_cell_about(model, cell, &about, sizeof about) != MLS_OK)
    printf("  no cell %s", path);
  else if (mls_get(values, cell, 0, &si) == MLS_OK)
    printf("  %s %.4g %s", path, si / about.factor, about.unit);
  else if (mls_error(values, cell, 0, &error) == MLS_OK) printf("  %s: %s", path, error.message);
}

static void print_check(const mls_model *model, mls_values *values, const char *path) {
  size_t cell;
  mls_verdict verdict;
  if (mls_cell_find(model, path, &cell) == MLS_OK && mls_check(values, cell, &verdict) == MLS_OK)
    printf("  %s %s", path, verdict.holds == 1 ? "holds" : "FAILS");
}

static int size_service(const mls_model *model) {
  static const char *const numbers[] = { "1", "2", "4", "8" };
  mls_values *values;
  if (mls_values_new(model, NULL, &values) != MLS_OK) return 1;
  mls_set(values, "model", "Llama3_70B");
  mls_set(values, "batch", "32");
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    mls_set(values, "gpus", numbers[i]);
    if (mls_settle(values) != MLS_OK) break;
    printf("%s GPU:", numbers[i]);
    print_check(model, values, "all_run");
    print_cell(model, values, "tpot");
    print_cell(model, values, "gpu_rate");
    putchar('\n');
  }
  mls_values_free(values);
  return 0;
}

int main(int count, char **words) {
  if (count != 3) return fprintf(stderr, "usage: sizing TEMPLATES REGISTRY\n"), 2;
  const char *templates[] = { words[1], NULL }, *registries[] = { words[2], NULL };
  mls_options options = { .size = sizeof options,
                          .templates = templates,
                          .registries = registries };
  mls_book *book;
  mls_model *model;
  int failed = 1;
  if (mls_open(&options, &book) != MLS_OK || mls_model_open(book, "serving", &model) != MLS_OK)
    print_messages(book);
  else failed = size_service(model);
  mls_close(book);
  return failed;
}
