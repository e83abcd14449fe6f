/* A program as it was built for 0.1.0: compiled against the header that lies beside it, run against
   the library of today. Structures that have grown must not be filled beyond what this header
   knows; members that came later must be as good as zero. Last line: N passed, N failed. */
#include "mlsysim.h"

#include <stdio.h>
#include <string.h>

static int passed, failed;

static void check(int good, const char *what) {
  if (good) passed++;
  else failed++;
  if (!good) printf("FAIL %s\n", what);
}

/* A structure with a fence behind it. */
#define FENCED(type)                                                                               \
  struct {                                                                                         \
    type it;                                                                                       \
    unsigned char fence[64];                                                                       \
  }
#define FENCE(name) memset(name.fence, 0xA5, sizeof name.fence)

static int fence_stands(const unsigned char fence[64]) {
  for (int i = 0; i < 64; i++)
    if (fence[i] != 0xA5) return 0;
  return 1;
}

/* Fills a structure by a call that takes its size. */
#define FILLED(type, name, call, what)                                                             \
  FENCED(type) name;                                                                               \
  FENCE(name);                                                                                     \
  check((call) == MLS_OK, what);                                                                   \
  check(fence_stands(name.fence), what ": the fence")

static mls_status collect(void *context, const void *bytes, size_t size) {
  (void)bytes;
  *(size_t *)context += size;
  return MLS_OK;
}

static void ask_model(const mls_model *model) {
  size_t cell = 0, input = 0;
  check(mls_cell_count(model) > 40, "cells");
  check(mls_cell_find(model, "total", &cell) == MLS_OK, "a cell by name");
  check(mls_cell_find(model, "gpus", &input) == MLS_OK, "an input by name");
  FILLED(mls_cell, about, mls_cell_about(model, cell, &about.it, sizeof about.it), "mls_cell");
  check(about.it.output && strcmp(about.it.unit, "kUSD") == 0, "what a cell is");
  FILLED(mls_sheet, sheet, mls_sheet_about(model, &sheet.it, sizeof sheet.it), "mls_sheet");
  check(strcmp(sheet.it.name, "whole") == 0, "the sheet's name");
  FILLED(mls_input, asked, mls_input_about(model, input, &asked.it, sizeof asked.it), "mls_input");
  check(strcmp(asked.it.set, "range") == 0 && asked.it.high == 64, "what an input may be");
}

static void calculate(const mls_model *model) {
  mls_values *values = NULL;
  size_t cell = 0, written = 0;
  double si = 0;
  check(mls_values_new(model, NULL, &values) == MLS_OK, "values");
  check(mls_set(values, "gpus", "8") == MLS_OK && mls_settle(values) == MLS_OK, "set and settle");
  check(mls_cell_find(model, "powers", &cell) == MLS_OK, "a cell");
  check(mls_get(values, cell, 0, &si) == MLS_OK && si == 508, "its value");
  FILLED(mls_step, step, mls_step_at(values, cell, 0, &step.it, sizeof step.it), "mls_step");
  mls_run run = { "base", values };
  mls_report report = { .size = sizeof report, .form = "json", .runs = &run, .run_count = 1 };
  check(mls_export(model, &report, collect, &written) == MLS_OK && written > 100, "a report");
  report.size = offsetof(mls_report, csv);
  check(mls_export(model, &report, collect, &written) == MLS_OK, "a shorter report");
  const char text[] = "name,a\ngpus,4\n";
  mls_inputs inputs = { .size = sizeof inputs, .file = "in.csv", .bytes = text, .length = 14 };
  mls_scenarios *scenarios = NULL;
  check(mls_inputs_read(model, values, &inputs, &scenarios) == MLS_OK, "inputs");
  check(mls_scenarios_apply(scenarios, 0, values) == MLS_OK, "a scenario");
  mls_scenarios_free(scenarios);
  mls_values_free(values);
}

static void look_around(mls_book *book) {
  const mls_registry *registry = NULL;
  size_t count = 0;
  check(mls_registry_open(book, "device", &registry) == MLS_OK, "a registry");
  FILLED(mls_registry_size, size, mls_registry_about(registry, &size.it, sizeof size.it), "sizes");
  FILLED(mls_field, field, mls_field_at(registry, 0, &field.it, sizeof field.it), "mls_field");
  FILLED(mls_fact, fact, mls_fact_at(registry, 0, 0, &fact.it, sizeof fact.it), "mls_fact");
  FILLED(mls_source, source, mls_source_at(book, 0, &source.it, sizeof source.it), "mls_source");
  FILLED(mls_unit, unit, mls_unit_at(book, 0, &unit.it, sizeof unit.it), "mls_unit");
  FILLED(mls_function, function, mls_function_at(0, &function.it, sizeof function.it), "functions");
  check(mls_find_all(book, "sheet", &count) == MLS_OK && count == 2, "sheets");
  FILLED(mls_found, found, mls_found_at(book, 0, &found.it, sizeof found.it), "mls_found");
}

int main(int count, char **arguments) {
  const char *folder = count > 1 ? arguments[1] : ".";
  char registry[1024];
  snprintf(registry, sizeof registry, "%s/registry", folder);
  const char *templates[] = { folder, NULL }, *registries[] = { registry, NULL };
  mls_book *book = NULL;
  mls_model *model = NULL;
  FENCED(mls_options) options = { .it = { .size = sizeof options.it } };
  FENCE(options); /* what a library that is newer would read as its own members */
  options.it.templates = templates;
  options.it.registries = registries;
  check(mls_open(&options.it, &book) == MLS_OK, "a book");
  check(mls_model_open(book, "whole", &model) == MLS_OK, "a model");
  if (model) ask_model(model);
  if (model) calculate(model);
  look_around(book);
  mls_close(book);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
