/* The reader of workbooks: the bytes as a package, and as the worksheet of a sound one, which is
   stored without packing, so that changed bytes are not lost to a checksum. */
#include "workbook.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../cli/cells.h"

enum { PARTS = 4, HEADS = 1024 };

struct part {
  const char *name;
  const unsigned char *bytes;
  size_t size, offset;
};

struct package {
  char *at;
  size_t size;
};

static void put(struct package *to, const void *bytes, size_t size) {
  memcpy(to->at + to->size, bytes, size);
  to->size += size;
}

/* Numbers of so many bytes each, lowest first. */
static void put_numbers(struct package *to, const char *widths, const size_t *numbers) {
  for (; *widths; widths++, numbers++)
    for (int i = 0; i < *widths - '0'; i++) to->at[to->size++] = (char)(*numbers >> 8 * i & 0xFF);
}

static void put_file(struct package *to, struct part *part) {
  size_t crc = crc32(0, part->bytes, (unsigned)part->size), length = strlen(part->name);
  part->offset = to->size;
  put_numbers(to, "4222224442",
              (size_t[]){ 0x04034b50, 20, 0, 0, 0, 33, crc, part->size, part->size, length });
  put_numbers(to, "2", (size_t[]){ 0 });
  put(to, part->name, length);
  put(to, part->bytes, part->size);
}

static void put_entry(struct package *to, const struct part *part) {
  size_t crc = crc32(0, part->bytes, (unsigned)part->size), length = strlen(part->name);
  put_numbers(to, "42222224442222244",
              (size_t[]){ 0x02014b50, 20, 20, 0, 0, 0, 33, crc, part->size, part->size, length, 0,
                          0, 0, 0, 0, part->offset });
  put(to, part->name, length);
}

static struct bytes pack(struct part parts[PARTS]) {
  struct package to = { NULL, 0 };
  size_t room = HEADS;
  for (size_t i = 0; i < PARTS; i++) room += parts[i].size;
  to.at = malloc(room);
  if (!to.at) return (struct bytes){ NULL, 0 };
  for (size_t i = 0; i < PARTS; i++) put_file(&to, &parts[i]);
  size_t begun = to.size;
  for (size_t i = 0; i < PARTS; i++) put_entry(&to, &parts[i]);
  put_numbers(&to, "42222442",
              (size_t[]){ 0x06054b50, 0, 0, PARTS, PARTS, to.size - begun, begun, 0 });
  return (struct bytes){ to.at, to.size };
}

#define PART(name, text)                                                                           \
  { name, (const unsigned char *)(text), sizeof(text) - 1, 0 }

void try_workbook(const uint8_t *bytes, size_t size) {
  struct part parts[PARTS] = {
    PART("xl/workbook.xml", "<workbook xmlns:r=\"r\"><sheets><sheet name=\"one\" r:id=\"r1\"/>"
                            "</sheets></workbook>"),
    PART("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"r1\" "
                                       "Target=\"worksheets/sheet1.xml\"/></Relationships>"),
    PART("xl/sharedStrings.xml", "<sst><si><t>one</t></si><si><r><t>t</t></r><r><t>wo</t></r></si>"
                                 "</sst>"),
    { "xl/worksheets/sheet1.xml", bytes, size, 0 },
  };
  struct cells cells;
  cells_read(&cells, "tried", (struct bytes){ (char *)(uintptr_t)bytes, size });
  cells_free(&cells);
  struct bytes whole = pack(parts);
  if (!whole.at) return;
  bool read = cells_read(&cells, "tried", whole);
  const struct cells_sheet *sheet = read ? cells_sheet(&cells, "one") : NULL;
  for (size_t i = 0; sheet && i < sheet->count; i++) {
    const struct cells_one *cell = &sheet->at[i];
    if (!cell->text || !cells_at(sheet, cell->row, cell->column)) abort();
  }
  cells_free(&cells);
  free(whole.at);
}
