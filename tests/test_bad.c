/* Wrong files: each CSV in tests/bad has one mistake (or a few, where their order counts), and a
   sibling .expect with all the messages it must give. The first word of its name says what reads
   it: registry, sources, units, renamed, or inputs (of plan.sheet). With MLSYSIM_EXPECT=write in
   the environment the .expect files are written anew: read the difference before you keep it. */
#include <dirent.h>

#include "mlsysim.h"
#include "renamed.h"
#include "told.h"

Suite *suite_bad(void);

#ifndef TESTS_DIR
#define TESTS_DIR "tests"
#endif

enum { PATH = 1024 };

static const char *path_of(char out[PATH], const char *folder, const char *name,
                           const char *ending) {
  const char *root = getenv("MLSYSIM_TESTS");
  snprintf(out, PATH, "%s/bad/%s%s%s", root ? root : TESTS_DIR, folder, name, ending);
  return out;
}

static char *read_bad(const char *folder, const char *name, const char *ending, size_t *size) {
  char path[PATH];
  return read_whole(path_of(path, folder, name, ending), size);
}

/* ---- registries, sources, units ---- */

static mls_status load_base(struct told *told, struct csv *csv, const char *name) {
  size_t size;
  char *bytes = read_bad("base/", name, ".csv", &size);
  mls_status status = csv_read(&told->memory, &told->fails, name, bytes, size, csv);
  free(bytes);
  ck_assert_int_eq(status, MLS_OK);
  return status;
}

static mls_status load_bad(struct told *told, const char *kind, struct csv *bad) {
  struct names names;
  struct units units;
  struct facts facts;
  struct csv csv;
  names_open(&names, &told->memory);
  ck_assert_int_eq(units_open(&units, &told->memory, &names), MLS_OK);
  if (strcmp(kind, "units") == 0) return units_load(&units, bad, &told->fails);
  load_base(told, &csv, "units");
  ck_assert_int_eq(units_load(&units, &csv, &told->fails), MLS_OK);
  facts_open(&facts, &told->memory, &names, &units);
  if (strcmp(kind, "renamed") == 0) return renamed_load(&facts, bad, &told->fails);
  if (strcmp(kind, "sources") == 0) return sources_load(&facts, bad, &told->fails);
  load_base(told, &csv, "sources");
  ck_assert_int_eq(sources_load(&facts, &csv, &told->fails), MLS_OK);
  return registry_load(&facts, "hardware", bad, &told->fails);
}

static void tell_file(struct buffer *out, const char *kind, const char *file, const char *bytes,
                      size_t size) {
  struct told told;
  struct csv csv;
  told_open(&told);
  mls_status status = csv_read(&told.memory, &told.fails, file, bytes, size, &csv);
  if (status == MLS_OK) status = load_bad(&told, kind, &csv);
  ck_assert_msg(status != MLS_OK, "%s was accepted", file);
  buffer_text(out, told_lines(&told, &told.fails));
  told_close(&told);
}

/* ---- inputs ---- */

/* What the book asks for; the content is freed when the next one is asked for. */
struct folder {
  char *bytes;
  char shown[64];
};

static mls_status find_file(void *context, const char *kind, const char *name, size_t nth,
                            const char **bytes, size_t *size, const char **shown) {
  struct folder *folder = context;
  bool sheet = strcmp(kind, "sheet") == 0;
  if (nth > 0) return MLS_NAME;
  free(folder->bytes);
  folder->bytes = read_bad(sheet ? "" : "base/", name, sheet ? ".sheet" : ".csv", size);
  snprintf(folder->shown, sizeof folder->shown, "%s%s", name, sheet ? ".sheet" : ".csv");
  *bytes = folder->bytes;
  *shown = folder->shown;
  return MLS_OK;
}

static void tell_message(struct buffer *out, const mls_message *message) {
  buffer_print(out, "%s:%d:%d: %s: %s\n", message->file ? message->file : "-", message->line,
               message->column, message->warning ? "warning" : mls_status_word(message->status),
               message->text);
}

static void tell_inputs(struct buffer *out, const char *file, const char *bytes, size_t size) {
  struct folder folder = { NULL, "" };
  mls_options options = { .size = sizeof options, .find = find_file, .find_context = &folder };
  mls_book *book;
  mls_model *model;
  mls_values *values;
  mls_scenarios *scenarios;
  mls_open(&options, &book);
  mls_status status = mls_model_open(book, "plan", &model);
  for (size_t i = 0; mls_book_message(book, i); i++) tell_message(out, mls_book_message(book, i));
  ck_assert_msg(status == MLS_OK, "plan.sheet was refused: %s", out->bytes);
  ck_assert_int_eq(mls_values_new(model, NULL, &values), MLS_OK);
  status = mls_scenarios_read(model, values, file, bytes, size, &scenarios);
  ck_assert_msg(status != MLS_OK, "%s was accepted", file);
  ck_assert_ptr_null(scenarios);
  for (size_t i = 0; mls_values_message(values, i); i++)
    tell_message(out, mls_values_message(values, i));
  mls_values_free(values);
  mls_close(book);
  free(folder.bytes);
}

/* ---- the folder ---- */

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the CSV files without their ending, in order. */
static size_t list_names(char *names[], size_t most) {
  char path[PATH];
  size_t count = 0;
  DIR *folder = opendir(path_of(path, "", "", ""));
  ck_assert_msg(folder != NULL, "%s can not be read", path);
  for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
    size_t size = strlen(entry->d_name);
    if (size <= 4 || strcmp(entry->d_name + size - 4, ".csv") != 0) continue;
    ck_assert_uint_lt(count, most);
    names[count] = malloc(size);
    ck_assert_ptr_nonnull(names[count]);
    memcpy(names[count], entry->d_name, size);
    names[count++][size - 4] = 0;
  }
  closedir(folder);
  qsort(names, count, sizeof *names, by_name);
  return count;
}

static void tell(struct buffer *out, const char *name) {
  char file[PATH];
  size_t size;
  char *bytes = read_bad("", name, ".csv", &size);
  snprintf(file, sizeof file, "%s.csv", name);
  if (strncmp(name, "inputs_", 7) == 0) tell_inputs(out, file, bytes, size);
  else if (strncmp(name, "units_", 6) == 0) tell_file(out, "units", file, bytes, size);
  else if (strncmp(name, "renamed_", 8) == 0) tell_file(out, "renamed", file, bytes, size);
  else if (strncmp(name, "sources_", 8) == 0) tell_file(out, "sources", file, bytes, size);
  else tell_file(out, "registry", file, bytes, size);
  free(bytes);
}

static void write_expected(const char *name, const char *text) {
  char path[PATH];
  FILE *file = fopen(path_of(path, "", name, ".expect"), "wb");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

/* Adds what differs to `wrong`. */
static void compare(struct buffer *wrong, const char *name) {
  struct buffer out;
  const char *mode = getenv("MLSYSIM_EXPECT");
  buffer_open(&out, wrong->memory);
  tell(&out, name);
  if (mode && strcmp(mode, "write") == 0) write_expected(name, out.bytes);
  size_t size;
  char *expected = read_bad("", name, ".expect", &size);
  if (strcmp(expected, out.bytes) != 0)
    buffer_print(wrong, "%s.csv\nexpected\n%sfound\n%s", name, expected, out.bytes);
  free(expected);
  buffer_close(&out);
}

START_TEST(test_bad) {
  static char *names[1000];
  struct memory memory;
  struct buffer wrong;
  memory_open(&memory, NULL);
  buffer_open(&wrong, &memory);
  size_t count = list_names(names, 1000);
  ck_assert_uint_gt(count, 100);
  for (size_t i = 0; i < count; i++) {
    compare(&wrong, names[i]);
    free(names[i]);
  }
  ck_assert_msg(wrong.size == 0, "messages differ:\n%s", wrong.bytes);
  buffer_close(&wrong);
  memory_close(&memory);
}
END_TEST

Suite *suite_bad(void) {
  Suite *suite = suite_create("bad");
  TCase *tests = tcase_create("bad");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, test_bad);
  suite_add_tcase(suite, tests);
  return suite;
}
