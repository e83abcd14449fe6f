/* mlsysim schema: what a sheet asks for, as JSON Schema (2020-12): an object with a member for each
   input by path, as "inputs" of a JSON file of inputs. Numbers are in the written unit, which is
   x-unit. Tables whose rows may be given are not set by name: they stand apart, as x-tables. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "json.h"
#include "paths.h"
#include "session.h"

struct schema {
  struct session *session;
  const mls_model *model;
  struct paths paths;
  struct json json;
};

/* ---- what values are ---- */

static bool is_whole(double number) { return number == floor(number) && fabs(number) < 1e15; }

/* Schemas count steps from 0 and sheets from the lower bound; where these differ, or a step is not
   exact in binary, it stands as x-step. */
static void put_step(struct json *json, const mls_input *input) {
  bool exact = is_whole(input->step) && is_whole(input->low / input->step);
  if (input->step <= 0) return;
  if (!exact) js_number(json, "x-step", input->step);
  else if (input->step != 1) js_number(json, "multipleOf", input->step);
}

static bool is_integer(const mls_input *input) { return input->step == 1 && is_whole(input->low); }

static void put_words(struct json *json, const char *const *words, size_t count) {
  js_open(json, "enum", '[');
  for (size_t i = 0; i < count; i++) js_text(json, NULL, words[i]);
  js_close(json, ']');
}

static int put_items(struct schema *schema, const char *name) {
  const mls_registry *registry;
  const char *item;
  mls_status status = mls_registry_open(schema->session->book, name, &registry);
  if (status != MLS_OK) say_book(schema->session->book, name);
  js_text(&schema->json, "x-registry", name);
  js_open(&schema->json, "enum", '[');
  for (size_t i = 0; status == MLS_OK && (item = mls_item_name(registry, i)); i++)
    js_text(&schema->json, NULL, item);
  js_close(&schema->json, ']');
  return exit_of(status);
}

static void put_default(struct json *json, const mls_input *input, bool text) {
  if (!input->typed || input->column) return;
  if (text) js_text(json, "default", input->typed);
  else js_number(json, "default", strtod(input->typed, NULL));
}

static void put_likely(struct json *json, const mls_input *input) {
  if (isnan(input->likely_low)) return;
  js_open(json, "x-likely", '[');
  js_number(json, NULL, input->likely_low);
  js_number(json, NULL, input->likely_high);
  js_close(json, ']');
}

/* The members of the schema of one value. */
static int put_value(struct schema *schema, const mls_cell *about, const mls_input *input) {
  struct json *json = &schema->json;
  int status = DONE;
  bool range = strcmp(input->set, "range") == 0;
  js_text(json, "type", about->text ? "string" : is_integer(input) ? "integer" : "number");
  if (!about->text) js_text(json, "x-unit", about->unit);
  if (range) {
    js_number(json, "minimum", input->low);
    js_number(json, "maximum", input->high);
    put_step(json, input);
  }
  if (input->word_count > 0) put_words(json, input->words, input->word_count);
  if (strcmp(input->set, "registry") == 0) status = put_items(schema, input->registry);
  put_default(json, input, about->text);
  put_likely(json, input);
  return status;
}

/* ---- members ---- */

static void begin_member(struct json *json, const char *path, const char *title) {
  js_line(json);
  js_open(json, path, '{');
  if (title[0]) js_text(json, "title", title);
}

static int put_input(struct schema *schema, const struct path *path, const mls_input *input) {
  begin_member(&schema->json, path->text, path->about.label);
  int status = put_value(schema, &path->about, input);
  js_close(&schema->json, '}');
  return status;
}

/* A fact that formulas read may be set too; of a family each word is one. */
static int put_fact(struct schema *schema, const struct path *path, const mls_input *input) {
  for (size_t row = 0; row < path->about.rows; row++) {
    char *text = path_of(schema->model, path->cell, row);
    if (!text) return SYSTEM_FAILS;
    begin_member(&schema->json, text, "");
    js_text(&schema->json, "description", "fact of the item chosen; a value here replaces it");
    js_text(&schema->json, "type", path->about.text ? "string" : "number");
    if (!path->about.text) js_text(&schema->json, "x-unit", path->about.unit);
    js_text(&schema->json, "x-fact-of", input->registry);
    js_close(&schema->json, '}');
    free(text);
  }
  return DONE;
}

static size_t table_size(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot ? (size_t)(dot - path) : 0;
}

/* Input columns of one table, which stand one after the other. */
static bool same_table(const struct path *a, const struct path *b) {
  size_t size = table_size(a->text);
  return size == table_size(b->text) && strncmp(a->text, b->text, size) == 0;
}

static const struct path *key_of(const struct schema *schema, const struct path *column) {
  for (size_t i = 0; i < schema->paths.count; i++) {
    const struct path *path = &schema->paths.at[i];
    if (path->about.hidden && path->about.kind == MLS_FORMULA && same_table(path, column) &&
        !strchr(path->text + table_size(path->text), '('))
      return path;
  }
  return NULL;
}

static int put_columns(struct schema *schema, const struct path *first, const struct path *key) {
  const struct path *end = schema->paths.at + schema->paths.count;
  struct json *json = &schema->json;
  const char *name = key ? key->text + table_size(key->text) + 1 : "key";
  int status = DONE;
  js_open(json, "properties", '{');
  js_open(json, name, '{');
  js_text(json, "type", key && key->about.text ? "string" : "number");
  js_close(json, '}');
  for (const struct path *path = first; path < end && status == DONE; path++) {
    mls_input input;
    if (!same_table(first, path)) continue;
    if (mls_input_about(schema->model, path->cell, &input, sizeof input) != MLS_OK) continue;
    js_open(json, path->text + table_size(path->text) + 1, '{');
    if (path->about.label[0]) js_text(json, "title", path->about.label);
    status = put_value(schema, &path->about, &input);
    js_close(json, '}');
  }
  js_close(json, '}');
  js_open(json, "required", '[');
  js_text(json, NULL, name);
  js_close(json, ']');
  return status;
}

/* A table whose rows a user may give: a list of rows, each with its key. */
static int put_table(struct schema *schema, const struct path *first) {
  struct json *json = &schema->json;
  char *name = malloc(strlen(first->text) + 1);
  if (!name) return SYSTEM_FAILS;
  memcpy(name, first->text, table_size(first->text));
  name[table_size(first->text)] = 0;
  begin_member(json, name, "");
  js_text(json, "description", "rows of the table, given with --rows TABLE=FILE.csv");
  js_text(json, "type", "array");
  js_count(json, "minItems", 1);
  js_open(json, "items", '{');
  js_text(json, "type", "object");
  int status = put_columns(schema, first, key_of(schema, first));
  js_truth(json, "additionalProperties", false);
  js_close(json, '}');
  js_close(json, '}');
  free(name);
  return status;
}

static bool is_first(const struct schema *schema, const struct path *path) {
  mls_input input;
  for (const struct path *at = schema->paths.at; at < path; at++)
    if (at->about.kind == MLS_INPUT && same_table(at, path) &&
        mls_input_about(schema->model, at->cell, &input, sizeof input) == MLS_OK && input.column)
      return false;
  return true;
}

static int put_member(struct schema *schema, const struct path *path) {
  mls_input input;
  if (mls_input_about(schema->model, path->cell, &input, sizeof input) != MLS_OK) return DONE;
  if (strcmp(input.set, "fact") == 0) return put_fact(schema, path, &input);
  return input.column ? DONE : put_input(schema, path, &input);
}

static int put_rows(struct schema *schema, const struct path *path) {
  mls_input input;
  if (mls_input_about(schema->model, path->cell, &input, sizeof input) != MLS_OK) return DONE;
  return input.column && is_first(schema, path) ? put_table(schema, path) : DONE;
}

static int put_each(struct schema *schema, const char *key,
                    int (*put)(struct schema *, const struct path *)) {
  int status = DONE;
  js_open(&schema->json, key, '{');
  for (size_t i = 0; i < schema->paths.count && status == DONE; i++)
    status = put(schema, &schema->paths.at[i]);
  js_close(&schema->json, '}');
  return status;
}

static int put_schema(struct schema *schema) {
  struct json *json = &schema->json;
  mls_sheet sheet;
  mls_sheet_about(schema->model, &sheet, sizeof sheet);
  js_open(json, NULL, '{');
  js_text(json, "$schema", "https://json-schema.org/draft/2020-12/schema");
  js_text(json, "title", sheet.name);
  js_text(json, "description", sheet.label);
  js_text(json, "x-mlsysim", mls_version());
  js_text(json, "type", "object");
  js_truth(json, "additionalProperties", false);
  int status = put_each(schema, "properties", put_member);
  if (status == DONE) status = put_each(schema, "x-tables", put_rows);
  js_close(json, '}');
  putchar('\n');
  return status;
}

static int work(struct session *session) {
  int status = session_model(session, session->options->words.at[0]);
  if (status != DONE) return status;
  struct schema schema = { .session = session, .model = session->model };
  if (!paths_make(&schema.paths, session->model)) return SYSTEM_FAILS;
  status = put_schema(&schema);
  paths_free(&schema.paths);
  return print_finish() ? status : SYSTEM_FAILS;
}

int command_schema(const struct options *options) {
  struct session session;
  int status = session_open(&session, options);
  if (status == DONE) status = work(&session);
  session_close(&session);
  return status;
}
