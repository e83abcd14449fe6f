/* What the files of mlsysim diff share: what was set on either side, and the bridge of one cell. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include "session.h"

/* One side of a comparison: its name and its settled values. */
struct side {
  const char *name;
  mls_values *values;
};

/* What one side says of an input. */
struct given {
  bool set;
  bool known;  /* it has a value */
  double si;   /* of a number */
  char *text;  /* as mls_set takes it */
  char *shown; /* as a report shows it, with its unit */
};

/* An input or a fact that at least one side set; `sides`: from, to. */
struct setting {
  size_t cell, row;
  char *path;
  bool fact, word, changed;
  struct given sides[2];
};

struct changes {
  struct setting *at; /* inputs before facts: choosing an item must not undo its facts */
  size_t count;
  size_t *changed; /* of `at`, in the order of the sheet */
  size_t changed_count;
};

/* What both sides set, and what of it differs. False (with a message) without memory. */
bool changes_make(struct changes *changes, const mls_model *model, const struct side sides[2]);
void changes_free(struct changes *changes);
/* Sets a bit of `to` for each changed input that is taken from the second side, and settles. */
mls_status changes_apply(const struct changes *changes, mls_values *values, const bool *to);

/* How a bridge shares out the difference. */
enum share {
  SHARE_NONE,   /* nothing to share: a word, a truth, an error at an end or on the way */
  SHARE_ORDERS, /* the mean effect over all orders of changing the inputs (Shapley value) */
  SHARE_ALONE   /* the effect of each input changed alone; the rest is their interaction */
};

/* One cell on both sides. Numbers are in the written unit. */
struct bridge {
  size_t cell, row;
  char *path;
  mls_cell about;
  enum share share;
  bool differs;
  char *ends[2];    /* what is no number, in words; NULL: a number */
  double values[2]; /* from, to */
  double *effects;  /* a changed input each; and then their interaction */
  char **alone;     /* what each changed input alone makes of the cell, in words; NULL: stays */
};

struct bridges {
  struct bridge *at;
  size_t count;
};

/* Up to so many inputs all their orders are taken. */
enum { DIFF_ORDERS_MOST = 10 };

/* Fills the bridges, whose cells, rows and paths are set. Exit status, said. */
int bridges_fill(struct bridges *bridges, struct session *session, const struct changes *changes,
                 const struct side sides[2]);
void bridges_free(struct bridges *bridges, size_t changed);
/* The changed inputs by the size of their effect, largest first; then the interaction. */
void bridge_order(const struct bridge *bridge, size_t count, size_t *order);

/* The reports. */
struct diff {
  struct session *session;
  struct side sides[2];
  struct changes changes;
  struct bridges bridges;
};
extern const char diff_interaction[];
/* The name of a part: the path of a changed input, or "interaction". */
const char *diff_part(const struct diff *diff, size_t part);
bool diff_print_text(const struct diff *diff);
bool diff_print_json(const struct diff *diff);
/* Lines of CSV, in the dialect of --csv. */
int diff_write_csv(const struct diff *diff, const char *path);

#endif
