/* Paths as strings of their own, and lines in reading order: cells are numbered in the order of
   calculation, which is not the order of the sheet. */
#include "paths.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"

char *path_of(const mls_model *model, size_t cell, size_t row) {
  size_t size = mls_row_path(model, cell, row, NULL, 0) + 1;
  char *text = malloc(size);
  if (text) text[0] = 0, mls_row_path(model, cell, row, text, size);
  return text;
}

static size_t head_of(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot ? (size_t)(dot - path) : 0;
}

static int by_reading(const void *a, const void *b) {
  const struct path *one = a, *two = b;
  if (one->own != two->own) return one->own ? -1 : 1;
  if (!one->own) {
    size_t first = head_of(one->text), second = head_of(two->text);
    int heads = strncmp(one->text, two->text, first < second ? first : second);
    if (heads) return heads;
    if (first != second) return first < second ? -1 : 1;
  }
  unsigned above = (unsigned)one->about.line - 1, below = (unsigned)two->about.line - 1;
  if (above != below) return above < below ? -1 : 1; /* facts, of line 0, come last */
  return one->cell < two->cell ? -1 : one->cell > two->cell;
}

bool paths_make(struct paths *paths, const mls_model *model) {
  mls_sheet sheet;
  size_t count = mls_cell_count(model);
  mls_sheet_about(model, &sheet, sizeof sheet);
  *paths = (struct paths){ calloc(count + 1, sizeof *paths->at), 0 };
  bool good = paths->at != NULL;
  for (size_t i = 0; i < count && good; i++) {
    struct path *path = &paths->at[paths->count++];
    path->cell = i;
    path->text = path_of(model, i, MLS_ROWS_ALL);
    mls_cell_about(model, i, &path->about, sizeof path->about);
    path->own = strcmp(path->about.sheet, sheet.name) == 0;
    good = path->text != NULL;
  }
  if (good) qsort(paths->at, paths->count, sizeof *paths->at, by_reading);
  else say_error("there is not enough memory"), paths_free(paths);
  return good;
}

void paths_free(struct paths *paths) {
  for (size_t i = 0; i < paths->count; i++) free(paths->at[i].text);
  free(paths->at);
  *paths = (struct paths){ NULL, 0 };
}
