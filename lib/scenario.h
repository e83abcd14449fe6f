/* Inputs to settings. A CSV has two forms: names down with scenarios side by side (first header
   cell is `name`), and one scenario a row. JSON has inputs, scenarios, or an earlier run. */
#ifndef MLS_SCENARIO_H
#define MLS_SCENARIO_H

#include "csv.h"
#include "rows.h"
#include "target.h"
#include "values.h"

struct one_setting {
  const char *path;        /* as written */
  struct slice text;       /* "500 [GB]", "0.8", "H100"; decimals have a point */
  const struct unit *unit; /* of the row or column; NULL: declared */
  struct place place;
  bool item; /* chooses a registry item: applied before facts */
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

/* The bytes of a file of inputs. */
struct inputs {
  const char *file; /* for messages; NULL is "" */
  const char *bytes;
  size_t size;
  enum csv_dialect dialect; /* of a CSV */
};

/* The name ends in .json, or the text begins with { or [: no CSV of inputs does, and all JSON. */
bool scenario_is_json(const struct inputs *inputs);

/* Reads and checks every setting of every scenario by setting it into `trial` (values of the model,
   which are reset after). All errors are added to trial's messages, in the order of the file. Opens
   `out` also on failure: call scenario_close in any case. Units are read with unit_read, because
   the model's own table must not change. */
mls_status scenario_read(struct mls_scenarios *out, struct mls_values *trial,
                         const struct inputs *inputs);
void scenario_close(struct mls_scenarios *scenarios);
/* Resets, then sets: items first, facts and the rest after. */
mls_status scenario_apply(const struct mls_scenarios *scenarios, size_t index,
                          struct mls_values *values);

/* ---- what the readers of both kinds of file share ---- */

/* A file being read. Messages outlive the scenarios, so their file name is kept apart. */
struct intake {
  struct mls_scenarios *out;
  struct mls_values *trial;
  const struct mls_model *model;
  struct fails *fails;    /* of trial */
  struct csv csv;         /* of JSON its `file` alone */
  struct rows_seen names; /* of the scenarios so far */
  const char *file;       /* the name for settings, in out's arena */
};

/* A line of the inputs of a scenario that has room for it; `unit` as in one_setting. */
mls_status intake_add(struct intake *intake, struct scenario *scenario, const struct target *target,
                      const struct unit *unit, struct slice text, struct place place);
/* The unit of a line or column: NULL when `text` is empty. */
mls_status intake_unit(struct intake *intake, const struct target *target, struct slice text,
                       struct place place, const struct unit **out);
/* Names the next scenario and counts it. An empty name is an error, and one that stands twice. */
mls_status intake_name(struct intake *intake, struct slice name, struct place place);

/* A column of a file with one scenario a row. */
struct intake_column {
  struct target target;
  const struct unit *unit; /* NULL: declared */
  bool names;              /* column `scenario` */
  bool results;            /* `row` and `errors`, left over from a file of results */
};

/* The columns of such a file by its header, csv.rows[0]; all that is wrong with them is added. */
mls_status intake_columns(struct intake *intake, struct intake_column **out);

/* Reads JSON into a list of scenarios, without trying them out. */
mls_status intake_json(struct intake *intake, const char *bytes, size_t size);

#endif
