/* A book from the inside: what it holds, and how sheets and registries are found and opened. */
#ifndef MLS_OPEN_H
#define MLS_OPEN_H

#include "check.h"
#include "folder.h"
#include "values.h"

struct mls_book {
  struct memory memory;
  struct fails fails;
  struct memory messages; /* of the last call */
  struct names names;
  struct units units;
  struct facts facts;
  struct folder folder;
  mls_find find;
  void *find_context;
  mls_message shown;
};

mls_status open_book(struct mls_book *book);
/* Opens a sheet with all it uses. `bytes` NULL: found by name. */
mls_status open_model(struct mls_book *book, const char *file, const char *bytes, size_t size,
                      const mls_rows *rows, size_t row_count, mls_model **out);

#endif
