/* A program that calls the library after it has taken over the user's language, as programs with
   windows do. host TEMPLATES REGISTRIES SHEET FORM writes a report to standard output; host --half
   prints 0.5 as this language writes it. For tests/same_bytes.py. */
#include <locale.h>
#include <mlsysim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int stop(const char *what) {
  fprintf(stderr, "host: %s failed\n", what);
  return EXIT_FAILURE;
}

static mls_status print(void *context, const void *bytes, size_t size) {
  return fwrite(bytes, 1, size, context) == size ? MLS_OK : MLS_FILE;
}

static mls_status report(mls_book *book, const char *sheet, const char *form) {
  mls_model *model = NULL;
  mls_values *values = NULL;
  mls_status status = mls_model_open(book, sheet, &model);
  if (status == MLS_OK) status = mls_values_new(model, NULL, &values);
  if (status == MLS_OK) status = mls_settle(values);
  mls_run run = { "base", values };
  mls_report wanted = {
    .size = sizeof wanted, .form = form, .all = 1, .runs = &run, .run_count = 1
  };
  if (status == MLS_OK) status = mls_export(model, &wanted, print, stdout);
  mls_values_free(values);
  return status;
}

int main(int count, char **arguments) {
  if (!setlocale(LC_ALL, "")) return stop("setlocale");
  if (count == 2 && strcmp(arguments[1], "--half") == 0) return printf("%.1f", 0.5) < 0;
  if (count != 5) return stop("usage: host TEMPLATES REGISTRIES SHEET FORM:");
  const char *templates[] = { arguments[1], NULL }, *registries[] = { arguments[2], NULL };
  mls_options options = { .size = sizeof options };
  options.templates = templates;
  options.registries = registries;
  mls_book *book = NULL;
  mls_status status = mls_open(&options, &book);
  if (status == MLS_OK) status = report(book, arguments[3], arguments[4]);
  mls_close(book);
  return status == MLS_OK ? EXIT_SUCCESS : stop(mls_status_word(status));
}
