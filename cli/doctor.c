/* mlsysim doctor: what this installation is made of, what it finds where, and what is wrong with
   it. The one command that prints folders: they are on the user's own terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "json.h"
#include "list.h"
#include "session.h"
#include "table.h"

/* Told one after the other, in JSON or as text. */
struct visit {
  struct session *session;
  bool as_json, color;
  struct json json;
  size_t sheets, registries, items, facts, verified, units, functions, sources;
};

static void section(struct visit *visit, const char *title) {
  if (visit->as_json) return;
  putchar('\n');
  print_heading(title, visit->color);
}

/* ---- what it is made of ---- */

static void versions(struct visit *visit) {
  const char *name, *version;
  struct table table = { .columns = 2 };
  if (visit->as_json) js_open(&visit->json, "versions", '{');
  else print_heading("Versions", visit->color);
  for (size_t i = 0; mls_part_at(i, &name, &version) == MLS_OK; i++) {
    if (visit->as_json) js_text(&visit->json, name, version);
    else table_add(&table, "%s", name), table_add(&table, "%s", version);
  }
  if (visit->as_json) js_close(&visit->json, '}');
  else table_print(&table);
}

/* ---- where it looks ---- */

static size_t count_files(struct visit *visit, const char *folder) {
  size_t count = 0;
  mls_found found;
  for (size_t i = 0; mls_found_at(visit->session->book, i, &found, sizeof found) == MLS_OK; i++)
    count += found.used && strcmp(found.folder, folder) == 0;
  return count;
}

static void one_folder(struct visit *visit, struct table *table, const char *folder, size_t group,
                       const char *what) {
  size_t count = count_files(visit, folder);
  if (visit->as_json) {
    js_line(&visit->json);
    js_open(&visit->json, NULL, '{');
    js_text(&visit->json, "folder", folder);
    js_text(&visit->json, "kind", what);
    js_text(&visit->json, "from", session_origin(group));
    js_count(&visit->json, "used", count);
    js_close(&visit->json, '}');
    return;
  }
  table_add(table, "%s", session_origin(group));
  table_add(table, "%zu", count);
  table_add(table, "%s file%s", what, count == 1 ? "" : "s");
  table_add(table, "%s", folder);
}

static void folders_of(struct visit *visit, struct table *table, const char *kind,
                       const struct list *folders) {
  size_t group = 0, count;
  if (mls_find_all(visit->session->book, kind, &count) != MLS_OK) return;
  for (size_t i = 0; i < folders->count; i++) {
    if (folders->at[i][0]) one_folder(visit, table, folders->at[i], group, kind);
    else group++;
  }
}

static void folders(struct visit *visit) {
  struct table table = { .columns = 4, .right = 2 };
  section(visit, "Folders, in the order in which names are looked up, and the files used");
  if (visit->as_json) js_open(&visit->json, "folders", '[');
  folders_of(visit, &table, "sheet", &visit->session->templates);
  folders_of(visit, &table, "registry", &visit->session->registries);
  if (visit->as_json) js_close(&visit->json, ']');
  else if (table.count > 0) table_print(&table);
  else puts("  none");
  if (table.cells) table_print(&table);
}

/* ---- what it holds; opening all finds what is wrong ---- */

static void note_opening(struct visit *visit, const char *what, const char *name) {
  const mls_message *message;
  for (size_t i = 0; (message = mls_book_message(visit->session->book, i)); i++) {
    if (message->warning) continue;
    session_note(visit->session, "%s %s: %s:%d: %s", what, name,
                 message->file ? message->file : name, message->line, message->text);
    return; /* one is enough to know; check lists all */
  }
}

static bool used_names(struct visit *visit, const char *kind, struct list *names) {
  size_t count;
  mls_found found;
  if (mls_find_all(visit->session->book, kind, &count) != MLS_OK) return false;
  for (size_t i = 0; mls_found_at(visit->session->book, i, &found, sizeof found) == MLS_OK; i++) {
    const char *name = found.used ? session_keep(visit->session, found.name) : NULL;
    if (found.used && (!name || !list_add(names, name))) return false;
  }
  return true;
}

static void open_sheets(struct visit *visit) {
  struct list names = { NULL, 0 };
  used_names(visit, "sheet", &names);
  for (size_t i = 0; i < names.count; i++) {
    mls_model *model;
    visit->sheets++;
    if (mls_model_open(visit->session->book, names.at[i], &model) != MLS_OK)
      note_opening(visit, "sheet", names.at[i]);
  }
  if (names.count == 0)
    session_note(visit->session, "no sheet was found; name a folder with --templates DIR or "
                                 "MLSYSIM_PATH, or install the program's own (meson install)");
  free(names.at);
}

static void open_one(struct visit *visit, const char *name) {
  const mls_registry *registry;
  mls_registry_size size;
  visit->registries++;
  if (mls_registry_open(visit->session->book, name, &registry) != MLS_OK) {
    note_opening(visit, "registry", name);
    return;
  }
  mls_registry_about(registry, &size, sizeof size);
  visit->items += size.items;
  visit->facts += size.facts;
  visit->verified += size.verified;
}

static void open_registries(struct visit *visit) {
  struct list names = { NULL, 0 };
  bool units = false;
  used_names(visit, "registry", &names);
  for (size_t i = 0; i < names.count; i++) {
    bool facts = session_has_facts(names.at[i]);
    bool again = i > 0 && strcmp(names.at[i], names.at[i - 1]) == 0;
    units = units || strcmp(names.at[i], "units") == 0;
    if (facts && !again) open_one(visit, names.at[i]);
  }
  if (!units)
    session_note(visit->session, "units.csv is missing: no unit is known without it; name the "
                                 "folder that has it with --registry DIR or MLSYSIM_PATH");
  free(names.at);
}

static void count_rest(struct visit *visit) {
  mls_unit unit;
  mls_source source;
  mls_function function;
  mls_book *book = visit->session->book;
  while (mls_unit_at(book, visit->units, &unit, sizeof unit) == MLS_OK) visit->units++;
  while (mls_source_at(book, visit->sources, &source, sizeof source) == MLS_OK) visit->sources++;
  while (mls_function_at(visit->functions, &function, sizeof function) == MLS_OK)
    visit->functions++;
}

static void counts(struct visit *visit) {
  open_sheets(visit);
  open_registries(visit);
  count_rest(visit);
  const struct {
    const char *name;
    size_t count;
  } all[] = { { "sheets", visit->sheets },     { "registries", visit->registries },
              { "items", visit->items },       { "facts", visit->facts },
              { "verified", visit->verified }, { "units", visit->units },
              { "sources", visit->sources },   { "functions", visit->functions } };
  section(visit, "Holds");
  if (visit->as_json) js_open(&visit->json, "counts", '{');
  else fputs("  ", stdout);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (visit->as_json) js_count(&visit->json, all[i].name, all[i].count);
    else printf("%s%zu %s", i ? ", " : "", all[i].count, all[i].name);
  }
  if (visit->as_json) js_close(&visit->json, '}');
  else putchar('\n');
}

static void fingerprint(struct visit *visit) {
  unsigned long long hash;
  char text[32];
  bool known = mls_registry_hash(visit->session->book, &hash) == MLS_OK;
  if (known) snprintf(text, sizeof text, "%016llx", hash);
  if (!known) note_opening(visit, "registry", "files");
  if (visit->as_json) {
    js_open(&visit->json, "registry_hash", '{');
    js_text(&visit->json, "kind", "FNV-1a, 64 bits");
    js_text(&visit->json, "value", known ? text : NULL);
    js_close(&visit->json, '}');
    return;
  }
  printf("  registry hash %s (FNV-1a, 64 bits, over name, size and bytes of each file used)\n",
         known ? text : "unknown");
}

/* ---- where it runs ---- */

static void one_setting(struct visit *visit, struct table *table, const char *name) {
  const char *value = getenv(name);
  if (visit->as_json) {
    js_text(&visit->json, name, value);
    return;
  }
  table_add(table, "%s", name);
  table_add(table, "%s", value ? value : "(not set)");
}

static void locale(struct visit *visit) {
  static const char *const names[] = { "LC_ALL", "LC_NUMERIC", "LANG" };
  struct table table = { .columns = 2 };
  section(visit, "Locale: does not matter; numbers are read and written with a point in all");
  if (visit->as_json) js_open(&visit->json, "locale", '{');
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) one_setting(visit, &table, names[i]);
  if (visit->as_json) js_close(&visit->json, '}');
  else table_print(&table);
}

static void terminal(struct visit *visit) {
  static const char *const names[] = { "TERM", "NO_COLOR" };
  struct table table = { .columns = 2 };
  size_t width = terminal_width();
  section(visit, "Terminal");
  if (visit->as_json) {
    js_open(&visit->json, "terminal", '{');
    js_count(&visit->json, "columns", width);
    js_truth(&visit->json, "color", visit->color);
  } else {
    table_add(&table, "%s", "standard output");
    if (width) table_add(&table, "a terminal of %zu columns", width);
    else table_add(&table, "%s", "no terminal");
    table_add(&table, "%s", "colour");
    table_add(&table, "%s", visit->color ? "yes" : "no");
  }
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) one_setting(visit, &table, names[i]);
  if (visit->as_json) js_close(&visit->json, '}');
  else table_print(&table);
}

/* ---- what is wrong ---- */

static void problems(struct visit *visit) {
  const struct list *list = &visit->session->problems;
  section(visit, list->count ? "Problems" : "No problem was found");
  if (visit->as_json) js_open(&visit->json, "problems", '[');
  for (size_t i = 0; i < list->count; i++) {
    if (visit->as_json) {
      js_text(&visit->json, NULL, list->at[i]);
      continue;
    }
    fputs("  ", stdout);
    print_text(list->at[i]);
    putchar('\n');
  }
  if (visit->as_json) js_close(&visit->json, ']');
}

static int work(struct session *session) {
  struct visit visit = { .session = session,
                         .as_json = session->options->json,
                         .color = print_in_color() };
  if (visit.as_json) js_head(&visit.json);
  versions(&visit);
  folders(&visit);
  counts(&visit);
  fingerprint(&visit);
  locale(&visit);
  terminal(&visit);
  problems(&visit);
  if (visit.as_json) js_close(&visit.json, '}'), putchar('\n');
  if (!print_finish()) return SYSTEM_FAILS;
  return session->options->strict && session->problems.count > 0 ? CHECK_FAILS : DONE;
}

int command_doctor(const struct options *options) {
  struct session session;
  int status = session_open_anyway(&session, options);
  if (status == DONE) status = work(&session);
  session_close(&session);
  return status;
}
