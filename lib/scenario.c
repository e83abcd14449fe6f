/* CSV inputs to settings. Names are looked up once a line (or column), values are tried out on
   values of the model, so that a scenario that was read can be applied. */
#include "scenario.h"

#include <stdio.h>
#include <string.h>

#include "limits.h"
#include "rows.h"
#include "target.h"

/* A file being read. Messages outlive the scenarios, so their file name is kept beside them. */
struct reading {
  struct mls_scenarios *out;
  struct mls_values *trial;
  const struct mls_model *model;
  struct fails *fails; /* of trial */
  struct csv csv;
  const char *file; /* the name for settings, in out's arena */
};

static mls_status worst(mls_status first, mls_status second) {
  return first == MLS_OK || second == MLS_MEMORY ? second : first;
}

/* ---- values ---- */

/* The number of "500 [GB]", without its unit. */
static struct slice number_part(struct slice text) {
  const char *open = memchr(text.at, '[', text.size);
  return slice_trim((struct slice){ text.at, open ? (size_t)(open - text.at) : text.size });
}

/* What can be told of a value without setting it. */
static mls_status check_value(struct reading *reading, const struct target *target,
                              struct slice text, struct place place) {
  char shown[CSV_SHOWN];
  double ignored;
  struct slice number = number_part(text);
  if (text.size == 0)
    return fail_add(reading->fails, MLS_SYNTAX, place, "no value for %s; expected %s", target->path,
                    target->number ? "a number" : "a word");
  if (!target->number || text_read_number(number, &ignored)) return MLS_OK;
  return fail_add(reading->fails, MLS_SYNTAX, place, "%s is not a number%s; expected one for %s",
                  csv_shown(shown, text), csv_number_advice(reading->fails->memory, number),
                  target->path);
}

/* Adds the value of a field to a scenario that has room for it. */
static mls_status add_setting(struct reading *reading, struct scenario *scenario,
                              const struct target *target, const struct unit *unit,
                              const char *field, struct place place) {
  struct slice text = slice_trim(slice_of(field));
  TRY(check_value(reading, target, text, place));
  if (target->cell == GRAPH_NONE) return MLS_OK;
  place.file = reading->file;
  scenario->settings[scenario->count++] =
      (struct one_setting){ target->path, text, unit, place, target->item };
  return MLS_OK;
}

/* Sets either the items of a scenario or all the rest. */
static mls_status set_some(const struct scenario *scenario, bool items, struct mls_values *values,
                           const char *file) {
  mls_status status = MLS_OK;
  for (size_t i = 0; i < scenario->count && status != MLS_MEMORY; i++) {
    const struct one_setting *one = &scenario->settings[i];
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
  return status == MLS_MEMORY ? status : worst(status, set_some(scenario, false, values, file));
}

static mls_status try_all(struct reading *reading) {
  mls_status status = MLS_OK;
  for (size_t i = 0; i < reading->out->count && status != MLS_MEMORY; i++)
    status = worst(status, set_all(&reading->out->list[i], reading->trial, reading->csv.file));
  values_reset(reading->trial);
  return status;
}

/* ---- units ---- */

static mls_status check_unit(struct reading *reading, const struct target *target,
                             const struct unit *unit, struct place place) {
  if (!target->number)
    return fail_add(reading->fails, MLS_UNIT, place, "found the unit %s; %s is a word and has none",
                    unit->text, target->path);
  if (target_takes(target, unit)) return MLS_OK;
  if (!*target->unit->text)
    return fail_add(reading->fails, MLS_UNIT, place, "found the unit %s; %s is a plain number",
                    unit->text, target->path);
  return fail_add(reading->fails, MLS_UNIT, place,
                  "found the unit %s; expected one that converts to %s, the unit of %s", unit->text,
                  target->unit->text, target->path);
}

/* The unit of a line: NULL when its cell is empty. */
static mls_status read_unit(struct reading *reading, const struct target *target, const char *field,
                            struct place place, const struct unit **out) {
  struct slice text = slice_trim(slice_of(field));
  struct memory *memory = &reading->out->memory;
  struct fail *last = reading->fails->last;
  *out = NULL;
  if (text.size == 0) return MLS_OK;
  struct unit *unit = memory_push(memory, sizeof *unit);
  if (!unit) return fail_memory(reading->fails);
  mls_status status = unit_read(reading->model->units, memory, text, place, reading->fails, unit);
  if (status != MLS_OK) csv_pin(reading->fails, last, place);
  if (status == MLS_OK) status = check_unit(reading, target, unit, place);
  *out = unit;
  return status;
}

/* ---- names down, scenarios side by side ---- */

/* What the header says of the columns. */
struct layout {
  int unit, note;    /* CSV_NOWHERE when there is none */
  size_t *scenarios; /* the column of each */
};

static mls_status name_scenario(struct reading *reading, struct rows_seen *seen, const char *field,
                                struct place place) {
  char shown[CSV_SHOWN];
  struct mls_scenarios *out = reading->out;
  struct slice name = slice_trim(slice_of(field));
  size_t first;
  bool again;
  if (name.size == 0)
    return fail_add(reading->fails, MLS_SYNTAX, place,
                    "the name of this scenario is empty; expected a word or a text");
  if (name.size > LIMIT_WORD)
    return fail_add(reading->fails, MLS_LIMIT, place,
                    "scenario %s is longer than %d bytes (LIMIT_WORD)", csv_shown(shown, name),
                    LIMIT_WORD);
  bool across = place.line == reading->csv.rows[0].line;
  size_t where = (size_t)(across ? place.column : place.line);
  if (rows_seen_add(seen, name, where, &first, &again) != MLS_OK)
    return fail_memory(reading->fails);
  if (again)
    return fail_add(reading->fails, MLS_NAME, place, "scenario %s stands in %s %zu already",
                    csv_shown(shown, name), across ? "field" : "line", first);
  const char *kept = memory_text(&out->memory, name.at, name.size);
  if (!kept) return fail_memory(reading->fails);
  out->list[out->count++].name = kept;
  return MLS_OK;
}

/* Column `unit` or `note`, which may stand once. */
static mls_status take_column(struct reading *reading, const char *name, size_t index, int *out) {
  struct place place = csv_place(&reading->csv, &reading->csv.rows[0], index);
  if (*out != CSV_NOWHERE)
    return fail_add(reading->fails, MLS_NAME, place, "column %s stands in field %d already", name,
                    *out + 1);
  *out = (int)index;
  return MLS_OK;
}

static mls_status read_heading(struct reading *reading, struct layout *layout,
                               struct rows_seen *seen, size_t index) {
  const struct csv_row *header = &reading->csv.rows[0];
  struct slice name = slice_trim(slice_of(header->fields[index]));
  if (slice_is(name, "unit")) return take_column(reading, "unit", index, &layout->unit);
  if (slice_is(name, "note")) return take_column(reading, "note", index, &layout->note);
  if (slice_is(name, "name"))
    return fail_add(reading->fails, MLS_NAME, csv_place(&reading->csv, header, index),
                    "column name stands in field 1 already");
  layout->scenarios[reading->out->count] = index;
  return name_scenario(reading, seen, header->fields[index],
                       csv_place(&reading->csv, header, index));
}

static mls_status read_layout(struct reading *reading, struct layout *layout) {
  struct mls_scenarios *out = reading->out;
  const struct csv_row *header = &reading->csv.rows[0];
  struct rows_seen seen;
  mls_status status = csv_check_row(&reading->csv, header, CSV_NOWHERE, reading->fails);
  *layout = (struct layout){ CSV_NOWHERE, CSV_NOWHERE, NULL };
  layout->scenarios = memory_array(&out->memory, header->count, sizeof *layout->scenarios);
  out->list = memory_array(&out->memory, header->count, sizeof *out->list);
  if (!layout->scenarios || !out->list) return fail_memory(reading->fails);
  rows_seen_open(&seen, &out->memory);
  for (size_t i = 1; i < header->count && status != MLS_MEMORY; i++)
    status = worst(status, read_heading(reading, layout, &seen, i));
  rows_seen_close(&seen);
  if (status == MLS_OK && out->count == 0)
    return fail_add(reading->fails, MLS_SYNTAX, csv_place(&reading->csv, header, header->count),
                    "the header has no scenario; expected one, as name,unit,base");
  return status;
}

static mls_status check_name_again(struct reading *reading, struct rows_seen *seen,
                                   struct slice name, struct place place) {
  char shown[CSV_SHOWN];
  size_t first;
  bool again;
  if (rows_seen_add(seen, name, (size_t)place.line, &first, &again) != MLS_OK)
    return fail_memory(reading->fails);
  if (!again) return MLS_OK;
  return fail_add(reading->fails, MLS_NAME, place, "%s stands in line %zu already",
                  csv_shown(shown, name), first);
}

static mls_status read_line(struct reading *reading, const struct layout *layout,
                            struct rows_seen *seen, const struct csv_row *row) {
  const struct csv *csv = &reading->csv;
  struct mls_scenarios *out = reading->out;
  struct place place = csv_place(csv, row, 0);
  struct slice name = slice_trim(slice_of(row->fields[0]));
  struct target target;
  const struct unit *unit = NULL;
  TRY(csv_check_row(csv, row, layout->note, reading->fails));
  TRY(target_find(reading->model, &out->memory, name, place, reading->fails, &target));
  TRY(check_name_again(reading, seen, name, place));
  mls_status status = MLS_OK;
  if (layout->unit != CSV_NOWHERE)
    TRY(read_unit(reading, &target, row->fields[layout->unit],
                  csv_place(csv, row, (size_t)layout->unit), &unit));
  for (size_t i = 0; i < out->count && status != MLS_MEMORY; i++) {
    size_t column = layout->scenarios[i];
    status = worst(status, add_setting(reading, &out->list[i], &target, unit, row->fields[column],
                                       csv_place(csv, row, column)));
  }
  return status;
}

static mls_status read_names_down(struct reading *reading) {
  struct mls_scenarios *out = reading->out;
  struct layout layout;
  struct rows_seen seen;
  size_t lines = reading->csv.count - 1;
  TRY(read_layout(reading, &layout));
  if (lines > LIMIT_SETTINGS)
    return fail_add(reading->fails, MLS_LIMIT, csv_place(&reading->csv, &reading->csv.rows[0], 0),
                    "the file has more than %d names (LIMIT_SETTINGS)", LIMIT_SETTINGS);
  for (size_t i = 0; i < out->count; i++) {
    out->list[i].settings = memory_array(&out->memory, lines, sizeof *out->list[i].settings);
    if (!out->list[i].settings) return fail_memory(reading->fails);
  }
  mls_status status = MLS_OK;
  rows_seen_open(&seen, &out->memory);
  for (size_t i = 1; i <= lines && status != MLS_MEMORY; i++)
    status = worst(status, read_line(reading, &layout, &seen, &reading->csv.rows[i]));
  rows_seen_close(&seen);
  return status;
}

/* ---- one scenario a row ---- */

struct column {
  struct target target;
  const struct unit *unit; /* NULL: declared */
  bool names;              /* column `scenario` */
};

/* Words that head a column in the other form, and mean nothing here. */
static mls_status check_form(struct reading *reading, const char *name, struct place place) {
  bool other = strcmp(name, "note") == 0 || strcmp(name, "unit") == 0;
  if (!other || model_find(reading->model, slice_of(name)) != GRAPH_NONE) return MLS_OK;
  return fail_add(reading->fails, MLS_NAME, place,
                  "column %s belongs to a file whose first field is name; this one has a scenario "
                  "in each row",
                  name);
}

static mls_status read_column(struct reading *reading, struct rows_seen *seen, size_t index,
                              struct column *out) {
  const struct csv_row *header = &reading->csv.rows[0];
  struct memory *memory = &reading->out->memory;
  struct place place = csv_place(&reading->csv, header, index);
  struct rows_column head;
  size_t first;
  bool again;
  TRY(rows_heading(memory, reading->fails, reading->model->units, slice_of(header->fields[index]),
                   place, &head));
  if (rows_seen_add(seen, slice_of(head.name), index + 1, &first, &again) != MLS_OK)
    return fail_memory(reading->fails);
  if (again)
    return fail_add(reading->fails, MLS_NAME, place, "column %s stands in field %zu already",
                    head.name, first);
  out->names = strcmp(head.name, "scenario") == 0;
  if (out->names && head.has_unit)
    return fail_add(reading->fails, MLS_UNIT, place, "column scenario has no unit");
  if (out->names) return MLS_OK;
  TRY(check_form(reading, head.name, place));
  TRY(target_find(reading->model, memory, slice_of(head.name), place, reading->fails,
                  &out->target));
  if (!head.has_unit) return MLS_OK;
  struct unit *unit = memory_push(memory, sizeof *unit);
  if (!unit) return fail_memory(reading->fails);
  *unit = head.unit;
  out->unit = unit;
  return check_unit(reading, &out->target, unit, place);
}

static mls_status read_columns(struct reading *reading, struct column **out) {
  const struct csv_row *header = &reading->csv.rows[0];
  struct rows_seen seen;
  mls_status status = csv_check_row(&reading->csv, header, CSV_NOWHERE, reading->fails);
  *out = memory_array(&reading->out->memory, header->count, sizeof **out);
  if (!*out) return fail_memory(reading->fails);
  rows_seen_open(&seen, &reading->out->memory);
  for (size_t i = 0; i < header->count && status != MLS_MEMORY; i++)
    status = worst(status, read_column(reading, &seen, i, &(*out)[i]));
  rows_seen_close(&seen);
  return status;
}

/* Scenarios without a column of names are numbered from 1. */
static mls_status number_scenario(struct reading *reading) {
  char name[32];
  struct mls_scenarios *out = reading->out;
  int size = snprintf(name, sizeof name, "%zu", out->count + 1);
  const char *kept = memory_text(&out->memory, name, (size_t)size);
  if (!kept) return fail_memory(reading->fails);
  out->list[out->count++].name = kept;
  return MLS_OK;
}

static mls_status read_row(struct reading *reading, struct rows_seen *seen,
                           const struct column *columns, size_t names, const struct csv_row *row) {
  const struct csv *csv = &reading->csv;
  struct mls_scenarios *out = reading->out;
  TRY(csv_check_row(csv, row, CSV_NOWHERE, reading->fails));
  struct scenario *scenario = &out->list[out->count];
  scenario->settings = memory_array(&out->memory, row->count, sizeof *scenario->settings);
  if (!scenario->settings) return fail_memory(reading->fails);
  mls_status status = names < row->count ? name_scenario(reading, seen, row->fields[names],
                                                         csv_place(csv, row, names))
                                         : number_scenario(reading);
  for (size_t i = 0; i < row->count && status != MLS_MEMORY; i++)
    if (i != names)
      status = worst(status, add_setting(reading, scenario, &columns[i].target, columns[i].unit,
                                         row->fields[i], csv_place(csv, row, i)));
  return status;
}

static mls_status read_rows(struct reading *reading) {
  struct mls_scenarios *out = reading->out;
  const struct csv_row *header = &reading->csv.rows[0];
  struct column *columns;
  struct rows_seen seen;
  size_t names = 0;
  TRY(read_columns(reading, &columns));
  while (names < header->count && !columns[names].names) names++;
  if (reading->csv.count == 1)
    return fail_add(reading->fails, MLS_SYNTAX, csv_place(&reading->csv, header, 0),
                    "the file has a header alone; expected a scenario in each further line");
  out->list = memory_array(&out->memory, reading->csv.count, sizeof *out->list);
  if (!out->list) return fail_memory(reading->fails);
  mls_status status = MLS_OK;
  rows_seen_open(&seen, &out->memory);
  for (size_t i = 1; i < reading->csv.count && status != MLS_MEMORY; i++)
    status = worst(status, read_row(reading, &seen, columns, names, &reading->csv.rows[i]));
  rows_seen_close(&seen);
  return status;
}

/* ---- the file ---- */

static mls_status read_file(struct reading *reading, const char *bytes, size_t size) {
  TRY(csv_read(&reading->out->memory, reading->fails, reading->csv.file, bytes, size,
               &reading->csv));
  struct slice corner = slice_trim(slice_of(reading->csv.rows[0].fields[0]));
  if (slice_is(corner, "Name") || slice_is(corner, "NAME"))
    return fail_add(reading->fails, MLS_NAME, csv_place(&reading->csv, &reading->csv.rows[0], 0),
                    "found %.4s in the header; expected name, in lower case", corner.at);
  mls_status status = slice_is(corner, "name") ? read_names_down(reading) : read_rows(reading);
  if (status == MLS_MEMORY) return status;
  return worst(status, try_all(reading));
}

mls_status scenario_read(struct mls_scenarios *out, struct mls_values *trial, const char *file,
                         const char *bytes, size_t size) {
  struct fail *last = trial->fails.last;
  struct reading reading = {
    .out = out, .trial = trial, .model = trial->model, .fails = &trial->fails
  };
  *out = (struct mls_scenarios){ .model = trial->model };
  memory_open(&out->memory, &trial->memory.allocator);
  if (!file) file = "";
  reading.file = memory_text(&out->memory, file, strlen(file));
  reading.csv.file = memory_text(trial->fails.memory, file, strlen(file));
  if (!reading.file || !reading.csv.file) return fail_memory(&trial->fails);
  mls_status status = read_file(&reading, bytes, size);
  /* values are tried a scenario at a time: in a file of names, down its columns */
  csv_sort(&trial->fails, last);
  return status;
}

void scenario_close(struct mls_scenarios *scenarios) { memory_close(&scenarios->memory); }

mls_status scenario_apply(const struct mls_scenarios *scenarios, size_t index,
                          struct mls_values *values) {
  const struct scenario *scenario = &scenarios->list[index];
  const char *file = scenario->count > 0 ? scenario->settings[0].place.file : NULL;
  return set_all(scenario, values, file);
}
