/* CSV inputs to settings. Two forms: names down with scenarios side by side (first header cell is
   `name`), and one scenario a row. */
#ifndef MLS_SCENARIO_H
#define MLS_SCENARIO_H

#include "csv.h"
#include "values.h"

struct one_setting {
  const char *path;        /* as written */
  struct slice text;       /* "500 [GB]", "0.8", "H100" */
  const struct unit *unit; /* of the row or column; NULL: declared */
  struct place place;
  bool item;               /* chooses a registry item: applied before facts */
};

struct scenario {
  const char *name;
  struct one_setting *settings;
  size_t count;
};

struct mls_scenarios {
  const struct mls_model *model;
  struct memory memory;
  struct scenario *list;
  size_t count;
};

/* Reads and checks every setting of every scenario by setting it into `trial` (values of the model,
   which are reset after). All errors are added to trial's messages, in the order of the file. Opens
   `out` also on failure: call scenario_close in any case. Units are read with unit_read, because the
   model's own table must not change. */
mls_status scenario_read(struct mls_scenarios *out, struct mls_values *trial, const char *file,
                         const char *bytes, size_t size);
void scenario_close(struct mls_scenarios *scenarios);
/* Resets, then sets: items first, facts and the rest after. */
mls_status scenario_apply(const struct mls_scenarios *scenarios, size_t index,
                          struct mls_values *values);

#endif
