/* mlsysim show: all that is known of one item of a registry, or of one source. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "list.h"

struct show {
  struct session *session;
  const char *name; /* of the registry */
  const char *item;
  const mls_registry *registry;
  size_t index; /* of the item */
  struct json json;
};

/* ---- one item ---- */

static const char *range_of(const mls_fact *fact, char *out, size_t size) {
  out[0] = 0;
  if (!isnan(fact->low) && !isnan(fact->high))
    snprintf(out, size, "%.6g..%.6g", fact->low / fact->factor, fact->high / fact->factor);
  else if (!isnan(fact->low)) snprintf(out, size, "from %.6g", fact->low / fact->factor);
  else if (!isnan(fact->high)) snprintf(out, size, "to %.6g", fact->high / fact->factor);
  return out;
}

static void add_fact(struct table *table, const mls_field *field, const mls_fact *fact) {
  char range[80];
  bool key = fact->source != NULL, where = fact->locator[0] != 0, note = fact->note[0] != 0;
  table_add(table, "%s", field->name);
  table_add(table, "%s%s%s", fact->typed, fact->unit[0] ? " " : "", fact->unit);
  table_add(table, "%s", range_of(fact, range, sizeof range));
  table_add(table, "%s", fact->state);
  table_add(table, "%s", fact->accessed);
  table_add(table, "%s%s%s%s%s%s", key ? "@" : "", key ? fact->source : "",
            key && where ? ", " : "", fact->locator, (key || where) && note ? "; " : "",
            fact->note);
}

static void title_facts(struct table *table) {
  static const char *const titles[] = { "",      "value", "range",
                                        "state", "read",  "source, where in it; note" };
  table->columns = sizeof titles / sizeof *titles;
  table->titled = true;
  for (size_t i = 0; i < table->columns; i++) table_add(table, "%s", titles[i]);
}

/* A source is told once, however many facts rest on it. */
static bool is_new(struct list *keys, const char *key) {
  if (!key) return false;
  for (size_t i = 0; i < keys->count; i++)
    if (strcmp(keys->at[i], key) == 0) return false;
  return list_add(keys, key);
}

static void add_source(struct show *show, struct table *table, const char *key) {
  mls_source source;
  if (mls_source_find(show->session->book, key, &source, sizeof source) != MLS_OK) return;
  bool authors = source.authors[0] != 0, year = source.year[0] != 0;
  table_add(table, "@%s", key);
  table_add(table, "%s%s%s%s%s%s%s%s", source.title, authors ? ". " : "", source.authors,
            year ? ", " : "", source.year, source.url[0] ? " <" : "", source.url,
            source.url[0] ? ">" : "");
}

static void print_title(const struct show *show, bool color) {
  char heading[600];
  size_t field;
  mls_fact fact;
  snprintf(heading, sizeof heading, "%s/%s", show->name, show->item);
  print_heading(heading, color);
  if (!title_field(show->registry, &field)) return;
  if (mls_fact_at(show->registry, show->index, field, &fact, sizeof fact) != MLS_OK) return;
  fputs("  ", stdout);
  print_text(fact.typed);
  putchar('\n');
}

static int print_item(struct show *show) {
  bool color = print_in_color();
  struct table facts = { .color = color }, sources = { .columns = 2 };
  struct list keys = { NULL, 0 };
  mls_field field;
  mls_fact fact;
  print_title(show, color);
  title_facts(&facts);
  for (size_t i = 0; mls_field_at(show->registry, i, &field, sizeof field) == MLS_OK; i++) {
    if (mls_fact_at(show->registry, show->index, i, &fact, sizeof fact) != MLS_OK) continue;
    add_fact(&facts, &field, &fact);
    if (is_new(&keys, fact.source)) add_source(show, &sources, fact.source);
  }
  putchar('\n');
  bool good = table_print(&facts);
  if (keys.count > 0) putchar('\n'), print_heading("Sources", color);
  good = table_print(&sources) && good;
  free(keys.at);
  return good ? DONE : SYSTEM_FAILS;
}

static void json_source(struct show *show, const char *key) {
  struct json *json = &show->json;
  mls_source source;
  if (!key || mls_source_find(show->session->book, key, &source, sizeof source) != MLS_OK) {
    js_text(json, "source", key);
    return;
  }
  js_open(json, "source", '{');
  js_text(json, "key", key);
  js_text(json, "title", source.title);
  js_text(json, "url", source.url[0] ? source.url : NULL);
  js_text(json, "accessed", source.accessed);
  js_close(json, '}');
}

static void json_fact(struct show *show, const mls_field *field, const mls_fact *fact) {
  struct json *json = &show->json;
  js_line(json);
  js_open(json, NULL, '{');
  js_text(json, "field", field->name);
  if (fact->text) js_text(json, "value", fact->typed);
  else js_number(json, "value", strtod(fact->typed, NULL));
  js_text(json, "unit", fact->text ? NULL : fact->unit);
  js_number(json, "si", fact->si);
  js_number(json, "low", fact->low / fact->factor);
  js_number(json, "high", fact->high / fact->factor);
  js_text(json, "state", fact->state);
  json_source(show, fact->source);
  js_text(json, "locator", fact->locator[0] ? fact->locator : NULL);
  js_text(json, "accessed", fact->accessed[0] ? fact->accessed : NULL);
  js_text(json, "note", fact->note[0] ? fact->note : NULL);
  js_text(json, "file", fact->file);
  js_count(json, "line", (size_t)fact->line);
  js_close(json, '}');
}

static int json_item(struct show *show) {
  mls_field field;
  mls_fact fact;
  js_head(&show->json);
  js_text(&show->json, "registry", show->name);
  js_text(&show->json, "item", show->item);
  js_open(&show->json, "facts", '[');
  for (size_t i = 0; mls_field_at(show->registry, i, &field, sizeof field) == MLS_OK; i++)
    if (mls_fact_at(show->registry, show->index, i, &fact, sizeof fact) == MLS_OK)
      json_fact(show, &field, &fact);
  js_close(&show->json, ']');
  js_close(&show->json, '}');
  putchar('\n');
  return DONE;
}

/* ---- one source ---- */

static size_t resting(const mls_registry *registry, const char *key) {
  size_t count = 0;
  mls_fact fact;
  mls_field field;
  for (size_t item = 0; mls_item_name(registry, item); item++)
    for (size_t i = 0; mls_field_at(registry, i, &field, sizeof field) == MLS_OK; i++)
      if (mls_fact_at(registry, item, i, &fact, sizeof fact) == MLS_OK && fact.source)
        count += strcmp(fact.source, key) == 0;
  return count;
}

static int count_facts(struct show *show, const char *name, const char *key, struct table *table) {
  const mls_registry *registry;
  mls_status status = mls_registry_open(show->session->book, name, &registry);
  if (status != MLS_OK) say_book(show->session->book, name);
  size_t count = status == MLS_OK ? resting(registry, key) : 0;
  if (count == 0) return exit_of(status);
  if (show->session->options->json) {
    js_count(&show->json, name, count);
  } else {
    table_add(table, "%s", name);
    table_add(table, "%zu fact%s", count, count == 1 ? "" : "s");
  }
  return DONE;
}

static int count_all(struct show *show, const char *key, struct table *table) {
  struct list names = { NULL, 0 };
  int worst = list_registries_names(show->session, &names) ? DONE : SYSTEM_FAILS;
  for (size_t i = 0; i < names.count; i++) {
    int status = count_facts(show, names.at[i], key, table);
    if (status > worst) worst = status;
  }
  free(names.at);
  return worst;
}

static void add_line(struct table *table, const char *name, const char *value) {
  if (!value[0]) return;
  table_add(table, "%s", name);
  table_add(table, "%s", value);
}

static int print_source(struct show *show, const mls_source *source) {
  char heading[300];
  bool color = print_in_color();
  struct table table = { .columns = 2, .color = color }, facts = { .columns = 2 };
  snprintf(heading, sizeof heading, "source/%s", source->key);
  print_heading(heading, color);
  add_line(&table, "title", source->title);
  add_line(&table, "authors", source->authors);
  add_line(&table, "year", source->year);
  add_line(&table, "kind", source->kind);
  add_line(&table, "address", source->url);
  add_line(&table, "read", source->accessed);
  add_line(&table, "licence", source->licence);
  add_line(&table, "passing on", source->redistribute);
  bool good = table_print(&table);
  int status = count_all(show, source->key, &facts);
  putchar('\n');
  const char *none = "No fact of a registry rests on it; sheets may";
  print_heading(facts.count ? "Facts that rest on it" : none, color);
  return table_print(&facts) && good ? status : SYSTEM_FAILS;
}

static int json_one_source(struct show *show, const mls_source *source) {
  struct json *json = &show->json;
  js_head(json);
  js_open(json, "source", '{');
  js_text(json, "key", source->key);
  js_text(json, "kind", source->kind);
  js_text(json, "title", source->title);
  js_text(json, "authors", source->authors);
  js_text(json, "year", source->year);
  js_text(json, "url", source->url);
  js_text(json, "accessed", source->accessed);
  js_text(json, "licence", source->licence);
  js_text(json, "redistribute", source->redistribute);
  js_close(json, '}');
  js_open(json, "facts", '{');
  int status = count_all(show, source->key, NULL);
  js_close(json, '}');
  js_close(json, '}');
  putchar('\n');
  return status;
}

static int show_source(struct show *show) {
  mls_source source;
  mls_book *book = show->session->book;
  struct list keys = { NULL, 0 };
  if (mls_source_find(book, show->item, &source, sizeof source) == MLS_OK)
    return show->session->options->json ? json_one_source(show, &source)
                                        : print_source(show, &source);
  for (size_t i = 0; mls_source_at(book, i, &source, sizeof source) == MLS_OK; i++)
    if (!list_add(&keys, source.key)) break;
  const char *near = nearest_name(show->item, keys.at, keys.count);
  if (near) say_error("there is no source %s (did you mean source/%s?)", show->item, near);
  else say_error("there is no source %s; mlsysim list sources shows all", show->item);
  free(keys.at);
  return BAD_INPUT;
}

/* ---- finding ---- */

static int no_item(const struct show *show) {
  struct list names = { NULL, 0 };
  const char *id;
  for (size_t i = 0; (id = mls_item_name(show->registry, i)); i++)
    if (!list_add(&names, id)) break;
  const char *near = nearest_name(show->item, names.at, names.count);
  if (near)
    say_error("%s has no item %s (did you mean %s/%s?)", show->name, show->item, show->name, near);
  else
    say_error("%s has no item %s; mlsysim list %s shows all", show->name, show->item, show->name);
  free(names.at);
  return BAD_INPUT;
}

static int no_registry(struct show *show) {
  struct list names = { NULL, 0 };
  bool good = list_registries_names(show->session, &names) && list_add(&names, "source");
  const char *near = good ? nearest_name(show->name, names.at, names.count) : NULL;
  if (near)
    say_error("there is no registry %s (did you mean %s/%s?)", show->name, near, show->item);
  else say_error("there is no registry %s; mlsysim list registries shows all", show->name);
  free(names.at);
  return BAD_INPUT;
}

static bool is_registry(struct show *show) {
  struct list names = { NULL, 0 };
  bool found = false;
  if (!list_registries_names(show->session, &names)) return false;
  for (size_t i = 0; i < names.count; i++) found = found || strcmp(names.at[i], show->name) == 0;
  free(names.at);
  return found;
}

static int show_item(struct show *show) {
  if (!is_registry(show)) return no_registry(show);
  mls_status status = mls_registry_open(show->session->book, show->name, &show->registry);
  say_book(show->session->book, show->name);
  if (status != MLS_OK) return exit_of(status);
  if (mls_item_find(show->registry, show->item, &show->index) != MLS_OK) return no_item(show);
  return show->session->options->json ? json_item(show) : print_item(show);
}

static int work(struct session *session, const char *word) {
  const char *slash = strchr(word, '/');
  if (!slash || slash == word || !slash[1]) {
    say_error("show needs NAME/ITEM, as hardware/ITEM or source/KEY, found %s", word);
    return BAD_INPUT;
  }
  struct show show = { .session = session, .item = slash + 1 };
  show.name = session_keep(session, word);
  if (!show.name) return SYSTEM_FAILS;
  ((char *)(size_t)show.name)[slash - word] = 0;
  bool source = strcmp(show.name, "source") == 0 || strcmp(show.name, "sources") == 0;
  int status = source ? show_source(&show) : show_item(&show);
  return print_finish() ? status : SYSTEM_FAILS;
}

int command_show(const struct options *options) {
  struct session session;
  int status = session_open(&session, options);
  if (status == DONE) status = work(&session, options->words.at[0]);
  session_close(&session);
  return status;
}
