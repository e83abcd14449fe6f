/* mlsysim inputs: what was typed into a workbook, as a CSV that run takes. The workbook must still
   be that of its model; what is read is then where the model's own workbook has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "fields.h"
#include "inputs.h"
#include "paths.h"

/* What stands in a cell to type into. */
struct typed {
  bool there, word;
  double number;
  const char *text;
  const char *unit; /* of the number, when it is not that of its row; else NULL */
};

/* A line of the result. */
struct row {
  const char *path, *note;
  size_t cell, row;
  mls_cell about;
  struct typed *typed; /* a scenario each; the chosen one has the override */
};

struct result {
  struct edited *edited;
  const struct cells_sheet *inputs, *scenarios; /* of the edited workbook */
  unsigned name, override, note, first;         /* columns */
  struct row *rows;
  size_t count;
  bool wrong;
};

/* ---- which model ---- */

static const char *logged(const struct cells *cells, const char *item) {
  const struct cells_sheet *log = cells_sheet(cells, "log");
  unsigned row, column;
  if (!log || !inputs_heading(log, item, &row, &column)) return NULL;
  const struct cells_one *cell = cells_at(log, row, column + 1);
  return cell && cell->kind == 's' ? cell->text : NULL;
}

static int open_model(struct edited *edited) {
  struct session *session = edited->session;
  const struct list *words = &session->options->words;
  const char *sheet = logged(&edited->cells, "Sheet"), *hash = logged(&edited->cells, "Model hash");
  char mine[32];
  mls_sheet about;
  if (!sheet || !hash) {
    say_error("%s: the worksheet log does not name a model: no workbook of mlsysim, of an older "
              "version, or edited there",
              edited->file);
    return BAD_INPUT;
  }
  int status = session_model(session, words->count > 1 ? words->at[1] : sheet);
  if (status != DONE) return status;
  mls_sheet_about(session->model, &about, sizeof about);
  snprintf(mine, sizeof mine, "hash %016llx", mls_model_hash(session->model));
  if (strcmp(about.name, sheet) != 0)
    say_error("%s is a workbook of %s, not of %s", edited->file, sheet, about.name);
  else if (strcmp(hash, mine) != 0)
    say_error("%s was made from another version of %s (%s; now %s)", edited->file, sheet, hash,
              mine);
  else return DONE;
  return BAD_INPUT;
}

/* The names of the scenarios, to the right of the heading before them. */
static int read_names(struct edited *edited) {
  const struct cells_sheet *sheet = cells_sheet(&edited->cells, "scenarios");
  unsigned row, column;
  if (!sheet || !inputs_heading(sheet, "Value now", &row, &column)) {
    say_error("%s: there is no worksheet scenarios with the heading Value now", edited->file);
    return BAD_INPUT;
  }
  edited->names = calloc(sheet->count + 1, sizeof *edited->names);
  if (!edited->names) return SYSTEM_FAILS;
  const struct cells_one *cell;
  while ((cell = cells_at(sheet, row, ++column)) && cell->kind == 's' && cell->text[0])
    edited->names[edited->name_count++] = cell->text;
  if (edited->name_count == 0) say_error("%s: there is no scenario", edited->file);
  return edited->name_count > 0 ? DONE : BAD_INPUT;
}

/* ---- cells to type into ---- */

/* A word that a spreadsheet would calculate stands behind an apostrophe. */
static const char *plain(const char *text) {
  return text[0] == '\'' && text[1] && strchr("=+-@\t\r", text[1]) ? text + 1 : text;
}

static void take(struct result *result, const char *sheet, const struct cells_one *cell, bool word,
                 struct typed *out) {
  bool empty =
      !cell || (cell->kind == 0 && !cell->formula) || (cell->kind == 's' && !cell->text[0]);
  bool fits = cell && cell->kind == (word ? 's' : 'n');
  if (empty) return;
  if (fits) *out = (struct typed){ true, word, cell->number, plain(cell->text), NULL };
  else if (cell->formula && cell->kind == 0)
    inputs_say(result->edited, sheet, cell,
               "a formula without a value: calculate and save it first");
  else if (word) inputs_say(result->edited, sheet, cell, "expected a word");
  else
    inputs_say(result->edited, sheet, cell, "expected a number, found \"%.100s\"",
               cell->kind == 'b' ? "a truth" : cell->text);
  if (!fits) result->wrong = true;
}

/* The library judges it, as it judges a CSV. */
static void judge(struct result *result, const char *sheet, const struct cells_one *cell,
                  const char *path, const struct typed *typed, mls_values *values) {
  char text[64], origin[600], address[16];
  if (!typed->there) return;
  snprintf(text, sizeof text, "%.17g", typed->number);
  if (mls_set(values, path, typed->word ? typed->text : text) == MLS_OK) return;
  snprintf(origin, sizeof origin, "%.400s: %.60s!%s", result->edited->file, sheet,
           cells_address(address, cell->row, cell->column));
  say_values(values, origin);
  result->wrong = true;
}

static void read_row(struct result *result, struct row *row, unsigned at, mls_values *values) {
  bool word = row->about.text;
  const struct cells_one *cell;
  for (size_t i = 0; i < result->edited->name_count; i++) {
    cell = cells_at(result->scenarios, at, result->first + (unsigned)i);
    take(result, "scenarios", cell, word, &row->typed[i]);
    judge(result, "scenarios", cell, row->path, &row->typed[i], values);
  }
  struct typed override = { .there = false };
  cell = cells_at(result->inputs, at, result->override);
  take(result, "inputs", cell, word, &override);
  judge(result, "inputs", cell, row->path, &override, values);
  if (override.there) row->typed[result->edited->chosen] = override;
  cell = cells_at(result->inputs, at, result->note);
  row->note = cell && cell->kind == 's' ? cell->text : "";
}

/* The cell of a path, and the row of a member of a family of facts. */
static bool find_row(const mls_model *model, struct row *row) {
  char column[512];
  const char *dot = strrchr(row->path, '.');
  snprintf(column, sizeof column, "%.*s", dot ? (int)(dot - row->path) : 0, row->path);
  bool whole = mls_cell_find(model, row->path, &row->cell) == MLS_OK;
  if (!whole && mls_cell_find(model, column, &row->cell) != MLS_OK) return false;
  mls_cell_about(model, row->cell, &row->about, sizeof row->about);
  for (; !whole && row->row < row->about.rows; row->row++) {
    char *path = path_of(model, row->cell, row->row);
    whole = path && strcmp(path, row->path) == 0;
    free(path);
    if (whole) break;
  }
  return whole;
}

/* Every row of the model's own worksheet that has a cell to type into. */
static int read_rows(struct result *result, mls_values *values) {
  struct edited *edited = result->edited;
  const struct cells_sheet *made = cells_sheet(&edited->made, "inputs");
  result->rows = calloc(made->count + 1, sizeof *result->rows);
  for (size_t i = 0; result->rows && i < made->count; i++) {
    const struct cells_one *cell = &made->at[i];
    if (!cell->unlocked || cell->column != result->override) continue;
    const struct cells_one *name = cells_at(made, cell->row, result->name);
    struct row *row = &result->rows[result->count];
    row->typed = calloc(edited->name_count, sizeof *row->typed);
    if (!row->typed) return SYSTEM_FAILS;
    result->count++;
    row->path = name ? name->text : "";
    if (find_row(edited->session->model, row)) read_row(result, row, cell->row, values);
  }
  return result->rows ? DONE : SYSTEM_FAILS;
}

/* Cells to type into that no CSV of inputs holds: the columns of tables. Where a tornado moves an
   input to is a question, and no input: it may be anything. */
static void read_tables(struct result *result) {
  struct edited *edited = result->edited;
  static const char *const known[] = { "inputs", "scenarios", "cover", "runs" };
  for (size_t i = 0; i < edited->made.sheet_count; i++) {
    const struct cells_sheet *made = &edited->made.sheets[i];
    const struct cells_sheet *now = cells_sheet(&edited->cells, made->name);
    bool own = false;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
      own = own || strcmp(made->name, known[k]) == 0;
    for (size_t k = 0; k < made->count && !own; k++) {
      const struct cells_one *was = &made->at[k], *is = cells_at(now, was->row, was->column);
      bool same = is && is->kind == was->kind && is->number == was->number &&
                  strcmp(is->text, was->text) == 0;
      if (!was->unlocked || same) continue;
      inputs_say(edited, made->name, was,
                 "a row of a table was changed: write the rows into a CSV and give it with --rows");
      result->wrong = true;
    }
  }
}

/* ---- the cover ---- */

/* The chosen scenario stands in the only cell to type a word into. */
static int read_cover(struct edited *edited) {
  const struct cells_sheet *made = cells_sheet(&edited->made, "cover");
  const struct cells_sheet *now = cells_sheet(&edited->cells, "cover");
  for (size_t i = 0; i < made->count; i++) {
    const struct cells_one *was = &made->at[i], *is = cells_at(now, was->row, was->column);
    if (!was->unlocked || was->kind != 's') continue;
    for (edited->chosen = 0; is && edited->chosen < edited->name_count; edited->chosen++)
      if (strcmp(edited->names[edited->chosen], is->text) == 0) return DONE;
    inputs_say(edited, "cover", was, "there is no scenario \"%.100s\"", is ? is->text : "");
    return BAD_INPUT;
  }
  edited->chosen = 0;
  return DONE;
}

/* ---- the result ---- */

static bool is_wanted(const struct result *result, const struct row *row) {
  bool all = result->edited->session->options->all && row->about.kind == MLS_INPUT;
  if (all || row->note[0]) return true;
  for (size_t i = 0; i < result->edited->name_count; i++)
    if (row->typed[i].there) return true;
  return false;
}

/* A CSV has no empty fields: what one scenario leaves as it is, while another sets it, gets the
   value that it has. */
static int fill_one(const struct result *result, struct row *row, size_t scenario,
                    mls_values *values) {
  struct session *session = result->edited->session;
  struct typed *typed = &row->typed[scenario];
  mls_step step;
  const char *word = NULL;
  double si;
  mls_status status = row->about.text ? mls_get_word(values, row->cell, row->row, &word)
                                      : mls_get(values, row->cell, row->row, &si);
  if (status == MLS_OK) status = mls_step_at(values, row->cell, row->row, &step, sizeof step);
  if (status == MLS_VALUE)
    say_error("%s: %s has no value in the scenario %s, and a CSV cannot leave it out",
              result->edited->file, row->path, result->edited->names[scenario]);
  if (status != MLS_OK) return exit_of(status);
  *typed = (struct typed){ .there = true, .word = row->about.text };
  if (word) typed->text = session_keep(session, word);
  else typed->number = step.number;
  if (!word && strcmp(step.unit, row->about.unit) != 0)
    typed->unit = session_keep(session, step.unit);
  return DONE;
}

static mls_status set_typed(const struct row *row, size_t scenario, mls_values *values) {
  char text[64];
  const struct typed *typed = &row->typed[scenario];
  if (!typed->there) return MLS_OK;
  snprintf(text, sizeof text, "%.17g", typed->number);
  return mls_set(values, row->path, typed->word ? typed->text : text);
}

static int fill(struct result *result, mls_values *values) {
  mls_status set = MLS_OK;
  int status = DONE;
  for (size_t i = 0; i < result->edited->name_count && status == DONE; i++) {
    mls_reset(values);
    for (size_t k = 0; k < result->count && set == MLS_OK; k++)
      set = set_typed(&result->rows[k], i, values);
    status = exit_of(set);
    for (size_t k = 0; k < result->count && status == DONE; k++)
      if (is_wanted(result, &result->rows[k]) && !result->rows[k].typed[i].there)
        status = fill_one(result, &result->rows[k], i, values);
  }
  return status;
}

static void write_row(struct fields *to, const struct result *result, const struct row *row) {
  fields_text(to, row->path);
  fields_text(to, row->about.unit);
  for (size_t i = 0; i < result->edited->name_count; i++) {
    const struct typed *typed = &row->typed[i];
    if (typed->word) fields_text(to, typed->text);
    else fields_number(to, typed->number, typed->unit);
  }
  fields_text(to, row->note);
  fields_line(to);
}

static bool write_all(const struct result *result, mls_write write, void *context) {
  struct fields to;
  fields_open(&to, write, context, result->edited->session->options->csv != NULL);
  fields_text(&to, "name");
  fields_text(&to, "unit");
  for (size_t i = 0; i < result->edited->name_count; i++)
    fields_text(&to, result->edited->names[i]);
  fields_text(&to, "note");
  fields_line(&to);
  for (size_t i = 0; i < result->count; i++)
    if (is_wanted(result, &result->rows[i])) write_row(&to, result, &result->rows[i]);
  return to.good;
}

static int write_result(const struct result *result) {
  const struct edited *edited = result->edited;
  const struct list *outputs = &edited->session->options->outputs;
  struct output output;
  if (edited->name_count > 1)
    say_error("%s shows the scenario %s: overrides stand in its column", edited->file,
              edited->names[edited->chosen]);
  if (outputs->count == 0) {
    bool good = write_all(result, print_write, NULL);
    return print_finish() && good ? DONE : SYSTEM_FAILS;
  }
  bool good = output_open(&output, outputs->at[0]) && write_all(result, output_write, &output) &&
              output_finish(&output) && output_publish(&output);
  output_close(&output);
  return good ? DONE : SYSTEM_FAILS;
}

/* ---- the command ---- */

/* After the comparison the headings are where the model's workbook has them. */
static bool find_columns(struct result *result) {
  unsigned row;
  struct edited *edited = result->edited;
  result->inputs = cells_sheet(&edited->cells, "inputs");
  result->scenarios = cells_sheet(&edited->cells, "scenarios");
  bool good = inputs_heading(result->inputs, "Name", &row, &result->name) &&
              inputs_heading(result->inputs, "Override", &row, &result->override) &&
              inputs_heading(result->inputs, "Note on the override", &row, &result->note) &&
              inputs_heading(result->scenarios, "Value now", &row, &result->first);
  result->first++;
  if (!good) say_error("%s: the headings of inputs are not there", edited->file);
  return good;
}

static int read_result(struct edited *edited) {
  struct result result = { .edited = edited };
  mls_values *values = NULL;
  int status = find_columns(&result) ? read_cover(edited) : BAD_INPUT;
  if (status == DONE) status = exit_of(mls_values_new(edited->session->model, NULL, &values));
  if (status == DONE) status = read_rows(&result, values);
  if (status == DONE) read_tables(&result);
  if (status == DONE && result.wrong) status = BAD_INPUT;
  if (status == DONE) status = fill(&result, values);
  if (status == DONE) status = write_result(&result);
  for (size_t i = 0; i < result.count; i++) free(result.rows[i].typed);
  free(result.rows);
  mls_values_free(values);
  return status;
}

static int work(struct session *session) {
  struct edited edited = { .session = session, .file = session->options->words.at[0] };
  struct bytes bytes;
  if (!file_read(edited.file, &bytes)) return SYSTEM_FAILS;
  int status = cells_read(&edited.cells, edited.file, bytes) ? DONE : BAD_INPUT;
  free(bytes.at);
  if (status == DONE) status = open_model(&edited);
  if (status == DONE) status = read_names(&edited);
  if (status == DONE) status = inputs_make(&edited);
  if (status == DONE) status = inputs_compare(&edited);
  if (status == DONE) status = read_result(&edited);
  cells_free(&edited.cells);
  cells_free(&edited.made);
  free(edited.names);
  return status;
}

static bool is_sound(const struct options *options) {
  if (options->outputs.count > 1) {
    say_error("-o is given twice");
    return false;
  }
  return session_writes_csv(options);
}

int command_inputs(const struct options *options) {
  struct session session;
  if (!is_sound(options)) return BAD_INPUT;
  int status = session_open(&session, options);
  if (status == DONE) status = work(&session);
  session_close(&session);
  return status;
}
