/* Old names. Apart from the registries, because sheets and inputs have old names too. */
#include "renamed.h"

#include <stdio.h>
#include <string.h>

#include "limits.h"
#include "load.h"
#include "name.h"

enum { R_OLD, R_NEW, R_SINCE, R_KIND, R_NOTE, R_COUNT };

static const char *const kinds[] = { "sheet", "item", "field", "input" };
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

/* ---- looking up ---- */

/* "item hardware/H100": one key for kind, home and name. False when it is longer than any old name.
 */
enum { KEY = 2 * LIMIT_WORD + 16 };
static bool key_of(char key[KEY], enum renamed_kind kind, const char *home, struct slice old) {
  int size = snprintf(key, KEY, "%s %s/%.*s", kinds[kind], home, (int)old.size, old.at);
  return size > 0 && size < KEY;
}

const struct renamed *renamed_find(const struct facts *facts, const struct names *names,
                                   enum renamed_kind kind, const char *home, struct slice old) {
  char key[KEY];
  size_t index;
  if (facts->renamed_count == 0 || old.size > LIMIT_WORD || !key_of(key, kind, home, old))
    return NULL;
  const char *known = names_find(names, slice_of(key));
  return known && map_get(&facts->renamed_index, known, &index) ? &facts->renamed[index] : NULL;
}

void renamed_warn(const struct renamed *renamed, struct place place, struct fails *fails) {
  fail_warn(fails, place, "%s %s is called %s since %s%s%s", kinds[renamed->kind], renamed->old,
            renamed->now, renamed->since, *renamed->note ? ": " : "", renamed->note);
}

const char *renamed_now(const struct facts *facts, const struct names *names,
                        enum renamed_kind kind, const char *home, struct slice old,
                        struct place place, struct fails *fails) {
  const struct renamed *renamed = renamed_find(facts, names, kind, home, old);
  if (!renamed) return NULL;
  renamed_warn(renamed, place, fails);
  return renamed->now;
}

/* ---- names that are there, and that are not ---- */

mls_status renamed_alive(const struct renamed *renamed, struct fails *fails) {
  return fail_add(fails, MLS_NAME, renamed->place,
                  "%s %s is renamed to %s here, but %s is there%s%s too; expected one of them",
                  kinds[renamed->kind], renamed->old, renamed->now, renamed->old,
                  *renamed->home ? " in " : "", renamed->home);
}

mls_status renamed_lost(const struct renamed *renamed, const char *hint, struct fails *fails) {
  return fail_add(fails, MLS_NAME, renamed->place,
                  "there is no %s %s%s%s, the new name of %s; expected its present one%s",
                  kinds[renamed->kind], renamed->now, *renamed->home ? " in " : "", renamed->home,
                  renamed->old, hint);
}

static bool has_item(const struct registry *registry, const char *name) {
  size_t item;
  return registry_item(registry, name, &item);
}

static bool has_field(const struct registry *registry, const char *name) {
  size_t field;
  return registry_field(registry, name, &field) || map_get(&registry->family_index, name, &field);
}

mls_status renamed_check(const struct facts *facts, const struct registry *registry,
                         struct fails *fails) {
  mls_status first = MLS_OK;
  for (size_t i = 0; i < facts->renamed_count; i++) {
    const struct renamed *renamed = &facts->renamed[i];
    bool item = renamed->kind == RENAMED_ITEM;
    if ((!item && renamed->kind != RENAMED_FIELD) || renamed->home != registry->name) continue;
    bool (*has)(const struct registry *, const char *) = item ? has_item : has_field;
    struct nearest nearest = { .wanted = slice_of(renamed->now) };
    for (size_t k = 0; k < (item ? registry->item_count : registry->field_count); k++)
      nearest_offer(&nearest, item ? registry->items[k] : registry->fields[k].name);
    if (has(registry, renamed->old)) first = load_worst(first, renamed_alive(renamed, fails));
    if (!has(registry, renamed->now))
      first =
          load_worst(first, renamed_lost(renamed, nearest_hint(fails->memory, &nearest), fails));
  }
  return first;
}

/* ---- one line ---- */

static mls_status read_kind(struct load *load, const struct csv_row *row, enum renamed_kind *out) {
  char shown[CSV_SHOWN];
  struct slice text = slice_of(row->fields[R_KIND]);
  for (int kind = 0; kind < KIND_COUNT; kind++) {
    *out = (enum renamed_kind)kind;
    if (slice_is(text, kinds[kind])) return MLS_OK;
  }
  return fail_add(load->fails, MLS_NAME, load_place(load, row, R_KIND),
                  "kind is %s; expected sheet, item, field or input", csv_shown(shown, text));
}

/* "training", "hardware/H100", "hardware/flops.fp16", "training/plan.cost". */
static bool name_is_of(enum renamed_kind kind, struct slice name) {
  const char *dot = name.size ? memchr(name.at, '.', name.size) : NULL;
  if (kind == RENAMED_ITEM) return word_is_sound(name);
  if (kind == RENAMED_SHEET || !dot) return name_is_sound(name);
  struct slice head = { name.at, (size_t)(dot - name.at) };
  return name_is_sound(head) && name_is_sound((struct slice){ dot + 1, name.size - head.size - 1 });
}

static mls_status read_name(struct load *load, const struct csv_row *row, size_t index,
                            enum renamed_kind kind, const char **home, const char **name) {
  static const char *const forms[] = { "a sheet, as training", "REGISTRY/ITEM, as hardware/H100",
                                       "REGISTRY/FIELD, as hardware/tdp",
                                       "SHEET/INPUT, as training/gpus" };
  char shown[CSV_SHOWN];
  const char *text = row->fields[index], *slash = strchr(text, '/');
  struct slice before = { text, slash ? (size_t)(slash - text) : 0 };
  struct slice rest = slice_of(slash ? slash + 1 : text);
  bool placed = kind == RENAMED_SHEET ? !slash : slash && name_is_sound(before);
  if (!placed || !name_is_of(kind, rest))
    return fail_add(load->fails, MLS_SYNTAX, load_place(load, row, index), "%s is %s; expected %s",
                    index == R_OLD ? "old" : "new", csv_shown(shown, slice_of(text)), forms[kind]);
  *home = names_add(load->facts->names, before);
  *name = names_add(load->facts->names, rest);
  return *home && *name ? MLS_OK : fail_memory(load->fails);
}

static mls_status read_since(struct load *load, const struct csv_row *row, const char **out) {
  if (!*row->fields[R_SINCE])
    return fail_add(load->fails, MLS_SYNTAX, load_place(load, row, R_SINCE),
                    "since is empty; expected the version that brought the new name, as 0.2.0");
  return load_intern(load, row->fields[R_SINCE], out);
}

static mls_status add(struct load *load, const struct csv_row *row, const struct renamed *made) {
  char key[KEY], where[LOAD_WHERE];
  struct facts *facts = load->facts;
  size_t index;
  key_of(key, made->kind, made->home, slice_of(made->old));
  const char *known = names_add(facts->names, slice_of(key));
  if (!known) return fail_memory(load->fails);
  if (map_get(&facts->renamed_index, known, &index))
    return fail_add(load->fails, MLS_NAME, load_place(load, row, R_OLD),
                    "%s is renamed in %s already", row->fields[R_OLD],
                    load_where(load, facts->renamed[index].place, where));
  struct renamed *list = memory_grow(facts->memory, facts->renamed, facts->renamed_count,
                                     &facts->renamed_room, sizeof *list);
  if (!list) return fail_memory(load->fails);
  facts->renamed = list;
  list[facts->renamed_count] = *made;
  if (map_put(&facts->renamed_index, known, facts->renamed_count) != MLS_OK)
    return fail_memory(load->fails);
  facts->renamed_count++;
  return MLS_OK;
}

static mls_status read_line(struct load *load, const struct csv_row *row) {
  struct renamed made = { .place = load_place(load, row, R_NEW) };
  const char *home;
  TRY(csv_check_row(&load->csv, row, R_NOTE, load->fails));
  TRY(read_kind(load, row, &made.kind));
  TRY(read_name(load, row, R_OLD, made.kind, &made.home, &made.old));
  TRY(read_name(load, row, R_NEW, made.kind, &home, &made.now));
  TRY(read_since(load, row, &made.since));
  TRY(load_intern(load, row->fields[R_NOTE], &made.note));
  if (home != made.home)
    return fail_add(load->fails, MLS_NAME, made.place, "%s moves to %s; expected a new name in %s",
                    row->fields[R_OLD], row->fields[R_NEW], made.home);
  if (made.old == made.now)
    return fail_add(load->fails, MLS_NAME, made.place, "old and new are both %s",
                    row->fields[R_OLD]);
  return add(load, row, &made);
}

/* The new name of one line is the old one of another. */
static mls_status check_chains(const struct load *load) {
  const struct facts *facts = load->facts;
  mls_status first = MLS_OK;
  for (size_t i = 0; i < facts->renamed_count; i++) {
    const struct renamed *one = &facts->renamed[i];
    const struct renamed *next =
        renamed_find(facts, facts->names, one->kind, one->home, slice_of(one->now));
    char where[LOAD_WHERE];
    if (!next) continue;
    first = load_worst(first, fail_add(load->fails, MLS_NAME, one->place,
                                       "%s is renamed again in %s; expected %s, the last of its "
                                       "names",
                                       one->now, load_where(load, next->place, where), next->now));
  }
  return first;
}

mls_status renamed_load(struct facts *facts, struct csv *csv, struct fails *fails) {
  static const char *const header[R_COUNT] = { "old", "new", "since", "kind", "note" };
  struct load load;
  struct fail *last = fails->last;
  mls_status first = MLS_OK;
  TRY(load_open(&load, facts, csv, fails));
  TRY(csv_header(&load.csv, fails, header, R_COUNT, false));
  for (size_t i = 1; i < csv->count && !fail_ends(first); i++)
    first = load_worst(first, read_line(&load, &csv->rows[i]));
  if (!fail_ends(first)) first = load_worst(first, check_chains(&load));
  csv_sort(fails, last);
  return first;
}
