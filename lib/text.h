/* Text: slices, interned names, numbers read and printed the same in every locale, nearest names,
   and a growing buffer that exporters write into. */
#ifndef MLS_TEXT_H
#define MLS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include "fail.h"
#include "memory.h"

/* Bytes that belong to somebody else; not ended by 0. */
struct slice {
  const char *at;
  size_t size;
};

#define SLICE(literal) ((struct slice){ (literal), sizeof(literal) - 1 })

struct slice slice_of(const char *text);
bool slice_is(struct slice slice, const char *text);
struct slice slice_trim(struct slice slice); /* without spaces and tabs at both ends */

/* Interned strings: equal text, equal pointer. Pointers live as long as the arena. */
struct names {
  struct memory *memory;
  const char **texts; /* open addressing; NULL: free */
  unsigned *hashes;   /* of each */
  size_t room;
  size_t count;
};

void names_open(struct names *names, struct memory *memory);
/* Room for so many names more, so that the table need not grow for them; only MLS_MEMORY. */
mls_status names_reserve(struct names *names, size_t more);
/* The one pointer for this text; NULL when there is no memory. */
const char *names_add(struct names *names, struct slice slice);
/* Goes on with a copy of the table: whoever holds the old one may go on reading it. */
mls_status names_fork(struct names *names);
/* The pointer, or NULL when this text was never interned. */
const char *names_find(const struct names *names, struct slice slice);

/* A map from an interned pointer to an index (any other stable pointer works too). */
struct map {
  struct memory *memory;
  const void **keys; /* open addressing; NULL: free */
  unsigned *values;  /* of each */
  size_t room;
  size_t count;
};

void map_open(struct map *map, struct memory *memory);
/* Room for so many keys more, so that the table need not grow for them; only MLS_MEMORY. */
mls_status map_reserve(struct map *map, size_t more);
/* Sets key to value; *old receives the value it had, and the call says whether it had one. */
mls_status map_put(struct map *map, const void *key, size_t value);
bool map_get(const struct map *map, const void *key, size_t *value);
/* A fingerprint that files keep: FNV-1a with 64 bits, from HASH_START or what came before. */
#define HASH_START 0xcbf29ce484222325ULL
unsigned long long hash_more(unsigned long long hash, const void *bytes, size_t size);
size_t hash_bytes(const void *bytes, size_t size);
/* A place for a stable pointer in a table of any room. */
size_t hash_pointer(const void *pointer, size_t room);

/* Reads the whole slice as a number of the language: digits, underscores between digits, point,
   exponent, an optional leading minus; correctly rounded. False when it is anything else. Overflow
   gives an infinity, underflow 0. */
bool text_read_number(struct slice slice, double *out);

enum { TEXT_NUMBER = 40 }; /* bytes that hold any printed number, and what copying it takes */

/* The shortest decimal that reads back to the same double. Returns `out`. */
const char *text_number(char out[TEXT_NUMBER], double value);

/* `value` for a person: `digits` significant digits, grouped thousands when it has no exponent. */
const char *text_person(char out[TEXT_NUMBER], double value, int digits);

/* Edits between two texts (transpositions count one), at most `most` + 1. */
int text_distance(struct slice a, struct slice b, int most);

/* Keeps the nearest of the names offered to it: start with {wanted}, offer all, read `best`
   (NULL when none is near enough to be meant). */
struct nearest {
  struct slice wanted;
  const char *best;
  int distance;
};
void nearest_offer(struct nearest *nearest, const char *name);
/* " (did you mean X?)" or "", in the arena; never NULL. */
const char *nearest_hint(struct memory *memory, const struct nearest *nearest);

/* Valid UTF-8 without control characters other than tab? *where receives the first bad byte. */
bool text_is_clean(struct slice slice, size_t *where);

/* A growing text. When memory runs out it remembers so (`failed`) and ignores what follows; the
   user checks once at the end. `bytes` is always ended by 0 (or NULL while empty). */
struct buffer {
  const struct memory *memory; /* for its allocator only: the bytes are freed by buffer_close */
  char *bytes;
  size_t size;
  size_t room;
  bool failed;
};

void buffer_open(struct buffer *buffer, const struct memory *memory);
void buffer_close(struct buffer *buffer);
void buffer_add(struct buffer *buffer, const char *bytes, size_t size);
/* Room for `more` bytes at the end, for a writer that counts them itself; NULL when it failed. */
char *buffer_room(struct buffer *buffer, size_t more);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_char(struct buffer *buffer, char c);
void buffer_number(struct buffer *buffer, double value); /* as text_number */
SYSTEM_PRINTS(2, 3)
void buffer_print(struct buffer *buffer, const char *format, ...);
/* The text with the escapes of a JSON string, in quotes; NULL is written as null. */
void buffer_json(struct buffer *buffer, const char *text);
/* The text copied into an arena; NULL when either failed. */
const char *buffer_keep(const struct buffer *buffer, struct memory *memory);

#endif
