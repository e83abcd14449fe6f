/* The public calls that tell what a model asks for and how it calculates, a cell at a time: what
   may be set, and steps for somebody who walks through. Apart from book.c, which gives numbers. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

static mls_status give(void *out, size_t size, const void *made, size_t made_size) {
  memcpy(out, made, size < made_size ? size : made_size);
  return MLS_OK;
}

mls_status mls_sheet_about(const mls_model *model, mls_sheet *out, size_t size) {
  if (!model || !out) return MLS_VALUE;
  const struct sheet *main = model->instances[0].sheet;
  mls_sheet sheet = { main->name, main->label ? main->label : "", main->file ? main->file : "",
                      model->date ? model->date : "" };
  return give(out, size, &sheet, sizeof sheet);
}

/* ---- inputs ---- */

static void about_set(const struct set *set, mls_input *input) {
  static const char *const kinds[] = { "range", "words", "registry" };
  input->set = kinds[set->kind];
  if (set->kind == SET_RANGE) {
    input->low = set->low;
    input->high = set->high;
    input->step = set->step;
  } else if (set->kind == SET_WORDS) {
    input->words = set->words;
    input->word_count = set->count;
  } else {
    input->registry = set->name;
  }
}

static void about_line(const struct mls_model *model, unsigned cell, mls_input *input) {
  const struct line *line = model_line(model, cell);
  const struct domain *domain = line->domain;
  const struct cell *at = &model->cells[cell];
  about_set(domain->set, input);
  if (domain->likely) {
    input->likely_low = domain->likely->low;
    input->likely_high = domain->likely->high;
  }
  input->column = at->table >= 0;
  if (!at->given)
    input->typed = domain->values[0].word ? domain->values[0].word : domain->values[0].typed;
}

mls_status mls_input_about(const mls_model *model, size_t cell, mls_input *out, size_t size) {
  if (!model || !out) return MLS_VALUE;
  if (cell >= model->cell_count) return MLS_NAME;
  const struct cell *at = &model->cells[cell];
  mls_input input = {
    .set = "fact", .low = NAN, .high = NAN, .likely_low = NAN, .likely_high = NAN
  };
  if (at->kind == CELL_INPUT) {
    about_line(model, (unsigned)cell, &input);
    return give(out, size, &input, sizeof input);
  }
  bool free_fact = at->kind == CELL_FACT && at->fact->chooser != GRAPH_NONE &&
                   model->cells[at->fact->chooser].kind == CELL_INPUT;
  if (!free_fact) return MLS_NAME;
  input.registry = at->fact->registry->name;
  return give(out, size, &input, sizeof input);
}

size_t mls_row_path(const mls_model *model, size_t cell, size_t row, char *path, size_t size) {
  if (!model || cell >= model->cell_count) return 0;
  if (row != MLS_ROWS_ALL && row >= model->cells[cell].rows) return 0;
  struct buffer buffer;
  buffer_open(&buffer, model->memory);
  show_path(model, (unsigned)cell, row, &buffer);
  size_t length = buffer.size;
  if (path && size > 0) {
    size_t copied = length < size ? length : size - 1;
    if (copied > 0) memcpy(path, buffer.bytes, copied);
    path[copied] = 0;
  }
  buffer_close(&buffer);
  return length;
}

/* ---- steps ---- */

struct stepper {
  struct mls_values *values;
  const struct mls_model *model;
  struct memory *memory; /* of one call */
  unsigned cell;
  size_t row;
  mls_step *step;
};

static mls_status no_memory(struct stepper *s) { return fail_memory(&s->values->fails); }

/* The text kept; NULL for an empty one. */
static mls_status keep(struct stepper *s, struct buffer *text, const char **out) {
  mls_status status = MLS_OK;
  *out = NULL;
  if (text->size > 0) *out = buffer_keep(text, s->memory);
  if (text->failed || (text->size > 0 && !*out)) status = no_memory(s);
  buffer_close(text);
  return status;
}

static mls_status step_formula(struct stepper *s) {
  const struct cell *at = &s->model->cells[s->cell];
  struct buffer text;
  if (!at->formula) return MLS_OK;
  buffer_open(&text, s->memory);
  formula_print(&text, at->formula);
  TRY(keep(s, &text, &s->step->formula));
  buffer_open(&text, s->memory);
  why_numbers(s->values, s->cell, s->row, &text);
  return keep(s, &text, &s->step->numbers);
}

static double number_of(const struct stepper *s, const struct unit *unit) {
  const char *typed = show_typed(s->values, s->cell, s->row);
  double number;
  if (typed && text_read_number(slice_of(typed), &number)) return number;
  return values_get(s->values, s->cell, s->row) / unit->factor;
}

static mls_status step_value(struct stepper *s) {
  struct buffer text;
  bool whole = s->row == ROWS_ALL;
  const struct cell *at = &s->model->cells[s->cell];
  const struct unit *unit = whole ? at->unit : show_unit(s->values, s->cell, s->row);
  const char *word = whole ? NULL : show_word(s->values, s->cell, s->row);
  buffer_open(&text, s->memory);
  if (whole) why_rows(s->values, s->cell, false, &text);
  else show_number(s->values, s->cell, s->row, 4, &text);
  s->step->unit = word || at->text || at->truth ? "" : unit->text;
  s->step->number = word || whole ? NAN : number_of(s, unit);
  return keep(s, &text, &s->step->value);
}

static void step_state(struct stepper *s) {
  enum state state = values_state(s->values, s->cell);
  bool one = s->model->cells[s->cell].kind == CELL_FACT && s->row != ROWS_ALL;
  if (one && !trace_fact_state(s->values, s->cell, s->row, &state)) state = STATE_INPUT;
  s->step->state = state_word(state);
  s->step->set = s->row != ROWS_ALL && values_setting(s->values, s->cell, s->row) != NULL;
}

/* ---- where it comes from ---- */

static mls_source source_of(const struct source *source, const char *key) {
  mls_source made = { key, "", "", "", "", "", "", "", "" };
  if (source)
    made = (mls_source){
      key,         source->kind,     source->title,   source->authors,     source->year,
      source->url, source->accessed, source->licence, source->redistribute
    };
  return made;
}

static mls_status step_fact(struct stepper *s) {
  const struct fact *fact = s->row == ROWS_ALL ? NULL : values_fact(s->values, s->cell, s->row);
  if (!fact) return MLS_OK;
  if (fact->note) s->step->label = fact->note;
  if (fact->locator) s->step->locator = fact->locator;
  if (fact->accessed) s->step->accessed = fact->accessed;
  if (!fact->source) return MLS_OK;
  mls_source *source = memory_push(s->memory, sizeof *source);
  if (!source) return no_memory(s);
  *source = source_of(fact->source, fact->source->key);
  s->step->sources = source;
  s->step->source_count = 1;
  return MLS_OK;
}

static mls_status step_sources(struct stepper *s) {
  enum cell_kind kind = s->model->cells[s->cell].kind;
  if (kind == CELL_FACT) return step_fact(s);
  if (kind == CELL_KEY || kind == CELL_WITHIN || kind == CELL_TOTAL) return MLS_OK;
  const struct line *line = model_line(s->model, s->cell);
  mls_source *sources = memory_array(s->memory, line->cite_count, sizeof *sources);
  if (!sources) return no_memory(s);
  for (size_t i = 0; i < line->cite_count; i++)
    sources[i] = source_of(source_find(s->model->facts, line->cites[i]), line->cites[i]);
  s->step->label = line->label;
  s->step->sources = sources;
  s->step->source_count = line->cite_count;
  return MLS_OK;
}

/* ---- what it reads, and what reads it ---- */

static mls_status step_reads(struct stepper *s) {
  struct reason *list;
  size_t count;
  TRY(trace_reasons(s->values, s->cell, s->row, &list, &count));
  mls_reason *reads = memory_array(s->memory, count, sizeof *reads);
  if (!reads) return no_memory(s);
  for (size_t i = 0; i < count; i++)
    reads[i] = (mls_reason){ list[i].cell, list[i].whole ? MLS_ROWS_ALL : list[i].row };
  s->step->reads = reads;
  s->step->read_count = count;
  return MLS_OK;
}

/* Readers of a cell; those of a hidden total stand for it. */
static size_t add_readers(const struct mls_model *model, unsigned cell, size_t *out, size_t count) {
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++) {
    unsigned to = model->edges[i].to;
    if (model->cells[to].kind == CELL_TOTAL) {
      count = add_readers(model, to, out, count);
    } else {
      if (out) out[count] = to;
      count++;
    }
  }
  return count;
}

static int by_number(const void *a, const void *b) {
  size_t one = *(const size_t *)a, two = *(const size_t *)b;
  return one < two ? -1 : one > two;
}

static mls_status step_readers(struct stepper *s) {
  size_t count = add_readers(s->model, s->cell, NULL, 0), kept = 0;
  size_t *readers = memory_array(s->memory, count, sizeof *readers);
  if (!readers) return no_memory(s);
  add_readers(s->model, s->cell, readers, 0);
  if (count > 0) qsort(readers, count, sizeof *readers, by_number);
  for (size_t i = 0; i < count; i++) {
    bool again = (kept > 0 && readers[kept - 1] == readers[i]) || readers[i] == s->cell;
    if (!again) readers[kept++] = readers[i];
  }
  s->step->readers = readers;
  s->step->reader_count = kept;
  return MLS_OK;
}

mls_status mls_step_at(mls_values *values, size_t cell, size_t row, mls_step *out, size_t size) {
  if (!values || !out) return MLS_VALUE;
  const mls_model *model = values->model;
  if (cell >= model->cell_count) return MLS_NAME;
  if (row != MLS_ROWS_ALL && row >= model->cells[cell].rows) return MLS_NAME;
  values_begin(values);
  if (!values->settled) TRY(values_settle(values));
  mls_step step = { .kind = reading_word(model, (unsigned)cell),
                    .value = "",
                    .label = "",
                    .locator = "",
                    .accessed = "" };
  struct stepper s = { values, model, &values->scratch_memory, (unsigned)cell, row, &step };
  TRY(step_formula(&s));
  TRY(step_value(&s));
  step_state(&s);
  TRY(step_sources(&s));
  TRY(step_reads(&s));
  TRY(step_readers(&s));
  if (!step.value) step.value = "";
  return give(out, size, &step, sizeof step);
}
