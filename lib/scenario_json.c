/* JSON inputs to settings: inputs, a list of scenarios, or an earlier run with all its cells. Of a
   run only what somebody chose is set again: inputs and facts that were set, and inputs whose
   default has changed since. So a run of a run is the same run, down to what is called a default.
 */
#include <string.h>

#include "json.h"
#include "limits.h"
#include "renamed.h"
#include "scenario.h"

struct document {
  struct intake *intake;
  struct json_file json;
  bool ours;       /* an earlier run: members that this version does not know may stand in it */
  unsigned column; /* the input column that is compared, or GRAPH_NONE */
  size_t seen;     /* rows of it so far */
  bool differs;    /* it was told that they are others */
};

static mls_status worst(mls_status first, mls_status second) {
  return first == MLS_OK || fail_ends(second) ? second : first;
}

static mls_status found(const struct document *doc, const struct json *value,
                        const char *expected) {
  return fail_add(doc->intake->fails, MLS_SYNTAX, json_place(&doc->json, value),
                  "found %s; expected %s", json_word(value), expected);
}

/* ---- members ---- */

static mls_status unknown_member(const struct document *doc, const struct json *member,
                                 const char *const *names, size_t count) {
  char shown[CSV_SHOWN];
  struct fails *fails = doc->intake->fails;
  struct nearest nearest = { .wanted = json_key(member) };
  for (size_t i = 0; i < count; i++) nearest_offer(&nearest, names[i]);
  return fail_add(fails, MLS_NAME, json_key_place(&doc->json, member), "%s has no meaning here%s",
                  csv_shown(shown, json_key(member)), nearest_hint(fails->memory, &nearest));
}

/* What people write has no other members than these. */
static mls_status check_members(const struct document *doc, const struct json *object,
                                const char *const *names, size_t count) {
  mls_status status = MLS_OK;
  const struct json *one = object + 1;
  for (unsigned i = 0; i < object->count && !fail_ends(status); i++, one += one->skip) {
    bool known = doc->ours;
    for (size_t k = 0; k < count; k++) known = known || slice_is(json_key(one), names[k]);
    if (!known) status = worst(status, unknown_member(doc, one, names, count));
  }
  return status;
}

static mls_status check_schema(const struct document *doc, const struct json *root) {
  const struct json *schema = json_member(root, "schema");
  double number = 0;
  if (!schema) return MLS_OK;
  bool good = schema->kind == JSON_NUMBER && text_read_number(json_text(schema), &number);
  if (good && number == JSON_SCHEMA) return MLS_OK;
  if (good && number > JSON_SCHEMA)
    return fail_add(doc->intake->fails, MLS_LIMIT, json_place(&doc->json, schema),
                    "schema %.*s is newer than this program reads (%d)", (int)schema->size,
                    schema->text, JSON_SCHEMA);
  return found(doc, schema, "1, the schema of this form");
}

static mls_status check_sheet(const struct document *doc, const struct json *root) {
  char shown[CSV_SHOWN];
  const struct json *sheet = json_member(root, "sheet");
  if (!sheet || json_is(sheet, doc->intake->model->name)) return MLS_OK;
  if (sheet->kind != JSON_STRING) return found(doc, sheet, "the name of a sheet");
  const struct mls_model *model = doc->intake->model;
  const char *now = renamed_now(model->facts, &model->names, RENAMED_SHEET, "", json_text(sheet),
                                json_place(&doc->json, sheet), doc->intake->fails);
  if (now && strcmp(now, model->name) == 0) return MLS_OK;
  return fail_add(doc->intake->fails, MLS_NAME, json_place(&doc->json, sheet),
                  "this file is of the sheet %s, not of %s", csv_shown(shown, json_text(sheet)),
                  doc->intake->model->name);
}

/* ---- a value ---- */

static mls_status keep(const struct document *doc, struct slice text, struct slice *out) {
  text = slice_trim(text);
  out->at = memory_text(&doc->intake->out->memory, text.size ? text.at : "", text.size);
  out->size = text.size;
  return out->at ? MLS_OK : fail_memory(doc->intake->fails);
}

static mls_status add_value(struct document *doc, struct scenario *scenario,
                            const struct target *target, const struct json *value,
                            const struct json *unit) {
  struct slice text;
  const struct unit *read = NULL;
  if (value->kind != JSON_NUMBER && value->kind != JSON_STRING)
    return found(doc, value, target->number ? "a number" : "a word");
  if (unit && unit->kind != JSON_NULL) {
    if (unit->kind != JSON_STRING) return found(doc, unit, "a unit in double quotes");
    TRY(keep(doc, json_text(unit), &text));
    TRY(intake_unit(doc->intake, target, text, json_place(&doc->json, unit), &read));
  }
  TRY(keep(doc, json_text(value), &text));
  return intake_add(doc->intake, scenario, target, read, text, json_place(&doc->json, value));
}

/* ---- inputs ---- */

static mls_status read_input(struct document *doc, struct scenario *scenario,
                             const struct json *member) {
  static const char *const names[] = { "value", "unit" };
  struct intake *intake = doc->intake;
  struct target target;
  TRY(target_find(intake->model, &intake->out->memory, json_key(member),
                  json_key_place(&doc->json, member), intake->fails, &target));
  if (member->kind != JSON_OBJECT) {
    if (member->kind == JSON_NUMBER || member->kind == JSON_STRING)
      return add_value(doc, scenario, &target, member, NULL);
    return found(doc, member, "a number, a word, or {\"value\": 5, \"unit\": \"TB/s\"}");
  }
  TRY(check_members(doc, member, names, 2));
  const struct json *value = json_member(member, "value");
  if (!value)
    return fail_add(intake->fails, MLS_SYNTAX, json_place(&doc->json, member),
                    "there is no \"value\" for %s", target.path);
  return add_value(doc, scenario, &target, value, json_member(member, "unit"));
}

static mls_status make_room(struct document *doc, struct scenario *scenario, size_t count,
                            const struct json *where) {
  struct intake *intake = doc->intake;
  if (count > LIMIT_SETTINGS)
    return fail_add(intake->fails, MLS_LIMIT, json_place(&doc->json, where),
                    "more than %d inputs (LIMIT_SETTINGS)", LIMIT_SETTINGS);
  scenario->settings = memory_array(&intake->out->memory, count, sizeof *scenario->settings);
  return scenario->settings ? MLS_OK : fail_memory(intake->fails);
}

static mls_status read_inputs(struct document *doc, struct scenario *scenario,
                              const struct json *inputs) {
  if (inputs->kind != JSON_OBJECT) return found(doc, inputs, "an object, as {\"gpus\": 8}");
  TRY(make_room(doc, scenario, inputs->count, inputs));
  mls_status status = MLS_OK;
  const struct json *one = inputs + 1;
  for (unsigned i = 0; i < inputs->count && !fail_ends(status); i++, one += one->skip)
    status = worst(status, read_input(doc, scenario, one));
  return status;
}

/* ---- cells of an earlier run ---- */

static bool is_kind(const struct json *cell, const char *kind) {
  const struct json *member = json_member(cell, "kind");
  return member && json_is(member, kind);
}

static bool was_set(const struct json *cell) {
  const struct json *member = json_member(cell, "set");
  return member && member->kind == JSON_TRUE;
}

/* What the run wrote for this input is what the sheet has today. */
static bool is_default(const struct mls_model *model, unsigned index, const struct json *value,
                       const struct json *unit) {
  const struct cell *cell = &model->cells[index];
  const struct value *own = &model_line(model, index)->domain->values[0];
  double number;
  if (cell->text) return json_is(value, own->word);
  bool same = value->kind == JSON_NUMBER && text_read_number(json_text(value), &number) &&
              number == own->number;
  return same && unit && json_is(unit, cell->unit->text);
}

static mls_status take_cell(struct document *doc, struct scenario *scenario,
                            const struct json *cell) {
  struct intake *intake = doc->intake;
  const struct json *path = json_member(cell, "path");
  const struct json *value = json_member(cell, "value"), *unit = json_member(cell, "unit");
  struct target target;
  if (!path || path->kind != JSON_STRING || !value)
    return fail_add(intake->fails, MLS_SYNTAX, json_place(&doc->json, cell),
                    "expected \"path\" and \"value\" in this cell");
  TRY(target_find(intake->model, &intake->out->memory, json_text(path),
                  json_place(&doc->json, path), intake->fails, &target));
  bool input = target.cell != GRAPH_NONE && intake->model->cells[target.cell].kind == CELL_INPUT;
  if (input && !was_set(cell) && is_default(intake->model, target.cell, value, unit)) return MLS_OK;
  return add_value(doc, scenario, &target, value, unit);
}

/* ---- input columns: their rows are given when a sheet is opened, so they can only be compared
 * ---- */

static mls_status other_rows(struct document *doc, const struct json *where, const char *what) {
  struct intake *intake = doc->intake;
  struct buffer path;
  doc->differs = true;
  buffer_open(&path, intake->fails->memory);
  model_path(intake->model, doc->column, &path);
  const char *dot = path.bytes ? strrchr(path.bytes, '.') : NULL;
  mls_status status =
      path.failed ? fail_memory(intake->fails)
                  : fail_add(intake->fails, MLS_VALUE, json_place(&doc->json, where),
                             "%s of %s; give the table its rows with --rows %.*s=FILE.csv", what,
                             path.bytes, (int)(dot ? dot - path.bytes : 0), path.bytes);
  buffer_close(&path);
  return status;
}

/* All rows of the column before were there. */
static mls_status end_column(struct document *doc, const struct json *where) {
  unsigned column = doc->column;
  if (column == GRAPH_NONE) return MLS_OK;
  bool whole = doc->differs || doc->seen == doc->intake->model->cells[column].rows;
  mls_status status =
      whole ? MLS_OK : other_rows(doc, where, "there are fewer rows than in the sheet");
  doc->column = GRAPH_NONE;
  return status;
}

static bool find_row(const struct mls_model *model, unsigned column, const struct json *key,
                     size_t *row) {
  const struct rows *rows = model_rows(model, column);
  double number;
  if (!rows->words)
    return key->kind == JSON_NUMBER && text_read_number(json_text(key), &number) &&
           rows_find(model, rows, number, row);
  const char *word = key->kind == JSON_STRING ? names_find(&model->names, json_text(key)) : NULL;
  unsigned index = word ? model_word(model, word) : GRAPH_NONE;
  return index != GRAPH_NONE && rows_find(model, rows, (double)index, row);
}

static bool same_value(const struct mls_model *model, unsigned column, size_t row,
                       const struct json *cell) {
  const struct cell *at = &model->cells[column];
  const struct json *value = json_member(cell, "value"), *si = json_member(cell, "si");
  double own = at->defaults[at->default_count > 1 ? row : 0], number;
  if (at->text) return value && json_is(value, model->words[(size_t)own]);
  return si && si->kind == JSON_NUMBER && text_read_number(json_text(si), &number) && number == own;
}

static mls_status compare_row(struct document *doc, const struct json *cell,
                              const struct json *key) {
  const struct mls_model *model = doc->intake->model;
  const struct json *path = json_member(cell, "path");
  struct slice name = path ? json_text(path) : SLICE("");
  unsigned column = model_find(model, name);
  size_t row;
  char shown[CSV_SHOWN];
  if (column == GRAPH_NONE || model->cells[column].kind != CELL_INPUT || !model_rows(model, column))
    return fail_add(doc->intake->fails, MLS_NAME, json_place(&doc->json, path ? path : cell),
                    "%s is not an input column of %s", csv_shown(shown, name), model->name);
  if (column != doc->column) {
    TRY(end_column(doc, cell));
    doc->column = column;
    doc->seen = 0;
    doc->differs = false;
  }
  doc->seen++;
  if (doc->differs) return MLS_OK;
  if (!find_row(model, column, key, &row))
    return other_rows(doc, cell, "the sheet has no such row");
  return same_value(model, column, row, cell)
             ? MLS_OK
             : other_rows(doc, cell, "the sheet has another value in this row");
}

/* ---- the cells of a scenario ---- */

static mls_status read_cell(struct document *doc, struct scenario *scenario,
                            const struct json *cell) {
  if (cell->kind != JSON_OBJECT) return found(doc, cell, "an object, a cell");
  const struct json *row = json_member(cell, "row");
  bool input = is_kind(cell, "input");
  if (input && row) return compare_row(doc, cell, row);
  if (input || (is_kind(cell, "fact") && !row && was_set(cell)))
    return take_cell(doc, scenario, cell);
  return MLS_OK;
}

static bool has_inputs(const struct mls_model *model) {
  for (unsigned i = 0; i < model->cell_count; i++)
    if (model->cells[i].kind == CELL_INPUT) return true;
  return false;
}

static mls_status read_cells(struct document *doc, struct scenario *scenario,
                             const struct json *cells) {
  struct intake *intake = doc->intake;
  size_t count = 0, inputs = 0;
  if (cells->kind != JSON_ARRAY) return found(doc, cells, "a list of cells");
  const struct json *one = cells + 1;
  for (unsigned i = 0; i < cells->count; i++, one += one->skip) {
    bool input = is_kind(one, "input");
    inputs += input;
    count += (input || is_kind(one, "fact")) && !json_member(one, "row");
  }
  if (inputs == 0 && has_inputs(intake->model))
    return fail_add(intake->fails, MLS_VALUE, json_place(&doc->json, cells),
                    "this run lists its results alone, without inputs; write it with --all");
  TRY(make_room(doc, scenario, count, cells));
  mls_status status = MLS_OK;
  doc->column = GRAPH_NONE;
  one = cells + 1;
  for (unsigned i = 0; i < cells->count && !fail_ends(status); i++, one += one->skip)
    status = worst(status, read_cell(doc, scenario, one));
  return fail_ends(status) ? status : worst(status, end_column(doc, cells));
}

/* ---- scenarios ---- */

static mls_status name_it(struct document *doc, const struct json *scenario) {
  const struct json *name = json_member(scenario, "name");
  struct intake *intake = doc->intake;
  char number[TEXT_NUMBER];
  size_t where;
  if (!name) {
    text_number(number, (double)intake->out->count + 1);
    return intake_name(intake, slice_of(number), json_place(&doc->json, scenario));
  }
  if (name->kind != JSON_STRING) return found(doc, name, "a name in double quotes");
  if (!text_is_clean(json_text(name), &where))
    return fail_add(intake->fails, MLS_SYNTAX, json_place(&doc->json, name),
                    "a control character stands in the name of this scenario: delete it");
  return intake_name(intake, json_text(name), json_place(&doc->json, name));
}

static mls_status read_scenario(struct document *doc, const struct json *one) {
  static const char *const names[] = { "name", "inputs", "note", "cells", "checks" };
  struct mls_scenarios *out = doc->intake->out;
  if (one->kind != JSON_OBJECT)
    return found(doc, one, "an object, as {\"name\": \"base\", \"inputs\": {\"gpus\": 8}}");
  struct scenario *scenario = &out->list[out->count];
  mls_status status = check_members(doc, one, names, sizeof names / sizeof *names);
  TRY(worst(status, name_it(doc, one)));
  const struct json *inputs = json_member(one, "inputs"), *cells = json_member(one, "cells");
  if (!inputs == !cells)
    return fail_add(doc->intake->fails, MLS_SYNTAX, json_place(&doc->json, one),
                    "expected either \"inputs\" or \"cells\" in this scenario");
  return inputs ? read_inputs(doc, scenario, inputs) : read_cells(doc, scenario, cells);
}

static mls_status read_scenarios(struct document *doc, const struct json *list) {
  struct intake *intake = doc->intake;
  struct mls_scenarios *out = intake->out;
  if (list->kind != JSON_ARRAY) return found(doc, list, "a list of scenarios");
  if (list->count == 0)
    return fail_add(intake->fails, MLS_SYNTAX, json_place(&doc->json, list),
                    "the list has no scenario; expected one");
  out->list = memory_array(&out->memory, list->count, sizeof *out->list);
  if (!out->list) return fail_memory(intake->fails);
  mls_status status = MLS_OK;
  const struct json *one = list + 1;
  for (unsigned i = 0; i < list->count && !fail_ends(status); i++, one += one->skip)
    status = worst(status, read_scenario(doc, one));
  return status;
}

static mls_status read_alone(struct document *doc, const struct json *inputs) {
  struct intake *intake = doc->intake;
  struct mls_scenarios *out = intake->out;
  out->list = memory_array(&out->memory, 1, sizeof *out->list);
  if (!out->list) return fail_memory(intake->fails);
  TRY(intake_name(intake, SLICE("base"), json_place(&doc->json, inputs)));
  return read_inputs(doc, &out->list[0], inputs);
}

static mls_status read_root(struct document *doc) {
  static const char *const names[] = {
    "sheet", "schema", "inputs", "scenarios", "note", "mlsysim"
  };
  const struct json *root = doc->json.values;
  if (root->kind != JSON_OBJECT)
    return found(doc, root, "an object, as {\"inputs\": {\"gpus\": 8}}");
  doc->ours = json_member(root, "mlsysim") != NULL;
  TRY(check_schema(doc, root));
  TRY(check_sheet(doc, root));
  mls_status status = check_members(doc, root, names, sizeof names / sizeof *names);
  const struct json *inputs = json_member(root, "inputs");
  const struct json *scenarios = json_member(root, "scenarios");
  if (status == MLS_OK && !inputs == !scenarios)
    return fail_add(doc->intake->fails, MLS_SYNTAX, json_place(&doc->json, root),
                    "expected either \"inputs\" or \"scenarios\" in this object");
  if (fail_ends(status) || !inputs == !scenarios) return status;
  return worst(status, inputs ? read_alone(doc, inputs) : read_scenarios(doc, scenarios));
}

mls_status intake_json(struct intake *intake, const char *bytes, size_t size) {
  struct document doc = { .intake = intake, .column = GRAPH_NONE };
  mls_status status = json_read(&doc.json, intake->fails, intake->csv.file, bytes, size);
  if (status == MLS_OK) status = read_root(&doc);
  json_close(&doc.json);
  return status;
}
