/* Scenarios as CSV: makes the file (make), reads it with hardly a result (read), and calculates it
   with all results (whole), in memory: bench_batch make | bench_batch read|whole SHEET FILE.
   Prints seconds of CPU time and MB of input a second, medians of five. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "measure.h"
#include "mlsysim.h"

enum { ROWS = 1000000, BLOCK = 1 << 20, REPEATS = 5 };

/* ---- the file: 20 inputs, numbers of up to six digits ---- */

static const struct {
  const char *name;
  double low, high;
  int whole;
} inputs[] = {
  { "params_b", 1, 500, 0 },       { "layers", 16, 128, 1 },     { "kv_dim", 512, 8192, 1 },
  { "bytes_w", 0.5, 2, 0 },        { "bytes_kv", 0.5, 2, 0 },    { "prompt", 128, 32768, 1 },
  { "out", 16, 4096, 1 },          { "batch", 1, 256, 1 },       { "n_gpu", 1, 64, 1 },
  { "peak_tflops", 100, 2000, 0 }, { "hbm_gbs", 1000, 8000, 0 }, { "hbm_gib", 40, 288, 0 },
  { "link_gbs", 50, 1800, 0 },     { "mfu", 0.2, 0.7, 0 },       { "mbu", 0.4, 0.9, 0 },
  { "gpu_price", 1, 10, 0 },       { "power_w", 300, 1200, 0 },  { "pue", 1.05, 1.6, 0 },
  { "elec_price", 0.03, 0.3, 0 },  { "req_rate", 0.1, 100, 0 },
};
enum { INPUTS = sizeof inputs / sizeof *inputs };

/* A hash of 32 bits as a fraction of 1. */
static double draw(uint32_t key) {
  key ^= key >> 16;
  key *= 0x7feb352du;
  key ^= key >> 15;
  key *= 0x846ca68bu;
  key ^= key >> 16;
  return key / 4294967296.0;
}

static void make(void) {
  for (int i = 0; i < INPUTS; i++) printf("%s%c", inputs[i].name, i + 1 < INPUTS ? ',' : '\n');
  for (uint32_t row = 0; row < ROWS; row++)
    for (uint32_t i = 0; i < INPUTS; i++) {
      double share = draw(32 * row + 7000000 + i);
      double value = inputs[i].low + (inputs[i].high - inputs[i].low) * share;
      printf("%.6g%c", inputs[i].whole ? floor(value) : value, i + 1 < INPUTS ? ',' : '\n');
    }
}

/* ---- reading and calculating ---- */

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) != 0) stop(path);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = need(calloc(*size + MLS_STREAM_PAD, 1));
  if (fread(bytes, 1, *size, file) != *size) stop(path);
  fclose(file);
  return bytes;
}

static mls_stream *open_stream(const mls_model *model, const char *file, int whole) {
  static const char *const first[] = { "params_b" };
  mls_stream_options options = { .size = sizeof options, .file = "bench.csv", .header = file };
  mls_stream *stream;
  options.length = strcspn(file, "\n");
  if (!whole) options.cells = first, options.cell_count = 1;
  if (mls_stream_new(model, NULL, &options, &stream) != MLS_OK) stop("opening a stream");
  return stream;
}

static void pass(mls_stream *stream, const char *file, size_t size) {
  size_t at = strcspn(file, "\n") + 1, line = 2, row = 1;
  while (at < size) {
    size_t end = size - at > BLOCK ? at + BLOCK : size;
    mls_lines came;
    while (end < size && file[end - 1] != '\n') end--;
    if (mls_stream_lines(stream, file + at, end - at, line, row, &came, sizeof came) != MLS_OK)
      stop("lines");
    at = end;
    line += came.lines;
    row += came.rows;
  }
  if (row != ROWS + 1) stop("counting rows");
}

static mls_model *open_model(const char *path, mls_book **book) {
  static const char *const registries[] = { "registry", NULL };
  mls_options options = { .size = sizeof options, .registries = registries };
  mls_model *model = NULL;
  size_t size;
  char *sheet = read_file(path, &size);
  if (mls_open(&options, book) != MLS_OK ||
      mls_model_open_bytes(*book, "batch60.sheet", sheet, size, NULL, 0, &model) != MLS_OK)
    stop("opening the sheet");
  free(sheet);
  return model;
}

int main(int count, char **arguments) {
  double list[REPEATS];
  size_t size;
  mls_book *book;
  if (count == 2 && strcmp(arguments[1], "make") == 0) return make(), 0;
  if (count != 4) stop("bench_batch make | read|whole SHEET FILE");
  int whole = strcmp(arguments[1], "whole") == 0;
  mls_model *model = open_model(arguments[2], &book);
  char *file = read_file(arguments[3], &size);
  mls_stream *stream = open_stream(model, file, whole);
  for (int i = 0; i < REPEATS; i++) {
    double start = now();
    pass(stream, file, size);
    list[i] = now() - start;
  }
  double time = median(list, REPEATS);
  printf("%-28s %6.3f s  %5.0f MB/s\n", whole ? "read, calculate, print" : "read, print one input",
         time, (double)size / time * 1e-6);
  mls_stream_free(stream);
  mls_close(book);
  free(file);
  return 0;
}
