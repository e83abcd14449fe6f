/* Page set-up: titles, freeze panes, printing, protection, and what may be typed into an input. */
#include "xlsx.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void put_page(struct xlsx *x, unsigned page, const char *title, const char *subtitle) {
  put_text(x, page, 0, 0, title, STYLE_TITLE);
  if (page == xlsx_page_of(x, PAGE_COVER)) {
    put_text(x, page, 1, 0, subtitle, STYLE_SUBTITLE);
    return;
  }
  put_jump(x, page, 1, 0, xlsx_page_of(x, PAGE_COVER), 0, "Back to the cover");
  put_text(x, page, 1, 1, subtitle, STYLE_SUBTITLE);
}

void put_width(struct xlsx *x, unsigned page, unsigned first, unsigned last, double width,
               bool outlined) {
  if (x->status != MLS_OK) return;
  for (unsigned i = first; i <= last && i < XLSX_WIDTHS; i++) x->pages[page].widths[i] = width;
  lxw_row_col_options options = { .level = outlined ? 1 : 0 };
  xlsx_check(x, worksheet_set_column_opt(x->pages[page].sheet, (lxw_col_t)first, (lxw_col_t)last,
                                         width, NULL, &options));
}

/* Cut to `most` bytes between characters, with `&` doubled: it begins a code in headers. A
   picture's code, &G or &[Picture], is found by libxlsxwriter in doubled ones too: a blank keeps
   them apart. */
static const char *header_text(struct xlsx *x, const char *text, size_t most) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  for (; *text && (out.size < most || ((unsigned char)*text & 0xc0) == 0x80); text++) {
    buffer_char(&out, *text);
    if (*text != '&') continue;
    buffer_char(&out, '&');
    if (text[1] == 'G' || text[1] == '[') buffer_char(&out, ' ');
  }
  if (*text) buffer_text(&out, "...");
  return xlsx_keep(x, &out);
}

void put_print(struct xlsx *x, unsigned page, const char *title, struct print print) {
  lxw_worksheet *sheet = x->pages[page].sheet;
  const char *shown = header_text(x, xlsx_safe(x, title), 90);
  const char *top = xlsx_print(x, "&L&\"Arial,Bold\"%s&R&\"Arial,Regular\"&8mlsysim %s, as of %s",
                               shown, MLS_VERSION, header_text(x, x->report->date, 20));
  if (x->status != MLS_OK) return;
  worksheet_set_landscape(sheet);
  worksheet_set_paper(sheet, 9);
  worksheet_set_margins(sheet, 0.4, 0.4, 0.75, 0.6);
  xlsx_check(x, worksheet_set_header(sheet, top));
  xlsx_check(x, worksheet_set_footer(sheet, "&L&8&A&C&8Page &P of &N"));
  worksheet_fit_to_pages(sheet, (uint16_t)print.across, (uint16_t)print.down);
  worksheet_print_across(sheet);
  worksheet_freeze_panes(sheet, print.last_head + 1, 1);
  xlsx_check(x, worksheet_repeat_rows(sheet, print.head, print.last_head));
  if (print.across > 1) xlsx_check(x, worksheet_repeat_columns(sheet, 0, 0));
  xlsx_check(x, worksheet_print_area(sheet, 0, 0, print.last_row, (lxw_col_t)(print.columns - 1)));
  worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
  worksheet_outline_settings(sheet, 1, 0, 0, 0);
  lxw_protection allowed = { .format_columns = 1, .format_rows = 1 };
  worksheet_protect(sheet, NULL, &allowed);
}

void put_badges(struct xlsx *x, unsigned page, unsigned first, unsigned last, unsigned column) {
  static const struct {
    const char *word;
    enum style style;
  } rules[] = { { "verified", STYLE_GOOD }, { "derived", STYLE_GOOD }, { "cited", STYLE_FAIR },
                { "stale", STYLE_BAD },     { "estimate", STYLE_BAD }, { "assumed", STYLE_BAD },
                { "missing", STYLE_BAD } };
  lxw_col_t at = (lxw_col_t)column;
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    lxw_conditional_format rule = { .type = LXW_CONDITIONAL_TYPE_TEXT,
                                    .criteria = LXW_CONDITIONAL_CRITERIA_TEXT_CONTAINING,
                                    .value_string = (char *)(uintptr_t)rules[i].word,
                                    .format = xlsx_style(x, rules[i].style, NULL) };
    if (x->status != MLS_OK) return;
    xlsx_check(
        x, worksheet_conditional_format_range(x->pages[page].sheet, first, at, last, at, &rule));
  }
}

void put_verdicts(struct xlsx *x, unsigned page, unsigned first, unsigned last, unsigned column) {
  lxw_format *good = xlsx_style(x, STYLE_GOOD, NULL), *bad = xlsx_style(x, STYLE_BAD, NULL);
  if (x->status != MLS_OK) return;
  lxw_conditional_format rule = { .type = LXW_CONDITIONAL_TYPE_CELL,
                                  .criteria = LXW_CONDITIONAL_CRITERIA_EQUAL_TO };
  lxw_col_t at = (lxw_col_t)column;
  rule.value = 1, rule.format = good;
  xlsx_check(x,
             worksheet_conditional_format_range(x->pages[page].sheet, first, at, last, at, &rule));
  rule.value = 0, rule.format = bad;
  xlsx_check(x,
             worksheet_conditional_format_range(x->pages[page].sheet, first, at, last, at, &rule));
}

void xlsx_refuse_links(struct xlsx *x, unsigned page) {
  xlsx_refuse(x, MLS_LIMIT,
              "worksheet %s would have more than %d links to sources and places; export as CSV or "
              "JSON, or spread its lines over sheets that are used",
              x->pages[page].name, XLSX_LINKS);
}

/* ---- validation ---- */

/* At most `most` bytes, so also characters; cut between characters. */
static char *cut(struct xlsx *x, const char *text, size_t most) {
  size_t size = strlen(text);
  if (size > most) {
    size = most - 3;
    while (size && ((unsigned char)text[size] & 0xc0) == 0x80) size--;
  }
  char *kept = memory_push(&x->scratch, size + 4);
  if (!kept) {
    if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
    return NULL;
  }
  memcpy(kept, text, size);
  if (text[size]) memcpy(kept + size, "...", 4);
  return kept;
}

/* The range that a list validation chooses from. LXW_VALIDATION_TYPE_LIST_FORMULA of libxlsxwriter
   1.1.4 copies the formula twice and loses one copy: so the list is added with a word in it, which
   is then replaced by the range. */
static void choose_from(struct xlsx *x, unsigned page, const char *range) {
  struct lxw_data_validations *all = x->pages[page].sheet->data_validations;
  lxw_data_val_obj *added = NULL, *each;
  STAILQ_FOREACH(each, all, list_pointers) added = each;
  char *copy = malloc(strlen(range) + 1);
  if (!added || !copy) {
    free(copy);
    if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
    return;
  }
  memcpy(copy, range, strlen(range) + 1);
  free(added->value_formula);
  added->value_formula = copy;
}

static bool is_whole(double number) { return number == floor(number) && fabs(number) < 1e15; }

static void choose_number(lxw_data_validation *rule, const struct line *line,
                          const struct unit *unit) {
  const struct set *set = line->domain->set;
  double declared = line->unit ? line->unit->factor : 1;
  bool same = unit->factor == declared;
  bool steps = same && set->step == 1 && is_whole(set->low) && is_whole(set->high);
  rule->validate = steps ? LXW_VALIDATION_TYPE_INTEGER : LXW_VALIDATION_TYPE_DECIMAL;
  rule->criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
  rule->minimum_number = same ? set->low : set->low * declared / unit->factor;
  rule->maximum_number = same ? set->high : set->high * declared / unit->factor;
}

static void add_validation(struct xlsx *x, unsigned page, unsigned first, unsigned last,
                           unsigned first_column, unsigned last_column, lxw_data_validation *rule) {
  rule->ignore_blank = rule->show_input = rule->show_error = LXW_VALIDATION_ON;
  if (x->status == MLS_OK)
    xlsx_check(x,
               worksheet_data_validation_range(x->pages[page].sheet, first, (lxw_col_t)first_column,
                                               last, (lxw_col_t)last_column, rule));
}

void put_validation(struct xlsx *x, unsigned page, unsigned first, unsigned last,
                    unsigned first_column, unsigned last_column, const struct line *line,
                    const struct unit *unit) {
  lxw_data_validation rule = { 0 };
  bool number = line->domain->set->kind == SET_RANGE;
  const char *words = xlsx_safe(x, xlsx_set_words(x, line));
  const char *in = number ? xlsx_unit(line->unit, KIND_NUMBER) : "one of the list";
  rule.input_title = rule.error_title = cut(x, line->name, 32);
  rule.input_message = cut(x, xlsx_print(x, "%s, %s", in, words), 255);
  rule.error_message = cut(x, xlsx_print(x, "Not allowed here: %s, %s", in, words), 225);
  char *placeholder[] = { (char *)(uintptr_t) "list", NULL };
  rule.validate = LXW_VALIDATION_TYPE_LIST;
  rule.value_list = placeholder;
  if (number) choose_number(&rule, line, unit);
  add_validation(x, page, first, last, first_column, last_column, &rule);
  if (number || x->status != MLS_OK) return;
  const void *key = line->domain->set->kind == SET_REGISTRY
                        ? (const void *)line->domain->set->registry
                        : line->domain->set;
  choose_from(x, page, xlsx_list_range(x, xlsx_list(x, key)));
}

void put_validation_of_fact(struct xlsx *x, unsigned page, unsigned first, unsigned last,
                            unsigned first_column, unsigned last_column, const struct cell *cell,
                            const char *name) {
  const char *in = xlsx_unit(cell->unit, cell->text ? KIND_TEXT : KIND_NUMBER);
  lxw_data_validation rule = { .validate = cell->text ? LXW_VALIDATION_TYPE_LENGTH
                                                      : LXW_VALIDATION_TYPE_DECIMAL,
                               .criteria = LXW_VALIDATION_CRITERIA_BETWEEN,
                               .minimum_number = cell->text ? 1 : -1e300,
                               .maximum_number = cell->text ? 200 : 1e300 };
  rule.input_title = rule.error_title = cut(x, name, 32);
  rule.input_message = cut(x, xlsx_print(x, "%s, instead of the fact", in), 255);
  rule.error_message =
      cut(x, xlsx_print(x, "Not allowed here: only a %s", cell->text ? "word" : "number"), 225);
  add_validation(x, page, first, last, first_column, last_column, &rule);
}

void put_validation_of_date(struct xlsx *x, unsigned page, unsigned row, unsigned column) {
  lxw_data_validation rule = { .validate = LXW_VALIDATION_TYPE_DATE,
                               .criteria = LXW_VALIDATION_CRITERIA_BETWEEN,
                               .minimum_datetime = { .year = 1990, .month = 1, .day = 1 },
                               .maximum_datetime = { .year = 2199, .month = 12, .day = 31 },
                               .input_title = cut(x, "as of", 32),
                               .input_message = cut(x,
                                                    "a date; facts that were read long before "
                                                    "it are stale",
                                                    255),
                               .error_message = cut(x, "Not allowed here: only a date", 225) };
  add_validation(x, page, row, row, column, column, &rule);
}

void put_validation_of_days(struct xlsx *x, unsigned page, unsigned row, unsigned column) {
  lxw_data_validation rule = { .validate = LXW_VALIDATION_TYPE_INTEGER,
                               .criteria = LXW_VALIDATION_CRITERIA_BETWEEN,
                               .minimum_number = 0,
                               .maximum_number = 36500,
                               .input_title = cut(x, "stale after", 32),
                               .input_message = cut(x, "days from 0 to 36500", 255),
                               .error_message = cut(x, "Not allowed here: days, 0 to 36500", 225) };
  add_validation(x, page, row, row, column, column, &rule);
}

void put_validation_of_list(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                            const char *range, const char *message) {
  char *placeholder[] = { (char *)(uintptr_t) "list", NULL };
  lxw_data_validation rule = { .validate = LXW_VALIDATION_TYPE_LIST,
                               .value_list = placeholder,
                               .input_message = cut(x, message, 255),
                               .error_message =
                                   cut(x, "Not allowed here: only one of the list", 225) };
  add_validation(x, page, row, row, column, column, &rule);
  if (x->status == MLS_OK) choose_from(x, page, range);
}
