/* The growing text that exporters and messages write into. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

void buffer_open(struct buffer *buffer, const struct memory *memory) {
  *buffer = (struct buffer){ .memory = memory };
}

void buffer_close(struct buffer *buffer) {
  memory_give(buffer->memory, buffer->bytes);
  buffer_open(buffer, buffer->memory);
}

static bool make_room(struct buffer *buffer, size_t more) {
  if (buffer->failed) return false;
  size_t wanted = buffer->size + more + 1;
  if (wanted <= buffer->room) return true;
  size_t room = buffer->room ? buffer->room : 128;
  while (room < wanted && room < SIZE_MAX / 2) room *= 2;
  char *bytes = memory_take(buffer->memory, buffer->bytes, room);
  if (!bytes) {
    buffer->failed = true;
    return false;
  }
  buffer->bytes = bytes;
  buffer->room = room;
  return true;
}

void buffer_add(struct buffer *buffer, const char *bytes, size_t size) {
  if (!make_room(buffer, size)) return;
  if (size > 0) memcpy(buffer->bytes + buffer->size, bytes, size);
  buffer->size += size;
  buffer->bytes[buffer->size] = 0;
}

char *buffer_room(struct buffer *buffer, size_t more) {
  return make_room(buffer, more) ? buffer->bytes + buffer->size : NULL;
}

void buffer_text(struct buffer *buffer, const char *text) {
  buffer_add(buffer, text, strlen(text));
}

void buffer_char(struct buffer *buffer, char c) { buffer_add(buffer, &c, 1); }

void buffer_number(struct buffer *buffer, double value) {
  char text[TEXT_NUMBER];
  buffer_text(buffer, text_number(text, value));
}

void buffer_print(struct buffer *buffer, const char *format, ...) {
  va_list list;
  va_start(list, format);
  int size = vsnprintf(NULL, 0, format, list);
  va_end(list);
  if (size < 0 || !make_room(buffer, (size_t)size)) {
    buffer->failed = true;
    return;
  }
  va_start(list, format);
  vsnprintf(buffer->bytes + buffer->size, (size_t)size + 1, format, list);
  va_end(list);
  buffer->size += (size_t)size;
}

void buffer_json(struct buffer *buffer, const char *text) {
  if (!text) {
    buffer_text(buffer, "null");
    return;
  }
  buffer_char(buffer, '"');
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') buffer_char(buffer, '\\');
    if (c < 0x20) buffer_print(buffer, "\\u%04x", c);
    else buffer_char(buffer, *text);
  }
  buffer_char(buffer, '"');
}

const char *buffer_keep(const struct buffer *buffer, struct memory *memory) {
  if (buffer->failed) return NULL;
  return memory_text(memory, buffer->bytes, buffer->size);
}
