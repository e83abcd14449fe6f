/* Formats, and writing of single cells. The only file that hands cells to libxlsxwriter: it checks
   first what the library would complain of on stderr, and keeps the first failure. */
#include "xlsx.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "progress.h"

const char XLSX_YES[] = "\"yes\";\"yes\";\"no\"";
const char XLSX_HOLDS[] = "\"holds\";\"holds\";\"fails\"";
const char XLSX_PLAIN[] = "General";
const char XLSX_YEAR[] = "\"in \"0";
const char XLSX_DATE[] = "yyyy-mm-dd";
const char XLSX_EXACT[] = "0.000000E+00";

/* ---- failures ---- */

enum { ENOUGH = 4 << 20 }; /* for the largest single thing that libxlsxwriter asks for */

/* libxlsxwriter goes on without a word in many places where malloc failed, and would leave a part
   out; malloc itself has said so in errno, which nothing sets back. But malloc also says it when
   one of its ways to memory is closed and the next one gave some: then there is enough. */
static bool is_starved(void) {
  if (errno != ENOMEM) return false;
  void *volatile probe = malloc(ENOUGH); /* volatile: else compilers leave both calls out */
  if (probe) errno = 0;
  free(probe);
  return !probe;
}

void xlsx_check(struct xlsx *x, lxw_error error) {
  if (x->status == MLS_OK) x->status = progress_step(x->report->fails, 10);
  bool starved = error == LXW_ERROR_MEMORY_MALLOC_FAILED || is_starved();
  if (x->status != MLS_OK || (error == LXW_NO_ERROR && !starved)) return;
  if (starved) {
    x->status = fail_memory(x->report->fails);
    return;
  }
  bool file = error >= LXW_ERROR_CREATING_XLSX_FILE && error <= LXW_ERROR_ZIP_CLOSE;
  x->status = fail_add(x->report->fails, file ? MLS_FILE : MLS_LIMIT, (struct place){ 0 },
                       "the workbook could not be made: %s", lxw_strerror(error));
}

void xlsx_refuse(struct xlsx *x, mls_status status, const char *format, ...) {
  if (x->status != MLS_OK) return;
  if (is_starved()) { /* of the C library or of zlib, which made the rest go wrong */
    x->status = fail_memory(x->report->fails);
    return;
  }
  char text[600];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  x->status = fail_add(x->report->fails, status, (struct place){ 0 }, "%s", text);
}

const char *xlsx_keep(struct xlsx *x, struct buffer *buffer) {
  const char *kept = buffer_keep(buffer, &x->scratch);
  buffer_close(buffer);
  if (!kept && x->status == MLS_OK) x->status = fail_memory(x->report->fails);
  return kept ? kept : "";
}

const char *xlsx_print(struct xlsx *x, const char *format, ...) {
  va_list list;
  va_start(list, format);
  int size = vsnprintf(NULL, 0, format, list);
  va_end(list);
  char *text = size < 0 ? NULL : memory_push(&x->scratch, (size_t)size + 1);
  if (!text) {
    if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
    return "";
  }
  va_start(list, format);
  vsnprintf(text, (size_t)size + 1, format, list);
  va_end(list);
  return text;
}

/* ---- formats ---- */

const char *xlsx_number_format(double largest, bool whole) {
  static const char *const digits[] = { "#,##0.0", "#,##0.00", "0.000",    "0.0000",
                                        "0.00000", "0.000000", "0.0000000" };
  double size = fabs(largest);
  if (whole && size < 1000) return XLSX_PLAIN;
  if (whole && size < 1e12) return "#,##0";
  if (size >= 1e9 || size < 1e-4) return size == 0 ? XLSX_PLAIN : "0.000E+00";
  if (size >= 10000) return "#,##0";
  size_t index = 0;
  for (double step = 100; size < step && index < 6; step /= 10) index++;
  return digits[index];
}

struct style_slot {
  enum style style;
  const char *number_format;
  lxw_format *format;
};

enum {
  BOLD = 1,
  ITALIC = 2,
  BORDER = 4,
  UNLOCKED = 8,
  WRAP = 16,
  CENTER = 32,
  MONO = 64,
  RIGHT = 128,
  SHRINK = 256,
  INSET = 512,
  PAD = 1024 /* room at the left, where texts stand beside numbers */
};

struct look {
  lxw_color_t color, fill; /* fill 0: none */
  unsigned flags;
  double size;
};

enum {
  INK = 0x1F3864,
  GREY = 0x595959,
  PALE = 0xE8EEF7,
  BAND = 0xD9E2F3,
  BLUE = 0x0000FF,
  YELLOW = 0xFFF9DB,
  GREEN = 0x006100,
  GREEN_FILL = 0xC6EFCE,
  RED = 0x9C0006,
  RED_FILL = 0xFFC7CE,
  AMBER = 0x7F6000,
  AMBER_FILL = 0xFFEB9C,
  LINE_COLOR = 0xD0D0D0,
  SILVER = 0xF2F2F2,
  WHITE = 0xFFFFFF
};

static const struct look looks[STYLE_COUNT] = {
  [STYLE_PLAIN] = { 0, 0, 0, 10 },
  [STYLE_SAMPLE] = { BLUE, YELLOW, BORDER | RIGHT, 10 },
  [STYLE_TITLE] = { INK, 0, BOLD, 16 },
  [STYLE_SUBTITLE] = { GREY, 0, ITALIC, 10 },
  [STYLE_HEAD] = { WHITE, INK, BOLD | BORDER | WRAP | PAD, 10 },
  [STYLE_SECTION] = { INK, BAND, BOLD, 10 },
  [STYLE_TEXT] = { 0, 0, BORDER | PAD, 10 },
  [STYLE_SHRINK] = { 0, 0, BORDER | PAD | SHRINK, 10 },
  [STYLE_WRAP] = { 0, 0, BORDER | WRAP | PAD, 10 },
  [STYLE_INSET] = { 0, 0, BORDER | WRAP | INSET, 10 },
  [STYLE_MONO] = { 0x404040, 0, BORDER | WRAP | MONO | PAD, 8 },
  [STYLE_NOTE] = { GREY, 0, ITALIC, 10 },
  [STYLE_LINK] = { 0x0563C1, 0, BORDER | PAD | SHRINK, 10 },
  [STYLE_ADDRESS] = { 0x0563C1, 0, BORDER | PAD | SHRINK, 9 },
  [STYLE_JUMP] = { 0x0563C1, 0, 0, 10 },
  [STYLE_UNIT] = { 0, 0, BORDER | CENTER | SHRINK, 10 },
  [STYLE_NUMBER] = { 0, 0, BORDER | RIGHT, 10 },
  [STYLE_OUTPUT] = { 0, PALE, BOLD | BORDER | RIGHT, 10 },
  [STYLE_OUTPUT_LABEL] = { 0, PALE, BOLD | BORDER | WRAP | PAD, 10 },
  [STYLE_PICKED] = { 0x404040, 0, BORDER | RIGHT, 10 },
  [STYLE_PULLED] = { GREEN, 0, BORDER | RIGHT, 10 },
  [STYLE_INPUT] = { BLUE, YELLOW, BORDER | UNLOCKED | RIGHT, 10 },
  [STYLE_INPUT_WORD] = { BLUE, YELLOW, BORDER | UNLOCKED | RIGHT, 10 },
  [STYLE_INPUT_NOTE] = { BLUE, YELLOW, BORDER | UNLOCKED | WRAP | PAD, 10 },
  [STYLE_BASE] = { GREY, SILVER, BORDER | RIGHT, 9 },
  [STYLE_CONSTANT] = { 0x666666, 0, ITALIC | BORDER | RIGHT, 10 },
  [STYLE_KEY] = { 0, PALE, BOLD | BORDER | PAD, 10 },
  [STYLE_BADGE] = { GREY, 0, BORDER | CENTER, 10 },
  [STYLE_VERDICT] = { 0, 0, BOLD | BORDER | CENTER, 10 },
  [STYLE_GOOD] = { GREEN, GREEN_FILL, 0, 0 },
  [STYLE_FAIR] = { AMBER, AMBER_FILL, 0, 0 },
  [STYLE_BAD] = { RED, RED_FILL, 0, 0 },
};

static void dress(lxw_format *format, const struct look *look, const char *number_format) {
  if (look->size > 0) {
    format_set_font_name(format, look->flags & MONO ? "Courier New" : "Arial");
    format_set_font_size(format, look->size);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
  }
  format_set_font_color(format, look->color);
  if (look->fill) format_set_bg_color(format, look->fill);
  if (look->flags & BOLD) format_set_bold(format);
  if (look->flags & ITALIC) format_set_italic(format);
  if (look->flags & BORDER) format_set_border(format, LXW_BORDER_THIN);
  if (look->flags & BORDER) format_set_border_color(format, LINE_COLOR);
  if (look->flags & UNLOCKED) format_set_unlocked(format);
  if (look->flags & WRAP) format_set_text_wrap(format);
  if (look->flags & CENTER) format_set_align(format, LXW_ALIGN_CENTER);
  if (look->flags & RIGHT) format_set_align(format, LXW_ALIGN_RIGHT);
  if (look->flags & RIGHT) format_set_indent(format, 1);
  if (look->flags & (INSET | PAD)) format_set_indent(format, look->flags & INSET ? 3 : 1);
  if (look->flags & SHRINK) format_set_shrink(format);
  if (number_format) format_set_num_format(format, number_format);
}

bool xlsx_styles(struct xlsx *x) {
  lxw_format *first = STAILQ_FIRST(x->file->formats); /* what cells without a format have */
  if (!first) return false;
  format_set_font_name(first, "Arial");
  format_set_font_size(first, 10);
  return true;
}

lxw_format *xlsx_style(struct xlsx *x, enum style style, const char *number_format) {
  for (size_t i = 0; i < x->style_count; i++)
    if (x->styles[i].style == style && x->styles[i].number_format == number_format)
      return x->styles[i].format;
  struct style_slot *styles =
      memory_grow(&x->memory, x->styles, x->style_count, &x->style_room, sizeof *styles);
  lxw_format *format = styles ? workbook_add_format(x->file) : NULL;
  if (!format) {
    if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
    return NULL;
  }
  dress(format, &looks[style], number_format);
  x->styles = styles;
  x->styles[x->style_count++] = (struct style_slot){ style, number_format, format };
  return format;
}

/* ---- cells ---- */

static lxw_worksheet *sheet_of(struct xlsx *x, unsigned page) { return x->pages[page].sheet; }

/* Lines that a text takes when it wraps at spaces; bytes of one character count once. */
static unsigned lines_of(const char *text, double room) {
  unsigned lines = 1;
  double used = 0, word = 0;
  for (;; text++) {
    if (*text && *text != ' ') {
      word += ((unsigned char)*text & 0xc0) != 0x80;
      continue;
    }
    if (used > 0 && used + 1 + word > room) lines++, used = word;
    else used += word + (used > 0);
    for (; used > room; used -= room) lines++;
    word = 0;
    if (!*text) return lines;
  }
}

/* A spreadsheet does not make rows higher for wrapped texts when it opens a file. */
static void make_room(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                      const char *text, const struct look *look) {
  double width = column < XLSX_WIDTHS ? x->pages[page].widths[column] : 0;
  if (!(look->flags & WRAP) || width <= 0) return;
  width -= look->flags & INSET ? 4 : look->flags & PAD ? 1.3 : 0;
  double room = width * (look->flags & MONO ? 1.1 : look->flags & BOLD ? 1.0 : 1.12);
  unsigned lines = lines_of(text, room);
  double height = 3 + lines * (look->flags & MONO ? 10.5 : 12.5);
  bool same = x->tall_page == page && x->tall_row == row;
  if (lines < 2 || (same && height <= x->tall)) return;
  x->tall_page = page, x->tall_row = row, x->tall = height;
  xlsx_check(x, worksheet_set_row(sheet_of(x, page), row, height > 400 ? 400 : height, NULL));
}

static void put_string(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                       const char *text, enum style style) {
  lxw_format *format = xlsx_style(x, style, NULL);
  if (x->status != MLS_OK) return;
  make_room(x, page, row, column, text, &looks[style]);
  if (*text == 0)
    xlsx_check(x, worksheet_write_blank(sheet_of(x, page), row, (lxw_col_t)column, format));
  else
    xlsx_check(x, worksheet_write_string(sheet_of(x, page), row, (lxw_col_t)column, text, format));
}

void put_text(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *text,
              enum style style) {
  put_string(x, page, row, column, xlsx_safe(x, text), style);
}

void put_word(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *word,
              enum style style) {
  put_string(x, page, row, column, xlsx_word(x, word), style);
}

void put_blank(struct xlsx *x, unsigned page, unsigned row, unsigned column, enum style style) {
  put_string(x, page, row, column, "", style);
}

void put_row(struct xlsx *x, unsigned page, unsigned row, unsigned first, unsigned last,
             enum style style) {
  for (unsigned column = first; column <= last; column++) put_blank(x, page, row, column, style);
}

void put_number(struct xlsx *x, unsigned page, unsigned row, unsigned column, double number,
                enum style style, const char *format) {
  lxw_format *look = xlsx_style(x, style, format);
  if (x->status != MLS_OK) return;
  if (!isfinite(number)) {
    put_string(x, page, row, column, "missing", style);
    return;
  }
  xlsx_check(x, worksheet_write_number(sheet_of(x, page), row, (lxw_col_t)column, number, look));
}

/* A formula is never cut. */
static void check_length(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                         const char *formula) {
  size_t size = strlen(formula) + 1; /* with its "=" */
  char letters[8];
  if (size > XLSX_FORMULA)
    xlsx_refuse(x, MLS_LIMIT,
                "a spreadsheet formula has at most %d characters; that of %s!%s%u would have %zu: "
                "put parts of it into cells of their own",
                XLSX_FORMULA, x->pages[page].name, xlsx_letters(letters, column), row + 1, size);
}

/* xlsx_pack.c turns it into an error. */
static double no_value(struct xlsx *x, unsigned page) {
  x->pages[page].errors = true;
  return FUNCTION_ERROR;
}

void put_formula(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *formula,
                 double value, enum style style, const char *format) {
  lxw_format *look = xlsx_style(x, style, format);
  check_length(x, page, row, column, formula);
  if (x->status != MLS_OK) return;
  lxw_worksheet *sheet = sheet_of(x, page);
  lxw_col_t at = (lxw_col_t)column;
  if (value == 0) value = 0; /* not -0, which is written as "-0" */
  if (!isfinite(value)) value = no_value(x, page);
  xlsx_check(x, worksheet_write_formula_num(sheet, row, at, formula, look, value));
}

void put_formula_text(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                      const char *formula, const char *value, enum style style) {
  lxw_format *look = xlsx_style(x, style, NULL);
  check_length(x, page, row, column, formula);
  if (x->status != MLS_OK) return;
  xlsx_check(x, worksheet_write_formula_str(sheet_of(x, page), row, (lxw_col_t)column, formula,
                                            look, value));
}

void put_value(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *formula,
               double value, bool text, enum style style, const char *format) {
  if (!text || value_is_error(value)) {
    put_formula(x, page, row, column, formula, value, style, format);
    return;
  }
  const char *word = x->model->words[(size_t)value];
  put_formula_text(x, page, row, column, formula, xlsx_word(x, word), style);
}

void put_array(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *formula,
               double value, enum style style, const char *format) {
  lxw_format *look = xlsx_style(x, style, format);
  check_length(x, page, row, column, formula);
  if (x->status != MLS_OK) return;
  lxw_col_t at = (lxw_col_t)column;
  if (!isfinite(value)) value = no_value(x, page);
  xlsx_check(x, worksheet_write_array_formula_num(sheet_of(x, page), row, at, row, at, formula,
                                                  look, value));
}

/* ---- dates and links ---- */

bool xlsx_date(const char *text, lxw_datetime *out) {
  *out = (lxw_datetime){ 0 };
  if (!text || strlen(text) != 10 || text[4] != '-' || text[7] != '-') return false;
  int part[3] = { 0 };
  static const int first[3] = { 0, 5, 8 }, count[3] = { 4, 2, 2 };
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < count[i]; k++) {
      char digit = text[first[i] + k];
      if (digit < '0' || digit > '9') return false;
      part[i] = part[i] * 10 + (digit - '0');
    }
  *out = (lxw_datetime){ .year = part[0], .month = part[1], .day = part[2] };
  return part[0] >= 1901 && part[1] >= 1 && part[1] <= 12 && part[2] >= 1 && part[2] <= 31;
}

long xlsx_day(const char *date) {
  lxw_datetime when;
  if (!xlsx_date(date, &when)) return 0;
  int shift = (14 - when.month) / 12, year = when.year + 4800 - shift;
  int month = when.month + 12 * shift - 3;
  long day = when.day + (153L * month + 2) / 5 + 365L * year + year / 4 - year / 100 + year / 400;
  return day - 2472633L;
}

void put_date(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *date,
              enum style style) {
  lxw_datetime when;
  if (!xlsx_date(date, &when)) {
    put_text(x, page, row, column, date ? date : "", style);
    return;
  }
  lxw_format *look = xlsx_style(x, style, XLSX_DATE);
  if (x->status != MLS_OK) return;
  xlsx_check(x, worksheet_write_datetime(sheet_of(x, page), row, (lxw_col_t)column, &when, look));
}

static void put_link(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *to,
                     const char *text, enum style style) {
  lxw_format *look = xlsx_style(x, style, NULL);
  const char *safe = xlsx_safe(x, text);
  if (++x->pages[page].links > XLSX_LINKS) xlsx_refuse_links(x, page);
  if (x->status != MLS_OK) return;
  if (strlen(safe) > XLSX_QUOTED) {
    put_string(x, page, row, column, safe, STYLE_TEXT);
    return;
  }
  xlsx_check(
      x, worksheet_write_url_opt(sheet_of(x, page), row, (lxw_col_t)column, to, look, safe, NULL));
}

void put_jump(struct xlsx *x, unsigned page, unsigned row, unsigned column, unsigned to_page,
              unsigned to_row, const char *text) {
  const char *to = xlsx_print(x, "internal:%sA%u", x->pages[to_page].quoted, to_row + 1);
  bool home = row < x->pages[page].first - 1 && x->pages[page].kind != PAGE_COVER;
  put_link(x, page, row, column, to, text, home ? STYLE_JUMP : STYLE_LINK);
}

void put_web(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *url) {
  put_link(x, page, row, column, url, url, STYLE_ADDRESS);
}

void put_source(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *key) {
  size_t index;
  if (!map_get(&x->cited_index, key, &index)) {
    put_text(x, page, row, column, key, STYLE_TEXT);
    return;
  }
  const struct source *source = x->cited[index].source;
  unsigned sources = xlsx_page_of(x, PAGE_SOURCES);
  if (source && source->url && xlsx_url_is_safe(source->url))
    put_link(x, page, row, column, source->url, xlsx_print(x, "[%s]", key), STYLE_LINK);
  else
    put_jump(x, page, row, column, sources, x->pages[sources].first + (unsigned)index,
             xlsx_print(x, "[%s]", key));
}
