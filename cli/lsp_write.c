/* JSON for editors: a growing text, sent as one message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lsp.h"

void out_add(struct out *out, const char *bytes, size_t size) {
  if (out->failed) return;
  if (out->size + size + 1 > out->room) {
    size_t room = (out->size + size + 1) * 2;
    char *more = realloc(out->bytes, room);
    out->failed = !more;
    if (!more) return;
    out->bytes = more;
    out->room = room;
  }
  if (size > 0) memcpy(out->bytes + out->size, bytes, size);
  out->size += size;
  out->bytes[out->size] = 0;
}

void out_text(struct out *out, const char *text) { out_add(out, text, strlen(text)); }

void out_quoted(struct out *out, const char *text, size_t size) {
  out_text(out, "\"");
  for (size_t i = 0; i < size; i++) {
    char escaped[8];
    if (text[i] == '"' || text[i] == '\\') out_text(out, "\\");
    if ((unsigned char)text[i] >= 0x20) {
      out_add(out, text + i, 1);
      continue;
    }
    snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)text[i]);
    out_text(out, escaped);
  }
  out_text(out, "\"");
}

void out_count(struct out *out, size_t count) {
  char text[24];
  snprintf(text, sizeof text, "%zu", count);
  out_text(out, text);
}

bool out_send(struct out *out) {
  bool good = !out->failed;
  if (good) {
    printf("Content-Length: %zu\r\n\r\n", out->size);
    fwrite(out->bytes, 1, out->size, stdout);
    good = fflush(stdout) == 0 && !ferror(stdout);
  }
  free(out->bytes);
  *out = (struct out){ .bytes = NULL };
  return good;
}
