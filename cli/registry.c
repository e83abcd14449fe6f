/* mlsysim registry add: models and devices of a user's own. The library checks them and makes the
   lines; here the weights of a model are counted by its sheet, and the lines are put into a folder
   that every command reads after the shipped registry. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "session.h"

static const char facts_header[] =
    "item,field,value,unit,low,high,source,locator,accessed,state,note\n";
static const char sources_header[] = "key,kind,title,authors,year,url,accessed\n";
static const char own_source[] = "own,own,A user's own,,,,\n";

struct addition {
  struct session *session;
  const char *registry, *file, *folder, *date;
  char *lines;
  size_t size;
};

/* An mls_write that keeps what it gets, ended by 0. */
static mls_status keep(void *context, const void *bytes, size_t size) {
  struct addition *addition = context;
  char *more = realloc(addition->lines, addition->size + size + 1);
  if (!more) return MLS_MEMORY;
  memcpy(more + addition->size, bytes, size);
  addition->lines = more;
  addition->size += size;
  more[addition->size] = 0;
  return MLS_OK;
}

/* ---- counted weights ---- */

/* The sheet that counts, on the book that has the model now: what it gives becomes facts. */
static const char counter[] = "weights";

/* An output of the sheet itself that has a value is a line more. */
static int add_counted(struct addition *addition, mls_values *values, const mls_model *model,
                       size_t cell, const char *item) {
  char path[256], line[1024];
  mls_cell about;
  double si;
  if (mls_cell_about(model, cell, &about, sizeof about) != MLS_OK || !about.output) return DONE;
  if (mls_cell_path(model, cell, path, sizeof path) >= sizeof path || strchr(path, '.'))
    return DONE;
  mls_status status = mls_get(values, cell, 0, &si);
  if (status != MLS_OK) return status == MLS_VALUE ? DONE : exit_of(status);
  int size =
      snprintf(line, sizeof line, "%s,%s,%.0f,%s,,,own,,%s,assumed,counted by the sheet %s\n", item,
               path, si / about.factor, about.unit, addition->date, counter);
  return exit_of(keep(addition, line, (size_t)size));
}

static int add_all_counted(struct addition *addition, mls_values *values, const mls_model *model,
                           const char *item) {
  size_t before = addition->size;
  int result = DONE;
  for (size_t cell = 0; cell < mls_cell_count(model) && result == DONE; cell++)
    result = add_counted(addition, values, model, cell, item);
  if (result != DONE || addition->size > before) return result;
  say_error("the sheet %s does not count the weights of %s", counter, item);
  return BAD_INPUT;
}

static int count_weights(struct addition *addition) {
  char item[256];
  mls_book *book = addition->session->book;
  mls_model *model;
  mls_values *values = NULL;
  mls_status status = mls_model_open(book, counter, &model);
  if (status != MLS_OK) {
    say_book(book, counter);
    return exit_of(status);
  }
  snprintf(item, sizeof item, "%.*s", (int)strcspn(addition->lines, ","), addition->lines);
  status = mls_values_new(model, NULL, &values);
  if (status == MLS_OK) status = mls_set(values, "model", item);
  if (status == MLS_OK) status = mls_settle(values);
  int result = exit_of(status);
  if (result != DONE) say_values(values, counter);
  else result = add_all_counted(addition, values, model, item);
  mls_values_free(values);
  return result;
}

/* ---- lines ---- */

static bool ends_in(const char *text, const char *ending) {
  size_t size = strlen(text), length = strlen(ending);
  return size > length && strcmp(text + size - length, ending) == 0;
}

static int make_lines(struct addition *addition, const struct bytes *bytes) {
  const struct options *options = addition->session->options;
  mls_book *book = addition->session->book;
  mls_own from = { .size = sizeof from,
                   .file = addition->file,
                   .bytes = bytes->at,
                   .length = bytes->size,
                   .date = addition->date };
  bool model = ends_in(addition->file, ".json");
  mls_status status = model ? mls_own_model(book, options->as, &from, keep, addition)
                            : mls_own_facts(book, addition->registry, &from, keep, addition);
  say_book(book, addition->file);
  if (model && status == MLS_NAME && !options->as) say_error("--as NAME gives the model a name");
  int result = exit_of(status);
  return result == DONE && model ? count_weights(addition) : result;
}

static int read_lines(struct addition *addition) {
  struct bytes bytes;
  if (!file_read(addition->file, &bytes)) return SYSTEM_FAILS;
  int status = make_lines(addition, &bytes);
  free(bytes.at);
  return status;
}

/* ---- files ---- */

static mls_status put(struct output *output, const char *text) {
  return output_write(output, text, strlen(text));
}

/* The file with these lines at its end, under another name for now. */
static int write_file(struct addition *addition, struct output *output, const char *name,
                      const char *header, const char *lines) {
  char below[300];
  struct bytes old = { NULL, 0 };
  struct stamp stamp;
  snprintf(below, sizeof below, "%s.csv", name);
  size_t size = strlen(addition->folder) + strlen(below) + 2;
  char *path = malloc(size);
  if (path) snprintf(path, size, "%s/%s", addition->folder, below);
  const char *kept = path ? session_keep(addition->session, path) : NULL;
  free(path);
  if (!kept) return SYSTEM_FAILS;
  if (file_stamp(kept, &stamp) && !file_read(kept, &old)) return SYSTEM_FAILS;
  bool good = output_open(output, kept);
  if (good) good = put(output, old.size ? "" : header) == MLS_OK;
  if (good && old.size) good = output_write(output, old.at, old.size) == MLS_OK;
  if (good && old.size && old.at[old.size - 1] != '\n') good = put(output, "\n") == MLS_OK;
  if (good) good = put(output, lines) == MLS_OK && output_finish(output);
  free(old.at);
  return good ? DONE : SYSTEM_FAILS;
}

static void say_done(const struct addition *addition, const char *path) {
  size_t lines = 0;
  for (const char *at = addition->lines; *at; at++) lines += *at == '\n';
  printf("%zu facts were added to %s\n", lines, path);
}

/* Both files are complete before the first takes its name. */
static int write_files(struct addition *addition, bool has_source) {
  struct output facts = { .descriptor = -1 }, sources = { .descriptor = -1 };
  if (!folder_make(addition->folder)) return SYSTEM_FAILS;
  int status = write_file(addition, &facts, addition->registry, facts_header, addition->lines);
  if (status == DONE && !has_source)
    status = write_file(addition, &sources, "sources", sources_header, own_source);
  if (status == DONE && !has_source && !output_publish(&sources)) status = SYSTEM_FAILS;
  if (status == DONE && !output_publish(&facts)) status = SYSTEM_FAILS;
  if (status == DONE) say_done(addition, facts.path);
  output_close(&facts);
  output_close(&sources);
  return status;
}

/* ---- the command ---- */

static int work(struct addition *addition) {
  const struct options *options = addition->session->options;
  mls_source source;
  bool has_source = mls_source_find(addition->session->book, "own", &source, sizeof source) == 0;
  addition->folder = session_own(addition->session);
  if (!addition->folder) {
    say_error("there is no folder for data of the user; name one with --into DIR");
    return BAD_INPUT;
  }
  int status = session_date(addition->session, &addition->date);
  if (status != DONE) return status;
  if (!addition->date) addition->date = "";
  bool json = ends_in(addition->file, ".json");
  if (json && strcmp(addition->registry, "workload") != 0) {
    say_error("%s: only the registry workload takes a configuration in JSON, not %s",
              addition->file, addition->registry);
    return BAD_INPUT;
  }
  if (!json && options->as) {
    say_error("--as names the model of a config.json; the lines of a CSV name their items");
    return BAD_INPUT;
  }
  status = read_lines(addition);
  if (status == DONE) status = write_files(addition, has_source);
  return status == DONE && !print_finish() ? SYSTEM_FAILS : status;
}

int command_registry(const struct options *options) {
  struct session session;
  struct addition addition = { .session = &session };
  if (strcmp(options->words.at[0], "add") != 0) {
    say_error("registry has no %s; usage: mlsysim registry add REGISTRY FILE",
              options->words.at[0]);
    return BAD_INPUT;
  }
  addition.registry = options->words.at[1];
  addition.file = options->words.at[2];
  int status = session_open(&session, options);
  if (status == DONE) status = work(&addition);
  free(addition.lines);
  session_close(&session);
  return status;
}
