/* mlsysim list: a map of the system: sheets and walls (list_map.c), registries, sources, units,
   functions; what a registry holds is in list_name.c. Everything is asked through the public calls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "list.h"

/* ---- registries ---- */

static bool holds_facts(const mls_found *found) {
  return found->used && session_has_facts(found->name);
}

bool list_registries_names(struct session *session, struct list *names) {
  mls_found found;
  size_t count;
  if (session_find(session, "registry", &count) != DONE) return false;
  for (size_t i = 0; mls_found_at(session->book, i, &found, sizeof found) == MLS_OK; i++) {
    bool again = names->count && strcmp(names->at[names->count - 1], found.name) == 0;
    if (holds_facts(&found) && !again && !list_add(names, found.name)) return false;
  }
  return true;
}

static void add_registry(struct list_page *page, const mls_registry_size *size) {
  const size_t counts[] = { size->items,   size->fields, size->facts,    size->verified,
                            size->derived, size->cited,  size->estimate, size->assumed };
  table_add(&page->table, "%s", size->name);
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    table_add(&page->table, "%zu", counts[i]);
  table_add(&page->table, "%s", size->newest);
}

static void json_registry(struct list_page *page, const mls_registry_size *size) {
  struct json *json = &page->json;
  js_line(json);
  js_open(json, NULL, '{');
  js_text(json, "name", size->name);
  js_count(json, "items", size->items);
  js_count(json, "fields", size->fields);
  js_count(json, "facts", size->facts);
  js_open(json, "states", '{');
  js_count(json, "verified", size->verified);
  js_count(json, "derived", size->derived);
  js_count(json, "cited", size->cited);
  js_count(json, "estimate", size->estimate);
  js_count(json, "assumed", size->assumed);
  js_close(json, '}');
  js_text(json, "newest", size->newest[0] ? size->newest : NULL);
  js_close(json, '}');
}

static int add_named(struct list_page *page, const char *name) {
  const mls_registry *registry;
  mls_registry_size size;
  if (page->form == LIST_NAMES) {
    puts(name);
    return DONE;
  }
  mls_status status = mls_registry_open(page->session->book, name, &registry);
  say_book(page->session->book, name);
  if (status != MLS_OK) return exit_of(status);
  mls_registry_about(registry, &size, sizeof size);
  if (page->form == LIST_JSON) json_registry(page, &size);
  else add_registry(page, &size);
  return DONE;
}

static void title_registries(struct table *table) {
  static const char *const titles[] = { "",        "items", "fields",   "facts",   "verified",
                                        "derived", "cited", "estimate", "assumed", "newest" };
  table->columns = sizeof titles / sizeof *titles;
  table->right = 0x1FE;
  table->titled = true;
  for (size_t i = 0; i < table->columns; i++) table_add(table, "%s", titles[i]);
}

/* A wrong registry is said, and the others are listed. */
static int list_registries(struct list_page *page) {
  struct list names = { NULL, 0 };
  int worst = list_registries_names(page->session, &names) ? DONE : SYSTEM_FAILS;
  if (page->form == LIST_JSON) js_open(&page->json, "registries", '[');
  else if (page->form == LIST_TEXT) title_registries(&page->table);
  for (size_t i = 0; i < names.count; i++) {
    int status = add_named(page, names.at[i]);
    if (status > worst) worst = status;
  }
  if (page->form == LIST_JSON) js_close(&page->json, ']');
  int status = list_section(page, "Registries (%zu): mlsysim list NAME, mlsysim show NAME/ITEM",
                            names.count);
  free(names.at);
  return status > worst ? status : worst;
}

/* ---- sources ---- */

static void json_source(struct json *json, const mls_source *source) {
  js_line(json);
  js_open(json, NULL, '{');
  js_text(json, "key", source->key);
  js_text(json, "kind", source->kind);
  js_text(json, "title", source->title);
  js_text(json, "authors", source->authors);
  js_text(json, "year", source->year);
  js_text(json, "url", source->url);
  js_text(json, "accessed", source->accessed);
  js_close(json, '}');
}

static int list_sources(struct list_page *page) {
  mls_source source;
  size_t count = 0;
  page->table.columns = 4;
  if (page->form == LIST_JSON) js_open(&page->json, "sources", '[');
  for (; mls_source_at(page->session->book, count, &source, sizeof source) == MLS_OK; count++) {
    if (page->form == LIST_JSON) json_source(&page->json, &source);
    if (page->form == LIST_NAMES) puts(source.key);
    if (page->form != LIST_TEXT) continue;
    table_add(&page->table, "%s", source.key);
    table_add(&page->table, "%s", source.kind);
    table_add(&page->table, "%s", source.year);
    table_add(&page->table, "%s", source.title);
  }
  if (page->form == LIST_JSON) js_close(&page->json, ']');
  return list_section(page, "Sources (%zu): mlsysim show source/KEY", count);
}

/* ---- units ---- */

static void json_unit(struct json *json, const mls_unit *unit) {
  js_line(json);
  js_open(json, NULL, '{');
  js_text(json, "name", unit->name);
  js_text(json, "definition", unit->definition);
  js_text(json, "kind", unit->kind[0] ? unit->kind : "derived");
  js_number(json, "factor", unit->factor);
  js_close(json, '}');
}

static void add_unit(struct table *table, const mls_unit *unit) {
  table_add(table, "%s", unit->name);
  table_add(table, "%s", unit->kind[0] ? unit->kind : "derived");
  table_add(table, "%.12g", unit->factor);
  table_add(table, "%s", unit->definition);
}

static int list_units(struct list_page *page) {
  mls_unit unit;
  size_t count = 0;
  static const char *const titles[] = { "", "kind", "factor", "definition" };
  page->table.columns = 4;
  page->table.titled = true;
  if (page->form == LIST_JSON) js_open(&page->json, "units", '[');
  for (size_t i = 0; i < page->table.columns && page->form == LIST_TEXT; i++)
    table_add(&page->table, "%s", titles[i]);
  for (; mls_unit_at(page->session->book, count, &unit, sizeof unit) == MLS_OK; count++) {
    if (page->form == LIST_JSON) json_unit(&page->json, &unit);
    else if (page->form == LIST_NAMES) puts(unit.name);
    else add_unit(&page->table, &unit);
  }
  if (page->form == LIST_JSON) js_close(&page->json, ']');
  return list_section(page, "Units (%zu): a number times its factor is in base units", count);
}

/* ---- functions ---- */

/* "a + b", "-a", "if(a, b, c)", "and(a, b, ...)", "sum(column[, selected])". */
static const char *signature(const mls_function *function, char *out, size_t size) {
  char arguments[128] = "a";
  if (strcmp(function->form, "infix") == 0) snprintf(out, size, "a %s b", function->name);
  else if (strcmp(function->form, "prefix") == 0) snprintf(out, size, "%sa", function->name);
  else if (function->aggregate && function->least == 1 && function->most == 2)
    snprintf(out, size, "%s(column[, selected])", function->name);
  else {
    size_t used = 1;
    for (size_t i = 1; i < function->most && i < 5; i++) {
      bool many = function->most > 5 && i >= function->least && i > 1;
      const char *form = i < function->least ? ", %c" : many ? ", ..." : "[, %c]";
      used += (size_t)snprintf(arguments + used, sizeof arguments - used, form, (int)('a' + i));
      if (many) break;
    }
    snprintf(out, size, "%s(%s)", function->name, arguments);
  }
  return out;
}

static void json_function(struct json *json, const mls_function *function, const char *form) {
  js_line(json);
  js_open(json, NULL, '{');
  js_text(json, "name", function->name);
  js_text(json, "signature", form);
  js_text(json, "form", function->form);
  js_count(json, "least", function->least);
  js_count(json, "most", function->most);
  js_truth(json, "aggregate", function->aggregate);
  js_text(json, "units", function->units);
  js_text(json, "meaning", function->meaning);
  js_text(json, "example", function->example);
  js_text(json, "excel", function->excel);
  js_close(json, '}');
}

/* Three lines a function: people read them one at a time. */
static void print_function(const struct list_page *page, const mls_function *function,
                           const char *form) {
  print_heading(form, page->table.color);
  printf("    %s\n    Units: %s.\n    True: %s\n", function->meaning, function->units,
         function->example);
}

static int list_functions(struct list_page *page) {
  mls_function function;
  char form[256];
  if (page->form == LIST_TEXT) puts("Functions and operators of formulas\n");
  if (page->form == LIST_JSON) js_open(&page->json, "functions", '[');
  for (size_t i = 0; mls_function_at(i, &function, sizeof function) == MLS_OK; i++) {
    signature(&function, form, sizeof form);
    if (page->form == LIST_JSON) json_function(&page->json, &function, form);
    else if (page->form == LIST_NAMES) puts(function.name);
    else print_function(page, &function, form);
  }
  if (page->form == LIST_JSON) js_close(&page->json, ']');
  return DONE;
}

/* ---- the map ---- */

bool list_rows(struct list_page *page) {
  bool good = table_print(&page->table);
  page->table = (struct table){ .color = page->table.color };
  return good;
}

int list_section(struct list_page *page, const char *format, size_t count) {
  char title[128];
  if (page->form != LIST_TEXT) return DONE;
  snprintf(title, sizeof title, format, count);
  print_heading(title, page->table.color);
  return list_rows(page) ? DONE : SYSTEM_FAILS;
}

struct topic {
  const char *name;
  int (*list)(struct list_page *page);
};
static const struct topic topics[] = {
  { "sheets", list_sheets },   { "walls", list_walls }, { "registries", list_registries },
  { "sources", list_sources }, { "units", list_units }, { "functions", list_functions },
};
enum { TOPIC_COUNT = sizeof topics / sizeof *topics };

static void count_others(struct list_page *page) {
  size_t units = 0, functions = 0, sources = 0;
  mls_unit unit;
  mls_function function;
  mls_source source;
  while (mls_unit_at(page->session->book, units, &unit, sizeof unit) == MLS_OK) units++;
  while (mls_function_at(functions, &function, sizeof function) == MLS_OK) functions++;
  while (mls_source_at(page->session->book, sources, &source, sizeof source) == MLS_OK) sources++;
  print_heading("Also", page->table.color);
  printf("  %zu units: mlsysim list units\n  %zu functions: mlsysim list functions\n"
         "  %zu sources: mlsysim list sources\n",
         units, functions, sources);
}

/* In JSON all topics; for people the long ones are only counted. */
static int list_all(struct list_page *page) {
  int worst = DONE;
  size_t count = page->form == LIST_JSON ? TOPIC_COUNT : 3;
  for (size_t i = 0; i < count; i++) {
    int status = topics[i].list(page);
    if (status > worst) worst = status;
    if (page->form == LIST_TEXT) putchar('\n');
  }
  if (page->form == LIST_TEXT) count_others(page);
  return worst;
}

static int list_topic(struct list_page *page, const char *name) {
  for (size_t i = 0; i < TOPIC_COUNT; i++)
    if (strcmp(topics[i].name, name) == 0) return topics[i].list(page);
  return list_name(page, name);
}

static bool is_topic(const char *name) {
  for (size_t i = 0; i < TOPIC_COUNT; i++)
    if (strcmp(topics[i].name, name) == 0) return true;
  return false;
}

static int work(struct session *session, const char *name) {
  const struct options *options = session->options;
  struct list_page page = { .session = session, .table = { .color = print_in_color() } };
  page.form = options->json ? LIST_JSON : options->names ? LIST_NAMES : LIST_TEXT;
  /* What a name means is found out before anything is printed. */
  int status = !name || is_topic(name) ? DONE : list_open(&page, name);
  if (status != DONE) return status;
  if (page.form == LIST_JSON) js_head(&page.json);
  status = name ? list_topic(&page, name) : list_all(&page);
  if (page.form == LIST_JSON) js_close(&page.json, '}'), putchar('\n');
  return print_finish() ? status : SYSTEM_FAILS;
}

int command_list(const struct options *options) {
  struct session session;
  if (options->json && options->names) {
    say_error("--names and --json do not go together");
    return BAD_INPUT;
  }
  if (options->names && options->words.count == 0) {
    say_error("--names needs what to list: mlsysim list sheets --names");
    return BAD_INPUT;
  }
  int status = session_open(&session, options);
  if (status == DONE) status = work(&session, options->words.count ? options->words.at[0] : NULL);
  session_close(&session);
  return status;
}
