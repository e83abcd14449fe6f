/* Inputs to settings, from CSV; JSON is read by scenario_json.c. Names are looked up once a line
   (or column), values are tried out on values of the model, so that a scenario that was read can be
   applied. */
#include "scenario.h"

#include <stdio.h>
#include <string.h>

#include "limits.h"
#include "progress.h"

static mls_status worst(mls_status first, mls_status second) {
  return first == MLS_OK || fail_ends(second) ? second : first;
}

/* ---- values ---- */

/* The number of "500 [GB]", without its unit. */
static struct slice number_part(struct slice text) {
  const char *open = memchr(text.at, '[', text.size);
  return slice_trim((struct slice){ text.at, open ? (size_t)(open - text.at) : text.size });
}

/* What can be told of a value without setting it; `point` is the text with decimal points. */
static mls_status check_value(struct intake *intake, const struct target *target, struct slice text,
                              struct slice point, struct place place) {
  char shown[CSV_SHOWN];
  double ignored;
  if (text.size == 0)
    return fail_add(intake->fails, MLS_SYNTAX, place, "no value for %s; expected %s", target->path,
                    target->number ? "a number" : "a word");
  if (!target->number || text_read_number(number_part(point), &ignored)) return MLS_OK;
  const char *advice =
      csv_number_advice_in(intake->csv.dialect, intake->fails->memory, number_part(text));
  return fail_add(intake->fails, MLS_SYNTAX, place, "%s is not a number%s; expected one for %s",
                  csv_shown(shown, text), advice, target->path);
}

mls_status intake_add(struct intake *intake, struct scenario *scenario, const struct target *target,
                      const struct unit *unit, struct slice text, struct place place) {
  struct slice point = text;
  TRY(progress_step(intake->fails, 5));
  enum csv_dialect dialect = target->number ? intake->csv.dialect : CSV_STANDARD;
  if (csv_point(dialect, &intake->out->memory, text, &point) != MLS_OK)
    return fail_memory(intake->fails);
  TRY(check_value(intake, target, text, point, place));
  if (target->cell == GRAPH_NONE) return MLS_OK;
  place.file = intake->file;
  scenario->settings[scenario->count++] =
      (struct one_setting){ target->path, point, unit, place, target->item };
  return MLS_OK;
}

/* Adds the value of a field to a scenario that has room for it. */
static mls_status add_field(struct intake *intake, struct scenario *scenario,
                            const struct target *target, const struct unit *unit, const char *field,
                            struct place place) {
  return intake_add(intake, scenario, target, unit, slice_trim(slice_of(field)), place);
}

/* Sets either the items of a scenario or all the rest. */
static mls_status set_some(const struct scenario *scenario, bool items, struct mls_values *values,
                           const char *file) {
  mls_status status = MLS_OK;
  for (size_t i = 0; i < scenario->count && !fail_ends(status); i++) {
    const struct one_setting *one = &scenario->settings[i];
    TRY(progress_tick(&values->fails, 5, i, scenario->count));
    struct place place = { file, one->place.line, one->place.column };
    if (one->item == items)
      status = worst(status, values_set(values, one->path, one->text, one->unit, place));
  }
  return status;
}

static mls_status set_all(const struct scenario *scenario, struct mls_values *values,
                          const char *file) {
  values_reset(values);
  mls_status status = set_some(scenario, true, values, file);
  return fail_ends(status) ? status : worst(status, set_some(scenario, false, values, file));
}

static mls_status try_all(struct intake *intake) {
  mls_status status = MLS_OK;
  for (size_t i = 0; i < intake->out->count && !fail_ends(status); i++)
    status = worst(status, set_all(&intake->out->list[i], intake->trial, intake->csv.file));
  values_reset(intake->trial);
  return status;
}

/* ---- units ---- */

static mls_status check_unit(struct intake *intake, const struct target *target,
                             const struct unit *unit, struct place place) {
  if (!target->number)
    return fail_add(intake->fails, MLS_UNIT, place, "found the unit %s; %s is a word and has none",
                    unit->text, target->path);
  if (target_takes(target, unit)) return MLS_OK;
  if (!*target->unit->text)
    return fail_add(intake->fails, MLS_UNIT, place, "found the unit %s; %s is a plain number",
                    unit->text, target->path);
  return fail_add(intake->fails, MLS_UNIT, place,
                  "found the unit %s; expected one that converts to %s, the unit of %s", unit->text,
                  target->unit->text, target->path);
}

mls_status intake_unit(struct intake *intake, const struct target *target, struct slice text,
                       struct place place, const struct unit **out) {
  struct memory *memory = &intake->out->memory;
  struct fail *last = intake->fails->last;
  *out = NULL;
  if (text.size == 0) return MLS_OK;
  struct unit *unit = memory_push(memory, sizeof *unit);
  if (!unit) return fail_memory(intake->fails);
  mls_status status = unit_read(intake->model->units, memory, text, place, intake->fails, unit);
  if (status != MLS_OK) csv_pin(intake->fails, last, place);
  if (status == MLS_OK) status = check_unit(intake, target, unit, place);
  *out = unit;
  return status;
}

/* ---- names of scenarios ---- */

/* A name that a spreadsheet would take for a formula was written with an apostrophe before it. */
static struct slice bare_name(struct slice name) {
  bool guarded = name.size > 1 && name.at[0] == '\'' && strchr("=+-@'", name.at[1]);
  return guarded ? (struct slice){ name.at + 1, name.size - 1 } : name;
}

static mls_status check_name(struct intake *intake, struct slice name, struct place place) {
  char shown[CSV_SHOWN];
  size_t first;
  bool again, across = intake->csv.count > 0 && place.line == intake->csv.rows[0].line;
  size_t where = (size_t)(across ? place.column : place.line);
  if (name.size == 0)
    return fail_add(intake->fails, MLS_SYNTAX, place,
                    "the name of this scenario is empty; expected a word or a text");
  if (name.size > LIMIT_WORD)
    return fail_add(intake->fails, MLS_LIMIT, place,
                    "scenario %s is longer than %d bytes (LIMIT_WORD)", csv_shown(shown, name),
                    LIMIT_WORD);
  if (rows_seen_add(&intake->names, name, where, &first, &again) != MLS_OK)
    return fail_memory(intake->fails);
  if (!again) return MLS_OK;
  return fail_add(intake->fails, MLS_NAME, place, "scenario %s stands in %s %zu already",
                  csv_shown(shown, name), across ? "field" : "line", first);
}

mls_status intake_name(struct intake *intake, struct slice name, struct place place) {
  struct mls_scenarios *out = intake->out;
  TRY(check_name(intake, name, place));
  const char *kept = memory_text(&out->memory, name.at, name.size);
  if (!kept) return fail_memory(intake->fails);
  out->list[out->count++].name = kept;
  return MLS_OK;
}

static mls_status name_scenario(struct intake *intake, const char *field, struct place place) {
  return intake_name(intake, bare_name(slice_trim(slice_of(field))), place);
}

/* Scenarios without a column of names are numbered from 1. */
static mls_status number_scenario(struct intake *intake) {
  char name[32];
  struct mls_scenarios *out = intake->out;
  int size = snprintf(name, sizeof name, "%zu", out->count + 1);
  const char *kept = memory_text(&out->memory, name, (size_t)size);
  if (!kept) return fail_memory(intake->fails);
  out->list[out->count++].name = kept;
  return MLS_OK;
}

/* ---- names down, scenarios side by side ---- */

/* What the header says of the columns. */
struct layout {
  int unit, note;    /* CSV_NOWHERE when there is none */
  size_t *scenarios; /* the column of each */
};

/* Column `unit` or `note`, which may stand once. */
static mls_status take_column(struct intake *intake, const char *name, size_t index, int *out) {
  struct place place = csv_place(&intake->csv, &intake->csv.rows[0], index);
  if (*out != CSV_NOWHERE)
    return fail_add(intake->fails, MLS_NAME, place, "column %s stands in field %d already", name,
                    *out + 1);
  *out = (int)index;
  return MLS_OK;
}

static mls_status read_heading(struct intake *intake, struct layout *layout, size_t index) {
  const struct csv_row *header = &intake->csv.rows[0];
  struct slice name = slice_trim(slice_of(header->fields[index]));
  if (slice_is(name, "unit")) return take_column(intake, "unit", index, &layout->unit);
  if (slice_is(name, "note")) return take_column(intake, "note", index, &layout->note);
  if (slice_is(name, "name"))
    return fail_add(intake->fails, MLS_NAME, csv_place(&intake->csv, header, index),
                    "column name stands in field 1 already");
  layout->scenarios[intake->out->count] = index;
  return name_scenario(intake, header->fields[index], csv_place(&intake->csv, header, index));
}

static mls_status read_layout(struct intake *intake, struct layout *layout) {
  struct mls_scenarios *out = intake->out;
  const struct csv_row *header = &intake->csv.rows[0];
  mls_status status = csv_check_row(&intake->csv, header, CSV_NOWHERE, intake->fails);
  *layout = (struct layout){ CSV_NOWHERE, CSV_NOWHERE, NULL };
  layout->scenarios = memory_array(&out->memory, header->count, sizeof *layout->scenarios);
  out->list = memory_array(&out->memory, header->count, sizeof *out->list);
  if (!layout->scenarios || !out->list) return fail_memory(intake->fails);
  for (size_t i = 1; i < header->count && !fail_ends(status); i++)
    status = worst(status, read_heading(intake, layout, i));
  if (status == MLS_OK && out->count == 0)
    return fail_add(intake->fails, MLS_SYNTAX, csv_place(&intake->csv, header, header->count),
                    "the header has no scenario; expected one, as name,unit,base");
  return status;
}

static mls_status check_name_again(struct intake *intake, struct rows_seen *seen, struct slice name,
                                   struct place place) {
  char shown[CSV_SHOWN];
  size_t first;
  bool again;
  if (rows_seen_add(seen, name, (size_t)place.line, &first, &again) != MLS_OK)
    return fail_memory(intake->fails);
  if (!again) return MLS_OK;
  return fail_add(intake->fails, MLS_NAME, place, "%s stands in line %zu already",
                  csv_shown(shown, name), first);
}

static mls_status read_line(struct intake *intake, const struct layout *layout,
                            struct rows_seen *seen, const struct csv_row *row) {
  const struct csv *csv = &intake->csv;
  struct mls_scenarios *out = intake->out;
  struct place place = csv_place(csv, row, 0);
  struct slice name = slice_trim(slice_of(row->fields[0]));
  struct target target;
  const struct unit *unit = NULL;
  TRY(progress_tick(intake->fails, 10, (size_t)(row - csv->rows), csv->count));
  TRY(csv_check_row(csv, row, layout->note, intake->fails));
  TRY(target_find(intake->model, &out->memory, name, place, intake->fails, &target));
  TRY(check_name_again(intake, seen, name, place));
  mls_status status = MLS_OK;
  if (layout->unit != CSV_NOWHERE)
    TRY(intake_unit(intake, &target, slice_trim(slice_of(row->fields[layout->unit])),
                    csv_place(csv, row, (size_t)layout->unit), &unit));
  for (size_t i = 0; i < out->count && !fail_ends(status); i++) {
    size_t column = layout->scenarios[i];
    status = worst(status, add_field(intake, &out->list[i], &target, unit, row->fields[column],
                                     csv_place(csv, row, column)));
  }
  return status;
}

static mls_status read_names_down(struct intake *intake) {
  struct mls_scenarios *out = intake->out;
  struct layout layout;
  struct rows_seen seen;
  size_t lines = intake->csv.count - 1;
  TRY(read_layout(intake, &layout));
  if (lines > LIMIT_SETTINGS)
    return fail_add(intake->fails, MLS_LIMIT, csv_place(&intake->csv, &intake->csv.rows[0], 0),
                    "the file has more than %d names (LIMIT_SETTINGS)", LIMIT_SETTINGS);
  for (size_t i = 0; i < out->count; i++) {
    out->list[i].settings = memory_array(&out->memory, lines, sizeof *out->list[i].settings);
    if (!out->list[i].settings) return fail_memory(intake->fails);
  }
  mls_status status = MLS_OK;
  rows_seen_open(&seen, &out->memory);
  for (size_t i = 1; i <= lines && !fail_ends(status); i++)
    status = worst(status, read_line(intake, &layout, &seen, &intake->csv.rows[i]));
  rows_seen_close(&seen);
  return status;
}

/* ---- one scenario a row ---- */

static bool is_of_results(const struct intake *intake, const char *name) {
  bool known = strcmp(name, "row") == 0 || strcmp(name, "errors") == 0;
  return known && model_find(intake->model, slice_of(name)) == GRAPH_NONE;
}

/* Words that head a column in the other form, and mean nothing here. */
static mls_status check_form(struct intake *intake, const char *name, struct place place) {
  bool other = strcmp(name, "note") == 0 || strcmp(name, "unit") == 0;
  if (!other || model_find(intake->model, slice_of(name)) != GRAPH_NONE) return MLS_OK;
  return fail_add(intake->fails, MLS_NAME, place,
                  "column %s belongs to a file whose first field is name; this one has a scenario "
                  "in each row",
                  name);
}

static mls_status read_column(struct intake *intake, struct rows_seen *seen, size_t index,
                              struct intake_column *out) {
  const struct csv_row *header = &intake->csv.rows[0];
  struct memory *memory = &intake->out->memory;
  struct place place = csv_place(&intake->csv, header, index);
  struct rows_column head;
  size_t first;
  bool again;
  TRY(rows_heading(memory, intake->fails, intake->model->units, slice_of(header->fields[index]),
                   place, &head));
  if (rows_seen_add(seen, slice_of(head.name), index + 1, &first, &again) != MLS_OK)
    return fail_memory(intake->fails);
  if (again)
    return fail_add(intake->fails, MLS_NAME, place, "column %s stands in field %zu already",
                    head.name, first);
  out->names = strcmp(head.name, "scenario") == 0;
  if (out->names && head.has_unit)
    return fail_add(intake->fails, MLS_UNIT, place, "column scenario has no unit");
  out->results = is_of_results(intake, head.name);
  if (out->names || out->results) return MLS_OK;
  TRY(check_form(intake, head.name, place));
  TRY(target_find(intake->model, memory, slice_of(head.name), place, intake->fails, &out->target));
  if (!head.has_unit) return MLS_OK;
  struct unit *unit = memory_push(memory, sizeof *unit);
  if (!unit) return fail_memory(intake->fails);
  *unit = head.unit;
  out->unit = unit;
  return check_unit(intake, &out->target, unit, place);
}

mls_status intake_columns(struct intake *intake, struct intake_column **out) {
  const struct csv_row *header = &intake->csv.rows[0];
  struct rows_seen seen;
  mls_status status = csv_check_row(&intake->csv, header, CSV_NOWHERE, intake->fails);
  *out = memory_array(&intake->out->memory, header->count, sizeof **out);
  if (!*out) return fail_memory(intake->fails);
  rows_seen_open(&seen, &intake->out->memory);
  for (size_t i = 0; i < header->count && !fail_ends(status); i++)
    status = worst(status, read_column(intake, &seen, i, &(*out)[i]));
  rows_seen_close(&seen);
  return status;
}

static mls_status read_field(struct intake *intake, struct scenario *scenario,
                             const struct intake_column *column, const char *field,
                             struct place place) {
  char shown[CSV_SHOWN];
  if (column->names) return MLS_OK;
  if (!column->results)
    return add_field(intake, scenario, &column->target, column->unit, field, place);
  struct slice text = slice_trim(slice_of(field));
  if (text.size == 0) return MLS_OK;
  return fail_add(intake->fails, MLS_NAME, place,
                  "found %s in a column of results, which is empty in inputs: delete this line",
                  csv_shown(shown, text));
}

static mls_status read_row(struct intake *intake, const struct intake_column *columns, size_t names,
                           const struct csv_row *row) {
  const struct csv *csv = &intake->csv;
  struct mls_scenarios *out = intake->out;
  TRY(progress_tick(intake->fails, 10, (size_t)(row - csv->rows), csv->count));
  TRY(csv_check_row(csv, row, CSV_NOWHERE, intake->fails));
  struct scenario *scenario = &out->list[out->count];
  /* a row before this one may have left its settings here, when its name was refused */
  *scenario = (struct scenario){ .settings = memory_array(&out->memory, row->count,
                                                          sizeof *scenario->settings) };
  if (!scenario->settings) return fail_memory(intake->fails);
  mls_status status = names < row->count
                          ? name_scenario(intake, row->fields[names], csv_place(csv, row, names))
                          : number_scenario(intake);
  for (size_t i = 0; i < row->count && !fail_ends(status); i++)
    status = worst(
        status, read_field(intake, scenario, &columns[i], row->fields[i], csv_place(csv, row, i)));
  return status;
}

static mls_status read_rows(struct intake *intake) {
  struct mls_scenarios *out = intake->out;
  const struct csv_row *header = &intake->csv.rows[0];
  struct intake_column *columns;
  size_t names = 0;
  TRY(intake_columns(intake, &columns));
  while (names < header->count && !columns[names].names) names++;
  if (intake->csv.count == 1)
    return fail_add(intake->fails, MLS_SYNTAX, csv_place(&intake->csv, header, 0),
                    "the file has a header alone; expected a scenario in each further line");
  out->list = memory_array(&out->memory, intake->csv.count, sizeof *out->list);
  if (!out->list) return fail_memory(intake->fails);
  mls_status status = MLS_OK;
  for (size_t i = 1; i < intake->csv.count && !fail_ends(status); i++)
    status = worst(status, read_row(intake, columns, names, &intake->csv.rows[i]));
  return status;
}

/* ---- the file ---- */

static mls_status read_csv(struct intake *intake, const struct inputs *inputs) {
  TRY(csv_read_as(&intake->out->memory, intake->fails, intake->csv.file, inputs->bytes,
                  inputs->size, inputs->dialect, &intake->csv));
  struct slice corner = slice_trim(slice_of(intake->csv.rows[0].fields[0]));
  if (slice_is(corner, "Name") || slice_is(corner, "NAME"))
    return fail_add(intake->fails, MLS_NAME, csv_place(&intake->csv, &intake->csv.rows[0], 0),
                    "found %.4s in the header; expected name, in lower case", corner.at);
  return slice_is(corner, "name") ? read_names_down(intake) : read_rows(intake);
}

bool scenario_is_json(const struct inputs *inputs) {
  const char *file = inputs->file ? inputs->file : "";
  size_t size = strlen(file), at = 0;
  if (size > 5 && strcmp(file + size - 5, ".json") == 0) return true;
  if (inputs->size >= 3 && memcmp(inputs->bytes, "\xEF\xBB\xBF", 3) == 0) at = 3;
  while (at < inputs->size && strchr(" \t\r\n", inputs->bytes[at]) && inputs->bytes[at]) at++;
  return at < inputs->size && (inputs->bytes[at] == '{' || inputs->bytes[at] == '[');
}

static mls_status read_file(struct intake *intake, const struct inputs *inputs) {
  mls_status status = scenario_is_json(inputs) ? intake_json(intake, inputs->bytes, inputs->size)
                                               : read_csv(intake, inputs);
  /* a scenario that was read in part is tried too, so that all errors are told at once */
  return fail_ends(status) ? status : worst(status, try_all(intake));
}

mls_status scenario_read(struct mls_scenarios *out, struct mls_values *trial,
                         const struct inputs *inputs) {
  struct fail *last = trial->fails.last;
  struct intake intake = {
    .out = out, .trial = trial, .model = trial->model, .fails = &trial->fails
  };
  const char *file = inputs->file ? inputs->file : "";
  *out = (struct mls_scenarios){ .model = trial->model };
  memory_open(&out->memory, &trial->memory.allocator);
  intake.file = memory_text(&out->memory, file, strlen(file));
  intake.csv.file = memory_text(trial->fails.memory, file, strlen(file));
  if (!intake.file || !intake.csv.file) return fail_memory(&trial->fails);
  rows_seen_open(&intake.names, &out->memory);
  mls_status status = read_file(&intake, inputs);
  rows_seen_close(&intake.names);
  /* values are tried a scenario at a time: in a file of names, down its columns */
  csv_sort(&trial->fails, last);
  return status;
}

void scenario_close(struct mls_scenarios *scenarios) { memory_close(&scenarios->memory); }

mls_status scenario_apply(const struct mls_scenarios *scenarios, size_t index,
                          struct mls_values *values) {
  const struct scenario *scenario = &scenarios->list[index];
  const char *file = scenario->count > 0 ? scenario->settings[0].place.file : NULL;
  mls_status status = set_all(scenario, values, file);
  if (status == MLS_CANCELLED) values_reset(values);
  return status;
}
