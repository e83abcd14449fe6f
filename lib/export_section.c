/* What reports that show a model section by section share, whatever their form: which cell stands
   in which section, how tables are cut, and which sources are named. */
#include <string.h>

#include "export.h"

enum { DIGITS = 4 };

static struct mls_values *values_of(const struct report *report, size_t run) {
  return report->runs[run].values;
}

bool section_is_set(const struct report *report, unsigned cell, size_t row) {
  for (size_t run = 0; run < report->run_count; run++)
    if (values_setting(values_of(report, run), cell, row)) return true;
  return false;
}

static bool is_there(const struct report *report, unsigned cell, size_t row) {
  for (size_t run = 0; run < report->run_count; run++)
    if (!value_is_error(values_get(values_of(report, run), cell, row))) return true;
  return false;
}

/* A fact that a scenario set is an input of that scenario. */
bool section_has(const struct report *report, const struct reading *reading, size_t row,
                 enum section section) {
  const struct cell *cell = &report->model->cells[reading->cell];
  bool fact = cell->kind == CELL_FACT, input = cell->kind == CELL_INPUT;
  if (reading->kind != READING_CELL || reading_is_check(report->model, reading)) return false;
  if (fact && section_is_set(report, reading->cell, row)) input = true, fact = false;
  switch (section) {
    case SECTION_RESULTS: return reading_is_answer(report->model, reading);
    case SECTION_INPUTS: return input;
    case SECTION_FACTS: return fact && (!cell->family || is_there(report, reading->cell, row));
    case SECTION_OTHERS: break;
  }
  return !fact && !input && !reading_is_answer(report->model, reading);
}

enum state section_state(const struct report *report, unsigned cell, size_t row) {
  enum state state = STATE_INPUT;
  bool fact = report->model->cells[cell].kind == CELL_FACT;
  for (size_t run = 0; run < report->run_count; run++) {
    enum state one;
    if (!fact || !trace_fact_state(values_of(report, run), cell, row, &one))
      one = values_state(values_of(report, run), cell);
    state = state_weakest(state, one);
  }
  return state;
}

bool section_holds(const struct report *report, unsigned cell, size_t run) {
  double value = values_get(values_of(report, run), cell, 0);
  return !value_is_error(value) && value != 0;
}

/* ---- tables ---- */

void section_title(const struct report *report, unsigned column, struct buffer *out) {
  const struct cell *cell = &report->model->cells[column];
  const struct line *line = model_line(report->model, column);
  buffer_text(out, cell->kind == CELL_KEY    ? line->domain->key
                   : cell->kind == CELL_FACT ? cell->fact->field
                                             : line->name);
  if (cell->unit->text[0] && !cell->text && !cell->truth)
    buffer_print(out, " [%s]", cell->unit->text);
}

void section_value(const struct report *report, unsigned column, size_t row, size_t run,
                   struct buffer *out) {
  const struct cell *cell = &report->model->cells[column];
  const struct mls_values *values = values_of(report, run);
  char text[TEXT_NUMBER];
  const char *word = cell->kind == CELL_KEY ? model_row_key(report->model, column, row, text)
                                            : show_word(values, column, row);
  if (!word) word = text_person(text, values_get(values, column, row) / cell->unit->factor, DIGITS);
  buffer_text(out, word);
}

size_t section_columns(const struct report *report, const struct reading *list, size_t list_count,
                       size_t at, unsigned *columns) {
  size_t count = 0;
  for (size_t i = at + 1; i < list_count && list[i].kind == READING_COLUMN; i++) {
    bool wanted = count == 0 || report->all || reading_is_answer(report->model, &list[i]);
    if (wanted && !report->model->cells[list[i].cell].family) columns[count++] = list[i].cell;
  }
  return count;
}

/* ---- sources ---- */

struct cited {
  const struct report *report;
  struct memory *memory;
  const char **keys;
  size_t count, room;
  struct map seen;
};

static mls_status cite(struct cited *cited, const char *key) {
  size_t before;
  if (map_get(&cited->seen, key, &before)) return MLS_OK;
  const char **keys =
      memory_grow(cited->memory, cited->keys, cited->count, &cited->room, sizeof *keys);
  if (!keys || map_put(&cited->seen, key, cited->count) != MLS_OK)
    return fail_memory(cited->report->fails);
  cited->keys = keys;
  keys[cited->count++] = key;
  return MLS_OK;
}

static mls_status cite_sheets(struct cited *cited) {
  const struct mls_model *model = cited->report->model;
  for (size_t i = 0; i < model->instance_count; i++) {
    const struct sheet *sheet = model->instances[i].sheet;
    for (size_t k = 0; k < sheet->cite_count; k++) TRY(cite(cited, sheet->cites[k]));
    for (size_t l = 0; l < sheet->line_count; l++)
      for (size_t k = 0; k < sheet->lines[l].cite_count; k++)
        TRY(cite(cited, sheet->lines[l].cites[k]));
  }
  return MLS_OK;
}

static mls_status cite_facts(struct cited *cited) {
  const struct mls_model *model = cited->report->model;
  for (unsigned cell = 0; cell < model->cell_count; cell++) {
    if (model->cells[cell].kind != CELL_FACT) continue;
    for (size_t run = 0; run < cited->report->run_count; run++)
      for (size_t row = 0; row < model->cells[cell].rows; row++) {
        const struct fact *fact = values_fact(values_of(cited->report, run), cell, row);
        if (fact && fact->source) TRY(cite(cited, fact->source->key));
      }
  }
  return MLS_OK;
}

mls_status section_sources(const struct report *report, struct memory *memory, const char ***keys,
                           size_t *count) {
  struct cited cited = { .report = report, .memory = memory };
  map_open(&cited.seen, memory);
  TRY(cite_sheets(&cited));
  TRY(cite_facts(&cited));
  *keys = cited.keys;
  *count = cited.count;
  return MLS_OK;
}

bool section_is_link(const char *url) {
  bool web = strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
  for (; web && *url; url++)
    if ((unsigned char)*url <= 0x20 || strchr("<>\\|", *url)) return false;
  return web;
}
