/* The configuration of a published model (config.json as model hubs keep it) as facts of the
   registry of workloads: dimensions under one set of names, whatever a family calls them. */
#ifndef MLS_CONFIG_H
#define MLS_CONFIG_H

#include "registry.h"

struct config_fact {
  const char *field, *unit;
  const char *word; /* NULL: a number */
  double number;
  const char *note;
  int line; /* of the value, or of what it was found from */
};

enum { CONFIG_FACTS = 48 };

struct config {
  const char *name; /* the model's own, as a word; "" when the file does not say it */
  struct config_fact facts[CONFIG_FACTS];
  size_t count;
};

/* What is known of configurations: the registries config_family (an item a model_type) and
   config_key (an item a key), and the names that are interned. */
struct config_names {
  const struct registry *families, *keys;
  const struct names *names;
};

/* Reads a whole file; texts live in the arena. Errors: those of json_read; MLS_NAME a family that
   is not known; MLS_VALUE a value that is missing or cannot be; MLS_SYNTAX one of another kind. */
mls_status config_read(struct memory *memory, struct fails *fails, const struct config_names *names,
                       const char *file, const char *bytes, size_t size, struct config *out);

#endif
