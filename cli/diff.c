/* mlsysim diff: which inputs moved a result between two scenarios, and by how much. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "diff.h"
#include "paths.h"
#include "working.h"

/* The runs of one file, and the scenarios that own their names. */
struct runs {
  mls_scenarios *scenarios;
  mls_run *at;
  size_t count;
};

/* ---- the two sides ---- */

/* Reads a file (NULL: the sheet's defaults), and takes its runs from the session. */
static int read_runs(struct session *session, const char *file, struct runs *runs) {
  int status = session_runs(session, file);
  *runs = (struct runs){ session->scenarios, session->runs, session->run_count };
  session->scenarios = NULL;
  session->runs = NULL;
  session->run_count = 0;
  return status;
}

static void free_runs(struct runs *runs) {
  for (size_t i = 0; i < runs->count; i++) mls_values_free(runs->at[i].values);
  free(runs->at);
  mls_scenarios_free(runs->scenarios);
}

static void names_of(const struct runs *runs, char *out, size_t size) {
  size_t used = 0;
  for (size_t i = 0; i < runs->count && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", runs->at[i].name);
}

/* The run that an option names, or the only one. */
static int choose(const struct runs *runs, const char *file, const char *option, const char *name,
                  struct side *side) {
  char names[256] = "";
  size_t at = 0;
  while (name && at < runs->count && strcmp(runs->at[at].name, name) != 0) at++;
  bool found = at < runs->count;
  if (found && (name || runs->count == 1)) {
    *side = (struct side){ runs->at[at].name, runs->at[at].values };
    return DONE;
  }
  names_of(runs, names, sizeof names);
  if (found) say_error("%s has several scenarios (%s): choose one with %s", file, names, option);
  else say_error("%s has no scenario %s; it has %s", file, name, names);
  return BAD_INPUT;
}

/* One file: two of its scenarios, or the sheet's defaults against its only one. */
static int choose_in_one(struct session *session, const char *file, struct runs runs[2],
                         struct side sides[2]) {
  const struct options *options = session->options;
  const char *names[2] = { options->from, options->to };
  int status = read_runs(session, file, &runs[1]);
  if (status != DONE) return status;
  bool single = runs[1].count == 1;
  if (runs[1].count == 2 && !names[0] && !names[1])
    for (size_t i = 0; i < 2; i++) names[i] = runs[1].at[i].name;
  if (single && !names[0]) {
    status = read_runs(session, NULL, &runs[0]);
    if (status != DONE) return status;
    sides[0] = (struct side){ "defaults", runs[0].at[0].values };
  } else {
    status = choose(&runs[1], file, "--from", names[0], &sides[0]);
  }
  return status == DONE ? choose(&runs[1], file, "--to", names[1], &sides[1]) : status;
}

static int choose_in_two(struct session *session, const char *const files[2], struct runs runs[2],
                         struct side sides[2]) {
  static const char *const flags[] = { "--from", "--to" };
  const char *names[2] = { session->options->from, session->options->to };
  int status = DONE;
  for (size_t i = 0; i < 2 && status == DONE; i++) {
    status = read_runs(session, files[i], &runs[i]);
    if (status == DONE) status = choose(&runs[i], files[i], flags[i], names[i], &sides[i]);
  }
  return status;
}

/* Scenarios of one name in two files are told apart by their files. */
static int tell_apart(struct session *session, const char *const files[2], struct side sides[2]) {
  if (strcmp(sides[0].name, sides[1].name) != 0) return DONE;
  for (size_t i = 0; i < 2; i++) {
    char text[512];
    snprintf(text, sizeof text, "%s (%s)", sides[i].name, path_name(files[i]));
    sides[i].name = session_keep(session, text);
    if (!sides[i].name) return SYSTEM_FAILS;
  }
  return DONE;
}

/* ---- the cells ---- */

static int unknown(struct session *session, const char *path) {
  struct paths paths;
  if (!paths_make(&paths, session->model)) return SYSTEM_FAILS;
  const char **names = calloc(paths.count + 1, sizeof *names);
  for (size_t i = 0; names && i < paths.count; i++) names[i] = paths.at[i].text;
  const char *near = names ? nearest_name(path, names, paths.count) : NULL;
  if (near) say_error("--cell %s: there is no such cell (did you mean %s?)", path, near);
  else say_error("--cell %s: there is no such cell", path);
  free(names);
  paths_free(&paths);
  return BAD_INPUT;
}

/* The row of a column whose path is this one; false when there is none. */
static bool find_row(const mls_model *model, size_t cell, const char *path, size_t *row) {
  mls_cell about;
  mls_cell_about(model, cell, &about, sizeof about);
  for (*row = 0; *row < about.rows; ++*row) {
    char *text = path_of(model, cell, *row);
    bool same = text && strcmp(text, path) == 0;
    free(text);
    if (same) return true;
  }
  return false;
}

/* "plan.cash(3)" and "hw.flops.fp16" are rows; the cell stands before their last ( or point. */
static int find_place(struct session *session, const char *path, struct bridge *bridge) {
  const mls_model *model = session->model;
  if (mls_cell_find(model, path, &bridge->cell) == MLS_OK) {
    mls_cell_about(model, bridge->cell, &bridge->about, sizeof bridge->about);
    if (bridge->about.rows == 1) return DONE;
    char *row = path_of(model, bridge->cell, 0);
    if (bridge->about.rows > 1 && row)
      say_error("--cell %s: this is a column; name a row, as in %s", path, row);
    else say_error("--cell %s: this is a column without rows", path);
    free(row);
    return BAD_INPUT;
  }
  size_t size = strlen(path);
  while (size > 0 && path[size - 1] != '(' && path[size - 1] != '.') size--;
  const char *column = size ? session_cut(session, path, size - 1) : NULL;
  if (!column || mls_cell_find(model, column, &bridge->cell) != MLS_OK ||
      !find_row(model, bridge->cell, path, &bridge->row))
    return unknown(session, path);
  mls_cell_about(model, bridge->cell, &bridge->about, sizeof bridge->about);
  return DONE;
}

static struct bridge *add(struct bridges *bridges) {
  struct bridge *more = realloc(bridges->at, (bridges->count + 1) * sizeof *more);
  if (!more) {
    say_error("there is not enough memory");
    return NULL;
  }
  bridges->at = more;
  more[bridges->count] = (struct bridge){ .row = 0 };
  return &more[bridges->count++];
}

static int add_given(struct session *session, struct bridges *bridges, const char *path) {
  struct bridge *bridge = add(bridges);
  int status = bridge ? find_place(session, path, bridge) : SYSTEM_FAILS;
  if (status != DONE) return status;
  bridge->path =
      path_of(session->model, bridge->cell, bridge->about.rows > 1 ? bridge->row : MLS_ROWS_ALL);
  return bridge->path ? DONE : SYSTEM_FAILS;
}

/* Outputs that are one value, and the sheet's checks. */
static int add_outputs(struct session *session, struct bridges *bridges) {
  struct paths paths;
  int status = DONE;
  if (!paths_make(&paths, session->model)) return SYSTEM_FAILS;
  for (size_t i = 0; i < paths.count && status == DONE; i++) {
    const struct path *path = &paths.at[i];
    bool check = path->about.kind == MLS_CHECK && !path->about.hidden;
    if (!path->own || path->about.rows != 1 || !(check || path->about.output)) continue;
    struct bridge *bridge = add(bridges);
    if (bridge) bridge->path = path_of(session->model, path->cell, MLS_ROWS_ALL);
    if (!bridge || !bridge->path) status = SYSTEM_FAILS;
    else bridge->cell = path->cell, bridge->about = path->about;
  }
  paths_free(&paths);
  return status;
}

static int add_cells(struct session *session, struct bridges *bridges) {
  const struct list *given = &session->options->cell;
  int status = given->count > 0 ? DONE : add_outputs(session, bridges);
  for (size_t i = 0; i < given->count && status == DONE; i++)
    status = add_given(session, bridges, given->at[i]);
  return status;
}

/* ---- the command ---- */

static int report(const struct diff *diff) {
  const struct options *options = diff->session->options;
  for (size_t i = 0; i < options->outputs.count; i++) {
    int status = diff_write_csv(diff, options->outputs.at[i]);
    if (status != DONE) return status;
  }
  bool good = options->json ? diff_print_json(diff) : diff_print_text(diff);
  return print_finish() && good ? DONE : SYSTEM_FAILS;
}

static int compare(struct diff *diff, const char *const *files) {
  struct session *session = diff->session;
  int status = files[1] ? tell_apart(session, files, diff->sides) : DONE;
  if (status != DONE) return status;
  if (!changes_make(&diff->changes, session->model, diff->sides)) return SYSTEM_FAILS;
  status = add_cells(session, &diff->bridges);
  if (status == DONE) status = bridges_fill(&diff->bridges, session, &diff->changes, diff->sides);
  if (status == DONE) status = report(diff);
  bridges_free(&diff->bridges, diff->changes.changed_count);
  changes_free(&diff->changes);
  return status;
}

/* Words: one file or two, then the sheet. */
static int work(struct session *session) {
  const struct list *words = &session->options->words;
  const char *files[2] = { words->at[0], words->count == 3 ? words->at[1] : NULL };
  struct runs runs[2] = { { .count = 0 }, { .count = 0 } };
  struct diff diff = { .session = session };
  int status = session_model(session, words->at[words->count - 1]);
  if (status == DONE)
    status = files[1] ? choose_in_two(session, files, runs, diff.sides)
                      : choose_in_one(session, files[0], runs, diff.sides);
  if (status == DONE) status = compare(&diff, files);
  for (size_t i = 0; i < 2; i++) free_runs(&runs[i]);
  return status;
}

int command_diff(const struct options *options) {
  struct session session;
  if (!session_writes_csv(options)) return BAD_INPUT;
  int status = session_open(&session, options);
  if (status == DONE) status = work(&session);
  session_close(&session);
  return status;
}
