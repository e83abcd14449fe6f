/* Aligned columns of text. */
#include "grid.h"

#include <string.h>

#include "progress.h"

struct width {
  size_t left, right; /* ALIGN_POINT: before and from the point on; else all is left */
};

size_t grid_width(const char *text, size_t size) {
  size_t width = 0;
  for (size_t i = 0; i < size; i++) width += ((unsigned char)text[i] & 0xC0) != 0x80;
  return width;
}

/* A number starts with a digit or a sign; other words keep out of the decimal alignment. */
static bool is_number(const struct buffer *text) {
  char c = text->size ? text->bytes[text->size > 1 && text->bytes[0] == '-'] : 0;
  return c >= '0' && c <= '9';
}

static struct width measure(const struct buffer *text, enum align align) {
  size_t all = text->size ? grid_width(text->bytes, text->size) : 0;
  if (align != ALIGN_POINT || !is_number(text)) return (struct width){ all, 0 };
  const char *point = strchr(text->bytes, '.');
  size_t left = point ? (size_t)(point - text->bytes) : all;
  return (struct width){ left, all - left };
}

static mls_status ask(const struct grid *grid, size_t row, size_t column, struct buffer *text) {
  text->size = 0;
  if (text->bytes) text->bytes[0] = 0;
  TRY(grid->text(grid, row, column, text));
  return text->failed ? fail_memory(grid->report->fails) : MLS_OK;
}

static mls_status measure_all(const struct grid *grid, struct buffer *text, struct width *widths) {
  for (size_t row = 0; row < grid->rows; row++) {
    for (size_t column = 0; column < grid->columns; column++) {
      TRY(progress_step(grid->report->fails, 5));
      TRY(ask(grid, row, column, text));
      struct width width = measure(text, grid->align[column]);
      bool word = grid->align[column] == ALIGN_POINT && text->size && !is_number(text);
      size_t right = widths[column].right;
      if (word) width.left = width.left > right ? width.left - right : 0;
      if (width.left > widths[column].left) widths[column].left = width.left;
      if (width.right > right) widths[column].right = width.right;
    }
  }
  return MLS_OK;
}

static void pad(struct buffer *out, size_t count) {
  for (; count > 0; count--) buffer_char(out, ' ');
}

static void put(const struct grid *grid, size_t row, size_t column, const struct buffer *text,
                struct width room, struct buffer *out) {
  struct width width = measure(text, grid->align[column]);
  size_t total = room.left + room.right, used = width.left + width.right, before = 0;
  bool point = grid->align[column] == ALIGN_POINT && is_number(text);
  if (point) before = room.left > width.left ? room.left - width.left : 0;
  else if (grid->align[column] != ALIGN_LEFT) before = total > used ? total - used : 0;
  const char *color = grid->color && grid->report->color ? grid->color(grid, row, column) : NULL;
  pad(out, before);
  if (color) buffer_text(out, color);
  if (text->size) buffer_add(out, text->bytes, text->size);
  if (color) buffer_text(out, "\033[0m");
  if (before + used < total) pad(out, total - before - used);
}

/* Blanks at the end of a line are taken back. */
static void end_line(struct buffer *out) {
  while (out->size > 0 && out->bytes[out->size - 1] == ' ') out->size--;
  buffer_char(out, '\n');
}

static mls_status put_row(const struct grid *grid, size_t row, struct buffer *text,
                          const struct width *widths, struct buffer *out) {
  const char *joint = "  ";
  for (size_t column = 0; column < grid->columns; column++) {
    if (widths[column].left + widths[column].right == 0) continue;
    TRY(ask(grid, row, column, text));
    buffer_text(out, joint);
    put(grid, row, column, text, widths[column], out);
  }
  end_line(out);
  return report_drain(grid->report, out);
}

mls_status grid_print(const struct grid *grid, struct buffer *out) {
  struct buffer text;
  buffer_open(&text, out->memory);
  struct width *widths = memory_take(out->memory, NULL, (grid->columns + 1) * sizeof *widths);
  mls_status status = widths ? MLS_OK : fail_memory(grid->report->fails);
  if (widths) memset(widths, 0, (grid->columns + 1) * sizeof *widths);
  if (status == MLS_OK) status = measure_all(grid, &text, widths);
  for (size_t row = 0; row < grid->rows && status == MLS_OK; row++)
    status = put_row(grid, row, &text, widths, out);
  memory_give(out->memory, widths);
  buffer_close(&text);
  return status;
}
