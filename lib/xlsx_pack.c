/* Errors in the file. libxlsxwriter can keep a number or a text beside a formula, but no error: a
   spreadsheet that does not calculate when it opens a file would take the one for sound and the
   other for a word. So errors are written as NaN, which no file may hold, and the package is packed
   once more with each of them as the error it is. What has none is passed on as it was. */
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

static void *take(struct packer *p, size_t size) {
  void *bytes = memory_take(&p->x->memory, NULL, size);
  if (!bytes && p->x->status == MLS_OK) p->x->status = fail_memory(p->x->report->fails);
  return bytes;
}

static bool unpack(const unsigned char *data, size_t packed, char *out, size_t size) {
  z_stream z = { .next_in = (Bytef *)(uintptr_t)data,
                 .avail_in = (uInt)packed,
                 .next_out = (Bytef *)out,
                 .avail_out = (uInt)size };
  if (inflateInit2(&z, -MAX_WBITS) != Z_OK) return false;
  int state = inflate(&z, Z_FINISH);
  inflateEnd(&z);
  return state == Z_STREAM_END && z.total_out == size;
}

/* Gives the packed size, 0 on failure. */
static size_t pack(const struct buffer *text, unsigned char *out, size_t room) {
  z_stream z = { .next_in = (Bytef *)(uintptr_t)text->bytes,
                 .avail_in = (uInt)text->size,
                 .next_out = out,
                 .avail_out = (uInt)room };
  if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    return 0;
  int state = deflate(&z, Z_FINISH);
  size_t size = z.total_out;
  deflateEnd(&z);
  return state == Z_STREAM_END ? size : 0;
}

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

static mls_status put_marked(struct packer *p, const unsigned char *central, struct buffer *text) {
  size_t room = compressBound((uLong)text->size);
  unsigned char *packed = take(p, room);
  if (!packed) return p->x->status;
  size_t size = pack(text, packed, room);
  size_t crc = crc32(crc32(0, NULL, 0), (const Bytef *)text->bytes, (uInt)text->size);
  mls_status status = size ? put_entry(p, central, packed, size, text->size, crc) : broken(p);
  memory_give(&p->x->memory, packed);
  return status;
}

static mls_status put_worksheet(struct packer *p, const unsigned char *central,
                                const unsigned char *data) {
  size_t packed = get32(central + 20), size = get32(central + 24);
  char *plain = take(p, size + 1);
  if (!plain) return p->x->status;
  struct buffer text;
  buffer_open(&text, &p->x->memory);
  mls_status status = MLS_OK;
  if (!unpack(data, packed, plain, size)) status = broken(p);
  plain[size] = 0;
  if (status == MLS_OK) mark_errors(plain, &text);
  if (text.failed) status = p->x->status = fail_memory(p->x->report->fails);
  if (status == MLS_OK) status = put_marked(p, central, &text);
  buffer_close(&text);
  memory_give(&p->x->memory, plain);
  return status;
}

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
