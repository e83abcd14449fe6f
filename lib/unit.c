/* Units from rows. A unit expression becomes a list of parts (base, rational exponent) and a
   factor; equal lists are one pointer, so units are compared by pointer everywhere above. */
#include "dims.h"

#include <stdlib.h>
#include <string.h>

#include "limits.h"

enum row_kind { ROW_BASE, ROW_COUNT, ROW_DERIVED };

struct unit_row {
  const char *name;
  const char *definition;
  enum row_kind kind;
  struct place place;
  bool known, looking; /* parts and factor are set; are being looked for */
  double factor;
  unsigned short base; /* ROW_BASE, ROW_COUNT */
  const struct dims *strict, *count;
};

/* Parts while an expression is read: strict and count together, in order of base. */
struct parts {
  struct part list[LIMIT_FACTORS];
  size_t count;
  double factor;
};

/* ---- rows ---- */

mls_status units_open(struct units *units, struct memory *memory, struct names *names) {
  *units = (struct units){ .memory = memory, .names = names };
  names_open(&units->row_names, memory);
  map_open(&units->by_name, memory);
  map_open(&units->written, memory);
  units->none = dims_intern(units, NULL, 0);
  struct unit *plain = memory_push(memory, sizeof *plain);
  if (!units->none || !plain) return MLS_MEMORY;
  *plain = (struct unit){ 1, units->none, units->none, "" };
  units->plain = plain;
  return MLS_OK;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_unit_name(const char *name) {
  if (strcmp(name, "%") == 0) return true;
  if (!*name || strlen(name) > LIMIT_NAME) return false;
  for (; *name; name++)
    if (!is_letter(*name)) return false;
  return true;
}

static mls_status add_base(struct units *units, struct unit_row *row, bool count) {
  if (units->base_count >= LIMIT_BASES) return MLS_LIMIT;
  if (units->base_count == units->base_room) {
    size_t room = units->base_room;
    const char **bases =
        memory_grow(units->memory, units->bases, units->base_count, &room, sizeof *bases);
    room = units->base_room;
    bool *counts =
        memory_grow(units->memory, units->base_counts, units->base_count, &room, sizeof *counts);
    if (!bases || !counts) return MLS_MEMORY;
    units->bases = bases;
    units->base_counts = counts;
    units->base_room = room;
  }
  row->base = (unsigned short)units->base_count;
  units->bases[units->base_count] = row->name;
  units->base_counts[units->base_count++] = count;
  return MLS_OK;
}

static mls_status parse_kind(struct fails *fails, struct place place, const char *kind,
                             const char *definition, enum row_kind *out) {
  bool base = strcmp(kind, "base") == 0, count = strcmp(kind, "count") == 0;
  *out = base ? ROW_BASE : count ? ROW_COUNT : ROW_DERIVED;
  place.column = 3;
  if (*kind && !base && !count)
    return fail_add(fails, MLS_SYNTAX, place, "kind is \"%s\"; expected base, count or nothing",
                    kind);
  place.column = 2;
  if ((base || count) && *definition)
    return fail_add(fails, MLS_SYNTAX, place, "a %s has no definition; found \"%s\"", kind,
                    definition);
  if (*out == ROW_DERIVED && !*definition)
    return fail_add(fails, MLS_SYNTAX, place,
                    "definition is empty; expected a number and a unit, such as 1000 m");
  return MLS_OK;
}

static mls_status add_row(struct units *units, struct unit_row row, bool count) {
  size_t index;
  if (map_get(&units->by_name, row.name, &index)) {
    if (row.kind == ROW_DERIVED) units->rows[index] = row;
    return MLS_OK;
  }
  struct unit_row *rows =
      memory_grow(units->memory, units->rows, units->count, &units->room, sizeof *rows);
  if (!rows) return MLS_MEMORY;
  units->rows = rows;
  if (row.kind != ROW_DERIVED) TRY(add_base(units, &row, count));
  rows[units->count] = row;
  return map_put(&units->by_name, row.name, units->count++);
}

static const char *kind_word(enum row_kind kind) {
  return kind == ROW_BASE ? "base unit" : kind == ROW_COUNT ? "count" : "defined unit";
}

/* A unit of the same name in the same file is a mistake; in a later file it replaces a definition.
 */
static mls_status check_again(struct units *units, struct fails *fails, const char *name,
                              enum row_kind kind, const char *definition, struct place place) {
  size_t index;
  if (!map_get(&units->by_name, name, &index)) return MLS_OK;
  struct unit_row *old = &units->rows[index];
  if (old->place.file == place.file)
    return fail_add(fails, MLS_NAME, place, "unit %s stands in line %d already", name,
                    old->place.line);
  if (old->kind != kind)
    return fail_add(fails, MLS_NAME, place, "%s is a %s in %s and a %s here", name,
                    kind_word(old->kind), old->place.file ? old->place.file : "another file",
                    kind_word(kind));
  if (kind != ROW_DERIVED || strcmp(old->definition, definition) == 0) return MLS_OK;
  fail_warn(fails, place, "unit %s replaces the one of %s:%d", name,
            old->place.file ? old->place.file : "", old->place.line);
  return MLS_OK;
}

static mls_status load_row(struct units *units, const struct csv *csv, const struct csv_row *row,
                           struct fails *fails) {
  struct place place = { csv->file, row->line, 1 };
  TRY(csv_check_row(csv, row, 4, fails));
  const char *name = names_add(&units->row_names, slice_of(row->fields[0]));
  if (!name) return fail_memory(fails);
  if (!is_unit_name(name))
    return fail_add(fails, MLS_SYNTAX, place,
                    "\"%s\" is not the name of a unit: letters only, or %%", name);
  enum row_kind kind;
  TRY(parse_kind(fails, place, row->fields[2], row->fields[1], &kind));
  TRY(check_again(units, fails, name, kind, row->fields[1], place));
  struct unit_row made = {
    .name = name, .definition = row->fields[1], .kind = kind, .place = { csv->file, row->line, 2 }
  };
  mls_status status = add_row(units, made, kind == ROW_COUNT);
  if (status == MLS_MEMORY) return fail_memory(fails);
  if (status != MLS_OK)
    return fail_add(fails, status, place, "more than %d base units and counts (LIMIT_BASES)",
                    LIMIT_BASES);
  return MLS_OK;
}

/* ---- expressions ---- */

/* Where an expression is read, and what it may change: NULL `table` leaves the units alone. */
struct reader {
  const struct units *units;
  struct units *table;
  struct memory *memory;
  struct fails *fails;
  struct place place; /* of the first byte */
  struct slice text;
  size_t at;
};

static mls_status reader_fail(struct reader *reader, mls_status status, size_t at,
                              const char *what) {
  struct place place = reader->place;
  if (place.line && place.column) place.column += (int)at;
  return fail_add(reader->fails, status, place, "%s in [%.*s]", what, (int)reader->text.size,
                  reader->text.at);
}

static mls_status row_settle(struct units *units, struct unit_row *row, struct fails *fails);

static mls_status no_unit(struct reader *reader, size_t at, struct slice name) {
  struct nearest nearest = { .wanted = name };
  for (size_t i = 0; i < reader->units->count; i++)
    nearest_offer(&nearest, reader->units->rows[i].name);
  const char *hint = nearest_hint(reader->memory, &nearest);
  if (slice_is(name, "C") || slice_is(name, "degC"))
    hint = ": temperatures are in K, or differences in K; there are no offsets";
  struct place place = reader->place;
  if (place.line && place.column) place.column += (int)at;
  return fail_add(reader->fails, MLS_NAME, place, "unknown unit %.*s%s", (int)name.size, name.at,
                  hint);
}

static mls_status find_row(struct reader *reader, size_t at, struct slice name,
                           const struct unit_row **out) {
  const char *interned = names_find(&reader->units->row_names, name);
  size_t index;
  if (!interned || !map_get(&reader->units->by_name, interned, &index))
    return no_unit(reader, at, name);
  struct unit_row *row = &reader->units->rows[index];
  if (!row->known) TRY(row_settle(reader->table, row, reader->fails));
  *out = row;
  return MLS_OK;
}

static bool read_whole(struct reader *reader, int *out) {
  size_t start = reader->at;
  int value = 0;
  while (reader->at < reader->text.size && is_digit(reader->text.at[reader->at])) {
    if (value < 10000) value = value * 10 + (reader->text.at[reader->at] - '0');
    reader->at++;
  }
  *out = value;
  return reader->at > start;
}

static bool accept(struct reader *reader, char c) {
  if (reader->at >= reader->text.size || reader->text.at[reader->at] != c) return false;
  reader->at++;
  return true;
}

/* "2", "-2", "(1/2)", "(-2/3)" after the ^. */
static mls_status read_exponent(struct reader *reader, int *num, int *den) {
  size_t at = reader->at;
  bool broken = accept(reader, '(');
  bool negative = accept(reader, '-');
  *den = 1;
  bool sound = read_whole(reader, num);
  if (broken)
    sound = sound && accept(reader, '/') && read_whole(reader, den) && accept(reader, ')');
  if (!sound)
    return reader_fail(reader, MLS_SYNTAX, at, "expected an exponent such as 2, -1 or (1/2)");
  if (*num > LIMIT_EXPONENT || *den > LIMIT_EXPONENT)
    return reader_fail(reader, MLS_LIMIT, at, "exponent beyond 99 (LIMIT_EXPONENT)");
  if (*den == 0) return reader_fail(reader, MLS_SYNTAX, at, "exponent divided by 0");
  if (negative) *num = -*num;
  return MLS_OK;
}

/* factor^(num/den) without libm's pow, whose last bit differs between machines: whole exponents are
   products. A broken exponent is met only with factors of 1 or perfect powers in practice. */
static bool power_factor(double factor, int num, int den, double *out) {
  if (den != 1) {
    if (factor != 1) return false;
    *out = 1;
    return true;
  }
  double value = 1;
  for (int i = abs(num); i > 0; i--) value *= factor;
  *out = num < 0 ? 1 / value : value;
  return true;
}

static mls_status merge_row(struct reader *reader, struct parts *parts, const struct unit_row *row,
                            int num, int den, size_t at) {
  struct part merged[LIMIT_FACTORS];
  const struct dims *both[2] = { row->strict, row->count };
  double factor;
  if (!power_factor(row->factor, abs(num), den, &factor))
    return reader_fail(reader, MLS_SYNTAX, at, "a broken exponent needs a base unit");
  if (num >= 0) parts->factor *= factor;
  else parts->factor /= factor;
  for (int i = 0; i < 2; i++) {
    if (!parts_merge(merged, &parts->count, parts->list, parts->count, both[i]->parts,
                     both[i]->count, num, den))
      return reader_fail(reader, MLS_LIMIT, at, "exponent or number of factors beyond its bound");
    memcpy(parts->list, merged, parts->count * sizeof *merged);
  }
  return MLS_OK;
}

static mls_status read_factor(struct reader *reader, struct parts *parts, bool divide) {
  size_t at = reader->at;
  while (reader->at < reader->text.size &&
         (is_letter(reader->text.at[reader->at]) || reader->text.at[reader->at] == '%'))
    reader->at++;
  struct slice name = { reader->text.at + at, reader->at - at };
  bool one = name.size == 0 && accept(reader, '1');
  if (name.size == 0 && !one) return reader_fail(reader, MLS_SYNTAX, at, "expected a unit name");
  int num = 1, den = 1;
  const struct unit_row *row = NULL;
  if (!one) TRY(find_row(reader, at, name, &row));
  if (accept(reader, '^')) TRY(read_exponent(reader, &num, &den));
  return one ? MLS_OK : merge_row(reader, parts, row, divide ? -num : num, den, at);
}

static mls_status read_expression(struct reader *reader, struct parts *parts) {
  parts->count = 0;
  parts->factor = 1;
  bool divide = false;
  if (reader->text.size == 0) return MLS_OK;
  for (int factors = 0;; factors++) {
    if (factors >= LIMIT_FACTORS)
      return reader_fail(reader, MLS_LIMIT, reader->at, "more than 64 factors (LIMIT_FACTORS)");
    TRY(read_factor(reader, parts, divide));
    if (reader->at == reader->text.size) return MLS_OK;
    divide = reader->text.at[reader->at] == '/';
    if (!accept(reader, '*') && !accept(reader, '/'))
      return reader_fail(reader, MLS_SYNTAX, reader->at, "expected * or / between units");
  }
}

/* Splits merged parts into strict and count dims. */
static void sort_parts(const struct units *units, const struct parts *parts, struct parts *strict,
                       struct parts *count) {
  strict->count = count->count = 0;
  for (size_t i = 0; i < parts->count; i++) {
    struct parts *to = units->base_counts[parts->list[i].base] ? count : strict;
    to->list[to->count++] = parts->list[i];
  }
}

static mls_status row_expression(struct units *units, struct unit_row *row, struct fails *fails) {
  struct slice text = slice_of(row->definition);
  size_t space = 0;
  while (space < text.size && text.at[space] != ' ') space++;
  double number;
  if (!text_read_number((struct slice){ text.at, space }, &number) || !(number > 0) ||
      number - number != 0)
    return fail_add(fails, MLS_SYNTAX, row->place,
                    "definition \"%s\": expected a positive number, a space and a unit",
                    row->definition);
  struct slice rest = slice_trim((struct slice){ text.at + space, text.size - space });
  struct reader reader = {
    units, units, units->memory, fails, { row->place.file, row->place.line, 0 }, rest, 0
  };
  struct parts parts, strict, count;
  TRY(read_expression(&reader, &parts));
  sort_parts(units, &parts, &strict, &count);
  row->factor = number * parts.factor;
  row->strict = dims_intern(units, strict.list, strict.count);
  row->count = dims_intern(units, count.list, count.count);
  return row->strict && row->count ? MLS_OK : fail_memory(fails);
}

/* Finds parts and factor of a row, its precedents first. A chain of definitions is as deep as the
   file is long, so its depth is bounded. */
static mls_status row_settle_deep(struct units *units, struct unit_row *row, struct fails *fails) {
  if (row->kind == ROW_DERIVED) return row_expression(units, row, fails);
  struct part part = { row->base, 1, 1 };
  const struct dims *own = dims_intern(units, &part, 1);
  row->factor = 1;
  row->strict = row->kind == ROW_BASE ? own : units->none;
  row->count = row->kind == ROW_COUNT ? own : units->none;
  return own ? MLS_OK : fail_memory(fails);
}

static mls_status row_settle(struct units *units, struct unit_row *row, struct fails *fails) {
  if (row->looking)
    return fail_add(fails, MLS_CYCLE, row->place, "unit %s is defined by itself", row->name);
  if (units->depth >= LIMIT_DEPTH)
    return fail_add(fails, MLS_LIMIT, row->place,
                    "definitions refer to each other more than %d deep (LIMIT_DEPTH)", LIMIT_DEPTH);
  row->looking = true;
  units->depth++;
  mls_status status = row_settle_deep(units, row, fails);
  units->depth--;
  row->looking = false;
  row->known = status == MLS_OK;
  return status;
}

/* Errors inside a definition know no column: in a CSV it is that of the field. */
static void place_definitions(struct fails *fails, struct fail *last) {
  for (struct fail *fail = last ? last->next : fails->first; fail; fail = fail->next)
    if (fail->place.column == 0) fail->place.column = 2;
}

mls_status units_load(struct units *units, struct csv *csv, struct fails *fails) {
  static const char *const header[] = { "unit", "definition", "kind", "differs", "note" };
  size_t errors = fails->errors;
  struct fail *last = fails->last;
  TRY(csv_header(csv, fails, header, 5, true));
  for (size_t i = 1; i < csv->count; i++)
    if (load_row(units, csv, &csv->rows[i], fails) == MLS_MEMORY) return MLS_MEMORY;
  if (fails->errors > errors) return fails->status;
  for (size_t i = 0; i < units->count; i++) units->rows[i].known = false;
  for (size_t i = 0; i < units->count; i++)
    if (!units->rows[i].known && row_settle(units, &units->rows[i], fails) == MLS_MEMORY)
      return MLS_MEMORY;
  place_definitions(fails, last);
  return fails->errors > errors ? fails->status : MLS_OK;
}

/* ---- public parsing ---- */

static mls_status parse_new(struct units *units, struct slice text, struct place place,
                            struct fails *fails, struct unit *out) {
  struct reader reader = { units, units, units->memory, fails, place, text, 0 };
  struct parts parts, strict, count;
  TRY(read_expression(&reader, &parts));
  sort_parts(units, &parts, &strict, &count);
  out->factor = parts.factor;
  out->strict = dims_intern(units, strict.list, strict.count);
  out->count = dims_intern(units, count.list, count.count);
  return out->strict && out->count ? MLS_OK : fail_memory(fails);
}

mls_status unit_parse(struct units *units, struct slice text, struct place place,
                      struct fails *fails, const struct unit **out) {
  size_t index;
  text = slice_trim(text);
  *out = units->plain;
  if (text.size == 0) return MLS_OK;
  const char *interned = names_add(units->names, text);
  if (!interned) return fail_memory(fails);
  if (map_get(&units->written, interned, &index)) {
    *out = units->parsed[index];
    return MLS_OK;
  }
  struct unit *unit = memory_push(units->memory, sizeof *unit);
  const struct unit **parsed = memory_grow(units->memory, units->parsed, units->parsed_count,
                                           &units->parsed_room, sizeof *parsed);
  if (!unit || !parsed) return fail_memory(fails);
  units->parsed = parsed;
  TRY(parse_new(units, (struct slice){ interned, text.size }, place, fails, unit));
  unit->text = interned;
  parsed[units->parsed_count] = unit;
  if (map_put(&units->written, interned, units->parsed_count) != MLS_OK) return fail_memory(fails);
  units->parsed_count++;
  *out = unit;
  return MLS_OK;
}

mls_status unit_in_brackets(struct units *units, struct slice text, struct place place,
                            struct fails *fails, const struct unit **out) {
  if (slice_trim(text).size == 0)
    return fail_add(fails, MLS_SYNTAX, place, "empty brackets; leave them out for a plain number");
  return unit_parse(units, text, place, fails, out);
}

mls_status unit_read(const struct units *units, struct memory *memory, struct slice text,
                     struct place place, struct fails *fails, struct unit *out) {
  text = slice_trim(text);
  struct reader reader = { units, NULL, memory, fails, place, text, 0 };
  struct parts parts, strict, count;
  TRY(read_expression(&reader, &parts));
  sort_parts(units, &parts, &strict, &count);
  out->factor = parts.factor;
  out->strict = dims_make(memory, strict.list, strict.count);
  out->count = dims_make(memory, count.list, count.count);
  out->text = memory_text(memory, text.at, text.size);
  return out->strict && out->count && out->text ? MLS_OK : fail_memory(fails);
}

/* ---- words ---- */

static void print_exponent(struct buffer *buffer, int num, int den) {
  if (den != 1) buffer_print(buffer, "^(%d/%d)", num, den);
  else if (num != 1) buffer_print(buffer, "^%d", num);
}

/* Positive exponents first, then the others after slashes: B*token/s^2. */
static void print_parts(const struct units *units, struct buffer *buffer, const struct dims *strict,
                        const struct dims *count) {
  const struct dims *both[2] = { strict, count };
  bool some = false;
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < both[i]->count; j++) {
      struct part part = both[i]->parts[j];
      if (part.num < 0) continue;
      buffer_print(buffer, "%s%s", some ? "*" : "", units->bases[part.base]);
      print_exponent(buffer, part.num, part.den);
      some = true;
    }
  if (!some && (strict->count || count->count)) buffer_char(buffer, '1');
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < both[i]->count; j++) {
      struct part part = both[i]->parts[j];
      if (part.num > 0) continue;
      buffer_print(buffer, "/%s", units->bases[part.base]);
      print_exponent(buffer, -part.num, part.den);
    }
}

const char *dims_text(struct units *units, const struct dims *strict, const struct dims *count) {
  struct buffer buffer;
  buffer_open(&buffer, units->memory);
  print_parts(units, &buffer, strict, count);
  const char *text = buffer_keep(&buffer, units->memory);
  buffer_close(&buffer);
  return text ? text : "";
}

/* The row of factor 1 or the first one with these dims, when it says more than bases do: W for
   kg*m^2/s^3. */
static const char *familiar(const struct units *units, const struct dims *strict) {
  if (strict->count < 2) return NULL;
  for (size_t i = 0; i < units->count; i++) {
    const struct unit_row *row = &units->rows[i];
    if (row->known && row->kind == ROW_DERIVED && row->strict == strict &&
        row->count == units->none && row->factor == 1)
      return row->name;
  }
  return NULL;
}

const char *type_words(struct units *units, struct type type) {
  if (type.kind == KIND_TEXT) return "a text";
  if (type.kind == KIND_TRUTH) return "a truth";
  if (type.strict == units->none && type.count == units->none) return "a plain number";
  struct buffer buffer;
  buffer_open(&buffer, units->memory);
  print_parts(units, &buffer, type.strict, type.count);
  const char *name = familiar(units, type.strict);
  if (name) buffer_print(&buffer, " (%s)", name);
  const char *text = buffer_keep(&buffer, units->memory);
  buffer_close(&buffer);
  return text ? text : "";
}

bool type_compatible(struct type a, struct type b) {
  if (a.wild || b.wild) return true;
  if (a.kind != b.kind) return false;
  if (a.kind != KIND_NUMBER || a.zero || b.zero) return true;
  if (!dims_same(a.strict, b.strict)) return false;
  return !a.count->count || !b.count->count || dims_same(a.count, b.count);
}

bool units_row(const struct units *units, size_t index, struct unit_view *out) {
  static const char *const kinds[] = { "base", "count", "" };
  if (index >= units->count) return false;
  const struct unit_row *row = &units->rows[index];
  *out = (struct unit_view){ row->name, row->definition, kinds[row->kind], row->factor };
  return true;
}
