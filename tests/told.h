/* What tests of messages share: a list of messages as the lines that a person reads. */
#ifndef TESTS_TOLD_H
#define TESTS_TOLD_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "memory.h"
#include "text.h"

/* One handle's worth of memory and messages. */
struct told {
  struct memory memory;
  struct fails fails;
  struct buffer text;
};

static inline void told_open(struct told *told) {
  memory_open(&told->memory, NULL);
  told->fails = (struct fails){ .memory = &told->memory };
  buffer_open(&told->text, &told->memory);
}

static inline void told_close(struct told *told) {
  buffer_close(&told->text);
  memory_close(&told->memory);
}

/* "file:line:column: kind: text" and a newline for each message; "warning" for a warning's kind. */
static inline const char *told_lines(struct told *told, const struct fails *fails) {
  told->text.size = 0;
  buffer_text(&told->text, "");
  for (const struct fail *fail = fails->first; fail; fail = fail->next) {
    const char *kind = fail->warning ? "warning" : fail_word(fail->status);
    buffer_print(&told->text, "%s:%d:%d: %s: %s\n", fail->place.file ? fail->place.file : "-",
                 fail->place.line, fail->place.column, kind, fail->text);
  }
  return told->text.bytes;
}

/* A whole file; the test fails when it can not be read. Free the result. */
static inline char *read_whole(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  ck_assert_msg(file != NULL, "%s can not be read", path);
  size_t room = 1 << 16, count = 0;
  char *bytes = malloc(room);
  ck_assert_ptr_nonnull(bytes);
  for (size_t got = 1; got > 0; count += got) {
    if (count + 1 >= room) bytes = realloc(bytes, room *= 2);
    ck_assert_ptr_nonnull(bytes);
    got = fread(bytes + count, 1, room - count - 1, file);
  }
  fclose(file);
  bytes[count] = 0;
  *size = count;
  return bytes;
}

#endif
