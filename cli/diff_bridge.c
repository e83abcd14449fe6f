/* Why a cell differs between two scenarios: what each changed input did. With few of them every
   combination is calculated, and each input's part is its mean effect over all orders of changing
   them (Shapley value), which depends on no order and adds up by itself. With many each is changed
   alone, and what they do together is a part of its own. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "working.h"

/* ---- values of a cell ---- */

static char *copy(const char *text) {
  char *out = malloc(strlen(text) + 1);
  return out ? strcpy(out, text) : NULL;
}

/* A word, a truth or an error in words; NULL for a number (or without memory). */
static char *words_of(const struct bridge *bridge, mls_values *values) {
  mls_cell_error error;
  const char *word = NULL;
  double truth;
  size_t cell = bridge->cell, row = bridge->row;
  if (mls_error(values, cell, row, &error) == MLS_OK && error.kind) {
    char *text = malloc(strlen(error.kind) + strlen(error.message) + 3);
    if (text) strcat(strcat(strcpy(text, error.kind), ": "), error.message);
    return text;
  }
  if (bridge->about.text && mls_get_word(values, cell, row, &word) == MLS_OK) return copy(word);
  if (!bridge->about.truth || mls_get(values, cell, row, &truth) != MLS_OK) return NULL;
  bool check = bridge->about.kind == MLS_CHECK;
  return copy(truth != 0 ? (check ? "holds" : "true") : check ? "fails" : "false");
}

/* In the written unit; NaN for what is no number. */
static double number_of(const struct bridge *bridge, mls_values *values) {
  double si;
  if (bridge->about.text || bridge->about.truth) return NAN;
  if (mls_get(values, bridge->cell, bridge->row, &si) != MLS_OK) return NAN;
  return si / bridge->about.factor;
}

static bool read_ends(struct bridge *bridge, const struct side sides[2]) {
  for (size_t i = 0; i < 2; i++) {
    bridge->ends[i] = words_of(bridge, sides[i].values);
    bridge->values[i] = number_of(bridge, sides[i].values);
    if (isnan(bridge->values[i]) && !bridge->ends[i]) return false;
  }
  bool words = bridge->ends[0] && bridge->ends[1];
  bridge->differs = words ? strcmp(bridge->ends[0], bridge->ends[1]) != 0
                          : !(bridge->values[0] == bridge->values[1]);
  return true;
}

/* ---- effects ---- */

/* The share of all orders in which exactly `before` of the others come before an input. */
static double weight_of(size_t before, size_t count) {
  double weight = 1.0 / (double)count;
  for (size_t i = 0; i < before; i++) weight *= (double)(i + 1) / (double)(count - 1 - i);
  return weight;
}

static size_t bits_of(size_t set) {
  size_t count = 0;
  for (; set; set &= set - 1) count++;
  return count;
}

/* `table`: the cell for every set of changed inputs. */
static void share_orders(struct bridge *bridge, const double *table, size_t count) {
  for (size_t input = 0; input < count; input++)
    for (size_t set = 0; set < (size_t)1 << count; set++)
      if (!(set >> input & 1))
        bridge->effects[input] +=
            weight_of(bits_of(set), count) * (table[set | (size_t)1 << input] - table[set]);
}

void bridge_order(const struct bridge *bridge, size_t count, size_t *order) {
  for (size_t i = 0; i < count; i++) {
    size_t at = i;
    for (; at > 0 && fabs(bridge->effects[order[at - 1]]) < fabs(bridge->effects[i]); at--)
      order[at] = order[at - 1];
    order[at] = i;
  }
  order[count] = count;
}

/* The sum of the parts in the order in which they are shown, and which one is the last that is not
   zero, and what stands before it. */
static double sum_of(const struct bridge *bridge, const size_t *order, size_t count, size_t *last,
                     double *before) {
  double sum = bridge->values[0];
  *last = order[0];
  *before = sum;
  for (size_t k = 0; k <= count; k++) {
    if (bridge->effects[order[k]] != 0) *last = order[k], *before = sum;
    sum += bridge->effects[order[k]];
  }
  return sum;
}

/* What rounding left over goes to the largest effect, and what that cannot take, being coarse, to
   the last one: so the parts give the second value to the last bit. */
static bool settle_rounding(struct bridge *bridge, size_t count) {
  enum { COARSE = 2, TRIES = 4 };
  size_t *order = calloc(count + 1, sizeof *order), last;
  double to = bridge->values[1], before;
  for (size_t i = 0; order && i < TRIES; i++) {
    bridge_order(bridge, count, order);
    double sum = sum_of(bridge, order, count, &last, &before);
    if (sum == to) break;
    if (i < COARSE) bridge->effects[order[0]] += to - sum;
    else bridge->effects[last] = to - before;
  }
  bool good = order != NULL;
  free(order);
  return good;
}

static bool are_numbers(const double *table, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (isnan(table[i])) return false;
  return true;
}

/* `table` as read: of all sets, or of single inputs. */
static bool share(struct bridge *bridge, const double *table, size_t count, bool all) {
  double from = bridge->values[0], to = bridge->values[1];
  bridge->effects = calloc(count + 1, sizeof *bridge->effects);
  if (!bridge->effects) return false;
  if (bridge->ends[0] || bridge->ends[1]) return true;
  if (all && are_numbers(table, (size_t)1 << count)) {
    bridge->share = SHARE_ORDERS;
    share_orders(bridge, table, count);
    return settle_rounding(bridge, count);
  }
  double rest = to - from;
  for (size_t i = 0; i < count; i++) {
    double alone = table[all ? (size_t)1 << i : i];
    if (isnan(alone)) return true;
    bridge->effects[i] = alone - from;
    rest -= bridge->effects[i];
  }
  bridge->share = SHARE_ALONE;
  bridge->effects[count] = rest;
  return settle_rounding(bridge, count);
}

/* ---- all combinations ---- */

struct work {
  struct bridges *bridges;
  const struct changes *changes;
  mls_values *values;
  size_t sets; /* how many combinations are calculated */
  bool all;    /* every one, else each input alone */
  bool *to;
  double *tables; /* `sets` numbers a bridge */
};

static void choose(const struct work *work, size_t set) {
  for (size_t i = 0; i < work->changes->changed_count; i++)
    work->to[i] = work->all ? set >> i & 1 : i == set;
}

/* Which input alone a combination changes; SIZE_MAX: none or several. */
static size_t single_of(const struct work *work, size_t set) {
  size_t input = 0;
  if (!work->all) return set;
  if (bits_of(set) != 1) return SIZE_MAX;
  while (!(set >> input & 1)) input++;
  return input;
}

/* What the cell becomes when one input alone is changed, in words; nothing where it stays. */
static bool read_alone(struct bridge *bridge, const struct work *work, size_t input) {
  char number[64], *words = words_of(bridge, work->values);
  double value = number_of(bridge, work->values);
  bool stays =
      bridge->ends[0] ? words && strcmp(words, bridge->ends[0]) == 0 : value == bridge->values[0];
  snprintf(number, sizeof number, "%.6g %s", value, bridge->about.unit);
  if (!words && !isnan(value)) words = copy(number);
  if (!bridge->alone)
    bridge->alone = calloc(work->changes->changed_count + 1, sizeof *bridge->alone);
  bool good = words && bridge->alone;
  if (good && !stays) bridge->alone[input] = words;
  else free(words);
  return good;
}

static mls_status calculate(struct work *work, size_t set) {
  size_t input = single_of(work, set);
  choose(work, set);
  mls_status status = changes_apply(work->changes, work->values, work->to);
  for (size_t i = 0; i < work->bridges->count && status == MLS_OK; i++) {
    struct bridge *bridge = &work->bridges->at[i];
    work->tables[i * work->sets + set] = number_of(bridge, work->values);
    if (input != SIZE_MAX && !read_alone(bridge, work, input)) status = MLS_MEMORY;
  }
  return status;
}

static mls_status calculate_all(struct work *work) {
  mls_status status = MLS_OK;
  working_begin(true);
  for (size_t set = 0; set < work->sets && status == MLS_OK; set++) status = calculate(work, set);
  working_end();
  for (size_t i = 0; i < work->bridges->count && status == MLS_OK; i++)
    if (!share(&work->bridges->at[i], work->tables + i * work->sets, work->changes->changed_count,
               work->all))
      status = MLS_MEMORY;
  return status;
}

int bridges_fill(struct bridges *bridges, struct session *session, const struct changes *changes,
                 const struct side sides[2]) {
  size_t count = changes->changed_count;
  struct work work = { .bridges = bridges, .changes = changes, .all = count <= DIFF_ORDERS_MOST };
  work.sets = work.all ? (size_t)1 << count : count;
  work.to = calloc(count + 1, sizeof *work.to);
  work.tables = calloc(bridges->count * work.sets + 1, sizeof *work.tables);
  mls_status status = work.to && work.tables ? MLS_OK : MLS_MEMORY;
  for (size_t i = 0; i < bridges->count && status == MLS_OK; i++)
    if (!read_ends(&bridges->at[i], sides)) status = MLS_MEMORY;
  if (status == MLS_OK) status = mls_values_new(session->model, NULL, &work.values);
  if (status == MLS_OK) mls_values_progress(work.values, working_hear, NULL);
  if (status == MLS_OK) status = calculate_all(&work);
  if (status == MLS_MEMORY) say_error("there is not enough memory");
  else if (status != MLS_OK) say_values(work.values, "mlsysim");
  mls_values_free(work.values);
  free(work.to);
  free(work.tables);
  return exit_of(status);
}

void bridges_free(struct bridges *bridges, size_t changed) {
  for (size_t i = 0; i < bridges->count; i++) {
    struct bridge *bridge = &bridges->at[i];
    for (size_t k = 0; bridge->alone && k < changed; k++) free(bridge->alone[k]);
    free(bridge->alone);
    free(bridge->effects);
    free(bridge->path);
    for (size_t k = 0; k < 2; k++) free(bridge->ends[k]);
  }
  free(bridges->at);
}
