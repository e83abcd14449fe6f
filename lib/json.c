/* JSON text to a flat list of values. A file comes from anybody, so every bound holds before memory
   is taken: open containers stand on a fixed stack, values in one list. */
#include "json.h"

#include <string.h>

#include "csv.h"
#include "limits.h"
#include "progress.h"

struct json_reader {
  struct json_file *json;
  struct fails *fails;
  struct slice whole;
  const char *at, *end;
  int line, column; /* of the character at `counted` */
  const char *counted;
  unsigned open[LIMIT_JSON_DEPTH]; /* the containers that are open, outermost first */
  size_t depth;
};

/* ---- places ---- */

static bool is_continuation(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

/* Counts on to `at`; CR LF is one line. */
static struct place place_of(struct json_reader *r, const char *at) {
  for (; r->counted < at; r->counted++) {
    char c = *r->counted;
    bool pair = c == '\r' && r->counted + 1 < r->end && r->counted[1] == '\n';
    if (c == '\n' || (c == '\r' && !pair)) r->line++, r->column = 1;
    else if (!pair && !is_continuation(c)) r->column++;
  }
  return (struct place){ r->json->file, r->line, r->column };
}

static mls_status wrong(struct json_reader *r, const char *expected) {
  char shown[CSV_SHOWN];
  struct place place = place_of(r, r->at);
  size_t size = 0, left = (size_t)(r->end - r->at);
  if (left == 0)
    return fail_add(r->fails, MLS_SYNTAX, place, "the file ends here; expected %s", expected);
  while (size < left && size < 20 && !strchr(" \t\r\n,:[]{}\"", r->at[size])) size++;
  if (size == 0) size = 1;
  struct slice found = { r->at, size };
  size_t where;
  if (!text_is_clean(found, &where)) {
    unsigned char byte = (unsigned char)found.at[where];
    return fail_add(r->fails, MLS_SYNTAX, place, "found byte 0x%02X; expected %s", byte, expected);
  }
  return fail_add(r->fails, MLS_SYNTAX, place, "found %s; expected %s", csv_shown(shown, found),
                  expected);
}

static void skip_space(struct json_reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
    r->at++;
}

static char next(const struct json_reader *r) { return r->at < r->end ? *r->at : 0; }

/* ---- texts ---- */

static mls_status unclean(struct json_reader *r, const char *at) {
  struct place place = place_of(r, at);
  unsigned char byte = (unsigned char)*at;
  if (byte < 0x80)
    return fail_add(r->fails, MLS_SYNTAX, place,
                    "a control character (byte 0x%02X) stands in this text; write it as \\u%04X",
                    byte, byte);
  ptrdiff_t size = byte == 0xC2 ? 2 : byte == 0xE2 ? 3 : 0;
  bool whole = size > 0 && r->end - at >= size && is_continuation(at[1]);
  if (whole && (size == 2 || is_continuation(at[2])))
    return fail_add(r->fails, MLS_SYNTAX, place,
                    "an invisible control character stands in this text: delete it");
  return fail_add(
      r->fails, MLS_SYNTAX, place, "byte 0x%02X is not UTF-8%s: save the file as UTF-8", byte,
      csv_is_1252(r->whole.at, r->whole.size) ? "; the file looks like Windows-1252" : "");
}

/* The four digits after \u, or -1. */
static long hexadecimal(const struct json_reader *r, const char *at) {
  long value = 0;
  if (r->end - at < 4) return -1;
  for (int i = 0; i < 4; i++) {
    char c = at[i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

static void add_character(struct buffer *out, unsigned long code) {
  if (code < 0x80) {
    buffer_char(out, (char)code);
    return;
  }
  int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  unsigned long lead = more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0;
  buffer_char(out, (char)(lead | code >> (6 * more)));
  while (more-- > 0) buffer_char(out, (char)(0x80 | (code >> (6 * more) & 0x3F)));
}

static mls_status wrong_escape(struct json_reader *r) {
  return fail_add(
      r->fails, MLS_SYNTAX, place_of(r, r->at),
      "this escape is none of \\\" \\\\ \\/ \\b \\f \\n \\r \\t, \\u0001 to \\uFFFF and "
      "their pairs");
}

/* \uXXXX, or two of them for one character; `at` stands on the backslash. */
static mls_status read_unicode(struct json_reader *r, struct buffer *out) {
  long code = hexadecimal(r, r->at + 2), low = -1;
  bool high = code >= 0xD800 && code < 0xDC00;
  if (high && r->end - r->at >= 12 && r->at[6] == '\\' && r->at[7] == 'u')
    low = hexadecimal(r, r->at + 8);
  if (code <= 0 || (code >= 0xDC00 && code < 0xE000)) return wrong_escape(r);
  if (high && (low < 0xDC00 || low >= 0xE000)) return wrong_escape(r);
  add_character(out,
                (unsigned long)(high ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : code));
  r->at += high ? 12 : 6;
  return MLS_OK;
}

static mls_status read_escape(struct json_reader *r, struct buffer *out) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char c = r->end - r->at < 2 ? 0 : r->at[1];
  if (c == 'u') return read_unicode(r, out);
  const char *found = c ? strchr(from, c) : NULL;
  if (!found) return wrong_escape(r);
  buffer_char(out, to[found - from]);
  r->at += 2;
  return MLS_OK;
}

static mls_status too_long(struct json_reader *r, struct place place) {
  return fail_add(r->fails, MLS_LIMIT, place,
                  "this text is longer than %d bytes (LIMIT_TEXT); is a quote left open?",
                  LIMIT_TEXT);
}

/* Bytes up to the next quote or backslash, which must be clean. */
static mls_status read_run(struct json_reader *r, struct place place, struct slice *out) {
  const char *start = r->at;
  size_t where;
  while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= 0x20 &&
         r->at - start <= LIMIT_TEXT)
    r->at++;
  *out = (struct slice){ start, (size_t)(r->at - start) };
  if (out->size > LIMIT_TEXT) return too_long(r, place);
  if (!text_is_clean(*out, &where)) return unclean(r, start + where);
  if (r->at == r->end) return wrong(r, "a quote that ends the text");
  return *r->at == '"' || *r->at == '\\' ? MLS_OK : unclean(r, r->at);
}

static mls_status read_escaped(struct json_reader *r, struct place place, struct buffer *text) {
  while (*r->at != '"') {
    struct slice run;
    TRY(read_escape(r, text));
    TRY(read_run(r, place, &run));
    buffer_add(text, run.at, run.size);
    if (text->size > LIMIT_TEXT) return too_long(r, place);
  }
  return text->failed ? fail_memory(r->fails) : MLS_OK;
}

static mls_status decode(struct json_reader *r, struct place place, struct slice first,
                         struct slice *out) {
  struct buffer text;
  buffer_open(&text, &r->json->memory);
  buffer_add(&text, first.at, first.size);
  mls_status status = read_escaped(r, place, &text);
  if (status == MLS_OK) {
    out->at = buffer_keep(&text, &r->json->memory);
    out->size = text.size;
    if (!out->at) status = fail_memory(r->fails);
  }
  buffer_close(&text);
  return status;
}

static mls_status read_string(struct json_reader *r, struct slice *out) {
  struct place place = place_of(r, r->at);
  r->at++;
  TRY(read_run(r, place, out));
  if (*r->at == '\\') TRY(decode(r, place, *out, out));
  r->at++;
  return MLS_OK;
}

/* ---- numbers and words ---- */

static bool skip_digits(struct json_reader *r) {
  const char *start = r->at;
  while (next(r) >= '0' && next(r) <= '9') r->at++;
  return r->at > start;
}

/* The grammar of JSON, which is narrower than that of sheets. */
static bool skip_number(struct json_reader *r) {
  if (next(r) == '-') r->at++;
  if (next(r) == '0') r->at++;
  else if (!skip_digits(r)) return false;
  if (next(r) == '.') {
    r->at++;
    if (!skip_digits(r)) return false;
  }
  if (next(r) == 'e' || next(r) == 'E') {
    r->at++;
    if (next(r) == '+' || next(r) == '-') r->at++;
    if (!skip_digits(r)) return false;
  }
  char c = next(r);
  return r->at == r->end || strchr(" \t\r\n,]}", c) != NULL;
}

static mls_status read_number(struct json_reader *r, struct slice *out) {
  const char *start = r->at;
  if (!skip_number(r)) {
    r->at = start;
    return wrong(r, "a number as 0.5, -3 or 1e6");
  }
  *out = (struct slice){ start, (size_t)(r->at - start) };
  return MLS_OK;
}

static bool skip_word(struct json_reader *r, const char *word) {
  size_t size = strlen(word);
  if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0) return false;
  r->at += size;
  return true;
}

static mls_status read_word(struct json_reader *r, enum json_kind *kind) {
  static const char *const words[] = { "null", "false", "true" };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (skip_word(r, words[i])) {
      *kind = (enum json_kind)i;
      return MLS_OK;
    }
  return wrong(r, "a text in double quotes, a number, true, false, null, [ or {");
}

/* ---- keys that stand twice ---- */

static bool same_key(const struct json *a, const struct json *b) {
  return a->key_size == b->key_size && memcmp(a->key, b->key, a->key_size) == 0;
}

static mls_status stands_twice(struct json_reader *r, const struct json *first,
                               const struct json *second) {
  char shown[CSV_SHOWN];
  return fail_add(r->fails, MLS_NAME, json_key_place(r->json, second),
                  "key %s stands in line %d already", csv_shown(shown, json_key(second)),
                  first->key_line);
}

static mls_status check_few(struct json_reader *r, const struct json *object) {
  const struct json *one = object + 1;
  for (unsigned i = 0; i < object->count; i++, one += one->skip) {
    const struct json *other = object + 1;
    for (unsigned k = 0; k < i; k++, other += other->skip)
      if (same_key(other, one)) return stands_twice(r, other, one);
  }
  return MLS_OK;
}

/* Open addressing over the members, in a table that is at most half full. */
static mls_status check_many(struct json_reader *r, const struct json *object) {
  size_t room = 64;
  while (room < 2 * (size_t)object->count) room *= 2;
  const struct json **slots = memory_take(&r->json->memory, NULL, room * sizeof *slots);
  if (!slots) return fail_memory(r->fails);
  for (size_t i = 0; i < room; i++) slots[i] = NULL;
  mls_status status = MLS_OK;
  const struct json *one = object + 1;
  for (unsigned i = 0; i < object->count && status == MLS_OK; i++, one += one->skip) {
    size_t at = hash_bytes(one->key, one->key_size) & (room - 1);
    while (slots[at] && !same_key(slots[at], one)) at = (at + 1) & (room - 1);
    if (slots[at]) status = stands_twice(r, slots[at], one);
    slots[at] = one;
  }
  memory_give(&r->json->memory, slots);
  return status;
}

static mls_status check_keys(struct json_reader *r, const struct json *object) {
  enum { FEW = 12 };
  if (object->kind != JSON_OBJECT) return MLS_OK;
  return object->count <= FEW ? check_few(r, object) : check_many(r, object);
}

/* ---- values ---- */

static mls_status widen(struct json_reader *r) {
  struct json_file *json = r->json;
  if (json->count < json->room) return MLS_OK;
  if (json->count >= LIMIT_JSON_VALUES)
    return fail_add(r->fails, MLS_LIMIT, place_of(r, r->at),
                    "the file has more than %d values (LIMIT_JSON_VALUES)", LIMIT_JSON_VALUES);
  size_t room = json->room ? json->room * 2 : 64;
  struct json *values = memory_take(&json->memory, json->values, room * sizeof *values);
  if (!values) return fail_memory(r->fails);
  json->values = values;
  json->room = room;
  return MLS_OK;
}

static mls_status open_container(struct json_reader *r, const struct json *value) {
  if (r->depth == LIMIT_JSON_DEPTH)
    return fail_add(r->fails, MLS_LIMIT,
                    (struct place){ r->json->file, value->line, value->column },
                    "values stand more than %d deep (LIMIT_JSON_DEPTH)", LIMIT_JSON_DEPTH);
  r->open[r->depth++] = (unsigned)r->json->count;
  r->at++;
  return MLS_OK;
}

/* Adds the value that begins here; `value` holds its key. A container is opened only. */
static mls_status read_value(struct json_reader *r, struct json *value) {
  struct slice text = { NULL, 0 };
  struct place place = place_of(r, r->at);
  char c = next(r);
  value->line = place.line;
  value->column = place.column;
  value->skip = 1;
  TRY(widen(r));
  if (c == '{' || c == '[') {
    value->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
    TRY(open_container(r, value));
  } else if (c == '"') {
    value->kind = JSON_STRING;
    TRY(read_string(r, &text));
  } else if (c == '-' || (c >= '0' && c <= '9')) {
    value->kind = JSON_NUMBER;
    TRY(read_number(r, &text));
  } else {
    TRY(read_word(r, &value->kind));
  }
  value->text = text.at;
  value->size = (unsigned)text.size;
  r->json->values[r->json->count++] = *value;
  return MLS_OK;
}

static mls_status read_key(struct json_reader *r, struct json *value) {
  struct slice key;
  struct place place = place_of(r, r->at);
  if (next(r) != '"') return wrong(r, "a name in double quotes");
  TRY(read_string(r, &key));
  value->key = key.at;
  value->key_size = (unsigned)key.size;
  value->key_line = place.line;
  value->key_column = place.column;
  skip_space(r);
  if (next(r) != ':') return wrong(r, "\":\" after the name");
  r->at++;
  skip_space(r);
  return MLS_OK;
}

static mls_status close_container(struct json_reader *r) {
  unsigned index = r->open[--r->depth];
  struct json *value = &r->json->values[index];
  value->skip = (unsigned)(r->json->count - index);
  r->at++;
  return check_keys(r, value);
}

/* The next value of the innermost container, or its end. */
static mls_status read_on(struct json_reader *r) {
  unsigned index = r->open[r->depth - 1];
  const struct json *top = &r->json->values[index];
  bool object = top->kind == JSON_OBJECT;
  char closes = object ? '}' : ']';
  struct json value = { .kind = JSON_NULL };
  TRY(progress_tick(r->fails, 1, (size_t)(r->at - r->whole.at), r->whole.size));
  skip_space(r);
  if (next(r) == closes) return close_container(r);
  if (top->count > 0) {
    if (next(r) != ',') return wrong(r, object ? "\",\" or \"}\"" : "\",\" or \"]\"");
    r->at++;
    skip_space(r);
    if (next(r) == closes)
      return wrong(r,
                   object ? "a further member after the comma" : "a further value after the comma");
  }
  if (object) TRY(read_key(r, &value));
  TRY(read_value(r, &value));
  r->json->values[index].count++;
  return MLS_OK;
}

static mls_status read_whole(struct json_reader *r) {
  struct json value = { .kind = JSON_NULL };
  skip_space(r);
  TRY(read_value(r, &value));
  while (r->depth > 0) TRY(read_on(r));
  skip_space(r);
  return r->at == r->end ? MLS_OK : wrong(r, "the end of the file");
}

mls_status json_read(struct json_file *out, struct fails *fails, const char *file,
                     const char *bytes, size_t size) {
  struct place top = { file, 1, 1 };
  struct slice text = { bytes, size };
  *out = (struct json_file){ .file = file };
  memory_open(&out->memory, &fails->memory->allocator);
  if (size > LIMIT_FILE)
    return fail_add(fails, MLS_LIMIT, top, "the file is larger than %d MB (LIMIT_FILE)",
                    LIMIT_FILE / 1000000);
  const char *form = csv_other_form(text);
  if (form) return fail_add(fails, MLS_SYNTAX, top, "the file is %s; expected JSON in UTF-8", form);
  struct json_reader reader = {
    .json = out, .fails = fails, .whole = text, .line = 1, .column = 1
  };
  bool mark = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
  reader.at = reader.counted = bytes + (mark ? 3 : 0);
  reader.end = bytes + size;
  return read_whole(&reader);
}

void json_close(struct json_file *json) {
  memory_give(&json->memory, json->values);
  memory_close(&json->memory);
  json->values = NULL;
  json->count = json->room = 0;
}

/* ---- what was read ---- */

const struct json *json_member(const struct json *object, const char *key) {
  const struct json *one = object + 1;
  if (object->kind != JSON_OBJECT) return NULL;
  for (unsigned i = 0; i < object->count; i++, one += one->skip)
    if (slice_is(json_key(one), key)) return one;
  return NULL;
}

struct slice json_text(const struct json *value) {
  return (struct slice){ value->text, value->size };
}

struct slice json_key(const struct json *value) {
  return (struct slice){ value->key, value->key_size };
}

bool json_is(const struct json *value, const char *text) {
  return value->kind == JSON_STRING && slice_is(json_text(value), text);
}

struct place json_place(const struct json_file *json, const struct json *value) {
  return (struct place){ json->file, value->line, value->column };
}

struct place json_key_place(const struct json_file *json, const struct json *value) {
  return (struct place){ json->file, value->key_line, value->key_column };
}

const char *json_word(const struct json *value) {
  static const char *const words[] = { "null",   "false",  "true",     "a number",
                                       "a text", "a list", "an object" };
  return words[value->kind];
}
