/* Opening: units and sources once for a book, registries when the first sheet names them, sheets
   afresh for every model, so that models never share what may still change. */
#include "open.h"

#include <stdint.h>
#include <string.h>

#include "csv.h"
#include "limits.h"
#include "renamed.h"
#include "system.h"

/* What is known while one model is opened. */
struct opener {
  struct mls_book *book;
  struct sheet **sheets;
  size_t sheet_count, sheet_room;
  bool facts_wrong;   /* a registry had errors: */
  size_t sound_facts; /* those before it are sound */
};

static const struct place nowhere = { NULL, 0, 0 };

static const char *keep_name(struct mls_book *book, const char *shown) {
  return memory_text(&book->memory, shown ? shown : "", shown ? strlen(shown) : 0);
}

/* ---- memory ---- */

/* What a file may make of itself, once it was read. */
static void allow(struct mls_book *book, size_t bytes) {
  size_t *most = &book->memory.most, more = LIMIT_GROWTH * bytes;
  *most = more / LIMIT_GROWTH == bytes && *most < SIZE_MAX - more ? *most + more : SIZE_MAX;
}

/* From here on a call may take as much as files allow, and some. */
static void begin_taking(struct mls_book *book) {
  book->memory.most =
      book->memory.held < SIZE_MAX - book->bound ? book->memory.held + book->bound : SIZE_MAX;
  book->memory.over = false;
}

/* Memory that was refused for the bound is a limit, whatever it was needed for. */
static mls_status end_taking(struct mls_book *book, const char *file, mls_status status) {
  size_t most = book->memory.most;
  book->memory.most = 0;
  if (status != MLS_MEMORY || !book->memory.over) return status;
  book->fails.status = MLS_OK; /* the first failure wins, and this is the same */
  file = file ? memory_text(&book->messages, file, strlen(file)) : NULL;
  return fail_add(&book->fails, MLS_LIMIT, (struct place){ file, 0, 0 },
                  "this takes more than %zu MiB of memory (LIMIT_MEMORY); --memory, or "
                  "mls_options.memory, allows more",
                  most >> 20);
}

/* ---- finding ---- */

static mls_status not_read(struct mls_book *book, const char *shown, mls_status status) {
  if (status == MLS_MEMORY) return fail_memory(&book->fails);
  return fail_add(&book->fails, status, (struct place){ shown, 0, 0 }, "could not be read");
}

/* Every CSV of this name, in order; `found` counts them. */
static mls_status each_csv(struct mls_book *book, const char *name, size_t *found,
                           mls_status (*load)(struct mls_book *, const char *, struct csv *)) {
  for (*found = 0;; ++*found) {
    const char *bytes = NULL, *shown = NULL;
    size_t size = 0;
    struct csv csv;
    mls_status status =
        book->find(book->find_context, "registry", name, *found, &bytes, &size, &shown);
    if (status == MLS_NAME) return MLS_OK;
    const char *file = keep_name(book, shown);
    if (!file) return fail_memory(&book->fails);
    if (status != MLS_OK) return not_read(book, file, status);
    allow(book, size);
    TRY(csv_read(&book->memory, &book->fails, file, bytes, size, &csv));
    TRY(load(book, name, &csv));
  }
}

static mls_status load_units(struct mls_book *book, const char *name, struct csv *csv) {
  (void)name;
  return units_load(&book->units, csv, &book->fails);
}

static mls_status load_sources(struct mls_book *book, const char *name, struct csv *csv) {
  (void)name;
  return sources_load(&book->facts, csv, &book->fails);
}

static mls_status load_renamed(struct mls_book *book, const char *name, struct csv *csv) {
  (void)name;
  return renamed_load(&book->facts, csv, &book->fails);
}

static mls_status load_registry(struct mls_book *book, const char *name, struct csv *csv) {
  return registry_load(&book->facts, name, csv, &book->fails);
}

/* Warnings outlive the call that raised them. */
static mls_status keep_warnings(struct mls_book *book) {
  for (const struct fail *fail = book->fails.first; fail; fail = fail->next)
    if (fail->warning) fail_warn(&book->warnings, fail->place, "%s", fail->text);
  return book->warnings.status;
}

static mls_status load_book(struct mls_book *book) {
  size_t found;
  names_open(&book->names, &book->memory);
  if (units_open(&book->units, &book->memory, &book->names) != MLS_OK)
    return fail_memory(&book->fails);
  facts_open(&book->facts, &book->memory, &book->names, &book->units);
  TRY(each_csv(book, "units", &found, load_units));
  if (found == 0)
    return fail_add(&book->fails, MLS_FILE, nowhere,
                    "no units.csv was found; name the folder of the registry");
  TRY(each_csv(book, "sources", &found, load_sources));
  return each_csv(book, "renamed", &found, load_renamed);
}

mls_status open_book(struct mls_book *book) {
  book->warnings = (struct fails){ .memory = &book->memory };
  begin_taking(book);
  mls_status status = load_book(book);
  if (status == MLS_OK) status = keep_warnings(book);
  return end_taking(book, NULL, status);
}

/* ---- what sheets name ---- */

/* Half a registry must not serve the next model. */
static mls_status read_registry(struct opener *opener, const char *name, size_t *found) {
  struct mls_book *book = opener->book;
  size_t before = book->facts.registry_count;
  mls_status status = each_csv(book, name, found, load_registry);
  const struct registry *made = registry_find(&book->facts, name);
  if (status == MLS_OK && made) status = renamed_check(&book->facts, made, &book->fails);
  if (status == MLS_OK) return MLS_OK;
  if (!opener->facts_wrong) opener->sound_facts = before;
  opener->facts_wrong = true;
  return status;
}

static mls_status find_registry(void *context, const char *name, struct place place,
                                struct registry **out) {
  struct opener *opener = context;
  struct mls_book *book = opener->book;
  size_t found;
  *out = registry_find(&book->facts, name);
  if (*out) return MLS_OK;
  if (strcmp(name, "units") == 0 || strcmp(name, "sources") == 0 || strcmp(name, "renamed") == 0)
    return fail_add(&book->fails, MLS_NAME, place, "%s.csv holds no facts to choose from", name);
  TRY(read_registry(opener, name, &found));
  *out = registry_find(&book->facts, name);
  if (*out && (*out)->item_count > 0) return MLS_OK;
  if (*out) return fail_add(&book->fails, MLS_NAME, place, "registry %s has no items", name);
  struct nearest nearest = { .wanted = slice_of(name) };
  for (size_t i = 0; i < book->facts.registry_count; i++)
    nearest_offer(&nearest, book->facts.registries[i]->name);
  return fail_add(&book->fails, MLS_NAME, place, "there is no registry %s: no %s.csv was found%s",
                  name, name, nearest_hint(&book->memory, &nearest));
}

/* A book that may be added to: whole, and with a table of names that no model reads. */
static mls_status begin_opening(struct mls_book *book) {
  if (book->opened != MLS_OK)
    return fail_add(&book->fails, book->opened, nowhere,
                    "the book was not opened: its units or sources could not be read");
  if (book->names_shared && names_fork(&book->names) != MLS_OK) return fail_memory(&book->fails);
  book->names_shared = false;
  begin_taking(book);
  return MLS_OK;
}

mls_status open_registry(struct mls_book *book, struct slice name, struct registry **out) {
  struct opener opener = { .book = book };
  *out = NULL;
  TRY(begin_opening(book));
  const char *known = names_add(&book->names, name);
  if (!known) return fail_memory(&book->fails);
  mls_status status = find_registry(&opener, known, nowhere, out);
  if (opener.facts_wrong) book->facts.registry_count = opener.sound_facts;
  if (status == MLS_OK) status = keep_warnings(book);
  status = end_taking(book, NULL, status);
  fail_sort(&book->fails);
  return status;
}

static mls_status check_sheet_name(struct mls_book *book, const struct sheet *sheet,
                                   const char *wanted) {
  if (!*sheet->name || strcmp(sheet->name, wanted) == 0) return MLS_OK;
  return fail_add(&book->fails, MLS_NAME, (struct place){ sheet->file, 1, 1 },
                  "the sheet is called %s, its file %s.sheet; they must agree", sheet->name,
                  wanted);
}

static mls_status add_sheet(struct opener *opener, struct sheet *sheet) {
  struct mls_book *book = opener->book;
  if (opener->sheet_count >= LIMIT_SHEETS)
    return fail_add(&book->fails, MLS_LIMIT, (struct place){ sheet->file, 1, 1 },
                    "more than %d sheets (LIMIT_SHEETS)", LIMIT_SHEETS);
  struct sheet **sheets = memory_grow(&book->memory, opener->sheets, opener->sheet_count,
                                      &opener->sheet_room, sizeof *sheets);
  if (!sheets) return fail_memory(&book->fails);
  opener->sheets = sheets;
  sheets[opener->sheet_count++] = sheet;
  return MLS_OK;
}

static mls_status read_sheet(struct opener *opener, const char *file, const char *wanted,
                             const char *bytes, size_t size, struct sheet **out) {
  struct mls_book *book = opener->book;
  allow(book, size);
  mls_status status =
      sheet_read(&book->memory, &book->names, &book->units, &book->fails, file, bytes, size, out);
  if (fail_ends(status) || !*out) return status;
  TRY(add_sheet(opener, *out));
  if (wanted && check_sheet_name(book, *out, wanted) == MLS_MEMORY) return MLS_MEMORY;
  return MLS_OK; /* errors of single lines are told with those of the check */
}

/* The bytes of the last sheet of this name: later folders override earlier ones. */
static mls_status last_sheet(struct mls_book *book, const char *name, const char **bytes,
                             size_t *size, const char **shown, size_t *count) {
  mls_status status;
  for (*count = 0;; ++*count) {
    *shown = NULL; /* what an earlier call gave may be gone */
    status = book->find(book->find_context, "sheet", name, *count, bytes, size, shown);
    if (status != MLS_OK) break;
  }
  if (status != MLS_NAME || *count == 0) return status;
  *shown = NULL;
  return book->find(book->find_context, "sheet", name, *count - 1, bytes, size, shown);
}

/* The present name of a sheet; `*old` is the line that says so, NULL for a name that nobody
 * changed.
 */
static mls_status present_name(struct mls_book *book, struct place place, const char **name,
                               const struct renamed **old) {
  const char *bytes = NULL, *shown = NULL;
  size_t size = 0, count;
  *old = renamed_find(&book->facts, &book->names, RENAMED_SHEET, "", slice_of(*name));
  if (!*old) return MLS_OK;
  mls_status status = last_sheet(book, *name, &bytes, &size, &shown, &count);
  if (status == MLS_MEMORY) return fail_memory(&book->fails);
  if (status != MLS_NAME) return renamed_alive(*old, &book->fails);
  renamed_warn(*old, place, &book->fails);
  *name = (*old)->now;
  return MLS_OK;
}

static mls_status find_by_name(struct opener *opener, const char *name, struct place place,
                               const struct renamed *old, struct sheet **out) {
  struct mls_book *book = opener->book;
  const char *bytes = NULL, *shown = NULL;
  size_t size = 0, count;
  mls_status status = last_sheet(book, name, &bytes, &size, &shown, &count);
  if (status == MLS_NAME && old) return renamed_lost(old, "", &book->fails);
  if (status == MLS_NAME)
    return fail_add(&book->fails, MLS_NAME, place, "there is no sheet %s: no %s.sheet was found",
                    name, name);
  const char *file = keep_name(book, shown);
  if (!file) return fail_memory(&book->fails);
  if (status != MLS_OK) return not_read(book, file, status);
  if (count > 1)
    fail_warn(&book->fails, place, "sheet %s was found %zu times; the last one is used", name,
              count);
  return read_sheet(opener, file, name, bytes, size, out);
}

static mls_status find_sheet(void *context, const char *name, struct place place,
                             struct sheet **out) {
  struct opener *opener = context;
  const struct renamed *old;
  TRY(present_name(opener->book, place, &name, &old));
  for (size_t i = 0; i < opener->sheet_count; i++) {
    *out = opener->sheets[i];
    if (strcmp((*out)->name, name) == 0) return MLS_OK;
  }
  *out = NULL;
  return find_by_name(opener, name, place, old, out);
}

/* ---- the model ---- */

/* "x/training.sheet" to "training"; NULL when it has another ending. */
static const char *wanted_name(struct mls_book *book, const char *file) {
  const char *name = system_name(file);
  size_t size = strlen(name);
  if (size <= 6 || strcmp(name + size - 6, ".sheet") != 0) return NULL;
  return memory_text(&book->memory, name, size - 6);
}

static mls_status main_sheet(struct opener *opener, const char *file, const char *bytes,
                             size_t size, struct sheet **out) {
  struct mls_book *book = opener->book;
  *out = NULL;
  if (bytes) {
    const char *kept = keep_name(book, file);
    if (!kept) return fail_memory(&book->fails);
    return read_sheet(opener, kept, wanted_name(book, file), bytes, size, out);
  }
  if (!name_is_sound(slice_of(file)))
    return fail_add(&book->fails, MLS_NAME, nowhere, "\"%s\" is not the name of a sheet", file);
  const struct renamed *old;
  TRY(present_name(book, nowhere, &file, &old));
  return find_by_name(opener, file, nowhere, old, out);
}

/* What threads read of the book while it opens other models: tables as they stand now. They only
   grow, and into memory of their own. */
static mls_status freeze(struct mls_model *model) {
  struct units *units = memory_push(model->memory, sizeof *units);
  struct facts *facts = memory_push(model->memory, sizeof *facts);
  if (!units || !facts) return MLS_MEMORY;
  *units = model->book->units;
  *facts = model->book->facts;
  model->units = units;
  model->facts = facts;
  model->names = model->book->names;
  model->book->names_shared = true;
  return MLS_OK;
}

static mls_status compile(struct mls_book *book, struct sheet *sheet, const mls_rows *rows,
                          size_t row_count, mls_model **out) {
  mls_model *model = memory_push(&book->memory, sizeof *model);
  if (!model) return fail_memory(&book->fails);
  *model = (mls_model){ .book = book,
                        .memory = &book->memory,
                        .facts = &book->facts,
                        .units = &book->units,
                        .names = book->names,
                        .name = sheet->name,
                        .vectors = book->vectors };
  TRY(graph_build(model, sheet, rows, row_count, &book->fails));
  if (freeze(model) != MLS_OK) return fail_memory(&book->fails);
  TRY(tape_build(model, &book->fails));
  TRY(keep_warnings(book));
  model->warnings = book->warnings.first;
  model->warning_count = book->warnings.count;
  *out = model;
  return MLS_OK;
}

static mls_status open_unsorted(struct mls_book *book, const char *file, const char *bytes,
                                size_t size, const mls_rows *rows, size_t row_count,
                                mls_model **out) {
  struct opener opener = { .book = book };
  struct sheet *sheet = NULL;
  *out = NULL;
  TRY(begin_opening(book));
  for (size_t i = 0; i < row_count; i++) allow(book, rows[i].size);
  TRY(main_sheet(&opener, file, bytes, size, &sheet));
  struct checker checker = { &book->memory, &book->names, &book->units,  &book->facts, &book->fails,
                             &opener,       find_sheet,   find_registry, NULL,         0 };
  mls_status status = check_sheet(&checker, sheet);
  if (opener.facts_wrong) book->facts.registry_count = opener.sound_facts;
  if (fail_ends(status)) return status;
  if (book->fails.errors > 0) return book->fails.status;
  return compile(book, sheet, rows, row_count, out);
}

mls_status open_model(struct mls_book *book, const char *file, const char *bytes, size_t size,
                      const mls_rows *rows, size_t row_count, mls_model **out) {
  mls_status status =
      end_taking(book, file, open_unsorted(book, file, bytes, size, rows, row_count, out));
  fail_sort(&book->fails);
  return status;
}
