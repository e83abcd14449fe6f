/* A workbook out of its package. Every file is parsed while it is unpacked, so that what is refused
   was never held; a document type, and with it every entity, ends the reading. */
#include "cells.h"

#include <expat.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "say.h"

struct cells_block {
  struct cells_block *next;
  size_t used, size;
  char text[];
};

struct reader;
struct parts {
  void (*begin)(struct reader *reader, const char *name, const char **attributes);
  void (*end)(struct reader *reader, const char *name);
};

/* The formula that others of its group take over. */
struct shared {
  const char *formula, *written;
};

struct reader {
  struct cells *cells;
  const char *file, *part; /* what is read, for messages */
  zip_t *zip;
  size_t unpacked, cell_count;
  bool failed;
  /* of the part at hand */
  XML_Parser parser;
  const struct parts *parts;
  unsigned depth;
  char *text; /* of the element at hand */
  size_t length, room;
  bool takes; /* its text is wanted */
  bool phonetic;
  /* what parts tell each other */
  const char **strings;
  size_t string_count, string_room;
  bool *unlocked;
  size_t style_count, style_room;
  bool in_styles;
  struct cells_sheet *sheet;
  struct cells_one cell;
  char type[16];
  unsigned group;
  bool has_group;
  struct shared *shared;
  size_t shared_count, shared_room;
};

/* ---- failures and memory ---- */

SYSTEM_PRINTS(2, 3)
static void refuse(struct reader *reader, const char *format, ...) {
  char text[600];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (!reader->failed) say_file(reader->file, reader->part ? reader->part : "workbook", text);
  reader->failed = true;
  if (reader->parser) XML_StopParser(reader->parser, XML_FALSE);
}

static void no_memory(struct reader *reader) { refuse(reader, "there is not enough memory"); }

static const char *keep(struct reader *reader, const char *text, size_t size) {
  enum { BLOCK = 1 << 16 };
  struct cells_block *block = reader->cells->blocks;
  if (size == 0) return "";
  if (!block || block->size - block->used <= size) {
    size_t room = size + 1 > BLOCK ? size + 1 : BLOCK;
    block = malloc(sizeof *block + room);
    if (!block) {
      no_memory(reader);
      return "";
    }
    *block = (struct cells_block){ reader->cells->blocks, 0, room };
    reader->cells->blocks = block;
  }
  char *at = block->text + block->used;
  memcpy(at, text, size);
  at[size] = 0;
  block->used += size + 1;
  return at;
}

/* A larger array, or NULL and the reading has failed. */
static void *grow(struct reader *reader, void *array, size_t count, size_t *room, size_t size) {
  if (count < *room) return array;
  size_t more = *room ? *room * 2 : 64;
  void *larger = realloc(array, more * size);
  if (larger) *room = more;
  else no_memory(reader);
  return larger;
}

/* ---- elements ---- */

static const char *local(const char *name) {
  const char *bar = strrchr(name, '|');
  return bar ? bar + 1 : name;
}

static const char *attribute(const char **attributes, const char *name) {
  for (size_t i = 0; attributes[i]; i += 2)
    if (strcmp(local(attributes[i]), name) == 0) return attributes[i + 1];
  return NULL;
}

static void take_text(struct reader *reader) {
  reader->takes = true;
  reader->length = 0;
}

static const char *taken(struct reader *reader) {
  reader->takes = false;
  return keep(reader, reader->text ? reader->text : "", reader->length);
}

/* `_x000A_` stands for a character, also for one that XML cannot hold; returns its bytes. */
static size_t unescape(const char *at, size_t left, char out[4], size_t *size) {
  static const char digits[] = "0123456789ABCDEFabcdef";
  unsigned code = 0;
  if (left < 7 || at[0] != '_' || at[1] != 'x' || at[6] != '_') return 0;
  for (size_t i = 2; i < 6; i++) {
    const char *digit = at[i] ? strchr(digits, at[i]) : NULL;
    if (!digit) return 0;
    unsigned value = (unsigned)(digit - digits);
    code = code * 16 + (value > 15 ? value - 6 : value);
  }
  *size = code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  if (*size == 1) out[0] = (char)code;
  else if (*size == 2) out[0] = (char)(0xC0 | code >> 6), out[1] = (char)(0x80 | (code & 0x3F));
  else {
    out[0] = (char)(0xE0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3F));
    out[2] = (char)(0x80 | (code & 0x3F));
  }
  return code && (code < 0xD800 || code > 0xDFFF) ? 7 : 0;
}

static const char *taken_text(struct reader *reader) {
  size_t to = 0;
  for (size_t at = 0; at < reader->length;) {
    char bytes[4];
    size_t size = 1, used = unescape(reader->text + at, reader->length - at, bytes, &size);
    if (used) memcpy(reader->text + to, bytes, size);
    else reader->text[to] = reader->text[at], size = used = 1;
    at += used;
    to += size;
  }
  reader->length = to;
  return taken(reader);
}

static void hear_begin(void *context, const char *name, const char **attributes) {
  struct reader *reader = context;
  if (reader->failed) return;
  if (++reader->depth > CELLS_DEPTH) {
    refuse(reader, "more than 64 elements inside each other");
    return;
  }
  reader->parts->begin(reader, local(name), attributes);
}

static void hear_end(void *context, const char *name) {
  struct reader *reader = context;
  if (reader->failed) return;
  reader->depth--;
  reader->parts->end(reader, local(name));
}

static void hear_text(void *context, const char *text, int size) {
  struct reader *reader = context;
  if (reader->failed || !reader->takes || reader->phonetic || size <= 0) return;
  if (reader->length + (size_t)size > CELLS_TEXT) {
    refuse(reader, "a text of more than 131072 bytes");
    return;
  }
  if (!reader->text) reader->text = malloc(CELLS_TEXT + 1);
  if (!reader->text) {
    no_memory(reader);
    return;
  }
  memcpy(reader->text + reader->length, text, (size_t)size);
  reader->length += (size_t)size;
}

static void hear_doctype(void *context, const char *name, const char *system, const char *public,
                         int internal) {
  (void)name, (void)system, (void)public, (void)internal;
  refuse(context, "has a document type; no workbook needs one");
}

/* ---- parts of the package ---- */

static bool is_bomb(struct reader *reader, const zip_stat_t *stat) {
  enum { SMALL = 1 << 20 };
  bool thin = stat->size > SMALL && stat->size / CELLS_RATIO > stat->comp_size;
  if (stat->encryption_method != ZIP_EM_NONE) refuse(reader, "is encrypted");
  else if (thin) refuse(reader, "unpacks to more than 512 times its size");
  else if (stat->size > CELLS_UNPACKED - reader->unpacked)
    refuse(reader, "the package unpacks to more than 512 MiB");
  return reader->failed;
}

static void parse_stream(struct reader *reader, zip_file_t *stream) {
  enum { PIECE = 1 << 16 };
  for (zip_int64_t got = 1; got > 0 && !reader->failed;) {
    void *piece = XML_GetBuffer(reader->parser, PIECE);
    got = piece ? zip_fread(stream, piece, PIECE) : -1;
    if (got < 0) {
      refuse(reader, "cannot be unpacked");
      return;
    }
    reader->unpacked += (size_t)got;
    if (reader->unpacked > CELLS_UNPACKED)
      refuse(reader, "the package unpacks to more than 512 MiB");
    else if (XML_ParseBuffer(reader->parser, (int)got, got == 0) != XML_STATUS_OK)
      refuse(reader, "line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(reader->parser),
             XML_ErrorString(XML_GetErrorCode(reader->parser)));
  }
}

static bool parse(struct reader *reader, zip_file_t *stream, const struct parts *parts) {
  reader->parser = XML_ParserCreateNS(NULL, '|');
  reader->parts = parts;
  reader->depth = 0;
  reader->takes = reader->phonetic = false;
  if (!reader->parser) {
    no_memory(reader);
    return false;
  }
  XML_SetUserData(reader->parser, reader);
  XML_SetElementHandler(reader->parser, hear_begin, hear_end);
  XML_SetCharacterDataHandler(reader->parser, hear_text);
  XML_SetStartDoctypeDeclHandler(reader->parser, hear_doctype);
  parse_stream(reader, stream);
  XML_ParserFree(reader->parser);
  reader->parser = NULL;
  return !reader->failed;
}

/* Reads a part; one that may be missing is then empty. */
static bool read_part(struct reader *reader, const char *name, const struct parts *parts,
                      bool optional) {
  zip_stat_t stat;
  reader->part = name;
  if (zip_stat(reader->zip, name, 0, &stat) != 0) {
    if (!optional) refuse(reader, "is not in the package: this is no workbook");
    return optional;
  }
  if (is_bomb(reader, &stat)) return false;
  zip_file_t *stream = zip_fopen(reader->zip, name, 0);
  if (!stream) {
    refuse(reader, "cannot be unpacked");
    return false;
  }
  bool good = parse(reader, stream, parts);
  zip_fclose(stream);
  return good;
}

/* ---- workbook.xml and its relations ---- */

static void nothing(struct reader *reader, const char *name) { (void)reader, (void)name; }

static void begin_workbook(struct reader *reader, const char *name, const char **attributes) {
  if (strcmp(name, "sheet") != 0) return;
  const char *title = attribute(attributes, "name"), *relation = attribute(attributes, "id");
  struct cells *cells = reader->cells;
  if (!title || !relation) return;
  if (cells->sheet_count == CELLS_SHEETS) {
    refuse(reader, "more than 1024 worksheets");
    return;
  }
  cells->sheets[cells->sheet_count++] =
      (struct cells_sheet){ .name = keep(reader, title, strlen(title)),
                            .part = keep(reader, relation, strlen(relation)) };
}

/* From here on the part of a sheet is its file, no longer the name of its relation. */
static void begin_relations(struct reader *reader, const char *name, const char **attributes) {
  const char *id = attribute(attributes, "Id"), *target = attribute(attributes, "Target");
  char path[512];
  if (strcmp(name, "Relationship") != 0 || !id || !target) return;
  for (size_t i = 0; i < reader->cells->sheet_count; i++) {
    struct cells_sheet *sheet = &reader->cells->sheets[i];
    if (sheet->room || strcmp(sheet->part, id) != 0) continue;
    int size = snprintf(path, sizeof path, "%s%s", target[0] == '/' ? "" : "xl/",
                        target + (target[0] == '/'));
    if (size < 0 || (size_t)size >= sizeof path) return;
    sheet->part = keep(reader, path, (size_t)size);
    sheet->room = 1; /* found; nothing is allocated yet */
  }
}

/* ---- shared texts, styles ---- */

static void begin_strings(struct reader *reader, const char *name, const char **attributes) {
  (void)attributes;
  if (strcmp(name, "si") == 0) reader->length = 0;
  else if (strcmp(name, "rPh") == 0) reader->phonetic = true;
  else if (strcmp(name, "t") == 0) reader->takes = true; /* more of them make one text */
}

static void end_strings(struct reader *reader, const char *name) {
  if (strcmp(name, "rPh") == 0) reader->phonetic = false;
  if (strcmp(name, "t") == 0) reader->takes = false;
  if (strcmp(name, "si") != 0) return;
  void *strings = reader->strings;
  if (reader->string_count == CELLS_MOST) refuse(reader, "more than 4000000 texts");
  else
    strings =
        grow(reader, strings, reader->string_count, &reader->string_room, sizeof *reader->strings);
  if (reader->failed) return;
  reader->strings = strings;
  reader->strings[reader->string_count++] = taken_text(reader);
}

static void begin_styles(struct reader *reader, const char *name, const char **attributes) {
  const char *locked = attribute(attributes, "locked");
  if (strcmp(name, "cellXfs") == 0) reader->in_styles = true;
  if (!reader->in_styles) return;
  if (strcmp(name, "xf") == 0) {
    void *styles = grow(reader, reader->unlocked, reader->style_count, &reader->style_room,
                        sizeof *reader->unlocked);
    if (!styles) return;
    reader->unlocked = styles;
    reader->unlocked[reader->style_count++] = false;
  } else if (strcmp(name, "protection") == 0 && locked && reader->style_count > 0) {
    reader->unlocked[reader->style_count - 1] =
        strcmp(locked, "0") == 0 || strcmp(locked, "false") == 0;
  }
}

static void end_styles(struct reader *reader, const char *name) {
  if (strcmp(name, "cellXfs") == 0) reader->in_styles = false;
}

/* ---- worksheets ---- */

/* "B12"; false when it is none. */
static bool read_address(const char *text, unsigned *row, unsigned *column) {
  *row = *column = 0;
  if (!text) return false;
  for (; *text >= 'A' && *text <= 'Z' && *column < CELLS_COLUMNS; text++)
    *column = *column * 26 + (unsigned)(*text - 'A' + 1);
  for (; *text >= '0' && *text <= '9' && *row < CELLS_ROWS; text++)
    *row = *row * 10 + (unsigned)(*text - '0');
  bool good = !*text && *row > 0 && *column > 0 && *row <= CELLS_ROWS && *column <= CELLS_COLUMNS;
  --*row, --*column;
  return good;
}

static void begin_cell(struct reader *reader, const char **attributes) {
  const char *type = attribute(attributes, "t"), *style = attribute(attributes, "s");
  reader->cell = (struct cells_one){ .text = "" };
  unsigned long index = style ? strtoul(style, NULL, 10) : 0;
  reader->cell.unlocked = index < reader->style_count && reader->unlocked[index];
  snprintf(reader->type, sizeof reader->type, "%s", type ? type : "n");
  reader->has_group = false;
  reader->length = 0;
  if (!read_address(attribute(attributes, "r"), &reader->cell.row, &reader->cell.column))
    refuse(reader, "a cell without an address");
}

static void begin_formula(struct reader *reader, const char **attributes) {
  const char *type = attribute(attributes, "t"), *group = attribute(attributes, "si");
  reader->has_group = type && group && strcmp(type, "shared") == 0;
  if (reader->has_group) reader->group = (unsigned)strtoul(group, NULL, 10);
  take_text(reader);
}

static void begin_sheet(struct reader *reader, const char *name, const char **attributes) {
  if (strcmp(name, "c") == 0) begin_cell(reader, attributes);
  else if (strcmp(name, "f") == 0) begin_formula(reader, attributes);
  else if (strcmp(name, "v") == 0) take_text(reader);
  else if (strcmp(name, "is") == 0) reader->length = 0;
  else if (strcmp(name, "rPh") == 0) reader->phonetic = true;
  else if (strcmp(name, "t") == 0) reader->takes = true;
}

static void end_value(struct reader *reader) {
  struct cells_one *cell = &reader->cell;
  const char *type = reader->type;
  const char *text = strcmp(type, "str") == 0 ? taken_text(reader) : taken(reader);
  if (strcmp(type, "s") == 0) {
    char *end;
    unsigned long index = strtoul(text, &end, 10);
    if (*end || end == text || index >= reader->string_count)
      refuse(reader, "a text that is not there");
    else cell->text = reader->strings[index];
  }
  bool number = strcmp(type, "n") == 0, truth = strcmp(type, "b") == 0;
  cell->kind = number ? 'n' : truth ? 'b' : strcmp(type, "e") == 0 ? 'e' : 's';
  if (number || truth) cell->number = strtod(text, NULL);
  else if (strcmp(type, "s") != 0) cell->text = text;
}

/* Groups are numbered from 0; a cell without a text of its own takes over that of its group. */
static void share_formula(struct reader *reader) {
  struct cells_one *cell = &reader->cell;
  unsigned group = reader->group;
  if (!cell->written[0]) {
    struct shared none = { "", "" };
    struct shared *shared = group < reader->shared_count ? &reader->shared[group] : &none;
    cell->formula = shared->formula ? shared->formula : "";
    cell->written = shared->written ? shared->written : "";
    return;
  }
  if (group >= CELLS_GROUPS) refuse(reader, "more than 65536 shared formulas");
  while (!reader->failed && reader->shared_count <= group) {
    void *shared = grow(reader, reader->shared, reader->shared_count, &reader->shared_room,
                        sizeof *reader->shared);
    if (!shared) return;
    reader->shared = shared;
    reader->shared[reader->shared_count++] = (struct shared){ NULL, NULL };
  }
  if (!reader->failed) reader->shared[group] = (struct shared){ cell->formula, cell->written };
}

static void end_formula(struct reader *reader) {
  struct cells_one *cell = &reader->cell;
  cell->written = taken(reader);
  size_t size = cells_spelling(cell->written, cell->row, cell->column, NULL, 0);
  char *text = malloc(size + 1);
  if (!text) {
    no_memory(reader);
    return;
  }
  cells_spelling(cell->written, cell->row, cell->column, text, size + 1);
  cell->formula = keep(reader, text, size);
  free(text);
  if (reader->has_group) share_formula(reader);
}

static void end_cell(struct reader *reader) {
  struct cells_sheet *sheet = reader->sheet;
  if (reader->cell_count++ >= CELLS_MOST) refuse(reader, "more than 4000000 cells");
  void *cells = grow(reader, sheet->at, sheet->count, &sheet->room, sizeof *sheet->at);
  if (reader->failed) return;
  sheet->at = cells;
  sheet->at[sheet->count++] = reader->cell;
}

static void end_sheet(struct reader *reader, const char *name) {
  if (strcmp(name, "c") == 0) end_cell(reader);
  else if (strcmp(name, "f") == 0) end_formula(reader);
  else if (strcmp(name, "v") == 0) end_value(reader);
  else if (strcmp(name, "rPh") == 0) reader->phonetic = false;
  else if (strcmp(name, "t") == 0) reader->takes = false;
  if (strcmp(name, "is") != 0) return;
  reader->cell.text = taken_text(reader);
  reader->cell.kind = 's';
}

static int by_place(const void *a, const void *b) {
  const struct cells_one *one = a, *two = b;
  if (one->row != two->row) return one->row < two->row ? -1 : 1;
  return one->column < two->column ? -1 : one->column > two->column;
}

static void read_sheets(struct reader *reader) {
  static const struct parts parts = { begin_sheet, end_sheet };
  for (size_t i = 0; i < reader->cells->sheet_count && !reader->failed; i++) {
    struct cells_sheet *sheet = &reader->cells->sheets[i];
    reader->part = sheet->name;
    if (!sheet->room) refuse(reader, "this worksheet has no file");
    sheet->room = 0;
    reader->sheet = sheet;
    reader->shared_count = 0;
    if (reader->failed || !read_part(reader, sheet->part, &parts, false)) return;
    if (sheet->count > 0) qsort(sheet->at, sheet->count, sizeof *sheet->at, by_place);
  }
}

/* ---- all ---- */

static void read_all(struct reader *reader) {
  static const struct parts workbook = { begin_workbook, nothing };
  static const struct parts relations = { begin_relations, nothing };
  static const struct parts strings = { begin_strings, end_strings };
  static const struct parts styles = { begin_styles, end_styles };
  if (zip_get_num_entries(reader->zip, 0) > CELLS_ENTRIES)
    refuse(reader, "more than 4096 files in the package");
  reader->cells->sheets = calloc(CELLS_SHEETS, sizeof *reader->cells->sheets);
  if (!reader->cells->sheets) no_memory(reader);
  if (!reader->failed && read_part(reader, "xl/workbook.xml", &workbook, false) &&
      read_part(reader, "xl/_rels/workbook.xml.rels", &relations, false) &&
      read_part(reader, "xl/sharedStrings.xml", &strings, true) &&
      read_part(reader, "xl/styles.xml", &styles, true))
    read_sheets(reader);
}

bool cells_read(struct cells *cells, const char *file, struct bytes bytes) {
  struct reader reader = { .cells = cells, .file = file };
  zip_error_t error;
  *cells = (struct cells){ .sheet_count = 0 };
  zip_error_init(&error);
  zip_source_t *source = zip_source_buffer_create(bytes.at, bytes.size, 0, &error);
  if (source) reader.zip = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (reader.zip) read_all(&reader);
  else refuse(&reader, "this is no workbook (.xlsx): %s", zip_error_strerror(&error));
  if (reader.zip) zip_discard(reader.zip);
  else zip_source_free(source);
  zip_error_fini(&error);
  free(reader.text);
  free(reader.strings);
  free(reader.unlocked);
  free(reader.shared);
  return !reader.failed;
}

void cells_free(struct cells *cells) {
  for (size_t i = 0; i < cells->sheet_count; i++) free(cells->sheets[i].at);
  free(cells->sheets);
  while (cells->blocks) {
    struct cells_block *next = cells->blocks->next;
    free(cells->blocks);
    cells->blocks = next;
  }
}

const struct cells_sheet *cells_sheet(const struct cells *cells, const char *name) {
  for (size_t i = 0; i < cells->sheet_count; i++)
    if (strcmp(cells->sheets[i].name, name) == 0) return &cells->sheets[i];
  return NULL;
}

const struct cells_one *cells_at(const struct cells_sheet *sheet, unsigned row, unsigned column) {
  struct cells_one key = { .row = row, .column = column };
  return sheet->count ? bsearch(&key, sheet->at, sheet->count, sizeof key, by_place) : NULL;
}

const char *cells_address(char out[16], unsigned row, unsigned column) {
  char letters[8] = "";
  size_t at = sizeof letters - 1;
  for (unsigned left = column + 1; left; left = (left - 1) / 26)
    letters[--at] = (char)('A' + (left - 1) % 26);
  snprintf(out, 16, "%s%u", letters + at, row + 1);
  return out;
}
