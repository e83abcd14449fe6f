/* A file becomes facts in three steps: keys are put into inputs of the sheet as the registry
   config_key says, the sheet is settled, and its outputs are taken. So a family, a key or a rule is
   a line of a registry or of the sheet; this file knows none of them. */
#include "config.h"

#include <string.h>

#include "json.h"
#include "limits.h"

static const char sheet[] = "config", said[] = "said_";

struct reader {
  struct mls_book *book;
  struct fails *fails; /* the book's */
  struct json_file json;
  const struct json *text; /* the language model within */
  struct slice type;       /* what it says that it is */
  const struct registry *keys;
  const struct mls_model *model;
  struct mls_values values;
  struct place *from;     /* a cell: the last value of the file that it rests on */
  unsigned at;            /* the cell whose place is looked for */
  const struct json *bad; /* told already, for another key of the registry */
  struct config *out;
};

/* ---- the file ---- */

static mls_status wrong(struct reader *r, const struct json *value, const char *key,
                        const char *expected) {
  r->bad = value;
  return fail_add(r->fails, MLS_SYNTAX, json_place(&r->json, value), "%s is %s; expected %s", key,
                  json_word(value), expected);
}

/* The part of a model that reads text, when the file describes others too. */
static mls_status find_text(struct reader *r) {
  const struct json *root = r->json.values;
  if (root->kind != JSON_OBJECT) return wrong(r, root, "the file", "an object");
  const struct json *text = json_member(root, "text_config");
  const struct json *type = text ? json_member(text, "model_type") : NULL;
  r->text = type ? text : root;
  if (!type) type = json_member(root, "model_type");
  if (!type)
    return fail_add(r->fails, MLS_VALUE, json_place(&r->json, root),
                    "there is no model_type; expected the configuration of a language model");
  r->type = json_text(type);
  const struct json *name = json_member(root, "_name_or_path");
  if (name && name->kind == JSON_STRING)
    r->out->name = memory_text(&r->book->memory, name->text, name->size);
  return r->out->name ? MLS_OK : fail_memory(r->fails);
}

/* ---- its keys into inputs ---- */

static mls_status set_input(struct reader *r, const struct json *value, const char *key,
                            const char *input, struct slice text) {
  struct place place = json_place(&r->json, value);
  values_begin(&r->values);
  mls_status status = values_set(&r->values, input, text, NULL, place);
  if (status == MLS_MEMORY) return fail_memory(r->fails);
  if (status != MLS_OK)
    return fail_add(r->fails, status, place, "%s: %s", key, r->values.fails.last->text);
  unsigned cell = model_find(r->model, slice_of(input));
  if (cell != GRAPH_NONE) r->from[cell] = place;
  return MLS_OK;
}

/* A fact of a key; NULL when it has none. */
static const char *key_word(const struct reader *r, size_t item, const char *field) {
  const char *name = names_find(&r->book->names, slice_of(field));
  size_t index;
  if (!name || !registry_field(r->keys, name, &index)) return NULL;
  const struct fact *fact = fact_find(r->keys, item, index);
  return fact ? fact->word : NULL;
}

/* "letter X": how often X stands in a text; "members": the length of a list; another word: how many
   members are that text. */
static mls_status set_count(struct reader *r, const struct json *value, const char *key,
                            const char *input, const char *what) {
  static const char letter[] = "letter ";
  bool letters = strncmp(what, letter, sizeof letter - 1) == 0;
  bool all = strcmp(what, "members") == 0;
  char digits[TEXT_NUMBER];
  double count = 0;
  if (value->kind != (letters ? JSON_STRING : JSON_ARRAY))
    return wrong(r, value, key, letters ? "a text" : "a list");
  for (unsigned i = 0; letters && i < value->size; i++)
    count += value->text[i] == what[sizeof letter - 1];
  const struct json *one = value + 1;
  for (unsigned i = 0; i < value->count; i++, one += one->skip) count += all || json_is(one, what);
  return set_input(r, value, key, input, slice_of(text_number(digits, count)));
}

/* Words are told as texts, true or false. Where a number is meant, false says as much as null. */
static mls_status set_value(struct reader *r, const struct json *value, const char *key,
                            const char *input) {
  unsigned cell = model_find(r->model, slice_of(input));
  bool number = cell == GRAPH_NONE || !r->model->cells[cell].text;
  struct slice text = json_text(value);
  if (number && value->kind == JSON_FALSE) return MLS_OK;
  if (value->kind == JSON_TRUE && !number) text = SLICE("yes");
  else if (value->kind == JSON_FALSE) text = SLICE("no");
  else if (value->kind != (number ? JSON_NUMBER : JSON_STRING))
    return wrong(r, value, key, number ? "a number" : "a text, true or false");
  if (!number && text.size > LIMIT_WORD) text.size = LIMIT_WORD; /* no word either way */
  return set_input(r, value, key, input, text);
}

/* Of several keys that mean one input the first that is there counts. */
static mls_status read_key(struct reader *r, size_t item) {
  const char *key = key_word(r, item, "key"), *input = key_word(r, item, "means");
  const char *counts = key_word(r, item, "counts"), *unsaid = key_word(r, item, "unsaid");
  if (!key) key = r->keys->items[item];
  if (!input) input = "";
  const struct json *value = json_member(r->text, key);
  if (!value || value == r->bad || value->kind == JSON_NULL) return MLS_OK;
  if (unsaid && json_is(value, unsaid)) return MLS_OK;
  unsigned cell = model_find(r->model, slice_of(input));
  if (cell != GRAPH_NONE && r->from[cell].line > 0) return MLS_OK;
  return counts ? set_count(r, value, key, input, counts) : set_value(r, value, key, input);
}

static mls_status read_keys(struct reader *r) {
  for (size_t i = 0; i < r->keys->item_count; i++)
    if (read_key(r, i) == MLS_MEMORY) return MLS_MEMORY;
  return r->fails->status;
}

/* ---- what the sheet makes of it ---- */

static mls_status take_place(void *context, unsigned precedent, enum edge_kind kind, unsigned lag) {
  struct reader *r = context;
  struct place *to = &r->from[r->at], from = r->from[precedent];
  (void)kind, (void)lag;
  if (from.line > to->line || (from.line == to->line && from.column > to->column)) *to = from;
  return MLS_OK;
}

/* Cells stand in the order of calculation, so one pass is enough. */
static mls_status find_places(struct reader *r) {
  for (r->at = 0; r->at < r->model->cell_count; r->at++)
    TRY(graph_precedents(r->model, r->at, take_place, r));
  return MLS_OK;
}

/* A check that does not hold is a need: its label says of what. */
static mls_status check_needs(struct reader *r) {
  for (unsigned i = 0; i < r->model->cell_count; i++) {
    enum cell_kind kind = r->model->cells[i].kind;
    if ((kind != CELL_CHECK && kind != CELL_WITHIN) || values_get(&r->values, i, 0) == 1) continue;
    fail_add(r->fails, MLS_VALUE, r->from[i].line > 0 ? r->from[i] : json_place(&r->json, r->text),
             "a %.*s needs %s, which is not there", (int)r->type.size, r->type.at,
             model_line(r->model, i)->label);
  }
  fail_sort(r->fails);
  return r->fails->status;
}

/* The file says this very value: the input of the cell's name after said_ has it. */
static bool is_said(const struct reader *r, const char *name, double value) {
  char input[sizeof said + LIMIT_NAME];
  strcpy(input, said);
  strcat(input, name);
  unsigned cell = model_find(r->model, slice_of(input));
  return cell != GRAPH_NONE && r->from[cell].line > 0 && values_get(&r->values, cell, 0) == value;
}

static const char *note_of(struct reader *r, const struct line *line) {
  struct buffer note;
  buffer_open(&note, &r->book->memory);
  buffer_print(&note, "found by the sheet %s: %s", sheet, line->label);
  const char *kept = buffer_keep(&note, &r->book->memory);
  buffer_close(&note);
  return kept;
}

/* Nothing stands for 0, for the word none, and for what has no value. */
static mls_status add_fact(struct reader *r, const struct line *line) {
  unsigned index = r->model->instances[0].cells[line_slot(r->model->instances[0].sheet, line)];
  const struct cell *cell = &r->model->cells[index];
  double value = values_get(&r->values, index, 0);
  if (!(value > 0)) return MLS_OK;
  struct config_fact fact = {
    .field = line->name, .unit = cell->unit->text, .note = "", .line = r->from[index].line
  };
  if (cell->text) fact.word = r->model->words[(size_t)value];
  else fact.number = value / cell->unit->factor;
  if (fact.word && strcmp(fact.word, "none") == 0) return MLS_OK;
  if (!is_said(r, line->name, value)) fact.note = note_of(r, line);
  r->out->facts[r->out->count++] = fact;
  return fact.note ? MLS_OK : fail_memory(r->fails);
}

static mls_status add_facts(struct reader *r) {
  const struct sheet *top = r->model->instances[0].sheet;
  r->out->facts = memory_array(&r->book->memory, top->line_count, sizeof *r->out->facts);
  if (!r->out->facts) return fail_memory(r->fails);
  for (size_t i = 0; i < top->line_count; i++)
    if (top->lines[i].output) TRY(add_fact(r, &top->lines[i]));
  return MLS_OK;
}

/* ---- a whole file ---- */

static mls_status open_sheet(struct reader *r) {
  struct registry *keys = NULL;
  mls_model *model = NULL;
  TRY(open_registry(r->book, slice_of("config_key"), &keys));
  TRY(open_model(r->book, sheet, NULL, 0, NULL, 0, &model));
  r->keys = keys;
  r->model = model;
  r->from = memory_array(&r->book->memory, model->cell_count, sizeof *r->from);
  return r->from ? MLS_OK : fail_memory(r->fails);
}

static mls_status fill_sheet(struct reader *r) {
  mls_status status = values_open(&r->values, r->model, &r->book->memory.allocator);
  if (status != MLS_OK) return fail_memory(r->fails);
  TRY(read_keys(r));
  if (values_settle(&r->values) != MLS_OK) return fail_memory(r->fails);
  TRY(find_places(r));
  TRY(check_needs(r));
  return add_facts(r);
}

mls_status config_read(struct mls_book *book, const char *file, const char *bytes, size_t size,
                       struct config *out) {
  struct reader reader = { .book = book, .fails = &book->fails, .out = out };
  *out = (struct config){ .name = "" };
  mls_status status = json_read(&reader.json, reader.fails, file, bytes, size);
  if (status == MLS_OK) status = find_text(&reader);
  if (status == MLS_OK) status = open_sheet(&reader);
  if (status == MLS_OK) {
    status = fill_sheet(&reader);
    values_close(&reader.values);
  }
  json_close(&reader.json);
  return status;
}
