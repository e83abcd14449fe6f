/* Facts from CSV. A registry keeps one dimension a field, so that units are proved before an item
   is chosen; every rule of a line is checked here, and nothing is checked again above. */
#include "registry.h"

#include <math.h>
#include <string.h>

#include "limits.h"
#include "load.h"
#include "name.h"
#include "progress.h"

static const char *const states[] = {
  "input", "verified", "derived", "cited", "estimate", "assumed"
};

const char *state_word(enum state state) { return states[state]; }
enum state state_weakest(enum state a, enum state b) { return a > b ? a : b; }

void facts_open(struct facts *facts, struct memory *memory, struct names *names,
                struct units *units) {
  *facts = (struct facts){ .memory = memory, .names = names, .units = units };
  map_open(&facts->source_index, memory);
  map_open(&facts->renamed_index, memory);
}

/* ---- lookups in a registry ---- */

struct registry *registry_find(const struct facts *facts, const char *name) {
  for (size_t i = 0; i < facts->registry_count; i++)
    if (facts->registries[i]->name == name) return facts->registries[i];
  return NULL;
}

bool registry_item(const struct registry *registry, const char *id, size_t *item) {
  return map_get(&registry->item_index, id, item);
}

bool registry_field(const struct registry *registry, const char *name, size_t *field) {
  return map_get(&registry->field_index, name, field);
}

/* The slot of (item, field): facts remember both in their key, kept beside them. */
static size_t fact_slot(const struct registry *registry, size_t item, size_t field) {
  size_t mask = registry->slot_room - 1;
  size_t pair[2] = { item, field };
  size_t at = hash_bytes(pair, sizeof pair) & mask;
  for (;; at = (at + 1) & mask) {
    size_t index = registry->slots[at];
    if (index == 0) return at;
    const struct fact *fact = &registry->facts[index - 1];
    if (fact->item == item && fact->field == field) return at;
  }
}

const struct fact *fact_find(const struct registry *registry, size_t item, size_t field) {
  if (registry->slot_room == 0) return NULL;
  size_t index = registry->slots[fact_slot(registry, item, field)];
  return index ? &registry->facts[index - 1] : NULL;
}

/* ---- growing a registry ---- */

static mls_status registry_make(struct load *load, const char *name) {
  struct facts *facts = load->facts;
  struct registry *registry = registry_find(facts, name);
  load->registry = registry;
  if (registry) return MLS_OK;
  registry = memory_push(facts->memory, sizeof *registry);
  struct registry **all = memory_grow(facts->memory, facts->registries, facts->registry_count,
                                      &facts->registry_room, sizeof(struct registry *));
  if (!registry || !all) return fail_memory(load->fails);
  facts->registries = all;
  registry->name = name;
  map_open(&registry->item_index, facts->memory);
  map_open(&registry->folded, facts->memory);
  map_open(&registry->field_index, facts->memory);
  map_open(&registry->family_index, facts->memory);
  all[facts->registry_count++] = registry;
  load->registry = registry;
  return MLS_OK;
}

static bool slots_widen(struct registry *registry, struct memory *memory) {
  size_t room = registry->slot_room ? registry->slot_room * 2 : 64;
  size_t *slots = memory_array(memory, room, sizeof *slots);
  if (!slots) return false;
  registry->slots = slots;
  registry->slot_room = room;
  for (size_t i = 0; i < registry->fact_count; i++)
    slots[fact_slot(registry, registry->facts[i].item, registry->facts[i].field)] = i + 1;
  return true;
}

static mls_status add_fact(struct load *load, const struct fact *fact) {
  struct registry *registry = load->registry;
  struct memory *memory = load->facts->memory;
  if (registry->fact_count >= LIMIT_FACTS)
    return fail_add(load->fails, MLS_LIMIT, fact->place,
                    "registry %s has more than %d facts (LIMIT_FACTS)", registry->name,
                    LIMIT_FACTS);
  struct fact *facts = memory_grow(memory, registry->facts, registry->fact_count,
                                   &registry->fact_room, sizeof *facts);
  if (!facts) return fail_memory(load->fails);
  registry->facts = facts;
  if (registry->fact_count * 2 >= registry->slot_room && !slots_widen(registry, memory))
    return fail_memory(load->fails);
  facts[registry->fact_count] = *fact;
  size_t at = fact_slot(registry, fact->item, fact->field);
  registry->slots[at] = ++registry->fact_count;
  return MLS_OK;
}

static mls_status add_item(struct load *load, const char *id, const char *folded, size_t *item) {
  struct registry *registry = load->registry;
  const char **items = memory_grow(load->facts->memory, registry->items, registry->item_count,
                                   &registry->item_room, sizeof *items);
  if (!items) return fail_memory(load->fails);
  registry->items = items;
  items[registry->item_count] = id;
  *item = registry->item_count;
  if (map_put(&registry->item_index, id, *item) != MLS_OK ||
      map_put(&registry->folded, folded, *item) != MLS_OK)
    return fail_memory(load->fails);
  registry->item_count++;
  return MLS_OK;
}

static mls_status add_field(struct load *load, const struct field *field, size_t *index) {
  struct registry *registry = load->registry;
  struct field *fields = memory_grow(load->facts->memory, registry->fields, registry->field_count,
                                     &registry->field_room, sizeof *fields);
  if (!fields) return fail_memory(load->fails);
  registry->fields = fields;
  fields[registry->field_count] = *field;
  *index = registry->field_count;
  size_t first;
  bool leads = field->family && !map_get(&registry->family_index, field->family, &first);
  if (map_put(&registry->field_index, field->name, *index) != MLS_OK ||
      (leads && map_put(&registry->family_index, field->family, *index) != MLS_OK))
    return fail_memory(load->fails);
  registry->field_count++;
  return MLS_OK;
}

/* ---- one line of facts ---- */

enum {
  F_ITEM,
  F_FIELD,
  F_VALUE,
  F_UNIT,
  F_LOW,
  F_HIGH,
  F_SOURCE,
  F_LOCATOR,
  F_ACCESSED,
  F_STATE,
  F_NOTE,
  F_COUNT
};

static mls_status fold(struct load *load, const char *id, const char **out) {
  char folded[LIMIT_WORD];
  size_t size = strlen(id);
  for (size_t i = 0; i < size; i++)
    folded[i] = id[i] >= 'A' && id[i] <= 'Z' ? (char)(id[i] + 32) : id[i];
  *out = names_add(load->facts->names, (struct slice){ folded, size });
  return *out ? MLS_OK : fail_memory(load->fails);
}

static mls_status wrong_item(struct load *load, struct place place, struct slice id) {
  char shown[CSV_SHOWN];
  if (id.size == 0)
    return fail_add(load->fails, MLS_SYNTAX, place, "the item is empty; expected a word");
  csv_shown(shown, id);
  if (id.size > LIMIT_WORD)
    return fail_add(load->fails, MLS_LIMIT, place, "item %s is longer than %d bytes (LIMIT_WORD)",
                    shown, LIMIT_WORD);
  if (name_is_reserved(id))
    return fail_add(load->fails, MLS_NAME, place,
                    "%s is a word of the language; choose another item", shown);
  return fail_add(
      load->fails, MLS_SYNTAX, place,
      "%s is not an item; expected a letter, then letters, digits, _ and - (and nothing "
      "that a spreadsheet reads as a truth, number or date)",
      shown);
}

static mls_status read_item(struct load *load, const struct csv_row *row, size_t *item) {
  struct slice text = slice_of(row->fields[F_ITEM]);
  struct place place = load_place(load, row, F_ITEM);
  const char *id, *folded;
  TRY(load_ends(load, row, F_ITEM));
  if (!word_is_sound(text) || name_is_reserved(text)) return wrong_item(load, place, text);
  TRY(load_intern(load, row->fields[F_ITEM], &id));
  if (registry_item(load->registry, id, item)) return MLS_OK;
  TRY(fold(load, id, &folded));
  if (!map_get(&load->registry->folded, folded, item)) return add_item(load, id, folded, item);
  return fail_add(load->fails, MLS_NAME, place,
                  "item %s differs from %s only in upper and lower case; expected one spelling", id,
                  load->registry->items[*item]);
}

/* Splits "flops.fp16"; both parts are names, so that a path can reach them. */
static mls_status read_field(struct load *load, const struct csv_row *row, struct field *out) {
  char shown[CSV_SHOWN];
  const char *text = row->fields[F_FIELD], *dot = strchr(text, '.');
  struct place place = load_place(load, row, F_FIELD);
  struct slice head = { text, dot ? (size_t)(dot - text) : strlen(text) };
  struct slice tail = dot ? slice_of(dot + 1) : SLICE("x");
  TRY(load_ends(load, row, F_FIELD));
  csv_shown(shown, slice_of(text));
  if (head.size > LIMIT_NAME || tail.size > LIMIT_NAME)
    return fail_add(load->fails, MLS_LIMIT, place,
                    "field %s is longer than %d characters (LIMIT_NAME)", shown, LIMIT_NAME);
  if (!name_is_sound(head) || !name_is_sound(tail))
    return fail_add(load->fails, MLS_SYNTAX, place,
                    "%s is not a field; expected lower case, digits and _, as tdp or flops.fp16",
                    shown);
  if (name_is_reserved(head) || name_is_reserved(tail))
    return fail_add(load->fails, MLS_NAME, place,
                    "field %s holds a word of the language; choose another name", shown);
  *out = (struct field){ .place = place };
  out->name = names_add(load->facts->names, slice_of(text));
  if (!dot) return out->name ? MLS_OK : fail_memory(load->fails);
  out->family = names_add(load->facts->names, head);
  out->word = names_add(load->facts->names, tail);
  return out->name && out->family && out->word ? MLS_OK : fail_memory(load->fails);
}

static mls_status read_unit(struct load *load, const struct csv_row *row, const struct unit **out) {
  struct fail *last = load->fails->last;
  struct place place = load_place(load, row, F_UNIT);
  *out = load->facts->units->plain; /* also after an error: the value is still looked at */
  TRY(load_ends(load, row, F_UNIT));
  mls_status status =
      unit_parse(load->facts->units, slice_of(row->fields[F_UNIT]), place, load->fails, out);
  if (status != MLS_OK) csv_pin(load->fails, last, place);
  return status;
}

static bool has_letter(struct slice text) {
  for (size_t i = 0; i < text.size; i++) {
    char c = text.at[i];
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80) return true;
  }
  return false;
}

static mls_status not_a_number(struct load *load, struct place place, struct slice text) {
  char shown[CSV_SHOWN];
  return fail_add(load->fails, MLS_SYNTAX, place, "%s is not a number%s", csv_shown(shown, text),
                  csv_number_advice(load->facts->memory, text));
}

/* A number in `unit`, in SI. */
static mls_status read_number(struct load *load, const struct csv_row *row, size_t index,
                              const struct unit *unit, double *number, double *si) {
  char shown[CSV_SHOWN];
  struct slice text = slice_of(row->fields[index]);
  struct place place = load_place(load, row, index);
  TRY(load_ends(load, row, index));
  if (!text_read_number(text, number)) return not_a_number(load, place, text);
  *si = *number * unit->factor;
  if (isfinite(*si)) return MLS_OK;
  return fail_add(load->fails, MLS_RANGE, place, "%s is larger than any number of the language",
                  csv_shown(shown, text));
}

/* A word has no unit; what has no unit and no letters was meant as a number. */
static mls_status read_value(struct load *load, const struct csv_row *row, struct fact *fact) {
  char shown[CSV_SHOWN];
  struct slice text = slice_of(row->fields[F_VALUE]);
  struct place place = load_place(load, row, F_VALUE);
  double ignored;
  if (text.size == 0)
    return fail_add(load->fails, MLS_SYNTAX, place,
                    "the value is empty; a field that an item lacks has no line");
  TRY(load_intern(load, row->fields[F_VALUE], &fact->typed));
  if (text_read_number(text, &ignored) || *row->fields[F_UNIT])
    return read_number(load, row, F_VALUE, fact->unit, &fact->number, &fact->value);
  TRY(load_ends(load, row, F_VALUE));
  if (!has_letter(text)) return not_a_number(load, place, text);
  if (text.size > LIMIT_WORD)
    return fail_add(load->fails, MLS_LIMIT, place, "%s is longer than %d bytes (LIMIT_WORD)",
                    csv_shown(shown, text), LIMIT_WORD);
  fact->word = fact->typed;
  return MLS_OK;
}

static struct type type_of(const struct load *load, const struct fact *fact) {
  const struct dims *none = load->facts->units->none;
  if (fact->word) return (struct type){ .kind = KIND_TEXT, .strict = none, .count = none };
  return (
      struct type){ .kind = KIND_NUMBER, .strict = fact->unit->strict, .count = fact->unit->count };
}

static bool same_type(struct type a, struct type b) {
  return a.kind == b.kind && a.strict == b.strict && a.count == b.count;
}

/* "in GB/s, that is B/s,", "a plain number", "a word". */
static const char *type_shown(struct load *load, struct type type, const struct unit *unit) {
  if (type.kind == KIND_TEXT) return "a word";
  const char *words = type_words(load->facts->units, type);
  if (!*unit->text) return words;
  struct buffer buffer;
  buffer_open(&buffer, load->facts->memory);
  buffer_print(&buffer, "in %s", unit->text);
  if (strcmp(words, unit->text) != 0) buffer_print(&buffer, ", that is %s,", words);
  const char *shown = buffer_keep(&buffer, load->facts->memory);
  buffer_close(&buffer);
  return shown ? shown : words;
}

static mls_status other_type(struct load *load, const struct csv_row *row,
                             const struct field *field, const struct field *first) {
  char place[LOAD_WHERE];
  bool words = field->type.kind == KIND_TEXT || first->type.kind == KIND_TEXT;
  bool same = field->name == first->name;
  return fail_add(load->fails, MLS_FACT, load_place(load, row, words ? F_VALUE : F_UNIT),
                  "%s is %s but %s is %s in %s; expected one dimension and kind for %s%s",
                  field->name, type_shown(load, field->type, field->unit), first->name,
                  type_shown(load, first->type, first->unit), load_where(load, first->place, place),
                  same ? field->name : field->family, same ? "" : ".*");
}

/* The field with this name, made when new; its type must be that of the field and of its family. */
static mls_status settle_field(struct load *load, const struct csv_row *row, struct field *field,
                               struct fact *fact) {
  struct registry *registry = load->registry;
  size_t first;
  field->type = type_of(load, fact);
  field->unit = fact->unit;
  bool known = registry_field(registry, field->name, &fact->field);
  first = fact->field;
  if (known || (field->family && map_get(&registry->family_index, field->family, &first)))
    if (!same_type(registry->fields[first].type, field->type))
      return other_type(load, row, field, &registry->fields[first]);
  return known ? MLS_OK : add_field(load, field, &fact->field);
}

static mls_status read_bound(struct load *load, const struct csv_row *row, size_t index,
                             const struct fact *fact, double *out) {
  char shown[CSV_SHOWN], value[CSV_SHOWN];
  double number;
  *out = NAN;
  if (!*row->fields[index]) return MLS_OK;
  if (fact->word)
    return fail_add(load->fails, MLS_SYNTAX, load_place(load, row, index),
                    "a word has no %s; expected nothing", index == F_LOW ? "low" : "high");
  TRY(read_number(load, row, index, fact->unit, &number, out));
  if (index == F_LOW ? *out <= fact->value : *out >= fact->value) return MLS_OK;
  return fail_add(load->fails, MLS_RANGE, load_place(load, row, index),
                  index == F_LOW ? "low is %s, above the value %s; expected low <= value <= high"
                                 : "high is %s, below the value %s; expected low <= value <= high",
                  csv_shown(shown, slice_of(row->fields[index])),
                  csv_shown(value, slice_of(fact->typed)));
}

static mls_status read_state(struct load *load, const struct csv_row *row, enum state *out) {
  char shown[CSV_SHOWN];
  struct slice text = slice_of(row->fields[F_STATE]);
  struct nearest nearest = { .wanted = text };
  for (*out = STATE_VERIFIED; *out <= STATE_ASSUMED; ++*out)
    if (slice_is(text, states[*out])) return MLS_OK;
  for (int state = STATE_VERIFIED; state <= STATE_ASSUMED; state++)
    nearest_offer(&nearest, states[state]);
  return fail_add(load->fails, MLS_NAME, load_place(load, row, F_STATE),
                  "state is %s; expected verified, cited, derived, estimate or assumed%s",
                  csv_shown(shown, text), nearest_hint(load->facts->memory, &nearest));
}

static mls_status unknown_source(struct load *load, struct place place, const char *key) {
  char shown[CSV_SHOWN];
  struct nearest nearest = { .wanted = slice_of(key) };
  for (size_t i = 0; i < load->facts->source_count; i++)
    nearest_offer(&nearest, load->facts->sources[i].key);
  return fail_add(load->fails, MLS_NAME, place, "source %s is not a key of sources.csv%s",
                  csv_shown(shown, slice_of(key)), nearest_hint(load->facts->memory, &nearest));
}

/* Without a sources.csv a key is all that is known of a source. */
static mls_status read_source_key(struct load *load, const struct csv_row *row, enum state state,
                                  const struct source **out) {
  struct place place = load_place(load, row, F_SOURCE);
  const char *key;
  *out = NULL;
  if (!*row->fields[F_SOURCE] && (state == STATE_VERIFIED || state == STATE_CITED))
    return fail_add(load->fails, MLS_FACT, place,
                    "the source is empty; a %s fact needs a key of sources.csv", states[state]);
  if (!*row->fields[F_SOURCE]) return MLS_OK;
  TRY(load_intern(load, row->fields[F_SOURCE], &key));
  *out = source_find(load->facts, key);
  if (*out) return MLS_OK;
  if (load->facts->has_sources) return unknown_source(load, place, key);
  struct source made = { key, "", "", "", "", "", "", "", "", { NULL, 0, 0 } };
  TRY(load_put_source(load, &made));
  *out = source_find(load->facts, key);
  return MLS_OK;
}

/* ---- a line becomes a fact ---- */

/* Everything of a line that does not depend on its value. All its errors are told. */
static mls_status read_evidence(struct load *load, const struct csv_row *row, struct fact *fact) {
  mls_status state = read_state(load, row, &fact->state);
  if (state != MLS_OK) fact->state = STATE_ESTIMATE; /* asks for no source */
  mls_status status = read_source_key(load, row, fact->state, &fact->source);
  status = load_worst(status, load_intern(load, row->fields[F_LOCATOR], &fact->locator));
  status = load_worst(status, load_date(load, row, F_ACCESSED, &fact->accessed));
  status = load_worst(status, load_intern(load, row->fields[F_NOTE], &fact->note));
  return load_worst(status, state);
}

/* Unit, value, field and bounds; a field is settled by a sound unit and value only. */
static mls_status read_amount(struct load *load, const struct csv_row *row, struct field *field,
                              struct fact *fact) {
  mls_status unit = read_unit(load, row, &fact->unit);
  mls_status value = read_value(load, row, fact);
  if (unit != MLS_OK || value != MLS_OK) return load_worst(unit, value);
  if (field) TRY(settle_field(load, row, field, fact));
  mls_status low = read_bound(load, row, F_LOW, fact, &fact->low);
  return load_worst(low, read_bound(load, row, F_HIGH, fact, &fact->high));
}

/* A line for the same item and field replaces that of an earlier file. */
static mls_status put_fact(struct load *load, const struct csv_row *row, const struct fact *fact) {
  char place[LOAD_WHERE];
  struct registry *registry = load->registry;
  const struct fact *old = fact_find(registry, fact->item, fact->field);
  if (!old) return add_fact(load, fact);
  const char *item = registry->items[fact->item], *field = registry->fields[fact->field].name;
  if (old->place.file == load->csv.file)
    return fail_add(load->fails, MLS_FACT, load_place(load, row, F_FIELD),
                    "%s of %s stands in line %d already", field, item, old->place.line);
  fail_warn(load->fails, load_place(load, row, F_FIELD), "%s of %s overrides the one of %s", field,
            item, load_where(load, old->place, place));
  registry->facts[old - registry->facts] = *fact;
  return MLS_OK;
}

static mls_status read_fact(struct load *load, const struct csv_row *row) {
  struct fact fact = { .place = load_place(load, row, F_VALUE) };
  struct field field;
  size_t lines = load->csv.count;
  TRY(progress_tick(load->fails, 20, (size_t)(row - load->csv.rows), lines));
  TRY(csv_check_row(&load->csv, row, F_NOTE, load->fails));
  mls_status item = read_item(load, row, &fact.item);
  mls_status name = read_field(load, row, &field);
  mls_status status = load_worst(item, name);
  status = load_worst(status, read_amount(load, row, name == MLS_OK ? &field : NULL, &fact));
  status = load_worst(status, read_evidence(load, row, &fact));
  return status == MLS_OK ? put_fact(load, row, &fact) : status;
}

mls_status registry_load(struct facts *facts, const char *name, struct csv *csv,
                         struct fails *fails) {
  static const char *const header[F_COUNT] = { "item",     "field", "value",  "unit",
                                               "low",      "high",  "source", "locator",
                                               "accessed", "state", "note" };
  struct load load;
  const char *own;
  struct fail *last = fails->last;
  mls_status first = MLS_OK;
  TRY(load_open(&load, facts, csv, fails));
  TRY(csv_header(&load.csv, fails, header, F_COUNT, false));
  TRY(load_intern(&load, name, &own));
  TRY(registry_make(&load, own));
  for (size_t i = 1; i < csv->count; i++) {
    mls_status status = read_fact(&load, &csv->rows[i]);
    first = load_worst(first, status);
    bool full = status == MLS_LIMIT && load.registry->fact_count >= LIMIT_FACTS;
    if (fail_ends(status) || full) break;
  }
  csv_sort(fails, last);
  return first;
}
