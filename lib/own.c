/* Facts of a user's own: read from a short CSV or from the configuration of a model, held against
   the registry as any file of facts is, and written as lines of one. Apart from list.c, which only
   looks: this adds to the book. */
#include <string.h>

#include "config.h"
#include "csv_write.h"
#include "limits.h"
#include "load.h"
#include "name.h"
#include "open.h"

enum {
  O_ITEM,
  O_FIELD,
  O_VALUE,
  O_UNIT,
  O_LOW,
  O_HIGH,
  O_SOURCE,
  O_LOCATOR,
  O_ACCESSED,
  O_STATE,
  O_NOTE,
  O_COUNT
};
static const char *const header[O_COUNT] = { "item",     "field", "value",  "unit",
                                             "low",      "high",  "source", "locator",
                                             "accessed", "state", "note" };
static const char own_key[] = "own";
static const struct place nowhere = { NULL, 0, 0 };

struct own {
  struct mls_book *book;
  struct csv csv; /* the lines to be */
  const char *date;
};

/* Begins a call: messages of the one before are gone. Takes as much of a structure as the caller
   knows. */
static mls_status begin(mls_book *book, const mls_own *from, mls_own *taken, struct own *own) {
  if (!book || !from) return MLS_VALUE;
  *taken = (mls_own){ 0 };
  memcpy(taken, from, from->size < sizeof *taken ? from->size : sizeof *taken);
  if (!taken->file || !taken->bytes) return MLS_VALUE;
  memory_close(&book->messages);
  fail_clear(&book->fails);
  *own = (struct own){ .book = book, .date = taken->date ? taken->date : "" };
  taken->file = memory_text(&book->memory, taken->file, strlen(taken->file));
  return taken->file ? MLS_OK : fail_memory(&book->fails);
}

/* ---- lines ---- */

static mls_status make_rows(struct own *own, const char *file, size_t count) {
  struct memory *memory = &own->book->memory;
  own->csv = (struct csv){ .file = file, .count = count + 1 };
  own->csv.rows = memory_array(memory, count + 1, sizeof *own->csv.rows);
  if (!own->csv.rows) return fail_memory(&own->book->fails);
  for (size_t i = 0; i <= count; i++) {
    struct csv_row *row = &own->csv.rows[i];
    bool *newlines = memory_array(memory, O_COUNT, sizeof *newlines);
    row->fields = memory_array(memory, O_COUNT, sizeof *row->fields);
    if (!row->fields || !newlines) return fail_memory(&own->book->fails);
    row->newlines = newlines;
    row->count = O_COUNT;
    for (size_t field = 0; field < O_COUNT; field++)
      row->fields[field] = i == 0 ? header[field] : "";
    if (i == 0) continue;
    row->fields[O_SOURCE] = own_key;
    row->fields[O_ACCESSED] = own->date;
    row->fields[O_STATE] = state_word(STATE_ASSUMED);
  }
  return MLS_OK;
}

/* ---- held against the registry ---- */

/* An item is added whole: a line must not change what another file says of one. */
static mls_status check_item(struct own *own, const struct registry *registry,
                             const struct csv_row *row) {
  char shown[CSV_SHOWN];
  struct slice item = slice_of(row->fields[O_ITEM]);
  const char *known = names_find(&own->book->names, item);
  size_t index;
  if (!known || !registry_item(registry, known, &index)) return MLS_OK;
  return fail_add(&own->book->fails, MLS_FACT, csv_place(&own->csv, row, O_ITEM),
                  "%s is an item of %s already; choose another name", csv_shown(shown, item),
                  registry->name);
}

static bool has_family(const struct registry *registry, const struct names *names,
                       struct slice field) {
  const char *dot = memchr(field.at, '.', field.size);
  const char *family =
      dot ? names_find(names, (struct slice){ field.at, (size_t)(dot - field.at) }) : NULL;
  size_t first;
  return family && map_get(&registry->family_index, family, &first);
}

/* A new field is a slip of the pen: no sheet reads it. A new one of a family is not. */
static mls_status check_field(struct own *own, const struct registry *registry,
                              const struct csv_row *row) {
  char shown[CSV_SHOWN];
  struct slice field = slice_of(row->fields[O_FIELD]);
  const char *known = names_find(&own->book->names, field);
  size_t index;
  if (known && registry_field(registry, known, &index)) return MLS_OK;
  if (has_family(registry, &own->book->names, field)) return MLS_OK;
  struct nearest nearest = { .wanted = field };
  for (size_t i = 0; i < registry->field_count; i++)
    nearest_offer(&nearest, registry->fields[i].name);
  return fail_add(&own->book->fails, MLS_NAME, csv_place(&own->csv, row, O_FIELD),
                  "%s has no field %s%s", registry->name, csv_shown(shown, field),
                  nearest_hint(&own->book->memory, &nearest));
}

static mls_status check_rows(struct own *own, const struct registry *registry) {
  for (size_t i = 1; i < own->csv.count; i++) {
    const struct csv_row *row = &own->csv.rows[i];
    bool again = i > 1 && strcmp(row->fields[O_ITEM], row[-1].fields[O_ITEM]) == 0;
    if (!again && check_item(own, registry, row) == MLS_MEMORY) return MLS_MEMORY;
    if (check_field(own, registry, row) == MLS_MEMORY) return MLS_MEMORY;
  }
  return own->book->fails.status;
}

/* Facts of a user have a source too: the user. */
static mls_status add_source(struct mls_book *book) {
  static const struct source own = { own_key, "own", "A user's own", "", "", "", "",
                                     "",      "",    { NULL, 0, 0 } };
  const char *key = names_add(&book->names, slice_of(own_key));
  if (!key) return fail_memory(&book->fails);
  if (source_find(&book->facts, key)) return MLS_OK;
  struct csv none = { .file = "" };
  struct load load;
  TRY(load_open(&load, &book->facts, &none, &book->fails));
  struct source made = own;
  made.key = key;
  return load_put_source(&load, &made);
}

/* Nobody has read the registry yet, so that it may still grow. */
static mls_status add_to_registry(struct own *own, const char *name) {
  struct mls_book *book = own->book;
  size_t before = book->facts.registry_count;
  struct registry *registry = NULL;
  TRY(open_registry(book, slice_of(name), &registry));
  if (book->facts.registry_count == before)
    return fail_add(&book->fails, MLS_VALUE, nowhere,
                    "registry %s is open already; add to it before anything reads it", name);
  mls_status status = check_rows(own, registry);
  if (status == MLS_OK) status = add_source(book);
  if (status == MLS_OK)
    status = registry_load(&book->facts, registry->name, &own->csv, &book->fails);
  if (status != MLS_OK) book->facts.registry_count = before;
  fail_sort(&book->fails);
  return status;
}

static mls_status write_rows(struct own *own, mls_write write, void *context) {
  struct buffer buffer;
  buffer_open(&buffer, &own->book->memory);
  for (size_t i = 1; i < own->csv.count; i++)
    for (size_t field = 0; field < O_COUNT; field++) {
      csv_put_field(&buffer, slice_of(own->csv.rows[i].fields[field]), CSV_STANDARD);
      buffer_char(&buffer, field + 1 < O_COUNT ? ',' : '\n');
    }
  mls_status status =
      buffer.failed ? fail_memory(&own->book->fails) : write(context, buffer.bytes, buffer.size);
  buffer_close(&buffer);
  return status;
}

static mls_status finish(struct own *own, const char *name, mls_write write, void *context) {
  TRY(add_to_registry(own, name));
  return write_rows(own, write, context);
}

/* ---- from a CSV ---- */

static const size_t wanted[] = { O_ITEM, O_FIELD, O_VALUE, O_UNIT, O_LOW, O_HIGH, O_NOTE };
enum { WANTED = sizeof wanted / sizeof *wanted, NEEDED = 4 };

/* The first four, then those of the others that there are, in this order. */
static mls_status read_header(const struct csv *given, struct fails *fails,
                              size_t columns[WANTED]) {
  size_t next = NEEDED;
  TRY(csv_header(given, fails, header, NEEDED, true));
  for (size_t i = 0; i < NEEDED; i++) columns[i] = wanted[i];
  for (size_t i = NEEDED; i < given->rows[0].count; i++) {
    const char *found = given->rows[0].fields[i];
    while (next < WANTED && strcmp(found, header[wanted[next]]) != 0) next++;
    if (next == WANTED) {
      char shown[CSV_SHOWN];
      return fail_add(fails, MLS_SYNTAX, csv_place(given, &given->rows[0], i),
                      "found %s in the header; expected item,field,value,unit and, in this order, "
                      "what is known of low,high,note",
                      csv_shown(shown, slice_of(found)));
    }
    columns[i] = wanted[next++];
  }
  return MLS_OK;
}

static mls_status take_rows(struct own *own, const struct csv *given) {
  struct fails *fails = &own->book->fails;
  size_t columns[WANTED];
  TRY(read_header(given, fails, columns));
  if (given->count < 2)
    return fail_add(fails, MLS_SYNTAX, (struct place){ given->file, 1, 1 },
                    "the file has a header alone; expected at least one row");
  TRY(make_rows(own, given->file, given->count - 1));
  for (size_t i = 1; i < given->count; i++) {
    const struct csv_row *row = &given->rows[i];
    TRY(csv_check_row(given, row, CSV_NOWHERE, fails));
    own->csv.rows[i].line = row->line;
    for (size_t k = 0; k < row->count; k++) own->csv.rows[i].fields[columns[k]] = row->fields[k];
  }
  return MLS_OK;
}

mls_status mls_own_facts(mls_book *book, const char *registry, const mls_own *from, mls_write write,
                         void *context) {
  struct own own;
  struct csv given;
  mls_own taken;
  if (!registry || !write) return MLS_VALUE;
  TRY(begin(book, from, &taken, &own));
  TRY(csv_read(&book->memory, &book->fails, taken.file, taken.bytes, taken.length, &given));
  TRY(take_rows(&own, &given));
  return finish(&own, registry, write, context);
}

/* ---- from the configuration of a model ---- */

static mls_status take_fact(struct own *own, size_t index, const char *item,
                            const struct config_fact *fact) {
  struct csv_row *row = &own->csv.rows[index];
  char digits[TEXT_NUMBER];
  const char *value = fact->word;
  if (!value) {
    text_number(digits, fact->number);
    value = memory_text(&own->book->memory, digits, strlen(digits));
  }
  if (!value) return fail_memory(&own->book->fails);
  row->line = fact->line;
  row->fields[O_ITEM] = item;
  row->fields[O_FIELD] = fact->field;
  row->fields[O_VALUE] = value;
  row->fields[O_UNIT] = fact->unit;
  row->fields[O_NOTE] = fact->note;
  return MLS_OK;
}

/* The last part of a path, with _ for what a word may not have. NULL without memory. */
static const char *item_of(struct memory *memory, const char *path) {
  const char *name = path;
  for (const char *at = path; *at; at++)
    if (*at == '/' || *at == '\\') name = at + 1;
  size_t size = strlen(name);
  char *word = memory_text(memory, name, size < LIMIT_WORD ? size : LIMIT_WORD);
  for (char *at = word; at && *at; at++)
    if (!(*at >= 'a' && *at <= 'z') && !(*at >= 'A' && *at <= 'Z') && !(*at >= '0' && *at <= '9'))
      *at = '_';
  return word;
}

static mls_status take_config(struct own *own, const char *file, const char *item,
                              const struct config *config) {
  struct fails *fails = &own->book->fails;
  struct place top = { file, 1, 1 };
  if (!*item) item = item_of(&own->book->memory, config->name);
  if (!item) return fail_memory(fails);
  if (!*item)
    return fail_add(fails, MLS_NAME, top, "the file does not say how its model is called");
  if (!word_is_sound(slice_of(item)))
    return fail_add(fails, MLS_NAME, top,
                    "\"%.80s\" is no name of an item; expected a letter, then letters, digits, _ "
                    "and -",
                    item);
  TRY(make_rows(own, file, config->count));
  for (size_t i = 0; i < config->count; i++) TRY(take_fact(own, i + 1, item, &config->facts[i]));
  return MLS_OK;
}

mls_status mls_own_model(mls_book *book, const char *item, const mls_own *from, mls_write write,
                         void *context) {
  struct own own;
  struct config config;
  mls_own taken;
  if (!write) return MLS_VALUE;
  TRY(begin(book, from, &taken, &own));
  item = memory_text(&book->memory, item ? item : "", item ? strlen(item) : 0);
  if (!item) return fail_memory(&book->fails);
  TRY(config_read(book, taken.file, taken.bytes, taken.length, &config));
  TRY(take_config(&own, taken.file, item, &config));
  return finish(&own, "workload", write, context);
}
