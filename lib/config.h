/* The configuration of a published model (config.json as model hubs keep it) as facts. What its
   keys mean stands in the registries config_family and config_key and in the sheet config; here is
   only how a file is put into that sheet, and what is taken from it. */
#ifndef MLS_CONFIG_H
#define MLS_CONFIG_H

#include "open.h"

struct config_fact {
  const char *field, *unit;
  const char *word; /* NULL: a number */
  double number;    /* in `unit` */
  const char *note;
  int line; /* of the value, or of the last one that it was found from */
};

struct config {
  const char *name; /* the model's own, often a path; "" when the file does not say it */
  struct config_fact *facts;
  size_t count;
};

/* Reads a whole file; what it gives lives in the book. Opens the registries and the sheet. Errors:
   those of json_read; MLS_NAME a family that is not known; MLS_VALUE a value that is missing;
   MLS_SYNTAX one of another kind; MLS_RANGE one that cannot be. All that is wrong is told. */
mls_status config_read(struct mls_book *book, const char *file, const char *bytes, size_t size,
                       struct config *out);

#endif
