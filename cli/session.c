/* Folders, book, model, scenarios: what every command needs before it does its own work.
   Sheets and registries are taken by name from the first of these that has them: --templates and
   --registry; MLSYSIM_PATH; the installed data, or without it the source tree, and after it the
   registry of the user's own. Within one of these
   later folders add to and override earlier ones. */
#include "session.h"
#include "working.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- folders ---- */

static char *join(struct session *session, const char *folder, size_t size, const char *below) {
  char *path = malloc(size + strlen(below) + 2);
  if (!path) return NULL;
  memcpy(path, folder, size);
  path[size] = 0;
  if (below[0]) strcat(strcat(path, "/"), below);
  if (list_add(&session->made, path)) return path;
  free(path);
  return NULL;
}

void session_note(struct session *session, const char *format, ...) {
  char text[1024];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (!session->anyway) {
    say_error("%s", text);
    return;
  }
  const char *kept = join(session, text, strlen(text), "");
  if (kept) list_add(&session->problems, kept);
}

const char *session_keep(struct session *session, const char *text) {
  return session_cut(session, text, strlen(text));
}

const char *session_cut(struct session *session, const char *text, size_t size) {
  return join(session, text, size, "");
}

/* Adds FOLDER/templates and FOLDER/registry where they exist; false when neither does. */
static bool add_data(struct session *session, const char *folder, size_t size) {
  const char *sheets = join(session, folder, size, "templates");
  const char *facts = join(session, folder, size, "registry");
  bool some = false;
  if (sheets && folder_exists(sheets)) some = list_add(&session->templates, sheets);
  if (facts && folder_exists(facts)) some = list_add(&session->registries, facts) || some;
  return some;
}

static void add_shipped(struct session *session) {
  static const char *const folders[] = {
#ifdef DATADIR
    DATADIR,
#endif
#ifdef SOURCEDIR
    SOURCEDIR,
#endif
    NULL,
  };
  for (size_t i = 0; folders[i]; i++)
    if (add_data(session, folders[i], strlen(folders[i]))) return;
}

static const char *keep_below(struct session *session, char *folder, const char *below) {
  const char *kept = folder && *folder ? join(session, folder, strlen(folder), below) : NULL;
  free(folder);
  return kept;
}

const char *session_own(struct session *session) {
  if (session->options->into) return session->options->into;
  const char *given = keep_below(session, environment_text("MLSYSIM_OWN"), "");
  return given ? given : keep_below(session, folder_of_user(), "mlsysim/registry");
}

/* A user's own facts add to the shipped ones. */
static void add_own(struct session *session) {
  const char *folder = session_own(session);
  if (folder && folder_exists(folder)) list_add(&session->registries, folder);
}

static void add_environment(struct session *session) {
  char *given = environment_text("MLSYSIM_PATH");
  const char *path = given;
  while (path && *path) {
    size_t size = strcspn(path, folder_separator);
    if (size > 0 && !add_data(session, path, size)) {
      const char *name = join(session, path, size, "");
      if (name)
        session_note(session, "warning: MLSYSIM_PATH: %s has neither templates/ nor registry/",
                     name);
    }
    path += size + (path[size] != 0);
  }
  free(given);
}

static bool add_given(struct session *session, struct list *to, const struct list *given,
                      const char *option) {
  for (size_t i = 0; i < given->count; i++) {
    bool there = folder_exists(given->at[i]);
    if (!there) session_note(session, "%s %s: there is no such folder", option, given->at[i]);
    if (!there && !session->anyway) return false;
    if (there && !list_add(to, given->at[i])) return false;
  }
  return true;
}

static bool end_group(struct session *session) {
  return list_add(&session->templates, "") && list_add(&session->registries, "");
}

/* What opening the book says, as problems. */
static void note_book(struct session *session) {
  const mls_message *message;
  for (size_t i = 0; session->book && (message = mls_book_message(session->book, i)); i++) {
    char place[64] = "";
    if (message->line > 0) snprintf(place, sizeof place, ":%d", message->line);
    session_note(session, "%s%s%s%s", message->file ? message->file : "", place,
                 message->file ? ": " : "", message->text);
  }
}

static int open_book(struct session *session) {
  mls_options open = { .size = sizeof open };
  open.templates = session->templates.at;
  open.registries = session->registries.at;
  open.progress = working_hear;
  open.memory = session->options->memory * 1000000;
  mls_status status = mls_open(&open, &session->book);
  if (status == MLS_MEMORY) say_error("there is not enough memory");
  if (session->anyway) note_book(session);
  else say_book(session->book, "mlsysim");
  return session->anyway && status != MLS_MEMORY ? DONE : exit_of(status);
}

static int open_folders(struct session *session) {
  const struct options *options = session->options;
  if (!add_given(session, &session->templates, &options->templates, "--templates") ||
      !add_given(session, &session->registries, &options->registries, "--registry"))
    return BAD_INPUT;
  if (!end_group(session)) return SYSTEM_FAILS;
  add_environment(session);
  if (!end_group(session)) return SYSTEM_FAILS;
  add_shipped(session);
  add_own(session);
  return open_book(session);
}

int session_open(struct session *session, const struct options *options) {
  *session = (struct session){ .options = options };
  return open_folders(session);
}

int session_open_anyway(struct session *session, const struct options *options) {
  *session = (struct session){ .options = options, .anyway = true };
  return open_folders(session);
}

/* ---- files ---- */

int session_find(struct session *session, const char *kind, size_t *count) {
  mls_status status = mls_find_all(session->book, kind, count);
  if (status != MLS_OK) say_book(session->book, "mlsysim");
  return exit_of(status);
}

bool session_has_facts(const char *registry) {
  static const char *const others[] = { "units", "sources", "renamed" };
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strcmp(registry, others[i]) == 0) return false;
  return true;
}

const char *session_origin(size_t group) {
  static const char *const words[] = { "given", "MLSYSIM_PATH", "shipped" };
  return words[group < 2 ? group : 2];
}

const char *session_folder(const mls_found *found, char out[FOLDER_NAME]) {
  const char *folder = found->group > 0 ? path_name(found->folder) : found->folder;
  const char *end = strrchr(found->below, '/');
  snprintf(out, FOLDER_NAME, "%s%s%.*s", folder, end ? "/" : "",
           (int)(end ? end - found->below : 0), found->below);
  return out;
}

/* ---- model ---- */

/* Reads a file; standard input only once. */
static int read_input(struct session *session, const char *path, struct bytes *out) {
  bool standard = strcmp(path, "-") == 0;
  if (standard && session->input) {
    say_error("standard input (-) can be read only once");
    return BAD_INPUT;
  }
  if (standard) session->input = path;
  if (file_read(path, out)) return DONE;
  return standard ? BAD_INPUT : SYSTEM_FAILS;
}

static const char *shown_name(const char *path) {
  return strcmp(path, "-") == 0 ? "standard input" : path;
}

bool session_reads(const struct options *options, const char *path) {
  for (size_t i = 0; i < options->words.count; i++)
    if (file_same(options->words.at[i], path)) return true;
  for (size_t i = 0; i < options->rows.count; i++) {
    const char *equals = strchr(options->rows.at[i], '=');
    if (equals && file_same(equals + 1, path)) return true;
  }
  return false;
}

bool session_writes_csv(const struct options *options) {
  for (size_t i = 0; i < options->outputs.count; i++) {
    const char *path = options->outputs.at[i];
    size_t size = strlen(path);
    if (size < 5 || strcmp(path + size - 4, ".csv") != 0) {
      say_error("-o %s: the file must end in .csv", path);
      return false;
    }
    if (session_reads(options, path)) {
      say_error("-o %s: this is a file that is read", path);
      return false;
    }
  }
  return true;
}

bool session_is_path(const char *sheet) {
  size_t size = strlen(sheet);
  bool ending = size > 6 && strcmp(sheet + size - 6, ".sheet") == 0;
  return ending || path_name(sheet) != sheet || strcmp(sheet, "-") == 0;
}

static void free_rows(mls_rows *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    free((void *)(size_t)rows[i].table);
    free((void *)(size_t)rows[i].bytes);
  }
  free(rows);
}

static int read_rows(struct session *session, const char *given, mls_rows *rows) {
  const char *equals = strchr(given, '=');
  if (!equals || equals == given || !equals[1]) {
    say_error("--rows needs table=FILE.csv, found %s", given);
    return BAD_INPUT;
  }
  struct bytes bytes;
  int status = read_input(session, equals + 1, &bytes);
  if (status != DONE) return status;
  size_t size = (size_t)(equals - given);
  char *table = malloc(size + 1);
  if (table) memcpy(table, given, size), table[size] = 0;
  *rows = (mls_rows){ table, shown_name(equals + 1), bytes.at, bytes.size, session->options->csv };
  return table ? DONE : SYSTEM_FAILS;
}

static int open_sheet(struct session *session, const char *sheet, const mls_rows *rows,
                      size_t count) {
  struct bytes bytes = { NULL, 0 };
  int status = session_is_path(sheet) ? read_input(session, sheet, &bytes) : DONE;
  if (status != DONE) return status;
  const char *name = shown_name(sheet);
  working_begin(true);
  mls_status opened =
      mls_model_open_bytes(session->book, name, bytes.at, bytes.size, rows, count, &session->model);
  working_end();
  free(bytes.at);
  say_book(session->book, name);
  return exit_of(opened);
}

int session_model(struct session *session, const char *sheet) {
  const struct list *given = &session->options->rows;
  mls_rows *rows = calloc(given->count + 1, sizeof *rows);
  int status = rows ? DONE : SYSTEM_FAILS;
  for (size_t i = 0; i < given->count && status == DONE; i++)
    status = read_rows(session, given->at[i], &rows[i]);
  if (status == DONE) status = open_sheet(session, sheet, rows, given->count);
  if (rows) free_rows(rows, given->count);
  return status;
}

/* ---- runs ---- */

static int set_one(mls_values *values, const char *given) {
  char origin[512], path[512];
  const char *equals = strchr(given, '=');
  snprintf(origin, sizeof origin, "--set %s", given);
  if (!equals || equals == given) {
    say_error("--set needs path=value, found %s", given);
    return BAD_INPUT;
  }
  snprintf(path, sizeof path, "%.*s", (int)(equals - given), given);
  mls_status status = mls_set(values, path, equals + 1);
  say_values(values, origin);
  return exit_of(status);
}

/* --set wins over the scenario. All that are wrong are said. */
static int set_all(struct session *session, mls_values *values) {
  const struct list *sets = &session->options->sets;
  int worst = DONE;
  for (size_t i = 0; i < sets->count; i++) {
    int status = set_one(values, sets->at[i]);
    if (status > worst) worst = status;
  }
  return worst;
}

/* Values whose long calls the terminal hears of; NULL without memory. */
static mls_values *new_values(struct session *session) {
  mls_values *values = NULL;
  mls_values_new(session->model, NULL, &values);
  mls_values_progress(values, working_hear, NULL);
  return values;
}

static int add_run(struct session *session, const char *name, size_t scenario) {
  mls_values *values = new_values(session);
  mls_status status = values ? MLS_OK : MLS_MEMORY;
  session->runs[session->run_count++] = (mls_run){ name, values };
  if (status == MLS_OK && session->scenarios)
    status = mls_scenarios_apply(session->scenarios, scenario, values);
  if (status != MLS_OK) {
    if (values) say_values(values, name);
    else say_error("there is not enough memory");
    return exit_of(status);
  }
  int set = set_all(session, values);
  if (set != DONE) return set;
  working_begin(true);
  status = mls_settle(values);
  working_end();
  if (status != MLS_OK) say_values(values, name);
  return exit_of(status);
}

static int read_scenarios(struct session *session, const char *file) {
  struct bytes bytes;
  int status = read_input(session, file, &bytes);
  if (status != DONE) return status;
  mls_inputs inputs = { .size = sizeof inputs,
                        .file = shown_name(file),
                        .bytes = bytes.at,
                        .length = bytes.size,
                        .csv = session->options->csv };
  mls_values *trial = new_values(session);
  mls_status read = MLS_MEMORY;
  working_begin(true);
  if (trial) read = mls_inputs_read(session->model, trial, &inputs, &session->scenarios);
  working_end();
  if (trial) say_values(trial, shown_name(file));
  else say_error("there is not enough memory");
  mls_values_free(trial);
  free(bytes.at);
  return exit_of(read);
}

static int no_scenario(const struct session *session, const char *name, const char *file) {
  size_t count = mls_scenarios_count(session->scenarios);
  const char **names = calloc(count + 1, sizeof *names);
  for (size_t i = 0; names && i < count; i++) names[i] = mls_scenarios_name(session->scenarios, i);
  const char *near = names ? nearest_name(name, names, count) : NULL;
  char known[256] = "";
  for (size_t i = 0; names && i < count && strlen(known) + strlen(names[i]) + 6 < sizeof known; i++)
    strcat(strcat(known, i ? ", " : ""), names[i]);
  if (near) say_error("%s has no scenario %s (did you mean %s?)", file, name, near);
  else say_error("%s has no scenario %s; it has %s", file, name, known);
  free(names);
  return BAD_INPUT;
}

static int run_scenarios(struct session *session, const char *file) {
  size_t count = mls_scenarios_count(session->scenarios);
  const char *wanted = session->options->scenario;
  session->runs = calloc(count + 1, sizeof *session->runs);
  if (!session->runs) return SYSTEM_FAILS;
  for (size_t i = 0; i < count; i++) {
    const char *name = mls_scenarios_name(session->scenarios, i);
    if (wanted && strcmp(wanted, name) != 0) continue;
    int status = add_run(session, name, i);
    if (status != DONE) return status;
  }
  return session->run_count ? DONE : no_scenario(session, wanted, shown_name(file));
}

int session_runs(struct session *session, const char *file) {
  if (file) {
    int status = read_scenarios(session, file);
    return status == DONE ? run_scenarios(session, file) : status;
  }
  if (session->options->scenario) {
    say_error("--scenario needs an INPUTS file");
    return BAD_INPUT;
  }
  session->runs = calloc(1, sizeof *session->runs);
  return session->runs ? add_run(session, "base", 0) : SYSTEM_FAILS;
}

void session_close(struct session *session) {
  for (size_t i = 0; i < session->run_count; i++) mls_values_free(session->runs[i].values);
  free(session->runs);
  mls_scenarios_free(session->scenarios);
  mls_close(session->book);
  for (size_t i = 0; i < session->made.count; i++) free((void *)(size_t)session->made.at[i]);
  free(session->made.at);
  free(session->problems.at);
  free(session->templates.at);
  free(session->registries.at);
}

/* ---- date and checks ---- */

static bool is_date(const char *text) {
  static const char form[] = "0000-00-00";
  static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  if (strlen(text) != sizeof form - 1) return false;
  for (size_t i = 0; form[i]; i++)
    if (form[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  int year = atoi(text), month = atoi(text + 5), day = atoi(text + 8);
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (month < 1 || month > 12 || day < 1 || day > days[month - 1]) return false;
  return month != 2 || day < 29 || leap;
}

int session_date(struct session *session, const char **date) {
  const char *epoch = getenv("SOURCE_DATE_EPOCH");
  *date = session->options->date;
  if (*date && !is_date(*date)) {
    say_error("--as-of needs a date YYYY-MM-DD, found %s", *date);
    return BAD_INPUT;
  }
  if (*date || !epoch || !epoch[0]) return DONE;
  char *end;
  long long seconds = strtoll(epoch, &end, 10);
  time_t when = (time_t)seconds;
  struct tm *parts = *end || seconds < 0 || seconds > 253402300799LL ? NULL : gmtime(&when);
  if (!parts) {
    say_error("SOURCE_DATE_EPOCH needs seconds since 1970, found %s", epoch);
    return BAD_INPUT;
  }
  strftime(session->date, sizeof session->date, "%Y-%m-%d", parts);
  *date = session->date;
  return DONE;
}

bool session_fails(const struct session *session) {
  for (size_t cell = 0; cell < mls_cell_count(session->model); cell++) {
    mls_cell about;
    mls_verdict verdict;
    if (mls_cell_about(session->model, cell, &about, sizeof about) != MLS_OK) continue;
    if (about.kind != MLS_CHECK) continue;
    for (size_t run = 0; run < session->run_count; run++)
      if (mls_check(session->runs[run].values, cell, &verdict) == MLS_OK && verdict.holds != 1)
        return true;
  }
  return false;
}
