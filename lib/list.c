/* The public calls that list what there is: files, facts, sources, units, functions. Apart from
   book.c, which opens and calculates: nothing here changes a model or a value. */
#include <csv.h>
#include <math.h>
#include <string.h>
#include <xlsxwriter.h>

#include "open.h"

static const struct place nowhere = { NULL, 0, 0 };

/* As begin_book of book.c. */
static void begin(mls_book *book) {
  memory_close(&book->messages);
  fail_clear(&book->fails);
}

/* As much of a structure as the caller knows. */
static mls_status give(void *out, size_t size, const void *made, size_t made_size) {
  memcpy(out, made, size < made_size ? size : made_size);
  return MLS_OK;
}

static const char *or_empty(const char *text) { return text ? text : ""; }

/* ---- files ---- */

static bool is_sheet(const char *kind) { return strcmp(kind, "sheet") == 0; }

static mls_status list_files(mls_book *book, const char *kind, struct memory *memory,
                             struct folder_file **files, size_t *count) {
  if (!is_sheet(kind) && strcmp(kind, "registry") != 0)
    return fail_add(&book->fails, MLS_VALUE, nowhere,
                    "there are files of kind sheet and registry, not %s", kind);
  if (book->find_context != &book->folder)
    return fail_add(&book->fails, MLS_VALUE, nowhere,
                    "a program that finds names itself lists them itself");
  mls_status status = folder_list(&book->folder, kind, memory, files, count);
  return status == MLS_MEMORY ? fail_memory(&book->fails) : status;
}

static mls_status read_file(mls_book *book, const struct folder_file *file, const char **bytes,
                            size_t *size) {
  mls_status status = folder_read(&book->folder, file, bytes, size);
  if (status == MLS_OK || status == MLS_MEMORY)
    return status == MLS_OK ? MLS_OK : fail_memory(&book->fails);
  const char *name = memory_text(&book->messages, file->below, strlen(file->below));
  return fail_add(&book->fails, status, (struct place){ name, 0, 0 }, "could not be read");
}

/* The header: the first line, and a second one that holds its label. */
static size_t header_size(const char *bytes, size_t size) {
  const char *end = size ? memchr(bytes, '\n', size) : NULL;
  if (end && end + 1 < bytes + size && end[1] == ' ')
    end = memchr(end + 1, '\n', size - (size_t)(end + 1 - bytes));
  return end ? (size_t)(end - bytes) : size;
}

/* The label of the header, read as the language does; of a file that is no sheet nothing. */
static const char *first_label(mls_book *book, const char *bytes, size_t size) {
  struct memory scratch;
  struct names names;
  struct sheet *sheet = NULL;
  memory_open(&scratch, &book->memory.allocator);
  struct fails fails = { .memory = &scratch };
  names_open(&names, &scratch);
  mls_status status = sheet_read(&scratch, &names, &book->units, &fails, "", bytes,
                                 header_size(bytes, size), &sheet);
  const char *label = sheet ? or_empty(sheet->label) : "";
  bool starved = status == MLS_MEMORY;
  label = starved ? NULL : memory_text(&book->listing.memory, label, strlen(label));
  memory_close(&scratch);
  return label;
}

/* A sheet that cannot be read is listed without a label: opening it says why. */
static mls_status add_labels(mls_book *book) {
  struct listing *listing = &book->listing;
  for (size_t i = 0; i < listing->count; i++) {
    const char *bytes = "";
    size_t size = 0;
    mls_status status = folder_read(&book->folder, &listing->files[i], &bytes, &size);
    if (status == MLS_MEMORY) return fail_memory(&book->fails);
    listing->labels[i] = first_label(book, bytes, status == MLS_OK ? size : 0);
    if (!listing->labels[i]) return fail_memory(&book->fails);
  }
  return MLS_OK;
}

mls_status mls_find_all(mls_book *book, const char *kind, size_t *count) {
  if (!book || !kind || !count) return MLS_VALUE;
  struct listing *listing = &book->listing;
  begin(book);
  *count = listing->count = 0;
  memory_close(&listing->memory);
  size_t found = 0;
  TRY(list_files(book, kind, &listing->memory, &listing->files, &found));
  listing->labels = memory_array(&listing->memory, found, sizeof *listing->labels);
  if (!listing->labels) return fail_memory(&book->fails);
  for (size_t i = 0; i < found; i++) listing->labels[i] = "";
  listing->count = found;
  mls_status status = is_sheet(kind) ? add_labels(book) : MLS_OK;
  if (status != MLS_OK) listing->count = 0;
  *count = listing->count;
  return status;
}

mls_status mls_found_at(const mls_book *book, size_t index, mls_found *out, size_t size) {
  if (!book || !out) return MLS_VALUE;
  if (index >= book->listing.count) return MLS_NAME;
  const struct folder_file *file = &book->listing.files[index];
  mls_found found = { file->name, book->listing.labels[index], file->root, file->below, file->group,
                      file->used };
  return give(out, size, &found, sizeof found);
}

/* ---- fingerprint ---- */

static mls_status hash_file(mls_book *book, const struct folder_file *file,
                            unsigned long long *hash) {
  const char *bytes = "";
  size_t size = 0;
  unsigned char length[8];
  TRY(read_file(book, file, &bytes, &size));
  for (int i = 0; i < 8; i++) length[i] = (unsigned char)((unsigned long long)size >> (8 * i));
  *hash = hash_more(*hash, file->name, strlen(file->name) + 1);
  *hash = hash_more(*hash, length, sizeof length);
  *hash = hash_more(*hash, bytes, size);
  return MLS_OK;
}

mls_status mls_registry_hash(mls_book *book, unsigned long long *hash) {
  if (!book || !hash) return MLS_VALUE;
  struct memory scratch;
  struct folder_file *files = NULL;
  size_t count = 0;
  begin(book);
  memory_open(&scratch, &book->memory.allocator);
  *hash = HASH_START;
  mls_status status = list_files(book, "registry", &scratch, &files, &count);
  for (size_t i = 0; i < count && status == MLS_OK; i++)
    if (files[i].used) status = hash_file(book, &files[i], hash);
  memory_close(&scratch);
  return status;
}

/* Rows that were given when the model was opened: their keys, and what their columns hold. */
static unsigned long long hash_given(const struct mls_model *model, unsigned long long hash) {
  for (size_t i = 0; i < model->cell_count; i++) {
    const struct cell *cell = &model->cells[i];
    const struct rows *rows = model_rows(model, (unsigned)i);
    if (cell->given) hash = hash_more(hash, cell->defaults, cell->default_count * sizeof(double));
    if (cell->kind != CELL_KEY || !rows) continue;
    for (size_t row = 0; row < rows->count; row++) {
      char key[TEXT_NUMBER];
      const char *text = model_row_key(model, (unsigned)i, row, key);
      hash = hash_more(hash, text, strlen(text) + 1);
    }
  }
  return hash;
}

unsigned long long mls_model_hash(const mls_model *model) {
  unsigned long long hash = HASH_START;
  if (!model) return hash;
  for (size_t i = 0; i < model->instance_count; i++) {
    const struct instance *instance = &model->instances[i];
    hash = hash_more(hash, instance->path, strlen(instance->path) + 1);
    hash = hash_more(hash, &instance->sheet->hash, sizeof instance->sheet->hash);
  }
  return hash_given(model, hash);
}

/* ---- registries: a mls_registry is the book's struct registry ---- */

static const struct registry *inside(const mls_registry *registry) {
  return (const struct registry *)registry;
}

mls_status mls_registry_open(mls_book *book, const char *name, const mls_registry **out) {
  if (!book || !name || !out) return MLS_VALUE;
  struct registry *registry = NULL;
  begin(book);
  *out = NULL;
  if (!name_is_sound(slice_of(name)))
    return fail_add(&book->fails, MLS_NAME, nowhere, "\"%.80s\" is not the name of a registry",
                    name);
  mls_status status = open_registry(book, slice_of(name), &registry);
  if (status == MLS_OK) *out = (const mls_registry *)registry;
  return status;
}

static void count_fact(const struct fact *fact, mls_registry_size *about) {
  switch (fact->state) {
    case STATE_INPUT: break;
    case STATE_VERIFIED: about->verified++; break;
    case STATE_DERIVED: about->derived++; break;
    case STATE_CITED: about->cited++; break;
    case STATE_ESTIMATE: about->estimate++; break;
    case STATE_ASSUMED: about->assumed++; break;
  }
  if (fact->accessed && strcmp(fact->accessed, about->newest) > 0) about->newest = fact->accessed;
}

mls_status mls_registry_about(const mls_registry *registry, mls_registry_size *out, size_t size) {
  if (!registry || !out) return MLS_VALUE;
  const struct registry *here = inside(registry);
  mls_registry_size about = { .name = here->name,
                              .items = here->item_count,
                              .fields = here->field_count,
                              .facts = here->fact_count,
                              .newest = "" };
  for (size_t i = 0; i < here->fact_count; i++) count_fact(&here->facts[i], &about);
  return give(out, size, &about, sizeof about);
}

const char *mls_item_name(const mls_registry *registry, size_t item) {
  return registry && item < inside(registry)->item_count ? inside(registry)->items[item] : NULL;
}

/* By text: the book's table of names may be growing in another thread. */
mls_status mls_item_find(const mls_registry *registry, const char *name, size_t *item) {
  if (!registry || !name || !item) return MLS_VALUE;
  const struct registry *here = inside(registry);
  for (*item = 0; *item < here->item_count; ++*item)
    if (strcmp(here->items[*item], name) == 0) return MLS_OK;
  return MLS_NAME;
}

mls_status mls_field_at(const mls_registry *registry, size_t field, mls_field *out, size_t size) {
  if (!registry || !out) return MLS_VALUE;
  const struct registry *here = inside(registry);
  if (field >= here->field_count) return MLS_NAME;
  const struct field *at = &here->fields[field];
  bool text = at->type.kind == KIND_TEXT;
  mls_field about = { .name = at->name,
                      .unit = at->unit && !text ? at->unit->text : "",
                      .text = text };
  for (size_t i = 0; i < here->fact_count; i++) about.facts += here->facts[i].field == field;
  return give(out, size, &about, sizeof about);
}

mls_status mls_fact_at(const mls_registry *registry, size_t item, size_t field, mls_fact *out,
                       size_t size) {
  if (!registry || !out) return MLS_VALUE;
  const struct registry *here = inside(registry);
  bool there = item < here->item_count && field < here->field_count;
  const struct fact *at = there ? fact_find(here, item, field) : NULL;
  if (!at) return MLS_NAME;
  bool text = at->word != NULL;
  mls_fact fact = { .typed = text ? at->word : at->typed,
                    .text = text,
                    .unit = "",
                    .factor = 1,
                    .si = NAN,
                    .low = NAN,
                    .high = NAN,
                    .state = state_word(at->state),
                    .source = at->source ? at->source->key : NULL,
                    .locator = or_empty(at->locator),
                    .accessed = or_empty(at->accessed),
                    .note = or_empty(at->note),
                    .file = or_empty(at->place.file),
                    .line = at->place.line };
  if (!text && at->unit) fact.unit = at->unit->text, fact.factor = at->unit->factor;
  if (!text) fact.si = at->value, fact.low = at->low, fact.high = at->high;
  return give(out, size, &fact, sizeof fact);
}

/* ---- sources and units ---- */

mls_status mls_source_at(const mls_book *book, size_t index, mls_source *out, size_t size) {
  if (!book || !out) return MLS_VALUE;
  if (index >= book->facts.source_count) return MLS_NAME;
  const struct source *at = &book->facts.sources[index];
  mls_source source = { or_empty(at->key),      or_empty(at->kind),    or_empty(at->title),
                        or_empty(at->authors),  or_empty(at->year),    or_empty(at->url),
                        or_empty(at->accessed), or_empty(at->licence), or_empty(at->redistribute) };
  return give(out, size, &source, sizeof source);
}

mls_status mls_source_find(const mls_book *book, const char *key, mls_source *out, size_t size) {
  if (!book || !key || !out) return MLS_VALUE;
  for (size_t i = 0; i < book->facts.source_count; i++)
    if (strcmp(book->facts.sources[i].key, key) == 0) return mls_source_at(book, i, out, size);
  return MLS_NAME;
}

mls_status mls_unit_at(const mls_book *book, size_t index, mls_unit *out, size_t size) {
  struct unit_view view;
  if (!book || !out) return MLS_VALUE;
  if (!units_row(&book->units, index, &view)) return MLS_NAME;
  mls_unit unit = { view.name, or_empty(view.definition), view.kind, view.factor };
  return give(out, size, &unit, sizeof unit);
}

/* ---- functions ---- */

static const char *rule_words(enum unit_rule rule) {
  switch (rule) {
    case RULE_SAME: return "numbers of one unit; gives that unit";
    case RULE_MOD: return "two numbers of one unit; gives that unit";
    case RULE_COMPARE: return "two numbers of one unit; gives a truth";
    case RULE_EQUAL: return "two plain numbers or counts, or two texts; gives a truth";
    case RULE_MULTIPLY: return "two numbers; units multiply";
    case RULE_DIVIDE: return "two numbers; units divide";
    case RULE_POWER: return "a number and a literal exponent; the unit is raised too";
    case RULE_ROOT: return "a number; its unit's root";
    case RULE_PLAIN: return "plain numbers or counts; gives a plain number";
    case RULE_TRUTH: return "truths; gives a truth";
    case RULE_CHOOSE: return "a truth, then two of one unit or kind; gives theirs";
    case RULE_EITHER: return "two of one unit or kind; gives theirs";
    case RULE_KNOWN: return "anything; gives a truth";
    case RULE_MISSING: return "a text in quotes; takes the unit or kind that is needed";
    case RULE_PRIOR: return "two of one unit or kind, and a literal whole number; gives theirs";
    case RULE_COLUMN: return "a column of numbers; gives its unit";
    case RULE_COLUMN_ANY: return "any column; gives its unit or kind";
    case RULE_COLUMN_COUNT: return "any column; gives a plain number";
    case RULE_COLUMN_NUMBER: return "a column of numbers; gives a plain number";
    case RULE_COLUMN_PLAIN: return "a column of plain numbers or counts; gives a plain number";
  }
  return "";
}

mls_status mls_function_at(size_t index, mls_function *out, size_t size) {
  static const char *const forms[] = { "call", "infix", "prefix" };
  if (!out) return MLS_VALUE;
  const struct function *row = function_row(index);
  if (!row) return MLS_NAME;
  mls_function function = { row->name,    forms[row->form],   row->least,
                            row->most,    row->total != NULL, rule_words(row->rule),
                            row->meaning, row->example,       row->excel };
  return give(out, size, &function, sizeof function);
}

/* ---- parts ---- */

#define DIGITS_OF(number) #number
#define TEXT_OF(number) DIGITS_OF(number)

mls_status mls_part_at(size_t index, const char **name, const char **version) {
  static const char *const names[] = { "mlsysim", "libxlsxwriter", "libcsv" };
  static const char csv[] = TEXT_OF(CSV_MAJOR) "." TEXT_OF(CSV_MINOR) "." TEXT_OF(CSV_RELEASE);
  if (!name || !version) return MLS_VALUE;
  if (index >= sizeof names / sizeof *names) return MLS_NAME;
  *name = names[index];
  *version = index == 0 ? MLS_VERSION : index == 1 ? lxw_version() : csv;
  return MLS_OK;
}
