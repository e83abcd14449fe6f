/* What two scenarios set, side by side, and values in between: some inputs of one, the rest of the
   other. Works over public calls alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "paths.h"

/* The value as shown, with its unit: "95 %". */
static char *shown(const mls_step *step) {
  char *text = malloc(strlen(step->value) + strlen(step->unit) + 2);
  if (!text) return NULL;
  strcpy(text, step->value);
  return step->unit[0] ? strcat(strcat(text, " "), step->unit) : text;
}

/* The value with all its digits in the unit in which it was typed, or the word. */
static char *typed(const mls_step *step, const char *word) {
  size_t size = strlen(word ? word : step->unit) + 40;
  char *text = malloc(size);
  if (text && word) strcpy(text, word);
  else if (text && step->unit[0]) snprintf(text, size, "%.17g [%s]", step->number, step->unit);
  else if (text) snprintf(text, size, "%.17g", step->number);
  return text;
}

static bool read_side(const struct setting *setting, mls_values *values, struct given *out) {
  mls_step step;
  const char *word = NULL;
  mls_status status = setting->word ? mls_get_word(values, setting->cell, setting->row, &word)
                                    : mls_get(values, setting->cell, setting->row, &out->si);
  out->known = status == MLS_OK;
  if (mls_step_at(values, setting->cell, setting->row, &step, sizeof step) != MLS_OK) return false;
  out->set = step.set && out->known;
  out->shown = shown(&step);
  out->text = typed(&step, word);
  return out->shown && out->text;
}

static bool is_equal(const struct setting *setting) {
  const struct given *a = &setting->sides[0], *b = &setting->sides[1];
  if (!a->known || !b->known) return a->known == b->known;
  return setting->word ? strcmp(a->text, b->text) == 0 : a->si == b->si;
}

/* A fact that nobody set follows its item, whatever it is worth. */
static bool is_changed(const struct setting *setting) {
  const struct given *from = &setting->sides[0], *to = &setting->sides[1];
  if (setting->fact && from->set != to->set) return true;
  return (from->set || to->set) && !is_equal(setting);
}

static void free_setting(struct setting *setting) {
  free(setting->path);
  for (size_t i = 0; i < 2; i++) free(setting->sides[i].shown), free(setting->sides[i].text);
}

/* Keeps what at least one side set. */
static bool add(struct changes *changes, const mls_model *model, const struct side sides[2],
                const struct path *path, size_t row) {
  struct setting *at = realloc(changes->at, (changes->count + 1) * sizeof *at);
  if (!at) return false;
  changes->at = at;
  struct setting *one = &at[changes->count];
  *one = (struct setting){ .cell = path->cell, .row = row, .word = path->about.text };
  one->fact = path->about.kind == MLS_FACT_CELL;
  one->path = path_of(model, path->cell, row);
  bool good = one->path != NULL;
  for (size_t i = 0; i < 2 && good; i++) good = read_side(one, sides[i].values, &one->sides[i]);
  one->changed = good && is_changed(one);
  if (good && (one->sides[0].set || one->sides[1].set)) changes->count++;
  else free_setting(one);
  return good;
}

static bool collect(struct changes *changes, const mls_model *model, const struct side sides[2],
                    const struct paths *paths, mls_cell_kind kind) {
  mls_input input;
  for (size_t i = 0; i < paths->count; i++) {
    const struct path *path = &paths->at[i];
    if (path->about.kind != kind) continue;
    if (mls_input_about(model, path->cell, &input, sizeof input) != MLS_OK || input.column)
      continue;
    for (size_t row = 0; row < path->about.rows; row++)
      if (!add(changes, model, sides, path, row)) return false;
  }
  return true;
}

static bool list_changed(struct changes *changes) {
  changes->changed = calloc(changes->count + 1, sizeof *changes->changed);
  for (size_t i = 0; changes->changed && i < changes->count; i++)
    if (changes->at[i].changed) changes->changed[changes->changed_count++] = i;
  return changes->changed != NULL;
}

bool changes_make(struct changes *changes, const mls_model *model, const struct side sides[2]) {
  struct paths paths;
  *changes = (struct changes){ .at = NULL };
  if (!paths_make(&paths, model)) return false;
  bool good = collect(changes, model, sides, &paths, MLS_INPUT) &&
              collect(changes, model, sides, &paths, MLS_FACT_CELL) && list_changed(changes);
  paths_free(&paths);
  if (!good) say_error("there is not enough memory");
  return good;
}

void changes_free(struct changes *changes) {
  for (size_t i = 0; i < changes->count; i++) free_setting(&changes->at[i]);
  free(changes->at);
  free(changes->changed);
}

mls_status changes_apply(const struct changes *changes, mls_values *values, const bool *to) {
  size_t next = 0;
  mls_status status = MLS_OK;
  mls_reset(values);
  for (size_t i = 0; i < changes->count && status == MLS_OK; i++) {
    const struct setting *one = &changes->at[i];
    bool second = one->changed && to[next++];
    const struct given *given = &one->sides[second];
    if (given->set) status = mls_set(values, one->path, given->text);
  }
  return status == MLS_OK ? mls_settle(values) : status;
}
