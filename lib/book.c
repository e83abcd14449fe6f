/* The public calls: arguments checked, and handed down. Nothing else is done here. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "batch.h"
#include "export.h"
#include "format.h"
#include "limits.h"
#include "open.h"
#include "scenario.h"
#include "system.h"

static const struct place nowhere = { NULL, 0, 0 };

const char *mls_version(void) { return MLS_VERSION; }

const char *mls_status_word(mls_status status) { return fail_word(status); }

/* ---- messages ---- */

const mls_message *mls_book_message(mls_book *book, size_t index) {
  return book ? fail_message(&book->fails, index, &book->shown) : NULL;
}

const mls_message *mls_values_message(mls_values *values, size_t index) {
  return values ? fail_message(&values->fails, index, &values->shown) : NULL;
}

/* ---- book ---- */

static void begin_book(mls_book *book) {
  memory_close(&book->messages);
  fail_clear(&book->fails);
  progress_begin(&book->progress, "open");
}

/* The widest vectors that processor and caller allow. */
static unsigned vectors_of(unsigned allowed) {
  unsigned widest = system_vectors();
  if (allowed > 0 && allowed < widest) widest = allowed;
  return widest >= 512 ? LANES_512 : widest >= 256 ? LANES_256 : LANES_ANY;
}

mls_status mls_open(const mls_options *options, mls_book **out) {
  mls_options own = { .size = sizeof own };
  if (!out) return MLS_VALUE;
  *out = NULL;
  if (options) memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
  struct memory memory;
  memory_open(&memory, &own.allocator);
  mls_book *book = memory_take(&memory, NULL, sizeof *book);
  if (!book) return MLS_MEMORY;
  *book = (mls_book){ .memory = memory };
  memory_open(&book->messages, &memory.allocator);
  memory_open(&book->listing.memory, &memory.allocator);
  progress_open(&book->progress, own.progress, own.progress_context);
  progress_begin(&book->progress, "open");
  book->fails = (struct fails){ .memory = &book->messages, .progress = &book->progress };
  book->folder = (struct folder){ .memory = &book->memory,
                                  .templates = own.templates,
                                  .registries = own.registries };
  book->find = own.find ? own.find : folder_find;
  book->find_context = own.find ? own.find_context : &book->folder;
  book->bound = own.memory ? own.memory : LIMIT_MEMORY;
  book->vectors = vectors_of(own.vectors);
  *out = book;
  book->opened = open_book(book);
  return book->opened;
}

void mls_close(mls_book *book) {
  if (!book) return;
  struct memory memory = book->memory;
  folder_close(&book->folder);
  memory_close(&book->messages);
  memory_close(&book->listing.memory);
  memory_close(&memory);
  memory_give(&memory, book);
}

mls_status mls_model_open(mls_book *book, const char *name, mls_model **out) {
  return mls_model_open_bytes(book, name, NULL, 0, NULL, 0, out);
}

mls_status mls_model_open_bytes(mls_book *book, const char *file, const char *bytes, size_t size,
                                const mls_rows *rows, size_t row_count, mls_model **out) {
  if (!book || !file || !out || (row_count > 0 && !rows)) return MLS_VALUE;
  begin_book(book);
  *out = NULL;
  return open_model(book, file, bytes, size, rows, row_count, out);
}

mls_status mls_format(mls_book *book, const char *file, const char *bytes, size_t size,
                      mls_write write, void *context) {
  if (!book || !file || (!bytes && size > 0) || !write) return MLS_VALUE;
  begin_book(book);
  if (book->opened != MLS_OK)
    return fail_add(&book->fails, book->opened, nowhere,
                    "the book was not opened: its units or sources could not be read");
  return format_sheet(&book->units, &book->memory.allocator, &book->fails, file,
                      size > 0 ? bytes : "", size, write, context);
}

/* ---- cells ---- */

size_t mls_cell_count(const mls_model *model) { return model ? model->cell_count : 0; }

/* By an old name, in silence: a model has no messages. */
static mls_status find_old(const mls_model *model, struct slice path, unsigned *found) {
  struct memory memory;
  memory_open(&memory, &model->memory->allocator);
  mls_status status = model_present_path(model, &memory, nowhere, NULL, &path);
  if (status == MLS_OK) *found = model_find(model, path);
  memory_close(&memory);
  return status;
}

mls_status mls_cell_find(const mls_model *model, const char *path, size_t *cell) {
  if (!model || !path || !cell) return MLS_VALUE;
  unsigned found = model_find(model, slice_of(path));
  if (found == GRAPH_NONE) TRY(find_old(model, slice_of(path), &found));
  if (found == GRAPH_NONE) return MLS_NAME;
  *cell = found;
  return MLS_OK;
}

static mls_cell_kind public_kind(enum cell_kind kind) {
  switch (kind) {
    case CELL_INPUT: return MLS_INPUT;
    case CELL_FACT: return MLS_FACT_CELL;
    case CELL_CHECK:
    case CELL_WITHIN: return MLS_CHECK;
    case CELL_BOUND:
    case CELL_FORMULA:
    case CELL_KEY:
    case CELL_TOTAL: break;
  }
  return MLS_FORMULA;
}

/* Made by the engine, not written as a line of a sheet. */
static int is_hidden(enum cell_kind kind) {
  return kind == CELL_TOTAL || kind == CELL_KEY || kind == CELL_WITHIN || kind == CELL_FACT;
}

mls_status mls_cell_about(const mls_model *model, size_t cell, mls_cell *out, size_t size) {
  if (!model || !out) return MLS_VALUE;
  if (cell >= model->cell_count) return MLS_NAME;
  const struct cell *at = &model->cells[cell];
  const struct line *line = model_line(model, (unsigned)cell);
  const struct sheet *sheet = model->instances[at->instance].sheet;
  bool fact = at->kind == CELL_FACT, total = at->kind == CELL_TOTAL;
  mls_cell about = { .kind = public_kind(at->kind),
                     .output = at->output,
                     .text = at->text,
                     .truth = at->truth,
                     .rows = at->rows,
                     .unit = at->unit->text,
                     .factor = at->unit->factor,
                     .label = fact || total ? "" : line->label,
                     .sheet = sheet->name,
                     .line = total  ? (int)sheet_slot(sheet, at->slot).origin->line
                             : fact ? 0
                                    : (int)line->line,
                     .hidden = is_hidden(at->kind) };
  memcpy(out, &about, size < sizeof about ? size : sizeof about);
  return MLS_OK;
}

size_t mls_cell_path(const mls_model *model, size_t cell, char *path, size_t size) {
  if (!model || cell >= model->cell_count) return 0;
  struct buffer buffer;
  buffer_open(&buffer, model->memory);
  model_path(model, (unsigned)cell, &buffer);
  size_t length = buffer.size;
  if (path && size > 0) {
    size_t copied = length < size ? length : size - 1;
    if (copied > 0) memcpy(path, buffer.bytes, copied);
    path[copied] = 0;
  }
  buffer_close(&buffer);
  return length;
}

/* ---- values ---- */

mls_status mls_values_new(const mls_model *model, const mls_allocator *allocator,
                          mls_values **out) {
  if (!model || !out) return MLS_VALUE;
  *out = NULL;
  struct memory memory;
  memory_open(&memory, allocator);
  mls_values *values = memory_take(&memory, NULL, sizeof *values);
  if (!values) return MLS_MEMORY;
  mls_status status = values_open(values, model, allocator);
  if (status != MLS_OK) {
    values_close(values);
    memory_give(&memory, values);
    return status;
  }
  *out = values;
  return MLS_OK;
}

void mls_values_free(mls_values *values) {
  if (!values) return;
  struct memory memory = { .allocator = values->memory.allocator };
  values_close(values);
  memory_give(&memory, values);
}

void mls_values_progress(mls_values *values, mls_progress progress, void *context) {
  if (values) progress_open(&values->progress, progress, context);
}

mls_status mls_set(mls_values *values, const char *path, const char *text) {
  if (!values || !path || !text) return MLS_VALUE;
  values_begin(values);
  return values_set(values, path, slice_of(text), NULL, nowhere);
}

mls_status mls_set_number(mls_values *values, size_t cell, size_t row, double si) {
  if (!values || cell > UINT32_MAX) return MLS_VALUE;
  values_begin(values);
  return values_set_number(values, (unsigned)cell, row, si);
}

void mls_reset(mls_values *values) {
  if (values) values_reset(values);
}

mls_status mls_settle(mls_values *values) {
  if (!values) return MLS_VALUE;
  values_begin(values);
  return values_settle(values);
}

/* A cell and row that exist, settled. */
static mls_status reach(mls_values *values, size_t cell, size_t row) {
  if (!values) return MLS_VALUE;
  if (cell >= values->model->cell_count || row >= values->model->cells[cell].rows) return MLS_NAME;
  if (values->settled) return MLS_OK;
  values_begin(values);
  return values_settle(values);
}

mls_status mls_get(mls_values *values, size_t cell, size_t row, double *si) {
  if (!si) return MLS_VALUE;
  TRY(reach(values, cell, row));
  if (values->model->cells[cell].text) return MLS_NAME;
  *si = values_get(values, (unsigned)cell, row);
  return value_is_error(*si) ? MLS_VALUE : MLS_OK;
}

mls_status mls_get_word(mls_values *values, size_t cell, size_t row, const char **word) {
  if (!word) return MLS_VALUE;
  TRY(reach(values, cell, row));
  if (!values->model->cells[cell].text) return MLS_NAME;
  double number = values_get(values, (unsigned)cell, row);
  if (value_is_error(number)) return MLS_VALUE;
  *word = values->model->words[(size_t)number];
  return MLS_OK;
}

static const char *kept_path(mls_values *values, unsigned cell, size_t row) {
  struct buffer buffer;
  buffer_open(&buffer, &values->memory);
  show_path(values->model, cell, row, &buffer);
  const char *path = buffer_keep(&buffer, &values->scratch_memory);
  buffer_close(&buffer);
  return path;
}

mls_status mls_error(mls_values *values, size_t cell, size_t row, mls_cell_error *out) {
  struct origin origin;
  if (!out) return MLS_VALUE;
  TRY(reach(values, cell, row));
  values_begin(values);
  TRY(trace_error(values, (unsigned)cell, row, &origin));
  *out = (mls_cell_error){ NULL, NULL, NULL };
  if (!origin.kind) return MLS_OK;
  const char *path = kept_path(values, origin.cell, origin.row);
  if (!path) return fail_memory(&values->fails);
  *out = (mls_cell_error){ origin.kind, path, origin.message };
  return MLS_OK;
}

const char *mls_state(mls_values *values, size_t cell) {
  if (reach(values, cell, 0) != MLS_OK) return state_word(STATE_INPUT);
  return state_word(values_state(values, (unsigned)cell));
}

mls_status mls_check(mls_values *values, size_t cell, mls_verdict *out) {
  struct verdict verdict;
  if (!out) return MLS_VALUE;
  TRY(reach(values, cell, 0));
  values_begin(values);
  enum cell_kind kind = values->model->cells[cell].kind;
  if (kind != CELL_CHECK && kind != CELL_WITHIN)
    return fail_add(&values->fails, MLS_NAME, nowhere, "cell %zu is no check", cell);
  TRY(trace_check(values, (unsigned)cell, &verdict));
  *out = (mls_verdict){
    verdict.holds,  verdict.left, verdict.right, verdict.gap, verdict.base ? verdict.base : "",
    verdict.message
  };
  return MLS_OK;
}

int mls_changed_next(const mls_values *values, size_t *cell) {
  if (!values || !cell) return 0;
  size_t next = bits_next(&values->changed, *cell + 1);
  if (next >= values->model->cell_count) return 0;
  *cell = next;
  return 1;
}

/* ---- batches ---- */

/* Values at their defaults stand in for a base that the caller does not give. */
static mls_status open_batch(const mls_model *model, mls_values *base, const mls_place *columns,
                             size_t column_count, const mls_place *results, size_t result_count,
                             mls_batch *batch) {
  mls_values *own = NULL;
  if (!base) TRY(mls_values_new(model, NULL, &own));
  mls_status status = values_settle(base ? base : own);
  if (status == MLS_OK)
    status = batch_open(batch, base ? base : own, columns, column_count, results, result_count);
  mls_values_free(own);
  return status;
}

mls_status mls_batch_new(const mls_model *model, mls_values *base, const mls_place *columns,
                         size_t column_count, const mls_place *results, size_t result_count,
                         mls_batch **out) {
  if (!model || !out || (base && base->model != model) || (column_count > 0 && !columns) ||
      (result_count > 0 && !results))
    return MLS_VALUE;
  *out = NULL;
  struct memory memory;
  memory_open(&memory, base ? &base->memory.allocator : NULL);
  mls_batch *batch = memory_take(&memory, NULL, sizeof *batch);
  if (!batch) return MLS_MEMORY;
  *batch = (mls_batch){ .memory = memory };
  mls_status status = open_batch(model, base, columns, column_count, results, result_count, batch);
  if (status == MLS_MEMORY) mls_batch_free(batch);
  else *out = batch;
  return status;
}

void mls_batch_free(mls_batch *batch) {
  if (!batch) return;
  struct memory memory = { .allocator = batch->memory.allocator };
  batch_close(batch);
  memory_give(&memory, batch);
}

const mls_message *mls_batch_message(mls_batch *batch, size_t index) {
  return batch ? fail_message(&batch->fails, index, &batch->shown) : NULL;
}

mls_status mls_batch_run(mls_batch *batch, size_t count, const double *const *columns,
                         double *const *results, unsigned *bad) {
  if (!batch || (batch->column_count > 0 && !columns) || (batch->plan.result_count > 0 && !results))
    return MLS_VALUE;
  if (batch->fails.status != MLS_OK && !batch->in) return batch->fails.status;
  return batch_run(batch, count, columns, results, bad);
}

mls_status mls_word_number(const mls_model *model, size_t cell, const char *word, double *number) {
  if (!model || !word || !number) return MLS_VALUE;
  if (cell >= model->cell_count || !model->cells[cell].text) return MLS_NAME;
  const char *interned = names_find(&model->names, slice_of(word));
  unsigned found = model_word(model, word);
  bool input = model->cells[cell].kind == CELL_INPUT;
  if (found == GRAPH_NONE ||
      (input && !set_holds_word(model_line(model, (unsigned)cell)->domain->set, interned)))
    return MLS_RANGE;
  *number = found;
  return MLS_OK;
}

const char *mls_number_word(const mls_model *model, double number) {
  if (!model || !(number >= 0 && number < (double)model->word_count)) return NULL;
  return model->words[(size_t)number];
}

/* ---- scenarios ---- */

static mls_status no_dialect(struct fails *fails, const char *name) {
  return fail_add(fails, MLS_NAME, nowhere, "there is no form of CSV called %s; there is excel-eu",
                  name);
}

mls_status mls_inputs_read(const mls_model *model, mls_values *messages, const mls_inputs *given,
                           mls_scenarios **out) {
  mls_inputs own = { .size = sizeof own };
  if (given) memcpy(&own, given, given->size < sizeof own ? given->size : sizeof own);
  struct inputs inputs = { own.file, own.bytes, own.length, CSV_STANDARD };
  if (!model || !messages || messages->model != model || !own.file || !own.bytes || !out)
    return MLS_VALUE;
  values_begin(messages);
  progress_begin(&messages->progress, "inputs");
  *out = NULL;
  if (!csv_dialect_find(own.csv, &inputs.dialect)) return no_dialect(&messages->fails, own.csv);
  mls_scenarios *scenarios = memory_take(&messages->memory, NULL, sizeof *scenarios);
  if (!scenarios) return fail_memory(&messages->fails);
  mls_status status = scenario_read(scenarios, messages, &inputs);
  if (status == MLS_OK) *out = scenarios;
  else mls_scenarios_free(scenarios);
  return status;
}

mls_status mls_scenarios_read(const mls_model *model, mls_values *messages, const char *file,
                              const char *bytes, size_t size, mls_scenarios **out) {
  mls_inputs inputs = { .size = sizeof inputs, .file = file, .bytes = bytes, .length = size };
  return mls_inputs_read(model, messages, &inputs, out);
}

void mls_scenarios_free(mls_scenarios *scenarios) {
  if (!scenarios) return;
  struct memory memory = { .allocator = scenarios->memory.allocator };
  scenario_close(scenarios);
  memory_give(&memory, scenarios);
}

size_t mls_scenarios_count(const mls_scenarios *scenarios) {
  return scenarios ? scenarios->count : 0;
}

const char *mls_scenarios_name(const mls_scenarios *scenarios, size_t index) {
  return scenarios && index < scenarios->count ? scenarios->list[index].name : NULL;
}

mls_status mls_scenarios_apply(const mls_scenarios *scenarios, size_t index, mls_values *values) {
  if (!scenarios || !values || scenarios->model != values->model) return MLS_VALUE;
  if (index >= scenarios->count) return MLS_NAME;
  values_begin(values);
  progress_begin(&values->progress, "inputs");
  return scenario_apply(scenarios, index, values);
}

/* ---- reports ---- */

/* What a report asks for; dates and forms are checked, all runs are settled. */
static mls_status make_report(const mls_model *model, const mls_report *given, mls_write write,
                              void *context, struct report *out) {
  struct fails *fails = &given->runs[0].values->fails;
  const char *date = given->date ? given->date : model->date;
  enum csv_dialect dialect;
  if (!csv_dialect_find(given->csv, &dialect)) return no_dialect(fails, given->csv);
  for (size_t i = 0; i < given->run_count; i++) {
    if (!given->runs[i].values || given->runs[i].values->model != model || !given->runs[i].name)
      return fail_add(fails, MLS_VALUE, nowhere,
                      "all runs of a report are of one model, and named");
    TRY(values_settle(given->runs[i].values));
  }
  progress_begin(fails->progress, "export");
  *out = (struct report){ .model = model,
                          .runs = given->runs,
                          .run_count = given->run_count,
                          .all = given->all != 0,
                          .color = given->color != 0,
                          .plot = given->plot,
                          .dialect = dialect,
                          .date = date ? date : "",
                          .hash = mls_model_hash(model),
                          .write = write,
                          .context = context,
                          .fails = fails };
  return MLS_OK;
}

/* A program built with an older header gives a shorter report: members that came later are zero. */
static bool take_report(const mls_report *given, mls_report *out) {
  *out = (mls_report){ .size = 0 };
  if (!given || given->size < offsetof(mls_report, csv)) return false;
  memcpy(out, given, given->size < sizeof *out ? given->size : sizeof *out);
  return out->form != NULL;
}

mls_status mls_export(const mls_model *model, const mls_report *given, mls_write write,
                      void *context) {
  struct report report;
  mls_report own;
  if (!model || !take_report(given, &own) || !write) return MLS_VALUE;
  if (!own.runs || own.run_count == 0 || !own.runs[0].values) return MLS_VALUE;
  values_begin(own.runs[0].values);
  TRY(make_report(model, &own, write, context, &report));
  const struct exporter *exporter = exporter_find(own.form);
  if (!exporter)
    return fail_add(report.fails, MLS_NAME, nowhere, "there is no report form \"%s\"", own.form);
  return exporter->write(&report);
}

mls_status mls_why(mls_values *values, const char *path, const mls_report *given, mls_write write,
                   void *context) {
  unsigned cell;
  size_t row;
  struct report report;
  mls_report own;
  if (!values || !path || !write || !take_report(given, &own)) return MLS_VALUE;
  values_begin(values);
  mls_run run = { "", values };
  if (!own.runs || own.run_count == 0) own.runs = &run, own.run_count = 1;
  TRY(make_report(values->model, &own, write, context, &report));
  TRY(show_find(values->model, path, &values->fails, &cell, &row));
  return export_why(&report, cell, row, strcmp(own.form, "json") == 0);
}

mls_status mls_describe(const mls_model *model, mls_write write, void *context) {
  if (!model || !write) return MLS_VALUE;
  return export_description(model, write, context, &model->book->fails);
}

/* ---- constants without a source ---- */

static mls_status strict_node(mls_book *book, const struct sheet *sheet, const struct node *node,
                              size_t *count) {
  unsigned arguments = node_lag(node) ? 2 : node->count;
  if (node->kind == NODE_PATH) return MLS_OK;
  if (node_is_constant(node)) {
    const struct unit *unit = node->literal->unit;
    fail_warn(&book->fails, node_place(sheet, node), "constant %s%s%s%s has no source",
              node->literal->typed, unit ? " [" : "", unit ? unit->text : "", unit ? "]" : "");
    ++*count;
  }
  for (unsigned i = 0; i < arguments; i++) TRY(strict_node(book, sheet, node->arguments[i], count));
  return MLS_OK;
}

static mls_status strict_sheet(mls_book *book, const struct sheet *sheet, size_t *count) {
  for (size_t i = 0; i < sheet->line_count; i++) {
    const struct line *line = &sheet->lines[i];
    if (line->cite_count > 0) continue;
    if (line_formula(line)) TRY(strict_node(book, sheet, line->formula, count));
    for (size_t j = 0; line_use(line) && j < line->use->bind_count; j++)
      TRY(strict_node(book, sheet, line->use->binds[j].formula, count));
  }
  return MLS_OK;
}

/* Each sheet once, however often it is used. */
mls_status mls_strict(mls_book *book, const mls_model *model, size_t *count) {
  if (!book || !model || model->book != book || !count) return MLS_VALUE;
  struct map seen;
  begin_book(book);
  map_open(&seen, &book->messages);
  *count = 0;
  for (size_t i = 0; i < model->instance_count; i++) {
    const struct sheet *sheet = model->instances[i].sheet;
    size_t before;
    if (map_get(&seen, sheet, &before)) continue;
    if (map_put(&seen, sheet, i) != MLS_OK) return fail_memory(&book->fails);
    TRY(strict_sheet(book, sheet, count));
  }
  return book->fails.status;
}
