/* A book over sheets and registries held in strings, opened through the public calls; for suites
   that look at what the library says about a settled model. */
#ifndef TEST_FIXTURE_H
#define TEST_FIXTURE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

struct text_file {
  const char *kind, *name, *text;
};

static const struct text_file shipped[] = {
  { "registry", "units",
    "unit,definition,kind,differs,note\ns,,base,,\nB,,base,,\nFLOP,,base,,\nUSD,,base,,\n"
    "GPU,,count,,\nserver,,count,,\n%,0.01,,,\nms,0.001 s,,,\nh,3600 s,,,\nmonth,730 h,,,\n"
    "GB,1e9 B,,,\nTB,1e12 B,,,\nTFLOP,1e12 FLOP,,,\nkUSD,1000 USD,,,\n" },
  { "registry", "sources",
    "key,kind,title,authors,year,url,accessed\n"
    "sheet_h,datasheet,Data sheet of H,Maker,2023,https://maker.example/h,2026-01-02\n"
    "book_q,book,Queues,Author,1975,,2026-02-03\n" },
  { "registry", "device",
    "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
    "H,memory,80,GB,,,sheet_h,page 1,2026-01-02,verified,\n"
    "H,flops.fp16,989,TFLOP/s,,,sheet_h,page 2,2026-01-02,cited,\n"
    "H,flops.fp64,67,TFLOP/s,,,sheet_h,page 2,2026-01-02,cited,\n"
    "H,price,30,kUSD,,,,,2026-03-04,estimate,a guess\n"
    "B,memory,192,GB,,,sheet_h,page 1,2026-01-02,verified,\n"
    "B,flops.fp16,2250,TFLOP/s,,,sheet_h,page 2,2026-01-02,cited,\n" },
  { "sheet", "part",
    "sheet part  # A used part\n"
    "input size [GB]          = 4 in 0..100\n"
    "input n                  = 2 in 1..64\n"
    "output each [GB]         = size / n\n"
    "check small              = each <= 10 [GB]  # Must be small\n" },
};

struct world {
  const struct text_file *extra;
  size_t extra_count;
  mls_book *book;
  mls_model *model;
  mls_values *values;
};

static inline mls_status world_find(void *context, const char *kind, const char *name, size_t nth,
                                    const char **bytes, size_t *size, const char **shown) {
  const struct world *world = context;
  static char path[128];
  for (size_t i = 0; i < world->extra_count + sizeof shipped / sizeof *shipped; i++) {
    const struct text_file *file =
        i < world->extra_count ? &world->extra[i] : &shipped[i - world->extra_count];
    if (strcmp(file->kind, kind) != 0 || strcmp(file->name, name) != 0 || nth-- > 0) continue;
    *bytes = file->text;
    *size = strlen(file->text);
    strcpy(path, name);
    strcat(path, strcmp(kind, "sheet") == 0 ? ".sheet" : ".csv");
    *shown = path;
    return MLS_OK;
  }
  return MLS_NAME;
}

/* Opens `text` as the sheet `name` and settles it. */
static inline void world_open(struct world *world, const char *name, const char *text) {
  char file[64];
  mls_options options = { .size = sizeof options, .find = world_find, .find_context = world };
  ck_assert_int_eq(mls_open(&options, &world->book), MLS_OK);
  strcpy(file, name);
  strcat(file, ".sheet");
  mls_status status =
      mls_model_open_bytes(world->book, file, text, strlen(text), NULL, 0, &world->model);
  const mls_message *message = mls_book_message(world->book, 0);
  ck_assert_msg(status == MLS_OK, "%s:%d: %s", message ? message->file : "",
                message ? message->line : 0, message ? message->text : "");
  ck_assert_int_eq(mls_values_new(world->model, NULL, &world->values), MLS_OK);
  ck_assert_int_eq(mls_settle(world->values), MLS_OK);
}

static inline void world_set(struct world *world, const char *path, const char *text) {
  mls_status status = mls_set(world->values, path, text);
  const mls_message *message = mls_values_message(world->values, 0);
  ck_assert_msg(status == MLS_OK, "%s = %s: %s", path, text, message ? message->text : "");
  ck_assert_int_eq(mls_settle(world->values), MLS_OK);
}

static inline void world_close(struct world *world) {
  mls_values_free(world->values);
  mls_close(world->book);
}

/* The cell and row of a path for a person. */
static inline unsigned world_cell(struct world *world, const char *path, size_t *row) {
  unsigned cell;
  size_t found;
  mls_status status = show_find(world->model, path, &world->values->fails, &cell, &found);
  ck_assert_msg(status == MLS_OK, "no cell %s", path);
  if (row) *row = found;
  return cell;
}

/* ---- reports into a string ---- */

struct sink {
  char *text;
  size_t size;
};

static inline mls_status sink_write(void *context, const void *bytes, size_t size) {
  struct sink *sink = context;
  char *more = realloc(sink->text, sink->size + size + 1);
  if (!more) return MLS_MEMORY;
  memcpy(more + sink->size, bytes, size);
  sink->text = more;
  sink->size += size;
  more[sink->size] = 0;
  return MLS_OK;
}

/* Free what is returned. */
static inline char *world_report(struct world *world, const char *form, bool all) {
  struct sink sink = { NULL, 0 };
  mls_run run = { "base", world->values };
  mls_report report = {
    .size = sizeof report, .form = form, .all = all, .runs = &run, .run_count = 1
  };
  ck_assert_int_eq(mls_export(world->model, &report, sink_write, &sink), MLS_OK);
  ck_assert_ptr_nonnull(sink.text);
  return sink.text;
}

static inline char *world_why(struct world *world, const char *path, const char *form) {
  struct sink sink = { NULL, 0 };
  mls_run run = { "base", world->values };
  mls_report report = { .size = sizeof report, .form = form, .runs = &run, .run_count = 1 };
  ck_assert_int_eq(mls_why(world->values, path, &report, sink_write, &sink), MLS_OK);
  ck_assert_ptr_nonnull(sink.text);
  return sink.text;
}

#define ck_assert_has(text, part)                                                                  \
  ck_assert_msg(strstr((text), (part)) != NULL, "no \"%s\" in\n%s", (part), (text))
#define ck_assert_lacks(text, part)                                                                \
  ck_assert_msg(strstr((text), (part)) == NULL, "a \"%s\" in\n%s", (part), (text))

#endif
