/* The engine's own figures through the public header alone: opening a sheet of many cells, and
   settling after one changed input when it reaches few or all of them. CPU time, medians. Prints
   one line a figure: name, size, value, unit. */
#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include "measure.h"
#include "mlsysim.h"

enum { REPEATS = 9 };

/* Units without a file: the sheets below need these. */
static mls_status find(void *context, const char *kind, const char *name, size_t nth,
                       const char **bytes, size_t *size, const char **shown) {
  static const char units[] =
      "unit,definition,kind,differs,note\nB,,base,,\ns,,base,,\nMB,1e6 B,,,\n";
  (void)context;
  if (strcmp(kind, "registry") != 0 || strcmp(name, "units") != 0 || nth > 0) return MLS_NAME;
  *bytes = units;
  *size = sizeof units - 1;
  *shown = "units.csv";
  return MLS_OK;
}

static mls_book *open_book(void) {
  mls_book *book;
  mls_options options = { .size = sizeof options, .find = find };
  if (mls_open(&options, &book) != MLS_OK) stop("opening a book");
  return book;
}

/* Half of the cells are a chain from `deep`; the others hang on `near`, each on its own. `touch`
   reaches exactly `reached` of them. */
static char *make_sheet(size_t cells, size_t reached, size_t *size) {
  char *text = need(malloc(cells * 80 + 400)), *at = text;
  at += sprintf(at, "sheet made\ninput deep [MB] = 5 in 0..10\ninput span [s] = 2 in 1..10\n"
                    "input touch = 1 in 0..1e9\n");
  for (size_t i = 0; i < cells; i++) {
    const char *factor = i < reached ? "touch" : "0.5";
    if (i % 2 == 0 || i == 1) at += sprintf(at, "cell_%zu [MB/s] = deep / span * %s\n", i, factor);
    else
      at += sprintf(at, "cell_%zu [MB/s] = cell_%zu * 0.5 + deep / span * %s\n", i, i - 2, factor);
  }
  *size = (size_t)(at - text);
  return text;
}

static void bench_open(size_t cells) {
  double list[REPEATS];
  size_t size;
  char *text = make_sheet(cells, 0, &size);
  for (int i = 0; i < REPEATS; i++) {
    mls_book *book = open_book();
    mls_model *model;
    double start = now();
    if (mls_model_open_bytes(book, "made.sheet", text, size, NULL, 0, &model) != MLS_OK)
      stop("opening a sheet");
    list[i] = now() - start;
    mls_close(book);
  }
  free(text);
  printf("open,%zu cells,%.3f,ms\n", cells, 1e3 * median(list, REPEATS));
}

static void bench_settle(size_t cells, size_t reached) {
  double list[101];
  size_t size, touch;
  mls_model *model;
  mls_values *values;
  mls_book *book = open_book();
  char *text = make_sheet(cells, reached, &size);
  if (mls_model_open_bytes(book, "made.sheet", text, size, NULL, 0, &model) != MLS_OK ||
      mls_values_new(model, NULL, &values) != MLS_OK || mls_settle(values) != MLS_OK ||
      mls_cell_find(model, "touch", &touch) != MLS_OK)
    stop("settling");
  size_t count = reached > 100000 ? 11 : 101;
  for (size_t i = 0; i < count; i++) {
    double start = now();
    mls_set_number(values, touch, 0, 2 + (double)i);
    if (mls_settle(values) != MLS_OK) stop("settling");
    list[i] = now() - start;
  }
  printf("settle,%zu of %zu cells,%.3f,us\n", reached, cells, 1e6 * median(list, count));
  mls_values_free(values);
  mls_close(book);
  free(text);
}

int main(void) {
  bench_open(1000);
  bench_open(10000);
  bench_open(100000);
  for (size_t cells = 1000; cells <= 1000000; cells *= 10)
    for (size_t reached = 1; reached <= cells; reached *= 10)
      if (reached == 1 || reached == 1000 || reached == cells) bench_settle(cells, reached);
  return 0;
}
