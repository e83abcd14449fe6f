/* The cells of a model by path, in the order in which a person reads them. */
#ifndef CLI_PATHS_H
#define CLI_PATHS_H

#include <stdbool.h>
#include "mlsysim.h"

struct path {
  size_t cell;
  char *text;
  mls_cell about;
  bool own; /* a line of the sheet itself, not of one that it uses */
};

struct paths {
  struct path *at;
  size_t count;
};

/* The sheet's own lines first, then those of instances. False (with a message) without memory. */
bool paths_make(struct paths *paths, const mls_model *model);
void paths_free(struct paths *paths);

/* The path of a row of a cell, or (MLS_ROWS_ALL) of the cell; free() it. NULL without memory. */
char *path_of(const mls_model *model, size_t cell, size_t row);

#endif
