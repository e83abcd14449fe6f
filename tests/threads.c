/* Four threads calculate over one model, each with values of its own, while the book opens other
   models. Every thread must get the numbers that one thread gets. Built with -fsanitize=thread by
   `./dev full`; without, it still tells wrong numbers. Arguments: templates and registry folders.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mlsysim.h"

enum { THREADS = 4, ROUNDS = 12 };

static const mls_model *model;
static const mls_scenarios *scenarios;

/* The bytes of a report, folded. */
static mls_status fold(void *context, const void *bytes, size_t size) {
  unsigned long long *hash = context;
  const unsigned char *at = bytes;
  for (size_t i = 0; i < size; i++) *hash = (*hash ^ at[i]) * 0x100000001b3ull;
  return MLS_OK;
}

static void stop(const char *what) {
  printf("%s failed\n0 passed, 1 failed\n", what);
  exit(EXIT_FAILURE);
}

/* One calculation: settings, a report and a reason, as one number. */
static unsigned long long calculate(int round) {
  unsigned long long hash = 0xcbf29ce484222325ull;
  char gpus[32];
  mls_values *values;
  if (mls_values_new(model, NULL, &values) != MLS_OK) stop("mls_values_new");
  snprintf(gpus, sizeof gpus, "%d", 512 + 64 * round);
  if (mls_scenarios_apply(scenarios, 0, values) != MLS_OK) stop("mls_scenarios_apply");
  if (mls_set(values, "gpus", gpus) != MLS_OK || mls_set(values, "hw", "H200") != MLS_OK ||
      mls_set(values, "hw.tdp", "650 [W]") != MLS_OK || mls_settle(values) != MLS_OK)
    stop("setting");
  mls_run run = { "threads", values };
  mls_report report = { .size = sizeof report,
                        .form = round % 2 ? "json" : "text",
                        .all = 1,
                        .runs = &run,
                        .run_count = 1 };
  if (mls_export(model, &report, fold, &hash) != MLS_OK) stop("mls_export");
  if (mls_why(values, "tco", &report, fold, &hash) != MLS_OK) stop("mls_why");
  mls_values_free(values);
  return hash;
}

struct work {
  pthread_t thread;
  unsigned long long hash[ROUNDS];
};

static void *run(void *context) {
  struct work *work = context;
  for (int i = 0; i < ROUNDS; i++) work->hash[i] = calculate(i);
  return NULL;
}

static int check(const struct work *work) {
  int wrong = 0;
  for (int i = 0; i < ROUNDS; i++) {
    unsigned long long alone = calculate(i);
    for (int j = 0; j < THREADS; j++) wrong += work[j].hash[i] != alone;
  }
  return wrong;
}

/* All threads apply the same scenario. */
static mls_scenarios *read_scenarios(void) {
  static const char text[] = "name,unit,a\nload,%,70\nhw,,H100\n";
  mls_values *messages;
  mls_scenarios *read;
  if (mls_values_new(model, NULL, &messages) != MLS_OK) stop("mls_values_new");
  if (mls_scenarios_read(model, messages, "in.csv", text, sizeof text - 1, &read) != MLS_OK)
    stop("mls_scenarios_read");
  mls_values_free(messages);
  scenarios = read;
  return read;
}

int main(int count, char **arguments) {
  static struct work work[THREADS];
  if (count != 3) stop("arguments");
  const char *templates[] = { arguments[1], NULL }, *registries[] = { arguments[2], NULL };
  mls_options options = { .size = sizeof options,
                          .templates = templates,
                          .registries = registries };
  mls_book *book;
  mls_model *opened, *other;
  if (mls_open(&options, &book) != MLS_OK) stop("mls_open");
  if (mls_model_open(book, "monthly_tco", &opened) != MLS_OK) stop("mls_model_open");
  model = opened;
  mls_scenarios *read = read_scenarios();
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&work[i].thread, NULL, run, &work[i])) stop("pthread_create");
  for (int i = 0; i < 6; i++)
    if (mls_model_open(book, i % 2 ? "serving" : "carbon_plan", &other) != MLS_OK)
      stop("opening another model");
  for (int i = 0; i < THREADS; i++) pthread_join(work[i].thread, NULL);
  int wrong = check(work);
  mls_scenarios_free(read);
  mls_close(book);
  printf("%d passed, %d failed\n", THREADS * ROUNDS - wrong, wrong);
  return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
