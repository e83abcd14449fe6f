/* The facts worksheet: the registries that the model chooses from, a fact a row as it was typed,
   with its source and state; and lists of words to choose from. Lookups find a fact by its key,
   which is "item|field". */
#include "xlsx.h"

#include <math.h>
#include <string.h>

static unsigned facts_page(const struct xlsx *x) { return xlsx_page_of(x, PAGE_FACTS); }

static const char *column_range(struct xlsx *x, unsigned column, unsigned first, size_t count) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_text(&out, x->pages[facts_page(x)].quoted);
  xlsx_address(&out, first, column, true);
  buffer_char(&out, ':');
  xlsx_address(&out, first + (unsigned)(count ? count - 1 : 0), column, true);
  return xlsx_keep(x, &out);
}

const char *xlsx_fact_range(struct xlsx *x, const struct block *block, enum fact_column column) {
  return column_range(x, column, block->first, block->count);
}

const char *xlsx_list_range(struct xlsx *x, const struct list *list) {
  return column_range(x, list->column, x->pages[facts_page(x)].first, list->count);
}

const char *xlsx_fact_row(struct xlsx *x, unsigned page, unsigned cell, size_t row) {
  const struct cell *here = &x->model->cells[cell];
  const struct fact_cell *fact = here->fact;
  const struct block *block = xlsx_block(x, fact->registry);
  if (!block) return "NA()";
  const char *field = fact->field;
  if (here->family)
    field = xlsx_print(x, "%s.%s", field, x->model->words[fact->words[row % fact->word_count]]);
  size_t item_row = here->table >= 0 ? row / (here->family ? fact->word_count : 1) : 0;
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_print(&out, "MATCH(%s&", xlsx_reference(x, page, xlsx_chooser(x, cell), item_row));
  xlsx_literal(&out, xlsx_print(x, "|%s", field));
  buffer_print(&out, ",%s,0)", xlsx_fact_range(x, block, FACT_KEY));
  return xlsx_keep(x, &out);
}

const char *xlsx_in_facts(struct xlsx *x, unsigned cell, enum fact_column column,
                          const char *index) {
  const struct block *block = xlsx_block(x, x->model->cells[cell].fact->registry);
  if (!block) xlsx_refuse(x, MLS_VALUE, "a registry has no place in the workbook");
  return block ? xlsx_print(x, "INDEX(%s,%s)", xlsx_fact_range(x, block, column), index) : "NA()";
}

/* ---- rows ---- */

static void put_bound(struct xlsx *x, unsigned page, unsigned row, unsigned column, double si,
                      double factor) {
  if (value_is_error(si)) put_blank(x, page, row, column, STYLE_TEXT);
  else put_number(x, page, row, column, xlsx_typed(si, factor), STYLE_NUMBER, XLSX_PLAIN);
}

static void put_amount(struct xlsx *x, unsigned page, unsigned row, const struct fact *fact) {
  const struct unit *unit = fact->unit ? fact->unit : x->model->units->plain;
  const char *typed = xlsx_print(x, "%c%u", 'A' + FACT_VALUE, row + 1);
  put_text(x, page, row, FACT_UNIT, xlsx_unit(unit, fact->word ? KIND_TEXT : KIND_NUMBER),
           STYLE_UNIT);
  if (fact->word) {
    put_word(x, page, row, FACT_VALUE, fact->word, STYLE_NUMBER);
    put_formula_text(x, page, row, FACT_BASE, typed, xlsx_word(x, fact->word), STYLE_BASE);
    put_row(x, page, row, FACT_LOW, FACT_HIGH, STYLE_TEXT);
    put_blank(x, page, row, FACT_FACTOR, STYLE_BASE);
    return;
  }
  put_number(x, page, row, FACT_VALUE, fact->number, STYLE_NUMBER, XLSX_PLAIN);
  put_bound(x, page, row, FACT_LOW, fact->low, unit->factor);
  put_bound(x, page, row, FACT_HIGH, fact->high, unit->factor);
  const char *formula = xlsx_print(x, "%s*%c%u", typed, 'A' + FACT_FACTOR, row + 1);
  put_formula(x, page, row, FACT_BASE, formula, fact->number * unit->factor, STYLE_BASE,
              XLSX_EXACT);
  put_number(x, page, row, FACT_FACTOR, unit->factor, STYLE_BASE, XLSX_PLAIN);
}

/* Where a lookup's link leads: the source's page, else its row, else the fact itself. */
static const char *link_of(struct xlsx *x, const struct source *source, unsigned row) {
  size_t index;
  if (source && source->url && strlen(source->url) <= XLSX_QUOTED && xlsx_url_is_safe(source->url))
    return source->url;
  if (source && map_get(&x->cited_index, source->key, &index))
    return xlsx_print(x, "#sources!A%u",
                      x->pages[xlsx_page_of(x, PAGE_SOURCES)].first + (unsigned)index + 1);
  return xlsx_print(x, "#facts!A%u", row + 1);
}

/* The state as a number: weaker when its source was read long before the as-of date. */
static void put_rank(struct xlsx *x, unsigned page, unsigned row, const struct fact *fact) {
  const char *formula = xlsx_print(
      x, "MAX(MATCH(%c%u,%s,0)-1,IF(ISNUMBER(%c%u),IF(N(cover!$B$%d)-%c%u>cover!$B$%d,%s,0),0))",
      'A' + FACT_STATE, row + 1, xlsx_rank_words(x), 'A' + FACT_ACCESSED, row + 1, COVER_AS_OF + 1,
      'A' + FACT_ACCESSED, row + 1, COVER_STALE + 1, xlsx_rank_cell(x, RANK_STALE));
  put_formula(x, page, row, FACT_RANK, formula, (double)xlsx_rank_of_fact(x, fact), STYLE_BASE,
              XLSX_PLAIN);
}

static void put_fact(struct xlsx *x, unsigned page, unsigned row, const char *item,
                     const char *field, const struct fact *fact) {
  put_text(x, page, row, FACT_ITEM, item, STYLE_TEXT);
  put_text(x, page, row, FACT_FIELD, field, STYLE_TEXT);
  put_amount(x, page, row, fact);
  put_text(x, page, row, FACT_STATE, state_word(fact->state), STYLE_BADGE);
  if (fact->source) put_source(x, page, row, FACT_SOURCE, fact->source->key);
  else put_text(x, page, row, FACT_SOURCE, "no source", STYLE_TEXT);
  put_text(x, page, row, FACT_LOCATOR, fact->locator ? fact->locator : "", STYLE_WRAP);
  put_date(x, page, row, FACT_ACCESSED, fact->accessed, STYLE_UNIT);
  put_text(x, page, row, FACT_NOTE, fact->note ? fact->note : "", STYLE_WRAP);
  put_word(x, page, row, FACT_KEY, xlsx_print(x, "%s|%s", item, field), STYLE_BASE);
  put_text(x, page, row, FACT_LINK, link_of(x, fact->source, row), STYLE_BASE);
  put_rank(x, page, row, fact);
}

/* Facts lie in file order; each is found by its item and field. */
static void put_block(struct xlsx *x, unsigned page, const struct block *block) {
  const struct registry *registry = block->registry;
  put_row(x, page, block->first - 1, 0, FACT_NOTE, STYLE_SECTION);
  put_text(x, page, block->first - 1, 0, xlsx_print(x, "Registry %s", registry->name),
           STYLE_SECTION);
  struct memory_mark mark = memory_mark(&x->scratch);
  for (size_t item = 0; item < registry->item_count; item++)
    for (size_t field = 0; field < registry->field_count && x->status == MLS_OK; field++) {
      const struct fact *fact = fact_find(registry, item, field);
      unsigned place = fact ? block->places[fact - registry->facts] : 0;
      if (place == 0) continue;
      memory_reset(&x->scratch, mark);
      unsigned row = block->first + place - 1;
      put_fact(x, page, row, registry->items[item], registry->fields[field].name, fact);
    }
  memory_reset(&x->scratch, mark);
}

static void put_list(struct xlsx *x, unsigned page, const struct list *list) {
  unsigned first = x->pages[page].first;
  put_text(x, page, first - 1, list->column, list->title, STYLE_HEAD);
  for (size_t i = 0; i < list->count && x->status == MLS_OK; i++)
    put_word(x, page, first + (unsigned)i, list->column, xlsx_list_word(x, list, i), STYLE_BASE);
}

const char *xlsx_list_word(const struct xlsx *x, const struct list *list, size_t index) {
  for (size_t i = 0; i < x->block_count; i++)
    if (x->blocks[i].registry == list->key) return x->blocks[i].registry->items[index];
  const struct set *set = list->key;
  return set->words[index];
}

static void put_heads(struct xlsx *x, unsigned page) {
  static const char *const heads[] = {
    "Item", "Field",       "Value",           "Unit",        "Low",
    "High", "State",       "Source",          "Where in it", "Read on",
    "Note", NULL,          "Base-unit value", "Factor",      "Key",
    "Link", "State number"
  };
  static const double widths[] = {
    20, 22, 14, 16, 12, 12, 11, 20, 44, 12, 40, 2, 17, 13, 34, 30, 9
  };
  for (unsigned i = 0; i < sizeof heads / sizeof *heads; i++) {
    put_width(x, page, i, i, widths[i], i >= FACT_BASE);
    if (heads[i]) put_text(x, page, x->pages[page].first - 1, i, heads[i], STYLE_HEAD);
  }
  if (x->list_count)
    put_width(x, page, FACT_LISTS, FACT_LISTS + (unsigned)x->list_count - 1, 18, true);
}

void xlsx_write_facts(struct xlsx *x) {
  unsigned page = facts_page(x), first = x->pages[page].first, last = first;
  put_page(
      x, page, "Facts",
      "What the model looks up, as typed in the registries; lists to choose from at the right.");
  put_heads(x, page);
  for (size_t i = 0; i < x->block_count && x->status == MLS_OK; i++) {
    put_block(x, page, &x->blocks[i]);
    last = x->blocks[i].first + (unsigned)x->blocks[i].count - (x->blocks[i].count > 0);
  }
  for (size_t i = 0; i < x->list_count; i++) put_list(x, page, &x->lists[i]);
  if (x->block_count == 0) put_text(x, page, first, 0, "This model looks no facts up.", STYLE_NOTE);
  put_badges(x, page, first, last, FACT_STATE);
  put_print(x, page, "Facts", (struct print){ first - 1, first - 1, last, FACT_GAP, 1, 0 });
}
