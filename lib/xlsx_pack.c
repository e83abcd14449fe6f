/* Errors in the file. libxlsxwriter can keep a number or a text beside a formula, but no error: a
   spreadsheet that does not calculate when it opens a file would take the one for sound and the
   other for a word. So errors are written as NaN, which no file may hold, and the package is packed
   once more with each of them as the error it is, a piece of a worksheet at a time. What has none
   is passed on as it was. */
#include "xlsx.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
  LOCAL_SIZE = 30,   /* bytes of a local header, without the name */
  CENTRAL_SIZE = 46, /* of an entry of the directory */
  END_SIZE = 22      /* of the end of the directory */
};

struct packer {
  struct xlsx *x;
  const unsigned char *bytes;
  size_t size;
  size_t written;
  struct buffer directory;
  unsigned count;
};

static unsigned get16(const unsigned char *at) { return at[0] | (unsigned)at[1] << 8; }
static size_t get32(const unsigned char *at) { return get16(at) | (size_t)get16(at + 2) << 16; }

static void set16(unsigned char *at, unsigned value) {
  at[0] = (unsigned char)(value & 0xff);
  at[1] = (unsigned char)(value >> 8 & 0xff);
}
static void set32(unsigned char *at, size_t value) {
  set16(at, (unsigned)(value & 0xffff));
  set16(at + 2, (unsigned)(value >> 16 & 0xffff));
}

static mls_status broken(struct packer *p) {
  xlsx_refuse(p->x, MLS_FILE, "the file of the workbook could not be read back");
  return p->x->status;
}

static mls_status emit(struct packer *p, const void *bytes, size_t size) {
  p->written += size;
  return p->x->report->write(p->x->report->context, bytes, size);
}

/* ---- the text of a worksheet ---- */

static bool is_mark(const char *at) {
  return (at[0] == 'N' || at[0] == 'n') && (at[1] == 'A' || at[1] == 'a') &&
         (at[2] == 'N' || at[2] == 'n') && at[3] == '<';
}

/* `<c r="B5" s="3"><f>F</f><v>NAN</v>` -> `<c r="B5" s="3" t="e"><f>F</f><v>#N/A</v>` */
static void mark_errors(const char *text, struct buffer *out) {
  const char *done = text, *value = text;
  while ((value = strstr(value, "<v>")) != NULL) {
    value += 3;
    const char *mark = *value == '-' ? value + 1 : value;
    if (!is_mark(mark)) continue;
    const char *cell = value;
    while (cell > done && strncmp(cell, "<c ", 3) != 0) cell--;
    const char *head = strchr(cell, '>');
    if (!head || head > value) continue;
    buffer_add(out, done, (size_t)(head - done));
    buffer_text(out, " t=\"e\"");
    buffer_add(out, head, (size_t)(value - head));
    buffer_text(out, "#N/A");
    done = value = mark + 3;
  }
  buffer_text(out, done);
}

/* ---- entries ---- */

/* Writes an entry: its header with sizes, its data; and remembers it for the directory. */
static mls_status put_entry(struct packer *p, const unsigned char *central, const void *data,
                            size_t packed, size_t size, size_t crc) {
  unsigned char local[LOCAL_SIZE] = { 'P', 'K', 3, 4, 20 }, entry[CENTRAL_SIZE];
  unsigned name = get16(central + 28);
  memcpy(entry, central, CENTRAL_SIZE);
  set16(entry + 8, get16(central + 8) & ~8u); /* sizes stand in the header */
  set32(entry + 16, crc);
  set32(entry + 20, packed);
  set32(entry + 24, size);
  set16(entry + 30, 0);
  set16(entry + 32, 0);
  set32(entry + 42, p->written);
  memcpy(local + 6, entry + 8, 20); /* flags, method, time, crc, sizes */
  set16(local + 26, name);
  buffer_add(&p->directory, (const char *)entry, CENTRAL_SIZE);
  buffer_add(&p->directory, (const char *)central + CENTRAL_SIZE, name);
  p->count++;
  TRY(emit(p, local, LOCAL_SIZE));
  TRY(emit(p, central + CENTRAL_SIZE, name));
  return emit(p, data, packed);
}

/* ---- a worksheet, packed again ---- */

enum { PIECE = 1 << 16 };

struct again {
  struct packer *p;
  z_stream from, to;
  struct buffer text;   /* unpacked; cells to their end are marked and taken out */
  struct buffer marked; /* for the next piece */
  struct buffer packed;
  size_t size, crc; /* of all that was marked */
};

/* More of the text; *ended when that was the last. */
static bool unpack(struct again *a, bool *ended) {
  char *room = buffer_room(&a->text, PIECE);
  if (!room) return false;
  a->from.next_out = (Bytef *)room;
  a->from.avail_out = PIECE;
  int state = inflate(&a->from, Z_NO_FLUSH);
  a->text.size += PIECE - a->from.avail_out;
  a->text.bytes[a->text.size] = 0;
  *ended = state == Z_STREAM_END;
  return *ended || state == Z_OK;
}

/* Up to where the text can be marked: the last cell may go on in the next piece, and so may what
   begins one. */
static size_t whole_cells(const struct buffer *text) {
  size_t at = text->size < 2 ? 0 : text->size - 2;
  for (size_t i = at + 1; i > 0; i--)
    if (strncmp(text->bytes + i - 1, "<c ", 3) == 0) return i - 1;
  return at;
}

static void mark(struct again *a, bool ended) {
  size_t size = ended ? a->text.size : whole_cells(&a->text);
  char *rest = a->text.bytes + size, next = *rest;
  a->marked.size = 0;
  *rest = 0;
  mark_errors(a->text.bytes, &a->marked);
  *rest = next;
  memmove(a->text.bytes, rest, a->text.size - size + 1);
  a->text.size -= size;
  a->size += a->marked.size;
}

static bool pack(struct again *a, bool ended) {
  a->crc = crc32((uLong)a->crc, (const Bytef *)a->marked.bytes, (uInt)a->marked.size);
  a->to.next_in = (Bytef *)a->marked.bytes;
  a->to.avail_in = (uInt)a->marked.size;
  int state;
  do {
    char *room = buffer_room(&a->packed, PIECE);
    if (!room) return false;
    a->to.next_out = (Bytef *)room;
    a->to.avail_out = PIECE;
    state = deflate(&a->to, ended ? Z_FINISH : Z_NO_FLUSH);
    a->packed.size += PIECE - a->to.avail_out;
  } while (a->to.avail_out == 0);
  return ended ? state == Z_STREAM_END : a->to.avail_in == 0;
}

static bool pack_again(struct again *a) {
  bool ended = false;
  while (!ended) {
    if (!unpack(a, &ended)) return false;
    mark(a, ended);
    if (a->marked.failed || !pack(a, ended)) return false;
  }
  return true;
}

static bool again_open(struct again *a, const unsigned char *data, size_t packed) {
  a->from.next_in = (Bytef *)(uintptr_t)data;
  a->from.avail_in = (uInt)packed;
  a->crc = crc32(0, NULL, 0);
  return inflateInit2(&a->from, -MAX_WBITS) == Z_OK &&
         deflateInit2(&a->to, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
                      Z_DEFAULT_STRATEGY) == Z_OK;
}

static void again_close(struct again *a) {
  inflateEnd(&a->from);
  deflateEnd(&a->to);
  buffer_close(&a->text);
  buffer_close(&a->marked);
  buffer_close(&a->packed);
}

static mls_status put_worksheet(struct packer *p, const unsigned char *central,
                                const unsigned char *data) {
  struct again a = { .p = p };
  buffer_open(&a.text, &p->x->memory);
  buffer_open(&a.marked, &p->x->memory);
  buffer_open(&a.packed, &p->x->memory);
  bool done = again_open(&a, data, get32(central + 20)) && pack_again(&a) &&
              a.from.total_out == get32(central + 24);
  mls_status status;
  if (a.text.failed || a.marked.failed || a.packed.failed)
    status = p->x->status = fail_memory(p->x->report->fails);
  else if (!done) status = broken(p);
  else status = put_entry(p, central, a.packed.bytes, a.packed.size, a.size, a.crc);
  again_close(&a);
  return status;
}

/* ---- the package ---- */

/* "xl/worksheets/sheet3.xml" is the third page. */
static bool has_errors(const struct packer *p, const unsigned char *central) {
  static const char head[] = "xl/worksheets/sheet";
  size_t size = get16(central + 28);
  const char *name = (const char *)central + CENTRAL_SIZE;
  if (size <= sizeof head || memcmp(name, head, sizeof head - 1) != 0) return false;
  size_t number = 0;
  for (size_t i = sizeof head - 1; i < size && name[i] >= '0' && name[i] <= '9'; i++)
    number = number * 10 + (size_t)(name[i] - '0');
  return number >= 1 && number <= p->x->page_count && p->x->pages[number - 1].errors;
}

static mls_status copy_entry(struct packer *p, const unsigned char *central) {
  size_t at = get32(central + 42), packed = get32(central + 20);
  if (at + LOCAL_SIZE > p->size) return broken(p);
  const unsigned char *local = p->bytes + at;
  size_t data = at + LOCAL_SIZE + get16(local + 26) + get16(local + 28);
  if (data > p->size || packed > p->size - data) return broken(p);
  if (has_errors(p, central)) return put_worksheet(p, central, p->bytes + data);
  return put_entry(p, central, p->bytes + data, packed, get32(central + 24), get32(central + 16));
}

static mls_status copy_all(struct packer *p, size_t at, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    const unsigned char *central = p->bytes + at;
    if (at + CENTRAL_SIZE > p->size || get32(central) != 0x02014b50) return broken(p);
    at += CENTRAL_SIZE + get16(central + 28) + get16(central + 30) + get16(central + 32);
    if (at > p->size) return broken(p);
    TRY(copy_entry(p, central));
  }
  return MLS_OK;
}

static mls_status put_end(struct packer *p) {
  unsigned char end[END_SIZE] = { 'P', 'K', 5, 6 };
  if (p->directory.failed) return p->x->status = fail_memory(p->x->report->fails);
  set16(end + 8, p->count);
  set16(end + 10, p->count);
  set32(end + 12, p->directory.size);
  set32(end + 16, p->written);
  TRY(emit(p, p->directory.bytes, p->directory.size));
  return emit(p, end, END_SIZE);
}

bool xlsx_has_errors(const struct xlsx *x) {
  for (size_t i = 0; i < x->page_count; i++)
    if (x->pages[i].errors) return true;
  return false;
}

mls_status xlsx_pack(struct xlsx *x, const unsigned char *bytes, size_t size) {
  struct packer p = { .x = x, .bytes = bytes, .size = size };
  const unsigned char *end = bytes + size - END_SIZE;
  if (size < END_SIZE || get32(end) != 0x06054b50) return broken(&p);
  buffer_open(&p.directory, &x->memory);
  mls_status status = copy_all(&p, get32(end + 16), get16(end + 10));
  if (status == MLS_OK) status = put_end(&p);
  buffer_close(&p.directory);
  return status;
}
