/* The numbers of one calculation: set, settle, get. Nothing is calculated on set; settling runs the
   stale cells in order of calculation and stops where a value did not change. */
#ifndef MLS_VALUES_H
#define MLS_VALUES_H

#include "bits.h"
#include "progress.h"
#include "tape.h"

/* What was typed into an input or a fact by the user. */
struct setting {
  unsigned next; /* index + 1 of the next setting of the same cell, or 0 */
  unsigned cell;
  size_t row;
  double si;        /* or the text number */
  double number;    /* as typed, in `unit`; unused for a word */
  char *typed;      /* digits or word as typed */
  struct unit unit; /* as typed, or the declared one */
  char *unit_text;  /* what unit.text points to when it is not the declared one's */
};

/* Which rows of a cell are stale: not kept of inputs and of cells of one row with a formula. */
struct stale {
  unsigned from, until; /* all are between; until 0: none */
  unsigned words;       /* the first of its bits in row_words */
  unsigned tree;        /* the first of its sums in trees */
};

struct follower;

struct mls_values {
  const struct mls_model *model;
  struct memory memory;         /* of settings, and for its allocator */
  struct memory told_memory;    /* messages, until the next call */
  struct memory scratch_memory; /* units and texts of one call, given back in parts */
  struct fails fails;
  struct progress progress;
  double *value;              /* all rows of all cells; behind them the tail of the tape */
  double *scratch;            /* registers of the tape, as lanes */
  struct follower *followers; /* of a recurrence */
  struct setting *settings;
  size_t setting_count, setting_room;
  unsigned *setting_of; /* index + 1 of the first setting of a cell, or 0 */
  struct bits stale, changed;
  struct stale *rows; /* of the columns of the tape */
  unsigned long long *row_words;
  double *trees;
  unsigned char *states; /* enum state of each cell; valid when states_known */
  bool states_known;
  bool settled;
  size_t steps;      /* cells calculated by the last settling */
  mls_message shown; /* the message handed out last */
};

mls_status values_open(struct mls_values *values, const struct mls_model *model,
                       const mls_allocator *allocator);
void values_close(struct mls_values *values);
/* Before a call: forgets the messages and texts of the last one. */
void values_begin(struct mls_values *values);

/* Sets an input, or a fact of an unbound registry input, from text ("500 [GB]", "0.8", "H100");
   `fallback` is the unit of a bare number, NULL for the declared one; messages get `place`. */
mls_status values_set(struct mls_values *values, const char *path, struct slice text,
                      const struct unit *fallback, struct place place);
mls_status values_set_number(struct mls_values *values, unsigned cell, size_t row, double si);
/* All inputs and facts back to their defaults. */
void values_reset(struct mls_values *values);
mls_status values_settle(struct mls_values *values);

/* After settling. A text cell's value is its text number. */
static inline double values_get(const struct mls_values *values, unsigned cell, size_t row) {
  return values->value[values->model->cells[cell].offset + row];
}

/* Any subtree of a formula, evaluated from settled values in `instance` (whose sheet the formula is
   written in) at `row` of its table (0 for scalars). The same bits as the tape gives. */
double values_evaluate(const struct mls_values *values, unsigned instance, size_t row,
                       const struct node *node);

/* What the user typed into row `row` of an input or a fact; NULL when it stands at its default. */
const struct setting *values_setting(const struct mls_values *values, unsigned cell, size_t row);
/* The fact behind row `row` of a FACT cell as chosen now; NULL when the item lacks it, or when it
   was set (then values_setting says to what). */
const struct fact *values_fact(const struct mls_values *values, unsigned cell, size_t row);
/* The same, also when something else was set. */
const struct fact *values_cited(const struct mls_values *values, unsigned cell, size_t row);
/* The item that a registry input (or a bound one, or a fact's chooser) names now. */
size_t values_item(const struct mls_values *values, unsigned cell);

/* What the constants of a cell's formula rest on: cited when its line names a source, else an
   estimate; STATE_INPUT when it has none. */
enum state state_of_constants(const struct mls_model *model, unsigned cell);
/* Weakest state of a cell over all its precedents. */
enum state values_state(struct mls_values *values, unsigned cell);

#endif
