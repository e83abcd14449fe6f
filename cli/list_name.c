/* mlsysim list NAME: the items of a registry, or what a sheet asks for and answers. Which fields
   describe an item is not known here: those that most items have are shown. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "paths.h"

enum { FIELDS_SHOWN = 5 };

/* ---- fields ---- */

struct coverage {
  size_t field, facts;
};

/* Most items first, then in the order of the file. */
static int by_facts(const void *a, const void *b) {
  const struct coverage *one = a, *two = b;
  if (one->facts != two->facts) return one->facts < two->facts ? 1 : -1;
  return one->field < two->field ? -1 : one->field > two->field;
}

size_t *fields_by_coverage(const mls_registry *registry, size_t *count) {
  mls_registry_size size;
  mls_field field;
  mls_registry_about(registry, &size, sizeof size);
  struct coverage *list = calloc(size.fields + 1, sizeof *list);
  size_t *numbers = calloc(size.fields + 1, sizeof *numbers);
  for (size_t i = 0; list && i < size.fields; i++) {
    mls_field_at(registry, i, &field, sizeof field);
    list[i] = (struct coverage){ i, field.facts };
  }
  if (list) qsort(list, size.fields, sizeof *list, by_facts);
  for (size_t i = 0; list && numbers && i < size.fields; i++) numbers[i] = list[i].field;
  *count = list && numbers ? size.fields : 0;
  free(list);
  return numbers;
}

bool title_field(const mls_registry *registry, size_t *field) {
  mls_field about;
  size_t most = 0;
  for (size_t i = 0; mls_field_at(registry, i, &about, sizeof about) == MLS_OK; i++) {
    if (!about.text || about.facts <= most) continue;
    most = about.facts;
    *field = i;
  }
  return most > 0;
}

/* ---- items of a registry ---- */

/* Columns that leave room for the title. */
static size_t columns_that_fit(void) {
  size_t width = terminal_width();
  return width == 0 || width >= 130 ? FIELDS_SHOWN : width >= 100 ? 3 : 2;
}

/* The fields that are columns: neither the title nor more than fit. */
static size_t choose(const mls_registry *registry, size_t *shown, size_t *title, bool *titled) {
  size_t count, kept = 0, most = columns_that_fit();
  size_t *order = fields_by_coverage(registry, &count);
  *titled = title_field(registry, title);
  for (size_t i = 0; order && i < count && kept < most; i++)
    if (!*titled || order[i] != *title) shown[kept++] = order[i];
  free(order);
  return kept;
}

static void add_titles(struct list_page *page, const size_t *shown, size_t count) {
  struct table *table = &page->table;
  mls_field field;
  table->columns = count + 2;
  table->titled = true;
  table_add(table, "%s", "");
  for (size_t i = 0; i < count; i++) {
    mls_field_at(page->registry, shown[i], &field, sizeof field);
    if (!field.text) table->right |= 2u << i;
    table_add(table, field.unit[0] ? "%s %s" : "%s%s", field.name, field.unit);
  }
  table_add(table, "%s", "");
}

static void add_fact(struct list_page *page, size_t item, size_t index) {
  mls_fact fact;
  mls_field field;
  bool there = mls_fact_at(page->registry, item, index, &fact, sizeof fact) == MLS_OK;
  mls_field_at(page->registry, index, &field, sizeof field);
  bool other = there && strcmp(fact.unit, field.unit) != 0;
  table_add(&page->table, "%s%s%s", there ? fact.typed : "", other ? " " : "",
            other ? fact.unit : "");
}

/* Of the user: its facts name that source. */
static bool is_own(const mls_registry *registry, size_t item) {
  mls_field field;
  mls_fact fact;
  for (size_t i = 0; mls_field_at(registry, i, &field, sizeof field) == MLS_OK; i++)
    if (mls_fact_at(registry, item, i, &fact, sizeof fact) == MLS_OK)
      return fact.source && strcmp(fact.source, "own") == 0;
  return false;
}

static void json_item(struct list_page *page, size_t item) {
  struct json *json = &page->json;
  mls_field field;
  mls_fact fact;
  js_line(json);
  js_open(json, NULL, '{');
  js_text(json, "name", mls_item_name(page->registry, item));
  js_truth(json, "own", is_own(page->registry, item));
  js_open(json, "facts", '{');
  for (size_t i = 0; mls_field_at(page->registry, i, &field, sizeof field) == MLS_OK; i++) {
    if (mls_fact_at(page->registry, item, i, &fact, sizeof fact) != MLS_OK) continue;
    js_open(json, field.name, '{');
    if (fact.text) js_text(json, "value", fact.typed);
    else js_number(json, "value", strtod(fact.typed, NULL));
    js_text(json, "unit", fact.text ? NULL : fact.unit);
    js_text(json, "state", fact.state);
    js_close(json, '}');
  }
  js_close(json, '}');
  js_close(json, '}');
}

static int list_items(struct list_page *page, const char *name) {
  size_t shown[FIELDS_SHOWN], title = 0, item = 0;
  bool titled;
  char heading[128];
  size_t count = choose(page->registry, shown, &title, &titled);
  const char *id;
  if (page->form == LIST_JSON) {
    js_text(&page->json, "registry", name);
    js_open(&page->json, "items", '[');
  } else if (page->form == LIST_TEXT) {
    add_titles(page, shown, count);
  }
  for (; (id = mls_item_name(page->registry, item)); item++) {
    if (page->form == LIST_JSON) json_item(page, item);
    if (page->form == LIST_NAMES) puts(id);
    if (page->form != LIST_TEXT) continue;
    table_add(&page->table, "%s%s", id, is_own(page->registry, item) ? " (own)" : "");
    for (size_t i = 0; i < count; i++) add_fact(page, item, shown[i]);
    if (titled) add_fact(page, item, title);
    else table_add(&page->table, "%s", "");
  }
  if (page->form == LIST_JSON) js_close(&page->json, ']');
  snprintf(heading, sizeof heading, "%s (%%zu): mlsysim show %s/ITEM for all facts", name, name);
  return list_section(page, heading, item);
}

/* ---- a sheet ---- */

/* "1..64 by 1", "fast, slow", "in hardware" */
static void print_set(const mls_input *input, char *out, size_t size) {
  size_t used = 0;
  out[0] = 0;
  if (strcmp(input->set, "registry") == 0) snprintf(out, size, "in %s", input->registry);
  if (strcmp(input->set, "range") == 0) {
    int length = snprintf(out, size, "%.12g..%.12g", input->low, input->high);
    if (input->step > 0 && length > 0 && (size_t)length < size)
      snprintf(out + length, size - (size_t)length, " by %.12g", input->step);
  }
  for (size_t i = 0; i < input->word_count && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", input->words[i]);
}

static void add_input(struct list_page *page, const struct path *path, const mls_input *input) {
  char set[512];
  print_set(input, set, sizeof set);
  table_add(&page->table, "%s", path->text);
  table_add(&page->table, "%s%s%s",
            input->column  ? "(rows)"
            : input->typed ? input->typed
                           : "",
            path->about.unit[0] ? " " : "", path->about.unit);
  table_add(&page->table, "%s", set);
  table_add(&page->table, "%s", path->about.label);
}

static void json_input(struct list_page *page, const struct path *path, const mls_input *input) {
  struct json *json = &page->json;
  char set[512];
  print_set(input, set, sizeof set);
  js_text(json, "unit", path->about.text ? NULL : path->about.unit);
  if (input->column || !input->typed) js_text(json, "default", NULL);
  else if (path->about.text) js_text(json, "default", input->typed);
  else js_number(json, "default", strtod(input->typed, NULL));
  js_text(json, "set", input->set);
  js_text(json, "in", strcmp(input->set, "registry") == 0 ? input->registry : set);
  js_truth(json, "column", input->column);
}

static void add_member(struct list_page *page, const struct path *path, const mls_input *input) {
  struct json *json = &page->json;
  if (page->form == LIST_NAMES) {
    puts(path->text);
  } else if (page->form == LIST_JSON) {
    js_line(json);
    js_open(json, NULL, '{');
    js_text(json, "path", path->text);
    if (input) json_input(page, path, input);
    else if (path->about.kind != MLS_CHECK)
      js_text(json, "unit", path->about.text || path->about.truth ? NULL : path->about.unit);
    js_text(json, "label", path->about.label);
    js_close(json, '}');
  } else if (input) {
    add_input(page, path, input);
  } else {
    table_add(&page->table, "%s", path->text);
    table_add(&page->table, "%s", path->about.unit);
    table_add(&page->table, "%s", path->about.label);
  }
}

enum part { PART_INPUTS, PART_OUTPUTS, PART_CHECKS };

static bool belongs(const mls_model *model, const struct path *path, enum part part,
                    mls_input *input) {
  if (path->about.hidden) return false;
  if (part == PART_INPUTS)
    return path->about.kind == MLS_INPUT &&
           mls_input_about(model, path->cell, input, sizeof *input) == MLS_OK;
  if (part == PART_OUTPUTS) return path->about.output && path->own;
  return path->about.kind == MLS_CHECK;
}

static int list_part(struct list_page *page, const struct paths *paths, enum part part) {
  static const char *const keys[] = { "inputs", "outputs", "checks" };
  static const char *const titles[] = { "Inputs (%zu)", "Outputs (%zu)", "Checks (%zu)" };
  const mls_model *model = page->session->model;
  size_t count = 0;
  mls_input input;
  page->table.columns = part == PART_INPUTS ? 4 : 3;
  if (page->form == LIST_JSON) js_open(&page->json, keys[part], '[');
  for (size_t i = 0; i < paths->count; i++) {
    if (!belongs(model, &paths->at[i], part, &input)) continue;
    count++;
    add_member(page, &paths->at[i], part == PART_INPUTS ? &input : NULL);
  }
  if (page->form == LIST_JSON) js_close(&page->json, ']');
  if (page->form == LIST_TEXT && count > 0) putchar('\n');
  return count > 0 ? list_section(page, titles[part], count) : DONE;
}

static int list_sheet(struct list_page *page) {
  const mls_model *model = page->session->model;
  struct paths paths;
  mls_sheet sheet;
  mls_sheet_about(model, &sheet, sizeof sheet);
  if (!paths_make(&paths, model)) return SYSTEM_FAILS;
  if (page->form == LIST_JSON) {
    js_text(&page->json, "sheet", sheet.name);
    js_text(&page->json, "label", sheet.label);
  } else if (page->form == LIST_TEXT) {
    print_heading(sheet.name, page->table.color);
    if (sheet.label[0]) printf("  "), print_text(sheet.label), putchar('\n');
  }
  int status = DONE;
  for (int part = PART_INPUTS; part <= PART_CHECKS && status == DONE; part++)
    status = list_part(page, &paths, (enum part)part);
  paths_free(&paths);
  return status;
}

/* ---- which one ---- */

static bool has(const struct list *names, const char *name) {
  for (size_t i = 0; i < names->count; i++)
    if (strcmp(names->at[i], name) == 0) return true;
  return false;
}

static bool add_sheet_names(struct session *session, struct list *names) {
  mls_found found;
  size_t count;
  if (session_find(session, "sheet", &count) != DONE) return false;
  for (size_t i = 0; mls_found_at(session->book, i, &found, sizeof found) == MLS_OK; i++)
    if (found.used && !list_add(names, found.name)) return false;
  return true;
}

static int unknown(const struct list *names, const char *name) {
  static const char *const topics[] = { "sheets", "registries", "sources", "units", "functions" };
  const char *near = nearest_name(name, topics, sizeof topics / sizeof *topics);
  if (!near) near = nearest_name(name, names->at, names->count);
  if (near) say_error("there is no sheet or registry %s (did you mean %s?)", name, near);
  else say_error("there is no sheet or registry %s; mlsysim list shows what there is", name);
  return BAD_INPUT;
}

static int open_named(struct list_page *page, const char *name, struct list *sheets,
                      struct list *registries) {
  struct session *session = page->session;
  if (has(registries, name)) {
    mls_status status = mls_registry_open(session->book, name, &page->registry);
    say_book(session->book, name);
    return exit_of(status);
  }
  if (!add_sheet_names(session, sheets)) return SYSTEM_FAILS;
  if (has(sheets, name) || session_is_path(name)) return session_model(session, name);
  for (size_t i = 0; i < registries->count; i++)
    if (!list_add(sheets, registries->at[i])) return SYSTEM_FAILS;
  return unknown(sheets, name);
}

/* The names of registries are copied: looking for sheets ends the list they stand in. */
int list_open(struct list_page *page, const char *name) {
  struct list sheets = { NULL, 0 }, registries = { NULL, 0 };
  bool good = list_registries_names(page->session, &registries);
  for (size_t i = 0; i < registries.count && good; i++) {
    registries.at[i] = session_keep(page->session, registries.at[i]);
    good = registries.at[i] != NULL;
  }
  int status = good ? open_named(page, name, &sheets, &registries) : SYSTEM_FAILS;
  free(sheets.at);
  free(registries.at);
  return status;
}

int list_name(struct list_page *page, const char *name) {
  return page->registry ? list_items(page, name) : list_sheet(page);
}
