/* What a name in a CSV of inputs means: an input or a fact to be set, or the reason why not. */
#ifndef MLS_TARGET_H
#define MLS_TARGET_H

#include "graph.h"

struct target {
  const char *path;        /* as written */
  unsigned cell;           /* of the input or fact; GRAPH_NONE for a field that no formula reads */
  size_t row;              /* in a family of facts */
  bool item;               /* chooses a registry item: set before facts */
  bool number;             /* takes a number; else a word */
  const struct unit *unit; /* declared, or that of the fact's field */
  const struct dims *strict, *count;
  struct place place; /* where it was named, for messages */
};

/* Finds the target. Errors, all MLS_NAME but for an empty path: unknown (with the nearest name),
   bound (naming the bind), a column (naming --rows), calculated, a field the registry lacks. */
mls_status target_find(const struct mls_model *model, struct memory *memory, struct slice path,
                       struct place place, struct fails *fails, struct target *out);

/* The unit converts to the target's. */
bool target_takes(const struct target *target, const struct unit *unit);

#endif
