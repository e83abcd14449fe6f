/* States of verification as formulas: a cell's state is the weakest of those it rests on, so that
   choosing another item, typing over a fact or moving the as-of date changes every badge below.
   state.c says which cells count; this file follows it, and the tests compare the two. */
#include "xlsx.h"

#include <string.h>

enum { ROOM = 190 }; /* characters of references in one formula */

static const struct {
  const char *word, *meaning;
} ranks[RANK_COUNT] = {
  [RANK_INPUT] = { "input", "Typed by the user: a choice" },
  [RANK_VERIFIED] = { "verified", "Read in the source that is named, at the place that is named" },
  [RANK_DERIVED] = { "derived", "Calculated from verified numbers" },
  [RANK_CITED] = { "cited", "Has a source; not yet read there by a second person" },
  [RANK_STALE] = { "stale", "Its source was read too long before the as-of date" },
  [RANK_ESTIMATE] = { "estimate", "Estimated, or a number without a source" },
  [RANK_ASSUMED] = { "assumed", "Set instead of a fact, or a line that says so" },
  [RANK_MISSING] = { "missing", "No value: a fact is missing, or the number is impossible" },
};

const char *xlsx_rank_word(enum rank rank) { return ranks[rank].word; }
const char *xlsx_rank_meaning(enum rank rank) { return ranks[rank].meaning; }

const char *xlsx_rank_cell(struct xlsx *x, enum rank rank) {
  return xlsx_print(x, "log!$C$%d", RANK_ROW + (int)rank + 1);
}

const char *xlsx_rank_words(struct xlsx *x) {
  return xlsx_print(x, "log!$A$%d:$A$%d", RANK_ROW + 1, RANK_ROW + RANK_COUNT);
}

static enum rank rank_of(enum state state) {
  static const enum rank of[] = {
    [STATE_INPUT] = RANK_INPUT, [STATE_VERIFIED] = RANK_VERIFIED, [STATE_DERIVED] = RANK_DERIVED,
    [STATE_CITED] = RANK_CITED, [STATE_ESTIMATE] = RANK_ESTIMATE, [STATE_ASSUMED] = RANK_ASSUMED
  };
  return of[state];
}

static enum rank weaker(enum rank a, enum rank b) { return a > b ? a : b; }

enum rank xlsx_rank_of_fact(const struct xlsx *x, const struct fact *fact) {
  enum rank rank = rank_of(fact->state);
  long read = xlsx_day(fact->accessed), now = xlsx_day(x->report->date);
  bool stale = read && now && now - read > STALE_DAYS;
  return stale ? weaker(rank, RANK_STALE) : rank;
}

/* ---- what a cell rests on ---- */

/* A cell; of a family of facts a row, all rows, or the row that a formula looks up. */
struct basis {
  unsigned cell;
  size_t row;
  const struct node *lookup;
};

struct bases {
  struct xlsx *x;
  unsigned first, end; /* the group being asked about: columns that need each other */
  struct basis *list;
  size_t count, room;
  enum rank constant; /* of constants, and of inputs of tables, which no choice changes */
};

static void add_basis(struct bases *b, struct basis basis) {
  for (size_t i = 0; i < b->count; i++)
    if (b->list[i].cell == basis.cell && b->list[i].row == basis.row &&
        b->list[i].lookup == basis.lookup)
      return;
  struct basis *list = memory_grow(&b->x->scratch, b->list, b->count, &b->room, sizeof *list);
  if (!list) {
    if (b->x->status == MLS_OK) b->x->status = fail_memory(b->x->report->fails);
    return;
  }
  b->list = list;
  b->list[b->count++] = basis;
}

static bool cites(const struct xlsx *x, unsigned cell) {
  return !x->model->cells[cell].given && xlsx_line(x, cell)->cite_count > 0;
}

static void add_cell(struct bases *b, unsigned cell, size_t row, const struct node *lookup) {
  const struct cell *here = &b->x->model->cells[cell];
  if (cell >= b->first && cell < b->end) return;
  if (here->kind == CELL_KEY || (here->kind == CELL_INPUT && !cites(b->x, cell))) return;
  if (here->kind == CELL_INPUT && here->table >= 0) b->constant = weaker(b->constant, RANK_CITED);
  else add_basis(b, (struct basis){ cell, row, lookup });
}

static void add_path(struct bases *b, const struct cell *cell, const struct node *node) {
  unsigned to = model_cell(b->x->model, model_home(b->x->model, cell), node);
  const struct cell *other = &b->x->model->cells[to];
  bool word = other->kind == CELL_FACT && other->family && other->table < 0;
  if (word && node->ref == REF_ROW) add_cell(b, to, node->parts->row, NULL);
  else if (word && node->count && cell->table < 0) add_cell(b, to, ROWS_ALL, node);
  else add_cell(b, to, ROWS_ALL, NULL);
}

static void add_node(struct bases *b, const struct cell *cell, const struct node *node) {
  const struct mls_model *model = b->x->model;
  if (node_is_total(node)) {
    const struct instance *home = &model->instances[model_home(model, cell)];
    const struct total_cell *total = model->cells[home->cells[node->total]].total;
    add_cell(b, total->column, ROWS_ALL, NULL);
    if (total->truth != GRAPH_NONE) add_cell(b, total->truth, ROWS_ALL, NULL);
    return;
  }
  if (node->kind == NODE_PATH) add_path(b, cell, node);
  for (unsigned i = 0; i < node->count; i++) add_node(b, cell, node->arguments[i]);
}

/* The first cell of the group that a cell belongs to. */
static unsigned group_of(const struct mls_model *model, unsigned cell) {
  unsigned first = cell, end = model->cells[cell].group_end;
  while (first > 0 && model->cells[first - 1].group_end == end) first--;
  return first;
}

static struct bases bases_of(struct xlsx *x, unsigned cell) {
  struct bases b = { .x = x,
                     .first = group_of(x->model, cell),
                     .end = x->model->cells[cell].group_end };
  for (unsigned i = b.first; i < b.end; i++) {
    const struct cell *here = &x->model->cells[i];
    if (!here->formula) continue;
    b.constant = weaker(b.constant, rank_of(state_of_constants(x->model, i)));
    add_node(&b, here, here->formula);
  }
  return b;
}

/* ---- ranks now ---- */

static enum rank fact_rank(const struct xlsx *x, unsigned cell, size_t row) {
  if (values_setting(x->values, cell, row)) return RANK_ASSUMED;
  const struct fact *fact = values_fact(x->values, cell, row);
  return fact ? xlsx_rank_of_fact(x, fact) : RANK_INPUT;
}

static enum rank facts_rank(const struct xlsx *x, unsigned cell) {
  enum rank rank = RANK_INPUT;
  for (size_t row = 0; row < x->model->cells[cell].rows; row++)
    rank = weaker(rank, fact_rank(x, cell, row));
  return rank;
}

static enum rank lookup_rank(const struct xlsx *x, unsigned home, const struct basis *basis) {
  const struct cell *family = &x->model->cells[basis->cell];
  double key = values_evaluate(x->values, home, 0, basis->lookup->arguments[0]);
  for (unsigned i = 0; i < family->fact->word_count; i++)
    if ((double)family->fact->words[i] == key) return fact_rank(x, basis->cell, i);
  return RANK_INPUT;
}

static enum rank basis_rank(const struct xlsx *x, unsigned home, const struct basis *basis) {
  if (basis->lookup) return lookup_rank(x, home, basis);
  bool row = x->model->cells[basis->cell].kind == CELL_FACT && basis->row != ROWS_ALL;
  return row ? fact_rank(x, basis->cell, basis->row) : (enum rank)x->ranks[basis->cell];
}

static enum rank cell_rank(struct xlsx *x, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  if (here->kind == CELL_FACT) return facts_rank(x, cell);
  if (here->kind == CELL_INPUT)
    return cites(x, cell) && !values_setting(x->values, cell, 0) ? RANK_CITED : RANK_INPUT;
  if (!here->formula) return RANK_INPUT;
  struct bases b = bases_of(x, cell);
  enum rank rank = b.constant;
  for (size_t i = 0; i < b.count; i++)
    rank = weaker(rank, basis_rank(x, model_home(x->model, here), &b.list[i]));
  return rank;
}

void xlsx_rank_all(struct xlsx *x) {
  struct memory_mark mark = memory_mark(&x->scratch);
  for (unsigned i = 0; i < x->model->cell_count && x->status == MLS_OK; i++) {
    memory_reset(&x->scratch, mark);
    x->ranks[i] = (unsigned char)cell_rank(x, i);
  }
  memory_reset(&x->scratch, mark);
}

/* ---- formulas ---- */

/* Facts of the items of a table have their number above the headings of the table; all other cells
   in a row of their instance's worksheet. */
enum { TABLE_RANK_ROW = 1 };

static void add_place(struct xlsx *x, struct buffer *out, unsigned page,
                      const struct basis *basis) {
  const struct cell *here = &x->model->cells[basis->cell];
  const struct spot *spot = &x->spots[basis->cell];
  bool fact = here->kind == CELL_FACT, above = fact && here->table >= 0;
  bool column = here->table >= 0 && !fact;
  unsigned to = column ? x->instance_page[here->instance] : spot->page;
  unsigned row = above ? TABLE_RANK_ROW : column ? x->column_row[basis->cell] : spot->row;
  unsigned at = above ? spot->base : x->pages[to].base + BASE_STATE;
  bool all = fact && here->family && basis->row == ROWS_ALL;
  if (fact && basis->row != ROWS_ALL) row += (unsigned)basis->row;
  if (to != page) buffer_text(out, x->pages[to].quoted);
  xlsx_address(out, row, at, true);
  if (!all) return;
  buffer_char(out, ':');
  xlsx_address(out, above ? row : row + here->rows - 1, above ? at + spot->across - 1 : at, true);
}

/* Its length is not known before steps are made: it gets a cell for itself. */
static const char *look_up(struct xlsx *x, unsigned cell, const struct basis *basis) {
  struct pen pen = xlsx_pen(x, cell);
  unsigned column = x->pages[x->spots[basis->cell].page].base + BASE_STATE;
  return xlsx_print(x, "IFERROR(%s,0)",
                    xlsx_spell_family(&pen, basis->cell, basis->lookup, column));
}

/* A part of the references of a state: its formula, and the weakest of them. */
struct link {
  const char *formula;
  enum rank rank;
};

/* How many bases from `first` on stand in one formula; what looks a word up stands alone. */
static size_t link_size(struct xlsx *x, const struct bases *b, size_t first, unsigned page) {
  size_t size = 0, i = first;
  for (; i < b->count && x->status == MLS_OK; i++) {
    struct buffer out;
    buffer_open(&out, &x->scratch);
    if (!b->list[i].lookup) add_place(x, &out, page, &b->list[i]);
    size += b->list[i].lookup ? ROOM : out.size + 1;
    buffer_close(&out);
    if (i > first && size > ROOM) break;
  }
  return i - first;
}

static struct link make_link(struct xlsx *x, unsigned cell, const struct bases *b, size_t first,
                             size_t count, unsigned page) {
  struct link link = { "", RANK_INPUT };
  struct buffer out;
  buffer_open(&out, &x->scratch);
  for (size_t i = first; i < first + count; i++) {
    if (i > first) buffer_char(&out, ',');
    if (b->list[i].lookup) buffer_text(&out, look_up(x, cell, &b->list[i]));
    else add_place(x, &out, page, &b->list[i]);
    link.rank =
        weaker(link.rank, basis_rank(x, model_home(x->model, &x->model->cells[cell]), &b->list[i]));
  }
  if (first == 0 && b->constant != RANK_INPUT) {
    buffer_print(&out, "%s%s", count ? "," : "", xlsx_rank_cell(x, b->constant));
    link.rank = weaker(link.rank, b->constant);
  }
  link.formula = xlsx_keep(x, &out);
  return link;
}

unsigned xlsx_state_columns(struct xlsx *x, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  if (!here->formula) return 1;
  struct memory_mark mark = memory_mark(&x->scratch);
  struct bases b = bases_of(x, cell);
  unsigned links = 0;
  for (size_t i = 0; i < b.count && x->status == MLS_OK; links++)
    i += link_size(x, &b, i, x->instance_page[here->instance]);
  memory_reset(&x->scratch, mark);
  return links ? links : 1;
}

static void put_rank(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                     const char *formula, enum rank rank) {
  if (*formula) put_formula(x, page, row, column, formula, rank, STYLE_BASE, XLSX_PLAIN);
  else put_number(x, page, row, column, rank, STYLE_BASE, XLSX_PLAIN);
}

/* The state of all bases from `first` on, in column `column`: what does not fit is left to the
   column at its right. */
static enum rank put_chain(struct xlsx *x, unsigned page, unsigned row, unsigned cell,
                           const struct bases *b, size_t first, unsigned column) {
  size_t count = link_size(x, b, first, page);
  struct link link = make_link(x, cell, b, first, count, page);
  const char *next = "";
  if (first + count < b->count && x->status == MLS_OK) {
    char letters[8];
    link.rank = weaker(link.rank, put_chain(x, page, row, cell, b, first + count, column + 1));
    next = xlsx_print(x, ",%s%u", xlsx_letters(letters, column + 1), row + 1);
  }
  bool any = *link.formula || *next;
  put_rank(x, page, row, column, any ? xlsx_print(x, "MAX(%s%s)", link.formula, next) : "",
           link.rank);
  return link.rank;
}

/* A cell that is another one under a new name has its state; all others derive theirs. */
static bool derives(const struct xlsx *x, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  while (here->formula && here->formula->kind == NODE_PATH)
    here = &x->model->cells[model_cell(x->model, model_home(x->model, here), here->formula)];
  return here->formula != NULL;
}

static const char *address(struct xlsx *x, unsigned row, unsigned column) {
  char letters[8];
  return xlsx_print(x, "%s%u", xlsx_letters(letters, column), row + 1);
}

static void put_badge(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                      const char *number, enum rank rank, bool derived, const char *value,
                      bool missing) {
  const char *index =
      derived ? xlsx_print(x, "%s+1+(%s=1)", number, number) : xlsx_print(x, "%s+1", number);
  const char *word = xlsx_print(x, "INDEX(%s,%s)", xlsx_rank_words(x), index);
  if (value) word = xlsx_print(x, "IF(ISERROR(%s),\"missing\",%s)", value, word);
  if (derived && rank == RANK_VERIFIED) rank = RANK_DERIVED;
  put_formula_text(x, page, row, column, word, ranks[missing ? RANK_MISSING : rank].word,
                   STYLE_BADGE);
}

static void put_input_rank(struct xlsx *x, unsigned page, unsigned row, unsigned cell) {
  unsigned column = x->pages[page].base + BASE_STATE;
  const struct knob *knob = xlsx_knob(x, cell, 0);
  const char *formula = "";
  if (knob && cites(x, cell))
    formula =
        xlsx_print(x, "IF(%s,%s,0)", xlsx_input_untouched(x, knob), xlsx_rank_cell(x, RANK_CITED));
  put_rank(x, page, row, column, formula, (enum rank)x->ranks[cell]);
}

void xlsx_put_state(struct xlsx *x, unsigned page, unsigned row, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  unsigned base = x->pages[page].base;
  if (here->formula) {
    struct bases b = bases_of(x, cell);
    put_chain(x, page, row, cell, &b, 0, base + BASE_STATE);
  } else put_input_rank(x, page, row, cell);
  bool one = here->table < 0, word = xlsx_is_typed_word(here);
  const char *value = one ? address(x, row, word ? SHOW_VALUE : base + BASE_VALUE) : NULL;
  put_badge(x, page, row, SHOW_STATE, address(x, row, base + BASE_STATE), (enum rank)x->ranks[cell],
            derives(x, cell), value, one && value_is_error(values_get(x->values, cell, 0)));
}

void xlsx_put_fact_state(struct xlsx *x, unsigned page, unsigned row, unsigned cell,
                         unsigned fact_row) {
  unsigned base = x->pages[page].base;
  const char *index = address(x, row, base + BASE_FACT);
  const char *formula =
      xlsx_print(x, "IF(ISNUMBER(%s),%s,IF(ISERROR(%s),0,%s))", index,
                 xlsx_in_facts(x, cell, FACT_RANK, index), index, xlsx_rank_cell(x, RANK_ASSUMED));
  enum rank rank = fact_rank(x, cell, fact_row);
  put_rank(x, page, row, base + BASE_STATE, formula, rank);
  put_badge(x, page, row, SHOW_STATE, address(x, row, base + BASE_STATE), rank, false,
            address(x, row, base + BASE_VALUE),
            value_is_error(values_get(x->values, cell, fact_row)));
}

enum rank xlsx_rank_of_knob(const struct xlsx *x, const struct knob *knob) {
  if (value_is_error(values_get(x->values, knob->cell, knob->row))) return RANK_MISSING;
  bool fact = x->model->cells[knob->cell].kind == CELL_FACT;
  return fact ? fact_rank(x, knob->cell, knob->row) : (enum rank)x->ranks[knob->cell];
}

static enum rank column_rank(const struct xlsx *x, unsigned cell) {
  enum rank rank = (enum rank)x->ranks[cell];
  return rank == RANK_VERIFIED && derives(x, cell) ? RANK_DERIVED : rank;
}

enum rank xlsx_rank_shown(const struct xlsx *x, unsigned cell) {
  return value_is_error(values_get(x->values, cell, 0)) ? RANK_MISSING : column_rank(x, cell);
}

/* Of a column of a table as its row on the worksheet of the instance says. */
static const char *column_state(struct xlsx *x, unsigned cell, unsigned column) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_text(&out, x->pages[x->instance_page[x->model->cells[cell].instance]].quoted);
  xlsx_address(&out, x->column_row[cell], column, true);
  return xlsx_keep(x, &out);
}

static enum rank items_rank(const struct xlsx *x, const struct page *at,
                            const struct column *column) {
  const struct cell *here = &x->model->cells[column->cell];
  unsigned words = here->family ? here->fact->word_count : 1;
  enum rank rank = RANK_INPUT;
  for (unsigned row = 0; row < at->rows; row++)
    rank = weaker(rank, fact_rank(x, column->cell, row * words + column->word));
  return rank;
}

/* The weakest fact of all items of a table. */
static const char *items_formula(struct xlsx *x, const struct page *at,
                                 const struct column *column) {
  const struct cell *here = &x->model->cells[column->cell];
  const struct block *block = xlsx_block(x, here->fact->registry);
  const char *field = here->fact->field;
  if (!block) return "";
  if (here->family)
    field = xlsx_print(x, "%s.%s", field, x->model->words[here->fact->words[column->word]]);
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_print(&out, "MAX(ISNUMBER(MATCH(%s,", xlsx_fact_range(x, block, FACT_ITEM));
  xlsx_address(&out, at->first, 0, true);
  buffer_char(&out, ':');
  xlsx_address(&out, at->first + at->rows - 1, 0, true);
  buffer_print(&out, ",0))*(%s=", xlsx_fact_range(x, block, FACT_FIELD));
  xlsx_literal(&out, field);
  buffer_print(&out, ")*%s)", xlsx_fact_range(x, block, FACT_RANK));
  return xlsx_keep(x, &out);
}

void xlsx_put_column_rank(struct xlsx *x, unsigned page, const struct column *column,
                          unsigned row) {
  const struct page *at = &x->pages[page];
  if (x->model->cells[column->cell].kind == CELL_FACT)
    put_array(x, page, row, column->base, items_formula(x, at, column), items_rank(x, at, column),
              STYLE_BASE, XLSX_PLAIN);
}

void xlsx_put_column_badge(struct xlsx *x, unsigned page, const struct column *column,
                           unsigned row) {
  if (x->model->cells[column->cell].kind != CELL_FACT) {
    put_formula_text(x, page, row, column->shown, column_state(x, column->cell, SHOW_STATE),
                     ranks[column_rank(x, column->cell)].word, STYLE_BADGE);
    return;
  }
  char letters[8];
  const char *number =
      xlsx_print(x, "$%s$%d", xlsx_letters(letters, column->base), TABLE_RANK_ROW + 1);
  put_badge(x, page, row, column->shown, number, items_rank(x, &x->pages[page], column), false,
            NULL, false);
}
