/* The table of exporters, and the order in which a person reads a model. */
#include "export.h"

#include <string.h>

#include "progress.h"

static const struct exporter exporters[] = {
  { "text", export_text }, { "json", export_json }, { "csv", export_csv },
  { "md", export_md },     { "html", export_html }, { "xlsx", export_xlsx },
};

const struct exporter *exporter_find(const char *form) {
  for (size_t i = 0; i < sizeof exporters / sizeof *exporters; i++)
    if (strcmp(exporters[i].form, form) == 0) return &exporters[i];
  return NULL;
}

mls_status report_flush(const struct report *report, struct buffer *buffer) {
  if (buffer->failed) return fail_memory(report->fails);
  if (buffer->size == 0) return MLS_OK;
  mls_status status = report->write(report->context, buffer->bytes, buffer->size);
  buffer->size = 0;
  buffer->bytes[0] = 0;
  return status;
}

mls_status report_drain(const struct report *report, struct buffer *buffer) {
  enum { LARGE = 1 << 16 };
  TRY(progress_step(report->fails, 20));
  return buffer->size >= LARGE || buffer->failed ? report_flush(report, buffer) : MLS_OK;
}

/* ---- reading order ---- */

struct reader {
  const struct mls_model *model;
  struct memory *memory;
  struct reading *list;
  size_t count, room;
  unsigned *within;      /* cell -> its check against its set, or GRAPH_NONE */
  size_t *lines;         /* instance -> number of its first line among the lines of all instances */
  unsigned *fact, *next; /* line -> its first fact, fact -> the next one, or GRAPH_NONE */
};

static mls_status add(struct reader *reader, enum reading_kind kind, unsigned instance,
                      unsigned line, unsigned cell) {
  struct reading *list =
      memory_grow(reader->memory, reader->list, reader->count, &reader->room, sizeof *list);
  if (!list) return MLS_MEMORY;
  reader->list = list;
  list[reader->count++] = (struct reading){ kind, instance, line, cell };
  return MLS_OK;
}

/* Facts stand below the input that chose the item, whichever sheets use them. */
static mls_status add_facts(struct reader *reader, unsigned instance, unsigned line,
                            enum reading_kind kind) {
  unsigned cell = reader->fact[reader->lines[instance] + line];
  for (; cell != GRAPH_NONE; cell = reader->next[cell])
    TRY(add(reader, kind, instance, line, cell));
  return MLS_OK;
}

static mls_status add_cell(struct reader *reader, unsigned instance, unsigned line) {
  const struct instance *here = &reader->model->instances[instance];
  const struct line *text = &here->sheet->lines[line];
  unsigned cell = here->cells[line];
  bool column = text->table >= 0;
  if (cell == GRAPH_NONE) return MLS_OK;
  TRY(add(reader, column ? READING_COLUMN : READING_CELL, instance, line, cell));
  if (reader->within[cell] != GRAPH_NONE)
    TRY(add(reader, READING_CELL, instance, line, reader->within[cell]));
  return column ? MLS_OK : add_facts(reader, instance, line, READING_CELL);
}

static mls_status add_line(struct reader *reader, unsigned instance, unsigned line) {
  const struct instance *here = &reader->model->instances[instance];
  const struct line *text = &here->sheet->lines[line];
  switch ((enum line_kind)text->kind) {
    case LINE_NOTE:
      return text->heading ? add(reader, READING_HEADING, instance, line, GRAPH_NONE) : MLS_OK;
    case LINE_USE:
    case LINE_CHART: return MLS_OK;
    case LINE_TABLE:
      TRY(add(reader, READING_TABLE, instance, line, here->cells[line]));
      TRY(add(reader, READING_COLUMN, instance, line, here->cells[line]));
      return add_facts(reader, instance, line, READING_COLUMN);
    default: return add_cell(reader, instance, line);
  }
}

static mls_status list_facts(struct reader *reader) {
  const struct mls_model *model = reader->model;
  size_t count = 0;
  reader->lines = memory_array(reader->memory, model->instance_count, sizeof *reader->lines);
  reader->next = memory_array(reader->memory, model->cell_count, sizeof(unsigned));
  if (!reader->lines || !reader->next) return MLS_MEMORY;
  for (size_t i = 0; i < model->instance_count; i++) {
    reader->lines[i] = count;
    count += model->instances[i].sheet->line_count;
  }
  reader->fact = memory_array(reader->memory, count, sizeof(unsigned));
  if (!reader->fact) return MLS_MEMORY;
  for (size_t i = 0; i < count; i++) reader->fact[i] = GRAPH_NONE;
  for (size_t i = model->cell_count; i-- > 0;) {
    const struct cell *cell = &model->cells[i];
    if (cell->kind != CELL_FACT) continue;
    size_t line = reader->lines[cell->instance] + cell->slot;
    reader->next[i] = reader->fact[line];
    reader->fact[line] = (unsigned)i;
  }
  return MLS_OK;
}

static mls_status list_within(struct reader *reader) {
  const struct mls_model *model = reader->model;
  reader->within = memory_array(reader->memory, model->cell_count, sizeof(unsigned));
  if (!reader->within) return MLS_MEMORY;
  for (size_t i = 0; i < model->cell_count; i++) reader->within[i] = GRAPH_NONE;
  for (unsigned i = 0; i < model->cell_count; i++)
    if (model->cells[i].kind == CELL_WITHIN) reader->within[model->cells[i].target] = i;
  return MLS_OK;
}

mls_status reading_make(const struct mls_model *model, struct memory *memory, struct reading **out,
                        size_t *count) {
  struct reader reader = { .model = model, .memory = memory };
  TRY(list_within(&reader));
  TRY(list_facts(&reader));
  for (unsigned i = 0; i < model->instance_count; i++) {
    const struct sheet *sheet = model->instances[i].sheet;
    TRY(add(&reader, READING_SHEET, i, 0, GRAPH_NONE));
    for (unsigned line = 0; line < sheet->line_count; line++) TRY(add_line(&reader, i, line));
  }
  *out = reader.list;
  *count = reader.count;
  return MLS_OK;
}

bool reading_is_answer(const struct mls_model *model, const struct reading *reading) {
  bool cell = reading->kind == READING_CELL || reading->kind == READING_COLUMN;
  return cell && reading->instance == 0 && model->cells[reading->cell].output;
}

bool reading_is_check(const struct mls_model *model, const struct reading *reading) {
  if (reading->kind != READING_CELL) return false;
  enum cell_kind kind = model->cells[reading->cell].kind;
  return kind == CELL_CHECK || kind == CELL_WITHIN;
}

bool quiet_take(struct quiet *quiet, const struct mls_model *model, const struct reading *reading) {
  bool range = model->cells[reading->cell].kind == CELL_WITHIN;
  bool used = reading->instance != 0;
  quiet->ranges += range;
  quiet->checks += used && !range;
  return range || used;
}

bool quiet_put(const struct quiet *quiet, struct buffer *out) {
  if (quiet->checks)
    buffer_print(out, "%zu check%s of used sheets hold%s", quiet->checks,
                 quiet->checks == 1 ? "" : "s", quiet->checks == 1 ? "s" : "");
  if (quiet->ranges)
    buffer_print(out, "%s%zu bound input%s within range", quiet->checks ? ", " : "", quiet->ranges,
                 quiet->ranges == 1 ? " is" : "s are");
  return quiet->checks + quiet->ranges > 0;
}

const char *reading_word(const struct mls_model *model, unsigned cell) {
  const struct cell *here = &model->cells[cell];
  switch (here->kind) {
    case CELL_INPUT: return "input";
    case CELL_BOUND: return "bound";
    case CELL_FACT: return "fact";
    case CELL_KEY: return "key";
    case CELL_CHECK:
    case CELL_WITHIN: return "check";
    default: return here->output ? "output" : "cell";
  }
}
