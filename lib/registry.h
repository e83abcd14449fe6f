/* Registries: items, facts, sources. A registry is what `in NAME` names: the facts of NAME.csv. */
#ifndef MLS_REGISTRY_H
#define MLS_REGISTRY_H

#include "unit.h"

struct source {
  const char *key; /* interned */
  const char *kind, *title, *authors, *year, *url, *accessed, *licence, *redistribute;
  struct place place;
};

/* From strongest to weakest. What a number typed by the user has is STATE_INPUT: neutral, a choice.
   A fact of a user's own is STATE_ASSUMED: one that a scenario overrides, or a line that says so.
 */
enum state {
  STATE_INPUT,
  STATE_VERIFIED,
  STATE_DERIVED,
  STATE_CITED,
  STATE_ESTIMATE,
  STATE_ASSUMED
};
const char *state_word(enum state state);
enum state state_weakest(enum state a, enum state b);

struct fact {
  size_t item, field;          /* indices in the registry */
  double value;                /* SI; unused when `word` is set */
  double number;               /* as typed, in `unit` */
  const char *word;            /* interned; a fact that is text */
  const struct unit *unit;     /* as typed */
  double low, high;            /* SI; NaN when not given */
  const char *typed;           /* the number as typed */
  const struct source *source; /* NULL when none */
  const char *locator, *accessed, *note;
  enum state state;
  struct place place;
};

struct field {
  const char *name;        /* interned: "memory_bandwidth", "flops.fp16" */
  const char *family;      /* interned part before the dot, or NULL */
  const char *word;        /* interned part after the dot, or NULL */
  struct type type;        /* number dims, or text */
  const struct unit *unit; /* of its first row: what a fact is shown in by default */
  struct place place;      /* of its first row */
};

struct registry {
  const char *name;   /* interned: "hardware" */
  const char **items; /* interned ids in file order, folders in turn */
  size_t item_count, item_room;
  struct map item_index; /* interned id -> index */
  struct map folded;     /* interned lower-case id -> index */
  struct field *fields;  /* in order of first appearance */
  size_t field_count, field_room;
  struct map field_index;  /* interned field name -> index */
  struct map family_index; /* interned family -> type of one of its fields (index of field) */
  struct fact *facts;
  size_t fact_count, fact_room;
  size_t *slots; /* hash of (item, field) -> fact index + 1 */
  size_t slot_room;
};

/* A line of renamed.csv: an old name and the present one. */
enum renamed_kind { RENAMED_SHEET, RENAMED_ITEM, RENAMED_FIELD, RENAMED_INPUT };
struct renamed {
  enum renamed_kind kind;
  const char *home;      /* interned: the registry or sheet that it is in; "" of a sheet */
  const char *old, *now; /* interned; of an input "gpus" or "plan.cost" */
  const char *since, *note;
  struct place place; /* of the new name */
};

/* Sources, old names, and all registries read so far; belongs to the book. */
struct facts {
  struct memory *memory;
  struct names *names;
  struct units *units;
  struct source *sources;
  size_t source_count, source_room;
  struct map source_index; /* interned key -> index */
  bool has_sources;        /* a sources.csv was read, so unknown keys are errors */
  struct registry **registries;
  size_t registry_count, registry_room;
  struct renamed *renamed;
  size_t renamed_count, renamed_room;
  struct map renamed_index; /* interned "item hardware/H100" -> index */
  const char *newest;       /* newest `accessed` date of all facts and sources; NULL when none */
};

void facts_open(struct facts *facts, struct memory *memory, struct names *names,
                struct units *units);
/* Adds a sources.csv: `key,kind,title,authors,year,url,accessed` and optionally
   `,licence,redistribute`. A key that another file gave overrides it (a warning). For both loads:
   all errors of the file are added, their column is the number of the field; texts are copied, so
   the csv need not outlive the call; sources are loaded before the registries that name them. */
mls_status sources_load(struct facts *facts, struct csv *csv, struct fails *fails);
/* Adds a NAME.csv to registry NAME, made when new. A row of an (item, field) that another file gave
   overrides it (a warning); twice in one file is an error. */
mls_status registry_load(struct facts *facts, const char *name, struct csv *csv,
                         struct fails *fails);

struct registry *registry_find(const struct facts *facts, const char *name); /* interned; or NULL */
const struct source *source_find(const struct facts *facts, const char *key); /* interned */
/* NULL when the item lacks the field. */
const struct fact *fact_find(const struct registry *registry, size_t item, size_t field);
bool registry_item(const struct registry *registry, const char *id, size_t *item); /* interned id */
bool registry_field(const struct registry *registry, const char *name, size_t *field);

#endif
