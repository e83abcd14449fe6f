/* The engine against C written by hand for the same work (hand.c), in one run: batches, tables,
   recurrences, edits. CPU time, medians of turns in which both sides alternate. Prints a line a
   figure: name, ours, by hand, ratio. Arguments: the folders of bench/ and registry/. */
#define _DEFAULT_SOURCE /* madvise */
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "hand.h"
#include "measure.h"
#include "mlsysim.h"

enum { TURNS = 9, SCENARIOS = 1000000, INPUTS = 20, OUTPUTS = 6 };

static mls_book *book;

/* ---- the same data everywhere ---- */

/* lowbias32: from 0 to 1, the same for the same number. */
static double draw(uint32_t k) {
  k ^= k >> 16;
  k *= 0x7feb352du;
  k ^= k >> 15;
  k *= 0x846ca68bu;
  k ^= k >> 16;
  return k / 4294967296.0;
}

static double leaf(uint32_t k) { return nearbyint((0.1 + draw(k)) * 1e6) / 1e6; }

/* Large pages, as the library's own memory has them, where the system gives them. */
static double *columns_of(size_t count) {
  size_t page = (size_t)1 << 21, size = (count * sizeof(double) + page - 1) / page * page;
  double *made = need(aligned_alloc(page, size));
#ifdef MADV_HUGEPAGE
  madvise(made, size, MADV_HUGEPAGE);
#endif
  memset(made, 0, size);
  return made;
}

static mls_model *open_sheet(const char *name, const mls_rows *rows, size_t count) {
  mls_model *model;
  if (mls_model_open_bytes(book, name, NULL, 0, rows, count, &model) != MLS_OK)
    stop(mls_book_message(book, 0) ? mls_book_message(book, 0)->text : name);
  return model;
}

static size_t cell_of(const mls_model *model, const char *path) {
  size_t cell;
  if (mls_cell_find(model, path, &cell) != MLS_OK) stop(path);
  return cell;
}

static void tell(const char *name, double ours, double hand, const char *unit) {
  printf("%-28s %12.3f %12.3f %s   ratio %.2f\n", name, ours, hand, unit, ours / hand);
  fflush(stdout);
}

/* ---- batch60 ---- */

static const struct {
  const char *name;
  double low, high;
  int whole;
} inputs[INPUTS] = {
  { "params_b", 1, 500, 0 },       { "layers", 16, 128, 1 },     { "kv_dim", 512, 8192, 1 },
  { "bytes_w", 0.5, 2, 0 },        { "bytes_kv", 0.5, 2, 0 },    { "prompt", 128, 32768, 1 },
  { "out", 16, 4096, 1 },          { "batch", 1, 256, 1 },       { "n_gpu", 1, 64, 1 },
  { "peak_tflops", 100, 2000, 0 }, { "hbm_gbs", 1000, 8000, 0 }, { "hbm_gib", 40, 288, 0 },
  { "link_gbs", 50, 1800, 0 },     { "mfu", 0.2, 0.7, 0 },       { "mbu", 0.4, 0.9, 0 },
  { "gpu_price", 1, 10, 0 },       { "power_w", 300, 1200, 0 },  { "pue", 1.05, 1.6, 0 },
  { "elec_price", 0.03, 0.3, 0 },  { "req_rate", 0.1, 100, 0 },
};

static const char *const outputs[OUTPUTS] = { "cost_mtok",   "latency",   "thr_tok",
                                              "util_decode", "j_per_tok", "score" };

struct batch60 {
  mls_batch *batch;
  double *columns[INPUTS], *results[OUTPUTS];
  size_t from, count;
};

static void *run_batch60(void *context) {
  struct batch60 *b = context;
  const double *columns[INPUTS];
  double *results[OUTPUTS];
  for (size_t j = 0; j < INPUTS; j++) columns[j] = b->columns[j] + b->from;
  for (size_t k = 0; k < OUTPUTS; k++) results[k] = b->results[k] + b->from;
  if (mls_batch_run(b->batch, b->count, columns, results, NULL) != MLS_OK)
    stop(mls_batch_message(b->batch, 0)->text);
  return NULL;
}

static mls_batch *new_batch60(const mls_model *model) {
  mls_place columns[INPUTS], results[OUTPUTS];
  mls_batch *batch;
  for (size_t j = 0; j < INPUTS; j++) columns[j] = (mls_place){ cell_of(model, inputs[j].name), 0 };
  for (size_t k = 0; k < OUTPUTS; k++) results[k] = (mls_place){ cell_of(model, outputs[k]), 0 };
  if (mls_batch_new(model, NULL, columns, INPUTS, results, OUTPUTS, &batch) != MLS_OK)
    stop("mls_batch_new");
  return batch;
}

static void fill_batch60(struct batch60 *b, double *rows) {
  for (size_t j = 0; j < INPUTS; j++) {
    b->columns[j] = columns_of(SCENARIOS);
    for (size_t i = 0; i < SCENARIOS; i++) {
      double x =
          inputs[j].low + (inputs[j].high - inputs[j].low) * draw((uint32_t)(32 * i + 7000000 + j));
      rows[i * INPUTS + j] = b->columns[j][i] = inputs[j].whole ? floor(x) : x;
    }
  }
  for (size_t k = 0; k < OUTPUTS; k++) b->results[k] = columns_of(SCENARIOS);
}

static void compare_batch60(const struct batch60 *b, const double *made) {
  for (size_t i = 0; i < SCENARIOS; i++)
    for (size_t k = 0; k < OUTPUTS; k++) {
      double ours = b->results[k][i], hand = made[i * OUTPUTS + k];
      if (!(fabs(ours - hand) <= 1e-9 * fabs(hand))) stop("comparing batch60");
    }
}

/* Two threads, each with a batch of its own: by the clock on the wall. */
static double wall_of(struct batch60 *parts, size_t threads) {
  pthread_t other;
  double start = clock_now(CLOCK_MONOTONIC);
  if (threads > 1 && pthread_create(&other, NULL, run_batch60, &parts[1])) stop("a thread");
  run_batch60(&parts[0]);
  if (threads > 1) pthread_join(other, NULL);
  return clock_now(CLOCK_MONOTONIC) - start;
}

static void bench_threads(const mls_model *model, struct batch60 *whole) {
  double one[TURNS], two[TURNS];
  struct batch60 parts[2] = { *whole, *whole };
  parts[0].count = parts[1].from = SCENARIOS / 2;
  parts[1].count = SCENARIOS - parts[1].from;
  parts[1].batch = new_batch60(model);
  for (int i = 0; i < TURNS; i++) {
    one[i] = wall_of(whole, 1);
    two[i] = wall_of(parts, 2);
  }
  double alone = median(one, TURNS), together = median(two, TURNS);
  printf("%-28s %12.3f %12.3f ms (wall) times %.2f\n", "batch60, 1 and 2 threads", 1e3 * alone,
         1e3 * together, alone / together);
  mls_batch_free(parts[1].batch);
}

static void bench_batch60(int threads) {
  double ours[TURNS], hand[TURNS];
  struct batch60 b = { .count = SCENARIOS };
  double *rows = columns_of((size_t)SCENARIOS * INPUTS);
  double *made = columns_of((size_t)SCENARIOS * OUTPUTS);
  mls_model *model = open_sheet("batch60", NULL, 0);
  b.batch = new_batch60(model);
  fill_batch60(&b, rows);
  for (int i = 0; i < TURNS; i++) {
    double start = now();
    hand_batch60(SCENARIOS, rows, made);
    hand[i] = now() - start;
    start = now();
    run_batch60(&b);
    ours[i] = now() - start;
  }
  compare_batch60(&b, made);
  if (threads) bench_threads(model, &b);
  else
    tell("batch60", 1e9 * median(ours, TURNS) / SCENARIOS, 1e9 * median(hand, TURNS) / SCENARIOS,
         "ns a scenario");
  mls_batch_free(b.batch);
  for (size_t j = 0; j < INPUTS; j++) free(b.columns[j]);
  for (size_t k = 0; k < OUTPUTS; k++) free(b.results[k]);
  free(rows);
  free(made);
}

static bool wanted(int count, char **arguments, const char *name) {
  for (int i = 3; i < count; i++)
    if (strcmp(arguments[i], name) == 0) return true;
  return count == 3;
}

int main(int count, char **arguments) {
  if (count < 3) stop("arguments: bench registry [names]");
  const char *templates[] = { arguments[1], NULL }, *registries[] = { arguments[2], NULL };
  mls_options options = { .size = sizeof options,
                          .templates = templates,
                          .registries = registries };
  if (mls_open(&options, &book) != MLS_OK) stop("mls_open");
  if (wanted(count, arguments, "batch60")) bench_batch60(0);
  if (wanted(count, arguments, "threads")) bench_batch60(1);
  mls_close(book);
  return 0;
}
