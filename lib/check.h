/* Names to slots, and units proved: what stands between the text of a sheet and a graph. A sheet is
   checked once, after the sheets it uses; all its errors are reported, one a line and cause. */
#ifndef MLS_CHECK_H
#define MLS_CHECK_H

#include "sheet.h"

struct checker {
  struct memory *memory;
  struct names *names;
  struct units *units;
  struct facts *facts;
  struct fails *fails;
  void *context;
  /* Give the sheet (read, not yet checked) or the registry of this name, or say in `fails` why not.
   */
  mls_status (*find_sheet)(void *context, const char *name, struct place place, struct sheet **out);
  mls_status (*find_registry)(void *context, const char *name, struct place place,
                              struct registry **out);
  const struct sheet *sheet; /* that is checked now */
  int depth;                 /* of sheets that use sheets */
};

/* Checks a sheet and all it uses. MLS_OK only when all are sound. */
mls_status check_sheet(struct checker *checker, struct sheet *sheet);

/* ---- parts, in their own files ---- */

/* Where a formula stands: its sheet and the table (index among the tables) or -1. */
struct scope {
  struct checker *checker;
  struct sheet *sheet;
  int table;
};

/* Resolves every path below `node` (resolve.c). Stops at the first error of the formula. */
mls_status resolve_formula(struct scope scope, struct node *node);
/* Proves the units below `node` and stores every node's type (prove.c). */
mls_status prove_formula(struct scope scope, struct node *node);

/* Resolves what a chart shows: the path of a cell or of a whole column (resolve.c). */
mls_status resolve_shown(struct scope scope, struct node *node);
/* Resolves and proves the charts of a sheet (check_chart.c). */
mls_status check_charts(struct scope scope);

/* A new slot after those there are, or the one that a fact has already (slot.c). */
mls_status slot_add(struct scope scope, struct slot slot, unsigned *index);
mls_status slot_fact(struct scope scope, unsigned line, const char *field, bool family,
                     const struct type *type, unsigned *index);
/* For slots that formulas share: the key of a list in sheet.shared, and adding to it. */
const void *slot_key(const void *a, size_t b);
mls_status slot_share(struct scope scope, struct slot slot, const void *key, unsigned *index);
/* The slot a resolved path ends in. */
struct slot ref_slot(const struct sheet *sheet, const struct node *path);
const struct sheet *ref_sheet(const struct sheet *sheet, const struct node *path);

struct place node_place(const struct sheet *sheet, const struct node *node);
struct type type_number(const struct dims *strict, const struct dims *count);
/* The formula's type against what its line declares; sets line->type of an undeclared cell. */
mls_status prove_line(struct scope scope, struct line *line);
mls_status prove_bind(struct scope scope, struct bind *bind, const struct line *input);
/* The rows a table has by its own line; rows given from outside replace them in graph.c. */
size_t set_rows(const struct set *set);
/* Is the value inside the set? Numbers are in the declared unit. */
bool set_holds_number(const struct set *set, double number);
bool set_holds_word(const struct set *set, const char *word);
/* An old name of an item becomes the present one, with a warning. `registry` NULL: no item. */
void present_item(struct checker *c, const struct registry *registry, struct place place,
                  const char **word);
/* Old names of the sheet's own lines are not there, and new ones are (resolve.c). */
mls_status check_renamed(struct scope scope);

#endif
