/* A book from the inside: what it holds, and how sheets and registries are found and opened. */
#ifndef MLS_OPEN_H
#define MLS_OPEN_H

#include "check.h"
#include "folder.h"
#include "progress.h"
#include "values.h"

/* What mls_find_all found last. */
struct listing {
  struct memory memory;
  struct folder_file *files;
  const char **labels; /* of each */
  size_t count;
};

struct mls_book {
  struct memory memory;
  struct fails fails;
  struct progress progress;
  struct memory messages; /* of the last call */
  struct fails warnings;  /* of all openings so far: reports carry them */
  struct names names;
  bool names_shared; /* a model reads this table: the next opening works on a copy */
  struct units units;
  struct facts facts;
  struct folder folder;
  struct listing listing;
  mls_status opened; /* what reading units and sources gave */
  size_t bound;      /* of memory: see mls_options */
  mls_find find;
  void *find_context;
  unsigned vectors; /* which bodies of functions its models use: LANES_ANY ... */
  mls_message shown;
};

mls_status open_book(struct mls_book *book);
/* Opens a sheet with all it uses. `bytes` NULL: found by name. */
mls_status open_model(struct mls_book *book, const char *file, const char *bytes, size_t size,
                      const mls_rows *rows, size_t row_count, mls_model **out);
/* Opens a registry by name, or gives the one that is open. */
mls_status open_registry(struct mls_book *book, struct slice name, struct registry **out);

#endif
