/* Whether a workbook is still that of its model: everything but the cells to type into must be as a
   fresh export has it. So a removed row, an edited formula or fact, a renamed worksheet is found
   wherever it is, and no address is known in advance. */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inputs.h"

enum { SHOWN = 10 }; /* differences that are told one by one */

void inputs_say(const struct edited *edited, const char *sheet, const struct cells_one *cell,
                const char *format, ...) {
  char text[2048], address[16];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  say_error("%s: %s!%s: %s", edited->file, sheet, cells_address(address, cell->row, cell->column),
            text);
}

/* ---- a fresh export ---- */

struct collected {
  struct bytes bytes;
  size_t room;
};

static mls_status collect(void *context, const void *bytes, size_t size) {
  struct collected *all = context;
  if (all->room - all->bytes.size < size) {
    size_t room = (all->bytes.size + size) * 2;
    char *more = realloc(all->bytes.at, room);
    if (!more) return MLS_MEMORY;
    all->bytes.at = more;
    all->room = room;
  }
  memcpy(all->bytes.at + all->bytes.size, bytes, size);
  all->bytes.size += size;
  return MLS_OK;
}

int inputs_make(struct edited *edited) {
  struct session *session = edited->session;
  mls_values *values = NULL;
  struct collected all = { .room = 0 };
  mls_run *runs = calloc(edited->name_count + 1, sizeof *runs);
  mls_status status = runs ? mls_values_new(session->model, NULL, &values) : MLS_MEMORY;
  for (size_t i = 0; i < edited->name_count && status == MLS_OK; i++)
    runs[i] = (mls_run){ edited->names[i], values };
  mls_report report = { .size = sizeof report, .form = "xlsx", .runs = runs };
  report.run_count = edited->name_count;
  if (status == MLS_OK) status = mls_export(session->model, &report, collect, &all);
  if (status == MLS_MEMORY) say_error("there is not enough memory");
  else if (status != MLS_OK) say_values(values, "mlsysim");
  bool good = status == MLS_OK && cells_read(&edited->made, "the model's workbook", all.bytes);
  free(all.bytes.at);
  mls_values_free(values);
  free(runs);
  return status == MLS_OK && !good ? SYSTEM_FAILS : exit_of(status);
}

bool inputs_heading(const struct cells_sheet *sheet, const char *text, unsigned *row,
                    unsigned *column) {
  for (size_t i = 0; i < sheet->count; i++) {
    if (sheet->at[i].kind != 's' || strcmp(sheet->at[i].text, text) != 0) continue;
    *row = sheet->at[i].row;
    *column = sheet->at[i].column;
    return true;
  }
  return false;
}

/* ---- comparing ---- */

/* Its constants are those of the model, not of a run or of a day. */
static bool is_constant(const char *sheet) {
  static const char *const others[] = { "cover", "scenarios", "log" };
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strcmp(sheet, others[i]) == 0) return false;
  return true;
}

static bool is_near(double a, double b) {
  return a == b || fabs(a - b) <= 1e-14 * fmax(fabs(a), fabs(b));
}

/* The next character, where LibreOffice takes _x4_ for one that stands for another, which it does
   not by the standard. */
static unsigned next(const char **at) {
  char *end;
  if (**at != '_' || (*at)[1] != 'x' || !isxdigit((unsigned char)(*at)[2]))
    return (unsigned char)*(*at)++;
  unsigned long code = strtoul(*at + 2, &end, 16);
  if (*end != '_' || end - *at > 6 || code > 0x7F) return (unsigned char)*(*at)++;
  *at = end + 1;
  return (unsigned)code;
}

static bool is_same_text(const char *a, const char *b) {
  while (*a && *b)
    if (next(&a) != next(&b)) return false;
  return *a == *b;
}

static bool is_same(const struct cells_one *a, const struct cells_one *b) {
  bool numbers = (a->kind == 'n' || a->kind == 'b') && (b->kind == 'n' || b->kind == 'b');
  if (numbers) return is_near(a->number, b->number);
  return is_same_text(a->text, b->text) && (a->kind == 0) == (b->kind == 0);
}

static const char *shown(const struct cells_one *cell, char out[64]) {
  if (cell->written) snprintf(out, 64, "=%.60s", cell->written);
  else if (cell->kind == 'n' || cell->kind == 'b') snprintf(out, 64, "%.15g", cell->number);
  else if (cell->kind == 0 || !cell->text[0]) return "nothing";
  else snprintf(out, 64, "%.60s", cell->text);
  return out;
}

/* One cell of the model's workbook, and what stands there now. */
static bool agrees(const struct cells_one *made, const struct cells_one *now, bool constant) {
  if (made->formula || now->formula)
    return made->formula && now->formula && strcmp(made->formula, now->formula) == 0;
  return !constant || is_same(made, now);
}

static size_t compare_sheet(const struct edited *edited, const struct cells_sheet *made,
                            const struct cells_sheet *now, size_t found) {
  bool constant = is_constant(made->name);
  for (size_t i = 0; i < made->count; i++) {
    const struct cells_one *one = &made->at[i], *there = cells_at(now, one->row, one->column);
    struct cells_one none = { one->row, one->column, 0, false, 0, "", NULL, NULL };
    char is[64], was[64];
    if (one->unlocked || agrees(one, there ? there : &none, constant)) continue;
    if (found++ >= SHOWN) continue;
    inputs_say(edited, made->name, one, "%s; the model has %s", shown(there ? there : &none, is),
               shown(one, was));
  }
  return found;
}

int inputs_compare(const struct edited *edited) {
  size_t found = 0;
  for (size_t i = 0; i < edited->made.sheet_count; i++) {
    const struct cells_sheet *made = &edited->made.sheets[i];
    const struct cells_sheet *now = cells_sheet(&edited->cells, made->name);
    if (now) found = compare_sheet(edited, made, now, found);
    else if (found++ < SHOWN)
      say_error("%s: there is no worksheet %s: it was renamed or removed", edited->file,
                made->name);
  }
  if (found > SHOWN) say_error("%s: %zu more differences", edited->file, found - SHOWN);
  if (found > 0)
    say_error("%s was edited outside the cells to type into, or the registry is another one than "
              "at the export; nothing was read",
              edited->file);
  return found > 0 ? BAD_INPUT : DONE;
}
