/* Which cell of the model stands where in the workbook: worksheets, rows, columns, lists, sources.
   Decided before anything is written, so that every formula knows its references; and where a
   spreadsheet's bounds are met, the export is refused here. */
#include "xlsx.h"

#include <string.h>

enum { HEAD = 3 }; /* row of the column headings of an instance, checks, facts, sources, log */

/* ---- small helpers ---- */

const struct line *xlsx_line(const struct xlsx *x, unsigned cell) {
  return model_line(x->model, cell);
}

unsigned xlsx_chooser(const struct xlsx *x, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  if (here->fact->chooser != GRAPH_NONE) return here->fact->chooser;
  return x->model->instances[here->instance].cells[here->slot];
}

bool xlsx_is_typed_word(const struct cell *cell) { return cell->text && cell->kind == CELL_INPUT; }

unsigned xlsx_page_of(const struct xlsx *x, enum page_kind kind) {
  for (unsigned i = 0; i < x->page_count; i++)
    if (x->pages[i].kind == kind) return i;
  return 0;
}

unsigned xlsx_extra_row(const struct page *page, size_t extra) {
  return page->first + (unsigned)page->entry_count + 2 + (unsigned)extra;
}

const struct list *xlsx_list(struct xlsx *x, const void *key) {
  for (size_t i = 0; i < x->list_count; i++)
    if (x->lists[i].key == key) return &x->lists[i];
  xlsx_refuse(x, MLS_VALUE, "a list of the workbook was not planned");
  return x->lists;
}

const struct block *xlsx_block(const struct xlsx *x, const struct registry *registry) {
  for (size_t i = 0; i < x->block_count; i++)
    if (x->blocks[i].registry == registry) return &x->blocks[i];
  return NULL;
}

double xlsx_fact_place(const struct xlsx *x, unsigned cell, const struct fact *fact) {
  const struct registry *registry = model_registry(x->model, &x->model->cells[cell]);
  const struct block *block = fact ? xlsx_block(x, registry) : NULL;
  return block ? (double)block->places[fact - registry->facts] : FUNCTION_ERROR;
}

/* A larger array, or the status is set. */
static bool grown(struct xlsx *x, void **array, size_t count, size_t *room, size_t size) {
  void *larger = memory_grow(&x->memory, *array, count, room, size);
  if (larger) *array = larger;
  else if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
  return larger != NULL;
}

static const char *kept(struct xlsx *x, const char *text) {
  const char *copy = memory_text(&x->memory, text, strlen(text));
  if (!copy && x->status == MLS_OK) x->status = fail_memory(x->report->fails);
  return copy ? copy : "";
}

const char *xlsx_path(struct xlsx *x, unsigned cell) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  model_path(x->model, cell, &out);
  return xlsx_keep(x, &out);
}

/* ---- sources, lists, facts ---- */

static void cite(struct xlsx *x, const char *key, const struct source *source) {
  size_t index;
  if (map_get(&x->cited_index, key, &index)) return;
  void *cited = x->cited;
  if (!grown(x, &cited, x->cited_count, &x->cited_room, sizeof *x->cited)) return;
  x->cited = cited;
  x->cited[x->cited_count] = (struct cited){ key, source };
  if (map_put(&x->cited_index, key, x->cited_count++) != MLS_OK)
    x->status = fail_memory(x->report->fails);
}

static void cite_all(struct xlsx *x, const char *const *keys, size_t count) {
  for (size_t i = 0; i < count; i++) cite(x, keys[i], source_find(x->model->facts, keys[i]));
}

static void add_list(struct xlsx *x, const void *key, const char *title, size_t count) {
  for (size_t i = 0; i < x->list_count; i++)
    if (x->lists[i].key == key) return;
  void *lists = x->lists;
  if (!grown(x, &lists, x->list_count, &x->list_room, sizeof *x->lists)) return;
  x->lists = lists;
  unsigned column = FACT_LISTS + (unsigned)x->list_count;
  x->lists[x->list_count++] = (struct list){ key, title, column, count };
}

static bool is_read(const struct xlsx *x, const struct field *field) {
  size_t found;
  return map_get(&x->fields, field->name, &found) ||
         (field->family && map_get(&x->fields, field->family, &found));
}

/* Only what the model reads: a registry has many more facts than that. */
static size_t place_in_block(struct xlsx *x, struct block *block) {
  const struct registry *registry = block->registry;
  block->places = memory_array(&x->memory, registry->fact_count, sizeof *block->places);
  if (!block->places && x->status == MLS_OK) x->status = fail_memory(x->report->fails);
  size_t count = 0;
  for (size_t i = 0; i < registry->fact_count && x->status == MLS_OK; i++) {
    const struct fact *fact = &registry->facts[i];
    if (!is_read(x, &registry->fields[fact->field])) continue;
    block->places[i] = (unsigned)++count;
    if (fact->source) cite(x, fact->source->key, fact->source);
  }
  return count;
}

static void add_block(struct xlsx *x, const struct registry *registry) {
  if (xlsx_block(x, registry) || x->status != MLS_OK) return;
  void *blocks = x->blocks;
  if (!grown(x, &blocks, x->block_count, &x->block_room, sizeof *x->blocks)) return;
  x->blocks = blocks;
  unsigned first = HEAD + 1;
  if (x->block_count) {
    const struct block *before = &x->blocks[x->block_count - 1];
    first = before->first + (unsigned)before->count + 1;
  }
  struct block *block = &x->blocks[x->block_count++];
  *block = (struct block){ .registry = registry, .first = first + 1 };
  block->count = place_in_block(x, block);
  add_list(x, registry, registry->name, registry->item_count);
}

static void add_set(struct xlsx *x, const struct line *line) {
  if (!line_domain(line)) return;
  const struct set *set = line->domain->set;
  if (set->kind == SET_REGISTRY) add_block(x, set->registry);
  if (set->kind == SET_WORDS && line->kind == LINE_INPUT) add_list(x, set, line->name, set->count);
}

static void gather_sheet(struct xlsx *x, const struct sheet *sheet) {
  cite_all(x, sheet->cites, sheet->cite_count);
  for (size_t i = 0; i < sheet->line_count; i++) {
    cite_all(x, sheet->lines[i].cites, sheet->lines[i].cite_count);
    add_set(x, &sheet->lines[i]);
  }
}

/* ---- pages ---- */

static unsigned add_page(struct xlsx *x, enum page_kind kind, const char *path) {
  void *pages = x->pages;
  if (x->page_count >= XLSX_PAGES)
    xlsx_refuse(x, MLS_LIMIT, "a workbook of more than %d worksheets is not written", XLSX_PAGES);
  if (x->status != MLS_OK) return 0;
  if (!grown(x, &pages, x->page_count, &x->page_room, sizeof *x->pages)) return 0;
  x->pages = pages;
  struct page *page = &x->pages[x->page_count];
  *page = (struct page){ .kind = kind, .first = HEAD + 1 };
  map_open(&page->steps, &x->memory);
  map_open(&page->constants, &x->memory);
  map_open(&page->users, &x->memory);
  page->name = xlsx_tab(x, path);
  struct buffer quoted;
  buffer_open(&quoted, &x->scratch);
  xlsx_quote(&quoted, page->name);
  page->quoted = kept(x, xlsx_keep(x, &quoted));
  return (unsigned)x->page_count++;
}

static void add_entry(struct xlsx *x, unsigned page, struct entry entry) {
  struct page *at = &x->pages[page];
  void *entries = at->entries;
  if (!grown(x, &entries, at->entry_count, &at->entry_room, sizeof *at->entries)) return;
  at->entries = entries;
  at->entries[at->entry_count++] = entry;
}

static unsigned next_row(const struct page *page) {
  return page->first + (unsigned)page->entry_count;
}

/* The name a cell has among those of its worksheet. */
static void name_spot(struct xlsx *x, unsigned cell, const char *name) {
  x->spots[cell].name = xlsx_take(x, x->spots[cell].page, name);
}

/* Rows of the facts that the item in `anchor` brings. */
static void place_facts(struct xlsx *x, unsigned page, unsigned line, unsigned anchor) {
  const char *name = x->model->instances[x->pages[page].instance].sheet->lines[line].name;
  for (unsigned i = x->fact_first[anchor]; i != GRAPH_NONE; i = x->fact_next[i]) {
    const struct cell *here = &x->model->cells[i];
    x->spots[i] = (struct spot){ page, next_row(&x->pages[page]), SHOW_VALUE, 0, 1, NULL };
    if (!here->family) name_spot(x, i, xlsx_print(x, "%s.%s", name, here->fact->field));
    for (unsigned row = 0; row < here->rows; row++)
      add_entry(x, page, (struct entry){ ENTRY_FACT, line, i, row });
  }
}

static void place_cell(struct xlsx *x, unsigned page, unsigned line) {
  const struct instance *instance = &x->model->instances[x->pages[page].instance];
  const struct line *text = &instance->sheet->lines[line];
  unsigned cell = instance->cells[line];
  if (cell == GRAPH_NONE) return;
  x->spots[cell] = (struct spot){ page, next_row(&x->pages[page]), SHOW_VALUE, 0, 1, NULL };
  add_entry(x, page, (struct entry){ ENTRY_CELL, line, cell, 0 });
  name_spot(x, cell, text->name);
  place_facts(x, page, line, cell);
}

/* Most sources that a line of the sheet names, at least 1. */
static unsigned source_columns(const struct sheet *sheet) {
  size_t most = 1;
  for (size_t i = 0; i < sheet->line_count; i++)
    if (sheet->lines[i].cite_count > most) most = sheet->lines[i].cite_count;
  return most > 8 ? 8 : (unsigned)most;
}

static void place_line(struct xlsx *x, unsigned page, unsigned line) {
  const struct instance *instance = &x->model->instances[x->pages[page].instance];
  const struct line *text = &instance->sheet->lines[line];
  struct entry entry = { .line = line, .cell = GRAPH_NONE };
  switch (text->kind) {
    case LINE_NOTE: entry.kind = text->heading ? ENTRY_HEADING : ENTRY_NOTE; break;
    case LINE_USE: entry.kind = ENTRY_USE; break;
    case LINE_CHART: return; /* on its own worksheet */
    case LINE_TABLE: entry.kind = ENTRY_TABLE; break;
    default:
      if (text->table < 0) {
        place_cell(x, page, line);
        return;
      }
      entry.kind = ENTRY_COLUMN;
      entry.cell = instance->cells[line];
      x->column_row[entry.cell] = next_row(&x->pages[page]);
  }
  add_entry(x, page, entry);
}

static void place_instance(struct xlsx *x, unsigned instance) {
  const struct instance *here = &x->model->instances[instance];
  unsigned size = (unsigned)strlen(here->path);
  const char *path = size ? xlsx_print(x, "%.*s", (int)size - 1, here->path) : here->sheet->name;
  unsigned page = add_page(x, PAGE_INSTANCE, path);
  if (x->status != MLS_OK) return;
  x->instance_page[instance] = page;
  x->pages[page].instance = instance;
  x->pages[page].sources = source_columns(here->sheet);
  x->pages[page].base = SHOW_SOURCE + x->pages[page].sources + 1;
  for (unsigned line = 0; line < here->sheet->line_count && x->status == MLS_OK; line++)
    place_line(x, page, line);
}

/* ---- tables ---- */

static void add_column(struct xlsx *x, unsigned page, unsigned cell, unsigned word) {
  struct page *at = &x->pages[page];
  void *columns = at->columns;
  if (!grown(x, &columns, at->column_count, &at->column_room, sizeof *at->columns)) return;
  at->columns = columns;
  unsigned shown = 1 + (unsigned)at->column_count;
  at->columns[at->column_count++] = (struct column){ .cell = cell, .word = word, .shown = shown };
}

/* One column, or one for each word of a family of facts. */
static void add_columns(struct xlsx *x, unsigned page, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  unsigned count = here->family ? here->fact->word_count : 1;
  for (unsigned i = 0; i < count; i++) add_column(x, page, cell, i);
}

/* An empty column parts what is typed from what is calculated: formulas side by side are then one
   formula copied along, or of one kind each. */
static void place_bases_of_table(struct xlsx *x, struct page *at) {
  bool before = false;
  at->last_base = at->base;
  for (unsigned i = 0; i < at->column_count; i++) {
    const struct cell *cell = &x->model->cells[at->columns[i].cell];
    bool typed = cell->kind == CELL_INPUT;
    at->last_base += i > 0 && typed != before ? 2 : 1;
    at->columns[i].base = xlsx_is_typed_word(cell) ? at->columns[i].shown : at->last_base;
    before = typed;
  }
}

/* The base-unit block follows the columns that are shown. */
static void place_columns(struct xlsx *x, unsigned page, unsigned key) {
  struct page *at = &x->pages[page];
  at->base = 2 + (unsigned)at->column_count;
  at->planned = (unsigned)at->column_count;
  place_bases_of_table(x, at);
  if (at->last_base >= XLSX_COLUMNS)
    xlsx_refuse(x, MLS_LIMIT,
                "table %s has more columns than a worksheet (%d, two a column); export it as CSV",
                at->name, XLSX_COLUMNS);
  if (at->first + (size_t)x->model->cells[key].rows > XLSX_ROWS)
    xlsx_refuse(x, MLS_LIMIT,
                "table %s has %u rows, a worksheet holds %u below its headings; export it as CSV",
                at->name, x->model->cells[key].rows, XLSX_ROWS - at->first);
  x->spots[key] = (struct spot){ page, at->first, 0, 0, 1, NULL };
  for (unsigned i = 0; i < at->column_count; i++) {
    struct column *column = &at->columns[i];
    const struct cell *cell = &x->model->cells[column->cell];
    unsigned across = cell->family ? cell->fact->word_count : 1;
    if (column->word > 0) continue;
    x->spots[column->cell] =
        (struct spot){ page, at->first, column->shown, column->base, across, NULL };
  }
}

static void place_table(struct xlsx *x, unsigned instance, unsigned table) {
  const struct instance *here = &x->model->instances[instance];
  const struct line *line = &here->sheet->lines[here->sheet->tables[table]];
  unsigned page = add_page(x, PAGE_TABLE, xlsx_print(x, "%s%s", here->path, line->name));
  if (x->status != MLS_OK) return;
  unsigned key = here->cells[here->sheet->tables[table]];
  struct page *at = &x->pages[page];
  at->instance = instance, at->table = table, at->first = HEAD + 3;
  at->rows = x->model->cells[key].rows;
  for (unsigned i = x->fact_first[key]; i != GRAPH_NONE; i = x->fact_next[i])
    add_columns(x, page, i);
  for (size_t i = 0; i < here->sheet->line_count; i++) {
    const struct line *column = &here->sheet->lines[i];
    if (column->table == (int)table && column->kind != LINE_NOTE)
      add_column(x, page, here->cells[i], 0);
  }
  place_columns(x, page, key);
}

/* ---- all ---- */

static void note_fields(struct xlsx *x) {
  for (size_t i = 0; i < x->model->cell_count && x->status == MLS_OK; i++) {
    const struct cell *cell = &x->model->cells[i];
    if (cell->kind == CELL_FACT && map_put(&x->fields, cell->fact->field, 1) != MLS_OK)
      x->status = fail_memory(x->report->fails);
  }
}

static void chain_facts(struct xlsx *x) {
  unsigned count = (unsigned)x->model->cell_count;
  for (unsigned i = 0; i < count; i++) {
    x->fact_first[i] = x->fact_next[i] = GRAPH_NONE;
    x->spots[i].page = GRAPH_NONE;
  }
  for (unsigned i = count; i-- > 0;) {
    if (x->model->cells[i].kind != CELL_FACT) continue;
    add_block(x, x->model->cells[i].fact->registry);
    unsigned anchor = xlsx_chooser(x, i);
    x->fact_next[i] = x->fact_first[anchor];
    x->fact_first[anchor] = i;
  }
}

/* Base-unit cells of numbers, once the width of each page is known. */
static void place_bases(struct xlsx *x) {
  for (size_t i = 0; i < x->model->cell_count; i++) {
    struct spot *spot = &x->spots[i];
    const struct cell *cell = &x->model->cells[i];
    if (spot->page == GRAPH_NONE || x->pages[spot->page].kind != PAGE_INSTANCE) continue;
    spot->base = xlsx_is_typed_word(cell) ? SHOW_VALUE : x->pages[spot->page].base + BASE_VALUE;
  }
}

/* Columns for states: as many as the longest chain of references needs. */
static void count_states(struct xlsx *x) {
  for (unsigned i = 0; i < x->page_count; i++) {
    struct page *page = &x->pages[i];
    page->states = 1;
    for (size_t k = 0; k < page->entry_count && x->status == MLS_OK; k++) {
      const struct entry *entry = &page->entries[k];
      if (entry->kind != ENTRY_CELL && entry->kind != ENTRY_COLUMN) continue;
      unsigned columns = xlsx_state_columns(x, entry->cell);
      if (columns > page->states) page->states = columns;
    }
  }
}

static bool is_checked(const struct cell *cell) {
  return cell->kind == CELL_CHECK || cell->kind == CELL_WITHIN;
}

static bool by_reading(const struct xlsx *x, unsigned a, unsigned b) {
  const struct cell *first = &x->model->cells[a], *second = &x->model->cells[b];
  if (first->instance != second->instance) return first->instance < second->instance;
  return first->slot != second->slot ? first->slot < second->slot : a < b;
}

static int compare_checks(const struct xlsx *x, unsigned a, unsigned b) {
  return by_reading(x, a, b) ? -1 : 1;
}

/* Checks in reading order: a merge sort, for qsort has no context. */
static void sort_checks(const struct xlsx *x, unsigned *list, unsigned *spare, size_t count) {
  if (count < 2) return;
  size_t half = count / 2, i = 0, j = half;
  sort_checks(x, list, spare, half);
  sort_checks(x, list + half, spare, count - half);
  for (size_t k = 0; k < count; k++) {
    bool left = j == count || (i < half && compare_checks(x, list[i], list[j]) < 0);
    spare[k] = left ? list[i++] : list[j++];
  }
  memcpy(list, spare, count * sizeof *list);
}

static void list_checks(struct xlsx *x) {
  size_t count = 0;
  for (size_t i = 0; i < x->model->cell_count; i++) count += is_checked(&x->model->cells[i]);
  x->checks = memory_array(&x->memory, count, sizeof *x->checks);
  unsigned *spare = memory_array(&x->scratch, count, sizeof *spare);
  if (!x->checks || !spare) {
    x->status = fail_memory(x->report->fails);
    return;
  }
  unsigned page = xlsx_page_of(x, PAGE_CHECKS);
  for (unsigned i = 0; i < x->model->cell_count; i++)
    if (is_checked(&x->model->cells[i])) x->checks[x->check_count++] = i;
  sort_checks(x, x->checks, spare, count);
  for (unsigned i = 0; i < count; i++)
    if (x->model->cells[x->checks[i]].kind == CELL_WITHIN)
      x->spots[x->checks[i]] =
          (struct spot){ page, HEAD + 1 + i, CHECK_HOLDS, CHECK_BASE, 1, NULL };
}

static void reserve_tabs(struct xlsx *x) {
  static const char *const reserved[] = { "cover", "inputs",    "checks",  "facts",  "sources",
                                          "log",   "scenarios", "history", "charts", "runs" };
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
    const char *name = names_add(&x->names, slice_of(reserved[i]));
    if (!name || map_put(&x->taken, name, 1) != MLS_OK) x->status = fail_memory(x->report->fails);
  }
}

/* The reserved tabs are in use by now: they are named directly. */
static void add_fixed(struct xlsx *x, enum page_kind kind, const char *name, const char *quoted) {
  unsigned page = add_page(x, kind, name);
  if (x->status != MLS_OK) return;
  x->pages[page].name = name;
  x->pages[page].quoted = quoted;
}

static void place_all(struct xlsx *x) {
  add_fixed(x, PAGE_COVER, "cover", "cover!");
  add_fixed(x, PAGE_INPUTS, "inputs", "inputs!");
  add_fixed(x, PAGE_SCENARIOS, "scenarios", "scenarios!");
  if (x->runs_count) add_fixed(x, PAGE_RUNS, "runs", "runs!");
  for (unsigned i = 0; i < x->model->instance_count && x->status == MLS_OK; i++) {
    place_instance(x, i);
    const struct sheet *sheet = x->model->instances[i].sheet;
    for (unsigned table = 0; table < sheet->table_count && x->status == MLS_OK; table++)
      place_table(x, i, table);
  }
  size_t line = 0;
  add_fixed(x, PAGE_CHECKS, "checks", "checks!");
  if (chart_next(x->model, &line)) add_fixed(x, PAGE_CHARTS, "charts", "charts!");
  add_fixed(x, PAGE_FACTS, "facts", "facts!");
  add_fixed(x, PAGE_SOURCES, "sources", "sources!");
  add_fixed(x, PAGE_LOG, "log", "log!");
}

/* ---- what does not fit is refused before anything is written ---- */

static void check_cells(struct xlsx *x, size_t cells) {
  if (cells > XLSX_CELLS)
    xlsx_refuse(x, MLS_LIMIT,
                "the workbook would have more than %d filled cells; export a table of "
                "this size as CSV",
                XLSX_CELLS);
}

static void check_facts(struct xlsx *x) {
  size_t links = 1, cells = 2 * x->model->value_count;
  for (size_t i = 0; i < x->block_count; i++) {
    const struct block *block = &x->blocks[i];
    cells += block->count * FACT_LISTS_GAP;
    if (block->first + block->count > XLSX_ROWS)
      xlsx_refuse(x, MLS_LIMIT,
                  "the facts of registry %s do not fit on a worksheet of %d rows; export as CSV or "
                  "JSON, or give a registry with fewer items",
                  block->registry->name, XLSX_ROWS);
    for (size_t k = 0; k < block->registry->fact_count; k++)
      links += block->places[k] && block->registry->facts[k].source;
  }
  if (links > XLSX_LINKS) xlsx_refuse_links(x, xlsx_page_of(x, PAGE_FACTS));
  check_cells(x, cells + x->knob_count * (IN_COUNT + x->report->run_count));
}

static void check_lists(struct xlsx *x) {
  for (size_t i = 0; i < x->list_count; i++)
    if (HEAD + 1 + x->lists[i].count > XLSX_ROWS)
      xlsx_refuse(x, MLS_LIMIT, "%s has too many words for a worksheet", x->lists[i].title);
  if (FACT_LISTS + x->list_count > XLSX_COLUMNS)
    xlsx_refuse(x, MLS_LIMIT, "the model has too many lists of words for a worksheet");
}

/* Constants and parts of formulas come below the lines: room is left for them. */
static void check_lines(struct xlsx *x) {
  enum { PARTS = 4096 };
  for (unsigned i = 0; i < x->page_count; i++) {
    const struct page *page = &x->pages[i];
    if (page->kind != PAGE_INSTANCE) continue;
    const struct sheet *sheet = x->model->instances[page->instance].sheet;
    size_t links = 1;
    for (size_t k = 0; k < sheet->line_count; k++) links += sheet->lines[k].cite_count;
    if (links > XLSX_LINKS) xlsx_refuse_links(x, i);
    if (next_row(page) + PARTS > XLSX_ROWS)
      xlsx_refuse(x, MLS_LIMIT, "%s has too many lines for a worksheet", page->name);
  }
}

/* Scenarios stand side by side. What their tables hold stands once: it must be the same. */
static void check_runs(struct xlsx *x) {
  size_t most = XLSX_COLUMNS - RUN_FIRST;
  if (x->report->run_count > most)
    xlsx_refuse(x, MLS_LIMIT,
                "%zu scenarios do not fit on a worksheet, at most %zu do; export them as CSV, or "
                "split the file of inputs",
                x->report->run_count, most);
  for (size_t i = 0; i < x->model->cell_count && x->status == MLS_OK; i++) {
    const struct cell *cell = &x->model->cells[i];
    if (cell->kind != CELL_INPUT || cell->table < 0) continue;
    for (size_t run = 1; run < x->report->run_count && x->status == MLS_OK; run++)
      if (memcmp(x->values->value + cell->offset, x->report->runs[run].values->value + cell->offset,
                 cell->rows * sizeof(double)) != 0)
        xlsx_refuse(
            x, MLS_VALUE,
            "scenario %s has other rows in column %s than scenario %s; a workbook holds one "
            "table: export them apart",
            x->report->runs[run].name, xlsx_line(x, (unsigned)i)->name, x->report->runs[0].name);
  }
}

mls_status xlsx_layout(struct xlsx *x) {
  const struct mls_model *model = x->model;
  check_cells(x, 2 * model->value_count);
  check_runs(x);
  if (x->status != MLS_OK) return x->status;
  x->spots = memory_array(&x->memory, model->cell_count, sizeof *x->spots);
  x->fact_first = memory_array(&x->memory, model->cell_count, sizeof(unsigned));
  x->fact_next = memory_array(&x->memory, model->cell_count, sizeof(unsigned));
  x->instance_page = memory_array(&x->memory, model->instance_count, sizeof(unsigned));
  x->column_row = memory_array(&x->memory, model->cell_count, sizeof(unsigned));
  x->knob_of = memory_array(&x->memory, model->cell_count, sizeof(unsigned));
  x->ranks = memory_array(&x->memory, model->cell_count, 1);
  if (!x->column_row || !x->knob_of || !x->ranks || !x->spots || !x->fact_first || !x->fact_next ||
      !x->instance_page)
    return x->status = fail_memory(x->report->fails);
  reserve_tabs(x);
  note_fields(x);
  for (size_t i = 0; i < model->instance_count; i++) gather_sheet(x, model->instances[i].sheet);
  chain_facts(x);
  xlsx_list_runs(x);
  if (x->status != MLS_OK) return x->status;
  place_all(x);
  if (x->status != MLS_OK) return x->status;
  place_bases(x);
  list_checks(x);
  xlsx_list_knobs(x);
  xlsx_list_results(x);
  xlsx_list_choices(x);
  check_facts(x);
  check_lists(x);
  check_lines(x);
  if (x->status != MLS_OK) return x->status;
  xlsx_rank_all(x);
  count_states(x);
  return x->status;
}
