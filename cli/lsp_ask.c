/* What the language server answers: what a name means and is worth, where it is defined, what may
   stand in a place, and the layout of a sheet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lsp.h"

enum { PATH_MOST = 1024, OFFERS_MOST = 5000 };

/* ---- names ---- */

/* The path that the part under the place belongs to, up to the end of that part. */
static void path_under(const struct spot *spot, char path[PATH_MOST]) {
  size_t from = spot->at, to = spot->at;
  while (from > 0 && place_is_path(spot->line[from - 1])) from--;
  while (to < spot->size && place_is_word(spot->line[to])) to++;
  snprintf(path, PATH_MOST, "%.*s", (int)(to - from), spot->line + from);
}

static bool find_cell(const struct sheet *sheet, const struct spot *spot, const char *path,
                      size_t *cell) {
  char own[PATH_MOST + 80];
  const mls_model *model = sheet->known.model;
  snprintf(own, sizeof own, "%s.%s", spot->table, path);
  if (!model) return false;
  return (spot->table[0] && mls_cell_find(model, own, cell) == MLS_OK) ||
         mls_cell_find(model, path, cell) == MLS_OK;
}

static bool find_function(const char *name, mls_function *out) {
  for (size_t i = 0; mls_function_at(i, out, sizeof *out) == MLS_OK; i++)
    if (strcmp(out->name, name) == 0 && strcmp(out->form, "call") == 0) return true;
  return false;
}

/* ---- hover ---- */

static void hover_cell(struct sheet *sheet, size_t cell, struct out *text) {
  char path[PATH_MOST];
  mls_cell about;
  mls_step step;
  mls_cell_path(sheet->known.model, cell, path, sizeof path);
  if (mls_cell_about(sheet->known.model, cell, &about, sizeof about) != MLS_OK ||
      mls_step_at(sheet->values, cell, about.rows > 1 ? MLS_ROWS_ALL : 0, &step, sizeof step) !=
          MLS_OK)
    return;
  out_text(text, "**");
  out_text(text, path);
  out_text(text, "** = ");
  out_text(text, step.value ? step.value : "?");
  if (step.unit && step.unit[0]) out_text(text, " "), out_text(text, step.unit);
  if (step.label && step.label[0]) out_text(text, "\n\n"), out_text(text, step.label);
  if (step.formula) out_text(text, "\n\n`"), out_text(text, step.formula), out_text(text, "`");
  if (step.numbers) out_text(text, "\n\n`"), out_text(text, step.numbers), out_text(text, "`");
  out_text(text, "\n\n");
  out_text(text, step.kind);
  if (strcmp(step.kind, step.state) != 0) out_text(text, ", "), out_text(text, step.state);
  for (size_t i = 0; i < step.source_count; i++) {
    out_text(text, "\n\n@");
    out_text(text, step.sources[i].key);
    out_text(text, ": ");
    out_text(text, step.sources[i].title);
  }
}

static void hover_function(const mls_function *function, struct out *text) {
  out_text(text, "**");
  out_text(text, function->name);
  out_text(text, "(...)** ");
  out_text(text, function->meaning);
  out_text(text, "\n\nExample: `");
  out_text(text, function->example);
  out_text(text, "`");
}

static void hover_unit(const mls_book *book, const char *name, struct out *text) {
  mls_unit unit;
  for (size_t i = 0; mls_unit_at(book, i, &unit, sizeof unit) == MLS_OK; i++) {
    if (strcmp(unit.name, name) != 0) continue;
    out_text(text, "**");
    out_text(text, name);
    out_text(text, "** ");
    out_text(text, unit.definition[0] ? "= " : unit.kind);
    out_text(text, unit.definition);
  }
}

static void hover_source(const mls_book *book, const char *key, struct out *text) {
  mls_source source;
  if (mls_source_find(book, key, &source, sizeof source) != MLS_OK) return;
  const char *parts[] = { "**@",        key,  "** ",       source.authors, ": ",
                          source.title, " (", source.year, ")\n\n",        source.url };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) out_text(text, parts[i]);
}

/* The key of a source under the place: a source has letters, digits, _, - and . in its key. */
static void key_under(const struct spot *spot, char key[PATH_MOST]) {
  size_t from = spot->at, to = spot->at;
  while (from > 0 && (place_is_path(spot->line[from - 1]) || spot->line[from - 1] == '-')) from--;
  while (to < spot->size && (place_is_path(spot->line[to]) || spot->line[to] == '-' ||
                             (to == from && spot->line[to] == '@')))
    to++;
  bool mark = from < to && spot->line[from] == '@';
  if (!mark && (from == 0 || spot->line[from - 1] != '@')) to = from;
  snprintf(key, PATH_MOST, "%.*s", (int)(to - from - mark), spot->line + from + mark);
}

static void find_hover(struct sheet *sheet, const struct spot *spot, struct out *text) {
  char path[PATH_MOST];
  mls_function function;
  size_t cell;
  path_under(spot, path);
  if (spot->inside == INSIDE_LABEL) {
    key_under(spot, path);
    hover_source(sheet->known.book, path, text);
  } else if (spot->inside == INSIDE_UNIT) {
    hover_unit(sheet->known.book, path, text);
  } else if (spot->inside == INSIDE_CODE) {
    const char *behind = spot->line + spot->at, *end = spot->line + spot->size;
    while (behind < end && place_is_word(*behind)) behind++;
    bool call = behind < end && *behind == '(';
    if (call && find_function(path, &function)) hover_function(&function, text);
    else if (find_cell(sheet, spot, path, &cell)) hover_cell(sheet, cell, text);
  }
}

void sheet_hover(struct sheet *sheet, size_t line, size_t unit, struct out *out) {
  struct out text = { .bytes = NULL };
  struct spot spot = place_spot(sheet, line, unit);
  if (sheet->known.book) find_hover(sheet, &spot, &text);
  if (text.size > 0) {
    out_text(out, "{\"contents\":{\"kind\":\"markdown\",\"value\":");
    out_quoted(out, text.bytes, text.size);
    out_text(out, "}}");
  } else {
    out_text(out, "null");
  }
  out->failed = out->failed || text.failed;
  free(text.bytes);
}

/* ---- definition ---- */

static bool defines(const char *line, size_t size, const char *name, size_t *at) {
  static const char *const leads[] = { "input", "output", "check", "use", "table", "" };
  for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
    size_t length = place_lead(line, size, leads[i], at);
    if (length == 0 || strlen(name) != length || memcmp(line + *at, name, length) != 0) continue;
    size_t behind = *at + length;
    while (behind < size && (line[behind] == ' ' || line[behind] == '[')) {
      if (line[behind] == '[')
        while (behind < size && line[behind] != ']') behind++;
      behind += behind < size;
    }
    bool equals = behind < size && line[behind] == '=';
    return equals || strcmp(leads[i], "table") == 0;
  }
  return false;
}

/* The line of the text that defines a name: a column of `table`, or "" a line of the sheet. */
static bool find_line(const struct sheet *sheet, const char *table, const char *name,
                      size_t *number, size_t *at) {
  size_t size;
  char open[64] = "";
  const char *end = sheet->text + sheet->size;
  const char *line = sheet->text;
  *at = 0;
  for (*number = 0; line < end; line += size + 1, ++*number) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    size = (size_t)((stop ? stop : end) - line);
    if (size == 0 || line[0] == '#') continue;
    bool column = place_is_indented(line, size);
    if (!column) {
      size_t length = place_lead(line, size, "table", at);
      snprintf(open, sizeof open, "%.*s", length < sizeof open ? (int)length : 0, line + *at);
    }
    if (column != (table[0] != 0) || (column && strcmp(open, table) != 0)) continue;
    if (defines(line, size, name, at)) return true;
  }
  return false;
}

static void out_uri(struct out *out, const char *path) {
  out_text(out, path[0] == '/' ? "\"file://" : "\"file:///");
  for (; *path; path++) {
    char escaped[8];
    bool plain = place_is_word(*path) || strchr("/.-~", *path);
    if (!plain) snprintf(escaped, sizeof escaped, "%%%02X", (unsigned)(unsigned char)*path);
    if (plain) out_add(out, path, 1);
    else out_text(out, escaped);
  }
  out_text(out, "\"");
}

/* Where the file of a sheet is, as the book finds it. */
static bool find_file(struct session *session, const char *name, struct out *path) {
  size_t count = 0;
  mls_found found;
  if (mls_find_all(session->book, "sheet", &count) != MLS_OK) return false;
  for (size_t i = 0; i < count; i++) {
    if (mls_found_at(session->book, i, &found, sizeof found) != MLS_OK) continue;
    if (!found.used || strcmp(found.name, name) != 0) continue;
    out_text(path, found.folder);
    out_text(path, "/");
    out_text(path, found.below);
    if (path->failed) return false;
    path_straighten(path->bytes);
    return path_is_absolute(path->bytes); /* as an address of a file is */
  }
  return false;
}

static void out_own_place(struct out *out, const struct sheet *sheet, size_t number, size_t at,
                          size_t length) {
  size_t size;
  const char *line = place_line(sheet, number, &size);
  size_t from = place_units(line, at);
  out_text(out, "{\"uri\":");
  out_quoted(out, sheet->uri, strlen(sheet->uri));
  out_text(out, ",");
  place_range(out, number, from, number, from + length);
  out_text(out, "}");
}

/* A cell of a used sheet. */
static bool out_other_place(struct out *out, struct sheet *sheet, size_t cell) {
  struct out path = { .bytes = NULL };
  mls_cell about;
  mls_sheet own;
  const mls_model *model = sheet->known.model;
  bool found = mls_cell_about(model, cell, &about, sizeof about) == MLS_OK && about.line > 0 &&
               mls_sheet_about(model, &own, sizeof own) == MLS_OK &&
               strcmp(own.name, about.sheet) != 0 && find_file(&sheet->known, about.sheet, &path);
  if (found) {
    size_t line = (size_t)about.line - 1;
    out_text(out, "{\"uri\":");
    out_uri(out, path.bytes);
    out_text(out, ",");
    place_range(out, line, 0, line, 0);
    out_text(out, "}");
  }
  free(path.bytes);
  return found;
}

void sheet_definition(struct sheet *sheet, size_t line, size_t unit, struct out *out) {
  char path[PATH_MOST];
  size_t number, at, cell;
  struct spot spot = place_spot(sheet, line, unit);
  path_under(&spot, path);
  char *dot = spot.inside == INSIDE_CODE ? strrchr(path, '.') : NULL;
  const char *name = dot ? dot + 1 : path;
  bool other = dot && find_cell(sheet, &spot, path, &cell) && out_other_place(out, sheet, cell);
  if (other) return;
  if (dot) *dot = 0;
  bool found = spot.inside == INSIDE_CODE &&
               (dot ? find_line(sheet, path, name, &number, &at)
                    : (spot.table[0] && find_line(sheet, spot.table, name, &number, &at)) ||
                          find_line(sheet, "", name, &number, &at));
  if (!found && dot) { /* a fact: the input that chooses the item */
    path[strcspn(path, ".")] = 0;
    name = path;
    found = find_line(sheet, "", name, &number, &at);
  }
  if (found) out_own_place(out, sheet, number, at, strlen(name));
  else out_text(out, "null");
}

/* ---- completion ---- */

enum {
  KIND_FUNCTION = 3,
  KIND_FIELD = 5,
  KIND_VARIABLE = 6,
  KIND_UNIT = 11,
  KIND_KEYWORD = 14,
  KIND_REFERENCE = 18
};

static void offer(struct out *out, size_t *count, const char *label, size_t size, int kind,
                  const char *detail) {
  if (*count >= OFFERS_MOST) return;
  out_text(out, ++*count > 1 ? ",{\"label\":" : "{\"label\":");
  out_quoted(out, label, size);
  out_text(out, ",\"kind\":");
  out_count(out, (size_t)kind);
  out_text(out, ",\"detail\":");
  out_quoted(out, detail, strlen(detail));
  out_text(out, "}");
}

struct name {
  char *text;
  const char *detail;
};

static int by_text(const void *a, const void *b) {
  return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

/* The parts that may follow `before` ("", "job.", "plan."), each once. */
static void offer_paths(const struct sheet *sheet, const char *before, struct out *out,
                        size_t *count) {
  const mls_model *model = sheet->known.model;
  size_t cells = mls_cell_count(model), made = 0, skip = strlen(before);
  struct name *names = calloc(cells + 1, sizeof *names);
  for (size_t cell = 0; names && cell < cells; cell++) {
    char path[PATH_MOST];
    mls_cell about;
    mls_cell_path(model, cell, path, sizeof path);
    if (mls_cell_about(model, cell, &about, sizeof about) != MLS_OK) continue;
    if (strncmp(path, before, skip) != 0 || strpbrk(path, " (")) continue;
    size_t size = strcspn(path + skip, ".");
    names[made].text = malloc(size + 1);
    if (!names[made].text) break;
    snprintf(names[made].text, size + 1, "%s", path + skip);
    names[made++].detail = path[skip + size] ? "" : about.label;
  }
  if (names) qsort(names, made, sizeof *names, by_text);
  for (size_t i = 0; i < made; i++)
    if (i == 0 || strcmp(names[i].text, names[i - 1].text) != 0)
      offer(out, count, names[i].text, strlen(names[i].text), skip ? KIND_FIELD : KIND_VARIABLE,
            names[i].detail);
  for (size_t i = 0; i < made; i++) free(names[i].text);
  free(names);
}

/* All fields of the registry that an input chooses from. */
static bool offer_fields(struct sheet *sheet, const struct spot *spot, const char *before,
                         struct out *out, size_t *count) {
  char path[PATH_MOST];
  size_t cell;
  mls_input input;
  mls_field field;
  const mls_registry *registry;
  snprintf(path, sizeof path, "%.*s", (int)strlen(before) - 1, before);
  if (!find_cell(sheet, spot, path, &cell)) return false;
  if (mls_input_about(sheet->known.model, cell, &input, sizeof input) != MLS_OK ||
      !input.registry || strcmp(input.set, "registry") != 0)
    return false;
  if (mls_registry_open(sheet->known.book, input.registry, &registry) != MLS_OK) return false;
  for (size_t i = 0; mls_field_at(registry, i, &field, sizeof field) == MLS_OK; i++)
    offer(out, count, field.name, strlen(field.name), KIND_FIELD, field.unit);
  return true;
}

static void offer_units(const mls_book *book, struct out *out, size_t *count) {
  mls_unit unit;
  for (size_t i = 0; mls_unit_at(book, i, &unit, sizeof unit) == MLS_OK; i++)
    offer(out, count, unit.name, strlen(unit.name), KIND_UNIT,
          unit.definition[0] ? unit.definition : unit.kind);
}

static void offer_sources(const mls_book *book, struct out *out, size_t *count) {
  mls_source source;
  for (size_t i = 0; mls_source_at(book, i, &source, sizeof source) == MLS_OK; i++)
    offer(out, count, source.key, strlen(source.key), KIND_REFERENCE, source.title);
}

/* What may begin here: names, functions, and at the start of a line its leading words. */
static void offer_names(const struct sheet *sheet, const struct spot *spot, struct out *out,
                        size_t *count) {
  static const char *const leads[] = { "input", "output", "check", "use", "table", "chart" };
  mls_function function;
  char columns[80];
  size_t start = 0;
  while (start < spot->at && place_is_word(spot->line[start])) start++;
  for (size_t i = 0; start == spot->at && i < sizeof leads / sizeof *leads; i++)
    offer(out, count, leads[i], strlen(leads[i]), KIND_KEYWORD, "");
  snprintf(columns, sizeof columns, "%s.", spot->table);
  if (spot->table[0]) offer_paths(sheet, columns, out, count);
  offer_paths(sheet, "", out, count);
  for (size_t i = 0; mls_function_at(i, &function, sizeof function) == MLS_OK; i++)
    if (strcmp(function.form, "call") == 0)
      offer(out, count, function.name, strlen(function.name), KIND_FUNCTION, function.meaning);
}

void sheet_complete(struct sheet *sheet, size_t line, size_t unit, struct out *out) {
  struct spot spot = place_spot(sheet, line, unit);
  char before[PATH_MOST];
  size_t count = 0, from = spot.at, to;
  while (from > 0 && place_is_path(spot.line[from - 1])) from--;
  for (to = spot.at; to > from && spot.line[to - 1] != '.'; to--) continue;
  snprintf(before, sizeof before, "%.*s", (int)(to - from), spot.line + from);
  out_text(out, "[");
  if (!sheet->known.book) count = 0;
  else if (spot.inside == INSIDE_LABEL && from > 0 && spot.line[from - 1] == '@')
    offer_sources(sheet->known.book, out, &count);
  else if (spot.inside == INSIDE_UNIT) offer_units(sheet->known.book, out, &count);
  else if (spot.inside != INSIDE_CODE) count = 0;
  else if (!before[0]) offer_names(sheet, &spot, out, &count);
  else if (!offer_fields(sheet, &spot, before, out, &count))
    offer_paths(sheet, before, out, &count);
  out_text(out, "]");
}

/* ---- layout ---- */

static mls_status receive(void *context, const void *bytes, size_t size) {
  struct out *out = context;
  out_text(out, ",\"newText\":");
  out_quoted(out, bytes, size);
  return MLS_OK;
}

void sheet_format(struct sheet *sheet, const struct options *options, struct out *out) {
  struct session session;
  struct out edit = { .bytes = NULL };
  size_t lines = 0;
  for (size_t i = 0; i < sheet->size; i++) lines += sheet->text[i] == '\n';
  place_range(&edit, 0, 0, lines + 1, 0);
  bool good = session_open_anyway(&session, options) == DONE && session.book &&
              mls_format(session.book, "sheet", sheet->text, sheet->size, receive, &edit) == MLS_OK;
  session_close(&session);
  if (good && !edit.failed) {
    out_text(out, "[{");
    out_add(out, edit.bytes, edit.size);
    out_text(out, "}]");
  } else {
    out_text(out, "null");
  }
  free(edit.bytes);
}
