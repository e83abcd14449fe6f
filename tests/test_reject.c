/* Sheets that must fail: each tests/reject/NAME.sheet has a sibling NAME.expect with every message
   that opening it gives, in order. Notes of the sheet may ask for more: "#! set path=value" after
   it opened, "#! rows table=FILE.csv" before, "#! strict" for constants without a source. Sheets
   and registries that they name stand in tests/reject/base. With MLSYSIM_EXPECT=write in the
   environment the .expect files are written anew: read the difference before you keep it. */
#define _POSIX_C_SOURCE 200809L /* strdup */
#include <dirent.h>

#include "mlsysim.h"
#include "told.h"

Suite *suite_reject(void);

#ifndef TESTS_DIR
#define TESTS_DIR "tests"
#endif

enum { PATH = 1024, MOST = 1000 };

static const char *path_of(char out[PATH], const char *folder, const char *name,
                           const char *ending) {
  snprintf(out, PATH, "%s/reject/%s%s%s", TESTS_DIR, folder, name, ending);
  return out;
}

/* ---- what the sheets name ---- */

struct folder {
  char *bytes; /* of the last file */
  char shown[128];
};

/* deep_1 uses deep_2 uses deep_3 ... */
static bool make_deep(struct folder *folder, const char *name, size_t *size) {
  if (strncmp(name, "deep_", 5) != 0) return false;
  int level = atoi(name + 5);
  folder->bytes = malloc(128);
  ck_assert_ptr_nonnull(folder->bytes);
  *size = (size_t)snprintf(folder->bytes, 128, "sheet deep_%d\nuse next = deep_%d()\n", level,
                           level + 1);
  return true;
}

static mls_status find_base(void *context, const char *kind, const char *name, size_t nth,
                            const char **bytes, size_t *size, const char **shown) {
  struct folder *folder = context;
  const char *ending = strcmp(kind, "sheet") == 0 ? ".sheet" : ".csv";
  char path[PATH];
  if (nth > 0) return MLS_NAME;
  free(folder->bytes);
  folder->bytes = NULL;
  if (!make_deep(folder, name, size)) {
    path_of(path, "base/", name, ending);
    FILE *file = fopen(path, "rb");
    if (!file) return MLS_NAME;
    fclose(file);
    folder->bytes = read_whole(path, size);
  }
  snprintf(folder->shown, sizeof folder->shown, "%s%s", name, ending);
  *bytes = folder->bytes;
  *shown = folder->shown;
  return strcmp(name, "unreadable") == 0 ? MLS_FILE : MLS_OK;
}

/* ---- one sheet ---- */

struct trial {
  struct buffer out; /* messages as lines */
  struct folder folder;
  mls_book *book;
  mls_model *model;
  char *sheet;
  size_t size;
  mls_rows rows[8];
  size_t row_count;
};

static void tell(struct trial *trial, const mls_message *message) {
  buffer_print(&trial->out, "%s:%d:%d: %s: %s\n", message->file ? message->file : "-",
               message->line, message->column,
               message->warning ? "warning" : mls_status_word(message->status), message->text);
}

/* The next "#! WORD rest" after `at`, copied into `rest`; NULL when there is none. */
static const char *next_order(const char *at, const char *word, char rest[PATH]) {
  char head[32];
  snprintf(head, sizeof head, "\n#! %s", word);
  at = strstr(at, head);
  if (!at) return NULL;
  at += strlen(head);
  at += strspn(at, " ");
  snprintf(rest, PATH, "%.*s", (int)strcspn(at, "\n"), at);
  return at;
}

static void read_rows(struct trial *trial) {
  char order[PATH], path[PATH];
  for (const char *at = trial->sheet; (at = next_order(at, "rows", order));) {
    char *equals = strchr(order, '=');
    ck_assert(equals && trial->row_count < 8);
    *equals = 0;
    mls_rows *rows = &trial->rows[trial->row_count++];
    rows->table = strdup(order);
    rows->file = strdup(equals + 1);
    rows->bytes = read_whole(path_of(path, "", equals + 1, ""), &rows->size);
  }
}

static void open_trial(struct trial *trial, const char *name) {
  char path[PATH], file[PATH];
  mls_options options = { .size = sizeof options,
                          .find = find_base,
                          .find_context = &trial->folder };
  trial->sheet = read_whole(path_of(path, "", name, ".sheet"), &trial->size);
  snprintf(file, sizeof file, "%s.sheet", name);
  read_rows(trial);
  ck_assert_int_eq(mls_open(&options, &trial->book), MLS_OK);
  mls_model_open_bytes(trial->book, file, trial->sheet, trial->size, trial->rows, trial->row_count,
                       &trial->model);
  for (size_t i = 0; mls_book_message(trial->book, i); i++)
    tell(trial, mls_book_message(trial->book, i));
}

static void set_all(struct trial *trial) {
  char order[PATH];
  mls_values *values;
  ck_assert_int_eq(mls_values_new(trial->model, NULL, &values), MLS_OK);
  for (const char *at = trial->sheet; (at = next_order(at, "set", order));) {
    char *equals = strchr(order, '=');
    ck_assert_ptr_nonnull(equals);
    *equals = 0;
    mls_set(values, order, equals + 1);
    for (size_t i = 0; mls_values_message(values, i); i++)
      tell(trial, mls_values_message(values, i));
  }
  mls_values_free(values);
}

static void ask_strict(struct trial *trial) {
  char order[PATH];
  size_t count;
  if (!next_order(trial->sheet, "strict", order)) return;
  ck_assert_int_eq(mls_strict(trial->book, trial->model, &count), MLS_OK);
  for (size_t i = 0; mls_book_message(trial->book, i); i++)
    tell(trial, mls_book_message(trial->book, i));
}

static void close_trial(struct trial *trial) {
  mls_close(trial->book);
  for (size_t i = 0; i < trial->row_count; i++) {
    free((void *)(size_t)trial->rows[i].table);
    free((void *)(size_t)trial->rows[i].file);
    free((void *)(size_t)trial->rows[i].bytes);
  }
  free(trial->sheet);
  free(trial->folder.bytes);
}

/* Appends what the sheet `name` is told. */
static void try_sheet(struct buffer *out, const char *name) {
  struct trial trial = { .book = NULL };
  buffer_open(&trial.out, out->memory);
  open_trial(&trial, name);
  if (trial.model) {
    set_all(&trial);
    ask_strict(&trial);
  }
  ck_assert_msg(trial.out.size > 0, "%s.sheet was accepted", name);
  buffer_add(out, trial.out.bytes, trial.out.size);
  buffer_close(&trial.out);
  close_trial(&trial);
}

/* ---- the folder ---- */

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *names[MOST];

static int list_names(void) {
  char path[PATH];
  int count = 0;
  DIR *folder = opendir(path_of(path, "", "", ""));
  if (!folder) return 0;
  for (struct dirent *entry = readdir(folder); entry && count < MOST; entry = readdir(folder)) {
    size_t size = strlen(entry->d_name);
    if (size <= 6 || strcmp(entry->d_name + size - 6, ".sheet") != 0) continue;
    names[count] = strdup(entry->d_name);
    names[count++][size - 6] = 0;
  }
  closedir(folder);
  qsort(names, (size_t)count, sizeof *names, by_name);
  return count;
}

static void write_expected(const char *name, const char *text) {
  char path[PATH];
  FILE *file = fopen(path_of(path, "", name, ".expect"), "wb");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

/* One sheet a test. */
START_TEST(test_reject) {
  struct memory memory;
  struct buffer out;
  char path[PATH];
  const char *name = names[_i], *mode = getenv("MLSYSIM_EXPECT");
  size_t size;
  memory_open(&memory, NULL);
  buffer_open(&out, &memory);
  try_sheet(&out, name);
  if (mode && strcmp(mode, "write") == 0) write_expected(name, out.bytes);
  char *expected = read_whole(path_of(path, "", name, ".expect"), &size);
  ck_assert_msg(strcmp(expected, out.bytes) == 0, "%s.sheet\nexpected\n%sfound\n%s", name, expected,
                out.bytes);
  free(expected);
  buffer_close(&out);
  memory_close(&memory);
}
END_TEST

START_TEST(test_folder) { ck_assert_msg(names[50] != NULL, "tests/reject was not found"); }
END_TEST

Suite *suite_reject(void) {
  Suite *suite = suite_create("reject");
  TCase *tests = tcase_create("reject");
  int count = list_names();
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, test_folder);
  tcase_add_loop_test(tests, test_reject, 0, count);
  suite_add_tcase(suite, tests);
  return suite;
}
